"""Many at once: no more goes out than there is, nobody sees a deadlock, every snapshot is zero."""

import random
import threading
from collections import Counter

import pytest

from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.ledger.errors import InsufficientFunds
from apps.ledger.models import Entry
from apps.ledger.queries import balance
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import in_threads
from tests.factories import Bank, do, internal_account, move, open_account


@pytest.mark.parametrize("floor", [0, -700])
def test_fifty_withdrawals_take_what_there_is(
    own_database: OwnDatabase, bank: Bank, till: int, floor: int
) -> None:
    account = open_account(bank, floor_minor=floor)
    move(bank, source=till, target=account, minor=2_350)

    def withdraw(_: int) -> str:
        try:
            return move(bank, source=account, target=till, minor=100).outcome
        except InsufficientFunds:
            return "refused"

    came = Counter(in_threads(50, withdraw))
    can = (2_350 - floor) // 100
    assert came == {"done": can, "refused": 50 - can}
    assert balance(account) == -(2_350 - can * 100)
    assert Entry.objects.count() == 1 + can


def test_transfers_among_few_accounts_and_a_witness(
    own_database: OwnDatabase, bank: Bank, till: int
) -> None:
    """Batches in random order over four accounts; whoever looks in between sees a zero sum."""
    accounts = [open_account(bank) for _ in range(4)]
    for account in accounts:
        move(bank, source=till, target=account, minor=50_000)
    done = threading.Event()
    seen: list[tuple[int, int]] = []

    def witness() -> None:
        with own_database.connect(autocommit=True) as other:
            while not done.is_set():
                row = other.execute(
                    "SELECT (SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_posting),"
                    "       (SELECT sum(balance_minor)::bigint FROM ledger_balance)"
                ).fetchone()
                assert row is not None
                seen.append(row)

    def storm(number: int) -> None:
        chance = random.Random(number)
        for _ in range(8):
            legs = []
            for _ in range(chance.choice([1, 2, 12])):
                one, two = chance.sample(accounts, 2)
                minor = chance.randint(1, 300)
                legs.append(((one, minor, "UAH"), (two, -minor, "UAH")))
            do("probe.batch", probes.Batch(entries=tuple(legs)), actor=bank.prober)

    watching = threading.Thread(target=witness)
    watching.start()
    try:
        in_threads(8, storm)
    finally:
        done.set()
        watching.join()
    assert len(seen) > 10
    assert set(seen) == {(0, -200_000)}
    assert sum(balance(account) for account in accounts) == -200_000
    drift = """SELECT b.account_id FROM ledger_balance b JOIN ledger_posting p USING (account_id)
                GROUP BY 1, b.balance_minor HAVING sum(p.amount_minor) <> b.balance_minor"""
    assert sql.rows(drift) == []


def test_a_hold_and_a_withdrawal_never_both_have_the_last_money(
    own_database: OwnDatabase, bank: Bank, account: int, till: int
) -> None:
    """A hold may come below zero; what is held before cannot be taken out after."""

    def attempt(number: int) -> str:
        try:
            if number % 2:
                hold = probes.Hold(account=account, amount_minor=60_000)
                return "held " + do("probe.hold", hold, actor=bank.prober).outcome
            return move(bank, source=account, target=till, minor=60_000).outcome
        except Refusal as refusal:
            return refusal.code

    came = Counter(in_threads(4, attempt))
    assert came["held done"] == 2
    assert came["done"] + came["ledger.insufficient_funds"] == 2
    assert came["done"] <= 1


def test_an_internal_account_is_opened_once_by_many(own_database: OwnDatabase, bank: Bank) -> None:
    found = in_threads(8, lambda _: internal_account(bank, gl_code="1200", number="many"))
    assert len(set(found)) == 1


def test_closing_an_account_and_paying_into_it(
    own_database: OwnDatabase, bank: Bank, till: int
) -> None:
    """Either it is closed and empty, or the money came first."""
    for _ in range(5):
        account = open_account(bank)

        def attempt(number: int, account: int = account) -> str:
            try:
                if number:
                    return move(bank, source=till, target=account, minor=5).outcome
                close = probes.CloseAccount(account=account)
                return do("probe.close_account", close, actor=bank.prober).outcome
            except Refusal as refusal:
                return refusal.code

        came = in_threads(2, attempt)
        assert came in (
            ["done", "ledger.account_closed"],
            ["ledger.account_not_empty", "done"],
        )
        assert balance(account) == (0 if came[0] == "done" else -5)
