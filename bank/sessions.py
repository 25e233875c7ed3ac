"""What every new connection to PostgreSQL is told."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.numeric import Int8Dumper


def prepare(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Send every whole number as bigint.

    By default psycopg picks the smallest type that holds the value, so that one statement with five
    numbers would be prepared in dozens of variants.
    """
    connection.connection.adapters.register_dumper(int, Int8Dumper)
