"""Booking dates and their closes in the API: begun, watched, mended."""

import datetime as dt
from typing import Any, Literal

from msgspec import Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, does, reads
from apps.control.rest.pages import Page, Slice
from apps.eod import queries
from apps.eod.models import CloseException as StoredException
from apps.eod.models import CloseRun as StoredClose
from apps.eod.models import StepRun
from apps.eod.operations import PERMISSION
from apps.kernel.models import BookingDate as StoredDate
from apps.kernel.text import Text

DAYS = Tag(name="days", title=Text(uk="Операційні дні", en="Booking dates"))

# --- Booking dates ------------------------------------------------------------------------------


class BookingDate(Struct, frozen=True):
    """A day of the bank. Postings go into the open one, those of a close into the closing one."""

    date: dt.date
    status: StoredDate.Status
    opened_at: dt.datetime
    closing_at: dt.datetime | None
    closed_at: dt.datetime | None


_OPEN = {
    "date": "2026-03-02",
    "status": "open",
    "opened_at": "2026-03-01T20:00:00.123456Z",
    "closing_at": None,
    "closed_at": None,
}


@reads(
    "eod.booking_dates",
    permission=None,
    tag=DAYS,
    summary=Text(uk="Операційні дні", en="Booking dates"),
    example={"items": [_OPEN], "next": None},
)
def booking_dates(ask: Ask, *, page: Slice) -> Page[BookingDate]:
    """Newest first. On which date the bank is, every key may know."""
    found = StoredDate.objects.order_by("-date")
    if page.after:
        found = found.filter(date__lt=dt.date.fromisoformat(page.after[0]))
    return page.of([_date(one) for one in found[: page.limit]], lambda one: [one.date])


@reads(
    "eod.open_date",
    permission=None,
    tag=DAYS,
    summary=Text(uk="Поточний операційний день", en="The current booking date"),
    example=_OPEN,
)
def open_date(ask: Ask) -> BookingDate:
    """The date into which everybody posts now; never the date of a computer."""
    return _date(StoredDate.objects.get(status=StoredDate.Status.OPEN))


@reads(
    "eod.booking_date",
    permission=None,
    tag=DAYS,
    summary=Text(uk="Операційний день", en="A booking date"),
    example=_OPEN,
)
def booking_date(ask: Ask, *, date: dt.date) -> BookingDate:
    """Not found for a date that has not begun, or lies before the bank's first."""
    found = StoredDate.objects.filter(date=date).first()
    if found is None:
        raise NotFound
    return _date(found)


def _date(found: StoredDate) -> BookingDate:
    return BookingDate(
        date=found.date,
        status=StoredDate.Status(found.status),
        opened_at=found.opened_at,
        closing_at=found.closing_at,
        closed_at=found.closed_at,
    )


# --- Closes -------------------------------------------------------------------------------------


class CloseLine(Struct, frozen=True):
    """A close in a list."""

    date: dt.date
    status: StoredClose.Status
    started_at: dt.datetime
    finished_at: dt.datetime | None


@reads(
    "eod.closes",
    permission=PERMISSION,
    tag=DAYS,
    summary=Text(uk="Закриття днів", en="Closes"),
    example={
        "items": [
            {
                "date": "2026-03-01",
                "status": "finished",
                "started_at": "2026-03-01T20:00:00.123456Z",
                "finished_at": "2026-03-01T20:00:09.123456Z",
            }
        ],
        "next": None,
    },
)
def closes(ask: Ask, *, page: Slice) -> Page[CloseLine]:
    """Newest first. A close is the whole bank's, and so is the permission."""
    ask.require(None)
    found = StoredClose.objects.order_by("-date")
    if page.after:
        found = found.filter(date__lt=dt.date.fromisoformat(page.after[0]))
    lines = [
        CloseLine(one.date, StoredClose.Status(one.status), one.started_at, one.finished_at)
        for one in found[: page.limit]
    ]
    return page.of(lines, lambda one: [one.date])


class Step(Struct, frozen=True):
    """How far a step is: `rows` are its subjects, counted when it was cut into chunks.

    `rows_per_second` and `seconds_left` are null before they are known.
    """

    name: str
    status: StepRun.Status
    chunks: int
    chunks_done: int
    rows: int
    rows_done: int
    seconds: float
    rows_per_second: float | None
    seconds_left: float | None
    totals: dict[str, Any]


class Close(Struct, frozen=True):
    """A close as it is at a moment.

    `held` waits for a person to mend an exception, `contradicted` for what the proofs found.
    """

    date: dt.date
    stand: Literal["open", "running", "held", "contradicted", "closed"]
    seconds: float
    steps: list[Step]
    exceptions: int
    proved: int
    contradicted: list[str]


@reads(
    "eod.close",
    permission=PERMISSION,
    tag=DAYS,
    summary=Text(uk="Хід закриття дня", en="Progress of a close"),
    example={
        "date": "2026-03-01",
        "stand": "running",
        "seconds": 4.2,
        "steps": [
            {
                "name": "accounts.accrue_interest",
                "status": "open",
                "chunks": 4,
                "chunks_done": 3,
                "rows": 20_000,
                "rows_done": 15_000,
                "seconds": 1.5,
                "rows_per_second": 10_000.0,
                "seconds_left": 0.5,
                "totals": {},
            }
        ],
        "exceptions": 0,
        "proved": 0,
        "contradicted": [],
    },
)
def close(ask: Ask, *, date: dt.date) -> Close:
    """Not found for a date whose close nobody has begun."""
    ask.require(None)
    _require_begun(date)
    found = queries.progress(date)
    return Close(
        date=date,
        stand=found.stand.value,
        seconds=found.seconds,
        steps=[_step(one) for one in found.steps],
        exceptions=found.exceptions,
        proved=found.proved,
        contradicted=list(found.contradicted),
    )


def _step(found: queries.StepProgress) -> Step:
    return Step(
        name=found.name,
        status=StepRun.Status(found.status),
        chunks=found.chunks,
        chunks_done=found.chunks_done,
        rows=found.rows,
        rows_done=found.rows_done,
        seconds=found.seconds,
        rows_per_second=found.rate or None,
        seconds_left=found.seconds_left,
        totals=found.totals,
    )


def _require_begun(date: dt.date) -> None:
    if not StoredClose.objects.filter(date=date).exists():
        raise NotFound


class Proof(Struct, frozen=True):
    """An invariant that was proved: how many rows contradict it, and the first of them."""

    name: str
    violations: int
    first_rows: list[list[str]]
    seconds: float


@reads(
    "eod.proofs",
    permission=PERMISSION,
    tag=DAYS,
    summary=Text(uk="Перевірки дня", en="Proofs of a date"),
    example={
        "items": [
            {
                "name": "ledger.entries_balance",
                "violations": 0,
                "first_rows": [],
                "seconds": 0.12,
            }
        ],
        "next": None,
    },
)
def proofs(ask: Ask, *, date: dt.date, page: Slice) -> Page[Proof]:
    """By name, as they were proved last."""
    ask.require(None)
    _require_begun(date)
    after = page.behind("")
    found = [one for one in queries.proofs_of(date) if one.name > after][: page.limit]
    lines = [Proof(one.name, one.violations, one.first_rows, one.seconds) for one in found]
    return page.of(lines, lambda one: [one.name])


class CloseException(Struct, frozen=True):
    """What could not be done: which ids of a step's subjects, why, and whose it is.

    The step waits for one that `holds`; the others are made up for once the date is closed.
    """

    id: int
    date: dt.date
    step: str
    low: int | None
    high: int | None
    code: str
    reason_uk: str
    reason_en: str
    owner: str
    holds: bool
    raised_at: dt.datetime


class OfDate(Asked, frozen=True, kw_only=True):
    """A booking date; every one where none is named."""

    date: dt.date | None = None


@reads(
    "eod.exceptions",
    permission=PERMISSION,
    tag=DAYS,
    summary=Text(uk="Винятки, що чекають", en="Exceptions that wait"),
    example={
        "items": [
            {
                "id": 3,
                "date": "2026-03-01",
                "step": "accounts.accrue_interest",
                "low": 42,
                "high": 42,
                "code": "ledger.account_closed",
                "reason_uk": "Рахунок закрито.",
                "reason_en": "The account is closed.",
                "owner": "accounts",
                "holds": False,
                "raised_at": "2026-03-01T20:00:03.123456Z",
            }
        ],
        "next": None,
    },
)
def exceptions(ask: Ask, *, query: OfDate, page: Slice) -> Page[CloseException]:
    """Oldest first, those that nobody has resolved."""
    ask.require(None)
    found = StoredException.objects.filter(
        status=StoredException.Status.OPEN, id__gt=page.behind(0)
    )
    if query.date is not None:
        found = found.filter(date=query.date)
    lines = [
        CloseException(
            id=one.id,
            date=one.date,
            step=one.step,
            low=one.low,
            high=one.high,
            code=one.code,
            reason_uk=one.reason_uk,
            reason_en=one.reason_en,
            owner=one.owner,
            holds=one.holds,
            raised_at=one.raised_at,
        )
        for one in found.order_by("id")[: page.limit]
    ]
    return page.of(lines, lambda one: [one.id])


# --- Operations ---------------------------------------------------------------------------------

OPEN_NEXT_DAY = does(
    "eod.open_next_day",
    tag=DAYS,
    example={"closing": "2026-03-02"},
    gives={"opened": "2026-03-03", "closing": "2026-03-02"},
    location="booking-dates/{opened}",
)
START_CLOSE = does(
    "eod.start_close",
    tag=DAYS,
    example={},
    gives={"date": "2026-03-02", "steps": 9, "chunks": 24},
    location="closes/{date}",
)
PROVE_AGAIN = does("eod.prove_again", tag=DAYS, example={})
RETRY_EXCEPTION = does(
    "eod.retry_exception", tag=DAYS, example={}, gives={"result": {"accrued": 1}}
)
MAKE_UP_EXCEPTION = does(
    "eod.make_up_exception", tag=DAYS, example={}, gives={"result": {"accrued": 1}}
)
