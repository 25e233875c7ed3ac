"""How money and dates are written for people, in each language of the bank."""

import datetime as dt
from decimal import Decimal

from apps.kernel.currencies import currency
from apps.kernel.money import Money

# Thousands are parted by a narrow no-break space, and minus is a true minus, in both languages.
_NARROW = "\u202f"
_MINUS = "\u2212"
# The shortest IBAN.
_IBAN_LENGTH = 15
_MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def amount(minor: int, code: str, language: str) -> str:
    """`minor` minor units without the currency, for example −1 250,50 in Ukrainian."""
    exponent = currency(code).exponent
    return number(minor, exponent, language)


def number(value: int, decimals: int, language: str) -> str:
    """A number that is kept in its last decimal: 1250 with two of them is 12,50 in Ukrainian."""
    digits = str(abs(value)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    grouped = f"{int(whole):,}".replace(",", _NARROW)
    point = "." if language.startswith("en") else ","
    sign = _MINUS if value < 0 else ""
    return f"{sign}{grouped}{point}{fraction}" if fraction else f"{sign}{grouped}"


def money(value: Money, language: str) -> str:
    """An amount with its currency, for sentences."""
    return f"{amount(value.minor, value.currency, language)}\u00a0{value.currency}"


def date(value: dt.date, language: str) -> str:
    """24.11.2026 in Ukrainian, 24 Nov 2026 in English."""
    if language.startswith("en"):
        return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value:%d.%m.%Y}"


def percent(rate: Decimal, language: str) -> str:
    """A rate in percent without idle zeros, for example 9,5 %."""
    digits = f"{rate.normalize():f}"
    point = "." if language.startswith("en") else ","
    return f"{digits.replace('.', point)}{_NARROW}%"


def account(number: str) -> str:
    """An account number as people compare it: an IBAN in groups of four, others as they are."""
    if len(number) < _IBAN_LENGTH or not number[:2].isalpha() or not number[2:].isalnum():
        return number
    return _NARROW.join(number[start : start + 4] for start in range(0, len(number), 4))
