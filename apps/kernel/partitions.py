"""Tables partitioned by the month of their booking date: each app names what makes its months."""

import datetime as dt

from apps.kernel import sql
from apps.kernel.registry import Registry

# By the table: an SQL function of two dates, both included, that makes the months which are
# lacking beside the table and attaches them, and says how many it made.
PARTITIONED: Registry[str] = Registry("table partitioned by month")


def partitioned(table: str, *, made_by: str) -> None:
    """Declare a table and the function that makes its months."""
    PARTITIONED.add(table, made_by)


def make(*, start: dt.date, end: dt.date) -> int:
    """Make the lacking months of every such table; how many were made. One statement for each."""
    return sum(
        sql.value(
            f"SELECT {function}(%(start)s::date, %(end)s::date)",
            {"start": start, "end": end},
        )
        for function in PARTITIONED
    )
