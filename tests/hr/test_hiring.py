"""People are hired into free posts, and their terms are versions that stay."""

import datetime as dt

import pytest

from apps.control.errors import NotFound, PermissionMissing
from apps.hr import payslips, queries
from apps.hr.errors import (
    AccountUnfit,
    AlreadyEmployed,
    BelowMinimumWage,
    DateImpossible,
    OwnAffairs,
    PayMalformed,
    PositionFull,
    StatusMalformed,
    TermOfContract,
)
from apps.hr.models import Employee, PersonalStatus, Terms
from apps.kernel import sql
from tests.cash import desk
from tests.evidence import refuse
from tests.factories import add_user, do
from tests.hr import office as at
from tests.hr.office import HIRED, Office


def somebody(office: Office) -> tuple[desk.Opened, int]:
    account = desk.deposit(office.bank)
    customer = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": account.id}
    )
    return account, customer


def test_somebody_is_hired(office: Office) -> None:
    first, second = at.worker(office), at.worker(office, post_percent=50, salary="5000")
    assert int(second.number) == int(first.number) + 1
    who = Employee.objects.get(id=first.id)
    assert (who.customer_id, who.deposit_id, who.hired_on) == (
        first.customer, first.account.id, HIRED,
    )  # fmt: skip
    assert (who.left_on, who.user_id) == (None, None)
    [line] = [
        one
        for one in queries.staffing_plan(on=office.bank.date, branches=None)
        if one.position == office.position
    ]
    assert (line.taken_percent, line.people) == (150, 2)
    found = queries.members(on=office.bank.date, branches=frozenset({office.bank.branch}))
    assert [one.id for one in found] == [first.id, second.id]
    assert found[0].full_name == "Шевченко Оксана"
    assert queries.members(on=office.bank.date, branches=frozenset()) == []


def test_hiring_is_refused_where_it_cannot_be(office: Office) -> None:
    account, customer = somebody(office)
    stranger, _ = somebody(office)
    euros = desk.deposit(office.bank, currency="EUR")
    command = at.hiring(office, account, customer)
    full = at.plan(office.hr, office.unit, posts=0)
    for refusal, change in (
        (AccountUnfit, {"deposit": stranger.id}),
        (AccountUnfit, {"deposit": euros.id}),
        (NotFound, {"customer": 10**9}),
        (NotFound, {"position": 10**9}),
        (PositionFull, {"position": full}),
        (PayMalformed, {"salary": "багато"}),
        (BelowMinimumWage, {"salary": "8646.99"}),
        (BelowMinimumWage, {"salary": "4323.49", "post_percent": 50}),
        (DateImpossible, {"hired_on": "2027-06-01"}),
        (TermOfContract, {"contract": "fixed_term"}),
        (TermOfContract, {"contract_ends_on": "2026-12-31"}),
    ):
        refuse(refusal, "hr.hire", command | change, actor=office.hr)
    refuse(PermissionMissing, "hr.hire", command, actor=office.payroll)
    do("hr.hire", command, actor=office.hr)
    refuse(AlreadyEmployed, "hr.hire", command, actor=office.hr)


def test_a_post_is_taken_once(office: Office) -> None:
    one = at.plan(office.hr, office.unit, posts=1)
    at.worker(office, position=one)
    account, customer = somebody(office)
    line = refuse(
        PositionFull, "hr.hire", at.hiring(office, account, customer, position=one),
        actor=office.hr,
    )  # fmt: skip
    assert line.refusal is not None
    assert line.refusal["data"] == {"date": "2026-01-05", "free": 0}


def test_terms_are_versions(office: Office) -> None:
    who = at.worker(office, "20000")
    change = {
        "employee": who.id, "valid_from": "2026-01-19", "position": office.other_position,
        "salary": "40000", "post_percent": 100,
    }  # fmt: skip
    do("hr.change_terms", change, actor=office.hr)
    # The same day again: a correction, which counts.
    do("hr.change_terms", change | {"salary": "44000"}, actor=office.hr)
    assert Terms.objects.filter(employee=who.id).count() == 3
    seen = payslips.salaries(who.id, sight=at.sight(office))
    assert [(one.valid_from, one.salary_minor) for one in seen] == [
        (dt.date(2026, 1, 19), 4_400_000),
        (HIRED, 2_000_000),
    ]
    assert [one.valid_from for one in queries.career(who.id)] == [dt.date(2026, 1, 19), HIRED]
    assert queries.post_of(who.id, on=dt.date(2026, 1, 18)).unit == office.unit
    assert queries.post_of(who.id, on=dt.date(2026, 1, 19)).unit == office.other_unit
    refuse(
        DateImpossible, "hr.change_terms", change | {"valid_from": "2024-12-31"}, actor=office.hr
    )
    refuse(BelowMinimumWage, "hr.change_terms", change | {"salary": "100"}, actor=office.hr)


def test_a_personal_status_is_a_version_and_told_to_nobody(office: Office) -> None:
    who = at.worker(office)
    command = {
        "employee": who.id, "valid_from": "2026-01-01", "benefit": "children", "children": "3",
        "disabled": "true", "insured_since": "2015-04-01",
    }  # fmt: skip
    do("hr.set_personal_status", command, actor=office.hr)
    kept = PersonalStatus.objects.get(employee=who.id)
    assert (kept.benefit, kept.children, kept.disabled) == ("children", 3, True)
    assert kept.insured_since == dt.date(2015, 4, 1)
    for wrong in ({"children": "-1"}, {"children": "21"}, {"benefit": "all"}, {"disabled": "?"},
                  {"insured_since": "2015-13-01"}):  # fmt: skip
        line = refuse(StatusMalformed, "hr.set_personal_status", command | wrong, actor=office.hr)
        assert line.refusal is not None
        assert line.refusal["data"] == {}
        assert line.command["children"] == line.command["benefit"] == "•••"


def test_pay_goes_to_another_account_of_the_person(office: Office) -> None:
    who = at.worker(office)
    opened = do(
        "accounts.open_deposit",
        {"customer": who.customer, "product": desk.product(office.bank),
         "branch": office.bank.branch},
        actor=office.bank.supervisor,
    ).result  # fmt: skip
    other = at.worker(office).account
    refuse(
        AccountUnfit, "hr.set_pay_account", {"employee": who.id, "deposit": other.id},
        actor=office.hr,
    )  # fmt: skip
    command = {"employee": who.id, "deposit": opened["deposit"]}
    do("hr.set_pay_account", command, actor=office.hr)
    assert Employee.objects.get(id=who.id).deposit_id == opened["deposit"]


def test_nobody_handles_their_own_affairs(office: Office) -> None:
    who = at.worker(office)
    link = {"employee": who.id, "user": office.hr.user_id}
    other = add_user(actor=office.bank.administrator, role="hr_officer")
    at.agree(do("hr.grant_access", link, actor=other), office.bank.administrator)
    terms = {"employee": who.id, "valid_from": "2026-01-05", "position": office.position,
             "salary": "99000"}  # fmt: skip
    status = {"employee": who.id, "valid_from": "2026-01-05", "benefit": "basic"}
    account = {"employee": who.id, "deposit": who.account.id}
    leave = {"employee": who.id, "kind": "unpaid", "first_day": "2026-01-06",
             "last_day": "2026-01-06"}  # fmt: skip
    for name, command in (("hr.change_terms", terms), ("hr.set_personal_status", status),
                          ("hr.set_pay_account", account), ("hr.record_leave", leave)):  # fmt: skip
        refuse(OwnAffairs, name, command, actor=office.hr)


@pytest.mark.parametrize("name", ["hr.change_terms", "hr.set_pay_account"])
def test_who_is_not_there_answers_like_nobody(office: Office, name: str) -> None:
    command = {
        "hr.change_terms": {"employee": 10**9, "valid_from": "2026-01-05",
                            "position": office.position, "salary": "30000"},
        "hr.set_pay_account": {"employee": 10**9, "deposit": 1},
    }[name]  # fmt: skip
    refuse(NotFound, name, command, actor=office.hr)
