"""Names, tax numbers and phones in their normal form; what a line of search means."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.customers import rules
from apps.customers.errors import (
    BirthDateImpossible,
    NotName,
    NotPhone,
    TaxNumberMalformed,
    TaxNumberOfAnotherDate,
)
from apps.customers.rules import Sought

DATA = Path(__file__).parent / "data"
TAX_NUMBERS = json.loads((DATA / "tax_numbers.json").read_text(encoding="utf-8"))
VALID = [one for one in TAX_NUMBERS if one["valid"] and one.get("business_valid", True)]
INVALID = [one for one in TAX_NUMBERS if one not in VALID]
BORN = dt.date(1985, 7, 15)


@pytest.mark.parametrize("case", VALID, ids=lambda case: case["value"])
def test_a_tax_number_belongs_to_its_birth_date(case: dict[str, Any]) -> None:
    born = dt.date.fromisoformat(case["birth_date"])
    spaced = f" {case['value'][:5]} {case['value'][5:]} "
    assert rules.tax_number(spaced, born) == case["value"]
    with pytest.raises(TaxNumberOfAnotherDate) as caught:
        rules.tax_number(case["value"], born + dt.timedelta(days=1))
    assert caught.value.data["encoded"] == case["birth_date"]


@pytest.mark.parametrize(
    "given",
    [one["value"] for one in INVALID]
    + ["3124200708", "312420070", "31242007070", "٣١٢٤٢٠٠٧٠٧", "３124200707", "3124-200707", "x"],
)
def test_a_tax_number_that_does_not_check_is_refused(given: str) -> None:
    with pytest.raises(TaxNumberMalformed):
        rules.tax_number(given, BORN)


@given(st.integers(0, 9), st.integers(0, 9))
def test_no_changed_digit_passes_for_the_same_person(place: int, digit: int) -> None:
    number = "3124200707"
    changed = number[:place] + str(digit) + number[place + 1 :]
    if changed != number:
        with pytest.raises((TaxNumberMalformed, TaxNumberOfAnotherDate)):
            rules.tax_number(changed, BORN)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Д'яченко", "Дʼяченко"),
        ("Д’яченко", "Дʼяченко"),
        ("Дʼяченко", "Дʼяченко"),
        ("  Нечуй - Левицький ", "Нечуй - Левицький"),
        ("Й\u0438\u0306", "Йй"),
        ("де  ла\tКрус", "де ла Крус"),
        ("", ""),
    ],
)
def test_one_name_is_always_one_text(given: str, kept: str) -> None:
    assert rules.name_part(given) == kept


@pytest.mark.parametrize(
    "given", ["-", "123", "'", "Іван\x00", "Іван\u202e", "Іван\u200b", "ї" * 101, "\ud800"]
)
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(NotName):
        rules.name_part(given)


def test_nobody_is_without_a_last_name() -> None:
    with pytest.raises(NotName):
        rules.last_name("  ")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("+380 50 123-45-67", "+380501234567"),
        ("380501234567", "+380501234567"),
        ("(050) 123 45 67", "+380501234567"),
        ("0501234567", "+380501234567"),
        ("+1 (212) 555.0100", "+12125550100"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_phone_is_kept_in_one_form(given: str, kept: str) -> None:
    assert rules.phone(given) == kept


@pytest.mark.parametrize(
    "given",
    ["501234567", "12345", "+38050123456", "+3805012345678", "+0501234567", "05012345６7",
     "+380(501234567", "телефон", "0501234567 дод. 5", "+1234567890123456", "1501234567"],
)  # fmt: skip
def test_what_is_no_phone_is_refused(given: str) -> None:
    with pytest.raises(NotPhone):
        rules.phone(given)


@pytest.mark.parametrize("born", [dt.date(2026, 1, 6), dt.date(1895, 12, 31), dt.date(1, 1, 1)])
def test_an_impossible_birth_date_is_refused(born: dt.date) -> None:
    with pytest.raises(BirthDateImpossible):
        rules.require_birth_date(born, dt.date(2026, 1, 5))


@pytest.mark.parametrize("born", [dt.date(2026, 1, 5), dt.date(1896, 1, 1)])
def test_a_newborn_and_the_oldest_may_be_customers(born: dt.date) -> None:
    rules.require_birth_date(born, dt.date(2026, 1, 5))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Sought()),
        ("  ШЕВ тар ", Sought(words=("шев", "тар"))),
        ("Д'яченко", Sought(words=("дяченко",))),
        ("15.07.1985", Sought(birth_date=BORN)),
        ("шев 1985-07-15", Sought(words=("шев",), birth_date=BORN)),
        ("31.02.1985", Sought(words=("31.02.1985",))),
        ("3124200707", Sought(number="3124200707")),
        ("00000017", Sought(number="00000017")),
        ("050 123 45 67", Sought(number="0501234567", phone="+380501234567")),
        ("+380 50 123-45-67", Sought(phone="+380501234567")),
        ("шев 0501234567", Sought(("шев",), None, "0501234567", "+380501234567")),
        ("тар +380501234567", Sought(words=("тар",), phone="+380501234567")),
    ],
)
def test_what_a_line_of_search_asks_for(text: str, meaning: Sought) -> None:
    assert rules.sought(text) == meaning


@given(st.text(max_size=60))
def test_any_line_of_search_is_understood_or_means_nothing(text: str) -> None:
    asked = rules.sought(text)
    assert all(word.strip() for word in asked.words)
