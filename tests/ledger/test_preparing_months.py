"""Months of the book and of accruals are made ahead; what was made stays as it is."""

import datetime as dt

import pytest

from apps.control.errors import PermissionMissing
from apps.kernel import sql
from apps.ledger.errors import SpanOutOfRange
from tests.evidence import refuse
from tests.factories import Bank, do

OPERATIONS = {
    "ledger.make_partitions": "ledger_posting",
    "accounts.make_partitions": "accounts_accrual",
    "loans.make_partitions": "loans_accrual",
}


def months(table: str) -> list[str]:
    return [
        name
        for (name,) in sql.rows(
            """SELECT inhrelid::regclass::text FROM pg_inherits
                WHERE inhparent = %(table)s::text::regclass ORDER BY 1""",
            {"table": table},
        )
    ]


@pytest.mark.parametrize(("name", "table"), OPERATIONS.items())
def test_a_month_is_made_once(bank: Bank, name: str, table: str) -> None:
    before = months(table)
    assert f"{table}_2026_01" in before
    span = {"start": dt.date(2027, 11, 30), "end": dt.date(2028, 1, 1)}
    made = [f"{table}_2027_11", f"{table}_2027_12", f"{table}_2028_01"]
    assert do(name, span, actor=bank.system).result == {"made": 3}
    assert months(table) == before + made
    assert do(name, span, actor=bank.system).result == {"made": 0}
    assert months(table) == before + made


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_day_makes_its_month(bank: Bank, name: str) -> None:
    day = dt.date(1993, 2, 28)
    assert do(name, {"start": day, "end": day}, actor=bank.system).result == {"made": 1}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("days", [-1, 401, 100_000])
def test_a_span_is_of_1_to_400_days(bank: Bank, name: str, days: int) -> None:
    span = {"start": bank.date, "end": bank.date + dt.timedelta(days=days)}
    refuse(SpanOutOfRange, name, span, actor=bank.system)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_longest_span(bank: Bank, name: str) -> None:
    span = {"start": dt.date(2030, 1, 1), "end": dt.date(2030, 1, 1) + dt.timedelta(days=400)}
    assert do(name, span, actor=bank.system).result == {"made": 14}


@pytest.mark.parametrize("name", OPERATIONS)
def test_who_may_not_makes_none(bank: Bank, name: str) -> None:
    span = {"start": bank.date, "end": bank.date}
    refuse(PermissionMissing, name, span, actor=bank.chief_accountant)
