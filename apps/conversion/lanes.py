"""Lanes: threads that do parts of a day side by side, each on a database connection of its own."""

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

from django.db import connections

T = TypeVar("T")


class Lanes:
    """A context in which `each` spreads work over `count` threads."""

    def __init__(self, count: int) -> None:
        assert count >= 1, "nothing moves without a lane"
        self._count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="lane")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A connection is closed by its own thread; the barrier leaves none of them out.
        together = threading.Barrier(self._count)
        for _ in range(self._count):
            self._threads.submit(_leave, together)
        self._threads.shutdown(wait=True)

    def each(
        self, work: Callable[[T], object], items: Iterable[T], *, by: Callable[[T], Hashable]
    ) -> None:
        """Do `work` for each item; items that are alike `by` come in order, in one lane.

        After the first failure, or an interrupt, no other item is begun; what is under way ends,
        and then it is raised.
        """
        queues: dict[Hashable, list[T]] = defaultdict(list)
        for item in items:
            queues[by(item)].append(item)
        halted = threading.Event()
        # The longest first, so that no lane is left alone with it at the end.
        longest_first = sorted(queues.values(), key=len, reverse=True)
        under_way = [
            self._threads.submit(_in_order, work, queue, halted) for queue in longest_first
        ]
        try:
            wait(under_way, return_when=FIRST_EXCEPTION)
        finally:
            halted.set()
            wait(under_way)
        for done in under_way:
            done.result()


def _in_order(work: Callable[[T], object], items: Sequence[T], halted: threading.Event) -> None:
    for item in items:
        if halted.is_set():
            return
        work(item)


def _leave(together: threading.Barrier) -> None:
    together.wait()
    connections.close_all()
