"""Keeping a report, making it again to the byte, and telling it from another."""

import datetime as dt
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connections

from apps.control.errors import NotFound, PermissionMissing
from apps.kernel import sql
from apps.ledger.rules import EVERYTHING
from apps.reporting import making, queries
from apps.reporting.declarations import REPORTS, Fact, Line, Span
from apps.reporting.errors import (
    CurrencyNotInBook,
    PeriodInvalid,
    UnknownReport,
)
from apps.reporting.models import KeptReport
from apps.reporting.rules import Parameters, compared, content, lay_out
from tests.accounts import days
from tests.conftest import OwnDatabase
from tests.evidence import refuse, wait_until
from tests.factories import Bank, add_user, define_role, do, internal_account, move
from tests.reporting.books import LAST, OF_THE_BOOK, live

KEEP = "reporting.keep_report"


def keep(bank: Bank, report: str, **given: Any) -> queries.Kept:
    done = do(KEEP, {"report": report, **given}, actor=bank.accountant)
    kept = queries.kept(done.result["kept"])
    assert kept is not None
    assert kept.line.digest == done.result["digest"]
    return kept


def test_a_kept_report_is_repeated_to_the_byte_after_later_corrections(
    own_database: OwnDatabase, bank: Bank
) -> None:
    live(bank)
    kept = {code: keep(bank, code) for code in OF_THE_BOOK}
    of_branch = keep(bank, "profit_and_loss", branch=bank.other_branch)

    # A correction in the open day, a new account, a day closed, and another one begun.
    fee, cost = (internal_account(bank, code) for code in ("6510", "7399"))
    move(bank, source=fee, target=cost, minor=77_77)
    days.deposit(bank, days.product(bank, valid_from=LAST), minor=5_000_00)
    changed = {code: keep(bank, code, end=LAST.isoformat()) for code in OF_THE_BOOK}
    days.close_day(bank)
    move(bank, source=cost, target=fee, minor=1_00)

    for code, one in kept.items():
        assert making.repeat(one) == one.content, code
        assert hashlib.sha256(one.content).hexdigest() == one.line.digest
        assert making.repeat(changed[code]) == changed[code].content, code
        # No interest was booked meanwhile, and that report alone is as it was.
        assert (changed[code].line.digest == one.line.digest) == (code == "interest"), code
    assert making.repeat(of_branch) == of_branch.content
    # By the moment alone, too: nobody was writing just then.
    report = REPORTS["profit_and_loss"]
    line = kept["profit_and_loss"].line
    then = queries.knowledge_at(line.at)
    told = content(making.make(report, making.restored(line.parameters), then))
    assert told == kept["profit_and_loss"].content


def test_a_moment_of_an_earlier_day_is_told_without_what_came_later(
    own_database: OwnDatabase, bank: Bank
) -> None:
    """On closed dates and on the one that was open then, also when asked of a later day."""
    live(bank)
    then = queries.knowledge_now().at
    fee, cost = (internal_account(bank, code) for code in ("6510", "7399"))
    move(bank, source=cost, target=fee, minor=5_00)
    days.close_day(bank)
    move(bank, source=cost, target=fee, minor=7_00)
    later = LAST + dt.timedelta(days=1)

    known = queries.knowledge_at(then)
    assert (known.through, known.last) == (LAST - dt.timedelta(days=1), LAST)
    for code in ("trial_balance", "profit_and_loss", "cash_flow"):
        report = REPORTS[code]
        given = making.parameters(report, today=later, end=later)
        told = making.make(report, given, known)
        kept = making.make(report, making.parameters(report, today=later, end=LAST), known)
        assert [row.figures[0].minor for row in told.rows] == [
            row.figures[0].minor for row in kept.rows
        ]
    report = REPORTS["profit_and_loss"]
    profit = making.make(report, making.parameters(report, today=later), known)
    figure = profit.figure("fee_income", "this")
    assert figure is not None
    assert figure.minor == 600_06
    behind = queries.behind(
        [share.fact for share in figure.shares],
        start=LAST - dt.timedelta(days=3),
        end=later,
        knowledge=known,
        narrow="true",
        sight=EVERYTHING,
    )
    assert -sum(one.amount_minor for one in behind) == figure.minor


def test_what_was_being_written_while_a_report_was_kept_is_no_part_of_it(
    own_database: OwnDatabase, bank: Bank
) -> None:
    """Its line of the journal is older than the report, and yet nobody could see it."""
    live(bank)
    payer = days.deposit(bank, days.product(bank, valid_from=LAST), minor=500_00).account
    fee = internal_account(bank, "6510")

    def pay() -> None:
        try:
            move(bank, source=payer, target=fee, minor=31_00)
        finally:
            connections.close_all()

    with own_database.connect("owner") as other, ThreadPoolExecutor(1) as pool:
        # The posting waits for the payer's row, after its line of the journal was written.
        other.execute("SELECT FROM ledger_balance WHERE account_id = %s FOR UPDATE", [payer])
        paying = pool.submit(pay)
        wait_until(lambda: is_somebody_waiting(own_database))
        kept = keep(bank, "profit_and_loss")
        other.commit()
        paying.result(timeout=60)

    at = sql.value("SELECT max(at) FROM control_operationrun WHERE operation = 'probe.move'")
    assert at < kept.line.at
    assert making.repeat(kept) == kept.content
    assert keep(bank, "profit_and_loss").content != kept.content


def is_somebody_waiting(own: OwnDatabase) -> bool:
    """Does a statement in the test's database wait for a lock?"""
    waiting: bool = sql.value(
        """SELECT EXISTS (SELECT FROM pg_stat_activity
                            WHERE datname = %(name)s AND wait_event_type = 'Lock')""",
        {"name": own.name},
    )
    return waiting


def test_two_kept_reports_are_told_apart(own_database: OwnDatabase, bank: Bank) -> None:
    live(bank)
    first = keep(bank, "trial_balance")
    fee, cost = (internal_account(bank, code) for code in ("6511", "7399"))
    move(bank, source=cost, target=fee, minor=12_34)
    second = keep(bank, "trial_balance")

    columns, found = compared(json.loads(first.content), json.loads(second.content))
    assert columns == [
        "opening_debit",
        "opening_credit",
        "debit",
        "credit",
        "closing_debit",
        "closing_credit",
    ]
    assert {one.row: one.gaps for one in found} == {
        "gl.6511": (0, 0, 0, 12_34, 0, 12_34),
        "gl.7399": (0, 0, 12_34, 0, 12_34, 0),
        "gl": (0, 0, 12_34, 12_34, 12_34, 12_34),
    }
    assert compared(json.loads(first.content), json.loads(first.content))[1] == []


def test_a_kept_report_is_never_changed(own_database: OwnDatabase, bank: Bank) -> None:
    live(bank)
    kept = keep(bank, "balance_sheet")
    for statement in (
        "UPDATE reporting_keptreport SET report = 'other'",
        "DELETE FROM reporting_keptreport",
        "TRUNCATE reporting_keptreport",
    ):
        for alias in ("default", "owner"):
            with own_database.connect(alias) as one, pytest.raises(psycopg.Error):
                one.execute(statement)
    with (
        own_database.connect("owner") as owner,
        pytest.raises(psycopg.errors.CheckViolation, match="reporting_kept_digest"),
    ):
        owner.execute(
            """INSERT INTO reporting_keptreport (run_id, report, version, parameters, known_at,
                                                 snapshot, closed_through, content, digest)
               SELECT gen_random_uuid(), report, version, parameters, known_at, snapshot,
                      closed_through, content || '!'::bytea, digest FROM reporting_keptreport"""
        )
    assert queries.kept(kept.line.id) == kept
    assert KeptReport.objects.count() == 1


def test_reports_that_cannot_be_made_are_refused(bank: Bank) -> None:
    tomorrow = bank.date + dt.timedelta(days=1)
    for refusal, given in [
        (UnknownReport, {"report": "horoscope"}),
        (NotFound, {"report": "interest", "branch": 999}),
        (CurrencyNotInBook, {"report": "interest", "currency": "XAU"}),
        (PeriodInvalid, {"report": "interest", "end": tomorrow}),
        (PeriodInvalid, {"report": "interest", "start": tomorrow}),
        (PeriodInvalid, {"report": "interest", "start": dt.date(2024, 1, 1)}),
        (PeriodInvalid, {"report": "balance_sheet", "end": tomorrow}),
        (PeriodInvalid, {"report": "balance_sheet", "end": dt.date.min}),
        (PeriodInvalid, {"report": "interest", "start": dt.date.min, "end": dt.date.min}),
    ]:
        refuse(refusal, KEEP, given, actor=bank.accountant)


def test_only_what_one_may_read_is_kept_and_only_there(bank: Bank) -> None:
    role = define_role("reporting.keep_reports", "reporting.view_statements", actor=bank.system)
    local = add_user(role=role, branch=bank.branch, actor=bank.system)

    refuse(PermissionMissing, KEEP, {"report": "interest"}, actor=local)
    refuse(NotFound, KEEP, {"report": "interest", "branch": bank.other_branch}, actor=local)
    refuse(PermissionMissing, KEEP, {"report": "deposits", "branch": bank.branch}, actor=local)
    refuse(PermissionMissing, KEEP, {"report": "interest"}, actor=bank.teller)
    do(KEEP, {"report": "interest", "branch": bank.branch}, actor=local)


def test_an_empty_bank_has_reports_too(bank: Bank) -> None:
    for report in REPORTS:
        given = making.parameters(report, today=bank.date)
        sheet = making.make(report, given, queries.knowledge_at(None))
        assert not any(figure.minor for row in sheet.rows for figure in row.figures)
        assert all(not judged.off for judged in sheet.checks)


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("balance_sheet", {"asset", "liability", "asset_liability", "equity", "income", "expense"}),
        ("profit_and_loss", {"income", "expense"}),
    ],
)
def test_every_line_of_the_chart_is_in_one_row_and_no_other(
    bank: Bank, code: str, kinds: set[str]
) -> None:
    chart = sql.rows("SELECT code, kind FROM ledger_glaccount ORDER BY code")
    facts = [
        Fact(gl=gl, kind=kind, branch=1, currency="UAH", closing_minor=100, debit_minor=100)
        for gl, kind in chart
    ]
    given = Parameters(start=bank.date, end=bank.date, compare=bank.date, currency="UAH")
    sheet = lay_out(REPORTS[code], given, dict.fromkeys(Span, facts))

    taken = [
        share.fact.gl
        for row in sheet.rows
        if isinstance(row.row, Line)
        for share in row.figures[0].shares
    ]
    assert sorted(taken) == [gl for gl, kind in chart if kind in kinds]
