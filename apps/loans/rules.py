"""Schedules, interest, allocation, early repayment and the effective rate: pure, exact, no clock.

Interest is counted in `UNITS` of a minor unit, of which every day of every day count is a whole
number: sums are exact, and a fraction is rounded only where interest falls due, HALF_UP.
"""

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import pairwise

from apps.kernel.daycount import DayCount, year_fraction
from apps.kernel.rounding import whole_minor
from apps.kernel.workdays import BusinessDay, adjusted, months_later

# A year in parts of which a day of each day count is a whole number: lcm(360, 365, 366).
YEAR_UNITS = 1_603_080
# Of a rate, millionths of a percent; and so of interest, units in one minor unit.
RATE_UNITS = 10**6
UNITS = 100 * RATE_UNITS * YEAR_UNITS
# A level payment is a quotient of long products; its digits are far more than money has.
_PRECISION = 60
# Days overdue at which a bucket begins; the first is that of loans which are not overdue.
BUCKETS = (0, 1, 8, 31, 61, 91, 181, 366)
_RATE_DECIMALS = 10
_HIGHEST_RATE = 2.0**40


class Method(StrEnum):
    """How principal comes back."""

    # Equal instalments, of which interest is a part that shrinks.
    ANNUITY = "annuity"
    EQUAL_PRINCIPAL = "equal_principal"
    # All of it with the last instalment; until then interest alone.
    BULLET = "bullet"


class Early(StrEnum):
    """What becomes of the schedule when a part is repaid early."""

    SHORTER_TERM = "shorter_term"
    SMALLER_INSTALMENT = "smaller_instalment"


class Portion(StrEnum):
    """What a payment may go to; the terms of a product say in which order."""

    OVERDUE_PRINCIPAL = "overdue_principal"
    OVERDUE_INTEREST = "overdue_interest"
    PRINCIPAL = "principal"
    INTEREST = "interest"
    PENALTY = "penalty"


# Law 1734-VIII on consumer credit, article 19: what is overdue, what is due, penalties. The order
# inside each of the three is ours.
CONSUMER_ORDER = (
    Portion.OVERDUE_PRINCIPAL,
    Portion.OVERDUE_INTEREST,
    Portion.PRINCIPAL,
    Portion.INTEREST,
    Portion.PENALTY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repayment:
    """How a loan is repaid; `annual_rate` in percent.

    `grace` instalments at the beginning bring no principal. A level instalment, or its principal,
    is a multiple of `multiple_minor`; the last one absorbs what that leaves.
    """

    method: Method
    annual_rate: Decimal
    day_count: DayCount
    grace: int = 0
    multiple_minor: int = 1


@dataclass(frozen=True, slots=True)
class Instalment:
    """One line of a schedule; `balance_minor` is the principal that is left after it."""

    number: int
    due_on: dt.date
    principal_minor: int
    interest_minor: int
    balance_minor: int

    @property
    def payment_minor(self) -> int:
        return self.principal_minor + self.interest_minor


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instalments, and what is level in them: the payment, the principal, or nothing (0)."""

    level_minor: int
    lines: tuple[Instalment, ...]

    @property
    def interest_minor(self) -> int:
        return sum(line.interest_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        return sum(line.payment_minor for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """A principal from `start` on, in an interest period that began on `period_start`.

    `brought_units` is what the period earned before `start`, on whatever was owed then.
    """

    principal_minor: int
    start: dt.date
    period_start: dt.date
    brought_units: int = 0


# --- Interest -----------------------------------------------------------------------------------


def rate_units(annual_rate: Decimal) -> int:
    """A rate in percent as whole millionths of a percent."""
    units = annual_rate * RATE_UNITS
    assert units == int(units), "a rate has at most six decimals"
    return int(units)


def year_units(basis: DayCount, period_start: dt.date, start: dt.date, end: dt.date) -> int:
    """The part of a year from `start` to `end`, in YEAR_UNITS, within an interest period.

    Both are counted from where the period began, so that the days of a period always add up to the
    period: the bond basis of 30/360 counts a 31st by the day on which the period began.
    """
    part = year_fraction(basis, period_start, end) - year_fraction(basis, period_start, start)
    units = part * YEAR_UNITS
    assert units.denominator == 1, "every day is a whole number of units"
    return units.numerator


def units_of_balances(
    balances: Sequence[tuple[dt.date, int]],
    *,
    end: dt.date,
    period_start: dt.date,
    annual_rate: Decimal,
    basis: DayCount,
) -> int:
    """What principals earn until `end`, each from its date on, in one interest period."""
    ends = [*(date for date, _ in balances[1:]), end]
    rate = rate_units(annual_rate)
    return sum(
        minor * rate * year_units(basis, period_start, start, until)
        for (start, minor), until in zip(balances, ends, strict=True)
    )


def units_of_days(
    principal_minor: int,
    *,
    start: dt.date,
    end: dt.date,
    period_starts: Collection[dt.date],
    annual_rate: Decimal,
    basis: DayCount,
) -> int:
    """What a principal earns day by day from `start` to `end`, over several interest periods."""
    total, date = 0, start
    while date < end:
        period_start = max(one for one in period_starts if one <= date)
        total += year_units(basis, period_start, date, date + dt.timedelta(days=1))
        date += dt.timedelta(days=1)
    return principal_minor * rate_units(annual_rate) * total


def whole_interest(units: int) -> int:
    """Interest in whole minor units, HALF_UP."""
    return (2 * units + UNITS) // (2 * UNITS)


# --- Schedules ----------------------------------------------------------------------------------


def due_dates(
    *,
    opened_on: dt.date,
    count: int,
    due_day: int,
    rule: BusinessDay = BusinessDay.UNADJUSTED,
    holidays: Collection[dt.date] = frozenset(),
) -> tuple[dt.date, ...]:
    """The due dates of monthly instalments, the first in the month after the one of opening.

    A month without the due day has its last one. The end of an interest period moves with its date.
    A first date that would move to the opening, or before it, is the next working day instead.
    """
    nominal = [months_later(opened_on, number, day=due_day) for number in range(1, count + 1)]
    first, *others = (adjusted(date, rule, holidays) for date in nominal)
    if first <= opened_on:
        first = adjusted(nominal[0], BusinessDay.FOLLOWING, holidays)
    return (first, *others)


def schedule(
    terms: Repayment,
    *,
    debt: Debt,
    dues: Sequence[dt.date],
    level_minor: int | None = None,
    first_number: int = 1,
) -> Schedule:
    """The schedule of a debt over the due dates, or fewer, where all is repaid before.

    With `level_minor` the level is kept and the term follows; else it is what repays the debt
    evenly. The last instalment absorbs what rounding leaves, so that principal sums to the debt.
    """
    assert dues, "a debt is repaid on some date"
    assert dues[0] >= debt.start, "an instalment falls due before the debt begins"
    periods = [
        year_units(terms.day_count, debt.period_start, debt.start, dues[0]),
        *(year_units(terms.day_count, start, start, end) for start, end in pairwise(dues)),
    ]
    grace = min(terms.grace, len(dues) - 1)
    level = _level(terms, debt, periods, grace) if level_minor is None else level_minor
    lines: list[Instalment] = []
    balance, rate, brought = debt.principal_minor, rate_units(terms.annual_rate), debt.brought_units
    for place, (due_on, period) in enumerate(zip(dues, periods, strict=True)):
        interest = whole_interest(balance * rate * period + brought)
        brought = 0
        if place == len(dues) - 1:
            principal = balance
        elif place < grace:
            principal = 0
        else:
            principal = min(_principal(terms.method, level, interest), balance)
        balance -= principal
        number = first_number + place
        lines.append(Instalment(number, due_on, principal, interest, balance))
        if not balance:
            break
    return Schedule(level, tuple(lines))


def _principal(method: Method, level: int, interest: int) -> int:
    match method:
        case Method.ANNUITY:
            return max(level - interest, 0)
        case Method.EQUAL_PRINCIPAL:
            return level
        case Method.BULLET:
            return 0


def _level(terms: Repayment, debt: Debt, periods: Sequence[int], grace: int) -> int:
    """What is level in the instalments after grace, rounded to the multiple."""
    match terms.method:
        case Method.ANNUITY:
            exact = _level_payment(terms, debt, periods, grace)
        case Method.EQUAL_PRINCIPAL:
            exact = Decimal(debt.principal_minor) / (len(periods) - grace)
        case Method.BULLET:
            return 0
    multiple = terms.multiple_minor
    return max(whole_minor(exact / multiple), 1) * multiple


def _level_payment(terms: Repayment, debt: Debt, periods: Sequence[int], grace: int) -> Decimal:
    """The payment with which the debt, growing by each period's own rate, ends at nothing.

    With periods of equal length it is the closed formula of an annuity.
    """
    rate = rate_units(terms.annual_rate)
    with localcontext(prec=_PRECISION):
        owed, paid = Decimal(debt.principal_minor), Decimal(0)
        for place, period in enumerate(periods[grace:], grace):
            growth = 1 + Decimal(rate * period) / UNITS
            brought = Decimal(debt.brought_units) / UNITS if place == 0 else Decimal(0)
            owed, paid = owed * growth + brought, paid * growth + 1
        return owed / paid


def after_prepayment(
    terms: Repayment,
    *,
    debt: Debt,
    dues: Sequence[dt.date],
    choice: Early,
    level_minor: int,
    first_number: int,
) -> Schedule:
    """The schedule of what is left after a part was repaid early, over the dates still to come.

    A shorter term keeps the level and drops instalments at the end; a smaller instalment keeps
    all of them. `terms.grace` is what is left of it.
    """
    kept = level_minor if choice is Early.SHORTER_TERM else None
    return schedule(terms, debt=debt, dues=dues, level_minor=kept, first_number=first_number)


# --- Payments -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PayOff:
    """What ends a debt on a date: everything that fell due, and what has not yet."""

    due_minor: int
    principal_minor: int
    interest_minor: int

    @property
    def total_minor(self) -> int:
        return self.due_minor + self.principal_minor + self.interest_minor


def pay_off(*, due_minor: int, principal_minor: int, accrued_units: int) -> PayOff:
    """The exact pay-off; `principal_minor` that has not fallen due, `accrued_units` neither."""
    return PayOff(due_minor, principal_minor, whole_interest(accrued_units))


def pay_off_on(
    date: dt.date,
    *,
    terms: Repayment,
    debt: Debt,
    coming: Iterable[tuple[dt.date, int]],
) -> PayOff:
    """The pay-off on a later date, if each instalment before it is paid on its due date.

    `debt` is the principal that has not fallen due, from today on; `coming` are due dates with the
    principal of each, in order. What falls due on the date itself is part of the pay-off.
    """
    assert date >= debt.start, "a debt is paid off from today on"
    owed, start, period_start = debt.principal_minor, debt.start, debt.period_start
    units = debt.brought_units
    for due_on, principal in coming:
        if due_on >= date:
            break
        # What was earned until then has fallen due with it.
        owed, start, period_start, units = owed - principal, due_on, due_on, 0
    units += (
        owed
        * rate_units(terms.annual_rate)
        * year_units(terms.day_count, period_start, start, date)
    )
    return PayOff(0, owed, whole_interest(units))


def allocate(
    due: Mapping[str, int], *, amount_minor: int, order: Sequence[str]
) -> tuple[dict[str, int], int]:
    """How a payment goes to what is due, portion after portion; and what is left of it."""
    assert set(due) <= set(order), "every portion has its place in the order"
    given: dict[str, int] = {}
    left = amount_minor
    for portion in order:
        given[portion] = min(due.get(portion, 0), left)
        left -= given[portion]
    return given, left


def penalty_of_day(
    overdue: Iterable[tuple[int, int]], *, annual_rate: Decimal, waiting_days: int
) -> int:
    """The penalty of one day on amounts overdue for so many days, rounded by itself, ACT/365F.

    The first `waiting_days` days of a delay cost nothing, also when more days follow.
    """
    basis = sum(minor for days, minor in overdue if days > waiting_days)
    return whole_interest(basis * rate_units(annual_rate) * (YEAR_UNITS // 365))


def bucket(days_overdue: int) -> int:
    """The place in BUCKETS of so many days overdue."""
    return max(place for place, first in enumerate(BUCKETS) if days_overdue >= first)


# --- What a loan costs --------------------------------------------------------------------------


def effective_rate(flows: Sequence[tuple[dt.date, int]]) -> Decimal:
    """The yearly rate, as a part of one, at which dated flows are worth nothing on the first date.

    The real annual rate of the central bank's rules: years are days by 365. Raises ValueError
    where the flows have no rate.
    """
    first = flows[0][0]
    return _rate([((date - first).days / 365, minor) for date, minor in flows])


@dataclass(frozen=True, slots=True)
class Cost:
    """What a loan costs over its schedule: minor units, and yearly rates as parts of one.

    `effective_rate` is of the interest alone; `annual_cost` is of interest and fee, the annual
    percentage rate (APR) of consumer credit. None where the flows have no rate.
    """

    lent_minor: int
    fee_minor: int
    interest_minor: int
    effective_rate: Decimal | None
    annual_cost: Decimal | None

    @property
    def cost_minor(self) -> int:
        """All that the borrower pays beyond what was lent."""
        return self.fee_minor + self.interest_minor

    @property
    def total_minor(self) -> int:
        return self.lent_minor + self.cost_minor


def cost(made: Schedule, *, date: dt.date, lent_minor: int, fee_minor: int) -> Cost:
    """What a loan that is paid out on `date`, less the fee, costs over its schedule."""

    def yearly(received_minor: int) -> Decimal | None:
        flows = [(date, -received_minor)]
        flows += [(line.due_on, line.payment_minor) for line in made.lines]
        try:
            return effective_rate(flows)
        except ValueError:
            return None

    without_fee = yearly(lent_minor)
    with_fee = yearly(lent_minor - fee_minor) if fee_minor else without_fee
    return Cost(lent_minor, fee_minor, made.interest_minor, without_fee, with_fee)


def periodic_rate(flows: Sequence[int]) -> Decimal:
    """The same for a period, where flows follow each other at equal distances."""
    return _rate([(float(place), minor) for place, minor in enumerate(flows)])


def _rate(flows: Sequence[tuple[float, int]]) -> Decimal:
    """Found by halving: where what is lent comes first, the value falls as the rate rises."""

    def worth(rate: float) -> float:
        return sum(minor * math.pow(1 + rate, -time) for time, minor in flows)

    low, high = -0.99, 1.0
    while _same_sign(worth, low, high):
        high *= 2
        if high > _HIGHEST_RATE:
            raise ValueError("these flows have no rate")
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _same_sign(worth, low, middle) else (low, middle)
    return round(Decimal(high), _RATE_DECIMALS)


def _same_sign(worth: Callable[[float], float], one: float, other: float) -> bool:
    return (worth(one) > 0) == (worth(other) > 0)
