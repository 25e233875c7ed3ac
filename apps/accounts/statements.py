"""A statement of a deposit between two dates, oldest line first. Amounts as the customer sees them.

A credit raises the customer's balance; so amounts here are positive for money that came.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from apps.ledger import queries as ledger

_PAGE = 1000
# Above every posting of a date.
_LAST_POSTING = 2**62
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `balance_minor` is the balance after it."""

    entry: int
    booking_date: dt.date
    value_date: dt.date
    kind: str
    narrative: str
    amount_minor: int
    balance_minor: int
    run: UUID


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of a period and the balances around them; `cut` where older lines are left out."""

    opening_minor: int
    closing_minor: int
    came_minor: int
    went_minor: int
    lines: list[Line]
    cut: bool


def between(account: int, *, start: dt.date, end: dt.date) -> Statement:
    """The statement of a customer's ledger account, both days included.

    Two statements for the balances, and two for each thousand lines; at most 20,000 lines.
    """
    newest_first = list(_backwards(account, start=start, end=end))
    cut = len(newest_first) > LONGEST
    lines = newest_first[:LONGEST][::-1]
    closing = -ledger.balance_on(account, end)
    opening = lines[0].balance_minor - lines[0].amount_minor if lines else closing
    return Statement(
        opening_minor=opening,
        closing_minor=closing,
        came_minor=sum(line.amount_minor for line in lines if line.amount_minor > 0),
        went_minor=-sum(line.amount_minor for line in lines if line.amount_minor < 0),
        lines=lines,
        cut=cut,
    )


def _backwards(account: int, *, start: dt.date, end: dt.date) -> Iterator[Line]:
    place = (end, _LAST_POSTING)
    for _ in range(LONGEST // _PAGE + 1):
        page = ledger.statement(account, limit=_PAGE, before=place)
        for line in page:
            if line.booking_date < start:
                return
            yield Line(
                line.entry,
                line.booking_date,
                line.value_date,
                line.kind,
                line.narrative,
                -line.amount_minor,
                -line.balance_minor,
                line.run,
            )
        if len(page) < _PAGE:
            return
        place = (page[-1].booking_date, page[-1].posting)
