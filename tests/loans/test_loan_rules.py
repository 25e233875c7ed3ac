"""Schedules, interest, allocation and rates: against the answers of others, and by properties."""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy_financial
import pytest
import pyxirr
import QuantLib
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.kernel.daycount import DayCount, year_fraction
from apps.kernel.workdays import BusinessDay
from apps.loans import rules
from apps.loans.rules import Debt, Early, Instalment, Method, Repayment, Schedule

DATA = json.loads((Path(__file__).parent / "data" / "loans.json").read_text())
CASES = {case["id"]: (case["inputs"], case["expected"]) for case in DATA["cases"]}
START = dt.date(2025, 1, 15)
CENT = Decimal("0.01")


def minor(amount: str | float) -> int:
    return int((Decimal(str(amount)) * 100).to_integral_exact())


def made(
    *,
    principal: int,
    rate: str | Decimal,
    months: int,
    basis: DayCount,
    method: Method = Method.ANNUITY,
    start: dt.date = START,
    due_day: int | None = None,
    grace: int = 0,
    multiple: int = 1,
) -> Schedule:
    dues = rules.due_dates(opened_on=start, count=months, due_day=due_day or start.day)
    return rules.schedule(
        Repayment(
            method=method,
            annual_rate=Decimal(rate),
            day_count=basis,
            grace=grace,
            multiple_minor=multiple,
        ),
        debt=Debt(principal_minor=principal, start=start, period_start=start),
        dues=dues,
    )


def of_case(name: str, basis: DayCount, method: Method = Method.ANNUITY, **more: Any) -> Schedule:
    inputs, _ = CASES[name]
    return made(
        principal=minor(inputs["principal"]),
        rate=inputs["rate_pct"],
        months=inputs["months"],
        basis=basis,
        method=method,
        **more,
    )


def row(line: Instalment) -> dict[str, Any]:
    return {
        "n": line.number,
        "principal": minor_text(line.principal_minor),
        "interest": minor_text(line.interest_minor),
        "payment": minor_text(line.payment_minor),
        "balance": minor_text(line.balance_minor),
    }


def minor_text(amount: int) -> str:
    return str((Decimal(amount) / 100).quantize(CENT))


def agree(found: Schedule, expected: dict[str, Any], *, dated: bool) -> None:
    """Every line and every total that the case tells."""
    rows = list(expected.get("schedule", []))
    lines = list(found.lines)
    if rows:
        assert len(lines) == len(rows)
    else:
        rows = [value for key, value in expected.items() if key.startswith("row_")]
        lines = [found.lines[value["n"] - 1] for value in rows]
    for line, given_row in zip(lines, rows, strict=True):
        want = {key: given_row[key] for key in ("n", "principal", "interest", "payment", "balance")}
        assert row(line) == want
        assert not dated or line.due_on.isoformat() == given_row["date"]
    assert minor_text(found.interest_minor) == expected["total_interest"]
    assert minor_text(found.total_minor) == expected["total_paid"]
    assert minor_text(found.lines[-1].payment_minor) == expected["last_payment"]


# --- The cases ----------------------------------------------------------------------------------


def test_an_annuity_of_the_oracle() -> None:
    found = of_case("L01", DayCount.THIRTY_360)
    assert minor_text(found.level_minor) == CASES["L01"][1]["payment"]
    agree(found, CASES["L01"][1], dated=False)


def test_a_mortgage_of_the_oracle() -> None:
    found = of_case("L02", DayCount.THIRTY_360)
    assert minor_text(found.level_minor) == CASES["L02"][1]["payment"]
    agree(found, CASES["L02"][1], dated=False)


def test_equal_principal_of_the_oracle() -> None:
    agree(of_case("L04", DayCount.ACT_365F, Method.EQUAL_PRINCIPAL), CASES["L04"][1], dated=True)


def test_grace_on_principal_of_the_oracle() -> None:
    inputs, expected = CASES["L05"]
    found = of_case("L05", DayCount.THIRTY_360, grace=inputs["grace_months"])
    assert minor_text(found.level_minor) == expected["payment_after_grace"]
    agree(found, expected, dated=False)


def test_a_bullet_of_the_oracle() -> None:
    agree(of_case("L07", DayCount.ACT_365F, Method.BULLET), CASES["L07"][1], dated=True)


def test_the_effective_rate_with_a_fee_of_the_oracle() -> None:
    inputs, expected = CASES["L08"]
    found = of_case("L08", DayCount.THIRTY_360)
    net = minor(inputs["principal"]) - minor(inputs["upfront_fee"])
    assert minor_text(net) == expected["net_disbursed"]
    flows = [(START, -net), *((line.due_on, line.payment_minor) for line in found.lines)]
    assert round(rules.effective_rate(flows), 7) == Decimal(str(expected["xirr_annual"]))
    monthly = rules.periodic_rate([amount for _, amount in flows])
    assert round(monthly, 8) == Decimal(str(expected["monthly_irr"]))


def test_the_cost_with_a_fee_of_the_oracle() -> None:
    inputs, expected = CASES["L08"]
    found = of_case("L08", DayCount.THIRTY_360)
    lent, fee = minor(inputs["principal"]), minor(inputs["upfront_fee"])
    cost = rules.cost(found, date=START, lent_minor=lent, fee_minor=fee)
    assert cost.annual_cost is not None
    assert round(cost.annual_cost, 7) == Decimal(str(expected["xirr_annual"]))
    assert cost.cost_minor == fee + found.interest_minor
    assert cost.total_minor == fee + found.total_minor
    # Without the fee it is what pyxirr finds for the schedule alone.
    dates = [START, *(line.due_on for line in found.lines)]
    rate = pyxirr.xirr(dates, [-lent, *(line.payment_minor for line in found.lines)])
    assert rate is not None
    assert cost.effective_rate is not None
    assert abs(float(cost.effective_rate) - rate) < 1e-9


def test_without_a_fee_both_rates_are_one_and_some_loans_have_none() -> None:
    found = made(principal=100_00, rate="12", months=1, basis=DayCount.ACT_365F)
    free = rules.cost(found, date=START, lent_minor=100_00, fee_minor=0)
    assert free.effective_rate == free.annual_cost
    # Nothing is received that any rate could discount to.
    taken = rules.cost(found, date=START, lent_minor=100_00, fee_minor=100_00)
    assert taken.annual_cost is None


def test_the_effective_rate_with_commissions_of_the_oracle() -> None:
    inputs, expected = CASES["L10"]
    found = of_case("L10", DayCount.THIRTY_360, Method.EQUAL_PRINCIPAL)
    commission = minor("398.00")
    assert [row(line)["interest"] for line in found.lines] == [
        one["interest"] for one in expected["schedule"]
    ]
    total = found.total_minor + commission * inputs["months"]
    assert minor_text(total) == expected["total_paid"]
    flows = [(START, -minor(inputs["principal"]))]
    flows += [(line.due_on, line.payment_minor + commission) for line in found.lines]
    assert round(rules.effective_rate(flows), 8) == Decimal(str(expected["xirr_annual"]))


def test_a_part_repaid_early_with_the_term_kept_of_the_oracle() -> None:
    inputs, expected = CASES["L11"]
    whole = of_case("L01", DayCount.THIRTY_360)
    last = whole.lines[inputs["after_payment"] - 1]
    left = last.balance_minor - minor(inputs["extra_principal"])
    assert minor_text(left) == expected["balance_after"]
    found = rules.after_prepayment(
        Repayment(method=Method.ANNUITY, annual_rate=Decimal(24), day_count=DayCount.THIRTY_360),
        debt=Debt(principal_minor=left, start=last.due_on, period_start=last.due_on),
        dues=[line.due_on for line in whole.lines[inputs["after_payment"] :]],
        choice=Early.SMALLER_INSTALMENT,
        level_minor=whole.level_minor,
        first_number=1,
    )
    assert minor_text(found.level_minor) == expected["new_payment"]
    agree(found, expected, dated=False)


def test_the_pay_off_of_the_oracle() -> None:
    inputs, expected = CASES["L13"]
    start, end = (dt.date.fromisoformat(inputs[key]) for key in ("start", "repay"))
    principal = minor(inputs["principal"])
    assert (end - start).days == expected["days"]
    units = rules.units_of_balances(
        [(start, principal)],
        end=end,
        period_start=start,
        annual_rate=Decimal(inputs["rate_pct"]),
        basis=DayCount.ACT_365F,
    )
    found = rules.pay_off(due_minor=0, principal_minor=principal, accrued_units=units)
    assert minor_text(found.interest_minor) == expected["interest"]
    assert minor_text(found.total_minor) == expected["amount"]


def test_the_pay_off_of_a_later_day_of_the_oracle() -> None:
    inputs, expected = CASES["L13"]
    start, end = (dt.date.fromisoformat(inputs[key]) for key in ("start", "repay"))
    terms = Repayment(
        method=Method.BULLET,
        annual_rate=Decimal(inputs["rate_pct"]),
        day_count=DayCount.ACT_365F,
    )
    debt = Debt(principal_minor=minor(inputs["principal"]), start=start, period_start=start)
    found = rules.pay_off_on(end, terms=terms, debt=debt, coming=[])
    assert minor_text(found.interest_minor) == expected["interest"]
    assert minor_text(found.total_minor) == expected["amount"]


@given(place=st.integers(0, 11), days=st.integers(0, 30))
def test_a_pay_off_between_due_dates_is_the_balance_with_its_interest(
    place: int, days: int
) -> None:
    found = made(principal=12_000_00, rate="24", months=12, basis=DayCount.ACT_365F)
    terms = Repayment(method=Method.ANNUITY, annual_rate=Decimal(24), day_count=DayCount.ACT_365F)
    starts = [(START, 12_000_00), *((line.due_on, line.balance_minor) for line in found.lines)]
    began, owed = starts[place]
    date = min(began + dt.timedelta(days=days), found.lines[place].due_on)
    told = rules.pay_off_on(
        date,
        terms=terms,
        debt=Debt(principal_minor=12_000_00, start=START, period_start=START),
        coming=[(line.due_on, line.principal_minor) for line in found.lines],
    )
    units = rules.units_of_balances(
        [(began, owed)],
        end=date,
        period_start=began,
        annual_rate=Decimal(24),
        basis=DayCount.ACT_365F,
    )
    if date > began or place == 0:
        assert told == rules.PayOff(0, owed, rules.whole_interest(units))


def test_interest_on_a_changing_balance_of_the_oracle() -> None:
    inputs, expected = CASES["L14"]
    balances = [
        (dt.date.fromisoformat(date), minor(amount))
        for date, amount in inputs["end_of_day_balances"]
    ]
    units = rules.units_of_balances(
        balances,
        end=dt.date(2025, 4, 1),
        period_start=dt.date(2025, 3, 1),
        annual_rate=Decimal(inputs["rate_pct"]),
        basis=DayCount.ACT_365F,
    )
    assert minor_text(rules.whole_interest(units)) == expected["interest"]


def test_the_effective_rate_of_dated_flows_of_the_oracle() -> None:
    inputs, expected = CASES["L16"]
    flows = [(dt.date.fromisoformat(date), minor(amount)) for date, amount in inputs["flows"]]
    assert round(rules.effective_rate(flows), 8) == Decimal(str(expected["xirr_annual"]))


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("W_")])
def test_allocation_of_the_oracle(name: str) -> None:
    inputs, expected = CASES[name]
    due = {portion: minor(amount) for portion, amount in inputs["due"].items()}
    given, left = rules.allocate(due, amount_minor=minor(inputs["payment"]), order=inputs["order"])
    assert {**given, "unapplied": left} == {
        portion: minor(amount) for portion, amount in expected.items()
    }


# --- Properties ---------------------------------------------------------------------------------

principals = st.integers(1_00, 10**12)
rates = st.decimals(0, 400, places=6)
months = st.integers(1, 60)
bases = st.sampled_from(DayCount)
methods = st.sampled_from(Method)
starts = st.dates(dt.date(1993, 1, 1), dt.date(2060, 12, 31))
days = st.integers(1, 31)


@st.composite
def terms(
    draw: st.DrawFn, *, least_minor: int = 1_00, lowest_rate: int = 0, fewest: int = 1
) -> dict[str, Any]:
    count = draw(st.integers(fewest, 60))
    return {
        "principal": draw(st.integers(least_minor, 10**12)),
        "rate": draw(st.decimals(lowest_rate, 400, places=6)),
        "months": count,
        "basis": draw(bases),
        "method": draw(methods),
        "start": draw(starts),
        "due_day": draw(days),
        "grace": draw(st.integers(0, count - 1)),
        "multiple": draw(st.sampled_from([1, 100, 1_000])),
    }


@given(terms())
def test_principal_sums_to_the_loan_and_interest_is_its_definition(given_terms: dict) -> None:
    found = made(**given_terms)
    principal, start = given_terms["principal"], given_terms["start"]
    assert sum(line.principal_minor for line in found.lines) == principal
    assert found.lines[-1].balance_minor == 0
    balance = principal
    for place, line in enumerate(found.lines):
        exact = (
            balance
            * Fraction(given_terms["rate"])
            / 100
            * year_fraction(given_terms["basis"], start, line.due_on)
        )
        assert line.interest_minor == int(exact + Fraction(1, 2))
        assert line.principal_minor >= 0
        assert line.principal_minor == 0 or place >= given_terms["grace"]
        balance -= line.principal_minor
        assert line.balance_minor == balance
        start = line.due_on


@given(terms())
def test_level_instalments_are_multiples_until_the_last(given_terms: dict) -> None:
    found = made(**given_terms)
    lines = found.lines[given_terms["grace"] : -1]
    if given_terms["method"] is Method.EQUAL_PRINCIPAL:
        assert {line.principal_minor for line in lines} <= {found.level_minor}
    elif given_terms["method"] is Method.ANNUITY:
        # Unless a long first period earns more than the level payment.
        assert {line.payment_minor for line in lines if line.principal_minor} <= {found.level_minor}
    assert found.level_minor % given_terms["multiple"] == 0


@given(opened=starts, count=months, day=days)
def test_due_dates_have_the_day_or_the_last_of_the_month(
    opened: dt.date, count: int, day: int
) -> None:
    found = rules.due_dates(opened_on=opened, count=count, due_day=day)
    for number, date in enumerate(found, 1):
        assert date.year * 12 + date.month == opened.year * 12 + opened.month + number
        assert date.day == day or (date + dt.timedelta(days=1)).day == 1
        assert date > opened


def test_the_31st_comes_back_after_february() -> None:
    found = rules.due_dates(opened_on=dt.date(2026, 1, 31), count=4, due_day=31)
    assert [date.isoformat() for date in found] == [
        "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
    ]  # fmt: skip


def test_due_dates_move_to_working_days() -> None:
    found = rules.due_dates(
        opened_on=dt.date(2026, 1, 31),
        count=3,
        due_day=31,
        rule=BusinessDay.FOLLOWING,
        holidays={dt.date(2026, 3, 31)},
    )
    assert [date.isoformat() for date in found] == ["2026-03-02", "2026-04-01", "2026-04-30"]


def test_the_first_due_date_never_moves_to_the_opening_or_before_it() -> None:
    """Saturday, 31 January 2026: the day before Sunday, 1 February, that banks work is the 30th."""
    for rule in (BusinessDay.PRECEDING, BusinessDay.MODIFIED_PRECEDING):
        found = rules.due_dates(opened_on=dt.date(2026, 1, 31), count=2, due_day=1, rule=rule)
        assert found[0] == dt.date(2026, 2, 2)


@given(starts, st.integers(1, 24), days, st.sampled_from(BusinessDay))
def test_due_dates_come_one_after_another(
    opened: dt.date, count: int, day: int, rule: BusinessDay
) -> None:
    found = rules.due_dates(opened_on=opened, count=count, due_day=day, rule=rule)
    assert len(found) == count
    assert list(found) == sorted({opened, *found})[1:]


@given(bases, starts, st.integers(1, 70), st.data())
def test_days_of_a_period_add_up_to_the_period(
    basis: DayCount, start: dt.date, length: int, data: st.DataObject
) -> None:
    """Of whatever lengths the pieces are: so accruals of days are the interest of the schedule."""
    end = start + dt.timedelta(days=length)
    cuts = sorted(data.draw(st.sets(st.integers(1, length - 1)))) if length > 1 else []
    edges = [start, *(start + dt.timedelta(days=cut) for cut in cuts), end]
    pieces = [rules.year_units(basis, start, one, other) for one, other in pairwise(edges)]
    whole = year_fraction(basis, start, end) * rules.YEAR_UNITS
    assert sum(pieces) == whole
    assert min(pieces) >= 0


@given(
    st.dictionaries(st.sampled_from(rules.CONSUMER_ORDER), st.integers(0, 10**9)),
    st.integers(0, 10**10),
    st.permutations(rules.CONSUMER_ORDER),
)
def test_allocation_conserves_every_unit(
    due: dict[str, int], amount: int, order: Sequence[str]
) -> None:
    given_to, left = rules.allocate(due, amount_minor=amount, order=order)
    assert sum(given_to.values()) + left == amount
    assert all(0 <= given_to[portion] <= due.get(portion, 0) for portion in order)
    assert left == max(amount - sum(due.values()), 0)
    # Nothing goes to a portion before the ones ahead of it are whole.
    for place, portion in enumerate(order):
        if given_to[portion]:
            assert all(given_to[ahead] == due.get(ahead, 0) for ahead in order[:place])


@given(terms(least_minor=200_00, fewest=3), st.data())
def test_a_part_repaid_early_leaves_a_schedule_of_the_rest(
    given_terms: dict, data: st.DataObject
) -> None:
    whole = made(**given_terms)
    assume(len(whole.lines) > 2)
    place = data.draw(st.integers(0, len(whole.lines) - 2))
    balance = whole.lines[place].balance_minor
    assume(balance > 1)
    period_start, next_due = whole.lines[place].due_on, whole.lines[place + 1].due_on
    early_on = period_start + dt.timedelta(
        days=data.draw(st.integers(0, (next_due - period_start).days - 1))
    )
    part = data.draw(st.integers(1, balance - 1))
    repayment = Repayment(
        method=given_terms["method"],
        annual_rate=given_terms["rate"],
        day_count=given_terms["basis"],
        grace=max(given_terms["grace"] - place - 1, 0),
        multiple_minor=given_terms["multiple"],
    )
    brought = rules.units_of_balances(
        [(period_start, balance)],
        end=early_on,
        period_start=period_start,
        annual_rate=given_terms["rate"],
        basis=given_terms["basis"],
    )
    debt = Debt(
        principal_minor=balance - part,
        start=early_on,
        period_start=period_start,
        brought_units=brought,
    )
    dues = [line.due_on for line in whole.lines[place + 1 :]]
    shorter, smaller = (
        rules.after_prepayment(
            repayment,
            debt=debt,
            dues=dues,
            choice=choice,
            level_minor=whole.level_minor,
            first_number=place + 2,
        )
        for choice in (Early.SHORTER_TERM, Early.SMALLER_INSTALMENT)
    )
    for found in (shorter, smaller):
        assert sum(line.principal_minor for line in found.lines) == balance - part
        assert found.lines[0].number == place + 2
        assert {line.due_on for line in found.lines} <= set(dues)
        # What was earned before on the whole balance is still due with the next instalment.
        assert found.lines[0].interest_minor >= rules.whole_interest(brought) - 1
    assert shorter.level_minor == whole.level_minor
    assert len(shorter.lines) <= len(dues)


@given(principals, rates, bases, starts, st.integers(0, 400))
def test_a_pay_off_leaves_nothing(
    principal: int, rate: Decimal, basis: DayCount, start: dt.date, length: int
) -> None:
    """Its interest is what the days have earned, rounded once; the rest is below half a unit."""
    end = start + dt.timedelta(days=length)
    units = rules.units_of_balances(
        [(start, principal)], end=end, period_start=start, annual_rate=rate, basis=basis
    )
    found = rules.pay_off(due_minor=7, principal_minor=principal, accrued_units=units)
    assert found.total_minor == principal + 7 + found.interest_minor
    assert abs(found.interest_minor * rules.UNITS - units) * 2 <= rules.UNITS


def test_a_penalty_waits_and_then_costs_each_day() -> None:
    overdue = [(3, 1_000_00), (4, 2_000_00), (40, 3_000_00)]
    # 36.5 % of 5,000.00 for a day: 5.00; the first three days of a delay cost nothing.
    found = rules.penalty_of_day(overdue, annual_rate=Decimal("36.5"), waiting_days=3)
    assert found == 5_00
    assert rules.penalty_of_day(overdue, annual_rate=Decimal(0), waiting_days=0) == 0
    assert rules.penalty_of_day([], annual_rate=Decimal(10), waiting_days=0) == 0


@pytest.mark.parametrize(
    ("overdue", "place"),
    [(0, 0), (1, 1), (7, 1), (8, 2), (30, 2), (31, 3), (60, 3), (61, 4), (90, 4), (91, 5),
     (180, 5), (181, 6), (365, 6), (366, 7), (5_000, 7)],
)  # fmt: skip
def test_buckets_begin_at_their_days(overdue: int, place: int) -> None:
    assert rules.bucket(overdue) == place


# --- Oracles over random terms ------------------------------------------------------------------


@given(st.integers(10_000_00, 10**11), st.decimals("0.01", 120, places=2), st.integers(2, 240))
def test_a_level_payment_is_numpys(principal: int, rate: Decimal, count: int) -> None:
    found = made(principal=principal, rate=rate, months=count, basis=DayCount.THIRTY_360)
    exact = -numpy_financial.pmt(float(rate) / 1200, count, principal)
    # Its floats lose digits where the rate is low: a unit is all that can be asked.
    assert abs(found.level_minor - exact) <= 1


@given(terms(least_minor=1_000_00, lowest_rate=1))
def test_the_effective_rate_is_pyxirrs_and_quantlibs(given_terms: dict) -> None:
    found = made(**given_terms)
    flows = [(given_terms["start"], -given_terms["principal"])]
    flows += [(line.due_on, line.payment_minor) for line in found.lines]
    rate = float(rules.effective_rate(flows))
    theirs = pyxirr.xirr([date for date, _ in flows], [float(amount) for _, amount in flows])
    assert theirs is not None
    assert rate == pytest.approx(theirs, abs=1e-7 * (1 + theirs))
    leg = QuantLib.Leg(
        [QuantLib.SimpleCashFlow(float(amount), _theirs(date)) for date, amount in flows[1:]]
    )
    worth = QuantLib.CashFlows.npv(
        leg,
        QuantLib.InterestRate(
            rate, QuantLib.Actual365Fixed(), QuantLib.Compounded, QuantLib.Annual
        ),
        False,
        _theirs(flows[0][0]),
        _theirs(flows[0][0]),
    )
    assert worth == pytest.approx(given_terms["principal"], rel=1e-7)


@given(
    st.integers(1_000_00, 10**11),
    st.decimals(1, 120, places=2),
    st.integers(2, 60),
    st.sampled_from([DayCount.ACT_365F, DayCount.ACT_360, DayCount.ACT_ACT, DayCount.THIRTY_E_360]),
    starts,
)
def test_interest_is_quantlibs(
    principal: int, rate: Decimal, count: int, basis: DayCount, start: dt.date
) -> None:
    """Each period's coupon on the balance before it, within the rounding of a unit.

    The bond basis is left to the kernel's test of day counts: QuantLib gives it the same part.
    """
    theirs = {
        DayCount.ACT_365F: QuantLib.Actual365Fixed(),
        DayCount.ACT_360: QuantLib.Actual360(),
        DayCount.ACT_ACT: QuantLib.ActualActual(QuantLib.ActualActual.ISDA),
        DayCount.THIRTY_E_360: QuantLib.Thirty360(QuantLib.Thirty360.EurobondBasis),
    }[basis]
    found = made(principal=principal, rate=rate, months=count, basis=basis, start=start)
    balance, since = principal, start
    for line in found.lines:
        coupon = QuantLib.FixedRateCoupon(
            _theirs(line.due_on), float(balance), float(rate) / 100, theirs,
            _theirs(since), _theirs(line.due_on),
        )  # fmt: skip
        assert abs(coupon.amount() - line.interest_minor) <= 0.5 + balance * 1e-12
        balance, since = line.balance_minor, line.due_on


def _theirs(date: dt.date) -> QuantLib.Date:
    return QuantLib.Date(date.day, date.month, date.year)
