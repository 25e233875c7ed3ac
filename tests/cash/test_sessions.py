"""A teller opens a session with a count, and ends it with another."""

import psycopg
import pytest
from django.db import DatabaseError, connections

from apps.cash.models import Count, Session
from apps.kernel import sql
from tests.cash import desk
from tests.cash.desk import (
    FLOAT,
    FLOAT_MINOR,
    amount,
    close_session,
    counted,
    gl_minor,
    only_refused,
    open_session,
    staff_a_till,
    till,
    till_minor,
)
from tests.factories import Bank, add_user, do


def lines(session: int, moment: str) -> dict[int, int]:
    found = Count.objects.filter(session_id=session, moment=moment)
    return dict(found.values_list("value_minor", "pieces"))


def test_a_session_belongs_to_its_till_teller_and_date(bank: Bank) -> None:
    at = staff_a_till(bank)
    session = Session.objects.get(id=at.session)
    assert (session.till_id, session.teller_id) == (at.till, bank.teller.user_id)
    assert (session.booking_date, session.status) == (bank.date, "open")
    assert (session.closed_run_id, session.difference_minor) == (None, None)
    assert lines(at.session, "opening") == {50_000: 10, 20_000: 2, 1_000: 1, 50: 5}


def test_an_empty_till_opens_without_a_count(bank: Bank) -> None:
    session = open_session(till(bank, "counter"), [], bank.teller)
    assert lines(session, "opening") == {}


def test_lines_of_one_value_are_added_and_empty_ones_left_out(bank: Bank) -> None:
    at = staff_a_till(bank)
    close_session(at.session, [*FLOAT[:3], [50, 2], [50, 3], [100, 0]], bank.teller)
    assert lines(at.session, "closing") == {50_000: 10, 20_000: 2, 1_000: 1, 50: 5}


@pytest.mark.parametrize("wrong", [[], [[50_000, 10]], [[100_000, 100]]])
def test_the_count_at_the_opening_must_be_what_the_book_says(
    bank: Bank, wrong: list[list[int]]
) -> None:
    at = staff_a_till(bank)
    close_session(at.session, FLOAT, bank.teller)
    said = {
        "counted": str(desk.uah(sum(value * pieces for value, pieces in wrong))),
        "expected": "5412.50 UAH",
    }
    with only_refused("cash.count_differs", actor=bank.teller, **said):
        open_session(at.till, wrong, bank.teller)


def test_one_session_on_a_till_and_one_of_a_teller(bank: Bank) -> None:
    at = staff_a_till(bank)
    other = till(bank, "counter")
    with only_refused("cash.till_in_use", actor=bank.second_teller):
        open_session(at.till, FLOAT, bank.second_teller)
    with only_refused("cash.teller_has_session", actor=bank.teller):
        open_session(other, [], bank.teller)
    open_session(other, [], bank.second_teller)


@pytest.mark.parametrize("kind", ["vault", "position"])
def test_only_counters_have_sessions(bank: Bank, kind: str) -> None:
    other = till(bank, kind, name="Сховище")
    wrong = {"till": "Сховище", "kind": kind, "needed": "counter"}
    with only_refused("cash.wrong_kind_of_till", actor=bank.teller, **wrong):
        open_session(other, [], bank.teller)


def test_sessions_are_opened_by_tellers_of_the_branch(bank: Bank) -> None:
    counter = till(bank, "counter")
    missing = {"permission": "cash.operate_till"}
    with only_refused("control.permission_missing", actor=bank.accountant, **missing):
        open_session(counter, [], bank.accountant)
    with only_refused("control.not_found", actor=bank.other_teller):
        open_session(counter, [], bank.other_teller)
    with only_refused("control.not_found", actor=bank.teller):
        open_session(999_999_999, [], bank.teller)


@pytest.mark.parametrize(
    "line",
    [
        {"value_minor": 50, "count": -1},
        {"value_minor": 50, "count": 1.5},
        {"value_minor": 50, "count": "1"},
        {"value_minor": 50, "count": True},
        {"value_minor": 50, "count": 10**9},
        {"value_minor": 0, "count": 1},
        {"value_minor": 50},
        {"value_minor": 50, "count": 1, "kind": "coin"},
    ],
)
def test_a_malformed_count_is_refused(bank: Bank, line: dict[str, object]) -> None:
    counter = till(bank, "counter")
    with pytest.raises(Exception, match=r"control\.malformed_command"):
        do("cash.open_session", {"till": counter, "counted": [line]}, actor=bank.teller)
    assert not Session.objects.exists()


def test_a_session_closes_without_a_difference(bank: Bank) -> None:
    at = staff_a_till(bank)
    to = desk.deposit(bank)
    do("cash.deposit", desk.over_the_counter(at, to, 100_000), actor=bank.teller)
    assert close_session(at.session, [[100_000, 1], *FLOAT], bank.teller) == 0
    session = Session.objects.get(id=at.session)
    assert (session.status, session.difference_minor) == ("closed", 0)
    assert till_minor(at.till) == FLOAT_MINOR + 100_000


def test_what_is_over_is_booked_as_income_until_it_is_explained(bank: Bank) -> None:
    at = staff_a_till(bank)
    assert close_session(at.session, [*FLOAT, [10_000, 1]], bank.teller) == 10_000
    assert till_minor(at.till) == FLOAT_MINOR + 10_000
    assert gl_minor("6399", branch=bank.branch) == -10_000
    assert gl_minor("3552", branch=bank.branch) == 0
    assert Session.objects.get(id=at.session).difference_minor == 10_000
    open_session(at.till, [*FLOAT, [10_000, 1]], bank.second_teller)


def test_what_is_short_is_owed_by_the_staff(bank: Bank) -> None:
    at = staff_a_till(bank)
    assert close_session(at.session, FLOAT[:3], bank.teller) == -250
    assert till_minor(at.till) == FLOAT_MINOR - 250
    assert gl_minor("3552", branch=bank.branch) == 250
    assert gl_minor("6399", branch=bank.branch) == 0


def test_an_emptied_till_is_short_of_everything(bank: Bank) -> None:
    at = staff_a_till(bank)
    assert close_session(at.session, [], bank.teller) == -FLOAT_MINOR
    assert till_minor(at.till) == 0


def test_a_session_is_closed_once_by_its_own_teller(bank: Bank) -> None:
    at = staff_a_till(bank)
    command = {"session": at.session, "counted": counted(*FLOAT)}
    with only_refused("cash.session_of_another", actor=bank.second_teller):
        do("cash.close_session", command, actor=bank.second_teller)
    with only_refused("control.not_found", actor=bank.other_teller):
        do("cash.close_session", command, actor=bank.other_teller)
    with only_refused("control.not_found", actor=bank.teller):
        do("cash.close_session", command | {"session": 999_999_999}, actor=bank.teller)
    do("cash.close_session", command, actor=bank.teller)
    with only_refused("cash.session_already_closed", actor=bank.teller):
        do("cash.close_session", command, actor=bank.teller)


def test_a_supervisor_closes_for_a_teller_who_cannot(bank: Bank) -> None:
    at = staff_a_till(bank)
    command = {"session": at.session, "counted": counted(*FLOAT)}
    missing = {"permission": "cash.manage_tills"}
    with only_refused("control.permission_missing", actor=bank.second_teller, **missing):
        do("cash.close_session_for_teller", command, actor=bank.second_teller)
    done = do("cash.close_session_for_teller", command, actor=bank.supervisor)
    assert done.result == {"difference_minor": 0}
    session = Session.objects.get(id=at.session)
    assert (session.status, session.closed_run_id) == ("closed", done.run_id)
    assert session.teller_id == bank.teller.user_id


def test_a_preview_tells_the_difference_and_books_nothing(bank: Bank) -> None:
    from apps.control.door import preview

    at = staff_a_till(bank)
    before = desk.whole_state()
    command = {"session": at.session, "counted": counted(*FLOAT[:3])}
    seen = preview("cash.close_session", command, actor=bank.teller)
    assert seen.result == {"difference_minor": -250}
    assert [entry["kind"] for entry in seen.meaning["entries"]] == ["cash.short"]
    assert desk.whole_state() == before


def test_the_reads_of_a_desk(bank: Bank) -> None:
    from apps.cash import queries

    at = staff_a_till(bank)
    found = queries.open_session(teller=bank.teller.user_id)
    assert found is not None
    assert (found.id, found.till_id) == (at.session, at.till)
    assert queries.open_session(teller=bank.second_teller.user_id) is None
    assert [one.id for one in queries.tills(branch=bank.branch)] == [at.vault, at.till]
    assert [(line.moment, line.value_minor) for line in queries.counts(at.session)] == [
        ("opening", 50_000), ("opening", 20_000), ("opening", 1_000), ("opening", 50),
    ]  # fmt: skip


def test_money_of_two_currencies_does_not_mix_in_a_till(bank: Bank) -> None:
    euros = till(bank, "counter", currency="EUR")
    session = open_session(euros, [], bank.teller)
    to = desk.deposit(bank)
    number = sql.value(
        "SELECT number FROM ledger_account WHERE owner = %(owner)s", {"owner": f"till:{euros}"}
    )
    command = {"till": euros, "deposit": to.id, "amount": amount(100)}
    wrong = {"account": number, "kept_in": "EUR", "given": "UAH"}
    with only_refused("ledger.wrong_currency", actor=bank.teller, **wrong):
        do("cash.deposit", command, actor=bank.teller)
    wrong = {"account": to.number, "kept_in": "UAH", "given": "EUR"}
    with only_refused("ledger.wrong_currency", actor=bank.teller, **wrong):
        do("cash.deposit", command | {"amount": amount(100, "EUR")}, actor=bank.teller)
    close_session(session, [], bank.teller)


def test_the_database_keeps_sessions_and_counts_as_they_were(bank: Bank) -> None:
    at = staff_a_till(bank)
    forbidden = [
        f"DELETE FROM cash_session WHERE id = {at.session}",
        f"UPDATE cash_session SET teller_id = {bank.second_teller.user_id} WHERE id = {at.session}",
        f"UPDATE cash_session SET status = 'closed' WHERE id = {at.session}",
        "UPDATE cash_session SET difference_minor = 0 WHERE status = 'closed'",
        "UPDATE cash_session SET status = 'open', closed_run_id = NULL, difference_minor = NULL"
        " WHERE status = 'closed'",
        "TRUNCATE cash_session CASCADE",
        "DELETE FROM cash_count",
        "UPDATE cash_count SET pieces = 1",
        "TRUNCATE cash_count",
        "DELETE FROM cash_till",
        f"INSERT INTO cash_session (till_id, teller_id, booking_date, status, opened_run_id)"
        f" VALUES ({at.vault}, {bank.second_teller.user_id}, '{bank.date}', 'open',"
        " gen_random_uuid())",
        f"INSERT INTO cash_session (till_id, teller_id, booking_date, status, opened_run_id)"
        f" VALUES ({at.till}, {bank.second_teller.user_id}, '2025-01-01', 'open',"
        " gen_random_uuid())",
    ]
    for statement in forbidden:
        _is_refused(statement)


def _is_refused(statement: str) -> None:
    """Sent past Django, as the application's role, inside the test's own transaction."""
    connection = connections["default"].connection
    with (
        pytest.raises((psycopg.DatabaseError, DatabaseError)),
        connection.transaction(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_limited_teller_still_counts_a_till(bank: Bank) -> None:
    small = add_user(role="teller", branch=bank.branch, limit_minor=100, actor=bank.administrator)
    counter = till(bank, "counter")
    session = open_session(counter, [], small)
    to = desk.deposit(bank)
    command = {"till": counter, "deposit": to.id, "amount": amount(101)}
    above = {"amount": "1.01 UAH", "limit": "1.00 UAH"}
    with only_refused("control.limit_exceeded", actor=small, **above):
        do("cash.deposit", command, actor=small)
    do("cash.deposit", command | {"amount": amount(100)}, actor=small)
    close_session(session, [[100, 1]], small)
