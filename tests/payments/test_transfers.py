"""Money goes from one deposit to another of this bank; every way in which it does not."""

from typing import Any

import pytest

from apps.kernel import sql
from apps.kernel.models import BookingDate
from tests.cash import desk
from tests.cash.desk import amount, only_refused
from tests.factories import Bank, add_user, do


def transfer(bank: Bank, source: int, target: int, minor: int) -> None:
    command = {
        "source": source,
        "target": target,
        "amount": amount(minor),
        "purpose": "Повернення боргу",
    }
    do("payments.transfer", command, actor=bank.teller)


def test_a_transfer_moves_money(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    transfer(bank, one.id, other.id, 2_550)
    assert (one.minor, other.minor) == (7_450, 2_550)
    last = sql.row("SELECT kind, narrative FROM ledger_entry ORDER BY id DESC LIMIT 1")
    assert last == ("payments.transfer", "Повернення боргу")


def test_all_of_it_may_go(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    transfer(bank, one.id, other.id, 10_000)
    assert (one.minor, other.minor) == (0, 10_000)


def test_to_a_customer_of_another_branch(bank: Bank) -> None:
    one = desk.deposit(bank, minor=10_000)
    other = desk.deposit(bank, branch=bank.other_branch)
    transfer(bank, one.id, other.id, 1)
    assert other.minor == 1
    with only_refused("control.not_found", actor=bank.teller):
        transfer(bank, other.id, one.id, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("0.00", "control.amount_not_positive"),
        ("-0.01", "control.amount_not_positive"),
        ("0.001", "kernel.too_many_decimals"),
        ("NaN", "kernel.not_an_amount"),
        ("1e309", "kernel.not_an_amount"),
        ("12345678901234567890", "kernel.amount_too_large"),
        ("9999999999999.99", "ledger.insufficient_funds"),
        ("1_000", "kernel.not_an_amount"),
        ("٣", "kernel.not_an_amount"),
    ],
)
def test_a_wrong_amount(bank: Bank, given: str, code: str) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    command = {
        "source": one.id,
        "target": other.id,
        "amount": {"amount": given, "currency": "UAH"},
        "purpose": "Переказ",
    }
    known: dict[str, dict[str, Any]] = {
        "control.amount_not_positive": {"amount": f"{given} UAH"},
        "kernel.too_many_decimals": {"given": given, "currency": "UAH", "exponent": 2},
        "ledger.insufficient_funds": {
            "account": one.number,
            "available": "100.00 UAH",
            "asked": "9999999999999.99 UAH",
        },
    }
    with only_refused(code, actor=bank.teller, **known.get(code, {"given": given})):
        do("payments.transfer", command, actor=bank.teller)


def test_one_kopiyka_too_much(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    little = {"account": one.number, "available": "100.00 UAH", "asked": "100.01 UAH"}
    with only_refused("ledger.insufficient_funds", actor=bank.teller, **little):
        transfer(bank, one.id, other.id, 10_001)


def test_to_itself(bank: Bank) -> None:
    one = desk.deposit(bank, minor=10_000)
    with only_refused("payments.same_deposit", actor=bank.teller):
        transfer(bank, one.id, one.id, 100)


def test_unknown_deposits(bank: Bank) -> None:
    one = desk.deposit(bank, minor=10_000)
    with only_refused("control.not_found", actor=bank.teller):
        transfer(bank, one.id, 999_999_999, 100)
    with only_refused("control.not_found", actor=bank.teller):
        transfer(bank, 999_999_999, one.id, 100)


def test_closed_deposits(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    do("accounts.close_deposit", {"deposit": other.id}, actor=bank.supervisor)
    with only_refused("ledger.account_closed", actor=bank.teller, account=other.number):
        transfer(bank, one.id, other.id, 100)
    with only_refused("ledger.account_closed", actor=bank.teller, account=other.number):
        transfer(bank, other.id, one.id, 100)


def test_another_currency(bank: Bank) -> None:
    one, euros = desk.deposit(bank, minor=10_000), desk.deposit(bank, currency="EUR")
    wrong = {"account": euros.number, "kept_in": "EUR", "given": "UAH"}
    with only_refused("ledger.wrong_currency", actor=bank.teller, **wrong):
        transfer(bank, one.id, euros.id, 100)


def test_a_blocked_deposit(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    blocked = {"deposit": one.id, "reason": "Арешт за постановою"}
    do("accounts.block", blocked, actor=bank.supervisor)
    with only_refused("ledger.account_blocked", actor=bank.teller, account=one.number):
        transfer(bank, one.id, other.id, 100)


def test_missing_permission(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    command = {"source": one.id, "target": other.id, "amount": amount(1), "purpose": "Переказ"}
    missing = {"permission": "payments.transfer"}
    with only_refused("control.permission_missing", actor=bank.operations, **missing):
        do("payments.transfer", command, actor=bank.operations)


@pytest.mark.parametrize("field", ["purpose", "target"])
def test_a_field_that_is_missing(bank: Bank, field: str) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    command = {"source": one.id, "target": other.id, "amount": amount(1), "purpose": "Переказ"}
    del command[field]
    said = {"pointer": "/", "reason": f"Object missing required field `{field}`"}
    with only_refused("control.malformed_command", actor=bank.teller, **said):
        do("payments.transfer", command, actor=bank.teller)


def test_an_empty_or_endless_purpose(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    command = {"source": one.id, "target": other.id, "amount": amount(1)}
    for purpose in ("", "х" * 421):
        with pytest.raises(Exception, match=r"control\.malformed_command"):
            do("payments.transfer", command | {"purpose": purpose}, actor=bank.teller)
    do("payments.transfer", command | {"purpose": "х" * 420}, actor=bank.teller)


def test_a_transfer_is_reversed_once(bank: Bank) -> None:
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    transfer(bank, one.id, other.id, 2_500)
    entry = sql.value("SELECT max(id) FROM ledger_entry")
    undo = {"entry": entry, "reason": "Помилковий отримувач"}
    do("ledger.reverse_entry", undo, actor=bank.supervisor)
    assert (one.minor, other.minor) == (10_000, 0)
    with only_refused("ledger.already_reversed", actor=bank.supervisor):
        do("ledger.reverse_entry", undo, actor=bank.supervisor)


def test_a_transfer_above_the_limit(bank: Bank) -> None:
    small = add_user(role="teller", branch=bank.branch, limit_minor=100, actor=bank.administrator)
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    command = {"source": one.id, "target": other.id, "amount": amount(101), "purpose": "Переказ"}
    above = {"amount": "1.01 UAH", "limit": "1.00 UAH"}
    with only_refused("control.limit_exceeded", actor=small, **above):
        do("payments.transfer", command, actor=small)


def test_no_date_is_ever_asked(bank: Bank) -> None:
    """Nobody can book into a closed date: no command has a date, all go into the open one."""
    one, other = desk.deposit(bank, minor=10_000), desk.deposit(bank)
    command = {
        "source": one.id,
        "target": other.id,
        "amount": amount(1),
        "purpose": "Переказ",
        "booking_date": "2025-12-31",
    }
    said = {"pointer": "/", "reason": "Object contains unknown field `booking_date`"}
    with only_refused("control.malformed_command", actor=bank.teller, **said):
        do("payments.transfer", command, actor=bank.teller)
    assert list(BookingDate.objects.values_list("date", "status")) == [(bank.date, "open")]
