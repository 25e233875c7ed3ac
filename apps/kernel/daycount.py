"""Day counts: which part of a year lies between two dates.

Every function counts from `start`, included, to `end`, excluded, as an exact fraction. Sources:
ISDA 2006 Definitions, section 4.16 (b), (d), (e), (f), (g).
"""

import calendar
import datetime as dt
from enum import StrEnum
from fractions import Fraction


class DayCount(StrEnum):
    ACT_365F = "ACT/365F"
    ACT_360 = "ACT/360"
    ACT_ACT = "ACT/ACT"
    THIRTY_360 = "30/360"
    THIRTY_E_360 = "30E/360"


def year_fraction(basis: DayCount, start: dt.date, end: dt.date) -> Fraction:
    """The part of a year from `start` to `end`; negative where `end` comes first."""
    if end < start:
        return -year_fraction(basis, end, start)
    match basis:
        case DayCount.ACT_365F:
            return Fraction((end - start).days, 365)
        case DayCount.ACT_360:
            return Fraction((end - start).days, 360)
        case DayCount.ACT_ACT:
            return _actual_actual(start, end)
        case DayCount.THIRTY_360:
            return Fraction(_thirty_days(start, end, european=False), 360)
        case DayCount.THIRTY_E_360:
            return Fraction(_thirty_days(start, end, european=True), 360)


def days_in_year(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _actual_actual(start: dt.date, end: dt.date) -> Fraction:
    """Each year's days over that year's length (ISDA)."""
    total = Fraction(0)
    for year in range(start.year, end.year + 1):
        first = max(start, dt.date(year, 1, 1))
        last = end if year == end.year else dt.date(year + 1, 1, 1)
        total += Fraction((last - first).days, days_in_year(year))
    return total


def _thirty_days(start: dt.date, end: dt.date, *, european: bool) -> int:
    """Days in months of thirty: the bond basis, or the Eurobond one."""
    first = min(start.day, 30)
    last = end.day
    if last == 31 and (european or first == 30):
        last = 30
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first
