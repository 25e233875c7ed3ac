"""Closes of days for tests: by the clock itself, and what they left behind."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import sql as compose

from apps.control.declarations import INVARIANTS
from apps.eod import clock, proofs
from apps.eod.clock import CloseReport
from apps.kernel import sql
from apps.kernel.queries import current_date
from tests.accounts import days
from tests.accounts.days import Opened
from tests.conftest import OwnDatabase
from tests.factories import Bank

# All steps of the house in their order.
STEPS = [
    "control.expire_requests",
    "accounts.release_expired_holds",
    "loans.collect",
    "accounts.accrue_interest",
    "loans.accrue_interest",
    "accounts.capitalise_interest",
    "loans.charge_penalties",
    "loans.classify",
    "ledger.snapshot_accounts",
    "ledger.snapshot_gl",
    "hr.close_access",
    "eod.prove",
]
BROKEN = "this row is broken"


def close(bank: Bank, **how: Any) -> CloseReport:
    """Close the open date, or the one given, in this process."""
    return clock.close_day(actor=bank.operations, inline=True, **how)


def close_through(bank: Bank, last: dt.date, **how: Any) -> None:
    """Close day after day until `last` is closed."""
    reports = clock.catch_up(actor=bank.operations, through=last, inline=True, **how)
    assert all(report.closed for report in reports)
    assert current_date() == last + dt.timedelta(days=1)


def saving(bank: Bank) -> str:
    """A product that is paid its interest each month; its code."""
    return days.product(bank, valid_from=current_date(), capitalisation="monthly")


def savers(
    bank: Bank, count: int, *, minor: int = 100_000_00, product: str | None = None
) -> list[Opened]:
    """Deposits of one product, a new one unless told otherwise."""
    code = product or saving(bank)
    return [days.deposit(bank, code, minor=minor) for _ in range(count)]


def chunks(step: str, date: dt.date) -> list[tuple[str, int | None, int | None]]:
    """State, first and last subject of a step's chunks, in their order."""
    return sql.rows(
        """SELECT status, low, high FROM eod_chunk
            WHERE date = %(date)s AND step = %(step)s ORDER BY number""",
        {"date": date, "step": step},
    )


def dates() -> list[tuple[dt.date, str]]:
    """All booking dates with their states."""
    return sql.rows("SELECT date, status FROM kernel_bookingdate ORDER BY date")


def violated(date: dt.date) -> list[str]:
    """The invariants that do not hold on a date, thorough ones too."""
    return [one.name for one in proofs.prove(INVARIANTS.names(), date=date) if one.violations]


@contextmanager
def broken(database: OwnDatabase, table: str, condition: str) -> Iterator[None]:
    """As long as this lasts, rows of a table that meet a condition over NEW cannot be written."""
    with database.connect("owner", autocommit=True) as owner:
        owner.execute(
            compose.SQL(
                """CREATE FUNCTION test_broken() RETURNS trigger LANGUAGE plpgsql AS
                   $$ BEGIN RAISE EXCEPTION {}; END $$"""
            ).format(compose.Literal(BROKEN))
        )
        owner.execute(
            compose.SQL(
                """CREATE TRIGGER test_broken BEFORE INSERT OR UPDATE ON {} FOR EACH ROW
                   WHEN ({}) EXECUTE FUNCTION test_broken()"""
            ).format(compose.Identifier(table), compose.SQL(condition))
        )
        try:
            yield
        finally:
            owner.execute("DROP FUNCTION test_broken CASCADE")
