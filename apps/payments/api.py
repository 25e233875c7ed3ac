"""Transfers between deposits, and payments to and from other banks, in the API."""

import datetime as dt
from uuid import UUID

from msgspec import Struct

from apps.accounts.api import VIEW, visible
from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.payments import queries
from apps.payments.models import Payment as Stored

PAYMENTS = Tag(name="payments", title=Text(uk="Платежі", en="Payments"))


class Payment(Struct, frozen=True):
    """A payment to (`out`) or from (`in`) another bank; `bank` and `account` are the other end.

    What was taken back names the entry that reverses its own, and when.
    """

    id: int
    run: UUID
    booking_date: dt.date
    direction: Stored.Direction
    deposit: int
    amount: Money
    bank: str
    account: str
    purpose: str
    reversal: int | None
    reversed_on: dt.date | None


_PAYMENT = {
    "id": 501,
    "run": "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f",
    "booking_date": "2026-03-02",
    "direction": "out",
    "deposit": 42,
    "amount": uah("100.00"),
    "bank": "305299",
    "account": "UA793052990000026002661176318",
    "purpose": "За березень",
    "reversal": None,
    "reversed_on": None,
}


@reads(
    "payments.payment",
    permission=VIEW,
    tag=PAYMENTS,
    summary=Text(uk="Платіж", en="A payment"),
    example=_PAYMENT,
)
def payment(ask: Ask, *, payment: int) -> Payment:
    """For those who may look at its deposit."""
    found = queries.document(payment)
    if found is None:
        raise NotFound
    ask.require(found.payment.deposit.branch_id)
    return _payment(found)


@reads(
    "payments.payments_of_deposit",
    permission=VIEW,
    tag=PAYMENTS,
    summary=Text(uk="Платежі рахунку", en="Payments of a deposit"),
    example={"items": [_PAYMENT], "next": None},
)
def payments_of_deposit(ask: Ask, *, deposit: int, page: Slice) -> Page[Payment]:
    """To and from other banks, newest first; transfers within the bank are in its statement."""
    visible(ask, deposit)
    before = page.behind(None)
    found = queries.of_deposit(deposit, limit=page.limit, before=before)
    return page.of([_payment(one) for one in found], lambda one: [one.id])


def _payment(found: queries.Document) -> Payment:
    stored = found.payment
    return Payment(
        id=stored.id,
        run=stored.run_id,
        booking_date=stored.booking_date,
        direction=Stored.Direction(stored.direction),
        deposit=stored.deposit_id,
        amount=Money(stored.amount_minor, stored.currency),
        bank=stored.bank,
        account=stored.account,
        purpose=stored.purpose,
        reversal=found.reversal,
        reversed_on=found.reversed_on,
    )


TRANSFER = does(
    "payments.transfer",
    tag=PAYMENTS,
    example={"source": 42, "target": 43, "amount": uah("100.00"), "purpose": "За березень"},
)
SEND = does(
    "payments.send",
    tag=PAYMENTS,
    example={
        "source": 42,
        "amount": uah("100.00"),
        "bank": "305299",
        "account": "UA793052990000026002661176318",
        "purpose": "За березень",
    },
    gives={"payment": 501},
    location="payments/{payment}",
)
RECEIVE = does(
    "payments.receive",
    tag=PAYMENTS,
    example={
        "target": 42,
        "amount": uah("100.00"),
        "bank": "305299",
        "account": "UA793052990000026002661176318",
        "purpose": "Поповнення",
    },
    gives={"payment": 502},
    location="payments/{payment}",
)
