"""Reads of units, posts, people and leave: nothing here tells pay; see apps.hr.payslips for that.

`branches` are those of the reader (None: the whole bank); each read is one statement.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from apps.control.declarations import Scope
from apps.customers.rules import sought
from apps.kernel import sql

_OF_EMPLOYEE = """(SELECT u.branch_id FROM hr_terms t JOIN hr_position p ON p.id = t.position_id
          JOIN hr_unit u ON u.id = p.unit_id
         WHERE t.employee_id = {employee} ORDER BY t.valid_from DESC, t.id DESC LIMIT 1)"""
# Where an operation on an employee, an absence, an item of pay or a deduction happens.
AT_EMPLOYEE = Scope(_OF_EMPLOYEE.format(employee="%(scope)s"), lambda cmd: cmd.employee)
_OF_ROW = "(SELECT employee_id FROM {table} WHERE id = %(scope)s)"
AT_ABSENCE, AT_ITEM, AT_ORDER = (
    _OF_EMPLOYEE.format(employee=_OF_ROW.format(table=table))
    for table in ("hr_absence", "hr_payitem", "hr_deductionorder")
)
# What LIKE would read as more than itself; no name has it.
_WILD = re.compile(r"[\\%_]")
# Who worked on a date, and where: `now` are the terms then.
AT_WORK = """
      FROM hr_employee e
      JOIN customers_customer c ON c.id = e.customer_id
      JOIN LATERAL (SELECT * FROM hr_terms t
                     WHERE t.employee_id = e.id AND t.valid_from <= greatest({on}, e.hired_on)
                     ORDER BY t.valid_from DESC, t.id DESC LIMIT 1) now ON true
      JOIN hr_position p ON p.id = now.position_id
      JOIN hr_unit u ON u.id = p.unit_id"""
IN_BRANCHES = "(%(branches)s::bigint[] IS NULL OR u.branch_id = ANY (%(branches)s::bigint[]))"


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody works on a date, and the roles that go with it."""

    position: int
    unit: int
    branch: int
    roles: list[str]


def post_of(employee: int, *, on: dt.date) -> Post:
    """The post of an employee on a date."""
    found = sql.row(
        f"""SELECT p.id, u.id, u.branch_id, p.roles {AT_WORK.format(on="%(on)s::date")}
             WHERE e.id = %(employee)s""",
        {"employee": employee, "on": on},
    )
    assert found is not None, "who is hired has terms from the first day"
    return Post(*found)


class InHands(Struct, frozen=True):
    """Something that still waits for a person who leaves: its kind, its id, and what it is.

    Kinds: `till_session` that is open, own `request` that waits, `decision` that nobody else may
    give, `role` that nobody else holds there.
    """

    kind: str
    id: int
    what: str


def in_hands(user: int, *, date: dt.date) -> list[InHands]:
    """What is still in somebody's hands on a date."""
    found = sql.rows(
        """WITH mine AS (
               SELECT h.id, h.role_id, r.code, h.branch_id
                 FROM access_roleholding h JOIN access_role r ON r.id = h.role_id
                WHERE h.user_id = %(user)s AND h.valid_from <= %(date)s
                  AND (h.valid_to IS NULL OR h.valid_to >= %(date)s)),
           alone AS (
               SELECT m.* FROM mine m
                WHERE NOT EXISTS (
                      SELECT FROM access_roleholding o JOIN access_user u ON u.id = o.user_id
                       WHERE o.role_id = m.role_id AND o.user_id <> %(user)s AND u.is_active
                         AND (o.branch_id IS NULL OR o.branch_id = m.branch_id)
                         AND o.valid_from <= %(date)s
                         AND (o.valid_to IS NULL OR o.valid_to > %(date)s)))
           SELECT 'till_session', s.id, t.name
             FROM cash_session s JOIN cash_till t ON t.id = s.till_id
            WHERE s.teller_id = %(user)s AND s.status = 'open'
            UNION ALL
           SELECT 'request', a.id, a.operation FROM control_approval a
            WHERE a.maker_id = %(user)s AND a.state = 'waiting'
            UNION ALL
           SELECT 'decision', a.id, a.operation
             FROM control_approval a JOIN alone ON alone.code = a.role
              AND (alone.branch_id IS NULL OR alone.branch_id = a.branch_id)
            WHERE a.maker_id <> %(user)s AND a.state = 'waiting'
            UNION ALL
           SELECT 'role', alone.id, alone.code FROM alone
            ORDER BY 1, 2""",
        {"user": user, "date": date},
    )
    return [InHands(*line) for line in found]


def leavers_with_access(date: dt.date) -> list[int]:
    """Users that are open although their person's last day of work has come, by id."""
    found = sql.rows(
        """SELECT DISTINCT u.id FROM hr_employee e JOIN access_user u ON u.id = e.user_id
            WHERE u.is_active AND e.left_on <= %(date)s
              AND NOT EXISTS (SELECT FROM hr_employee again WHERE again.user_id = u.id
                                 AND (again.left_on IS NULL OR again.left_on > %(date)s))
            ORDER BY u.id""",
        {"date": date},
    )
    return [user for (user,) in found]


# --- People -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff in a list."""

    id: int
    number: str
    customer: int
    last_name: str
    first_name: str
    patronymic: str
    unit: str
    title_uk: str
    title_en: str
    post_percent: int
    branch: int
    hired_on: dt.date
    left_on: dt.date | None
    user: int | None
    key: str

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.last_name, self.first_name, self.patronymic)))


_MEMBER = f"""
    SELECT e.id, e.number, c.id, c.last_name, c.first_name, c.patronymic, u.code, p.title_uk,
           p.title_en, now.post_percent, u.branch_id, e.hired_on, e.left_on, e.user_id, c.name_key
    {AT_WORK.format(on="%(on)s::date")}"""


def members(
    *,
    on: dt.date,
    branches: frozenset[int] | None,
    unit: int | None = None,
    gone: bool = False,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> list[Member]:
    """Who works on a date, or with `gone` who did before, in Ukrainian alphabetical order.

    A page: `after` is the (key, id) of the last line of the page before.
    """
    key, id_ = after or ("", 0)
    found = sql.rows(
        f"""{_MEMBER}
             WHERE {IN_BRANCHES} AND (%(unit)s::bigint IS NULL OR u.id = %(unit)s::bigint)
               AND (e.left_on IS NOT NULL AND e.left_on < %(on)s) = %(gone)s
               AND (c.name_key, e.id) > (%(key)s, %(id)s)
             ORDER BY c.name_key, e.id LIMIT %(limit)s""",
        {"on": on, "branches": sql.listed(branches), "unit": unit, "gone": gone,
         "key": key, "id": id_, "limit": limit},
    )  # fmt: skip
    return [Member(*line) for line in found]


def member(employee: int, *, on: dt.date, branches: frozenset[int] | None) -> Member | None:
    """One employee, if in these branches."""
    found = sql.row(
        f"{_MEMBER} WHERE e.id = %(employee)s AND {IN_BRANCHES}",
        {"on": on, "employee": employee, "branches": sql.listed(branches)},
    )
    return Member(*found) if found else None


def found(text: str, *, on: dt.date, branches: frozenset[int] | None, limit: int) -> list[Member]:
    """Staff of today and before whose names begin with these words, or who have this number."""
    asked = sought(text)
    words = [plain for word in asked.words if (plain := _WILD.sub("", word))]
    if not words and asked.number is None:
        return []
    params: dict[str, object] = {
        "on": on,
        "branches": sql.listed(branches),
        "limit": limit,
        "number": (asked.number or "").zfill(5),
    }
    where = [IN_BRANCHES]
    for place, word in enumerate(words):
        params[f"word{place}"] = f"% {word}%"
        where.append(f"c.name_search LIKE %(word{place})s")
    if asked.number is not None:
        where.append("e.number = %(number)s")
    lines = sql.rows(
        f"""{_MEMBER} WHERE {" AND ".join(where)}
             ORDER BY e.left_on IS NOT NULL, c.name_key, e.id LIMIT %(limit)s""",
        params,
    )
    return [Member(*line) for line in lines]


@dataclass(frozen=True, slots=True)
class CareerLine:
    """A version of somebody's terms without the pay."""

    valid_from: dt.date
    unit: str
    title_uk: str
    title_en: str
    post_percent: int
    main_job: bool


def career(employee: int) -> list[CareerLine]:
    """The versions of an employee's terms, newest first; of a date the last one counts."""
    found = sql.rows(
        """SELECT * FROM (
               SELECT DISTINCT ON (t.valid_from) t.valid_from, u.code, p.title_uk, p.title_en,
                      t.post_percent, t.main_job
                 FROM hr_terms t JOIN hr_position p ON p.id = t.position_id
                 JOIN hr_unit u ON u.id = p.unit_id
                WHERE t.employee_id = %(employee)s
                ORDER BY t.valid_from DESC, t.id DESC) version""",
        {"employee": employee},
    )
    return [CareerLine(*line) for line in found]


# --- Reports: staffing plan, headcount, leave ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the order of the tree; `depth` 0 is a root."""

    id: int
    code: str
    name_uk: str
    name_en: str
    branch: int
    depth: int


def units(*, branches: frozenset[int] | None) -> list[UnitLine]:
    """All units in these branches, each below the one it belongs to."""
    found = sql.rows(
        f"""WITH RECURSIVE tree AS (
                SELECT u.*, 0 AS depth, ARRAY[u.code::text] AS path
                  FROM hr_unit u WHERE u.parent_id IS NULL
                 UNION ALL
                SELECT u.*, tree.depth + 1, tree.path || u.code::text
                  FROM hr_unit u JOIN tree ON tree.id = u.parent_id)
            SELECT u.id, u.code, u.name_uk, u.name_en, u.branch_id, u.depth FROM tree u
             WHERE {IN_BRANCHES} ORDER BY u.path""",  # noqa: S608
        {"branches": sql.listed(branches)},
    )
    return [UnitLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A position of the staffing plan on a date; posts in percent of one."""

    position: int
    unit: str
    code: str
    title_uk: str
    title_en: str
    planned_percent: int
    taken_percent: int
    people: int

    @property
    def free_percent(self) -> int:
        return self.planned_percent - self.taken_percent


def staffing_plan(*, on: dt.date, branches: frozenset[int] | None) -> list[PlanLine]:
    """Every position that has posts or people on a date: planned, taken, and by how many."""
    found = sql.rows(
        f"""WITH taken AS (
                SELECT p.id, sum(now.post_percent) AS percent, count(*) AS people
                {AT_WORK.format(on="%(on)s::date")}
                 WHERE e.hired_on <= %(on)s AND (e.left_on IS NULL OR e.left_on >= %(on)s)
                 GROUP BY p.id)
            SELECT p.id, u.code, p.code, p.title_uk, p.title_en, coalesce(plan.posts_percent, 0),
                   coalesce(taken.percent, 0)::bigint, coalesce(taken.people, 0)
              FROM hr_position p JOIN hr_unit u ON u.id = p.unit_id
              LEFT JOIN LATERAL (SELECT posts_percent FROM hr_positionplan l
                                  WHERE l.position_id = p.id AND l.valid_from <= %(on)s
                                  ORDER BY l.valid_from DESC, l.id DESC LIMIT 1) plan ON true
              LEFT JOIN taken ON taken.id = p.id
             WHERE {IN_BRANCHES} AND (plan.posts_percent > 0 OR taken.people > 0)
             ORDER BY u.code, p.code""",  # noqa: S608
        {"on": on, "branches": sql.listed(branches)},
    )
    return [PlanLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class HeadcountLine:
    """A unit between two dates: who was there, came and left; moves between units count so."""

    unit: int
    code: str
    name_uk: str
    name_en: str
    at_start: int
    came: int
    gone: int
    at_end: int

    @property
    def turnover_percent(self) -> float:
        """Who left, of the average headcount."""
        average = (self.at_start + self.at_end) / 2
        return round(self.gone * 100 / average, 1) if average else 0.0


def headcount(
    *, first: dt.date, last: dt.date, branches: frozenset[int] | None
) -> list[HeadcountLine]:
    """Headcount and turnover by unit: on the evening before `first`, and on that of `last`.

    `came` and `gone` are hirings and leavings; a move between units shows in the difference.
    """
    # Before the first day that there is, nobody was there either.
    before = first - dt.timedelta(1) if first > dt.date.min else first
    found = sql.rows(
        f"""WITH before AS (
                SELECT u.id, count(*) AS people {AT_WORK.format(on="%(before)s::date")}
                 WHERE e.hired_on <= %(before)s AND (e.left_on IS NULL OR e.left_on > %(before)s)
                 GROUP BY u.id),
            after AS (
                SELECT u.id, count(*) AS people {AT_WORK.format(on="%(last)s::date")}
                 WHERE e.hired_on <= %(last)s AND (e.left_on IS NULL OR e.left_on > %(last)s)
                 GROUP BY u.id),
            came AS (
                SELECT u.id, count(*) AS people {AT_WORK.format(on="e.hired_on")}
                 WHERE e.hired_on BETWEEN %(first)s AND %(last)s GROUP BY u.id),
            gone AS (
                SELECT u.id, count(*) AS people {AT_WORK.format(on="e.left_on")}
                 WHERE e.left_on BETWEEN %(first)s AND %(last)s GROUP BY u.id)
            SELECT u.id, u.code, u.name_uk, u.name_en, coalesce(before.people, 0),
                   coalesce(came.people, 0), coalesce(gone.people, 0), coalesce(after.people, 0)
              FROM hr_unit u
              LEFT JOIN before USING (id) LEFT JOIN after USING (id)
              LEFT JOIN came USING (id) LEFT JOIN gone USING (id)
             WHERE {IN_BRANCHES} ORDER BY u.code""",  # noqa: S608
        {"first": first, "last": last, "before": before,
         "branches": sql.listed(branches)},
    )  # fmt: skip
    return [HeadcountLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class LeaveBalance:
    """What somebody has of a kind of leave, in hundredths of a day."""

    employee: int
    number: str
    full_name: str
    unit: str
    kind: str
    name_uk: str
    name_en: str
    earned_hundredths: int
    adjusted_hundredths: int
    used_hundredths: int

    @property
    def left_hundredths(self) -> int:
        return self.earned_hundredths + self.adjusted_hundredths - self.used_hundredths

    @property
    def left_days(self) -> str:
        """Days with two decimals, as people read them."""
        return f"{self.left_hundredths / 100:.2f}"


def leave_balances(
    *, on: dt.date, branches: frozenset[int] | None, employees: Sequence[int] | None = None
) -> list[LeaveBalance]:
    """Balances of leave on a date, of those who work then; as rules.leave_earned has them."""
    found = sql.rows(
        f"""WITH taken AS (
                SELECT a.employee_id, a.kind_id, k.counts_as_work,
                       sum(a.last_day - a.first_day + 1) AS days
                  FROM hr_absence a JOIN hr_leavekind k ON k.id = a.kind_id
                 WHERE a.cancelled_on IS NULL GROUP BY 1, 2, 3),
            unpaid AS (
                SELECT employee_id, sum(days) AS days FROM taken WHERE NOT counts_as_work
                 GROUP BY employee_id)
            SELECT e.id, e.number, concat_ws(' ', c.last_name, nullif(c.first_name, ''),
                                             nullif(c.patronymic, '')), u.code, k.code,
                   k.name_uk, k.name_en,
                   round(k.days_per_year * 100
                         * greatest(%(on)s::date - e.hired_on + 1 - coalesce(unpaid.days, 0), 0)
                         / 365.0)::bigint,
                   coalesce((SELECT sum(j.days_hundredths) FROM hr_leaveadjustment j
                              WHERE j.employee_id = e.id AND j.kind_id = k.id
                                AND j.date <= %(on)s), 0)::bigint,
                   coalesce(taken.days * 100, 0)::bigint
            {AT_WORK.format(on="%(on)s::date")}
             CROSS JOIN hr_leavekind k
              LEFT JOIN taken ON taken.employee_id = e.id AND taken.kind_id = k.id
              LEFT JOIN unpaid ON unpaid.employee_id = e.id
             WHERE k.days_per_year IS NOT NULL AND {IN_BRANCHES}
               AND e.hired_on <= %(on)s AND (e.left_on IS NULL OR e.left_on >= %(on)s)
               AND (%(whose)s::bigint[] IS NULL OR e.id = ANY (%(whose)s::bigint[]))
             ORDER BY u.code, c.name_key, e.id, k.id""",  # noqa: S608
        {"on": on, "branches": sql.listed(branches),
         "whose": None if employees is None else list(employees)},
    )  # fmt: skip
    return [LeaveBalance(*line) for line in found]


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """A leave in a list."""

    id: int
    kind: str
    name_uk: str
    name_en: str
    first_day: dt.date
    last_day: dt.date
    cancelled_on: dt.date | None


def absences(
    employee: int, *, before: tuple[dt.date, int] | None = None, limit: int = 100
) -> list[AbsenceLine]:
    """An employee's leaves, newest first: a page behind the first day and id of one of them."""
    date, absence = before or (None, 0)
    found = sql.rows(
        """SELECT a.id, k.code, k.name_uk, k.name_en, a.first_day, a.last_day, a.cancelled_on
             FROM hr_absence a JOIN hr_leavekind k ON k.id = a.kind_id
            WHERE a.employee_id = %(employee)s
              AND (%(date)s::date IS NULL
                   OR (a.first_day, a.id) < (%(date)s::date, %(absence)s::bigint))
            ORDER BY a.first_day DESC, a.id DESC LIMIT %(limit)s""",
        {"employee": employee, "date": date, "absence": absence, "limit": limit},
    )
    return [AbsenceLine(*line) for line in found]
