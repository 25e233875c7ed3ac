"""What must be true of people, posts and leaves before an operation goes on: reads that refuse."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from apps.access.models import Role, RoleHolding, User
from apps.accounts.models import Deposit
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.hr import earnings, rules
from apps.hr.errors import (
    AccountUnfit,
    AdministersRights,
    BelowMinimumWage,
    DateImpossible,
    EmployeeLeft,
    LeaveTooLong,
    NoPayRules,
    NotEnoughLeave,
    OwnAffairs,
    PositionFull,
    RolesNotGivenHere,
    StatusMalformed,
)
from apps.hr.models import Employee, LeaveKind, Position
from apps.hr.rules import Status
from apps.kernel import sql
from apps.kernel.queries import bank

# Whoever holds one of these decides who may do what: never by a request of the staff department.
ADMINISTRATIVE = frozenset({
    "access.grant_roles",
    "access.manage_api_keys",
    "access.manage_roles",
    "access.manage_users",
    "control.manage_policies",
})  # fmt: skip
# Three years of care for a child and a little more.
LONGEST_LEAVE_DAYS = 1_200


def employee(employee_id: int, run: Run, *, left: bool = False) -> Employee:
    """The employee, locked, for somebody else than the employee. Raises NotFound, OwnAffairs.

    Without `left` also EmployeeLeft, once the last day of work has passed.
    """
    found = Employee.objects.select_for_update().filter(id=employee_id).first()
    if found is None:
        raise NotFound
    if found.user_id is not None and found.user_id == run.actor.user_id:
        raise OwnAffairs
    if not left and found.left_on is not None and found.left_on < run.date:
        raise EmployeeLeft(left_on=found.left_on.isoformat())
    return found


def require_between(given: dt.date, *, earliest: dt.date, latest: dt.date) -> None:
    """Raises DateImpossible."""
    if not earliest <= given <= latest:
        raise DateImpossible(
            given=given.isoformat(), earliest=earliest.isoformat(), latest=latest.isoformat()
        )


def position(position_id: int) -> Position:
    """The position with its unit, locked: who takes the last free post goes first."""
    found = (
        Position.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(id=position_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def require_room(
    position_id: int, *, on: dt.date, percent: int, without: int | None = None
) -> None:
    """Is so much of a post free by the staffing plan? Raises PositionFull."""
    free: int = sql.value(
        """SELECT coalesce((SELECT posts_percent FROM hr_positionplan
                             WHERE position_id = %(position)s AND valid_from <= %(on)s
                             ORDER BY valid_from DESC, id DESC LIMIT 1), 0)
                  - coalesce(sum(now.post_percent), 0)::bigint
             FROM hr_employee e
             JOIN LATERAL (SELECT position_id, post_percent FROM hr_terms t
                            WHERE t.employee_id = e.id
                              AND t.valid_from <= greatest(%(on)s::date, e.hired_on)
                            ORDER BY t.valid_from DESC, t.id DESC LIMIT 1) now
               ON now.position_id = %(position)s
            WHERE e.id IN (SELECT employee_id FROM hr_terms WHERE position_id = %(position)s)
              AND (e.left_on IS NULL OR e.left_on >= %(on)s)
              AND e.id IS DISTINCT FROM %(without)s::bigint""",
        {"position": position_id, "on": on, "without": without},
    )
    if percent > free:
        raise PositionFull(date=on.isoformat(), free=max(free, 0))


def require_account(deposit: int, *, customer: int) -> None:
    """May pay go to this account: the person's own, open, in the base currency? AccountUnfit."""
    currency = bank().base_currency
    fit = Deposit.objects.filter(
        id=deposit, customer_id=customer, currency=currency, closed_on__isnull=True
    )
    if not fit.exists():
        raise AccountUnfit(currency=currency)


def require_wage(salary_minor: int, *, percent: int, on: dt.date) -> None:
    """Is it at least the minimum wage for this part of a post? Raises BelowMinimumWage."""
    try:
        law = rules.in_force(earnings.pay_rules(), on)
    except NoPayRules:
        return
    if salary_minor * 100 < law.minimum_wage_minor * percent:
        raise BelowMinimumWage


def require_grantable(codes: Iterable[str]) -> None:
    """Roles that exist and administer nothing. Raises RolesNotGivenHere."""
    known = dict(Role.objects.filter(code__in=list(codes)).values_list("code", "permissions"))
    for code in codes:
        if code not in known or ADMINISTRATIVE & set(known[code]):
            raise RolesNotGivenHere(role=code[:40])


def require_no_administrator(user: int, on: dt.date) -> None:
    """Raises AdministersRights for somebody who may give rights to others."""
    held = RoleHolding.objects.in_force(on).filter(user_id=user)
    for permissions in held.values_list("role__permissions", flat=True):
        if ADMINISTRATIVE & set(permissions):
            raise AdministersRights


def user(user_id: int) -> User:
    """A person's user that is open. Raises NotFound."""
    found = User.objects.filter(id=user_id, is_active=True, is_machine=False).first()
    if found is None:
        raise NotFound
    return found


class _Given(msgspec.Struct):
    benefit: rules.Benefit
    children: int
    disabled: bool
    insured_since: dt.date | None


def status(*, benefit: str, children: str, disabled: str, insured_since: str) -> Status:
    """A personal status as it was typed. Raises StatusMalformed, which tells nothing of it."""
    given = {
        "benefit": benefit,
        "children": children,
        "disabled": disabled,
        "insured_since": insured_since or None,
    }
    try:
        read = msgspec.convert(given, _Given, strict=False)
    except msgspec.ValidationError:
        raise StatusMalformed from None
    if not 0 <= read.children <= 20:
        raise StatusMalformed
    return Status(
        benefit=read.benefit,
        children=read.children,
        disabled=read.disabled,
        insured_since=read.insured_since,
    )


# --- Leave --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """Days of a kind that a person has taken and been given, and such as count for no year."""

    used_days: int
    adjusted_hundredths: int
    unpaid_days: int


def leave_kind(code: str) -> LeaveKind:
    """Raises NotFound."""
    found = LeaveKind.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def require_leave(who: Employee, kind: LeaveKind, *, first: dt.date, last: dt.date) -> None:
    """May these days be taken? Raises LeaveTooLong, DateImpossible, EmployeeLeft, NotEnoughLeave.

    Where the kind has a balance, it must suffice on the first day.
    """
    days = rules.days_of(first, last)
    if not 0 < days <= LONGEST_LEAVE_DAYS:
        raise LeaveTooLong(longest=LONGEST_LEAVE_DAYS)
    if first < who.hired_on:
        require_between(first, earliest=who.hired_on, latest=last)
    if who.left_on is not None and last > who.left_on:
        raise EmployeeLeft(left_on=who.left_on.isoformat())
    if kind.days_per_year is None:
        return
    taken = _taken(who.id, kind.id)
    takeable = rules.leave_takeable(
        kind.days_per_year,
        hired_on=who.hired_on,
        on=first,
        needs_months=kind.needs_months or 0,
        unpaid_days=taken.unpaid_days,
    )
    left = takeable + taken.adjusted_hundredths - taken.used_days * 100
    if days * 100 > left:
        raise NotEnoughLeave(asked=days, left=f"{max(left, 0) / 100:.2f}")


def _taken(employee_id: int, kind: int) -> Taken:
    found = sql.row(
        """SELECT coalesce(sum(a.last_day - a.first_day + 1)
                           FILTER (WHERE a.kind_id = %(kind)s), 0)::bigint,
                  (SELECT coalesce(sum(days_hundredths), 0)::bigint FROM hr_leaveadjustment
                    WHERE employee_id = %(employee)s AND kind_id = %(kind)s),
                  coalesce(sum(a.last_day - a.first_day + 1)
                           FILTER (WHERE NOT k.counts_as_work), 0)::bigint
             FROM hr_absence a JOIN hr_leavekind k ON k.id = a.kind_id
            WHERE a.employee_id = %(employee)s AND a.cancelled_on IS NULL""",
        {"employee": employee_id, "kind": kind},
    )
    assert found is not None, "sums over nothing give a row"
    return Taken(*found)
