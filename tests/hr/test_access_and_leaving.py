"""Whoever is hired gets access by two departments; whoever leaves has none from the next day."""

import datetime as dt
from typing import Any

from apps.access.models import RoleHolding, User
from apps.control.door import execute
from apps.control.errors import ActorUnknown, PermissionMissing, SelfApproval
from apps.hr import queries
from apps.hr.errors import (
    AdministersRights,
    DateImpossible,
    EmployeeLeft,
    NoRoles,
    RolesNotGivenHere,
    UsernameNeeded,
    UserOfAnother,
)
from apps.hr.models import Employee
from apps.kernel import sql
from tests.cash import desk
from tests.conftest import OwnDatabase
from tests.eod import closing
from tests.evidence import refuse
from tests.factories import Bank, as_actor, define_role, do, fresh_key
from tests.hr import office as at
from tests.hr.office import Office, open_office


def with_access(office: Office, **fields: Any) -> tuple[at.Worker, int]:
    """A teller by position, with a user; the worker and the user."""
    unit = at.open_unit(office.hr, office.bank.branch)
    position = at.plan(office.hr, unit, posts=9, roles=("teller",))
    who = at.worker(office, position=position)
    command = {"employee": who.id, "username": f"w{who.number}"} | fields
    done = at.agree(do("hr.grant_access", command, actor=office.hr), office.bank.administrator)
    return who, done["result"]["user"]


def test_access_is_asked_for_and_given_by_another_department(office: Office) -> None:
    who, user = with_access(office)
    holdings = RoleHolding.objects.filter(user_id=user)
    assert list(holdings.values_list("role__code", "branch_id", "valid_from", "valid_to")) == [
        ("teller", office.bank.branch, office.bank.date, None)
    ]
    made = User.objects.get(id=user)
    assert (made.full_name, made.username) == ("Шевченко Оксана", f"w{who.number}")
    assert not made.has_usable_password()
    assert Employee.objects.get(id=who.id).user_id == user
    # Asked again with more: only what is lacking is given.
    more = {"employee": who.id, "roles": ["teller", "accountant"]}
    at.agree(do("hr.grant_access", more, actor=office.hr), office.bank.administrator)
    assert holdings.count() == 2


def test_until_the_other_agrees_nothing_is_given(office: Office) -> None:
    who = at.worker(office)
    command = {"employee": who.id, "username": "newcomer", "roles": ["teller"]}
    parked = do("hr.grant_access", command, actor=office.hr)
    assert parked.outcome == "parked"
    assert not User.objects.filter(username="newcomer").exists()
    assert Employee.objects.get(id=who.id).user_id is None
    meaning = sql.value("SELECT meaning_hash FROM control_approval ORDER BY id DESC LIMIT 1")
    vote = {"approval": parked.approval_id, "meaning": meaning}
    refuse(SelfApproval, "control.approve", vote, actor=office.hr)
    rules = sql.value("SELECT (meaning -> 'rules')::json FROM control_approval")
    assert rules == {"roles": ["teller"]}


def test_no_request_goes_past_the_separation_of_duties(office: Office) -> None:
    who = at.worker(office)
    command = {"employee": who.id, "username": "newcomer"}
    for role in ("administrator", "no_such_role"):
        refuse(RolesNotGivenHere, "hr.grant_access", command | {"roles": [role]}, actor=office.hr)
    refuse(NoRoles, "hr.grant_access", command, actor=office.hr)
    refuse(
        UsernameNeeded, "hr.grant_access", {"employee": who.id, "roles": ["teller"]},
        actor=office.hr,
    )  # fmt: skip
    administrator = office.bank.second_administrator.user_id
    refuse(
        AdministersRights, "hr.grant_access",
        {"employee": who.id, "user": administrator, "roles": ["teller"]}, actor=office.hr,
    )  # fmt: skip
    refuse(PermissionMissing, "access.grant_role",
           {"user": office.head.user_id, "role": "teller", "valid_from": "2026-01-05"},
           actor=office.hr)  # fmt: skip
    _, user = with_access(office)
    refuse(UserOfAnother, "hr.grant_access",
           {"employee": who.id, "user": user, "roles": ["teller"]}, actor=office.hr)  # fmt: skip


def test_leaving_shows_what_is_in_the_person_s_hands(office: Office) -> None:
    who, user = with_access(office)
    teller = as_actor(user)
    desk.staff_a_till(office.bank, teller=teller)
    parked = do("hr.request_leave", {"kind": "unpaid", "first_day": "2026-01-12",
                                     "last_day": "2026-01-13"}, actor=teller)  # fmt: skip
    done = do("hr.dismiss", {"employee": who.id, "last_day": "2026-01-09",
                             "reason": "За власним бажанням"}, actor=office.hr)  # fmt: skip
    found = {(one["kind"], one["what"]) for one in done.result["in_hands"]}
    assert ("request", "hr.request_leave") in found
    assert {kind for kind, _ in found} == {"request", "till_session"}
    assert parked.approval_id in {one["id"] for one in done.result["in_hands"]}


def test_a_role_that_nobody_else_holds_is_in_hands(office: Office) -> None:
    _, user = with_access(office)
    role = define_role("hr.view", actor=office.bank.administrator, code="only_one")
    do("access.grant_role", {"user": user, "role": role, "valid_from": "2026-01-05"},
       actor=office.bank.administrator)  # fmt: skip
    found = queries.in_hands(user, date=office.bank.date)
    assert [(one.kind, one.what) for one in found] == [("role", "only_one")]


def test_access_ends_with_the_last_day(own_database: OwnDatabase, bank: Bank) -> None:
    office = open_office(bank)
    who, user = with_access(office)
    leaver = as_actor(user)
    command = {"employee": who.id, "last_day": "2026-01-05", "reason": "За угодою сторін"}
    do("hr.dismiss", command, actor=office.hr)
    # That day goes on as before.
    opened = {"customer": who.customer, "product": desk.product(bank), "branch": bank.branch}
    do("accounts.open_deposit", opened, actor=leaver)
    do("eod.open_next_day", {"closing": dt.date(2026, 1, 5)}, actor=bank.operations)
    # The next one has begun, and yesterday is not closed yet.
    refuse(PermissionMissing, "accounts.open_deposit", opened, actor=leaver)
    assert User.objects.get(id=user).is_active
    assert closing.close(bank, date=dt.date(2026, 1, 5)).closed
    assert not User.objects.get(id=user).is_active
    refuse(ActorUnknown, "accounts.open_deposit", opened, actor=leaver)
    refuse(EmployeeLeft, "hr.dismiss", command | {"last_day": "2026-01-06"}, actor=office.hr)
    assert queries.leavers_with_access(dt.date(2026, 1, 6)) == []


def test_access_can_be_closed_at_once(office: Office) -> None:
    who, user = with_access(office)
    command = {"employee": who.id, "last_day": "2026-01-31", "reason": "Службове розслідування"}
    refuse(DateImpossible, "hr.dismiss", command | {"last_day": "2026-01-04"}, actor=office.hr)
    execute("hr.dismiss", command | {"at_once": True}, actor=office.hr, key=fresh_key())
    assert not User.objects.get(id=user).is_active
    left = Employee.objects.get(id=who.id)
    assert (left.left_on, left.leaving_reason) == (dt.date(2026, 1, 31), "Службове розслідування")
    assert set(RoleHolding.objects.filter(user_id=user).values_list("valid_to", flat=True)) == {
        dt.date(2026, 1, 31)
    }
