"""The database's own list of the operations whose entries may pass a floor or a block."""

from apps.control.declarations import OPERATIONS
from apps.ledger.models import ForcedOperation


def sync(*, using: str) -> None:
    """Let the list be exactly what operations declare, for the posting functions to read."""
    declared = {one.name for one in OPERATIONS if one.forced}
    known = ForcedOperation.objects.using(using)
    known.exclude(name__in=declared).delete()
    known.bulk_create(
        [ForcedOperation(name=name) for name in sorted(declared)], ignore_conflicts=True
    )
