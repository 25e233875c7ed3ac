"""A bank that is gone, foreign or of another kind is never taken for an empty one."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from bank import embedded
from bank.embedded import EmbeddedError, Postgres, Valkey
from bank.embedded.errors import DataMissing, ForeignFolder, NotInitialised, WrongVersion


def test_start_makes_no_bank(data: Path) -> None:
    with pytest.raises(NotInitialised, match=r"bank\.embedded init"):
        Postgres(data).start()
    with pytest.raises(NotInitialised):
        embedded.ensure()
    assert not data.exists()


def test_a_start_elsewhere_names_the_bank_that_is_known(cluster: Postgres) -> None:
    with pytest.raises(NotInitialised, match=rf"knows a bank in {cluster.data}"):
        Postgres(cluster.data.with_name("other")).start()


@pytest.mark.parametrize("loss", ["missing", "empty", "fresh file system"])
def test_a_bank_that_is_gone_is_not_replaced(cluster: Postgres, loss: str) -> None:
    shutil.rmtree(cluster.data)
    if loss != "missing":
        cluster.data.mkdir()
    if loss == "fresh file system":
        (cluster.data / "lost+found").mkdir()
    before = sorted(cluster.data.parent.rglob("*"))

    for refused in (cluster.start, cluster.init, lambda: embedded.ensure(initialise=True)):
        with pytest.raises(DataMissing, match="Is its disk mounted"):
            refused()
    assert sorted(cluster.data.parent.rglob("*")) == before

    assert cluster.init(new=True) is True
    cluster.start()


def test_another_bank_in_the_folder_is_refused_until_it_is_accepted(cluster: Postgres) -> None:
    first = cluster.cluster_id()
    cluster.data.rename(cluster.data.with_name("away"))
    assert cluster.init(new=True) is True
    second = cluster.cluster_id()
    shutil.rmtree(cluster.data)
    cluster.data.with_name("away").rename(cluster.data)

    for refused in (cluster.start, cluster.init):
        with pytest.raises(DataMissing, match=rf"holds cluster {first}.*is cluster {second}"):
            refused()
    assert cluster.running() is False

    assert cluster.init(new=True) is False
    cluster.start()
    assert cluster.cluster_id() == first


@pytest.mark.parametrize("content", ["letters.txt", "postgres/PG_VERSION"])
def test_a_folder_of_others_is_left_alone(data: Path, content: str) -> None:
    file = data / content
    file.parent.mkdir(parents=True)
    file.write_text("18\n")

    for refused in (Postgres(data).init, Postgres(data).start, Valkey(data).start):
        with pytest.raises(ForeignFolder):
            refused()
    with pytest.raises(ForeignFolder):
        Postgres(data).init(new=True)
    with pytest.raises(ForeignFolder):
        embedded.discard(data=data)
    assert [path for path in data.rglob("*") if path.is_file()] == [file]
    assert file.read_text() == "18\n"


def test_files_of_another_major_version_are_refused_with_the_way_out(cluster: Postgres) -> None:
    (cluster.folder.cluster / "PG_VERSION").write_text("17\n")

    for refused in (cluster.start, cluster.init):
        with pytest.raises(WrongVersion, match=r"PostgreSQL 17.*restore the dump"):
            refused()
    assert cluster.running() is False


def test_a_bank_that_moved_with_its_folder_starts_there(
    cluster: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster_id = cluster.cluster_id()
    moved = Postgres(cluster.data.rename(cluster.data.with_name("moved")))
    monkeypatch.setenv("SKARB_DATA", str(moved.data))

    try:
        moved.start()
        assert moved.cluster_id() == cluster_id
        assert moved.folder.remembered() == cluster_id
    finally:
        moved.stop()
        shutil.rmtree(moved.sockets)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder to another user")
def test_a_socket_folder_of_another_user_is_refused(cluster: Postgres) -> None:
    cluster.sockets.mkdir()
    os.chown(cluster.sockets, 1, 1)

    with pytest.raises(ForeignFolder, match="belongs to another user"):
        cluster.start()
    assert list(cluster.sockets.iterdir()) == []


# --- Throw-away clusters ------------------------------------------------------------------------


def test_a_bank_never_runs_without_fsync_and_is_never_discarded(cluster: Postgres) -> None:
    throwaway = Postgres(cluster.data, fsync=False)

    for refused in (throwaway.init, throwaway.start):
        with pytest.raises(EmbeddedError, match="power cut"):
            refused()
    with pytest.raises(ForeignFolder):
        embedded.discard(data=cluster.data)
    cluster.start()


def test_a_throwaway_cluster_is_made_anew_when_damaged_and_leaves_no_note(data: Path) -> None:
    embedded.ensure(data=data, fsync=False, initialise=True)
    server = Postgres(data, fsync=False)
    first = server.cluster_id()
    with psycopg.connect(embedded.database_url()) as connection:
        assert connection.execute("SELECT current_setting('fsync')").fetchone() == ("off",)
    assert not server.folder.note.exists()
    assert server.stop() is True

    (server.folder.cluster / "global" / "pg_control").write_bytes(b"")
    embedded.ensure(data=data, fsync=False, initialise=True)
    assert server.cluster_id() != first

    embedded.discard(data=data)
    assert not data.exists()
    assert not server.sockets.exists()
    assert not server.running()
