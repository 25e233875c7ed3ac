"""What the book takes, and each thing that it refuses, with nothing changed."""

from typing import Any

import psycopg
import pytest

from apps.control.errors import ConstraintBroken
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.ledger.errors import (
    AccountBlocked,
    AccountClosed,
    AccountNotEmpty,
    AlreadyReversed,
    CannotReverse,
    EntryUnbalanced,
    InsufficientFunds,
    UnknownAccount,
    UnknownGLAccount,
    WrongCurrency,
)
from apps.ledger.models import Account, Balance, Entry, Hold, Posting
from apps.ledger.queries import balance, limited
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import refuse
from tests.factories import Bank, do, internal_account, move, open_account
from tests.ledger import raw

SIZES = ("few", "many")


def batch(*entries: list[tuple[int, int]], **fields: Any) -> probes.Batch:
    """Entries of legs (account, minor units) in hryvnias."""
    found = tuple(tuple((account, minor, "UAH") for account, minor in legs) for legs in entries)
    return probes.Batch(entries=found, **fields)


def number(account: int) -> str:
    return Account.objects.get(id=account).number


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either posting function, whatever the number of legs."""
    from apps.ledger import posting

    monkeypatch.setattr(posting, "FEW_LEGS", 10**6 if request.param == "few" else 0)
    return str(request.param)


# --- What it takes ------------------------------------------------------------------------------


def test_an_entry_is_written_with_its_run(bank: Bank, account: int, till: int, size: str) -> None:
    done = move(bank, source=account, target=till, minor=250, narrative="rent")
    entry = Entry.objects.get(run_id=done.run_id)
    assert (entry.kind, entry.narrative) == ("probe.move", "rent")
    assert (entry.booking_date, entry.value_date) == (bank.date, bank.date)
    assert entry.reverses_id is None
    legs = Posting.objects.filter(entry=entry).order_by("id")
    assert [(leg.account_id, leg.amount_minor, leg.balance_after_minor) for leg in legs] == [
        (account, 250, -99_750),
        (till, -250, None),
    ]
    assert {(leg.booking_date, leg.currency) for leg in legs} == {(bank.date, "UAH")}


def test_the_last_minor_unit_can_be_taken(bank: Bank, account: int, till: int, size: str) -> None:
    move(bank, source=account, target=till, minor=100_000)
    assert balance(account) == 0
    move(bank, source=till, target=account, minor=1)
    assert limited(account).available_minor == 1


def test_an_overdraft_is_a_floor_below_zero(bank: Bank, till: int, size: str) -> None:
    account = open_account(bank, floor_minor=-5_000)
    move(bank, source=account, target=till, minor=5_000)
    assert limited(account).available_minor == 0
    command = batch([(account, 1), (till, -1)])
    refuse(InsufficientFunds, "probe.batch", command, actor=bank.prober)


def test_an_asset_has_its_floor_on_the_other_side(bank: Bank, till: int, size: str) -> None:
    vault = open_account(bank, gl_code="1001")
    move(bank, source=vault, target=till, minor=300)  # cash comes in by debit
    assert limited(vault).natural_minor == 300
    move(bank, source=till, target=vault, minor=300)
    command = batch([(till, 1), (vault, -1)])
    refuse(InsufficientFunds, "probe.batch", command, actor=bank.prober)


def test_one_entry_may_hold_several_currencies(bank: Bank, till: int, size: str) -> None:
    euro, euro_till = open_account(bank, currency="EUR"), internal_account(bank, currency="EUR")
    hryvnia = open_account(bank)
    legs = ((till, 400, "UAH"), (hryvnia, -400, "UAH"), (euro_till, 9, "EUR"), (euro, -9, "EUR"))
    do("probe.batch", probes.Batch(entries=(legs,)), actor=bank.prober)
    assert (balance(hryvnia), balance(euro)) == (-400, -9)


def test_a_forced_debit_passes_the_floor(bank: Bank, account: int, till: int, size: str) -> None:
    do("probe.limit", probes.Limit(account=account, debits_blocked=True), actor=bank.prober)
    move(bank, source=account, target=till, minor=100_500, forced=True)
    assert balance(account) == 500
    assert limited(account).available_minor == -500


def test_a_credit_reaches_an_account_below_its_floor(
    bank: Bank, account: int, till: int, size: str
) -> None:
    do("probe.limit", probes.Limit(account=account, floor_minor=200_000), actor=bank.prober)
    move(bank, source=till, target=account, minor=1)
    assert limited(account).available_minor == -99_999
    command = batch([(account, 1), (till, -1)])
    refuse(InsufficientFunds, "probe.batch", command, actor=bank.prober)


# --- What it refuses ----------------------------------------------------------------------------


def test_sk002_unknown_account(bank: Bank, account: int, size: str) -> None:
    command = batch([(account, 1), (987_654, -1)])
    line = refuse(UnknownAccount, "probe.batch", command, actor=bank.prober)
    assert line.refusal == {"code": "ledger.unknown_account", "data": {"account": 987_654}}


def test_sk003_closed_account(bank: Bank, account: int, till: int, size: str) -> None:
    empty = open_account(bank)
    do("probe.close_account", probes.CloseAccount(account=empty), actor=bank.prober)
    for legs in ([(till, 1), (empty, -1)], [(empty, 1), (till, -1)]):
        line = refuse(AccountClosed, "probe.batch", batch(legs), actor=bank.prober)
        assert line.refusal is not None
        assert line.refusal["data"] == {"account": number(empty)}
    forced = batch([(empty, 1), (till, -1)], forced=(True,))
    refuse(AccountClosed, "probe.batch", forced, actor=bank.prober)


def test_sk004_below_the_floor(bank: Bank, account: int, till: int, size: str) -> None:
    command = batch([(account, 100_001), (till, -100_001)])
    line = refuse(InsufficientFunds, "probe.batch", command, actor=bank.prober)
    assert line.refusal == {
        "code": "ledger.insufficient_funds",
        "data": {
            "account": number(account),
            "asked": "1000.01 UAH",
            "available": "1000.00 UAH",
        },
    }


def test_sk004_held_money_is_not_there(bank: Bank, account: int, till: int, size: str) -> None:
    do("probe.hold", probes.Hold(account=account, amount_minor=99_000), actor=bank.prober)
    move(bank, source=account, target=till, minor=1_000)
    command = batch([(account, 1), (till, -1)])
    line = refuse(InsufficientFunds, "probe.batch", command, actor=bank.prober)
    assert line.refusal is not None
    assert line.refusal["data"]["available"] == "0.00 UAH"


def test_sk004_between_two_legs_of_a_batch(bank: Bank, account: int, till: int, size: str) -> None:
    """Its net effect would leave money; each leg is judged."""
    command = batch([(account, 100_001), (till, -100_001)], [(till, 500), (account, -500)])
    refuse(InsufficientFunds, "probe.batch", command, actor=bank.prober)
    turned = batch([(till, 500), (account, -500)], [(account, 100_001), (till, -100_001)])
    do("probe.batch", turned, actor=bank.prober)
    assert balance(account) == -499


@pytest.mark.parametrize(
    ("debits", "credits", "taken"),
    [(True, False, "credit"), (False, True, "debit"), (True, True, "")],
)
def test_sk005_blocked_account(
    bank: Bank, account: int, till: int, size: str, debits: bool, credits: bool, taken: str
) -> None:
    limit = probes.Limit(account=account, debits_blocked=debits, credits_blocked=credits)
    do("probe.limit", limit, actor=bank.prober)
    for name, legs in (
        ("debit", [(account, 1), (till, -1)]),
        ("credit", [(till, 1), (account, -1)]),
    ):
        if name == taken:
            do("probe.batch", batch(legs), actor=bank.prober)
        else:
            refuse(AccountBlocked, "probe.batch", batch(legs), actor=bank.prober)


def test_sk006_another_currency(bank: Bank, account: int, till: int, size: str) -> None:
    command = probes.Batch(entries=(((till, 1, "EUR"), (account, -1, "EUR")),))
    line = refuse(WrongCurrency, "probe.batch", command, actor=bank.prober)
    first = min(account, till)
    assert line.refusal == {
        "code": "ledger.wrong_currency",
        "data": {"account": number(first), "kept_in": "UAH", "given": "EUR"},
    }


@pytest.mark.parametrize("legs", [[(0, 1)], [(0, 2), (1, -1)], [(0, 1), (0, 1)]])
def test_sk007_an_unbalanced_entry(
    bank: Bank, account: int, till: int, size: str, legs: list[tuple[int, int]]
) -> None:
    places = (till, account)
    one = [(places[place], minor) for place, minor in legs]
    # Two halves that balance together are two unbalanced entries all the same.
    other = [(account, minor) for minor in [-sum(minor for _, minor in legs)] if minor]
    for command in (batch(one), batch(one, other)):
        refuse(EntryUnbalanced, "probe.batch", command, actor=bank.prober)


def test_currencies_do_not_balance_each_other(bank: Bank, till: int, size: str) -> None:
    euro = internal_account(bank, currency="EUR")
    command = probes.Batch(entries=(((till, 5, "UAH"), (euro, -5, "EUR")),))
    refuse(EntryUnbalanced, "probe.batch", command, actor=bank.prober)


@pytest.mark.parametrize("size", SIZES)
def test_sk009_no_run_of_this_transaction(
    own_database: OwnDatabase, bank: Bank, account: int, till: int, size: str
) -> None:
    entries = [[(till, 1, "UAH"), (account, -1, "UAH")]]
    known = Entry.objects.latest("id").run_id
    with own_database.connect() as connection:
        for outcome in ("refused", "parked", "previewed", "elsewhere"):
            if outcome == "elsewhere":
                run = known
            else:
                run = raw.write_line(connection, date=bank.date, outcome=outcome)
            with pytest.raises(psycopg.Error) as refused:
                raw.call(connection, size, entries, run=run, date=bank.date)
            assert refused.value.sqlstate == "SK009"
            connection.rollback()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"of": [1, 1], "kinds": ["a", "b"]}, "SK010"),  # an entry without legs
        ({"of": [1, 2]}, "SK010 23502"),  # a leg of no entry
        ({"of": [0, 0]}, "SK010 23502"),
        ({"amounts": [0, 0]}, "23514"),
        ({"amounts": [1, None]}, "23502"),
        ({"amounts": [1]}, "23502"),
        ({"accounts": [None, None]}, "SK002"),
        ({"kinds": [None]}, "23502"),
        ({"narratives": [None]}, "23502"),
    ],
)
def test_malformed_calls_change_nothing(
    own_database: OwnDatabase,
    bank: Bank,
    account: int,
    till: int,
    size: str,
    changes: dict[str, Any],
    state: str,
) -> None:
    before = sql.rows("SELECT * FROM ledger_balance ORDER BY 1")
    entries = [[(till, 1, "UAH"), (account, -1, "UAH")]]
    with own_database.connect() as connection:
        run = raw.write_line(connection, date=bank.date)
        with pytest.raises(psycopg.Error) as refused:
            raw.call(connection, size, entries, run=run, date=bank.date, **changes)
        assert refused.value.sqlstate in state.split()
        connection.rollback()
    assert sql.rows("SELECT * FROM ledger_balance ORDER BY 1") == before


# --- Reversals ----------------------------------------------------------------------------------


def test_sk011_what_cannot_be_reversed(bank: Bank, account: int, till: int, size: str) -> None:
    legs = [(account, 1), (till, -1)]
    command = batch(legs, reverses=(987_654,))
    line = refuse(CannotReverse, "probe.batch", command, actor=bank.prober)
    assert line.refusal == {"code": "ledger.cannot_reverse", "data": {"entry": 987_654}}
    done = move(bank, source=till, target=account, minor=1)
    entry = Entry.objects.get(run_id=done.run_id)
    reversal = do("probe.batch", batch(legs, reverses=(entry.id,)), actor=bank.prober)
    again = Entry.objects.get(run_id=reversal.run_id)
    assert again.reverses_id == entry.id
    refuse(CannotReverse, "probe.batch", batch(legs, reverses=(again.id,)), actor=bank.prober)
    once_more = batch(legs, reverses=(entry.id,))
    refuse(AlreadyReversed, "probe.batch", once_more, actor=bank.prober)


# --- Accounts and holds -------------------------------------------------------------------------


def test_only_an_empty_account_closes(bank: Bank, account: int, till: int) -> None:
    close = probes.CloseAccount(account=account)
    refuse(AccountNotEmpty, "probe.close_account", close, actor=bank.prober)
    move(bank, source=account, target=till, minor=100_000)
    held = do("probe.hold", probes.Hold(account=account, amount_minor=5), actor=bank.prober)
    line = refuse(AccountNotEmpty, "probe.close_account", close, actor=bank.prober)
    assert line.refusal is not None
    assert line.refusal["data"] == {"account": number(account)}
    do("probe.release", probes.Release(hold=held.result["account"]), actor=bank.prober)
    do("probe.close_account", close, actor=bank.prober)
    assert Account.objects.get(id=account).closed_on == bank.date
    assert Balance.objects.get(account_id=account).closed
    refuse(AccountClosed, "probe.close_account", close, actor=bank.prober)
    hold = probes.Hold(account=account, amount_minor=5)
    refuse(AccountClosed, "probe.hold", hold, actor=bank.prober)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("probe.close_account", probes.CloseAccount(account=987_654)),
        ("probe.limit", probes.Limit(account=987_654)),
        ("probe.hold", probes.Hold(account=987_654, amount_minor=1)),
    ],
)
def test_an_account_that_does_not_exist(bank: Bank, name: str, command: Any) -> None:
    refuse(UnknownAccount, name, command, actor=bank.prober)


def test_an_account_without_a_limit_cannot_be_limited(bank: Bank, till: int) -> None:
    refuse(UnknownAccount, "probe.limit", probes.Limit(account=till), actor=bank.prober)
    hold = probes.Hold(account=till, amount_minor=1)
    refuse(UnknownAccount, "probe.hold", hold, actor=bank.prober)
    close = probes.CloseAccount(account=till)
    refuse(UnknownAccount, "probe.close_account", close, actor=bank.prober)


def test_a_hold_may_exceed_what_is_there(bank: Bank, account: int, till: int) -> None:
    hold = do("probe.hold", probes.Hold(account=account, amount_minor=150_000), actor=bank.prober)
    assert limited(account).available_minor == -50_000
    command = batch([(account, 1), (till, -1)])
    refuse(InsufficientFunds, "probe.batch", command, actor=bank.prober)
    release = probes.Release(hold=hold.result["account"])
    assert do("probe.release", release, actor=bank.prober).result == 150_000
    # Released once: the second time there is nothing to release.
    assert do("probe.release", release, actor=bank.prober).result is None
    assert limited(account).available_minor == 100_000
    assert Hold.objects.get().released_on == bank.date


@pytest.mark.parametrize("amount", [0, -1])
def test_a_hold_is_positive(bank: Bank, account: int, amount: int) -> None:
    hold = probes.Hold(account=account, amount_minor=amount)
    refuse(ConstraintBroken, "probe.hold", hold, actor=bank.prober)


def test_sk013_unknown_gl_account(bank: Bank) -> None:
    for limited_ in (True, False):
        command = probes.OpenAccount(
            number="X", branch=bank.branch, gl_code="0000", limited=limited_
        )
        line = refuse(UnknownGLAccount, "probe.open_account", command, actor=bank.prober)
        assert line.refusal == {"code": "ledger.unknown_gl_account", "data": {"code": "0000"}}


def test_an_internal_account_is_opened_once(bank: Bank) -> None:
    one = internal_account(bank, gl_code="1200", number="same")
    two = internal_account(bank, gl_code="1200", number="same")
    assert one == two
    assert Account.objects.get(id=one).number == f"1200-{bank.branch}-UAH-same"
    assert not Balance.objects.filter(account_id=one).exists()


def test_a_customers_account_never_passes_for_an_internal_one(bank: Bank) -> None:
    open_account(bank, number=f"1200-{bank.branch}-UAH-mine")
    command = probes.OpenAccount(number="mine", branch=bank.branch, gl_code="1200", limited=False)
    with pytest.raises(Exception, match="returned no rows") as refused:
        do("probe.open_account", command, actor=bank.prober)
    assert not isinstance(refused.value, Refusal)
