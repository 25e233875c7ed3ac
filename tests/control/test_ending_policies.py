"""Asking fewer people than before, or easier ones, is itself a matter for two."""

import datetime as dt

import pytest

from apps.control import guarding
from apps.control.errors import (
    NotFound,
    PermissionMissing,
    PolicyEnded,
    PolicyEndsTooEarly,
    PolicyImpossible,
    PolicyMissing,
    PolicyTakesOver,
)
from apps.control.models import Approval, ApprovalPolicy
from apps.control.operations import Approve, EndApprovalPolicy, SetApprovalPolicy
from tests import probes
from tests.evidence import refuse
from tests.factories import Bank, do, set_policy

END = "control.end_approval_policy"
SET = "control.set_approval_policy"
DAY = dt.timedelta(days=1)


@pytest.fixture
def policy(bank: Bank) -> int:
    return set_policy("probe.tell", role="supervisor", actor=bank.administrator)


def _agree(bank: Bank, approval_id: int | None) -> None:
    assert approval_id is not None
    approval = Approval.objects.get(id=approval_id)
    command = Approve(approval=approval.id, meaning=approval.meaning_hash)
    do("control.approve", command, actor=bank.chief_accountant)


def test_a_policy_ends_once_another_person_agrees(bank: Bank, policy: int) -> None:
    command = EndApprovalPolicy(policy=policy, last_date=bank.date)
    parked = do(END, command, actor=bank.administrator)

    assert parked.outcome == "parked"
    assert ApprovalPolicy.objects.get(id=policy).valid_to is None
    _agree(bank, parked.approval_id)
    assert ApprovalPolicy.objects.get(id=policy).valid_to == bank.date
    # It still asks on its last date.
    told = do("probe.tell", probes.Tell(texts=()), actor=bank.prober)
    assert told.outcome == "parked"


def test_nobody_ends_the_policy_on_ending_policies_alone(bank: Bank) -> None:
    own = ApprovalPolicy.objects.get(operation=END)
    command = EndApprovalPolicy(policy=own.id, last_date=bank.date)
    parked = do(END, command, actor=bank.administrator)
    assert parked.outcome == "parked"

    _agree(bank, parked.approval_id)
    own.refresh_from_db()
    assert own.valid_to == bank.date


def test_without_a_policy_of_its_own_no_policy_ends(bank: Bank, policy: int) -> None:
    """Not even where the policy had been set to begin later."""
    with guarding.door_open():
        ApprovalPolicy.objects.filter(operation=END).update(valid_from=bank.date + DAY)
    command = EndApprovalPolicy(policy=policy, last_date=bank.date)
    refuse(PolicyMissing, END, command, actor=bank.administrator)


@pytest.mark.parametrize("days", [-1, -400])
def test_what_a_policy_asked_is_history(bank: Bank, policy: int, days: int) -> None:
    command = EndApprovalPolicy(policy=policy, last_date=bank.date + days * DAY)
    line = refuse(PolicyEndsTooEarly, END, command, actor=bank.administrator)
    assert line.refusal is not None
    assert line.refusal["data"] == {"earliest": bank.date.isoformat()}


def test_a_policy_that_is_to_begin_ends_no_earlier(bank: Bank) -> None:
    begins = bank.date + 5 * DAY
    policy = set_policy(
        "probe.tell", role="supervisor", actor=bank.administrator, valid_from=begins
    )
    command = EndApprovalPolicy(policy=policy, last_date=begins - DAY)
    refuse(PolicyEndsTooEarly, END, command, actor=bank.administrator)


def test_a_policy_ends_once(bank: Bank, policy: int) -> None:
    with guarding.door_open():
        ApprovalPolicy.objects.filter(id=policy).update(
            valid_from=bank.date - 9 * DAY, valid_to=bank.date - DAY
        )
    command = EndApprovalPolicy(policy=policy, last_date=bank.date)
    refuse(PolicyEnded, END, command, actor=bank.administrator)


def test_only_who_manages_policies_ends_one_that_exists(bank: Bank, policy: int) -> None:
    command = EndApprovalPolicy(policy=policy, last_date=bank.date)
    refuse(PermissionMissing, END, command, actor=bank.supervisor)
    unknown = EndApprovalPolicy(policy=policy + 99, last_date=bank.date)
    refuse(NotFound, END, unknown, actor=bank.administrator)


@pytest.mark.parametrize(
    ("role", "checkers", "from_amount_minor"),
    [("teller", 2, 1), ("supervisor", 1, 1), ("supervisor", 1, 0), ("chief_accountant", 1, 0)],
)
def test_nobody_alone_puts_an_easier_policy_before_one_in_force(
    bank: Bank, role: str, checkers: int, from_amount_minor: int
) -> None:
    """The highest tier counts: a new one from a kopiyka would leave the old one nothing."""
    old = set_policy("probe.move", role="supervisor", checkers=2, actor=bank.administrator)
    command = SetApprovalPolicy(
        operation="probe.move",
        role=role,
        checkers=checkers,
        from_amount_minor=from_amount_minor,
        branch=bank.branch,
        valid_from=bank.date + DAY,
    )
    line = refuse(PolicyTakesOver, SET, command, actor=bank.administrator)
    assert line.refusal is not None
    assert line.refusal["data"] == {"policy": old, "role": "supervisor", "checkers": 2}


def test_tiers_that_ask_for_no_less_are_set_by_one_person(bank: Bank) -> None:
    set_policy(
        "probe.move", role="chief_accountant", from_amount_minor=1_000, actor=bank.administrator
    )
    set_policy("probe.move", role="supervisor", actor=bank.administrator)
    set_policy(
        "probe.move", role="operations", from_amount_minor=500, checkers=2, actor=bank.administrator
    )
    set_policy("probe.move", role="supervisor", branch=bank.other_branch, actor=bank.administrator)


def test_after_a_policy_has_ended_another_is_set_by_one_person(bank: Bank, policy: int) -> None:
    command = EndApprovalPolicy(policy=policy, last_date=bank.date)
    _agree(bank, do(END, command, actor=bank.administrator).approval_id)
    easier = SetApprovalPolicy(operation="probe.tell", role="teller", valid_from=bank.date)
    refuse(PolicyTakesOver, SET, easier, actor=bank.administrator)
    set_policy("probe.tell", role="teller", valid_from=bank.date + DAY, actor=bank.administrator)


@pytest.mark.parametrize(
    "operation",
    [
        "control.approve",
        "control.decline",
        "control.withdraw_request",
        # Its secret is kept nowhere: agreed to, it would set dots for a password.
        "access.reset_password",
        "access.enrol_second_factor",
        # A worker of the close would ask for the same chunk for ever.
        "eod.run_chunk",
        "eod.finish_close",
    ],
)
def test_what_cannot_wait_takes_no_policy(bank: Bank, operation: str) -> None:
    command = SetApprovalPolicy(operation=operation, role="supervisor", valid_from=bank.date)
    refuse(PolicyImpossible, SET, command, actor=bank.administrator)
