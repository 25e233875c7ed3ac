"""The durations of closes as bars: plain numbers for an SVG that the server draws, unscaled.

Units are CSS pixels, so that its words stay as large as the page's; where it is wider than its
panel, the panel scrolls.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from apps.eod import telling
from apps.eod.queries import Past

# A bar with its gap is a target of 24 pixels for a finger (WCAG 2.5.8).
SLOT, BAR = 24, 16
LEFT, TOP, HEIGHT, BOTTOM = 64, 12, 132, 26
# What stands below the bars without touching its neighbour: one date for so many of them.
EVERY = 3
# The tops of the scale, in seconds, from which the first that is high enough is taken.
_SCALES = (
    0.1,
    0.2,
    0.4,
    1,
    2,
    4,
    10,
    20,
    30,
    60,
    120,
    300,
    600,
    1200,
    1800,
    3600,
    7200,
    14400,
    28800,
    86400,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One close: where its slot begins, its bar, and what it says."""

    date: dt.date
    x: int
    bar_x: int
    y: int
    height: int
    duration: str
    kind: str
    label_x: int | None

    @property
    def label(self) -> str:
        """Day and month, or nothing where it would touch its neighbour's."""
        return f"{self.date:%d.%m}" if self.label_x is not None else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid with its words."""

    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    plot: int
    left: int
    right: int
    floor: int
    label_y: int
    top: int
    slot: int
    bar_width: int
    bars: list[Bar]
    grid: list[Line]


def draw(past: Sequence[Past]) -> Chart | None:
    """A bar for each close, oldest first on the left; None without any."""
    if not past:
        return None
    ordered = sorted(past, key=lambda one: one.date)
    most = max(one.seconds for one in ordered)
    full = next((scale for scale in _SCALES if scale >= most), most)
    floor = TOP + HEIGHT
    width = LEFT + SLOT * len(ordered) + 8
    bars = []
    for place, one in enumerate(ordered):
        # What took next to no time is still there to be seen and opened.
        height = max(2, round(HEIGHT * one.seconds / full))
        x = LEFT + SLOT * place
        # Counted from the newest, so that its own date is always named.
        named = (len(ordered) - 1 - place) % EVERY == 0
        kind = "running" if one.finished_at is None else "flawed" if one.exceptions else ""
        bars.append(
            Bar(
                date=one.date,
                x=x,
                bar_x=x + (SLOT - BAR) // 2,
                y=floor - height,
                height=height,
                duration=telling.duration(one.seconds),
                kind=kind,
                label_x=x + SLOT // 2 if named else None,
            )
        )
    grid = [
        Line(y=floor - HEIGHT * part // 2, words=telling.duration(full * part / 2))
        for part in range(3)
    ]
    return Chart(
        width=width,
        height=floor + BOTTOM,
        plot=HEIGHT,
        left=LEFT,
        right=width - 8,
        floor=floor,
        label_y=floor + 18,
        top=TOP,
        slot=SLOT,
        bar_width=BAR,
        bars=bars,
        grid=grid,
    )
