"""Both posting functions and a model in Python agree on every batch, leg by leg."""

import copy
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import factories, probes
from tests.conftest import OwnDatabase
from tests.factories import Bank
from tests.ledger import raw
from tests.ledger.model import AccountModel, BookModel, LegModel


@dataclass(frozen=True, slots=True)
class Stage:
    """Six accounts of a bank, in the book and in the model."""

    connection: raw.Connection
    book: BookModel
    date: Any


UNKNOWN = 987_654_321
# Where an account stands among the six of the stage; the last is one that does not exist.
PLACES = range(7)


@pytest.fixture
def stage(own_database: OwnDatabase, bank: Bank) -> Any:
    """Every account once: with money, with an overdraft, held, blocked, closed, without a limit."""
    till = factories.internal_account(bank)
    rich, held, blocked, closed = (factories.open_account(bank) for _ in range(4))
    overdrawn = factories.open_account(bank, floor_minor=-300)
    vault = factories.open_account(bank, gl_code="1001")
    for account in (rich, held, blocked):
        factories.fund(bank, account, 500, source=till)
    for command in (
        ("probe.hold", probes.Hold(account=held, amount_minor=200)),
        ("probe.limit", probes.Limit(account=blocked, debits_blocked=True)),
        ("probe.close_account", probes.CloseAccount(account=closed)),
    ):
        factories.do(command[0], command[1], actor=bank.prober)
    accounts = {
        till: AccountModel("UAH", 1, limited=False, balance_minor=1_500),
        rich: AccountModel("UAH", -1, balance_minor=-500),
        held: AccountModel("UAH", -1, balance_minor=-500, held_minor=200),
        blocked: AccountModel("UAH", -1, balance_minor=-500, debits_blocked=True),
        closed: AccountModel("UAH", -1, closed=True),
        overdrawn: AccountModel("UAH", -1, floor_minor=-300),
        vault: AccountModel("UAH", 1),
    }
    with own_database.connect() as connection:
        yield Stage(connection, BookModel(accounts), bank.date)
        connection.rollback()


amounts = st.integers(-700, 700).filter(bool)


@st.composite
def legs(draw: st.DrawFn) -> list[tuple[int, int, str]]:
    """Legs by place; mostly balanced, mostly in hryvnias."""
    usual = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 5, 6, 6])
    place = st.one_of(usual, usual, usual, st.sampled_from(PLACES), st.just(99))
    drawn = draw(st.lists(st.tuples(place, amounts), min_size=1, max_size=4))
    currency = draw(st.sampled_from(["UAH"] * 12 + ["EUR"]))
    found = [(where, amount, currency) for where, amount in drawn]
    rest = -sum(amount for _, amount in drawn)
    if rest and draw(st.integers(0, 15)):
        found.append((0, rest, currency))
    return found


batches = st.lists(st.tuples(legs(), st.sampled_from([False] * 7 + [True])), min_size=1, max_size=6)


@settings(max_examples=250)
@given(batches)
def test_few_many_and_the_model_agree(
    stage: Stage, drawn: list[tuple[list[tuple[int, int, str]], bool]]
) -> None:
    keys = sorted(stage.book.accounts)
    entries: list[list[LegModel]] = [
        [
            (keys[place] if place < len(keys) else UNKNOWN, amount, currency)
            for place, amount, currency in entry
        ]
        for entry, _ in drawn
    ]
    forced = [force for _, force in drawn]
    model = copy.deepcopy(stage.book)
    expected = model.post(entries, forced) or model.legs, _balances(model)
    few = _posted(stage, "few", entries, forced)
    many = _posted(stage, "many", entries, forced)
    assert few == many
    assert few[0] == expected[0]
    if not isinstance(expected[0], str):
        assert few[1] == expected[1]


def _balances(model: BookModel) -> dict[int, int]:
    return {key: one.balance_minor for key, one in model.accounts.items() if one.limited}


def _posted(
    stage: Stage, size: str, entries: list[list[LegModel]], forced: list[bool]
) -> tuple[Any, Any]:
    """What one of the functions did, taken back: its legs and the balances, or the refusal."""
    connection = stage.connection
    try:
        run = raw.write_line(connection, date=stage.date, operation="probe.batch")
        ids = raw.call(connection, size, entries, run=run, date=stage.date, forced=forced)
        assert len(ids) == len(set(ids)) == len(entries)
        legs = connection.execute(
            "SELECT account_id, amount_minor, balance_after_minor FROM ledger_posting"
            " WHERE entry_id = ANY (%s) ORDER BY array_position(%s, entry_id), id",
            [ids, ids],
        ).fetchall()
        balances = connection.execute(
            "SELECT account_id, balance_minor FROM ledger_balance WHERE account_id = ANY (%s)",
            [list(stage.book.accounts)],
        ).fetchall()
    except psycopg.Error as refused:
        diagnostics = refused.diag.message_detail if refused.sqlstate != "SK007" else None
        return refused.sqlstate, diagnostics
    finally:
        connection.rollback()
    return legs, dict(balances)
