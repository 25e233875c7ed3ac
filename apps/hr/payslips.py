"""Reads of pay, for those alone who may see it: each asks for a PaySight, and is one statement.

Amounts are in minor units of the base currency.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from apps.hr.errors import PayHidden
from apps.kernel import sql

VIEW_PAY = "hr.view_pay"
# A month's gross that differs so much from the month before is worth a look.
NOTABLE_PERCENT = 20


class Rights(Protocol):
    """What this room asks of a person's rights."""

    def branches(self, permission: str) -> frozenset[int] | None: ...


@dataclass(frozen=True, slots=True)
class PaySight:
    """That somebody may see pay, in these branches (None: everywhere); see `of`."""

    branches: frozenset[int] | None

    @classmethod
    def of(cls, rights: Rights) -> "PaySight":
        """The sight that a person's rights give. Raises PayHidden where they give none."""
        where = rights.branches(VIEW_PAY)
        if where is not None and not where:
            raise PayHidden
        return cls(where)


_SEEN = "(%(branches)s::bigint[] IS NULL OR s.branch_id = ANY (%(branches)s::bigint[]))"
# The same of somebody of whom there need be no payslip: by where they work last.
_SEEN_PERSON = """(%(branches)s::bigint[] IS NULL OR (
    SELECT u.branch_id FROM hr_terms t JOIN hr_position p ON p.id = t.position_id
      JOIN hr_unit u ON u.id = p.unit_id
     WHERE t.employee_id = %(employee)s ORDER BY t.valid_from DESC, t.id DESC LIMIT 1)
    = ANY (%(branches)s::bigint[]))"""
_NAME = """concat_ws(' ', c.last_name, nullif(c.first_name, ''), nullif(c.patronymic, ''))"""


@dataclass(frozen=True, slots=True)
class SlipPart:
    """A component of a payslip; a deduction has a recipient."""

    kind: str
    amount_minor: int
    days: int
    recipient: str | None


@dataclass(frozen=True, slots=True)
class Slip:
    """A payslip, whole: what a person reads, and what the bank pays on top."""

    id: int
    payroll: int
    month: dt.date
    through: dt.date
    state: str
    posted_on: dt.date | None
    employee: int
    number: str
    full_name: str
    unit: str
    title_uk: str
    title_en: str
    account: str
    norm_days: int
    worked_days: int
    gross_minor: int
    benefit_minor: int
    pit_minor: int
    levy_minor: int
    base_minor: int
    contribution_minor: int
    deducted_minor: int
    net_minor: int
    brought_minor: int
    paid_minor: int
    parts: list[SlipPart]

    @property
    def taxes_minor(self) -> int:
        return self.pit_minor + self.levy_minor


_SLIP = f"""
    SELECT s.id, r.id, r.month, r.through, r.state, r.posted_on, e.id, e.number, {_NAME}, u.code,
           p.title_uk, p.title_en, a.number, s.norm_days, s.worked_days, s.gross_minor,
           s.benefit_minor, s.pit_minor, s.levy_minor, s.base_minor, s.contribution_minor,
           s.deducted_minor, s.net_minor, s.brought_minor, s.paid_minor,
           (SELECT json_agg(json_build_array(t.kind, t.amount_minor, t.days, o.recipient)
                            ORDER BY o.id NULLS FIRST, t.id)
              FROM hr_payslippart t LEFT JOIN hr_deductionorder o ON o.id = t.order_id
             WHERE t.payslip_id = s.id)
      FROM hr_payslip s
      JOIN hr_payroll r ON r.id = s.payroll_id
      JOIN hr_employee e ON e.id = s.employee_id
      JOIN customers_customer c ON c.id = e.customer_id
      JOIN hr_unit u ON u.id = s.unit_id
      JOIN ledger_account a ON a.id = s.account_id
      JOIN LATERAL (SELECT position_id FROM hr_terms t
                     WHERE t.employee_id = e.id AND t.valid_from <= r.through
                     ORDER BY t.valid_from DESC, t.id DESC LIMIT 1) now ON true
      JOIN hr_position p ON p.id = now.position_id"""  # noqa: S608


def slip(slip_id: int, *, sight: PaySight) -> Slip | None:
    """One payslip, if it may be seen."""
    found = sql.row(
        f"{_SLIP} WHERE s.id = %(slip)s AND {_SEEN}",
        {"slip": slip_id, "branches": sql.listed(sight.branches)},
    )
    return _slip(found) if found else None


def slips(payroll: int, *, sight: PaySight, after: int = 0, limit: int = 200) -> list[Slip]:
    """The payslips of a payroll by employee, a page: `after` is the last employee before it."""
    found = sql.rows(
        f"""{_SLIP} WHERE s.payroll_id = %(payroll)s AND s.employee_id > %(after)s AND {_SEEN}
             ORDER BY s.employee_id LIMIT %(limit)s""",
        {"payroll": payroll, "after": after, "limit": limit,
         "branches": sql.listed(sight.branches)},
    )  # fmt: skip
    return [_slip(line) for line in found]


# The place of the last line of the page before: a day, and an id.
Place = tuple[dt.date, int]
_BEFORE = "(%(date)s::date IS NULL OR ({day}, {id}) < (%(date)s::date, %(id)s::bigint))"


def of_employee(
    employee: int, *, sight: PaySight, before: Place | None = None, limit: int = 24
) -> list[Slip]:
    """An employee's posted and reversed payslips, newest first, by month and payroll: a page."""
    found = sql.rows(
        f"""{_SLIP} WHERE e.id = %(employee)s AND r.state IN ('posted', 'reversed') AND {_SEEN}
               AND {_BEFORE.format(day="r.month", id="r.id")}
             ORDER BY r.month DESC, r.id DESC LIMIT %(limit)s""",
        _of_person(employee, sight, before, limit),
    )
    return [_slip(line) for line in found]


def own_slips(user: int, *, limit: int = 24) -> list[Slip]:
    """A person's own posted payslips, newest first: everybody may see those."""
    found = sql.rows(
        f"""{_SLIP} WHERE e.user_id = %(user)s AND r.state = 'posted'
             ORDER BY r.month DESC, r.id DESC LIMIT %(limit)s""",
        {"user": user, "limit": limit},
    )
    return [_slip(line) for line in found]


def own_slip(slip_id: int, *, user: int) -> Slip | None:
    """One of a person's own posted payslips."""
    found = sql.row(
        f"{_SLIP} WHERE s.id = %(slip)s AND e.user_id = %(user)s AND r.state = 'posted'",
        {"slip": slip_id, "user": user},
    )
    return _slip(found) if found else None


def _of_person(employee: int, sight: PaySight, before: Place | None, limit: int) -> dict[str, Any]:
    date, id_ = before or (None, 0)
    return {
        "employee": employee,
        "branches": sql.listed(sight.branches),
        "date": date,
        "id": id_,
        "limit": limit,
    }


def _slip(row: tuple[Any, ...]) -> Slip:
    *facts, parts = row
    return Slip(*(*facts, [SlipPart(*part) for part in parts or []]))


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a payroll, or of all posted ones of a month."""

    people: int
    gross_minor: int
    pit_minor: int
    levy_minor: int
    contribution_minor: int
    deducted_minor: int
    net_minor: int
    paid_minor: int

    @property
    def cost_minor(self) -> int:
        return self.gross_minor + self.contribution_minor


_SUMS = """count(DISTINCT s.employee_id),
    coalesce(sum(s.gross_minor), 0)::bigint, coalesce(sum(s.pit_minor), 0)::bigint,
    coalesce(sum(s.levy_minor), 0)::bigint, coalesce(sum(s.contribution_minor), 0)::bigint,
    coalesce(sum(s.deducted_minor), 0)::bigint, coalesce(sum(s.net_minor), 0)::bigint,
    coalesce(sum(s.paid_minor), 0)::bigint"""


@dataclass(frozen=True, slots=True)
class PayrollLine:
    """A payroll in a list with its sums."""

    id: int
    month: dt.date
    through: dt.date
    state: str
    prepared_on: dt.date
    posted_on: dt.date | None
    reversed_on: dt.date | None
    totals: Totals


def payrolls(
    *, sight: PaySight, payroll: int | None = None, before: int | None = None, limit: int = 50
) -> list[PayrollLine]:
    """Payrolls that were not discarded, newest first: a page behind an id; or one of any state."""
    found = sql.rows(
        f"""SELECT r.id, r.month, r.through, r.state, r.prepared_on, r.posted_on, r.reversed_on,
                   {_SUMS}
              FROM hr_payroll r LEFT JOIN hr_payslip s ON s.payroll_id = r.id AND {_SEEN}
             WHERE CASE WHEN %(payroll)s::bigint IS NULL THEN r.state <> 'discarded'
                        ELSE r.id = %(payroll)s::bigint END
               AND (%(before)s::bigint IS NULL OR r.id < %(before)s::bigint)
             GROUP BY r.id ORDER BY r.id DESC LIMIT %(limit)s""",  # noqa: S608
        {
            "payroll": payroll,
            "before": before,
            "branches": sql.listed(sight.branches),
            "limit": limit,
        },
    )
    return [PayrollLine(*(*line[:7], Totals(*line[7:]))) for line in found]


def compared(payroll: int, *, sight: PaySight) -> tuple[Totals, Totals]:
    """The payroll's month with it, and the month before, as posted."""
    now, before = sql.rows(
        f"""SELECT {_SUMS}
              FROM hr_payroll this
             CROSS JOIN (VALUES (0), (1)) AS back (months)
              LEFT JOIN hr_payroll r
                ON r.month = this.month - make_interval(months => back.months)
               AND (r.state = 'posted' OR r.id = this.id)
              LEFT JOIN hr_payslip s ON s.payroll_id = r.id AND {_SEEN}
             WHERE this.id = %(payroll)s GROUP BY back.months ORDER BY back.months""",  # noqa: S608
        {"payroll": payroll, "branches": sql.listed(sight.branches)},
    )
    return Totals(*now), Totals(*before)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something about a line of a payroll that a checker should look at.

    Codes: `first` pay, `changed` by much since the month before, `debt` that is carried on,
    `account` that takes no money, `leaver`, `insurance` record unknown for sick pay, `missing`
    from the payroll although employed, `contract` for a fixed term that has ended, `late`: recorded
    for one of the three months before after it was posted.
    """

    code: str
    employee: int
    number: str
    full_name: str
    before_minor: int
    now_minor: int


_WARNED = f"""
    WITH this AS (SELECT * FROM hr_payroll WHERE id = %(payroll)s),
    seen AS (
        SELECT s.*, r.id = this.id AS mine, r.month = this.month AS current
          FROM this
          JOIN hr_payroll r ON r.id = this.id OR r.state = 'posted'
                AND r.month IN (this.month, (this.month - interval '1 month')::date)
          JOIN hr_payslip s ON s.payroll_id = r.id AND {_SEEN}),
    gross AS (
        SELECT employee_id, bool_or(mine) AS mine, bool_or(current) AS current,
               coalesce(sum(gross_minor) FILTER (WHERE current), 0) AS now,
               coalesce(sum(gross_minor) FILTER (WHERE NOT current), 0) AS before,
               bool_or(NOT current) AS had
          FROM seen GROUP BY employee_id),
    warned AS (
        SELECT 'first' AS code, employee_id, before, now FROM gross WHERE mine AND NOT had
         UNION ALL
        SELECT 'changed', employee_id, before, now FROM gross, this
         WHERE mine AND had AND abs(now - before) * 100 > before * {NOTABLE_PERCENT}
           AND this.through = (this.month + interval '1 month')::date - 1
         UNION ALL
        SELECT 'debt', employee_id, brought_minor, net_minor + brought_minor FROM seen
         WHERE mine AND net_minor + brought_minor < 0
         UNION ALL
        SELECT 'account', employee_id, brought_minor, net_minor + brought_minor FROM seen
         WHERE mine AND net_minor + brought_minor > 0 AND paid_minor = 0
         UNION ALL
        SELECT 'leaver', g.employee_id, g.before, g.now FROM gross g, this, hr_employee e
         WHERE g.mine AND e.id = g.employee_id AND e.left_on >= this.month
         UNION ALL
        SELECT 'insurance', s.employee_id, 0, t.amount_minor
          FROM seen s JOIN hr_payslippart t ON t.payslip_id = s.id AND t.kind = 'sick'
         WHERE s.mine AND NOT EXISTS (
               SELECT FROM hr_personalstatus x
                WHERE x.employee_id = s.employee_id AND x.insured_since IS NOT NULL)
         UNION ALL
        SELECT 'missing', e.id, 0, 0 FROM this, hr_employee e
         WHERE this.only = '{{}}' AND e.hired_on <= this.through
           AND (e.left_on IS NULL OR e.left_on >= this.month)
           AND e.id NOT IN (SELECT employee_id FROM gross WHERE current)
           AND %(branches)s::bigint[] IS NULL
         UNION ALL
        SELECT 'contract', e.id, 0, 0 FROM this, gross g JOIN hr_employee e ON e.id = g.employee_id
         WHERE g.mine AND e.contract_ends_on < this.through AND e.left_on IS NULL
         UNION ALL
        SELECT DISTINCT 'late', a.employee_id, 0, 0
          FROM this
          JOIN hr_payroll r ON r.state = 'posted' AND r.month >= this.month - interval '3 months'
          JOIN (SELECT employee_id, run_id, first_day, last_day FROM hr_absence
                 WHERE cancelled_on IS NULL
                 UNION ALL
                SELECT employee_id, run_id, month, month FROM hr_payitem WHERE cancelled_on IS NULL
                 UNION ALL
                SELECT employee_id, run_id, valid_from, DATE 'infinity' FROM hr_terms) a
            ON a.first_day < r.month + interval '1 month' AND a.last_day >= r.month
          JOIN control_operationrun recorded ON recorded.id = a.run_id
          JOIN control_operationrun posted ON posted.id = r.posted_run_id
         WHERE r.month < this.month AND recorded.at > posted.at
           AND %(branches)s::bigint[] IS NULL
           AND NOT EXISTS (SELECT FROM hr_payroll again
                            JOIN control_operationrun x ON x.id = again.posted_run_id
                           WHERE again.month = r.month AND again.state = 'posted'
                             AND x.at > recorded.at))
    SELECT w.code, e.id, e.number, {_NAME}, w.before::bigint, w.now::bigint
      FROM warned w JOIN hr_employee e ON e.id = w.employee_id
      JOIN customers_customer c ON c.id = e.customer_id
     ORDER BY w.code, c.name_key, e.id LIMIT %(limit)s"""  # noqa: S608


def warnings(payroll: int, *, sight: PaySight, limit: int = 500) -> list[Warned]:
    """What a checker should look at in a payroll, by kind and name."""
    found = sql.rows(
        _WARNED, {"payroll": payroll, "branches": sql.listed(sight.branches), "limit": limit}
    )
    return [Warned(*line) for line in found]


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a unit's people cost in a month."""

    month: dt.date
    unit: int
    code: str
    name_uk: str
    name_en: str
    totals: Totals


def cost_by_unit(*, first: dt.date, last: dt.date, sight: PaySight) -> list[CostLine]:
    """The cost of pay by month and unit, of the months from `first` to `last`, as posted."""
    found = sql.rows(
        f"""SELECT r.month, u.id, u.code, u.name_uk, u.name_en, {_SUMS}
              FROM hr_payroll r JOIN hr_payslip s ON s.payroll_id = r.id
              JOIN hr_unit u ON u.id = s.unit_id
             WHERE r.state = 'posted' AND r.month BETWEEN %(first)s AND %(last)s AND {_SEEN}
             GROUP BY r.month, u.id ORDER BY r.month, u.code""",  # noqa: S608
        {"first": first, "last": last, "branches": sql.listed(sight.branches)},
    )
    return [CostLine(*(*line[:5], Totals(*line[5:]))) for line in found]


@dataclass(frozen=True, slots=True)
class SalaryLine:
    """A version of somebody's salary."""

    valid_from: dt.date
    salary_minor: int
    post_percent: int


def salaries(employee: int, *, sight: PaySight) -> list[SalaryLine]:
    """The versions of an employee's salary, newest first; of a date the last one counts."""
    found = sql.rows(
        """SELECT valid_from, salary_minor, post_percent FROM (
               SELECT DISTINCT ON (t.valid_from) t.*, u.branch_id
                 FROM hr_terms t JOIN hr_position p ON p.id = t.position_id
                 JOIN hr_unit u ON u.id = p.unit_id
                WHERE t.employee_id = %(employee)s
                ORDER BY t.valid_from DESC, t.id DESC) s
            WHERE (%(branches)s::bigint[] IS NULL OR s.branch_id = ANY (%(branches)s::bigint[]))""",
        {"employee": employee, "branches": sql.listed(sight.branches)},
    )
    return [SalaryLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class Item:
    """Pay beside the salary, of one month."""

    id: int
    month: dt.date
    kind: str
    amount_minor: int
    reason: str
    cancelled_on: dt.date | None


def items(
    employee: int, *, sight: PaySight, before: Place | None = None, limit: int = 24
) -> list[Item]:
    """An employee's items of pay, newest first, by month: a page."""
    found = sql.rows(
        f"""SELECT i.id, i.month, i.kind, i.amount_minor, i.reason, i.cancelled_on
              FROM hr_payitem i WHERE i.employee_id = %(employee)s AND {_SEEN_PERSON}
               AND {_BEFORE.format(day="i.month", id="i.id")}
             ORDER BY i.month DESC, i.id DESC LIMIT %(limit)s""",  # noqa: S608
        _of_person(employee, sight, before, limit),
    )
    return [Item(*line) for line in found]


@dataclass(frozen=True, slots=True)
class Order:
    """What is kept back for others, a percentage of net pay or an amount a month."""

    id: int
    kind: str
    recipient: str
    percent: Decimal | None
    amount_minor: int | None
    valid_from: dt.date
    valid_to: dt.date | None


def orders(
    employee: int, *, sight: PaySight, before: Place | None = None, limit: int = 24
) -> list[Order]:
    """An employee's deductions, newest first, by the day they began: a page."""
    found = sql.rows(
        f"""SELECT o.id, o.kind, o.recipient, o.percent, o.amount_minor, o.valid_from, o.valid_to
              FROM hr_deductionorder o WHERE o.employee_id = %(employee)s AND {_SEEN_PERSON}
               AND {_BEFORE.format(day="o.valid_from", id="o.id")}
             ORDER BY o.valid_from DESC, o.id DESC LIMIT %(limit)s""",  # noqa: S608
        _of_person(employee, sight, before, limit),
    )
    return [Order(*line) for line in found]


def accounts_short_of_pay(payroll: int) -> int:
    """On how many accounts less is available than the payroll paid; for its reversal."""
    found: int = sql.value(
        """SELECT count(*) FROM (
               SELECT account_id, sum(paid_minor) AS paid FROM hr_payslip
                WHERE payroll_id = %(payroll)s GROUP BY account_id) s
             JOIN ledger_balance b USING (account_id)
            WHERE s.paid > 0
              AND (b.side * b.balance_minor - b.held_minor - b.floor_minor < s.paid
                   OR b.debits_blocked OR b.closed)""",
        {"payroll": payroll},
    )
    return found
