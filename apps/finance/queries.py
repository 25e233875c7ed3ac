"""Reads for manual entries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class Found:
    """A ledger account that a manual entry names."""

    id: int
    limited: bool


def accounts(*, numbers: Sequence[str], branch: int) -> dict[str, Found]:
    """The ledger accounts of a branch by number; one statement."""
    found = sql.rows(
        """SELECT number, id, limited FROM ledger_account
            WHERE number = ANY (%(numbers)s::text[]) AND branch_id = %(branch)s""",
        {"numbers": list(numbers), "branch": branch},
    )
    return {number: Found(*rest) for number, *rest in found}


def booked_by_hand(*, entries: Sequence[int], by: int) -> bool:
    """Whether a person made one of the entries by hand, whoever agreed; one statement."""
    found: bool = sql.value(
        """SELECT EXISTS (SELECT FROM ledger_entry e
                            JOIN control_operationrun r ON r.id = e.run_id
                           WHERE e.id = ANY (%(entries)s::bigint[])
                             AND e.kind = 'finance.manual' AND r.actor_id = %(by)s)""",
        {"entries": list(entries), "by": by},
    )
    return found


@dataclass(frozen=True, slots=True)
class Earlier:
    """An entry by hand that may serve as a template; what it moved in minor units."""

    id: int
    narrative: str
    minor: int
    currency: str


def earlier(*, branches: frozenset[int] | None, since: dt.date, limit: int = 5) -> list[Earlier]:
    """The latest entries by hand since a date, one of each narrative; one statement."""
    found = sql.rows(
        """SELECT id, narrative, minor, currency FROM (
               SELECT DISTINCT ON (e.narrative) e.id, e.narrative, moved.minor, moved.currency
                 FROM control_operationrun r
                 JOIN ledger_entry e ON e.run_id = r.id AND e.kind = 'finance.manual'
                CROSS JOIN LATERAL (
                      SELECT sum(p.amount_minor)::bigint AS minor, min(p.currency) AS currency
                        FROM ledger_posting p
                       WHERE p.entry_id = e.id AND p.booking_date = e.booking_date
                         AND p.amount_minor > 0) moved
                WHERE r.operation = 'finance.book_manual_entry' AND r.outcome = 'done'
                  AND r.booking_date >= %(since)s
                  AND (%(branches)s::bigint[] IS NULL
                       OR r.branch_id = ANY (%(branches)s::bigint[]))
                ORDER BY e.narrative, e.id DESC) latest
            ORDER BY id DESC LIMIT %(limit)s""",
        {
            "branches": sql.listed(branches),
            "since": since,
            "limit": limit,
        },
    )
    return [Earlier(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Template:
    """An entry by hand as one that is like it begins; legs are number, signed minor units."""

    branch: int
    currency: str
    narrative: str
    legs: list[tuple[str, int]]


def template(entry: int, *, branches: frozenset[int] | None) -> Template | None:
    """An entry by hand of one of these branches (None: all) to begin another from."""
    rows = sql.rows(
        """SELECT r.branch_id, p.currency, e.narrative, a.number, p.amount_minor
             FROM ledger_entry e
             JOIN control_operationrun r ON r.id = e.run_id
             JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
             JOIN ledger_account a ON a.id = p.account_id
            WHERE e.id = %(entry)s AND e.kind = 'finance.manual'
              AND (%(branches)s::bigint[] IS NULL OR r.branch_id = ANY (%(branches)s::bigint[]))
            ORDER BY p.id""",
        {"entry": entry, "branches": sql.listed(branches)},
    )
    if not rows:
        return None
    branch, currency, narrative = rows[0][:3]
    return Template(branch, currency, narrative, [(number, minor) for *_, number, minor in rows])


def number(account: int) -> str:
    """The number of a ledger account; one statement."""
    found: str = sql.value(
        "SELECT number FROM ledger_account WHERE id = %(account)s", {"account": account}
    )
    return found


def names(*, numbers: Sequence[str], branch: int) -> dict[str, str]:
    """The names of a branch's internal accounts by number; one statement."""
    found = sql.rows(
        """SELECT number, name FROM ledger_account
            WHERE number = ANY (%(numbers)s::text[]) AND branch_id = %(branch)s AND NOT limited""",
        {"numbers": list(numbers), "branch": branch},
    )
    return dict(found)


def internal(*, branches: frozenset[int] | None) -> list[tuple[int, str, str]]:
    """Branch, number and name of open internal accounts by number, at most 1,000; one statement."""
    found = sql.rows(
        """SELECT branch_id, number, name FROM ledger_account
            WHERE NOT limited AND closed_on IS NULL
              AND (%(branches)s::bigint[] IS NULL OR branch_id = ANY (%(branches)s::bigint[]))
            ORDER BY number LIMIT 1000""",
        {"branches": sql.listed(branches)},
    )
    return [(branch, number, name) for branch, number, name in found]
