"""Operations of the door itself: decisions on parked commands, and the kernel's tables."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from msgspec import Meta, Struct

from apps.control import approvals, auditing, door
from apps.control.commands import Command, decode, secrets_of
from apps.control.declarations import (
    ANYWHERE,
    AUTHORITY,
    OPERATIONS,
    WHOLE_BANK,
    RoleHeld,
    operation,
)
from apps.control.errors import (
    AlreadyDecided,
    AlreadyVoted,
    MalformedCommand,
    MeaningChanged,
    NotChecker,
    NotFound,
    NotMaker,
    PolicyEnded,
    PolicyEndsTooEarly,
    PolicyImpossible,
    PolicyTakesOver,
    RoleUnknown,
    SelfApproval,
)
from apps.control.models import Approval, ApprovalPolicy, ApprovalVote
from apps.control.run import Run
from apps.kernel.currencies import currency
from apps.kernel.models import Bank, BookingDate, Branch
from apps.kernel.queries import bank
from apps.kernel.text import Text

Reason = Annotated[str, Meta(min_length=3, max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


# Dates on both sides of a bank's own are computed, which a calendar's first and last years lack.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class SetUpBank(Command):
    name_uk: Name
    name_en: Name
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    base_currency: str
    first_date: dt.date
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")] = "UA"
    time_zone: str = "Europe/Kyiv"


@operation(
    "control.set_up_bank",
    permission="control.set_up_bank",
    scope=WHOLE_BANK,
    sentence=Text(uk="Банк засновано", en="The bank was set up"),
    dateless=True,
)
def set_up_bank(*, cmd: SetUpBank, run: Run) -> None:
    """Write down who the bank is and open its first booking date; once.

    Raises UnknownCurrency, and MalformedCommand for a time zone that does not exist or a first date
    that no bank could have.
    """
    if not _FIRST_YEAR <= cmd.first_date.year <= _LAST_YEAR:
        reason = f"a year from {_FIRST_YEAR} to {_LAST_YEAR} is meant"
        raise MalformedCommand(pointer="/first_date", reason=reason)
    try:
        ZoneInfo(cmd.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise MalformedCommand(pointer="/time_zone", reason="no such time zone") from None
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
    """Add a branch, open from the current booking date. Raises BranchCodeTaken and NotFound."""
    _require_branch(cmd.parent)
    branch = Branch.objects.create(
        code=cmd.code,
        name_uk=cmd.name_uk,
        name_en=cmd.name_en,
        parent_id=cmd.parent,
        opened_on=run.date,
    )
    return BranchOpened(branch.id)


def _require_branch(branch: int | None) -> None:
    if branch is not None and not Branch.objects.filter(id=branch).exists():
        raise NotFound


class SetApprovalPolicy(Command):
    operation: str
    role: str
    valid_from: dt.date
    from_amount_minor: Annotated[int, Meta(ge=0)] = 0
    checkers: Annotated[int, Meta(ge=1, le=9)] = 1
    at_close: ApprovalPolicy.AtClose = ApprovalPolicy.AtClose.CARRY
    branch: int | None = None


class PolicySet(Struct, frozen=True):
    """`holders`: how many people hold the role on the policy's first date, as things stand.

    Where they are fewer than `checkers`, requests will wait for nobody.
    """

    policy: int
    holders: int


@operation(
    "control.set_approval_policy",
    permission="control.manage_policies",
    scope=WHOLE_BANK,
    sentence=Text(uk="Змінено правило погодження", en="An approval policy was set"),
)
def set_approval_policy(*, cmd: SetApprovalPolicy, run: Run) -> PolicySet:
    """Ask for another pair of eyes on an operation from a date on.

    Raises UnknownOperation, PolicyImpossible, RoleUnknown, PolicyTakesOver, and NotFound for a
    branch that does not exist.
    """
    _require_branch(cmd.branch)
    asked = door.named(cmd.operation)
    if asked.name in _DECISIONS or asked.closing or secrets_of(asked.command):
        raise PolicyImpossible(operation=asked.name)
    holders = AUTHORITY().holders(role=cmd.role, branch=cmd.branch, date=cmd.valid_from)
    if holders is None:
        raise RoleUnknown(role=cmd.role[:40])
    _require_more_eyes(cmd)
    policy = ApprovalPolicy.objects.create(
        operation=asked.name,
        branch_id=cmd.branch,
        from_amount_minor=cmd.from_amount_minor,
        role=cmd.role,
        checkers=cmd.checkers,
        at_close=cmd.at_close,
        valid_from=cmd.valid_from,
    )
    return PolicySet(policy.id, holders)


# If these waited for an agreement, nothing could ever be agreed to again.
_DECISIONS = {"control.approve", "control.decline", "control.withdraw_request"}


def _require_more_eyes(cmd: SetApprovalPolicy) -> None:
    """Refuse to lessen what a policy asks, which `end_approval_policy` does with another person.

    The highest tier that an amount reaches is the one that counts: one that begins no lower than
    another takes over from it, and so must ask the same role or more people.
    """
    others = ApprovalPolicy.objects.select_for_update().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=cmd.valid_from),
        operation=cmd.operation,
        from_amount_minor__lte=cmd.from_amount_minor,
    )
    if cmd.branch is not None:
        others = others.filter(Q(branch__isnull=True) | Q(branch=cmd.branch))
    for one in others.order_by("id"):
        if cmd.checkers < one.checkers or (cmd.role != one.role and cmd.checkers == one.checkers):
            raise PolicyTakesOver(policy=one.id, role=one.role, checkers=one.checkers)


class EndApprovalPolicy(Command):
    """`last_date` is the last booking date on which the policy still asks."""

    policy: int
    last_date: dt.date


@operation(
    "control.end_approval_policy",
    permission="control.manage_policies",
    scope=WHOLE_BANK,
    sentence=Text(uk="Завершено правило погодження", en="An approval policy was ended"),
    four_eyes=True,
)
def end_approval_policy(*, cmd: EndApprovalPolicy, run: Run) -> None:
    """Let a policy ask no more after a date, today at the earliest: what it asked stays history.

    Fewer eyes are never decided by one person. Raises NotFound, PolicyEnded and
    PolicyEndsTooEarly.
    """
    policy = ApprovalPolicy.objects.select_for_update().filter(id=cmd.policy).first()
    if policy is None:
        raise NotFound
    if policy.valid_to is not None and policy.valid_to < run.date:
        raise PolicyEnded(last_date=policy.valid_to.isoformat())
    earliest = max(run.date, policy.valid_from)
    if cmd.last_date < earliest:
        raise PolicyEndsTooEarly(earliest=earliest.isoformat())
    policy.valid_to = cmd.last_date
    policy.save(update_fields=["valid_to"])


class Approve(Command):
    """Agree to exactly the meaning that was seen, named by its hash."""

    approval: int
    meaning: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


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
    """Agree; with the last voice needed, judge the command again and do it as its maker.

    A refusal of the command goes to the checker, and the request waits on, without this voice. An
    effect that is no longer the signed one goes back to the maker: what nobody saw is not done.
    """
    approval = _locked(cmd.approval)
    command = decode(OPERATIONS[approval.operation].command, approval.command)
    _require_checker(approval, command, run)
    _require_waiting(approval)
    if cmd.meaning != approval.meaning_hash:
        raise MeaningChanged
    votes = approval.votes.values_list("checker_id", flat=True)
    if run.actor.user_id in votes:
        raise AlreadyVoted
    # Whoever no longer holds the role has no voice any more, also not an earlier one.
    if sum(_held(approval, voter, run) is not None for voter in votes) + 1 < approval.checkers:
        _vote(approval, run)
        return Decided(Approval.State.WAITING)
    return _carry_out(approval, command, run)


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
    approval = _locked(cmd.approval)
    _require_checker(approval, None, run)
    _require_waiting(approval)
    return _end(approval, Approval.State.DECLINED, reason=cmd.reason)


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
    approval = _locked(cmd.approval)
    if run.actor.user_id != approval.maker_id:
        raise NotMaker
    _require_waiting(approval)
    return _end(approval, Approval.State.WITHDRAWN)


def _carry_out(approval: Approval, command: Command, run: Run) -> Decided:
    savepoint = transaction.savepoint()
    _vote(approval, run)
    done = door.perform(
        OPERATIONS[approval.operation],
        command,
        approvals.maker_of(approval),
        approval_id=approval.id,
    )
    auditing.follow(run)
    now = approvals.signed(done.run, command)
    changed: dict[str, Any] = {}
    if approvals.meaning_hash(now) != approval.meaning_hash:
        changed = approvals.difference(approval.meaning, now)
    if policy := approvals.stricter(approval, done.policy):
        changed["policy"] = policy
    if changed:
        # With what the body did goes the voice, too: nobody has agreed to this effect, or not all
        # who must by now.
        transaction.savepoint_rollback(savepoint)
        return _end(approval, Approval.State.RETURNED, difference=changed)
    transaction.savepoint_commit(savepoint)
    door.conclude(done.run, command, key="", result=done.result)
    _end(approval, Approval.State.DONE, done_run_id=done.run.id)
    return Decided(Approval.State.DONE, str(done.run.id), done.result)


def _vote(approval: Approval, run: Run) -> None:
    ApprovalVote.objects.create(
        approval=approval,
        maker_id=approval.maker_id,
        checker_id=run.actor.user_id,
        meaning_hash=approval.meaning_hash,
        run_id=run.id,
    )


def _locked(approval_id: int) -> Approval:
    approval = Approval.objects.select_for_update().filter(id=approval_id).first()
    if approval is None:
        raise NotFound
    return approval


def _require_waiting(approval: Approval) -> None:
    """Only after it is known that the person may see the request at all."""
    if approval.state != Approval.State.WAITING:
        raise AlreadyDecided(state=approval.state)


def _held(approval: Approval, user: int, run: Run) -> RoleHeld | None:
    return AUTHORITY().role_held(
        user=user, role=approval.role, branch=approval.branch_id, date=run.date
    )


def _require_checker(approval: Approval, command: Command | None, run: Run) -> None:
    """Raises SelfApproval, NotFound in a branch of others, or NotChecker; LimitExceeded where the
    role's limit is below the amount.

    Without a command only the role counts: whoever may look may also say no.
    """
    if run.actor.user_id == approval.maker_id:
        raise SelfApproval
    held = _held(approval, run.actor.user_id, run)
    if held is None:
        if not door.is_permitted(run, approval.branch_id):
            raise NotFound
        raise NotChecker(role=approval.role)
    amount = OPERATIONS[approval.operation].amount
    if command is not None and amount is not None and held.limit_minor is not None:
        door.require_within(amount(command), held.limit_minor, bank().base_currency)


def _end(
    approval: Approval,
    state: Approval.State,
    *,
    reason: str = "",
    difference: dict[str, Any] | None = None,
    done_run_id: UUID | None = None,
) -> Decided:
    approval.state = state
    approval.reason = reason
    approval.difference = difference
    approval.done_run_id = done_run_id
    approval.save(update_fields=["state", "reason", "difference", "done_run_id"])
    return Decided(state)
