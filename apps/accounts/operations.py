"""Deposits: opened, limited, charged, settled and closed."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.accounts import interest, queries, rules
from apps.accounts.errors import (
    CustomerUnknown,
    DepositClosed,
    HoldExpired,
    HoldReleased,
    InterestBeingComputed,
    InterestUnsettled,
    OwnerNeedsNoMandate,
)
from apps.accounts.models import Accrual, Deposit, Mandate
from apps.accounts.queries import DepositFacts
from apps.control.commands import Command
from apps.control.declarations import Scope, at_branch, branch_of, operation
from apps.control.errors import NotFound
from apps.control.run import Run, credit, debit
from apps.customers.models import Customer
from apps.kernel import sql
from apps.kernel.models import Bank
from apps.kernel.money import MAX_MINOR, Money
from apps.kernel.queries import closing_date
from apps.kernel.rounding import whole_minor
from apps.kernel.text import Text
from apps.ledger import accounts as ledger
from apps.ledger.errors import WrongCurrency
from apps.ledger.rules import reversible
from apps.products import queries as products
from apps.products.queries import Terms

Reason = Annotated[str, Meta(min_length=3, max_length=200)]
Narrative = Annotated[str, Meta(max_length=500)]
Limit = Annotated[int, Meta(ge=0, le=MAX_MINOR)]

_AT_DEPOSIT = branch_of("accounts_deposit", lambda cmd: cmd.deposit)
_AT_HOLD = Scope(
    """(SELECT d.branch_id FROM ledger_hold h
          JOIN accounts_deposit d ON d.account_id = h.account_id WHERE h.id = %(scope)s)""",
    lambda cmd: cmd.hold,
)

reversible("accounts.book_interest", "accounts.charge_fee", "accounts.charge_penalty_interest")


class OpenDeposit(Command):
    """Without a number the bank gives one; `overdraft_minor` in the product's currency."""

    customer: int
    product: str
    branch: int
    number: Annotated[str, Meta(max_length=60)] | None = None
    overdraft_minor: Limit = 0


class DepositOpened(Struct, frozen=True):
    deposit: int
    account: int
    number: str


@operation(
    "accounts.open_deposit",
    permission="accounts.open",
    scope=at_branch(lambda cmd: cmd.branch),
    sentence=Text(uk="Відкрито рахунок клієнта", en="A customer's account was opened"),
    subjects=lambda cmd: {"customer": [cmd.customer]},
)
def open_deposit(*, cmd: OpenDeposit, run: Run) -> DepositOpened:
    """Open an account of a customer under the terms that the product has today."""
    terms = products.offered(cmd.product, run.date)
    run.rules["product_version"] = terms.version
    customer = (
        Customer.objects.filter(id=cmd.customer)
        .only("id", "last_name", "first_name", "patronymic")
        .first()
    )
    if customer is None:
        raise CustomerUnknown(customer=cmd.customer)
    number = rules.account_number(cmd.number) if cmd.number is not None else _next_number(terms)
    account = ledger.open_account(
        run=run,
        number=number,
        name=customer.full_name[:200],
        gl_code=terms.deposit_gl,
        branch=cmd.branch,
        currency=terms.currency,
        owner=f"customer:{customer.id}",
        floor_minor=-cmd.overdraft_minor,
    )
    deposit = Deposit.objects.create(
        number=number,
        customer=customer,
        product_id=terms.product,
        branch_id=cmd.branch,
        currency=terms.currency,
        account_id=account,
        opened_on=run.date,
    )
    return DepositOpened(deposit.id, account, number)


class AuthorisePerson(Command):
    deposit: int
    customer: int


class PersonAuthorised(Struct, frozen=True):
    mandate: int


@operation(
    "accounts.authorise_person",
    permission="accounts.open",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Уповноважено людину на рахунок", en="A person was authorised for an account"),
    subjects=lambda cmd: {"deposit": [cmd.deposit], "customer": [cmd.customer]},
)
def authorise_person(*, cmd: AuthorisePerson, run: Run) -> PersonAuthorised:
    """Let another customer dispose of a deposit, from today until it is revoked."""
    deposit = _open(queries.deposit(cmd.deposit))
    if deposit.customer == cmd.customer:
        raise OwnerNeedsNoMandate
    if not Customer.objects.filter(id=cmd.customer).exists():
        raise CustomerUnknown(customer=cmd.customer)
    mandate = Mandate.objects.create(
        deposit_id=deposit.id, customer_id=cmd.customer, valid_from=run.date
    )
    return PersonAuthorised(mandate.id)


class RevokeMandate(Command):
    deposit: int
    customer: int


@operation(
    "accounts.revoke_mandate",
    permission="accounts.open",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Скасовано повноваження на рахунок", en="A mandate was revoked"),
    subjects=lambda cmd: {"deposit": [cmd.deposit], "customer": [cmd.customer]},
)
def revoke_mandate(*, cmd: RevokeMandate, run: Run) -> None:
    """End a person's right over a deposit; it stays as history."""
    standing = Mandate.objects.filter(
        deposit_id=cmd.deposit, customer_id=cmd.customer, valid_to__isnull=True
    )
    if not standing.update(valid_to=run.date):
        raise NotFound


class SetOverdraft(Command):
    """`overdraft_minor` in the deposit's currency; zero ends the overdraft."""

    deposit: int
    overdraft_minor: Limit


@operation(
    "accounts.set_overdraft",
    permission="accounts.manage",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Змінено ліміт овердрафту", en="An overdraft limit was set"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
)
def set_overdraft(*, cmd: SetOverdraft, run: Run) -> None:
    """Set how far below zero a deposit may go; a debt beyond a lowered limit may stand."""
    deposit = _open(queries.locked(cmd.deposit))
    limits = queries.limits(deposit.account)
    ledger.limit_account(
        run=run,
        account=deposit.account,
        floor_minor=-cmd.overdraft_minor,
        debits_blocked=limits.debits_blocked,
        credits_blocked=limits.credits_blocked,
    )


class Block(Command):
    """Stop payments out of a deposit (`debits`), into it (`credits`), or both."""

    deposit: int
    reason: Reason
    debits: bool = True
    credits: bool = False


@operation(
    "accounts.block",
    permission="accounts.manage",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Рахунок заблоковано", en="An account was blocked"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
)
def block(*, cmd: Block, run: Run) -> None:
    """Block a deposit in just the directions that are named, whatever was blocked before."""
    _set_blocks(cmd.deposit, run, debits=cmd.debits, credits=cmd.credits)


class Unblock(Command):
    deposit: int
    reason: Reason


@operation(
    "accounts.unblock",
    permission="accounts.manage",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Рахунок розблоковано", en="An account was unblocked"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
)
def unblock(*, cmd: Unblock, run: Run) -> None:
    """Let payments in and out again."""
    _set_blocks(cmd.deposit, run, debits=False, credits=False)


class PlaceHold(Command):
    """`expires_on` is the last day of the hold; without it the hold stands until released."""

    deposit: int
    amount: Money
    reason: Reason
    expires_on: dt.date | None = None


class HoldPlaced(Struct, frozen=True):
    hold: int


@operation(
    "accounts.place_hold",
    permission="accounts.manage",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Утримано суму на рахунку", en="An amount was held on an account"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
    amount=lambda cmd: cmd.amount,
)
def place_hold(*, cmd: PlaceHold, run: Run) -> HoldPlaced:
    """Keep an amount from being paid out; it may exceed what is there."""
    deposit = _open(queries.deposit(cmd.deposit))
    if cmd.amount.currency != deposit.currency:
        raise WrongCurrency(
            account=deposit.number, kept_in=deposit.currency, given=cmd.amount.currency
        )
    if cmd.expires_on is not None and cmd.expires_on < run.date:
        raise HoldExpired(expires_on=cmd.expires_on.isoformat(), today=run.date.isoformat())
    hold = ledger.hold(
        run=run,
        account=deposit.account,
        amount_minor=cmd.amount.minor,
        reason=cmd.reason,
        expires_on=cmd.expires_on,
    )
    return HoldPlaced(hold)


class ReleaseHold(Command):
    hold: int
    reason: Reason


@operation(
    "accounts.release_hold",
    permission="accounts.manage",
    scope=_AT_HOLD,
    sentence=Text(uk="Знято утримання", en="A hold was released"),
)
def release_hold(*, cmd: ReleaseHold, run: Run) -> None:
    """Let the held amount be paid out again."""
    if ledger.release(run=run, hold_id=cmd.hold) is None:
        raise HoldReleased


class BookInterest(Command):
    deposit: int
    amount: Money
    narrative: Narrative = ""


@operation(
    "accounts.book_interest",
    permission="accounts.book_charges",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Зараховано відсотки на рахунок", en="Interest was credited to an account"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
    amount=lambda cmd: cmd.amount,
)
def book_interest(*, cmd: BookInterest, run: Run) -> None:
    """Credit interest that was not accrued here. Dr interest expense, Cr the deposit."""
    deposit = _open(queries.deposit(cmd.deposit))
    terms = products.terms_of(deposit.product, run.date)
    expense = _own(terms.expense_gl, deposit, cmd.amount, run)
    run.add(
        "accounts.book_interest",
        debit(expense, cmd.amount),
        credit(deposit.account, cmd.amount),
        narrative=cmd.narrative,
    )


class ChargeFee(Command):
    deposit: int
    amount: Money
    narrative: Narrative = ""


@operation(
    "accounts.charge_fee",
    permission="accounts.book_charges",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Стягнуто комісію з рахунку", en="A fee was charged to an account"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
    amount=lambda cmd: cmd.amount,
)
def charge_fee(*, cmd: ChargeFee, run: Run) -> None:
    """Charge a fee, never below the account's floor. Dr the deposit, Cr fee income."""
    deposit = _open(queries.deposit(cmd.deposit))
    terms = products.terms_of(deposit.product, run.date)
    income = _own(terms.fee_gl, deposit, cmd.amount, run)
    run.add(
        "accounts.charge_fee",
        debit(deposit.account, cmd.amount),
        credit(income, cmd.amount),
        narrative=cmd.narrative,
    )


class ChargePenaltyInterest(Command):
    deposit: int
    amount: Money
    narrative: Narrative = ""


@operation(
    "accounts.charge_penalty_interest",
    permission="accounts.book_charges",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Стягнуто відсотки за борг", en="Interest on a debt was charged"),
    forced=True,
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
    amount=lambda cmd: cmd.amount,
)
def charge_penalty_interest(*, cmd: ChargePenaltyInterest, run: Run) -> None:
    """Charge interest on a debt, below the floor too: the debt is what is charged for."""
    deposit = _open(queries.deposit(cmd.deposit))
    terms = products.terms_of(deposit.product, run.date)
    income = _own(terms.penalty_gl, deposit, cmd.amount, run)
    run.add(
        "accounts.charge_penalty_interest",
        debit(deposit.account, cmd.amount),
        credit(income, cmd.amount),
        narrative=cmd.narrative,
        forced=True,
    )


class SettleInterest(Command):
    deposit: int


class InterestSettled(Struct, frozen=True):
    """Minor units of the deposit's currency; all zero where nothing was due."""

    gross_minor: int
    pit_minor: int
    levy_minor: int
    net_minor: int


@operation(
    "accounts.settle_interest",
    permission="accounts.manage",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Виплачено нараховані відсотки", en="Accrued interest was settled"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
)
def settle_interest(*, cmd: SettleInterest, run: Run) -> InterestSettled:
    """Pay what has accrued through yesterday to the deposit itself, less taxes."""
    deposit = _open(queries.locked(cmd.deposit))
    terms = products.terms_of(deposit.product, run.date)
    run.rules["product_version"] = terms.version
    _require_computed(deposit, run)
    paid = interest.pay(
        run=run,
        terms=[terms],
        first=queries.unpaid_since(deposit.id),
        through=run.date - dt.timedelta(days=1),
        low=deposit.id,
        high=deposit.id,
        kind="accounts.settle_interest",
    )
    gross, pit, levy = paid["gross_minor"], paid["pit_minor"], paid["levy_minor"]
    return InterestSettled(gross, pit, levy, gross - pit - levy)


class CloseDeposit(Command):
    deposit: int


@operation(
    "accounts.close_deposit",
    permission="accounts.manage",
    scope=_AT_DEPOSIT,
    sentence=Text(uk="Рахунок клієнта закрито", en="A customer's account was closed"),
    subjects=lambda cmd: {"deposit": [cmd.deposit]},
)
def close_deposit(*, cmd: CloseDeposit, run: Run) -> None:
    """Close an empty deposit whose interest is settled; the day of closing earns nothing.

    What is left of the interest is a fraction of a minor unit, which cannot be paid: it is taken
    off the exact total of the product by an accrual without a basis.
    """
    deposit = _open(queries.locked(cmd.deposit))
    _require_computed(deposit, run)
    accrued = queries.accrued(deposit.id)
    if due := whole_minor(accrued):
        raise InterestUnsettled(number=deposit.number, accrued=str(Money(due, deposit.currency)))
    ledger.close_account(run=run, account=deposit.account)
    if accrued:
        Accrual.objects.create(
            deposit_id=deposit.id,
            booking_date=run.date,
            version_id=products.terms_of(deposit.product, run.date).version,
            basis_minor=0,
            amount_minor=-accrued,
        )
    Deposit.objects.filter(id=deposit.id).update(closed_on=run.date)
    Mandate.objects.filter(deposit_id=deposit.id, valid_to__isnull=True).update(valid_to=run.date)


def _open(deposit: DepositFacts) -> DepositFacts:
    if deposit.closed_on is not None:
        raise DepositClosed(number=deposit.number, closed_on=deposit.closed_on.isoformat())
    return deposit


def _require_computed(deposit: DepositFacts, run: Run) -> None:
    """Refuse while an earlier day's interest of the deposit may still be computed.

    Today is kept open meanwhile, so that its own interest cannot begin to be computed either.
    """
    products.hold_date(run.date)
    closing = closing_date()
    if closing is None or deposit.opened_on > closing:
        return
    if products.terms_of(deposit.product, closing).accrues:
        raise InterestBeingComputed(date=closing.isoformat())


def _set_blocks(deposit_id: int, run: Run, *, debits: bool, credits: bool) -> None:
    deposit = _open(queries.locked(deposit_id))
    ledger.limit_account(
        run=run,
        account=deposit.account,
        floor_minor=queries.limits(deposit.account).floor_minor,
        debits_blocked=debits,
        credits_blocked=credits,
    )


def _own(gl_code: str, deposit: DepositFacts, amount: Money, run: Run) -> int:
    """The bank's own account for income or expense in the deposit's branch."""
    return ledger.internal_account(
        run=run, gl_code=gl_code, branch=deposit.branch, currency=amount.currency
    )


def _next_number(terms: Terms) -> str:
    running = sql.value("SELECT nextval('accounts_deposit_number_seq')")
    bank = Bank.objects.only("country", "code").get(id=1)
    if bank.country == "UA":
        return rules.ukrainian_iban(bank=bank.code, gl_code=terms.deposit_gl, running=running)
    return f"{terms.deposit_gl}{running:010d}"
