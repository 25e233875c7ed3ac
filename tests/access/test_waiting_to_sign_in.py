"""How long somebody waits who has tried to sign in too often."""

import pytest

from apps.access.rules import wait_s


@pytest.mark.parametrize(
    ("failures", "known", "unknown"),
    [(0, 0, 0), (4, 0, 0), (5, 30, 30), (6, 60, 60), (8, 240, 240), (9, 480, 300), (50, 900, 300)],
)
def test_waits_double_up_to_a_bound(failures: int, known: int, unknown: int) -> None:
    assert wait_s(failures, 0.0, known=True) == known
    assert wait_s(failures, 0.0) == unknown
    # It ends by itself, whatever came before.
    assert wait_s(failures, 900.0, known=True) == 0


@pytest.mark.parametrize(("failures", "wait"), [(49, 0), (50, 30), (60, 60), (500, 900)])
def test_an_address_where_many_sit_has_more_time(failures: int, wait: int) -> None:
    assert wait_s(failures, 0.0, address=True) == wait


def test_part_of_a_wait_is_over() -> None:
    assert wait_s(5, 12.4) == 18
    assert wait_s(5, None) == 0
