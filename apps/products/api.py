"""Products, their versions and tax rates in the API. What the bank offers every key may read."""

import datetime as dt
from dataclasses import asdict
from decimal import Decimal

from msgspec import Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Tag, does, reads
from apps.control.rest.pages import Page, Slice
from apps.kernel.daycount import DayCount
from apps.kernel.text import Text
from apps.products import queries
from apps.products.models import Product as Stored
from apps.products.models import TaxRate as StoredRate
from apps.products.models import Version as StoredVersion

PRODUCTS = Tag(name="products", title=Text(uk="Продукти", en="Products"))


class Version(Struct, frozen=True):
    """Terms of a product from `valid_from` until its next version; `annual_rate` in percent."""

    version: int
    valid_from: dt.date
    annual_rate: Decimal
    day_count: DayCount
    accrual_basis: StoredVersion.AccrualBasis
    capitalisation: StoredVersion.Capitalisation
    taxed: bool
    deposit_gl: str
    accrued_gl: str
    expense_gl: str
    fee_gl: str
    penalty_gl: str


class Product(Struct, frozen=True):
    """A product; `terms` are those of the open date, null where it is not offered yet."""

    code: str
    kind: Stored.Kind
    name_uk: str
    name_en: str
    currency: str
    terms: Version | None


class TaxRate(Struct, frozen=True):
    """What is withheld from interest from a date until the next rate of the same tax, in percent.

    `pit` is the personal income tax, `levy` the military levy.
    """

    code: StoredRate.Code
    valid_from: dt.date
    rate: Decimal
    source: str


_VERSION = {
    "version": 12,
    "valid_from": "2026-01-01",
    "annual_rate": "9.250000",
    "day_count": "ACT/365F",
    "accrual_basis": "closing",
    "capitalisation": "monthly",
    "taxed": True,
    "deposit_gl": "2620",
    "accrued_gl": "2628",
    "expense_gl": "7040",
    "fee_gl": "6510",
    "penalty_gl": "6050",
}
_PRODUCT = {
    "code": "SAVE",
    "kind": "savings",
    "name_uk": "Ощадний",
    "name_en": "Savings",
    "currency": "UAH",
    "terms": _VERSION,
}


@reads(
    "products.products",
    permission=None,
    tag=PRODUCTS,
    summary=Text(uk="Продукти з чинними умовами", en="Products with the terms in force"),
    example={"items": [_PRODUCT], "next": None},
)
def products(ask: Ask, *, page: Slice) -> Page[Product]:
    """Every product by its code. They belong to the whole bank."""
    found = queries.listed(date=ask.date, after=page.behind(""), limit=page.limit)
    return page.of([_product(one) for one in found], lambda one: [one.code])


@reads(
    "products.product",
    permission=None,
    tag=PRODUCTS,
    summary=Text(uk="Продукт із чинними умовами", en="A product with the terms in force"),
    example=_PRODUCT,
)
def product(ask: Ask, *, product: str) -> Product:
    """A product by its code."""
    found = queries.by_code(product, date=ask.date)
    if found is None:
        raise NotFound
    return _product(found)


@reads(
    "products.versions",
    permission=None,
    tag=PRODUCTS,
    summary=Text(uk="Версії продукту", en="Versions of a product"),
    example={"items": [_VERSION], "next": None},
)
def versions(ask: Ask, *, product: str, page: Slice) -> Page[Version]:
    """What the terms were, are and will be, newest first."""
    known = Stored.objects.filter(code=product).only("id").first()
    if known is None:
        raise NotFound
    before = dt.date.fromisoformat(page.after[0]) if page.after else None
    found = queries.versions(known.id, before=before, limit=page.limit)
    return page.of([_version(one) for one in found], lambda one: [one.valid_from])


@reads(
    "products.tax_rates",
    permission=None,
    tag=PRODUCTS,
    summary=Text(uk="Ставки податків із відсотків", en="Rates of taxes on interest"),
    example={
        "items": [
            {
                "code": "levy",
                "valid_from": "2024-12-01",
                "rate": "5.000000",
                "source": "Закон України № 4015-IX",
            }
        ],
        "next": None,
    },
)
def tax_rates(ask: Ask, *, page: Slice) -> Page[TaxRate]:
    """The history of every tax, newest first."""
    before = (dt.date.fromisoformat(page.after[0]), page.after[1]) if page.after else None
    found = queries.rates(before=before, limit=page.limit)
    lines = [TaxRate(StoredRate.Code(o.code), o.valid_from, o.rate, o.source) for o in found]
    return page.of(lines, lambda one: [one.valid_from, one.code])


def _product(found: queries.Listed) -> Product:
    return Product(
        code=found.code,
        kind=Stored.Kind(found.kind),
        name_uk=found.name_uk,
        name_en=found.name_en,
        currency=found.currency,
        terms=_version(found.terms) if found.terms else None,
    )


def _version(found: queries.Terms) -> Version:
    known = asdict(found)
    for name in ("product", "code", "currency"):
        del known[name]
    return Version(**known)


CREATE_PRODUCT = does(
    "products.create_product",
    tag=PRODUCTS,
    example={
        "code": "SAVE",
        "kind": "savings",
        "name_uk": "Ощадний",
        "name_en": "Savings",
        "currency": "UAH",
    },
    gives={"product": 5},
    location="products/{code}",
)
ADD_VERSION = does(
    "products.add_version",
    tag=PRODUCTS,
    example={"valid_from": "2026-04-01", "annual_rate": "9.25", "capitalisation": "monthly"},
    gives={"version": 12},
)
SET_TAX_RATE = does(
    "products.set_tax_rate",
    tag=PRODUCTS,
    example={
        "code": "levy",
        "valid_from": "2026-07-01",
        "rate": "5",
        "source": "Закон України № 4015-IX",
    },
    gives={"rate": 31},
)
