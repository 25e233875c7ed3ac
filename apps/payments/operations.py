"""Payments: between deposits of this bank, and to and from other banks through the nostro."""

from typing import Annotated

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import branch_of, operation
from apps.control.errors import NotFound
from apps.control.run import Run, credit, debit
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger.accounts import internal_account
from apps.ledger.rules import reversible
from apps.payments import queries
from apps.payments.errors import SameDeposit
from apps.payments.models import Payment

# As long as the purpose of a payment may be in the central bank's system.
Purpose = Annotated[str, Meta(min_length=1, max_length=420)]
BankCode = Annotated[str, Meta(min_length=1, max_length=20)]
ForeignAccount = Annotated[str, Meta(min_length=1, max_length=40)]

GL_NOSTRO = "1200"

reversible("payments.transfer", "payments.send", "payments.receive")


class Transfer(Command):
    source: int
    target: int
    amount: Money
    purpose: Purpose


@operation(
    "payments.transfer",
    permission="payments.transfer",
    scope=branch_of("accounts_deposit", lambda cmd: cmd.source),
    sentence=Text(uk="Переказано між рахунками", en="Money was transferred between accounts"),
    subjects=lambda cmd: {"deposit": [cmd.source, cmd.target]},
    amount=lambda cmd: cmd.amount,
)
def transfer(*, cmd: Transfer, run: Run) -> None:
    """Move money from a deposit to another one of this bank, whoever owns it."""
    if cmd.source == cmd.target:
        raise SameDeposit
    accounts = queries.accounts_of(cmd.source, cmd.target)
    if accounts is None:
        raise NotFound
    source, target = accounts
    run.add(
        "payments.transfer",
        debit(source, cmd.amount),
        credit(target, cmd.amount),
        narrative=cmd.purpose,
    )


class Send(Command):
    source: int
    amount: Money
    bank: BankCode
    account: ForeignAccount
    purpose: Purpose


class Receive(Command):
    target: int
    amount: Money
    bank: BankCode
    account: ForeignAccount
    purpose: Purpose


class PaymentBooked(Struct, frozen=True):
    payment: int


@operation(
    "payments.send",
    permission="payments.settle",
    scope=branch_of("accounts_deposit", lambda cmd: cmd.source),
    sentence=Text(uk="Надіслано платіж до іншого банку", en="A payment was sent to another bank"),
    subjects=lambda cmd: {"deposit": [cmd.source]},
    amount=lambda cmd: cmd.amount,
)
def send(*, cmd: Send, run: Run) -> PaymentBooked:
    """Pay from a deposit into an account of another bank."""
    deposit_account, nostro = _route(cmd.source, run)
    run.add(
        "payments.send",
        debit(deposit_account, cmd.amount),
        credit(nostro, cmd.amount),
        narrative=cmd.purpose,
    )
    return _document(cmd, cmd.source, Payment.Direction.OUT, run)


@operation(
    "payments.receive",
    permission="payments.settle",
    scope=branch_of("accounts_deposit", lambda cmd: cmd.target),
    sentence=Text(
        uk="Отримано платіж з іншого банку", en="A payment was received from another bank"
    ),
    subjects=lambda cmd: {"deposit": [cmd.target]},
    amount=lambda cmd: cmd.amount,
)
def receive(*, cmd: Receive, run: Run) -> PaymentBooked:
    """Credit a deposit with what another bank has paid."""
    deposit_account, nostro = _route(cmd.target, run)
    run.add(
        "payments.receive",
        debit(nostro, cmd.amount),
        credit(deposit_account, cmd.amount),
        narrative=cmd.purpose,
    )
    return _document(cmd, cmd.target, Payment.Direction.IN, run)


def _route(deposit: int, run: Run) -> tuple[int, int]:
    """The ledger accounts of the deposit and of the nostro of its branch and currency."""
    route = queries.route(deposit)
    assert route is not None, "the scope has found the deposit"
    nostro = route.nostro or internal_account(
        run=run, gl_code=GL_NOSTRO, branch=route.branch, currency=route.currency
    )
    return route.deposit_account, nostro


def _document(
    cmd: Send | Receive, deposit: int, direction: Payment.Direction, run: Run
) -> PaymentBooked:
    payment = Payment.objects.create(
        run_id=run.id,
        booking_date=run.date,
        direction=direction,
        deposit_id=deposit,
        amount_minor=cmd.amount.minor,
        currency=cmd.amount.currency,
        bank=cmd.bank,
        account=cmd.account,
        purpose=cmd.purpose,
    )
    return PaymentBooked(payment.id)
