"""Pay by the law of Ukraine: taxes, contribution, averages, leave and sick pay, deductions.

Pure: no database, no clock. Amounts are whole minor units (kopiykas), rates are in percent, and
each result is rounded HALF_UP once. What is in force is given as `PayRules`, which are data.
"""

import calendar
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.hr.errors import NoPayRules, PayMalformed
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.rounding import whole_minor

# The limit of the tax social benefit is rounded to ten hryvnias (Tax Code, 169.4.1).
BENEFIT_LIMIT_STEP_MINOR = 1_000
# The average length of a month, by which a daily wage is found without earnings (CabMin 1266).
MONTH_DAYS = Decimal("30.44")
# Below so many months of insurance in the last twelve, sick pay has a ceiling (Law 1105-XIV, 17).
INSURED_MONTHS_WITHOUT_CEILING = 6
# Sick pay by whole years of insurance: the percentage of the first line that is reached.
SICK_PERCENT = ((8, 100), (5, 70), (3, 60), (0, 50))
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class PayRules:
    """What is in force from a date until the next line; see data/README.md for each field."""

    valid_from: dt.date
    minimum_wage_minor: int
    subsistence_minor: int
    pit: Decimal
    levy: Decimal
    contribution: Decimal
    contribution_disabled: Decimal
    ceiling_wages: int
    benefit_percent: Decimal
    benefit_limit_percent: Decimal
    employer_sick_days: int

    @property
    def ceiling_minor(self) -> int:
        """The largest base of the social contribution in a month."""
        return self.ceiling_wages * self.minimum_wage_minor

    @property
    def benefit_minor(self) -> int:
        """The basic tax social benefit."""
        return percent(self.subsistence_minor, self.benefit_percent)

    @property
    def benefit_limit_minor(self) -> int:
        """The largest pay of a month at which the basic benefit is given."""
        step = BENEFIT_LIMIT_STEP_MINOR
        exact = Decimal(self.subsistence_minor) * self.benefit_limit_percent / 100
        return whole_minor(exact / step) * step

    @property
    def sick_ceiling_minor(self) -> int:
        """The largest sick pay of a day for whoever was insured for less than six months."""
        return whole_minor(Decimal(self.minimum_wage_minor) / MONTH_DAYS)


def in_force(rules: Sequence[PayRules], month: dt.date) -> PayRules:
    """The rules of a month's pay: those in force on its first day. Raises NoPayRules."""
    known = [one for one in rules if one.valid_from <= month]
    if not known:
        raise NoPayRules(date=month.isoformat())
    return max(known, key=lambda one: one.valid_from)


class Benefit(StrEnum):
    """The tax social benefit for which somebody has applied."""

    NONE = "none"
    BASIC = "basic"
    # For two or more children: the basic benefit for each, and the limit times their number.
    CHILDREN = "children"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the law asks to know of a person; `insured_since` begins the insurance record."""

    benefit: Benefit = Benefit.NONE
    children: int = 0
    disabled: bool = False
    insured_since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a month's pay brings to the state: taxes out of it, the contribution on top of it."""

    benefit_minor: int
    pit_minor: int
    levy_minor: int
    base_minor: int
    contribution_minor: int

    @property
    def taxes_minor(self) -> int:
        return self.pit_minor + self.levy_minor


def percent(minor: int, rate: Decimal) -> int:
    """`rate` percent of an amount, rounded HALF_UP."""
    return whole_minor(Decimal(minor) * rate / 100)


def pay_minor(text: str) -> int:
    """An amount of pay as it was typed, in hryvnias; more than zero. Raises PayMalformed.

    The refusal tells nothing of what was typed: the journal would keep it.
    """
    try:
        minor = Money.parse(text.strip(), "UAH").minor
    except Refusal:
        raise PayMalformed from None
    if not minor:
        raise PayMalformed
    return minor


def benefit(gross_minor: int, *, rules: PayRules, status: Status) -> int:
    """The tax social benefit of a month's pay; nothing above the limit.

    For children it is given for two or more of them, otherwise the basic one.
    """
    if status.benefit is Benefit.NONE:
        return 0
    many = status.benefit is Benefit.CHILDREN and status.children >= 2
    times = status.children if many else 1
    if gross_minor > rules.benefit_limit_minor * times:
        return 0
    return min(rules.benefit_minor * times, gross_minor)


def withhold(
    gross_minor: int, *, rules: PayRules, status: Status, main_job: bool, full_month: bool
) -> Withheld:
    """Taxes and contribution of everything that a person earned for a month.

    The contribution is on at least the minimum wage where a person without a disability had the
    main job here for the full month and earned something, and at most on the ceiling.
    """
    given = benefit(gross_minor, rules=rules, status=status)
    base = min(gross_minor, rules.ceiling_minor)
    if gross_minor and main_job and full_month and not status.disabled:
        base = max(base, rules.minimum_wage_minor)
    rate = rules.contribution_disabled if status.disabled else rules.contribution
    return Withheld(
        benefit_minor=given,
        pit_minor=percent(gross_minor - given, rules.pit),
        levy_minor=percent(gross_minor, rules.levy),
        base_minor=base,
        contribution_minor=percent(base, rate),
    )


class DeductionKind(StrEnum):
    """Why something is kept back for others; each has a share of net pay that it may not pass."""

    # By the person's own application: union fees, insurance, a loan.
    VOLUNTARY = "voluntary"
    # By an enforcement order: a fifth (Labour Code, 128).
    ENFORCEMENT = "enforcement"
    # Alimony and the like: half.
    ALIMONY = "alimony"
    # Correctional labour, alimony for minors in arrears: seventy percent.
    SEVERE = "severe"


# Of what is left after taxes, for all orders of this kind and the milder ones together.
DEDUCTION_LIMIT_PERCENT = {
    DeductionKind.SEVERE: Decimal(70),
    DeductionKind.ALIMONY: Decimal(50),
    DeductionKind.ENFORCEMENT: Decimal(20),
    DeductionKind.VOLUNTARY: Decimal(100),
}


@dataclass(frozen=True, slots=True)
class Deduction:
    """An order to keep back a percentage of net pay, or an amount a month."""

    kind: DeductionKind
    percent: Decimal | None
    amount_minor: int | None


def deduct(after_taxes_minor: int, orders: Sequence[Deduction]) -> list[int]:
    """What each order takes of a month's pay after taxes, within the limits, in given order.

    Stricter kinds are served first; what they took counts against the limits of milder ones, of
    which a voluntary one may take whatever is left.
    """
    taken = [0] * len(orders)
    total = 0
    for kind, limit in DEDUCTION_LIMIT_PERCENT.items():
        most = percent(after_taxes_minor, limit)
        for place, order in enumerate(orders):
            if order.kind is kind:
                asked = order.amount_minor or 0
                if order.percent is not None:
                    asked = percent(after_taxes_minor, order.percent)
                taken[place] = max(0, min(asked, most - total))
                total += taken[place]
    return taken


def salary_part(salary_minor: int, *, worked_days: int, norm_days: int) -> int:
    """The part of a month's salary for the working days that were worked."""
    if worked_days == norm_days:
        return salary_minor
    return whole_minor(Decimal(salary_minor) * worked_days / norm_days) if norm_days else 0


def average_daily(earned_minor: int, *, days: int, excluded_days: int) -> int | None:
    """Average earnings of a calendar day, to whole kopiykas; None without days to divide by.

    `days` are the calendar days of the months that were earned in; `excluded_days` those which the
    law leaves out, such as unpaid leave (CabMin 100 and 1266).
    """
    divisor = days - excluded_days
    return whole_minor(Decimal(earned_minor) / divisor) if divisor > 0 else None


def average_of_salary(salary_minor: int) -> int:
    """The daily average of somebody without earnings in the months before."""
    return whole_minor(Decimal(salary_minor) / MONTH_DAYS)


def sick_percent(status: Status, on: dt.date) -> int:
    """Which part of the average is paid for a day of sickness, by the insurance record."""
    years = 0 if status.insured_since is None else months_between(status.insured_since, on) // 12
    return next(share for least, share in SICK_PERCENT if years >= least)


def months_between(start: dt.date, end: dt.date) -> int:
    """Whole months from a date to another, none where it lies before."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return max(months, 0)


def sick_daily(
    average_minor: int, *, rules: PayRules, status: Status, on: dt.date, paid_percent: int | None
) -> int:
    """Pay of one day of a sick leave that began `on`; the share may be given, as for maternity."""
    share = sick_percent(status, on) if paid_percent is None else paid_percent
    daily = percent(average_minor, Decimal(share))
    insured = 0 if status.insured_since is None else months_between(status.insured_since, on)
    if insured < INSURED_MONTHS_WITHOUT_CEILING:
        return min(daily, rules.sick_ceiling_minor)
    return daily


@dataclass(frozen=True, slots=True)
class SickPay:
    """Pay of a sick leave: by the employer for its first days, by the Pension Fund for the rest."""

    employer_days: int
    employer_minor: int
    fund_days: int
    fund_minor: int


def sick_pay(daily_minor: int, *, days: int, days_before: int, employer_days: int) -> SickPay:
    """Pay of `days` of a sick leave of which `days_before` were paid earlier."""
    own = max(0, min(days_before + days, employer_days) - min(days_before, employer_days))
    return SickPay(own, own * daily_minor, days - own, (days - own) * daily_minor)


# --- Days ---------------------------------------------------------------------------------------


def first_of_month(date: dt.date) -> dt.date:
    return date.replace(day=1)


def last_of_month(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def months_before(month: dt.date, count: int) -> dt.date:
    """The first day of the month `count` months before; negative goes forward."""
    number = month.year * 12 + month.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)


def days_of(start: dt.date, end: dt.date) -> int:
    """Calendar days from a date to another, both included; none where they are reversed."""
    return max((end - start).days + 1, 0)


def working_days(
    start: dt.date, end: dt.date, holidays: Collection[dt.date] = frozenset()
) -> list[dt.date]:
    """Mondays to Fridays from a date to another, both included, without holidays."""
    days = (start + dt.timedelta(number) for number in range(days_of(start, end)))
    return [day for day in days if day.weekday() < 5 and day not in holidays]


# --- Balance of leave: hundredths of a day ------------------------------------------------------


def leave_earned(
    days_per_year: int, *, hired_on: dt.date, on: dt.date, unpaid_days: int = 0
) -> int:
    """What a person has earned by a date, in hundredths of a day, growing with each day employed.

    Days that count for no working year, such as care for a child, are left out as `unpaid_days`.
    """
    employed = max(days_of(hired_on, on) - unpaid_days, 0)
    return whole_minor(Decimal(days_per_year) * 100 * employed / YEAR_DAYS)


def leave_takeable(
    days_per_year: int, *, hired_on: dt.date, on: dt.date, needs_months: int, unpaid_days: int = 0
) -> int:
    """What may be taken by a date, in hundredths of a day.

    Once `needs_months` have been worked, the whole of the running working year.
    """
    earned = leave_earned(days_per_year, hired_on=hired_on, on=on, unpaid_days=unpaid_days)
    if months_between(hired_on, on) < needs_months:
        return earned
    years = max(days_of(hired_on, on) - unpaid_days - 1, 0) // YEAR_DAYS + 1
    return max(earned, years * days_per_year * 100)
