"""Reads of the clock: what is under way, what may be claimed, and how far it is."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from apps.control.declarations import GATES, STEPS
from apps.control.run import Actor, Origin
from apps.eod import proofs
from apps.kernel import sql
from apps.kernel.text import Text

# The user name of the bank itself, which the installation makes and the close works as.
SYSTEM = "system"

# The first step that is not done: nothing behind it may be claimed.
_FRONT = """
    SELECT s.date, s.step, s.round, s.chunks FROM eod_steprun s
     WHERE s.date = %(date)s AND s.status = 'open' ORDER BY s.place LIMIT 1"""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The date that is closing, and as whom the work is done. Not started: nobody began it yet."""

    date: dt.date
    actor: Actor
    started: bool


def under_way() -> UnderWay | None:
    """The close that is under way; one statement."""
    found = sql.row(
        """SELECT day.date, r.date IS NOT NULL, r.started_by_id,
                  (SELECT id FROM access_user WHERE username = %(system)s)
             FROM kernel_bookingdate day LEFT JOIN eod_closerun r ON r.date = day.date
            WHERE day.status = 'closing'""",
        {"system": SYSTEM},
    )
    if found is None:
        return None
    date, started, by, system = found
    by = None if by == system else by
    return UnderWay(date, Actor(user_id=system, origin=Origin.CLOCK, started_by=by), started)


def system_actor() -> Actor:
    """The bank itself; one statement."""
    system = sql.value("SELECT id FROM access_user WHERE username = %(system)s", {"system": SYSTEM})
    return Actor(user_id=system, origin=Origin.CLOCK)


@dataclass(frozen=True, slots=True)
class Day:
    """The open date, beside the moment by the database's clock and the bank's zone."""

    date: dt.date
    now: dt.datetime
    zone: str


def today() -> Day | None:
    """The open date with the moment; None before set-up; one statement."""
    found = sql.row(
        """SELECT day.date, clock_timestamp(), bank.time_zone
             FROM kernel_bookingdate day CROSS JOIN kernel_bank bank WHERE day.status = 'open'"""
    )
    return Day(*found) if found else None


def obstacles(date: dt.date) -> list[dict[str, str]]:
    """What the gates find in the way of closing a date, each with its owner; one statement."""
    if not len(GATES):
        return []
    found = sql.rows(
        " UNION ALL ".join(
            f"SELECT '{gate.name}', shut.what::text, shut.owner::text"  # noqa: S608
            f" FROM ({gate.statement}) shut (what, owner)"
            for gate in GATES
        ),
        {"date": date},
    )
    return [dict(zip(("gate", "what", "owner"), row, strict=True)) for row in found]


# --- Claiming -----------------------------------------------------------------------------------


def claim_chunk(date: dt.date) -> tuple[str, int, int] | None:
    """Lock the next chunk that nobody has: step, number, earlier tries; one statement."""
    claimed: tuple[str, int, int] | None = sql.row(
        f"""SELECT c.step, c.number, c.tries
              FROM ({_FRONT}) front
              JOIN eod_chunk c ON c.date = front.date AND c.step = front.step
                              AND c.status = 'pending'
             ORDER BY c.number LIMIT 1 FOR UPDATE OF c SKIP LOCKED""",  # noqa: S608
        {"date": date},
    )
    return claimed


def claim_finish(date: dt.date) -> tuple[str, int] | None:
    """Lock the step whose chunks are all done and that waits for nothing: step, round."""
    claimed: tuple[str, int] | None = sql.row(
        """SELECT s.step, s.round FROM eod_steprun s
            WHERE s.date = %(date)s AND s.status = 'open'
              AND s.place = (SELECT min(place) FROM eod_steprun
                              WHERE date = %(date)s AND status = 'open')
              AND NOT EXISTS (SELECT FROM eod_chunk c WHERE (c.date, c.step) = (s.date, s.step)
                                 AND c.status = 'pending')
              AND NOT EXISTS (SELECT FROM eod_exception e WHERE (e.date, e.step) = (s.date, s.step)
                                 AND e.status = 'open' AND e.holds)
              FOR UPDATE OF s SKIP LOCKED""",
        {"date": date},
    )
    return claimed


def claim_close(date: dt.date) -> bool:
    """Lock the close whose steps are all done and whose proofs found nothing."""
    return (
        sql.row(
            """SELECT 1 FROM eod_closerun r
                WHERE r.date = %(date)s AND r.status = 'running'
                  AND NOT EXISTS (SELECT FROM eod_steprun s
                                   WHERE s.date = r.date AND s.status = 'open')
                  AND NOT EXISTS (SELECT FROM eod_proof p
                                   WHERE p.date = r.date AND p.violations > 0)
                  FOR UPDATE OF r SKIP LOCKED""",
            {"date": date},
        )
        is not None
    )


def results(date: dt.date, step: str, round_: int) -> list[dict[str, Any]]:
    """What the chunks of a step returned, in their order; one statement."""
    found = sql.rows(
        """SELECT result::json FROM eod_chunk
            WHERE date = %(date)s AND step = %(step)s AND round = %(round)s AND status = 'done'
            ORDER BY number""",
        {"date": date, "step": step, "round": round_},
    )
    return [result for (result,) in found]


def unproved(date: dt.date) -> list[str]:
    """The invariants that a date must have been proved by and was not; one statement."""
    proved = {
        name
        for (name,) in sql.rows("SELECT name FROM eod_proof WHERE date = %(date)s", {"date": date})
    }
    return [name for name in proofs.due(date) if name not in proved]


# --- How far it is ------------------------------------------------------------------------------


class Stand(StrEnum):
    """Where the close of a date stands."""

    OPEN = "open"
    CLOSED = "closed"
    # There is something to do, or others are doing it.
    RUNNING = "running"
    # A step waits for an exception to be resolved by a person.
    HELD = "held"
    # Proofs found violations.
    CONTRADICTED = "contradicted"


def stand(date: dt.date) -> Stand:
    """Where the close of a date stands; one statement."""
    found = sql.row(
        f"""WITH front AS ({_FRONT})
            SELECT (SELECT status FROM kernel_bookingdate WHERE date = %(date)s),
                   EXISTS (SELECT FROM front),
                   EXISTS (SELECT FROM front JOIN eod_chunk c USING (date, step)
                            WHERE c.status = 'pending'),
                   EXISTS (SELECT FROM front JOIN eod_exception e USING (date, step)
                            WHERE e.status = 'open' AND e.holds),
                   EXISTS (SELECT FROM eod_proof p
                            WHERE p.date = %(date)s AND p.violations > 0)""",  # noqa: S608
        {"date": date},
    )
    assert found is not None, "a SELECT without a table gives one row"
    status, is_open, has_pending, is_held, is_contradicted = found
    if status == "closed":
        return Stand.CLOSED
    if status != "closing":
        return Stand.OPEN
    if is_open:
        return Stand.HELD if is_held and not has_pending else Stand.RUNNING
    return Stand.CONTRADICTED if is_contradicted else Stand.RUNNING


def chunks_done(date: dt.date) -> int:
    """How many chunks of a close are done so far; one statement."""
    done: int = sql.value(
        "SELECT count(*) FROM eod_chunk WHERE date = %(date)s AND status = 'done'", {"date": date}
    )
    return done


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far a step is. `rows` are its subjects, as they were counted when it was cut."""

    name: str
    status: str
    chunks: int
    chunks_done: int
    rows: int
    rows_done: int
    seconds: float
    totals: dict[str, int]
    phase: int
    finished_at: dt.datetime | None

    @property
    def title(self) -> Text:
        return STEPS[self.name].title if self.name in STEPS else Text(uk=self.name, en=self.name)

    @property
    def rate(self) -> float:
        """Rows a second, or 0 before it is known."""
        return self.rows_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """By its speed so far, or None before it is known."""
        return (self.rows - self.rows_done) / self.rate if self.rate else None


@dataclass(frozen=True, slots=True)
class Progress:
    """A close as it is at a moment."""

    date: dt.date
    stand: Stand
    seconds: float
    steps: tuple[StepProgress, ...]
    exceptions: int
    proved: int
    contradicted: tuple[str, ...]

    @property
    def front(self) -> StepProgress | None:
        """The step that is being done."""
        return next((step for step in self.steps if step.status == "open"), None)


def progress(date: dt.date) -> Progress:
    """How far the close of a date is; three statements."""
    found = sql.rows(
        """SELECT s.step, s.status, count(c.number), count(*) FILTER (WHERE c.status = 'done'),
                  coalesce(sum(c.size), 0)::bigint,
                  coalesce(sum(c.size) FILTER (WHERE c.status = 'done'), 0)::bigint,
                  coalesce(extract(epoch FROM
                      CASE WHEN s.status = 'open' THEN clock_timestamp()
                           ELSE greatest(s.finished_at, max(c.finished_at)) END
                      - min(c.started_at)), 0)::float, coalesce(s.totals, '{}')::json, s.phase,
                  s.finished_at
             FROM eod_steprun s
             LEFT JOIN eod_chunk c ON (c.date, c.step, c.round) = (s.date, s.step, s.round)
                                  AND c.status <> 'split'
            WHERE s.date = %(date)s
            GROUP BY s.date, s.step ORDER BY s.place""",
        {"date": date},
    )
    whole = sql.row(
        """SELECT coalesce((SELECT extract(epoch FROM coalesce(finished_at, clock_timestamp())
                                                     - started_at)
                              FROM eod_closerun WHERE date = %(date)s), 0)::float,
                  (SELECT count(*) FROM eod_exception
                    WHERE date = %(date)s AND status = 'open'),
                  count(*), coalesce(array_agg(name ORDER BY name)
                                     FILTER (WHERE violations > 0), '{}')
             FROM eod_proof WHERE date = %(date)s""",
        {"date": date},
    )
    assert whole is not None, "an aggregate gives one row"
    seconds, exceptions, proved, contradicted = whole
    return Progress(
        date=date,
        stand=stand(date),
        seconds=seconds,
        steps=tuple(StepProgress(*row) for row in found),
        exceptions=exceptions,
        proved=proved,
        contradicted=tuple(contradicted),
    )


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """One exception of a close, for people."""

    id: int
    date: dt.date
    step: str
    low: int | None
    high: int | None
    code: str
    reason: Text
    owner: str
    holds: bool
    number: int | None
    raised_at: dt.datetime
    # The operation that mended it; none while it is open.
    resolved_by: UUID | None

    @property
    def is_open(self) -> bool:
        return self.resolved_by is None

    @property
    def title(self) -> Text:
        """The name of its step."""
        return STEPS[self.step].title if self.step in STEPS else Text(uk=self.step, en=self.step)


_EXCEPTION = """
    SELECT id, date, step, low, high, code, reason_uk, reason_en, owner, holds, number, raised_at,
           resolved_by_run_id
      FROM eod_exception"""


def open_exceptions(date: dt.date | None = None) -> list[ExceptionLine]:
    """What waits for a person, of a date or of all, oldest first; one statement."""
    found = sql.rows(
        f"""{_EXCEPTION}
            WHERE status = 'open' AND (%(date)s::date IS NULL OR date = %(date)s::date)
            ORDER BY date, id LIMIT 1000""",
        {"date": date},
    )
    return [_exception(*row) for row in found]


def exceptions_of(date: dt.date) -> list[ExceptionLine]:
    """All exceptions of a date, those that wait first; one statement."""
    found = sql.rows(
        f"""{_EXCEPTION} WHERE date = %(date)s
            ORDER BY status = 'resolved', id LIMIT 1000""",
        {"date": date},
    )
    return [_exception(*row) for row in found]


def exception(exception_id: int) -> ExceptionLine | None:
    """One exception by its id, which may be any number; one statement."""
    if exception_id >= 2**63:
        return None
    found = sql.row(f"{_EXCEPTION} WHERE id = %(id)s", {"id": exception_id})
    return _exception(*found) if found else None


def _exception(*row: Any) -> ExceptionLine:
    uk, en = row[6:8]
    told: list[Any] = [*row[:6], Text(uk=uk, en=en), *row[8:]]
    return ExceptionLine(*told)


@dataclass(frozen=True, slots=True)
class ProofLine:
    """A proof of a date as it was kept."""

    name: str
    violations: int
    first_rows: list[list[str]]
    seconds: float


def proofs_of(date: dt.date) -> list[ProofLine]:
    """The proofs of a date, by name; one statement."""
    found = sql.rows(
        """SELECT name, violations, first_rows::json, seconds FROM eod_proof
            WHERE date = %(date)s ORDER BY name""",
        {"date": date},
    )
    return [ProofLine(*row) for row in found]


# --- Where the bank is --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """The dates of the bank at a moment by the database's clock, in the bank's zone."""

    open: dt.date
    opened_at: dt.datetime | None
    closing: dt.date | None
    # Somebody, or beat, has begun the close of the date that is closing.
    started: bool
    closed: dt.date | None
    closed_at: dt.datetime | None
    now: dt.datetime
    zone: str


def standing() -> Standing:
    """Where the bank is; one statement. The bank has been set up."""
    found = sql.row(
        """SELECT day.date, day.opened_at, closing.date, r.date IS NOT NULL,
                  last.date, last.closed_at, clock_timestamp(), bank.time_zone
             FROM kernel_bookingdate day
            CROSS JOIN kernel_bank bank
             LEFT JOIN kernel_bookingdate closing ON closing.status = 'closing'
             LEFT JOIN eod_closerun r ON r.date = closing.date
             LEFT JOIN LATERAL (SELECT date, closed_at FROM kernel_bookingdate
                                 WHERE status = 'closed' ORDER BY date DESC LIMIT 1) last ON true
            WHERE day.status = 'open'"""
    )
    assert found is not None, "a bank that has been set up has an open date"
    return Standing(*found)


def quiet_s(date: dt.date) -> float:
    """Seconds since the last piece of a running close was finished, or it began; one statement."""
    found: float | None = sql.value(
        """SELECT extract(epoch FROM clock_timestamp() - greatest(r.started_at,
                      (SELECT max(finished_at) FROM eod_chunk c WHERE c.date = r.date)))::float
             FROM eod_closerun r WHERE r.date = %(date)s AND r.status = 'running'""",
        {"date": date},
    )
    return found or 0.0


@dataclass(frozen=True, slots=True)
class Past:
    """A close in the history. `rows` are the subjects of its steps; `by` is who began it."""

    date: dt.date
    started_at: dt.datetime
    finished_at: dt.datetime | None
    seconds: float
    by: str
    by_system: bool
    rows: int
    exceptions: int
    exceptions_open: int


def history(*, limit: int, before: dt.date | None = None) -> list[Past]:
    """Closes that were begun, newest first: a page, one statement."""
    found = sql.rows(
        """SELECT r.date, r.started_at, r.finished_at,
                  extract(epoch FROM coalesce(r.finished_at, clock_timestamp())
                                     - r.started_at)::float,
                  u.full_name, u.username = %(system)s, coalesce((r.totals->>'rows')::bigint, 0),
                  coalesce(x.found, 0), coalesce(x.waiting, 0)
             FROM eod_closerun r
             JOIN access_user u ON u.id = r.started_by_id
             LEFT JOIN LATERAL (
                  SELECT count(*) AS found, count(*) FILTER (WHERE status = 'open') AS waiting
                    FROM eod_exception e WHERE e.date = r.date) x ON true
            WHERE %(before)s::date IS NULL OR r.date < %(before)s::date
            ORDER BY r.date DESC LIMIT %(limit)s""",
        {"system": SYSTEM, "before": before, "limit": limit},
    )
    return [Past(*row) for row in found]


def neighbours(date: dt.date) -> tuple[dt.date | None, dt.date | None] | None:
    """The closes before and after a date's own; None where it has none; one statement."""
    return sql.row(
        """SELECT (SELECT max(date) FROM eod_closerun WHERE date < %(date)s),
                  (SELECT min(date) FROM eod_closerun WHERE date > %(date)s)
             FROM eod_closerun WHERE date = %(date)s""",
        {"date": date},
    )
