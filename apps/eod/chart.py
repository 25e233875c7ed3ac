"""The durations of closes as bars: plain numbers for an SVG that the server draws, unscaled.

Units are CSS pixels. Words stand beside the SVG, as text of the page: so their size and contrast
are the page's own. Where the chart is wider than its panel, the panel scrolls.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from apps.eod import telling
from apps.eod.queries import Past

# A bar with its gap is a target of 24 pixels for a finger (WCAG 2.5.8). The height of the plot, its
# slots and the gap at its top are those of `.chart` in the style sheet.
SLOT, BAR = 24, 16
TOP, PLOT = 1, 132
# So far below its top a bar is cut that is too long for the scale.
CUT = 12
# A date below stands for so many bars, where it does not touch its neighbour's.
EVERY = 3
# A close of more than so many times the median waited for somebody rather than worked: its bar is
# cut off, so that the others can still be told apart.
OUTLIER = 4
# The tops of the scale, in seconds: the first that is high enough is taken.
_SCALES = (
    0.1, 0.2, 0.4, 1, 2, 4, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800,
    86400,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One close: where its slot and its bar begin, and what it says."""

    date: dt.date
    x: int
    bar_x: int
    y: int
    height: int
    duration: str
    # `flawed` where there were exceptions.
    kind: str
    # Where the bar is broken, for it would be higher than the chart.
    cut: int | None
    # Day and month, or nothing between those that are named.
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


def draw(past: Sequence[Past]) -> Chart | None:
    """A bar for each finished close, oldest first on the left; None without any."""
    ordered = sorted((one for one in past if one.finished_at), key=lambda one: one.date)
    if not ordered:
        return None
    bound = OUTLIER * median(one.seconds for one in ordered)
    most = max(one.seconds for one in ordered if one.seconds <= bound)
    full = next((scale for scale in _SCALES if scale >= most), most)
    floor = TOP + PLOT
    bars = []
    for place, one in enumerate(ordered):
        # What took next to no time is still there to be seen and opened.
        height = min(PLOT, max(2, round(PLOT * one.seconds / full)))
        x = SLOT * place
        # Counted from the newest, so that its own date is always named.
        is_named = (len(ordered) - 1 - place) % EVERY == 0
        bars.append(
            Bar(
                date=one.date,
                x=x,
                bar_x=x + (SLOT - BAR) // 2,
                y=floor - height,
                height=height,
                duration=telling.duration(one.seconds),
                kind="flawed" if one.exceptions else "",
                cut=TOP + CUT if one.seconds > full else None,
                label=f"{one.date:%d.%m}" if is_named else "",
            )
        )
    parts = (2, 1, 0)
    return Chart(
        width=SLOT * len(ordered),
        height=floor + TOP,
        slot=SLOT,
        bar_width=BAR,
        bars=bars,
        grid=[floor - PLOT * part // 2 for part in parts],
        scale=[telling.duration(full * part / 2) for part in parts],
    )
