"""Commands that wait for another person: parked, looked at, agreed to, declined, taken back."""

from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, transaction

from apps.access.models import RoleHolding
from apps.access.operations import RevokeRole
from apps.control import guarding
from apps.control.commands import Command
from apps.control.door import Outcome, execute
from apps.control.errors import (
    AlreadyDecided,
    AlreadyVoted,
    LimitExceeded,
    MeaningChanged,
    NotChecker,
    NotFound,
    NotMaker,
    PermissionMissing,
    SelfApproval,
)
from apps.control.models import Approval, ApprovalVote, OperationRun, OutboxMessage
from apps.control.operations import Approve, Decline, Withdraw
from apps.control.run import Actor
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.ledger.errors import InsufficientFunds
from apps.ledger.models import Account, Entry
from apps.ledger.queries import balance
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import in_threads, refuse, world
from tests.factories import Bank, add_user, do, fresh_key, move, open_account, set_policy

AGREED = "control.approve"


@pytest.fixture
def policy(bank: Bank, account: int) -> int:
    """Once the account has its money: from 500.00 UAH the supervisor of the branch must agree."""
    return set_policy(
        "probe.move", role="supervisor", from_amount_minor=50_000, actor=bank.administrator
    )


def park(bank: Bank, account: int, till: int, minor: int = 50_000, key: str = "") -> Outcome:
    command = probes.Move(
        branch=bank.branch, source=account, target=till, amount=Money(minor, "UAH")
    )
    return execute("probe.move", command, actor=bank.prober, key=key or fresh_key())


def request_of(parked: Outcome) -> Approval:
    assert parked.approval_id is not None
    return Approval.objects.get(id=parked.approval_id)


def agreement(parked: Outcome) -> Approve:
    approval = request_of(parked)
    return Approve(approval=approval.id, meaning=approval.meaning_hash)


def agree(parked: Outcome, *, actor: Actor) -> Any:
    return do(AGREED, agreement(parked), actor=actor).result


def state(parked: Outcome) -> str:
    return request_of(parked).state


# --- Parked -------------------------------------------------------------------------------------


def test_a_parked_command_does_nothing_yet(
    bank: Bank, policy: int, account: int, till: int
) -> None:
    entries, messages = Entry.objects.count(), OutboxMessage.objects.count()
    parked = park(bank, account, till)
    assert (parked.outcome, parked.result) == ("parked", None)
    assert balance(account) == -100_000
    assert (Entry.objects.count(), OutboxMessage.objects.count()) == (entries, messages)
    approval = request_of(parked)
    assert (approval.state, approval.maker_id) == ("waiting", bank.prober.user_id)
    assert (approval.branch_id, approval.role, approval.checkers) == (bank.branch, "supervisor", 1)
    numbers = [Account.objects.get(id=one).number for one in (account, till)]
    assert approval.meaning["entries"][0]["legs"] == [
        [numbers[0], 50_000, "UAH"],
        [numbers[1], -50_000, "UAH"],
    ]
    line = OperationRun.objects.get(id=parked.run_id)
    assert (line.outcome, line.effect) == ("parked", approval.meaning)


def test_below_its_tier_nobody_is_asked(bank: Bank, policy: int, account: int, till: int) -> None:
    assert park(bank, account, till, 49_999).outcome == "done"
    assert not Approval.objects.exists()


def test_the_highest_tier_that_is_reached_counts(bank: Bank, account: int, till: int) -> None:
    for amount, checkers, role in ((0, 1, "supervisor"), (10_000, 2, "chief_accountant")):
        set_policy(
            "probe.move",
            role=role,
            from_amount_minor=amount,
            checkers=checkers,
            actor=bank.administrator,
        )
    found = [request_of(park(bank, account, till, minor)) for minor in (9_999, 10_000)]
    assert [(one.role, one.checkers) for one in found] == [
        ("supervisor", 1),
        ("chief_accountant", 2),
    ]


def test_a_policy_of_another_branch_does_not_count(bank: Bank, account: int, till: int) -> None:
    set_policy("probe.move", role="supervisor", branch=bank.other_branch, actor=bank.administrator)
    assert park(bank, account, till).outcome == "done"


def test_what_would_be_refused_is_not_parked(
    bank: Bank, policy: int, account: int, till: int
) -> None:
    command = probes.Move(
        branch=bank.branch, source=account, target=till, amount=Money(100_001, "UAH")
    )
    refuse(InsufficientFunds, "probe.move", command, actor=bank.prober)
    assert not Approval.objects.exists()


# --- Agreed to ----------------------------------------------------------------------------------


def test_another_person_agrees_and_it_is_done(
    bank: Bank, policy: int, account: int, till: int
) -> None:
    parked = park(bank, account, till)
    decided = agree(parked, actor=bank.supervisor)
    assert decided["state"] == "done"
    assert decided["result"] == {"account": till}
    assert balance(account) == -50_000
    approval = request_of(parked)
    assert (approval.state, str(approval.done_run_id)) == ("done", decided["run"])
    done = OperationRun.objects.get(id=decided["run"])
    assert (done.outcome, done.operation) == ("done", "probe.move")
    assert (done.actor_id, done.approval_id) == (bank.prober.user_id, approval.id)
    assert Entry.objects.filter(run_id=done.id).count() == 1
    assert OutboxMessage.objects.filter(run_id=done.id).count() == 1
    vote = approval.votes.get()
    assert (vote.checker_id, vote.meaning_hash) == (bank.supervisor.user_id, approval.meaning_hash)
    assert OperationRun.objects.get(id=vote.run_id).operation == AGREED


def test_a_repeated_key_tells_what_became_of_it(
    bank: Bank, policy: int, account: int, till: int
) -> None:
    keys = [fresh_key() for _ in range(4)]
    parked = [park(bank, account, till, 50_000 + number, key) for number, key in enumerate(keys)]
    done = agree(parked[0], actor=bank.supervisor)
    refusal = Decline(approval=parked[1].approval_id or 0, reason="not today")
    do("control.decline", refusal, actor=bank.supervisor)
    do("control.withdraw_request", Withdraw(approval=parked[2].approval_id or 0), actor=bank.prober)
    answers = [park(bank, account, till, 50_000 + number, key) for number, key in enumerate(keys)]
    assert [one.outcome for one in answers] == ["done", "declined", "withdrawn", "parked"]
    assert all(one.replayed for one in answers)
    assert (str(answers[0].run_id), answers[0].result) == (done["run"], {"account": till})
    assert [one.approval_id for one in answers] == [one.approval_id for one in parked]
    assert balance(account) == -50_000


def test_nobody_agrees_to_their_own(bank: Bank, policy: int, account: int, till: int) -> None:
    maker = add_user(role="prober", actor=bank.administrator)
    grant = {"user": maker.user_id, "role": "supervisor", "valid_from": "2026-01-05"}
    do("access.grant_role", grant, actor=bank.administrator)
    command = probes.Move(
        branch=bank.branch, source=account, target=till, amount=Money(50_000, "UAH")
    )
    parked = execute("probe.move", command, actor=maker, key=fresh_key())
    refuse(SelfApproval, AGREED, agreement(parked), actor=maker)
    no = Decline(approval=parked.approval_id or 0, reason="my own")
    refuse(SelfApproval, "control.decline", no, actor=maker)
    assert agree(parked, actor=bank.supervisor)["state"] == "done"


def test_the_database_refuses_a_vote_of_the_maker(
    bank: Bank, policy: int, account: int, till: int
) -> None:
    approval = request_of(park(bank, account, till))
    votes = ApprovalVote(
        approval=approval,
        maker_id=bank.prober.user_id,
        checker_id=bank.prober.user_id,
        meaning_hash=approval.meaning_hash,
        run_id=approval.run_id,
    )
    for maker, constraint in (
        (bank.prober.user_id, "control_vote_by_another"),
        # A false copy of the maker does not help either.
        (bank.supervisor.user_id, "control_vote_maker_is_true"),
    ):
        votes.maker_id = maker
        with (
            guarding.door_open(),
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
        ):
            votes.save(force_insert=True)
    assert not ApprovalVote.objects.exists()


@pytest.mark.parametrize(
    ("person", "refusal"), [("other_supervisor", NotFound), ("chief_accountant", NotChecker)]
)
def test_only_the_role_in_the_branch_agrees(
    bank: Bank, policy: int, account: int, till: int, person: str, refusal: type[Refusal]
) -> None:
    """A request of another branch answers as one that does not exist, also once it is decided."""
    parked = park(bank, account, till)
    no = Decline(approval=parked.approval_id or 0, reason="not mine")
    refuse(PermissionMissing, AGREED, agreement(parked), actor=bank.teller)
    for expected in ("waiting", "done"):
        refuse(refusal, AGREED, agreement(parked), actor=bank.staff[person])
        refuse(refusal, "control.decline", no, actor=bank.staff[person])
        assert state(parked) == expected
        if expected == "waiting":
            agree(parked, actor=bank.supervisor)


def test_the_checkers_limit_counts(bank: Bank, policy: int, account: int, till: int) -> None:
    checker = add_user(
        role="supervisor", branch=bank.branch, limit_minor=50_000, actor=bank.administrator
    )
    refuse(LimitExceeded, AGREED, agreement(park(bank, account, till, 50_001)), actor=checker)
    assert agree(park(bank, account, till, 50_000), actor=checker)["state"] == "done"


def test_two_checkers_are_two_people(bank: Bank, account: int, till: int) -> None:
    set_policy("probe.move", role="supervisor", checkers=2, actor=bank.administrator)
    parked = park(bank, account, till)
    assert agree(parked, actor=bank.supervisor) == {"state": "waiting", "run": None, "result": None}
    assert balance(account) == -100_000
    refuse(AlreadyVoted, AGREED, agreement(parked), actor=bank.supervisor)
    assert agree(parked, actor=bank.second_supervisor)["state"] == "done"
    assert balance(account) == -50_000
    refuse(AlreadyDecided, AGREED, agreement(parked), actor=bank.second_supervisor)


def test_the_voice_of_who_lost_the_role_counts_no_more(bank: Bank, account: int, till: int) -> None:
    set_policy("probe.move", role="supervisor", checkers=2, actor=bank.administrator)
    parked = park(bank, account, till)
    agree(parked, actor=bank.supervisor)
    holding = RoleHolding.objects.get(user_id=bank.supervisor.user_id)
    do("access.revoke_role", RevokeRole(holding=holding.id), actor=bank.administrator)
    assert agree(parked, actor=bank.second_supervisor)["state"] == "waiting"
    assert balance(account) == -100_000
    third = add_user(role="supervisor", branch=bank.branch, actor=bank.administrator)
    assert agree(parked, actor=third)["state"] == "done"


def test_one_agrees_only_to_what_one_saw(bank: Bank, policy: int, account: int, till: int) -> None:
    parked = park(bank, account, till)
    other = Approve(approval=parked.approval_id or 0, meaning="0" * 64)
    refuse(MeaningChanged, AGREED, other, actor=bank.supervisor)
    assert state(parked) == "waiting"


def test_there_is_no_such_request(bank: Bank) -> None:
    refuse(NotFound, AGREED, Approve(approval=99, meaning="0" * 64), actor=bank.supervisor)
    refuse(NotFound, "control.decline", Decline(approval=99, reason="gone"), actor=bank.supervisor)
    refuse(NotFound, "control.withdraw_request", Withdraw(approval=99), actor=bank.teller)


def test_two_checkers_at_once_do_it_once(
    own_database: OwnDatabase, bank: Bank, policy: int, account: int, till: int
) -> None:
    parked = park(bank, account, till)
    people = [bank.supervisor, bank.second_supervisor]
    command = agreement(parked)

    def attempt(number: int) -> str:
        try:
            return str(do(AGREED, command, actor=people[number % 2]).result["state"])
        except AlreadyDecided:
            return "too late"

    assert sorted(in_threads(4, attempt)) == ["done", "too late", "too late", "too late"]
    assert balance(account) == -50_000


# --- Judged again at the moment it is done ------------------------------------------------------


def test_the_book_refuses_and_the_request_waits_on(
    bank: Bank, policy: int, account: int, till: int
) -> None:
    parked = park(bank, account, till)
    move(bank, source=account, target=till, minor=49_999)
    move(bank, source=account, target=till, minor=2)
    line = refuse(InsufficientFunds, AGREED, agreement(parked), actor=bank.supervisor)
    assert line.actor_id == bank.supervisor.user_id
    assert state(parked) == "waiting"
    assert not ApprovalVote.objects.exists()
    move(bank, source=till, target=account, minor=2)
    assert agree(parked, actor=bank.supervisor)["state"] == "done"
    assert balance(account) == -1


def test_the_maker_is_judged_again(bank: Bank, policy: int, account: int, till: int) -> None:
    maker = add_user(role="prober", actor=bank.administrator)
    command = probes.Move(
        branch=bank.branch, source=account, target=till, amount=Money(50_000, "UAH")
    )
    parked = execute("probe.move", command, actor=maker, key=fresh_key())
    holding = RoleHolding.objects.get(user_id=maker.user_id)
    do("access.revoke_role", RevokeRole(holding=holding.id), actor=bank.administrator)
    refuse(PermissionMissing, AGREED, agreement(parked), actor=bank.supervisor)
    assert state(parked) == "waiting"


def test_a_changed_effect_goes_back_to_the_maker(bank: Bank, account: int, till: int) -> None:
    set_policy("probe.sweep_out", role="supervisor", checkers=2, actor=bank.administrator)
    command: Command = probes.SweepOut(branch=bank.branch, source=account, target=till)
    key = fresh_key()
    parked = execute("probe.sweep_out", command, actor=bank.prober, key=key)
    approval = request_of(parked)
    agree(parked, actor=bank.supervisor)
    move(bank, source=account, target=till, minor=1)

    before = world()
    decided = agree(parked, actor=bank.second_supervisor)
    assert decided == {"state": "returned", "run": None, "result": None}
    assert balance(account) == -99_999
    after = world()
    assert {name for name in after if after[name] != before[name]} == {"control_operationkey"}
    # The first voice stays with what it was given for; the last one is not counted.
    assert [vote.checker_id for vote in ApprovalVote.objects.all()] == [bank.supervisor.user_id]

    returned = request_of(parked)
    assert (returned.meaning, returned.meaning_hash) == (approval.meaning, approval.meaning_hash)
    legs = approval.meaning["entries"][0]["legs"]
    was = [{"kind": "probe.sweep", "legs": legs}]
    now = [
        {
            "kind": "probe.sweep",
            "legs": [[number, amount * 99_999 // 100_000, "UAH"] for number, amount, _ in legs],
        }
    ]
    assert returned.difference == {"entries": {"was": was, "now": now}}
    refuse(AlreadyDecided, AGREED, agreement(parked), actor=bank.second_supervisor)
    again = execute("probe.sweep_out", command, actor=bank.prober, key=key)
    assert (again.outcome, again.replayed) == ("returned", True)
    # Asked anew, it is seen anew.
    anew = execute("probe.sweep_out", command, actor=bank.prober, key=fresh_key())
    agree(anew, actor=bank.supervisor)
    assert agree(anew, actor=bank.second_supervisor)["state"] == "done"
    assert balance(account) == 0


def test_a_policy_that_asks_for_more_meanwhile_counts(
    bank: Bank, policy: int, account: int, till: int
) -> None:
    """Agreed to by those who were enough when it was parked, it goes back to the maker."""
    parked, lesser = park(bank, account, till), park(bank, account, till)
    set_policy(
        "probe.move", role="supervisor", from_amount_minor=50_000, checkers=2,
        actor=bank.administrator,
    )  # fmt: skip
    assert agree(parked, actor=bank.supervisor)["state"] == "returned"
    assert request_of(parked).difference == {
        "policy": {
            "was": {"role": "supervisor", "checkers": 1},
            "now": {"role": "supervisor", "checkers": 2},
        }
    }
    set_policy(
        "probe.move", role="operations", from_amount_minor=50_000, checkers=3,
        actor=bank.administrator,
    )  # fmt: skip
    assert agree(lesser, actor=bank.supervisor)["state"] == "returned"
    assert not ApprovalVote.objects.exists()
    assert balance(account) == -100_000


def test_an_account_that_the_command_opens_does_not_change_its_meaning(
    bank: Bank, account: int, till: int
) -> None:
    set_policy("probe.first_use", role="supervisor", actor=bank.administrator)
    command = probes.FirstUse(
        branch=bank.branch, target=account, amount=Money(700, "UAH"), part="new"
    )
    parked = do("probe.first_use", command, actor=bank.prober)
    assert parked.outcome == "parked"
    open_account(bank)  # takes the id that the account had in the rehearsal
    assert agree(parked, actor=bank.supervisor)["state"] == "done"
    assert balance(account) == -100_700


# --- Ended otherwise ----------------------------------------------------------------------------


def test_a_declined_request_is_never_done(bank: Bank, policy: int, account: int, till: int) -> None:
    parked = park(bank, account, till)
    no = Decline(approval=parked.approval_id or 0, reason="the customer has left")
    assert do("control.decline", no, actor=bank.supervisor).result["state"] == "declined"
    approval = request_of(parked)
    assert (approval.state, approval.reason) == ("declined", "the customer has left")
    refuse(AlreadyDecided, AGREED, agreement(parked), actor=bank.second_supervisor)
    assert balance(account) == -100_000


def test_the_maker_alone_takes_it_back(bank: Bank, policy: int, account: int, till: int) -> None:
    parked = park(bank, account, till)
    back = Withdraw(approval=parked.approval_id or 0)
    refuse(NotMaker, "control.withdraw_request", back, actor=bank.teller)
    done = do("control.withdraw_request", back, actor=bank.prober)
    assert done.result["state"] == "withdrawn"
    refuse(AlreadyDecided, AGREED, agreement(parked), actor=bank.supervisor)
    refuse(AlreadyDecided, "control.withdraw_request", back, actor=bank.prober)


def test_votes_are_never_changed(
    own_database: OwnDatabase, bank: Bank, policy: int, account: int, till: int
) -> None:
    agree(park(bank, account, till), actor=bank.supervisor)
    for alias, state in (("default", "42501"), ("owner", "SK008")):
        with own_database.connect(alias, autocommit=True) as connection:
            for statement in (
                "UPDATE control_approvalvote SET checker_id = maker_id",
                "DELETE FROM control_approvalvote",
                "TRUNCATE control_approvalvote",
            ):
                with pytest.raises(psycopg.Error) as refused:
                    connection.execute(statement)
                assert refused.value.sqlstate == state
