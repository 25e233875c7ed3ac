"""An entry is undone by its opposite, once, and both stay."""

import pytest

from apps.control.errors import LimitExceeded, NotFound, PermissionMissing
from apps.kernel.money import Money
from apps.ledger.errors import AlreadyReversed, InsufficientFunds, NotReversible
from apps.ledger.models import Entry
from apps.ledger.operations import ReverseEntry
from apps.ledger.queries import balance, statement
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import in_threads, refuse
from tests.factories import Bank, add_user, do, move, set_policy

REVERSE = "ledger.reverse_entry"


@pytest.fixture
def entry(bank: Bank, account: int, till: int) -> int:
    """300.00 UAH from the account to the till."""
    done = move(bank, source=account, target=till, minor=30_000)
    return Entry.objects.get(run_id=done.run_id).id


def reversal(entry: int) -> ReverseEntry:
    return ReverseEntry(entry=entry, reason="paid out to the wrong person")


def test_a_reversal_is_the_opposite_and_names_what_it_undoes(
    bank: Bank, account: int, till: int, entry: int
) -> None:
    done = do(REVERSE, reversal(entry), actor=bank.supervisor)
    assert (balance(account), balance(till)) == (-100_000, 100_000)
    undone = Entry.objects.get(run_id=done.run_id)
    assert (undone.reverses_id, undone.kind) == (entry, "probe.move.reversal")
    assert undone.narrative == "paid out to the wrong person"
    assert [line.amount_minor for line in statement(account)] == [-30_000, 30_000, -100_000]
    legs = [leg.amount_minor for leg in undone.postings.order_by("id")]
    assert legs == [-30_000, 30_000]


def test_the_limit_and_the_policies_count_for_what_is_undone(
    bank: Bank, account: int, entry: int
) -> None:
    """30 000 kopiykas may not move back by whoever may not move them."""
    lesser = add_user(
        role="supervisor", branch=bank.branch, limit_minor=29_999, actor=bank.administrator
    )
    refuse(LimitExceeded, REVERSE, reversal(entry), actor=lesser)
    set_policy(REVERSE, role="supervisor", from_amount_minor=30_000, actor=bank.administrator)
    parked = do(REVERSE, reversal(entry), actor=bank.second_supervisor)
    assert (parked.outcome, balance(account)) == ("parked", -70_000)


def test_an_entry_of_a_closed_date_is_undone_today(bank: Bank, account: int, entry: int) -> None:
    for name in ("probe.open_next_date", "probe.finish_close"):
        do(name, probes.NextDate(), actor=bank.prober)
    done = do(REVERSE, reversal(entry), actor=bank.supervisor)
    assert (Entry.objects.get(run_id=done.run_id).booking_date - bank.date).days == 1
    assert balance(account) == -100_000


def test_it_is_undone_once(bank: Bank, entry: int) -> None:
    do(REVERSE, reversal(entry), actor=bank.supervisor)
    refuse(AlreadyReversed, REVERSE, reversal(entry), actor=bank.supervisor)


def test_it_is_undone_once_by_many(
    own_database: OwnDatabase, bank: Bank, account: int, entry: int
) -> None:
    def attempt(_: int) -> str:
        try:
            return do(REVERSE, reversal(entry), actor=bank.supervisor).outcome
        except AlreadyReversed:
            return "once"

    assert sorted(in_threads(8, attempt)) == ["done"] + ["once"] * 7
    assert balance(account) == -100_000
    assert Entry.objects.filter(reverses_id=entry).count() == 1


def test_a_reversal_is_not_reversed(bank: Bank, entry: int) -> None:
    done = do(REVERSE, reversal(entry), actor=bank.supervisor)
    again = Entry.objects.get(run_id=done.run_id).id
    refuse(NotReversible, REVERSE, reversal(again), actor=bank.supervisor)


def test_only_declared_kinds_are_undone(bank: Bank, account: int, till: int) -> None:
    command = probes.FirstUse(branch=bank.branch, target=account, amount=Money(1, "UAH"), part="x")
    done = do("probe.first_use", command, actor=bank.prober)
    entry = Entry.objects.get(run_id=done.run_id).id
    line = refuse(NotReversible, REVERSE, reversal(entry), actor=bank.supervisor)
    assert line.refusal is not None
    assert line.refusal["data"] == {"kind": "probe.first_use"}


def test_money_that_is_gone_stops_a_reversal(bank: Bank, account: int, till: int) -> None:
    done = move(bank, source=till, target=account, minor=5)
    move(bank, source=account, target=till, minor=100_005)
    entry = Entry.objects.get(run_id=done.run_id).id
    refuse(InsufficientFunds, REVERSE, reversal(entry), actor=bank.supervisor)


def test_who_may_undo(bank: Bank, entry: int) -> None:
    refuse(PermissionMissing, REVERSE, reversal(entry), actor=bank.teller)
    refuse(NotFound, REVERSE, reversal(entry), actor=bank.other_supervisor)
    refuse(NotFound, REVERSE, reversal(987_654), actor=bank.supervisor)
