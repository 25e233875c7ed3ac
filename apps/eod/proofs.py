"""Proving: every invariant is a query that must find nothing."""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass

from apps.control.declarations import INVARIANTS
from apps.eod import rules
from apps.kernel import sql

# Kept of the rows that contradict an invariant; how many there are is kept beside them.
FIRST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Proven:
    """What the proof of an invariant found; `first_rows` as texts, the subject first."""

    name: str
    violations: int
    first_rows: list[list[str]]
    seconds: float


def due(date: dt.date) -> list[str]:
    """The invariants without which the date does not close; thorough ones as the month ends."""
    thorough = rules.is_last_of_month(date)
    return sorted(one.name for one in INVARIANTS if thorough or not one.thorough)


def prove(names: Iterable[str], *, date: dt.date) -> list[Proven]:
    """Prove invariants for a date; one statement for each."""
    return [_prove(name, date) for name in names]


def _prove(name: str, date: dt.date) -> Proven:
    started = time.perf_counter()
    found = sql.rows(
        f"""SELECT count(*) OVER (), violation.*
              FROM ({INVARIANTS[name].statement}) violation LIMIT {FIRST_ROWS}""",  # noqa: S608
        {"date": date},
    )
    return Proven(
        name=name,
        violations=found[0][0] if found else 0,
        first_rows=[["" if value is None else str(value) for value in row] for _, *row in found],
        seconds=round(time.perf_counter() - started, 4),
    )
