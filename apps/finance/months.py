"""Months: what is left to do before one is closed, and whether it is.

A check of an app is done while it finds nothing; a tick is done when somebody says so. A month is
named by its first day.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.control.declarations import MONTH_CHECKS
from apps.kernel import sql
from apps.kernel.text import Text

# What nobody but people can say; in the order in which it is done.
TICKS: Mapping[str, Text] = {
    "accruals": Text(
        uk="Нараховані доходи й витрати перевірено",
        en="Accrued income and expense were looked through",
    ),
    "suspense": Text(uk="Транзитні рахунки розібрано", en="Suspense accounts were cleared"),
    "nostro": Text(
        uk="Кореспондентські рахунки звірено з виписками",
        en="Correspondent accounts agree with their statements",
    ),
    "variance": Text(
        uk="Відхилення від бюджету пояснено", en="Variances from the budget were explained"
    ),
}
# How much of what a check finds is told; the number is always whole.
TOLD = 5


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a month: how much is left, and what of it first."""

    name: str
    title: Text
    left: int
    first: list[str]

    @property
    def is_done(self) -> bool:
        return self.left == 0

    @property
    def told(self) -> list[str]:
        """What is left first, in the reader's language."""
        return [MONTH_CHECKS[self.name].called(what) for what in self.first]


@dataclass(frozen=True, slots=True)
class Tick:
    """What somebody ticked, or took back; nothing where nobody has said anything yet."""

    item: str
    title: Text
    is_done: bool
    note: str
    at: dt.datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Event:
    """A close of a month, or that it was opened again."""

    locked: bool
    run: UUID
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """A month with everything that its close asks for."""

    month: dt.date
    checks: list[Check]
    ticks: list[Tick]
    events: list[Event]

    @property
    def is_closed(self) -> bool:
        return bool(self.events) and self.events[0].locked

    @property
    def left(self) -> list[str]:
        """Names of what is left to do."""
        checks = [one.name for one in self.checks if not one.is_done]
        return checks + [one.item for one in self.ticks if not one.is_done]


def last_day(month: dt.date) -> dt.date:
    """The last day of a month that is named by its first."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def checklist(month: dt.date) -> Checklist:
    """What is done and what is left of a month; three statements."""
    return Checklist(month, _checks(month), _ticks(month), _events(month))


def _checks(month: dt.date) -> list[Check]:
    """Every check of every app; one statement, however many there are."""
    found = sql.rows(
        " UNION ALL ".join(
            f"SELECT '{check.name}', count(*), (array_agg(left_over.what))[1:{TOLD}]"  # noqa: S608
            f" FROM ({check.statement}) left_over (what)"
            for check in MONTH_CHECKS
        ),
        {"first": month, "last": last_day(month)},
    )
    return [
        Check(name, MONTH_CHECKS[name].title, left, list(first or []))
        for name, left, first in found
    ]


def _ticks(month: dt.date) -> list[Tick]:
    found = {
        item: rest
        for item, *rest in sql.rows(
            """SELECT DISTINCT ON (t.item) t.item, t.done, t.note, r.at, r.actor_name
                 FROM finance_monthtick t JOIN control_operationrun r ON r.id = t.run_id
                WHERE t.month = %(month)s ORDER BY t.item, t.id DESC""",
            {"month": month},
        )
    }
    nothing: list[Any] = [False, "", None, ""]
    return [Tick(item, title, *found.get(item, nothing)) for item, title in TICKS.items()]


def _events(month: dt.date) -> list[Event]:
    found = sql.rows(
        """SELECT l.locked, l.run_id, r.at, r.actor_name
             FROM ledger_monthlock l JOIN control_operationrun r ON r.id = l.run_id
            WHERE l.month = %(month)s ORDER BY l.id DESC""",
        {"month": month},
    )
    return [Event(*line) for line in found]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of the bank in a list: how many of its dates there are and are closed."""

    month: dt.date
    dates: int
    closed_dates: int
    is_closed: bool


_MONTHS = """
    SELECT month.day, count(d.date), count(d.date) FILTER (WHERE d.status = 'closed'),
           coalesce((SELECT l.locked FROM ledger_monthlock l WHERE l.month = month.day
                      ORDER BY l.id DESC LIMIT 1), false)
      FROM (SELECT DISTINCT date_trunc('month', date::timestamp)::date AS day
              FROM kernel_bookingdate) month
      JOIN kernel_bookingdate d
        ON d.date >= month.day AND d.date < (month.day + interval '1 month')::date"""


def months(*, before: dt.date | None = None, limit: int = 24) -> list[MonthLine]:
    """The months that the bank has lived through, newest first: a page, one statement."""
    found = sql.rows(
        f"""{_MONTHS} WHERE %(before)s::date IS NULL OR month.day < %(before)s::date
             GROUP BY month.day ORDER BY month.day DESC LIMIT %(limit)s""",
        {"before": before, "limit": limit},
    )
    return [MonthLine(*line) for line in found]


def one_month(month: dt.date) -> MonthLine | None:
    """A month of the bank, if it has begun; one statement."""
    found = sql.row(f"{_MONTHS} WHERE month.day = %(month)s GROUP BY month.day", {"month": month})
    return MonthLine(*found) if found else None


def neighbours(month: dt.date) -> tuple[bool, bool]:
    """Whether the month before is still to be closed, and one after it is closed; one statement.

    Where no month before was ever closed, they may stay so: closing begins with some month.
    """
    found = sql.row(
        """WITH state AS (
               SELECT DISTINCT ON (month) month, locked FROM ledger_monthlock
                ORDER BY month, id DESC)
           SELECT EXISTS (SELECT FROM state WHERE month < %(month)s)
                  AND NOT coalesce((SELECT locked FROM state
                       WHERE month = (%(month)s::date - interval '1 month')::date), false),
                  EXISTS (SELECT FROM state WHERE month > %(month)s AND locked)""",
        {"month": month},
    )
    assert found is not None
    return found[0], found[1]
