"""The next date opens, unless something must be done before, and the last one closes behind it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from apps.access.models import User
from apps.control import guarding
from apps.control.models import Approval, ApprovalPolicy, OperationRun
from apps.control.operations import SetApprovalPolicy
from apps.eod import clock, queries, rules
from apps.eod.errors import GateShut
from apps.eod.operations import OpenNextDay, StartClose
from apps.eod.queries import Stand
from apps.kernel import sql
from apps.kernel.money import Money
from apps.kernel.queries import current_date
from bank.installation import Identity, install
from tests import probes
from tests.cash import desk
from tests.cash.desk import FLOAT, close_session, only_refused
from tests.conftest import OwnDatabase
from tests.eod.closing import close, dates
from tests.factories import Bank, add_user, do

DAY = dt.timedelta(days=1)


def open_next(bank: Bank, closing: dt.date | None = None) -> dict[str, Any]:
    result: dict[str, Any] = do(
        "eod.open_next_day", OpenNextDay(closing=closing), actor=bank.operations
    ).result
    return result


def test_the_next_date_opens_and_the_last_one_closes(bank: Bank) -> None:
    opened = open_next(bank, bank.date)
    assert opened == {
        "opened": (bank.date + DAY).isoformat(),
        "closing": bank.date.isoformat(),
    }
    assert dates() == [(bank.date, "closing"), (bank.date + DAY, "open")]
    line = OperationRun.objects.latest("at")
    assert (line.operation, line.booking_date) == ("eod.open_next_day", bank.date)
    under_way = queries.under_way()
    assert under_way is not None
    assert (under_way.date, under_way.started) == (bank.date, False)


def test_a_second_date_waits_for_the_first(bank: Bank) -> None:
    open_next(bank)
    with only_refused("eod.older_date_closes", actor=bank.operations):
        open_next(bank)
    do("eod.start_close", StartClose(ring=False), actor=bank.operations)
    with only_refused("eod.older_date_closes", actor=bank.operations):
        open_next(bank, bank.date + DAY)


def test_two_dates_are_never_closing_even_by_raw_sql(bank: Bank) -> None:
    open_next(bank)
    with (
        pytest.raises(IntegrityError, match="kernel_one_date_closing"),
        transaction.atomic(),
        guarding.door_open(),
    ):
        sql.rows("UPDATE kernel_bookingdate SET status = 'closing' WHERE status = 'open'")


def test_only_the_open_date_may_be_closed(bank: Bank) -> None:
    tomorrow = bank.date + DAY
    with only_refused("eod.date_not_current", actor=bank.operations, date=tomorrow.isoformat()):
        open_next(bank, tomorrow)


def test_who_has_no_right_opens_nothing(bank: Bank) -> None:
    with only_refused("control.permission_missing", actor=bank.teller, permission="eod.run_close"):
        do("eod.open_next_day", OpenNextDay(), actor=bank.teller)


# --- Gates ----------------------------------------------------------------------------------------


def test_a_teller_at_work_keeps_the_date_open(bank: Bank) -> None:
    at_work = desk.staff_a_till(bank)
    till, teller = sql.rows(
        """SELECT t.name, u.full_name FROM cash_session s JOIN cash_till t ON t.id = s.till_id
             JOIN access_user u ON u.id = s.teller_id WHERE s.status = 'open'"""
    )[0]
    obstacle = {"gate": "cash.open_sessions", "what": till, "owner": teller}
    with only_refused(
        "eod.gate_shut",
        actor=bank.operations,
        date=bank.date.isoformat(),
        obstacles=[obstacle],
    ):
        open_next(bank)
    assert current_date() == bank.date

    close_session(at_work.session, FLOAT, at_work.teller)
    open_next(bank)
    assert current_date() == bank.date + DAY


def test_the_sentence_names_five_obstacles_and_counts_the_rest(bank: Bank) -> None:
    for _ in range(7):
        desk.staff_a_till(
            bank, teller=add_user(actor=bank.system, role="teller", branch=bank.branch)
        )
    with pytest.raises(GateShut) as caught:
        open_next(bank)
    assert caught.value.text.en.count("A teller has not closed the session: ") == 5
    assert "; and 2 more. " in caught.value.text.en
    assert "; та ще 2. " in caught.value.text.uk
    assert len(caught.value.data["obstacles"]) == 7


@pytest.fixture
def parked(bank: Bank, account: int, till: int, request: pytest.FixtureRequest) -> Approval:
    """A request that waits, under a policy that says by `request.param` what the close does."""
    do(
        "control.set_approval_policy",
        SetApprovalPolicy(
            operation="probe.move",
            role="supervisor",
            valid_from=bank.date,
            from_amount_minor=50_000,
            at_close=request.param,
        ),
        actor=bank.administrator,
    )
    command = probes.Move(
        branch=bank.branch, source=account, target=till, amount=Money(50_000, "UAH")
    )
    approval = do("probe.move", command, actor=bank.prober).approval_id
    assert approval is not None
    return Approval.objects.get(id=approval)


@pytest.mark.parametrize("parked", [ApprovalPolicy.AtClose.BLOCK], indirect=True)
def test_a_request_that_may_not_be_carried_over_keeps_the_date_open(
    bank: Bank, parked: Approval
) -> None:
    obstacle = {
        "gate": "control.parked_requests",
        "what": f"probe.move #{parked.id}",
        "owner": "supervisor",
    }
    with only_refused(
        "eod.gate_shut",
        actor=bank.operations,
        date=bank.date.isoformat(),
        obstacles=[obstacle],
    ):
        open_next(bank)

    no = {"approval": parked.id, "reason": "Не сьогодні"}
    do("control.decline", no, actor=bank.supervisor)
    assert close(bank).closed


@pytest.mark.parametrize("parked", [ApprovalPolicy.AtClose.EXPIRE], indirect=True)
def test_a_request_expires_with_its_date(bank: Bank, parked: Approval) -> None:
    report = close(bank)
    assert report.steps[0].totals == {"expired": 1}
    parked.refresh_from_db()
    assert parked.state == "expired"
    agreement = {"approval": parked.id, "meaning": parked.meaning_hash}
    with only_refused("control.already_decided", actor=bank.supervisor, state="expired"):
        do("control.approve", agreement, actor=bank.supervisor)


@pytest.mark.parametrize("parked", [ApprovalPolicy.AtClose.CARRY], indirect=True)
def test_a_request_is_carried_over_and_booked_in_the_next_date(
    bank: Bank, parked: Approval
) -> None:
    close(bank)
    agreement = {"approval": parked.id, "meaning": parked.meaning_hash}
    do("control.approve", agreement, actor=bank.supervisor)
    booked = sql.rows("SELECT booking_date FROM ledger_entry ORDER BY id")
    assert booked == [(bank.date,), (bank.date + DAY,)]


# --- By the hour ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("close_at", "local", "due"),
    [
        # The night belongs to the date before, until the hour of the morning.
        ("00:00", "2026-01-05 23:59", "2026-01-05"),
        ("00:00", "2026-01-06 00:00", "2026-01-06"),
        ("03:30", "2026-01-06 03:29", "2026-01-05"),
        ("03:30", "2026-01-06 03:30", "2026-01-06"),
        # An hour in the afternoon is a cut-off.
        ("18:00", "2026-01-05 17:59", "2026-01-05"),
        ("18:00", "2026-01-05 18:00", "2026-01-06"),
        # The clocks of Kyiv go forward at three in the morning, and back at four.
        ("00:00", "2026-03-29 00:00", "2026-03-29"),
        ("03:30", "2026-03-29 04:00", "2026-03-29"),
        ("00:00", "2026-10-25 23:59", "2026-10-25"),
        ("never", "2026-01-06 00:00", None),
    ],
)
def test_the_hour_says_which_date_should_be_open(
    close_at: str, local: str, due: str | None
) -> None:
    now = dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Kyiv"))
    found = rules.due_date(now=now.astimezone(dt.UTC), zone="Europe/Kyiv", close_at=close_at)
    assert found == (dt.date.fromisoformat(due) if due else None)


def test_what_is_no_hour_is_an_error() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        rules.due_date(now=dt.datetime.now(tz=dt.UTC), zone="Europe/Kyiv", close_at="at night")


# The tests' bank lives in a January that was long ago by the machine's calendar.
FAR = 100_000


def test_a_date_that_is_over_begins_to_close_by_itself_and_once(
    bank: Bank, settings: Settings
) -> None:
    assert not clock.begin_due()
    settings.CLOSE_AT, settings.CATCH_UP_DAYS = "00:00", FAR
    assert clock.begin_due()
    assert dates() == [(bank.date, "closing"), (bank.date + DAY, "open")]
    assert queries.stand(bank.date) is Stand.RUNNING
    # The bank itself began it, and nothing new begins before this is closed.
    started_by = sql.value("SELECT started_by_id FROM eod_closerun")
    assert started_by == User.objects.get(username=queries.SYSTEM).id
    assert not clock.begin_due()
    assert len(dates()) == 2


def test_a_close_whose_date_was_opened_by_hand_is_begun(bank: Bank, settings: Settings) -> None:
    settings.CLOSE_AT, settings.CATCH_UP_DAYS = "00:00", FAR
    open_next(bank)
    assert clock.begin_due()
    assert queries.stand(bank.date) is Stand.RUNNING
    assert not clock.begin_due()


def test_a_gate_holds_the_hour_too(bank: Bank, settings: Settings) -> None:
    settings.CLOSE_AT, settings.CATCH_UP_DAYS = "00:00", FAR
    at_work = desk.staff_a_till(bank)
    assert not clock.begin_due()
    assert dates() == [(bank.date, "open")]
    close_session(at_work.session, FLOAT, at_work.teller)
    assert clock.begin_due()


def test_a_clock_far_ahead_opens_no_date(
    bank: Bank, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLOSE_AT = "00:00"
    for _ in range(3):
        assert not clock.begin_due()
    assert dates() == [(bank.date, "open")]
    assert "nothing begins by itself" in caplog.text
    # A person may, and what a person has begun goes on.
    open_next(bank)
    assert clock.begin_due()
    assert dates() == [(bank.date, "closing"), (bank.date + DAY, "open")]


@pytest.mark.parametrize(("days", "is_jump"), [(0, False), (10, False), (11, True), (4000, True)])
def test_ten_dates_may_be_missed(days: int, is_jump: bool) -> None:
    first = dt.date(2026, 1, 5)
    assert rules.is_jump(due=first + days * DAY, open_date=first, longest_days=10) is is_jump


def test_missed_dates_are_caught_up_with_until_today(
    empty_database: OwnDatabase, settings: Settings
) -> None:
    settings.CLOSE_AT = "00:00"
    assert not clock.begin_due()
    today = sql.value("SELECT (clock_timestamp() AT TIME ZONE 'Europe/Kyiv')::date")
    first = today - 3 * DAY
    actor = install(
        Identity(
            name_uk="Банк",
            name_en="Bank",
            code="300001",
            base_currency="UAH",
            first_date=first,
        )
    )
    while clock.begin_due():
        assert clock.close_day(actor=actor, inline=True).closed
    today = sql.value("SELECT (clock_timestamp() AT TIME ZONE 'Europe/Kyiv')::date")
    closed = [(first + number * DAY, "closed") for number in range((today - first).days)]
    assert dates() == [*closed, (today, "open")]
    # In their order, none before the one before it.
    finished = sql.rows("SELECT date FROM eod_closerun ORDER BY finished_at")
    assert finished == [(date,) for date, _ in closed]


# --- By hand --------------------------------------------------------------------------------------


def test_a_command_opens_the_next_date(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("open_day", **{"as": "operations"})
    assert capsys.readouterr().out == "2026-01-06 is open; 2026-01-05 is closing\n"
    assert queries.stand(bank.date) is Stand.RUNNING
    assert sql.value("SELECT started_by_id FROM eod_closerun") == bank.operations.user_id
    with pytest.raises(CommandError, match="The date before is still closing"):
        call_command("open_day", **{"as": "operations"})
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("open_day", **{"as": "nobody"})
