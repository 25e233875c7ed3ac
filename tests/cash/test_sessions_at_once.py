"""Several people at one till at once: a close and a posting, two openings, two withdrawals."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from apps.cash.models import Session
from apps.kernel import sql
from apps.kernel.errors import Refusal
from tests.cash import desk
from tests.cash.desk import FLOAT, FLOAT_MINOR, close_session, open_session, over_the_counter
from tests.cash.test_cash_over_the_counter import violations
from tests.conftest import OwnDatabase
from tests.factories import Bank, do


def at_once(works: Sequence[Callable[[], Any]]) -> list[str]:
    """Run all of them in threads that start together; `done` or the refusal's code of each."""
    start = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> str:
        try:
            start.wait(timeout=10)
            work()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_nothing_slips_behind_the_count_of_a_close(own_database: OwnDatabase, bank: Bank) -> None:
    to = desk.deposit(bank)
    at = desk.staff_a_till(bank)
    session, booked = at.session, 0
    for _ in range(5):
        # The teller counts what was there before; what comes in meanwhile is over or refused.
        pays = [
            lambda: do("cash.deposit", over_the_counter(at, to, 1_000), actor=bank.teller)
            for _ in range(6)
        ]
        count = [*FLOAT, [1_000, booked]]

        def close(session: int = session, count: list[list[int]] = count) -> None:
            close_session(session, count, bank.teller)

        outcomes = at_once([*pays, close])
        paid = outcomes[:-1].count("done")
        assert outcomes[-1] == "done"
        assert set(outcomes[:-1]) <= {"done", "cash.session_not_open"}
        closed = Session.objects.get(id=session)
        # Each payment lies before the count, where it made the till short by what nobody counted.
        assert closed.difference_minor == -1_000 * paid
        assert desk.till_minor(at.till) == FLOAT_MINOR + 1_000 * booked
        session = open_session(at.till, count, bank.teller)
    assert violations(bank.date) == {}


def test_two_tellers_open_one_till(own_database: OwnDatabase, bank: Bank) -> None:
    counter = desk.till(bank, "counter")
    outcomes = at_once(
        [
            lambda: open_session(counter, [], bank.teller),
            lambda: open_session(counter, [], bank.second_teller),
        ]
    )
    assert sorted(outcomes) == ["cash.till_in_use", "done"]
    assert Session.objects.filter(till_id=counter).count() == 1


def test_a_teller_opens_two_tills(own_database: OwnDatabase, bank: Bank) -> None:
    counters = [desk.till(bank, "counter"), desk.till(bank, "counter")]
    outcomes = at_once(
        [lambda at=at: open_session(at, [], bank.teller) for at in counters]  # type: ignore[misc]
    )
    assert sorted(outcomes) == ["cash.teller_has_session", "done"]


def test_a_till_pays_no_more_than_it_holds(own_database: OwnDatabase, bank: Bank) -> None:
    at = desk.staff_a_till(bank)
    rich = [desk.deposit(bank, minor=10_000_000) for _ in range(4)]
    # 5 412.50 in the till: five times 1 000.00 and no more, whoever asks first.
    works = [
        lambda to=to: do("cash.withdraw", over_the_counter(at, to, 100_000), actor=bank.teller)
        for to in rich
        for _ in range(3)
    ]
    outcomes = at_once(works)
    assert outcomes.count("done") == 5
    assert outcomes.count("ledger.insufficient_funds") == 7
    assert desk.till_minor(at.till) == FLOAT_MINOR - 500_000
    assert sum(one.minor for one in rich) == 40_000_000 - 500_000


def test_a_session_that_begins_while_the_date_moves(own_database: OwnDatabase, bank: Bank) -> None:
    """Whoever moves the date waits for a session that is being opened, and then sees it."""
    counter = desk.till(bank, "counter")
    with own_database.connect("owner") as mover, mover.cursor() as cursor:
        cursor.execute("UPDATE kernel_bookingdate SET status = 'closing' WHERE status = 'open'")
        cursor.execute(
            "INSERT INTO kernel_bookingdate (date, status, opened_at)"
            " VALUES ('2026-01-06', 'open', now())"
        )
        with ThreadPoolExecutor(1) as pool:

            def open_at_the_border() -> int:
                try:
                    return open_session(counter, [], bank.teller)
                finally:
                    connections.close_all()

            opening = pool.submit(open_at_the_border)
            _wait_until_somebody_waits(own_database)
            mover.commit()
            session = opening.result(timeout=20)
    assert str(Session.objects.get(id=session).booking_date) == "2026-01-06"


def _wait_until_somebody_waits(own_database: OwnDatabase) -> None:
    for _ in range(200):
        waiting = sql.value(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE NOT l.granted AND d.datname = %(name)s",
            {"name": own_database.name},
        )
        if waiting:
            return
        threading.Event().wait(0.02)
    raise AssertionError("the session was opened without waiting for the date")
