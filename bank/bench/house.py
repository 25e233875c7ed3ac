"""The throw-away bank that is measured: servers and databases of its own, as in production.

It lies beside the data folder of this checkout's bank, whose servers and data it never touches.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from apps.eod.rules import NEVER
from bank import embedded
from bank.embedded import locks, places

# What a full run needs, with the server's log of changes.
FREE_BYTES_FULL = 16 << 30
TEMPLATE = places.DATABASE


class BenchError(Exception):
    """The benchmarks cannot run here."""


def folder() -> Path:
    """Where it lies; one at a time for a checkout."""
    beside = embedded.test_data_dir()
    return beside.with_name(f"{beside.name}-bench")


@contextmanager
def throwaway_bank(*, full: bool) -> Iterator["House"]:
    """Fresh servers in the folder, removed at the end. Raises BenchError."""
    home = folder()
    # The servers' user passes through a folder of root's.
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    lock = locks.try_lock(home / "bench.lock")
    if lock is None:
        raise BenchError(f"Benchmarks run in {home} already.")
    house = House(home)
    try:
        house.remove()
        if full and shutil.disk_usage(home).free < FREE_BYTES_FULL:
            raise BenchError(f"A full run needs {FREE_BYTES_FULL >> 30} GiB free in {home}.")
        house.run("-m", "bank.embedded", "init")
        house.run("-m", "bank.embedded", "start")
        yield house
    finally:
        house.remove()
        shutil.rmtree(home, ignore_errors=True)
        os.close(lock)


class House:
    """The servers of one run, and how processes find them."""

    def __init__(self, home: Path) -> None:
        self.data = home / "bank"
        self.sockets = embedded.socket_dir(self.data)
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "XDG_DATA_HOME")
        self._environment = {name: os.environ[name] for name in kept if name in os.environ} | {
            "SKARB_PROFILE": "production",
            "SKARB_DATA": str(self.data),
            "SKARB_STATE": str(home / "state"),
            "SKARB_SECRET_KEY": secrets.token_urlsafe(64),
            "SKARB_HOSTS": "bench.invalid",
            "SKARB_LOG_LEVEL": "WARNING",
            # Dates close when a section says so, and not by the hour.
            "SKARB_CLOSE_AT": NEVER,
            "PYTHONPATH": str(places.CHECKOUT),
        }

    def environment(self, database: str = TEMPLATE) -> Mapping[str, str]:
        """What a process must be given to work in a database of this bank."""
        return self._environment | {
            "DATABASE_URL": embedded.database_url("app", database, self.data),
            "DATABASE_OWNER_URL": embedded.database_url("owner", database, self.data),
        }

    def run(self, *arguments: str, database: str | None = None) -> str:
        """What a Python program of this checkout prints. Raises BenchError where it fails.

        It is found by the URLs of `database`, or else finds the servers by their folder alone.
        """
        known = self._environment if database is None else self.environment(database)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=places.CHECKOUT,
            env=dict(known),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            raise BenchError(f"{' '.join(arguments)} ended with {done.returncode}.\n{done.stdout}")
        return done.stdout

    @contextmanager
    def clone(self, name: str) -> Iterator[str]:
        """A copy of the installed bank, dropped afterwards."""
        server = embedded.Postgres(self.data)
        server.psql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER skarb_owner")
        # What was written before this section began must not be flushed in its time.
        server.psql("CHECKPOINT")
        try:
            yield name
        finally:
            server.psql(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")

    def remove(self) -> None:
        """Stop the servers and remove what a run, this one or one that was killed, has left."""
        if (self.data / "skarb.lock").exists():
            self.run("-m", "bank.embedded", "stop")
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)
