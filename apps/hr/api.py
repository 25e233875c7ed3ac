"""Staff in the API: units, the staffing plan, people and what is decided about them, leave.

Names stand in no address: people are looked for in a body, and read by the id of their employment.
Pay is in `pay_api`, for those alone who may see it.
"""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, reads
from apps.control.rest.pages import Page, Slice
from apps.control.rest.parameters import PagedBody
from apps.hr import queries
from apps.hr.models import Employee as StoredEmployee
from apps.hr.models import LeaveKind as StoredKind
from apps.kernel.text import Text

STAFF = Tag(name="staff", title=Text(uk="Персонал", en="Staff"))
VIEW = "hr.view"


class OnDay(Asked, frozen=True, kw_only=True):
    """A day; the open date where none is named."""

    as_of: dt.date | None = None


# --- Units and posts ----------------------------------------------------------------------------


class Unit(Struct, frozen=True):
    """A unit below another one; `branch` is the cost centre of its pay, `depth` 0 is a root."""

    id: int
    code: str
    name_uk: str
    name_en: str
    branch: int
    depth: int


class Units(Struct, frozen=True):
    """Units in the order of their tree: each stands below the one it belongs to."""

    units: list[Unit]


_UNIT = {
    "id": 3,
    "code": "IT",
    "name_uk": "Інформаційні технології",
    "name_en": "Information technology",
    "branch": 1,
    "depth": 1,
}


@reads(
    "hr.units",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Підрозділи", en="Units"),
    example={"units": [_UNIT]},
)
def units(ask: Ask) -> Units:
    """Those whose branch is one of the key's."""
    found = queries.units(branches=ask.branches)
    return Units(
        [Unit(one.id, one.code, one.name_uk, one.name_en, one.branch, one.depth) for one in found]
    )


class PlannedPosition(Struct, frozen=True):
    """A position that has posts or people; posts are in percent of one."""

    position: int
    code: str
    unit: str
    title_uk: str
    title_en: str
    planned_percent: int
    taken_percent: int
    free_percent: int
    people: int


class StaffingPlan(Struct, frozen=True):
    """The staffing plan on a day, by unit and position."""

    as_of: dt.date
    positions: list[PlannedPosition]


@reads(
    "hr.staffing_plan",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Штатний розпис", en="Staffing plan"),
    example={
        "as_of": "2026-03-02",
        "positions": [
            {
                "position": 8,
                "code": "IT-DEV",
                "unit": "IT",
                "title_uk": "Розробник",
                "title_en": "Developer",
                "planned_percent": 400,
                "taken_percent": 350,
                "free_percent": 50,
                "people": 4,
            }
        ],
    },
)
def staffing_plan(ask: Ask, *, query: OnDay) -> StaffingPlan:
    """Also of a day to come, by what is planned for it now."""
    on = query.as_of or ask.date
    lines = [
        PlannedPosition(
            position=one.position,
            code=one.code,
            unit=one.unit,
            title_uk=one.title_uk,
            title_en=one.title_en,
            planned_percent=one.planned_percent,
            taken_percent=one.taken_percent,
            free_percent=one.free_percent,
            people=one.people,
        )
        for one in queries.staffing_plan(on=on, branches=ask.branches)
    ]
    return StaffingPlan(on, lines)


# --- People -------------------------------------------------------------------------------------


class Employee(Struct, frozen=True):
    """An employment as it stands; `left_on` is the last day of work, `user` who they are here."""

    id: int
    number: str
    customer: int
    full_name: str
    unit: str
    title_uk: str
    title_en: str
    post_percent: int
    branch: int
    hired_on: dt.date
    left_on: dt.date | None
    user: int | None


_EMPLOYEE = {
    "id": 15,
    "number": "00015",
    "customer": 3001,
    "full_name": "Шевченко Оксана Іванівна",
    "unit": "IT",
    "title_uk": "Розробник",
    "title_en": "Developer",
    "post_percent": 100,
    "branch": 1,
    "hired_on": "2025-01-06",
    "left_on": None,
    "user": 41,
}


class WhichEmployees(Asked, frozen=True, kw_only=True):
    """Of a unit; those who work today, or with `gone` those who did before."""

    unit: int | None = None
    gone: bool = False


@reads(
    "hr.employees",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Працівники", en="Employees"),
    example={"items": [_EMPLOYEE], "next": None},
)
def employees(ask: Ask, *, query: WhichEmployees, page: Slice) -> Page[Employee]:
    """In Ukrainian alphabetical order."""
    after = None
    if page.after:
        # A cursor has the id alone: names stand in no address.
        last = queries.member(page.after[0], on=ask.date, branches=ask.branches)
        after = (last.key, last.id) if last else None
    found = queries.members(
        on=ask.date,
        branches=ask.branches,
        unit=query.unit,
        gone=query.gone,
        after=after,
        limit=page.limit,
    )
    return page.of([_employee(one) for one in found], lambda one: [one.id])


class EmployeeSearch(PagedBody, frozen=True, kw_only=True):
    """Beginnings of names in any order, or the number of an employee."""

    text: Annotated[str, Meta(min_length=2, max_length=100)]


@reads(
    "hr.search",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Знайти працівника", en="Find an employee"),
    example={"items": [_EMPLOYEE], "next": None},
    sample={"text": "шевч окс"},
)
def search(ask: Ask, *, body: EmployeeSearch, page: Slice) -> Page[Employee]:
    """The first `limit` of those who are found, who work today before who did; one page."""
    found = queries.found(body.text, on=ask.date, branches=ask.branches, limit=page.limit)
    return Page([_employee(one) for one in found], None)


def _employee(found: queries.Member) -> Employee:
    return Employee(
        id=found.id,
        number=found.number,
        customer=found.customer,
        full_name=found.full_name,
        unit=found.unit,
        title_uk=found.title_uk,
        title_en=found.title_en,
        post_percent=found.post_percent,
        branch=found.branch,
        hired_on=found.hired_on,
        left_on=found.left_on,
        user=found.user,
    )


class CareerLine(Struct, frozen=True):
    """Where somebody works from a date on, and in what part of a post."""

    valid_from: dt.date
    unit: str
    title_uk: str
    title_en: str
    post_percent: int
    main_job: bool


class EmployeeRecord(Struct, frozen=True):
    """An employment with its contract and its history, newest first.

    `in_hands` is what still waits for the person in the system: a till, a request, a decision or a
    role that nobody else holds there.
    """

    employee: Employee
    contract: StoredEmployee.Contract
    contract_number: str
    contract_ends_on: dt.date | None
    leaving_reason: str
    career: list[CareerLine]
    in_hands: list[queries.InHands]


@reads(
    "hr.employee",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Працівник", en="An employee"),
    example={
        "employee": _EMPLOYEE,
        "contract": "permanent",
        "contract_number": "15-к",
        "contract_ends_on": None,
        "leaving_reason": "",
        "career": [
            {
                "valid_from": "2025-01-06",
                "unit": "IT",
                "title_uk": "Розробник",
                "title_en": "Developer",
                "post_percent": 100,
                "main_job": True,
            }
        ],
        "in_hands": [],
    },
)
def employee(ask: Ask, *, employee: int) -> EmployeeRecord:
    """Who works where since when, by the id of the employment; nothing of pay."""
    found = visible(ask, employee)
    stored = StoredEmployee.objects.only(
        "contract", "contract_number", "contract_ends_on", "leaving_reason"
    ).get(id=employee)
    career = [
        CareerLine(
            valid_from=one.valid_from,
            unit=one.unit,
            title_uk=one.title_uk,
            title_en=one.title_en,
            post_percent=one.post_percent,
            main_job=one.main_job,
        )
        for one in queries.career(employee)
    ]
    return EmployeeRecord(
        employee=_employee(found),
        contract=StoredEmployee.Contract(stored.contract),
        contract_number=stored.contract_number,
        contract_ends_on=stored.contract_ends_on,
        leaving_reason=stored.leaving_reason,
        career=career,
        in_hands=queries.in_hands(found.user, date=ask.date) if found.user else [],
    )


def visible(ask: Ask, employee: int) -> queries.Member:
    """Somebody of the key's branches; one statement. Raises NotFound, also for those elsewhere."""
    found = queries.member(employee, on=ask.date, branches=ask.branches)
    if found is None:
        raise NotFound
    return found


# --- Leave --------------------------------------------------------------------------------------


class LeaveKind(Struct, frozen=True):
    """A kind of leave: what is paid for it, and how many days a working year earns, if any."""

    code: str
    name_uk: str
    name_en: str
    pay: StoredKind.Pay
    days_per_year: int | None
    counts_as_work: bool


@reads(
    "hr.leave_kinds",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Види відпусток", en="Kinds of leave"),
    example={
        "items": [
            {
                "code": "annual",
                "name_uk": "Щорічна основна відпустка",
                "name_en": "Annual leave",
                "pay": "average",
                "days_per_year": 24,
                "counts_as_work": True,
            }
        ],
        "next": None,
    },
)
def leave_kinds(ask: Ask, *, page: Slice) -> Page[LeaveKind]:
    """By code."""
    found = StoredKind.objects.filter(code__gt=page.behind("")).order_by("code")[: page.limit]
    lines = [
        LeaveKind(
            code=one.code,
            name_uk=one.name_uk,
            name_en=one.name_en,
            pay=StoredKind.Pay(one.pay),
            days_per_year=one.days_per_year,
            counts_as_work=one.counts_as_work,
        )
        for one in found
    ]
    return page.of(lines, lambda one: [one.code])


class LeaveBalance(Struct, frozen=True):
    """What somebody has of a kind of leave, in hundredths of a day."""

    kind: str
    name_uk: str
    name_en: str
    earned_hundredths: int
    adjusted_hundredths: int
    used_hundredths: int
    left_hundredths: int


class LeaveBalances(Struct, frozen=True):
    """Balances of leave on a day, by kind; none of who does not work then."""

    as_of: dt.date
    balances: list[LeaveBalance]


@reads(
    "hr.leave_balances",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Залишки відпусток працівника", en="Balances of leave of an employee"),
    example={
        "as_of": "2026-03-02",
        "balances": [
            {
                "kind": "annual",
                "name_uk": "Щорічна основна відпустка",
                "name_en": "Annual leave",
                "earned_hundredths": 2767,
                "adjusted_hundredths": 0,
                "used_hundredths": 1400,
                "left_hundredths": 1367,
            }
        ],
    },
)
def leave_balances(ask: Ask, *, employee: int, query: OnDay) -> LeaveBalances:
    """They grow with each day employed; those of the whole staff are a report."""
    visible(ask, employee)
    on = query.as_of or ask.date
    found = queries.leave_balances(on=on, branches=ask.branches, employees=[employee])
    balances = [
        LeaveBalance(
            kind=one.kind,
            name_uk=one.name_uk,
            name_en=one.name_en,
            earned_hundredths=one.earned_hundredths,
            adjusted_hundredths=one.adjusted_hundredths,
            used_hundredths=one.used_hundredths,
            left_hundredths=one.left_hundredths,
        )
        for one in found
    ]
    return LeaveBalances(on, balances)


class Leave(Struct, frozen=True):
    """A leave, both days included; one that was cancelled has not been."""

    id: int
    kind: str
    first_day: dt.date
    last_day: dt.date
    cancelled_on: dt.date | None


@reads(
    "hr.leave",
    permission=VIEW,
    tag=STAFF,
    summary=Text(uk="Відпустки й лікарняні працівника", en="Leave of an employee"),
    example={
        "items": [
            {
                "id": 91,
                "kind": "annual",
                "first_day": "2026-03-09",
                "last_day": "2026-03-22",
                "cancelled_on": None,
            }
        ],
        "next": None,
    },
)
def leave(ask: Ask, *, employee: int, page: Slice) -> Page[Leave]:
    """Newest first, by the first day."""
    visible(ask, employee)
    before = page.behind_day()
    lines = [
        Leave(one.id, one.kind, one.first_day, one.last_day, one.cancelled_on)
        for one in queries.absences(employee, before=before, limit=page.limit)
    ]
    return page.of(lines, lambda one: [one.first_day, one.id])
