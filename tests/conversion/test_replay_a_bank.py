"""A whole replay of the small bank, by the command itself, in a database of its own."""

import datetime as dt
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from psycopg import sql
from pytest_django import DjangoDbBlocker

from bank.management.commands.replay import MARK
from tests import databases

DATA = Path(__file__).parent / "data"


class Replayed:
    """A database of a replay's own, and the command that fills it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.report = folder / "report.json"

    @property
    def arguments(self) -> list[str]:
        return [
            "replay", str(DATA), "--database", self.name, "--report", str(self.report),
        ]  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        main = settings.DATABASES["owner"]["NAME"]
        return os.environ | {
            "DATABASE_URL": databases.url(main),
            "DATABASE_OWNER_URL": databases.url(main, "owner"),
        }

    def run(self, *more: str) -> dict[str, Any]:
        """The whole command in this process, and its report. Raises CommandError."""
        with databases.pointed_at(settings.DATABASES["owner"]["NAME"]):
            call_command(*self.arguments, *more, stdout=StringIO())
        found: dict[str, Any] = msgspec.json.decode(self.report.read_bytes())
        return found

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *self.arguments, *more],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with databases.connect(self.name) as connection:
            return connection.execute(statement).fetchall()


@contextmanager
def earlier_replay(folder: Path) -> Iterator[Replayed]:
    """A database that says of itself that a replay made it, migrated and empty."""
    with databases.clone(databases.migrated_template(), purpose="replay") as name:
        with databases.connect(name, "owner") as connection:
            mark = sql.SQL("COMMENT ON DATABASE {} IS {}")
            connection.execute(mark.format(sql.Identifier(name), MARK))
        yield Replayed(name, folder)


@pytest.fixture
def replayed(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Replayed]:
    with django_db_blocker.unblock(), earlier_replay(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Replayed, dict[str, Any]]]:
    """One whole replay that nobody interrupts, made anew, and its report."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with django_db_blocker.unblock(), earlier_replay(folder) as made:
        told = made.run("--new")
        yield made, told


BALANCES = """
    SELECT a.number, d.booking_date, d.closing_minor FROM ledger_accountday d
      JOIN ledger_account a ON a.id = d.account_id ORDER BY 1, 2"""
ENTRIES = """
    SELECT r.key, a.number, p.amount_minor, e.booking_date, e.value_date, e.kind, e.narrative
      FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
      JOIN control_operationrun r ON r.id = e.run_id JOIN ledger_account a ON a.id = p.account_id
     ORDER BY 1, 2, 3"""


def test_a_bank_is_replayed_closed_and_reconciled(
    undisturbed: tuple[Replayed, dict[str, Any]],
) -> None:
    replayed, told = undisturbed
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
    assert replayed.run("--until", "1993-01-06", "--continue")["volume"]["closed_days"] == 6
    before = replayed.rows(ENTRIES)
    with pytest.raises(CommandError, match="go on in it by --continue, or drop it by --new"):
        replayed.run()
    assert replayed.rows(ENTRIES) == before
    # Carried further, it goes on after the last closed day.
    assert replayed.run("--until", "1993-01-08", "--continue")["volume"]["closed_days"] == 8
    after = replayed.rows(ENTRIES)
    assert [row for row in after if row[3] <= dt.date(1993, 1, 6)] == before
    assert len(after) > len(before)


def test_a_replay_that_is_stopped_or_killed_goes_on_to_the_same_books(
    replayed: Replayed, undisturbed: tuple[Replayed, dict[str, Any]], listening: None
) -> None:
    seed = secrets.randbelow(1_000_000)
    until = dt.date(1993, 1, 20)
    moments = sorted(random.Random(seed).sample(range(1, until.day), 2))
    print(f"seed {seed}: stopped after {moments} closed days")  # noqa: T201
    for days, stop in zip(moments, (signal.SIGINT, signal.SIGKILL), strict=True):
        process = replayed.start("--continue", "--lanes", "3", "--until", str(until))
        _wait_for(lambda: process.poll() is not None or _closed(replayed) >= days)  # noqa: B023
        process.send_signal(stop)
        # 0 where it was quicker.
        assert process.wait() in {0, 130, -signal.SIGKILL}
    assert replayed.run("--continue", "--lanes", "1", "--until", str(until))["good"]
    entries, balances = undisturbed[0].rows(ENTRIES), undisturbed[0].rows(BALANCES)
    assert replayed.rows(ENTRIES) == [row for row in entries if row[3] <= until]
    assert replayed.rows(BALANCES) == [row for row in balances if row[1] <= until]


def test_the_bank_s_own_database_and_a_stranger_s_are_never_taken(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with (
        django_db_blocker.unblock(),
        databases.clone(databases.migrated_template(), purpose="stranger") as name,
    ):
        stranger = Replayed(name, tmp_path)
        with pytest.raises(CommandError, match="was not made by a replay"):
            stranger.run("--new")
        with pytest.raises(CommandError, match="one of its own"):
            stranger.run("--database", settings.DATABASES["owner"]["NAME"], "--new")
        assert stranger.rows("SELECT count(*) FROM kernel_bank") == [(0,)]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--until", "1993-02-30", "must be a date"),
        ("--until", "1992-12-31", "lies before 1993-01-01"),
        ("--accounts", "0", "at least 1"),
        ("--lanes", "0", "1 to 32"),
        ("--lanes", "33", "1 to 32"),
        ("--database", 'a"; DROP', "letters a-z"),
        ("--mapping", "none.toml", "No such file"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(option: str, value: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("replay", str(DATA), option, value)


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
