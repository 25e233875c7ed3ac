"""What a migration decides, as pure functions: the order of a day, limits, verdicts.

All amounts are in minor units of the base currency, on the customer's side: a credit is positive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from apps.kernel.text import Text

# A day of eight rows has 40,320 orders. Beyond this many steps the best order so far has to do.
MAX_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of a day as the source tells it: the amount, and the balance after it."""

    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class BookingOrder:
    """The positions of a day's rows in the order in which the source booked them.

    `gap_minor` is the largest step between two recorded balances that no amount explains: nothing
    or a rounding where the rows are complete.
    """

    positions: tuple[int, ...]
    gap_minor: int


def booking_order(*, opening_minor: int, rows: Sequence[Recorded]) -> BookingOrder:
    """The order in which each recorded balance follows best from the one before.

    Searched depth first in the order of the file, so that among equally good orders the one nearest
    to the file wins; `opening_minor` is what the source recorded at the end of the day before.
    """
    best = tuple(range(len(rows)))
    best_total, best_gap = _gaps(opening_minor, [rows[n] for n in best])
    steps = 0
    # Each element: positions so far, the balance recorded last, the sum and the largest of gaps.
    stack: list[tuple[tuple[int, ...], int, int, int]] = [((), opening_minor, 0, 0)]
    while stack and best_total and steps < MAX_STEPS:
        taken, balance, total, gap = stack.pop()
        steps += 1
        if total >= best_total:
            continue
        if len(taken) == len(rows):
            best, best_total, best_gap = taken, total, gap
            continue
        for n in range(len(rows) - 1, -1, -1):
            if n not in taken:
                row = rows[n]
                step = abs(balance + row.amount_minor - row.balance_minor)
                stack.append(((*taken, n), row.balance_minor, total + step, max(gap, step)))
    return BookingOrder(best, best_gap)


def _gaps(opening_minor: int, rows: Sequence[Recorded]) -> tuple[int, int]:
    balance, total, largest = opening_minor, 0, 0
    for row in rows:
        step = abs(balance + row.amount_minor - row.balance_minor)
        total, largest, balance = total + step, max(largest, step), row.balance_minor
    return total, largest


@dataclass(frozen=True, slots=True)
class Affordable:
    """The order in which a day's rows can be booked, and how far below zero they reach."""

    positions: tuple[int, ...]
    overdraft_minor: int
    # Credits had to come first: in the source's order a debit would have met an empty account.
    rearranged: bool


def affordable(*, opening_minor: int, amounts: Sequence[int], order: Sequence[int]) -> Affordable:
    """Keep the source's order where every debit is covered; else take credits first.

    What is still not covered then ends below zero in the source as well, and needs an overdraft of
    exactly that much.
    """
    if _lowest(opening_minor, [amounts[n] for n in order]) >= 0:
        return Affordable(tuple(order), 0, False)
    credits_first = sorted(order, key=lambda n: amounts[n] < 0)
    lowest = _lowest(opening_minor, [amounts[n] for n in credits_first])
    return Affordable(tuple(credits_first), max(-lowest, 0), credits_first != list(order))


def _lowest(opening_minor: int, amounts: Sequence[int]) -> int:
    """The lowest balance that a debit leaves behind; a credit is never refused."""
    balance, lowest = opening_minor, 0
    for amount in amounts:
        balance += amount
        if amount < 0:
            lowest = min(lowest, balance)
    return lowest


class Verdict(StrEnum):
    """The class of an account-day, judged by our closing balance of it."""

    EQUAL = "equal"
    ROUNDING = "rounding"
    # Equal to the row that the source booked last, which is not the last one in the file.
    ORDER = "order"
    OTHER = "other"


class Reason(StrEnum):
    """Why an account-day is `other`."""

    NOT_BOOKED = "not_booked"
    ROWS_MISSING = "rows_missing"
    UNEXPLAINED = "unexplained"


TITLES = {
    Verdict.EQUAL: Text(uk="дорівнює", en="equal"),
    Verdict.ROUNDING: Text(uk="розбіжність округлення", en="rounding drift"),
    Verdict.ORDER: Text(uk="порядок протягом дня", en="order within the day"),
    Verdict.OTHER: Text(uk="інше", en="other"),
}
REASONS = {
    Reason.NOT_BOOKED: Text(
        uk="у книзі немає проведень цього рахунку за цей день",
        en="the book has no entries of this account on this day",
    ),
    Reason.ROWS_MISSING: Text(
        uk="записаний залишок містить суму, якої немає в жодному рядку джерела",
        en="the recorded balance contains an amount that no row of the source brings",
    ),
    Reason.UNEXPLAINED: Text(
        uk="різниця більша, ніж може пояснити округлення джерела",
        en="the difference is more than the source's rounding can explain",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """What the source tells of one account on one day on which it moved."""

    # The balance of the row that stands last in the file, and of the one that was booked last.
    last_minor: int
    closing_minor: int
    gap_minor: int
    # Rows with rounded amounts: on this day, and since the account was opened.
    rounded_rows: int
    rounded_rows_to_date: int


def judge(
    *,
    ours_minor: int | None,
    source: SourceDay,
    previous_difference_minor: int,
    shown_to_minor: int,
) -> tuple[Verdict, Reason | None]:
    """Class an account-day by our closing balance of it.

    The rule for rounding: a source that shows balances and some amounts rounded to `shown_to` is
    off by at most half of that in each. Our balance is the sum of the amounts shown, so after N
    rounded amounts it differs by at most N halves from the true balance, and by one half more from
    the balance shown. And in one day the difference may only move by the day's own rounded amounts
    and the two balances shown, so that no mistake hides in a tolerance that years have widened.
    """
    if ours_minor is None:
        return Verdict.OTHER, Reason.NOT_BOOKED
    difference = ours_minor - source.closing_minor
    if difference == 0:
        in_order = source.last_minor == source.closing_minor
        return (Verdict.EQUAL if in_order else Verdict.ORDER), None
    moved = difference - previous_difference_minor
    # Twice each side, so that halves stay whole.
    within_all = 2 * abs(difference) <= shown_to_minor * (source.rounded_rows_to_date + 1)
    within_day = 2 * abs(moved) <= shown_to_minor * (source.rounded_rows + 2)
    if within_all and within_day:
        return Verdict.ROUNDING, None
    # One step in the chain of balances has one rounded amount and two balances in it at most.
    if 2 * source.gap_minor > 3 * shown_to_minor:
        return Verdict.OTHER, Reason.ROWS_MISSING
    return Verdict.OTHER, Reason.UNEXPLAINED
