"""Leave: balances that grow by the day, requests that somebody agrees to, absences apart."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.control import guarding
from apps.control.errors import NotFound
from apps.hr import queries, rules
from apps.hr.errors import (
    AbsentTwice,
    AlreadyCancelled,
    DateImpossible,
    EmployeeLeft,
    LeaveTooLong,
    NotEmployee,
    NotEnoughLeave,
)
from apps.hr.models import Absence
from apps.kernel import sql
from tests.evidence import refuse
from tests.factories import add_user, do
from tests.hr import office as at
from tests.hr.office import HIRED, Office


def leave(who: at.Worker, first: str, last: str, kind: str = "annual") -> dict[str, Any]:
    return {"employee": who.id, "kind": kind, "first_day": first, "last_day": last}


def left(office: Office, who: at.Worker, on: dt.date, kind: str = "annual") -> int:
    found = queries.leave_balances(on=on, branches=None, employees=[who.id])
    [line] = [one for one in found if one.kind == kind]
    return line.left_hundredths


def test_leave_is_recorded_and_taken_off_the_balance(office: Office) -> None:
    who = at.worker(office)
    on = office.bank.date
    before = left(office, who, on)
    assert before == rules.leave_earned(24, hired_on=HIRED, on=on)
    done = do("hr.record_leave", leave(who, "2026-02-02", "2026-02-15"), actor=office.hr)
    assert left(office, who, on) == before - 1_400
    [line] = queries.absences(who.id)
    assert (line.id, line.kind, line.first_day, line.cancelled_on) == (
        done.result["absence"], "annual", dt.date(2026, 2, 2), None,
    )  # fmt: skip
    cancel = {"absence": line.id, "reason": "Відкликано з відпустки"}
    do("hr.cancel_leave", cancel, actor=office.hr)
    assert left(office, who, on) == before
    refuse(AlreadyCancelled, "hr.cancel_leave", cancel, actor=office.hr)
    # The days are free again.
    do("hr.record_leave", leave(who, "2026-02-02", "2026-02-08"), actor=office.hr)


def test_a_leave_that_cannot_be_is_refused(office: Office) -> None:
    who = at.worker(office)
    do("hr.record_leave", leave(who, "2026-02-02", "2026-02-08"), actor=office.hr)
    for refusal, command in (
        (AbsentTwice, leave(who, "2026-02-08", "2026-02-09")),
        (LeaveTooLong, leave(who, "2026-03-05", "2026-03-04")),
        (LeaveTooLong, leave(who, "2026-03-05", "2031-03-04", "childcare")),
        (DateImpossible, leave(who, "2024-12-30", "2025-01-03")),
        # 48 days may be taken in the second working year, of which 7 are.
        (NotEnoughLeave, leave(who, "2026-03-01", "2026-04-11")),
        (NotEnoughLeave, leave(who, "2026-03-01", "2026-03-01", "extra")),
        (NotFound, leave(who, "2026-03-01", "2026-03-02", "sabbatical")),
    ):
        refuse(refusal, "hr.record_leave", command, actor=office.hr)
    do("hr.record_leave", leave(who, "2026-03-01", "2026-04-10"), actor=office.hr)
    left_on = {"employee": who.id, "last_day": "2026-05-01", "reason": "За власним бажанням"}
    do("hr.dismiss", left_on, actor=office.hr)
    refuse(
        EmployeeLeft, "hr.record_leave", leave(who, "2026-05-01", "2026-05-02", "unpaid"),
        actor=office.hr,
    )  # fmt: skip


def test_the_database_itself_keeps_absences_apart(office: Office) -> None:
    who = at.worker(office)
    do("hr.record_leave", leave(who, "2026-02-02", "2026-02-08"), actor=office.hr)
    with pytest.raises(IntegrityError), guarding.door_open(), transaction.atomic():
        sql.rows(
            """INSERT INTO hr_absence (employee_id, kind_id, first_day, last_day, order_number,
                                       run_id)
               SELECT employee_id, kind_id, last_day, last_day, '', run_id FROM hr_absence"""
        )
    assert Absence.objects.count() == 1


def test_days_are_given_and_taken_back_with_a_reason(office: Office) -> None:
    who = at.worker(office)
    command = {"employee": who.id, "kind": "extra", "days_hundredths": 700,
               "reason": "Ненормований робочий день"}  # fmt: skip
    do("hr.adjust_leave", command, actor=office.hr)
    do("hr.record_leave", leave(who, "2026-03-01", "2026-03-07", "extra"), actor=office.hr)
    assert left(office, who, office.bank.date, "extra") == 0
    do("hr.adjust_leave", command | {"days_hundredths": -100}, actor=office.hr)
    assert left(office, who, office.bank.date, "extra") == -100
    refuse(NotFound, "hr.adjust_leave", command | {"kind": "none"}, actor=office.hr)


def test_a_person_asks_and_the_staff_department_agrees(office: Office) -> None:
    who = at.worker(office)
    person = add_user(actor=office.bank.administrator, role="teller", branch=office.bank.branch)
    link = {"employee": who.id, "user": person.user_id}
    at.agree(do("hr.grant_access", link, actor=office.hr), office.bank.administrator)
    asked = {"kind": "annual", "first_day": "2026-02-02", "last_day": "2026-02-08"}
    parked = do("hr.request_leave", asked, actor=person)
    assert (parked.outcome, Absence.objects.count()) == ("parked", 0)
    assert at.agree(parked, office.hr)["state"] == "done"
    assert Absence.objects.get().employee_id == who.id

    declined = do("hr.request_leave", asked | {"first_day": "2026-06-01", "last_day": "2026-06-07"},
                  actor=person)  # fmt: skip
    no = {"approval": declined.approval_id, "reason": "Двоє вже у відпустці"}
    do("control.decline", no, actor=office.hr)
    assert Absence.objects.count() == 1
    refuse(AbsentTwice, "hr.request_leave", asked, actor=person)
    refuse(NotEmployee, "hr.request_leave", asked, actor=office.bank.teller)


@pytest.fixture
def settled(office: Office) -> at.Worker:
    """Somebody who cared for a child for a month, which counts for no working year."""
    who = at.worker(office)
    do("hr.record_leave", leave(who, "2025-03-01", "2025-03-31", "childcare"), actor=office.hr)
    return who


@given(st.dates(dt.date(2025, 4, 1), dt.date(2035, 12, 31)))
def test_balances_read_are_those_of_the_rules(
    office: Office, settled: at.Worker, on: dt.date
) -> None:
    """The report computes in SQL what the rules say in Python."""
    due = rules.leave_earned(24, hired_on=HIRED, on=on, unpaid_days=31)
    assert left(office, settled, on) == due
