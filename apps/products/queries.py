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


# Taxes have no row in common that two operations could lock.
_RATES_LOCK = 7200


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


@dataclass(frozen=True, slots=True)
class Listed:
    """A product in a list, with the terms that it has on a date, if it has some."""

    code: str
    kind: str
    name_uk: str
    name_en: str
    currency: str
    terms: Terms | None


_VERSION = """v.id, p.id, p.code, p.currency, v.valid_from, v.annual_rate, v.day_count,
           v.accrual_basis, v.capitalisation, v.taxed, v.deposit_gl, v.accrued_gl, v.expense_gl,
           v.fee_gl, v.penalty_gl"""
_LISTED = f"""
    SELECT p.code, p.kind, p.name_uk, p.name_en, p.currency, {_VERSION}
      FROM products_product p
      LEFT JOIN LATERAL (SELECT * FROM products_version
                          WHERE product_id = p.id AND valid_from <= %(date)s
                          ORDER BY valid_from DESC LIMIT 1) v ON true"""  # noqa: S608


def listed(*, date: dt.date, after: str = "", limit: int = 50) -> list[Listed]:
    """Products by code with their terms on `date`: a page behind one code; one statement."""
    found = sql.rows(
        f"{_LISTED} WHERE p.code > %(after)s ORDER BY p.code LIMIT %(limit)s",
        {"date": date, "after": after, "limit": limit},
    )
    return [_listed(line) for line in found]


def by_code(code: str, *, date: dt.date) -> Listed | None:
    """A product with its terms on `date`, whether it has some or not; one statement."""
    found = sql.row(f"{_LISTED} WHERE p.code = %(code)s", {"date": date, "code": code})
    return _listed(found) if found else None


def versions(product: int, *, before: dt.date | None = None, limit: int = 50) -> list[Terms]:
    """The versions of a product, newest first: a page before a date; one statement."""
    found = sql.rows(
        f"""SELECT {_VERSION}
              FROM products_product p JOIN products_version v ON v.product_id = p.id
             WHERE p.id = %(product)s
               AND (%(before)s::date IS NULL OR v.valid_from < %(before)s::date)
             ORDER BY v.valid_from DESC LIMIT %(limit)s""",  # noqa: S608
        {"product": product, "before": before, "limit": limit},
    )
    return [_terms(line) for line in found]


def _listed(found: Sequence[Any]) -> Listed:
    terms = None if found[5] is None else _terms(found[5:])
    return Listed(*(*found[:5], terms))


@dataclass(frozen=True, slots=True)
class RateLine:
    """One line of the history of tax rates; `rate` in percent of the interest."""

    code: str
    valid_from: dt.date
    rate: Decimal
    source: str


def rates(*, before: tuple[dt.date, str] | None = None, limit: int = 50) -> list[RateLine]:
    """The history of tax rates, newest first: a page before a place; one statement."""
    date, code = before or (None, None)
    found = sql.rows(
        """SELECT code, valid_from, rate, source FROM products_taxrate
            WHERE %(date)s::date IS NULL OR (valid_from, code) < (%(date)s::date, %(code)s::text)
            ORDER BY valid_from DESC, code DESC LIMIT %(limit)s""",
        {"date": date, "code": code, "limit": limit},
    )
    return [RateLine(*line) for line in found]


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


def hold_tax_rates() -> None:
    """Let one operation at a time change tax rates, until its transaction ends."""
    sql.rows("SELECT pg_advisory_xact_lock(%(rates)s)", {"rates": _RATES_LOCK})


def taxes_above_interest() -> tuple[dt.date, Decimal] | None:
    """The first date whose rates add up to more than 100 %, and their sum; one statement."""
    found = sql.row(
        """SELECT start.valid_from, total.rate
             FROM (SELECT DISTINCT valid_from FROM products_taxrate) start
            CROSS JOIN LATERAL (
                  SELECT sum(rate) AS rate
                    FROM (SELECT DISTINCT ON (code) rate FROM products_taxrate
                           WHERE valid_from <= start.valid_from
                           ORDER BY code, valid_from DESC) in_force) total
            WHERE total.rate > 100 ORDER BY start.valid_from LIMIT 1"""
    )
    return (found[0], found[1]) if found else None


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
