"""Products, their versions and tax rates in the administration."""

from django.contrib import admin

from apps.control.admin import PRODUCTS
from apps.control.adminsite.forms import pick
from apps.control.adminsite.pages import Offer, OperationAdmin
from apps.kernel.daycount import DayCount
from apps.kernel.text import Text
from apps.products.models import Product, TaxRate, Version

_DAY_COUNT = pick(lambda: [(one.value, one.value) for one in DayCount])


@admin.register(Product)
class ProductAdmin(OperationAdmin):
    title = Text(uk="Продукти", en="Products")
    group = PRODUCTS
    permission = "products.manage"
    columns = ("code", "name_uk", "name_en", "kind", "currency")
    search_fields = ("code", "name_uk", "name_en")
    parts = ((Version, "product"),)
    adds = (
        Offer(
            operation="products.create_product",
            label=Text(uk="Створити продукт", en="Create a product"),
            hint=Text(
                uk="Продукт пропонують від дня його першої версії.",
                en="A product is offered from the day of its first version.",
            ),
        ),
    )
    offers = (
        Offer(
            operation="products.add_version",
            label=Text(uk="Додати версію", en="Add a version"),
            icon="percent",
            given=lambda row: {"product": row.code},
            asks={"day_count": _DAY_COUNT},
            hint=Text(
                uk="Умови діють від указаного дня, який не може бути в закритих книгах.",
                en="The terms count from a day that may not lie in closed books.",
            ),
        ),
    )


@admin.register(Version)
class VersionAdmin(OperationAdmin):
    title = Text(uk="Версії продуктів", en="Versions of products")
    group = PRODUCTS
    permission = "products.manage"
    columns = ("product", "valid_from", "annual_rate", "day_count", "capitalisation", "taxed")
    search_fields = ("product__code", "product__name_uk")
    ordering = ("product__code", "-valid_from")


@admin.register(TaxRate)
class TaxRateAdmin(OperationAdmin):
    title = Text(uk="Ставки податків", en="Tax rates")
    group = PRODUCTS
    permission = "products.manage"
    columns = ("code", "valid_from", "rate", "source", "verify")
    ordering = ("code", "-valid_from")
    adds = (
        Offer(
            operation="products.set_tax_rate",
            label=Text(uk="Встановити ставку", en="Set a rate"),
        ),
    )
