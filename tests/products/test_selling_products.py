"""Products, their versions and tax rates: dated, added to, never changed."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, transaction

from apps.control import guarding
from apps.kernel import sql
from apps.kernel.daycount import DayCount
from apps.products import queries
from tests.accounts import days
from tests.accounts.days import close_day
from tests.accounts.refusing import malformed
from tests.cash.desk import only_refused
from tests.conftest import OwnDatabase
from tests.factories import Bank, do

PRODUCT = {
    "code": "SAVE.1", "kind": "savings", "name_uk": "Ощадний", "name_en": "Savings",
    "currency": "UAH",
}  # fmt: skip


def create(bank: Bank, **fields: Any) -> None:
    do("products.create_product", PRODUCT | fields, actor=bank.product_manager)


def add(bank: Bank, **fields: Any) -> None:
    given = {"product": "SAVE.1", "valid_from": bank.date, "annual_rate": Decimal("13.5")}
    do("products.add_version", given | fields, actor=bank.product_manager)


def test_the_terms_in_force_are_those_of_the_last_version_begun(bank: Bank) -> None:
    create(bank)
    add(bank)
    later = bank.date + dt.timedelta(days=10)
    add(bank, valid_from=later, annual_rate=Decimal("7.123456"), day_count="ACT/ACT",
        accrual_basis="civil_code", capitalisation="monthly", taxed=False)  # fmt: skip
    before = queries.offered("SAVE.1", later - dt.timedelta(days=1))
    assert (before.annual_rate, before.day_count) == (Decimal("13.5"), DayCount.ACT_365F)
    assert (before.accrual_basis, before.capitalisation, before.taxed) == ("closing", "none", True)
    assert (before.deposit_gl, before.accrued_gl, before.expense_gl) == ("2620", "2628", "7040")
    then = queries.offered("SAVE.1", later)
    assert (then.annual_rate, then.day_count) == (Decimal("7.123456"), DayCount.ACT_ACT)
    assert (then.accrual_basis, then.capitalisation, then.taxed) == ("civil_code", "monthly", False)
    assert queries.in_force(later) == [then]
    assert queries.in_force(bank.date - dt.timedelta(days=1)) == []


def test_a_rate_of_zero_accrues_nothing(bank: Bank) -> None:
    create(bank)
    add(bank, annual_rate=Decimal(0))
    assert not queries.offered("SAVE.1", bank.date).accrues


def test_a_code_is_given_once(bank: Bank) -> None:
    create(bank)
    with only_refused("products.code_taken", actor=bank.product_manager):
        create(bank, name_uk="Інший")


def test_two_versions_never_start_on_one_day(bank: Bank) -> None:
    create(bank)
    add(bank)
    with only_refused("products.version_exists", actor=bank.product_manager):
        add(bank, annual_rate=Decimal(1))


def test_no_version_starts_in_books_that_are_closed_or_being_closed(bank: Bank) -> None:
    create(bank)
    close_day(bank)
    days.roll(bank)
    today = bank.date + dt.timedelta(days=2)
    for start in (bank.date, bank.date + dt.timedelta(days=1)):
        with only_refused(
            "products.starts_in_closed_books",
            actor=bank.product_manager,
            valid_from=start.isoformat(),
            earliest=today.isoformat(),
        ):
            add(bank, valid_from=start)
    add(bank, valid_from=today)


@pytest.mark.parametrize(
    "rate", ["-0.01", "999.000001", "1.0000001", "NaN", "sNaN", "Infinity", "-Infinity", "1E+9"]
)
def test_a_rate_that_is_none_is_refused(bank: Bank, rate: str) -> None:
    create(bank)
    refused = {"rate": rate, "highest": 999, "decimals": 6}
    with only_refused("products.rate_out_of_range", actor=bank.product_manager, **refused):
        add(bank, annual_rate=rate)


def test_the_accounts_of_a_version_must_exist_and_accrued_interest_stays(bank: Bank) -> None:
    create(bank)
    with only_refused("ledger.unknown_gl_account", actor=bank.product_manager, code="9998"):
        add(bank, expense_gl="9998")
    add(bank)
    with only_refused("products.accrued_account_fixed", actor=bank.product_manager, account="2628"):
        add(bank, valid_from=bank.date + dt.timedelta(days=1), accrued_gl="2638")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"day_count": "ACT/364"}, "/day_count"),
        ({"accrual_basis": "average"}, "/accrual_basis"),
        ({"capitalisation": "daily"}, "/capitalisation"),
        ({"valid_from": "2026-02-30"}, "/valid_from"),
        ({"annual_rate": "13,5"}, "/annual_rate"),
        ({"annual_rate": True}, "/annual_rate"),
        ({"deposit_gl": "26 20"}, "/deposit_gl"),
    ],
)
def test_terms_that_cannot_be_read_are_refused(
    bank: Bank, fields: dict[str, Any], pointer: str
) -> None:
    create(bank)
    with malformed(pointer):
        add(bank, **fields)


def test_a_product_needs_a_known_currency(bank: Bank) -> None:
    with pytest.raises(Exception, match=r"kernel\.unknown_currency"):
        create(bank, currency="XXX")


def test_only_the_product_manager_sells(bank: Bank) -> None:
    for name, given in (
        ("products.create_product", PRODUCT),
        ("products.set_tax_rate", {"code": "pit", "valid_from": "2030-01-01", "rate": 20}),
    ):
        with only_refused(
            "control.permission_missing", actor=bank.supervisor, permission="products.manage"
        ):
            do(name, given, actor=bank.supervisor)


# --- Taxes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "pit", "levy"),
    [
        ("1993-01-31", "0", "0"),
        ("2015-12-31", "0", "0"),
        ("2016-01-01", "18", "1.5"),
        ("2024-11-30", "18", "1.5"),
        ("2024-12-01", "18", "5"),
        ("2026-01-05", "18", "5"),
    ],
)
def test_ukraines_rates_by_date(bank: Bank, date: str, pit: str, levy: str) -> None:
    expected = queries.TaxRates(Decimal(pit), Decimal(levy))
    assert queries.tax_rates(dt.date.fromisoformat(date)) == expected


def test_rates_that_a_lawyer_must_check_are_flagged(bank: Bank) -> None:
    flagged = sql.rows(
        "SELECT code, valid_from, source <> '' FROM products_taxrate WHERE verify ORDER BY 1, 2"
    )
    assert flagged == [("levy", dt.date(2024, 12, 1), True)]


def test_a_new_rate_counts_from_its_day(bank: Bank) -> None:
    given = {"code": "levy", "valid_from": "2027-01-01", "rate": "1.5", "source": "Закон"}
    do("products.set_tax_rate", given, actor=bank.product_manager)
    assert queries.tax_rates(dt.date(2026, 12, 31)).levy == 5
    assert queries.tax_rates(dt.date(2027, 1, 1)).levy == Decimal("1.5")
    with only_refused("products.tax_rate_exists", actor=bank.product_manager):
        do("products.set_tax_rate", given, actor=bank.product_manager)


def test_no_rate_changes_what_is_closed(bank: Bank) -> None:
    close_day(bank)
    with only_refused(
        "products.starts_in_closed_books",
        actor=bank.product_manager,
        valid_from="2026-01-05",
        earliest="2026-01-06",
    ):
        given = {"code": "levy", "valid_from": "2026-01-05", "rate": 0}
        do("products.set_tax_rate", given, actor=bank.product_manager)


def test_a_tax_takes_no_more_than_all(bank: Bank) -> None:
    with only_refused(
        "products.rate_out_of_range",
        actor=bank.product_manager,
        rate="100.1",
        highest=100,
        decimals=6,
    ):
        given = {"code": "levy", "valid_from": "2027-01-01", "rate": "100.1"}
        do("products.set_tax_rate", given, actor=bank.product_manager)


@pytest.mark.parametrize("table", ["products_version", "products_taxrate"])
@pytest.mark.parametrize("change", ["UPDATE {} SET valid_from = valid_from", "DELETE FROM {}"])
def test_nobody_changes_what_was_in_force(
    own_database: OwnDatabase, bank: Bank, table: str, change: str
) -> None:
    create(bank)
    add(bank)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        guarding.door_open(),
    ):
        sql.rows(change.format(table))
    with own_database.connect("owner") as owner, pytest.raises(Exception, match="append-only"):
        owner.execute(change.format(table).encode())


def test_a_date_that_moved_on_is_held_no_more(bank: Bank) -> None:
    """SK001 makes the door try again with the date that is open by then."""
    queries.hold_date(bank.date)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        queries.hold_date(bank.date + dt.timedelta(days=1))
    assert getattr(caught.value.__cause__, "sqlstate", "") == "SK001"


@pytest.mark.parametrize(
    ("code", "starts", "rate", "date", "total"),
    [
        ("levy", "2027-01-01", "82.5", "2027-01-01", "100.5"),
        # What is fitting on its own day is judged on the days of the other tax, too.
        ("pit", "2026-06-01", "50", "2028-01-01", "110"),
    ],
)
def test_taxes_together_take_no_more_than_all(
    bank: Bank, code: str, starts: str, rate: str, date: str, total: str
) -> None:
    known = {"code": "levy", "valid_from": "2028-01-01", "rate": 60}
    do("products.set_tax_rate", known, actor=bank.product_manager)
    given = {"code": code, "valid_from": starts, "rate": rate}
    with only_refused(
        "products.taxes_above_interest", actor=bank.product_manager, date=date, total=total
    ):
        do("products.set_tax_rate", given, actor=bank.product_manager)
    whole = {"code": "levy", "valid_from": "2027-01-01", "rate": "82"}
    do("products.set_tax_rate", whole, actor=bank.product_manager)
    assert queries.tax_rates(dt.date(2027, 1, 1)) == queries.TaxRates(Decimal(18), Decimal(82))
