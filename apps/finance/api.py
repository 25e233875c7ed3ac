"""Entries by hand, budgets and months in the API. Entries are read where all of the book is."""

import datetime as dt

from msgspec import Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.finance import budgeting, months
from apps.finance.budget_views import VIEW as VIEW_BUDGETS
from apps.finance.month_views import VIEW as VIEW_MONTHS
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.ledger.api import LEDGER

FINANCE = Tag(name="finance", title=Text(uk="Бюджет і місяці", en="Budget and months"))

_AMOUNT = uah("1200.00")

OPEN_INTERNAL_ACCOUNT = does(
    "finance.open_internal_account",
    tag=LEDGER,
    example={"branch": 1, "gl_code": "7399", "currency": "UAH"},
    gives={"account": 310, "number": "7399-1-UAH"},
    location="ledger-accounts/{account}",
)
BOOK_MANUAL_ENTRY = does(
    "finance.book_manual_entry",
    tag=LEDGER,
    example={
        "branch": 1,
        "legs": [
            {"account": "7399-1-UAH", "side": "debit", "amount": _AMOUNT},
            {"account": "1200-1-UAH", "side": "credit", "amount": _AMOUNT},
        ],
        "narrative": "Оренда за березень",
    },
)


# --- Budgets ------------------------------------------------------------------------------------


class BudgetVersion(Struct, frozen=True):
    """A version of a year's budget with its sums; the newest adopted one of a year is in force."""

    id: int
    year: int
    version: int
    name: str
    state: str
    in_force: bool
    begun_on: dt.date
    begun_by: str
    adopted_on: dt.date | None
    rows: int
    income: Money
    expense: Money


class PlannedYear(Struct, frozen=True):
    """A row: twelve amounts, January first, positive on the side of their account."""

    gl_code: str
    branch: str
    centre: str
    amounts: list[Money]


class BudgetTold(Struct, frozen=True):
    """A version with its rows."""

    budget: BudgetVersion
    rows: list[PlannedYear]


_VERSION = {
    "id": 3,
    "year": 2026,
    "version": 1,
    "name": "Бюджет 2026",
    "state": "adopted",
    "in_force": True,
    "begun_on": "2026-03-02",
    "begun_by": "Марія Бондар",
    "adopted_on": "2026-03-02",
    "rows": 1,
    "income": uah("0.00"),
    "expense": uah("14400.00"),
}
_ROW = {"gl_code": "7399", "branch": "001", "centre": "IT", "amounts": [_AMOUNT] * 12}


@reads(
    "finance.budgets",
    permission=VIEW_BUDGETS,
    tag=FINANCE,
    summary=Text(uk="Версії бюджетів", en="Versions of budgets"),
    example={"items": [_VERSION], "next": None},
)
def budgets(ask: Ask, *, page: Slice) -> Page[BudgetVersion]:
    """Those begun last first. For keys that hold the permission in the whole bank."""
    ask.require(None)
    found = budgeting.versions(before=page.behind(None), limit=page.limit)
    base = bank().base_currency
    return page.of([_version(one, base) for one in found], lambda one: [one.id])


@reads(
    "finance.budget",
    permission=VIEW_BUDGETS,
    tag=FINANCE,
    summary=Text(uk="Версія бюджету", en="A version of a budget"),
    example={"budget": _VERSION, "rows": [_ROW]},
)
def budget(ask: Ask, *, budget: int) -> BudgetTold:
    """With all its rows. For keys that hold the permission in the whole bank."""
    ask.require(None)
    found = budgeting.version(budget)
    if found is None:
        raise NotFound
    base = bank().base_currency
    rows = [
        PlannedYear(
            row.gl_code, row.branch, row.centre, [Money(minor, base) for minor in row.minors]
        )
        for row in budgeting.rows(budget)
    ]
    return BudgetTold(_version(found, base), rows)


def _version(one: budgeting.Version, base: str) -> BudgetVersion:
    return BudgetVersion(
        id=one.id,
        year=one.year,
        version=one.version,
        name=one.name,
        state=one.state,
        in_force=one.in_force,
        begun_on=one.begun_on,
        begun_by=one.begun_by,
        adopted_on=one.adopted_on,
        rows=one.rows,
        income=Money(one.income_minor, base),
        expense=Money(one.expense_minor, base),
    )


BEGIN_BUDGET = does(
    "finance.begin_budget",
    tag=FINANCE,
    example={"year": 2026, "name": "Бюджет 2026"},
    gives={"budget": 3, "version": 1},
    location="budgets/{budget}",
)
SET_BUDGET_ROWS = does(
    "finance.set_budget_rows",
    tag=FINANCE,
    example={
        "rows": [{"gl_code": "7399", "branch": "001", "centre": "IT", "amounts": ["1200.00"] * 12}]
    },
    gives={"rows": 1},
)
ADOPT_BUDGET = does("finance.adopt_budget", tag=FINANCE, example={})


# --- Months -------------------------------------------------------------------------------------


class MonthTold(Struct, frozen=True):
    """A month of the bank, named by its first day."""

    period: dt.date
    dates: int
    closed_dates: int
    closed: bool


class MonthCheckTold(Struct, frozen=True):
    """A check that an app makes: how much is left, and what of it first."""

    name: str
    title_uk: str
    title_en: str
    left: int
    first: list[str]


class MonthTickTold(Struct, frozen=True):
    """What people tick; by nobody where nobody has said anything yet."""

    item: str
    title_uk: str
    title_en: str
    done: bool
    note: str
    at: dt.datetime | None
    by: str


class ChecklistTold(Struct, frozen=True):
    """A month with everything that its close asks for."""

    month: MonthTold
    checks: list[MonthCheckTold]
    ticks: list[MonthTickTold]


_MONTH = {"period": "2026-02-01", "dates": 28, "closed_dates": 28, "closed": False}


@reads(
    "finance.months",
    permission=VIEW_MONTHS,
    tag=FINANCE,
    summary=Text(uk="Місяці банку", en="Months of the bank"),
    example={"items": [_MONTH], "next": None},
)
def month_list(ask: Ask, *, page: Slice) -> Page[MonthTold]:
    """Newest first. For keys that hold the permission in the whole bank."""
    ask.require(None)
    after = page.behind(None)
    before = dt.date.fromisoformat(after) if after else None
    found = months.months(before=before, limit=page.limit)
    return page.of([_month(one) for one in found], lambda one: [one.period])


@reads(
    "finance.month",
    permission=VIEW_MONTHS,
    tag=FINANCE,
    summary=Text(uk="Що лишилося зробити в місяці", en="What is left to do in a month"),
    example={
        "month": _MONTH,
        "checks": [
            {
                "name": "eod.days_closed",
                "title_uk": "Усі дні місяця закрито",
                "title_en": "Every date of the month is closed",
                "left": 0,
                "first": [],
            }
        ],
        "ticks": [
            {
                "item": "suspense",
                "title_uk": "Транзитні рахунки розібрано",
                "title_en": "Suspense accounts were cleared",
                "done": False,
                "note": "",
                "at": None,
                "by": "",
            }
        ],
    },
)
def month(ask: Ask, *, period: dt.date) -> ChecklistTold:
    """By its first day. For keys that hold the permission in the whole bank."""
    ask.require(None)
    line = months.one_month(period)
    if line is None:
        raise NotFound
    found = months.checklist(period)
    return ChecklistTold(
        month=_month(line),
        checks=[
            MonthCheckTold(one.name, one.title.uk, one.title.en, one.left, one.first)
            for one in found.checks
        ],
        ticks=[
            MonthTickTold(
                item=one.item,
                title_uk=one.title.uk,
                title_en=one.title.en,
                done=one.is_done,
                note=one.note,
                at=one.at,
                by=one.by,
            )
            for one in found.ticks
        ],
    )


def _month(one: months.MonthLine) -> MonthTold:
    return MonthTold(one.month, one.dates, one.closed_dates, one.is_closed)


TICK_MONTH = does(
    "finance.tick_month", tag=FINANCE, example={"item": "suspense", "note": "Залишків немає"}
)
CLOSE_MONTH = does("finance.close_month", tag=FINANCE, example={})
REOPEN_MONTH = does(
    "finance.reopen_month", tag=FINANCE, example={"reason": "Виправлення нарахувань"}
)
