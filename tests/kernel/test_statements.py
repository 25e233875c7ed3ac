"""Hand-written statements: watched or not they give the same, and arrays keep their values."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import DataError
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel import sql

pytestmark = pytest.mark.django_db

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


def watched(statement: str, params: dict[str, Any]) -> tuple[list[tuple[Any, ...]], list[str]]:
    sent: list[str] = []

    def watch(execute: Any, text: Any, values: Any, many: bool, context: Any) -> Any:
        sent.append(text)
        return execute(text, values, many, context)

    with connection.execute_wrapper(watch):
        return sql.rows(statement, params), sent


def unwatched(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """As in production, where nobody watches the connection."""
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        return sql.rows(statement, params)
    finally:
        connection.execute_wrappers = wrappers


def test_a_statement_gives_the_same_watched_or_not() -> None:
    statement, params = "SELECT %(n)s + 1, %(t)s::text", {"n": 41, "t": "гривня"}
    found, sent = watched(statement, params)
    assert found == unwatched(statement, params) == [(42, "гривня")]
    assert sent == [statement]


def test_a_statement_without_rows_gives_none() -> None:
    assert unwatched("SET LOCAL lock_timeout = '1s'", {}) == []


def test_errors_are_those_of_django() -> None:
    with pytest.raises(DataError), transaction.atomic():
        unwatched("SELECT 1 / %(n)s", {"n": 0})


def test_a_broken_transaction_takes_no_statement() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            unwatched("SELECT 1", {})


@given(st.lists(TEXT))
def test_texts_keep_every_character(given: list[str]) -> None:
    assert sql.value("SELECT %(given)s::text[]", {"given": sql.texts(given)}) == given


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none()))
def test_arrays_keep_whole_numbers(given: list[int | None]) -> None:
    assert sql.value("SELECT %(given)s::bigint[]", {"given": sql.array(given)}) == given


def test_arrays_keep_dates_and_truths() -> None:
    dates = [dt.date(2026, 2, 28), None, dt.date(1993, 1, 1)]
    assert sql.value("SELECT %(given)s::date[]", {"given": sql.array(dates)}) == dates
    truths = [True, None, False]
    assert sql.value("SELECT %(given)s::boolean[]", {"given": sql.array(truths)}) == truths
