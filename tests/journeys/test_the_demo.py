"""The demo: its people are plausible, its counts exact, and the whole of it runs."""

import datetime as dt
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from stdnum.ua import rntrc

from apps.control.declarations import INVARIANTS
from apps.customers import rules
from bank.demo import business, founding
from bank.demo.people import people
from bank.embedded import Postgres, Valkey, places


def test_people_are_the_same_for_a_seed_and_no_two_alike() -> None:
    crowd = list(itertools.islice(people(seed=7), 500))
    assert crowd == list(itertools.islice(people(seed=7), 500))
    assert crowd != list(itertools.islice(people(seed=8), 500))
    assert len({one.tax_number for one in crowd}) == 500


def test_tax_numbers_say_the_birth_date_and_the_sex() -> None:
    for one in itertools.islice(people(seed=7), 200):
        assert rntrc.is_valid(one.tax_number)
        assert rules.tax_number(one.tax_number, one.birth_date) == one.tax_number
        assert (int(one.tax_number[8]) % 2 == 1) == one.patronymic.endswith("ович")
        assert rules.phone(one.phone) == one.phone


@pytest.mark.parametrize(
    ("minor", "expected"),
    [
        (0, []),
        (50, [(50, 1)]),
        (100_000, [(100_000, 1)]),
        (388_860, [(100_000, 3), (50_000, 1), (20_000, 1), (10_000, 1), (5_000, 1), (2_000, 1),
                   (1_000, 1), (500, 1), (200, 1), (100, 1), (50, 1), (10, 1)]),
    ],
)  # fmt: skip
def test_a_count_is_of_few_notes_and_coins(minor: int, expected: list[tuple[int, int]]) -> None:
    pieces = [100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 10]
    found = business.count(minor, pieces)
    assert [(line["value_minor"], line["count"]) for line in found] == expected


def test_the_first_run_crosses_the_end_of_a_month() -> None:
    first = founding.IDENTITY.first_date
    days = [first + dt.timedelta(days=number) for number in range(7)]
    assert any((day + dt.timedelta(days=1)).month != day.month for day in days)


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A new bank's folder in an environment of its own; nothing of it is left."""
    around = Path(tempfile.mkdtemp(prefix="skarb-demo-", dir="/var/tmp"))
    # The servers' user must be able to pass through it.
    around.chmod(0o711)
    data = around / "data"
    ours = {"SKARB_PROFILE": "demo", "SKARB_DATA": str(data), "SKARB_STATE": str(around / "state")}
    elsewhere = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    yield {name: value for name, value in os.environ.items() if name not in elsewhere} | ours
    for server in (Valkey(data), Postgres(data)):
        server.stop()
    shutil.rmtree(places.socket_dir(data), ignore_errors=True)
    shutil.rmtree(around)


def demo(environment: dict[str, str], *arguments: str) -> str:
    """`manage.py demo --check` in a process of its own; what it wrote."""
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--check", *arguments],
        cwd=places.CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_whole_demo_and_its_next_day(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "bank.embedded", "init"],
        cwd=places.CHECKOUT,
        env=environment,
        check=True,
        capture_output=True,
    )
    first = demo(environment, "--language", "en", "--customers", "30", "--days", "6")
    assert "Kalyna Bank" in first
    for day in ("27 Jan 2026", "31 Jan 2026", "1 Feb 2026"):
        assert day in first
    # The month's interest came with its taxes.
    assert "Interest of 31 Jan 2026: accrued " in first
    assert "✗" not in first
    assert first.count("✓") == 6 + len(INVARIANTS)
    # What was started is ended.
    data = Path(environment["SKARB_DATA"])
    assert not Postgres(data).running()
    assert not Valkey(data).running()

    second = demo(environment, "--days", "1")
    assert "Банк «Калина»" in second
    assert "02.02.2026" in second
    assert "✗" not in second
