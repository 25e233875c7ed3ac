"""Benchmarks: how results are judged and told, and that what they load is a bank that is right."""

import datetime as dt
import json
from dataclasses import asdict
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from apps.control import guarding
from apps.control.declarations import INVARIANTS
from apps.control.door import execute
from apps.control.errors import LimitExceeded
from apps.eod import clock, proofs
from apps.eod.queries import system_actor
from apps.kernel import sql
from apps.kernel.money import Money
from apps.kernel.queries import current_date
from apps.ledger import queries
from apps.payments.operations import Transfer
from bank.bench import data, loads, operations, reads, screens, staff
from bank.bench.crowd import crowd
from bank.bench.results import Result, Series, Target, interleave, plain, table
from bank.demo.counter import Step
from bank.demo.visitor import Person
from bank.management.commands.bench import _result
from tests.conftest import OwnDatabase
from tests.screens.browser import serving

SERIES = Series({"tpcb": [100.0, 200.0, 50.0], "post": [50.0, 120.0, 20.0]})


@pytest.mark.parametrize(
    ("relation", "value", "met"),
    [(">=", 0.45, True), (">=", 0.449, False), ("<=", 1.3, True), ("<=", 1.301, False)],
)
def test_a_bound_itself_is_good_enough(relation: Any, value: float, met: bool) -> None:
    assert Target(relation, 0.45 if relation == ">=" else 1.3).met(value) is met


def test_a_ratio_is_the_median_of_those_within_each_round() -> None:
    assert SERIES.ratio("post", to="tpcb") == (0.5, (0.4, 0.6))
    found = SERIES.result("post", to="tpcb", label="post()", target=Target(">=", 0.45))
    assert (found.value, found.spread, found.met) == (0.5, (0.4, 0.6), True)
    assert found.measured == "50/s to 100/s"


def test_everyone_runs_once_in_each_round_in_turned_order() -> None:
    order: list[str] = []

    def contestant(name: str) -> Any:
        def once() -> float:
            order.append(name)
            return float(len(order))

        return once

    series = interleave({name: contestant(name) for name in "abc"}, rounds=3)
    assert order == ["a", "b", "c", "c", "b", "a", "a", "b", "c"]
    assert series.rounds == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}


def test_the_table_says_what_is_met_and_what_is_missed() -> None:
    good = SERIES.result("post", to="tpcb", label="post()", target=Target(">=", 0.45))
    bad = Result(subject="memory", value=312.0, unit="MB", target=Target("<=", 300))
    lines = table({"Posting": [good, bad, Result(subject="for the reader", value=1.0)]}).split("\n")
    assert lines[2] == "Posting"
    assert [" ".join(line.split()) for line in lines[3:]] == [
        "post() 0.50 × 0.40–0.60 ≥ 0.45 met 50/s to 100/s",
        "memory 312.00 MB ≤ 300 MISSED",
        "for the reader 1.00 ×",
    ]


def test_results_come_back_from_the_section_that_measured_them() -> None:
    found = SERIES.result("post", to="tpcb", label="post()", target=Target(">=", 0.45))
    for one in (found, Result(subject="for the reader", value=1.0)):
        assert _result(json.loads(json.dumps(asdict(one)))) == one
    assert plain({"Posting": [found]}) == [
        {
            "section": "Posting",
            "subject": "post()",
            "value": 0.5,
            "unit": "×",
            "spread": [0.4, 0.6],
            "target": "≥ 0.45",
            "met": True,
            "measured": "50/s to 100/s",
        }
    ]


def test_a_section_that_there_is_not_is_refused() -> None:
    with pytest.raises(CommandError, match=r"not \['postngs'\]"):
        call_command("bench", only="reads,postngs")


def test_a_client_that_fails_fails_the_measurement() -> None:
    with crowd(2) as clients, pytest.raises(RuntimeError, match="no attribute 'nothing'"):
        clients.rate("bank.bench.loads:nothing", clients=2, seconds=0.1)


def test_steps_are_judged_alone_and_beside_a_close() -> None:
    idle = [Step("search", [10.0] * 20, 900), Step("transfer: review", [40.0] * 20, 5_000)]
    beside = [Step("search", [20.0] * 20, 950), Step("transfer: review", [120.0] * 20, 5_000)]
    found = [(one.subject, one.value, one.met) for one in screens.timed(idle, beside)]
    assert found == [
        ("search, idle", 10.0, True),
        ("transfer: review, idle", 40.0, True),
        ("search, beside a close", 20.0, True),
        ("transfer: review, beside a close", 120.0, False),
        ("a step beside a close, to the same idle", 2.5, None),
    ]


def test_a_first_load_counts_a_page_with_its_files_as_they_are_packed(
    own_database: OwnDatabase,
) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = django_settings.STORAGES | {"staticfiles": plain}
    with override_settings(STORAGES=storages), serving() as address:
        visitor = Person(f"{address}/")
        load = visitor.first_load("/sign-in/")
        page = visitor.get("/sign-in/")
    # The page, its style, three scripts and the icon of the tab.
    assert load.requests == 6
    assert page.octets < len(page.text.encode())
    assert load.octets > 40_000, "nothing but the page is packed where nobody has collected files"


def test_what_is_loaded_past_the_door_is_a_bank_that_is_right(empty_database: OwnDatabase) -> None:
    staff.prepare()
    with guarding.door_open():
        lowest, highest = data.open_empty(30)
        data.fund(lowest, highest)
        data.accrue_month()
        cash = data.internal_account("1002")
    assert current_date() == staff.FIRST_DATE
    assert queries.balance(cash) == sum(
        data.OPENING_MINOR + number * 7919 % 1_000_003 for number in range(lowest, highest + 1)
    )
    past = data.close_date()
    assert sql.value("SELECT count(DISTINCT booking_date) FROM accounts_accrual") == past.day
    # The clock itself can go on from here, and prove it.
    report = clock.close_day(actor=system_actor(), inline=True)
    assert (report.closed, report.contradicted) == (True, ())
    assert report.proved > 0
    assert current_date() == past + dt.timedelta(days=2)


def test_a_history_is_filled_and_read(empty_database: OwnDatabase) -> None:
    staff.prepare()
    with guarding.door_open():
        first, _ = data.open_empty(40)
        book = reads.Book(first=first, deposits=40, legs=40_000)
        book.post_through(3)
    # 200 entries a date, half of them on the ten busy deposits.
    lines = queries.statement(book.first_account, limit=50)
    # Each of them ten times a date; the rest go round all forty, eight of them to this one.
    assert len(lines) == 3 * 10 + 8
    assert lines[-1].balance_minor == lines[-1].amount_minor
    assert lines[0].balance_minor == queries.balance(book.first_account)
    for days in range(3):
        trial = queries.trial_balance(staff.FIRST_DATE + dt.timedelta(days=days))
        assert len(trial) == 64
        assert sum(line.closing_minor for line in trial) == 0
    of_the_book = [name for name in INVARIANTS.names() if name.startswith("ledger.")]
    found = proofs.prove(of_the_book, date=staff.FIRST_DATE + dt.timedelta(days=1))
    assert [one.name for one in found if one.violations] == []


def test_loads_are_what_they_are_called(empty_database: OwnDatabase) -> None:
    staff.prepare()
    with guarding.door_open():
        data.fund(*data.open_empty(20))
        operations.open_tills()
        before = sql.value("SELECT count(*) FROM ledger_entry")
        assert loads.post_uniform(number=0, size=1)() == 1
        assert loads.post_hot(number=0, size=1)() == 1
        assert loads.post_thousand(number=1, size=2)() == 1_000
    assert sql.value("SELECT count(*) FROM ledger_entry") == before + 1_002
    assert operations.statements(loads.transfer(number=0, size=1)) == 3
    assert operations.statements(loads.deposit_cash(number=7, size=8)) == 3
    # The limit that the door compares with is a real one.
    draw = Transfer(source=1, target=2, amount=Money(staff.LIMIT_MINOR + 1, "UAH"), purpose="x")
    teller = staff.staff(staff.teller(0))
    with pytest.raises(LimitExceeded):
        execute("payments.transfer", draw, actor=teller, key="above the limit")
    assert sql.value("SELECT count(*) FROM ledger_entry") == before + 1_002 + 2 * 6
