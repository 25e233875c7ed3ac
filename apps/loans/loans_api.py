"""Loans in the API as they stand: lists of them, one of them, the portfolio.

A number of a loan stands in no address: it is looked for in a body, and read by its id.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from apps.control.rest.endpoints import Ask, Asked, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.control.rest.parameters import PagedBody
from apps.kernel.daycount import DayCount
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.loans import catalogue, portfolio, queries, rules
from apps.loans.api import LOANS, VIEW, Share, share
from apps.loans.rules import Method

Bucket = Annotated[int, Meta(ge=0, le=len(rules.BUCKETS) - 1)]


class LoanLine(Struct, frozen=True):
    """A loan as it stands now. `principal` is all that is owed of it, `due` what fell due.

    `bucket` counts from 0, where nothing is overdue: 1, 8, 31, 61, 91, 181 and 366 days begin the
    next ones.
    """

    id: int
    number: str
    customer: int
    product: str
    branch: int
    amount: Money
    principal: Money
    due: Money
    next_due_on: dt.date
    opened_on: dt.date
    closed_on: dt.date | None
    days_overdue: int
    bucket: int


_LINE = {
    "id": 77,
    "number": "UA693003460000022030000000077",
    "customer": 3001,
    "product": "CASH",
    "branch": 1,
    "amount": uah("12000.00"),
    "principal": uah("11205.15"),
    "due": uah("0.00"),
    "next_due_on": "2026-05-05",
    "opened_on": "2026-03-02",
    "closed_on": None,
    "days_overdue": 0,
    "bucket": 0,
}


class WhichLoans(Asked, frozen=True, kw_only=True):
    """Of a branch, of a customer, of a product by its code, in a bucket, open or closed."""

    branch: int | None = None
    customer: int | None = None
    product: Annotated[str, Meta(max_length=20)] | None = None
    bucket: Bucket | None = None
    state: Literal["open", "closed"] | None = None


@reads(
    "loans.loans",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Кредити", en="Loans"),
    example={"items": [_LINE], "next": None},
)
def loans(ask: Ask, *, query: WhichLoans, page: Slice) -> Page[LoanLine]:
    """Oldest first, in the branches of the key; closed ones too. A bucket has open ones alone."""
    found = catalogue.loans(
        branches=ask.branches,
        branch=query.branch,
        customer=query.customer,
        product=query.product,
        bucket=query.bucket,
        is_closed=None if query.state is None else query.state == "closed",
        after=page.behind(0),
        limit=page.limit,
    )
    return page.of([_line(one) for one in found], lambda one: [one.id])


class LoanSearch(PagedBody, frozen=True, kw_only=True):
    """The whole number of a loan; spaces do not count."""

    number: Annotated[str, Meta(min_length=1, max_length=60)]


@reads(
    "loans.search",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Знайти кредит за номером", en="Find a loan by its number"),
    example={"items": [_LINE], "next": None},
    sample={"number": "UA69 3003 4600 0002 2030 0000 0000 77"},
)
def search(ask: Ask, *, body: LoanSearch, page: Slice) -> Page[LoanLine]:
    """The loan with this number, or none."""
    found = portfolio.numbered("".join(body.number.split()).upper())
    if found is None or not ask.rights.reaches(VIEW, found.branch):
        return Page([], None)
    return Page([_line(found)], None)


def _line(found: portfolio.Line) -> LoanLine:
    code = found.currency
    return LoanLine(
        id=found.id,
        number=found.number,
        customer=found.customer,
        product=found.product,
        branch=found.branch,
        amount=Money(found.amount_minor, code),
        principal=Money(found.principal_minor, code),
        due=Money(found.due_minor, code),
        next_due_on=found.next_due_on,
        opened_on=found.opened_on,
        closed_on=found.closed_on,
        days_overdue=found.days_overdue,
        bucket=found.bucket,
    )


class Loan(Struct, frozen=True):
    """A loan with its contract. Rates are in percent a year, but `effective_rate`: a part of one.

    What fell due and is unpaid is `due_principal`, `due_interest` and `due_penalty`; `accrued` is
    the interest since the last due date. `next_payment` is that of the schedule in force, null
    after the last due date.
    """

    loan: LoanLine
    ledger_account: int
    deposit: int
    terms: int
    method: Method
    annual_rate: Decimal
    day_count: DayCount
    months: int
    due_day: int
    fee: Money
    penalty_rate: Decimal
    waiting_days: int
    effective_rate: Share | None
    plan: int
    due_principal: Money
    due_interest: Money
    due_penalty: Money
    accrued: Money
    next_payment: Money | None
    last_due_on: dt.date
    overdue_since: dt.date | None


@reads(
    "loans.loan",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Кредит", en="A loan"),
    example={
        "loan": _LINE,
        "ledger_account": 1204,
        "deposit": 42,
        "terms": 3,
        "method": "annuity",
        "annual_rate": "36.500000",
        "day_count": "ACT/365F",
        "months": 12,
        "due_day": 5,
        "fee": uah("120.00"),
        "penalty_rate": "18.250000",
        "waiting_days": 3,
        "effective_rate": "0.4318001234",
        "plan": 1,
        "due_principal": uah("0.00"),
        "due_interest": uah("0.00"),
        "due_penalty": uah("0.00"),
        "accrued": uah("112.05"),
        "next_payment": uah("1197.53"),
        "last_due_on": "2027-03-05",
        "overdue_since": None,
    },
)
def loan(ask: Ask, *, loan: int) -> Loan:
    """What was agreed and how it stands now, by its id."""
    contract = visible(ask, loan)
    line, facts = portfolio.line(loan), queries.loan(loan)
    code, next_minor = contract.currency, contract.next_minor
    return Loan(
        loan=_line(line),
        ledger_account=facts.account,
        deposit=contract.deposit,
        terms=facts.terms,
        method=Method(contract.method),
        annual_rate=contract.annual_rate,
        day_count=DayCount(contract.day_count),
        months=contract.months,
        due_day=contract.due_day,
        fee=Money(contract.fee_minor, code),
        penalty_rate=contract.penalty_rate,
        waiting_days=contract.waiting_days,
        effective_rate=share(contract.effective_rate),
        plan=contract.plan_number,
        due_principal=Money(facts.due_principal_minor, code),
        due_interest=Money(facts.due_interest_minor, code),
        due_penalty=Money(facts.due_penalty_minor, code),
        accrued=Money(rules.whole_interest(facts.accrued_units), code),
        next_payment=None if next_minor is None else Money(next_minor, code),
        last_due_on=contract.last_due_on,
        overdue_since=contract.overdue_since,
    )


def visible(ask: Ask, loan: int) -> portfolio.Profile:
    """A loan where the key may look; one statement. Raises NotFound, also for those elsewhere."""
    found = portfolio.profile(loan)
    ask.require(found.branch)
    return found


# --- The portfolio ------------------------------------------------------------------------------


class PortfolioLine(Struct, frozen=True):
    """Open loans of a product, branch and currency in a bucket; `overdue` without penalties."""

    product: str
    branch: int
    bucket: int
    loans: int
    principal: Money
    overdue: Money


class LoanPortfolio(Struct, frozen=True):
    """The open loans of the key's branches by age of their debt, on the open date."""

    date: dt.date
    lines: list[PortfolioLine]


@reads(
    "loans.portfolio",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Кредитний портфель", en="The portfolio of loans"),
    example={
        "date": "2026-03-02",
        "lines": [
            {
                "product": "CASH",
                "branch": 1,
                "bucket": 2,
                "loans": 14,
                "principal": uah("158200.00"),
                "overdue": uah("9120.44"),
            }
        ],
    },
)
def loan_portfolio(ask: Ask) -> LoanPortfolio:
    """By product, branch, currency and bucket."""
    found = portfolio.portfolio(branches=ask.branches)
    lines = [
        PortfolioLine(
            product=one.product,
            branch=one.branch,
            bucket=one.bucket,
            loans=one.loans,
            principal=Money(one.principal_minor, one.currency),
            overdue=Money(one.overdue_minor, one.currency),
        )
        for one in found
    ]
    return LoanPortfolio(ask.date, lines)
