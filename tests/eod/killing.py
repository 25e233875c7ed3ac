"""A bank under its supervisor, whose processes are killed while it closes its days."""

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, connections

from apps.control.door import execute
from apps.kernel.errors import Refusal
from bank import embedded, environment
from bank.embedded import Postgres, Valkey, places
from bank.embedded.supervisor import Supervisor
from tests.accounts.days import Opened, uah
from tests.factories import Bank

LOOK_S = 0.01
# A kill falls so long after the chunk before it: about as long as one takes.
MOMENT_S = 0.03
# The close must go on by itself within this time.
GOES_ON_S = 60.0
GIVE_UP_S = 3 * GOES_ON_S


@contextmanager
def folder(patch: Any) -> Iterator[Path]:
    """A data folder beside that of the tests, known to this process and its children; removed."""
    beside = embedded.test_data_dir()
    beside.parent.mkdir(parents=True, exist_ok=True)
    around = Path(tempfile.mkdtemp(prefix=f"{beside.name}-kills-", dir=beside.parent))
    # The servers' user must be able to pass through it.
    around.chmod(0o711)
    data = around / "data"
    patch.setenv("SKARB_DATA", str(data))
    patch.setenv("SKARB_STATE", str(around / "state"))
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        patch.delenv(name, raising=False)
        patch.delenv(f"{name}_FILE", raising=False)
    try:
        yield data
    finally:
        for server in (Valkey(data), Postgres(data)):
            if server.running():
                server.stop()
        shutil.rmtree(places.socket_dir(data), ignore_errors=True)
        shutil.rmtree(around)


@contextmanager
def pointed_at(data: Path, database: str = places.DATABASE) -> Iterator[None]:
    """Django's connections of this process lead to a database of the folder's server."""
    kept = {}
    for alias, role in (("default", "app"), ("owner", "owner")):
        described = environment.database(places.database_url(role, database, data))
        connections[alias].close()
        now = connections[alias].settings_dict
        names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
        kept[alias] = {name: now[name] for name in names}
        now.update({name: described[name] for name in names})
    try:
        yield
    finally:
        for alias, before in kept.items():
            connections[alias].close()
            connections[alias].settings_dict.update(before)


@dataclass(slots=True)
class House:
    """The supervised bank, and how its close goes on."""

    data: Path
    supervisor: Supervisor
    out: StringIO
    chance: random.Random
    # Where each kill fell: what was killed, how many chunks were done, and how long nothing was.
    kills: list[tuple[str, int, float]] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)
    eye: psycopg.Connection[Any] | None = None

    def victims(self, part: str) -> dict[str, int]:
        """The processes of a part that are up and have not been killed."""
        ready: set[str] = set()
        for line in self.out.getvalue().splitlines():
            name, _, text = line.partition("|")
            name = name.strip()
            # A worker says when it has come up.
            if text.startswith(" started as process "):
                ready.discard(name)
            elif text.endswith(" ready."):
                ready.add(name)
        return {
            name: pid
            for name, pid in self.supervisor.pids().items()
            if name.startswith(part)
            and (name in ready or part != "worker")
            and pid not in self.dead
        }

    def look(self, date: dt.date) -> tuple[int, int] | None:
        """Chunks of a date that are done, and all; None while the server is away.

        A date that is closed has more of them done than there are.
        """
        try:
            if self.eye is None:
                url = places.database_url("app", data=self.data)
                self.eye = psycopg.connect(url, autocommit=True)
            found = self.eye.execute(
                """SELECT count(*) FILTER (WHERE c.status = 'done'), count(c.status), d.status
                     FROM kernel_bookingdate d LEFT JOIN eod_chunk c USING (date)
                    WHERE d.date = %s GROUP BY d.status""",
                [date],
            ).fetchone()
        except psycopg.Error:
            self.shut_eye()
            return None
        assert found is not None
        done, chunks, status = found
        return done + (status == "closed"), chunks

    def shut_eye(self) -> None:
        if self.eye is not None:
            self.eye.close()
            self.eye = None

    def reach(self, date: dt.date, count: int) -> tuple[int, int]:
        """Wait until so many chunks of a date are done; how many are, and of how many."""
        deadline = time.monotonic() + GIVE_UP_S
        while (found := self.look(date)) is None or found[0] < count or not found[1]:
            assert time.monotonic() < deadline, f"{found} chunks of {date} and no more"
            time.sleep(LOOK_S)
        return found

    def kill(self, part: str, date: dt.date, at: int) -> None:
        """Kill a process when so many chunks are done, or a moment after, and see it go on."""
        self.reach(date, at)
        time.sleep(self.chance.uniform(0, MOMENT_S))
        while not (victims := self.victims(part)):
            time.sleep(LOOK_S)
        victim = self.chance.choice(sorted(victims))
        found, _ = self.reach(date, at)
        os.kill(victims[victim], signal.SIGKILL)
        killed = time.monotonic()
        self.dead.add(victims[victim])
        # Without a worker others go on. Without a server they might for a moment: not counted.
        while part != "worker" and not self.victims(part):
            time.sleep(LOOK_S)
        done, chunks = self.reach(date, at)
        # One more than all of them: closed.
        self.reach(date, min(done, chunks) + 1)
        self.kills.append((victim, found, time.monotonic() - killed))


@contextmanager
def supervised(data: Path, *, workers: int, chance: random.Random) -> Iterator[House]:
    """Workers and beat under the supervisor, on the servers of the folder."""
    out = StringIO()
    parts = ["postgres", "valkey", "worker", "beat"]
    with Supervisor(
        only=parts, data=data, workers=workers, env={"SKARB_CLOSE_AT": "never"}, out=out
    ) as supervisor:
        house = House(data, supervisor, out, chance)
        try:
            yield house
        except BaseException:
            sys.stderr.write(out.getvalue()[-20_000:])
            raise
        finally:
            house.shut_eye()


@contextmanager
def closing(date: dt.date, *, size: int) -> Iterator[None]:
    """`manage.py close_day` waits for the date in a process of its own, to the end."""
    command = [sys.executable, "manage.py", "close_day", "--date", str(date), "--size", str(size)]
    with subprocess.Popen(
        command, cwd=places.CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield
            said, _ = process.communicate(timeout=GIVE_UP_S)
        except BaseException:
            process.kill()
            raise
    assert process.returncode == 0, said


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Something else goes on in a thread, and has ended well when this ends."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if failed:
        raise failed[0]


def transfers(bank: Bank, saved: list[Opened], date: dt.date, count: int) -> None:
    """Business of a date: transfers under keys that are the same in each run, until all are done.

    Like any client, it asks again with the same key where it got no answer.
    """
    chance = random.Random(str(date))
    for number in range(count):
        source, target = chance.sample(saved, 2)
        command = {
            "source": source.id,
            "target": target.id,
            "amount": uah(chance.randint(1, 500_00)),
            "purpose": f"Переказ {number}",
        }
        deadline = time.monotonic() + GIVE_UP_S
        while True:
            try:
                execute(
                    "payments.transfer", command, actor=bank.migration, key=f"t:{date}:{number}"
                )
                break
            except (Refusal, DatabaseError, InterfaceError):
                assert time.monotonic() < deadline
                connections["default"].close()
                time.sleep(0.2)
