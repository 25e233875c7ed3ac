"""Messages leave after the commit, in order and at least once."""

import subprocess
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from apps.control import guarding
from apps.control.jobs import MAX_TRIES, deliver
from apps.control.models import OperationRun, OutboxMessage
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import in_threads, wait_until
from tests.factories import Bank, do


@pytest.fixture(autouse=True)
def nothing_delivered() -> None:
    probes.delivered.clear()


@pytest.fixture
def quiet(bank: Bank) -> Bank:
    """The bank without the messages of its beginning."""
    with guarding.door_open():
        OutboxMessage.objects.all().delete()
    return bank


def tell(bank: Bank, *texts: str, file: Path | None = None, fail: str = "") -> None:
    command = probes.Tell(texts=texts, file=str(file or ""), fail=fail)
    do("probe.tell", command, actor=bank.prober)


def told() -> list[str]:
    return [payload["text"] for payload in probes.delivered]


def test_messages_wait_with_their_run(quiet: Bank) -> None:
    tell(quiet, "one", "two")
    messages = OutboxMessage.objects.order_by("id")
    run = OperationRun.objects.latest("at")
    assert [(message.run_id, message.payload["text"]) for message in messages] == [
        (run.id, "one"),
        (run.id, "two"),
    ]
    assert told() == []


def test_messages_are_delivered_in_order_and_removed(quiet: Bank) -> None:
    tell(quiet, "one", "two")
    tell(quiet, "three")
    assert deliver() == 3
    assert told() == ["one", "two", "three"]
    assert not OutboxMessage.objects.exists()
    assert deliver() == 0


def test_at_most_so_many_at_once(quiet: Bank) -> None:
    tell(quiet, "one", "two", "three")
    assert deliver(2) == 2
    assert told() == ["one", "two"]


@pytest.mark.parametrize(
    ("fail", "error"),
    [("python", "RuntimeError: the probe fails"), ("database", "DataError: division by zero")],
)
def test_what_fails_stays_with_its_error(quiet: Bank, fail: str, error: str) -> None:
    tell(quiet, "bad", fail=fail)
    tell(quiet, "good")
    assert deliver() == 1
    assert told() == ["good"]
    left = OutboxMessage.objects.get()
    assert (left.payload["text"], left.tries) == ("bad", 1)
    assert left.error.startswith(error)
    assert deliver() == 0
    left.refresh_from_db()
    assert left.tries == 2


def test_what_never_works_is_left_to_people(quiet: Bank) -> None:
    tell(quiet, "bad", fail="python")
    for _ in range(MAX_TRIES + 3):
        deliver()
    assert OutboxMessage.objects.get().tries == MAX_TRIES


def test_an_unknown_topic_harms_no_other(quiet: Bank) -> None:
    tell(quiet, "lost")
    with guarding.door_open():
        OutboxMessage.objects.update(topic="gone")
    tell(quiet, "good")
    assert deliver() == 1
    assert told() == ["good"]
    assert "gone" in OutboxMessage.objects.get().error


def test_what_is_refused_tells_nobody(quiet: Bank) -> None:
    with pytest.raises(Exception, match="permission_missing"):
        do("probe.tell", probes.Tell(texts=("secret",)), actor=quiet.teller)
    assert not OutboxMessage.objects.exists()


def test_workers_at_once_deliver_each_message_once(
    own_database: OwnDatabase, quiet: Bank, tmp_path: Path
) -> None:
    file = tmp_path / "told"
    for number in range(12):
        tell(quiet, str(number), file=file)
    assert sum(in_threads(4, lambda _: deliver())) == 12
    assert sorted(map(int, file.read_text().split())) == list(range(12))


def test_a_delivery_that_is_cut_short_is_repeated(
    own_database: OwnDatabase, quiet: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line breaks between the delivery and its commit: at least once means once more."""
    tell(quiet, "one")
    real = connection.connection.commit

    def lost() -> None:
        monkeypatch.setattr(connection.connection, "commit", real)
        connection.connection.close()
        real()

    monkeypatch.setattr(connection.connection, "commit", lost)
    with pytest.raises(DatabaseError):
        deliver()
    connection.close()
    assert told() == ["one"]
    assert deliver() == 1
    assert told() == ["one", "one"]


def test_a_celery_worker_delivers_after_the_commit(
    own_database: OwnDatabase,
    celery_worker: "subprocess.Popen[bytes]",
    quiet: Bank,
    tmp_path: Path,
) -> None:
    file = tmp_path / "told"
    tell(quiet, "one", "two", file=file)
    tell(quiet, "three", file=file)
    wait_until(lambda: not OutboxMessage.objects.exists(), timeout_s=60)
    assert file.read_text().split() == ["one", "two", "three"]
    assert celery_worker.poll() is None
