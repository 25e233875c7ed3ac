"""Pay by the law: every published case, and what must hold for any pay."""

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.hr import rules
from apps.hr.errors import NoPayRules, PayMalformed
from apps.hr.rules import Benefit, Deduction, DeductionKind, PayRules, Status

CASES = json.loads((Path(__file__).parent / "data" / "pay.json").read_text(encoding="utf-8"))
FILE = Path(rules.__file__).parent / "data" / "pay_rules.csv"
WHOLE = ("minimum_wage_minor", "subsistence_minor", "ceiling_wages", "employer_sick_days")
NOBODY = Status()


def _rule(line: dict[str, str]) -> PayRules:
    fields = {name: text for name, text in line.items() if name not in {"source", "verify"}}
    valid_from = dt.date.fromisoformat(fields.pop("valid_from"))
    values: dict[str, Any] = {
        name: int(text) if name in WHOLE else Decimal(text) for name, text in fields.items()
    }
    return PayRules(valid_from=valid_from, **values)


with FILE.open(encoding="utf-8", newline="") as file:
    RULES = [_rule(line) for line in csv.DictReader(file)]
NOW = RULES[-1]
PAY = st.integers(0, 10**9)
STATUSES = st.builds(
    Status,
    benefit=st.sampled_from(Benefit),
    children=st.integers(0, 12),
    disabled=st.booleans(),
)
RULE = st.sampled_from(RULES)


def minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")


@pytest.mark.parametrize("case", CASES["payroll"], ids=lambda case: case["id"])
def test_pay_of_a_month_is_that_of_the_published_case(case: dict[str, Any]) -> None:
    law = rules.in_force(RULES, month(case["month"]))
    applied = {
        "P08": Status(benefit=Benefit.BASIC),
        "P10": Status(benefit=Benefit.CHILDREN, children=2),
    }
    status = applied.get(case["id"], Status(benefit=Benefit.BASIC))
    gross = minor(case["gross"])
    taken = rules.withhold(gross, rules=law, status=status, main_job=True, full_month=True)
    assert taken.pit_minor == minor(case["pit"])
    assert taken.levy_minor == minor(case["military_levy"])
    assert gross - taken.taxes_minor == minor(case["net"])
    if "psp" in case:
        assert law.benefit_limit_minor == minor(case["psp_limit"])
        assert taken.benefit_minor == minor(case["psp"])
        assert taken.base_minor == minor(case["esv_base"])
        assert taken.contribution_minor == minor(case["esv_employer"])
        assert law.contribution == Decimal(case["esv_rate"])
        assert gross + taken.contribution_minor == minor(case["employer_cost"])


@pytest.mark.parametrize("case", CASES["leave"], ids=lambda case: case["id"])
def test_leave_pay_is_that_of_the_published_case(case: dict[str, Any]) -> None:
    daily = rules.average_daily(
        minor(case["earnings_12m"]),
        days=case["calendar_days"],
        excluded_days=case["excluded_days"] + case["holidays_excluded"],
    )
    assert daily == minor(case["avg_daily"])
    assert daily * case["vacation_days"] == minor(case["pay_rounded_avg"])


@pytest.mark.parametrize("case", CASES["sick"][:3], ids=lambda case: case["id"])
def test_sick_pay_is_that_of_the_published_case(case: dict[str, Any]) -> None:
    years = {"60": 4, "100": 9, "50": 2}[case["pct"]]
    on = dt.date(2026, 3, 2)
    status = Status(insured_since=on.replace(year=on.year - years))
    average = rules.average_daily(
        minor(case["earnings_12m"]), days=case["calendar_days"], excluded_days=case["excluded_days"]
    )
    assert average == minor(case["avg_daily"])
    assert rules.sick_percent(status, on) == int(case["pct"])
    daily = rules.sick_daily(average, rules=NOW, status=status, on=on, paid_percent=None)
    assert daily == minor(case["daily_benefit"])
    paid = rules.sick_pay(
        daily, days=case["days"], days_before=0, employer_days=NOW.employer_sick_days
    )
    assert (paid.employer_days, paid.employer_minor) == (
        case["employer_days"],
        minor(case["employer_pay"]),
    )
    assert (paid.fund_days, paid.fund_minor) == (
        case["pension_fund_days"],
        minor(case["pension_fund_pay"]),
    )


def test_a_short_insurance_record_has_a_ceiling() -> None:
    assert NOW.sick_ceiling_minor == minor(CASES["sick"][3]["cap_per_day"])
    on = dt.date(2026, 3, 2)
    for since, daily in ((dt.date(2025, 9, 3), 28_407), (dt.date(2025, 9, 2), 50_000)):
        status = Status(insured_since=since)
        assert (
            rules.sick_daily(100_000, rules=NOW, status=status, on=on, paid_percent=None) == daily
        )


def test_a_disabled_person_costs_the_lower_contribution_without_a_minimum() -> None:
    status = Status(disabled=True)
    taken = rules.withhold(450_000, rules=NOW, status=status, main_job=True, full_month=True)
    assert (taken.base_minor, taken.contribution_minor) == (450_000, 37_845)


def test_the_minimum_base_is_for_the_main_job_and_the_full_month() -> None:
    for main_job, full_month, base in ((False, True, 450_000), (True, False, 450_000)):
        taken = rules.withhold(
            450_000, rules=NOW, status=NOBODY, main_job=main_job, full_month=full_month
        )
        assert taken.base_minor == base


def test_there_are_no_rules_before_the_first() -> None:
    with pytest.raises(NoPayRules):
        rules.in_force(RULES, dt.date(2022, 12, 1))
    assert rules.in_force(RULES, dt.date(2024, 11, 1)).levy == Decimal("1.5")
    assert rules.in_force(RULES, dt.date(2024, 12, 1)).levy == Decimal(5)


@pytest.mark.parametrize("typed", ["0", "0.00", "-5", "1_000", "1e3", "", "12.345", "９", "UAH 5"])
def test_pay_that_cannot_be_read_is_refused_without_telling_it(typed: str) -> None:
    with pytest.raises(PayMalformed) as refused:
        rules.pay_minor(typed)
    assert refused.value.data == {}
    assert rules.pay_minor(" 25000.50 ") == 2_500_050


@given(PAY, RULE, STATUSES, st.booleans(), st.booleans())
def test_gross_is_net_and_what_is_withheld(
    gross: int, law: PayRules, status: Status, main_job: bool, full_month: bool
) -> None:
    taken = rules.withhold(
        gross, rules=law, status=status, main_job=main_job, full_month=full_month
    )
    net = gross - taken.taxes_minor
    assert net + taken.pit_minor + taken.levy_minor == gross
    assert 0 <= net <= gross
    assert 0 <= taken.benefit_minor <= gross
    assert taken.base_minor <= law.ceiling_minor
    assert taken.contribution_minor <= rules.percent(law.ceiling_minor, law.contribution)
    if gross and main_job and full_month and not status.disabled:
        assert taken.base_minor >= law.minimum_wage_minor


@given(PAY, st.integers(0, 10**6), RULE, STATUSES)
def test_more_pay_never_gives_less_where_the_benefit_stays(
    gross: int, more: int, law: PayRules, status: Status
) -> None:
    less, larger = (
        rules.withhold(pay, rules=law, status=status, main_job=True, full_month=True)
        for pay in (gross, gross + more)
    )
    assert larger.contribution_minor >= less.contribution_minor
    assert larger.pit_minor >= less.pit_minor
    if larger.benefit_minor == less.benefit_minor:
        assert gross + more - larger.taxes_minor >= gross - less.taxes_minor


ORDERS = st.lists(
    st.builds(
        Deduction,
        st.sampled_from(DeductionKind),
        st.one_of(st.none(), st.decimals(0, 100, places=2)),
        st.integers(0, 10**7),
    ),
    max_size=6,
)


@given(PAY, ORDERS)
def test_orders_leave_what_the_law_protects(after_taxes: int, orders: list[Deduction]) -> None:
    taken = rules.deduct(after_taxes, orders)
    assert len(taken) == len(orders)
    assert all(one >= 0 for one in taken)
    assert sum(taken) <= after_taxes
    by_order = [
        one
        for one, order in zip(taken, orders, strict=True)
        if order.kind is not DeductionKind.VOLUNTARY
    ]
    assert sum(by_order) <= rules.percent(after_taxes, Decimal(70))


def test_alimony_comes_before_an_older_debt_which_gets_nothing_more() -> None:
    orders = [
        Deduction(DeductionKind.ENFORCEMENT, None, 300_000),
        Deduction(DeductionKind.VOLUNTARY, Decimal(1), None),
        Deduction(DeductionKind.ALIMONY, Decimal(25), None),
    ]
    assert rules.deduct(1_000_000, orders) == [0, 10_000, 250_000]
    assert rules.deduct(1_000_000, orders[:2]) == [200_000, 10_000]


@given(st.integers(0, 10**8), st.integers(0, 40), st.integers(0, 40), st.integers(0, 10))
def test_sick_pay_of_parts_is_that_of_the_whole(
    daily: int, first: int, second: int, employer_days: int
) -> None:
    whole = rules.sick_pay(daily, days=first + second, days_before=0, employer_days=employer_days)
    parts = [
        rules.sick_pay(daily, days=first, days_before=0, employer_days=employer_days),
        rules.sick_pay(daily, days=second, days_before=first, employer_days=employer_days),
    ]
    assert sum(one.employer_minor for one in parts) == whole.employer_minor
    assert sum(one.fund_minor for one in parts) == whole.fund_minor
    assert whole.employer_days + whole.fund_days == first + second


@given(PAY, st.integers(1, 23), st.integers(0, 23))
def test_a_salary_in_part_is_never_more_than_the_whole(salary: int, norm: int, worked: int) -> None:
    part = rules.salary_part(salary, worked_days=min(worked, norm), norm_days=norm)
    assert 0 <= part <= salary
    assert rules.salary_part(salary, worked_days=norm, norm_days=norm) == salary


def test_days_and_months() -> None:
    assert rules.last_of_month(dt.date(2024, 2, 1)) == dt.date(2024, 2, 29)
    assert rules.months_before(dt.date(2026, 1, 1), 12) == dt.date(2025, 1, 1)
    assert rules.months_before(dt.date(2026, 12, 1), -1) == dt.date(2027, 1, 1)
    assert rules.days_of(dt.date(2026, 1, 5), dt.date(2026, 1, 5)) == 1
    assert rules.months_between(dt.date(2026, 1, 31), dt.date(2026, 2, 28)) == 0
    free = frozenset({dt.date(2026, 1, 1)})
    assert len(rules.working_days(dt.date(2026, 1, 1), dt.date(2026, 1, 31), free)) == 21
    assert rules.working_days(dt.date(2026, 1, 10), dt.date(2026, 1, 5)) == []


def test_leave_grows_with_each_day_and_may_be_taken_ahead_after_half_a_year() -> None:
    hired = dt.date(2025, 1, 1)
    earned = {on: rules.leave_earned(24, hired_on=hired, on=on) for on in (
        dt.date(2025, 1, 1), dt.date(2025, 6, 30), dt.date(2025, 12, 31))}  # fmt: skip
    assert list(earned.values()) == [7, 1_190, 2_400]

    def takeable(on: dt.date) -> int:
        return rules.leave_takeable(24, hired_on=hired, on=on, needs_months=6)

    assert takeable(dt.date(2025, 6, 30)) == 1_190
    assert takeable(dt.date(2025, 7, 1)) == 2_400
    assert takeable(dt.date(2025, 12, 31)) == 2_400
    assert takeable(dt.date(2026, 1, 1)) == 4_800


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 5_000), st.integers(1, 60)
)
def test_leave_earned_never_shrinks(hired: dt.date, days: int, year_days: int) -> None:
    on = hired + dt.timedelta(days)
    earned = rules.leave_earned(year_days, hired_on=hired, on=on)
    assert rules.leave_earned(year_days, hired_on=hired, on=on + dt.timedelta(1)) >= earned
    assert rules.leave_takeable(year_days, hired_on=hired, on=on, needs_months=6) >= earned
