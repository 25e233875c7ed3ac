"""The order of a day, the overdraft it needs, and the class of an account-day: pure rules."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.conversion.rules import (
    REASONS,
    TITLES,
    Reason,
    Recorded,
    SourceDay,
    Verdict,
    affordable,
    booking_order,
    judge,
)


def told(
    closing: int, *, last: int | None = None, gap: int = 0, today: int = 0, to_date: int = 0
) -> SourceDay:
    return SourceDay(
        last_minor=closing if last is None else last,
        closing_minor=closing,
        gap_minor=gap,
        rounded_rows=today,
        rounded_rows_to_date=to_date,
    )


def test_rows_in_order_stay_as_they_are() -> None:
    order = booking_order(opening_minor=100, rows=[Recorded(50, 150), Recorded(-30, 120)])
    assert (order.positions, order.gap_minor) == ((0, 1), 0)


def test_the_balances_tell_another_order_than_the_file() -> None:
    rows = [Recorded(-450_000, 20_000), Recorded(400_000, 470_000)]
    order = booking_order(opening_minor=70_000, rows=rows)
    assert (order.positions, order.gap_minor) == ((1, 0), 0)


def test_a_missing_row_is_seen_as_a_gap_and_not_as_another_order() -> None:
    order = booking_order(opening_minor=180_000, rows=[Recorded(-1_460, 182_860)])
    assert (order.positions, order.gap_minor) == ((0,), 4_320)


def test_between_equally_good_orders_the_file_wins() -> None:
    rows = [Recorded(100, 100), Recorded(-100, 0), Recorded(100, 100), Recorded(-100, 0)]
    assert booking_order(opening_minor=0, rows=rows).positions == (0, 1, 2, 3)


@given(
    opening=st.integers(-1000, 1000),
    amounts=st.lists(st.integers(-1000, 1000).filter(bool), min_size=1, max_size=5),
    data=st.data(),
)
def test_a_shuffled_day_is_put_into_an_order_without_gaps(
    opening: int, amounts: list[int], data: st.DataObject
) -> None:
    balance, rows = opening, []
    for amount in amounts:
        balance += amount
        rows.append(Recorded(amount, balance))
    shuffled = data.draw(st.permutations(rows))
    order = booking_order(opening_minor=opening, rows=shuffled)
    assert order.gap_minor == 0
    assert sorted(order.positions) == list(range(len(rows)))
    assert shuffled[order.positions[-1]].balance_minor == balance


@given(
    opening=st.integers(-50, 50),
    rows=st.lists(
        st.builds(Recorded, st.integers(-50, 50), st.integers(-50, 50)), min_size=1, max_size=5
    ),
)
def test_no_order_has_smaller_gaps(opening: int, rows: list[Recorded]) -> None:
    def total(order: tuple[int, ...]) -> int:
        balance, gaps = opening, 0
        for n in order:
            gaps += abs(balance + rows[n].amount_minor - rows[n].balance_minor)
            balance = rows[n].balance_minor
        return gaps

    found = booking_order(opening_minor=opening, rows=rows).positions
    assert total(found) == min(map(total, permutations(range(len(rows)))))


def test_a_long_day_ends_without_trying_every_order() -> None:
    rows = [Recorded(1, 10_000 * n) for n in range(30)]
    assert sorted(booking_order(opening_minor=0, rows=rows).positions) == list(range(30))


def test_a_covered_day_keeps_the_order_of_the_source() -> None:
    booked = affordable(opening_minor=100, amounts=[-80, 50, -60], order=(0, 1, 2))
    assert (booked.positions, booked.overdraft_minor, booked.rearranged) == ((0, 1, 2), 0, False)


def test_credits_come_first_where_a_debit_would_meet_an_empty_account() -> None:
    booked = affordable(opening_minor=10, amounts=[-80, 100], order=(0, 1))
    assert (booked.positions, booked.overdraft_minor, booked.rearranged) == ((1, 0), 0, True)


def test_a_day_that_ends_below_zero_needs_an_overdraft_of_just_that() -> None:
    booked = affordable(opening_minor=100, amounts=[30, -200], order=(0, 1))
    assert (booked.positions, booked.overdraft_minor, booked.rearranged) == ((0, 1), 70, False)


def test_a_credit_onto_a_debt_needs_no_overdraft() -> None:
    assert affordable(opening_minor=-500, amounts=[20], order=(0,)).overdraft_minor == 0


@pytest.mark.parametrize(
    ("ours", "source", "before", "expected"),
    [
        (1000, told(1000), 0, (Verdict.EQUAL, None)),
        (1000, told(1000, last=700), 0, (Verdict.ORDER, None)),
        # One rounded amount and one balance shown: at most two halves of ten.
        (1010, told(1000, today=1, to_date=1), 0, (Verdict.ROUNDING, None)),
        (990, told(1000, today=1, to_date=1), 0, (Verdict.ROUNDING, None)),
        (1020, told(1000, today=1, to_date=1), 0, (Verdict.OTHER, Reason.UNEXPLAINED)),
        # Drift of the past stays, and a drifted balance in another order is drift still.
        (1030, told(1000, to_date=7), 30, (Verdict.ROUNDING, None)),
        (1030, told(1000, last=700, to_date=7), 30, (Verdict.ROUNDING, None)),
        # Within what seven roundings explain, but not in one day without any.
        (1030, told(1000, to_date=7), 0, (Verdict.OTHER, Reason.UNEXPLAINED)),
        (1010, told(1000, to_date=7), 0, (Verdict.ROUNDING, None)),
        # An account without any rounded amount can only be off by the balance shown.
        (1005, told(1000), 0, (Verdict.ROUNDING, None)),
        (1006, told(1000), 0, (Verdict.OTHER, Reason.UNEXPLAINED)),
        (178_540, told(182_860, gap=4_320), 0, (Verdict.OTHER, Reason.ROWS_MISSING)),
        (None, told(1000), 0, (Verdict.OTHER, Reason.NOT_BOOKED)),
    ],
)
def test_the_class_of_an_account_day(
    ours: int | None, source: SourceDay, before: int, expected: tuple[Verdict, Reason | None]
) -> None:
    found = judge(
        ours_minor=ours, source=source, previous_difference_minor=before, shown_to_minor=10
    )
    assert found == expected


def test_a_source_that_rounds_nothing_gets_no_tolerance() -> None:
    found = judge(ours_minor=1001, source=told(1000), previous_difference_minor=0, shown_to_minor=0)
    assert found == (Verdict.OTHER, Reason.UNEXPLAINED)


def test_every_class_and_reason_has_its_words() -> None:
    assert set(TITLES) == set(Verdict)
    assert set(REASONS) == set(Reason)
