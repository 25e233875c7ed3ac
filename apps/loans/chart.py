"""A schedule as bars: plain numbers for an SVG that the server draws, unscaled.

Units are CSS pixels. A bar is an instalment: principal below, interest above. Words stand beside
the SVG, as text of the page. Where the chart is wider than its panel, the panel scrolls.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from apps.kernel import formats
from apps.kernel.currencies import currency
from apps.kernel.text import Text
from apps.loans.portfolio import ScheduleLine

# A bar with its gap is a target of 24 pixels for a finger (WCAG 2.5.8). The height of the plot, its
# slots and the gap at its top are those of `.chart` in the style sheet.
SLOT, BAR = 24, 16
TOP, PLOT = 1, 132
# A date below stands for so many bars, where it does not touch its neighbour's.
EVERY = 3
# What is very little is still there to be seen.
LEAST = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One instalment: its slot, its two parts, and what it says."""

    due_on: dt.date
    x: int
    bar_x: int
    principal_y: int
    principal_height: int
    interest_y: int
    interest_height: int
    # `paid`, `owed`, or nothing before it falls due.
    state: str
    words: str
    # Month and year, or nothing between those that are named.
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    slot: int
    bar_width: int
    bars: list[Bar]
    # Lines of the grid, and their words from the top down.
    grid: list[int]
    scale: list[str]


def draw(lines: Sequence[ScheduleLine], code: str) -> Chart | None:
    """A bar for each instalment, in order of their dates; None without any."""
    shown = [line for line in lines if line.principal_minor or line.interest_minor]
    if not shown:
        return None
    full = _full(max(line.principal_minor + line.interest_minor for line in shown))
    floor = TOP + PLOT
    language = get_language() or "uk"
    bars = []
    for place, line in enumerate(shown):
        x = SLOT * place
        principal = _height(line.principal_minor, full)
        interest = _height(line.interest_minor, full)
        bars.append(
            Bar(
                due_on=line.due_on,
                x=x,
                bar_x=x + (SLOT - BAR) // 2,
                principal_y=floor - principal,
                principal_height=principal,
                interest_y=floor - principal - interest,
                interest_height=interest,
                state=_state(line),
                words=_words(line, code, language),
                label="" if place % EVERY else f"{line.due_on:%m.%y}",
            )
        )
    parts = (2, 1, 0)
    exponent = currency(code).exponent
    return Chart(
        width=SLOT * len(shown),
        height=floor + TOP,
        slot=SLOT,
        bar_width=BAR,
        bars=bars,
        grid=[floor - PLOT * part // 2 for part in parts],
        scale=[_round(full * part // 2 // 10**exponent) for part in parts],
    )


def _full(most_minor: int) -> int:
    """The top of the scale: the first of 1, 2, 4, 10, 20… hundreds that is high enough."""
    steps = (base * 10**power for power in range(4, 20) for base in (1, 2, 4))
    full: int = next(step for step in steps if step >= most_minor)
    return full


def _height(minor: int, full: int) -> int:
    return min(PLOT - LEAST, max(LEAST, round(PLOT * minor / full))) if minor else 0


def _state(line: ScheduleLine) -> str:
    if not line.is_due:
        return ""
    return "owed" if line.owed_minor else "paid"


def _words(line: ScheduleLine, code: str, language: str) -> str:
    principal = formats.amount(line.principal_minor, code, language)
    interest = formats.amount(line.interest_minor, code, language)
    date = formats.date(line.due_on, language)
    said = {
        "paid": Text(uk=", сплачено", en=", paid"),
        "owed": Text(uk=", не сплачено", en=", not paid"),
        "": Text(uk="", en=""),
    }[_state(line)]
    return str(
        Text(
            uk=f"{date}: основний борг {principal}, відсотки {interest}{said.uk}",
            en=f"{date}: principal {principal}, interest {interest}{said.en}",
        )
    )


def _round(units: int) -> str:
    return f"{units:,}".replace(",", "\u202f")
