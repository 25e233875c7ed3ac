"""Reads for manual entries."""

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
        {"branches": None if branches is None else sorted(branches)},
    )
    return [(branch, number, name) for branch, number, name in found]
