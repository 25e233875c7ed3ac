"""Asking fewer people than before is itself a matter for two."""

import datetime as dt

import pytest

from apps.control import guarding
from apps.control.errors import (
    NotFound,
    PermissionMissing,
    PolicyEnded,
    PolicyEndsTooEarly,
    PolicyMissing,
)
from apps.control.models import Approval, ApprovalPolicy
from apps.control.operations import Approve, EndApprovalPolicy
from tests import probes
from tests.evidence import refuse
from tests.factories import Bank, do, set_policy

END = "control.end_approval_policy"
DAY = dt.timedelta(days=1)


@pytest.fixture
def policy(bank: Bank) -> int:
    return set_policy("probe.tell", role="supervisor", actor=bank.administrator)


def _agree(bank: Bank, approval_id: int | None) -> None:
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
