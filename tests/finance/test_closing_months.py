"""The close of a month: what is left to do, the lock that the database holds, and opening again."""

import datetime as dt
import threading
from collections.abc import Iterator

import psycopg
import pytest

from apps.control.declarations import MONTH_CHECKS
from apps.control.errors import NotFound, PermissionMissing
from apps.control.run import Actor
from apps.finance import months
from apps.finance.errors import (
    EarlierMonthOpen,
    LaterMonthClosed,
    MonthClosed,
    MonthNotClosed,
    MonthUnfinished,
)
from apps.kernel import sql
from apps.kernel.queries import current_date
from tests.accounts import days
from tests.conftest import OwnDatabase
from tests.evidence import refuse, statements
from tests.factories import Bank, do, internal_account
from tests.finance.planning import head_of_finance
from tests.hr.office import agree
from tests.ledger import raw

JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
REPORTS = ("trial_balance", "balance_sheet", "profit_and_loss")


def live_through(bank: Bank, month: dt.date) -> None:
    """Let days pass, unclosed by any step, until the first of the next month is open."""
    last = months.last_day(month)
    today = current_date()
    while today is not None and today <= last:
        days.roll(bank)
        days.finish(bank)
        today = current_date()


def finish(bank: Bank, month: dt.date) -> None:
    """Keep the reports of a month and tick everything that people tick."""
    for report in REPORTS:
        days_of = {"start": month, "end": months.last_day(month)}
        do("reporting.keep_report", {"report": report, **days_of}, actor=bank.accountant)
    for item in months.TICKS:
        do("finance.tick_month", {"period": month, "item": item}, actor=bank.accountant)


@pytest.fixture
def head(bank: Bank) -> Actor:
    return head_of_finance(bank)


def close(bank: Bank, head: Actor, month: dt.date) -> None:
    parked = do("finance.close_month", {"period": month}, actor=bank.accountant)
    assert agree(parked, head)["state"] == "done"


def reopen(bank: Bank, head: Actor, month: dt.date) -> None:
    command = {"period": month, "reason": "Виправлення"}
    parked = do("finance.reopen_month", command, actor=bank.accountant)
    assert agree(parked, head)["state"] == "done"


def test_a_month_tells_what_is_left_to_do(bank: Bank) -> None:
    found = months.checklist(JANUARY)
    assert [one.name for one in found.checks] == MONTH_CHECKS.names()
    left = {one.name: one.left for one in found.checks if one.left}
    # The bank began on the fifth, and has closed nothing yet.
    assert left == {"eod.days_closed": 27, "reporting.reports_kept": 3}
    assert next(one.first for one in found.checks if one.left == 27)[0] == "05.01.2026"
    assert [one.is_done for one in found.ticks] == [False] * 4
    assert [one.month for one in months.months()] == [JANUARY]
    do("finance.book_manual_entry", {
        "branch": bank.branch, "narrative": "Вручну", "legs": days_legs(bank),
    }, actor=bank.accountant)  # fmt: skip
    again = {one.name: one for one in months.checklist(JANUARY).checks}
    assert again["control.requests_decided"].left == 1


def days_legs(bank: Bank) -> list[dict[str, object]]:
    numbers = [
        do("finance.open_internal_account",
           {"branch": bank.branch, "gl_code": code, "currency": "UAH"},
           actor=bank.accountant).result["number"]
        for code in ("7399", "1200")
    ]  # fmt: skip
    return [
        {"account": number, "side": side, "amount": {"amount": "1.00", "currency": "UAH"}}
        for number, side in zip(numbers, ("debit", "credit"), strict=True)
    ]


def test_ticks_say_who_and_when_and_can_be_taken_back(bank: Bank) -> None:
    tick = {"period": JANUARY, "item": "suspense", "note": "Порожні"}
    do("finance.tick_month", tick, actor=bank.accountant)
    one = next(one for one in months.checklist(JANUARY).ticks if one.item == "suspense")
    assert (one.is_done, one.note, one.by) == (True, "Порожні", "Accountant")
    assert one.at is not None
    do("finance.tick_month", {**tick, "done": False}, actor=bank.chief_accountant)
    one = next(one for one in months.checklist(JANUARY).ticks if one.item == "suspense")
    assert (one.is_done, one.by) == (False, "Chief Accountant")
    refuse(NotFound, "finance.tick_month", {**tick, "item": "weather"}, actor=bank.accountant)
    refuse(NotFound, "finance.tick_month", {**tick, "period": FEBRUARY}, actor=bank.accountant)
    refuse(PermissionMissing, "finance.tick_month", tick, actor=bank.teller)


def test_a_month_is_closed_and_opened_by_two(bank: Bank, head: Actor) -> None:
    command = {"period": JANUARY}
    refuse(MonthUnfinished, "finance.close_month", command, actor=bank.accountant)
    live_through(bank, JANUARY)
    refuse(MonthUnfinished, "finance.close_month", command, actor=bank.accountant)
    finish(bank, JANUARY)
    assert months.checklist(JANUARY).left == []
    close(bank, head, JANUARY)

    found = months.checklist(JANUARY)
    assert (found.is_closed, [one.by for one in found.events]) == (True, ["Accountant"])
    assert [(one.month, one.is_closed) for one in months.months()] == [
        (FEBRUARY, False),
        (JANUARY, True),
    ]
    refuse(MonthClosed, "finance.close_month", command, actor=bank.accountant)
    tick = {"period": JANUARY, "item": "suspense", "done": False}
    refuse(MonthClosed, "finance.tick_month", tick, actor=bank.accountant)

    reopen(bank, head, JANUARY)
    assert not months.checklist(JANUARY).is_closed
    assert [one.locked for one in months.checklist(JANUARY).events] == [False, True]
    refuse(MonthNotClosed, "finance.reopen_month", {"period": JANUARY, "reason": "Ще раз"},
           actor=bank.accountant)  # fmt: skip
    close(bank, head, JANUARY)


def test_months_are_closed_in_their_order(bank: Bank, head: Actor) -> None:
    for month in (JANUARY, FEBRUARY):
        live_through(bank, month)
        finish(bank, month)
        close(bank, head, month)
    refuse(LaterMonthClosed, "finance.reopen_month", {"period": JANUARY, "reason": "Правка"},
           actor=bank.accountant)  # fmt: skip
    reopen(bank, head, FEBRUARY)
    reopen(bank, head, JANUARY)
    refuse(EarlierMonthOpen, "finance.close_month", {"period": FEBRUARY}, actor=bank.accountant)


def test_what_was_ready_is_looked_at_again_when_the_other_agrees(bank: Bank, head: Actor) -> None:
    live_through(bank, JANUARY)
    finish(bank, JANUARY)
    parked = do("finance.close_month", {"period": JANUARY}, actor=bank.accountant)
    undone = {"period": JANUARY, "item": "nostro", "done": False}
    do("finance.tick_month", undone, actor=bank.chief_accountant)
    meaning = sql.value("SELECT meaning_hash FROM control_approval WHERE id = %(id)s",
                        {"id": parked.approval_id})  # fmt: skip
    refuse(MonthUnfinished, "control.approve",
           {"approval": parked.approval_id, "meaning": meaning}, actor=head)  # fmt: skip
    assert not months.checklist(JANUARY).is_closed


def test_a_checklist_asks_as_much_for_many_things_as_for_few(bank: Bank) -> None:
    with statements() as few:
        months.checklist(JANUARY)
    live_through(bank, JANUARY)
    finish(bank, JANUARY)
    with statements() as many:
        months.checklist(JANUARY)
    assert len(few) == len(many) == 3


# --- The lock -----------------------------------------------------------------------------------


@pytest.fixture
def locked(own_database: OwnDatabase, bank: Bank) -> Iterator[list[raw.Connection]]:
    """Two connections of the application to a bank whose January is closed, on 1 February."""
    head = head_of_finance(bank)
    live_through(bank, JANUARY)
    finish(bank, JANUARY)
    close(bank, head, JANUARY)
    with own_database.connect() as one, own_database.connect() as other:
        yield [one, other]


def backdate(connection: raw.Connection, bank: Bank, valued: dt.date, size: str = "few") -> None:
    """Post into 1 February with an earlier value date; not committed."""
    legs = [
        (internal, amount, "UAH")
        for internal, amount in zip(
            (internal_account(bank), internal_account(bank, "6510")), (100, -100), strict=True
        )
    ]
    run = raw.write_line(connection, date=FEBRUARY)
    raw.call(connection, size, [legs], run=run, date=FEBRUARY, value_dates=[valued])


@pytest.mark.parametrize("size", ["few", "many"])
def test_no_entry_has_a_value_date_in_a_closed_month(
    locked: list[raw.Connection], bank: Bank, size: str
) -> None:
    connection = locked[0]
    for valued in (JANUARY, dt.date(2026, 1, 5), dt.date(2026, 1, 31)):
        with pytest.raises(psycopg.errors.DatabaseError) as refused:
            backdate(connection, bank, valued, size)
        assert refused.value.sqlstate == "SK015"
        connection.rollback()
    for valued in (FEBRUARY, dt.date(2025, 12, 31)):
        backdate(connection, bank, valued, size)
        connection.rollback()
    assert sql.value("SELECT count(*) FROM ledger_entry WHERE value_date < booking_date") == 0


def test_an_opened_month_takes_value_dates_again(locked: list[raw.Connection], bank: Bank) -> None:
    reopen(bank, head_of_finance(bank), JANUARY)
    backdate(locked[0], bank, dt.date(2026, 1, 31))
    locked[0].commit()
    assert sql.value("SELECT count(*) FROM ledger_entry WHERE value_date < booking_date") == 1


def test_whoever_closes_a_month_waits_for_entries_that_look_back(
    locked: list[raw.Connection], bank: Bank
) -> None:
    """And whoever looks back afterwards finds it closed: nothing slips in between."""
    reopen(bank, head_of_finance(bank), JANUARY)
    one, other = locked
    backdate(one, bank, dt.date(2026, 1, 31))
    run = raw.write_line(other, date=FEBRUARY)
    begun, done = threading.Event(), threading.Event()

    def lock() -> None:
        begun.set()
        other.execute(
            "INSERT INTO ledger_monthlock (month, locked, run_id) VALUES (%s, true, %s)",
            [JANUARY, run],
        )
        other.commit()
        done.set()

    thread = threading.Thread(target=lock)
    thread.start()
    begun.wait(10)
    assert not done.wait(0.5)
    one.commit()
    assert done.wait(10)
    thread.join()
    with pytest.raises(psycopg.errors.DatabaseError) as refused:
        backdate(one, bank, dt.date(2026, 1, 31))
    assert refused.value.sqlstate == "SK015"


def test_the_database_refuses_locks_that_nobody_may_set(
    locked: list[raw.Connection], bank: Bank
) -> None:
    connection = locked[0]
    insert = "INSERT INTO ledger_monthlock (month, locked, run_id) VALUES (%s, %s, %s)"
    for month, is_locked, state in [
        # A month that is closed already, one that is not over, and one that is not locked.
        (JANUARY, True, "SK016"),
        (FEBRUARY, True, "SK016"),
        (FEBRUARY, False, "SK016"),
        (dt.date(2026, 1, 2), True, "SK016"),
    ]:
        run = raw.write_line(connection, date=FEBRUARY)
        with pytest.raises(psycopg.errors.DatabaseError) as refused:
            connection.execute(insert, [month, is_locked, run])
        assert refused.value.sqlstate == state, month
        connection.rollback()
    # Without a line of the journal, at the commit.
    connection.execute(insert, [JANUARY, False, "00000000-0000-0000-0000-000000000007"])
    with pytest.raises(psycopg.errors.DatabaseError) as refused:
        connection.commit()
    assert refused.value.sqlstate == "SK009"
    for statement in ("UPDATE ledger_monthlock SET locked = false", "DELETE FROM ledger_monthlock"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
        connection.rollback()
