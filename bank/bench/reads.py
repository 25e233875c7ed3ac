"""Reads through Django on one connection, at a tenth of the postings and at all of them.

Everything is warm, and beside each round of a read there is one of a primary-key read.
"""

# ruff: noqa: S311 - which accounts are drawn is no secret

import datetime as dt
import random
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

from django.db import connection

from apps.kernel import sql
from apps.kernel.queries import current_date
from apps.ledger import queries
from apps.ledger.models import Account
from bank.bench import data
from bank.bench.results import Result, Series, Target, interleave
from bank.bench.staff import CURRENCY, FIRST_DATE

# Half of all legs are on deposits, and half of these on busy ones: a hundred lines on each in the
# first tenth, so that a page of 50 is full in both measurements.
_LEGS_PER_BUSY = 4_000
_DATES = 100
_ENTRIES_AT_ONCE = 10_000
_GL_ACCOUNTS = 64
_ROUNDS, _PER_ROUND = 10, 100
_LINES = 50

_CODES = """
    SELECT code FROM ledger_glaccount
     WHERE code <> '2620' AND kind <> 'off_balance' ORDER BY code LIMIT %(count)s"""
# Every other entry is a busy deposit's; the rest go round all deposits.
_MOVES = """
    SELECT n AS entry, 'bench.move' AS kind, 'Зарахування' AS narrative, leg.account,
           leg.amount_minor, %(currency)s AS currency
      FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
     CROSS JOIN LATERAL (
           SELECT 100 + n %% 9973 AS amount,
                  %(first)s + n / 2 * 7919 %% (CASE n %% 2 WHEN 0 THEN %(busy)s ELSE %(count)s END)
                      AS account) part
     CROSS JOIN LATERAL (
           VALUES ((%(internal)s::bigint[])[1 + n %% cardinality(%(internal)s::bigint[])],
                   part.amount),
                  (part.account, -part.amount)) AS leg (account, amount_minor)"""

_BY_KEY = "SELECT number, name, branch_id FROM ledger_account WHERE id = %s"

Read = Callable[[], object]


def measure(*, full: bool) -> list[Result]:
    """Balances, statements and trial balances, and how they grow with the book."""
    deposits, legs = (1_000_000, 10_000_000) if full else (20_000, 200_000)
    first, _ = data.open_empty(deposits)
    book = Book(first=first, deposits=deposits, legs=legs)
    book.fill(through=_DATES // 10)
    few = _timed(book.reads())
    book.fill(through=_DATES)
    many = _timed(book.reads())
    return [*_against_key(many, legs), *_growth(few, many, legs)]


class Book:
    """Deposits with a history of a hundred dates; the last date with postings stays open."""

    def __init__(self, *, first: int, deposits: int, legs: int) -> None:
        self.deposits, self.busy = deposits, legs // _LEGS_PER_BUSY
        self.first_account: int = sql.value(
            "SELECT account_id FROM accounts_deposit WHERE id = %(id)s", {"id": first}
        )
        self.entries_per_date = legs // 2 // _DATES
        codes = [code for (code,) in sql.rows(_CODES, {"count": _GL_ACCOUNTS - 1})]
        assert len(codes) == _GL_ACCOUNTS - 1, "the chart of accounts is long enough"
        self.internal = [data.internal_account(code) for code in codes]
        self.done = 0
        data.as_owner(
            "SELECT ledger_make_partitions_v1(%(first)s, %(last)s)",
            {"first": FIRST_DATE, "last": FIRST_DATE + dt.timedelta(days=_DATES)},
        )

    def fill(self, *, through: int) -> None:
        """Post until so many dates have postings, and let the server settle."""
        self.post_through(through)
        data.settle()

    def post_through(self, dates: int) -> None:
        """Post until so many dates have postings, of which all but the last are closed."""
        while self.done < dates:
            if self.done:
                data.close_date()
            low = self.done * self.entries_per_date
            end = low + self.entries_per_date
            for start in range(low, end, _ENTRIES_AT_ONCE):
                data.book(
                    _MOVES,
                    {
                        "low": start,
                        "high": min(start + _ENTRIES_AT_ONCE, end) - 1,
                        "first": self.first_account,
                        "busy": self.busy,
                        "count": self.deposits,
                        "internal": self.internal,
                        "currency": CURRENCY,
                    },
                )
            self.done += 1

    def reads(self) -> Mapping[str, Read]:
        """Each read, of something drawn at random."""
        return {
            "key": lambda: _by_key(self._any()),
            "primary-key read by the ORM's get()": lambda: Account.objects.get(pk=self._any()),
            "primary-key read by our own road": lambda: sql.row(_BY_KEY, [self._any()]),
            "balance": lambda: queries.balance(self._any()),
            "balance on a closed date": lambda: queries.balance_on(self._any(), self._closed()),
            f"last {_LINES} lines": lambda: self._statement(),
            "trial balance of a closed date": lambda: queries.trial_balance(self._closed()),
            "balance of an internal account": lambda: queries.balance(random.choice(self.internal)),
            "trial balance of the open date": lambda: queries.trial_balance(self._open()),
        }

    def _statement(self) -> None:
        lines = queries.statement(self._busy(), limit=_LINES)
        assert len(lines) == _LINES, "busy deposits have many lines"

    def _any(self) -> int:
        """A deposit: busy ones half of the time."""
        among = random.choice((self.busy, self.deposits))
        return self.first_account + random.randrange(among)

    def _busy(self) -> int:
        return self.first_account + random.randrange(self.busy)

    def _open(self) -> dt.date:
        return FIRST_DATE + dt.timedelta(days=self.done - 1)

    def _closed(self) -> dt.date:
        return FIRST_DATE + dt.timedelta(days=random.randrange(self.done - 1))


def _by_key(account: int) -> object:
    """The measure of the others: a read of one row by its key, through Django's cursor."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_KEY, [account])
        return cursor.fetchone()


def _timed(reads: Mapping[str, Read]) -> Series:
    """Median times of each read in each round, in microseconds; a round before is not counted."""
    assert current_date() is not None, "the bank was installed"

    def measured(read: Read) -> Callable[[], float]:
        def once() -> float:
            times = []
            for _ in range(_PER_ROUND):
                begun = perf_counter()
                read()
                times.append(perf_counter() - begun)
            return median(times) * 1e6

        return once

    contestants = {name: measured(read) for name, read in reads.items()}
    interleave(contestants, rounds=1)
    return interleave(contestants, rounds=_ROUNDS)


# What is promised of each read: at most so many times a primary-key read. What sums the legs of the
# open date has no promise: it grows with the day.
_BOUNDS: Mapping[str, float] = {
    "balance": 3,
    "balance on a closed date": 3,
    f"last {_LINES} lines": 3,
    "trial balance of a closed date": 5,
}


def _against_key(series: Series, legs: int) -> list[Result]:
    return [
        series.result(
            name,
            to="key",
            label=f"{name}, {legs:,} postings",
            target=Target("<=", _BOUNDS[name]) if name in _BOUNDS else None,
            unit=" µs",
        )
        for name in series.rounds
        if name != "key"
    ]


def _growth(few: Series, many: Series, legs: int) -> list[Result]:
    """How much slower each read is than at a tenth, each beside its own round's key read."""
    results = []
    for name in few.rounds:
        if name == "key" or name.startswith("primary-key"):
            continue
        before, after = few.ratio(name, to="key")[0], many.ratio(name, to="key")[0]
        results.append(
            Result(
                subject=f"{name}, {legs:,} to {legs // 10:,}",
                value=after / before,
                target=Target("<=", 1.5) if name in _BOUNDS else None,
                measured=f"{many.median(name):,.0f} µs to {few.median(name):,.0f} µs",
            )
        )
    return results
