"""Rules of the book that need no database."""

import datetime as dt

from apps.kernel.registry import Registry
from apps.ledger.errors import SpanOutOfRange

# The functions that make partitions refuse more at once: a wrong year would make thousands.
MAX_SPAN_DAYS = 400

# Kinds of entries that `ledger.reverse_entry` may undo, each declared by the app that books it.
# What has a document of its own (a capitalisation, a schedule) is undone by its own operation.
REVERSIBLE: Registry[str] = Registry("reversible kind of entry")


def reversible(*kinds: str) -> None:
    """Declare kinds of entries whose legs are all there is to them."""
    for kind in kinds:
        REVERSIBLE.add(kind, kind)


def require_span(*, start: dt.date, end: dt.date) -> None:
    """May months be prepared for these dates, both included? Raises SpanOutOfRange."""
    if not 0 <= (end - start).days <= MAX_SPAN_DAYS:
        raise SpanOutOfRange(longest=MAX_SPAN_DAYS)
