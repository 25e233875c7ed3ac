"""Much data quickly: set by set, as the owner where no operation does it in bulk.

Money still moves only by the posting functions, with all that they check.
"""

import datetime as dt
from typing import Any

from django.db import connections, transaction

from apps.control import door
from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, Operation
from apps.control.run import Run
from apps.kernel import sql
from apps.kernel.ids import uuid7
from apps.kernel.queries import current_date
from apps.kernel.text import Text
from bank import embedded
from bank.bench.staff import BRANCH, CURRENCY, PRODUCT
from bank.installation import system_actor

# Ten million hryvnias and a little on each deposit: no load ever meets a floor.
OPENING_MINOR = 1_000_000_000
BATCH = 10_000
_STEP = 100_000

# Deposits with their accounts and balance rows, past the door: the triggers and foreign keys of the
# tables hold, and the rows are those that accounts.open_deposit would write.
_OPEN = """
    WITH made AS (
        INSERT INTO ledger_account (number, name, gl_account_id, branch_id, currency, side, limited,
                                    owner, opened_on)
        SELECT 'UA000000000000000' || lpad(n::text, 12, '0'), 'bench', gl.id, branch.id,
               %(currency)s, gl.side, true, '', day.date
          FROM generate_series(%(first)s::int, %(last)s::int) AS n, ledger_glaccount gl,
               kernel_branch branch, kernel_bookingdate day
         WHERE gl.code = '2620' AND branch.code = %(branch)s AND day.status = 'open'
         ORDER BY n
        RETURNING id, number, branch_id, currency, side, opened_on),
    balance AS (
        INSERT INTO ledger_balance (account_id, balance_minor, held_minor, floor_minor, side,
                                    debits_blocked, credits_blocked, closed)
        SELECT id, 0, 0, 0, side, false, false, false FROM made)
    INSERT INTO accounts_deposit (number, customer_id, product_id, branch_id, currency, account_id,
                                  opened_on)
    SELECT made.number, customers.ids[1 + made.id %% cardinality(customers.ids)], product.id,
           made.branch_id, made.currency, made.id, made.opened_on
      FROM made, products_product product, (SELECT array_agg(id) AS ids FROM customers_customer)
           customers
     WHERE product.code = %(product)s
     ORDER BY made.id"""

_FUND = """
    SELECT d.id AS entry, 'bench.opening' AS kind, '' AS narrative, leg.account, leg.amount_minor,
           d.currency
      FROM accounts_deposit d
     CROSS JOIN LATERAL (SELECT %(amount)s::bigint + d.id * 7919 %% 1000003 AS minor) opening
     CROSS JOIN LATERAL (VALUES (%(cash)s::bigint, opening.minor),
                                (d.account_id, -opening.minor)) AS leg (account, amount_minor)
     WHERE d.id BETWEEN %(low)s AND %(high)s"""

# What each deposit earned on a date, as the close would have written it.
_ACCRUE = """
    INSERT INTO accounts_accrual (deposit_id, booking_date, version_id, basis_minor, amount_minor)
    SELECT d.id, %(date)s, v.id, -b.balance_minor,
           round((-b.balance_minor * v.annual_rate)::numeric(40, 20) / 36500, 10)
      FROM accounts_deposit d
      JOIN ledger_balance b ON b.account_id = d.account_id
      JOIN products_version v ON v.product_id = d.product_id
     WHERE b.balance_minor < 0
     ORDER BY d.id"""
_TOTAL = """
    INSERT INTO accounts_accrualtotal (product_id, branch_id, currency, booking_date, account_id,
                                       accrued_minor, posted_minor)
    SELECT d.product_id, d.branch_id, d.currency, %(date)s, %(accrued)s, sum(a.amount_minor),
           round(sum(a.amount_minor))
      FROM accounts_accrual a JOIN accounts_deposit d ON d.id = a.deposit_id
     GROUP BY d.product_id, d.branch_id, d.currency"""
_ACCRUED = """
    SELECT 1 AS entry, 'accounts.accrue_interest' AS kind, '' AS narrative, leg.account,
           leg.amount_minor, t.currency
      FROM accounts_accrualtotal t
     CROSS JOIN LATERAL (VALUES (%(expense)s::bigint, t.posted_minor),
                                (t.account_id, -t.posted_minor)) AS leg (account, amount_minor)"""

_LOADING = Operation(
    name="bench.load",
    command=Command,
    body=lambda: None,
    permission="",
    scope=WHOLE_BANK,
    sentence=Text(uk="Завантажено дані вимірювань", en="Data of benchmarks were loaded"),
    subjects=lambda cmd: {},
    amount=None,
    version=1,
    closing=False,
    dateless=False,
    four_eyes=False,
)


def open_deposits(count: int) -> None:
    """Open deposits past the door, and pay an opening balance into each by the book's functions."""
    fund(*open_empty(count))
    settle()


def open_empty(count: int) -> tuple[int, int]:
    """Open deposits past the door; the first and the last id of them."""
    begun = sql.value("SELECT count(*) FROM accounts_deposit")
    for first in range(begun, begun + count, _STEP):
        last = min(first + _STEP, begun + count) - 1
        as_owner(
            _OPEN,
            {
                "first": first,
                "last": last,
                "currency": CURRENCY,
                "branch": BRANCH,
                "product": PRODUCT,
            },
        )
    as_owner("ANALYZE")
    lowest, highest = sql.rows(
        """SELECT min(id), max(id) FROM
               (SELECT id FROM accounts_deposit ORDER BY id DESC LIMIT %(count)s) new""",
        {"count": count},
    )[0]
    return lowest, highest


def fund(lowest: int, highest: int) -> None:
    """Pay the opening balance into each deposit from one id to another, batch by batch."""
    cash = internal_account("1002")
    for low in range(lowest, highest + 1, BATCH):
        where = {"low": low, "high": min(low + BATCH - 1, highest)}
        book(_FUND, {"cash": cash, "amount": OPENING_MINOR, **where})


def accrue_month() -> None:
    """The interest of the month through the open date, past the steps of the close; posted once."""
    date = current_date()
    assert date is not None, "the bank was installed"
    for day in range(1, date.day + 1):
        as_owner(_ACCRUE, {"date": date.replace(day=day)})
    branch = sql.value("SELECT id FROM kernel_branch WHERE code = %(code)s", {"code": BRANCH})
    accrued = internal_account("2628", number=f"2628-{branch}-{CURRENCY}-{PRODUCT}")
    as_owner(_TOTAL, {"date": date, "accrued": accrued})
    book(_ACCRUED, {"expense": internal_account("7040")})


def book(query: str, params: dict[str, Any]) -> None:
    """Post what a query describes into the open date, owed to a line of the journal."""
    date = current_date()
    assert date is not None, "the bank was installed"
    run = Run(
        id=uuid7(),
        operation=_LOADING,
        actor=system_actor(),
        actor_name="Bench",
        branch_id=None,
        date=date,
    )
    run.add_query(query, params)
    with transaction.atomic(durable=True):
        door.conclude(run, Command(), key="", result=None)


def internal_account(gl_code: str, *, number: str = "") -> int:
    """The branch's account without a limit for a GL account, opened when first asked for."""
    account: int = sql.value(
        """SELECT ledger_internal_account_v1(%(number)s, 'bench', %(gl)s, branch.id,
                                             %(currency)s, day.date)
             FROM kernel_branch branch, kernel_bookingdate day
            WHERE branch.code = %(branch)s AND day.status = 'open'""",
        {
            "number": number or f"{gl_code}-bench",
            "gl": gl_code,
            "currency": CURRENCY,
            "branch": BRANCH,
        },
    )
    return account


def close_date() -> dt.date:
    """Close the open date past the clock: its snapshots are written, its steps are not run."""
    date = current_date()
    assert date is not None, "the bank was installed"
    with transaction.atomic(using="owner"):
        as_owner(
            "UPDATE kernel_bookingdate SET status = 'closing', closing_at = now()"
            " WHERE date = %(date)s",
            {"date": date},
        )
        as_owner(
            "INSERT INTO kernel_bookingdate (date, status, opened_at)"
            " VALUES (%(next)s, 'open', now())",
            {"next": date + dt.timedelta(days=1)},
        )
        as_owner(
            "SELECT ledger_snapshot_accounts_v1(%(date)s, 0, 9223372036854775807),"
            " ledger_snapshot_gl_v1(%(date)s)",
            {"date": date},
        )
        as_owner(
            "UPDATE kernel_bookingdate SET status = 'closed', closed_at = now()"
            " WHERE date = %(date)s",
            {"date": date},
        )
    return date


def settle() -> None:
    """What autovacuum would do after so much was written, done before anything is timed."""
    as_owner("VACUUM ANALYZE")
    checkpoint()


def checkpoint() -> None:
    """Let nothing that was written before be flushed in the time that is measured."""
    embedded.Postgres().psql("CHECKPOINT")


def as_owner(statement: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a statement that the owner of the tables runs."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []
