"""Named rules of rounding; a fraction becomes whole minor units by one of them alone."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum


class Rounding(StrEnum):
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


_DECIMAL_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}


def whole_minor(minor: Decimal, rule: Rounding = Rounding.HALF_UP) -> int:
    """`minor` minor units with a fraction, rounded to whole ones; half goes away from zero."""
    return int(minor.quantize(Decimal(1), rounding=_DECIMAL_MODES[rule]))
