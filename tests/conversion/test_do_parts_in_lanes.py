"""Lanes: what is alike comes in order, and a failure stops what has not begun."""

import threading
from collections import defaultdict

import pytest

from apps.conversion.lanes import Lanes


def test_items_that_are_alike_come_in_order_and_never_at_once() -> None:
    seen: dict[int, list[int]] = defaultdict(list)
    held = [threading.Lock() for _ in range(7)]

    def work(item: int) -> None:
        free = held[item % 7].acquire(blocking=False)
        assert free, "two lanes do what is alike"
        seen[item % 7].append(item)
        held[item % 7].release()

    with Lanes(4) as lanes:
        for _ in range(3):
            lanes.each(work, range(700), by=lambda item: item % 7)
    assert seen == {rest: [*range(rest, 700, 7)] * 3 for rest in range(7)}


def test_lanes_work_side_by_side() -> None:
    together = threading.Barrier(3, timeout=10)
    with Lanes(3) as lanes:
        lanes.each(lambda item: together.wait(), range(3), by=int)
    assert not together.broken


@pytest.mark.parametrize("count", [1, 4])
def test_after_a_failure_nothing_else_is_begun(count: int) -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        if item == 3:
            raise ValueError(item)

    with Lanes(count) as lanes:
        with pytest.raises(ValueError, match="3"):
            lanes.each(work, range(1_000), by=lambda item: 0)
        assert begun == [0, 1, 2, 3]
        # Another day can begin: the failure is that of its own items.
        lanes.each(begun.append, [7], by=int)
    assert begun == [0, 1, 2, 3, 7]


def test_no_items_are_no_work() -> None:
    with Lanes(2) as lanes:
        lanes.each(pytest.fail, [], by=str)
