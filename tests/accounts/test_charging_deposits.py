"""Interest and fees that are booked by hand: what another system computed, or a tariff says."""

import pytest

from apps.kernel import sql
from tests.accounts import days
from tests.accounts.days import deposit, product, put, uah
from tests.cash.desk import only_refused
from tests.factories import Bank, do


def test_interest_is_credited_from_the_products_expense(bank: Bank) -> None:
    opened = deposit(bank, product(bank, expense_gl="7041"))
    do(
        "accounts.book_interest",
        {"deposit": opened.id, "amount": uah(12_34), "narrative": "за січень"},
        actor=bank.accountant,
    )
    assert opened.minor == 12_34
    assert days.own_minor("7041") == 12_34
    assert _last_entry() == ("accounts.book_interest", "за січень")


def test_a_fee_is_charged_to_the_floor_and_no_further(bank: Bank) -> None:
    opened = deposit(bank, product(bank), minor=10_00)
    do("accounts.charge_fee", {"deposit": opened.id, "amount": uah(9_99)}, actor=bank.accountant)
    assert opened.minor == 1
    assert days.own_minor("6510") == -9_99
    with only_refused(
        "ledger.insufficient_funds",
        actor=bank.accountant,
        account=opened.number,
        available="0.01 UAH",
        asked="0.02 UAH",
    ):
        do("accounts.charge_fee", {"deposit": opened.id, "amount": uah(2)}, actor=bank.accountant)


def test_interest_on_a_debt_is_charged_below_the_floor(bank: Bank) -> None:
    opened = deposit(bank, product(bank), overdraft_minor=10_00)
    put(bank, opened, -10_00)
    do(
        "accounts.charge_penalty_interest",
        {"deposit": opened.id, "amount": uah(55)},
        actor=bank.accountant,
    )
    assert opened.minor == -10_55
    assert days.own_minor("6050") == -55


@pytest.mark.parametrize(
    "name",
    ["accounts.book_interest", "accounts.charge_fee", "accounts.charge_penalty_interest"],
)
def test_what_is_booked_by_hand_is_reversed_by_hand(bank: Bank, name: str) -> None:
    opened = deposit(bank, product(bank), minor=100_00)
    do(name, {"deposit": opened.id, "amount": uah(5_00)}, actor=bank.accountant)
    assert opened.minor != 100_00
    entry = sql.value("SELECT max(id) FROM ledger_entry")
    do("ledger.reverse_entry", {"entry": entry, "reason": "помилка"}, actor=bank.accountant)
    assert opened.minor == 100_00


@pytest.mark.parametrize(
    "name",
    ["accounts.book_interest", "accounts.charge_fee", "accounts.charge_penalty_interest"],
)
def test_a_wrong_charge_is_refused(bank: Bank, name: str) -> None:
    opened = deposit(bank, product(bank), minor=100_00)
    command = {"deposit": opened.id, "amount": uah(1_00)}
    with only_refused("control.amount_not_positive", actor=bank.accountant, amount="0.00 UAH"):
        do(name, command | {"amount": uah(0)}, actor=bank.accountant)
    with only_refused("control.amount_not_positive", actor=bank.accountant, amount="-1.00 UAH"):
        do(name, command | {"amount": uah(-1_00)}, actor=bank.accountant)
    with only_refused(
        "ledger.wrong_currency",
        actor=bank.accountant,
        account=opened.number,
        kept_in="UAH",
        given="USD",
    ):
        dollars = {"amount": "1.00", "currency": "USD"}
        do(name, command | {"amount": dollars}, actor=bank.accountant)
    with only_refused(
        "control.permission_missing", actor=bank.teller, permission="accounts.book_charges"
    ):
        do(name, command, actor=bank.teller)
    with only_refused("control.not_found", actor=bank.accountant):
        do(name, command | {"deposit": 999_999}, actor=bank.accountant)


def _last_entry() -> tuple[str, str]:
    found = sql.row("SELECT kind, narrative FROM ledger_entry ORDER BY id DESC LIMIT 1")
    assert found is not None
    return found[0], found[1]
