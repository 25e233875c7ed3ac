"""When a date is due, and how a failing range is cut: pure, no database, no clock."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

# What `SKARB_CLOSE_AT` says where no close shall begin by itself.
NEVER = "never"
# A failing chunk is cut into so many: five rounds leave one subject of a hundred thousand.
PARTS = 10


def due_date(*, now: dt.datetime, zone: str, close_at: str) -> dt.date | None:
    """The date that should be open at a moment, or None where nothing begins by itself.

    An hour in the afternoon is a cut-off: from it on, the next date is due. An hour in the morning
    ends the night that belongs to the date before. Raises ValueError for what is no hour.
    """
    if close_at == NEVER:
        return None
    turn = dt.time.fromisoformat(close_at)
    local = now.astimezone(ZoneInfo(zone))
    turned = local.time() >= turn
    if turn < dt.time(12):
        return local.date() - dt.timedelta(days=not turned)
    return local.date() + dt.timedelta(days=turned)


def is_jump(*, due: dt.date, open_date: dt.date, longest_days: int) -> bool:
    """Is so much due at once that the machine's clock is wrong, rather than the bank late?"""
    return (due - open_date).days > longest_days


def parts(low: int, high: int) -> list[tuple[int, int]]:
    """The range of ids cut into at most PARTS, of sizes that differ by one at most."""
    assert low < high, "one subject cannot be cut"
    count = min(PARTS, high - low + 1)
    bounds = [low + (high - low + 1) * part // count for part in range(count + 1)]
    return [(start, end - 1) for start, end in pairwise(bounds)]


def totals(results: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The whole numbers that results have in common, added up; exact sums stay with the chunks."""
    added: dict[str, int] = {}
    for result in results:
        for name, value in result.items():
            if isinstance(value, int) and not isinstance(value, bool):
                added[name] = added.get(name, 0) + value
    return added


def is_last_of_month(date: dt.date) -> bool:
    return (date + dt.timedelta(days=1)).day == 1
