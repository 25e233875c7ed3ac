"""A run: one operation on its way through the door, and who asked for it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from apps.control.declarations import Operation
from apps.kernel.money import Money


class Origin(StrEnum):
    """By which face of the bank a command came in."""

    SCREEN = "screen"
    API = "api"
    ADMIN = "admin"
    FILE = "file"
    CLOCK = "clock"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, through which face; keys are scoped by origin and client."""

    user_id: int
    origin: Origin
    client: str = ""
    address: str = ""
    request_id: str = ""
    # For work that the system does: the person who started it.
    started_by: int | None = None

    @property
    def key_scope(self) -> str:
        """The client whose keys these are; a person is a client of their own."""
        return self.client or f"user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of an entry: debit positive, in minor units of the account's currency."""

    account: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One balanced fact to be posted. `value_date=None` means the booking date."""

    kind: str
    legs: tuple[Leg, ...]
    narrative: str = ""
    value_date: dt.date | None = None
    reverses: int | None = None
    # For operations that declare it: the entry goes through below a floor and past a block.
    forced: bool = False


def debit(account: int, amount: Money) -> Leg:
    return Leg(account, amount.minor, amount.currency)


def credit(account: int, amount: Money) -> Leg:
    return Leg(account, -amount.minor, amount.currency)


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """A query that the posting function consumes, for the chunks of the close.

    Its rows are legs: `entry` (a number that groups the legs of one entry), `kind`, `narrative`,
    `account`, `amount_minor` (debit positive), `currency`.
    """

    statement: str
    params: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Run:
    """What a body works with. It adds entries and messages; the door posts and sends them."""

    id: UUID
    operation: Operation
    actor: Actor
    actor_name: str
    branch_id: int | None
    date: dt.date
    entries: list[Entry] = field(default_factory=list)
    queries: list[EntryQuery] = field(default_factory=list)
    messages: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    # Which version of which rule decided: part of the meaning that a checker signs.
    rules: dict[str, Any] = field(default_factory=dict)
    approval_id: int | None = None

    def add(
        self,
        kind: str,
        *legs: Leg,
        narrative: str = "",
        value_date: dt.date | None = None,
        reverses: int | None = None,
        forced: bool = False,
    ) -> None:
        """Add one entry; it must balance in each currency."""
        assert self.operation.forced or not forced, f"{self.operation.name} may not force entries"
        self.entries.append(
            Entry(
                kind=kind,
                legs=legs,
                narrative=narrative,
                value_date=value_date,
                reverses=reverses,
                forced=forced,
            )
        )

    def add_query(self, statement: str, params: Mapping[str, Any]) -> None:
        """Add the entries that a query describes; see EntryQuery."""
        self.queries.append(EntryQuery(statement, params))

    def tell(self, topic: str, payload: Mapping[str, Any]) -> None:
        """Put a message in the outbox: it is delivered after the commit, at least once."""
        self.messages.append((topic, payload))

    def meaning(self) -> dict[str, Any]:
        """The effect that a checker signs: entries and rules, never balances, ids or times."""
        meaning: dict[str, Any] = {"entries": [_plain(entry) for entry in self.entries]}
        if self.rules:
            meaning["rules"] = self.rules
        if self.queries:
            meaning["queries"] = len(self.queries)
        return meaning


def _plain(entry: Entry) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "kind": entry.kind,
        "legs": [[leg.account, leg.amount_minor, leg.currency] for leg in entry.legs],
    }
    if entry.narrative:
        plain["narrative"] = entry.narrative
    if entry.value_date is not None:
        plain["value_date"] = entry.value_date.isoformat()
    if entry.reverses is not None:
        plain["reverses"] = entry.reverses
    if entry.forced:
        plain["forced"] = True
    return plain


def accounts_of(entries: Sequence[Entry]) -> list[int]:
    """The accounts that entries touch, ascending."""
    return sorted({leg.account for entry in entries for leg in entry.legs})
