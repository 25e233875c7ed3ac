"""Reads of payments. Amounts are in minor units."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from apps.kernel import sql
from apps.ledger.models import Entry
from apps.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Route:
    """The ledger accounts of a payment; `nostro` is None until the branch first needs one."""

    deposit_account: int
    branch: int
    currency: str
    nostro: int | None


def route(deposit: int) -> Route | None:
    """The deposit's account and its branch's account with the central bank; one statement."""
    found = sql.row(
        """SELECT d.account_id, d.branch_id, d.currency, n.id
             FROM accounts_deposit d
             LEFT JOIN ledger_account n
               ON n.number = '1200-' || d.branch_id || '-' || d.currency
            WHERE d.id = %(deposit)s""",
        {"deposit": deposit},
    )
    return Route(*found) if found else None


def accounts_of(source: int, target: int) -> tuple[int, int] | None:
    """The ledger accounts of two deposits, or None where one of them is none; one statement."""
    found = sql.row(
        """SELECT s.account_id, t.account_id
             FROM accounts_deposit s JOIN accounts_deposit t ON t.id = %(target)s
            WHERE s.id = %(source)s""",
        {"source": source, "target": target},
    )
    return (found[0], found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Document:
    """A payment, and the entry that took it back, with its booking date, where there is one."""

    payment: Payment
    reversal: int | None
    reversed_on: dt.date | None


def of_deposit(deposit: int, *, limit: int = 50, before: int | None = None) -> list[Document]:
    """Payments of a deposit to and from other banks, newest first: a page, one statement."""
    found = _documents().filter(deposit_id=deposit).order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    return [_document(one) for one in found[:limit]]


def document(payment: int) -> Document | None:
    """A payment by its id, with its deposit; one statement."""
    found = _documents().filter(id=payment).select_related("deposit").first()
    return _document(found) if found else None


def _documents() -> QuerySet[Payment]:
    # The run of a payment has one entry, and an entry has one reversal at most.
    reversals = Entry.objects.filter(reverses__run_id=OuterRef("run_id"))
    return Payment.objects.annotate(
        reversal=Subquery(reversals.values("id")[:1]),
        reversed_on=Subquery(reversals.values("booking_date")[:1]),
    )


def _document(found: Payment) -> Document:
    return Document(found, getattr(found, "reversal"), getattr(found, "reversed_on"))  # noqa: B009
