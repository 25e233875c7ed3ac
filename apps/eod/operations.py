"""Opening the next date, and closing the last one: begun, done chunk by chunk, and finished."""

import datetime as dt
from typing import Annotated, Any

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import STEPS, WHOLE_BANK, Chunk, Phase, operation
from apps.control.run import Run
from apps.eod import bookkeeping, plan, proofs, queries, rules
from apps.eod.bookkeeping import Part
from apps.eod.errors import (
    CannotMakeUp,
    DateNotCurrent,
    DateStillCloses,
    ExceptionOfAnotherDate,
    GateShut,
    NothingToDo,
    NotReadyToClose,
)
from apps.kernel import sql
from apps.kernel.text import Text
from apps.ledger import operations as ledger

PERMISSION = "eod.run_close"
# Months of partitioned tables are there so long before their first posting.
MONTHS_AHEAD = 3
# What cannot be cut is tried so many times before it becomes an exception.
TRIES_ALONE = 2
# The message that tells workers of work.
RING = "eod.ring"


# --- The date -----------------------------------------------------------------------------------


class OpenNextDay(Command):
    """`closing` names the date that shall close, so that a second request does not move it on."""

    closing: dt.date | None = None


class DayOpened(Struct, frozen=True):
    opened: dt.date
    closing: dt.date


@operation(
    "eod.open_next_day",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(uk="Відкрито наступний операційний день", en="The next booking date was opened"),
)
def open_next_day(*, cmd: OpenNextDay, run: Run) -> DayOpened:
    """Let the open date close and open the next; refused while a gate finds an obstacle.

    The database waits for the postings into the date that are under way, and keeps new ones waiting
    meanwhile: they go into the next date. Where that takes too long, the door tries again.
    """
    if cmd.closing not in {None, run.date}:
        raise DateNotCurrent(date=str(cmd.closing))
    tomorrow = run.date + dt.timedelta(days=1)
    _make_months(tomorrow, run)
    moved = sql.rows(
        """UPDATE kernel_bookingdate SET status = 'closing', closing_at = clock_timestamp()
            WHERE date = %(date)s AND status = 'open' RETURNING date""",
        {"date": run.date},
    )
    if not moved:
        raise DateNotCurrent(date=run.date.isoformat())
    if found := queries.obstacles(run.date):
        raise GateShut(date=run.date, obstacles=found)
    sql.rows(
        """INSERT INTO kernel_bookingdate (date, status, opened_at)
           VALUES (%(date)s, 'open', clock_timestamp())""",
        {"date": tomorrow},
    )
    return DayOpened(tomorrow, run.date)


def _make_months(date: dt.date, run: Run) -> None:
    """Make the months that partitioned tables lack up to MONTHS_AHEAD after the date's own."""
    first = date.replace(day=1)
    month = first.month - 1 + MONTHS_AHEAD
    end = first.replace(year=first.year + month // 12, month=month % 12 + 1)
    is_lacking = sql.value(
        """SELECT EXISTS (
               SELECT FROM pg_partitioned_table p
                 JOIN pg_class c ON c.oid = p.partrelid
                  AND c.relnamespace = 'public'::regnamespace
                CROSS JOIN generate_series(%(start)s::date, %(end)s::date, interval '1 month') month
                WHERE to_regclass(c.relname || '_' || to_char(month, 'YYYY_MM')) IS NULL)""",
        {"start": first, "end": end},
    )
    if is_lacking:
        ledger.make_partitions(cmd=ledger.MakePartitions(start=first, end=end), run=run)


# --- The close ----------------------------------------------------------------------------------


class StartClose(Command):
    """`size` cuts every step into chunks of so many ids; `ring` tells workers."""

    size: Annotated[int, Meta(ge=1)] | None = None
    ring: bool = True


class CloseStarted(Struct, frozen=True):
    date: dt.date
    steps: int
    chunks: int


@operation(
    "eod.start_close",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(uk="Розпочато закриття дня", en="The close of a day was begun"),
    closing=True,
)
def start_close(*, cmd: StartClose, run: Run) -> CloseStarted:
    """Write down all steps and their chunks: what is opened later is the next date's.

    A close that has begun goes on as it is; workers are told once more.
    """
    if cmd.ring:
        run.tell(RING, {})
    begun = sql.row(
        """SELECT (SELECT count(*) FROM eod_steprun WHERE date = %(date)s),
                  (SELECT count(*) FROM eod_chunk WHERE date = %(date)s)
             FROM eod_closerun WHERE date = %(date)s""",
        {"date": run.date},
    )
    if begun is not None:
        return CloseStarted(run.date, *begun)
    planned = plan.make(date=run.date, size=cmd.size)
    bookkeeping.begin(planned, run)
    return CloseStarted(run.date, len(planned), sum(len(one.chunks) for one in planned))


class RunChunk(Command):
    date: dt.date
    step: str
    number: int


class ChunkDone(Struct, frozen=True):
    result: dict[str, Any]


@operation(
    "eod.run_chunk",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(
        uk="Виконано частину кроку закриття", en="A part of a step of the close was done"
    ),
    closing=True,
)
def run_chunk(*, cmd: RunChunk, run: Run) -> ChunkDone:
    """Do one chunk, whose row is locked: its effect and its mark are one transaction.

    A step that is one chunk is finished with it.
    """
    found = sql.row(
        """SELECT c.low, c.high, c.size, s.chunks, clock_timestamp()
             FROM eod_chunk c JOIN eod_steprun s USING (date, step)
            WHERE c.date = %(date)s AND c.step = %(step)s AND c.number = %(number)s
              AND c.status = 'pending' AND s.status = 'open' AND c.date = %(closing)s
              FOR UPDATE OF c""",
        {"date": cmd.date, "step": cmd.step, "number": cmd.number, "closing": run.date},
    )
    if found is None:
        raise NothingToDo
    low, high, size, chunks, started_at = found
    part = Part(cmd.date, cmd.step, cmd.number, low, high, size)
    step = STEPS[cmd.step]
    result = step.body(date=run.date, chunk=part.chunk, run=run)
    totals = bookkeeping.sum_up(step, [result], run) if chunks == 1 else None
    bookkeeping.mark_done(part, result, run, started_at=started_at, totals=totals)
    return ChunkDone(result)


class FinishStep(Command):
    date: dt.date
    step: str
    round: int


class StepFinished(Struct, frozen=True):
    totals: dict[str, int]


@operation(
    "eod.finish_step",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(uk="Завершено крок закриття", en="A step of the close was finished"),
    closing=True,
)
def finish_step(*, cmd: FinishStep, run: Run) -> StepFinished:
    """Sum up a step whose chunks are all done, and let the next one begin."""
    if cmd.date != run.date or queries.claim_finish(run.date) != (cmd.step, cmd.round):
        raise NothingToDo
    return StepFinished(bookkeeping.finish(cmd.step, cmd.round, run))


class FinishClose(Command):
    date: dt.date


class Closed(Struct, frozen=True):
    date: dt.date
    totals: dict[str, int]


@operation(
    "eod.finish_close",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(uk="День закрито", en="A day was closed"),
    closing=True,
)
def finish_close(*, cmd: FinishClose, run: Run) -> Closed:
    """Close the date; refused unless every step is done and every proof found nothing."""
    if cmd.date != run.date or not queries.claim_close(run.date):
        raise NotReadyToClose(date=cmd.date.isoformat())
    # Invariants that came with a new version of the application in the middle of the close.
    if missing := queries.unproved(run.date):
        found = proofs.prove(missing, date=run.date)
        bookkeeping.keep_proofs(found, run)
        if any(one.violations for one in found):
            raise NotReadyToClose(date=run.date.isoformat())
    sql.rows(
        """UPDATE kernel_bookingdate SET status = 'closed', closed_at = clock_timestamp()
            WHERE date = %(date)s AND status = 'closing'""",
        {"date": run.date},
    )
    (totals,) = sql.rows(
        """UPDATE eod_closerun r
              SET status = 'finished', finished_at = clock_timestamp(),
                  totals = (SELECT jsonb_build_object(
                      'steps', (SELECT count(*) FROM eod_steprun s WHERE s.date = r.date),
                      'chunks', (SELECT count(*) FROM eod_chunk c
                                  WHERE c.date = r.date AND c.status = 'done'),
                      'rows', (SELECT coalesce(sum(c.size), 0) FROM eod_chunk c
                                WHERE c.date = r.date AND c.status = 'done'),
                      'exceptions', (SELECT count(*) FROM eod_exception e WHERE e.date = r.date),
                      'proofs', (SELECT count(*) FROM eod_proof p WHERE p.date = r.date)))
            WHERE date = %(date)s RETURNING totals::json""",
        {"date": run.date},
    )
    return Closed(run.date, *totals)


# --- What fails -----------------------------------------------------------------------------------


class CountFailure(Command):
    """A chunk, or without `number` the finish of its step, has failed: why, in both languages."""

    date: dt.date
    step: str
    number: int | None
    code: Annotated[str, Meta(max_length=100)]
    reason_uk: Annotated[str, Meta(max_length=2000)]
    reason_en: Annotated[str, Meta(max_length=2000)]


class FailureCounted(Struct, frozen=True):
    """What comes of it: `split`, `again` or `exception`."""

    outcome: str


@operation(
    "eod.count_failure",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(uk="Частина закриття не вдалася", en="A part of the close failed"),
    closing=True,
)
def count_failure(*, cmd: CountFailure, run: Run) -> FailureCounted:
    """Cut a chunk that failed into smaller ones; what stands alone and fails is an exception.

    Raises NothingToDo for another date, and where there is no such step or chunk.
    """
    if cmd.date != run.date or cmd.step not in STEPS:
        raise NothingToDo
    step = STEPS[cmd.step]
    reason = {"code": cmd.code, "reason_uk": cmd.reason_uk, "reason_en": cmd.reason_en}
    if cmd.number is None:
        part = Part(cmd.date, cmd.step, None)
        bookkeeping.raise_exception(part, holds=True, run=run, **reason)
        return FailureCounted("exception")
    found = sql.row(
        """SELECT c.low, c.high, c.tries, c.round
             FROM eod_chunk c JOIN eod_steprun s USING (date, step)
            WHERE c.date = %(date)s AND c.step = %(step)s AND c.number = %(number)s
              AND c.status = 'pending' AND c.date = %(closing)s
              FOR UPDATE""",
        {"date": cmd.date, "step": cmd.step, "number": cmd.number, "closing": run.date},
    )
    if found is None:
        raise NothingToDo
    low, high, tries, round_ = found
    part = Part(cmd.date, cmd.step, cmd.number, low, high)
    error = f"{cmd.code}: {cmd.reason_en}"
    if step.cut is not None and step.divisible and low < high:
        bookkeeping.mark_failed(part, "split", error, run)
        chunks = [Chunk(start, end, end - start + 1) for start, end in rules.parts(low, high)]
        bookkeeping.add_chunks(date=cmd.date, step=cmd.step, round_=round_, chunks=chunks)
        return FailureCounted("split")
    if tries + 1 < TRIES_ALONE:
        bookkeeping.mark_failed(part, "pending", error, run)
        return FailureCounted("again")
    bookkeeping.mark_failed(part, "failed", error, run)
    # Sums for the bank as a whole, and what later steps build on, are not made without it.
    holds = step.finish is not None or step.cut is None or not step.divisible
    bookkeeping.raise_exception(part, holds=holds, run=run, **reason)
    return FailureCounted("exception")


class RetryException(Command):
    """`reason` says what was mended, for those who read the journal."""

    exception: int
    reason: Annotated[str, Meta(max_length=500)] = ""


@operation(
    "eod.retry_exception",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(uk="Повторено виняток закриття", en="An exception of the close was retried"),
    closing=True,
)
def retry_exception(*, cmd: RetryException, run: Run) -> ChunkDone:
    """Do what had failed, once its cause is gone, in the date it belongs to.

    Snapshots and proofs that were begun meanwhile are made anew, and workers are told to go on.
    """
    bookkeeping.hold_open(run)
    part = bookkeeping.excepted(cmd.exception)
    if part.date != run.date:
        raise ExceptionOfAnotherDate(date=part.date.isoformat())
    run.tell(RING, {})
    if part.number is not None:
        done = bookkeeping.do_again(cmd.exception, part, run)
        if STEPS[part.step].phase < Phase.CLOSE:
            bookkeeping.reopen(run)
        return ChunkDone(done)
    bookkeeping.resolve(cmd.exception, run)
    claimed = queries.claim_finish(run.date)
    if claimed is None or claimed[0] != part.step:
        raise NothingToDo
    return ChunkDone(dict(bookkeeping.finish(*claimed, run)))


class MakeUpException(Command):
    """`reason` says what was mended, for those who read the journal."""

    exception: int
    reason: Annotated[str, Meta(max_length=500)] = ""


@operation(
    "eod.make_up_exception",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(
        uk="Виняток закритого дня усунуто поточним днем",
        en="An exception of a closed date was made up for",
    ),
)
def make_up_exception(*, cmd: MakeUpException, run: Run) -> ChunkDone:
    """Do what had failed on a date that is closed since; its entries go into the open date."""
    part = bookkeeping.excepted(cmd.exception)
    status = sql.value(
        "SELECT status FROM kernel_bookingdate WHERE date = %(date)s", {"date": part.date}
    )
    if status != "closed":
        raise DateStillCloses(date=part.date.isoformat())
    step = STEPS[part.step]
    if part.number is None or step.finish is not None or step.phase >= Phase.CLOSE:
        raise CannotMakeUp(step=part.step)
    return ChunkDone(bookkeeping.do_again(cmd.exception, part, run))


class ProveAgain(Command):
    """`reason` says what was mended, for those who read the journal."""

    date: dt.date
    reason: Annotated[str, Meta(max_length=500)] = ""


@operation(
    "eod.prove_again",
    permission=PERMISSION,
    scope=WHOLE_BANK,
    sentence=Text(uk="Призначено повторну перевірку дня", en="A day is to be proved again"),
    closing=True,
)
def prove_again(*, cmd: ProveAgain, run: Run) -> None:
    """Make snapshots and proofs of the closing date anew, after what they found was mended."""
    if cmd.date != run.date:
        raise NothingToDo
    bookkeeping.hold_open(run)
    bookkeeping.reopen(run)
    run.tell(RING, {})
