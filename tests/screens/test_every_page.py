"""Every page for every role: opened, refused or unknown, in both languages, by few statements."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.kernel import sql
from tests.cash.desk import deposit, product, staff_a_till
from tests.factories import STAFF, Bank, do
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

# Who may open a page; everybody else is told that the role does not open it.
PAGES = {
    "/desk/": {"teller"},
    "/desk/tills/": {"teller"},
    "/desk/branch/": {"supervisor"},
    "/desk/branch/new/": {"supervisor"},
    "/customers/": {"teller", "supervisor", "accountant", "chief_accountant", "loan_officer"},
    "/customers/new/": {"teller", "supervisor", "loan_officer"},
    "/loans/": {"loan_officer"},
    "/loans/applications/": {"loan_officer"},
    "/loans/overdue/": {"loan_officer"},
    "/loans/portfolio/": {"loan_officer"},
    "/payments/transfer/": {"teller", "supervisor"},
    "/finance/entry/": {"accountant"},
    "/day/": {"operations"},
    "/day/exceptions/": {"operations"},
    "/day/history/": {"operations"},
    "/day/open-next/": {"operations"},
    "/approvals/": {"supervisor", "chief_accountant", "administrator"},
    "/requests/": {
        "teller",
        "supervisor",
        "accountant",
        "chief_accountant",
        "operations",
        "administrator",
        "product_manager",
        "loan_officer",
    },
    "/journal/": {"supervisor", "chief_accountant", "operations", "administrator"},
    "/book/trial-balance/": {"supervisor", "accountant", "chief_accountant", "operations"},
    "/book/chart/": {"supervisor", "accountant", "chief_accountant", "operations"},
    "/book/gl/1002/": {"supervisor", "accountant", "chief_accountant", "operations"},
}
ROLES = sorted(
    {
        "teller",
        "supervisor",
        "accountant",
        "chief_accountant",
        "operations",
        "administrator",
        "product_manager",
        "loan_officer",
    }
)


@pytest.mark.parametrize("language", ["uk", "en"])
@pytest.mark.parametrize("username", ROLES)
def test_a_role_opens_its_pages_and_no_others(
    bank: Bank, visit: Signing, username: str, language: str
) -> None:
    visitor = visit(username, language=language)
    role, _ = STAFF[username]

    for address, allowed in PAGES.items():
        status = 200 if role in allowed else 403
        page = visitor.get(address, status=status)
        assert page.html.startswith("<!doctype html>")
        assert f'lang="{language}"' in page.html


def test_a_teller_without_a_session_is_led_to_the_tills(bank: Bank, visit: Signing) -> None:
    visitor = visit("teller")

    assert visitor.sent_to("/") == "/desk/"
    assert visitor.sent_to("/desk/deposit/") == "/desk/tills/"
    assert "Спершу відкрийте зміну" in visitor.get("/desk/tills/").text


def test_nobody_sees_anything_without_signing_in(bank: Bank) -> None:
    for address in PAGES:
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")


def test_what_belongs_to_another_branch_is_not_found(bank: Bank, visit: Signing) -> None:
    theirs = deposit(bank, branch=bank.other_branch, minor=1_000)
    customer = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": theirs.id}
    )
    run = sql.value(
        "SELECT run_id FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id"
        " WHERE p.account_id = %(account)s",
        {"account": theirs.account},
    )
    visitor = visit("teller")

    for address in (
        f"/customers/{customer}/",
        f"/desk/?customer={customer}",
        f"/accounts/{theirs.id}/",
        f"/accounts/{theirs.id}/statement/",
        f"/accounts/open/?customer={customer}",
        f"/book/runs/{run}/",
        f"/book/runs/{run}/receipt/",
        "/customers/999999/",
        "/accounts/999999/",
        "/desk/sessions/999999/",
        "/desk/tills/999999/open/",
        "/approvals/999999/",
    ):
        visitor.get(address, status=404)
    for address in ("/search/", "/desk/find/"):
        found = visitor.post(address, {"q": theirs.number})
        assert "Шевченко" not in found.text


def _statements(visitor: Visitor, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        visitor.get(address)
    return len(caught)


def test_a_page_asks_as_much_for_many_as_for_one(bank: Bank, visit: Signing) -> None:
    desk = staff_a_till(bank)
    mine = deposit(bank, minor=500_000)
    customer = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": mine.id}
    )
    pages = (
        "/desk/",
        f"/desk/?customer={customer}",
        "/customers/",
        f"/customers/{customer}/",
        f"/accounts/{mine.id}/",
        f"/accounts/{mine.id}/statement/",
        "/requests/",
    )
    visitor = visit("teller")

    def pay_in(minor: int) -> None:
        amount = {"amount": f"{minor / 100:.2f}", "currency": "UAH"}
        command = {"till": desk.till, "deposit": mine.id, "amount": amount}
        do("cash.deposit", command, actor=bank.teller)

    pay_in(100)
    visitor.get("/desk/")
    few = {address: _statements(visitor, address) for address in pages}
    for minor in range(100, 1000, 100):
        pay_in(minor)
        deposit(bank)
    for _ in range(3):
        command = {"customer": customer, "product": product(bank), "branch": bank.branch}
        do("accounts.open_deposit", command, actor=bank.supervisor)

    assert {address: _statements(visitor, address) for address in pages} == few
    assert max(few.values()) <= 20
