"""The demo: its people are plausible, its counts exact, and the whole of it runs."""

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from stdnum.ua import rntrc

from apps.control.declarations import INVARIANTS
from apps.customers import rules
from bank import roles
from bank.demo import business, founding, serving
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


def test_visitors_come_on_a_working_day_behind_the_end_of_a_month() -> None:
    assert founding.VISITED_ON.day == 1
    assert founding.VISITED_ON.weekday() < 5


def test_a_port_that_is_asked_for_is_taken_or_refused_and_another_one_is_found() -> None:
    with socket.socket() as other:
        other.bind((serving.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(serving.PortTaken, match=str(port)):
            serving.choose_port(port)
    assert serving.choose_port(port) == port
    assert serving.choose_port(None) >= serving.FIRST_PORT


@pytest.fixture
def environment(listening: None) -> Iterator[dict[str, str]]:
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


def demo(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """`manage.py demo` in a process of its own, on a port of its own."""
    with socket.socket() as free:
        free.bind((serving.HOST, 0))
        port = free.getsockname()[1]
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port), "--workers", "1", *arguments],
        cwd=places.CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    """What it wrote until it ended by itself, all being well."""
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0, said
    return said


def test_the_whole_demo_its_visitors_and_its_end(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "bank.embedded", "init"],
        cwd=places.CHECKOUT,
        env=environment,
        check=True,
        capture_output=True,
    )
    # It stays until it is interrupted, which is no error.
    staying = demo(environment, "--language", "en", "--customers", "30", "--days", "3")
    first = ""
    with staying:
        assert staying.stdout is not None
        for line in staying.stdout:
            first += line
            if "Ctrl-C" in line:
                staying.send_signal(signal.SIGINT)
    assert staying.returncode == 0, first
    for said in ("Kalyna Bank", "seed 2026", "29 Mar 2026", "30 Mar 2026", "31 Mar 2026"):
        assert said in first
    # The last close left one exception, and requests wait in every branch.
    assert "exceptions of the close 1" in first
    assert first.count("→ Branch supervisor") == len(founding.PLACES)
    assert first.count("→ Chief accountant") == 1
    # The quarter's last day paid the month's interest with its taxes.
    assert "Interest of 31 Mar 2026: accrued " in first
    assert "✗" not in first
    assert first.count("✓") == 3 + len(INVARIANTS)
    for role in roles.ROLES.values():
        assert f"\n  {role.name.en} " in first
    # What was started is ended.
    data = Path(environment["SKARB_DATA"])
    assert not Postgres(data).running()
    assert not Valkey(data).running()

    # Run again, it serves the bank that it finds, with the same passwords; and is put to the test.
    second = ended(demo(environment, "--check"))
    assert "Банк «Калина»" in second
    assert "✓ 31.03.2026" not in second
    assert secrets_of(second) == secrets_of(first) != []
    assert "✗" not in second
    assert second.count("✓") == len(INVARIANTS) + 5


def secrets_of(said: str) -> list[str]:
    """Passwords and the key, as they were printed."""
    return re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b|skarb_\w+", said)
