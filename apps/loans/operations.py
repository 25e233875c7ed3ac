"""Loans before they are repaid: terms, applications, decisions, and paying out."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from apps.accounts import queries as accounts
from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, branch_of, operation
from apps.control.run import Run
from apps.kernel.daycount import DayCount
from apps.kernel.money import MAX_MINOR, Money
from apps.kernel.text import Text
from apps.kernel.workdays import BusinessDay
from apps.ledger.errors import UnknownGLAccount
from apps.ledger.queries import gl_account_id
from apps.loans import lending, queries, servicing
from apps.loans.errors import (
    ApplicationSettled,
    LoanAccruedAccountFixed,
    MoreThanAsked,
    NotALoanProduct,
    TermsOutOfRange,
)
from apps.loans.models import Application, Terms
from apps.loans.rules import CONSUMER_ORDER, Early, Method, Portion
from apps.products import queries as products
from apps.products.errors import StartsInClosedBooks, UnknownProduct
from apps.products.models import Product

GLCode = Annotated[str, Meta(pattern=r"^[0-9]{4,12}\Z")]
Minor = Annotated[int, Meta(ge=1, le=MAX_MINOR)]
Months = Annotated[int, Meta(ge=1, le=600)]
Reason = Annotated[str, Meta(min_length=3, max_length=1000)]
ShortReason = Annotated[str, Meta(min_length=3, max_length=200)]

# Six decimals of a percent; more is a slip of the keyboard.
HIGHEST_RATES = {"annual_rate": 999, "fee_rate": 50, "penalty_rate": 999}

_AT_APPLICATION = branch_of("loans_application", lambda cmd: cmd.application)
_AT_LOAN = branch_of("loans_loan", lambda cmd: cmd.loan)


# --- Terms --------------------------------------------------------------------------------------


class AddTerms(Command):
    """Rates in percent: `annual_rate` and `penalty_rate` a year, `fee_rate` of the amount.

    `allocation` names every portion once, in the order in which payments go to them.
    """

    product: str
    valid_from: dt.date
    method: Method
    annual_rate: Decimal
    min_minor: Minor = 100_00
    max_minor: Minor = MAX_MINOR
    min_months: Months = 1
    max_months: Months = 360
    day_count: DayCount = DayCount.ACT_365F
    business_day: BusinessDay = BusinessDay.UNADJUSTED
    grace_months: Annotated[int, Meta(ge=0, le=600)] = 0
    multiple_minor: Minor = 1
    fee_rate: Decimal = Decimal(0)
    penalty_rate: Decimal = Decimal(0)
    waiting_days: Annotated[int, Meta(ge=0, le=365)] = 0
    allocation: tuple[Portion, ...] = CONSUMER_ORDER
    principal_gl: GLCode = "2203"
    accrued_gl: GLCode = "2208"
    income_gl: GLCode = "6052"
    fee_gl: GLCode = "6511"
    penalty_gl: GLCode = "6397"


class TermsAdded(Struct, frozen=True):
    terms: int


@operation(
    "loans.add_terms",
    permission="loans.manage_terms",
    scope=WHOLE_BANK,
    sentence=Text(uk="Додано умови кредитного продукту", en="Terms were added to a loan product"),
)
def add_terms(*, cmd: AddTerms, run: Run) -> TermsAdded:
    """Set the terms of a loan product from a date on, which may not lie in closed books.

    Contracts keep the terms under which they were approved.
    """
    _require_sound(cmd)
    products.hold_date(run.date)
    last = products.last_not_open()
    if last is not None and cmd.valid_from <= last:
        raise StartsInClosedBooks(
            valid_from=cmd.valid_from.isoformat(), earliest=run.date.isoformat()
        )
    # Two first terms at once, with different accounts, must meet here.
    product = Product.objects.select_for_update().filter(code=cmd.product).first()
    if product is None:
        raise UnknownProduct(product=cmd.product[:20])
    if product.kind != Product.Kind.LOAN:
        raise NotALoanProduct(product=product.code)
    for code in {cmd.principal_gl, cmd.accrued_gl, cmd.income_gl, cmd.fee_gl, cmd.penalty_gl}:
        if gl_account_id(code) is None:
            raise UnknownGLAccount(code=code)
    earlier = product.loan_terms.order_by("valid_from").first()
    if earlier is not None and earlier.accrued_gl != cmd.accrued_gl:
        raise LoanAccruedAccountFixed(account=earlier.accrued_gl)
    given = {name: getattr(cmd, name) for name in AddTerms.__struct_fields__ if name != "product"}
    terms = Terms.objects.create(product=product, **given | {"allocation": list(cmd.allocation)})
    return TermsAdded(terms.id)


def _require_sound(cmd: AddTerms) -> None:
    """Raises TermsOutOfRange with the field that contradicts the others or goes too far."""
    for field, highest in HIGHEST_RATES.items():
        rate: Decimal = getattr(cmd, field)
        exponent = rate.as_tuple().exponent
        if not (isinstance(exponent, int) and exponent >= -6 and 0 <= rate <= highest):
            raise TermsOutOfRange(field=field)
    wrong = {
        "max_minor": cmd.max_minor < cmd.min_minor,
        "max_months": cmd.max_months < cmd.min_months,
        "grace_months": cmd.grace_months >= cmd.max_months,
        "allocation": sorted(cmd.allocation) != sorted(Portion),
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise TermsOutOfRange(field=field)


# --- Applications -------------------------------------------------------------------------------


class Apply(Command):
    """The owner of `deposit` asks for a loan, which is paid to and repaid from that account.

    `due_day` is the day of the month on which instalments fall due; the 31st is the last day.
    """

    deposit: int
    product: str
    amount: Money
    months: Months
    due_day: Annotated[int, Meta(ge=1, le=31)]
    purpose: Annotated[str, Meta(max_length=200)] = ""


class Applied(Struct, frozen=True):
    application: int


@operation(
    "loans.apply",
    permission="loans.take_applications",
    scope=branch_of("accounts_deposit", lambda cmd: cmd.deposit),
    sentence=Text(uk="Прийнято заявку на кредит", en="An application for a loan was taken"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
    amount=lambda cmd: cmd.amount,
)
def apply(*, cmd: Apply, run: Run) -> Applied:
    """Take an application within the terms that the product has today."""
    terms = queries.lent(cmd.product, run.date)
    run.rules["loan_terms"] = terms.id
    deposit = accounts.deposit(cmd.deposit)
    lending.require_deposit(deposit, terms)
    lending.require_within(terms, amount=cmd.amount, months=cmd.months)
    application = Application.objects.create(
        customer_id=deposit.customer,
        product_id=terms.product,
        branch_id=deposit.branch,
        deposit_id=deposit.id,
        amount_minor=cmd.amount.minor,
        currency=terms.currency,
        months=cmd.months,
        due_day=cmd.due_day,
        purpose=cmd.purpose,
        state=Application.State.WAITING,
        taken_on=run.date,
        taken_by_id=run.actor.user_id,
    )
    return Applied(application.id)


class Approve(Command):
    """Lend `amount` for `months`: at most what was asked for."""

    application: int
    amount: Money
    months: Months


class ApplicationDecided(Struct, frozen=True):
    state: str


@operation(
    "loans.approve",
    permission="loans.decide",
    scope=_AT_APPLICATION,
    sentence=Text(uk="Схвалено кредит", en="A loan was approved"),
    amount=lambda cmd: cmd.amount,
)
def approve(*, cmd: Approve, run: Run) -> ApplicationDecided:
    """Approve an application that another person took; policies ask for more people by amount.

    The terms of today are those of the contract.
    """
    application = lending.deciding(cmd.application, run)
    terms = queries.lent(application.product.code, run.date)
    run.rules["loan_terms"] = terms.id
    lending.require_within(terms, amount=cmd.amount, months=cmd.months)
    if cmd.amount.minor > application.amount_minor:
        asked = Money(application.amount_minor, application.currency)
        raise MoreThanAsked(asked=str(asked), given=str(cmd.amount))
    application.terms_id = terms.id
    application.approved_minor = cmd.amount.minor
    application.approved_months = cmd.months
    return _decided(application, Application.State.APPROVED, run)


def _decided(application: Application, state: Application.State, run: Run) -> ApplicationDecided:
    lending.decide(application, state, run)
    return ApplicationDecided(state)


class Decline(Command):
    application: int
    reason: Reason


@operation(
    "loans.decline",
    permission="loans.decide",
    scope=_AT_APPLICATION,
    sentence=Text(uk="Відмовлено у кредиті", en="A loan was declined"),
)
def decline(*, cmd: Decline, run: Run) -> ApplicationDecided:
    """Say no to an application that another person took, with the reason."""
    application = lending.deciding(cmd.application, run)
    application.reason = cmd.reason
    return _decided(application, Application.State.DECLINED, run)


class Withdraw(Command):
    application: int
    reason: Reason


@operation(
    "loans.withdraw",
    permission="loans.take_applications",
    scope=_AT_APPLICATION,
    sentence=Text(uk="Відкликано заявку на кредит", en="An application for a loan was withdrawn"),
)
def withdraw(*, cmd: Withdraw, run: Run) -> ApplicationDecided:
    """End an application that is not paid out, as the customer no longer wants the loan."""
    application = lending.locked(cmd.application)
    if application.state not in {Application.State.WAITING, Application.State.APPROVED}:
        raise ApplicationSettled
    application.reason = cmd.reason
    return _decided(application, Application.State.WITHDRAWN, run)


# --- Paying out ---------------------------------------------------------------------------------


class Disburse(Command):
    application: int


class Disbursed(Struct, frozen=True):
    """Amounts in minor units; `effective_rate` is a part of one, none where beyond measure."""

    loan: int
    number: str
    fee_minor: int
    first_due_on: dt.date
    effective_rate: str | None


@operation(
    "loans.disburse",
    permission="loans.disburse",
    scope=_AT_APPLICATION,
    sentence=Text(uk="Видано кредит", en="A loan was paid out"),
)
def disburse(*, cmd: Disburse, run: Run) -> Disbursed:
    """Make the contract of an approved application, and pay it to the customer's account.

    Dr the loan, Cr the deposit; the fee, if there is one, Dr the deposit, Cr fee income.
    """
    loan = lending.disburse(cmd.application, run)
    rate = loan.effective_rate
    return Disbursed(
        loan.id,
        loan.number,
        loan.fee_minor,
        loan.next_due_on,
        None if rate is None else f"{rate:f}",
    )


# --- Repaying -----------------------------------------------------------------------------------


class Repay(Command):
    """Pay `amount` of what has fallen due, from the customer's account."""

    loan: int
    amount: Money


class LoanPaid(Struct, frozen=True):
    """Minor units; `owed_minor` is the principal after the payment."""

    payment: int
    owed_minor: int


@operation(
    "loans.repay",
    permission="loans.service",
    scope=_AT_LOAN,
    sentence=Text(uk="Сплачено за кредитом", en="A payment on a loan was made"),
    subjects=lambda cmd: {"loan": [cmd.loan]},
    amount=lambda cmd: cmd.amount,
)
def repay(*, cmd: Repay, run: Run) -> LoanPaid:
    """Pay what has fallen due, in the order of the product's terms, without waiting for the close.

    Dr the deposit, Cr the loan, accrued income and penalties.
    """
    payment, owed = servicing.repay(cmd.loan, cmd.amount, run)
    return LoanPaid(payment.id, owed)


class Prepay(Command):
    """Repay `amount` of the principal early, and choose what becomes of the schedule."""

    loan: int
    amount: Money
    choice: Early


class Prepaid(Struct, frozen=True):
    """Minor units; the schedule after the payment in short."""

    payment: int
    owed_minor: int
    instalments: int
    next_payment_minor: int
    last_due_on: dt.date


@operation(
    "loans.prepay",
    permission="loans.service",
    scope=_AT_LOAN,
    sentence=Text(uk="Частину кредиту погашено достроково", en="A part of a loan was repaid early"),
    subjects=lambda cmd: {"loan": [cmd.loan]},
    amount=lambda cmd: cmd.amount,
)
def prepay(*, cmd: Prepay, run: Run) -> Prepaid:
    """Repay a part of the principal before it is due; nothing that is due may be unpaid.

    What was earned until today stays due with the next instalment. Dr the deposit, Cr the loan.
    """
    payment, owed, made = servicing.prepay(cmd.loan, cmd.amount, cmd.choice, run)
    return Prepaid(
        payment.id, owed, len(made.lines), made.lines[0].payment_minor, made.lines[-1].due_on
    )


class PayOff(Command):
    loan: int


class PaidOff(Struct, frozen=True):
    """Minor units: what had fallen due, and principal and interest that had not."""

    payment: int
    due_minor: int
    principal_minor: int
    interest_minor: int


@operation(
    "loans.pay_off",
    permission="loans.service",
    scope=_AT_LOAN,
    sentence=Text(uk="Кредит погашено повністю", en="A loan was paid off"),
    subjects=lambda cmd: {"loan": [cmd.loan]},
)
def pay_off(*, cmd: PayOff, run: Run) -> PaidOff:
    """Pay everything that is owed today, to the last unit, and end the contract.

    The close of the day closes its account. Dr the deposit, Cr the loan, accrued income, penalties.
    """
    payment, quote = servicing.pay_off(cmd.loan, run)
    return PaidOff(payment.id, quote.due_minor, quote.principal_minor, quote.interest_minor)


class ReversePayment(Command):
    payment: int
    reason: ShortReason


class PaymentReversed(Struct, frozen=True):
    payment: int


@operation(
    "loans.reverse_payment",
    permission="loans.reverse_payments",
    scope=servicing.AT_PAYMENT,
    sentence=Text(uk="Сторновано платіж за кредитом", en="A payment on a loan was reversed"),
)
def reverse_payment(*, cmd: ReversePayment, run: Run) -> PaymentReversed:
    """Take the last payment of a loan back: money, what it paid, and what it spared of interest.

    The money goes back to the deposit; the interest that the principal would have earned since is
    booked as a correction of today. An early repayment is taken back until an instalment of the
    new schedule falls due; a pay-off on its own day.
    """
    return PaymentReversed(servicing.reverse(cmd.payment, cmd.reason, run).id)


class WaivePenalty(Command):
    loan: int
    amount: Money
    reason: ShortReason


class PenaltyWaived(Struct, frozen=True):
    payment: int


@operation(
    "loans.waive_penalty",
    permission="loans.waive_penalties",
    scope=_AT_LOAN,
    sentence=Text(uk="Прощено пеню за кредитом", en="A penalty on a loan was waived"),
    subjects=lambda cmd: {"loan": [cmd.loan]},
    amount=lambda cmd: cmd.amount,
)
def waive_penalty(*, cmd: WaivePenalty, run: Run) -> PenaltyWaived:
    """Give up penalties, oldest first. They are not in the books before they are paid."""
    return PenaltyWaived(servicing.waive(cmd.loan, cmd.amount, cmd.reason, run).id)
