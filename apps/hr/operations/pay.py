"""What is paid beside the salary, and what is kept back for others."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Annotated

from msgspec import Meta, Struct, field

from apps.control.commands import Command, Secret
from apps.control.declarations import Scope, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.hr import queries, rules, staff
from apps.hr.errors import AlreadyCancelled, DeductionMalformed, PercentOrAmount
from apps.hr.models import DeductionOrder, PayItem
from apps.hr.rules import DeductionKind
from apps.kernel.text import Text

Reason = Annotated[str, Meta(min_length=3, max_length=200)]
_EARLIEST = dt.date(2000, 1, 1)
_YEAR = dt.timedelta(days=366)


class AddPayItem(Command):
    """`pay` in major units; any day of `month` names it."""

    employee: int
    month: dt.date
    kind: PayItem.Kind
    pay: Secret
    reason: Reason


class PayItemAdded(Struct, frozen=True):
    item: int


@operation(
    "hr.add_pay_item",
    permission="hr.manage_pay",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Призначено виплату понад оклад", en="Pay beside the salary was granted"),
    subjects=lambda cmd: {"employee": [cmd.employee]},
)
def add_pay_item(*, cmd: AddPayItem, run: Run) -> PayItemAdded:
    """Grant an allowance, a bonus or aid for one month; the next payroll of it pays.

    Raises OwnAffairs, PayMalformed, DateImpossible.
    """
    who = staff.employee(cmd.employee, run, left=True)
    month = rules.first_of_month(cmd.month)
    earliest = rules.first_of_month(max(who.hired_on, _EARLIEST))
    latest = who.left_on or run.date + _YEAR
    staff.require_between(month, earliest=earliest, latest=latest)
    item = PayItem.objects.create(
        employee=who,
        month=month,
        kind=cmd.kind,
        amount_minor=rules.pay_minor(cmd.pay.reveal()),
        reason=cmd.reason,
        run_id=run.id,
    )
    return PayItemAdded(item.id)


class CancelPayItem(Command):
    item: int
    reason: Reason


@operation(
    "hr.cancel_pay_item",
    permission="hr.manage_pay",
    scope=Scope(queries.AT_ITEM, lambda cmd: cmd.item),
    sentence=Text(uk="Скасовано виплату понад оклад", en="Pay beside the salary was cancelled"),
)
def cancel_pay_item(*, cmd: CancelPayItem, run: Run) -> None:
    """Take an item of pay back; what was paid for it is settled by the next payroll of its month.

    Raises OwnAffairs, AlreadyCancelled.
    """
    item = PayItem.objects.select_for_update().filter(id=cmd.item).first()
    if item is None:
        raise NotFound
    if item.cancelled_on is not None:
        raise AlreadyCancelled(cancelled_on=item.cancelled_on.isoformat())
    staff.employee(item.employee_id, run, left=True)
    item.cancelled_on = run.date
    item.save(update_fields=["cancelled_on"])


class OrderDeduction(Command):
    """Either a `percent` of net pay or an amount a month, `pay`, in major units.

    `kind` is voluntary, enforcement, alimony or severe, and a secret as well, as is the recipient.
    """

    employee: int
    kind: Secret
    recipient: Secret
    valid_from: dt.date
    valid_to: dt.date | None = None
    percent: Secret = field(default_factory=lambda: Secret(""))
    pay: Secret = field(default_factory=lambda: Secret(""))


class DeductionOrdered(Struct, frozen=True):
    order: int


@operation(
    "hr.order_deduction",
    permission="hr.manage_pay",
    scope=queries.AT_EMPLOYEE,
    sentence=Text(uk="Внесено утримання із зарплати", en="A deduction from pay was ordered"),
    subjects=lambda cmd: {"employee": [cmd.employee]},
)
def order_deduction(*, cmd: OrderDeduction, run: Run) -> DeductionOrdered:
    """Keep something back for others, within the limits of the law, from a date to a date.

    Raises OwnAffairs, EmployeeLeft, DeductionMalformed, PercentOrAmount, PayMalformed,
    DateImpossible.
    """
    who = staff.employee(cmd.employee, run)
    kind, recipient = cmd.kind.reveal(), " ".join(cmd.recipient.reveal().split())
    if kind not in set(DeductionKind) or not 2 <= len(recipient) <= 200:
        raise DeductionMalformed
    if cmd.valid_to is not None:
        staff.require_between(cmd.valid_to, earliest=cmd.valid_from, latest=dt.date.max)
    percent, pay = cmd.percent.reveal().strip(), cmd.pay.reveal()
    if bool(percent) == bool(pay.strip()):
        raise PercentOrAmount
    order = DeductionOrder.objects.create(
        employee=who,
        kind=kind,
        percent=_percent(percent) if percent else None,
        amount_minor=None if percent else rules.pay_minor(pay),
        recipient=recipient,
        valid_from=cmd.valid_from,
        valid_to=cmd.valid_to,
        run_id=run.id,
    )
    return DeductionOrdered(order.id)


class EndDeduction(Command):
    order: int
    last_date: dt.date


@operation(
    "hr.end_deduction",
    permission="hr.manage_pay",
    scope=Scope(queries.AT_ORDER, lambda cmd: cmd.order),
    sentence=Text(uk="Завершено утримання із зарплати", en="A deduction from pay was ended"),
)
def end_deduction(*, cmd: EndDeduction, run: Run) -> None:
    """Keep nothing back after a date. Raises OwnAffairs, AlreadyCancelled, DateImpossible."""
    order = DeductionOrder.objects.select_for_update().filter(id=cmd.order).first()
    if order is None:
        raise NotFound
    staff.employee(order.employee_id, run, left=True)
    if order.valid_to is not None and order.valid_to < run.date:
        raise AlreadyCancelled(cancelled_on=order.valid_to.isoformat())
    staff.require_between(cmd.last_date, earliest=order.valid_from, latest=dt.date.max)
    order.valid_to = cmd.last_date
    order.save(update_fields=["valid_to"])


def _percent(given: str) -> Decimal:
    """More than nothing, at most a hundred, two decimals. Raises PercentOrAmount."""
    try:
        read = Decimal(given)
    except InvalidOperation:
        raise PercentOrAmount from None
    exact = read.is_finite() and 0 < read <= 100 and read == round(read, 2)
    if not exact:
        raise PercentOrAmount
    return read
