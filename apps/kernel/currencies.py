"""Currencies the bank can keep, by ISO 4217: code, number and decimals."""

from dataclasses import dataclass

from apps.kernel.errors import UnknownCurrency


@dataclass(frozen=True, slots=True)
class Currency:
    code: str
    number: int
    exponent: int

    @property
    def units(self) -> int:
        """Minor units in one major unit, for example 100 kopiykas in a hryvnia."""
        units: int = 10**self.exponent
        return units


# ISO 4217, amendment 177. A currency is added here when a bank needs it.
CURRENCIES = {
    code: Currency(code, number, exponent)
    for code, number, exponent in (
        ("AED", 784, 2), ("AUD", 36, 2), ("BGN", 975, 2), ("BHD", 48, 3), ("CAD", 124, 2),
        ("CHF", 756, 2), ("CNY", 156, 2), ("CZK", 203, 2), ("DKK", 208, 2), ("EUR", 978, 2),
        ("GBP", 826, 2), ("GEL", 981, 2), ("HUF", 348, 2), ("ILS", 376, 2), ("JPY", 392, 0),
        ("KRW", 410, 0), ("KWD", 414, 3), ("KZT", 398, 2), ("MDL", 498, 2), ("NOK", 578, 2),
        ("PLN", 985, 2), ("RON", 946, 2), ("SEK", 752, 2), ("TRY", 949, 2), ("UAH", 980, 2),
        ("USD", 840, 2),
    )
}  # fmt: skip


def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code. Raises UnknownCurrency."""
    try:
        return CURRENCIES[code]
    except (KeyError, TypeError):
        raise UnknownCurrency(given=str(code)[:20], known=", ".join(CURRENCIES)) from None
