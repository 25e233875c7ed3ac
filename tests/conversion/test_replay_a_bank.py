"""A whole replay of the small bank, by the command itself, in a database of its own."""

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests import databases

DATA = Path(__file__).parent / "data"


class Replayed:
    """A database of a replay's own, and the command that fills it."""

    def __init__(self, folder: Path) -> None:
        self.name = f"skarb_replayed_{os.getpid()}_{secrets.token_hex(3)}"
        self.report = folder / "report.json"

    @property
    def arguments(self) -> list[str]:
        return [
            sys.executable, "manage.py", "replay", str(DATA), "--database", self.name,
            "--report", str(self.report),
        ]  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        main = settings.DATABASES["owner"]["NAME"]
        return os.environ | {
            "DATABASE_URL": databases.url(main),
            "DATABASE_OWNER_URL": databases.url(main, "owner"),
        }

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.arguments, *more],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.arguments, *more],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.report.read_bytes())
        return found

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with databases.connect(self.name) as connection:
            return connection.execute(statement).fetchall()

    def drop(self) -> None:
        main = settings.DATABASES["owner"]["NAME"]
        with databases.connect(main, "owner", autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(self.name)))


@pytest.fixture
def replayed(tmp_path: Path) -> Iterator[Replayed]:
    made = Replayed(tmp_path)
    yield made
    made.drop()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    """One whole replay that nobody interrupts, for the tests that only read it."""
    made = Replayed(tmp_path_factory.mktemp("undisturbed"))
    done = made.run()
    assert done.returncode == 0, done.stdout + done.stderr
    yield made
    made.drop()


BALANCES = """
    SELECT a.number, d.booking_date, d.closing_minor FROM ledger_accountday d
      JOIN ledger_account a ON a.id = d.account_id ORDER BY 1, 2"""
ENTRIES = """
    SELECT r.key, a.number, p.amount_minor, e.booking_date, e.value_date, e.kind, e.narrative
      FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
      JOIN control_operationrun r ON r.id = e.run_id JOIN ledger_account a ON a.id = p.account_id
     ORDER BY 1, 2, 3"""


def test_a_bank_is_replayed_closed_and_reconciled(undisturbed: Replayed) -> None:
    replayed = undisturbed
    told = replayed.told()
    assert told["good"] is True
    assert told["account_days"] == {"equal": 37, "order": 1, "rounding": 2, "other": 1}
    assert told["other"] == [
        {
            "account": "PKDD00000105",
            "date": "1993-02-02",
            "reason": "rows_missing",
            "ours": "1785.40",
            "recorded": "1828.60",
            "gap": "43.20",
        }
    ]
    assert {line["operation"]: (line["rows"], line["source"]) for line in told["totals"]} == {
        "accounts.book_interest": (6, "67.40"),
        "accounts.charge_fee": (5, "173.80"),
        "accounts.charge_penalty_interest": (1, "1.60"),
        "cash.deposit_at_position": (18, "43650.00"),
        "cash.withdraw_at_position": (11, "17950.00"),
        "payments.receive": (3, "14351.00"),
        "payments.send": (3, "3479.50"),
    }
    assert all(line["rows"] == line["entries"] for line in told["totals"])
    assert all(line["source"] == line["book"] for line in told["totals"])
    assert told["volume"]["closed_days"] == 33
    assert (told["rows_below_zero"], told["volume"]["negative_days"]) == (3, 2)
    assert (told["technical_overdrafts"], told["rearranged_days"]) == (2, 1)
    assert told["volume"]["refused"] == 0
    assert set(told["violations"].values()) == {0}
    assert (
        replayed.rows("SELECT max(date) FROM kernel_bookingdate WHERE status = 'closed'")[0][
            0
        ].isoformat()
        == "1993-02-02"
    )
    # The overdrafts are gone with the debts.
    assert replayed.rows("SELECT min(floor_minor) FROM ledger_balance") == [(0,)]
    # Nothing accrued: by the product's terms.
    assert replayed.rows("SELECT count(*) FROM accounts_accrual") == [(0,)]


def test_a_second_replay_is_refused_or_does_nothing_twice(replayed: Replayed) -> None:
    assert replayed.run("--until", "1993-01-12").returncode == 0
    before = replayed.rows(ENTRIES)
    again = replayed.run("--until", "1993-01-12")
    assert again.returncode != 0
    assert "--continue" in again.stderr
    assert replayed.run("--until", "1993-01-12", "--continue").returncode == 0
    assert replayed.rows(ENTRIES) == before
    # Carried further, it goes on after the last closed day.
    assert replayed.run("--continue").returncode == 0
    assert replayed.told()["account_days"]["equal"] == 37
    assert replayed.told()["volume"]["closed_days"] == 33


def test_a_killed_replay_goes_on_to_the_same_books(
    replayed: Replayed, undisturbed: Replayed
) -> None:
    seed = secrets.randbelow(1_000_000)
    moments = sorted(random.Random(seed).sample(range(1, 33), 3))
    print(f"seed {seed}: killed after {moments} closed days")  # noqa: T201
    for n, days in enumerate(moments):
        process = replayed.start(*(["--continue"] if n else []))
        _wait_for(lambda: process.poll() is not None or _closed(replayed) >= days)  # noqa: B023
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert replayed.run("--continue").returncode == 0
    assert replayed.rows(ENTRIES) == undisturbed.rows(ENTRIES)
    assert replayed.rows(BALANCES) == undisturbed.rows(BALANCES)


def test_the_bank_s_own_database_and_a_stranger_s_are_never_taken(replayed: Replayed) -> None:
    main = settings.DATABASES["owner"]["NAME"]
    own = replayed.run("--database", main, "--new")
    assert own.returncode != 0
    assert "one of its own" in own.stderr
    with databases.connect(main, "owner", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(replayed.name)))
    stranger = replayed.run("--new")
    assert stranger.returncode != 0
    assert "was not made by a replay" in stranger.stderr
    assert replayed.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def _closed(replayed: Replayed) -> int:
    try:
        found = replayed.rows("SELECT count(*) FROM kernel_bookingdate WHERE status = 'closed'")
    except psycopg.Error:
        return 0
    return int(found[0][0])


def _wait_for(fact: Callable[[], bool], *, within_s: float = 120) -> None:
    deadline = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.01)
