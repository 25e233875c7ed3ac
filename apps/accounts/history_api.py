"""What was on a deposit, came, went and was earned, in the API."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from apps.accounts import queries
from apps.accounts.api import DEPOSITS, VIEW, visible
from apps.control.rest.endpoints import Ask, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.currencies import currency
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger import queries as ledger
from apps.ledger.api import AsOf, Period, lines_between, on_date

# Interest before it is rounded, in major units: two decimals of the currency and ten more.
Exact = Annotated[str, Meta(pattern=r"^-?[0-9]+\.[0-9]+$")]


class DepositBalance(Struct, frozen=True):
    """The customer's money at the end of a booking date, or so far if that is open."""

    as_of: dt.date
    balance: Money


@reads(
    "accounts.balance",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Залишок на дату", en="Balance on a date"),
    example={"as_of": "2026-03-02", "balance": uah("1250.50")},
)
def balance(ask: Ask, *, deposit: int, query: AsOf) -> DepositBalance:
    """On the open date where no date is given. Before it was opened a deposit had nothing."""
    date = on_date(query.as_of, ask)
    found = visible(ask, deposit)
    return DepositBalance(date, Money(-ledger.balance_on(found.account, date), found.currency))


class StatementLine(Struct, frozen=True):
    """One line: an amount above zero came, one below went; `balance` is the one after it."""

    entry: int
    booking_date: dt.date
    value_date: dt.date
    kind: str
    narrative: str
    amount: Money
    balance: Money
    run: UUID


@reads(
    "accounts.statement",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Виписка", en="Statement"),
    example={
        "items": [
            {
                "entry": 81234,
                "booking_date": "2026-03-02",
                "value_date": "2026-03-02",
                "kind": "payments.transfer",
                "narrative": "За березень",
                "amount": uah("-100.00"),
                "balance": uah("1250.50"),
                "run": "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f",
            }
        ],
        "next": None,
    },
)
def statement(ask: Ask, *, deposit: int, query: Period, page: Slice) -> Page[StatementLine]:
    """The lines between two dates, both included, newest first, by booking date and posting."""
    found = visible(ask, deposit)
    lines = lines_between(found.account, query, page, ask)
    following = page.of(lines, lambda line: [line.booking_date, line.posting]).next
    return Page([_statement_line(line, found.currency) for line in lines], following)


def _statement_line(line: ledger.Line, code: str) -> StatementLine:
    # A deposit is the bank's debt: what the book credits is what the customer sees come.
    return StatementLine(
        entry=line.entry,
        booking_date=line.booking_date,
        value_date=line.value_date,
        kind=line.kind,
        narrative=line.narrative,
        amount=Money(-line.amount_minor, code),
        balance=Money(-line.balance_minor, code),
        run=line.run,
    )


# --- Interest -----------------------------------------------------------------------------------


class Interest(Struct, frozen=True):
    """Interest that has accrued since a date, that date included, and is not paid yet."""

    accrued: Exact
    currency: str
    since: dt.date


@reads(
    "accounts.interest",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Нараховані та не виплачені відсотки", en="Interest accrued and not paid"),
    example={"accrued": "3.123456789012", "currency": "UAH", "since": "2026-03-01"},
)
def interest(ask: Ask, *, deposit: int) -> Interest:
    """What settling the interest would pay, before rounding and taxes."""
    found = visible(ask, deposit)
    accrued = _exact(queries.accrued(deposit), found.currency)
    return Interest(accrued, found.currency, queries.unpaid_since(deposit))


class Accrual(Struct, frozen=True):
    """What a deposit earned on a day: on which balance, and by which version of its product."""

    booking_date: dt.date
    basis: Money
    interest: Exact
    version: int


@reads(
    "accounts.accruals",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Нарахування за днями", en="Accruals by day"),
    example={
        "items": [
            {
                "booking_date": "2026-03-02",
                "basis": uah("1250.50"),
                "interest": "0.316907534247",
                "version": 12,
            }
        ],
        "next": None,
    },
)
def accruals(ask: Ask, *, deposit: int, query: Period, page: Slice) -> Page[Accrual]:
    """Newest first; a day on which nothing was earned has no line.

    An accrual without a basis takes back a fraction that could not be paid when it was closed.
    """
    found = visible(ask, deposit)
    last = min(query.end or ask.date, ask.date)
    if page.after:
        last = min(last, dt.date.fromisoformat(page.after[0]) - dt.timedelta(days=1))
    first = max(query.start or found.opened_on, found.opened_on)
    lines = queries.accruals(deposit, start=first, end=last, limit=page.limit)
    items = [
        Accrual(
            booking_date=line.booking_date,
            basis=Money(line.basis_minor, found.currency),
            interest=_exact(line.amount_minor, found.currency),
            version=line.version,
        )
        for line in lines
    ]
    return page.of(items, lambda one: [one.booking_date])


class Capitalisation(Struct, frozen=True):
    """Interest that became the customer's money: `gross` is the two taxes and `net`."""

    accrued_through: dt.date
    booking_date: dt.date
    gross: Money
    income_tax: Money
    military_levy: Money
    net: Money
    run: UUID


@reads(
    "accounts.capitalisations",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Виплати відсотків", en="Interest paid"),
    example={
        "items": [
            {
                "accrued_through": "2026-02-28",
                "booking_date": "2026-02-28",
                "gross": uah("8.87"),
                "income_tax": uah("1.60"),
                "military_levy": uah("0.44"),
                "net": uah("6.83"),
                "run": "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f",
            }
        ],
        "next": None,
    },
)
def capitalisations(ask: Ask, *, deposit: int, page: Slice) -> Page[Capitalisation]:
    """Newest first, those of the end of a month and those that were settled on the way."""
    found = visible(ask, deposit)
    before = dt.date.fromisoformat(page.after[0]) if page.after else None
    code = found.currency
    lines = [
        Capitalisation(
            accrued_through=line.accrued_through,
            booking_date=line.booking_date,
            gross=Money(line.gross_minor, code),
            income_tax=Money(line.pit_minor, code),
            military_levy=Money(line.levy_minor, code),
            net=Money(line.net_minor, code),
            run=line.run,
        )
        for line in queries.capitalisations(deposit, before=before, limit=page.limit)
    ]
    return page.of(lines, lambda one: [one.accrued_through])


def _exact(minor: Decimal, code: str) -> str:
    """Minor units with a fraction as major ones, in plain digits."""
    return f"{minor.scaleb(-currency(code).exponent):f}"
