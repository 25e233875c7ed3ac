"""Ordered reports: made by a worker, kept once, taken up again when a worker dies, or given up."""

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from apps.access.operations import RevokeRole
from apps.control import door
from apps.control.errors import PermissionMissing
from apps.kernel import sql
from apps.reporting import jobs, orders, queries
from apps.reporting.errors import PeriodInvalid, UnknownReport
from apps.reporting.orders import MAX_TRIES
from bank.celery import app
from tests.api.machine import machine
from tests.conftest import OwnDatabase
from tests.evidence import refuse, wait_until
from tests.factories import Bank, do
from tests.reporting.books import live

ORDER = "reporting.order_report"


def order(bank: Bank, report: str = "profit_and_loss", **given: Any) -> int:
    found: int = do(ORDER, {"report": report, **given}, actor=bank.accountant).result["order"]
    return found


def told(number: int) -> orders.Told:
    found = orders.told(number)
    assert found is not None
    return found


def test_a_worker_makes_what_was_ordered(
    own_database: OwnDatabase, bank: Bank, celery_worker: Any
) -> None:
    live(bank)
    number = order(bank)

    def is_made() -> bool:
        # As the sweeper does: a bell that is rung before the worker has come up may be dropped.
        jobs.sweep()
        time.sleep(1)
        return told(number).is_finished

    wait_until(is_made, timeout_s=60)
    found = told(number)
    assert (found.state, found.percent, found.tries) == ("done", 100, 1)
    assert found.kept is not None
    kept = queries.kept(found.kept)
    assert kept is not None
    assert (kept.line.report, kept.line.kept_by) == ("profit_and_loss", "Accountant")
    by_hand = do("reporting.keep_report", {"report": "profit_and_loss"}, actor=bank.accountant)
    assert kept.line.digest == by_hand.result["digest"]


def test_an_order_is_made_once_however_often_its_bell_rings(
    own_database: OwnDatabase, bank: Bank
) -> None:
    live(bank)
    number = order(bank)
    with orders.at(number) as alone, _elsewhere(number) as result:
        assert (alone, result) == (True, [False])
        jobs.make(number)
    # Whoever is at it holds it in the same session; nobody else was let in.
    for _ in range(3):
        jobs.make(number)
    assert told(number).state == "done"
    assert sql.value("SELECT count(*) FROM reporting_keptreport") == 1


class _elsewhere:  # noqa: N801 - reads as a clause
    """Whether another connection may be at an order meanwhile."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> list[bool]:
        found: list[bool] = []

        def look() -> None:
            from django.db import connections

            try:
                with orders.at(self.number) as alone:
                    found.append(alone)
            finally:
                connections.close_all()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return found

    def __exit__(self, *what: object) -> None:
        return None


def test_a_killed_worker_leaves_its_order_to_the_next(
    own_database: OwnDatabase, bank: Bank
) -> None:
    """It is killed while it makes the report: what it wrote is gone, and its lock with it."""
    live(bank)
    number = order(bank)
    with own_database.connect("owner") as owner:
        # Nobody can read the journal's lines until this is let go: the worker waits in the middle.
        owner.execute("LOCK TABLE ledger_glday IN ACCESS EXCLUSIVE MODE")
        worker = subprocess.Popen(
            [sys.executable, "-c", _MAKE.format(order=number)], env=own_database.environment
        )
        wait_until(lambda: told(number).state == "running")
        wait_until(lambda: orders.left() == [])
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(30)
        owner.rollback()
    assert (told(number).state, told(number).tries) == ("running", 1)
    wait_until(lambda: orders.left() == [number])
    jobs.make(number)
    assert (told(number).state, told(number).tries) == ("done", 2)
    assert sql.value("SELECT count(*) FROM reporting_keptreport") == 1
    assert orders.left() == []


_MAKE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "bank.settings"
import django
django.setup()
from apps.reporting import jobs
jobs.make({order})
"""


def test_an_order_that_breaks_off_again_and_again_is_given_up_in_words(
    own_database: OwnDatabase, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(bank)
    number = order(bank)
    monkeypatch.setattr(door, "execute", _break)
    for _ in range(MAX_TRIES + 1):
        jobs.make(number)
    found = told(number)
    assert (found.state, found.tries) == ("failed", MAX_TRIES)
    assert found.reason.en.startswith("The making broke off 3 times.")
    assert found.reason.uk.startswith("Складання обривалося")
    assert orders.left() == []


def _break(*given: object, **named: object) -> None:
    raise ConnectionError("the worker's machine is out of order")


def test_whoever_has_lost_the_right_meanwhile_is_told_so(
    own_database: OwnDatabase, bank: Bank
) -> None:
    live(bank)
    number = order(bank)
    holding = sql.value(
        "SELECT id FROM access_roleholding WHERE user_id = %(user)s",
        {"user": bank.accountant.user_id},
    )
    do("access.revoke_role", RevokeRole(holding=holding), actor=bank.administrator)
    jobs.make(number)
    found = told(number)
    assert (found.state, found.kept) == ("failed", None)
    assert found.reason.en
    assert sql.value("SELECT count(*) FROM reporting_keptreport") == 0


def test_an_order_is_refused_as_keeping_is(bank: Bank) -> None:
    refuse(UnknownReport, ORDER, {"report": "weather"}, actor=bank.accountant)
    refuse(PeriodInvalid, ORDER, {"report": "interest", "end": "2030-01-01"},
           actor=bank.accountant)  # fmt: skip
    refuse(PermissionMissing, ORDER, {"report": "headcount"}, actor=bank.accountant)
    refuse(PermissionMissing, ORDER, {"report": "interest"}, actor=bank.teller)


def test_sweeping_rings_for_what_was_left(own_database: OwnDatabase, bank: Bank) -> None:
    queue = own_database.name
    app.conf.task_default_queue, before = queue, app.conf.task_default_queue
    try:
        number = order(bank)
        assert orders.left() == [number]
        jobs.sweep()
        with app.connection_for_read() as connection:
            message = connection.default_channel.basic_get(queue)
            assert message is not None
    finally:
        app.conf.task_default_queue = before


def test_programs_order_reports(own_database: OwnDatabase, bank: Bank) -> None:
    program, other = machine(bank, "accountant"), machine(bank, "chief_accountant")
    live(bank)
    number = program.post("report-orders", {"report": "interest"}).result["order"]
    waiting = program.get(f"report-orders/{number}").body
    assert (waiting["state"], waiting["kept"]) == ("waiting", None)
    jobs.make(number)
    done = program.get(f"report-orders/{number}").body
    assert (done["state"], done["percent"]) == ("done", 100)
    assert program.get(f"kept-reports/{done['kept']}").status == 200
    assert other.get(f"report-orders/{number}").status == 404
