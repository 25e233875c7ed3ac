"""Amounts: what a person or a client may write, and exact arithmetic."""

import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.currencies import CURRENCIES, currency
from apps.kernel.errors import (
    AmountTooLarge,
    MixedCurrencies,
    NotAmount,
    Refusal,
    TooManyDecimals,
    UnknownCurrency,
)
from apps.kernel.money import MAX_MINOR, Money
from apps.kernel.rounding import Rounding, whole_minor

minors = st.integers(-MAX_MINOR, MAX_MINOR)
codes = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("given_", "code", "minor"),
    [
        ("0", "UAH", 0),
        ("0.00", "UAH", 0),
        ("0.01", "UAH", 1),
        ("1", "UAH", 100),
        ("1.5", "UAH", 150),
        ("1250.50", "UAH", 125_050),
        ("9999999999999.99", "UAH", MAX_MINOR),
        ("1.234", "KWD", 1_234),
        ("1.2", "BHD", 1_200),
        ("7", "JPY", 7),
    ],
)
def test_amounts_that_are_taken(given_: str, code: str, minor: int) -> None:
    assert Money.parse(given_, code) == Money(minor, code)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        " ",
        "-1.00",
        "+1.00",
        "-0",
        "NaN",
        "nan",
        "Infinity",
        "inf",
        "1e309",
        "1E2",
        "1_000",
        "1 000",
        "1\u00a0000",
        "1,000",
        "1,50",
        "1.2.3",
        ".5",
        "5.",
        "01.00",
        "00",
        "0x10",
        " 1.00",
        "1.00 ",
        "1.00\n",
        "\n1.00",
        "1.00\r\n",
        "1.00\t",
        "1.00\x00",
        "1\u200b.00",
        "\u0661\u0662.\u0663\u0664",  # Arabic-Indic digits
        "\u0967\u0968",  # Devanagari
        "\uff11\uff12.\uff15",  # full-width
        "\U0001d7cf",  # mathematical bold
        "\u00bd",
        "\u00b2",
        "\u22121",  # a true minus sign
        "\u0406\u041e",  # Cyrillic letters that look like 1 and 0
        "сто",
        "1.00 UAH",
        "'1'",
        None,
        True,
        1,
        1.0,
        float("nan"),
        Decimal("1.00"),
        b"1.00",
        ["1.00"],
        {"amount": "1.00"},
    ],
    ids=ascii,
)
def test_what_is_no_amount_is_refused(bad: object) -> None:
    with pytest.raises(NotAmount) as refused:
        Money.parse(bad, "UAH")
    _speaks_both_languages(refused.value)


@pytest.mark.parametrize(
    ("bad", "code"),
    [("1.234", "UAH"), ("0.001", "UAH"), ("1.000", "UAH"), ("1.2345", "KWD"), ("1.0", "JPY")],
)
def test_more_decimals_than_the_currency_has_are_refused(bad: str, code: str) -> None:
    with pytest.raises(TooManyDecimals) as refused:
        Money.parse(bad, code)
    assert refused.value.data["exponent"] == currency(code).exponent
    _speaks_both_languages(refused.value)


@pytest.mark.parametrize(
    "bad", ["10000000000000.00", "1" * 20, "9" * 400, "12345678901234567890.00", "1" * 100_000]
)
def test_more_than_the_bank_can_post_is_refused(bad: str) -> None:
    with pytest.raises(AmountTooLarge) as refused:
        Money.parse(bad, "UAH")
    assert len(refused.value.data["given"]) <= 40
    _speaks_both_languages(refused.value)


@pytest.mark.parametrize("code", ["", "uah", "XXX", "UAH ", "980", None, 980])
def test_an_unknown_currency_is_refused(code: object) -> None:
    with pytest.raises(UnknownCurrency) as refused:
        Money.parse("1.00", code)  # type: ignore[arg-type]
    _speaks_both_languages(refused.value)


@pytest.mark.parametrize("minor", [1.0, Decimal(1), True, "1", None])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "UAH")  # type: ignore[arg-type]


@given(st.integers(0, MAX_MINOR), codes)
def test_what_is_printed_is_read_back(minor: int, code: str) -> None:
    money = Money(minor, code)
    assert Money.parse(f"{money.decimal:f}", code) == money
    assert str(money) == f"{money.decimal:f} {code}"


@given(st.text(max_size=12))
def test_no_text_is_taken_for_more_than_it_says(text: str) -> None:
    try:
        money = Money.parse(text, "UAH")
    except Refusal:
        return
    assert text.isascii()
    assert money.decimal == Decimal(text)


@given(minors, minors, minors, codes)
def test_sums_are_exact(one: int, two: int, three: int, code: str) -> None:
    a, b, c = Money(one, code), Money(two, code), Money(three, code)
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert (a - b) + b == a
    assert a + -a == Money(0, code)
    assert bool(a) is (one != 0)


@given(minors, minors)
def test_order_is_that_of_minor_units(one: int, two: int) -> None:
    a, b = Money(one, "UAH"), Money(two, "UAH")
    assert (a < b, a <= b, a > b, a == b) == (one < two, one <= two, one > two, one == two)


@given(minors, minors)
def test_currencies_do_not_mix(one: int, two: int) -> None:
    hryvnia, euro = Money(one, "UAH"), Money(two, "EUR")
    assert hryvnia != euro
    for mix in (lambda: hryvnia + euro, lambda: hryvnia - euro, lambda: hryvnia < euro):
        with pytest.raises(MixedCurrencies) as refused:
            mix()
    _speaks_both_languages(refused.value)


@given(minors, codes)
def test_money_never_changes(minor: int, code: str) -> None:
    money = Money(minor, code)
    with pytest.raises(AttributeError):
        money.minor = 5
    assert pickle.loads(pickle.dumps(money)) == money  # noqa: S301 - our own bytes
    assert hash(money) == hash(Money(minor, code))
    assert money.__eq__(minor) is NotImplemented


@pytest.mark.parametrize(
    ("minor", "half_up", "half_even", "down", "up"),
    [
        ("0.5", 1, 0, 0, 1),
        ("1.5", 2, 2, 1, 2),
        ("2.5", 3, 2, 2, 3),
        ("-0.5", -1, 0, 0, -1),
        ("-2.5", -3, -2, -2, -3),
        ("2.4999999999", 2, 2, 2, 3),
        ("7", 7, 7, 7, 7),
    ],
)
def test_rules_of_rounding(minor: str, half_up: int, half_even: int, down: int, up: int) -> None:
    exact = Decimal(minor)
    assert whole_minor(exact) == half_up
    assert whole_minor(exact, Rounding.HALF_UP) == half_up
    assert whole_minor(exact, Rounding.HALF_EVEN) == half_even
    assert whole_minor(exact, Rounding.DOWN) == down
    assert whole_minor(exact, Rounding.UP) == up


def _speaks_both_languages(refusal: Refusal) -> None:
    assert refusal.text.uk
    assert refusal.text.en
