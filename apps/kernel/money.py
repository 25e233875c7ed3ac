"""Exact amounts of money: a whole number of minor units of one currency."""

import re
from decimal import Decimal
from functools import total_ordering
from typing import Any

from apps.kernel.currencies import currency
from apps.kernel.errors import AmountTooLarge, MixedCurrencies, NotAmount, TooManyDecimals

# ASCII digits alone: Python and Django would also take 1_000, １２ and ٣, which nobody means.
_AMOUNT = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
# Nine hundred trillion: a thousand times less than bigint holds, so that sums of postings fit.
MAX_MINOR = 10**15 - 1


@total_ordering
class Money:
    """`minor` minor units of `currency`; may be negative, never fractional.

    Arithmetic between currencies raises MixedCurrencies.
    """

    __slots__ = ("currency", "minor")

    def __init__(self, minor: int, currency: str) -> None:
        if type(minor) is not int:
            raise TypeError(f"minor units are an int, not {type(minor).__name__}")
        object.__setattr__(self, "minor", minor)
        object.__setattr__(self, "currency", currency)

    minor: int
    currency: str

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("Money does not change; make another")

    @classmethod
    def parse(cls, given: object, code: str) -> "Money":
        """The positive or zero amount that a person or a client wrote, in major units.

        Takes a string of ASCII digits with at most one dot. Raises NotAmount, TooManyDecimals,
        AmountTooLarge, UnknownCurrency.
        """
        kept = currency(code)
        if not isinstance(given, str):
            raise NotAmount(given=str(given)[:40])
        match = _AMOUNT.fullmatch(given)
        if match is None:
            raise NotAmount(given=given[:40])
        whole, fraction = match[1], match[2] or ""
        if len(fraction) > kept.exponent:
            raise TooManyDecimals(given=given[:40], currency=code, exponent=kept.exponent)
        if len(whole) > 15:
            raise AmountTooLarge(given=given[:40])
        minor = int(whole) * kept.units + int(fraction.ljust(kept.exponent, "0") or "0")
        if minor > MAX_MINOR:
            raise AmountTooLarge(given=given[:40])
        return cls(minor, code)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact, with the currency's decimals."""
        return Decimal(self.minor).scaleb(-currency(self.currency).exponent)

    def __str__(self) -> str:
        return f"{self.decimal:f} {self.currency}"

    def __repr__(self) -> str:
        return f"Money({self.minor}, {self.currency!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor == other.minor and self.currency == other.currency

    def __hash__(self) -> int:
        return hash((self.minor, self.currency))

    def __lt__(self, other: "Money") -> bool:
        self._alike(other)
        return self.minor < other.minor

    def __add__(self, other: "Money") -> "Money":
        self._alike(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._alike(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __reduce__(self) -> tuple[type["Money"], tuple[int, str]]:
        return Money, (self.minor, self.currency)

    def _alike(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MixedCurrencies(one=self.currency, other=other.currency)
