"""The chart of accounts: what may be loaded into it."""

import datetime as dt

import pytest

from apps.control.run import Actor
from apps.ledger.errors import LineTwice
from apps.ledger.models import GLAccount
from apps.ledger.operations import ChartLine, LoadChart
from tests.evidence import refuse
from tests.factories import Bank, add_user, define_role, do


@pytest.fixture
def planner(bank: Bank) -> Actor:
    role = define_role("ledger.manage_chart", actor=bank.administrator)
    return add_user(actor=bank.administrator, role=role, valid_from=bank.date)


def line(code: str, name: str, *, side: str = "debit") -> ChartLine:
    return ChartLine(
        code=code,
        name_uk=f"Рахунок {name}",
        name_en=f"Account {name}",
        kind=GLAccount.Kind.ASSET,
        side=side,
        effective_from=dt.date(2024, 1, 1),
    )


def test_a_known_line_takes_new_names_and_keeps_its_side(planner: Actor) -> None:
    do("ledger.load_chart", LoadChart(lines=(line("1998", "old"),)), actor=planner)
    renamed = LoadChart(lines=(line("1998", "new", side="credit"),))
    do("ledger.load_chart", renamed, actor=planner)
    kept = GLAccount.objects.get(code="1998")
    assert (kept.name_en, kept.side) == ("Account new", 1)


def test_a_chart_has_each_line_once(planner: Actor) -> None:
    twice = LoadChart(lines=(line("1998", "one"), line("1999", "other"), line("1998", "one")))
    refusal = refuse(LineTwice, "ledger.load_chart", twice, actor=planner).refusal
    assert refusal == {"code": "ledger.line_twice", "data": {"code": "1998"}}
