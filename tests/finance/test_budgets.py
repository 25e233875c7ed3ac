"""Budgets: drafts that are filled in, adopted by two people, and held against the book."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from apps.control import guarding
from apps.control.errors import NotFound, PermissionMissing
from apps.finance import budgeting, workbooks
from apps.finance.errors import (
    BudgetAdopted,
    BudgetEmpty,
    NotPlanned,
    PlannedTwice,
    UnknownBranch,
)
from apps.finance.reports import BUDGET_AND_ACTUAL
from apps.kernel import sql
from apps.kernel.errors import TooManyDecimals
from apps.ledger.errors import UnknownGLAccount
from apps.ledger.rules import EVERYTHING
from apps.reporting import making, queries
from apps.reporting.rules import Sheet, content
from apps.reporting.tables import Table, table
from tests.accounts import days
from tests.evidence import refuse, statements
from tests.factories import BRANCHES, Bank, do, internal_account, move
from tests.finance.planning import adopt, begin, changed, fill, head_of_finance, row

FIRST, LAST = dt.date(2026, 1, 5), dt.date(2026, 1, 8)


def test_a_draft_is_filled_in_and_adopted_by_another(bank: Bank) -> None:
    budget = begin(bank)
    fill(bank, budget, row("7399", "100", "200.50", centre="IT"), row("6510", "1000"))
    fill(bank, budget, row("7399", "150", centre="IT"))
    told = [(one.gl_code, one.centre, one.total_minor) for one in budgeting.rows(budget)]
    assert told == [("6510", "", 1_000_00), ("7399", "IT", 150_00)]

    adopt(bank, budget)
    found = budgeting.version(budget)
    assert found is not None
    assert (found.version, found.in_force, found.rows) == (1, True, 2)
    assert (found.income_minor, found.expense_minor) == (1_000_00, 150_00)
    refuse(BudgetAdopted, "finance.set_budget_rows",
           {"budget": budget, "rows": [row("7399", "1")]}, actor=bank.accountant)  # fmt: skip
    refuse(BudgetAdopted, "finance.adopt_budget", {"budget": budget}, actor=bank.accountant)


def test_the_next_version_begins_like_the_last_and_takes_its_place(bank: Bank) -> None:
    first = begin(bank)
    fill(bank, first, row("7399", "100"))
    adopt(bank, first)
    second = begin(bank, like=first, name="Перегляд")
    fill(bank, second, row("7431", "50"))
    assert [one.gl_code for one in budgeting.rows(second)] == ["7399", "7431"]
    assert [one.in_force for one in budgeting.versions()] == [False, True]
    adopt(bank, second)
    assert [(one.version, one.in_force) for one in budgeting.versions()] == [(2, True), (1, False)]
    fill_only = begin(bank, like=second)
    fill(bank, fill_only, row("7431", "1"), only=True)
    assert [one.gl_code for one in budgeting.rows(fill_only)] == ["7431"]


def test_what_is_agreed_to_are_these_very_rows(bank: Bank) -> None:
    budget = begin(bank)
    fill(bank, budget, row("7399", "100"))
    head = head_of_finance(bank)
    parked = do("finance.adopt_budget", {"budget": budget}, actor=bank.accountant)
    meaning = sql.value("SELECT meaning_hash FROM control_approval WHERE id = %(id)s",
                        {"id": parked.approval_id})  # fmt: skip
    fill(bank, budget, row("7399", "999"))
    seen = {"approval": parked.approval_id, "meaning": meaning}
    result = do("control.approve", seen, actor=head).result
    assert result["state"] == "returned"
    found = budgeting.version(budget)
    assert found is not None
    assert found.state == "draft"


def test_rows_that_cannot_be_planned_are_refused(bank: Bank) -> None:
    budget = begin(bank)
    for refusal, rows in [
        (UnknownGLAccount, [row("7999", "1")]),
        (NotPlanned, [row("1001", "1")]),
        (UnknownBranch, [row("7399", "1", branch="999")]),
        (PlannedTwice, [row("7399", "1"), row("7399", "2")]),
        (TooManyDecimals, [row("7399", "1.005")]),
    ]:
        refuse(refusal, "finance.set_budget_rows", {"budget": budget, "rows": rows},
               actor=bank.accountant)  # fmt: skip
    refuse(BudgetEmpty, "finance.adopt_budget", {"budget": budget}, actor=bank.accountant)
    refuse(NotFound, "finance.adopt_budget", {"budget": 999}, actor=bank.accountant)
    refuse(NotFound, "finance.begin_budget", {"year": 2026, "name": "Бюджет", "like": 999},
           actor=bank.accountant)  # fmt: skip
    refuse(PermissionMissing, "finance.begin_budget", {"year": 2026, "name": "Бюджет"},
           actor=bank.teller)  # fmt: skip


def test_the_database_keeps_what_was_adopted(bank: Bank) -> None:
    budget = begin(bank)
    fill(bank, budget, row("7399", "100"))
    adopt(bank, budget)
    for statement in (
        "UPDATE finance_budgetline SET amount_minor = 1",
        "DELETE FROM finance_budgetline",
        "INSERT INTO finance_budgetline (budget_id, gl_account_id, branch_id, centre, month,"
        f" amount_minor) SELECT {budget}, min(g.id), min(b.id), 'X', 1, 1"
        " FROM ledger_glaccount g, kernel_branch b",
        "UPDATE finance_budget SET name = 'інший'",
    ):
        assert _state(statement) == "SK008", statement
    assert sql.value("SELECT sum(amount_minor) FROM finance_budgetline") == 100_00


def _state(statement: str) -> str | None:
    """The SQLSTATE with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), guarding.door_open():
        sql.rows(statement + " RETURNING 1")
    return getattr(refused.value.__cause__, "sqlstate", None)


# --- Workbooks ----------------------------------------------------------------------------------


def read(given: bytes) -> workbooks.Read:
    codes = [code for code, *_ in budgeting.plannable()]
    return workbooks.read(
        given,
        base="UAH",
        accounts=budgeting.gl_accounts(codes=[*codes, "1001"]),
        branches=budgeting.branches(),
    )


def template(budget: int) -> bytes:
    return workbooks.template(
        budgeting.rows(budget),
        base="UAH",
        accounts=budgeting.plannable(),
        branches=list(budgeting.branches()),
        language="uk",
    )


def test_a_template_that_is_sent_back_means_the_same_rows(bank: Bank) -> None:
    budget = begin(bank)
    fill(bank, budget, row("7399", "100.10", "0", "0.07", centre="IT"), row("6510", "1000"))
    found = read(template(budget))
    assert found.problems == []
    assert [(one.gl_code, one.centre, one.amounts[:3]) for one in found.rows] == [
        ("6510", "", ("1000.00", "0.00", "0.00")),
        ("7399", "IT", ("100.10", "0.00", "0.07")),
    ]
    # A code that a spreadsheet made a number of, an amount that somebody wrote as text.
    again = read(changed(template(budget), {"A2": 6510, "E2": "1 000,50"}))
    assert again.problems == []
    assert again.rows[0].amounts[0] == "1000.50"


def test_everything_that_is_wrong_is_told_by_its_cell(bank: Bank) -> None:
    budget = begin(bank)
    fill(bank, budget, row("7399", "100"), row("7431", "100"), row("7432", "100"))
    found = read(
        changed(
            template(budget),
            {"A2": "7999", "C2": "777", "D3": "ІТ", "E3": 1.005, "F3": "багато", "A4": "7431",
             "D4": None, "G4": -5},
        )
    )  # fmt: skip
    assert [one.place for one in found.problems] == ["A2", "C2", "D3", "E3", "F3", "G4"]
    assert found.rows == []
    twice = read(changed(template(budget), {"A3": "7399"}))
    assert [one.place for one in twice.problems] == ["3"]
    asset = read(changed(template(budget), {"A2": "1001"}))
    assert [one.place for one in asset.problems] == ["A2"]
    for given in (b"", b"no workbook", template(begin(bank))):
        nothing = read(given)
        assert (len(nothing.problems), nothing.rows) == (1, [])


# --- Against the book ---------------------------------------------------------------------------


def made(**given: Any) -> Sheet:
    asked = making.parameters(BUDGET_AND_ACTUAL, today=LAST, **given)
    return making.make(BUDGET_AND_ACTUAL, asked, queries.knowledge_at(None))


def cells(found: Table, code: str) -> dict[str, int]:
    return {
        cell.column: cell.minor
        for line in found.rows
        if line.code == code
        for cell in line.cells
        if not cell.missing
    }


@pytest.fixture
def spent(bank: Bank) -> Bank:
    """Costs of two centres and some income, on closed days and on the open one; and a plan."""
    till = internal_account(bank)
    licences, rent, fee = (
        do(
            "finance.open_internal_account",
            {"branch": branch, "gl_code": code, "currency": "UAH", "part": centre},
            actor=bank.accountant,
        ).result["account"]
        for branch, code, centre in (
            (bank.branch, "7399", "IT"),
            (bank.other_branch, "7395", ""),
            (bank.branch, "6510", ""),
        )
    )
    budget = begin(bank)
    fill(
        bank,
        budget,
        row("7399", "500", "500", centre="IT"),
        row("7395", "300", "300", branch=BRANCHES[1]),
        row("6510", "1000", "1000"),
    )
    adopt(bank, budget)
    for number in range(4):
        move(bank, source=licences, target=till, minor=100_00)
        move(bank, source=rent, target=till, minor=90_00)
        move(bank, source=till, target=fee, minor=200_00 + number)
        if number < 3:
            days.close_day(bank)
    return bank


def booked(condition: str) -> int:
    found: int = sql.value(
        f"""SELECT coalesce(sum(p.amount_minor), 0)::bigint FROM ledger_posting p
              JOIN ledger_account a ON a.id = p.account_id
              JOIN ledger_glaccount g ON g.id = a.gl_account_id
             WHERE a.currency = 'UAH' AND {condition}"""
    )
    return found


def test_plan_and_actual_are_the_budget_s_and_the_ledger_s(spent: Bank) -> None:
    sheet = made()
    told = table(content(sheet))
    income, expense, result = (cells(told, code) for code in ("income", "expense", "result"))
    assert income["actual"] == -booked("g.kind = 'income'") == 800_06
    assert expense["actual"] == booked("g.kind = 'expense'") == 760_00
    assert (income["plan"], expense["plan"]) == (1_000_00, 800_00)
    assert (income["variance"], expense["variance"]) == (-199_94, -40_00)
    assert (income["done"], expense["done"]) == (8_001, 9_500)
    assert result["actual"] == 40_06
    # The year has begun with this month, and so has the quarter.
    for span in ("quarter_", "year_"):
        assert expense[f"{span}plan"] == 800_00
        assert expense[f"{span}actual"] == 760_00
    assert cells(told, "centre.IT")["actual"] == booked("a.number LIKE '7399-%%-IT'") == 400_00
    assert cells(told, "centre.")["actual"] == 360_00
    assert cells(told, "centre")["actual"] == expense["actual"]


def test_a_month_that_has_begun_is_planned_whole_and_others_not_at_all(spent: Bank) -> None:
    expense = cells(table(content(made(start=FIRST, end=FIRST))), "expense")
    assert (expense["plan"], expense["actual"]) == (800_00, 190_00)
    before = cells(table(content(made(start=dt.date(2025, 12, 1), end=dt.date(2025, 12, 31)))),
                   "expense")  # fmt: skip
    assert before["plan"] == before["actual"] == 0


def test_actual_figures_open_into_their_postings(spent: Bank) -> None:
    sheet = made()
    for column, expected in (("actual", 400_00), ("plan", 0)):
        figure = sheet.figure("centre.IT", column)
        assert figure is not None
        postings = queries.behind(
            [share.fact for share in figure.shares],
            start=FIRST,
            end=LAST,
            knowledge=queries.knowledge_at(None),
            narrow=BUDGET_AND_ACTUAL.source.narrow,
            sight=EVERYTHING,
        )
        assert sum(one.amount_minor for one in postings) == expected


def test_a_plan_is_known_again_after_a_later_version(spent: Bank) -> None:
    kept = do("reporting.keep_report", {"report": "budget_actual"}, actor=spent.accountant)
    later = begin(spent)
    fill(spent, later, row("7395", "1", branch=BRANCHES[1]))
    adopt(spent, later)
    found = queries.kept(kept.result["kept"])
    assert found is not None
    assert cells(table(content(made())), "expense")["plan"] == 1_00
    known = queries.knowledge_at(found.line.at)
    asked = making.parameters(BUDGET_AND_ACTUAL, today=LAST)
    then = table(content(making.make(BUDGET_AND_ACTUAL, asked, known)))
    assert cells(then, "expense")["plan"] == 800_00


def test_the_report_asks_as_much_for_many_rows_as_for_few(spent: Bank) -> None:
    def asked() -> int:
        with statements() as seen:
            table(content(made()))
        return len(seen)

    few = asked()
    more = begin(spent)
    codes = [code for code, *_ in budgeting.plannable()][:40]
    fill(spent, more, *(row(code, *["1"] * 12) for code in codes))
    adopt(spent, more)
    assert asked() == few <= 16
