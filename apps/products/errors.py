"""Refusals of products, their versions and tax rates."""

from apps.control.declarations import CONSTRAINT_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class ProductCodeTaken(Refusal):
    code = "products.code_taken"
    status = 409
    sentence = Text(
        uk="Продукт із таким кодом уже є. Оберіть інший код або додайте нову версію наявного.",
        en="There is a product with this code. Choose another, or add a version to the old one.",
    )


class UnknownProduct(Refusal):
    code = "products.unknown_product"
    status = 404
    sentence = Text(
        uk="Продукту «{product}» немає. Оберіть код із переліку продуктів.",
        en="There is no product “{product}”. Choose a code from the list of products.",
    )


class NotOffered(Refusal):
    code = "products.not_offered"
    status = 409
    sentence = Text(
        uk="Продукт «{product}» не має умов, чинних на {date}. Спершу додайте його версію.",
        en="The product “{product}” has no terms in force on {date}. Add a version first.",
    )


class VersionExists(Refusal):
    code = "products.version_exists"
    status = 409
    sentence = Text(
        uk="Версія цього продукту з такою датою вже є і не змінюється. Оберіть іншу дату.",
        en="The product has a version from that date, and it does not change. Choose another date.",
    )


class TaxRateExists(Refusal):
    code = "products.tax_rate_exists"
    status = 409
    sentence = Text(
        uk="Ставка цього податку з такою датою вже є і не змінюється. Оберіть іншу дату.",
        en="This tax has a rate from that date, and it does not change. Choose another date.",
    )


class StartsInClosedBooks(Refusal):
    code = "products.starts_in_closed_books"
    status = 409
    sentence = Text(
        uk="{valid_from} уже закрито або закривається. Почніть дію не раніше {earliest}.",
        en="{valid_from} is closed or being closed. Let it start on {earliest} or later.",
    )


class RateOutOfRange(Refusal):
    code = "products.rate_out_of_range"
    sentence = Text(
        uk="Ставка {rate} не годиться: від 0 до {highest} % і не більше {decimals} знаків.",
        en="The rate {rate} does not fit: from 0 to {highest} %, with at most {decimals} decimals.",
    )


class TaxesAboveInterest(Refusal):
    code = "products.taxes_above_interest"
    sentence = Text(
        uk="Від {date} ставки разом були б {total} %, більше за самі відсотки. Виправте ставку.",
        en="From {date} the rates together would be {total} %, more than the interest itself."
        " Correct the rate.",
    )


class TermsOfLoans(Refusal):
    code = "products.terms_of_loans"
    status = 409
    sentence = Text(
        uk="«{product}» — кредитний продукт. Додайте йому умови кредиту, а не вкладу.",
        en="“{product}” is a loan product. Add terms of a loan to it, not those of a deposit.",
    )


class AccruedAccountFixed(Refusal):
    code = "products.accrued_account_fixed"
    status = 409
    sentence = Text(
        uk="Нараховані відсотки цього продукту лежать на {account}; залиште цей рахунок.",
        en="The product's accrued interest lies on {account}; keep that account.",
    )


CONSTRAINT_REFUSALS.add("products_product_code_key", ProductCodeTaken)
CONSTRAINT_REFUSALS.add("products_version_one_a_day", VersionExists)
CONSTRAINT_REFUSALS.add("products_taxrate_one_a_day", TaxRateExists)
