"""What people look at: lists of loans and applications, schedules, payments, the portfolio.

Each is one statement, whatever the number of rows. Amounts are in minor units.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.control.errors import NotFound
from apps.kernel import formats, sql
from apps.loans import rules


@dataclass(frozen=True, slots=True)
class Line:
    """A loan in a list. `days_overdue` is that of the open date; `bucket` a place in BUCKETS."""

    id: int
    number: str
    customer: int
    borrower: str
    product: str
    branch: int
    currency: str
    amount_minor: int
    principal_minor: int
    due_minor: int
    next_due_on: dt.date
    opened_on: dt.date
    closed_on: dt.date | None
    days_overdue: int

    @property
    def bucket(self) -> int:
        return rules.bucket(self.days_overdue)


LINES = """
    SELECT l.id, l.number, l.customer_id,
           concat_ws(' ', c.last_name, nullif(c.first_name, ''), nullif(c.patronymic, '')),
           p.code, l.branch_id, l.currency, l.amount_minor, b.side * b.balance_minor,
           (SELECT coalesce(sum(h.amount_minor - h.paid_minor), 0)::bigint FROM loans_charge h
             WHERE h.loan_id = l.id AND h.paid_minor < h.amount_minor),
           l.next_due_on, l.opened_on, l.closed_on,
           greatest(coalesce(today.date - l.overdue_since, 0), 0)
      FROM loans_loan l
      JOIN customers_customer c ON c.id = l.customer_id
      JOIN products_product p ON p.id = l.product_id
      JOIN ledger_balance b ON b.account_id = l.account_id
      JOIN kernel_bookingdate today ON today.status = 'open'"""


def listed(
    *,
    branches: Collection[int] | None,
    is_overdue: bool = False,
    is_open: bool = True,
    is_closed: bool = False,
    product: str = "",
    after: int = 0,
    limit: int = 50,
) -> list[Line]:
    """Loans by id, a page behind one of them; one statement.

    `branches` is where they are looked at, None for the whole bank; `product` a code, or nothing.
    """
    found = sql.rows(
        f"""{LINES}
             WHERE l.id > %(after)s
               AND (%(branches)s::bigint[] IS NULL OR l.branch_id = ANY (%(branches)s::bigint[]))
               AND (NOT %(overdue)s OR l.overdue_since IS NOT NULL)
               AND (NOT %(open)s OR l.closed_on IS NULL)
               AND (NOT %(closed)s OR l.closed_on IS NOT NULL)
               AND (%(product)s = '' OR p.code = %(product)s)
             ORDER BY l.id LIMIT %(limit)s""",
        {
            "after": after,
            "branches": sql.listed(branches),
            "overdue": is_overdue,
            "open": is_open,
            "closed": is_closed,
            "product": product,
            "limit": limit,
        },
    )
    return [Line(*line) for line in found]


def of_customer(customer: int) -> list[Line]:
    """The loans of a customer, open ones first; one statement."""
    found = sql.rows(
        f"{LINES} WHERE l.customer_id = %(id)s ORDER BY l.closed_on IS NOT NULL, l.id",
        {"id": customer},
    )
    return [Line(*line) for line in found]


def line(loan_id: int) -> Line:
    """A loan as a list shows it; one statement. Raises NotFound."""
    found = sql.row(f"{LINES} WHERE l.id = %(id)s", {"id": loan_id})
    if found is None:
        raise NotFound
    return Line(*found)


def numbered(number: str) -> Line | None:
    """The loan with this number, if there is one; one statement."""
    found = sql.row(f"{LINES} WHERE l.number = %(number)s", {"number": number})
    return None if found is None else Line(*found)


@dataclass(frozen=True, slots=True)
class Profile:
    """A loan as its page shows it: the contract, its terms, and how it stands on the open date.

    Rates are in percent, but `effective_rate`, which is a part of one. `next_minor` is the payment
    of the plan on `next_due_on`, none after the last one.
    """

    id: int
    number: str
    account: int
    customer: int
    borrower: str
    product_uk: str
    product_en: str
    branch: int
    currency: str
    amount_minor: int
    fee_minor: int
    annual_rate: Decimal
    effective_rate: Decimal | None
    method: str
    day_count: str
    months: int
    due_day: int
    penalty_rate: Decimal
    waiting_days: int
    deposit: int
    deposit_number: str
    opened_on: dt.date
    next_due_on: dt.date
    next_minor: int | None
    last_due_on: dt.date
    overdue_since: dt.date | None
    days_overdue: int
    closed_on: dt.date | None
    plan_number: int
    plan_reason: str
    level_minor: int
    principal_minor: int
    due_minor: int

    def __str__(self) -> str:
        return formats.account(self.number)

    @property
    def bucket(self) -> int:
        return rules.bucket(self.days_overdue)


def profile(loan_id: int) -> Profile:
    """A loan by its id; one statement. Raises NotFound."""
    found = sql.row(
        """SELECT l.id, l.number, l.account_id, l.customer_id,
                  concat_ws(' ', c.last_name, nullif(c.first_name, ''), nullif(c.patronymic, '')),
                  p.name_uk, p.name_en, l.branch_id, l.currency, l.amount_minor, l.fee_minor,
                  l.annual_rate, l.effective_rate, t.method, l.day_count, l.months, l.due_day,
                  t.penalty_rate, t.waiting_days, l.deposit_id, d.number, l.opened_on,
                  l.next_due_on,
                  (SELECT i.principal_minor + i.interest_minor FROM loans_instalment i
                    WHERE i.plan_id = l.plan_id AND i.due_on = l.next_due_on),
                  (SELECT max(i.due_on) FROM loans_instalment i WHERE i.plan_id = l.plan_id),
                  l.overdue_since, greatest(coalesce(today.date - l.overdue_since, 0), 0),
                  l.closed_on, plan.number, plan.reason, plan.level_minor,
                  b.side * b.balance_minor,
                  (SELECT coalesce(sum(h.amount_minor - h.paid_minor), 0)::bigint
                     FROM loans_charge h
                    WHERE h.loan_id = l.id AND h.paid_minor < h.amount_minor)
             FROM loans_loan l
             JOIN customers_customer c ON c.id = l.customer_id
             JOIN products_product p ON p.id = l.product_id
             JOIN loans_terms t ON t.id = l.terms_id
             JOIN loans_plan plan ON plan.id = l.plan_id
             JOIN accounts_deposit d ON d.id = l.deposit_id
             JOIN ledger_balance b ON b.account_id = l.account_id
             JOIN kernel_bookingdate today ON today.status = 'open'
            WHERE l.id = %(id)s""",
        {"id": loan_id},
    )
    if found is None:
        raise NotFound
    return Profile(*found)


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A due date of a loan: what was planned for it, what fell due, and what of that is paid.

    Before the date has come, what falls due is what is planned. A line without a number is a day
    after the last instalment, or a day's penalty.
    """

    number: int | None
    due_on: dt.date
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    paid_minor: int
    balance_minor: int | None
    is_due: bool

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.penalty_minor

    @property
    def owed_minor(self) -> int:
        return self.total_minor - self.paid_minor if self.is_due else 0


def schedule(loan_id: int) -> list[ScheduleLine]:
    """Every due date of a loan: those that came, and those of the plan in force; one statement.

    A date that came keeps the number and balance of the plan that was in force on it.
    """
    found = sql.rows(
        """WITH came AS (
               SELECT due_on, sum(amount_minor) FILTER (WHERE kind = 'principal') AS principal,
                      sum(amount_minor) FILTER (WHERE kind = 'interest') AS interest,
                      sum(amount_minor) FILTER (WHERE kind = 'penalty') AS penalty,
                      sum(paid_minor) AS paid
                 FROM loans_charge WHERE loan_id = %(id)s GROUP BY due_on),
           planned AS (
               SELECT DISTINCT ON (i.due_on) i.due_on, i.number, i.principal_minor,
                      i.interest_minor, i.balance_minor,
                      p.id = l.plan_id AND i.due_on >= l.next_due_on AS is_coming,
                      i.due_on < l.next_due_on AS has_come
                 FROM loans_loan l
                 JOIN loans_plan p ON p.loan_id = l.id
                 JOIN loans_instalment i ON i.plan_id = p.id
                WHERE l.id = %(id)s AND (l.closed_on IS NULL OR i.due_on < l.next_due_on)
                ORDER BY i.due_on, p.number DESC)
           SELECT p.number, due_on,
                  coalesce(c.principal, CASE WHEN p.is_coming THEN p.principal_minor END,
                           0)::bigint,
                  coalesce(c.interest, CASE WHEN p.is_coming THEN p.interest_minor END, 0)::bigint,
                  coalesce(c.penalty, 0)::bigint, coalesce(c.paid, 0)::bigint, p.balance_minor,
                  c.due_on IS NOT NULL OR p.has_come
             FROM came c FULL JOIN planned p USING (due_on)
            WHERE c.due_on IS NOT NULL OR p.is_coming OR p.has_come
            ORDER BY due_on""",
        {"id": loan_id},
    )
    return [ScheduleLine(*one) for one in found]


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment on a loan, newest first in a list; the parts as in the model."""

    id: int
    kind: str
    booking_date: dt.date
    amount_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    reason: str
    run: str
    is_reversed: bool


def payments(loan_id: int, *, before: int | None = None, limit: int = 200) -> list[Paid]:
    """The payments of a loan, newest first, a page behind one of them; one statement."""
    found = sql.rows(
        """SELECT p.id, p.kind, p.booking_date, p.amount_minor,
                  p.principal_minor + p.early_principal_minor,
                  p.interest_minor + p.early_interest_minor, p.penalty_minor, p.reason,
                  p.run_id::text, r.id IS NOT NULL
             FROM loans_payment p LEFT JOIN loans_payment r ON r.reverses_id = p.id
            WHERE p.loan_id = %(id)s
              AND (%(before)s::bigint IS NULL OR p.id < %(before)s::bigint)
            ORDER BY p.id DESC LIMIT %(limit)s""",
        {"id": loan_id, "before": before, "limit": limit},
    )
    return [Paid(*one) for one in found]


@dataclass(frozen=True, slots=True)
class BucketLine:
    """Open loans of a product, branch and currency in a bucket; a row of the portfolio."""

    product: str
    branch: int
    currency: str
    bucket: int
    loans: int
    principal_minor: int
    overdue_minor: int


def portfolio(*, branches: Collection[int] | None = None) -> list[BucketLine]:
    """Open loans by product, branch, currency and bucket of days overdue; one statement.

    `overdue_minor` is principal and interest that is due and unpaid.
    """
    found = sql.rows(
        """SELECT p.code, l.branch_id, l.currency, overdue.bucket, count(*),
                  sum(b.side * b.balance_minor)::bigint, sum(due.minor)::bigint
             FROM loans_loan l
             JOIN products_product p ON p.id = l.product_id
             JOIN ledger_balance b ON b.account_id = l.account_id
             JOIN kernel_bookingdate today ON today.status = 'open'
            CROSS JOIN LATERAL (
                  SELECT width_bucket(greatest(coalesce(today.date - l.overdue_since, 0), 0),
                                      %(buckets)s::integer[]) - 1 AS bucket) overdue
            CROSS JOIN LATERAL (
                  SELECT coalesce(sum(c.amount_minor - c.paid_minor), 0) AS minor
                    FROM loans_charge c
                   WHERE c.loan_id = l.id AND c.paid_minor < c.amount_minor
                     AND c.kind <> 'penalty') due
            WHERE l.closed_on IS NULL
              AND (%(branches)s::bigint[] IS NULL OR l.branch_id = ANY (%(branches)s::bigint[]))
            GROUP BY p.code, l.branch_id, l.currency, overdue.bucket
            ORDER BY p.code, l.branch_id, l.currency, overdue.bucket""",
        {
            "buckets": list(rules.BUCKETS),
            "branches": sql.listed(branches),
        },
    )
    return [BucketLine(*one) for one in found]


@dataclass(frozen=True, slots=True)
class Asked:
    """An application in a list."""

    id: int
    customer: int
    borrower: str
    product: str
    branch: int
    currency: str
    amount_minor: int
    months: int
    state: str
    taken_on: dt.date
    taken_by: int
    approved_minor: int | None


# Those that still lead to something.
PENDING = ("waiting", "approved")


def applications(
    *,
    branches: Collection[int] | None,
    states: Sequence[str] = PENDING,
    taken_by: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Asked]:
    """Applications in these states, newest first, a page behind one of them; one statement.

    `taken_by` is the person who took them, or everybody.
    """
    found = sql.rows(
        """SELECT a.id, a.customer_id,
                  concat_ws(' ', c.last_name, nullif(c.first_name, ''), nullif(c.patronymic, '')),
                  p.code, a.branch_id, a.currency, a.amount_minor, a.months, a.state, a.taken_on,
                  a.taken_by_id, a.approved_minor
             FROM loans_application a
             JOIN customers_customer c ON c.id = a.customer_id
             JOIN products_product p ON p.id = a.product_id
            WHERE a.state = ANY (%(states)s::text[])
              AND (%(taken_by)s::bigint IS NULL OR a.taken_by_id = %(taken_by)s::bigint)
              AND (%(before)s::bigint IS NULL OR a.id < %(before)s::bigint)
              AND (%(branches)s::bigint[] IS NULL OR a.branch_id = ANY (%(branches)s::bigint[]))
            ORDER BY a.id DESC LIMIT %(limit)s""",
        {
            "states": list(states),
            "taken_by": taken_by,
            "before": before,
            "branches": sql.listed(branches),
            "limit": limit,
        },
    )
    return [Asked(*one) for one in found]
