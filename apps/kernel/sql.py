"""Statements of the hot path: written by hand, bound and prepared by the server.

Django's ORM composes its SQL on the client, which suits reads of any shape. A posting, though, is
the same few statements thousands of times a second: those go through `rows` and `row`, still over
Django's connection, so that its transactions, error classes and execute wrappers hold.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor

_KEPT = "skarb_cursor"

Params = Mapping[str, Any] | Sequence[Any] | None


def rows(statement: str, params: Params = None) -> list[tuple[Any, ...]]:
    """All rows of a statement on the default database."""
    # One look for the connection: Django's `connection` looks anew at each attribute.
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    cursor = _cursor(database)
    if database.execute_wrappers or database.queries_logged:
        with database._prepare_cursor(cursor) as wrapped:
            wrapped.execute(statement, params)
            return wrapped.fetchall() if wrapped.description else []
    # Nobody watches: the same without the layers of Django's cursor, a third of the time of a
    # short statement.
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        cursor.execute(statement, params)
        # As `description`, without an object for each column.
        return cursor.fetchall() if cursor.pgresult.nfields else []


def _cursor(database: Any) -> Any:
    """One cursor for each connection: everything is fetched before anybody else can ask."""
    cursor = database.__dict__.get(_KEPT)
    # Whoever watches closes it behind each statement, and a connection may have been lost.
    if cursor is None or cursor.closed or cursor.connection is not database.connection:
        # As a class of psycopg, which django-stubs do not know it to be.
        cursor = ServerBindingCursor(database.connection)  # type: ignore[call-arg]
        database.__dict__[_KEPT] = cursor
    return cursor


def row(statement: str, params: Params = None) -> tuple[Any, ...] | None:
    """The first row, or None."""
    found = rows(statement, params)
    return found[0] if found else None


def value(statement: str, params: Params = None) -> Any:
    """The first column of the first row, or None."""
    found = row(statement, params)
    return found[0] if found else None


def array(values: Iterable[object]) -> str:
    """Whole numbers, dates, truths and Nones as PostgreSQL spells an array; to be cast there.

    Ten times as quick as a list, which psycopg inspects item by item. For text see `texts`.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def texts(values: Iterable[str]) -> str:
    """The same for text, of which every character is kept."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def listed(ids: Collection[int] | None) -> list[int] | None:
    """Ids for a parameter that is an array; None, which stands for all of them, stays None."""
    return None if ids is None else sorted(ids)
