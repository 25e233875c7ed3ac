"""Terms, applications and loans as programs list them, page by page. Amounts are in minor units."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from apps.kernel import sql
from apps.loans import queries, rules
from apps.loans.portfolio import LINES, Line
from apps.loans.queries import LoanTerms


def versions(product: int, *, before: dt.date | None = None, limit: int = 50) -> list[LoanTerms]:
    """The terms of a loan product, newest first: a page before a date, one statement."""
    found = sql.rows(
        f"""SELECT {queries.TERMS}
              FROM loans_terms t JOIN products_product p ON p.id = t.product_id
             WHERE p.id = %(product)s
               AND (%(before)s::date IS NULL OR t.valid_from < %(before)s::date)
             ORDER BY t.valid_from DESC LIMIT %(limit)s""",  # noqa: S608
        {"product": product, "before": before, "limit": limit},
    )
    return [queries.terms_of(line) for line in found]


def loans(
    *,
    branches: frozenset[int] | None,
    branch: int | None = None,
    customer: int | None = None,
    product: str | None = None,
    bucket: int | None = None,
    is_closed: bool | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Line]:
    """Loans of these branches (None: all), oldest first: a page, one statement.

    `bucket` is a place in rules.BUCKETS, of loans that have not ended.
    """
    found = sql.rows(
        f"""{LINES}
             WHERE l.id > %(after)s
               AND (%(branches)s::bigint[] IS NULL OR l.branch_id = ANY (%(branches)s::bigint[]))
               AND (%(branch)s::bigint IS NULL OR l.branch_id = %(branch)s::bigint)
               AND (%(customer)s::bigint IS NULL OR l.customer_id = %(customer)s::bigint)
               AND (%(product)s::text IS NULL OR p.code = %(product)s::text)
               AND (%(closed)s::boolean IS NULL
                    OR (l.closed_on IS NOT NULL) = %(closed)s::boolean)
               AND (%(bucket)s::integer IS NULL OR l.closed_on IS NULL
                    AND width_bucket(greatest(coalesce(today.date - l.overdue_since, 0), 0),
                                     %(buckets)s::integer[]) - 1 = %(bucket)s::integer)
             ORDER BY l.id LIMIT %(limit)s""",
        {
            "after": after,
            "branches": sql.listed(branches),
            "branch": branch,
            "customer": customer,
            "product": product,
            "closed": is_closed,
            "bucket": bucket,
            "buckets": list(rules.BUCKETS),
            "limit": limit,
        },
    )
    return [Line(*line) for line in found]


@dataclass(frozen=True, slots=True)
class Asked:
    """An application as its page shows it; `loan` is the contract that came of it."""

    id: int
    customer: int
    product: str
    branch: int
    deposit: int
    currency: str
    amount_minor: int
    months: int
    due_day: int
    purpose: str
    state: str
    taken_on: dt.date
    taken_by: int
    terms: int | None
    approved_minor: int | None
    approved_months: int | None
    decided_on: dt.date | None
    decided_by: int | None
    reason: str
    loan: int | None


_ASKED = """
    SELECT a.id, a.customer_id, p.code, a.branch_id, a.deposit_id, a.currency, a.amount_minor,
           a.months, a.due_day, a.purpose, a.state, a.taken_on, a.taken_by_id, a.terms_id,
           a.approved_minor, a.approved_months, a.decided_on, a.decided_by_id, a.reason, l.id
      FROM loans_application a
      JOIN products_product p ON p.id = a.product_id
      LEFT JOIN loans_loan l ON l.application_id = a.id"""


def application(application_id: int) -> Asked | None:
    """An application by its id; one statement."""
    found = sql.row(f"{_ASKED} WHERE a.id = %(id)s", {"id": application_id})
    return Asked(*found) if found else None


def applications(
    *,
    branches: frozenset[int] | None,
    states: Sequence[str] = (),
    customer: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Asked]:
    """Applications of these branches (None: all), newest first: a page, one statement.

    `states` are those that are asked for; without any, all.
    """
    found = sql.rows(
        f"""{_ASKED}
             WHERE (%(before)s::bigint IS NULL OR a.id < %(before)s::bigint)
               AND (%(branches)s::bigint[] IS NULL OR a.branch_id = ANY (%(branches)s::bigint[]))
               AND (%(states)s::text[] = '{{}}' OR a.state = ANY (%(states)s::text[]))
               AND (%(customer)s::bigint IS NULL OR a.customer_id = %(customer)s::bigint)
             ORDER BY a.id DESC LIMIT %(limit)s""",
        {
            "before": before,
            "branches": sql.listed(branches),
            "states": list(states),
            "customer": customer,
            "limit": limit,
        },
    )
    return [Asked(*line) for line in found]
