"""Budgets and months by their screens: filled in, imported, adopted, closed and opened again."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from apps.finance import budgeting, months
from apps.kernel import sql
from tests.factories import BRANCHES, Bank, add_user, do
from tests.finance.planning import adopt, begin, changed, fill, row
from tests.finance.test_closing_months import JANUARY, finish, live_through
from tests.screens.conftest import Signing
from tests.screens.test_every_page import _statements as statements

MONTH = f"/finance/months/{JANUARY.isoformat()}/"


@pytest.mark.parametrize("language", ["uk", "en"])
def test_an_accountant_plans_and_the_head_of_finance_agrees(
    bank: Bank, visit: Signing, language: str
) -> None:
    accountant = visit("accountant", language=language)
    accountant.get("/finance/budgets/")
    reviewed = accountant.review(
        "/finance/budgets/begin/", {"year": "2026", "name": "Бюджет 2026", "like": ""}
    )
    budget = accountant.confirm("/finance/budgets/begin/", reviewed).partition("?")[0]
    accountant.get(budget)

    given = {"gl_code": "7399", "branch": BRANCHES[0], "centre": "IT", "month_1": "1 200,50"}
    reviewed = accountant.review(f"{budget}row/", given)
    # Twelve amounts, of which one is given.
    assert ("1 200,50" if language == "uk" else "1,200.50") in reviewed.text or (
        "1 200.50" in reviewed.text
    )
    accountant.confirm(f"{budget}row/", reviewed)
    page = accountant.get(budget)
    assert "7399" in page.text
    place = next(one for one in page.links if "gl=7399" in one)
    assert accountant.get(place).fields["month_1"] == "1200.50"

    reviewed = accountant.review(f"{budget}adopt/", {})
    request = accountant.confirm(f"{budget}adopt/", reviewed).partition("?")[0]
    add_user(actor=bank.administrator, role="finance_head", username="head")
    approval = sql.value("SELECT max(id) FROM control_approval")
    assert str(approval) in request
    head = visit("head", language=language)
    assert "finance.adopt" not in head.get(request).text
    head.get(budget)
    head.get(f"{budget}row/", status=403)


def test_a_workbook_is_imported_or_every_wrong_cell_is_named(bank: Bank, visit: Signing) -> None:
    budget = begin(bank)
    fill(bank, budget, row("7399", "100"))
    accountant = visit("accountant", language="en")
    address = f"/finance/budgets/{budget}/import/"
    answer = accountant.client.get(f"/finance/budgets/{budget}/file/")
    assert answer["Content-Disposition"].endswith('"budget-2026-1.xlsx"')
    assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["A2"].value == "7399"

    def send(content: bytes, *, status: int, **more: Any) -> Any:
        key = accountant.get(address).fields["key"]
        workbook = SimpleUploadedFile("budget.xlsx", content)
        sent = accountant.client.post(address, {"key": key, "workbook": workbook, **more})
        assert sent.status_code == status, sent.content.decode()
        return sent

    wrong = send(changed(answer.content, {"A2": "7999", "E2": "багато"}), status=422)
    assert all(cell in wrong.content.decode() for cell in ("A2", "E2"))
    send(b"no workbook", status=422)
    send(b"x" * 2_000_001, status=422)
    assert accountant.client.post(address, {}).status_code == 422
    assert [one.total_minor for one in budgeting.rows(budget)] == [100_00]
    done = send(changed(answer.content, {"A3": "7431", "C3": BRANCHES[0], "P3": 5.5}), status=302)
    assert done["Location"] == f"/finance/budgets/{budget}/"
    assert [(one.gl_code, one.total_minor) for one in budgeting.rows(budget)] == [
        ("7399", 100_00),
        ("7431", 5_50),
    ]
    send(changed(answer.content, {"A2": "7431"}), status=302, only="on")
    assert [one.gl_code for one in budgeting.rows(budget)] == ["7431"]


def test_an_adopted_budget_offers_nothing_to_change(bank: Bank, visit: Signing) -> None:
    budget = begin(bank)
    fill(bank, budget, row("7399", "100"))
    adopt(bank, budget)
    accountant = visit("accountant", language="en")
    page = accountant.get(f"/finance/budgets/{budget}/")
    assert "in force" in page.text
    assert not any(one.endswith(("/row/", "/adopt/", "/import/")) for one in page.links)
    told = accountant.get("/reports/budget_actual/")
    assert "Expense by cost centre" in told.text
    figures = [one for one in told.links if "/figure/" in one and "column=plan" in one]
    assert "7399" in accountant.get(figures[0]).text
    refused = accountant.review(f"/finance/budgets/{budget}/row/", {
        "gl_code": "7399", "branch": BRANCHES[0], "centre": "", "month_1": "1",
    }, status=409)  # fmt: skip
    assert "is adopted and cannot be changed" in refused.text


def test_a_month_is_ticked_and_closed_on_its_page(bank: Bank, visit: Signing) -> None:
    accountant = visit("accountant", language="en")
    page = accountant.get(MONTH)
    assert "Left to do before the month can be closed: 6." in page.text
    assert "Close the month" not in page.text
    tick = next(one for one in page.links if "item=suspense" in one)
    reviewed = accountant.review(tick, {"item": "suspense", "done": "on", "note": "Empty"})
    accountant.confirm(f"{MONTH}tick/", reviewed)
    assert "Empty" in accountant.get(MONTH).text

    live_through(bank, JANUARY)
    finish(bank, JANUARY)
    assert "Everything is done" in accountant.get(MONTH).text
    reviewed = accountant.review(f"{MONTH}close/", {})
    accountant.confirm(f"{MONTH}close/", reviewed)
    assert not months.checklist(JANUARY).is_closed
    assert accountant.get("/finance/months/").text.count("2026") >= 2


def test_addresses_of_no_month_are_not_found(bank: Bank, visit: Signing) -> None:
    accountant = visit("accountant")
    for name in ("2026-02-01", "2026-01-02", "202601", "x", "2026-1-1"):
        accountant.get(f"/finance/months/{name}/", status=404)
        accountant.get(f"/finance/months/{name}/close/", status=404)
    accountant.get("/finance/months/?before=x", status=404)
    accountant.get("/finance/budgets/999/", status=404)
    visit("teller").get("/finance/months/", status=403)
    visit("teller").get("/finance/budgets/", status=403)


def test_pages_ask_as_much_for_many_rows_as_for_one(bank: Bank, visit: Signing) -> None:
    accountant = visit("accountant")
    budget = begin(bank)
    fill(bank, budget, row("7399", "100"))
    pages = ["/finance/budgets/", f"/finance/budgets/{budget}/", "/finance/months/", MONTH]
    accountant.get(pages[0])
    few = {address: statements(accountant, address) for address in pages}
    fill(bank, budget, *(row(code, "1") for code in ("7431", "7432", "6510")))
    for _ in range(3):
        begin(bank, like=budget)
    do("finance.tick_month", {"period": dt.date(2026, 1, 9), "item": "nostro"},
       actor=bank.accountant)  # fmt: skip
    assert {address: statements(accountant, address) for address in pages} == few
    assert max(few.values()) <= 14
