"""Amounts in words, account numbers in groups, and cells that no spreadsheet runs."""

from decimal import Decimal

import pytest

from apps.kernel import formats, wording
from apps.kernel.money import MAX_MINOR, Money
from apps.kernel.numerals import in_words
from apps.kernel.spreadsheets import inert


@pytest.mark.parametrize(
    ("minor", "code", "uk", "en"),
    [
        (0, "UAH", "Нуль гривень 00 копійок", "Zero hryvnias 00 kopiykas"),
        (101, "UAH", "Одна гривня 01 копійка", "One hryvnia 01 kopiyka"),
        (20_150, "UAH", "Двісті одна гривня 50 копійок", "Two hundred one hryvnias 50 kopiykas"),
        (1_200, "UAH", "Дванадцять гривень 00 копійок", "Twelve hryvnias 00 kopiykas"),
        (
            2_200_304,
            "UAH",
            "Двадцять дві тисячі три гривні 04 копійки",
            "Twenty-two thousand three hryvnias 04 kopiykas",
        ),
        (
            100_000_021_100,
            "UAH",
            "Один мільярд двісті одинадцять гривень 00 копійок",
            "One billion two hundred eleven hryvnias 00 kopiykas",
        ),
        (1_102, "EUR", "Одинадцять євро 02 центи", "Eleven euros 02 cents"),
        (12_100, "USD", "Сто двадцять один долар США 00 центів", None),
        (5_05, "CHF", "П’ять CHF 05", "Five CHF 05"),
        (500, "JPY", "П’ятсот JPY", "Five hundred JPY"),
    ],
)
def test_an_amount_in_words(minor: int, code: str, uk: str, en: str | None) -> None:
    amount = Money(minor, code)

    assert in_words(amount, "uk") == uk
    assert en is None or in_words(amount, "en") == en


def test_the_largest_amount_has_words() -> None:
    assert in_words(Money(MAX_MINOR, "UAH"), "uk").startswith("Дев’ять трильйонів")


@pytest.mark.parametrize("text", ["=1+1", "+380", "-5", "@x", "\tx", " =1", "\u00a0=1"])
def test_what_a_spreadsheet_would_run_is_made_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert [inert(text) for text in ("Оплата", "5-7", "")] == ["Оплата", "5-7", ""]


def test_numbers_and_rates_are_written_for_reading() -> None:
    assert formats.account("UA083999910000026200000000001") == (
        "UA08\u202f3999\u202f9100\u202f0002\u202f6200\u202f0000\u202f0000\u202f1"
    )
    assert formats.account("1002-1-UAH-till-2") == "1002-1-UAH-till-2"
    assert formats.percent(Decimal("9.500"), "uk") == "9,5\u202f%"
    assert formats.percent(Decimal(10), "en") == "10\u202f%"


def test_a_kind_without_a_name_is_shown_as_it_is() -> None:
    assert wording.kind("nobody.named").en == "nobody.named"
    assert wording.kind("cash.deposit.reversal").uk == "Сторно: Внесення готівки"
