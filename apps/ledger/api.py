"""The book in the API: its chart, accounts, entries and runs, and the reports made from it."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from apps.control.errors import BadParameter, NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger import catalogue, queries
from apps.ledger.errors import AccountConfidential, UnknownGLAccount
from apps.ledger.models import GLAccount as Stored
from apps.ledger.rules import Sight

LEDGER = Tag(name="ledger", title=Text(uk="Книга", en="The book"))
VIEW = "ledger.view"
# Behind every line of the last day that is asked for.
_LAST_POSTING = 2**62
Side = Literal["debit", "credit"]
GLCode = Annotated[str, Meta(pattern=r"^[0-9]{4,12}$")]


class AsOf(Asked, frozen=True, kw_only=True):
    """A booking date; the open one where none is named."""

    as_of: dt.date | None = None


class Period(Asked, frozen=True, kw_only=True):
    """Booking dates, both included."""

    start: dt.date | None = None
    end: dt.date | None = None


def on_date(as_of: dt.date | None, ask: Ask) -> dt.date:
    """The date that is asked for. Raises BadParameter for one that has not begun."""
    if as_of is not None and as_of > ask.date:
        raise BadParameter(parameter="as_of", reason="later than the open date")
    return as_of or ask.date


# --- Chart of accounts --------------------------------------------------------------------------


class GLAccount(Struct, frozen=True):
    """A line of the chart of accounts, with the side on which it grows."""

    code: str
    name_uk: str
    name_en: str
    kind: Stored.Kind
    side: Side
    effective_from: dt.date


@reads(
    "ledger.gl_accounts",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="План рахунків", en="Chart of accounts"),
    example={
        "items": [
            {
                "code": "2620",
                "name_uk": "Кошти на вимогу фізичних осіб",
                "name_en": "Demand deposits of individuals",
                "kind": "liability",
                "side": "credit",
                "effective_from": "2018-01-01",
            }
        ],
        "next": None,
    },
)
def gl_accounts(ask: Ask, *, page: Slice) -> Page[GLAccount]:
    """By code. The chart is the same in all branches."""
    after = page.behind("")
    found = Stored.objects.filter(code__gt=after).order_by("code")[: page.limit]
    lines = [
        GLAccount(
            code=one.code,
            name_uk=one.name_uk,
            name_en=one.name_en,
            kind=Stored.Kind(one.kind),
            side=side(one.side),
            effective_from=one.effective_from,
        )
        for one in found
    ]
    return page.of(lines, lambda one: [one.code])


def side(amount_minor: int) -> Side:
    """The side of a leg, or of an account by its sign."""
    return "debit" if amount_minor > 0 else "credit"


class GLPosting(Struct, frozen=True):
    """One leg that a GL account had; the amount is always above zero.

    Without an `account` it is the sum of those legs of a confidential entry that the key may not
    see one by one.
    """

    posting: int
    entry: int
    booking_date: dt.date
    kind: str
    narrative: str
    account: str | None
    side: Side
    amount: Money
    run: UUID


@reads(
    "ledger.gl_postings",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="Головна книга за рахунком плану", en="General ledger of a GL account"),
    example={
        "items": [
            {
                "posting": 204_511,
                "entry": 81_234,
                "booking_date": "2026-03-02",
                "kind": "payments.transfer",
                "narrative": "За березень",
                "account": "UA213003460000026200000000042",
                "side": "debit",
                "amount": uah("100.00"),
                "run": "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f",
            }
        ],
        "next": None,
    },
)
def gl_postings(ask: Ask, *, gl_account: GLCode, query: Period, page: Slice) -> Page[GLPosting]:
    """Oldest first, in the branches of the key: of `end` alone, or the open date, by default."""
    end = query.end or ask.date
    after = page.behind_day()
    try:
        found = queries.general_ledger(
            gl_account,
            start=query.start or end,
            end=end,
            sight=Sight.of(ask.rights),
            branches=ask.branches,
            limit=page.limit,
            after=after,
        )
    except UnknownGLAccount:
        raise NotFound from None
    return page.of([_gl_posting(line) for line in found], lambda o: [o.booking_date, o.posting])


def _gl_posting(line: queries.GLLine) -> GLPosting:
    return GLPosting(
        posting=line.posting,
        entry=line.entry,
        booking_date=line.booking_date,
        kind=line.kind,
        narrative=line.narrative,
        account=line.number,
        side=side(line.amount_minor),
        amount=Money(abs(line.amount_minor), line.currency),
        run=line.run,
    )


# --- Accounts -----------------------------------------------------------------------------------


class LedgerAccount(Struct, frozen=True):
    """A ledger account; `limited` where it has a floor, as deposits and tills have."""

    id: int
    number: str
    name: str
    gl_account: str
    branch: int
    currency: str
    side: Side
    limited: bool
    opened_on: dt.date
    closed_on: dt.date | None


class Wanted(Asked, frozen=True, kw_only=True):
    """Which accounts: of a GL account, of a branch, with a floor or without one."""

    gl_account: GLCode | None = None
    branch: int | None = None
    limited: bool | None = None


_ACCOUNT = {
    "id": 12,
    "number": "6510-1-UAH",
    "name": "Комісійні доходи",
    "gl_account": "6510",
    "branch": 1,
    "currency": "UAH",
    "side": "credit",
    "limited": False,
    "opened_on": "2026-01-05",
    "closed_on": None,
}


@reads(
    "ledger.accounts",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="Рахунки книги", en="Ledger accounts"),
    example={"items": [_ACCOUNT], "next": None},
)
def accounts(ask: Ask, *, query: Wanted, page: Slice) -> Page[LedgerAccount]:
    """Oldest first, closed ones too."""
    found = catalogue.accounts(
        branches=ask.branches,
        gl_account=query.gl_account,
        branch=query.branch,
        limited=query.limited,
        after=page.behind(0),
        limit=page.limit,
    )
    return page.of([_account(one) for one in found], lambda one: [one.id])


@reads(
    "ledger.account",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="Рахунок книги", en="A ledger account"),
    example=_ACCOUNT,
)
def account(ask: Ask, *, account: int) -> LedgerAccount:
    """What an account is; what stands on it is its balance."""
    return _account(_found(ask, account))


def _found(ask: Ask, account: int) -> catalogue.AccountFacts:
    """An account of one's branches; one statement. Raises NotFound, also for those elsewhere."""
    found = catalogue.account(account)
    if found is None:
        raise NotFound
    ask.require(found.branch)
    return found


def _opened(ask: Ask, account: int) -> catalogue.AccountFacts:
    """The same, where its balance and lines may be seen. Raises NotFound, AccountConfidential."""
    found = _found(ask, account)
    if not queries.visible([account], ask.rights):
        raise AccountConfidential
    return found


def _account(found: catalogue.AccountFacts) -> LedgerAccount:
    return LedgerAccount(
        id=found.id,
        number=found.number,
        name=found.name,
        gl_account=found.gl_account,
        branch=found.branch,
        currency=found.currency,
        side=side(found.side),
        limited=found.limited,
        opened_on=found.opened_on,
        closed_on=found.closed_on,
    )


class LedgerBalance(Struct, frozen=True):
    """The balance at the end of a booking date, or so far; positive on the account's own side."""

    as_of: dt.date
    balance: Money
    side: Side


@reads(
    "ledger.balance",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="Залишок рахунку книги на дату", en="Balance of a ledger account on a date"),
    example={
        "as_of": "2026-03-02",
        "balance": uah("340.00"),
        "side": "credit",
    },
)
def balance(ask: Ask, *, account: int, query: AsOf) -> LedgerBalance:
    """On the open date where no date is given."""
    date = on_date(query.as_of, ask)
    found = _opened(ask, account)
    natural = found.side * queries.balance_on(account, date)
    return LedgerBalance(date, Money(natural, found.currency), side(found.side))


class LedgerLine(Struct, frozen=True):
    """One leg of an account; `balance` after it is positive on the account's own side."""

    posting: int
    entry: int
    booking_date: dt.date
    value_date: dt.date
    kind: str
    narrative: str
    side: Side
    amount: Money
    balance: Money
    run: UUID


@reads(
    "ledger.statement",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="Виписка з рахунку книги", en="Statement of a ledger account"),
    example={
        "items": [
            {
                "posting": 204_513,
                "entry": 81_236,
                "booking_date": "2026-03-02",
                "value_date": "2026-03-02",
                "kind": "accounts.charge_fee",
                "narrative": "Довідка про рахунок",
                "side": "credit",
                "amount": uah("25.00"),
                "balance": uah("340.00"),
                "run": "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f",
            }
        ],
        "next": None,
    },
)
def statement(ask: Ask, *, account: int, query: Period, page: Slice) -> Page[LedgerLine]:
    """The legs between two dates, both included, newest first, by booking date and posting."""
    found = _opened(ask, account)
    lines = [
        LedgerLine(
            posting=line.posting,
            entry=line.entry,
            booking_date=line.booking_date,
            value_date=line.value_date,
            kind=line.kind,
            narrative=line.narrative,
            side=side(line.amount_minor),
            amount=Money(abs(line.amount_minor), found.currency),
            balance=Money(found.side * line.balance_minor, found.currency),
            run=line.run,
        )
        for line in lines_between(account, query, page, ask)
    ]
    return page.of(lines, lambda line: [line.booking_date, line.posting])


def lines_between(account: int, period: Period, page: Slice, ask: Ask) -> list[queries.Line]:
    """A page of an account's lines in a period, newest first; one or two statements."""
    before = (period.end or ask.date, _LAST_POSTING)
    if page.after:
        before = (dt.date.fromisoformat(page.after[0]), page.after[1])
    lines = queries.statement(account, limit=page.limit, before=before)
    if period.start is not None:
        lines = [line for line in lines if line.booking_date >= period.start]
    return lines


# --- Trial balance ------------------------------------------------------------------------------


class TrialBalanceLine(Struct, frozen=True):
    """A GL account on a date in one currency; opening and closing are debit positive."""

    gl_account: str
    opening: Money
    debit: Money
    credit: Money
    closing: Money


class TrialBalanceTotal(Struct, frozen=True):
    """Turnovers of a currency. In the whole bank they are equal, and closing is zero."""

    debit: Money
    credit: Money
    closing: Money


class TrialBalance(Struct, frozen=True):
    """A trial balance of the bank, or of one branch where `branch` is not null."""

    as_of: dt.date
    branch: int | None
    lines: list[TrialBalanceLine]
    totals: list[TrialBalanceTotal]


class TrialAsked(AsOf, frozen=True, kw_only=True):
    """A booking date and a branch; without a branch the whole bank."""

    branch: int | None = None


@reads(
    "ledger.trial_balance",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="Оборотно-сальдова відомість", en="Trial balance"),
    example={
        "as_of": "2026-03-02",
        "branch": None,
        "lines": [
            {
                "gl_account": "2620",
                "opening": uah("-1350.50"),
                "debit": uah("100.00"),
                "credit": uah("0.00"),
                "closing": uah("-1250.50"),
            }
        ],
        "totals": [
            {
                "debit": uah("100.00"),
                "credit": uah("100.00"),
                "closing": uah("0.00"),
            }
        ],
    },
)
def trial_balance(ask: Ask, *, query: TrialAsked) -> TrialBalance:
    """Every GL account that ever moved, by code and currency.

    Who reads the book of some branches names one of them, unless there is just one.
    """
    date = on_date(query.as_of, ask)
    branch = query.branch
    if branch is None and ask.branches is not None:
        if len(ask.branches) > 1:
            raise BadParameter(parameter="branch", reason="name one of your branches")
        (branch,) = ask.branches
    elif branch is not None:
        ask.require(branch)
    lines = queries.trial_balance(date, branch=branch)
    return TrialBalance(date, branch, [_trial_line(line) for line in lines], _totals(lines))


def _trial_line(line: queries.TrialLine) -> TrialBalanceLine:
    return TrialBalanceLine(
        gl_account=line.code,
        opening=Money(line.opening_minor, line.currency),
        debit=Money(line.debit_minor, line.currency),
        credit=Money(line.credit_minor, line.currency),
        closing=Money(line.closing_minor, line.currency),
    )


def _totals(lines: Sequence[queries.TrialLine]) -> list[TrialBalanceTotal]:
    totals = []
    for code in sorted({line.currency for line in lines}):
        of = [line for line in lines if line.currency == code]
        totals.append(
            TrialBalanceTotal(
                debit=Money(sum(line.debit_minor for line in of), code),
                credit=Money(sum(line.credit_minor for line in of), code),
                closing=Money(sum(line.closing_minor for line in of), code),
            )
        )
    return totals


LOAD_CHART = does(
    "ledger.load_chart",
    tag=LEDGER,
    example={
        "lines": [
            {
                "code": "2620",
                "name_uk": "Кошти на вимогу фізичних осіб",
                "name_en": "Demand deposits of individuals",
                "kind": "liability",
                "side": "credit",
                "effective_from": "2018-01-01",
            }
        ]
    },
    gives={"lines": 1},
)
