"""Months: what people tick, and closing and opening one again by two people."""

import datetime as dt
from typing import Annotated

from msgspec import Meta

from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.finance import months
from apps.finance.errors import (
    EarlierMonthOpen,
    LaterMonthClosed,
    MonthClosed,
    MonthNotClosed,
    MonthUnfinished,
)
from apps.finance.models import MonthTick
from apps.kernel.text import Text
from apps.ledger.models import MonthLock

CLOSE = "finance.close_months"
Note = Annotated[str, Meta(max_length=500)]
Reason = Annotated[str, Meta(min_length=3, max_length=500)]


class TickMonth(Command):
    """Any day of the month names it. `item` is of what people tick; `done` false takes it back."""

    period: dt.date
    item: Annotated[str, Meta(max_length=20)]
    done: bool = True
    note: Note = ""


@operation(
    "finance.tick_month",
    permission=CLOSE,
    scope=WHOLE_BANK,
    sentence=Text(uk="Відмічено пункт закриття місяця", en="An item of a month's close was ticked"),
)
def tick_month(*, cmd: TickMonth, run: Run) -> None:
    """Say that something of a month is done, or is not. Raises NotFound, MonthClosed."""
    month = _month(cmd.period)
    if cmd.item not in months.TICKS:
        raise NotFound
    if months.checklist(month).is_closed:
        raise MonthClosed(month=f"{month:%m.%Y}")
    MonthTick.objects.create(
        month=month, item=cmd.item, done=cmd.done, note=cmd.note, run_id=run.id
    )


class CloseMonth(Command):
    """Any day of the month names it."""

    period: dt.date


@operation(
    "finance.close_month",
    permission=CLOSE,
    scope=WHOLE_BANK,
    sentence=Text(uk="Закрито місяць", en="A month was closed"),
    four_eyes=True,
)
def close_month(*, cmd: CloseMonth, run: Run) -> None:
    """Lock a month, of which everything is done, against entries with a value date in it.

    Raises NotFound, MonthClosed, EarlierMonthOpen, MonthUnfinished.
    """
    month = _month(cmd.period)
    found = months.checklist(month)
    if found.is_closed:
        raise MonthClosed(month=f"{month:%m.%Y}")
    earlier_open, _ = months.neighbours(month)
    if earlier_open:
        raise EarlierMonthOpen(month=f"{month:%m.%Y}")
    if found.left:
        raise MonthUnfinished(month=f"{month:%m.%Y}", left=", ".join(found.left))
    MonthLock.objects.create(month=month, locked=True, run_id=run.id)
    run.rules |= {
        "month": month.isoformat(),
        "checks": [one.name for one in found.checks],
        "ticks": {one.item: one.by for one in found.ticks},
    }


class ReopenMonth(Command):
    """Any day of the month names it."""

    period: dt.date
    reason: Reason


@operation(
    "finance.reopen_month",
    permission=CLOSE,
    scope=WHOLE_BANK,
    sentence=Text(uk="Відкрито закритий місяць", en="A closed month was opened again"),
    four_eyes=True,
)
def reopen_month(*, cmd: ReopenMonth, run: Run) -> None:
    """Open the last closed month again, with a reason, once another person agrees.

    Its booking dates stay closed. Raises NotFound, MonthNotClosed, LaterMonthClosed.
    """
    month = _month(cmd.period)
    if not months.checklist(month).is_closed:
        raise MonthNotClosed(month=f"{month:%m.%Y}")
    _, later_closed = months.neighbours(month)
    if later_closed:
        raise LaterMonthClosed(month=f"{month:%m.%Y}")
    MonthLock.objects.create(month=month, locked=False, run_id=run.id)
    run.rules["month"] = month.isoformat()


def _month(day: dt.date) -> dt.date:
    """The first day of a month that the bank has begun. Raises NotFound."""
    month = day.replace(day=1)
    if months.one_month(month) is None:
        raise NotFound
    return month
