"""What the database refuses whoever writes, and what the proofs find of what a hand has done."""

import datetime as dt

import pytest
from django.db import DatabaseError, connections, transaction

from apps.control import guarding
from apps.kernel import sql
from tests.accounts.days import put
from tests.conftest import OwnDatabase
from tests.factories import Bank
from tests.loans.lending import Lent, close_day, close_through, lend, product, violations

DUE_ON = dt.date(2026, 2, 1)


@pytest.fixture
def loan(bank: Bank) -> Lent:
    """A loan with one instalment paid in part, at the end of its day."""
    made = lend(bank, product(bank, penalty_rate=73), months=3, due_day=1)
    put(bank, made.deposit, 1_000_00 - 12_000_00)
    close_through(bank, DUE_ON)
    return made


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loans_plan SET level_minor = 1",
        "DELETE FROM loans_instalment",
        "UPDATE loans_payment SET amount_minor = 1",
        "DELETE FROM loans_allocation",
        "UPDATE loans_terms SET annual_rate = 1",
        "DELETE FROM loans_accrual",
        "UPDATE loans_accrualtotal SET posted_minor = 1",
        "DELETE FROM loans_loan",
        "DELETE FROM loans_charge",
        "DELETE FROM loans_application",
        "DELETE FROM loans_standing",
        "UPDATE loans_charge SET amount_minor = amount_minor + 1",
        "UPDATE loans_charge SET paid_minor = amount_minor + 1",
        "UPDATE loans_charge SET due_on = due_on + 1",
        "UPDATE loans_loan SET closed_on = opened_on - 1",
    ],
)
def test_nobody_changes_what_was_written(loan: Lent, statement: str) -> None:
    with guarding.door_open(), pytest.raises(DatabaseError), transaction.atomic():
        sql.rows(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE loans_loan SET amount_minor = amount_minor + 1",
         {"loans.principal_moved_with_the_book", "loans.principal_equals_accounts"}),
        ("UPDATE loans_loan SET annual_rate = annual_rate + 0.000001",
         {"loans.accruals_recomputed"}),
        ("UPDATE loans_loan SET overdue_since = NULL", {"loans.overdue_since_the_oldest_due"}),
        ("UPDATE loans_loan SET next_due_on = next_due_on + 1", {"loans.plans_repay_the_rest"}),
        ("UPDATE loans_charge SET paid_minor = paid_minor - 1 WHERE paid_minor > 0",
         {"loans.charges_are_paid_by_allocations", "loans.plans_repay_the_rest"}),
        ("UPDATE loans_loan SET interest_from = interest_from + 1",
         {"loans.interest_due_is_what_accrued"}),
        ("UPDATE loans_loan SET branch_id = (SELECT max(id) FROM kernel_branch)",
         {"loans.loans_agree_with_accounts", "loans.accrual_totals_grow_by_rows",
          "loans.accrued_income_is_whole"}),
    ],
)  # fmt: skip
def test_proofs_find_what_a_hand_has_changed(loan: Lent, statement: str, found: set[str]) -> None:
    assert violations(DUE_ON) == {}
    with guarding.door_open():
        sql.rows(statement)
    assert set(violations(DUE_ON)) == found


def test_the_owner_of_the_tables_is_stopped_as_well(own_database: OwnDatabase, bank: Bank) -> None:
    made = lend(bank, product(bank), months=3)
    close_day(bank)
    for statement in (
        "TRUNCATE loans_accrual",
        f"UPDATE loans_accrual SET units = units + 1 WHERE loan_id = {made.id}",
        "TRUNCATE loans_payment CASCADE",
        "DELETE FROM loans_terms",
    ):
        with (
            connections["owner"].cursor() as cursor,
            pytest.raises(DatabaseError),
            transaction.atomic(using="owner"),
        ):
            cursor.execute(statement)
