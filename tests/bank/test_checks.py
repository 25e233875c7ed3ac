"""What the bank asks of its servers before it works on them."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.checks import CheckMessage
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from bank import checks, embedded
from tests import databases
from tests.conftest import OwnDatabase


def found(*aliases: str) -> list[CheckMessage]:
    return checks.check_databases(databases=aliases or ("default", "owner"))


def ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


@pytest.fixture
def signed_in_as(own_database: OwnDatabase) -> Iterator[dict[str, object]]:
    """The settings of the application's connection, given back afterwards."""
    connection = connections["default"]
    before = dict(connection.settings_dict)
    connection.close()
    yield connection.settings_dict
    connection.close()
    connection.settings_dict.update(before)
    # A superuser's session ends a moment later, and the owner may not end it to drop the database.
    with own_database.connect("owner", autocommit=True) as owner:
        others = "SELECT FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        deadline = time.monotonic() + 10
        while owner.execute(others, [own_database.name]).rowcount and time.monotonic() < deadline:
            time.sleep(0.02)


def test_an_installed_bank_passes(own_database: OwnDatabase) -> None:
    assert found() == []
    call_command("check", databases=["default", "owner"], fail_level="WARNING")


def test_a_database_before_its_first_migration_passes(own_database: OwnDatabase) -> None:
    with own_database.connect("owner", autocommit=True) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")

    assert found("owner") == []


def test_without_databases_nothing_is_asked() -> None:
    assert checks.check_databases(databases=None) == []


def test_an_application_that_owns_the_tables(signed_in_as: dict[str, object]) -> None:
    signed_in_as["USER"] = connections["owner"].settings_dict["USER"]
    signed_in_as["PASSWORD"] = connections["owner"].settings_dict["PASSWORD"]

    assert ids(found("default")) == ["skarb.E005"]


@pytest.mark.skipif(not settings.EMBEDDED_POSTGRES, reason="a server elsewhere is not ours to own")
def test_an_application_that_is_a_superuser(signed_in_as: dict[str, object]) -> None:
    signed_in_as["USER"] = embedded.places.ROLES["super"]

    assert ids(found("default")) == ["skarb.E004"]


def test_a_server_that_does_not_answer(signed_in_as: dict[str, object]) -> None:
    signed_in_as["HOST"] = "/nowhere"

    messages = found("default")
    assert ids(messages) == ["skarb.E001"]
    assert "/nowhere" in messages[0].msg


def test_a_server_that_is_too_old(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "POSTGRES_MIN", 99)

    assert ids(found("default")) == ["skarb.E002"]


@pytest.mark.parametrize("with_trigrams", [False, True])
def test_a_locale_without_cyrillic(own_database: OwnDatabase, with_trigrams: bool) -> None:
    name = f"{own_database.name}_ascii"
    make = sql.SQL(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'"
    ).format(sql.Identifier(name))
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with own_database.connect("owner", autocommit=True) as owner:
        owner.execute(make)
        try:
            if with_trigrams:
                with databases.connect(name, "owner", autocommit=True) as there:
                    there.execute("CREATE EXTENSION pg_trgm")
            with databases.pointed_at(name):
                assert ids(found("owner")) == ["skarb.E003"]
        finally:
            owner.execute(drop)


@pytest.mark.parametrize(("month", "level"), [("2026_01", "skarb.E006"), ("2026_02", "skarb.W006")])
def test_a_month_that_is_missing(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch, month: str, level: str
) -> None:
    monkeypatch.setattr(checks, "PARTITIONS_AHEAD_DAYS", 31)
    with own_database.connect("owner", autocommit=True) as owner:
        owner.execute(f"DROP TABLE ledger_posting_{month}")

    messages = found("default")
    assert ids(messages) == [level]
    assert messages[0].msg == f"ledger_posting has no partition for {month.replace('_', '-')}"


def test_another_time_zone_than_the_bank_lives_in(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TIME_ZONE", "Europe/Lisbon")

    assert ids(found("default")) == ["skarb.W007"]
