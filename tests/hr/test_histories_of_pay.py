"""Random months: whatever was prepared, posted, corrected and reversed, the end is what is due."""

import datetime as dt
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.hr import earnings
from apps.hr.errors import NobodyToPay
from apps.hr.models import Payroll
from apps.kernel import sql
from apps.kernel.errors import Refusal
from tests.factories import do
from tests.hr import office as at
from tests.hr.office import JANUARY, Office, Worker
from tests.hr.test_payrolls import proven, reverse
from tests.rewinding import rewound

LAST = dt.date(2026, 1, 31)
DAYS = st.integers(1, 31).map(lambda day: dt.date(2026, 1, day))
STEPS = st.one_of(
    st.tuples(st.just("pay"), DAYS),
    st.tuples(st.just("pay"), st.just(LAST)),
    st.tuples(st.just("bonus"), st.integers(1, 9_000_000)),
    st.tuples(st.just("cancel"), st.just(None)),
    st.tuples(st.sampled_from(["annual", "unpaid", "sick", "trip"]), DAYS),
    st.tuples(st.just("reverse"), st.booleans()),
    st.tuples(st.just("raise"), st.tuples(DAYS, st.integers(2_000_000, 20_000_000))),
    st.tuples(st.just("block"), st.booleans()),
)


def _step(office: Office, who: Worker, name: str, given: Any) -> None:
    match name:
        case "pay":
            at.pay(office, through=given)
        case "bonus":
            command = {"employee": who.id, "month": JANUARY, "kind": "bonus",
                       "pay": f"{given // 100}.{given % 100:02}", "reason": "Наказ"}  # fmt: skip
            do("hr.add_pay_item", command, actor=office.payroll)
        case "cancel":
            item = sql.value("SELECT max(id) FROM hr_payitem WHERE cancelled_on IS NULL")
            do("hr.cancel_pay_item", {"item": item or 0, "reason": "Помилка"},
               actor=office.payroll)  # fmt: skip
        case "reverse":
            newest = Payroll.objects.filter(state="posted").order_by("-id").first()
            if newest is not None:
                reverse(office, newest.id, take_back=given)
        case "raise":
            since, salary = given
            command = {"employee": who.id, "valid_from": since, "salary": f"{salary // 100}",
                       "position": office.other_position}  # fmt: skip
            do("hr.change_terms", command, actor=office.hr)
        case "block":
            block = {"deposit": who.account.id, "reason": "Арешт", "debits": False,
                     "credits": given}  # fmt: skip
            do("accounts.block", block, actor=office.bank.supervisor)
        case kind:
            command = {"employee": who.id, "kind": kind, "first_day": given,
                       "last_day": given + dt.timedelta(3)}  # fmt: skip
            do("hr.record_leave", command, actor=office.hr)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=2, max_size=7))
def test_any_history_of_a_month_ends_in_what_is_due(
    office: Office, steps: list[tuple[str, Any]]
) -> None:
    with rewound():
        who = at.worker(office, "30000")
        at.worker(office, "20000")
        command = {"employee": who.id, "valid_from": "2025-01-01", "benefit": "basic",
                   "insured_since": "2019-01-01"}  # fmt: skip
        do("hr.set_personal_status", command, actor=office.hr)
        for name, value in steps:
            # Nothing was due, the days overlap, the money is gone: nothing has changed then.
            with suppress(Refusal):
                _step(office, who, name, value)
            assert proven(office)
        do("accounts.unblock", {"deposit": who.account.id, "reason": "Знято"},
           actor=office.bank.supervisor)  # fmt: skip
        _settle(office)
        paid = sql.value(
            """SELECT sum(s.paid_minor)::bigint FROM hr_payslip s
                 JOIN hr_payroll r ON r.id = s.payroll_id AND r.state IN ('posted', 'reversed')
                WHERE s.employee_id = %(who)s AND NOT r.taken_back""",
            {"who": who.id},
        )
        assert who.account.minor == paid
        due = sql.value(
            """SELECT sum(s.net_minor)::bigint FROM hr_payslip s
                 JOIN hr_payroll r ON r.id = s.payroll_id AND r.state = 'posted'
                WHERE s.employee_id = %(who)s""",
            {"who": who.id},
        )
        # More only where too much was paid before, which is carried on.
        assert paid >= due
        assert proven(office)
        for payroll in Payroll.objects.filter(state="posted").order_by("-id"):
            reverse(office, payroll.id)
        once = [
            line.net_minor
            for line in earnings.compute(month=JANUARY, through=LAST, only=[])
            if line.employee == who.id
        ]
        assert sum(once) == due


def _settle(office: Office) -> None:
    """Pay whatever is still due for the month."""
    with suppress(NobodyToPay):
        at.pay(office)
    assert earnings.compute(month=JANUARY, through=LAST, only=[]) == []
