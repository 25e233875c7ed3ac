"""Any number of workers close a day, whoever rings for them, and each piece is done once."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.db import connections
from kombu.entity import Queue
from pytest_django.fixtures import Settings

from apps.eod import clock, jobs, queries, work
from apps.eod.operations import OpenNextDay, StartClose
from apps.eod.queries import Stand
from apps.kernel import sql
from bank.celery import app, listen
from bank.installation import Identity, install
from tests.accounts.days import accrued
from tests.conftest import OwnDatabase
from tests.eod.closing import STEPS, close, dates, savers, violated
from tests.evidence import in_threads, wait_until
from tests.factories import Bank, do

DAY = dt.timedelta(days=1)
# A worker of Celery takes a second or two to come up where the machine is busy.
PATIENCE_S = 60

Start = Callable[..., None]


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Queues of the test's own, through which this process rings; removed afterwards."""
    name = f"test_{uuid4().hex}"
    monkeypatch.setenv("TEST_QUEUE", name)
    listen(name)
    yield name
    listen("celery")
    with app.connection_for_write() as connection:
        for each in (name, name + jobs.BELLS_OF):
            Queue(each)(connection.default_channel).delete()


@pytest.fixture
def workers(queue: str) -> Iterator[Start]:
    """Start workers of Celery on the database of the test, which has one of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start(count: int = 1) -> None:
        database = OwnDatabase(connections["default"].settings_dict["NAME"])
        command = [sys.executable, "-m", "celery", "--app=tests.eod.worker", "worker"]
        command += ["--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=ERROR"]
        for number in range(count):
            worker = subprocess.Popen(
                [*command, f"--hostname={queue}-{number}@localhost"],
                env=database.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            started.append(worker)

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def is_closed(date: dt.date) -> bool:
    return queries.stand(date) is Stand.CLOSED


def is_up(worker: str) -> bool:
    return bool(app.control.ping(destination=[worker], timeout=0.2))


def bells() -> int:
    """How many bells wait to be heard."""
    with app.connection_for_write() as connection:
        return jobs.waiting(connection.default_channel)


def done_once(bank: Bank) -> None:
    """Each piece of the first date is done, by an operation of its own, and everything holds."""
    pieces = sql.rows("SELECT status, run_id FROM eod_chunk WHERE date = %(date)s",
                      {"date": bank.date})  # fmt: skip
    assert {status for status, _ in pieces} == {"done"}
    assert len({run for _, run in pieces}) == len(pieces)
    begun = "SELECT count(*) FROM control_operationrun WHERE operation = %(name)s"
    done = f"{begun} AND outcome = 'done'"
    assert sql.value(done, {"name": "eod.open_next_day"}) == 1
    assert sql.value(done, {"name": "eod.run_chunk"}) == len(pieces)
    assert sql.value(done, {"name": "eod.count_failure"}) == 0
    assert sql.value(done, {"name": "eod.finish_close"}) == 1
    assert violated(bank.date) == []


def test_workers_close_the_day_that_they_are_rung_for(
    own_database: OwnDatabase, bank: Bank, workers: Start
) -> None:
    saved = savers(bank, 30)
    workers(2)
    report = clock.close_day(actor=bank.operations, size=1)
    assert (report.closed, [step.name for step in report.steps]) == (True, STEPS)
    assert all(len(accrued(one)) == 1 for one in saved)
    done_once(bank)
    # The bank did it, and the journal says for whom.
    by = sql.rows(
        """SELECT DISTINCT actor_id, started_by_id FROM control_operationrun
            WHERE operation = 'eod.run_chunk'"""
    )
    assert by == [(bank.system.user_id, bank.operations.user_id)]


def test_workers_and_a_person_share_one_close(
    own_database: OwnDatabase, bank: Bank, workers: Start
) -> None:
    savers(bank, 40)
    workers(1)
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", StartClose(size=1), actor=bank.operations)
    assert close(bank, date=bank.date).closed
    done_once(bank)


def test_a_worker_that_comes_up_goes_on_with_a_close(
    own_database: OwnDatabase, bank: Bank, workers: Start
) -> None:
    savers(bank, 2)
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", StartClose(ring=False), actor=bank.operations)
    workers(1)
    wait_until(lambda: is_closed(bank.date), timeout_s=PATIENCE_S)
    done_once(bank)


def test_the_sweeper_rings_for_a_close_whose_bell_was_lost(
    own_database: OwnDatabase, bank: Bank, queue: str, workers: Start
) -> None:
    savers(bank, 2)
    workers(1)
    wait_until(lambda: is_up(f"{queue}-0@localhost"), timeout_s=PATIENCE_S)
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", StartClose(ring=False), actor=bank.operations)
    assert queries.stand(bank.date) is Stand.RUNNING
    jobs.sweep()
    wait_until(lambda: is_closed(bank.date), timeout_s=PATIENCE_S)
    done_once(bank)


def test_the_sweeper_is_silent_where_nothing_is_to_be_done(
    own_database: OwnDatabase, bank: Bank, queue: str
) -> None:
    jobs.sweep()
    assert bells() == 0
    close(bank)
    jobs.sweep()
    assert bells() == 0


def test_a_bell_behind_a_long_piece_of_work_is_heard(
    own_database: OwnDatabase, bank: Bank, queue: str
) -> None:
    jobs.ring()
    with app.connection_for_write() as connection:
        waiting = Queue(queue + jobs.BELLS_OF)(connection.default_channel)
        message = waiting.get(no_ack=True)
    assert message.headers["task"] == "eod.work"
    # Who does the work did not ring again while this one waited: dropped, nobody would come.
    assert message.headers["expires"] is None


def test_bells_do_not_pile_up(own_database: OwnDatabase, bank: Bank, queue: str) -> None:
    for _ in range(10):
        jobs.ring()
    assert bells() == jobs.BELLS
    # Work that is rung for in vain is none.
    jobs.do_work()
    assert dates() == [(bank.date, "open")]


def test_missed_dates_are_caught_up_with_by_workers_alone(
    empty_database: OwnDatabase,
    workers: Start,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.CLOSE_AT = "00:00"
    monkeypatch.setenv("SKARB_CLOSE_AT", "00:00")
    today = sql.value("SELECT (clock_timestamp() AT TIME ZONE 'Europe/Kyiv')::date")
    first = today - 3 * DAY
    install(
        Identity(
            name_uk="Банк", name_en="Bank", code="300001", base_currency="UAH", first_date=first
        )
    )
    workers(2)
    jobs.sweep()
    wait_until(lambda: is_closed(today - DAY), timeout_s=PATIENCE_S)
    assert dates()[:3] == [(first + number * DAY, "closed") for number in range(3)]
    finished = sql.rows("SELECT date FROM eod_closerun ORDER BY finished_at")
    assert finished == sorted(finished)


def test_who_waits_for_workers_in_vain_is_told(
    own_database: OwnDatabase,
    bank: Bank,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(work, "LONG_S", 0.0)
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", StartClose(ring=False), actor=bank.operations)
    said = "the close of 2026-01-05 waits for workers"

    def come_at_last() -> None:
        if said in caplog.text and not is_closed(bank.date):
            close(bank, date=bank.date)

    assert work.wait(bank.date, seen=come_at_last) is Stand.CLOSED
    assert said in caplog.text


# --- At once --------------------------------------------------------------------------------------


def test_closes_that_begin_at_once_are_one_close(own_database: OwnDatabase, bank: Bank) -> None:
    saved = savers(bank, 12)
    actors = [bank.operations, bank.system]

    def begin(number: int) -> clock.CloseReport:
        return clock.close_day(
            actor=actors[number % 2], date=bank.date, inline=True, size=1 + number % 3
        )

    reports = in_threads(6, begin)
    assert all(report.closed for report in reports)
    assert dates() == [(bank.date, "closed"), (bank.date + DAY, "open")]
    assert all(len(accrued(one)) == 1 for one in saved)
    done_once(bank)


def test_sweepers_that_sweep_at_once_begin_one_close(
    own_database: OwnDatabase, bank: Bank, queue: str, settings: Settings
) -> None:
    settings.CLOSE_AT, settings.CATCH_UP_DAYS = "00:00", 100_000
    begun = in_threads(6, lambda _: clock.begin_due())
    assert any(begun)
    assert dates() == [(bank.date, "closing"), (bank.date + DAY, "open")]
    assert work.work(bank.date, actor=bank.system, idle_s=5) is Stand.CLOSED
    done_once(bank)
