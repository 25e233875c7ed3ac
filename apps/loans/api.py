"""Loans in the API before they are repaid: terms, what a loan would be, applications, paying out.

Lists of loans are in `loans_api`; one loan's schedule and payments are in `repaying_api`.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.daycount import DayCount
from apps.kernel.money import MAX_MINOR, Money
from apps.kernel.text import Text
from apps.kernel.workdays import BusinessDay
from apps.loans import catalogue, lending, queries
from apps.loans.models import Application as StoredApplication
from apps.loans.rules import Method, Portion
from apps.products.models import Product

LOANS = Tag(name="loans", title=Text(uk="Кредити", en="Loans"))
VIEW = "loans.view"
Months = Annotated[int, Meta(ge=1, le=600)]
DueDay = Annotated[int, Meta(ge=1, le=31)]
# A yearly rate as a part of one: 0.4318 is 43.18 %.
Share = Annotated[str, Meta(pattern=r"^-?[0-9]+\.[0-9]+$")]


# --- Terms --------------------------------------------------------------------------------------


class LoanTerms(Struct, frozen=True):
    """Terms of a loan product from `valid_from` until its next ones.

    Rates are in percent: `annual_rate` and `penalty_rate` a year, `fee_rate` of the amount. A level
    instalment is a multiple of `multiple`. `allocation` is to what a payment goes first.
    """

    terms: int
    valid_from: dt.date
    method: Method
    annual_rate: Decimal
    day_count: DayCount
    business_day: BusinessDay
    least: Money
    most: Money
    min_months: int
    max_months: int
    grace_months: int
    multiple: Money
    fee_rate: Decimal
    penalty_rate: Decimal
    waiting_days: int
    allocation: list[Portion]
    principal_gl: str
    accrued_gl: str
    income_gl: str
    fee_gl: str
    penalty_gl: str


@reads(
    "loans.terms",
    permission=None,
    tag=LOANS,
    summary=Text(uk="Умови кредитного продукту", en="Terms of a loan product"),
    example={
        "items": [
            {
                "terms": 3,
                "valid_from": "2026-01-01",
                "method": "annuity",
                "annual_rate": "36.500000",
                "day_count": "ACT/365F",
                "business_day": "following",
                "least": uah("1000.00"),
                "most": uah("500000.00"),
                "min_months": 3,
                "max_months": 60,
                "grace_months": 0,
                "multiple": uah("0.01"),
                "fee_rate": "1.000000",
                "penalty_rate": "18.250000",
                "waiting_days": 3,
                "allocation": [
                    "overdue_principal",
                    "overdue_interest",
                    "principal",
                    "interest",
                    "penalty",
                ],
                "principal_gl": "2203",
                "accrued_gl": "2208",
                "income_gl": "6052",
                "fee_gl": "6511",
                "penalty_gl": "6397",
            }
        ],
        "next": None,
    },
)
def terms(ask: Ask, *, product: str, page: Slice) -> Page[LoanTerms]:
    """What the terms were, are and will be, newest first. Contracts keep theirs."""
    known = Product.objects.filter(code=product, kind=Product.Kind.LOAN).only("id").first()
    if known is None:
        raise NotFound
    before = dt.date.fromisoformat(page.after[0]) if page.after else None
    found = catalogue.versions(known.id, before=before, limit=page.limit)
    return page.of([_terms(one) for one in found], lambda one: [one.valid_from])


def _terms(found: queries.LoanTerms) -> LoanTerms:
    return LoanTerms(
        terms=found.id,
        valid_from=found.valid_from,
        method=found.method,
        annual_rate=found.annual_rate,
        day_count=found.day_count,
        business_day=found.business_day,
        least=Money(found.min_minor, found.currency),
        most=Money(found.max_minor, found.currency),
        min_months=found.min_months,
        max_months=found.max_months,
        grace_months=found.grace_months,
        multiple=Money(found.multiple_minor, found.currency),
        fee_rate=found.fee_rate,
        penalty_rate=found.penalty_rate,
        waiting_days=found.waiting_days,
        allocation=[Portion(one) for one in found.allocation],
        principal_gl=found.principal_gl,
        accrued_gl=found.accrued_gl,
        income_gl=found.income_gl,
        fee_gl=found.fee_gl,
        penalty_gl=found.penalty_gl,
    )


class OfferedInstalment(Struct, frozen=True):
    """A line of a schedule; `balance` is the principal after it."""

    number: int
    due_on: dt.date
    principal: Money
    interest: Money
    payment: Money
    balance: Money


class LoanOffer(Struct, frozen=True):
    """What a loan would be, paid out today. Rates are yearly parts of one, null beyond measure.

    `effective_rate` is of the interest, `annual_cost` of interest and fee: the annual percentage
    rate of consumer credit. `cost` is all that is paid beyond the amount.
    """

    terms: int
    amount: Money
    fee: Money
    interest: Money
    cost: Money
    effective_rate: Share | None
    annual_cost: Share | None
    instalments: list[OfferedInstalment]


class Wished(Asked, frozen=True, kw_only=True):
    """An amount in minor units of the product's currency, a term, and a day of the month."""

    amount_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    months: Months
    due_day: DueDay


@reads(
    "loans.offer",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Яким був би кредит", en="What a loan would be"),
    example={
        "terms": 3,
        "amount": uah("12000.00"),
        "fee": uah("120.00"),
        "interest": uah("376.33"),
        "cost": uah("496.33"),
        "effective_rate": "0.4324681232",
        "annual_cost": "0.5771063245",
        "instalments": [
            {
                "number": 1,
                "due_on": "2026-04-05",
                "principal": uah("11640.00"),
                "interest": uah("376.33"),
                "payment": uah("12016.33"),
                "balance": uah("360.00"),
            }
        ],
    },
    sample={"amount_minor": 1_200_000, "months": 12, "due_day": 5},
)
def offer(ask: Ask, *, product: str, query: Wished) -> LoanOffer:
    """The schedule and its cost by the terms of today; nothing is promised and nothing is kept."""
    found = queries.lent(product, ask.date)
    lending.require_within(
        found, amount=Money(query.amount_minor, found.currency), months=query.months
    )
    made = queries.offer(
        found,
        amount_minor=query.amount_minor,
        months=query.months,
        due_day=query.due_day,
        date=ask.date,
    )
    cost, code = made.cost, found.currency
    return LoanOffer(
        terms=found.id,
        amount=Money(cost.lent_minor, code),
        fee=Money(cost.fee_minor, code),
        interest=Money(cost.interest_minor, code),
        cost=Money(cost.cost_minor, code),
        effective_rate=share(cost.effective_rate),
        annual_cost=share(cost.annual_cost),
        instalments=[
            OfferedInstalment(
                number=line.number,
                due_on=line.due_on,
                principal=Money(line.principal_minor, code),
                interest=Money(line.interest_minor, code),
                payment=Money(line.payment_minor, code),
                balance=Money(line.balance_minor, code),
            )
            for line in made.schedule.lines
        ],
    )


def share(rate: Decimal | None) -> str | None:
    """A rate as a part of one, in plain digits."""
    return None if rate is None else f"{rate:.10f}"


# --- Applications -------------------------------------------------------------------------------


class LoanApplication(Struct, frozen=True):
    """What a customer asked for, and what was decided: by whom, when and, of a refusal, why.

    `terms`, `approved` and `approved_months` are null until it is approved, `loan` until the loan
    is paid out.
    """

    id: int
    customer: int
    product: str
    branch: int
    deposit: int
    amount: Money
    months: int
    due_day: int
    purpose: str
    state: StoredApplication.State
    taken_on: dt.date
    taken_by: int
    terms: int | None
    approved: Money | None
    approved_months: int | None
    decided_on: dt.date | None
    decided_by: int | None
    reason: str
    loan: int | None


_APPLICATION = {
    "id": 77,
    "customer": 3001,
    "product": "CASH",
    "branch": 1,
    "deposit": 42,
    "amount": uah("12000.00"),
    "months": 12,
    "due_day": 5,
    "purpose": "Ремонт",
    "state": "approved",
    "taken_on": "2026-03-02",
    "taken_by": 21,
    "terms": 3,
    "approved": uah("12000.00"),
    "approved_months": 12,
    "decided_on": "2026-03-02",
    "decided_by": 22,
    "reason": "",
    "loan": None,
}


class WhichApplications(Asked, frozen=True, kw_only=True):
    """In one state, of one customer; or all."""

    state: StoredApplication.State | None = None
    customer: int | None = None


@reads(
    "loans.applications",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Заявки на кредити", en="Applications for loans"),
    example={"items": [_APPLICATION], "next": None},
)
def applications(ask: Ask, *, query: WhichApplications, page: Slice) -> Page[LoanApplication]:
    """Newest first, in the branches of the key."""
    found = catalogue.applications(
        branches=ask.branches,
        states=[query.state.value] if query.state else [],
        customer=query.customer,
        before=page.behind(None),
        limit=page.limit,
    )
    return page.of([_application(one) for one in found], lambda one: [one.id])


@reads(
    "loans.application",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Заявка на кредит", en="An application for a loan"),
    example=_APPLICATION,
)
def application(ask: Ask, *, application: int) -> LoanApplication:
    """What was asked for and what came of it."""
    found = catalogue.application(application)
    if found is None:
        raise NotFound
    ask.require(found.branch)
    return _application(found)


def _application(found: catalogue.Asked) -> LoanApplication:
    approved = found.approved_minor
    return LoanApplication(
        id=found.id,
        customer=found.customer,
        product=found.product,
        branch=found.branch,
        deposit=found.deposit,
        amount=Money(found.amount_minor, found.currency),
        months=found.months,
        due_day=found.due_day,
        purpose=found.purpose,
        state=StoredApplication.State(found.state),
        taken_on=found.taken_on,
        taken_by=found.taken_by,
        terms=found.terms,
        approved=None if approved is None else Money(approved, found.currency),
        approved_months=found.approved_months,
        decided_on=found.decided_on,
        decided_by=found.decided_by,
        reason=found.reason,
        loan=found.loan,
    )


# --- Operations ---------------------------------------------------------------------------------

ADD_TERMS = does(
    "loans.add_terms",
    tag=LOANS,
    example={
        "valid_from": "2026-04-01",
        "method": "annuity",
        "annual_rate": "36.5",
        "min_minor": 100_000,
        "max_minor": 50_000_000,
        "max_months": 60,
        "fee_rate": "1",
        "penalty_rate": "18.25",
        "waiting_days": 3,
    },
    gives={"terms": 3},
)
APPLY = does(
    "loans.apply",
    tag=LOANS,
    example={
        "deposit": 42,
        "product": "CASH",
        "amount": uah("12000.00"),
        "months": 12,
        "due_day": 5,
        "purpose": "Ремонт",
    },
    gives={"application": 77},
    location="loan-applications/{application}",
)
APPROVE = does(
    "loans.approve",
    tag=LOANS,
    example={"amount": uah("12000.00"), "months": 12},
    gives={"state": "approved"},
)
DECLINE = does(
    "loans.decline",
    tag=LOANS,
    example={"reason": "Замалий дохід"},
    gives={"state": "declined"},
)
WITHDRAW = does(
    "loans.withdraw",
    tag=LOANS,
    example={"reason": "Клієнт передумав"},
    gives={"state": "withdrawn"},
)
DISBURSE = does(
    "loans.disburse",
    tag=LOANS,
    example={},
    gives={
        "loan": 77,
        "number": "UA693003460000022030000000077",
        "fee_minor": 12_000,
        "first_due_on": "2026-04-05",
        "effective_rate": "0.4318001234",
    },
    location="loans/{loan}",
)
