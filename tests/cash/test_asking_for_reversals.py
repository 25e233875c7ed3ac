"""A teller's own mistake of today: asked for by the teller, undone once a supervisor agrees."""

import pytest

from apps.control.errors import NotFound, PermissionMissing
from apps.control.models import Approval
from apps.control.operations import Approve
from apps.ledger.errors import AlreadyReversed, NotOwnOfToday
from apps.ledger.models import Entry
from apps.ledger.operations import ReverseEntry, ReverseOwnEntry
from tests.cash.desk import (
    FLOAT,
    FLOAT_MINOR,
    Desk,
    Opened,
    close_session,
    deposit,
    open_session,
    over_the_counter,
    staff_a_till,
    till_minor,
)
from tests.evidence import refuse
from tests.factories import Bank, do

ASK = "ledger.reverse_own_entry"


@pytest.fixture
def desk(bank: Bank) -> Desk:
    return staff_a_till(bank)


@pytest.fixture
def own(bank: Bank) -> Opened:
    return deposit(bank)


@pytest.fixture
def entry(bank: Bank, desk: Desk, own: Opened) -> int:
    """10.00 UAH that the teller took in."""
    done = do("cash.deposit", over_the_counter(desk, own, 1_000), actor=bank.teller)
    return Entry.objects.get(run_id=done.run_id).id


def _plea(entry: int) -> ReverseOwnEntry:
    return ReverseOwnEntry(entry=entry, reason="another customer's account")


def _asked(bank: Bank, entry: int) -> Approval:
    parked = do(ASK, _plea(entry), actor=bank.teller)
    assert parked.outcome == "parked"
    assert parked.approval_id is not None
    return Approval.objects.get(id=parked.approval_id)


def test_nothing_moves_until_a_supervisor_agrees(
    bank: Bank, desk: Desk, own: Opened, entry: int
) -> None:
    asked = _asked(bank, entry)
    assert (asked.role, asked.checkers, asked.at_close) == ("supervisor", 1, "expire")
    assert (own.minor, till_minor(desk.till)) == (1_000, FLOAT_MINOR + 1_000)

    agreed = Approve(approval=asked.id, meaning=asked.meaning_hash)
    refuse(PermissionMissing, "control.approve", agreed, actor=bank.teller)
    do("control.approve", agreed, actor=bank.supervisor)

    assert (own.minor, till_minor(desk.till)) == (0, FLOAT_MINOR)
    undone = Entry.objects.get(reverses_id=entry)
    assert (undone.kind, undone.narrative) == (
        "cash.deposit.reversal",
        "another customer's account",
    )
    refuse(AlreadyReversed, ASK, _plea(entry), actor=bank.teller)


def test_only_what_one_booked_oneself(bank: Bank, desk: Desk, own: Opened, entry: int) -> None:
    refuse(NotOwnOfToday, ASK, _plea(entry), actor=bank.second_teller)
    refuse(NotFound, ASK, _plea(entry), actor=bank.other_teller)
    refuse(PermissionMissing, ASK, _plea(entry), actor=bank.accountant)
    undo = ReverseEntry(entry=entry, reason="alone")
    refuse(PermissionMissing, "ledger.reverse_entry", undo, actor=bank.teller)


def test_only_on_the_day_itself(bank: Bank, desk: Desk, entry: int) -> None:
    asked = _asked(bank, entry)
    float_now = [*FLOAT[:2], [1_000, 2], FLOAT[3]]
    assert close_session(desk.session, float_now, bank.teller) == 0
    do("eod.open_next_day", {}, actor=bank.operations)
    open_session(desk.till, float_now, bank.teller)
    agreed = Approve(approval=asked.id, meaning=asked.meaning_hash)

    refuse(NotOwnOfToday, "control.approve", agreed, actor=bank.supervisor)
    refuse(NotOwnOfToday, ASK, _plea(entry), actor=bank.teller)
