"""Products, their versions, and tax rates."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, operation
from apps.control.run import Run
from apps.kernel.currencies import currency
from apps.kernel.daycount import DayCount
from apps.kernel.text import Text
from apps.ledger.errors import UnknownGLAccount
from apps.ledger.queries import gl_account_id
from apps.products import queries
from apps.products.errors import (
    AccruedAccountFixed,
    RateOutOfRange,
    StartsInClosedBooks,
    TaxesAboveInterest,
    TermsOfLoans,
    UnknownProduct,
)
from apps.products.models import Product, TaxRate, Version

Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
GLCode = Annotated[str, Meta(pattern=r"^[0-9]{4,12}\Z")]

# Six decimals of a percent; more than 999 % a year is a slip of the keyboard.
RATE_DECIMALS = 6
HIGHEST_RATE = 999


class CreateProduct(Command):
    code: Code
    kind: Product.Kind
    name_uk: Name
    name_en: Name
    currency: str


class ProductCreated(Struct, frozen=True):
    product: int


@operation(
    "products.create_product",
    permission="products.manage",
    scope=WHOLE_BANK,
    sentence=Text(uk="Створено продукт", en="A product was created"),
)
def create_product(*, cmd: CreateProduct, run: Run) -> ProductCreated:
    """Name a product; it is offered from the day of its first version."""
    product = Product.objects.create(
        code=cmd.code,
        kind=cmd.kind,
        name_uk=cmd.name_uk,
        name_en=cmd.name_en,
        currency=currency(cmd.currency).code,
    )
    return ProductCreated(product.id)


class AddVersion(Command):
    """`annual_rate` in percent; zero accrues nothing at all."""

    product: Code
    valid_from: dt.date
    annual_rate: Decimal
    day_count: DayCount = DayCount.ACT_365F
    accrual_basis: Version.AccrualBasis = Version.AccrualBasis.CLOSING
    capitalisation: Version.Capitalisation = Version.Capitalisation.NONE
    taxed: bool = True
    deposit_gl: GLCode = "2620"
    accrued_gl: GLCode = "2628"
    expense_gl: GLCode = "7040"
    fee_gl: GLCode = "6510"
    penalty_gl: GLCode = "6050"


class VersionAdded(Struct, frozen=True):
    version: int


@operation(
    "products.add_version",
    permission="products.manage",
    scope=WHOLE_BANK,
    sentence=Text(uk="Додано версію продукту", en="A version was added to a product"),
)
def add_version(*, cmd: AddVersion, run: Run) -> VersionAdded:
    """Set the terms of a product from a date on, which may not lie in closed books."""
    _require_rate(cmd.annual_rate, HIGHEST_RATE)
    _require_open_start(cmd.valid_from, run)
    # Two first versions at once, with different accounts, must meet here.
    product = Product.objects.select_for_update().filter(code=cmd.product).first()
    if product is None:
        raise UnknownProduct(product=cmd.product)
    if product.kind == Product.Kind.LOAN:
        raise TermsOfLoans(product=product.code)
    for code in {cmd.deposit_gl, cmd.accrued_gl, cmd.expense_gl, cmd.fee_gl, cmd.penalty_gl}:
        if gl_account_id(code) is None:
            raise UnknownGLAccount(code=code)
    earlier = product.versions.order_by("valid_from").first()
    if earlier is not None and earlier.accrued_gl != cmd.accrued_gl:
        raise AccruedAccountFixed(account=earlier.accrued_gl)
    version = Version.objects.create(
        product=product,
        valid_from=cmd.valid_from,
        annual_rate=cmd.annual_rate,
        day_count=cmd.day_count,
        accrual_basis=cmd.accrual_basis,
        capitalisation=cmd.capitalisation,
        taxed=cmd.taxed,
        deposit_gl=cmd.deposit_gl,
        accrued_gl=cmd.accrued_gl,
        expense_gl=cmd.expense_gl,
        fee_gl=cmd.fee_gl,
        penalty_gl=cmd.penalty_gl,
    )
    return VersionAdded(version.id)


class SetTaxRate(Command):
    """`rate` in percent of the interest; zero ends the tax."""

    code: TaxRate.Code
    valid_from: dt.date
    rate: Decimal
    source: Annotated[str, Meta(max_length=300)] = ""
    verify: bool = False


class TaxRateSet(Struct, frozen=True):
    rate: int


@operation(
    "products.set_tax_rate",
    permission="products.manage",
    scope=WHOLE_BANK,
    sentence=Text(uk="Встановлено ставку податку", en="A tax rate was set"),
)
def set_tax_rate(*, cmd: SetTaxRate, run: Run) -> TaxRateSet:
    """Set the rate of a tax on interest from a date on, which may not lie in closed books.

    Raises RateOutOfRange, StartsInClosedBooks, and TaxesAboveInterest where the rates of some date
    would add up to more than 100 %.
    """
    _require_rate(cmd.rate, 100)
    _require_open_start(cmd.valid_from, run)
    queries.hold_tax_rates()
    rate = TaxRate.objects.create(
        code=cmd.code,
        valid_from=cmd.valid_from,
        rate=cmd.rate,
        source=cmd.source,
        verify=cmd.verify,
    )
    _require_within_interest()
    return TaxRateSet(rate.id)


class TaxRateLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a history of rates; `rate` in percent."""

    code: Literal["pit", "levy"]
    valid_from: dt.date
    rate: Decimal
    source: Annotated[str, Meta(max_length=300)] = ""
    verify: bool = False


class LoadTaxRates(Command):
    lines: Annotated[tuple[TaxRateLine, ...], Meta(min_length=1, max_length=500)]


class TaxRatesLoaded(Struct, frozen=True):
    lines: int


@operation(
    "products.load_tax_rates",
    permission="products.manage",
    scope=WHOLE_BANK,
    sentence=Text(uk="Завантажено ставки податків", en="Tax rates were loaded"),
)
def load_tax_rates(*, cmd: LoadTaxRates, run: Run) -> TaxRatesLoaded:
    """Add a country's history of rates while the bank has closed none of its days."""
    for line in cmd.lines:
        _require_rate(line.rate, 100)
        _require_open_start(line.valid_from, run)
    queries.hold_tax_rates()
    TaxRate.objects.bulk_create(
        TaxRate(
            code=line.code,
            valid_from=line.valid_from,
            rate=line.rate,
            source=line.source,
            verify=line.verify,
        )
        for line in cmd.lines
    )
    _require_within_interest()
    return TaxRatesLoaded(len(cmd.lines))


def _require_within_interest() -> None:
    """Refuse rates of which the sum on any date is above 100 %: nothing would be left to pay."""
    above = queries.taxes_above_interest()
    if above is not None:
        date, total = above
        raise TaxesAboveInterest(date=date.isoformat(), total=f"{total.normalize():f}")


def _require_rate(rate: Decimal, highest: int) -> None:
    exponent = rate.as_tuple().exponent
    fits = isinstance(exponent, int) and exponent >= -RATE_DECIMALS
    if not (fits and 0 <= rate <= highest):
        raise RateOutOfRange(rate=str(rate)[:20], highest=highest, decimals=RATE_DECIMALS)


def _require_open_start(valid_from: dt.date, run: Run) -> None:
    """Refuse a start in books that are closed or being closed, also while the date moves."""
    queries.hold_date(run.date)
    last = queries.last_not_open()
    if last is not None and valid_from <= last:
        raise StartsInClosedBooks(valid_from=valid_from.isoformat(), earliest=run.date.isoformat())
