"""Rules of the book that need no database."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from apps.kernel.registry import Registry
from apps.kernel.text import Text
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidential:
    """A kind of entries whose legs on customers' accounts tell something of single people.

    Whoever holds `permission` in the whole bank sees them; for others they are summed by GL
    account, under `sentence`. `owners` is a statement of the ids of customers whose accounts such
    entries have reached: what stands on one of those tells as much as the legs.
    """

    permission: str
    sentence: Text
    owners: str


CONFIDENTIAL: Registry[Confidential] = Registry("confidential kind of entry")


def confidential(*kinds: str, what: Confidential) -> None:
    """Declare kinds of entries that not every reader of the book sees leg by leg."""
    for kind in kinds:
        CONFIDENTIAL.add(kind, what)


class Rights(Protocol):
    """What this room asks of a person's rights."""

    def reaches(self, permission: str, branch: int | None) -> bool: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """Which confidential kinds are closed to a reader of entries; see `of` and `EVERYTHING`."""

    closed: tuple[str, ...]

    @classmethod
    def of(cls, rights: Rights) -> "Sight":
        """What a person's rights leave closed."""
        return cls(
            tuple(
                kind
                for kind in CONFIDENTIAL.names()
                if not rights.reaches(CONFIDENTIAL[kind].permission, None)
            )
        )

    def sentence(self, kind: str) -> Text | None:
        """What stands in the place of the single legs of such an entry; None where all are seen."""
        return CONFIDENTIAL[kind].sentence if kind in self.closed else None

    def owners(self) -> str:
        """A statement of the customers of whom the closed kinds tell; empty where nothing is."""
        return " UNION ALL ".join(
            sorted({f"({CONFIDENTIAL[kind].owners})" for kind in self.closed})
        )


# For whoever reads one account that they may look at as its customer does, and for the bank itself.
EVERYTHING = Sight(())


def require_span(*, start: dt.date, end: dt.date) -> None:
    """May months be prepared for these dates, both included? Raises SpanOutOfRange."""
    if not 0 <= (end - start).days <= MAX_SPAN_DAYS:
        raise SpanOutOfRange(longest=MAX_SPAN_DAYS)
