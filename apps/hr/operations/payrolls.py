"""Payrolls: prepared as drafts, posted once a second person agrees, reversed the same way."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.hr import earnings, payroll, payslips, rules, staff
from apps.hr.errors import MoneySpent, NobodyToPay, PayrollStale, PayrollState, ReverseLaterFirst
from apps.hr.models import Payroll
from apps.kernel import sql
from apps.kernel.queries import bank
from apps.kernel.text import Text

Reason = Annotated[str, Meta(min_length=3, max_length=200)]
_EARLIEST = dt.date(2000, 1, 1)


class PreparePayroll(Command):
    """Any day of `month` names it. `through` is the last day that is paid for, for an advance the
    15th or so; without it, all of the month. `employees` alone, or everybody.
    """

    month: dt.date
    through: dt.date | None = None
    employees: Annotated[tuple[int, ...], Meta(max_length=10_000)] = ()


class PayrollPrepared(Struct, frozen=True):
    payroll: int
    employees: int


@operation(
    "hr.prepare_payroll",
    permission="hr.prepare_payroll",
    scope=WHOLE_BANK,
    sentence=Text(uk="Підготовлено зарплатну відомість", en="A payroll was prepared"),
)
def prepare_payroll(*, cmd: PreparePayroll, run: Run) -> PayrollPrepared:
    """Work out what is due for a month, less what was posted of it; nothing is booked yet.

    An earlier draft of the month is discarded. Raises DateImpossible, NoPayRules, NobodyToPay.
    """
    month = rules.first_of_month(cmd.month)
    last = rules.last_of_month(month)
    this_month = rules.first_of_month(run.date)
    staff.require_between(month, earliest=_EARLIEST, latest=this_month)
    through = last if cmd.through is None else cmd.through
    staff.require_between(through, earliest=month, latest=last)
    only = sorted(set(cmd.employees))
    Payroll.objects.filter(month=month, state=Payroll.State.DRAFT).update(
        state=Payroll.State.DISCARDED
    )
    lines = earnings.compute(month=month, through=through, only=only)
    if not lines:
        raise NobodyToPay(month=f"{month:%m.%Y}")
    draft = Payroll.objects.create(
        month=month,
        through=through,
        only=only,
        digest=payroll.digest(lines),
        prepared_on=run.date,
        prepared_run_id=run.id,
    )
    payroll.keep(draft.id, lines)
    return PayrollPrepared(draft.id, len(lines))


class PostPayroll(Command):
    payroll: int


@operation(
    "hr.post_payroll",
    permission="hr.prepare_payroll",
    scope=WHOLE_BANK,
    sentence=Text(uk="Проведено зарплатну відомість", en="A payroll was posted"),
    subjects=lambda cmd: {"payroll": [cmd.payroll]},
    four_eyes=True,
)
def post_payroll(*, cmd: PostPayroll, run: Run) -> None:
    """Book a draft by cost centre and pay it to everybody's account, once another person agrees.

    It is worked out anew: what is no longer the draft is not booked. Raises PayrollState and
    PayrollStale.
    """
    draft = _locked(cmd.payroll, Payroll.State.DRAFT)
    lines = earnings.compute(month=draft.month, through=draft.through, only=draft.only)
    if payroll.digest(lines) != draft.digest:
        raise PayrollStale
    draft.state, draft.posted_on, draft.posted_run_id = Payroll.State.POSTED, run.date, run.id
    draft.save(update_fields=["state", "posted_on", "posted_run_id"])
    payroll.add_entries(run, payroll=draft.id, month=draft.month, currency=bank().base_currency)
    run.rules |= {"payroll": draft.digest, "employees": len(lines)}


class ReversePayroll(Command):
    """`take_back` what was paid as well; else it stays, and later payrolls count it."""

    payroll: int
    reason: Reason
    take_back: bool = False


@operation(
    "hr.reverse_payroll",
    permission="hr.prepare_payroll",
    scope=WHOLE_BANK,
    sentence=Text(uk="Сторновано зарплатну відомість", en="A payroll was reversed"),
    subjects=lambda cmd: {"payroll": [cmd.payroll]},
    four_eyes=True,
)
def reverse_payroll(*, cmd: ReversePayroll, run: Run) -> None:
    """Book the opposite of a posted payroll, once another person agrees.

    Raises PayrollState, ReverseLaterFirst, and MoneySpent where the pay to be taken back is gone.
    """
    posted = _locked(cmd.payroll, Payroll.State.POSTED)
    later = Payroll.objects.filter(month=posted.month, state=Payroll.State.POSTED)
    # What a later one took off as paid before would be paid by nobody.
    if later.filter(id__gt=posted.id).exists():
        raise ReverseLaterFirst
    if cmd.take_back and (short := payslips.accounts_short_of_pay(posted.id)):
        raise MoneySpent(accounts=short)
    posted.state = Payroll.State.REVERSED
    posted.reversed_on, posted.reversed_run_id = run.date, run.id
    posted.taken_back = cmd.take_back
    posted.save(update_fields=["state", "reversed_on", "reversed_run_id", "taken_back"])
    payroll.add_entries(
        run, payroll=posted.id, month=posted.month, currency=bank().base_currency, sign=-1,
        pays=cmd.take_back,
    )  # fmt: skip
    run.rules["payroll"] = posted.digest


def _locked(payroll_id: int, state: Payroll.State) -> Payroll:
    """The payroll, with every other that could change what is due. Raises PayrollState."""
    # Whoever posts or reverses anything meanwhile changes what is due: one after another.
    sql.rows("SELECT id FROM hr_payroll WHERE state IN ('draft', 'posted') ORDER BY id FOR UPDATE")
    found = Payroll.objects.select_for_update().filter(id=payroll_id).first()
    if found is None:
        raise NotFound
    if found.state != state:
        raise PayrollState(state=found.state)
    return found
