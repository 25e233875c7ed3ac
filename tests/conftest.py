"""Fixtures of all tests: real PostgreSQL and Valkey, a clone of an installed bank for each worker.

- `db` (pytest-django): the worker's clone, inside a transaction that is rolled back.
- `bank`: the installed bank in that clone, as ids and actors; every test begins from it.
- `own_database`: a clone of its own for tests that truly commit: threads, workers, kills. With it,
  `bank` lies there.
- `empty_database`: the same, migrated and not installed.

Tests connect as the application's role; nothing is ever flushed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import servers

servers.prepare()

# Django reads its settings, and freezes what apps declare, when it is set up and not before.
import django  # noqa: E402

from tests import probes  # noqa: E402, F401

django.setup()
# A worker of xdist inherits the environment; with this name in it pytest-django would set Django up
# there before the probes are declared.
del os.environ["DJANGO_SETTINGS_MODULE"]
servers.require_throwaway()

import hypothesis  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from pytest_django import DjangoDbBlocker  # noqa: E402

from bank.celery import app  # noqa: E402
from tests import databases  # noqa: E402
from tests.factories import (  # noqa: E402
    Bank,
    internal_account,
    move,
    open_account,
    read_bank,
)

# Whitenoise warns of a folder that only collecting makes, and here nobody collects.
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)

# A shared machine may be slow at any moment; a failure prints what reproduces it.
hypothesis.settings.register_profile(
    "skarb",
    deadline=None,
    print_blob=True,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,  # `rewound` begins each example anew
        hypothesis.HealthCheck.too_slow,
    ],
)
hypothesis.settings.load_profile("skarb")


@pytest.fixture
def listening() -> Iterator[None]:
    """What is started hears SIGINT and SIGHUP, also where the tests run behind `nohup` or `&`."""
    ignored = [
        number
        for number in (signal.SIGINT, signal.SIGHUP)
        if signal.getsignal(number) == signal.SIG_IGN
    ]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """A database that one test has to itself, and where every commit is real."""

    name: str

    def connect(self, alias: str = "default", **options: Any) -> psycopg.Connection[Any]:
        """A plain connection as the application (`default`) or as the `owner`."""
        return databases.connect(self.name, alias, **options)

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which another process finds this database."""
        return os.environ | {
            "DATABASE_URL": databases.url(self.name),
            "DATABASE_OWNER_URL": databases.url(self.name, "owner"),
        }


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The worker's clone in place of pytest-django's own test database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock():
        template = databases.installed_template()
        with databases.clone(template, purpose=worker) as name, databases.pointed_at(name):
            yield


@pytest.fixture
def own_database(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[OwnDatabase]:
    """A clone of the installed bank, for tests that commit."""
    with django_db_blocker.unblock():
        yield from _own(databases.installed_template())


@pytest.fixture
def empty_database(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[OwnDatabase]:
    """A clone of a bank that is migrated and not installed, for tests that commit."""
    with django_db_blocker.unblock():
        yield from _own(databases.migrated_template())


@pytest.fixture
def bank(request: pytest.FixtureRequest) -> Bank:
    """The installed bank in the database of the test; see tests.factories."""
    committing = "own_database" in request.fixturenames
    request.getfixturevalue("own_database" if committing else "db")
    return read_bank()


@pytest.fixture
def celery_worker(own_database: OwnDatabase) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the test's own database, rung through a queue that no other test uses."""
    queue = own_database.name
    app.conf.task_default_queue = queue
    command = [sys.executable, "-m", "celery", "-A", "tests.worker", "worker", "--pool=solo"]
    command += ["--queues", queue, "--without-gossip", "--without-mingle", "--loglevel=WARNING"]
    worker = subprocess.Popen(
        [*command, "--hostname", f"{queue}@localhost"],
        env=own_database.environment,
        stderr=subprocess.DEVNULL,
    )
    yield worker
    worker.terminate()
    worker.wait(timeout=30)
    app.conf.task_default_queue = "celery"


@pytest.fixture
def till(bank: Bank) -> int:
    """An internal cash account of the first branch, without a limit; its id."""
    return internal_account(bank)


@pytest.fixture
def account(bank: Bank, till: int) -> int:
    """A customer's account with 1,000.00 UAH on it; its id."""
    found = open_account(bank)
    move(bank, source=till, target=found, minor=100_000)
    return found


def _own(template: str) -> Iterator[OwnDatabase]:
    with databases.clone(template, purpose="own") as name, databases.pointed_at(name):
        yield OwnDatabase(name)
        connections.close_all()
