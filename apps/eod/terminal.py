"""A close as a terminal shows it: redrawn in place, or line by line where nobody is looking."""

import datetime as dt
import shutil
import time
from collections.abc import Sequence
from typing import TextIO

from apps.control.declarations import INVARIANTS
from apps.eod.queries import ExceptionLine, Progress, ProofLine, Stand, StepProgress

BAR = 20
# Without a terminal a step that goes on is told of so often.
LINE_S = 5.0

STANDS = {
    Stand.OPEN: "open",
    Stand.CLOSED: "closed",
    Stand.RUNNING: "closing",
    Stand.HELD: "waits for an exception to be resolved",
    Stand.CONTRADICTED: "proofs found violations",
}


class Screen:
    """Shows progress as it comes: `show` is what `close_day` calls as its `watch`."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._redraws = out.isatty()
        self._drawn = 0
        self._told: dict[tuple[dt.date, str], str] = {}
        self._told_at = 0.0

    def show(self, progress: Progress) -> None:
        if self._redraws:
            # A line that wraps would be two when the next frame goes back over it.
            columns = shutil.get_terminal_size().columns
            lines = [line[:columns] for line in frame(progress)]
            # Up to where the last frame began, and clear what is below.
            back = f"\x1b[{self._drawn}F\x1b[J" if self._drawn else ""
            self._out.write(back + "\n".join(lines) + "\n")
            self._drawn = 0 if progress.stand is Stand.CLOSED else len(lines)
        else:
            for line in self._news(progress):
                self._out.write(line + "\n")
        self._out.flush()

    def _news(self, progress: Progress) -> list[str]:
        """What has not been told: steps that ended, and every few seconds the one that goes on."""
        news = []
        due = time.monotonic() - self._told_at >= LINE_S
        for step in progress.steps:
            place = (progress.date, step.name)
            ended = step.status == "done" and self._told.get(place) != "done"
            if ended or (step == progress.front and step.chunks_done and due):
                news.append(f"{progress.date} {line_of(step)}")
                self._told[place] = step.status
                self._told_at = time.monotonic()
        place = (progress.date, "")
        if progress.stand is not Stand.RUNNING and self._told.get(place) != progress.stand:
            news.append(summary(progress))
            self._told[place] = progress.stand
        return news


def frame(progress: Progress) -> list[str]:
    """All steps of a close, and what it comes to so far."""
    return [summary(progress), *(f"  {line_of(step)}" for step in progress.steps)]


def summary(progress: Progress) -> str:
    parts = [
        f"{progress.date} {STANDS[progress.stand]}",
        f"{progress.seconds:.1f} s",
        f"{progress.proved} proofs",
    ]
    if progress.contradicted:
        parts.append(f"contradicted: {', '.join(progress.contradicted)}")
    if progress.exceptions:
        parts.append(f"{progress.exceptions} exceptions")
    return " · ".join(parts)


def line_of(step: StepProgress) -> str:
    """One step: how much of it is done, how fast, and how long it will take."""
    if step.status == "skipped":
        return f"{step.name:<32} {'nothing to do':>{BAR}}"
    share = step.rows_done / step.rows if step.rows else float(step.status == "done")
    parts = [
        f"{step.name:<32}",
        f"{'━' * round(share * BAR):{'·'}<{BAR}}",
        f"{step.chunks_done:>4}/{step.chunks} chunks",
        f"{step.seconds:>7.1f} s",
    ]
    if step.rate and step.rows > step.chunks:
        parts.append(f"{step.rate:>11,.0f} rows/s")
    if step.status == "open" and step.seconds_left is not None:
        parts.append(f"{step.seconds_left:.0f} s left")
    parts += [f"{name} {count:,}" for name, count in step.totals.items() if count]
    return "  ".join(parts)


def exceptions(found: Sequence[ExceptionLine]) -> list[str]:
    """What waits for a person, with its reason and owner."""
    return [
        f"exception {one.id}: {one.date} {one.step} {_range(one)} ({one.owner}): {one.reason.en}"
        + (" The close waits for it." if one.holds else "")
        for one in found
    ]


def _range(one: ExceptionLine) -> str:
    if one.low is None:
        return "as a whole"
    return f"{one.low}" if one.low == one.high else f"{one.low}-{one.high}"


def proofs(found: Sequence[ProofLine], *, drill: int = 5) -> list[str]:
    """A table of proofs; below a violation its first rows, the subject first."""
    width = max(len(name) for name in INVARIANTS.names())
    lines = []
    for one in found:
        plural = "S" if one.violations > 1 else ""
        result = f"{one.violations:,} VIOLATION{plural}" if one.violations else "holds"
        lines.append(f"{one.name:<{width}}  {one.seconds:>8.3f} s  {result}")
        lines += [f"    {' | '.join(row)}" for row in one.first_rows[:drill]]
        if one.violations > drill:
            lines.append(f"    and {one.violations - drill:,} more")
    return lines
