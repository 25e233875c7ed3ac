"""What a collector works through: loans that owe what has fallen due, the longest overdue first.

Each read is one statement, whatever the number of rows. Amounts are in minor units.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from apps.kernel import sql
from apps.loans import rules

# More days than any loan is overdue.
_ENDLESS = 100_000


@dataclass(frozen=True, slots=True)
class Debtor:
    """An overdue loan; `principal_minor` is all that is owed of it, the parts of `due_minor` due.

    `available_minor` is what its deposit can pay.
    """

    id: int
    number: str
    customer: int
    borrower: str
    phone: str
    product: str
    branch: int
    currency: str
    principal_minor: int
    due_principal_minor: int
    due_interest_minor: int
    due_penalty_minor: int
    available_minor: int
    overdue_since: dt.date
    days_overdue: int

    @property
    def due_minor(self) -> int:
        return self.due_principal_minor + self.due_interest_minor + self.due_penalty_minor

    @property
    def bucket(self) -> int:
        return rules.bucket(self.days_overdue)


def overdue(
    *,
    branches: Collection[int] | None,
    bucket: int | None = None,
    product: str = "",
    after: tuple[dt.date, int] | None = None,
    limit: int = 50,
) -> list[Debtor]:
    """Overdue loans, a page behind the date and id of one of them; one statement.

    `branches` is where they are looked at, None for the whole bank; `bucket` a place in BUCKETS.
    """
    low, high = _days(bucket)
    since, loan = after or (None, 0)
    found = sql.rows(
        """SELECT l.id, l.number, l.customer_id,
                  concat_ws(' ', c.last_name, nullif(c.first_name, ''), nullif(c.patronymic, '')),
                  c.phone, p.code, l.branch_id, l.currency, b.side * b.balance_minor,
                  due.principal, due.interest, due.penalty,
                  greatest(d.side * d.balance_minor - d.held_minor - greatest(d.floor_minor, 0), 0),
                  l.overdue_since, today.date - l.overdue_since
             FROM loans_loan l
             JOIN customers_customer c ON c.id = l.customer_id
             JOIN products_product p ON p.id = l.product_id
             JOIN ledger_balance b ON b.account_id = l.account_id
             JOIN accounts_deposit deposit ON deposit.id = l.deposit_id
             JOIN ledger_balance d ON d.account_id = deposit.account_id
             JOIN kernel_bookingdate today ON today.status = 'open'
            CROSS JOIN LATERAL (
                  SELECT coalesce(sum(owed) FILTER (WHERE kind = 'principal'), 0)::bigint
                             AS principal,
                         coalesce(sum(owed) FILTER (WHERE kind = 'interest'), 0)::bigint
                             AS interest,
                         coalesce(sum(owed) FILTER (WHERE kind = 'penalty'), 0)::bigint AS penalty
                    FROM (SELECT kind, amount_minor - paid_minor AS owed FROM loans_charge h
                           WHERE h.loan_id = l.id AND h.paid_minor < h.amount_minor) open) due
            WHERE l.overdue_since BETWEEN today.date - %(high)s::integer
                                      AND today.date - %(low)s::integer
              AND (%(branches)s::bigint[] IS NULL OR l.branch_id = ANY (%(branches)s::bigint[]))
              AND (%(product)s = '' OR p.code = %(product)s)
              AND (%(since)s::date IS NULL
                   OR (l.overdue_since, l.id) > (%(since)s::date, %(loan)s::bigint))
            ORDER BY l.overdue_since, l.id LIMIT %(limit)s""",
        {
            "branches": sql.listed(branches),
            "low": low,
            "high": high,
            "product": product,
            "since": since,
            "loan": loan,
            "limit": limit,
        },
    )
    return [Debtor(*line) for line in found]


def _days(bucket: int | None) -> tuple[int, int]:
    """The least and the most days overdue of a bucket, or of all."""
    if bucket is None:
        return 0, _ENDLESS
    is_last = bucket == len(rules.BUCKETS) - 1
    return rules.BUCKETS[bucket], _ENDLESS if is_last else rules.BUCKETS[bucket + 1] - 1
