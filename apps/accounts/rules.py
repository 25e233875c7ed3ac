"""Interest, taxes on it, and account numbers: pure, exact, without a clock.

Interest has ten decimals of a minor unit until it is paid; only then is it rounded to whole ones.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from stdnum import iban
from stdnum.exceptions import ValidationError

from apps.accounts.errors import NumberMalformed
from apps.kernel.daycount import DayCount, year_fraction
from apps.kernel.rounding import whole_minor

ACCRUAL_DECIMALS = Decimal(1).scaleb(-10)
_FACTOR_DECIMALS = Decimal(1).scaleb(-30)
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z/.-]{0,33}", re.ASCII)
_IBAN_LIKE = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", re.ASCII)


def day_factor(annual_rate: Decimal, basis: DayCount, date: dt.date) -> Decimal:
    """What one minor unit earns on `date` at a yearly rate in percent.

    An interest day runs from a date to the next one: the day of a payment in counts, that of a
    payment out does not. The fraction is rounded up at the thirtieth decimal, which makes the
    product with any balance, rounded to ten, the same as that of the exact fraction: a balance has
    at most fifteen digits, so that the excess is below 10^-15, while products of balances and
    rates in millionths of a percent lie on the half of a tenth decimal or at least 10^-13 from it.
    """
    exact = Fraction(annual_rate) / 100 * year_fraction(basis, date, date + dt.timedelta(days=1))
    with localcontext(prec=60):
        quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
        return quotient.quantize(_FACTOR_DECIMALS, rounding=ROUND_CEILING)


def daily_interest(basis_minor: int, factor: Decimal) -> Decimal:
    """What a balance earns on a day, in minor units with ten decimals; a debt earns nothing."""
    with localcontext(prec=80):
        return (max(basis_minor, 0) * factor).quantize(ACCRUAL_DECIMALS, rounding=ROUND_HALF_UP)


def basis_minor(rule: str, *, opening_minor: int, closing_minor: int) -> int:
    """The balance that earns on a day, by the product's accrual basis.

    Civil Code, article 1061: money neither earns on the day it comes nor on the day it goes. What
    was there at both ends of the day did neither.
    """
    match rule:
        case "closing":
            return closing_minor
        case "opening":
            return opening_minor
        case "civil_code":
            return min(opening_minor, closing_minor)
    raise ValueError(f"there is no accrual basis {rule!r}")


@dataclass(frozen=True, slots=True)
class Payout:
    """Interest that is paid: `gross = pit + levy + net`; `carried` is left for the next time."""

    gross_minor: int
    pit_minor: int
    levy_minor: int
    net_minor: int
    carried_minor: Decimal


def payout(accrued: Iterable[Decimal], *, pit: Decimal, levy: Decimal) -> Payout:
    """Round what has accrued, with what was carried, and withhold each tax, HALF_UP.

    `pit` and `levy` in percent of the gross.
    """
    exact = sum(accrued, Decimal(0))
    gross = whole_minor(exact)
    pit_minor = whole_minor(gross * pit / 100)
    levy_minor = whole_minor(gross * levy / 100)
    return Payout(gross, pit_minor, levy_minor, gross - pit_minor - levy_minor, exact - gross)


def ukrainian_iban(*, bank: str, gl_code: str, running: int) -> str:
    """The IBAN of a deposit: bank code, then GL account and running number in nineteen digits."""
    account = f"{gl_code}{running:010d}".zfill(19)
    assert len(account) == 19, "a running number of more than ten digits does not fit"
    check = iban.calc_check_digits(f"UA00{bank}{account}")
    return f"UA{check}{bank}{account}"


def account_number(given: str) -> str:
    """An account number without spaces, in capitals; an IBAN must check. Raises NumberMalformed."""
    number = "".join(given.split()).upper()
    if not _NUMBER.fullmatch(number):
        raise NumberMalformed(given=given[:40])
    if number.startswith("UA") or _IBAN_LIKE.fullmatch(number):
        try:
            return iban.validate(number, check_country=False)
        except ValidationError:
            raise NumberMalformed(given=given[:40]) from None
    return number


def is_last_of_month(date: dt.date) -> bool:
    return (date + dt.timedelta(days=1)).day == 1
