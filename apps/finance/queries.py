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


def number(account: int) -> str:
    """The number of a ledger account; one statement."""
    found: str = sql.value(
        "SELECT number FROM ledger_account WHERE id = %(account)s", {"account": account}
    )
    return found
