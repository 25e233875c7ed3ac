"""Client processes that work at the same time, each with a connection of its own.

They are started once and wait between rounds, so that neither Python's start nor the first, still
unprepared statements are measured.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

# As many as the baseline is measured with.
CLIENTS = 8
# How long before the common start everybody has heard of it.
_LEAD_S = 0.1
_WARM_UP = 20

# What a load's maker returns: one unit of work, and how many it counts as.
Work = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Order:
    """Work on a load, `module:maker`, from a moment of the monotonic clock on."""

    load: str
    start: float
    seconds: float


class Crowd:
    """Some client processes under one settings module."""

    def __init__(self, size: int, *, settings: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._ends: list[Connection] = []
        self._processes = []
        for number in range(size):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_serve, args=(theirs, settings, number, size), daemon=True
            )
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)

    def rate(self, load: str, *, clients: int, seconds: float) -> float:
        """Units of a load a second, done by the first `clients` together."""
        ends = self._ends[:clients]
        for end in ends:
            end.send(Order(load, 0.0, 0.0))
        _gather(ends)
        start = time.monotonic() + _LEAD_S
        for end in ends:
            end.send(Order(load, start, seconds))
        return sum(done / took for done, took in _gather(ends))

    def end(self) -> None:
        for end in self._ends:
            end.close()
        for process in self._processes:
            process.join()


@contextmanager
def crowd(size: int, *, settings: str = "bank.settings") -> Iterator[Crowd]:
    made = Crowd(size, settings=settings)
    try:
        yield made
    finally:
        made.end()


def _gather(ends: list[Connection]) -> list[tuple[int, float]]:
    answers: list[tuple[int, float]] = []
    for end in ends:
        answer = end.recv()
        if isinstance(answer, str):
            raise RuntimeError(f"a client failed: {answer}")
        answers.append(answer)
    return answers


def _serve(end: Connection, settings: str, number: int, size: int) -> None:
    """A client's life: hear of a load, do it until the time is up, tell how much that was."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django

    django.setup()
    works: dict[str, Work] = {}
    while True:
        try:
            order: Order = end.recv()
        except EOFError:
            return
        try:
            answer: Any = _do(order, works, number, size)
        except Exception as error:  # noqa: BLE001 - whatever it was, the parent must hear of it
            answer = f"{order.load}: {type(error).__name__}: {error}"
        end.send(answer)


def _do(order: Order, works: dict[str, Work], number: int, size: int) -> tuple[int, float]:
    if order.load not in works:
        module, _, maker = order.load.partition(":")
        works[order.load] = getattr(import_module(module), maker)(number=number, size=size)
    work = works[order.load]
    if not order.seconds:
        for _ in range(_WARM_UP if work() == 1 else 2):
            work()
        return 0, 1.0
    time.sleep(max(0.0, order.start - time.monotonic()))
    begun = time.monotonic()
    until = order.start + order.seconds
    done = 0
    while (now := time.monotonic()) < until:
        done += work()
    return done, now - begun
