"""Interest by day, taxes, and account numbers: against facts, oracles and exact fractions."""

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import rules
from apps.accounts.errors import NumberMalformed
from apps.kernel.daycount import DayCount, year_fraction
from apps.kernel.money import MAX_MINOR

DATA = Path(__file__).parent / "data"
CASES = {case["id"][:3]: case for case in json.loads((DATA / "deposits.json").read_text())}
IBANS = json.loads((DATA / "ibans.json").read_text())
RATES = st.decimals(min_value=0, max_value=999, places=6)
DATES = st.dates(min_value=dt.date(1992, 1, 1), max_value=dt.date(2060, 12, 31))


@given(
    basis=st.integers(0, MAX_MINOR),
    rate=RATES,
    count=st.sampled_from(list(DayCount)),
    date=DATES,
)
def test_a_days_interest_is_the_exact_fraction_rounded_once(
    basis: int, rate: Decimal, count: DayCount, date: dt.date
) -> None:
    exact = basis * Fraction(rate) / 100 * year_fraction(count, date, date + dt.timedelta(days=1))
    once = Fraction(int(exact * 10**10 + Fraction(1, 2)), 10**10)
    assert Fraction(rules.daily_interest(basis, rules.day_factor(rate, count, date))) == once


def test_a_debt_earns_nothing() -> None:
    factor = rules.day_factor(Decimal(14), DayCount.ACT_365F, dt.date(2026, 1, 5))
    assert rules.daily_interest(-1, factor) == 0


@pytest.mark.parametrize(
    ("count", "date", "parts"),
    [
        (DayCount.ACT_ACT, dt.date(2024, 2, 29), Fraction(1, 366)),
        (DayCount.ACT_ACT, dt.date(2023, 12, 31), Fraction(1, 365)),
        (DayCount.ACT_ACT, dt.date(2024, 12, 31), Fraction(1, 366)),
        (DayCount.ACT_365F, dt.date(2024, 2, 29), Fraction(1, 365)),
        (DayCount.ACT_360, dt.date(2024, 2, 29), Fraction(1, 360)),
        # A month has thirty days: its thirty-first earns in place of the thirtieth, and the last
        # of February for what is missing.
        (DayCount.THIRTY_E_360, dt.date(2025, 1, 30), Fraction(0)),
        (DayCount.THIRTY_E_360, dt.date(2025, 1, 31), Fraction(1, 360)),
        (DayCount.THIRTY_E_360, dt.date(2025, 2, 28), Fraction(3, 360)),
        (DayCount.THIRTY_360, dt.date(2024, 2, 29), Fraction(2, 360)),
    ],
)
def test_a_days_part_of_the_year(count: DayCount, date: dt.date, parts: Fraction) -> None:
    factor = rules.day_factor(Decimal(100), count, date)
    assert 0 <= Fraction(factor) - parts < Fraction(1, 10**30)


@pytest.mark.parametrize("count", list(DayCount))
def test_a_whole_year_earns_the_yearly_rate(count: DayCount) -> None:
    first = dt.date(2024, 1, 1)
    days = [first + dt.timedelta(days=day) for day in range(366)]
    earned = sum(
        rules.daily_interest(100_000_00, rules.day_factor(Decimal(10), count, day)) for day in days
    )
    year = Fraction(10_000_00) * year_fraction(count, first, dt.date(2025, 1, 1))
    assert abs(Fraction(earned) - year) <= Fraction(366, 10**10)


def test_what_earns_by_the_accrual_basis() -> None:
    day = {"opening_minor": 100, "closing_minor": 40}
    assert rules.basis_minor("closing", **day) == 40
    assert rules.basis_minor("opening", **day) == 100
    assert rules.basis_minor("civil_code", **day) == 40
    assert rules.basis_minor("civil_code", opening_minor=40, closing_minor=100) == 40
    with pytest.raises(ValueError, match="no accrual basis 'average'"):
        rules.basis_minor("average", **day)


@pytest.mark.parametrize("case", ["D01", "D02"])
def test_monthly_payments_of_the_oracle(case: str) -> None:
    """From each date to the next, the first day counted and the last not."""
    inputs, rows = CASES[case]["inputs"], CASES[case]["expected"]["rows"]
    balance = _minor(inputs["principal"])
    start = dt.date.fromisoformat(inputs["start"])
    for row in rows:
        end = dt.date.fromisoformat(row["date"])
        paid = rules.payout(
            _days(balance, Decimal(inputs["rate_pct"]), start, end),
            pit=Decimal(inputs["pit"]),
            levy=Decimal(inputs["military"]),
        )
        assert _amounts(paid) == _expected(row)
        if case == "D02":
            balance += paid.net_minor
        assert balance == _minor(row["balance"])
        start = end


def test_the_levy_of_the_date_of_payment() -> None:
    rows = CASES["D04"]["expected"]["rows"]
    for row, levy in zip(rows, ("1.5", "1.5", "5"), strict=True):
        start, end = dt.date.fromisoformat(row["start"]), dt.date.fromisoformat(row["end"])
        days = _days(100_000_00, Decimal(14), start, end)
        assert _amounts(rules.payout(days, pit=Decimal(18), levy=Decimal(levy))) == _expected(row)


def test_the_daily_entry_of_the_oracle_is_the_rounded_total_less_what_was_posted() -> None:
    expected = CASES["D07"]["expected"]
    start = dt.date(2025, 1, 10)
    days = _days(12_345_67, Decimal("13.5"), start, start + dt.timedelta(days=31))
    posted = 0
    for number, amount in enumerate(expected["daily"], 1):
        total = rules.payout(days[:number], pit=Decimal(0), levy=Decimal(0)).gross_minor
        assert total - posted == _minor(amount)
        posted = total
    assert posted == _minor(expected["total"])


@given(
    days=st.lists(st.decimals(min_value=0, max_value=10**6, places=10), min_size=1),
    pit=st.decimals(0, 50, places=2),
    levy=st.decimals(0, 50, places=2),
)
def test_a_payment_adds_up_and_carries_at_most_half_a_unit(
    days: list[Decimal], pit: Decimal, levy: Decimal
) -> None:
    paid = rules.payout(days, pit=pit, levy=levy)
    assert paid.gross_minor + paid.carried_minor == sum(days)
    assert abs(paid.carried_minor) <= Decimal("0.5")
    assert paid.pit_minor + paid.levy_minor + paid.net_minor == paid.gross_minor
    assert abs(Fraction(paid.gross_minor) * Fraction(pit) / 100 - paid.pit_minor) <= Fraction(1, 2)


@pytest.mark.parametrize("case", [one for one in IBANS if one["valid"]], ids=lambda c: c["value"])
def test_an_iban_that_checks_is_kept_without_spaces(case: dict[str, Any]) -> None:
    grouped = " ".join(case["value"][at : at + 4] for at in range(0, len(case["value"]), 4))
    assert rules.account_number(grouped) == case["value"].upper()


@pytest.mark.parametrize(
    "given", [one["value"] for one in IBANS if not one["valid"]] + ["", " ", "№5", "a\x00b", "٣٤٥"]
)
def test_a_number_that_does_not_check_is_refused(given: str) -> None:
    with pytest.raises(NumberMalformed):
        rules.account_number(given)


@pytest.mark.parametrize("given", ["1787", "19-1234567/0800", "2620000017"])
def test_a_number_that_is_no_iban_is_kept_as_it_is(given: str) -> None:
    assert rules.account_number(given) == given


@pytest.mark.parametrize("case", [one for one in IBANS if "mfo" in one], ids=lambda c: c["value"])
def test_the_check_digits_of_an_iban(case: dict[str, Any]) -> None:
    account = case["account19"]
    made = rules.ukrainian_iban(bank=case["mfo"], gl_code=account[5:9], running=int(account[9:]))
    assert made == case["value"]


def _days(balance: int, rate: Decimal, start: dt.date, end: dt.date) -> list[Decimal]:
    return [
        rules.daily_interest(
            balance, rules.day_factor(rate, DayCount.ACT_365F, start + dt.timedelta(days=day))
        )
        for day in range((end - start).days)
    ]


def _amounts(paid: rules.Payout) -> tuple[int, ...]:
    return paid.gross_minor, paid.pit_minor, paid.levy_minor, paid.net_minor


def _expected(row: dict[str, str]) -> tuple[int, ...]:
    return tuple(_minor(row[name]) for name in ("gross", "pit", "military", "net"))


def _minor(amount: str) -> int:
    return int(Decimal(amount) * 100)
