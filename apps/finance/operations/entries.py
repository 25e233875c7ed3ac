"""Entries by hand, on the bank's own accounts, which never one person books alone."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import at_branch, operation
from apps.control.errors import AmountNotPositive
from apps.control.run import Run, credit, debit
from apps.finance import queries
from apps.finance.errors import DoesNotBalance, NotInternal
from apps.kernel.currencies import currency
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger.accounts import internal_account
from apps.ledger.errors import UnknownAccount
from apps.ledger.rules import reversible

reversible("finance.manual")


class OpenInternalAccount(Command):
    """`part` tells several accounts of one kind apart."""

    branch: int
    gl_code: Annotated[str, Meta(pattern=r"^[0-9]{4,12}\Z")]
    currency: str
    part: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._]{0,12}\Z")] = ""


class InternalAccountOpened(Struct, frozen=True):
    account: int
    number: str


@operation(
    "finance.open_internal_account",
    permission="finance.book_manual_entries",
    scope=at_branch(lambda cmd: cmd.branch),
    sentence=Text(uk="Відкрито внутрішній рахунок", en="An internal account was opened"),
)
def open_internal_account(*, cmd: OpenInternalAccount, run: Run) -> InternalAccountOpened:
    """Open an account of the bank's own in a branch; one that is there already is the answer."""
    code = currency(cmd.currency).code
    account = internal_account(
        run=run, gl_code=cmd.gl_code, branch=cmd.branch, currency=code, part=cmd.part
    )
    return InternalAccountOpened(account, queries.number(account))


class Side(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"


class ManualLeg(Struct, frozen=True, forbid_unknown_fields=True):
    """One leg: the number of an internal account, its side, and an amount above zero."""

    account: Annotated[str, Meta(min_length=1, max_length=40)]
    side: Side
    amount: Money


class BookManualEntry(Command):
    branch: int
    legs: Annotated[tuple[ManualLeg, ...], Meta(min_length=2, max_length=200)]
    narrative: Annotated[str, Meta(min_length=3, max_length=500)]


def _total(cmd: BookManualEntry, side: Side) -> Money:
    """The sum of one side. An entry by hand is of one currency: MixedCurrencies is raised."""
    total = Money(0, cmd.legs[0].amount.currency)
    for leg in cmd.legs:
        total += leg.amount if leg.side == side else Money(0, leg.amount.currency)
    return total


@operation(
    "finance.book_manual_entry",
    permission="finance.book_manual_entries",
    scope=at_branch(lambda cmd: cmd.branch),
    sentence=Text(uk="Проведено вручну", en="An entry was booked by hand"),
    amount=lambda cmd: _total(cmd, Side.DEBIT),
    four_eyes=True,
)
def book_manual_entry(*, cmd: BookManualEntry, run: Run) -> None:
    """Book on internal accounts of a branch what no operation books, once another agrees.

    Raises AmountNotPositive, DoesNotBalance, UnknownAccount, NotInternal.
    """
    for leg in cmd.legs:
        if leg.amount.minor <= 0:
            raise AmountNotPositive(amount=str(leg.amount))
    debits, credits_ = _total(cmd, Side.DEBIT), _total(cmd, Side.CREDIT)
    if debits != credits_:
        raise DoesNotBalance(debits=str(debits), credits=str(credits_))
    found = queries.accounts(numbers=[leg.account for leg in cmd.legs], branch=cmd.branch)
    legs = []
    for leg in cmd.legs:
        account = found.get(leg.account)
        if account is None:
            raise UnknownAccount(account=leg.account)
        if account.limited:
            raise NotInternal(account=leg.account)
        side = debit if leg.side == Side.DEBIT else credit
        legs.append(side(account.id, leg.amount))
    run.add("finance.manual", *legs, narrative=cmd.narrative)
