"""Counts, sessions and the book are proved against each other, and the gate holds the date."""

import psycopg
import pytest

from apps.control.declarations import GATES
from apps.kernel import sql
from tests.cash import desk
from tests.cash.desk import FLOAT, close_session, open_session, over_the_counter, staff_a_till
from tests.cash.test_cash_over_the_counter import violations
from tests.conftest import OwnDatabase
from tests.factories import Bank, do


@pytest.fixture
def day(own_database: OwnDatabase, bank: Bank) -> desk.Desk:
    """A morning with money in and out, an overage, and an afternoon of another teller."""
    at, to = staff_a_till(bank), desk.deposit(bank)
    do("cash.deposit", over_the_counter(at, to, 50_000), actor=bank.teller)
    do("cash.withdraw", over_the_counter(at, to, 10_000), actor=bank.teller)
    closing = [*FLOAT, [20_000, 2], [100, 1]]
    close_session(at.session, closing, bank.teller)
    session = open_session(at.till, closing, bank.second_teller)
    return desk.Desk(at.vault, at.till, session, bank.second_teller)


def test_a_true_day_has_no_violations(day: desk.Desk, bank: Bank) -> None:
    assert violations(bank.date) == {}
    close_session(day.session, [*FLOAT, [20_000, 2]], bank.second_teller)
    assert violations(bank.date) == {}


def test_a_count_that_was_changed_is_found(
    day: desk.Desk, bank: Bank, own_database: OwnDatabase
) -> None:
    _as_superuser_would(own_database, "cash_count", "UPDATE cash_count SET pieces = pieces + 1")
    found = violations(bank.date)
    assert set(found) == {"cash.counts_equal_book"}
    # All moments with anything counted: the first session's opening had an empty till.
    moments = [(moment, counted > booked) for _, moment, counted, booked in found.popitem()[1]]
    assert sorted(moments) == [
        ("closing", True), ("closing", True), ("opening", True), ("opening", True),
    ]  # fmt: skip


def test_a_difference_that_was_changed_is_found(
    day: desk.Desk, bank: Bank, own_database: OwnDatabase
) -> None:
    _as_superuser_would(
        own_database,
        "cash_session",
        "UPDATE cash_session SET difference_minor = 0 WHERE difference_minor <> 0",
    )
    found = violations(bank.date)
    assert [rows[0][1:] for rows in found.values()] == [(0, 100)]
    assert set(found) == {"cash.differences_equal_book"}


def test_cash_that_moved_outside_its_session_is_found(
    day: desk.Desk, bank: Bank, own_database: OwnDatabase
) -> None:
    _as_superuser_would(
        own_database,
        "cash_session",
        f"UPDATE cash_session SET teller_id = {bank.other_teller.user_id} WHERE status = 'closed'",
    )
    found = violations(bank.date)
    assert set(found) == {"cash.counters_move_in_sessions"}
    kinds = sorted(str(kind) for _, _, kind in found.popitem()[1])
    assert kinds == ["cash.deposit", "cash.withdrawal"]


def test_the_gate_names_till_and_teller(day: desk.Desk, bank: Bank) -> None:
    gate = GATES["cash.open_sessions"]
    name = sql.value("SELECT name FROM cash_till WHERE id = %(id)s", {"id": day.till})
    assert sql.rows(gate.statement, {"date": bank.date}) == [(name, "Second Teller")]
    close_session(day.session, [*FLOAT, [20_000, 2], [100, 1]], bank.second_teller)
    assert sql.rows(gate.statement, {"date": bank.date}) == []


def _as_superuser_would(own_database: OwnDatabase, table: str, statement: str) -> None:
    """Tamper with a table as its owner can: by taking its triggers away first."""
    with own_database.connect("owner") as owner:
        with pytest.raises(psycopg.DatabaseError), owner.transaction():
            owner.execute(statement)
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement)
        owner.commit()
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
