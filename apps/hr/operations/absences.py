"""Leave: recorded by the staff department, asked for by people themselves, cancelled, adjusted."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import ANYWHERE, Scope, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.hr import queries, staff
from apps.hr.errors import AlreadyCancelled, NotEmployee
from apps.hr.models import Absence, Employee, LeaveAdjustment
from apps.kernel.text import Text

Kind = Annotated[str, Meta(max_length=20)]
OrderNumber = Annotated[str, Meta(max_length=40)]
Reason = Annotated[str, Meta(min_length=3, max_length=200)]


class RecordLeave(Command):
    """Both days included; `kind` is the code of a kind of leave."""

    employee: int
    kind: Kind
    first_day: dt.date
    last_day: dt.date
    order_number: OrderNumber = ""


class LeaveTaken(Struct, frozen=True):
    absence: int


@operation(
    "hr.record_leave",
    permission="hr.manage_leave",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Внесено відпустку або лікарняний", en="A leave was recorded"),
    subjects=lambda cmd: {"employee": [cmd.employee]},
)
def record_leave(*, cmd: RecordLeave, run: Run) -> LeaveTaken:
    """Record a leave, also one that is over: the next payroll of its month pays the difference.

    Raises OwnAffairs, EmployeeLeft, LeaveTooLong, NotEnoughLeave, AbsentTwice, DateImpossible.
    """
    who = staff.employee(cmd.employee, run, left=True)
    return _take(who, cmd.kind, cmd.first_day, cmd.last_day, order_number=cmd.order_number, run=run)


class RequestLeave(Command):
    kind: Kind
    first_day: dt.date
    last_day: dt.date


@operation(
    "hr.request_leave",
    permission="hr.use_own_affairs",
    scope=ANYWHERE,
    sentence=Text(uk="Попрошено про власну відпустку", en="A leave of one's own was asked for"),
    four_eyes=True,
)
def request_leave(*, cmd: RequestLeave, run: Run) -> LeaveTaken:
    """Take a leave, once whoever the policy names agrees.

    Raises NotEmployee, EmployeeLeft, LeaveTooLong, NotEnoughLeave, AbsentTwice, DateImpossible.
    """
    who = (
        Employee.objects.select_for_update()
        .filter(user_id=run.actor.user_id)
        .order_by("-hired_on", "-id")
        .first()
    )
    if who is None:
        raise NotEmployee
    return _take(who, cmd.kind, cmd.first_day, cmd.last_day, order_number="", run=run)


class CancelLeave(Command):
    absence: int
    reason: Reason


@operation(
    "hr.cancel_leave",
    permission="hr.manage_leave",
    scope=Scope(
        queries.AT_ABSENCE,
        lambda cmd: cmd.absence,
    ),
    sentence=Text(uk="Скасовано відпустку", en="A leave was cancelled"),
)
def cancel_leave(*, cmd: CancelLeave, run: Run) -> None:
    """Let a leave not have been; the next payroll of its months settles what was paid for it.

    Raises OwnAffairs, AlreadyCancelled.
    """
    absence = Absence.objects.select_for_update().filter(id=cmd.absence).first()
    if absence is None:
        raise NotFound
    if absence.cancelled_on is not None:
        raise AlreadyCancelled(cancelled_on=absence.cancelled_on.isoformat())
    staff.employee(absence.employee_id, run, left=True)
    absence.cancelled_on = run.date
    absence.save(update_fields=["cancelled_on"])


class AdjustLeave(Command):
    """`days_hundredths` are added to the balance, or taken off it where less than nothing."""

    employee: int
    kind: Kind
    days_hundredths: Annotated[int, Meta(ge=-100_000, le=100_000)]
    reason: Reason


@operation(
    "hr.adjust_leave",
    permission="hr.manage_leave",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Скориговано залишок відпустки", en="A balance of leave was adjusted"),
    subjects=lambda cmd: {"employee": [cmd.employee]},
)
def adjust_leave(*, cmd: AdjustLeave, run: Run) -> None:
    """Give days of leave or take them back: a balance from elsewhere, days by an agreement.

    Raises OwnAffairs, EmployeeLeft.
    """
    who = staff.employee(cmd.employee, run)
    LeaveAdjustment.objects.create(
        employee=who,
        kind=staff.leave_kind(cmd.kind),
        date=run.date,
        days_hundredths=cmd.days_hundredths,
        reason=cmd.reason,
        run_id=run.id,
    )


def _take(
    who: Employee, code: str, first: dt.date, last: dt.date, *, order_number: str, run: Run
) -> LeaveTaken:
    kind = staff.leave_kind(code)
    staff.require_leave(who, kind, first=first, last=last)
    absence = Absence.objects.create(
        employee=who,
        kind=kind,
        first_day=first,
        last_day=last,
        order_number=order_number,
        run_id=run.id,
    )
    return LeaveTaken(absence.id)
