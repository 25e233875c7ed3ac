"""The embedded servers: made once and explicitly, never mistaken for another bank, hard to kill."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bank import embedded
from bank.embedded import EmbeddedError, Postgres, Valkey, folder, places, processes
from bank.embedded.accounts import OsAccount
from bank.embedded.errors import (
    NotEnoughSpace,
)


def connect(role: str = "app") -> psycopg.Connection:
    return psycopg.connect(embedded.database_url(role), autocommit=True)


def command_line(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bank.embedded", *arguments],
        cwd=places.CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def command(*arguments: str) -> tuple[int, str, str]:
    """Run one command to its end: status, output, errors."""
    process = command_line(*arguments)
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, errors


def wait_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while not processes.is_gone(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def server_processes(working_folder: Path) -> list[int]:
    """The living main processes that work in a folder, by what the kernel says."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or processes.working_folder(int(entry.name)) != working_folder:
            continue
        parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        if processes.working_folder(parent) != working_folder:
            found.append(int(entry.name))
    return found


# --- Making -------------------------------------------------------------------------------------


def test_init_makes_a_bank_whose_roles_sign_in_by_their_user(data: Path) -> None:
    cluster = Postgres(data)
    assert cluster.init() is True
    cluster.start()

    for role, user in {"app": "skarb_app", "owner": "skarb_owner", "super": "postgres"}.items():
        with connect(role) as connection:
            assert connection.execute(
                "SELECT current_user::text, current_database()::text"
            ).fetchone() == (user, "skarb")
    with connect("super") as connection:
        assert connection.execute(
            "SELECT rolname::text FROM pg_roles WHERE rolsuper ORDER BY 1"
        ).fetchall() == [("postgres",)]
        assert connection.execute(
            "SELECT rolname::text, rolcreatedb, rolcreaterole, rolpassword IS NULL"
            "  FROM pg_authid WHERE rolname LIKE 'skarb%' ORDER BY 1"
        ).fetchall() == [("skarb_app", False, False, True), ("skarb_owner", True, False, True)]


def test_a_bank_keeps_checksums_and_durable_writes_and_no_network(cluster: Postgres) -> None:
    cluster.start()

    settings = {
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "wal_level": "replica",
        "jit": "off",
        "max_connections": "200",
        "shared_preload_libraries": "pg_stat_statements",
        "TimeZone": "UTC",
        "log_parameter_max_length": "0",
    }
    with connect("super") as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [list(settings)]
        ).fetchall()
    assert dict(rows) == settings


def test_the_owner_may_make_the_extensions_of_the_book_and_cyrillic_has_trigrams(
    cluster: Postgres,
) -> None:
    cluster.start()

    with connect("owner") as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION btree_gist")
        assert connection.execute("SELECT cardinality(show_trgm('Їжак'))").fetchone() == (5,)
        assert connection.execute("SELECT lower('ЇЖАК Ґ')").fetchone() == ("їжак ґ",)


def test_the_application_may_make_nothing_in_the_bank(cluster: Postgres) -> None:
    cluster.start()

    with connect() as connection:
        for statement in (
            "CREATE TABLE theft (amount bigint)",
            "CREATE SCHEMA theft",
            "CREATE EXTENSION pg_trgm",
            "CREATE DATABASE theft",
            "SET ROLE skarb_owner",
            "SET SESSION AUTHORIZATION skarb_owner",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_owner_copies_and_drops_databases_that_are_in_use_by_the_application(
    cluster: Postgres,
) -> None:
    cluster.start()

    with connect("owner") as owner:
        owner.execute("CREATE DATABASE copy TEMPLATE skarb")
        with psycopg.connect(embedded.database_url("app", "copy")) as app:
            assert app.execute("SELECT current_database()::text").fetchone() == ("copy",)
            owner.execute("DROP DATABASE copy WITH (FORCE)")
            with pytest.raises(psycopg.OperationalError):
                app.execute("SELECT 1")


def test_only_named_roles_sign_in(cluster: Postgres) -> None:
    cluster.start()
    cluster.psql("CREATE ROLE stranger LOGIN SUPERUSER")

    url = embedded.database_url().replace("skarb_app@", "stranger@")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(url)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_another_user_of_the_machine_does_not_reach_the_servers(cluster: Postgres) -> None:
    embedded.ensure(data=cluster.data)
    stranger = OsAccount(name="daemon", uid=1, gid=1)

    for path in (cluster.sockets, cluster.folder.cluster, cluster.folder.valkey):
        assert stat.S_IMODE(path.lstat().st_mode) == 0o700
        assert not stranger.can_enter(path)
    said = stranger.run(
        [cluster.bin / "psql", "-h", cluster.sockets, "-U", "postgres", "-c", "SELECT 1"],
        check=False,
    )
    assert said.returncode == 2
    assert "Permission denied" in said.stderr
    read = stranger.run(["cat", places.valkey_password_file(cluster.data)], check=False)
    assert read.returncode == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers change their user")
def test_the_servers_of_root_run_as_an_ordinary_user(cluster: Postgres) -> None:
    embedded.ensure(data=cluster.data)

    assert cluster.account.uid != 0
    for server in (cluster, Valkey(cluster.data)):
        pid = server.pid()
        assert pid is not None
        status = Path(f"/proc/{pid}/status").read_text()
        uids = next(line for line in status.splitlines() if line.startswith("Uid:"))
        assert uids.split()[1:] == [str(cluster.account.uid)] * 4


def test_a_second_init_changes_nothing(cluster: Postgres) -> None:
    before = cluster.cluster_id()

    assert cluster.init() is False
    assert cluster.cluster_id() == before


def test_two_who_init_at_once_make_one_bank(data: Path) -> None:
    both = [command_line("init") for _ in range(2)]

    said = [process.communicate(timeout=60) for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(out for out, _ in said) == [
        f"Made a bank in {data}\n",
        f"There is a bank in {data}\n",
    ]
    Postgres(data).start()


def test_an_init_that_was_cut_short_is_begun_anew(cluster: Postgres) -> None:
    cluster.folder.cluster.rename(cluster.folder.unfinished)
    (cluster.folder.unfinished / "PG_VERSION").unlink()
    cluster.folder.note.unlink()

    assert cluster.init() is True
    cluster.start()
    assert not cluster.folder.unfinished.exists()


def test_init_needs_a_gibibyte_of_room(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder.FREE_BYTES_MIN == 1 << 30
    monkeypatch.setattr(folder, "FREE_BYTES_MIN", 1 << 60)

    with pytest.raises(NotEnoughSpace, match="Make room"):
        Postgres(data).init()
    assert not (data / "postgres").exists()


# --- Starting, killing, starting again ----------------------------------------------------------


def test_many_starters_at_once_end_with_one_server_of_each_kind(cluster: Postgres) -> None:
    starters = [command_line("start") for _ in range(4)]

    said = [process.communicate(timeout=60) for process in starters]

    assert [process.returncode for process in starters] == [0, 0, 0, 0], said
    valkey = Valkey(cluster.data)
    assert server_processes(cluster.folder.cluster) == [cluster.pid()]
    assert server_processes(valkey.folder.valkey) == [valkey.pid()]


def test_a_killed_postgres_starts_again_with_all_that_was_committed(cluster: Postgres) -> None:
    cluster.start()
    with connect("owner") as connection:
        connection.execute("CREATE TABLE paid AS SELECT generate_series(1, 1000) AS n")
    pid = cluster.pid()
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    cluster.start()

    assert cluster.pid() != pid
    with connect("owner") as connection:
        assert connection.execute("SELECT count(*), sum(n) FROM paid").fetchone() == (1000, 500500)


def test_the_number_of_a_killed_postgres_may_have_been_given_to_another(cluster: Postgres) -> None:
    cluster.start()
    pid_file = cluster.folder.cluster / "postmaster.pid"
    left = pid_file.read_text()
    cluster.stop()
    other = processes.spawn(
        command=["/bin/sleep", "60"], death_signal=signal.SIGKILL, account=cluster.account
    )
    try:
        cluster.account.write(
            path=pid_file, text=left.replace(left.split("\n")[0], str(other.pid), 1)
        )
        cluster.start()
        assert cluster.pid() != other.pid
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_postgres_that_somebody_started_by_hand_is_not_disturbed(cluster: Postgres) -> None:
    cluster.start()
    cluster.stop()
    by_hand = processes.spawn(
        command=cluster.command(), death_signal=signal.SIGQUIT, account=cluster.account
    )
    try:
        while not cluster.ready():
            assert by_hand.poll() is None
            time.sleep(0.02)
        with pytest.raises(EmbeddedError, match=rf"process {by_hand.pid}.*stop it first"):
            cluster.start()
        assert by_hand.poll() is None
        assert cluster.pid() == by_hand.pid
    finally:
        by_hand.send_signal(signal.SIGINT)
        by_hand.wait(timeout=30)


def test_a_killed_valkey_starts_again_with_the_last_write(data: Path) -> None:
    valkey = Valkey(data)
    valkey.start()
    redis.Redis.from_url(embedded.cache_url()).set("rung", "yes")
    pid = valkey.pid()
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    wait_gone(pid)
    valkey.start()

    assert valkey.pid() != pid
    assert redis.Redis.from_url(embedded.cache_url()).get("rung") == b"yes"


def test_valkey_answers_nobody_without_its_password(data: Path) -> None:
    Valkey(data).start()

    bare = redis.Redis(
        unix_socket_path=str(places.valkey_socket(data)), retry=Retry(NoBackoff(), 0)
    )
    with pytest.raises(redis.AuthenticationError):
        bare.ping()
    assert stat.S_IMODE(places.valkey_password_file(data).stat().st_mode) == 0o600


def test_a_folder_opened_to_others_is_closed_before_the_start(cluster: Postgres) -> None:
    cluster.folder.cluster.chmod(0o755)

    cluster.start()

    assert stat.S_IMODE(cluster.folder.cluster.stat().st_mode) == 0o700


def test_own_settings_are_kept_and_win(cluster: Postgres) -> None:
    own = cluster.folder.cluster / "conf.d" / "90-own.conf"
    cluster.account.write(path=own, text="work_mem = '23MB'\n")

    for _ in range(2):
        cluster.start()
        with connect() as connection:
            assert connection.execute("SHOW work_mem").fetchone() == ("23MB",)
        cluster.stop()
    assert own.read_text() == "work_mem = '23MB'\n"


def test_a_server_that_cannot_start_says_why(cluster: Postgres) -> None:
    cluster.account.write(
        path=cluster.folder.cluster / "conf.d" / "90-own.conf", text="work_mem = 'much'\n"
    )

    with pytest.raises(EmbeddedError, match='invalid value for parameter "work_mem"'):
        cluster.start()
    assert cluster.running() is False


def test_the_command_line_tells_what_runs(cluster: Postgres) -> None:
    code, out, _ = command("status")
    assert (code, out.count("does not run")) == (3, 2)
    assert command("start")[0] == 0
    code, out, _ = command("status")
    assert (code, out.count("answers")) == (0, 2)
    assert command("stop")[:2] == (0, "valkey stopped\npostgres stopped\n")
    assert command("status")[0] == 3
    assert command("path")[:2] == (0, f"{cluster.data}\n")


def test_servers_with_a_url_are_left_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere.example/skarb")
    monkeypatch.setenv("REDIS_URL_FILE", "/run/secrets/redis")

    for name in ("init", "start", "status", "stop"):
        assert command(name) == (0, "", "")
    assert not data.exists()


def test_a_refusal_of_the_command_line_is_a_sentence(data: Path) -> None:
    assert command("start") == (
        1,
        "",
        f"There is no bank in {data} yet. To make one: python -m bank.embedded init\n",
    )


# --- Where things lie ---------------------------------------------------------------------------


def test_urls_are_computed_without_any_server(monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path("/var/tmp/skarb no such bank")
    sockets = places.socket_dir(data)

    assert embedded.database_url("owner", "skarb_copy", data) == (
        f"postgresql://skarb_owner@/skarb_copy?host=%2Ftmp%2F{sockets.name}&port=5432"
    )
    assert embedded.redis_url(data) == f"redis+socket://{sockets}/valkey.sock?virtual_host=0"
    assert embedded.cache_url(data) == f"unix://{sockets}/valkey.sock?db=1"
    assert not data.exists()
    assert not sockets.exists()
    with pytest.raises(KeyError):
        embedded.database_url("auditor")


def test_each_folder_has_sockets_of_its_own_with_short_paths() -> None:
    deep = Path("/var/tmp") / "/".join(["folder"] * 40)

    assert embedded.socket_dir(deep) != embedded.socket_dir(deep / "other")
    assert len(str(embedded.socket_dir(deep) / ".s.PGSQL.5432.lock")) < 60


def test_the_tests_folder_is_never_the_banks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKARB_TEST_DATA", raising=False)
    for given in (None, "/var/tmp/skarb-own"):
        if given is None:
            monkeypatch.delenv("SKARB_DATA", raising=False)
        else:
            monkeypatch.setenv("SKARB_DATA", given)
        assert embedded.test_data_dir() != embedded.data_dir()
        assert embedded.test_data_dir().name.endswith("-test")
