"""Doing a close: claim a piece and do it, until there is none. Workers and `close_day` share this.

Nothing that counts is kept here. A piece is claimed by the lock of its row and done in the same
transaction; whoever dies in the middle leaves it as it was, for the next.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
from django.db import DatabaseError, InterfaceError, connection

from apps.control.commands import Command
from apps.control.door import execute, execute_next
from apps.control.run import Actor
from apps.eod import queries
from apps.eod.operations import CountFailure, FinishClose, FinishStep, RunChunk, StartClose
from apps.eod.queries import Stand, UnderWay
from apps.kernel.errors import Refusal

log = logging.getLogger(__name__)

# While others do what there is, look again so often.
LOOK_AGAIN_S = (0.01, 0.1)
# A piece that others hold for longer than this is worth a line in the log.
LONG_S = 10.0
# What may pass by itself is waited for as long; then the sweeper rings again.
PATIENCE_S = 30.0
# SQLSTATEs, by class or whole, that say nothing about the work: connections, serialization and
# locks, resources, interventions of an operator, the system's input and output. A statement that
# took too long (57014) is not among them: a smaller chunk may be the cure.
_PASSING = ("", "08", "40", "53", "55P03", "57P", "58", "25P03")


def key_of(date: dt.date, step: str, part: object) -> str:
    """The key of a piece of a close."""
    return f"eod:{date}:{step}:{part}"


def start(close: UnderWay, *, size: int | None = None, ring: bool = True) -> None:
    """Begin a close that nobody began, as whoever that falls to."""
    command = StartClose(size=size, ring=ring)
    execute("eod.start_close", command, actor=close.actor, key=f"eod:{close.date}:start")


def work(
    date: dt.date,
    *,
    actor: Actor,
    idle_s: float,
    slice_s: float = float("inf"),
    seen: Callable[[], None] = lambda: None,
) -> Stand:
    """Do pieces of the close of a date; where it stands when there is nothing more to do here.

    That is when it is closed, or a person must act; or, RUNNING, when there was nothing to claim
    for `idle_s` seconds, or `slice_s` have passed. `seen` is called after each piece and look.
    Raises what does not pass within PATIENCE_S.
    """
    ends_at = time.monotonic() + slice_s
    last_done = said_at = failing_since = time.monotonic()
    pause = LOOK_AGAIN_S[0]
    while True:
        now = time.monotonic()
        try:
            if _piece(date, actor):
                last_done, pause = time.monotonic(), LOOK_AGAIN_S[0]
                stand = Stand.RUNNING
            else:
                stand = queries.stand(date)
                if stand is not Stand.RUNNING:
                    seen()
                    return stand
            failing_since = time.monotonic()
        except (Refusal, DatabaseError, InterfaceError) as error:
            if not passes(error) or now - failing_since > PATIENCE_S:
                raise
            log.warning("the close of %s waits for what will pass: %s", date, error)
            _forget_connection()
            pause = 1.0
        seen()
        if now - last_done > idle_s or now > ends_at:
            return Stand.RUNNING
        if now - max(last_done, said_at) > LONG_S:
            log.info("the close of %s: others have been doing the last pieces for long", date)
            said_at = now
        if now >= last_done:
            time.sleep(pause)
            pause = min(pause * 2, LOOK_AGAIN_S[1])


def wait(date: dt.date, *, seen: Callable[[], None] = lambda: None) -> Stand:
    """Let workers do the close of a date; where it stands when they have, or a person must act.

    `seen` is called after each look. Raises what does not pass within PATIENCE_S.
    """
    answered = moved = time.monotonic()
    done = -1
    while True:
        now = time.monotonic()
        try:
            stand = queries.stand(date)
            if stand is not Stand.RUNNING:
                seen()
                return stand
            if now - moved > LONG_S:
                if done == (done := queries.chunks_done(date)):
                    log.warning("the close of %s waits for workers: `manage.py up` has some", date)
                moved = now
            seen()
            answered = time.monotonic()
        except (DatabaseError, InterfaceError) as error:
            if not passes(error) or now - answered > PATIENCE_S:
                raise
            log.warning("the close of %s is out of sight: %s", date, error)
            _forget_connection()
        time.sleep(LOOK_AGAIN_S[1])


def passes(error: Exception) -> bool:
    """Whether a failure says nothing about the work itself, and may be gone the next moment."""
    if isinstance(error, Refusal):
        return error.retryable
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, DatabaseError):
        return False
    state = _sqlstate(error)
    return any(state == known if known == "" else state.startswith(known) for known in _PASSING)


def _piece(date: dt.date, actor: Actor) -> bool:
    """Do the next chunk, or finish the step, or the close; False where nothing can be claimed."""
    return (
        _chunk(date, actor)
        or _finish(date, actor)
        or execute_next(
            "eod.finish_close",
            lambda: (
                (FinishClose(date=date), f"eod:{date}:close") if queries.claim_close(date) else None
            ),
            actor=actor,
        )
        is not None
    )


def _chunk(date: dt.date, actor: Actor) -> bool:
    claimed: tuple[str, int, int] | None = None

    def pick() -> tuple[Command, str] | None:
        nonlocal claimed
        claimed = queries.claim_chunk(date)
        if claimed is None:
            return None
        step, number, _ = claimed
        return RunChunk(date=date, step=step, number=number), key_of(date, step, number)

    try:
        return execute_next("eod.run_chunk", pick, actor=actor) is not None
    except Exception as error:  # counted, whatever a step raises
        if claimed is None or passes(error):
            raise
        step, number, tries = claimed
        log.warning("chunk %d of %s failed: %s", number, step, error)
        failure = _failure(date, step, number, error)
        key = key_of(date, step, f"{number}:failed:{tries + 1}")
        execute("eod.count_failure", failure, actor=actor, key=key)
        return True


def _finish(date: dt.date, actor: Actor) -> bool:
    claimed: tuple[str, int] | None = None

    def pick() -> tuple[Command, str] | None:
        nonlocal claimed
        claimed = queries.claim_finish(date)
        if claimed is None:
            return None
        step, round_ = claimed
        command = FinishStep(date=date, step=step, round=round_)
        return command, key_of(date, step, f"finish:{round_}")

    try:
        return execute_next("eod.finish_step", pick, actor=actor) is not None
    except Exception as error:  # counted, whatever a step raises
        if claimed is None or passes(error):
            raise
        step, round_ = claimed
        log.warning("the finish of %s failed: %s", step, error)
        failure = _failure(date, step, None, error)
        # A finish that was retried and fails again is another failure.
        key = key_of(date, step, f"finish:{round_}:failed:{time.time_ns()}")
        execute("eod.count_failure", failure, actor=actor, key=key)
        return True


def _failure(date: dt.date, step: str, number: int | None, error: Exception) -> CountFailure:
    """What people read of a failure: a refusal's own words, or what they do with the error's."""
    if isinstance(error, Refusal):
        code, uk, en = error.code, error.text.uk, error.text.en
    else:
        code = type(error).__name__
        words = str(error).strip() or code
        uk = f"Несподівана помилка; покажіть її тим, хто супроводжує систему: {words}"
        en = f"An unexpected error, to be shown to those who maintain the system: {words}"
    return CountFailure(
        date=date,
        step=step,
        number=number,
        code=code[:100],
        reason_uk=uk[:2000].replace("\x00", ""),
        reason_en=en[:2000].replace("\x00", ""),
    )


def _sqlstate(error: DatabaseError) -> str:
    """The state that the server gave, or "" for a line that was lost before it could.

    An error that was raised anew, from itself, has the driver's error as its context alone.
    """
    for beneath in (error.__cause__, error.__context__):
        if isinstance(beneath, psycopg.Error):
            return beneath.sqlstate or ""
    return ""


def _forget_connection() -> None:
    """The next statement begins on a new connection: this one may be a dead server's."""
    with suppress(DatabaseError, InterfaceError):
        connection.close()
