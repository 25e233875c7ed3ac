"""Deposits in the API: looked at, opened, restrained, entrusted, charged, settled and closed.

A number of an account stands in no address: it is looked for in a body, and read by its id.
"""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.accounts import queries
from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Guarded, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.control.rest.parameters import PagedBody
from apps.customers.models import Customer
from apps.kernel.money import Money
from apps.kernel.text import Text

DEPOSITS = Tag(name="deposits", title=Text(uk="Рахунки клієнтів", en="Deposits"))
VIEW = "accounts.view"


class DepositLine(Struct, frozen=True):
    """A deposit of a customer as it stands now; `by_mandate` where another one owns it."""

    id: int
    number: str
    product: str
    branch: int
    balance: Money
    held: Money
    available: Money
    by_mandate: bool
    opened_on: dt.date
    closed_on: dt.date | None


class Deposit(Struct, frozen=True):
    """A deposit as it stands now. `available` is the balance with the overdraft, less holds."""

    id: int
    number: str
    customer: int
    product: str
    branch: int
    ledger_account: int
    balance: Money
    held: Money
    available: Money
    overdraft: Money
    debits_blocked: bool
    credits_blocked: bool
    opened_on: dt.date
    closed_on: dt.date | None


_NUMBER = "UA213003460000026200000000042"
_DEPOSIT = {
    "id": 42,
    "number": _NUMBER,
    "customer": 3001,
    "product": "SAVE",
    "branch": 1,
    "ledger_account": 977,
    "balance": uah("1250.50"),
    "held": uah("200.00"),
    "available": uah("1050.50"),
    "overdraft": uah("0.00"),
    "debits_blocked": False,
    "credits_blocked": False,
    "opened_on": "2026-03-02",
    "closed_on": None,
}


@reads(
    "accounts.deposits_of_customer",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Рахунки клієнта", en="Deposits of a customer"),
    example={
        "items": [
            {
                "id": 42,
                "number": _NUMBER,
                "product": "SAVE",
                "branch": 1,
                "balance": uah("1250.50"),
                "held": uah("200.00"),
                "available": uah("1050.50"),
                "by_mandate": False,
                "opened_on": "2026-03-02",
                "closed_on": None,
            }
        ],
        "next": None,
    },
)
def deposits_of_customer(ask: Ask, *, customer: int, page: Slice) -> Page[DepositLine]:
    """What a customer owns or may dispose of in the key's branches; oldest first, closed too."""
    branch = Customer.objects.filter(id=customer).values_list("branch_id", flat=True).first()
    if branch is None:
        raise NotFound
    ask.require(branch)
    found = queries.page_of_customer(
        customer,
        branches=ask.branches,
        after=page.behind(0),
        limit=page.limit,
    )
    return page.of([_line(one) for one in found], lambda one: [one.id])


def _line(found: queries.Overview) -> DepositLine:
    return DepositLine(
        id=found.deposit,
        number=found.number,
        product=found.product,
        branch=found.branch,
        balance=Money(found.balance_minor, found.currency),
        held=Money(found.held_minor, found.currency),
        available=Money(found.available_minor, found.currency),
        by_mandate=found.by_mandate,
        opened_on=found.opened_on,
        closed_on=found.closed_on,
    )


@reads(
    "accounts.deposit",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Рахунок клієнта", en="A deposit"),
    example=_DEPOSIT,
)
def deposit(ask: Ask, *, deposit: int) -> Deposit:
    """What a deposit holds now, and what restrains it."""
    return _deposit(visible(ask, deposit))


class DepositSearch(PagedBody, frozen=True, kw_only=True):
    """The whole number of an account; spaces do not count."""

    number: Annotated[str, Meta(min_length=1, max_length=60)]


@reads(
    "accounts.search",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Знайти рахунок за номером", en="Find a deposit by its number"),
    example={"items": [_DEPOSIT], "next": None},
    sample={"number": "UA21 3003 4600 0002 6200 0000 0004 2"},
)
def search(ask: Ask, *, body: DepositSearch, page: Slice) -> Page[Deposit]:
    """The deposit with this number, or none."""
    found = queries.profile(number="".join(body.number.split()).upper())
    if found is None or not ask.rights.reaches(VIEW, found.branch):
        return Page([], None)
    return Page([_deposit(found)], None)


def _deposit(found: queries.Profile) -> Deposit:
    return Deposit(
        id=found.id,
        number=found.number,
        customer=found.customer,
        product=found.product,
        branch=found.branch,
        ledger_account=found.account,
        balance=Money(found.balance_minor, found.currency),
        held=Money(found.held_minor, found.currency),
        available=Money(found.available_minor, found.currency),
        overdraft=Money(-found.floor_minor, found.currency),
        debits_blocked=found.debits_blocked,
        credits_blocked=found.credits_blocked,
        opened_on=found.opened_on,
        closed_on=found.closed_on,
    )


def visible(ask: Ask, deposit: int) -> queries.Profile:
    """A deposit where the key may look; one statement. Raises NotFound for others."""
    found = queries.profile(deposit=deposit)
    if found is None:
        raise NotFound
    ask.require(found.branch)
    return found


# --- Restraints and mandates --------------------------------------------------------------------


class Hold(Struct, frozen=True):
    """An amount that is kept back; `expires_on` is its last day, null until it is released."""

    id: int
    amount: Money
    reason: str
    placed_on: dt.date
    expires_on: dt.date | None


@reads(
    "accounts.holds",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Чинні утримання", en="Standing holds"),
    example={
        "items": [
            {
                "id": 15,
                "amount": uah("200.00"),
                "reason": "Ухвала суду № 7",
                "placed_on": "2026-03-02",
                "expires_on": None,
            }
        ],
        "next": None,
    },
)
def holds(ask: Ask, *, deposit: int, page: Slice) -> Page[Hold]:
    """Oldest first; what was released or has ended is not among them."""
    found = visible(ask, deposit)
    standing = queries.holds(found.account, after=page.behind(0), limit=page.limit)
    lines = [
        Hold(
            id=one.id,
            amount=Money(one.amount_minor, found.currency),
            reason=one.reason,
            placed_on=one.placed_on,
            expires_on=one.expires_on,
        )
        for one in standing
    ]
    return page.of(lines, lambda one: [one.id])


class Mandate(Struct, frozen=True):
    """A customer who may dispose of a deposit beside its owner, and since when."""

    id: int
    customer: int
    valid_from: dt.date


@reads(
    "accounts.mandates",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Чинні повноваження", en="Standing mandates"),
    example={
        "items": [{"id": 4, "customer": 3002, "valid_from": "2026-03-02"}],
        "next": None,
    },
)
def mandates(ask: Ask, *, deposit: int, page: Slice) -> Page[Mandate]:
    """Oldest first; those that were revoked are not among them."""
    visible(ask, deposit)
    standing = queries.standing_mandates(deposit, after=page.behind(0), limit=page.limit)
    lines = [Mandate(one.id, one.customer_id, one.valid_from) for one in standing]
    return page.of(lines, lambda one: [one.id])


class Overdraft(Struct, frozen=True):
    """How far below zero a deposit may go, in minor units of its currency."""

    overdraft_minor: int
    currency: str


@reads(
    "accounts.overdraft",
    permission=VIEW,
    tag=DEPOSITS,
    summary=Text(uk="Ліміт овердрафту", en="Overdraft limit"),
    example={"overdraft_minor": 500_000, "currency": "UAH"},
)
def overdraft(ask: Ask, *, deposit: int) -> Overdraft:
    """Its ETag is what changing the limit asks for."""
    found = visible(ask, deposit)
    return Overdraft(-found.floor_minor, found.currency)


def _hold_still(deposit: int) -> None:
    """Nobody else changes the deposit until the transaction ends. Raises NotFound."""
    queries.locked(deposit)


# --- Operations ---------------------------------------------------------------------------------

OPEN_DEPOSIT = does(
    "accounts.open_deposit",
    tag=DEPOSITS,
    example={"customer": 3001, "product": "SAVE", "branch": 1},
    gives={"deposit": 42, "account": 977, "number": _NUMBER},
    location="deposits/{deposit}",
)
AUTHORISE_PERSON = does(
    "accounts.authorise_person",
    tag=DEPOSITS,
    example={"customer": 3002},
    gives={"mandate": 4},
)
REVOKE_MANDATE = does("accounts.revoke_mandate", tag=DEPOSITS, example={})
SET_OVERDRAFT = does(
    "accounts.set_overdraft",
    tag=DEPOSITS,
    example={"overdraft_minor": 500_000},
    guarded=Guarded(read=overdraft, lock=_hold_still),
)
# A block is not guarded: it may be urgent, and names everything that it sets.
BLOCK = does(
    "accounts.block",
    tag=DEPOSITS,
    example={"reason": "Заява клієнта про шахрайство", "debits": True, "credits": False},
)
UNBLOCK = does("accounts.unblock", tag=DEPOSITS, example={"reason": "Заяву відкликано"})
PLACE_HOLD = does(
    "accounts.place_hold",
    tag=DEPOSITS,
    example={"amount": uah("200.00"), "reason": "Ухвала суду № 7"},
    gives={"hold": 15},
)
RELEASE_HOLD = does(
    "accounts.release_hold", tag=DEPOSITS, example={"reason": "Ухвалу суду скасовано"}
)
BOOK_INTEREST = does(
    "accounts.book_interest",
    tag=DEPOSITS,
    example={"amount": uah("12.34"), "narrative": "Бонус за акцією"},
)
CHARGE_FEE = does(
    "accounts.charge_fee",
    tag=DEPOSITS,
    example={"amount": uah("25.00"), "narrative": "Довідка про рахунок"},
)
CHARGE_PENALTY_INTEREST = does(
    "accounts.charge_penalty_interest",
    tag=DEPOSITS,
    example={"amount": uah("3.10"), "narrative": "Відсотки за лютий"},
)
SETTLE_INTEREST = does(
    "accounts.settle_interest",
    tag=DEPOSITS,
    example={},
    gives={"gross_minor": 887, "pit_minor": 160, "levy_minor": 44, "net_minor": 683},
)
CLOSE_DEPOSIT = does("accounts.close_deposit", tag=DEPOSITS, example={})
