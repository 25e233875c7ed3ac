"""What was measured, against what, and whether it is good enough; as a table and as JSON."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that the ratio must keep."""

    relation: Literal[">=", "<="]
    bound: float

    def met(self, value: float) -> bool:
        return value >= self.bound if self.relation == ">=" else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.relation == '>=' else '≤'} {self.bound:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table: a ratio with its spread over the rounds, or a number for the reader.

    `measured` says in absolute numbers what the ratio was made from.
    """

    subject: str
    value: float
    unit: str = "×"
    spread: tuple[float, float] | None = None
    target: Target | None = None
    measured: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.target.met(self.value)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often everyone is measured, and for how long each time."""

    rounds: int
    seconds: int


def pace(*, full: bool) -> Pace:
    return Pace(rounds=7, seconds=4) if full else Pace(rounds=3, seconds=2)


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of each contestant, round by round."""

    rounds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.rounds[name])

    def ratio(self, subject: str, *, to: str) -> tuple[float, tuple[float, float]]:
        """The median of the ratios within each round, and the lowest and highest of them.

        Both of a round ran within seconds: what slows the machine for a while slows both.
        """
        ratios = [
            one / other for one, other in zip(self.rounds[subject], self.rounds[to], strict=True)
        ]
        return statistics.median(ratios), (min(ratios), max(ratios))

    def result(
        self, subject: str, *, to: str, label: str, target: Target | None = None, unit: str = "/s"
    ) -> Result:
        """The line of one contestant against another; rates are told with their unit."""
        value, spread = self.ratio(subject, to=to)
        return Result(
            subject=label,
            value=value,
            spread=spread,
            target=target,
            measured=f"{self.median(subject):,.0f}{unit} to {self.median(to):,.0f}{unit}",
        )


def interleave(contestants: Mapping[str, Callable[[], float]], *, rounds: int) -> Series:
    """Let everyone run once in each round, in turned order: no one has the quiet hour alone."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)[:: 1 if number % 2 == 0 else -1]
        for name in names:
            found[name].append(contestants[name]())
    return Series(found)


_HEAD = ("subject", "ratio", "rounds", "target", "", "measured")


def table(sections: Mapping[str, Sequence[Result]]) -> str:
    """All results for people, section by section."""
    rows = {title: [_row(one) for one in results] for title, results in sections.items()}
    all_rows = [_HEAD, *(row for part in rows.values() for row in part)]
    widths = [max(len(row[place]) for row in all_rows) for place in range(len(_HEAD))]
    lines = [_line(_HEAD, widths)]
    for title, part in rows.items():
        lines += ["", title, *(_line(row, widths) for row in part)]
    return "\n".join(lines)


def plain(sections: Mapping[str, Sequence[Result]]) -> list[dict[str, Any]]:
    """All results as values of JSON."""
    return [
        {
            "section": title,
            "subject": one.subject,
            "value": round(one.value, 4),
            "unit": one.unit,
            "spread": None if one.spread is None else [round(edge, 4) for edge in one.spread],
            "target": None if one.target is None else str(one.target),
            "met": one.met,
            "measured": one.measured,
        }
        for title, results in sections.items()
        for one in results
    ]


def _row(one: Result) -> tuple[str, ...]:
    spread = "" if one.spread is None else f"{one.spread[0]:.2f}–{one.spread[1]:.2f}"
    met = {None: "", True: "met", False: "MISSED"}[one.met]
    target = "" if one.target is None else str(one.target)
    return (one.subject, f"{one.value:,.2f} {one.unit}", spread, target, met, one.measured)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
    return "  ".join(cells).rstrip()
