"""Workers, PostgreSQL and Valkey are killed in the middle of closes, which go on by themselves."""

import datetime as dt
import hashlib
import os
import random
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from apps.eod import clock
from apps.eod.operations import OpenNextDay
from apps.kernel import sql
from bank.embedded import Postgres, places
from tests.accounts import days
from tests.accounts.days import Opened
from tests.eod import killing
from tests.eod.closing import close_through, saving, violated
from tests.eod.killing import GOES_ON_S, House
from tests.factories import Bank, do, install_bank, read_bank
from tests.loans import lending

DAY = dt.timedelta(days=1)
# Interest is paid on the first of the dates that are disturbed.
FIRST = dt.date(2026, 1, 31)
DATES = [FIRST + number * DAY for number in range(3)]
DEPOSITS = 40
# Their first instalments fall due on the second of the dates.
LOANS = 6
TRANSFERS = 40
# Chunks of so many ids, so that a small bank has many.
SIZE = 1
WORKERS = 4
KILLS = 20
UNDISTURBED = "undisturbed"


@pytest.fixture
def chance() -> random.Random:
    """Where the kills fall; the seed is printed, and SKARB_TEST_SEED repeats it."""
    seed = os.environ.get("SKARB_TEST_SEED") or str(random.SystemRandom().randrange(10**6))
    print(f"\nSKARB_TEST_SEED={seed}")  # noqa: T201 - who reads a failure needs it
    return random.Random(seed)


def found(bank: Bank) -> list[Opened]:
    """Customers with savings, and every day closed before the ones to be disturbed."""
    product = saving(bank)
    saved = [days.deposit(bank, product) for _ in range(DEPOSITS)]
    for number, one in enumerate(saved):
        received = {
            "target": one.id,
            "amount": days.uah(10_000_00 + number * 1_234_56),
            "bank": "305299",
            "account": "UA793052990000026002661176318",
            "purpose": "Поповнення",
        }
        do("payments.receive", received, actor=bank.operations)
    borrow(bank)
    close_through(bank, FIRST - DAY)
    killing.transfers(bank, saved, FIRST, TRANSFERS)
    return saved


def borrow(bank: Bank) -> None:
    """Loans whose accounts have all, some, or nothing of what falls due; two of one account."""
    code = lending.product(bank, penalty_rate=73)
    for number in range(LOANS):
        loan = lending.lend(bank, code, months=3, due_day=1)
        days.put(bank, loan.deposit, 1_000_00 * number - 12_000_00)
    lending.lend(bank, code, months=3, due_day=1, deposit=loan.deposit)
    days.put(bank, loan.deposit, -12_000_00)


def undisturbed(bank: Bank, saved: list[Opened]) -> None:
    for date in DATES:
        do("eod.open_next_day", OpenNextDay(closing=date), actor=bank.operations)
        killing.transfers(bank, saved, date + DAY, TRANSFERS)
        assert clock.close_day(actor=bank.system, date=date, inline=True, size=SIZE).closed


def kill_workers(house: House, date: dt.date) -> None:
    _, chunks = house.reach(date, 0)
    # The last ones take less time than a kill.
    for at in sorted(house.chance.sample(range(chunks - 10), KILLS)):
        house.kill("worker", date, at)


def kill_postgres(house: House, date: dt.date) -> None:
    _, chunks = house.reach(date, 0)
    house.kill("postgres", date, house.chance.randrange(chunks // 4, 3 * chunks // 4))


def kill_valkey(house: House, date: dt.date) -> None:
    """At the beginning, with the first bells in it, and in the middle."""
    _, chunks = house.reach(date, 0)
    for at in (0, house.chance.randrange(chunks // 4, 3 * chunks // 4)):
        house.kill("valkey", date, at)


def balances() -> list[tuple[Any, ...]]:
    """Account, day, closing balance and accrual of all days."""
    return sql.rows(
        """SELECT a.number, d.booking_date, d.closing_minor, accrued.minor
             FROM ledger_accountday d JOIN ledger_account a ON a.id = d.account_id
             LEFT JOIN (SELECT o.account_id, x.booking_date, sum(x.amount_minor) AS minor
                          FROM accounts_accrual x JOIN accounts_deposit o ON o.id = x.deposit_id
                         GROUP BY o.account_id, x.booking_date) accrued
               ON (accrued.account_id, accrued.booking_date) = (d.account_id, d.booking_date)
            ORDER BY a.number, d.booking_date"""
    )


def accruals() -> list[tuple[Any, ...]]:
    """Accruals also of the days on which a balance did not move."""
    return sql.rows(
        """SELECT d.number, x.booking_date, x.basis_minor, x.amount_minor
             FROM accounts_accrual x JOIN accounts_deposit d ON d.id = x.deposit_id
            ORDER BY d.number, x.booking_date"""
    )


def moves() -> list[tuple[Any, ...]]:
    """Business key, account, amount and value date of all legs."""
    return sql.rows(
        """SELECT k.key, a.number, p.amount_minor, e.value_date
             FROM ledger_entry e
             JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
             JOIN ledger_account a ON a.id = p.account_id
             LEFT JOIN control_operationkey k ON k.run_id = e.run_id
            ORDER BY k.key, a.number, p.amount_minor, e.value_date"""
    )


def loans() -> list[tuple[Any, ...]]:
    """What loans earned, what fell due on them, what was paid, and how they stand."""
    return sql.rows(
        """SELECT l.number, found.*
             FROM loans_loan l
            CROSS JOIN LATERAL (
                  SELECT a.kind, a.booking_date, a.number::bigint, a.units
                    FROM loans_accrual a WHERE a.loan_id = l.id
                   UNION ALL
                  SELECT c.kind, c.due_on, c.amount_minor, c.paid_minor
                    FROM loans_charge c WHERE c.loan_id = l.id
                   UNION ALL
                  SELECT p.kind, p.booking_date, p.principal_minor, p.interest_minor
                    FROM loans_payment p WHERE p.loan_id = l.id
                   UNION ALL
                  SELECT 'standing', s.since, s.days_overdue, s.bucket
                    FROM loans_standing s WHERE s.loan_id = l.id) found
            ORDER BY l.number, found.kind, found.booking_date, found.number, found.units"""
    )


def books() -> dict[str, list[tuple[Any, ...]]]:
    return {
        "balances": balances(),
        "accruals": accruals(),
        "loans": loans(),
        "moves": moves(),
    }


def digest(rows: list[tuple[Any, ...]]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def test_a_close_survives_the_death_of_anything_at_any_time(
    django_db_blocker: DjangoDbBlocker,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    chance: random.Random,
) -> None:
    settings.DATABASE_APP_ROLE = places.ROLES["app"]
    with django_db_blocker.unblock(), killing.folder(monkeypatch) as data:
        expected, saved = begin(data)
        with (
            killing.supervised(data, workers=WORKERS, chance=chance) as house,
            killing.pointed_at(data),
        ):
            bank = read_bank()
            for date, kill in zip(DATES, (kill_workers, kill_postgres, kill_valkey), strict=True):
                began = time.monotonic()
                business = partial(killing.transfers, bank, saved, date + DAY, TRANSFERS)
                with killing.closing(date, size=SIZE):
                    house.reach(date, 0)
                    with killing.meanwhile(business):
                        kill(house, date)
                print(f"{date} closed in {time.monotonic() - began:.1f} s")  # noqa: T201
            # The main thread has not looked since PostgreSQL was killed.
            connections.close_all()
            judge(house, expected)


def begin(data: Path) -> tuple[dict[str, Any], list[Opened]]:
    """Found the bank, and let a copy of it go through the days undisturbed; its books."""
    server = Postgres(data)
    server.init()
    server.start()
    with killing.pointed_at(data):
        call_command("migrate", verbosity=0)
        bank = install_bank()
        saved = found(bank)
    with killing.pointed_at(data, "postgres"), connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {UNDISTURBED} TEMPLATE {places.DATABASE}")
    with killing.pointed_at(data, UNDISTURBED):
        undisturbed(bank, saved)
        expected = books()
    server.stop()
    return expected, saved


def judge(house: House, expected: dict[str, Any]) -> None:
    """The books are those of the undisturbed run, and the close went on soon after each kill."""
    made = books()
    for name, done, pause in house.kills:
        print(f"{name} killed at {done} chunks: on after {pause:.2f} s")  # noqa: T201
    for name, rows in made.items():
        print(f"{name}: {len(rows)} rows, {digest(rows)}")  # noqa: T201
    assert made == expected
    assert len(house.kills) == KILLS + 3
    assert max(pause for _, _, pause in house.kills) < GOES_ON_S
    for date in DATES:
        assert violated(date) == []
    # No death was taken for a failure of the work.
    counted = "SELECT count(*) FROM control_operationrun WHERE operation = 'eod.count_failure'"
    assert sql.value(counted) == 0
