"""A day does not close while a proof finds something, and says what."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command

from apps.control.declarations import INVARIANTS
from apps.eod import proofs, queries
from apps.eod.operations import FinishClose, ProveAgain
from apps.eod.queries import Stand
from apps.kernel import sql
from apps.kernel.queries import current_date
from tests.accounts.days import Opened
from tests.cash.desk import only_refused
from tests.conftest import OwnDatabase
from tests.eod.closing import STEPS, chunks, close, savers
from tests.factories import Bank, do

DAY = dt.timedelta(days=1)
HELD = "ledger.holds_equal_rows"


@contextmanager
def held_without_a_hold(database: OwnDatabase, account: int) -> Iterator[None]:
    """A balance row says that more is held than the holds do, as only its owner could write."""

    def add(minor: int) -> None:
        with database.connect("owner", autocommit=True) as owner:
            owner.execute(
                "UPDATE ledger_balance SET held_minor = held_minor + %s WHERE account_id = %s",
                [minor, account],
            )

    add(77)
    yield
    add(-77)


@pytest.fixture
def saved(bank: Bank) -> Opened:
    return savers(bank, 1)[0]


def prove_again(bank: Bank) -> None:
    do("eod.prove_again", ProveAgain(date=bank.date), actor=bank.operations)


def test_a_violation_keeps_the_day_open_until_it_is_mended(
    own_database: OwnDatabase, bank: Bank, saved: Opened
) -> None:
    with held_without_a_hold(own_database, saved.account):
        report = close(bank)
        assert report.stand is Stand.CONTRADICTED
        assert report.contradicted == (HELD,)
        (found,) = [one for one in queries.proofs_of(bank.date) if one.violations]
        assert (found.name, found.violations) == (HELD, 1)
        assert found.first_rows == [[str(saved.account), "77", "0"]]
        # Nothing goes on by itself, nor by force; the next date is open for business.
        assert close(bank).stand is Stand.CONTRADICTED
        with only_refused(
            "eod.not_ready_to_close", actor=bank.operations, date=bank.date.isoformat()
        ):
            do("eod.finish_close", FinishClose(date=bank.date), actor=bank.operations)
        assert current_date() == bank.date + DAY
        # Proved again without being mended, it is found again.
        prove_again(bank)
        assert close(bank).stand is Stand.CONTRADICTED

    prove_again(bank)
    report = close(bank, date=bank.date)
    assert (report.closed, report.contradicted) == (True, ())
    rounds = dict(sql.rows("SELECT step, round FROM eod_steprun"))
    anew = ["ledger.snapshot_accounts", "ledger.snapshot_gl", "eod.prove"]
    assert [name for name in STEPS if rounds[name] == 3] == anew
    assert {rounds[name] for name in STEPS if name not in anew} == {1}
    assert [state for state, _, _ in chunks("eod.prove", bank.date)] == ["done"] * 3


def test_a_closed_day_is_not_proved_again(bank: Bank, saved: Opened) -> None:
    close(bank)
    with only_refused("control.nothing_closing", actor=bank.operations):
        prove_again(bank)


def test_a_day_with_steps_left_is_not_finished(bank: Bank, saved: Opened) -> None:
    do("eod.open_next_day", {}, actor=bank.operations)
    date = bank.date.isoformat()
    for _ in range(2):
        with only_refused("eod.not_ready_to_close", actor=bank.operations, date=date):
            do("eod.finish_close", FinishClose(date=bank.date), actor=bank.operations)
        if queries.stand(bank.date) is Stand.RUNNING:
            do("eod.start_close", {"ring": False}, actor=bank.operations)


def test_thorough_proofs_are_due_at_the_end_of_a_month() -> None:
    every = sorted(INVARIANTS.names())
    thorough = {one.name for one in INVARIANTS if one.thorough}
    assert proofs.due(dt.date(2026, 2, 28)) == every
    assert proofs.due(dt.date(2028, 2, 29)) == every
    assert proofs.due(dt.date(2028, 2, 28)) == [one for one in every if one not in thorough]


# --- By hand --------------------------------------------------------------------------------------


def test_a_command_proves_a_closed_day(
    bank: Bank, saved: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    close(bank)
    call_command("prove", thorough=True)
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown[:-1]] == sorted(INVARIANTS.names())
    assert all(line.endswith(" s  holds") for line in shown[:-1])
    assert shown[-1] == f"All {len(INVARIANTS)} invariants hold on 2026-01-05."
    call_command("prove", only="cash")
    assert all(line.startswith("cash.") for line in capsys.readouterr().out.splitlines()[:-1])
    with pytest.raises(CommandError, match="2026-01-06 is not closed"):
        call_command("prove", date=bank.date + DAY)
    with pytest.raises(CommandError, match="There is no invariant tills"):
        call_command("prove", only="tills")


def test_only_a_date_that_is_closed_is_proved(bank: Bank) -> None:
    for date, why in (
        (bank.date - DAY, "2026-01-04 lies before the first date of the bank, 2026-01-05"),
        (bank.date, "2026-01-05 is not closed; no date has been closed yet"),
        (bank.date + 100 * DAY, "2026-04-15 is not closed; no date has been closed yet"),
    ):
        with pytest.raises(CommandError, match=why):
            call_command("prove", date=date)
    call_command("prove")
    close(bank)
    for date, why in (
        (bank.date - DAY, "2026-01-04 lies before the first date of the bank, 2026-01-05"),
        (bank.date + DAY, "2026-01-06 is not closed; the last date that is closed is 2026-01-05"),
    ):
        with pytest.raises(CommandError, match=why):
            call_command("prove", date=date)


def test_the_command_shows_what_contradicts(
    own_database: OwnDatabase, bank: Bank, saved: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    close(bank)
    with (
        held_without_a_hold(own_database, saved.account),
        pytest.raises(CommandError, match="1 of 1 invariants do not hold on 2026-01-05"),
    ):
        call_command("prove", only=HELD)
    proof, drill = capsys.readouterr().out.splitlines()
    assert proof.split()[0] == HELD
    assert proof.endswith("  1 VIOLATION")
    assert drill == f"    {saved.account} | 77 | 0"
