"""What apps declare and the engines above run: operations, guards, steps, invariants."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

from apps.control.columns import Column, Subject
from apps.control.commands import Command
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.registry import Registry, Slot
from apps.kernel.text import Text

if TYPE_CHECKING:
    from apps.control.journal import Line
    from apps.control.run import Run


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an operation happens: the branch in which its permission must be held.

    `statement` is a scalar SQL expression of the branch's id over one parameter, `%(scope)s`, so
    that it is read in the same statement as the authority. `None` means the whole bank.
    """

    statement: str | None
    parameter: Callable[[Any], Any] = lambda cmd: None
    # It is enough to hold the permission somewhere: the body itself judges the place.
    anywhere: bool = False


WHOLE_BANK = Scope(None)
ANYWHERE = Scope(None, anywhere=True)


def at_branch(branch: Callable[[Any], int]) -> Scope:
    """The branch whose id the command itself names."""
    return Scope("(SELECT id FROM kernel_branch WHERE id = %(scope)s)", branch)


def branch_of(table: str, subject: Callable[[Any], int]) -> Scope:
    """The branch of the row of `table` whose id the command names."""
    return Scope(f"(SELECT branch_id FROM {table} WHERE id = %(scope)s)", subject)  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One declared way to change the bank's state."""

    name: str
    command: type[Command]
    body: Callable[..., Any]
    permission: str
    scope: Scope
    sentence: Text
    subjects: Callable[[Any], Mapping[str, Sequence[int]]]
    amount: Callable[[Any], Money] | None
    version: int
    # Steps of the close post into the date that is being closed; all else into the open one.
    closing: bool
    # Only the set-up of the bank may run before there is a booking date.
    dateless: bool
    # Never done by one person alone: without a policy in force that names the other, refused.
    four_eyes: bool
    # Its entries may be forced: past a floor or a block. The database knows these by their names.
    forced: bool = False


OPERATIONS: Registry[Operation] = Registry("operation")


def operation(
    name: str,
    *,
    permission: str,
    scope: Scope,
    sentence: Text,
    subjects: Callable[[Any], Mapping[str, Sequence[int]]] = lambda cmd: {},
    amount: Callable[[Any], Money] | None = None,
    version: int = 1,
    closing: bool = False,
    dateless: bool = False,
    four_eyes: bool = False,
    forced: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated body as an operation; its command is the annotation of `cmd`."""

    def declare(body: Callable[..., Any]) -> Callable[..., Any]:
        OPERATIONS.add(
            name,
            Operation(
                name=name,
                command=body.__annotations__["cmd"],
                body=body,
                permission=permission,
                scope=scope,
                sentence=sentence,
                subjects=subjects,
                amount=amount,
                version=version,
                closing=closing,
                dateless=dateless,
                four_eyes=four_eyes,
                forced=forced,
            ),
        )
        return body

    return declare


# Permissions to look: what a screen or a resource of the API asks that writes nothing.
READING: Registry[Text] = Registry("permission to read")


@dataclass(frozen=True, slots=True)
class Guard:
    """May refuse any operation whose subjects are of its kinds; at most one statement."""

    name: str
    kinds: frozenset[str]
    check: Callable[..., None]


GUARDS: Registry[Guard] = Registry("guard")


def guard(
    name: str, *, kinds: Sequence[str]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare `check(*, ids, run)`: refuse, by raising, for the subjects of these kinds."""

    def declare(check: Callable[..., None]) -> Callable[..., None]:
        GUARDS.add(name, Guard(name, frozenset(kinds), check))
        return check

    return declare


class Phase(IntEnum):
    """Phases of the close of a day, in their order."""

    CUTOFF = 1
    COLLECT = 2
    ACCRUE = 3
    CHARGE = 4
    CLASSIFY = 5
    CLOSE = 6
    PROVE = 7
    REPORT = 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """A range of ids, both included, and how many subjects it is expected to hold."""

    low: int
    high: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the close, cut into chunks that Celery workers claim.

    `cut(date=, size=)` gives the chunks; `body(date=, chunk=, run=)` does one, set-based, and
    returns counts and unrounded sums; `finish(date=, results=, run=)`, where there is one, runs
    once after all chunks with what they returned. A step that works on the bank as a whole has no
    `cut`: its body runs once, with `chunk=None`.
    """

    name: str
    phase: Phase
    title: Text
    body: Callable[..., dict[str, Any]]
    cut: Callable[..., list[Chunk]] | None = None
    # Whose ids the chunks range over.
    over: Subject | None = None
    finish: Callable[..., dict[str, Any]] | None = None
    size: int = 5_000
    # May this step's chunk be split until one subject stands alone, for the exceptions list?
    divisible: bool = field(default=True)


STEPS: Registry[Step] = Registry("step of the close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What keeps the next date from opening.

    The statement gives, over `%(date)s`, the date that is open, one row for each obstacle: what it
    is, and who can take it away. It is read after the date's lock is had.
    """

    name: str
    title: Text
    statement: str


GATES: Registry[Gate] = Registry("gate of the date")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCheck:
    """What must be done before a month is closed.

    The statement gives, over `%(first)s` and `%(last)s`, days of the month, one row for each thing
    that is left to do: what it is, as `called` tells people.
    """

    name: str
    title: Text
    statement: str
    called: Callable[[str], str] = str


MONTH_CHECKS: Registry[MonthCheck] = Registry("check of a month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """Something that must always hold: `violations` must find nothing, or no day closes.

    The statement returns one row for each violation, its first column the subject, and may use
    `%(date)s`, the date being closed or, for `manage.py prove`, the last closed one.
    """

    name: str
    title: Text
    # What the statement gives, in its order.
    columns: tuple[Column, ...]
    statement: str
    # Compares histories as a whole, so it is proved on demand and at night, not for each date.
    thorough: bool = False


INVARIANTS: Registry[Invariant] = Registry("invariant")


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role in force somewhere; `limit_minor` in the base currency, None without a limit."""

    limit_minor: int | None


class Authority(Protocol):
    """How `access` answers the door: who may do what, where."""

    # A SELECT over %(actor)s, %(permission)s and the columns `scope.branch_id` and `day.date`,
    # which gives: the actor's name or NULL, held here, held anywhere, limited, limit (minor units
    # of the base currency).
    statement: str
    # A scalar expression over %(actor)s: the actor's name.
    name: str

    def role_held(
        self, *, user: int, role: str, branch: int | None, date: dt.date
    ) -> "RoleHeld | None":
        """How the user holds the role in this branch (None: the whole bank) on this date."""
        ...

    def holders(self, *, role: str, branch: int | None, date: dt.date) -> int | None:
        """How many people hold the role there (None: anywhere) on this date; None for no role."""
        ...


AUTHORITY: Slot[Authority] = Slot("the authority")


class Poster(Protocol):
    """How the ledger answers the door."""

    def post(self, run: "Run", line: "Line") -> None:
        """Write the run's line of the journal and post all its entries, once.

        Refusals of the book are raised as errors with their SQLSTATE.
        """
        ...

    def standing(self, accounts: Sequence[int]) -> dict[int, dict[str, Any]]:
        """For a preview: number, name, side, currency and balance of each account."""
        ...

    def numbered(self, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The same by account numbers; those that are not open (yet) are left out."""
        ...


POSTER: Slot[Poster] = Slot("the poster")

# Refusals that the database itself raises, by SQLSTATE, and those of its named constraints.
SQL_REFUSALS: Registry[type[Refusal]] = Registry("refusal of the database")
CONSTRAINT_REFUSALS: Registry[type[Refusal]] = Registry("refusal of a constraint")

# What to do with a message of the outbox, by topic, once its transaction has committed.
TOPICS: Registry[Callable[[Mapping[str, Any]], None]] = Registry("topic of the outbox")
