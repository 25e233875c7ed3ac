"""People, roles, where and until when they are held; guardian's rows follow."""

import datetime as dt

import pytest
from guardian.shortcuts import get_objects_for_user

from apps.access.errors import (
    EndsBeforeItBegins,
    OwnRights,
    RoleAlreadyHeld,
    UnknownPermission,
    UsernameTaken,
)
from apps.access.models import Role, RoleHolding, User
from apps.access.operations import (
    AddUser,
    ChangeUser,
    CloseUser,
    DefineRole,
    GrantRole,
    ReopenUser,
    RevokeRole,
)
from apps.access.queries import rights
from apps.control.errors import MalformedCommand, NotFound, PermissionMissing
from apps.kernel.models import Branch
from tests import probes
from tests.evidence import refuse
from tests.factories import FIRST_DATE, Bank, add_user, define_role, do

DAY = dt.timedelta(days=1)
MOVE = f"kernel.{probes.MOVE}"


def role(code: str, *permissions: str) -> DefineRole:
    return DefineRole(code=code, name_uk="Роль", name_en="Role", permissions=permissions)


def branches(user: int) -> set[int]:
    """Where guardian says that a person may move money."""
    person = User.objects.get(id=user)
    found = get_objects_for_user(person, MOVE, klass=Branch, accept_global_perms=True)
    return set(found.values_list("id", flat=True))


# --- People -------------------------------------------------------------------------------------


def test_a_new_person_may_nothing_and_cannot_sign_in(bank: Bank) -> None:
    command = AddUser(username="olena", full_name="Олена Шевченко")
    added = do("access.add_user", command, actor=bank.administrator)
    person = User.objects.get(id=added.result["user"])
    assert not person.has_usable_password()
    assert (person.is_active, person.is_staff, person.is_superuser) == (True, False, False)
    assert rights(user=person.id, date=bank.date).held == {}


def test_user_names_are_taken_once(bank: Bank) -> None:
    command = AddUser(username="teller", full_name="Another")
    refuse(UsernameTaken, "access.add_user", command, actor=bank.administrator)


@pytest.mark.parametrize("username", ["", "x", "Olena", "оле.на", "a b", "-x", "a" * 200, "ab\n"])
def test_user_names_are_plain(bank: Bank, username: str) -> None:
    given = {"username": username, "full_name": "Somebody"}
    refuse(MalformedCommand, "access.add_user", given, actor=bank.administrator)


@pytest.mark.parametrize("person", ["teller", "supervisor", "operations", "product_manager"])
def test_only_administrators_change_rights(bank: Bank, person: str) -> None:
    actor = bank.staff[person]
    target = bank.migration.user_id
    for name, command in (
        ("access.add_user", AddUser(username="friend", full_name="Friend")),
        ("access.close_user", CloseUser(user=target)),
        ("access.define_role", role("teller", "access.grant_roles")),
        ("access.grant_role", GrantRole(user=target, role="teller", valid_from=bank.date)),
        ("access.revoke_role", RevokeRole(holding=1)),
    ):
        refuse(PermissionMissing, name, command, actor=actor)


def test_nobody_changes_their_own_rights(bank: Bank) -> None:
    me = bank.administrator.user_id
    for name, command in (
        ("access.close_user", CloseUser(user=me)),
        ("access.grant_role", GrantRole(user=me, role="teller", valid_from=bank.date)),
        # Not by way of the role that one holds either.
        (
            "access.define_role",
            role("administrator", "access.manage_roles", "cash.operate_till", "access.grant_roles"),
        ),
    ):
        refuse(OwnRights, name, command, actor=bank.administrator)


def test_who_holds_a_role_may_take_from_it(bank: Bank) -> None:
    command = role("administrator", "access.manage_roles", "access.grant_roles")
    do("access.define_role", command, actor=bank.administrator)
    add = AddUser(username="friend", full_name="Friend")
    refuse(PermissionMissing, "access.add_user", add, actor=bank.administrator)


def test_closing_somebody_unknown(bank: Bank) -> None:
    refuse(NotFound, "access.close_user", CloseUser(user=987_654), actor=bank.administrator)


def test_a_closed_person_keeps_their_history_and_nothing_else(bank: Bank) -> None:
    person = add_user(
        role=define_role(probes.MOVE, actor=bank.administrator),
        branch=bank.branch,
        actor=bank.administrator,
    ).user_id
    assert branches(person) == {bank.branch}
    do("access.close_user", CloseUser(user=person), actor=bank.administrator)
    assert RoleHolding.objects.filter(user_id=person).count() == 1
    assert branches(person) == set()
    assert rights(user=person, date=bank.date).held == {}


def test_a_closed_person_is_let_in_again_without_the_old_password(bank: Bank) -> None:
    person = add_user(
        role=define_role(probes.MOVE, actor=bank.administrator),
        branch=bank.branch,
        actor=bank.administrator,
    ).user_id
    reopen = ReopenUser(user=person)
    # Nobody has closed it yet.
    refuse(NotFound, "access.reopen_user", reopen, actor=bank.administrator)
    do("access.close_user", CloseUser(user=person), actor=bank.administrator)
    do("access.reopen_user", reopen, actor=bank.administrator)

    found = User.objects.get(id=person)
    assert (found.is_active, found.has_usable_password()) == (True, False)
    assert branches(person) == {bank.branch}
    refuse(PermissionMissing, "access.reopen_user", reopen, actor=bank.supervisor)


def test_a_name_is_corrected_and_the_user_name_stays(bank: Bank) -> None:
    user = bank.teller.user_id
    change = ChangeUser(user=user, full_name="Олена Коваль", email="o.koval@bank.example")
    do("access.change_user", change, actor=bank.administrator)

    found = User.objects.get(id=user)
    assert (found.username, found.full_name) == ("teller", "Олена Коваль")
    assert found.email == "o.koval@bank.example"
    refuse(PermissionMissing, "access.change_user", change, actor=bank.supervisor)
    unknown = ChangeUser(user=987_654, full_name="X")
    refuse(NotFound, "access.change_user", unknown, actor=bank.administrator)
    nameless = {"user": user, "full_name": ""}
    refuse(MalformedCommand, "access.change_user", nameless, actor=bank.administrator)


# --- Roles --------------------------------------------------------------------------------------


def test_a_role_holds_declared_permissions_alone(bank: Bank) -> None:
    line = refuse(
        UnknownPermission,
        "access.define_role",
        role("rogue", "cash.operate_till", "everything.at_once"),
        actor=bank.administrator,
    )
    assert line.refusal is not None
    assert line.refusal["data"] == {"permission": "everything.at_once"}


def test_a_role_defined_anew_reaches_its_holders_at_once(bank: Bank) -> None:
    code = define_role(actor=bank.administrator)
    person = add_user(role=code, branch=bank.branch, actor=bank.administrator)
    tell = probes.Tell(texts=())
    assert branches(person.user_id) == set()
    do("access.define_role", role(code, probes.MOVE), actor=bank.administrator)
    assert branches(person.user_id) == {bank.branch}
    refuse(PermissionMissing, "probe.tell", tell, actor=person)  # needs the whole bank
    do("access.define_role", role(code), actor=bank.administrator)
    assert branches(person.user_id) == set()
    assert Role.objects.get(code=code).permissions == []


# --- Holdings -----------------------------------------------------------------------------------


@pytest.fixture
def mover(bank: Bank) -> str:
    return define_role(probes.MOVE, actor=bank.administrator)


def grant(bank: Bank, user: int, role_: str, **fields: object) -> int:
    command = {"user": user, "role": role_, "valid_from": bank.date} | fields
    done = do("access.grant_role", command, actor=bank.administrator)
    holding: int = done.result["holding"]
    return holding


def test_guardian_follows_the_holdings(bank: Bank, mover: str) -> None:
    user = add_user(actor=bank.administrator).user_id
    here = grant(bank, user, mover, branch=bank.branch)
    there = grant(bank, user, mover, branch=bank.other_branch)
    assert branches(user) == {bank.branch, bank.other_branch}
    do("access.revoke_role", RevokeRole(holding=here), actor=bank.administrator)
    assert branches(user) == {bank.other_branch}
    do("access.revoke_role", RevokeRole(holding=there), actor=bank.administrator)
    assert branches(user) == set()
    grant(bank, user, mover)
    assert branches(user) == set(Branch.objects.values_list("id", flat=True))


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "counts"),
    [(0, None, True), (1, None, False), (-5, -1, False), (-5, 0, True)],
)
def test_guardian_looks_at_the_dates(
    bank: Bank, mover: str, valid_from: int, valid_to: int | None, counts: bool
) -> None:
    user = add_user(actor=bank.administrator).user_id
    end = None if valid_to is None else bank.date + valid_to * DAY
    grant(
        bank,
        user,
        mover,
        branch=bank.branch,
        valid_from=bank.date + valid_from * DAY,
        valid_to=end,
    )
    assert branches(user) == ({bank.branch} if counts else set())
    held = rights(user=user, date=bank.date)
    assert (probes.MOVE in held) is counts
    assert held.branches(probes.MOVE) == (frozenset({bank.branch}) if counts else frozenset())
    assert held.reaches(probes.MOVE, bank.branch) is counts
    assert not held.reaches(probes.MOVE, bank.other_branch)
    assert not held.reaches(probes.MOVE, None)


def test_a_revoked_holding_stays_as_history(bank: Bank, mover: str) -> None:
    user = add_user(actor=bank.administrator).user_id
    old = grant(bank, user, mover, valid_from=bank.date - 9 * DAY)
    new = grant(bank, user, mover)
    ended = grant(bank, user, mover, valid_from=bank.date - 9 * DAY, valid_to=bank.date - 5 * DAY,
                  branch=bank.branch)  # fmt: skip
    for holding in (old, new, ended):
        do("access.revoke_role", RevokeRole(holding=holding), actor=bank.administrator)
    left = dict(RoleHolding.objects.filter(user_id=user).values_list("id", "valid_to"))
    # It ended yesterday; what began today has never counted; what was over stays as it was.
    assert left == {old: bank.date - DAY, ended: bank.date - 5 * DAY}
    refuse(NotFound, "access.revoke_role", RevokeRole(holding=new), actor=bank.administrator)


def test_what_cannot_be_granted(bank: Bank, mover: str) -> None:
    user = add_user(actor=bank.administrator).user_id
    grant(bank, user, mover)
    for refusal, fields in (
        (RoleAlreadyHeld, {}),
        (NotFound, {"role": "nobody"}),
        (NotFound, {"user": 987_654}),
        (NotFound, {"branch": 987_654}),
        (EndsBeforeItBegins, {"valid_from": bank.date + DAY, "valid_to": bank.date}),
        (MalformedCommand, {"limit_minor": -1}),
    ):
        given = {"user": user, "role": mover, "valid_from": FIRST_DATE} | fields
        refuse(refusal, "access.grant_role", given, actor=bank.administrator)


def test_rights_are_one_statement(bank: Bank, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        held = rights(user=bank.supervisor.user_id, date=bank.date)
    assert held.roles == ("supervisor",)
    assert held.branches("control.decide_approvals") == frozenset({bank.branch})


def test_nobody_is_a_superuser(bank: Bank) -> None:
    assert not User.objects.filter(is_superuser=True).exists()
    assert {one.username for one in User.objects.filter(is_machine=True)} == {"system"}
