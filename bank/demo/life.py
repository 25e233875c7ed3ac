"""The life of the demo's bank: dates that are lived and closed, and what visitors then find.

Before the last close a supervisor blocks a saver's account by mistake in both directions, where a
court had seized what is on it: the month's interest cannot be credited, and the close leaves an
exception. On the morning that visitors find, tills are open and requests wait for other people.
"""

import datetime as dt
import time
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass

from apps.accounts.rules import is_last_of_month
from apps.cash.models import Session
from apps.control.door import execute
from apps.control.models import OperationKey
from apps.eod.clock import CloseReport, close_day
from apps.eod.queries import Progress
from apps.kernel import queries, sql
from bank.demo import business, cast
from bank.demo.business import BranchDay, Calendar, HeadOfficeDay
from bank.demo.lanes import Lanes

CLOSE_TIMEOUT_S = 120
# How many customers have been served in each branch when visitors come.
EARLY_CUSTOMERS = 3
# The branch, by its place, whose supervisor makes the mistake.
_MISTAKEN = 1
# The refusal that stands in the way of the interest.
BLOCKED = "ledger.account_blocked"
SEIZURE = "Арешт коштів: постанова виконавця ВП № 71234567"


@dataclass(frozen=True, slots=True)
class Lived:
    """A date that was lived and closed, with what came of its commands."""

    date: dt.date
    tally: Tally[str]
    business_s: float
    close_s: float
    exceptions: int


class Life:
    """Lives dates one after the other; `seed` decides what happens on them."""

    def __init__(self, *, seed: int, lanes: Lanes) -> None:
        self._seed = seed
        self._lanes = lanes
        self._first_date: dt.date = sql.value("SELECT min(date) FROM kernel_bookingdate")

    def through(self, end: dt.date, *, told: Callable[[Lived], None]) -> None:
        """Live until the date `end` is open. Raises RuntimeError where a close does not end."""
        self._finish_what_was_cut_short()
        while (date := _current_date()) < end:
            told(self._live(date, is_last=date + dt.timedelta(days=1) == end))

    def morning(self) -> None:
        """Begin the open date: tills are open, and something waits for each who decides."""
        when = self._calendar(_current_date())
        last = f"demo:{when.date}:morning"
        if OperationKey.objects.filter(key=last).exists():
            return
        tidy(cast.assemble())
        company = cast.assemble()
        for place in range(len(company.offices)):
            branch = BranchDay(company, place, when)
            counter = branch.office.counters[0]
            branch.open(counter)
            branch.serve(counter, customers=EARLY_CUSTOMERS)
            branch.large_withdrawal()
        HeadOfficeDay(company, when).bill(key=last)

    def _live(self, date: dt.date, *, is_last: bool) -> Lived:
        began = time.perf_counter()
        # Balances as they are this morning, after last night's close.
        company = cast.assemble()
        tally = business.live(company, self._calendar(date), lanes=self._lanes)
        if is_last and is_last_of_month(date):
            _seize(company, date)
        lived = time.perf_counter()
        report = close(company)
        closed = time.perf_counter()
        return Lived(date, tally, lived - began, closed - lived, report.exceptions)

    def _finish_what_was_cut_short(self) -> None:
        company = cast.assemble()
        tidy(company)
        if queries.closing_date() is not None:
            close(company)

    def _calendar(self, date: dt.date) -> Calendar:
        return Calendar(date=date, first_date=self._first_date, seed=self._seed)


def tidy(company: cast.Cast) -> None:
    """Close the sessions that are open, as each branch's supervisor would."""
    supervisors = {office.branch: office.supervisor for office in company.offices}
    pieces = business.pieces()
    for session in Session.objects.filter(status="open").select_related("till"):
        execute(
            "cash.close_session_for_teller",
            {"session": session.id, "counted": business.counted(session.till.account_id, pieces)},
            actor=supervisors[session.till.branch_id],
            key=f"demo:tidy:{session.id}",
        )


def close(company: cast.Cast) -> CloseReport:
    """Have the workers close the date. Raises RuntimeError where they do not, or may not."""
    deadline = time.monotonic() + CLOSE_TIMEOUT_S

    def watch(progress: Progress) -> None:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{progress.date} has not been closed for {CLOSE_TIMEOUT_S} s")

    report = close_day(actor=company.head["operations"], inline=False, watch=watch)
    if not report.closed:
        raise RuntimeError(
            f"{report.date} waits for a person: {report.exceptions} exceptions,"
            f" contradicted: {', '.join(report.contradicted) or 'nothing'}"
        )
    return report


def _seize(company: cast.Cast, date: dt.date) -> None:
    """The richest saver of a branch is blocked in both directions, where one was meant."""
    key = f"demo:{date}:seizure"
    office = company.offices[_MISTAKEN]
    if not office.savings or OperationKey.objects.filter(key=key).exists():
        return
    deposit = max(office.savings.values(), key=lambda one: one.available_minor)
    execute(
        "accounts.block",
        {"deposit": deposit.id, "reason": SEIZURE, "debits": True, "credits": True},
        actor=office.supervisor,
        key=key,
    )


def _current_date() -> dt.date:
    date = queries.current_date()
    assert date is not None, "a bank that is founded has a date"
    return date
