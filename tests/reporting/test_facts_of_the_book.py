"""Every report's totals are the ledger's, by SQL of its own, on closed and open dates alike."""

import datetime as dt

import pytest

from apps.accounts.reports import DEPOSITS_BY_PRODUCT
from apps.kernel import sql
from apps.reporting import making, queries
from apps.reporting.declarations import REPORTS, Report
from apps.reporting.reports import (
    BALANCE_SHEET,
    CASH_FLOW_REPORT,
    CURRENCY_POSITION,
    INTEREST,
    PROFIT_AND_LOSS,
    PROFIT_BY_BRANCH,
    TRIAL_BALANCE,
)
from apps.reporting.rules import Sheet
from tests.evidence import statements
from tests.factories import Bank
from tests.reporting.books import FIRST, LAST, OF_THE_BOOK, live


@pytest.fixture
def lived(bank: Bank) -> Bank:
    """A bank with some days closed behind it, and postings in the open one."""
    live(bank)
    return bank


def made(report: Report, *, start: dt.date | None = None, end: dt.date | None = None) -> Sheet:
    given = making.parameters(report, today=LAST, start=start, end=end)
    return making.make(report, given, queries.knowledge_at(None))


def booked(condition: str, *, to: dt.date, start: dt.date = dt.date.min) -> int:
    """The sum of all postings of GL accounts `g` between two dates, debit positive."""
    found: int = sql.value(
        f"""SELECT coalesce(sum(p.amount_minor), 0)::bigint FROM ledger_posting p
              JOIN ledger_account a ON a.id = p.account_id
              JOIN ledger_glaccount g ON g.id = a.gl_account_id
             WHERE p.booking_date BETWEEN %(start)s AND %(to)s AND a.currency = 'UAH'
               AND {condition}""",
        {"start": start, "to": to},
    )
    return found


def days() -> list[dt.date]:
    return [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_a_trial_balance_is_that_of_the_ledger(lived: Bank) -> None:
    sheet = made(TRIAL_BALANCE, start=FIRST + dt.timedelta(days=1), end=LAST)
    expected = sql.rows(
        """SELECT g.code,
                  sum(p.amount_minor) FILTER (WHERE p.booking_date < %(start)s),
                  sum(p.amount_minor) FILTER (WHERE p.booking_date >= %(start)s
                                                AND p.amount_minor > 0),
                  -sum(p.amount_minor) FILTER (WHERE p.booking_date >= %(start)s
                                                 AND p.amount_minor < 0),
                  sum(p.amount_minor)
             FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
             JOIN ledger_glaccount g ON g.id = a.gl_account_id
            WHERE p.booking_date <= %(end)s AND a.currency = 'UAH'
            GROUP BY g.code ORDER BY g.code""",
        {"start": FIRST + dt.timedelta(days=1), "end": LAST},
    )
    told = [
        (
            row.value,
            row.figures[0].minor - row.figures[1].minor,
            row.figures[2].minor,
            row.figures[3].minor,
            row.figures[4].minor - row.figures[5].minor,
        )
        for row in sheet.rows
        if row.value
    ]
    assert told == [(code, *(int(one or 0) for one in rest)) for code, *rest in expected]
    assert len(told) >= 6
    assert [judged.off for judged in sheet.checks] == [(), (), ()]


def test_the_balance_sheet_balances_on_every_day(lived: Bank) -> None:
    for day in days():
        sheet = made(BALANCE_SHEET, end=day)
        assert [judged.off for judged in sheet.checks] == [()], day
        assets = sheet.figure("assets", "closing")
        assert assets is not None
        of_assets = booked("g.kind IN ('asset', 'asset_liability')", to=day)
        assert assets.minor == of_assets > 0
        equity = sheet.figure("equity", "closing")
        assert equity is not None
        assert equity.minor == -booked("g.kind IN ('equity', 'income', 'expense')", to=day)


def test_the_profit_of_a_period_is_what_equity_changed_by(lived: Bank) -> None:
    for start, end in [(FIRST, LAST), (FIRST, FIRST), (LAST, LAST)]:
        profit = made(PROFIT_AND_LOSS, start=start, end=end).figure("profit", "this")
        before = made(BALANCE_SHEET, end=start - dt.timedelta(days=1)).figure("equity", "closing")
        after = made(BALANCE_SHEET, end=end).figure("equity", "closing")
        assert profit is not None
        assert before is not None
        assert after is not None
        paid_in = -booked("g.kind = 'equity'", start=start, to=end)
        assert profit.minor == after.minor - before.minor - paid_in
        of_result = "g.kind IN ('income', 'expense')"
        assert profit.minor == -booked(of_result, start=start, to=end) != 0


def test_branches_together_earn_what_the_bank_earns(lived: Bank) -> None:
    sheet = made(PROFIT_BY_BRANCH, start=FIRST, end=LAST)
    *branches, total = next(row for row in sheet.rows if row.code == "profit").figures
    assert [column.branch for column in sheet.columns] == [
        *sorted([lived.branch, lived.other_branch]),
        None,
    ]
    assert sum(figure.minor for figure in branches) == total.minor
    for column, figure in zip(sheet.columns, branches, strict=False):
        of_branch = f"g.kind IN ('income', 'expense') AND a.branch_id = {column.branch}"
        assert figure.minor == -booked(of_branch, to=LAST) != 0


def test_interest_is_that_of_its_accounts(lived: Bank) -> None:
    sheet = made(INTEREST, start=FIRST, end=LAST)
    for row, condition in [("income", "g.code ~ '^6[01]'"), ("expense", "g.code ~ '^70'")]:
        figure = sheet.figure(row, "this")
        assert figure is not None
        assert figure.minor == abs(booked(condition, to=LAST))
    net = sheet.figure("net", "this")
    assert net is not None
    assert net.minor == -booked("g.code ~ '^(6[01]|70)'", to=LAST) < 0


def test_deposits_by_product_are_those_of_the_ledger(lived: Bank) -> None:
    for day in days():
        sheet = made(DEPOSITS_BY_PRODUCT, end=day)
        total = next(row for row in sheet.rows if row.code == "product").figures
        of_deposits = "EXISTS (SELECT FROM accounts_deposit d WHERE d.account_id = a.id)"
        assert total[1].minor == -booked(of_deposits, to=day)
        assert total[1].minor == sum(figure.minor for figure in total[3:])
        assert total[0].minor == sql.value(
            """SELECT count(*) FROM accounts_deposit WHERE opened_on <= %(day)s
                 AND (closed_on IS NULL OR closed_on > %(day)s)""",
            {"day": day},
        )


def test_a_currency_is_open_by_what_is_not_matched(lived: Bank) -> None:
    sheet = made(CURRENCY_POSITION, end=LAST)
    for row in sheet.rows:
        assets, owed, own, position, *_ = (figure.minor for figure in row.figures)
        assert position == assets - owed - own
        assert row.currency == row.value
    in_dollars = next(row for row in sheet.rows if row.value == "USD").figures
    assert (in_dollars[0].minor, in_dollars[3].minor) == (70_000, 70_000)


def test_flows_explain_the_change_of_cash(lived: Bank) -> None:
    is_cash = "(g.code LIKE '100%%' OR g.code IN ('1200', '1500'))"
    for start, end in [(FIRST, LAST), (LAST, LAST)]:
        sheet = made(CASH_FLOW_REPORT, start=start, end=end)
        assert [judged.off for judged in sheet.checks] == [()]
        net = sheet.figure("net", "this")
        assert net is not None
        assert net.minor == booked(is_cash, start=start, to=end) != 0


@pytest.mark.parametrize("code", OF_THE_BOOK)
def test_a_report_asks_as_much_for_many_facts_as_for_few(lived: Bank, code: str) -> None:
    report = REPORTS[code]
    seen = []
    for day in (FIRST, LAST):
        with statements() as asked:
            made(report, end=day)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 7


@pytest.mark.parametrize("code", OF_THE_BOOK)
def test_every_figure_is_the_sum_of_what_it_opens_into(lived: Bank, code: str) -> None:
    sheet = made(REPORTS[code], end=LAST)
    figures = [figure for row in sheet.rows for figure in row.figures]
    assert any(figure.minor for figure in figures)
    for figure in figures:
        assert figure.minor == sum(share.minor for share in figure.shares)
