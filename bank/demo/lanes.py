"""Lanes: a process for each branch, so that the branches' work goes on side by side.

Most of the time of an operation is Python's own, of which threads of one process would share one
core. A lane is told a function with its arguments and tells what came of it. When the demo is
interrupted its lanes are killed where they are: an operation is done whole, or not at all.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class LaneFailed(RuntimeError):
    """What was to be done in a lane raised something, or the lane died."""


@dataclass(frozen=True, slots=True)
class _Lane:
    process: SpawnProcess
    orders: Connection


class Lanes:
    """A context with `count` lanes, which are started when they are first needed."""

    def __init__(self, count: int) -> None:
        assert count >= 1, "nothing moves without a lane"
        self._count = count
        self._lanes: list[_Lane] = []

    def each(self, work: Callable[[int], T]) -> list[T]:
        """Call `work`, which can be pickled, with each lane's number in that lane; all results.

        Raises LaneFailed after the first failure; lanes that are busy are then killed by the end
        of the context.
        """
        self._start()
        for number, lane in enumerate(self._lanes):
            lane.orders.send((work, number))
        results: dict[int, T] = {}
        while len(results) < self._count:
            busy = [lane for number, lane in enumerate(self._lanes) if number not in results]
            ready = wait([lane.orders for lane in busy])
            for number, lane in enumerate(self._lanes):
                if lane.orders in ready:
                    results[number] = _result(lane.orders)
        return [results[number] for number in range(self._count)]

    def _start(self) -> None:
        # Spawned, not forked: the threads of this process and its connections stay here.
        context = multiprocessing.get_context("spawn")
        while len(self._lanes) < self._count:
            ours, theirs = context.Pipe()
            process = context.Process(target=_lane, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._lanes.append(_Lane(process, ours))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for lane in self._lanes:
            lane.orders.close()
            if error is not None:
                lane.process.kill()
        for lane in self._lanes:
            lane.process.join()
            lane.process.close()
        self._lanes = []


def _result(lane: Connection) -> Any:
    try:
        is_done, result = lane.recv()
    except EOFError as error:
        raise LaneFailed("A lane of the demo died") from error
    if not is_done:
        raise LaneFailed(result)
    return result


def _lane(orders: Connection) -> None:
    """Do what is ordered until the other end is closed. Only that end hears a Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _set_up()
    while True:
        try:
            work, number = orders.recv()
        except EOFError:
            break
        try:
            said = (True, work(number))
        except Exception:  # noqa: BLE001 - whatever it is, it is told to whoever ordered it
            said = (False, traceback.format_exc())
        try:
            orders.send(said)
        except BrokenPipeError:
            break


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")
    django.setup()
