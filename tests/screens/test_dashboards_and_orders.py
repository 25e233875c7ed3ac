"""Dashboards and ordered reports by their screens."""

import pytest

from apps.reporting import jobs
from tests.conftest import OwnDatabase
from tests.factories import Bank, add_user, define_role
from tests.reporting.books import live
from tests.reporting.test_dashboards import drawn
from tests.reporting.test_ordering_reports import told
from tests.screens.conftest import Signing


def test_a_person_sees_tiles_of_what_they_may_read(bank: Bank, visit: Signing) -> None:
    role = define_role(
        "access.use_own_profile", "reporting.view_reports", "reporting.view_deposits",
        actor=bank.system,
    )  # fmt: skip
    local = add_user(role=role, branch=bank.other_branch, actor=bank.system, username="local")
    live(bank)
    visitor = visit("local", language="en")
    listed = visitor.get("/reports/boards/").text
    assert ("Finance dashboard" in listed, "Staff dashboard" in listed) == (True, False)
    page = visitor.get("/reports/boards/finance/")
    assert ("Deposits by product" in page.text, "Profit and loss" in page.text) == (True, False)
    visitor.get("/reports/boards/hr/", status=403)
    visitor.get("/reports/boards/weather/", status=404)
    # Of their branch alone.
    found = drawn(bank, "deposits", user=local.user_id)
    assert (found.branch, len(found.bars)) == (bank.other_branch, 1)
    visit("teller").get("/reports/boards/", status=403)


@pytest.mark.parametrize("language", ["uk", "en"])
def test_every_figure_and_bar_leads_to_its_report(
    bank: Bank, visit: Signing, language: str
) -> None:
    live(bank)
    accountant = visit("accountant", language=language)
    for board in ("finance", "management", "lending"):
        page = accountant.get(f"/reports/boards/{board}/")
        links = [one for one in page.links if one.startswith("/reports/") and "?" in one]
        assert links
        for link in dict.fromkeys(links):
            accountant.get(link)


def test_a_person_orders_and_sees_how_far_it_is(
    own_database: OwnDatabase, bank: Bank, visit: Signing
) -> None:
    live(bank)
    accountant = visit("accountant", language="en")
    address = "/reports/profit_and_loss/order/"
    fields = {"start": "01.01.2026", "end": "08.01.2026", "branch": "", "currency": "UAH"}
    reviewed = accountant.review(address, fields)
    assert "made and kept by the system" in reviewed.text
    page = accountant.confirm(address, reviewed).partition("?")[0]
    assert "Waits for a worker: 0" in accountant.get(page).text
    number = int(page.rstrip("/").rpartition("/")[2])
    jobs.make(number)
    done = accountant.get(page)
    assert "made and kept" in done.text
    assert "Fee income 600.06" in accountant.get(f"/reports/kept/{told(number).kept}/").text
    assert "kept" in accountant.get("/reports/orders/").text
    # It is theirs alone; what was kept is there for everybody who may read it.
    visit("chief_accountant").get(page, status=404)
    visit("chief_accountant").get(f"/reports/kept/{told(number).kept}/")
