"""Reports of loans: each total is the ledger's by SQL of its own, on any date, and known again."""

import datetime as dt

import pytest

from apps.kernel import sql
from apps.ledger.rules import EVERYTHING
from apps.loans.reports import LOANS_BY_PRODUCT, PORTFOLIO_AT_RISK, RISK_BY_PRODUCT
from apps.reporting import making, queries
from apps.reporting.declarations import Knowledge, Report
from apps.reporting.rules import Sheet, content
from apps.reporting.tables import table
from tests.accounts import days
from tests.evidence import statements
from tests.factories import FIRST_DATE, Bank
from tests.loans import lending
from tests.loans.lending import Lent

OF_LOANS = (LOANS_BY_PRODUCT, PORTFOLIO_AT_RISK, RISK_BY_PRODUCT)
# The first instalment falls due on 5 February and is not paid.
LAST_CLOSED = dt.date(2026, 3, 9)
TODAY = LAST_CLOSED + dt.timedelta(days=1)


@pytest.fixture
def lent(bank: Bank) -> list[Lent]:
    """A loan that is 32 days overdue, one that is paid in time, and one of a long term."""
    cash, car = lending.product(bank), lending.product(bank, max_months=120)
    made = [
        lending.lend(bank, cash, minor=12_000_00),
        lending.lend(bank, cash, minor=24_000_00, saved_minor=24_000_00),
        lending.lend(bank, car, minor=60_000_00, months=72, saved_minor=24_000_00),
    ]
    # What was paid out to the first is spent.
    days.put(bank, made[0].deposit, -12_000_00)
    lending.close_through(bank, LAST_CLOSED)
    return made


def made(report: Report, end: dt.date, knowledge: Knowledge | None = None) -> Sheet:
    given = making.parameters(report, today=TODAY, end=end)
    return making.make(report, given, knowledge or queries.knowledge_at(None))


def minor(sheet: Sheet, row: str, column: str) -> int:
    figure = sheet.figure(row, column)
    assert figure is not None, (row, column)
    assert figure.minor == sum(share.minor for share in figure.shares)
    return figure.minor


def booked(end: dt.date, loans: str = "true") -> int:
    """What postings say of the GL accounts of loans through a date, by loans `l`."""
    found: int = sql.value(
        f"""SELECT coalesce(sum(p.amount_minor), 0)::bigint FROM ledger_posting p
              JOIN ledger_account a ON a.id = p.account_id
              JOIN ledger_glaccount g ON g.id = a.gl_account_id
              LEFT JOIN loans_loan l ON l.account_id = a.id
             WHERE g.code IN (SELECT principal_gl FROM loans_terms)
               AND p.booking_date <= %(end)s AND {loans}""",
        {"end": end},
    )
    return found


def overdue(end: dt.date, days: int) -> int:
    """Principal of loans whose oldest unpaid charge was due more than so many days before."""
    return booked(
        end,
        f"""EXISTS (SELECT FROM loans_charge c
                     WHERE c.loan_id = l.id AND c.kind <> 'penalty'
                       AND DATE '{end}' - c.due_on > {days}
                       AND c.amount_minor > (
                           SELECT coalesce(sum(x.amount_minor), 0) FROM loans_allocation x
                             JOIN loans_payment y ON y.id = x.payment_id
                            WHERE x.charge_id = c.id AND y.booking_date <= DATE '{end}'))""",
    )


def test_loans_by_product_and_term_are_those_of_the_ledger(lent: list[Lent], bank: Bank) -> None:
    for end in (FIRST_DATE, dt.date(2026, 2, 5), LAST_CLOSED, TODAY):
        sheet = made(LOANS_BY_PRODUCT, end)
        assert minor(sheet, "product", "closing") == booked(end) > 0
        assert minor(sheet, "product", f"branch.{bank.branch}") == booked(end)
        assert minor(sheet, "terms", "closing") == booked(end)
        assert minor(sheet, "term_longer", "closing") == booked(end, f"l.id = {lent[2].id}")
        assert minor(sheet, "product", "loans") == 3
        assert [judged.off for judged in sheet.checks] == [()]


def test_the_portfolio_at_risk_is_what_overdue_loans_owe(lent: list[Lent]) -> None:
    for end in (dt.date(2026, 2, 5), dt.date(2026, 2, 6), dt.date(2026, 3, 7), LAST_CLOSED):
        sheet = made(PORTFOLIO_AT_RISK, end)
        assert minor(sheet, "outstanding", "closing") == booked(end)
        assert minor(sheet, "par1", "closing") == overdue(end, 0)
        assert minor(sheet, "par30", "closing") == overdue(end, 30)
        assert minor(sheet, "par90", "closing") == 0
        by_product = made(RISK_BY_PRODUCT, end)
        for row in ("product", "place"):
            assert minor(by_product, row, "closing") == booked(end)
            assert minor(by_product, row, "par30") == overdue(end, 30)
    assert overdue(dt.date(2026, 2, 5), 0) == overdue(dt.date(2026, 3, 7), 30) == 0
    assert overdue(LAST_CLOSED, 30) == lent[0].principal_minor == 12_000_00


def test_shares_of_the_portfolio_follow_from_its_figures(lent: list[Lent]) -> None:
    told = table(content(made(PORTFOLIO_AT_RISK, LAST_CLOSED)))
    par30 = next(row for row in told.rows if row.code == "par30")
    cell = next(one for one in par30.cells if one.column == "closing_share")
    assert (cell.is_percent, cell.currency, cell.opens) == (True, None, "closing")
    assert cell.minor == round(12_000_00 * 10_000 / booked(LAST_CLOSED))
    before = next(one for one in par30.cells if one.column == "before_share")
    assert (before.minor, before.missing) == (0, False)


def test_the_postings_behind_a_bucket_are_those_of_its_loans(lent: list[Lent]) -> None:
    figure = made(PORTFOLIO_AT_RISK, LAST_CLOSED).figure("bucket_3", "closing")
    assert figure is not None
    postings = queries.behind(
        [share.fact for share in figure.shares],
        start=queries.BEGINNING,
        end=LAST_CLOSED,
        knowledge=queries.knowledge_at(None),
        narrow=PORTFOLIO_AT_RISK.source.narrow,
        sight=EVERYTHING,
    )
    assert [(one.account, one.amount_minor) for one in postings] == [
        (lent[0].facts.account, 12_000_00)
    ]


def test_a_report_is_known_again_after_later_days(lent: list[Lent], bank: Bank) -> None:
    """Also what was overdue on the day that was open: the next close does not change it."""
    known = queries.knowledge_now()
    before = {report.code: content(made(report, TODAY, known)) for report in OF_LOANS}
    lending.lend(bank, lending.product(bank), minor=5_000_00)
    lending.close_through(bank, TODAY + dt.timedelta(days=30))
    later = queries.knowledge_now()
    for report in OF_LOANS:
        assert content(made(report, TODAY, known)) == before[report.code]
    assert content(made(LOANS_BY_PRODUCT, TODAY, later)) != before["loans"]


def test_reports_of_loans_ask_as_much_for_many_as_for_few(lent: list[Lent], bank: Bank) -> None:
    def asked(report: Report) -> int:
        with statements() as seen:
            table(content(made(report, TODAY)))
        return len(seen)

    few = {report.code: asked(report) for report in OF_LOANS}
    for _ in range(3):
        lending.lend(bank, lending.product(bank), minor=7_000_00)
    assert {report.code: asked(report) for report in OF_LOANS} == few
    assert max(few.values()) <= 7
