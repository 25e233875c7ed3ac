"""What is due for a month: a dozen statements for one person as for ten thousand.

What is read is plain rows; what follows from it by law is worked out by `apps.hr.rules`. A line is
what a month is worth through a day of it, less what earlier payrolls of the month have posted: so
an advance, the final pay and a later correction are one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from apps.hr import rules
from apps.hr.models import PayRule
from apps.hr.rules import Benefit, Deduction, DeductionKind, PayRules, Status
from apps.kernel import sql

# How far back earnings count, from the month of the longest leave that is still being paid.
_HISTORY_MONTHS = 24
# By kind of component: whether it is part of average earnings, for leave and for sick pay.
_FOR_LEAVE = ("salary", "leave", "sick", "sick_fund", "allowance", "bonus")
_FOR_SICK = ("salary", "leave", "allowance", "bonus")
DEDUCTION = "deduction"

# Those who worked here on a day of the part of the month that is paid for, and those to whom
# something is owed since they left.
_STAFF = """
    SELECT e.id, e.hired_on, e.left_on, d.account_id,
           d.closed_on IS NULL AND NOT b.credits_blocked,
           (SELECT json_agg(json_build_array(v.valid_from, v.salary_minor, v.main_job, p.unit_id,
                                             u.branch_id) ORDER BY v.valid_from)
              FROM (SELECT DISTINCT ON (t.valid_from) t.* FROM hr_terms t
                     WHERE t.employee_id = e.id AND t.valid_from <= %(last)s
                     ORDER BY t.valid_from, t.id DESC) v
              JOIN hr_position p ON p.id = v.position_id JOIN hr_unit u ON u.id = p.unit_id),
           status.benefit, status.children, status.disabled, status.insured_since
      FROM hr_employee e
      JOIN accounts_deposit d ON d.id = e.deposit_id
      JOIN ledger_balance b ON b.account_id = d.account_id
      LEFT JOIN LATERAL (
           SELECT s.* FROM hr_personalstatus s
            WHERE s.employee_id = e.id AND s.valid_from <= %(last)s
            ORDER BY s.valid_from DESC, s.id DESC LIMIT 1) status ON true
     WHERE e.hired_on <= %(through)s
       AND (e.left_on IS NULL OR e.left_on >= %(month)s OR e.id = ANY (%(owed)s::bigint[]))
       AND (%(only)s::bigint[] = '{}' OR e.id = ANY (%(only)s::bigint[]))
     ORDER BY e.id"""
_HOLIDAYS = """
    SELECT h.date FROM kernel_holiday h JOIN kernel_bank b ON b.country = h.country
     WHERE h.date BETWEEN %(month)s AND %(last)s"""
_ABSENCES = """
    SELECT a.employee_id, k.pay, a.first_day, a.last_day
      FROM hr_absence a JOIN hr_leavekind k ON k.id = a.kind_id
     WHERE a.cancelled_on IS NULL AND a.first_day <= %(last)s AND a.last_day >= %(since)s
       AND (%(whose)s::bigint[] = '{}' OR a.employee_id = ANY (%(whose)s::bigint[]))
     ORDER BY a.employee_id, a.first_day"""
_ITEMS = """
    SELECT employee_id, kind, sum(amount_minor)::bigint FROM hr_payitem
     WHERE month = %(month)s AND cancelled_on IS NULL GROUP BY employee_id, kind"""
_ORDERS = """
    SELECT employee_id, id, kind, percent, amount_minor FROM hr_deductionorder
     WHERE valid_from <= %(last)s AND (valid_to IS NULL OR valid_to >= %(month)s)
     ORDER BY employee_id, id"""
# What counts for average earnings, month by month.
_EARNED = """
    SELECT s.employee_id, r.month,
           coalesce(sum(p.amount_minor) FILTER (WHERE p.kind = ANY (%(leave)s)), 0)::bigint,
           coalesce(sum(p.amount_minor) FILTER (WHERE p.kind = ANY (%(sick)s)), 0)::bigint
      FROM hr_payroll r
      JOIN hr_payslip s ON s.payroll_id = r.id
      JOIN hr_payslippart p ON p.payslip_id = s.id
     WHERE r.state = 'posted' AND r.month >= %(since)s AND r.month < %(month)s
       AND s.employee_id = ANY (%(whose)s::bigint[])
     GROUP BY s.employee_id, r.month"""
# What this month's payrolls have posted before.
_POSTED = """
    SELECT s.employee_id, sum(s.benefit_minor)::bigint, sum(s.pit_minor)::bigint,
           sum(s.levy_minor)::bigint, sum(s.base_minor)::bigint, sum(s.contribution_minor)::bigint
      FROM hr_payroll r JOIN hr_payslip s ON s.payroll_id = r.id
     WHERE r.month = %(month)s AND r.state = 'posted'
     GROUP BY s.employee_id"""
_POSTED_PARTS = """
    SELECT s.employee_id, p.kind, p.order_id, sum(p.amount_minor)::bigint, sum(p.days)::bigint
      FROM hr_payroll r JOIN hr_payslip s ON s.payroll_id = r.id
      JOIN hr_payslippart p ON p.payslip_id = s.id
     WHERE r.month = %(month)s AND r.state = 'posted'
     GROUP BY s.employee_id, p.kind, p.order_id"""
# What the bank still owes, or is owed where it is less than nothing: due and paid of all payrolls.
# Of a reversed one nothing was due, and what was paid stays so unless it was taken back.
_BROUGHT = """
    SELECT s.employee_id,
           sum(CASE WHEN r.state = 'posted' THEN s.net_minor ELSE 0 END
               - CASE WHEN r.taken_back THEN 0 ELSE s.paid_minor END)::bigint
      FROM hr_payroll r JOIN hr_payslip s ON s.payroll_id = r.id
     WHERE r.state IN ('posted', 'reversed')
     GROUP BY s.employee_id
    HAVING sum(CASE WHEN r.state = 'posted' THEN s.net_minor ELSE 0 END
               - CASE WHEN r.taken_back THEN 0 ELSE s.paid_minor END) <> 0"""
# Balances of leave of those who leave: a year's days, days taken and adjusted, and such as count
# for no working year.
_LEAVE_LEFT = """
    SELECT e.id, k.days_per_year,
           (SELECT coalesce(sum(a.last_day - a.first_day + 1), 0) FROM hr_absence a
             WHERE a.employee_id = e.id AND a.kind_id = k.id AND a.cancelled_on IS NULL)::bigint,
           (SELECT coalesce(sum(j.days_hundredths), 0) FROM hr_leaveadjustment j
             WHERE j.employee_id = e.id AND j.kind_id = k.id)::bigint,
           (SELECT coalesce(sum(a.last_day - a.first_day + 1), 0)
              FROM hr_absence a JOIN hr_leavekind o ON o.id = a.kind_id
             WHERE a.employee_id = e.id AND NOT o.counts_as_work AND a.cancelled_on IS NULL)::bigint
      FROM hr_employee e CROSS JOIN hr_leavekind k
     WHERE e.id = ANY (%(whose)s::bigint[]) AND k.days_per_year IS NOT NULL"""


class Version(NamedTuple):
    valid_from: dt.date
    salary_minor: int
    main_job: bool
    unit: int
    branch: int


@dataclass(frozen=True, slots=True)
class Person:
    """One employment as a payroll sees it; `takes_money` tells of the account."""

    id: int
    hired_on: dt.date
    left_on: dt.date | None
    account: int
    takes_money: bool
    versions: Sequence[Version]
    status: Status


class Away(NamedTuple):
    """An absence: how it is paid, and its days, both included."""

    pay: str
    first_day: dt.date
    last_day: dt.date


Part = tuple[str, int | None]


@dataclass(slots=True)
class Line:
    """What is due to one person; amounts by component are (minor units, days)."""

    employee: int
    unit: int
    branch: int
    account: int
    norm_days: int = 0
    worked_days: int = 0
    parts: dict[Part, tuple[int, int]] = field(default_factory=dict)
    benefit_minor: int = 0
    pit_minor: int = 0
    levy_minor: int = 0
    base_minor: int = 0
    contribution_minor: int = 0
    brought_minor: int = 0
    paid_minor: int = 0

    @property
    def gross_minor(self) -> int:
        return sum(amount for (kind, _), (amount, _) in self.parts.items() if kind != DEDUCTION)

    @property
    def deducted_minor(self) -> int:
        return sum(amount for (kind, _), (amount, _) in self.parts.items() if kind == DEDUCTION)

    @property
    def net_minor(self) -> int:
        return self.gross_minor - self.pit_minor - self.levy_minor - self.deducted_minor

    @property
    def says_anything(self) -> bool:
        taxes = self.pit_minor or self.levy_minor or self.contribution_minor
        return bool(self.parts or taxes or self.paid_minor)

    def add(self, kind: str, minor: int, days: int = 0) -> None:
        amount, counted = self.parts.get((kind, None), (0, 0))
        if minor or days:
            self.parts[kind, None] = (amount + minor, counted + days)


@dataclass(slots=True)
class _Known:
    """Everything that was read for a month, by employee."""

    month: dt.date
    through: dt.date
    law: PayRules
    norm: list[dt.date]
    people: list[Person]
    away: dict[int, list[Away]]
    items: dict[int, list[tuple[str, int]]]
    orders: dict[int, list[tuple[int, Deduction]]]
    earned: dict[int, dict[dt.date, tuple[int, int]]]
    past: dict[int, list[Away]]
    left: dict[int, int]
    posted: dict[int, tuple[int, ...]]
    posted_parts: dict[int, dict[Part, tuple[int, int]]]
    brought: dict[int, int]

    @property
    def last(self) -> dt.date:
        return rules.last_of_month(self.month)

    def is_final(self, person: Person) -> bool:
        """Is everything of the month known: it is over, or the person has left?"""
        return self.through == self.last or (
            person.left_on is not None and person.left_on <= self.through
        )


def pay_rules() -> list[PayRules]:
    """All dated rules of pay; one statement."""
    names = [one.name for one in PayRule._meta.fields if one.name in PayRules.__slots__]
    return [PayRules(**line) for line in PayRule.objects.values(*names)]


def compute(*, month: dt.date, through: dt.date, only: Sequence[int]) -> list[Line]:
    """The lines of a payroll, by employee; those for whom nothing changes are left out.

    A constant number of statements. Raises NoPayRules.
    """
    known = _read(month, through, only)
    lines = (_due(person, known) for person in known.people)
    return [line for line in lines if line.says_anything]


# --- What is due --------------------------------------------------------------------------------


def _due(person: Person, known: _Known) -> Line:
    """What the month is worth so far, less what was posted of it before."""
    now = person.versions[-1]
    line = Line(person.id, now.unit, now.branch, person.account, len(known.norm))
    end = min(known.through, person.left_on or known.through)
    away = known.away.get(person.id, [])
    _earn_salary(line, person, known, end, away)
    for one in away:
        if one.first_day <= end:
            _earn_absence(line, person, known, one)
    final = known.is_final(person)
    if final:
        for kind, amount in known.items.get(person.id, []):
            line.add(kind, amount)
        _earn_compensation(line, person, known)
    full = person.hired_on <= known.month and (person.left_on or known.last) >= known.last
    taken = rules.withhold(
        line.gross_minor,
        rules=known.law,
        # Benefits and the least base are judged by the whole month alone.
        status=person.status if final else _taxed_alone(person.status),
        main_job=now.main_job,
        full_month=final and full,
    )
    line.benefit_minor, line.pit_minor, line.levy_minor = (
        taken.benefit_minor, taken.pit_minor, taken.levy_minor,
    )  # fmt: skip
    line.base_minor, line.contribution_minor = taken.base_minor, taken.contribution_minor
    orders = known.orders.get(person.id, []) if final else []
    after_taxes = line.gross_minor - taken.taxes_minor
    amounts = rules.deduct(after_taxes, [order for _, order in orders])
    for (order_id, _), amount in zip(orders, amounts, strict=True):
        if amount:
            line.parts[DEDUCTION, order_id] = (amount, 0)
    _take_off_posted(line, known)
    line.brought_minor = known.brought.get(person.id, 0)
    line.paid_minor = max(line.net_minor + line.brought_minor, 0) if person.takes_money else 0
    return line


def _taxed_alone(status: Status) -> Status:
    return Status(disabled=status.disabled) if status.benefit is not Benefit.NONE else status


def _earn_salary(
    line: Line, person: Person, known: _Known, end: dt.date, away: Sequence[Away]
) -> None:
    """The salary of each version for the working days on which the person was there."""
    absent = {
        day
        for one in away
        if one.pay != "salary"
        for day in known.norm
        if one.first_day <= day <= one.last_day
    }
    for place, version in enumerate(person.versions):
        later = person.versions[place + 1 : place + 2]
        until = min(end, later[0].valid_from - dt.timedelta(1)) if later else end
        since = max(version.valid_from, person.hired_on)
        days = sum(since <= day <= until and day not in absent for day in known.norm)
        if days:
            amount = rules.salary_part(
                version.salary_minor, worked_days=days, norm_days=len(known.norm)
            )
            line.add("salary", amount, days)
            line.worked_days += days


def _earn_absence(line: Line, person: Person, known: _Known, one: Away) -> None:
    """Leave and sick pay of an absence for its days in the month, by earnings before it."""
    if one.pay not in {"average", "sick"}:
        return
    first = max(one.first_day, known.month)
    last = min(one.last_day, known.last, person.left_on or known.last)
    days = rules.days_of(first, last)
    average = _average(person, known, one)
    if one.pay == "average":
        line.add("leave", average * days, days)
        return
    daily = rules.sick_daily(
        average, rules=known.law, status=person.status, on=one.first_day, paid_percent=None
    )
    paid = rules.sick_pay(
        daily,
        days=days,
        days_before=rules.days_of(one.first_day, first - dt.timedelta(1)),
        employer_days=known.law.employer_sick_days,
    )
    line.add("sick", paid.employer_minor, paid.employer_days)
    line.add("sick_fund", paid.fund_minor, paid.fund_days)


def _earn_compensation(line: Line, person: Person, known: _Known) -> None:
    """Whole days of unused leave, paid to whoever leaves."""
    days = known.left.get(person.id, 0) // 100
    if days > 0 and person.left_on is not None:
        leaving = Away("average", person.left_on, person.left_on)
        line.add("compensation", _average(person, known, leaving) * days, days)


def _average(person: Person, known: _Known, one: Away) -> int:
    """Earnings of a day by the twelve months before an absence; without any, by the salary."""
    start = rules.first_of_month(one.first_day)
    since = rules.months_before(start, 12)
    sick = one.pay == "sick"
    left_out = {"none", "sick"} if sick else {"none"}
    earned = days = excluded = 0
    for month, amounts in known.earned.get(person.id, {}).items():
        if since <= month < start:
            first, last = max(month, person.hired_on), rules.last_of_month(month)
            earned += amounts[sick]
            days += rules.days_of(first, last)
            excluded += sum(
                rules.days_of(max(past.first_day, first), min(past.last_day, last))
                for past in known.past.get(person.id, [])
                if past.pay in left_out
            )
    average = rules.average_daily(earned, days=days, excluded_days=excluded)
    if average:
        return average
    return rules.average_of_salary(person.versions[-1].salary_minor)


def _take_off_posted(line: Line, known: _Known) -> None:
    before = known.posted.get(line.employee)
    if before is None:
        return
    benefit, pit, levy, base, contribution = before
    line.benefit_minor -= benefit
    line.pit_minor -= pit
    line.levy_minor -= levy
    line.base_minor -= base
    line.contribution_minor -= contribution
    for key, (amount, days) in known.posted_parts.get(line.employee, {}).items():
        due, counted = line.parts.get(key, (0, 0))
        line.parts[key] = (due - amount, counted - days)
        if line.parts[key] == (0, 0):
            del line.parts[key]


# --- What is read -------------------------------------------------------------------------------


def _read(month: dt.date, through: dt.date, only: Sequence[int]) -> _Known:
    last = rules.last_of_month(month)
    law = rules.in_force(pay_rules(), month)
    span: dict[str, Any] = {"month": month, "through": through, "last": last}
    holidays = {day for (day,) in sql.rows(_HOLIDAYS, {"month": month, "last": last})}
    brought = dict(sql.rows(_BROUGHT))
    span |= {"owed": sql.array(one for one, minor in brought.items() if minor > 0)}
    people = [_person(row) for row in sql.rows(_STAFF, span | {"only": sql.array(only)})]
    known = _Known(
        month=month, through=through, law=law, norm=rules.working_days(month, last, holidays),
        people=people,
        away=_absences(since=month, last=last, whose=only), items=defaultdict(list),
        orders=defaultdict(list), earned=defaultdict(dict), past={}, left={}, posted={},
        posted_parts=defaultdict(dict), brought=brought,
    )  # fmt: skip
    for employee, kind, amount in sql.rows(_ITEMS, {"month": month}):
        known.items[employee].append((kind, amount))
    for employee, order, kind, percent, amount in sql.rows(_ORDERS, {"month": month, "last": last}):
        known.orders[employee].append((order, Deduction(DeductionKind(kind), percent, amount)))
    for employee, *sums in sql.rows(_POSTED, {"month": month}):
        known.posted[employee] = tuple(sums)
    for employee, kind, part, amount, days in sql.rows(_POSTED_PARTS, {"month": month}):
        known.posted_parts[employee][kind, part] = (amount, days)
    _read_averages(known)
    return known


def _read_averages(known: _Known) -> None:
    """What average earnings need, of those alone who are absent or leave."""
    leaving = [
        one.id
        for one in known.people
        if one.left_on is not None and known.month <= one.left_on <= known.last
    ]
    whose = sorted({*leaving, *known.away})
    since = rules.months_before(known.month, _HISTORY_MONTHS)
    params = {"month": known.month, "since": since, "whose": sql.array(whose)}
    for employee, month, *amounts in sql.rows(
        _EARNED, params | {"leave": list(_FOR_LEAVE), "sick": list(_FOR_SICK)}
    ):
        known.earned[employee][month] = tuple(amounts)
    # An empty list would be everybody: nobody has the id 0.
    known.past = _absences(since=since, last=known.last, whose=whose or [0])
    lefts = {one.id: one for one in known.people if one.id in set(leaving)}
    for employee, year_days, used, adjusted, unpaid in sql.rows(
        _LEAVE_LEFT, {"whose": sql.array(leaving)}
    ):
        person = lefts[employee]
        assert person.left_on is not None
        earned = rules.leave_earned(
            year_days, hired_on=person.hired_on, on=person.left_on, unpaid_days=unpaid
        )
        left = earned + adjusted - used * 100
        known.left[employee] = known.left.get(employee, 0) + left


def _absences(*, since: dt.date, last: dt.date, whose: Sequence[int]) -> dict[int, list[Away]]:
    found: dict[int, list[Away]] = defaultdict(list)
    params = {"since": since, "last": last, "whose": sql.array(whose)}
    for employee, *one in sql.rows(_ABSENCES, params):
        found[employee].append(Away(*one))
    return found


def _person(row: tuple[Any, ...]) -> Person:
    employee, hired_on, left_on, account, takes_money, versions, *status = row
    benefit, children, disabled, insured_since = status
    return Person(
        id=employee,
        hired_on=hired_on,
        left_on=left_on,
        account=account,
        takes_money=takes_money,
        versions=[
            Version(dt.date.fromisoformat(valid_from), *rest) for valid_from, *rest in versions
        ],
        status=Status(
            benefit=Benefit(benefit or Benefit.NONE),
            children=children or 0,
            disabled=bool(disabled),
            insured_since=insured_since,
        ),
    )
