"""Booking dates over the API: the next one opened, a close begun, watched and mended."""

import datetime as dt

import pytest

from apps.eod import clock
from apps.eod.rules import NEVER
from tests.accounts import days
from tests.accounts.days import paid
from tests.api.machine import Machine, machine, reads
from tests.conftest import OwnDatabase
from tests.eod.closing import broken, close, close_through, savers
from tests.evidence import world
from tests.factories import Bank

LAST = dt.date(2026, 1, 31)


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No close begins by itself."""
    monkeypatch.setenv("SKARB_CLOSE_AT", NEVER)


@pytest.fixture
def clockwork(bank: Bank) -> Machine:
    """A program that may move the date."""
    return machine(bank, "operations")


@pytest.fixture
def anybody(bank: Bank) -> Machine:
    return machine(bank, "teller", branch=bank.branch)


def test_a_day_is_closed_behind_the_next_one(
    bank: Bank, clockwork: Machine, anybody: Machine
) -> None:
    savers(bank, 3)
    assert anybody.get("booking-dates/current").body["date"] == "2026-01-05"
    opened = clockwork.post("booking-dates", {"closing": "2026-01-05"})
    assert (opened.status, opened.result) == (
        201, {"opened": "2026-01-06", "closing": "2026-01-05"},
    )  # fmt: skip
    assert opened.headers["Location"] == "/api/v1/booking-dates/2026-01-06"
    before = world()
    again = clockwork.post("booking-dates", {"closing": "2026-01-05"})
    assert (again.status, again.code) == (409, "eod.date_not_current")
    assert world() == before
    listed = [one for page in anybody.pages("booking-dates", limit=1) for one in page]
    assert [(one["date"], one["status"]) for one in listed] == [
        ("2026-01-06", "open"), ("2026-01-05", "closing"),
    ]  # fmt: skip
    assert anybody.get("booking-dates/2026-01-05").body == listed[1]

    assert clockwork.get("closes/2026-01-05").status == 404
    begun = clockwork.post("closes", {"ring": False, "size": 1})
    assert begun.headers["Location"] == "/api/v1/closes/2026-01-05"
    running = clockwork.get("closes/2026-01-05").body
    assert (running["stand"], len(running["steps"])) == ("running", begun.result["steps"])
    step = next(one for one in running["steps"] if one["name"] == "accounts.accrue_interest")
    assert (step["status"], step["chunks"], step["chunks_done"], step["rows"]) == ("open", 3, 0, 3)

    assert clock.close_day(actor=bank.operations, inline=True).closed
    done = clockwork.get("closes/2026-01-05").body
    assert (done["stand"], done["exceptions"], done["contradicted"]) == ("closed", 0, [])
    proofs = [one for page in clockwork.pages("closes/2026-01-05/proofs", limit=7) for one in page]
    assert len(proofs) == done["proved"]
    assert {one["violations"] for one in proofs} == {0}
    (line,) = clockwork.get("closes").body["items"]
    assert (line["date"], line["status"]) == ("2026-01-05", "finished")
    assert anybody.get("booking-dates/2026-01-05").body["status"] == "closed"


@pytest.mark.parametrize("date", ["2026-01-07", "1999-01-01", "2026-02-30", "today"])
def test_a_date_that_has_not_begun(clockwork: Machine, date: str) -> None:
    assert clockwork.get(f"booking-dates/{date}").status == 404
    assert clockwork.get(f"closes/{date}").status == 404
    assert clockwork.get(f"closes/{date}/proofs").status == 404


def test_only_operations_of_the_whole_bank_watch_a_close(bank: Bank, anybody: Machine) -> None:
    in_a_branch = machine(bank, "operations", branch=bank.branch)
    days.close_day(bank)
    for address in ("closes", "exceptions"):
        assert anybody.get(address).code == "control.scope_missing"
        assert in_a_branch.get(address).code == "control.not_found"
    before = world()
    for program in (anybody, in_a_branch):
        assert program.post("booking-dates").status in {403, 404}
    assert world() == before


def test_an_exception_is_found_and_made_up_for(
    own_database: OwnDatabase, bank: Bank, clockwork: Machine
) -> None:
    one, other = savers(bank, 2)
    close_through(bank, LAST - dt.timedelta(days=1))
    with broken(own_database, "accounts_capitalisation", f"NEW.deposit_id = {one.id}"):
        assert close(bank).exceptions == 1

    (exception,) = clockwork.get("exceptions", date="2026-01-31").body["items"]
    assert (exception["step"], exception["low"], exception["high"], exception["holds"]) == (
        "accounts.capitalise_interest", one.id, one.id, False,
    )  # fmt: skip
    assert clockwork.get("closes/2026-01-31").body["exceptions"] == 1
    assert clockwork.get("exceptions", date="2026-01-30").body["items"] == []
    at = f"exceptions/{exception['id']}"
    assert clockwork.post(f"{at}/retry").code == "control.nothing_closing"
    made_up = clockwork.post(f"{at}/make-up")
    assert (made_up.status, made_up.result["result"]["paid"]) == (200, 1)
    assert paid(one) == paid(other)
    assert clockwork.get("exceptions").body["items"] == []


def test_lists_of_dates_take_as_many_statements_for_many_rows(
    bank: Bank, clockwork: Machine, anybody: Machine
) -> None:
    for last in (1, 30):
        close_through(bank, bank.date + dt.timedelta(days=last - 1))
        assert reads(anybody, "booking-dates", limit=200) == 1
        assert reads(clockwork, "closes", limit=200) == 1
        assert reads(clockwork, "closes/2026-01-05") == 4
        assert reads(clockwork, "closes/2026-01-05/proofs") == 2
        assert reads(clockwork, "exceptions") == 1
    assert len(clockwork.get("closes").body["items"]) == 30
