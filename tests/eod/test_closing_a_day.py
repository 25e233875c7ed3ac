"""The close of a day: in order, cut in any way, done once, beside the business of the next."""

import datetime as dt
import itertools
import time
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from apps.accounts import rules
from apps.eod import clock, plan, queries, work
from apps.eod.errors import DateNotCurrent
from apps.eod.operations import OpenNextDay, StartClose
from apps.eod.queries import Stand
from apps.kernel import sql
from apps.kernel.daycount import DayCount
from apps.kernel.queries import current_date
from apps.ledger import queries as ledger
from tests.accounts import days
from tests.accounts.days import accrued, paid
from tests.cash.desk import only_refused, whole_state
from tests.eod.closing import (
    STEPS,
    chunks,
    close,
    close_through,
    dates,
    savers,
    saving,
    violated,
)
from tests.evidence import statements
from tests.factories import Bank, do
from tests.rewinding import rewound

DAY = dt.timedelta(days=1)
LAST_OF_JANUARY = dt.date(2026, 1, 31)
# Claims, keys, work, journal and proofs of a day without business, and of one on which deposits of
# one product earn interest.
STATEMENTS_OF_AN_EMPTY_DAY = 89
STATEMENTS_OF_A_DAY = 109
# Steps that have nothing to do on a day in January of a bank that only keeps deposits.
IDLE = {
    "accounts.capitalise_interest",
    "hr.close_access",
    "loans.accrue_interest",
    "loans.charge_penalties",
    "loans.classify",
    "loans.collect",
}
EMPTY_DAY_S = 0.3


def test_the_steps_go_in_the_order_of_phases_and_layers(bank: Bank) -> None:
    savers(bank, 3)
    report = close(bank, size=1)
    assert report.closed
    assert [step.name for step in report.steps] == STEPS
    idle = {step.name for step in report.steps if step.status == "skipped"}
    assert idle == IDLE
    assert {step.status for step in report.steps if step.name not in idle} == {"done"}
    assert (report.exceptions, report.contradicted) == (0, ())
    assert report.proved == sql.value("SELECT count(*) FROM eod_proof")

    finished = sql.rows(
        """SELECT s.step, min(c.started_at), max(coalesce(s.finished_at, c.finished_at))
             FROM eod_steprun s JOIN eod_chunk c USING (date, step)
            GROUP BY s.step, s.place ORDER BY s.place"""
    )
    for (_, _, ended), (_, began, _) in itertools.pairwise(finished):
        assert ended <= began


def test_each_piece_is_an_operation_under_a_key_of_its_own(bank: Bank) -> None:
    savers(bank, 2)
    close(bank, size=1)
    keys = [
        key
        for (key,) in sql.rows(
            """SELECT k.key FROM control_operationkey k JOIN control_operationrun r
                   ON r.id = k.run_id
                WHERE r.operation LIKE 'eod.%%' AND k.key NOT LIKE '%%snapshot_accounts%%'
                ORDER BY r.at"""
        )
    ]
    assert keys == [
        f"eod:2026-01-05:{rest}"
        for rest in (
            "open_next",
            "start",
            "control.expire_requests:1",
            "accounts.release_expired_holds:1",
            "accounts.accrue_interest:1",
            "accounts.accrue_interest:2",
            "accounts.accrue_interest:finish:1",
            "ledger.snapshot_gl:1",
            "eod.prove:1",
            "close",
        )
    ]


def test_a_month_is_closed_day_by_day_and_paid(bank: Bank) -> None:
    (saved,) = savers(bank, 1)
    reports = clock.catch_up(actor=bank.operations, through=LAST_OF_JANUARY, inline=True)
    expected = [bank.date + number * DAY for number in range(27)]
    assert [report.date for report in reports] == expected
    assert all(report.closed for report in reports)
    assert current_date() == LAST_OF_JANUARY + DAY
    # As in tests/accounts, where each step is run alone.
    assert [date for date, _, _ in accrued(saved)] == expected
    assert paid(saved) == [(LAST_OF_JANUARY, 103_562, 18_641, 5_178, 79_743)]
    assert saved.minor == 100_000_00 + 79_743
    assert violated(LAST_OF_JANUARY) == []
    # At the end of a month the thorough proofs are due as well.
    assert reports[-1].proved > reports[-2].proved


def test_a_closed_day_stays_as_it_is(bank: Bank) -> None:
    savers(bank, 2)
    first = close(bank)
    before = whole_state()
    again = close(bank, date=bank.date)
    assert (again.closed, again.steps, again.proved) == (True, first.steps, first.proved)
    assert clock.catch_up(actor=bank.operations, through=bank.date, inline=True) == []
    assert work.work(bank.date, actor=bank.system, idle_s=0) is Stand.CLOSED
    assert whole_state() == before
    key = f"eod:{bank.date}:start"
    with only_refused("control.nothing_closing", actor=bank.operations):
        do("eod.start_close", StartClose(ring=False), actor=bank.operations)
    assert sql.value("SELECT count(*) FROM control_operationkey WHERE key = %(key)s",
                     {"key": key}) == 1  # fmt: skip


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_books_do_not_depend_on_how_the_work_is_cut(bank: Bank, size: int) -> None:
    saved = savers(bank, 8, minor=333_33)
    with rewound():
        close_through(bank, bank.date + DAY)
        whole = _books()
    close_through(bank, bank.date + DAY, size=size)
    assert _books() == whole
    assert len(chunks("accounts.accrue_interest", bank.date)) == -(-len(saved) // size)


def _books() -> list[tuple[object, ...]]:
    return sql.rows(
        """SELECT a.number, d.booking_date, d.closing_minor,
                  (SELECT sum(x.amount_minor) FROM accounts_accrual x
                     JOIN accounts_deposit o ON o.id = x.deposit_id
                    WHERE o.account_id = a.id AND x.booking_date = d.booking_date)
             FROM ledger_accountday d JOIN ledger_account a ON a.id = d.account_id
            ORDER BY a.number, d.booking_date"""
    )


def test_a_close_that_was_interrupted_goes_on_where_it_was(bank: Bank) -> None:
    savers(bank, 4)
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", StartClose(size=1, ring=False), actor=bank.operations)
    close_under_way = queries.under_way()
    assert close_under_way is not None
    # Five pieces, and no more.
    for _ in range(5):
        stand = work.work(bank.date, actor=close_under_way.actor, idle_s=9, slice_s=0)
        assert stand is Stand.RUNNING
    done = sql.rows("SELECT step, number, run_id FROM eod_chunk WHERE status = 'done'")
    assert len(done) == 5
    # A second start changes nothing: the cut stays the first one's.
    do("eod.start_close", StartClose(ring=False), actor=bank.system)
    assert len(chunks("accounts.accrue_interest", bank.date)) == 4

    assert close(bank).closed
    after = sql.rows("SELECT step, number, run_id FROM eod_chunk WHERE status = 'done'")
    assert set(done) < set(after)
    assert violated(bank.date) == []


def test_holds_of_the_day_are_released_before_interest(bank: Bank) -> None:
    (saved,) = savers(bank, 1, minor=500_00)
    for expires in (bank.date, bank.date + DAY):
        do(
            "accounts.place_hold",
            {
                "deposit": saved.id,
                "amount": days.uah(100_00),
                "reason": "Попередня авторизація",
                "expires_on": expires,
            },
            actor=bank.supervisor,
        )
    report = close(bank)
    assert report.steps[1].totals == {"released": 1}
    assert ledger.limited(saved.account).held_minor == 100_00
    close(bank)
    assert ledger.limited(saved.account).held_minor == 0


# --- Beside the next date -------------------------------------------------------------------------


def test_business_of_the_next_date_goes_on_while_the_last_one_closes(bank: Bank) -> None:
    saved = savers(bank, 4, minor=1_000_00)
    one, tomorrow = saved[0], bank.date + DAY
    moved: list[int] = []

    def meanwhile(progress: queries.Progress) -> None:
        if progress.stand is Stand.RUNNING and current_date() == tomorrow:
            days.put(bank, one, 1_00 + len(moved))
            moved.append(1_00 + len(moved))

    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    days.put(bank, one, -600_00)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "WATCH_S", 0)
        report = close(bank, size=1, watch=meanwhile)
    assert report.closed
    assert len(moved) > 10

    received = sum(moved)
    assert ledger.balance_on(one.account, bank.date) == -1_000_00
    assert ledger.balance_on(one.account, tomorrow) == -(400_00 + received)
    assert one.minor == 400_00 + received
    # Interest of the date that closed is earned on its own balance.
    factor = rules.day_factor(Decimal(14), DayCount.ACT_365F, bank.date)
    assert accrued(one) == [(bank.date, 1_000_00, rules.daily_interest(1_000_00, factor))]
    oldest_first = ledger.statement(one.account)[::-1]
    assert [line.booking_date for line in oldest_first] == [
        bank.date, *[tomorrow] * (len(moved) + 1),
    ]  # fmt: skip
    running = itertools.accumulate([-1_000_00, 600_00, *(-minor for minor in moved)])
    assert [line.balance_minor for line in oldest_first] == list(running)
    turnover = {
        date: [line.credit_minor for line in ledger.trial_balance(date) if line.code == "2620"]
        for date in (bank.date, tomorrow)
    }
    assert turnover == {bank.date: [4_000_00], tomorrow: [received]}
    assert violated(bank.date) == []
    close(bank)
    assert violated(tomorrow) == []


def test_a_deposit_opened_in_the_next_date_is_the_next_dates(bank: Bank) -> None:
    savers(bank, 1)
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    do("eod.start_close", StartClose(ring=False), actor=bank.operations)
    (late,) = savers(bank, 1)
    close(bank)
    assert accrued(late) == []
    close(bank)
    assert [date for date, _, _ in accrued(late)] == [bank.date + DAY]


# --- An empty day ---------------------------------------------------------------------------------


def test_an_empty_day_is_closed_at_once(bank: Bank) -> None:
    close(bank)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        assert close(bank).closed
        took.append(time.perf_counter() - began)
    # The machine may be busy with other things in one of them.
    assert min(took) < EMPTY_DAY_S, took


def test_a_day_takes_as_many_statements_in_a_bank_of_any_size(bank: Bank) -> None:
    counts, product = [], saving(bank)
    for more in (0, 1, 40):
        savers(bank, more, product=product)
        close(bank)
        with statements() as seen:
            close(bank)
        counts.append(len(seen))
    assert counts == [STATEMENTS_OF_AN_EMPTY_DAY, STATEMENTS_OF_A_DAY, STATEMENTS_OF_A_DAY]


# --- By hand --------------------------------------------------------------------------------------


def test_a_command_closes_the_day_and_another_shows_it(
    bank: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("watch", once=True)
    assert capsys.readouterr().out == "No date has been closed yet.\n"
    savers(bank, 2)
    call_command("close_day", inline=True, size=1, watch=True, **{"as": "operations"})
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in shown[:-1]] == [name for name in STEPS if name not in IDLE]
    assert shown[-1].startswith("2026-01-05 closed · ")
    call_command("watch", once=True)
    assert "2026-01-05 closed · " in capsys.readouterr().out

    call_command("close_day", inline=True, through=dt.date(2026, 1, 8))
    closed = capsys.readouterr().out.splitlines()
    assert [line[:17] for line in closed] == [f"2026-01-0{day} closed" for day in (6, 7, 8)]
    assert dates()[-1] == (dt.date(2026, 1, 9), "open")
    with pytest.raises(CommandError, match="This needs the right"):
        call_command("close_day", inline=True, **{"as": "teller"})
    with pytest.raises(CommandError, match="--size must be at least 1"):
        call_command("close_day", size=0)


def test_the_plan_has_every_declared_step_once() -> None:
    assert [step.name for step in plan.steps()] == STEPS


def test_a_date_to_come_is_refused_before_an_older_one_is_closed(bank: Bank) -> None:
    do("eod.open_next_day", OpenNextDay(), actor=bank.operations)
    before = dates()
    assert [status for _, status in before] == ["closing", "open"]
    for wrong in (bank.date + 2 * DAY, dt.date.max):
        with pytest.raises(DateNotCurrent):
            close(bank, date=wrong)
    assert dates() == before
    assert sql.value("SELECT count(*) FROM eod_chunk") == 0
