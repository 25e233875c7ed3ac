"""Reports that workers make: who is at one, how far it is, and what becomes of one that fails.

A worker holds an advisory lock of the database for as long as it is at an order. Whoever dies lets
go of it, so that another may begin anew; nobody else has to judge how long is too long. Progress is
told through the cache, for what the making itself writes is seen once it is done.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from apps.control import guarding
from apps.kernel import sql
from apps.kernel.text import Text
from apps.reporting.declarations import Report
from apps.reporting.models import ReportOrder

log = logging.getLogger(__name__)

ORDERED = "reporting.ordered"
MAX_TRIES = 3
# The first half of every such lock's key; the other half is the order's.
_LOCKS = 7300
_KEPT_S = 3600
GIVEN_UP = Text(
    uk=f"Складання обривалося {MAX_TRIES} рази поспіль. Спробуйте коротший період або скажіть "
    "тим, хто стежить за роботою системи.",
    en=f"The making broke off {MAX_TRIES} times. Try a shorter period, or tell those who watch "
    "over the system.",
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An order that a worker has begun, for whom."""

    order: int
    ordered_by: int


@dataclass(frozen=True, slots=True)
class Told:
    """An order as its page tells it; `percent` of what is to be read is read."""

    id: int
    report: str
    given: dict[str, Any]
    state: str
    tries: int
    reason: Text
    kept: int | None
    ordered_by: int
    run: UUID
    percent: int

    @property
    def is_finished(self) -> bool:
        return self.state in {ReportOrder.State.DONE, ReportOrder.State.FAILED}


@contextmanager
def at(order: int) -> Iterator[bool]:
    """Whether this worker alone is at an order, as long as this lasts."""
    key = {"locks": _LOCKS, "order": order % 2**31}
    had = sql.value("SELECT pg_try_advisory_lock(%(locks)s::integer, %(order)s::integer)", key)
    try:
        yield had
    finally:
        if had:
            sql.value("SELECT pg_advisory_unlock(%(locks)s::integer, %(order)s::integer)", key)


def left() -> list[int]:
    """Orders that are not finished and that nobody is at; one statement."""
    found = sql.rows(
        """SELECT id FROM reporting_reportorder
            WHERE state IN ('waiting', 'running')
              AND pg_try_advisory_xact_lock(%(locks)s::integer, (id %% 2147483648)::integer)
            ORDER BY id LIMIT 20""",
        {"locks": _LOCKS},
    )
    return [order for (order,) in found]


def claim(order: int) -> Claimed | None:
    """Begin an order, or give it up after too many tries; None where nothing is to be done."""
    with transaction.atomic(durable=True), guarding.door_open():
        found = (
            ReportOrder.objects.select_for_update()
            .filter(id=order, state__in=[ReportOrder.State.WAITING, ReportOrder.State.RUNNING])
            .first()
        )
        if found is None:
            return None
        if found.tries >= MAX_TRIES:
            _fail(found, GIVEN_UP)
            return None
        found.state = ReportOrder.State.RUNNING
        found.tries += 1
        found.save(update_fields=["state", "tries"])
        return Claimed(found.id, found.ordered_by_id)


def fail(order: int, reason: Text) -> None:
    """Say why an order cannot be made; it is not tried again."""
    with transaction.atomic(durable=True), guarding.door_open():
        found = ReportOrder.objects.select_for_update().get(id=order)
        if found.state == ReportOrder.State.RUNNING:
            _fail(found, reason)


def _fail(found: ReportOrder, reason: Text) -> None:
    found.state = ReportOrder.State.FAILED
    found.reason_uk, found.reason_en = reason.uk, reason.en
    found.save(update_fields=["state", "reason_uk", "reason_en"])


# --- How far ------------------------------------------------------------------------------------


def teller(order: int, report: Report) -> Callable[[int], None]:
    """What tells how many of a report's spans are read."""
    spans = len(report.spans)

    def tell(read: int) -> None:
        # Laying out and keeping are the rest.
        _note(order, 100 * read // (spans + 1))

    return tell


def _note(order: int, percent: int) -> None:
    try:
        cache.set(f"reporting:order:{order}", percent, _KEPT_S)
    except Exception as error:  # noqa: BLE001 - each cache fails in its own way
        log.warning("progress of order %s could not be told: %s", order, error)


def _noted(order: int) -> int:
    try:
        return int(cache.get(f"reporting:order:{order}") or 0)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("progress of order %s could not be read: %s", order, error)
        return 0


def told(order: int) -> Told | None:
    """An order as it stands; one statement."""
    found = ReportOrder.objects.filter(id=order).first()
    if found is None:
        return None
    percent = 100 if found.state == ReportOrder.State.DONE else 0
    if found.state == ReportOrder.State.RUNNING:
        percent = _noted(order)
    return _of(found, percent)


def of(user: int, *, limit: int = 10) -> list[Told]:
    """Somebody's latest orders, without their progress; one statement."""
    found = ReportOrder.objects.filter(ordered_by=user).order_by("-id")[:limit]
    return [_of(one, 0) for one in found]


def _of(found: ReportOrder, percent: int) -> Told:
    return Told(
        id=found.id,
        report=found.report,
        given=found.given,
        state=found.state,
        tries=found.tries,
        reason=Text(uk=found.reason_uk, en=found.reason_en),
        kept=found.kept_id,
        ordered_by=found.ordered_by_id,
        run=found.run_id,
        percent=percent,
    )
