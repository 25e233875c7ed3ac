"""What may pass is tried again, by the door alone and with the whole operation."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connections, transaction

from apps.control import door
from apps.control.door import execute
from apps.control.errors import BranchCodeTaken, Busy, ConstraintBroken
from apps.control.models import OperationKey, OperationRun
from apps.control.operations import OpenBranch
from apps.kernel.money import Money
from apps.ledger.errors import DateNotOpen
from apps.ledger.queries import balance
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import in_threads, refuse, wait_until, world
from tests.factories import Bank, do, fresh_key, move, open_account


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_a_failure_that_passes_is_not_seen(
    own_database: OwnDatabase, bank: Bank, state: str
) -> None:
    before = OperationRun.objects.count()
    outcome = do("probe.stumble", probes.Stumble(state=state, times=3), actor=bank.prober)
    assert (outcome.outcome, outcome.result) == ("done", 4)
    assert OperationRun.objects.count() == before + 1


def test_what_does_not_pass_is_given_up(own_database: OwnDatabase, bank: Bank) -> None:
    before = world()
    command, key = probes.Stumble(state="40001", times=99), fresh_key()
    with pytest.raises(Busy) as refused:
        execute("probe.stumble", command, actor=bank.prober, key=key)
    assert refused.value.retryable
    assert world() == before
    assert OperationRun.objects.latest("at").refusal == {"code": "control.busy", "data": {}}
    assert not OperationKey.objects.filter(key=key).exists()


def test_a_date_that_does_not_open_is_told_as_such(own_database: OwnDatabase, bank: Bank) -> None:
    with pytest.raises(DateNotOpen):
        do("probe.stumble", probes.Stumble(state="SK001", times=99), actor=bank.prober)


def test_other_errors_are_not_tried_again(own_database: OwnDatabase, bank: Bank) -> None:
    before = world()
    with pytest.raises(DatabaseError, match="stumbled"):
        do("probe.stumble", probes.Stumble(state="XX000", times=1), actor=bank.prober)
    assert world() == before


def test_a_broken_constraint_is_a_refusal(bank: Bank) -> None:
    twin = OpenBranch(code="001", name_uk="Двійник", name_en="Twin")
    refuse(BranchCodeTaken, "control.open_branch", twin, actor=bank.administrator)


def test_a_constraint_that_nobody_named_is_one_too(bank: Bank, account: int) -> None:
    nothing = probes.Hold(account=account, amount_minor=0)
    line = refuse(ConstraintBroken, "probe.hold", nothing, actor=bank.prober)
    assert line.refusal == {
        "code": "control.constraint_broken",
        "data": {"constraint": "ledger_hold_positive"},
    }


def test_the_door_is_the_outermost_transaction(own_database: OwnDatabase, bank: Bank) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        do("probe.tell", probes.Tell(texts=()), actor=bank.prober)


def test_transfers_both_ways_never_deadlock_a_caller(
    own_database: OwnDatabase, bank: Bank, till: int
) -> None:
    one, two = open_account(bank), open_account(bank)
    for account in (one, two):
        move(bank, source=till, target=account, minor=10_000)

    def storm(number: int) -> None:
        pair = (one, two) if number % 2 else (two, one)
        for _ in range(12):
            move(bank, source=pair[0], target=pair[1], minor=1)

    in_threads(8, storm)
    assert (balance(one), balance(two)) == (-10_000, -10_000)


def test_posting_waits_for_nobody_who_keeps_a_row_too_long(
    own_database: OwnDatabase, bank: Bank, account: int, till: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that holds a balance row costs the others a lock timeout, not a hang."""
    monkeypatch.setattr(door, "MAX_TRIES", 2)
    with own_database.connect("owner") as owner:
        owner.execute("SELECT FROM ledger_balance WHERE account_id = %s FOR UPDATE", [account])
        began = time.monotonic()
        with pytest.raises(Busy):
            move(bank, source=account, target=till, minor=1)
        assert 3.9 < time.monotonic() - began < 8
    assert balance(account) == -100_000


def test_postings_hold_the_date_open(
    own_database: OwnDatabase, bank: Bank, account: int, till: int
) -> None:
    """Whoever moves the date waits for the postings into it, and later ones see the new date."""
    with own_database.connect("owner") as posting, ThreadPoolExecutor(1) as pool:
        posting.execute(
            "SELECT pg_advisory_xact_lock_shared(7000, %s::date - DATE '2000-01-01')", [bank.date]
        )

        def roll() -> str:
            try:
                return do("probe.open_next_date", probes.NextDate(), actor=bank.prober).outcome
            finally:
                connections.close_all()

        rolling = pool.submit(roll)
        wait_until(lambda: _waits(own_database))
        assert not rolling.done()
        posting.rollback()
        assert rolling.result() == "done"
    done = move(bank, source=account, target=till, minor=1)
    line = OperationRun.objects.get(id=done.run_id)
    assert line.booking_date is not None
    assert (line.booking_date - bank.date).days == 1


def test_a_date_that_moves_under_a_posting_is_tried_again(
    own_database: OwnDatabase, bank: Bank, account: int, till: int
) -> None:
    """The posting has read the old date when the roll commits: it ends in the new one."""
    command = probes.Move(
        branch=bank.branch,
        source=account,
        target=till,
        amount=Money(1, "UAH"),
        narrative=probes.SLOW,
    )

    def post() -> str:
        try:
            return str(do("probe.move", command, actor=bank.prober).run_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post)
        wait_until(lambda: _sleeps(own_database))
        do("probe.open_next_date", probes.NextDate(), actor=bank.prober)
        run = posting.result()
    line = OperationRun.objects.get(id=run)
    assert line.booking_date is not None
    assert (line.booking_date - bank.date).days == 1
    assert balance(account) == -99_999


def _waits(database: OwnDatabase) -> bool:
    return _any(database, "wait_event_type = 'Lock'")


def _sleeps(database: OwnDatabase) -> bool:
    return _any(database, "wait_event = 'PgSleep'")


def _any(database: OwnDatabase, condition: str) -> bool:
    statement = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND " + condition
    with database.connect("owner", autocommit=True) as owner:
        return owner.execute(statement).rowcount > 0
