"""The clock for its callers: close a day, catch up with missed ones, begin when it is time."""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from apps.control.door import execute
from apps.control.run import Actor
from apps.eod import queries, rules, work
from apps.eod.errors import DateNotCurrent
from apps.eod.operations import OpenNextDay, StartClose
from apps.eod.queries import Progress, Stand, StepProgress, UnderWay
from apps.kernel.errors import Refusal
from apps.kernel.queries import current_date

log = logging.getLogger(__name__)

# Whoever watches is shown how far it is so often.
WATCH_S = 0.5
# A close that others do at the same moment is waited for as long before it is a refusal.
PATIENCE_S = 60.0

Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class CloseReport:
    """How the close of a date ended: closed, or where a person must act."""

    date: dt.date
    stand: Stand
    seconds: float
    steps: tuple[StepProgress, ...]
    exceptions: int
    proved: int
    contradicted: tuple[str, ...]

    @property
    def closed(self) -> bool:
        return self.stand is Stand.CLOSED


def close_day(
    *,
    actor: Actor,
    date: dt.date | None = None,
    inline: bool = False,
    size: int | None = None,
    watch: Watch | None = None,
) -> CloseReport:
    """Close a booking date, or go on with a close that was interrupted.

    Without `date` it is the one that is closing already, else the one that is open; an older one
    that still closes is closed before it. A date that is closed stays as it is. `inline` does the
    work in this process, otherwise workers are rung and waited for; `size` cuts steps into chunks
    of so many ids. Raises the refusals of `eod.open_next_day`: a gate, a missing right.
    """
    close = queries.under_way()
    target = date or (close.date if close else current_date())
    if target is None:
        raise DateNotCurrent(date="")
    if close is not None and close.date < target:
        if target > (current_date() or target):
            # Nothing is closed on the way to a date that is a slip of the keyboard.
            raise DateNotCurrent(date=target.isoformat())
        before = _carry_out(close, inline=inline, size=size, watch=watch)
        if not before.closed:
            return before
    if queries.stand(target) is Stand.OPEN:
        _begin(target, actor, size=size, ring=not inline)
    close = queries.under_way()
    if close is None or close.date != target:
        return _report(target)
    return _carry_out(close, inline=inline, size=size, watch=watch)


def catch_up(
    *,
    actor: Actor,
    through: dt.date,
    inline: bool = False,
    size: int | None = None,
    watch: Watch | None = None,
) -> list[CloseReport]:
    """Close every date through the given one, oldest first; stops at one that a person holds."""
    reports: list[CloseReport] = []
    while (date := _oldest()) is not None and date <= through:
        reports.append(close_day(actor=actor, date=date, inline=inline, size=size, watch=watch))
        if not reports[-1].closed:
            break
    return reports


def begin_due() -> bool:
    """Open the next date and begin to close the last one, if it is time; whether that was done.

    One date at a time: while an older one closes, nothing new begins. Whoever calls it twice, or
    twice at once, begins one close. Where more than SKARB_CATCH_UP_DAYS are due, none is begun: a
    date cannot be opened back, and a machine's clock can be set back.
    """
    close = queries.under_way()
    if close is not None:
        if not close.started:
            work.start(close)
        return not close.started
    day = queries.today()
    if day is None:
        return False
    due = rules.due_date(now=day.now, zone=day.zone, close_at=settings.CLOSE_AT)
    if due is None or day.date >= due:
        return False
    if rules.is_jump(due=due, open_date=day.date, longest_days=settings.CATCH_UP_DAYS):
        log.error(
            "by the machine's clock %s is due, %d days after %s, which is open: nothing begins by "
            "itself; correct the clock, or close the dates by `manage.py close_day --through`",
            due,
            (due - day.date).days,
            day.date,
        )
        return False
    if shut := queries.obstacles(day.date):
        log.warning("%s is due and cannot close: %s", day.date, shut)
        return False
    _begin(day.date, queries.system_actor())
    return True


def _oldest() -> dt.date | None:
    close = queries.under_way()
    return close.date if close else current_date()


def _begin(date: dt.date, actor: Actor, *, size: int | None = None, ring: bool = True) -> None:
    """Open the next date, and begin the close of this one. Others may do so at the same time."""

    def once() -> None:
        if queries.stand(date) is Stand.OPEN:
            command = OpenNextDay(closing=date)
            execute("eod.open_next_day", command, actor=actor, key=f"eod:{date}:open_next")
        close = queries.under_way()
        if close is not None and close.date == date and not close.started:
            start = StartClose(size=size, ring=ring)
            execute("eod.start_close", start, actor=actor, key=f"eod:{date}:start")

    _patiently(once, date)


def _patiently(once: Callable[[], None], date: dt.date) -> None:
    """Again while others hold what it needs, or where they have just done it."""
    ends_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            return once()
        except Refusal as refusal:
            overtaken = not refusal.retryable and queries.stand(date) is not Stand.OPEN
            if not (refusal.retryable or overtaken) or time.monotonic() > ends_at:
                raise
            time.sleep(0.1)


def _carry_out(
    close: UnderWay, *, inline: bool, size: int | None, watch: Watch | None
) -> CloseReport:
    """Do a close here, or have workers do it, until it is closed or a person must act."""
    if not close.started:
        work.start(close, size=size, ring=not inline)
    shown_at = 0.0

    def seen() -> None:
        nonlocal shown_at
        if watch is not None and time.monotonic() - shown_at >= WATCH_S:
            watch(queries.progress(close.date))
            shown_at = time.monotonic()

    if inline:
        work.work(close.date, actor=close.actor, idle_s=float("inf"), seen=seen)
    else:
        work.wait(close.date, seen=seen)
    report = _report(close.date)
    if watch is not None:
        watch(queries.progress(close.date))
    return report


def _report(date: dt.date) -> CloseReport:
    found = queries.progress(date)
    return CloseReport(
        date=date,
        stand=found.stand,
        seconds=found.seconds,
        steps=found.steps,
        exceptions=found.exceptions,
        proved=found.proved,
        contradicted=found.contradicted,
    )
