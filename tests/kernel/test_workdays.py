"""Working days and months: against QuantLib's answers, and by properties."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.workdays import BusinessDay, adjusted, is_working, months_later

CASES = json.loads((Path(__file__).parent / "data" / "workdays.json").read_text())
HOLIDAYS = {
    name: frozenset(map(dt.date.fromisoformat, dates)) for name, dates in CASES["holidays"].items()
}
dates = st.dates(dt.date(1992, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(("calendar", "date", "rule", "expected"), CASES["adjusted"])
def test_published_adjustments(calendar: str, date: str, rule: str, expected: str) -> None:
    found = adjusted(dt.date.fromisoformat(date), BusinessDay(rule), HOLIDAYS[calendar])
    assert found.isoformat() == expected


@pytest.mark.parametrize(("start", "months", "last", "expected"), CASES["months"])
def test_published_additions_of_months(start: str, months: int, last: bool, expected: str) -> None:
    date = dt.date.fromisoformat(start)
    found = months_later(date, months, day=31 if last else date.day)
    assert found.isoformat() == expected


@pytest.mark.parametrize("case", CASES["schedules"])
def test_published_schedules_do_not_drift(case: dict) -> None:
    expected = [dt.date.fromisoformat(date) for date in case["dates"]]
    rule = BusinessDay(case["convention"].lower())
    made = [adjusted(months_later(expected[0], k, day=31), rule) for k in range(len(expected))]
    assert made == expected


@given(dates, st.sampled_from(BusinessDay), st.frozensets(dates, max_size=20))
def test_an_adjusted_date_is_a_working_day_and_stays_in_its_month_where_it_must(
    date: dt.date, rule: BusinessDay, holidays: frozenset[dt.date]
) -> None:
    found = adjusted(date, rule, holidays)
    assert rule is BusinessDay.UNADJUSTED or is_working(found, holidays)
    if is_working(date, holidays):
        assert found == date
    if rule.value.startswith("modified"):
        assert found.month == date.month
    if rule is BusinessDay.FOLLOWING:
        assert found >= date
    if rule is BusinessDay.PRECEDING:
        assert found <= date


def test_a_calendar_without_working_days_is_a_mistake() -> None:
    date = dt.date(2026, 3, 2)
    endless = {date + dt.timedelta(days=day) for day in range(60)}
    with pytest.raises(ValueError, match="no working day"):
        adjusted(date, BusinessDay.FOLLOWING, endless)
