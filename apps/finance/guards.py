"""Manual entries beside the rest of the bank: a guard of reversals."""

from collections.abc import Sequence

from apps.control.declarations import guard
from apps.control.run import Run
from apps.finance import queries
from apps.finance.errors import OwnEntry


@guard("finance.reversals_by_another", kinds=["entry"])
def reversals_by_another(*, ids: Sequence[int], run: Run) -> None:
    """What two people booked is not undone by its maker alone."""
    if queries.booked_by_hand(entries=ids, by=run.actor.user_id):
        raise OwnEntry
