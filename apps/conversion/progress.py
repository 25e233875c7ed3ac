"""How a replay shows itself: the time of each stage, and a line for each day."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stage:
    """Something done many times: how often, and for how long altogether."""

    times: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.times / self.seconds if self.seconds else 0.0

    @property
    def ms_each(self) -> float:
        return 1_000 * self.seconds / self.times if self.times else 0.0


@dataclass(slots=True)
class Progress:
    """The stages of a replay in the order of their first time, and where it stands.

    `say` gets a line now and then: at most one in `every_s` seconds, and the last one. Stages come
    one after the other; rows are counted by kind, and lanes book them side by side, so that their
    seconds add up to more than those of the stage.
    """

    say: Callable[[str], None]
    every_s: float = 1.0
    stages: dict[str, Stage] = field(default_factory=dict)
    kinds: dict[str, Stage] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: float = field(default_factory=time.perf_counter)
    _said: float = 0.0
    _days: int = 0
    _rows: int = 0
    _all_days: int = 0
    _all_rows: int = 0

    @contextmanager
    def stage(self, name: str, *, times: int = 1) -> Iterator[None]:
        """Count `times` and the time that the block takes as this stage's."""
        stage = self.stages.setdefault(name, Stage())
        started = time.perf_counter()
        try:
            yield
        finally:
            stage.seconds += time.perf_counter() - started
            stage.times += times

    @contextmanager
    def row(self, kind: str) -> Iterator[None]:
        """Count one row of a kind and the time that the block takes; from any thread."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            with self._lock:
                counted = self.kinds.setdefault(kind, Stage())
                counted.seconds += spent
                counted.times += 1

    def begin_days(self, *, days: int, rows: int) -> None:
        """From here on this many days and rows are to be done."""
        self._started = time.perf_counter()
        self._days = self._rows = 0
        self._all_days, self._all_rows = days, rows

    def day_done(self, date: dt.date, *, rows: int) -> None:
        self._days += 1
        self._rows += rows
        now = time.perf_counter()
        if now - self._said < self.every_s and self._days < self._all_days:
            return
        self._said = now
        spent = max(now - self._started, 1e-9)
        # A day costs its close and its rows; their mix changes, so both are looked at.
        done = (self._days / max(self._all_days, 1) + self._rows / max(self._all_rows, 1)) / 2
        left = spent / done - spent if done else 0.0
        self.say(
            f"{date}  day {self._days} of {self._all_days}  {self._rows:,} rows"
            f"  {self._rows / spent:,.0f} rows/s  {_minutes(left)} left"
        )


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
