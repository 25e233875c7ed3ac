"""Working days: which dates a calendar leaves out, and where a date moves that falls on one.

A calendar is a set of holidays that the caller gives; Saturdays and Sundays are free besides.
"""

import calendar
import datetime as dt
from collections.abc import Collection
from enum import StrEnum

_DAY = dt.timedelta(days=1)
# No calendar has more free days in a row; one that seems to have is wrong.
_LONGEST_REST_DAYS = 31


class BusinessDay(StrEnum):
    """Where a date goes that is not a working day."""

    UNADJUSTED = "unadjusted"
    FOLLOWING = "following"
    PRECEDING = "preceding"
    # The next working day, or the one before where that lies in the next month; and the reverse.
    MODIFIED_FOLLOWING = "modified_following"
    MODIFIED_PRECEDING = "modified_preceding"


def is_working(date: dt.date, holidays: Collection[dt.date] = frozenset()) -> bool:
    return date.weekday() < 5 and date not in holidays


def adjusted(
    date: dt.date, rule: BusinessDay, holidays: Collection[dt.date] = frozenset()
) -> dt.date:
    """The working day to which a date moves by a rule. Raises ValueError where there is none."""
    match rule:
        case BusinessDay.UNADJUSTED:
            return date
        case BusinessDay.FOLLOWING:
            return _nearest(date, _DAY, holidays)
        case BusinessDay.PRECEDING:
            return _nearest(date, -_DAY, holidays)
        case BusinessDay.MODIFIED_FOLLOWING:
            first, second = _DAY, -_DAY
        case BusinessDay.MODIFIED_PRECEDING:
            first, second = -_DAY, _DAY
    found = _nearest(date, first, holidays)
    return found if found.month == date.month else _nearest(date, second, holidays)


def months_later(date: dt.date, months: int, *, day: int) -> dt.date:
    """The day of the month `months` after a date's own, or that month's last day.

    Counted from the first date and never from the one before: the 31st comes back after February.
    """
    month = date.year * 12 + date.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _nearest(date: dt.date, step: dt.timedelta, holidays: Collection[dt.date]) -> dt.date:
    found = date
    while not is_working(found, holidays):
        found += step
        if abs((found - date).days) > _LONGEST_REST_DAYS:
            raise ValueError(f"no working day within {_LONGEST_REST_DAYS} days of {date}")
    return found
