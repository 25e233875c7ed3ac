"""Balances, statements and books: exact lines, exact numbers of statements."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from apps.kernel import sql
from apps.ledger import queries
from apps.ledger.errors import UnknownAccount, UnknownGLAccount
from apps.ledger.models import Account, Entry
from apps.ledger.rules import EVERYTHING
from tests import probes
from tests.evidence import statements
from tests.factories import Bank, do, internal_account, move, open_account

DAY = dt.timedelta(days=1)


def roll(bank: Bank) -> None:
    do("probe.open_next_date", probes.NextDate(), actor=bank.prober)


def finish(bank: Bank) -> None:
    do("probe.finish_close", probes.NextDate(), actor=bank.prober)


def test_a_statement_keeps_the_order_of_dates(bank: Bank, account: int, till: int) -> None:
    """Legs of the closing date come late in time and stand before the open date's all the same."""
    roll(bank)
    move(bank, source=account, target=till, minor=300, narrative="tomorrow")
    legs = ((till, 40, "UAH"), (account, -40, "UAH"))
    do("probe.post_at_close", probes.Batch(entries=(legs,)), actor=bank.prober)
    move(bank, source=account, target=till, minor=5)
    lines = queries.statement(account)
    assert [(line.booking_date - bank.date, line.amount_minor, line.balance_minor)
            for line in lines] == [
        (DAY, 5, -99_735),
        (DAY, 300, -99_740),
        (0 * DAY, -40, -100_040),
        (0 * DAY, -100_000, -100_000),
    ]  # fmt: skip
    assert (lines[1].narrative, lines[1].kind) == ("tomorrow", "probe.move")
    # In time, the balance after each leg was another.
    after = sql.rows(
        "SELECT balance_after_minor FROM ledger_posting WHERE account_id = %(account)s ORDER BY id",
        {"account": account},
    )
    assert [one for (one,) in after] == [-100_000, -99_700, -99_740, -99_735]
    finish(bank)
    assert queries.statement(account) == lines


def test_pages_of_a_statement_join(bank: Bank, account: int, till: int) -> None:
    for minor in range(1, 12):
        move(bank, source=account, target=till, minor=minor)
    whole = queries.statement(account)
    first = queries.statement(account, limit=5)
    place = (first[-1].booking_date, first[-1].posting)
    second = queries.statement(account, limit=5, before=place)
    assert first + second == whole[:10]
    assert queries.statement(open_account(bank)) == []


def test_a_value_date_of_its_own(bank: Bank, account: int, till: int) -> None:
    move(bank, source=account, target=till, minor=1, value_date=bank.date - 3 * DAY)
    assert queries.statement(account)[0].value_date == bank.date - 3 * DAY
    assert Entry.objects.latest("id").booking_date == bank.date


def test_balances_before_during_and_after_a_close(bank: Bank, account: int, till: int) -> None:
    roll(bank)
    move(bank, source=account, target=till, minor=300)
    seen = []
    for _ in range(2):
        seen.append(
            [
                (
                    queries.balance(one),
                    queries.balance_on(one, bank.date - DAY),
                    queries.balance_on(one, bank.date),
                    queries.balance_on(one, bank.date + DAY),
                    queries.balance_on(one, bank.date + 90 * DAY),
                )
                for one in (account, till)
            ]
        )
        if len(seen) == 1:
            finish(bank)
    assert seen[0] == seen[1]
    assert seen[0] == [
        (-99_700, 0, -100_000, -99_700, -99_700),
        (99_700, 0, 100_000, 99_700, 99_700),
    ]


def test_the_trial_balance_of_each_date(bank: Bank, account: int, till: int) -> None:
    roll(bank)
    move(bank, source=account, target=till, minor=300)
    for _ in range(2):
        first = [
            (line.code, line.opening_minor, line.debit_minor, line.credit_minor, line.closing_minor)
            for line in queries.trial_balance(bank.date)
        ]
        second = [
            (line.code, line.opening_minor, line.debit_minor, line.credit_minor, line.closing_minor)
            for line in queries.trial_balance(bank.date + DAY)
        ]
        assert first == [
            ("1001", 0, 100_000, 0, 100_000),
            ("2620", 0, 0, 100_000, -100_000),
        ]
        assert second == [
            ("1001", 100_000, 0, 300, 99_700),
            ("2620", -100_000, 300, 0, -99_700),
        ]
        if queries.trial_balance(bank.date - DAY):
            raise AssertionError("nothing had moved before the bank was there")
        if sql.value("SELECT count(*) FROM kernel_bookingdate WHERE status = 'closing'"):
            finish(bank)


def test_currencies_stand_apart(bank: Bank) -> None:
    euro, cash = open_account(bank, currency="EUR"), internal_account(bank, currency="EUR")
    move(bank, source=cash, target=euro, minor=9, currency="EUR")
    lines = [(line.code, line.currency, line.closing_minor)
             for line in queries.trial_balance(bank.date)]  # fmt: skip
    assert lines == [("1001", "EUR", 9), ("2620", "EUR", -9)]


def test_pages_of_the_general_ledger_join(bank: Bank, account: int, till: int) -> None:
    for minor in range(1, 8):
        move(bank, source=account, target=till, minor=minor)
    span: dict[str, Any] = {"start": bank.date, "end": bank.date, "sight": EVERYTHING}
    whole = queries.general_ledger("2620", **span)
    assert [line.amount_minor for line in whole] == [-100_000, 1, 2, 3, 4, 5, 6, 7]
    assert {line.number for line in whole} == {Account.objects.get(id=account).number}
    first = queries.general_ledger("2620", limit=3, **span)
    rest = queries.general_ledger("2620", after=(first[-1].booking_date, first[-1].posting), **span)
    assert first + rest == whole
    tomorrow = span | {"start": bank.date + DAY, "end": bank.date + DAY}
    assert queries.general_ledger("2620", **tomorrow) == []
    with pytest.raises(UnknownGLAccount):
        queries.general_ledger("0000", **span)


def test_standing_of_a_limited_account(bank: Bank, account: int, till: int) -> None:
    do("probe.hold", probes.Hold(account=account, amount_minor=700), actor=bank.prober)
    do("probe.limit", probes.Limit(account=account, floor_minor=-50), actor=bank.prober)
    standing = queries.limited(account)
    assert (standing.balance_minor, standing.natural_minor) == (-100_000, 100_000)
    assert standing.available_minor == 100_000 - 700 + 50
    for unknown in (till, 987_654):
        with pytest.raises(UnknownAccount):
            queries.limited(unknown)


@pytest.mark.parametrize("moved", [1, 30])
def test_reads_take_a_constant_number_of_statements(
    bank: Bank, account: int, till: int, moved: int
) -> None:
    for _ in range(moved):
        move(bank, source=account, target=till, minor=1)
    date = bank.date
    reads: list[tuple[int, Callable[[], object]]] = [
        (1, lambda: queries.balance(account)),
        (1, lambda: queries.balance(till)),
        (1, lambda: queries.balance_on(till, date)),
        (1, lambda: queries.limited(account)),
        (1, lambda: queries.statement(account)),
        (2, lambda: queries.statement(account, limit=1)),
        (2, lambda: queries.trial_balance(date)),
        (2, lambda: queries.trial_balance(date, branch=bank.branch)),
        (1, lambda: queries.general_ledger("2620", start=date, end=date, sight=EVERYTHING)),
        (1, lambda: queries.standing([account, till])),
    ]
    for number, read in reads:
        with statements() as seen:
            read()
        assert len(seen) == number


@pytest.mark.parametrize("count", [1, 400])
def test_posting_takes_one_statement(bank: Bank, till: int, account: int, count: int) -> None:
    legs = ((till, 1, "UAH"), (account, -1, "UAH"))
    command = probes.Batch(entries=(legs,) * count)
    with statements() as seen:
        do("probe.batch", command, actor=bank.prober)
    assert len(seen) == 2  # the claim of the key, and the line of the journal with all entries
    assert queries.balance(account) == -100_000 - count


@pytest.mark.parametrize("count", [0, 1, 60])
def test_a_query_is_posted_as_one_statement(bank: Bank, till: int, count: int) -> None:
    accounts = tuple(open_account(bank) for _ in range(count))
    command = probes.Query(source=till, accounts=accounts, amounts_minor=tuple(range(1, count + 1)))
    with statements() as seen:
        done = do("probe.query", command, actor=bank.prober)
    assert len(seen) == 3
    entries = Entry.objects.filter(run_id=done.run_id)
    assert entries.count() == count
    assert {(one.kind, one.narrative) for one in entries} <= {("probe.query", "from a query")}
    assert [queries.balance(one) for one in accounts] == [-1 - n for n in range(count)]
    assert queries.balance(till) == count * (count + 1) // 2
