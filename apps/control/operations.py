"""Operations of the door itself: decisions on parked commands, and the kernel's tables."""

import datetime as dt
from typing import Annotated, Any

from django.db import transaction
from django.utils import timezone
from msgspec import Meta, Struct

from apps.control import approvals, door
from apps.control.commands import Command, decode
from apps.control.declarations import ANYWHERE, AUTHORITY, OPERATIONS, WHOLE_BANK, operation
from apps.control.errors import (
    AlreadyDecided,
    AlreadyVoted,
    MeaningChanged,
    NotChecker,
    NotFound,
    SelfApproval,
)
from apps.control.models import Approval, ApprovalPolicy, ApprovalVote
from apps.control.run import Run
from apps.kernel.currencies import currency
from apps.kernel.models import Bank, BookingDate, Branch
from apps.kernel.text import Text

Reason = Annotated[str, Meta(min_length=3, max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class SetUpBank(Command):
    name_uk: Name
    name_en: Name
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
    base_currency: str
    first_date: dt.date
    country: str = "UA"
    time_zone: str = "Europe/Kyiv"


@operation(
    "control.set_up_bank",
    permission="control.set_up_bank",
    scope=WHOLE_BANK,
    sentence=Text(uk="Банк засновано", en="The bank was set up"),
    dateless=True,
)
def set_up_bank(*, cmd: SetUpBank, run: Run) -> None:
    """Write down who the bank is and open its first booking date; once."""
    Bank.objects.create(
        name_uk=cmd.name_uk,
        name_en=cmd.name_en,
        code=cmd.code,
        country=cmd.country,
        base_currency=currency(cmd.base_currency).code,
        time_zone=cmd.time_zone,
        first_date=cmd.first_date,
    )
    BookingDate.objects.create(date=cmd.first_date, status="open", opened_at=timezone.now())


class OpenBranch(Command):
    code: Annotated[str, Meta(min_length=1, max_length=12)]
    name_uk: Name
    name_en: Name
    parent: int | None = None


class BranchOpened(Struct, frozen=True):
    branch: int


@operation(
    "control.open_branch",
    permission="control.manage_branches",
    scope=WHOLE_BANK,
    sentence=Text(uk="Відкрито відділення", en="A branch was opened"),
)
def open_branch(*, cmd: OpenBranch, run: Run) -> BranchOpened:
    """Add a branch, open from the current booking date."""
    branch = Branch.objects.create(
        code=cmd.code,
        name_uk=cmd.name_uk,
        name_en=cmd.name_en,
        parent_id=cmd.parent,
        opened_on=run.date,
    )
    return BranchOpened(branch.id)


class SetApprovalPolicy(Command):
    operation: str
    role: str
    valid_from: dt.date
    from_amount_minor: Annotated[int, Meta(ge=0)] = 0
    checkers: Annotated[int, Meta(ge=1, le=9)] = 1
    at_close: ApprovalPolicy.AtClose = ApprovalPolicy.AtClose.CARRY
    branch: int | None = None


class PolicySet(Struct, frozen=True):
    policy: int


@operation(
    "control.set_approval_policy",
    permission="control.manage_policies",
    scope=WHOLE_BANK,
    sentence=Text(uk="Змінено правило погодження", en="An approval policy was set"),
)
def set_approval_policy(*, cmd: SetApprovalPolicy, run: Run) -> PolicySet:
    """Ask for another pair of eyes on an operation from a date on."""
    policy = ApprovalPolicy.objects.create(
        operation=door.named(cmd.operation).name,
        branch_id=cmd.branch,
        from_amount_minor=cmd.from_amount_minor,
        role=cmd.role,
        checkers=cmd.checkers,
        at_close=cmd.at_close,
        valid_from=cmd.valid_from,
    )
    return PolicySet(policy.id)


class Approve(Command):
    """Agree to exactly the meaning that was seen, named by its hash."""

    approval: int
    meaning: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Decided(Struct, frozen=True):
    state: str
    run: str | None = None
    result: Any = None


@operation(
    "control.approve",
    permission="control.decide_approvals",
    scope=ANYWHERE,
    sentence=Text(uk="Погоджено операцію", en="An operation was agreed to"),
)
def approve(*, cmd: Approve, run: Run) -> Decided:
    """Agree; with the last voice needed, judge the command again and do it as its maker."""
    approval = _waiting(cmd.approval)
    checker = run.actor.user_id
    if checker == approval.maker_id:
        raise SelfApproval
    _require_role(approval, run)
    if cmd.meaning != approval.meaning_hash:
        raise MeaningChanged
    if approval.votes.filter(checker_id=checker).exists():
        raise AlreadyVoted
    ApprovalVote.objects.create(
        approval=approval,
        maker_id=approval.maker_id,
        checker_id=checker,
        meaning_hash=cmd.meaning,
        run_id=run.id,
    )
    if approval.votes.count() < approval.checkers:
        return Decided(Approval.State.WAITING)
    return _carry_out(approval)


class Decline(Command):
    approval: int
    reason: Reason


@operation(
    "control.decline",
    permission="control.decide_approvals",
    scope=ANYWHERE,
    sentence=Text(uk="Відхилено операцію", en="An operation was declined"),
)
def decline(*, cmd: Decline, run: Run) -> Decided:
    """Say no, with the reason that the maker will read."""
    approval = _waiting(cmd.approval)
    if run.actor.user_id == approval.maker_id:
        raise SelfApproval
    _require_role(approval, run)
    return _end(approval, Approval.State.DECLINED, cmd.reason)


class Withdraw(Command):
    approval: int


@operation(
    "control.withdraw_request",
    permission="control.make_requests",
    scope=ANYWHERE,
    sentence=Text(uk="Запит на погодження відкликано", en="A request for approval was withdrawn"),
)
def withdraw_request(*, cmd: Withdraw, run: Run) -> Decided:
    """The maker takes the request back."""
    approval = _waiting(cmd.approval)
    if run.actor.user_id != approval.maker_id:
        raise NotChecker(role=approval.role)
    return _end(approval, Approval.State.EXPIRED, "withdrawn by the maker")


def _carry_out(approval: Approval) -> Decided:
    parked = OPERATIONS[approval.operation]
    command = decode(parked.command, approval.command)
    savepoint = transaction.savepoint()
    done = door.perform(parked, command, approvals.maker_of(approval), approval_id=approval.id)
    now = approvals.signed(done.run, command)
    if approvals.meaning_hash(now) != approval.meaning_hash:
        transaction.savepoint_rollback(savepoint)
        approval.meaning = {"was": approval.meaning, "is": now}
        approval.save(update_fields=["meaning"])
        return _end(approval, Approval.State.RETURNED, "the effect has changed")
    door.conclude(done.run, command, key="", result=done.result)
    approval.state = Approval.State.DONE
    approval.done_run_id = done.run.id
    approval.save(update_fields=["state", "done_run_id"])
    return Decided(Approval.State.DONE, str(done.run.id), done.result)


def _waiting(approval_id: int) -> Approval:
    approval = Approval.objects.select_for_update().filter(id=approval_id).first()
    if approval is None:
        raise NotFound
    if approval.state != Approval.State.WAITING:
        raise AlreadyDecided(state=approval.state)
    return approval


def _require_role(approval: Approval, run: Run) -> None:
    holds = AUTHORITY().holds_role(
        user=run.actor.user_id, role=approval.role, branch=approval.branch_id, date=run.date
    )
    if not holds:
        raise NotChecker(role=approval.role)


def _end(approval: Approval, state: Approval.State, reason: str) -> Decided:
    approval.state = state
    approval.reason = reason
    approval.save(update_fields=["state", "reason"])
    return Decided(state)
