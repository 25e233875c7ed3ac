"""A key is claimed once: the same content gets the same answer for ever, other content none."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
import pytest
from django.db import connection, connections

from apps.control.commands import Command
from apps.control.door import Outcome, execute
from apps.control.errors import KeyMissing, KeyReused, StillRunning
from apps.control.models import OperationKey, OperationRun
from apps.control.run import Origin
from apps.kernel.money import Money
from apps.ledger.models import Entry
from apps.ledger.queries import balance
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import in_threads, wait_until
from tests.factories import Bank, as_actor, fresh_key, move

T = TypeVar("T")


def withdrawal(bank: Bank, account: int, till: int, minor: int = 100) -> probes.Move:
    return probes.Move(branch=bank.branch, source=account, target=till, amount=Money(minor, "UAH"))


def test_the_same_key_gives_the_same_answer(bank: Bank, account: int, till: int) -> None:
    command, key = withdrawal(bank, account, till), fresh_key()
    first = execute("probe.move", command, actor=bank.prober, key=key)
    again = execute("probe.move", command, actor=bank.prober, key=key)
    assert (first.outcome, first.replayed) == ("done", False)
    assert (again.outcome, again.replayed) == ("done", True)
    assert (again.run_id, again.result) == (first.run_id, first.result)
    assert balance(account) == -99_900
    assert Entry.objects.filter(run_id=first.run_id).count() == 1
    assert OperationRun.objects.filter(key=key).count() == 1


@pytest.mark.parametrize("form", ["command", "mapping", "bytes"])
def test_the_form_of_the_content_does_not_count(
    bank: Bank, account: int, till: int, form: str
) -> None:
    command, key = withdrawal(bank, account, till), fresh_key()
    plain = {
        "amount": {"currency": "UAH", "amount": "1.00"},
        "target": till,
        "source": account,
        "branch": bank.branch,
    }
    text = f'{{"source":{account}, "branch":{bank.branch}, "target":{till}, "amount":'
    text += '{"amount":"1.00","currency":"UAH"}}'
    forms = {"command": command, "mapping": plain, "bytes": text.encode()}
    execute("probe.move", command, actor=bank.prober, key=key)
    again = execute("probe.move", forms[form], actor=bank.prober, key=key)  # type: ignore[arg-type]
    assert again.replayed
    assert balance(account) == -99_900


def test_other_content_under_a_key_is_refused(bank: Bank, account: int, till: int) -> None:
    key = fresh_key()
    execute("probe.move", withdrawal(bank, account, till), actor=bank.prober, key=key)
    with pytest.raises(KeyReused):
        execute("probe.move", withdrawal(bank, account, till, 101), actor=bank.prober, key=key)
    with pytest.raises(KeyReused):
        execute("probe.tell", probes.Tell(texts=()), actor=bank.prober, key=key)
    assert balance(account) == -99_900
    outcomes = OperationRun.objects.filter(key=key).order_by("id")
    assert [run.outcome for run in outcomes] == ["done", "refused", "refused"]
    assert outcomes[1].refusal == {"code": "control.key_reused", "data": {"key": key}}


def test_a_refusal_does_not_bind_its_key(bank: Bank, account: int, till: int) -> None:
    command, key = withdrawal(bank, account, till, 150_000), fresh_key()
    with pytest.raises(Exception, match="insufficient_funds"):
        execute("probe.move", command, actor=bank.prober, key=key)
    assert not OperationKey.objects.filter(key=key).exists()
    move(bank, source=till, target=account, minor=50_000)
    assert execute("probe.move", command, actor=bank.prober, key=key).outcome == "done"
    assert balance(account) == 0


def test_keys_are_scoped_by_origin_and_client(bank: Bank, account: int, till: int) -> None:
    user, key = bank.prober.user_id, fresh_key()
    actors = [
        as_actor(user),
        as_actor(user, origin=Origin.API, client="one"),
        as_actor(user, origin=Origin.API, client="two"),
    ]
    command = withdrawal(bank, account, till)
    for actor in actors * 2:
        execute("probe.move", command, actor=actor, key=key)
    assert balance(account) == -99_700


def test_two_people_never_share_a_key(bank: Bank) -> None:
    key, command = fresh_key(), probes.Tell(texts=("x",))
    execute("probe.tell", command, actor=bank.prober, key=key)
    with pytest.raises(Exception, match="permission_missing"):
        execute("probe.tell", command, actor=bank.teller, key=key)


@pytest.mark.parametrize("key", ["", "k" * 201, "k\x00"])
def test_a_key_has_1_to_200_characters(bank: Bank, account: int, till: int, key: str) -> None:
    with pytest.raises(KeyMissing):
        execute("probe.move", withdrawal(bank, account, till), actor=bank.prober, key=key)
    assert balance(account) == -100_000
    assert OperationRun.objects.filter(outcome="refused").count() == 1


def test_longest_key_is_kept_whole(bank: Bank) -> None:
    key = "ї" * 200
    execute("probe.tell", probes.Tell(texts=()), actor=bank.prober, key=key)
    assert execute("probe.tell", probes.Tell(texts=()), actor=bank.prober, key=key).replayed


# --- With real transactions ---------------------------------------------------------------------


def test_sixteen_threads_with_one_key_do_it_once(
    own_database: OwnDatabase, bank: Bank, account: int, till: int
) -> None:
    command, key = withdrawal(bank, account, till), fresh_key()
    done = in_threads(16, lambda _: execute("probe.move", command, actor=bank.prober, key=key))
    assert len({outcome.run_id for outcome in done}) == 1
    assert sorted(outcome.replayed for outcome in done) == [False] + [True] * 15
    assert {str(outcome.result) for outcome in done} == {str({"account": till})}
    assert balance(account) == -99_900
    assert OperationRun.objects.filter(key=key).count() == 1


def test_sixteen_threads_with_sixteen_contents_do_one(
    own_database: OwnDatabase, bank: Bank, account: int, till: int
) -> None:
    key = fresh_key()

    def attempt(number: int) -> Outcome | None:
        command = withdrawal(bank, account, till, 1 + number)
        try:
            return execute("probe.move", command, actor=bank.prober, key=key)
        except KeyReused:
            return None

    done = [outcome for outcome in in_threads(16, attempt) if outcome is not None]
    assert len(done) == 1
    assert OperationRun.objects.filter(key=key, outcome="done").count() == 1
    assert OperationRun.objects.filter(key=key, outcome="refused").count() == 15


def test_what_still_runs_after_two_seconds_says_so(own_database: OwnDatabase, bank: Bank) -> None:
    command, key = probes.Pause(seconds=3), fresh_key()
    with ThreadPoolExecutor(1) as pool:
        running = start(pool, "probe.pause", command, bank, key)
        wait_until(lambda: sleeping(own_database) == 1)
        began = time.monotonic()
        with pytest.raises(StillRunning) as refused:
            execute("probe.pause", command, actor=bank.prober, key=key)
        assert 1.9 < time.monotonic() - began < 2.9
        assert refused.value.retryable
        assert running.result().outcome == "done"
    assert execute("probe.pause", command, actor=bank.prober, key=key).replayed


def test_a_connection_killed_in_the_middle_is_tried_again(
    own_database: OwnDatabase, bank: Bank
) -> None:
    command, key = probes.Pause(seconds=0.6), fresh_key()
    with ThreadPoolExecutor(1) as pool:
        running = start(pool, "probe.pause", command, bank, key)
        wait_until(lambda: sleeping(own_database) == 1)
        assert kill_sleepers(own_database) == 1
        outcome = running.result()
    assert (outcome.outcome, outcome.replayed) == ("done", False)
    assert OperationRun.objects.filter(key=key).count() == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_killed_around_the_commit_does_it_once(
    own_database: OwnDatabase, bank: Bank, account: int, till: int, moment: str
) -> None:
    command, key = withdrawal(bank, account, till), fresh_key()
    with killed_at_commit(own_database, moment) as kills:
        outcome = execute("probe.move", command, actor=bank.prober, key=key)
    assert kills == [1]
    # Killed before, nothing had happened; killed after, the key knows what had.
    assert (outcome.outcome, outcome.replayed) == ("done", moment == "after")
    assert balance(account) == -99_900
    assert OperationRun.objects.filter(key=key).count() == 1
    assert Entry.objects.filter(run_id=outcome.run_id).count() == 1


# --- Means --------------------------------------------------------------------------------------


def start(
    pool: ThreadPoolExecutor, name: str, command: Command, bank: Bank, key: str
) -> Future[Outcome]:
    def work() -> Outcome:
        try:
            return execute(name, command, actor=bank.prober, key=key)
        finally:
            connections.close_all()

    return pool.submit(work)


_SLEEPERS = (
    " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND query LIKE '%%pg_sleep%%' AND state = 'active'"
)


def sleeping(database: OwnDatabase) -> int:
    return _count(database, "SELECT count(*)" + _SLEEPERS)


def kill_sleepers(database: OwnDatabase) -> int:
    return _count(database, "SELECT count(pg_terminate_backend(pid))" + _SLEEPERS)


def _count(database: OwnDatabase, statement: str) -> int:
    with database.connect("owner", autocommit=True) as owner:
        found = owner.execute(statement).fetchone()
    assert found is not None
    count: int = found[0]
    return count


@contextmanager
def killed_at_commit(database: OwnDatabase, moment: str) -> Iterator[list[int]]:
    """Kill this thread's backend once, just before or just after its next COMMIT."""
    connection.ensure_connection()
    real: psycopg.Connection[Any] = connection.connection
    commit = real.commit
    kills: list[int] = []

    def kill() -> None:
        with database.connect("owner", autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", [real.info.backend_pid])
        kills.append(1)

    def interrupted() -> None:
        real.commit = commit  # type: ignore[method-assign]
        if moment == "before":
            kill()
            commit()
        else:
            commit()
            kill()
            # The answer was on its way when the line broke.
            raise psycopg.OperationalError("the connection was lost")

    real.commit = interrupted  # type: ignore[method-assign]
    yield kills
