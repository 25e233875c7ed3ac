"""Budgets of tests: begun, filled in, adopted; and workbooks that somebody has changed."""

import io
from typing import Any

from openpyxl import load_workbook

from apps.access.models import User
from apps.control.run import Actor
from tests.factories import BRANCHES, Bank, add_user, as_actor, do
from tests.hr.office import agree


def head_of_finance(bank: Bank) -> Actor:
    """Who agrees to budgets and closes of months: hired when first asked for, on the first date."""
    found = User.objects.filter(username="head_of_finance").first()
    if found is not None:
        return as_actor(found.pk)
    return add_user(actor=bank.administrator, role="finance_head", username="head_of_finance")


def begin(bank: Bank, **given: Any) -> int:
    command = {"year": 2026, "name": "Бюджет 2026", **given}
    budget: int = do("finance.begin_budget", command, actor=bank.accountant).result["budget"]
    return budget


def row(code: str, *months: str, branch: str = BRANCHES[0], centre: str = "") -> dict[str, Any]:
    """A row with these months from January on, and nothing after them."""
    amounts = [*months, *["0"] * (12 - len(months))]
    return {"gl_code": code, "branch": branch, "centre": centre, "amounts": amounts}


def fill(bank: Bank, budget: int, *rows: dict[str, Any], **given: Any) -> None:
    do("finance.set_budget_rows", {"budget": budget, "rows": rows, **given}, actor=bank.accountant)


def adopt(bank: Bank, budget: int) -> None:
    head = head_of_finance(bank)
    parked = do("finance.adopt_budget", {"budget": budget}, actor=bank.accountant)
    assert agree(parked, head)["state"] == "done"


def changed(given: bytes, cells: dict[str, Any]) -> bytes:
    """The workbook with other values in some cells, as a spreadsheet saves it."""
    book = load_workbook(io.BytesIO(given))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
