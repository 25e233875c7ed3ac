"""Pay is seen with the right alone: not in the journal, requests, effects, audit or refusals."""

import json
from typing import Any

import pytest
from auditlog.models import LogEntry

from apps.access import queries as access
from apps.control.door import preview
from apps.control.models import Approval, OperationRun
from apps.hr import payslips
from apps.hr.errors import PayHidden, PayMalformed
from apps.hr.payslips import PaySight
from apps.kernel import sql
from tests.evidence import refuse
from tests.factories import Bank, add_user, define_role, do
from tests.hr import office as at
from tests.hr.office import JANUARY, Office

# Amounts that can be no id, date or count: whoever finds one of them has seen pay.
SALARY, BONUS = "31313.17", "1717.31"
TOLD = ("31313", "1717", "3131317", "171731", "3303048", "33030")


def everything_written() -> str:
    """All that the journal, requests, the audit of rows and the outbox hold, as text."""
    journal = list(OperationRun.objects.values("command", "effect", "result", "refusal"))
    requests = list(Approval.objects.values("command", "meaning", "difference"))
    audit = list(LogEntry.objects.values("changes", "object_repr", "additional_data"))
    outbox = sql.rows("SELECT payload::text FROM control_outboxmessage")
    return json.dumps([journal, requests, audit, outbox], default=str)


def test_nothing_that_is_kept_of_operations_tells_pay(office: Office) -> None:
    who = at.worker(office, SALARY)
    do("hr.change_terms", {"employee": who.id, "valid_from": "2026-01-01", "salary": SALARY,
                           "position": office.position}, actor=office.hr)  # fmt: skip
    item = {"employee": who.id, "month": "2026-01-01", "kind": "bonus", "pay": BONUS,
            "reason": "Наказ 3"}  # fmt: skip
    preview("hr.add_pay_item", item, actor=office.payroll)
    do("hr.add_pay_item", item, actor=office.payroll)
    order = {"employee": who.id, "kind": "voluntary", "recipient": "Профспілка",
             "valid_from": "2026-01-01", "pay": BONUS}  # fmt: skip
    do("hr.order_deduction", order, actor=office.payroll)
    preview("hr.prepare_payroll", {"month": JANUARY}, actor=office.payroll)
    payroll = at.prepare(office)
    preview("hr.post_payroll", {"payroll": payroll}, actor=office.payroll)
    at.post(office, payroll)
    reversal = do("hr.reverse_payroll", {"payroll": payroll, "reason": "Проба"},
                  actor=office.payroll)  # fmt: skip
    at.agree(reversal, office.head)
    written = everything_written()
    assert "hr.post_payroll" in json.dumps(list(OperationRun.objects.values("operation")))
    assert [one for one in TOLD if one in written] == []
    [slip] = payslips.slips(payroll, sight=at.sight(office))
    net = str(slip.net_minor)
    assert (slip.gross_minor, len(net)) == (3_303_048, 7)
    assert net not in written
    assert str(slip.pit_minor) not in written


def test_a_refusal_does_not_tell_what_was_typed(office: Office) -> None:
    who = at.worker(office)
    wrong = {"employee": who.id, "month": "2026-01-01", "kind": "bonus", "pay": "31313,17",
             "reason": "Наказ 3"}  # fmt: skip
    line = refuse(PayMalformed, "hr.add_pay_item", wrong, actor=office.payroll)
    assert line.command["pay"] == "•••"
    assert "31313" not in everything_written()


def test_what_a_checker_signs_names_the_lines_by_their_digest(office: Office) -> None:
    at.worker(office, SALARY)
    payroll = at.prepare(office)
    do("hr.post_payroll", {"payroll": payroll}, actor=office.payroll)
    meaning: Any = Approval.objects.get(operation="hr.post_payroll").meaning
    digest = sql.value("SELECT digest FROM hr_payroll")
    assert meaning == {
        "operation": "hr.post_payroll",
        "version": 1,
        "command": {"payroll": payroll},
        "entries": [],
        "queries": 1,
        "rules": {"payroll": digest, "employees": 1},
    }


@pytest.mark.parametrize("role", ["accountant", "chief_accountant", "administrator", "supervisor"])
def test_other_departments_see_no_pay(bank: Bank, role: str) -> None:
    rights = access.rights(user=getattr(bank, role).user_id, date=bank.date)
    with pytest.raises(PayHidden):
        PaySight.of(rights)


def test_pay_is_seen_in_the_branches_of_the_right(office: Office) -> None:
    here = at.worker(office, SALARY)
    at.worker(office, SALARY, position=office.other_position)
    payroll = at.pay(office)
    role = define_role("hr.view_pay", actor=office.bank.administrator)
    local = add_user(actor=office.bank.administrator, role=role, branch=office.bank.branch)
    sight = PaySight.of(access.rights(user=local.user_id, date=office.bank.date))
    assert [one.employee for one in payslips.slips(payroll, sight=sight)] == [here.id]
    everyone = payslips.slips(payroll, sight=at.sight(office))
    assert len(everyone) == 2
    assert payslips.slip(everyone[1].id, sight=sight) is None
    assert payslips.slip(everyone[0].id, sight=sight) == everyone[0]
    [line] = payslips.payrolls(sight=sight)
    assert (line.totals.people, line.totals.gross_minor) == (1, 3_131_317)
    [cost] = payslips.cost_by_unit(first=JANUARY, last=JANUARY, sight=sight)
    assert cost.totals.people == 1
    assert payslips.compared(payroll, sight=sight)[0].people == 1
    assert {one.employee for one in payslips.warnings(payroll, sight=sight)} == {here.id}
    moved = {"employee": here.id, "valid_from": "2026-02-01", "salary": "50000",
             "position": office.other_position}  # fmt: skip
    do("hr.change_terms", moved, actor=office.hr)
    assert [one.salary_minor for one in payslips.salaries(here.id, sight=sight)] == [3_131_317]


def test_everybody_sees_their_own_payslips_once_posted(office: Office) -> None:
    who = at.worker(office, SALARY)
    person = add_user(actor=office.bank.administrator, role="teller", branch=office.bank.branch)
    link = {"employee": who.id, "user": person.user_id}
    at.agree(do("hr.grant_access", link, actor=office.hr), office.bank.administrator)
    payroll = at.prepare(office)
    assert payslips.own_slips(person.user_id) == []
    at.post(office, payroll)
    [slip] = payslips.own_slips(person.user_id)
    assert (slip.employee, slip.gross_minor) == (who.id, 3_131_317)
    assert payslips.own_slips(office.hr.user_id) == []
