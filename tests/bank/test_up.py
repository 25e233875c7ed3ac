"""`manage.py up` and its supervisor: what dies comes back, and the end leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest

from bank.embedded import EmbeddedError, Postgres, Valkey, places, processes
from bank.embedded.server import Server
from bank.embedded.supervisor import Supervisor

SERVERS = ["postgres", "valkey"]


@pytest.fixture
def made(cluster: Postgres, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a bank that has been made and is not running."""
    monkeypatch.setenv("SKARB_PROFILE", "test")
    Valkey(cluster.data).init()
    return cluster.data


@pytest.fixture
def up(made: Path, listening: None) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `manage.py up` with some arguments; what a failed test leaves is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        with (made.parent / "up.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *arguments],
                cwd=places.CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for(fact: Callable[[], bool], *, within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def started_processes(log: Path) -> dict[str, int]:
    """The last process of each part that `up` says it has started."""
    found = {}
    for line in log.read_text().splitlines():
        name, _, text = line.partition("|")
        if text.startswith(" started as process "):
            found[name.strip()] = int(text.split()[-1])
    return found


def living_processes(data: Path) -> list[str]:
    """Command lines of all processes that were told of this data folder or run in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(data) in told and not processes.is_gone(int(entry.name)):
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def state_of_cluster(data: Path) -> str:
    """What PostgreSQL wrote about its own end into its control file."""
    server = Postgres(data)
    said = server.account.run([server.bin / "pg_controldata", server.folder.cluster]).stdout
    label = "Database cluster state:"
    return next(line for line in said.splitlines() if line.startswith(label))[len(label) :].strip()


def test_a_killed_server_is_back_within_seconds(made: Path) -> None:
    out = StringIO()
    with Supervisor(only=SERVERS, out=out) as supervisor:
        for server in (Postgres(made), Valkey(made)):
            assert server.ready()
            for _ in range(2):
                pid = supervisor.pids()[server.name]
                os.kill(pid, signal.SIGKILL)

                def back(server: Server = server, pid: int = pid) -> bool:
                    return supervisor.pids().get(server.name, pid) != pid and server.ready()

                wait_for(back, within_s=10)
        pids = list(supervisor.pids().values())

    assert out.getvalue().count("ended by SIGKILL; again in") == 4
    assert all(processes.is_gone(pid) for pid in pids)
    assert not Postgres(made).running()
    assert not Valkey(made).running()
    assert state_of_cluster(made) == "shut down"


def test_a_supervised_server_is_not_stopped_by_hand(made: Path) -> None:
    with Supervisor(only=SERVERS, out=StringIO()) as supervisor:
        before = supervisor.pids()
        for server in (Postgres(made), Valkey(made)):
            with pytest.raises(EmbeddedError, match=r"supervised by `manage\.py up`"):
                server.stop()
        assert supervisor.pids() == before


def test_a_server_that_runs_already_is_used_and_left_running(made: Path) -> None:
    postgres = Postgres(made)
    postgres.start()
    before = postgres.pid()
    assert before is not None

    with Supervisor(only=SERVERS, out=StringIO()) as supervisor:
        assert supervisor.pids()["postgres"] == before
    assert (postgres.ready(), postgres.pid()) == (True, before)
    assert not Valkey(made).running()

    with Supervisor(only=SERVERS, out=StringIO()) as supervisor:
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: supervisor.pids().get("postgres", before) != before and postgres.ready())
    assert not postgres.running()


def test_a_program_that_always_fails_is_tried_again_ever_more_slowly(made: Path) -> None:
    out = StringIO()
    with Supervisor(only=["beat"], env={"DJANGO_SETTINGS_MODULE": "no.such"}, out=out):
        wait_for(lambda: out.getvalue().count("; again in") == 3, within_s=60)
    waits = [line.rsplit(" ", 2)[-2] for line in out.getvalue().splitlines() if "again in" in line]
    assert waits == ["0.5", "1.0", "2.0"]
    assert "No module named 'no'" in out.getvalue()


def test_a_supervisor_makes_no_bank(made: Path) -> None:
    shutil.rmtree(made)

    with pytest.raises(EmbeddedError, match="Is its disk mounted"):
        Supervisor(only=SERVERS, out=StringIO()).start()
    assert not made.exists()


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no part mail"):
        Supervisor(only=["postgres", "mail"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_up_and_all_it_started(
    made: Path, up: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    process = up("--only", "postgres,valkey")
    wait_for(lambda: Postgres(made).ready() and Valkey(made).ready())

    process.send_signal(number)

    assert process.wait(timeout=30) == 0
    assert living_processes(made) == []
    assert state_of_cluster(made) == "shut down"


def test_the_whole_bank_comes_up_and_each_part_that_is_killed_comes_back(
    made: Path, up: Callable[..., subprocess.Popen[str]]
) -> None:
    port = free_port()
    log = made.parent / "up.log"

    def web_answers() -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    process = up("--workers", "2", "--port", str(port))
    wait_for(web_answers, within_s=60)
    wait_for(lambda: log.read_text().count(" ready.") == 2, within_s=60)
    wait_for(lambda: "beat: Starting..." in log.read_text(), within_s=60)
    before = started_processes(log)
    assert sorted(before) == ["beat", "postgres", "valkey", "web", "worker-1", "worker-2"]

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_back() -> bool:
        now = started_processes(log)
        return all(now[name] != pid for name, pid in before.items())

    wait_for(all_back, within_s=30)
    wait_for(web_answers, within_s=60)
    wait_for(lambda: log.read_text().count(" ready.") == 4, within_s=60)

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert living_processes(made) == []
    assert state_of_cluster(made) == "shut down"


def test_a_killed_supervisor_leaves_nothing_behind(
    made: Path, up: Callable[..., subprocess.Popen[str]]
) -> None:
    log = made.parent / "up.log"
    process = up("--workers", "1", "--port", str(free_port()))
    wait_for(lambda: " ready." in log.read_text(), within_s=60)
    wait_for(lambda: "Booting worker" in log.read_text(), within_s=60)

    process.kill()
    process.wait()

    wait_for(lambda: living_processes(made) == [], within_s=30)
    assert state_of_cluster(made) == "shut down"


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (["--only", "mail"], {}, "--only takes some of"),
        (["--only", ""], {}, "--only takes some of"),
        # Told at once, instead of a web server that ends and is started again for ever.
        (["--port", "65536"], {}, "--port is a number from 1 to 65535"),
        (["--port", "0"], {}, "--port is a number from 1 to 65535"),
        (["--workers", "0"], {}, "--workers must be at least 1"),
        (["--only", "postgres"], {"DATABASE_URL": "postgresql://x@/x"}, "postgres: a URL is set"),
        (["--only", "valkey"], {"REDIS_URL": "redis://x/0"}, "valkey: a URL is set"),
    ],
)
def test_a_wrong_argument_is_refused_and_nothing_starts(
    made: Path,
    up: Callable[..., subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    env: dict[str, str],
    said: str,
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    assert up(*arguments).wait(timeout=60) == 1
    assert said in (made.parent / "up.log").read_text()
    assert living_processes(made) == []
