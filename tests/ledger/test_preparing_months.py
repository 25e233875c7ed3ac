"""Months of the book and of accruals are made ahead; what was made stays as it is."""

import datetime as dt

import pytest

from apps.control.errors import PermissionMissing
from apps.kernel import sql
from apps.kernel.partitions import PARTITIONED
from apps.ledger.errors import SpanOutOfRange
from tests.evidence import refuse
from tests.factories import Bank, do

NAME = "ledger.make_partitions"
TABLES = ["ledger_posting", "accounts_accrual", "loans_accrual"]


def months(table: str) -> list[str]:
    return [
        name
        for (name,) in sql.rows(
            """SELECT inhrelid::regclass::text FROM pg_inherits
                WHERE inhparent = %(table)s::text::regclass ORDER BY 1""",
            {"table": table},
        )
    ]


def test_every_partitioned_table_is_declared(bank: Bank) -> None:
    partitioned = sql.rows(
        """SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
            WHERE c.relnamespace = 'public'::regnamespace"""
    )
    assert {name for (name,) in partitioned} == set(TABLES)
    assert len(PARTITIONED) == len(TABLES)


def test_a_month_is_made_once_in_each_table(bank: Bank) -> None:
    before = {table: months(table) for table in TABLES}
    assert all(f"{table}_2026_01" in found for table, found in before.items())
    span = {"start": dt.date(2027, 11, 30), "end": dt.date(2028, 1, 1)}
    made = ("2027_11", "2027_12", "2028_01")
    after = {
        table: found + [f"{table}_{month}" for month in made] for table, found in before.items()
    }
    assert do(NAME, span, actor=bank.system).result == {"made": 3 * len(TABLES)}
    assert {table: months(table) for table in TABLES} == after
    assert do(NAME, span, actor=bank.system).result == {"made": 0}
    assert {table: months(table) for table in TABLES} == after


def test_a_day_makes_its_month(bank: Bank) -> None:
    day = dt.date(1993, 2, 28)
    assert do(NAME, {"start": day, "end": day}, actor=bank.system).result == {"made": len(TABLES)}


@pytest.mark.parametrize("days", [-1, 401, 100_000])
def test_a_span_is_of_1_to_400_days(bank: Bank, days: int) -> None:
    span = {"start": bank.date, "end": bank.date + dt.timedelta(days=days)}
    refuse(SpanOutOfRange, NAME, span, actor=bank.system)


def test_the_longest_span(bank: Bank) -> None:
    span = {"start": dt.date(2030, 1, 1), "end": dt.date(2030, 1, 1) + dt.timedelta(days=400)}
    assert do(NAME, span, actor=bank.system).result == {"made": 14 * len(TABLES)}


def test_who_may_not_makes_none(bank: Bank) -> None:
    span = {"start": bank.date, "end": bank.date}
    refuse(PermissionMissing, NAME, span, actor=bank.chief_accountant)
