"""Random histories with closes between: every read equals a sum over the legs themselves."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.control.declarations import INVARIANTS
from apps.kernel import queries as dates
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.ledger import queries
from apps.ledger.models import GLAccount
from apps.ledger.rules import EVERYTHING
from tests import probes
from tests.factories import Bank, do, internal_account, open_account
from tests.rewinding import rewound

CHART = ("1001", "2620")
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Posted:
    """A leg as the history remembers it: what was asked for, not what a table says."""

    date: dt.date
    account: int
    amount_minor: int
    entry: int


@dataclass(slots=True)
class History:
    """The accounts, what has been posted to them, and the entries not reversed yet."""

    bank: Bank
    tills: list[int]
    accounts: list[int]
    legs: list[Posted] = field(default_factory=list)
    entries: list[tuple[int, list[tuple[int, int, str]]]] = field(default_factory=list)

    @property
    def all(self) -> list[int]:
        return [*self.tills, *self.accounts]

    def sum(self, keep: Callable[[Posted], bool]) -> int:
        return sum(leg.amount_minor for leg in self.legs if keep(leg))


@pytest.fixture
def history(bank: Bank) -> History:
    """Two cash accounts without a limit and three customers' accounts, in two branches."""
    tills = [
        internal_account(bank),
        internal_account(bank, branch=bank.other_branch),
    ]
    accounts = [
        open_account(bank, floor_minor=-400),
        open_account(bank),
        open_account(bank, branch=bank.other_branch),
    ]
    return History(bank, tills, accounts)


places = st.integers(0, 4)
steps = st.one_of(
    st.tuples(st.just("move"), places, places, st.integers(1, 900)),
    st.tuples(st.just("move"), places, places, st.integers(1, 900)),
    st.tuples(st.just("at_close"), places, places, st.integers(1, 900)),
    st.tuples(st.just("reverse"), st.integers(0, 30)),
    st.tuples(st.just("roll")),
    st.tuples(st.just("finish")),
)


@settings(max_examples=40)
@given(st.lists(steps, min_size=1, max_size=25))
def test_reads_equal_the_legs(history: History, drawn: Sequence[tuple[Any, ...]]) -> None:
    with rewound():
        told = History(history.bank, history.tills, history.accounts)
        for name, *rest in drawn:
            _STEPS[name](told, *rest)
        _check_accounts(told)
        _check_statements(told)
        _check_books(told)
        _check_proofs()


def test_a_month_of_days(history: History) -> None:
    """A long history crosses partitions and has dates on which nothing moves."""
    for day in range(40):
        for step in range(day % 4):
            _move(history, step % 2, 2 + step, 700 + day)
        _roll(history)
        if day % 3:
            _at_close(history, 0, 2, 5)
        _finish(history)
    _check_accounts(history)
    _check_statements(history)
    _check_books(history)
    _check_proofs()


# --- Steps --------------------------------------------------------------------------------------


def _move(told: History, source: int, target: int, minor: int) -> None:
    legs = [(told.all[source], minor, "UAH"), (told.all[target], -minor, "UAH")]
    _post(told, "probe.batch", legs, dates.current_date())


def _at_close(told: History, source: int, target: int, minor: int) -> None:
    legs = [(told.all[source], minor, "UAH"), (told.all[target], -minor, "UAH")]
    _post(told, "probe.post_at_close", legs, dates.closing_date())


def _reverse(told: History, which: int) -> None:
    if which >= len(told.entries):
        return
    entry, legs = told.entries.pop(which)
    opposite = [(account, -minor, currency) for account, minor, currency in legs]
    _post(told, "probe.batch", opposite, dates.current_date(), reverses=(entry,))


def _roll(told: History) -> None:
    if dates.closing_date() is None:
        do("probe.open_next_date", probes.NextDate(), actor=told.bank.prober)


def _finish(told: History) -> None:
    if dates.closing_date() is not None:
        do("probe.finish_close", probes.NextDate(), actor=told.bank.prober)


_STEPS: dict[str, Callable[..., None]] = {
    "move": _move,
    "at_close": _at_close,
    "reverse": _reverse,
    "roll": _roll,
    "finish": _finish,
}


def _post(
    told: History,
    name: str,
    legs: list[tuple[int, int, str]],
    date: dt.date | None,
    **fields: Any,
) -> None:
    """Post one entry and remember it; what is refused is no part of the history."""
    command = probes.Batch(entries=(tuple(legs),), **fields)
    try:
        done = do(name, command, actor=told.bank.prober)
    except Refusal:
        return
    assert date is not None
    entry = sql.value("SELECT id FROM ledger_entry WHERE run_id = %(run)s", {"run": done.run_id})
    told.legs += [Posted(date, account, minor, entry) for account, minor, _ in legs]
    if not fields:
        told.entries.append((entry, legs))


# --- What must agree ----------------------------------------------------------------------------


def _check_accounts(told: History) -> None:
    today = dates.current_date()
    assert today is not None
    for account in told.all:
        assert queries.balance(account) == told.sum(lambda leg: leg.account == account)  # noqa: B023
        for back in range((today - told.bank.date).days + 2):
            date = today + DAY - back * DAY
            then = told.sum(lambda leg: leg.account == account and leg.date <= date)  # noqa: B023
            assert queries.balance_on(account, date) == then
        assert queries.balance_on(account, told.bank.date - DAY) == 0


def _check_statements(told: History) -> None:
    """In order of booking date, whatever the order in time; pages join without a seam."""
    for account in told.all:
        legs = [leg for leg in told.legs if leg.account == account]
        legs.sort(key=lambda leg: leg.date)  # stable: within a date as posted
        running, expected = 0, []
        for leg in legs:
            running += leg.amount_minor
            expected.append((leg.date, leg.entry, leg.amount_minor, running))
        for size in (3, 1000):
            lines: list[queries.Line] = []
            while page := queries.statement(
                account,
                limit=size,
                before=(lines[-1].booking_date, lines[-1].posting) if lines else None,
            ):
                lines += page
            found = [
                (one.booking_date, one.entry, one.amount_minor, one.balance_minor)
                for one in reversed(lines)
            ]
            assert found == expected


def _check_books(told: History) -> None:
    """Trial balance and general ledger of every date, of the bank and of one branch."""
    today = dates.current_date()
    assert today is not None
    codes = dict(
        sql.rows(
            "SELECT a.id, g.code FROM ledger_account a"
            " JOIN ledger_glaccount g ON g.id = a.gl_account_id"
        )
    )
    there = {told.tills[1], told.accounts[2]}
    for day in range((today - told.bank.date).days + 1):
        date = told.bank.date + day * DAY
        for branch in (None, told.bank.other_branch):
            seen = [leg for leg in told.legs if branch is None or leg.account in there]
            assert _trial(date, branch) == _summed(seen, codes, date)
        assert sum(line.closing_minor for line in queries.trial_balance(date)) == 0
    for code in CHART:
        found = queries.general_ledger(
            code, start=told.bank.date, end=today, sight=EVERYTHING, limit=1000
        )
        legs = [leg for leg in told.legs if codes[leg.account] == code]
        legs.sort(key=lambda leg: leg.date)
        assert [(line.booking_date, line.entry, line.amount_minor) for line in found] == [
            (leg.date, leg.entry, leg.amount_minor) for leg in legs
        ]


def _trial(date: dt.date, branch: int | None) -> dict[str, tuple[int, ...]]:
    lines = queries.trial_balance(date, branch=branch)
    found: dict[str, tuple[int, ...]] = {
        line.code: (line.opening_minor, line.debit_minor, line.credit_minor, line.closing_minor)
        for line in lines
    }
    assert len(found) == len(lines)
    assert set(found) <= set(GLAccount.objects.values_list("code", flat=True))
    return found


def _summed(
    legs: Sequence[Posted], codes: dict[int, str], date: dt.date
) -> dict[str, tuple[int, ...]]:
    summed: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for leg in legs:
        if leg.date > date:
            continue
        line = summed[codes[leg.account]]
        line[3] += leg.amount_minor
        if leg.date < date:
            line[0] += leg.amount_minor
        else:
            line[1 if leg.amount_minor > 0 else 2] += abs(leg.amount_minor)
    return {code: tuple(line) for code, line in summed.items()}


def _check_proofs() -> None:
    """Every invariant of the book, at every closed date."""
    closed = sql.rows("SELECT date FROM kernel_bookingdate WHERE status = 'closed'")
    for invariant in INVARIANTS:
        if invariant.name.startswith("ledger."):
            for (date,) in closed:
                assert sql.rows(invariant.statement, {"date": date}) == [], invariant.name
