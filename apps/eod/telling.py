"""How a close is told to people: states, phases, durations and counts, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import get_language

from apps.control.declarations import Phase
from apps.eod.queries import Progress, Stand, StepProgress
from apps.kernel.text import Text

_NARROW = "\u202f"

PHASES: Mapping[int, Text] = MappingProxyType(
    {
        Phase.CUTOFF: Text(uk="Відсікання", en="Cut-off"),
        Phase.COLLECT: Text(uk="Збір", en="Collection"),
        Phase.ACCRUE: Text(uk="Нарахування", en="Accrual"),
        Phase.CHARGE: Text(uk="Сплата", en="Charging"),
        Phase.CLASSIFY: Text(uk="Класифікація", en="Classification"),
        Phase.CLOSE: Text(uk="Знімки", en="Snapshots"),
        Phase.PROVE: Text(uk="Перевірка", en="Proof"),
        Phase.REPORT: Text(uk="Звіти", en="Reports"),
    }
)

# The class of the badge, and its words.
Badge = tuple[str, Text]
STANDS: Mapping[Stand, Badge] = MappingProxyType(
    {
        Stand.OPEN: ("", Text(uk="відкритий", en="open")),
        Stand.CLOSED: ("ok", Text(uk="закрито", en="closed")),
        Stand.RUNNING: ("info", Text(uk="закривається", en="closing")),
        Stand.HELD: ("bad", Text(uk="чекає на людину", en="waits for a person")),
        Stand.CONTRADICTED: ("bad", Text(uk="перевірки не зійшлися", en="proofs do not agree")),
    }
)
_DONE: Badge = ("ok", Text(uk="виконано", en="done"))
_SKIPPED: Badge = ("", Text(uk="не було чого робити", en="nothing to do"))
_RUNNING: Badge = ("info", Text(uk="виконується", en="running"))
_HELD: Badge = ("bad", Text(uk="зупинено винятком", en="held by an exception"))
_WAITS: Badge = ("", Text(uk="чекає черги", en="waits"))


def state(step: StepProgress, progress: Progress) -> Badge:
    """The state of a step as the page shows it."""
    if step.status == "done":
        return _DONE
    if step.status == "skipped":
        return _SKIPPED
    if progress.front is None or step.name != progress.front.name:
        return _WAITS
    return _HELD if progress.stand is Stand.HELD else _RUNNING


def duration(seconds: float, *, short: bool = False) -> str:
    """A duration for people: 85 ms, 3.4 s, 4 min 52 s, 1 h 05 min; `short` is its largest unit."""
    hour, minute, second, thousandth = (
        str(Text(uk=uk, en=en))
        for uk, en in (("год", "h"), ("хв", "min"), ("с", "s"), ("мс", "ms"))
    )
    if 0 < seconds < 1:
        return f"{round(seconds * 1000)}\u00a0{thousandth}"
    if 0 < seconds < 10 and not short:
        return f"{_decimal(seconds)}\u00a0{second}"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}\u00a0{second}"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        tail = "" if short or not rest else f"\u00a0{rest}\u00a0{second}"
        return f"{minutes}\u00a0{minute}{tail}"
    hours, minutes = divmod(minutes, 60)
    tail = "" if short or not minutes else f"\u00a0{minutes:02}\u00a0{minute}"
    return f"{hours}\u00a0{hour}{tail}"


def count(number: float) -> str:
    """A whole number with its thousands parted."""
    return f"{round(number):,}".replace(",", _NARROW)


def _decimal(number: float) -> str:
    point = "." if (get_language() or "uk").startswith("en") else ","
    return f"{number:.1f}".removesuffix(".0").replace(".", point)
