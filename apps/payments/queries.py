"""Reads of payments. Amounts are in minor units."""

from dataclasses import dataclass

from apps.kernel import sql
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


def of_deposit(deposit: int, *, limit: int = 50, before: int | None = None) -> list[Payment]:
    """Payments of a deposit to and from other banks, newest first: a page, one statement."""
    found = Payment.objects.filter(deposit_id=deposit).order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found[:limit])
