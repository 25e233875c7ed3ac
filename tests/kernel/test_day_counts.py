"""Day counts against QuantLib and published cases."""

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.daycount import DayCount, days_in_year, year_fraction
from apps.kernel.rounding import whole_minor

CASES = json.loads((Path(__file__).parent / "data" / "day_counts.json").read_text())
ORACLES = {
    DayCount.ACT_365F: QuantLib.Actual365Fixed(),
    DayCount.ACT_360: QuantLib.Actual360(),
    DayCount.ACT_ACT: QuantLib.ActualActual(QuantLib.ActualActual.ISDA),
    DayCount.THIRTY_360: QuantLib.Thirty360(QuantLib.Thirty360.BondBasis),
    DayCount.THIRTY_E_360: QuantLib.Thirty360(QuantLib.Thirty360.EurobondBasis),
}
dates = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
bases = st.sampled_from(DayCount)


@pytest.mark.parametrize(("basis", "start", "end", "expected"), CASES["year_fractions"])
def test_published_year_fractions(basis: str, start: str, end: str, expected: float) -> None:
    found = year_fraction(DayCount(basis), dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    assert round(float(found), 12) == expected


@pytest.mark.parametrize(
    ("basis", "start", "end", "principal", "percent", "expected"), CASES["interest"]
)
def test_published_interest(
    basis: str, start: str, end: str, principal: str, percent: str, expected: str
) -> None:
    part = year_fraction(DayCount(basis), dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    minor = Fraction(principal) * Fraction(percent) * part  # percent of hryvnias is kopiykas
    exact = Decimal(minor.numerator) / Decimal(minor.denominator)
    assert Decimal(whole_minor(exact)).scaleb(-2) == Decimal(expected)


@given(bases, dates, dates)
def test_every_pair_of_dates_is_quantlibs(basis: DayCount, start: dt.date, end: dt.date) -> None:
    first, last = sorted((start, end))
    expected = ORACLES[basis].yearFraction(_theirs(first), _theirs(last))
    assert float(year_fraction(basis, first, last)) == pytest.approx(expected, abs=1e-12)


@given(bases, dates, dates)
def test_backwards_is_negative(basis: DayCount, start: dt.date, end: dt.date) -> None:
    assert year_fraction(basis, start, end) == -year_fraction(basis, end, start)


@given(
    st.sampled_from([DayCount.ACT_365F, DayCount.ACT_360, DayCount.ACT_ACT]), dates, dates, dates
)
def test_actual_days_add_up(basis: DayCount, start: dt.date, middle: dt.date, end: dt.date) -> None:
    whole = year_fraction(basis, start, end)
    assert whole == year_fraction(basis, start, middle) + year_fraction(basis, middle, end)


@pytest.mark.parametrize("year", [1993, 1994, 2024, 2026, 2100])
def test_a_calendar_year_is_one_year(year: int) -> None:
    begin, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    assert year_fraction(DayCount.ACT_ACT, begin, end) == 1
    assert year_fraction(DayCount.THIRTY_E_360, begin, end) == 1
    assert year_fraction(DayCount.ACT_365F, begin, end) == Fraction(days_in_year(year), 365)


@pytest.mark.parametrize(("year", "days"), [(1900, 365), (2000, 366), (2024, 366), (2026, 365)])
def test_days_in_year(year: int, days: int) -> None:
    assert days_in_year(year) == days


def _theirs(date: dt.date) -> QuantLib.Date:
    return QuantLib.Date(date.day, date.month, date.year)
