"""Reads of terms and tax rates: what is in force on a date, by one statement each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.kernel import sql
from apps.kernel.daycount import DayCount
from apps.products.errors import NotOffered, UnknownProduct

_TERMS = """
    SELECT DISTINCT ON (p.id) v.id, p.id, p.code, p.currency, v.valid_from, v.annual_rate,
           v.day_count, v.accrual_basis, v.capitalisation, v.taxed, v.deposit_gl, v.accrued_gl,
           v.expense_gl, v.fee_gl, v.penalty_gl
      FROM products_product p JOIN products_version v ON v.product_id = p.id
     WHERE v.valid_from <= %(date)s AND {which}
     ORDER BY p.id, v.valid_from DESC"""


@dataclass(frozen=True, slots=True)
class Terms:
    """A version of a product; `annual_rate` in percent."""

    version: int
    product: int
    code: str
    currency: str
    valid_from: dt.date
    annual_rate: Decimal
    day_count: DayCount
    accrual_basis: str
    capitalisation: str
    taxed: bool
    deposit_gl: str
    accrued_gl: str
    expense_gl: str
    fee_gl: str
    penalty_gl: str

    @property
    def accrues(self) -> bool:
        return self.annual_rate > 0


@dataclass(frozen=True, slots=True)
class TaxRates:
    """What is withheld from interest, in percent; zero where no rate is in force."""

    pit: Decimal
    levy: Decimal


def in_force(date: dt.date) -> list[Terms]:
    """The terms of every product that has some on `date`; one statement."""
    return [_terms(found) for found in sql.rows(_TERMS.format(which="true"), {"date": date})]


def terms_of(product: int, date: dt.date) -> Terms:
    """The terms of one product on `date`; one statement. Raises NotOffered."""
    found = sql.row(_TERMS.format(which="p.id = %(product)s"), {"date": date, "product": product})
    if found is None:
        raise NotOffered(product=product, date=date.isoformat())
    return _terms(found)


def offered(code: str, date: dt.date) -> Terms:
    """The terms of the product with this code on `date`. Raises UnknownProduct, NotOffered."""
    found = sql.row(_TERMS.format(which="p.code = %(code)s"), {"date": date, "code": code})
    if found is None:
        if sql.value("SELECT id FROM products_product WHERE code = %(code)s", {"code": code}):
            raise NotOffered(product=code, date=date.isoformat())
        raise UnknownProduct(product=code[:20])
    return _terms(found)


def tax_rates(date: dt.date) -> TaxRates:
    """The rates in force on `date`; one statement."""
    found = dict(
        sql.rows(
            """SELECT DISTINCT ON (code) code, rate FROM products_taxrate
                WHERE valid_from <= %(date)s ORDER BY code, valid_from DESC""",
            {"date": date},
        )
    )
    return TaxRates(pit=found.get("pit", Decimal(0)), levy=found.get("levy", Decimal(0)))


def hold_date(date: dt.date) -> None:
    """Keep `date` open until the transaction ends; the door retries when it no longer is."""
    sql.rows("SELECT products_hold_date_v1(%(date)s::date)", {"date": date})


def last_not_open() -> dt.date | None:
    """The newest date that is closed or being closed; one statement."""
    found: dt.date | None = sql.value(
        "SELECT max(date) FROM kernel_bookingdate WHERE status <> 'open'"
    )
    return found


def _terms(found: Sequence[Any]) -> Terms:
    values = list(found)
    values[6] = DayCount(values[6])
    return Terms(*values)
