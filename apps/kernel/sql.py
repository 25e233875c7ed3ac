"""Statements of the hot path: written by hand, bound and prepared by the server.

Django's ORM composes its SQL on the client, which suits reads of any shape. A posting, though, is
the same few statements thousands of times a second: those go through `rows` and `row`, still over
Django's connection, so that its transactions, error classes and execute wrappers hold.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor

Params = Mapping[str, Any] | Sequence[Any] | None


def rows(statement: str, params: Params = None) -> list[tuple[Any, ...]]:
    """All rows of a statement on the default database."""
    connection.ensure_connection()
    # django-stubs knows neither the wrapper of cursors nor what psycopg's cursors are made from.
    bound = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    with connection._prepare_cursor(bound) as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def row(statement: str, params: Params = None) -> tuple[Any, ...] | None:
    """The first row, or None."""
    found = rows(statement, params)
    return found[0] if found else None


def value(statement: str, params: Params = None) -> Any:
    """The first column of the first row, or None."""
    found = row(statement, params)
    return found[0] if found else None
