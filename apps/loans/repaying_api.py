"""One loan in the API: what falls due, what fell due, what paid it, what would end it."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from apps.control.errors import BadParameter
from apps.control.rest.endpoints import Ask, Asked, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import MAX_MINOR, Money
from apps.kernel.text import Text
from apps.loans import history, portfolio, queries, servicing
from apps.loans.api import LOANS, VIEW
from apps.loans.loans_api import visible
from apps.loans.models import Charge as StoredCharge
from apps.loans.models import Payment as StoredPayment
from apps.loans.models import Plan as StoredPlan
from apps.loans.rules import Early

_RUN = "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f"
# No loan runs so long.
LONGEST = dt.timedelta(days=36_525)


# --- What falls due -----------------------------------------------------------------------------


class DueLine(Struct, frozen=True):
    """A due date: what is planned for it, or fell due; `balance` is the principal after it.

    A line without a number is a day after the last instalment, or one of a penalty alone.
    """

    number: int | None
    due_on: dt.date
    is_due: bool
    principal: Money
    interest: Money
    penalty: Money
    paid: Money
    balance: Money | None


class LoanSchedule(Struct, frozen=True):
    """Every due date of a loan: those that came, and those of the plan in force."""

    plan: int
    level: Money
    lines: list[DueLine]


@reads(
    "loans.schedule",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Графік платежів", en="The schedule of a loan"),
    example={
        "plan": 1,
        "level": uah("1197.53"),
        "lines": [
            {
                "number": 1,
                "due_on": "2026-04-05",
                "is_due": True,
                "principal": uah("794.85"),
                "interest": uah("402.68"),
                "penalty": uah("0.00"),
                "paid": uah("1197.53"),
                "balance": uah("11205.15"),
            }
        ],
    },
)
def schedule(ask: Ask, *, loan: int) -> LoanSchedule:
    """Oldest first. `level` is the payment of an annuity, the principal of equal parts, or zero."""
    found = visible(ask, loan)
    code = found.currency
    lines = [
        DueLine(
            number=one.number,
            due_on=one.due_on,
            is_due=one.is_due,
            principal=Money(one.principal_minor, code),
            interest=Money(one.interest_minor, code),
            penalty=Money(one.penalty_minor, code),
            paid=Money(one.paid_minor, code),
            balance=None if one.balance_minor is None else Money(one.balance_minor, code),
        )
        for one in portfolio.schedule(loan)
    ]
    return LoanSchedule(found.plan_number, Money(found.level_minor, code), lines)


class LoanPlan(Struct, frozen=True):
    """A schedule that a loan follows or followed, and why it was made."""

    number: int
    made_on: dt.date
    reason: StoredPlan.Reason
    principal: Money
    interest: Money
    level: Money
    instalments: int
    last_due_on: dt.date
    run: UUID


class LoanPlans(Struct, frozen=True):
    """The schedules of a loan, the one in force first."""

    plans: list[LoanPlan]


@reads(
    "loans.plans",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Графіки, за якими йшов кредит", en="Schedules that a loan followed"),
    example={
        "plans": [
            {
                "number": 1,
                "made_on": "2026-03-02",
                "reason": "disbursed",
                "principal": uah("12000.00"),
                "interest": uah("2370.36"),
                "level": uah("1197.53"),
                "instalments": 12,
                "last_due_on": "2027-03-05",
                "run": _RUN,
            }
        ]
    },
)
def plans(ask: Ask, *, loan: int) -> LoanPlans:
    """Each early repayment makes one, and its reversal brings the one before back."""
    code = visible(ask, loan).currency
    return LoanPlans(
        [
            LoanPlan(
                number=one.number,
                made_on=one.made_on,
                reason=StoredPlan.Reason(one.reason),
                principal=Money(one.principal_minor, code),
                interest=Money(one.interest_minor, code),
                level=Money(one.level_minor, code),
                instalments=one.instalments,
                last_due_on=one.last_due_on,
                run=UUID(one.run),
            )
            for one in history.plans(loan)
        ]
    )


class LoanCharge(Struct, frozen=True):
    """What fell due on a date, and how much of it is paid."""

    id: int
    kind: StoredCharge.Kind
    due_on: dt.date
    amount: Money
    paid: Money
    run: UUID


@reads(
    "loans.charges",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Що стало до сплати", en="What fell due on a loan"),
    example={
        "items": [
            {
                "id": 902,
                "kind": "principal",
                "due_on": "2026-04-05",
                "amount": uah("794.85"),
                "paid": uah("794.85"),
                "run": _RUN,
            }
        ],
        "next": None,
    },
)
def charges(ask: Ask, *, loan: int, page: Slice) -> Page[LoanCharge]:
    """Principal, interest and each day's penalty by itself, newest first."""
    code = visible(ask, loan).currency
    before = page.behind_day()
    lines = [
        LoanCharge(
            id=one.id,
            kind=StoredCharge.Kind(one.kind),
            due_on=one.due_on,
            amount=Money(one.amount_minor, code),
            paid=Money(one.paid_minor, code),
            run=UUID(one.run),
        )
        for one in history.charges(loan, before=before, limit=page.limit)
    ]
    return page.of(lines, lambda one: [one.due_on, one.id])


class LoanPayment(Struct, frozen=True):
    """Money, or a waiver, that ended what was owed; a reversal has it with a minus.

    `principal` and `interest` are with what had not fallen due.
    """

    id: int
    kind: StoredPayment.Kind
    booking_date: dt.date
    amount: Money
    principal: Money
    interest: Money
    penalty: Money
    reason: str
    reversed: bool
    run: UUID


@reads(
    "loans.payments",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Платежі за кредитом", en="Payments on a loan"),
    example={
        "items": [
            {
                "id": 615,
                "kind": "collected",
                "booking_date": "2026-04-05",
                "amount": uah("1197.53"),
                "principal": uah("794.85"),
                "interest": uah("402.68"),
                "penalty": uah("0.00"),
                "reason": "",
                "reversed": False,
                "run": _RUN,
            }
        ],
        "next": None,
    },
)
def payments(ask: Ask, *, loan: int, page: Slice) -> Page[LoanPayment]:
    """Newest first, reversals too."""
    code = visible(ask, loan).currency
    lines = [
        LoanPayment(
            id=one.id,
            kind=StoredPayment.Kind(one.kind),
            booking_date=one.booking_date,
            amount=Money(one.amount_minor, code),
            principal=Money(one.principal_minor, code),
            interest=Money(one.interest_minor, code),
            penalty=Money(one.penalty_minor, code),
            reason=one.reason,
            reversed=one.is_reversed,
            run=UUID(one.run),
        )
        for one in portfolio.payments(loan, before=page.behind(None), limit=page.limit)
    ]
    return page.of(lines, lambda one: [one.id])


# --- What would be ------------------------------------------------------------------------------


class PayOffQuote(Struct, frozen=True):
    """What would end a loan on a date: what fell due, and principal and interest that did not."""

    date: dt.date
    due: Money
    principal: Money
    interest: Money
    total: Money


class OnDay(Asked, frozen=True, kw_only=True):
    """The open date, or one after it."""

    date: dt.date | None = None


@reads(
    "loans.pay_off_quote",
    permission=VIEW,
    tag=LOANS,
    summary=Text(uk="Скільки коштує повне погашення", en="What would pay a loan off"),
    example={
        "date": "2026-04-20",
        "due": uah("0.00"),
        "principal": uah("11205.15"),
        "interest": uah("168.08"),
        "total": uah("11373.23"),
    },
)
def pay_off_quote(ask: Ask, *, loan: int, query: OnDay) -> PayOffQuote:
    """To the last unit. Of a later day: if what is due is paid today, and what comes, in time.

    It cannot be told while an earlier day is in the close.
    """
    code = visible(ask, loan).currency
    date = query.date or ask.date
    if date < ask.date:
        raise BadParameter(parameter="date", reason="earlier than the open date")
    if date > ask.date + LONGEST:
        raise BadParameter(parameter="date", reason="more than a century from now")
    facts = queries.loan(loan)
    servicing.require_computed(facts, ask.date)
    found = queries.pay_off_on(facts, date, today=ask.date)
    return PayOffQuote(
        date=date,
        due=Money(found.due_minor, code),
        principal=Money(found.principal_minor, code),
        interest=Money(found.interest_minor, code),
        total=Money(found.total_minor, code),
    )


class PrepaymentChoice(Struct, frozen=True):
    """The schedule after an early repayment, in short; `interest` is all that is still to come."""

    choice: Early
    instalments: int
    next_payment: Money
    interest: Money
    last_due_on: dt.date


class PrepaymentQuote(Struct, frozen=True):
    """What an early repayment of a part would make of the schedule, by each choice."""

    amount: Money
    principal_after: Money
    choices: list[PrepaymentChoice]


class HowMuch(Asked, frozen=True, kw_only=True):
    """What would be repaid today, in minor units of the loan's currency."""

    amount_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)]


@reads(
    "loans.prepayment_quote",
    permission=VIEW,
    tag=LOANS,
    summary=Text(
        uk="Яким став би графік після дострокового платежу",
        en="What an early repayment would make of the schedule",
    ),
    example={
        "amount": uah("5000.00"),
        "principal_after": uah("6205.15"),
        "choices": [
            {
                "choice": "shorter_term",
                "instalments": 6,
                "next_payment": uah("1197.53"),
                "interest": uah("641.22"),
                "last_due_on": "2026-10-05",
            },
            {
                "choice": "smaller_instalment",
                "instalments": 11,
                "next_payment": uah("663.17"),
                "interest": uah("1089.72"),
                "last_due_on": "2027-03-05",
            },
        ],
    },
    sample={"amount_minor": 500_000},
)
def prepayment_quote(ask: Ask, *, loan: int, query: HowMuch) -> PrepaymentQuote:
    """On the open date, where nothing is due; less than the principal that has not fallen due."""
    code = visible(ask, loan).currency
    amount, facts = Money(query.amount_minor, code), queries.loan(loan)
    servicing.require_computed(facts, ask.date)
    servicing.require_early(facts, amount)
    choices = []
    for choice in Early:
        made = queries.after_prepayment(facts, amount.minor, choice, ask.date)
        choices.append(
            PrepaymentChoice(
                choice=choice,
                instalments=len(made.lines),
                next_payment=Money(made.lines[0].payment_minor, code),
                interest=Money(sum(line.interest_minor for line in made.lines), code),
                last_due_on=made.lines[-1].due_on,
            )
        )
    return PrepaymentQuote(amount, Money(facts.principal_minor - amount.minor, code), choices)


# --- Operations ---------------------------------------------------------------------------------

REPAY = does(
    "loans.repay",
    tag=LOANS,
    example={"amount": uah("1197.53")},
    gives={"payment": 615, "owed_minor": 1_120_515},
)
PREPAY = does(
    "loans.prepay",
    tag=LOANS,
    example={"amount": uah("5000.00"), "choice": "shorter_term"},
    gives={
        "payment": 616,
        "owed_minor": 620_515,
        "instalments": 6,
        "next_payment_minor": 119_753,
        "last_due_on": "2026-10-05",
    },
)
PAY_OFF = does(
    "loans.pay_off",
    tag=LOANS,
    example={},
    gives={
        "payment": 617,
        "due_minor": 0,
        "principal_minor": 1_120_515,
        "interest_minor": 16_808,
    },
)
WAIVE_PENALTY = does(
    "loans.waive_penalty",
    tag=LOANS,
    example={"amount": uah("15.40"), "reason": "Збій переказу"},
    gives={"payment": 618},
)
REVERSE_PAYMENT = does(
    "loans.reverse_payment",
    tag=LOANS,
    example={"reason": "Сплачено не той кредит"},
    gives={"payment": 619},
)
