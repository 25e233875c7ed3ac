"""What fails in a close is cut until it stands alone, and the rest goes on."""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from apps.control.declarations import INVARIANTS
from apps.control.door import execute
from apps.control.errors import Busy
from apps.eod import clock, jobs, queries, rules, work
from apps.eod.operations import (
    CountFailure,
    MakeUpException,
    OpenNextDay,
    RetryException,
    StartClose,
)
from apps.eod.queries import Stand
from apps.kernel import sql
from apps.kernel.errors import Refusal
from tests import probes
from tests.accounts import days
from tests.accounts.days import Opened, accrued, paid
from tests.cash.desk import only_refused
from tests.conftest import OwnDatabase
from tests.eod.closing import (
    BROKEN,
    STEPS,
    broken,
    chunks,
    close,
    close_through,
    savers,
    violated,
)
from tests.factories import Bank, do, fresh_key

DAY = dt.timedelta(days=1)
LAST = dt.date(2026, 1, 31)
MANY = 25


@pytest.fixture
def saved(bank: Bank) -> list[Opened]:
    return savers(bank, MANY)


@contextmanager
def unpayable(database: OwnDatabase, deposit: int) -> Iterator[None]:
    """Interest of one deposit cannot be paid."""
    with broken(database, "accounts_capitalisation", f"NEW.deposit_id = {deposit}"):
        yield


def only_exception(date: dt.date) -> queries.ExceptionLine:
    (found,) = queries.open_exceptions(date)
    return found


def retry(bank: Bank, exception: int) -> Any:
    return do("eod.retry_exception", RetryException(exception=exception), actor=bank.operations)


def make_up(bank: Bank, exception: int) -> Any:
    return do("eod.make_up_exception", MakeUpException(exception=exception), actor=bank.operations)


# --- One subject fails ----------------------------------------------------------------------------


def test_one_deposit_fails_alone_and_the_day_closes_without_it(
    own_database: OwnDatabase, bank: Bank, saved: list[Opened]
) -> None:
    close_through(bank, LAST - DAY)
    one, first = saved[13], saved[0].id
    with unpayable(own_database, one.id):
        report = close(bank)
    assert (report.closed, report.exceptions) == (True, 1)

    # Twenty-five in ten parts; the one that fails is cut into single deposits.
    found = chunks("accounts.capitalise_interest", LAST)
    assert found[0] == ("split", first, first + 24)
    tens = [(low, high) for low, high in rules.parts(first, first + 24)]
    bad = next(part for part in tens if part[0] <= one.id <= part[1])
    assert found[1:11] == [("split" if part == bad else "done", *part) for part in tens]
    assert found[11:] == [
        ("failed" if id_ == one.id else "done", id_, id_) for id_ in range(bad[0], bad[1] + 1)
    ]
    ((tries, error),) = sql.rows("SELECT tries, error FROM eod_chunk WHERE status = 'failed'")
    assert (tries, error.splitlines()[0]) == (
        2,
        "ProgrammingError: An unexpected error, to be shown to those who maintain the system: "
        f"{BROKEN}",
    )

    exception = only_exception(LAST)
    assert (exception.step, exception.low, exception.high) == (
        "accounts.capitalise_interest", one.id, one.id,
    )  # fmt: skip
    assert (exception.owner, exception.holds) == ("accounts", False)
    assert BROKEN in exception.reason.en
    # All others were paid, and everything that must hold does.
    assert {paid(other)[0][0] for other in saved if other is not one} == {LAST}
    assert paid(one) == []
    assert violated(LAST) == []


def test_what_a_closed_day_left_is_made_up_for_in_the_open_date(
    own_database: OwnDatabase, bank: Bank, saved: list[Opened]
) -> None:
    close_through(bank, LAST - DAY)
    one, other = saved[3], saved[4]
    with unpayable(own_database, one.id):
        close(bank)
        # As long as the cause is there, another try fails like the first and changes nothing.
        with pytest.raises(DatabaseError, match=BROKEN):
            make_up(bank, only_exception(LAST).id)
    close(bank)
    exception = only_exception(LAST).id
    with only_refused("control.nothing_closing", actor=bank.operations):
        retry(bank, exception)

    done = make_up(bank, exception)
    assert done.result["result"]["paid"] == 1
    assert paid(one) == paid(other)
    booked = sql.rows(
        """SELECT accrued_through, booking_date FROM accounts_capitalisation
            WHERE deposit_id = %(id)s""",
        {"id": one.id},
    )
    assert booked == [(LAST, LAST + 2 * DAY)]
    assert one.minor == other.minor
    assert queries.open_exceptions() == []
    with only_refused("eod.exception_resolved", actor=bank.operations):
        make_up(bank, exception)
    assert close(bank).closed
    assert violated(LAST + 2 * DAY) == []


# --- A step waits ---------------------------------------------------------------------------------


def test_a_step_that_sums_up_waits_until_its_exception_is_mended(
    own_database: OwnDatabase, bank: Bank, saved: list[Opened], capsys: pytest.CaptureFixture[str]
) -> None:
    one = saved[7]
    with broken(own_database, "accounts_accrual", f"NEW.deposit_id = {one.id}"):
        report = close(bank)
        assert report.stand is Stand.HELD
        exception = only_exception(bank.date)
        assert (exception.low, exception.high, exception.holds) == (one.id, one.id, True)
        # The rest was done, and nothing behind the step was begun.
        assert [accrued(other) != [] for other in saved] == [other is not one for other in saved]
        status = {step.name: step.status for step in report.steps}
        assert [name for name in STEPS if status[name] == "done"] == [
            "control.expire_requests", "accounts.release_expired_holds",
        ]  # fmt: skip
        assert [name for name in STEPS if status[name] == "open"] == [
            "accounts.accrue_interest", "ledger.snapshot_accounts", "ledger.snapshot_gl",
            "eod.prove",
        ]  # fmt: skip
        assert [state for state, _, _ in chunks("eod.prove", bank.date)] == ["pending"]
        with pytest.raises(DatabaseError, match=BROKEN):
            retry(bank, exception.id)
        assert only_exception(bank.date) == exception
        with pytest.raises(CommandError, match="waits for an exception to be resolved"):
            call_command("close_day", inline=True)
        assert f"exception {exception.id}: 2026-01-05 accounts.accrue_interest" in (
            capsys.readouterr().out
        )
        with only_refused("eod.date_still_closes", actor=bank.operations, date="2026-01-05"):
            make_up(bank, exception.id)

    retry(bank, exception.id)
    assert close(bank, date=bank.date).closed
    assert accrued(one) == accrued(saved[0])
    assert days.own_minor("7040") == sql.value(
        "SELECT round(sum(amount_minor))::bigint FROM accounts_accrual"
    )
    assert violated(bank.date) == []


def test_the_finish_of_a_step_fails_and_is_retried(
    own_database: OwnDatabase, bank: Bank, saved: list[Opened]
) -> None:
    with broken(own_database, "accounts_accrualtotal", "NEW.posted_minor >= 0"):
        report = close(bank)
        assert report.stand is Stand.HELD
        exception = only_exception(bank.date)
        assert (exception.low, exception.high, exception.holds) == (None, None, True)
        assert days.own_minor("7040") == 0
        with pytest.raises(DatabaseError, match=BROKEN):
            retry(bank, exception.id)
    retry(bank, exception.id)
    assert days.own_minor("7040") > 0
    assert close(bank, date=bank.date).closed
    assert violated(bank.date) == []


@pytest.mark.parametrize(
    ("days_off", "step", "number"),
    [
        (0, "nobody.knows", 1),
        (0, "nobody.knows", None),
        (-1, "eod.prove", None),
        (1, "eod.prove", 1),
    ],
)
def test_only_what_the_close_does_can_fail(
    bank: Bank, days_off: int, step: str, number: int | None
) -> None:
    """No exception is put on the list of a date that is closed, or for a step that is none."""
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", StartClose(ring=False), actor=bank.operations)
    failure = CountFailure(
        date=bank.date + days_off * DAY,
        step=step,
        number=number,
        code="x",
        reason_uk="Збій",
        reason_en="A failure",
    )
    with only_refused("eod.nothing_to_do", actor=bank.operations):
        do("eod.count_failure", failure, actor=bank.operations)


def test_a_step_for_the_whole_bank_is_tried_twice_and_then_waits(
    own_database: OwnDatabase, bank: Bank
) -> None:
    savers(bank, 1)
    with broken(own_database, "ledger_glday", "true"):
        report = close(bank)
        assert report.stand is Stand.HELD
        assert chunks("ledger.snapshot_gl", bank.date) == [("failed", None, None)]
        exception = only_exception(bank.date)
        assert (exception.owner, exception.holds) == ("ledger", True)
    retry(bank, exception.id)
    assert close(bank, date=bank.date).closed
    assert violated(bank.date) == []


def test_later_dates_wait_for_a_day_that_is_held(
    own_database: OwnDatabase, bank: Bank, saved: list[Opened]
) -> None:
    with broken(own_database, "accounts_accrualtotal", "true"):
        reports = clock.catch_up(actor=bank.operations, through=bank.date + 3 * DAY, inline=True)
        assert [report.stand for report in reports] == [Stand.HELD]
        # The counter is open all the same; only the next date does not open.
        days.put(bank, saved[0], 5_00)
        with only_refused("eod.older_date_closes", actor=bank.operations):
            do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
        held = close(bank)
        assert (held.date, held.stand) == (bank.date, Stand.HELD)
    retry(bank, only_exception(bank.date).id)
    close_through(bank, bank.date + 3 * DAY)


def proving(bank: Bank, some: int) -> None:
    """Go on with the close until some of its proofs are done, one by one."""
    under_way = queries.under_way()
    assert under_way is not None
    while [state for state, _, _ in chunks("eod.prove", LAST)].count("done") < some:
        work.work(LAST, actor=under_way.actor, idle_s=9, slice_s=0)


def test_what_was_proved_before_an_exception_was_mended_is_proved_anew(
    own_database: OwnDatabase, bank: Bank, saved: list[Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FEW_ACCOUNTS", 0)
    close_through(bank, LAST - DAY)
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", {"ring": False}, actor=bank.operations)
    with unpayable(own_database, saved[5].id):
        proving(bank, 3)
    exception = only_exception(LAST).id

    # While a worker is at one of the proofs, there is no telling which books it has read.
    sql.rows("SET lock_timeout = '20ms'")
    with own_database.connect() as worker:
        worker.execute("SELECT 1 FROM eod_chunk WHERE step = 'eod.prove' AND number = 4 FOR UPDATE")
        with only_refused("control.busy", actor=bank.operations):
            retry(bank, exception)
    sql.rows("RESET lock_timeout")

    retry(bank, exception)
    every = len(INVARIANTS)
    states = [state for state, _, _ in chunks("eod.prove", LAST)]
    assert states == ["done"] * 3 + ["split"] * (every - 3) + ["pending"] * every
    report = close(bank, date=LAST)
    assert (report.closed, report.exceptions, report.proved) == (True, 0, every)
    assert (report.steps[-1].chunks, report.steps[-1].totals["proved"]) == (every, every)
    assert saved[5].minor == saved[4].minor
    assert violated(LAST) == []


# --- What may be retried, and where ---------------------------------------------------------------


def test_an_exception_of_another_date_is_not_retried_in_this_one(
    own_database: OwnDatabase, bank: Bank, saved: list[Opened]
) -> None:
    close_through(bank, LAST - DAY)
    with unpayable(own_database, saved[0].id):
        close(bank)
    exception = only_exception(LAST).id
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", {"ring": False}, actor=bank.operations)
    with only_refused(
        "eod.exception_of_another_date", actor=bank.operations, date=LAST.isoformat()
    ):
        retry(bank, exception)
    close(bank, date=LAST + DAY)
    make_up(bank, exception)


def test_an_exception_that_does_not_exist_is_refused(bank: Bank) -> None:
    with only_refused("control.not_found", actor=bank.operations):
        make_up(bank, 4711)


def test_who_may_not_run_the_close_makes_up_for_nothing(bank: Bank) -> None:
    with only_refused("control.permission_missing", actor=bank.teller, permission="eod.run_close"):
        do("eod.make_up_exception", MakeUpException(exception=1), actor=bank.teller)


@pytest.mark.parametrize(("low", "high"), [(1, 2), (1, 10), (5, 15), (1, 100_000), (7, 17)])
def test_parts_cover_a_range_without_gaps(low: int, high: int) -> None:
    found = rules.parts(low, high)
    assert (found[0][0], found[-1][1]) == (low, high)
    assert all(end + 1 == start for (_, end), (start, _) in itertools.pairwise(found))
    sizes = {end - start + 1 for start, end in found}
    assert min(sizes) >= 1
    assert max(sizes) - min(sizes) <= 1
    assert len(found) == min(rules.PARTS, high - low + 1)


@pytest.mark.parametrize(
    ("state", "passing"),
    [
        ("40001", True),  # a serialization failure
        ("40P01", True),  # a deadlock
        ("55P03", True),  # a lock that was not had in time
        ("53100", True),  # a full disk
        ("57P01", True),  # an operator ended the connection
        ("58030", True),  # an error of input or output
        ("57014", False),  # a statement that took too long
        ("P0001", False),
        ("22012", False),
    ],
)
def test_what_may_pass_is_no_failure_of_the_work(bank: Bank, state: str, passing: bool) -> None:
    command = probes.Stumble(state=state, times=99)
    with pytest.raises((Refusal, DatabaseError)) as caught:
        execute("probe.stumble", command, actor=bank.prober, key=fresh_key())
    probes._tries.pop(command, None)
    assert work.passes(caught.value) is passing
    assert work.passes(Busy()) is True
    assert work.passes(ZeroDivisionError()) is False
