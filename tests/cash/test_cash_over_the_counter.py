"""A teller takes and pays cash; every way in which that is refused."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from apps.control.declarations import INVARIANTS
from apps.kernel import sql
from tests.cash import desk
from tests.cash.desk import (
    FLOAT,
    FLOAT_MINOR,
    amount,
    close_session,
    only_refused,
    open_session,
    over_the_counter,
    staff_a_till,
    till,
    till_minor,
)
from tests.factories import Bank, add_user, do, set_policy


def last_entry() -> tuple[int, str, str]:
    found = sql.row("SELECT id, kind, narrative FROM ledger_entry ORDER BY id DESC LIMIT 1")
    assert found is not None
    return found[0], found[1], found[2]


def test_cash_in_raises_till_and_deposit(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank)
    command = over_the_counter(at, to, 123_450) | {"narrative": "Внесок"}
    done = do("cash.deposit", command, actor=bank.teller)
    assert (done.outcome, done.result) == ("done", None)
    assert (to.minor, till_minor(at.till)) == (123_450, FLOAT_MINOR + 123_450)
    assert last_entry()[1:] == ("cash.deposit", "Внесок")


def test_cash_out_lowers_both(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, minor=100_000)
    do("cash.withdraw", over_the_counter(at, to, 40_000), actor=bank.teller)
    assert (to.minor, till_minor(at.till)) == (60_000, FLOAT_MINOR - 40_000)
    assert last_entry()[1:] == ("cash.withdrawal", "")


def test_a_customer_of_another_branch_is_served_here(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, branch=bank.other_branch)
    do("cash.deposit", over_the_counter(at, to, 500), actor=bank.teller)
    assert to.minor == 500


def test_an_operation_at_the_counter_takes_three_statements(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank)
    sent: list[str] = []

    def watch(execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        sent.append(str(statement))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(watch):
        do("cash.deposit", over_the_counter(at, to, 500), actor=bank.teller)
    statements = [one for one in sent if "SAVEPOINT" not in one]
    # The authority, which finds the till's branch; the one read of the body; journal and posting.
    assert len(statements) == 3
    assert "FOR SHARE OF s" in statements[1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("0", "control.amount_not_positive"),
        ("0.00", "control.amount_not_positive"),
        ("-1", "control.amount_not_positive"),
        ("1.005", "kernel.too_many_decimals"),
        ("NaN", "kernel.not_an_amount"),
        ("1e309", "kernel.not_an_amount"),
        ("99999999999999999999", "kernel.amount_too_large"),
        ("1_000", "kernel.not_an_amount"),
        ("١٢٣", "kernel.not_an_amount"),
        ("１２３", "kernel.not_an_amount"),
        ("1,50", "kernel.not_an_amount"),
        (" 1", "kernel.not_an_amount"),
        ("", "kernel.not_an_amount"),
        (100, "kernel.not_an_amount"),
        (None, "kernel.not_an_amount"),
    ],
)
@pytest.mark.parametrize("name", ["cash.deposit", "cash.withdraw"])
def test_a_wrong_amount(bank: Bank, name: str, given: object, code: str) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, minor=1_000)
    command = over_the_counter(at, to, 1) | {"amount": {"amount": given, "currency": "UAH"}}
    data: Any = {
        "control.amount_not_positive": {"amount": "-1.00 UAH" if given == "-1" else "0.00 UAH"},
        "kernel.too_many_decimals": {"given": given, "currency": "UAH", "exponent": 2},
    }.get(code, {"given": str(given)})
    with only_refused(code, actor=bank.teller, **data):
        do(name, command, actor=bank.teller)


def test_not_enough_money(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, minor=40_000)
    little = {"account": to.number, "available": "400.00 UAH", "asked": "400.01 UAH"}
    with only_refused("ledger.insufficient_funds", actor=bank.teller, **little):
        do("cash.withdraw", over_the_counter(at, to, 40_001), actor=bank.teller)


def test_not_enough_cash_in_the_till(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, minor=1_000_000)
    number = sql.value(
        "SELECT number FROM ledger_account WHERE owner = %(owner)s", {"owner": f"till:{at.till}"}
    )
    little = {"account": number, "available": "5412.50 UAH", "asked": "5412.51 UAH"}
    with only_refused("ledger.insufficient_funds", actor=bank.teller, **little):
        do("cash.withdraw", over_the_counter(at, to, FLOAT_MINOR + 1), actor=bank.teller)


def test_an_unknown_deposit_or_till(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank)
    command = over_the_counter(at, to, 100)
    with only_refused("control.not_found", actor=bank.teller):
        do("cash.deposit", command | {"deposit": 999_999_999}, actor=bank.teller)
    with only_refused("control.not_found", actor=bank.teller):
        do("cash.withdraw", command | {"till": 999_999_999}, actor=bank.teller)


def test_a_closed_deposit(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank)
    do("accounts.close_deposit", {"deposit": to.id}, actor=bank.supervisor)
    with only_refused("ledger.account_closed", actor=bank.teller, account=to.number):
        do("cash.deposit", over_the_counter(at, to, 100), actor=bank.teller)


def test_another_currency(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, currency="EUR")
    wrong = {"account": to.number, "kept_in": "EUR", "given": "UAH"}
    with only_refused("ledger.wrong_currency", actor=bank.teller, **wrong):
        do("cash.deposit", over_the_counter(at, to, 100), actor=bank.teller)
    command = over_the_counter(at, to, 100) | {"amount": {"amount": "1", "currency": "XYZ"}}
    with pytest.raises(Exception, match=r"kernel\.unknown_currency"):
        do("cash.deposit", command, actor=bank.teller)


@pytest.mark.parametrize("name", ["cash.deposit", "cash.withdraw"])
def test_a_till_without_a_session(bank: Bank, name: str) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, minor=1_000)
    till_name = sql.value("SELECT name FROM cash_till WHERE id = %(id)s", {"id": at.till})
    where = {"till": till_name, "date": "2026-01-05"}
    command = over_the_counter(at, to, 100)
    # Somebody else's session is not one's own.
    with only_refused("cash.session_not_open", actor=bank.second_teller, **where):
        do(name, command, actor=bank.second_teller)
    close_session(at.session, FLOAT, bank.teller)
    with only_refused("cash.session_not_open", actor=bank.teller, **where):
        do(name, command, actor=bank.teller)


def test_a_teller_does_not_work_at_a_vault_or_a_position(bank: Bank) -> None:
    to = desk.deposit(bank)
    for kind in ("vault", "position"):
        other = till(bank, kind, name=f"Каса {kind}")
        wrong = {"till": f"Каса {kind}", "kind": kind, "needed": "counter"}
        with only_refused("cash.wrong_kind_of_till", actor=bank.teller, **wrong):
            do(
                "cash.deposit",
                {"till": other, "deposit": to.id, "amount": amount(100)},
                actor=bank.teller,
            )


def test_missing_permission_and_another_branch(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank, minor=1_000)
    command = over_the_counter(at, to, 100)
    missing = {"permission": "cash.operate_till"}
    with only_refused("control.permission_missing", actor=bank.accountant, **missing):
        do("cash.withdraw", command, actor=bank.accountant)
    with only_refused("control.not_found", actor=bank.other_teller):
        do("cash.withdraw", command, actor=bank.other_teller)


def test_a_right_that_has_ended(bank: Bank) -> None:
    past = add_user(
        role="teller",
        branch=bank.branch,
        valid_from=bank.date - dt.timedelta(days=10),
        valid_to=bank.date - dt.timedelta(days=1),
        actor=bank.administrator,
    )
    at, to = staff_a_till(bank), desk.deposit(bank)
    missing = {"permission": "cash.operate_till"}
    with only_refused("control.permission_missing", actor=past, **missing):
        do("cash.deposit", over_the_counter(at, to, 100), actor=past)


def test_positions_take_and_pay_without_sessions(bank: Bank) -> None:
    machine, to = till(bank, "position"), desk.deposit(bank)
    actor = bank.migration
    command = {"till": machine, "deposit": to.id, "amount": amount(700)}
    do("cash.deposit_at_position", command, actor=actor)
    do("cash.withdraw_at_position", command | {"amount": amount(200)}, actor=actor)
    assert (to.minor, till_minor(machine)) == (500, 500)
    with only_refused("control.not_found", actor=actor):
        do("cash.deposit_at_position", command | {"deposit": 999_999_999}, actor=actor)
    missing = {"permission": "cash.operate_position"}
    with only_refused("control.permission_missing", actor=bank.teller, **missing):
        do("cash.deposit_at_position", command, actor=bank.teller)
    counter = till(bank, "counter", name="Каса 1")
    wrong = {"till": "Каса 1", "kind": "counter", "needed": "position"}
    with only_refused("cash.wrong_kind_of_till", actor=actor, **wrong):
        do("cash.withdraw_at_position", command | {"till": counter}, actor=actor)


def test_a_large_withdrawal_waits_for_the_supervisor(bank: Bank) -> None:
    set_policy(
        "cash.withdraw", role="supervisor", from_amount_minor=50_000, actor=bank.administrator
    )
    at, to = staff_a_till(bank), desk.deposit(bank, minor=100_000)
    parked = do("cash.withdraw", over_the_counter(at, to, 50_000), actor=bank.teller)
    assert parked.outcome == "parked"
    assert to.minor == 100_000
    meaning = sql.value(
        "SELECT meaning_hash FROM control_approval WHERE id = %(id)s", {"id": parked.approval_id}
    )
    agree = {"approval": parked.approval_id, "meaning": meaning}
    # The maker has gone for the day: there is no session in which to pay.
    close_session(at.session, FLOAT, bank.teller)
    with pytest.raises(Exception, match=r"cash\.session_not_open"):
        do("control.approve", agree, actor=bank.supervisor)
    open_session(at.till, FLOAT, bank.teller)
    do("control.approve", agree, actor=bank.supervisor)
    assert (to.minor, till_minor(at.till)) == (50_000, FLOAT_MINOR - 50_000)
    assert violations(bank.date) == {}


def test_a_mistake_is_reversed_while_the_till_is_staffed(bank: Bank) -> None:
    at, to = staff_a_till(bank), desk.deposit(bank)
    do("cash.deposit", over_the_counter(at, to, 9_000), actor=bank.teller)
    entry = last_entry()[0]
    undo = {"entry": entry, "reason": "Помилкова сума"}
    session = at.session
    close_session(session, [*FLOAT, [5_000, 1], [2_000, 2]], bank.teller)
    till_name = sql.value("SELECT name FROM cash_till WHERE id = %(id)s", {"id": at.till})
    where = {"till": till_name, "date": "2026-01-05"}
    with only_refused("cash.till_not_staffed", actor=bank.supervisor, **where):
        do("ledger.reverse_entry", undo, actor=bank.supervisor)
    open_session(at.till, [*FLOAT, [5_000, 1], [2_000, 2]], bank.second_teller)
    do("ledger.reverse_entry", undo, actor=bank.supervisor)
    assert (to.minor, till_minor(at.till)) == (0, FLOAT_MINOR)
    with only_refused("ledger.already_reversed", actor=bank.supervisor):
        do("ledger.reverse_entry", undo, actor=bank.supervisor)
    assert violations(bank.date) == {}


def test_a_difference_is_not_reversed(bank: Bank) -> None:
    at = staff_a_till(bank)
    close_session(at.session, [*FLOAT, [5_000, 1]], bank.teller)
    open_session(at.till, [*FLOAT, [5_000, 1]], bank.teller)
    undo = {"entry": last_entry()[0], "reason": "Помилка"}
    with only_refused("ledger.not_reversible", actor=bank.supervisor, kind="cash.over"):
        do("ledger.reverse_entry", undo, actor=bank.supervisor)


def violations(date: dt.date) -> dict[str, list[tuple[Any, ...]]]:
    """What the proofs of cash find on a date."""
    found = {
        one.name: sql.rows(one.statement, {"date": date})
        for one in INVARIANTS
        if one.name.startswith("cash.")
    }
    return {name: rows for name, rows in found.items() if rows}
