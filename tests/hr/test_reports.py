"""Reports of staff and pay: each one statement, each equal to what the tables add up to."""

import datetime as dt

from apps.control.errors import PermissionMissing
from apps.hr import payslips, queries
from apps.hr.reports import HEADCOUNT, LEAVE_BALANCES, PAYROLL_COST, STAFFING_PLAN
from apps.kernel import sql
from apps.reporting import making
from apps.reporting import queries as reporting
from apps.reporting.declarations import Report
from apps.reporting.rules import content
from apps.reporting.tables import Table, table
from tests.cash.desk import gl_minor
from tests.evidence import refuse, statements
from tests.factories import do
from tests.hr import office as at
from tests.hr.office import JANUARY, Office


def test_headcount_and_turnover(office: Office) -> None:
    stays, leaves = at.worker(office), at.worker(office)
    at.worker(office, hired_on=dt.date(2026, 1, 12))
    do("hr.dismiss", {"employee": leaves.id, "last_day": "2026-01-20", "reason": "За угодою"},
       actor=office.hr)  # fmt: skip
    do("hr.change_terms", {"employee": stays.id, "valid_from": "2026-01-15", "salary": "30000",
                           "position": office.other_position}, actor=office.hr)  # fmt: skip
    found = queries.headcount(first=JANUARY, last=dt.date(2026, 1, 31), branches=None)
    lines = {one.unit: one for one in found}
    here, there = lines[office.unit], lines[office.other_unit]
    assert (here.at_start, here.came, here.gone, here.at_end) == (2, 1, 1, 1)
    assert here.turnover_percent == 66.7
    assert (there.at_start, there.came, there.gone, there.at_end) == (0, 0, 0, 1)


def test_the_staffing_plan_shows_who_is_lacking(office: Office) -> None:
    position = at.plan(office.hr, office.unit, posts=3, code="THREE")
    at.worker(office, position=position, post_percent=50, salary="10000")
    at.worker(office, position=position)
    [line] = [
        one
        for one in queries.staffing_plan(on=office.bank.date, branches=None)
        if one.code == "THREE"
    ]
    assert (line.planned_percent, line.taken_percent, line.people) == (300, 150, 2)
    assert line.free_percent == 150


def test_the_cost_of_pay_is_that_of_the_book(office: Office) -> None:
    at.worker(office, "30000")
    at.worker(office, "20000", position=office.other_position)
    at.pay(office, through="2026-01-15")
    at.pay(office)
    lines = payslips.cost_by_unit(first=JANUARY, last=JANUARY, sight=at.sight(office))
    assert [(one.unit, one.totals.people, one.totals.cost_minor) for one in lines] == [
        (office.unit, 1, 3_660_000),
        (office.other_unit, 1, 2_440_000),
    ]
    booked = sum(
        gl_minor(code, branch=branch)
        for code in ("7400", "7401")
        for branch in (office.bank.branch, office.bank.other_branch)
    )
    assert booked == sum(one.totals.cost_minor for one in lines)


def test_a_month_is_compared_with_the_one_before_and_warns(office: Office) -> None:
    office = at.move_to(office, dt.date(2026, 2, 2))
    usual, raised = at.worker(office, "30000"), at.worker(office, "20000")
    at.pay(office)
    do("hr.change_terms", {"employee": raised.id, "valid_from": "2026-02-01", "salary": "25000",
                           "position": office.position}, actor=office.hr)  # fmt: skip
    newcomer = at.worker(office, hired_on=dt.date(2026, 2, 1))
    february = at.prepare(office, dt.date(2026, 2, 1))
    now, before = payslips.compared(february, sight=at.sight(office))
    assert (now.people, now.gross_minor) == (3, 8_500_000)
    assert (before.people, before.gross_minor) == (2, 5_000_000)
    warned = payslips.warnings(february, sight=at.sight(office))
    assert [(one.code, one.employee, one.before_minor, one.now_minor) for one in warned] == [
        ("changed", raised.id, 2_000_000, 2_500_000),
        ("first", newcomer.id, 0, 3_000_000),
    ]
    # Sick in January, known in February: the month before should be prepared again.
    late = {"employee": usual.id, "kind": "sick", "first_day": "2026-01-12",
            "last_day": "2026-01-14"}  # fmt: skip
    do("hr.record_leave", late, actor=office.hr)
    codes = {
        (one.code, one.employee) for one in payslips.warnings(february, sight=at.sight(office))
    }
    assert ("late", usual.id) in codes
    do("hr.add_pay_item", {"employee": raised.id, "month": "2026-01-01", "kind": "bonus",
                           "pay": "10", "reason": "Наказ"}, actor=office.payroll)  # fmt: skip
    codes = {
        (one.code, one.employee) for one in payslips.warnings(february, sight=at.sight(office))
    }
    assert ("late", raised.id) in codes
    january = at.pay(office)
    assert ("insurance", usual.id) in {
        (one.code, one.employee) for one in payslips.warnings(january, sight=at.sight(office))
    }
    again = at.prepare(office, dt.date(2026, 2, 1))
    codes = {(one.code, one.employee) for one in payslips.warnings(again, sight=at.sight(office))}
    assert ("late", usual.id) not in codes


def test_every_report_is_one_statement(office: Office) -> None:
    who = at.worker(office)
    payroll = at.pay(office)
    sight, on = at.sight(office), office.bank.date
    slip = payslips.slips(payroll, sight=sight)[0].id
    for read in (
        lambda: queries.staffing_plan(on=on, branches=None),
        lambda: queries.headcount(first=JANUARY, last=on, branches=None),
        lambda: queries.leave_balances(on=on, branches=None),
        lambda: queries.members(on=on, branches=None),
        lambda: queries.member(who.id, on=on, branches=None),
        lambda: queries.units(branches=None),
        lambda: queries.career(who.id),
        lambda: queries.absences(who.id),
        lambda: queries.in_hands(office.hr.user_id, date=on),
        lambda: payslips.slip(slip, sight=sight),
        lambda: payslips.slips(payroll, sight=sight),
        lambda: payslips.payrolls(sight=sight),
        lambda: payslips.compared(payroll, sight=sight),
        lambda: payslips.warnings(payroll, sight=sight),
        lambda: payslips.cost_by_unit(first=JANUARY, last=JANUARY, sight=sight),
        lambda: payslips.salaries(who.id, sight=sight),
        lambda: payslips.own_slips(office.hr.user_id),
        lambda: payslips.of_employee(who.id, sight=sight),
        lambda: payslips.items(who.id, sight=sight),
        lambda: payslips.orders(who.id, sight=sight),
    ):
        with statements() as seen:
            read()
        assert len(seen) == 1


def test_a_list_of_the_staff_goes_page_by_page(office: Office) -> None:
    hired = [at.worker(office).id for _ in range(3)]
    on = office.bank.date
    first = queries.members(on=on, branches=None, limit=2)
    rest = queries.members(on=on, branches=None, after=(first[-1].key, first[-1].id))
    assert [one.id for one in [*first, *rest]] == hired
    found = queries.member(hired[0], on=on, branches=frozenset({office.bank.other_branch}))
    assert found is None
    do("hr.dismiss", {"employee": hired[0], "last_day": "2026-01-05", "reason": "За угодою"},
       actor=office.hr)  # fmt: skip
    assert len(queries.members(on=on, branches=None)) == 3
    later = dt.date(2026, 1, 6)
    assert [one.id for one in queries.members(on=later, branches=None, gone=True)] == hired[:1]
    assert sql.value("SELECT count(*) FROM hr_employee") == 3


# --- As declared reports ------------------------------------------------------------------------


def told(report: Report, *, start: dt.date, end: dt.date, branch: int | None = None) -> Table:
    given = making.parameters(report, today=end, start=start, end=end, branch=branch)
    return table(content(making.make(report, given, reporting.knowledge_at(None))))


def cells(found: Table, row: str) -> dict[str, int]:
    line = next(one for one in found.rows if one.code == row)
    return {cell.column: cell.minor for cell in line.cells}


def test_declared_reports_say_what_the_screens_say(office: Office) -> None:
    stays, leaves = at.worker(office), at.worker(office, position=office.other_position)
    do("hr.dismiss", {"employee": leaves.id, "last_day": "2026-01-20", "reason": "За угодою"},
       actor=office.hr)  # fmt: skip
    last = dt.date(2026, 1, 31)

    plan = told(STAFFING_PLAN, start=JANUARY, end=last)
    lines = queries.staffing_plan(on=last, branches=None)
    assert cells(plan, "position") == {
        "planned": sum(one.planned_percent for one in lines),
        "taken": 100,
        "free": sum(one.free_percent for one in lines),
        "people": 1,
        "people_before": 2,
    }
    heads = told(HEADCOUNT, start=JANUARY, end=last)
    assert cells(heads, "unit") == {"start": 2, "came": 0, "gone": 1, "end": 1, "turnover": 6_667}
    here = told(HEADCOUNT, start=JANUARY, end=last, branch=office.bank.branch)
    assert cells(here, "unit") == {"start": 1, "came": 0, "gone": 0, "end": 1, "turnover": 0}
    [balance] = [
        one
        for one in queries.leave_balances(on=last, branches=None)
        if (one.employee, one.kind) == (stays.id, "annual")
    ]
    leave = told(LEAVE_BALANCES, start=JANUARY, end=last)
    assert cells(leave, f"employee.{stays.number} annual")["left"] == balance.left_hundredths
    name = next(one.label for one in leave.rows if one.code == f"employee.{stays.number} annual")
    assert balance.full_name in name.uk


def test_the_declared_cost_of_pay_is_that_of_the_ledger(office: Office) -> None:
    at.worker(office, "30000")
    at.worker(office, "20000", position=office.other_position)
    at.pay(office)
    found = told(PAYROLL_COST, start=JANUARY, end=dt.date(2026, 1, 31))
    booked = sql.value(
        """SELECT sum(p.amount_minor)::bigint FROM ledger_posting p
             JOIN ledger_entry e ON e.id = p.entry_id AND e.kind = 'hr.payroll'
             JOIN ledger_account a ON a.id = p.account_id
             JOIN ledger_glaccount g ON g.id = a.gl_account_id AND g.kind = 'expense'"""
    )
    total = cells(found, "unit")
    assert (total["people"], total["cost"]) == (2, booked) == (2, 6_100_000)
    assert total["gross"] + total["contribution"] == booked


def test_reports_of_people_are_kept_and_not_made_again(office: Office) -> None:
    at.worker(office)
    kept = do("reporting.keep_report", {"report": "headcount"}, actor=office.hr).result["kept"]
    assert reporting.kept(kept) is not None
    refuse(PermissionMissing, "reporting.keep_report", {"report": "payroll_cost"},
           actor=office.bank.accountant)  # fmt: skip
    assert not HEADCOUNT.retold


def test_declared_reports_ask_as_much_for_many_people_as_for_few(office: Office) -> None:
    def asked() -> list[int]:
        found = []
        for report in (STAFFING_PLAN, HEADCOUNT, LEAVE_BALANCES, PAYROLL_COST):
            with statements() as seen:
                told(report, start=JANUARY, end=dt.date(2026, 1, 31))
            found.append(len(seen))
        return found

    at.worker(office)
    at.pay(office)
    few = asked()
    for _ in range(3):
        at.worker(office)
    at.pay(office)
    assert asked() == few
    assert max(few) <= 11
