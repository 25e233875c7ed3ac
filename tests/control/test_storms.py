"""Storms: clients that repeat themselves while connections and processes are killed.

What was answered is done, and once; what was not answered is done once when it is asked again; and
whoever looks in between sees a book that sums to zero.
"""

import random
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from apps.control.door import execute
from apps.control.models import OperationRun
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.ledger.models import Entry
from apps.ledger.queries import balance
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import in_threads, wait_until
from tests.factories import Bank, fresh_key, move, open_account

CLIENTS = 6
EACH = 60


@contextmanager
def lightning(database: OwnDatabase, seed: int) -> Iterator[list[int]]:
    """Kill a connection of the application's every now and then; how many were."""
    chance = random.Random(seed)
    struck: list[int] = []
    over = threading.Event()

    def strike() -> None:
        with database.connect("owner", autocommit=True) as owner:
            while not over.wait(chance.uniform(0.02, 0.08)):
                found = owner.execute(
                    """SELECT pid, pg_terminate_backend(pid)
                         FROM (SELECT pid FROM pg_stat_activity
                                WHERE datname = current_database() AND usename = %s
                                  AND application_name <> 'witness'
                                ORDER BY random() LIMIT 1) one""",
                    [settings.DATABASE_APP_ROLE],
                ).fetchall()
                struck.extend(pid for pid, _ in found)

    struck_by = threading.Thread(target=strike)
    struck_by.start()
    try:
        yield struck
    finally:
        over.set()
        struck_by.join()


@contextmanager
def witness(database: OwnDatabase) -> Iterator[set[tuple[int, int]]]:
    """What every snapshot of the book sums to, and what of it lies on limited accounts."""
    seen: set[tuple[int, int]] = set()
    over = threading.Event()

    def look() -> None:
        with database.connect(autocommit=True, application_name="witness") as other:
            while not over.is_set():
                row = other.execute(
                    """SELECT (SELECT sum(amount_minor)::bigint FROM ledger_posting),
                              (SELECT sum(balance_minor)::bigint FROM ledger_balance)"""
                ).fetchone()
                assert row is not None
                seen.add(row)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()


def test_clients_whose_connections_are_killed(
    own_database: OwnDatabase, bank: Bank, till: int
) -> None:
    one, two = open_account(bank), open_account(bank)
    for account in (one, two):
        move(bank, source=till, target=account, minor=100_000)
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")  # noqa: T201
    keys = [fresh_key() for _ in range(CLIENTS * EACH // 2)]

    def command(number: int) -> probes.Move:
        source, target = (one, two) if number % 3 else (two, one)
        amount = Money(1 + number, "UAH")
        return probes.Move(branch=bank.branch, source=source, target=target, amount=amount)

    def client(number: int) -> dict[int, object]:
        """Each key is sent by two clients, in another order, until there is an answer."""
        answers: dict[int, object] = {}
        mine = [n for n in range(len(keys)) if number in (n % CLIENTS, (n + 1) % CLIENTS)]
        random.Random(seed + number).shuffle(mine)
        while waiting := [n for n in mine if n not in answers]:
            for n in waiting:
                try:
                    outcome = execute("probe.move", command(n), actor=bank.prober, key=keys[n])
                except Refusal as refusal:
                    if not refusal.retryable:
                        raise
                else:
                    answers[n] = outcome.run_id
        return answers

    with witness(own_database) as seen, lightning(own_database, seed) as struck:
        told = in_threads(CLIENTS, client)
    # This thread's own line was one of those struck.
    connection.close()
    assert len(struck) >= 3
    assert seen == {(0, -200_000)}
    # Both clients of a key got the same answer, and it holds.
    runs = dict(OperationRun.objects.filter(outcome="done").values_list("key", "id"))
    for answers in told:
        assert answers == {n: runs[keys[n]] for n in answers}
    assert set().union(*told) == set(range(len(keys)))
    assert (
        Entry.objects.filter(run_id__in=runs.values(), kind="probe.move").count() == len(keys) + 2
    )
    moved = sum((1 + n) * (1 if n % 3 else -1) for n in range(len(keys)))
    assert (balance(one), balance(two)) == (-100_000 + moved, -100_000 - moved)


def test_a_client_whose_process_is_killed(
    own_database: OwnDatabase, bank: Bank, account: int, till: int
) -> None:
    chance = random.Random(seed := secrets.randbelow(1_000_000))
    print(f"seed {seed}")  # noqa: T201
    told: dict[str, str] = {}
    asked = [str(number) for number in (bank.prober.user_id, bank.branch, account, till)]
    for round_ in ("a", "b", "c"):
        command = [sys.executable, "-m", "tests.client", *asked, round_, "500"]
        with subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=own_database.environment,
            stdout=subprocess.PIPE, text=True,
        ) as client:  # fmt: skip
            assert client.stdout is not None
            for _ in range(chance.randint(1, 40)):
                key, run = client.stdout.readline().split()
                told[key] = run
            client.kill()
            told |= dict(line.split() for line in client.stdout if line.endswith("\n"))
    # The server ends what the killed ones had begun.
    wait_until(lambda: own_database_is_quiet(own_database))

    done = {
        key: str(run)
        for key, run in OperationRun.objects.filter(
            outcome="done", actor_id=bank.prober.user_id, key__regex="^[abc][0-9]+$"
        ).values_list("key", "id")
    }
    # Nothing that was answered is lost; at most the last of each client was done without a word.
    assert told.items() <= done.items()
    assert len(done) - len(told) <= 3
    assert balance(account) == -100_000 + len(done)

    # Asked again, all of it is done, and once.
    again = probes.Move(branch=bank.branch, source=account, target=till, amount=Money(1, "UAH"))
    for round_ in ("a", "b", "c"):
        for number in range(45):
            key = f"{round_}{number}"
            outcome = execute("probe.move", again, actor=bank.prober, key=key)
            assert outcome.replayed == (key in done)
            assert str(outcome.run_id) == done.get(key, str(outcome.run_id))
    everything = {f"{round_}{number}" for round_ in "abc" for number in range(45)} | set(done)
    assert balance(account) == -100_000 + len(everything)


def own_database_is_quiet(database: OwnDatabase) -> bool:
    with database.connect("owner", autocommit=True) as owner:
        found = owner.execute(
            """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state LIKE '%transaction%'"""
        ).fetchone()
    return found == (0,)
