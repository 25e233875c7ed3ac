"""What must be true of the servers before the bank may work on them: Django system checks.

They talk to the database, so they run where Django runs such checks: before `migrate`, and by
`manage.py check --database default`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError

from apps.access import oversight

POSTGRES_MIN = 17
# Months of partitioned tables must exist for the open date, and soon for the next month.
PARTITIONS_AHEAD_DAYS = 14


@register(Tags.database)
def check_databases(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """All checks of each database that was asked for; none where none was."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        try:
            connection.ensure_connection()
        except OperationalError as error:
            found.append(
                Error(
                    f"the database {alias!r} cannot be reached: {error}",
                    hint="Start it, for example with `manage.py services start`, or correct its "
                    "URL.",
                    id="skarb.E001",
                )
            )
            continue
        for check in _CHECKS:
            found.extend(check(connection))
    return found


def _version(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    number = int(_value(connection, "SHOW server_version_num"))
    if number < POSTGRES_MIN * 10_000:
        yield Error(
            f"PostgreSQL {number // 10_000} is too old: Skarb needs {POSTGRES_MIN} or later",
            hint="Leave DATABASE_URL out to use the PostgreSQL that comes with Skarb.",
            id="skarb.E002",
        )


def _cyrillic(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    """Trigrams of Cyrillic words are empty where the locale knows ASCII letters alone."""
    works = (
        "SELECT show_trgm('Їжак') <> '{}'"
        if _value(connection, "SELECT to_regproc('show_trgm') IS NOT NULL")
        else "SELECT lower('Ї') = 'ї'"
    )
    if not _value(connection, works):
        yield Error(
            "the database's locale knows no Cyrillic letters, so nobody would be found by name",
            hint="Make the database with LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'.",
            id="skarb.E003",
        )


def _role(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    """The application may change the book through its functions alone, so it may not own it."""
    if connection.alias != "default":
        return
    name, is_superuser, is_owner = _row(
        connection,
        """SELECT rolname, rolsuper,
                  EXISTS (SELECT FROM pg_class
                           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                             AND pg_has_role(current_user, relowner, 'MEMBER'))
             FROM pg_roles WHERE rolname = current_user""",
    )
    if is_superuser:
        yield Error(
            f"the application signs in as {name}, a superuser, whom nothing in the book stops",
            hint="Give the application a role without privileges in DATABASE_URL; `migrate` grants "
            "it what it needs.",
            id="skarb.E004",
        )
    elif is_owner:
        yield Error(
            f"the application signs in as {name}, the owner of the tables",
            hint="Name another role in DATABASE_URL, and the owner in DATABASE_OWNER_URL.",
            id="skarb.E005",
        )


def _partitions(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    if not _has_table(connection, "kernel_bookingdate"):
        return
    missing = _rows(
        connection,
        """SELECT p.partrelid::regclass::text, to_char(month, 'YYYY-MM'),
                  bool_or(month <= day.date)
             FROM pg_partitioned_table p
             JOIN pg_class c ON c.oid = p.partrelid
              AND c.relnamespace = 'public'::regnamespace
             JOIN kernel_bookingdate day ON day.status <> 'closed'
            CROSS JOIN generate_series(date_trunc('month', day.date),
                                       day.date + make_interval(days => %(ahead)s),
                                       interval '1 month') AS month
            WHERE to_regclass(c.relname || '_' || to_char(month, 'YYYY_MM')) IS NULL
            GROUP BY 1, 2 ORDER BY 1, 2""",
        {"ahead": PARTITIONS_AHEAD_DAYS},
    )
    for table, month, is_needed_now in missing:
        kind, number = (Error, "E006") if is_needed_now else (Warning, "W006")
        yield kind(
            f"{table} has no partition for {month}",
            hint="The operation ledger.make_partitions makes months of the book; see "
            "docs/operating/partitions.md.",
            id=f"skarb.{number}",
        )


def _time_zone(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    if not _has_table(connection, "kernel_bank"):
        return
    zone = _value(connection, "SELECT max(time_zone) FROM kernel_bank")
    if zone is not None and zone != settings.TIME_ZONE:
        yield Warning(
            f"the bank lives in {zone}, but times are shown in {settings.TIME_ZONE}",
            hint=f"Set SKARB_TIME_ZONE={zone}.",
            id="skarb.W007",
        )


def _oversight(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    if connection.alias != "default" or not _has_table(connection, "control_approvalpolicy"):
        return
    for told in oversight.gaps():
        yield Warning(told, hint="See docs/concepts/door.md, “Approvals”.", id="skarb.W008")


_CHECKS: tuple[Callable[[BaseDatabaseWrapper], Iterator[CheckMessage]], ...] = (
    _version,
    _cyrillic,
    _role,
    _partitions,
    _time_zone,
    _oversight,
)


def _has_table(connection: BaseDatabaseWrapper, name: str) -> bool:
    return bool(_value(connection, "SELECT to_regclass(%(name)s) IS NOT NULL", {"name": name}))


def _rows(
    connection: BaseDatabaseWrapper, statement: str, params: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _row(
    connection: BaseDatabaseWrapper, statement: str, params: dict[str, Any] | None = None
) -> tuple[Any, ...]:
    return _rows(connection, statement, params)[0]


def _value(
    connection: BaseDatabaseWrapper, statement: str, params: dict[str, Any] | None = None
) -> Any:
    return _row(connection, statement, params)[0]
