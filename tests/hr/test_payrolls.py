"""A month's pay: prepared by one person, posted by two, corrected by differences."""

import datetime as dt
from typing import Any

from apps.accounts.models import Deposit
from apps.control import guarding
from apps.control.errors import PermissionMissing
from apps.eod import proofs
from apps.hr import payslips
from apps.hr.errors import (
    AlreadyCancelled,
    DateImpossible,
    DeductionMalformed,
    MoneySpent,
    NobodyToPay,
    NoPayRules,
    PayMalformed,
    PayrollStale,
    PayrollState,
    PercentOrAmount,
    ReverseLaterFirst,
)
from apps.hr.models import Payroll, Payslip
from apps.kernel import sql
from tests.cash.desk import gl_minor
from tests.evidence import refuse
from tests.factories import do
from tests.hr import office as at
from tests.hr.office import JANUARY, Office, Worker

PROOFS = (
    "hr.payrolls_equal_entries",
    "hr.payslips_are_their_parts",
    "hr.pay_follows_the_rules",
    "hr.salaries_payable_are_what_is_owed",
)


def proven(office: Office) -> bool:
    """Nothing contradicts the proofs of payrolls."""
    found = proofs.prove(PROOFS, date=office.bank.date)
    assert [one for one in found if one.violations] == []
    return True


def slip_of(office: Office, payroll: int, who: Worker) -> payslips.Slip:
    [found] = [
        one for one in payslips.slips(payroll, sight=at.sight(office)) if one.employee == who.id
    ]
    return found


def parts(slip: payslips.Slip) -> dict[str, tuple[int, int]]:
    return {one.kind: (one.amount_minor, one.days) for one in slip.parts}


def absent(office: Office, who: Worker, kind: str, first: str, last: str) -> int:
    command = {"employee": who.id, "kind": kind, "first_day": first, "last_day": last}
    absence: int = do("hr.record_leave", command, actor=office.hr).result["absence"]
    return absence


def item(office: Office, who: Worker, kind: str, pay: str) -> int:
    command = {"employee": who.id, "month": "2026-01-20", "kind": kind, "pay": pay,
               "reason": "Наказ 7"}  # fmt: skip
    made: int = do("hr.add_pay_item", command, actor=office.payroll).result["item"]
    return made


def status(office: Office, who: Worker, **fields: str) -> None:
    command = {"employee": who.id, "valid_from": "2025-01-01"} | fields
    do("hr.set_personal_status", command, actor=office.hr)


def reverse(office: Office, payroll: int, **fields: Any) -> None:
    command = {"payroll": payroll, "reason": "Помилка в табелі"} | fields
    parked = do("hr.reverse_payroll", command, actor=office.payroll)
    assert at.agree(parked, office.head)["state"] == "done"


def test_a_month_is_booked_by_cost_centre_and_paid_to_accounts(office: Office) -> None:
    first = at.worker(office, "30000")
    second = at.worker(office, "8647", position=office.other_position)
    payroll = at.prepare(office)
    assert first.account.minor == 0
    assert sql.value("SELECT count(*) FROM ledger_entry") == 0

    at.post(office, payroll)
    assert first.account.minor == 2_310_000
    assert second.account.minor == 665_819
    here, there = office.bank.branch, office.bank.other_branch
    assert gl_minor("7400", branch=here) == 3_000_000
    assert gl_minor("7401", branch=here) == 660_000
    assert gl_minor("3622", branch=here) == -(540_000 + 150_000 + 660_000)
    assert gl_minor("3652", branch=here) == 0
    assert gl_minor("7400", branch=there) == 864_700
    assert gl_minor("3622", branch=there) == -(155_646 + 43_235 + 190_234)
    kinds = sql.rows("SELECT kind, count(*) FROM ledger_entry GROUP BY kind ORDER BY kind")
    assert kinds == [("hr.net_pay", 1), ("hr.payroll", 1)]
    slip = slip_of(office, payroll, first)
    assert (slip.gross_minor, slip.pit_minor, slip.levy_minor) == (3_000_000, 540_000, 150_000)
    assert (slip.net_minor, slip.paid_minor, slip.contribution_minor) == (
        2_310_000, 2_310_000, 660_000,
    )  # fmt: skip
    assert (slip.norm_days, slip.worked_days) == (22, 22)
    assert (slip.state, slip.account) == ("posted", first.account.number)
    assert proven(office)


def test_an_advance_and_the_final_pay_are_the_month(office: Office) -> None:
    who = at.worker(office, "30000")
    advance = at.pay(office, through="2026-01-15")
    slip = slip_of(office, advance, who)
    # 11 of 22 working days; taxes of it, and the benefit waits for the whole month.
    assert (slip.gross_minor, slip.worked_days) == (1_500_000, 11)
    assert who.account.minor == 1_500_000 - 270_000 - 75_000
    final = at.pay(office)
    slip = slip_of(office, final, who)
    assert (slip.gross_minor, slip.pit_minor, slip.levy_minor) == (1_500_000, 270_000, 75_000)
    assert slip.contribution_minor == 330_000
    assert who.account.minor == 2_310_000
    assert proven(office)
    # Nothing is left to be paid.
    refuse(NobodyToPay, "hr.prepare_payroll", {"month": JANUARY}, actor=office.payroll)


def test_the_benefit_and_the_least_base_are_judged_by_the_whole_month(office: Office) -> None:
    who = at.worker(office, "4500", post_percent=50)
    status(office, who, benefit="basic")
    at.pay(office, through="2026-01-15")
    advance = slip_of(office, Payroll.objects.get().id, who)
    assert (advance.pit_minor, advance.benefit_minor, advance.base_minor) == (40_500, 0, 225_000)
    final = slip_of(office, at.pay(office), who)
    # The month is P08 of the published cases: 510.48 of tax, and 1 902.34 of contribution.
    assert final.pit_minor == 51_048 - 40_500
    assert final.benefit_minor == 166_400
    assert advance.contribution_minor + final.contribution_minor == 190_234
    assert who.account.minor == 376_452
    assert proven(office)


def test_a_correction_pays_the_difference(office: Office) -> None:
    who = at.worker(office, "30000")
    at.pay(office)
    item(office, who, "bonus", "1000")
    second = slip_of(office, at.pay(office), who)
    assert parts(second) == {"bonus": (100_000, 0)}
    assert (second.pit_minor, second.levy_minor, second.net_minor) == (18_000, 5_000, 77_000)
    assert who.account.minor == 2_387_000
    # A day of unpaid leave becomes known: too much was paid, and it is carried on.
    absent(office, who, "unpaid", "2026-01-20", "2026-01-20")
    third = slip_of(office, at.pay(office), who)
    assert parts(third) == {"salary": (-136_364, -1)}
    assert (third.net_minor, third.paid_minor) == (-105_000, 0)
    assert proven(office)
    item(office, who, "award", "2000")
    fourth = slip_of(office, at.pay(office), who)
    assert (fourth.brought_minor, fourth.net_minor) == (-105_000, 154_000)
    assert who.account.minor == 2_387_000 + 154_000 - 105_000
    assert proven(office)


def test_leave_is_paid_by_average_earnings(office: Office) -> None:
    who = at.worker(office, "30000")
    absent(office, who, "annual", "2026-01-12", "2026-01-25")
    slip = slip_of(office, at.pay(office), who)
    # No earnings before: by the salary, 30 000 / 30.44 a day. Ten working days are missed.
    assert parts(slip) == {"salary": (1_636_364, 12), "leave": (98_555 * 14, 14)}
    assert proven(office)


def test_leave_is_paid_by_the_earnings_of_the_months_before(office: Office) -> None:
    office = at.move_to(office, dt.date(2026, 2, 2))
    who = at.worker(office, "31000")
    status(office, who, insured_since="2020-01-01")
    item(office, who, "bonus", "3100")
    item(office, who, "award", "50000")
    at.pay(office)
    absent(office, who, "annual", "2026-02-02", "2026-02-08")
    absent(office, who, "sick", "2026-02-09", "2026-02-18")
    slip = slip_of(office, at.pay(office, dt.date(2026, 2, 1)), who)
    # 34 100 over 31 days: an award once is no part of the average. Insured for six years: 70 %.
    daily, sick = 110_000, 77_000
    assert parts(slip) == {
        "salary": (1_085_000, 7),
        "leave": (daily * 7, 7),
        "sick": (sick * 5, 5),
        "sick_fund": (sick * 5, 5),
    }
    here = office.bank.branch
    assert gl_minor("3522", branch=here) == sick * 5
    assert proven(office)


def test_sick_leave_over_two_months_has_five_days_of_the_employer(office: Office) -> None:
    office = at.move_to(office, dt.date(2026, 2, 2))
    who = at.worker(office, "30440")
    status(office, who, insured_since="2010-01-01")
    absent(office, who, "sick", "2026-01-29", "2026-02-04")
    january = parts(slip_of(office, at.pay(office), who))
    assert january["sick"] == (300_000, 3)
    assert "sick_fund" not in january
    february = parts(slip_of(office, at.pay(office, dt.date(2026, 2, 1)), who))
    assert (february["sick"][1], february["sick_fund"][1]) == (2, 2)


def test_a_leaver_is_paid_for_unused_leave(office: Office) -> None:
    who = at.worker(office, "30000")
    command = {"employee": who.id, "last_day": "2026-01-09", "reason": "За власним бажанням"}
    do("hr.dismiss", command, actor=office.hr)
    slip = slip_of(office, at.pay(office, through="2026-01-09"), who)
    # 374 days make 24.59 days of leave, of which whole ones are paid.
    assert parts(slip) == {"salary": (954_545, 7), "compensation": (98_555 * 24, 24)}
    assert slip.worked_days == 7
    # Left before the month was over: the least base does not count, and the month is settled.
    refuse(NobodyToPay, "hr.prepare_payroll", {"month": JANUARY}, actor=office.payroll)
    assert proven(office)


def test_a_raise_and_a_move_within_the_month(office: Office) -> None:
    who = at.worker(office, "22000")
    change = {"employee": who.id, "valid_from": "2026-01-19", "salary": "44000",
              "position": office.other_position}  # fmt: skip
    do("hr.change_terms", change, actor=office.hr)
    slip = slip_of(office, at.pay(office), who)
    # Twelve days at 1 000 and ten at 2 000; the cost is that of the unit at the month's end.
    assert parts(slip) == {"salary": (3_200_000, 22)}
    assert gl_minor("7400", branch=office.bank.other_branch) == 3_200_000
    assert gl_minor("7400", branch=office.bank.branch) == 0


def test_deductions_keep_within_the_law(office: Office) -> None:
    who = at.worker(office, "30000")
    order = {"employee": who.id, "recipient": "Стягувач", "valid_from": "2026-01-01"}
    fine = order | {"kind": "enforcement", "pay": "9000"}
    do("hr.order_deduction", fine, actor=office.payroll)
    union = do(
        "hr.order_deduction", order | {"kind": "voluntary", "percent": "1"}, actor=office.payroll
    ).result["order"]
    slip = slip_of(office, at.pay(office), who)
    assert slip.deducted_minor == 462_000 + 23_100
    assert who.account.minor == 2_310_000 - 485_100
    assert gl_minor("3653", branch=office.bank.branch) == -485_100
    assert [one.recipient for one in slip.parts if one.kind == "deduction"] == ["Стягувач"] * 2
    assert proven(office)
    for wrong in ({"kind": "tithe"}, {"recipient": "х"}):
        line = refuse(DeductionMalformed, "hr.order_deduction", fine | wrong, actor=office.payroll)
        assert (line.command["kind"], line.command["recipient"]) == ("•••", "•••")
    for wrong in ({"percent": "0"}, {"percent": "100.01"}, {"percent": "1.234"}, {"percent": "x"},
                  {}, {"percent": "1", "pay": "1"}):  # fmt: skip
        refuse(PercentOrAmount, "hr.order_deduction", order | {"kind": "voluntary"} | wrong,
               actor=office.payroll)  # fmt: skip
    refuse(PayMalformed, "hr.order_deduction", order | {"kind": "voluntary", "pay": "-1"},
           actor=office.payroll)  # fmt: skip
    do("hr.end_deduction", {"order": union, "last_date": "2026-01-01"}, actor=office.payroll)
    refuse(AlreadyCancelled, "hr.end_deduction", {"order": union, "last_date": "2026-12-31"},
           actor=office.payroll)  # fmt: skip


def test_aid_has_an_account_of_its_own_and_an_item_can_be_taken_back(office: Office) -> None:
    who = at.worker(office, "30000")
    item(office, who, "aid", "5000")
    mistake = item(office, who, "allowance", "700")
    cancel = {"item": mistake, "reason": "Не той працівник"}
    do("hr.cancel_pay_item", cancel, actor=office.payroll)
    refuse(AlreadyCancelled, "hr.cancel_pay_item", cancel, actor=office.payroll)
    slip = slip_of(office, at.pay(office), who)
    assert parts(slip) == {"salary": (3_000_000, 22), "aid": (500_000, 0)}
    assert gl_minor("7403", branch=office.bank.branch) == 500_000
    assert proven(office)


def test_pay_waits_for_an_account_that_takes_money(office: Office) -> None:
    who, other = at.worker(office, "30000"), at.worker(office, "30000")
    block = {"deposit": who.account.id, "reason": "Арешт", "debits": False, "credits": True}
    do("accounts.block", block, actor=office.bank.supervisor)
    payroll = at.pay(office)
    assert (who.account.minor, other.account.minor) == (0, 2_310_000)
    assert gl_minor("3652", branch=office.bank.branch) == -2_310_000
    warned = payslips.warnings(payroll, sight=at.sight(office))
    assert [one.employee for one in warned if one.code == "account"] == [who.id]
    assert proven(office)
    do("accounts.unblock", {"deposit": who.account.id, "reason": "Знято"},
       actor=office.bank.supervisor)  # fmt: skip
    second = slip_of(office, at.pay(office), who)
    assert (second.net_minor, second.brought_minor, second.paid_minor) == (0, 2_310_000, 2_310_000)
    assert who.account.minor == 2_310_000
    assert gl_minor("3652", branch=office.bank.branch) == 0
    assert proven(office)


def test_who_has_left_is_paid_what_waited(office: Office) -> None:
    """An account that took no money when its owner left; nothing else is paid twice."""
    who = at.worker(office, "30000")
    command = {"employee": who.id, "last_day": "2026-01-30", "reason": "За власним бажанням"}
    do("hr.dismiss", command, actor=office.hr)
    block = {"deposit": who.account.id, "reason": "Арешт", "debits": False, "credits": True}
    do("accounts.block", block, actor=office.bank.supervisor)
    owed = slip_of(office, at.pay(office), who)
    assert (owed.paid_minor, who.account.minor) == (0, 0)
    do("accounts.unblock", {"deposit": who.account.id, "reason": "Знято"},
       actor=office.bank.supervisor)  # fmt: skip
    office = at.move_to(office, dt.date(2026, 2, 2))
    slip = slip_of(office, at.pay(office, dt.date(2026, 2, 1)), who)
    assert (slip.net_minor, slip.parts) == (0, [])
    assert who.account.minor == slip.paid_minor == owed.net_minor > 0
    assert proven(office)
    refuse(NobodyToPay, "hr.prepare_payroll", {"month": "2026-02-01"}, actor=office.payroll)


def test_a_payroll_is_reversed_with_the_money(office: Office) -> None:
    who = at.worker(office, "30000")
    payroll = at.pay(office)
    reverse(office, payroll, take_back=True)
    assert who.account.minor == 0
    for code in ("7400", "7401", "3622", "3652"):
        assert gl_minor(code, branch=office.bank.branch) == 0
    assert proven(office)
    again = slip_of(office, at.pay(office), who)
    assert (again.gross_minor, again.brought_minor, again.paid_minor) == (3_000_000, 0, 2_310_000)
    assert proven(office)


def test_a_payroll_is_reversed_and_the_money_stays(office: Office) -> None:
    who = at.worker(office, "30000")
    payroll = at.pay(office)
    reverse(office, payroll)
    assert who.account.minor == 2_310_000
    assert gl_minor("7400", branch=office.bank.branch) == 0
    assert gl_minor("3652", branch=office.bank.branch) == 2_310_000
    assert proven(office)
    absent(office, who, "unpaid", "2026-01-20", "2026-01-20")
    again = slip_of(office, at.pay(office), who)
    assert (again.brought_minor, again.paid_minor) == (-2_310_000, 0)
    assert again.net_minor == 2_310_000 - 105_000
    assert proven(office)


def test_what_cannot_be_reversed_is_refused(office: Office) -> None:
    who = at.worker(office, "30000")
    advance = at.pay(office, through="2026-01-15")
    final = at.pay(office)
    command = {"payroll": advance, "reason": "Помилка"}
    refuse(ReverseLaterFirst, "hr.reverse_payroll", command, actor=office.payroll)
    deposit = Deposit.objects.get(id=who.account.id)
    do("accounts.place_hold", {"deposit": deposit.id, "reason": "Арешт",
       "amount": {"amount": "2310000.00", "currency": "UAH"}},
       actor=office.bank.supervisor)  # fmt: skip
    taking = {"payroll": final, "reason": "Помилка", "take_back": True}
    line = refuse(MoneySpent, "hr.reverse_payroll", taking, actor=office.payroll)
    assert line.refusal is not None
    assert line.refusal["data"] == {"accounts": 1}
    reverse(office, final)
    reverse(office, advance)
    refuse(PayrollState, "hr.reverse_payroll", command, actor=office.payroll)
    assert proven(office)


def test_a_draft_is_posted_as_it_was_seen_or_not_at_all(office: Office) -> None:
    who = at.worker(office, "30000")
    first = at.prepare(office)
    parked = do("hr.post_payroll", {"payroll": first}, actor=office.payroll)
    item(office, who, "bonus", "1")
    meaning = sql.value("SELECT meaning_hash FROM control_approval ORDER BY id DESC LIMIT 1")
    vote = {"approval": parked.approval_id, "meaning": meaning}
    refuse(PayrollStale, "control.approve", vote, actor=office.head)
    second = at.prepare(office)
    assert Payroll.objects.get(id=first).state == "discarded"
    refuse(PayrollState, "hr.post_payroll", {"payroll": first}, actor=office.payroll)
    at.post(office, second)
    refuse(PayrollState, "hr.post_payroll", {"payroll": second}, actor=office.payroll)
    assert Payslip.objects.filter(payroll=first).count() == 1


def test_some_are_paid_alone(office: Office) -> None:
    one, other = at.worker(office, "30000"), at.worker(office, "30000")
    at.pay(office, employees=[one.id])
    assert (one.account.minor, other.account.minor) == (2_310_000, 0)
    at.pay(office)
    assert (one.account.minor, other.account.minor) == (2_310_000, 2_310_000)
    assert proven(office)


def test_a_payroll_of_an_impossible_month_is_refused(office: Office) -> None:
    at.worker(office, hired_on=dt.date(2015, 1, 1))
    for refusal, command in (
        (DateImpossible, {"month": "2026-02-01"}),
        (DateImpossible, {"month": "2026-01-01", "through": "2026-02-01"}),
        (NoPayRules, {"month": "2022-12-01"}),
        (NobodyToPay, {"month": "2026-01-01", "employees": [10**9]}),
    ):
        refuse(refusal, "hr.prepare_payroll", command, actor=office.payroll)
    refuse(PermissionMissing, "hr.prepare_payroll", {"month": "2026-01-01"}, actor=office.hr)


def test_the_proofs_find_what_is_not_so(office: Office) -> None:
    """A component that was added behind the back of a posted payroll, as SQL alone can do."""
    at.worker(office, "30000")
    at.pay(office)
    assert proven(office)
    with guarding.door_open():
        sql.rows(
            """INSERT INTO hr_payslippart (payslip_id, kind, amount_minor, days)
               SELECT id, 'bonus', 500, 0 FROM hr_payslip"""
        )
    found = {one.name: one.violations for one in proofs.prove(PROOFS, date=office.bank.date)}
    assert found == {
        "hr.payrolls_equal_entries": 1,
        "hr.payslips_are_their_parts": 1,
        "hr.pay_follows_the_rules": 0,
        "hr.salaries_payable_are_what_is_owed": 0,
    }
