"""Hiring, terms, access and leaving: an employment from its first day to its last."""

import datetime as dt
from typing import Annotated

from django.db.models import Q
from msgspec import Meta, Struct, field

from apps.access.models import RoleHolding
from apps.access.operations import (
    AddUser,
    CloseUser,
    GrantRole,
    add_user,
    close_user,
    grant_role,
)
from apps.control.commands import Command, Secret
from apps.control.declarations import Scope, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.customers.models import Customer
from apps.hr import queries, rules, staff
from apps.hr.errors import NoRoles, UsernameNeeded
from apps.hr.models import Employee, PersonalStatus, Terms
from apps.kernel import sql
from apps.kernel.text import Text

Reason = Annotated[str, Meta(min_length=3, max_length=200)]
PostPercent = Annotated[int, Meta(ge=1, le=150)]
RoleCode = Annotated[str, Meta(max_length=40)]

# Employments are entered with their true beginning, also those of a bank that comes with its staff.
_FIRST_HIRING = dt.date(1950, 1, 1)
_YEAR = dt.timedelta(days=366)
_AT_POSITION = Scope(
    """(SELECT u.branch_id FROM hr_position p JOIN hr_unit u ON u.id = p.unit_id
         WHERE p.id = %(scope)s)""",
    lambda cmd: cmd.position,
)


class Hire(Command):
    """`salary` a month in major units, for `post_percent` of a post; `deposit` takes net pay."""

    customer: int
    deposit: int
    position: int
    hired_on: dt.date
    salary: Secret
    contract_number: Annotated[str, Meta(min_length=1, max_length=40)]
    post_percent: PostPercent = 100
    main_job: bool = True
    contract: Employee.Contract = Employee.Contract.PERMANENT
    contract_ends_on: dt.date | None = None


class Hired(Struct, frozen=True):
    employee: int
    number: str


@operation(
    "hr.hire",
    permission="hr.manage_staff",
    scope=_AT_POSITION,
    sentence=Text(uk="Прийнято на роботу", en="An employee was hired"),
    subjects=lambda cmd: {"customer": [cmd.customer], "deposit": [cmd.deposit]},
)
def hire(*, cmd: Hire, run: Run) -> Hired:
    """Hire a customer of the bank into a free post. Access is asked for apart: hr.grant_access.

    Raises AccountUnfit, PayMalformed, BelowMinimumWage, PositionFull, AlreadyEmployed,
    TermOfContract, DateImpossible.
    """
    staff.require_between(cmd.hired_on, earliest=_FIRST_HIRING, latest=run.date + _YEAR)
    if not Customer.objects.filter(id=cmd.customer).exists():
        raise NotFound
    staff.require_account(cmd.deposit, customer=cmd.customer)
    salary = _salary(cmd.salary, cmd.post_percent, max(cmd.hired_on, run.date))
    staff.position(cmd.position)
    staff.require_room(cmd.position, on=max(cmd.hired_on, run.date), percent=cmd.post_percent)
    running = sql.value("SELECT nextval('hr_employee_number_seq')")
    employee = Employee.objects.create(
        number=f"{running:05d}", customer_id=cmd.customer, deposit_id=cmd.deposit,
        contract=cmd.contract, contract_number=cmd.contract_number,
        contract_ends_on=cmd.contract_ends_on, hired_on=cmd.hired_on,
    )  # fmt: skip
    Terms.objects.create(
        employee=employee, valid_from=cmd.hired_on, position_id=cmd.position,
        post_percent=cmd.post_percent, salary_minor=salary, main_job=cmd.main_job, run_id=run.id,
    )  # fmt: skip
    return Hired(employee.id, employee.number)


class ChangeTerms(Command):
    employee: int
    valid_from: dt.date
    position: int
    salary: Secret
    post_percent: PostPercent = 100
    main_job: bool = True


@operation(
    "hr.change_terms",
    permission="hr.manage_staff",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Змінено умови праці", en="Terms of employment were changed"),
    subjects=lambda cmd: {"employee": [cmd.employee]},
)
def change_terms(*, cmd: ChangeTerms, run: Run) -> None:
    """Set position, part of a post and salary from a date on; earlier versions stay.

    Raises OwnAffairs, EmployeeLeft, PayMalformed, BelowMinimumWage, PositionFull, DateImpossible.
    """
    who = staff.employee(cmd.employee, run)
    latest = who.left_on or run.date + _YEAR
    staff.require_between(cmd.valid_from, earliest=who.hired_on, latest=latest)
    salary = _salary(cmd.salary, cmd.post_percent, cmd.valid_from)
    staff.position(cmd.position)
    staff.require_room(cmd.position, on=cmd.valid_from, percent=cmd.post_percent, without=who.id)
    Terms.objects.create(
        employee=who, valid_from=cmd.valid_from, position_id=cmd.position,
        post_percent=cmd.post_percent, salary_minor=salary, main_job=cmd.main_job, run_id=run.id,
    )  # fmt: skip


class SetPersonalStatus(Command):
    """As typed: a benefit of none, basic or children; a number; true or false; a date."""

    employee: int
    valid_from: dt.date
    # Made anew: a schema cannot tell a secret as a default.
    benefit: Secret = field(default_factory=lambda: Secret("none"))
    children: Secret = field(default_factory=lambda: Secret("0"))
    disabled: Secret = field(default_factory=lambda: Secret("false"))
    insured_since: Secret = field(default_factory=lambda: Secret(""))


@operation(
    "hr.set_personal_status",
    permission="hr.manage_staff",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Внесено пільги та страховий стаж", en="A personal status was recorded"),
    subjects=lambda cmd: {"employee": [cmd.employee]},
)
def set_personal_status(*, cmd: SetPersonalStatus, run: Run) -> None:
    """Record what taxes and sick pay depend on, from a date. Raises StatusMalformed, OwnAffairs."""
    who = staff.employee(cmd.employee, run)
    read = staff.status(
        benefit=cmd.benefit.reveal(), children=cmd.children.reveal(),
        disabled=cmd.disabled.reveal(), insured_since=cmd.insured_since.reveal(),
    )  # fmt: skip
    PersonalStatus.objects.create(
        employee=who, valid_from=cmd.valid_from, benefit=read.benefit, children=read.children,
        disabled=read.disabled, insured_since=read.insured_since, run_id=run.id,
    )  # fmt: skip


class SetPayAccount(Command):
    employee: int
    deposit: int


@operation(
    "hr.set_pay_account",
    permission="hr.manage_staff",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Змінено рахунок для зарплати", en="The account for pay was changed"),
    subjects=lambda cmd: {"employee": [cmd.employee], "deposit": [cmd.deposit]},
)
def set_pay_account(*, cmd: SetPayAccount, run: Run) -> None:
    """Pay into another account of the person from now on. Raises AccountUnfit, OwnAffairs."""
    who = staff.employee(cmd.employee, run, left=True)
    staff.require_account(cmd.deposit, customer=who.customer_id)
    who.deposit_id = cmd.deposit
    who.save(update_fields=["deposit"])


class GrantAccess(Command):
    """`user` links an existing user, `username` makes one; no `roles`: those of the position."""

    employee: int
    username: Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9._-]{1,149})?\Z")] = ""
    user: int | None = None
    roles: Annotated[tuple[RoleCode, ...], Meta(max_length=10)] = ()


class AccessGranted(Struct, frozen=True):
    user: int


@operation(
    "hr.grant_access",
    permission="hr.manage_staff",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Надано доступ працівникові", en="An employee was given access"),
    subjects=lambda cmd: {
        "employee": [cmd.employee],
        "user": [] if cmd.user is None else [cmd.user],
    },
    four_eyes=True,
)
def grant_access(*, cmd: GrantAccess, run: Run) -> AccessGranted:
    """Give an employee a user and roles in the unit's branch, once an administrator agrees.

    Whoever asks may not give rights, and the roles asked for may not administer any. Raises
    OwnAffairs, EmployeeLeft, UsernameNeeded, NoRoles, RolesNotGivenHere, AdministersRights.
    """
    who = staff.employee(cmd.employee, run)
    post = queries.post_of(who.id, on=max(run.date, who.hired_on))
    roles = tuple(dict.fromkeys(cmd.roles or post.roles))
    if not roles and cmd.user is None:
        raise NoRoles
    staff.require_grantable(roles)
    user = cmd.user if cmd.user is not None else who.user_id
    if user is not None:
        staff.require_no_administrator(staff.user(user).id, run.date)
    elif cmd.username:
        made = AddUser(username=cmd.username, full_name=who.customer.full_name)
        user = add_user(cmd=made, run=run).user
    else:
        raise UsernameNeeded
    if who.user_id != user:
        who.user_id = user
        who.save(update_fields=["user"])
    since = max(run.date, who.hired_on)
    held = RoleHolding.objects.in_force(since).filter(user_id=user).at(post.branch)
    for code in sorted(set(roles) - set(held.values_list("role__code", flat=True))):
        given = GrantRole(
            user=user, role=code, branch=post.branch, valid_from=since, valid_to=who.left_on
        )
        grant_role(cmd=given, run=run)
    run.rules["roles"] = list(roles)
    return AccessGranted(user)


class Dismiss(Command):
    """`last_day` of work; `at_once` closes the access now and not with the end of that day."""

    employee: int
    last_day: dt.date
    reason: Reason
    at_once: bool = False


class Dismissed(Struct, frozen=True):
    """What is still in the person's hands."""

    in_hands: tuple[queries.InHands, ...]


@operation(
    "hr.dismiss",
    permission="hr.manage_staff",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Звільнено працівника", en="An employee was dismissed"),
    subjects=lambda cmd: {"employee": [cmd.employee]},
)
def dismiss(*, cmd: Dismiss, run: Run) -> Dismissed:
    """End an employment; every role ends with its last day, the user is closed by that day's close.

    May be repeated with another day while that has not passed. Raises OwnAffairs, EmployeeLeft,
    DateImpossible.
    """
    who = staff.employee(cmd.employee, run)
    earliest = max(run.date, who.hired_on)
    staff.require_between(cmd.last_day, earliest=earliest, latest=run.date + _YEAR)
    who.left_on, who.leaving_reason = cmd.last_day, cmd.reason
    who.save(update_fields=["left_on", "leaving_reason"])
    if who.user_id is None:
        return Dismissed(())
    found = queries.in_hands(who.user_id, date=run.date)
    holdings = RoleHolding.objects.filter(user_id=who.user_id)
    holdings.filter(valid_from__gt=cmd.last_day).delete()
    running = Q(valid_to__isnull=True) | Q(valid_to__gt=cmd.last_day)
    holdings.filter(running).update(valid_to=cmd.last_day)
    if cmd.at_once:
        close_user(cmd=CloseUser(user=who.user_id), run=run)
    return Dismissed(tuple(found))


def _salary(given: Secret, post_percent: int, on: dt.date) -> int:
    """A month's salary in minor units. Raises PayMalformed and BelowMinimumWage."""
    minor = rules.pay_minor(given.reveal())
    staff.require_wage(minor, percent=post_percent, on=on)
    return minor
