"""Who may do what, where, when and up to how much; a refusal writes one line and nothing else."""

import datetime as dt
from typing import Any

import pytest
from auditlog.context import disable_auditlog

from apps.access.models import Role, RoleHolding, User
from apps.access.operations import CloseUser
from apps.control.door import preview
from apps.control.errors import (
    ActorUnknown,
    AmountNotPositive,
    LimitExceeded,
    MalformedCommand,
    NotFound,
    NothingClosing,
    NotSetUp,
    PermissionMissing,
    PolicyMissing,
    UnfitValue,
    UnknownOperation,
)
from apps.control.models import OperationRun
from apps.kernel.errors import NotAmount, Refusal, TooManyDecimals
from apps.kernel.money import Money
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import refuse, statements
from tests.factories import (
    FIRST_DATE,
    Bank,
    add_user,
    as_actor,
    define_role,
    do,
    internal_account,
    open_account,
)

DAY = dt.timedelta(days=1)


@pytest.fixture
def role(bank: Bank) -> str:
    return define_role(probes.MOVE, actor=bank.administrator)


def withdrawal(branch: int, source: int, target: int, minor: int = 100) -> probes.Move:
    return probes.Move(branch=branch, source=source, target=target, amount=Money(minor, "UAH"))


# --- Where, when, up to how much ----------------------------------------------------------------


@pytest.mark.parametrize("held", ["here", "elsewhere", "bank"])
@pytest.mark.parametrize("asked", ["here", "elsewhere"])
def test_a_permission_counts_where_it_is_held(
    bank: Bank, account: int, till: int, role: str, held: str, asked: str
) -> None:
    places = {"here": bank.branch, "elsewhere": bank.other_branch, "bank": None}
    person = add_user(role=role, branch=places[held], actor=bank.administrator)
    command = withdrawal(places[asked] or 0, account, till)
    if held in {asked, "bank"}:
        assert do("probe.move", command, actor=person).outcome == "done"
        assert OperationRun.objects.latest("id").branch_id == places[asked]
    else:
        # Another branch and a branch that does not exist answer alike.
        refuse(NotFound, "probe.move", command, actor=person)


def test_a_branch_that_does_not_exist_is_not_found(
    bank: Bank, account: int, till: int, role: str
) -> None:
    for branch in (bank.branch, None):
        person = add_user(role=role, branch=branch, actor=bank.administrator)
        refuse(NotFound, "probe.move", withdrawal(987_654, account, till), actor=person)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "may"),
    [
        (FIRST_DATE, None, True),
        (FIRST_DATE, FIRST_DATE, True),
        (FIRST_DATE - DAY, FIRST_DATE + DAY, True),
        (FIRST_DATE - DAY, FIRST_DATE - DAY, False),
        (FIRST_DATE + DAY, None, False),
    ],
)
def test_a_permission_counts_while_it_is_held(
    bank: Bank,
    account: int,
    till: int,
    role: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    may: bool,
) -> None:
    person = add_user(role=role, valid_from=valid_from, valid_to=valid_to, actor=bank.administrator)
    command = withdrawal(bank.branch, account, till)
    if may:
        assert do("probe.move", command, actor=person).outcome == "done"
    else:
        refuse(PermissionMissing, "probe.move", command, actor=person)


@pytest.mark.parametrize(("minor", "may"), [(4_999, True), (5_000, True), (5_001, False)])
def test_a_limit_is_included(
    bank: Bank, account: int, till: int, role: str, minor: int, may: bool
) -> None:
    person = add_user(role=role, limit_minor=5_000, actor=bank.administrator)
    command = withdrawal(bank.branch, account, till, minor)
    if may:
        assert do("probe.move", command, actor=person).outcome == "done"
    else:
        line = refuse(LimitExceeded, "probe.move", command, actor=person)
        assert line.refusal == {
            "code": "control.limit_exceeded",
            "data": {"amount": "50.01 UAH", "limit": "50.00 UAH"},
        }


def test_the_widest_holding_counts(bank: Bank, account: int, till: int, role: str) -> None:
    person = add_user(role=role, limit_minor=5_000, actor=bank.administrator)
    command = withdrawal(bank.branch, account, till, 9_000)
    refuse(LimitExceeded, "probe.move", command, actor=person)
    grant = {"user": person.user_id, "role": role, "valid_from": "2026-01-05"}
    do("access.grant_role", grant | {"branch": bank.branch}, actor=bank.administrator)
    assert do("probe.move", command, actor=person).outcome == "done"


def test_a_limit_elsewhere_does_not_widen(bank: Bank, account: int, till: int, role: str) -> None:
    person = add_user(role=role, branch=bank.branch, limit_minor=5_000, actor=bank.administrator)
    grant = {"user": person.user_id, "role": role, "valid_from": "2026-01-05"}
    do("access.grant_role", grant | {"branch": bank.other_branch}, actor=bank.administrator)
    command = withdrawal(bank.branch, account, till, 9_000)
    refuse(LimitExceeded, "probe.move", command, actor=person)


def test_a_limit_lets_no_other_currency_pass(bank: Bank, role: str) -> None:
    source = internal_account(bank, currency="EUR")
    target = open_account(bank, currency="EUR")
    person = add_user(role=role, limit_minor=5_000, actor=bank.administrator)
    command = probes.Move(branch=bank.branch, source=source, target=target, amount=Money(1, "EUR"))
    refuse(LimitExceeded, "probe.move", command, actor=person)


@pytest.mark.parametrize("minor", [0, -1, -100_000])
def test_an_amount_is_positive(bank: Bank, account: int, till: int, minor: int) -> None:
    command = withdrawal(bank.branch, account, till, minor)
    refuse(AmountNotPositive, "probe.move", command, actor=bank.prober)


# --- Who ----------------------------------------------------------------------------------------


def test_who_holds_nothing_may_nothing(bank: Bank, account: int, till: int) -> None:
    person = add_user(actor=bank.administrator)
    command = withdrawal(bank.branch, account, till)
    line = refuse(PermissionMissing, "probe.move", command, actor=person)
    assert line.refusal == {
        "code": "control.permission_missing",
        "data": {"permission": probes.MOVE},
    }


def test_an_unknown_actor_is_refused(bank: Bank, account: int, till: int) -> None:
    command = withdrawal(bank.branch, account, till)
    line = refuse(ActorUnknown, "probe.move", command, actor=as_actor(987_654))
    assert line.actor_name == ""


def test_a_closed_access_is_closed_at_once(bank: Bank, account: int, till: int, role: str) -> None:
    person = add_user(role=role, actor=bank.administrator)
    command = withdrawal(bank.branch, account, till)
    assert do("probe.move", command, actor=person).outcome == "done"
    do("access.close_user", CloseUser(user=person.user_id), actor=bank.administrator)
    refuse(ActorUnknown, "probe.move", command, actor=person)


# --- What ---------------------------------------------------------------------------------------


def test_an_unknown_operation_is_refused_before_everything(bank: Bank) -> None:
    lines = OperationRun.objects.count()
    with pytest.raises(UnknownOperation):
        do("probe.nothing", {}, actor=bank.prober)
    assert OperationRun.objects.count() == lines  # there is no operation to write it under


@pytest.mark.parametrize(
    ("change", "refusal", "pointer"),
    [
        ({"branch": None}, MalformedCommand, "/branch"),
        ({"branch": "1"}, MalformedCommand, "/branch"),
        ({"branch": True}, MalformedCommand, "/branch"),
        ({"branch": 1.5}, MalformedCommand, "/branch"),
        ({"branch": 2**70}, UnfitValue, None),
        ({"source": 2**63}, UnfitValue, None),
        ({"narrative": "a\x00b"}, UnfitValue, None),
        ({"narrative": "a\\u0000b\x00", "surprise": 1}, MalformedCommand, "/"),
        ({"narrative": "\ud800", "surprise": 1}, MalformedCommand, "/"),
        ({"surprise": 1}, MalformedCommand, "/"),
        ({"value_date": "2026-02-30"}, MalformedCommand, "/value_date"),
        ({"value_date": "05.01.2026"}, MalformedCommand, "/value_date"),
        ({"amount": "1.00"}, NotAmount, None),
        ({"amount": {"amount": "1.00"}}, NotAmount, None),
        ({"amount": {"amount": 1, "currency": "UAH"}}, NotAmount, None),
        ({"amount": {"amount": "1_000", "currency": "UAH"}}, NotAmount, None),
        ({"amount": {"amount": "NaN", "currency": "UAH"}}, NotAmount, None),
        ({"amount": {"amount": "1e309", "currency": "UAH"}}, NotAmount, None),
        ({"amount": {"amount": "1.001", "currency": "UAH"}}, TooManyDecimals, None),
    ],
)
def test_a_malformed_command_is_refused(
    bank: Bank,
    account: int,
    till: int,
    change: dict[str, Any],
    refusal: type[Refusal],
    pointer: str | None,
) -> None:
    given = {
        "branch": bank.branch,
        "source": account,
        "target": till,
        "amount": {"amount": "1.00", "currency": "UAH"},
    }
    line = refuse(refusal, "probe.move", given | change, actor=bank.prober)
    if pointer:
        assert line.refusal is not None
        assert line.refusal["data"]["pointer"] == pointer


@pytest.mark.parametrize(
    "given",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 5_000, b'{"branch": 1e999}', b'"\\u0000"'],
    ids=range(8),
)
def test_bytes_that_are_no_command_are_refused(bank: Bank, given: bytes) -> None:
    refuse(MalformedCommand, "probe.move", given, actor=bank.prober)


def test_what_was_sent_is_kept_but_not_all_of_it(bank: Bank) -> None:
    line = refuse(MalformedCommand, "probe.move", {"x\x00": "й" * 9_000}, actor=bank.prober)
    assert len(line.command["cut"]) == 4_000


def test_a_guard_stops_its_subjects(bank: Bank, account: int, till: int) -> None:
    command = probes.Move(
        branch=bank.branch,
        source=account,
        target=till,
        amount=Money(1, "UAH"),
        subject=probes.GUARDED,
    )
    refuse(probes.ProbeRefused, "probe.move", command, actor=bank.prober)


def test_a_refusing_body_leaves_nothing(bank: Bank, account: int, till: int) -> None:
    command = probes.Move(
        branch=bank.branch,
        source=account,
        target=till,
        amount=Money(1, "UAH"),
        narrative=probes.REFUSED,
    )
    refuse(probes.ProbeRefused, "probe.move", command, actor=bank.prober)


def test_a_step_of_the_close_needs_a_date_that_closes(bank: Bank) -> None:
    refuse(NothingClosing, "probe.post_at_close", probes.Batch(entries=()), actor=bank.prober)


def test_four_eyes_need_a_policy(bank: Bank, account: int, till: int) -> None:
    command = probes.AlwaysTwo(branch=bank.branch, text="alone")
    refuse(PolicyMissing, "probe.always_two", command, actor=bank.prober)


def test_before_the_set_up_nothing_can_be_done(empty_database: OwnDatabase) -> None:
    with disable_auditlog():
        user = User.objects.using("owner").create(username="early", full_name="Early")
        role = Role.objects.using("owner").create(code="early", permissions=[probes.MOVE])
        RoleHolding.objects.using("owner").create(user=user, role=role, valid_from=FIRST_DATE)
    actor = as_actor(user.id)
    with pytest.raises(NotSetUp):
        do("probe.tell", probes.Tell(texts=()), actor=actor)
    with pytest.raises(NotSetUp):
        preview("probe.tell", probes.Tell(texts=()), actor=actor)
    assert [run.outcome for run in OperationRun.objects.all()] == ["refused", "refused"]


# --- How quickly --------------------------------------------------------------------------------


def test_an_operation_is_two_statements(bank: Bank, account: int, till: int) -> None:
    """The claim with the authority, and the line with its entries, inside one transaction."""
    command = withdrawal(bank.branch, account, till)
    do("probe.move", command, actor=bank.prober)
    for _ in range(3):
        with statements() as seen:
            do("probe.move", command, actor=bank.prober)
        assert len(seen) == 2, seen
