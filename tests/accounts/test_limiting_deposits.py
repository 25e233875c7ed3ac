"""Overdrafts, holds and blocks: what keeps money in an account."""

import datetime as dt

import pytest

from apps.accounts import queries
from apps.kernel import sql
from tests.accounts import days
from tests.accounts.days import close_day, deposit, product, put, uah
from tests.accounts.refusing import malformed
from tests.cash.desk import only_refused
from tests.factories import Bank, do


def test_an_overdraft_is_set_and_ended(bank: Bank) -> None:
    opened = deposit(bank, product(bank), minor=10_00)
    do(
        "accounts.set_overdraft",
        {"deposit": opened.id, "overdraft_minor": 50_00},
        actor=bank.supervisor,
    )
    put(bank, opened, -60_00)
    assert opened.minor == -50_00
    # Ended above the debt: the debt may stand, and only grow smaller.
    do(
        "accounts.set_overdraft",
        {"deposit": opened.id, "overdraft_minor": 0},
        actor=bank.supervisor,
    )
    put(bank, opened, 20_00)
    with only_refused(
        "ledger.insufficient_funds",
        actor=bank.prober,
        account=opened.number,
        available="-30.00 UAH",
        asked="0.01 UAH",
    ):
        put(bank, opened, -1)


def test_an_overdraft_leaves_blocks_and_a_block_leaves_the_overdraft(bank: Bank) -> None:
    opened = deposit(bank, product(bank), overdraft_minor=7_00)
    do("accounts.block", {"deposit": opened.id, "reason": "запит слідчого"}, actor=bank.supervisor)
    assert queries.limits(opened.account) == queries.Limits(-7_00, True, False)
    do(
        "accounts.set_overdraft",
        {"deposit": opened.id, "overdraft_minor": 9_00},
        actor=bank.supervisor,
    )
    assert queries.limits(opened.account) == queries.Limits(-9_00, True, False)
    do(
        "accounts.block",
        {"deposit": opened.id, "reason": "рішення суду", "debits": False, "credits": True},
        actor=bank.supervisor,
    )
    assert queries.limits(opened.account) == queries.Limits(-9_00, False, True)
    do("accounts.unblock", {"deposit": opened.id, "reason": "скасовано"}, actor=bank.supervisor)
    assert queries.limits(opened.account) == queries.Limits(-9_00, False, False)


def test_a_blocked_account_pays_nothing_out(bank: Bank) -> None:
    opened = deposit(bank, product(bank), minor=100_00)
    do("accounts.block", {"deposit": opened.id, "reason": "запит слідчого"}, actor=bank.supervisor)
    with only_refused("ledger.account_blocked", actor=bank.prober, account=opened.number):
        put(bank, opened, -1)
    put(bank, opened, 1)
    assert opened.minor == 100_01


def test_a_hold_keeps_its_amount_until_released(bank: Bank) -> None:
    opened = deposit(bank, product(bank), minor=100_00)
    placed = do(
        "accounts.place_hold",
        {"deposit": opened.id, "amount": uah(99_00), "reason": "арешт"},
        actor=bank.supervisor,
    ).result
    with only_refused(
        "ledger.insufficient_funds",
        actor=bank.prober,
        account=opened.number,
        available="1.00 UAH",
        asked="1.01 UAH",
    ):
        put(bank, opened, -1_01)
    release = {"hold": placed["hold"], "reason": "скасовано"}
    with only_refused("control.not_found", actor=bank.other_supervisor):
        do("accounts.release_hold", release, actor=bank.other_supervisor)
    do("accounts.release_hold", release, actor=bank.supervisor)
    put(bank, opened, -100_00)
    with only_refused("accounts.hold_released", actor=bank.supervisor):
        do("accounts.release_hold", release, actor=bank.supervisor)


def test_a_hold_ends_with_the_close_of_its_last_day(bank: Bank) -> None:
    opened = deposit(bank, product(bank), minor=100_00)
    for amount, last in ((10_00, bank.date), (20_00, bank.date + dt.timedelta(days=1))):
        do(
            "accounts.place_hold",
            {
                "deposit": opened.id,
                "amount": uah(amount),
                "reason": "оплата карткою",
                "expires_on": last,
            },
            actor=bank.supervisor,
        )
    held = []
    for _ in range(2):
        held.append(_held(opened.account))
        close_day(bank)
    assert [*held, _held(opened.account)] == [30_00, 20_00, 0]


@pytest.mark.parametrize(
    ("given", "code", "data"),
    [
        (
            {"amount": {"amount": "1.00", "currency": "EUR"}},
            "ledger.wrong_currency",
            {"kept_in": "UAH", "given": "EUR"},
        ),
        ({"amount": uah(0)}, "control.amount_not_positive", {"amount": "0.00 UAH"}),
        (
            {"amount": {"amount": "1e3", "currency": "UAH"}},
            "kernel.not_an_amount",
            {"given": "1e3"},
        ),
        (
            {"amount": {"amount": "1.001", "currency": "UAH"}},
            "kernel.too_many_decimals",
            {"given": "1.001", "currency": "UAH", "exponent": 2},
        ),
        (
            {"expires_on": "2026-01-04"},
            "accounts.hold_expired",
            {"expires_on": "2026-01-04", "today": "2026-01-05"},
        ),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(
    bank: Bank, given: dict[str, object], code: str, data: dict[str, object]
) -> None:
    opened = deposit(bank, product(bank))
    command = {"deposit": opened.id, "amount": uah(1), "reason": "арешт"}
    if code == "ledger.wrong_currency":
        data = data | {"account": opened.number}
    with only_refused(code, actor=bank.supervisor, **data):
        do("accounts.place_hold", command | given, actor=bank.supervisor)


def test_a_hold_and_a_block_need_a_reason(bank: Bank) -> None:
    opened = deposit(bank, product(bank))
    with malformed("/reason"):
        do("accounts.block", {"deposit": opened.id, "reason": "."}, actor=bank.supervisor)
    with malformed("/reason"):
        do(
            "accounts.place_hold",
            {"deposit": opened.id, "amount": uah(1), "reason": ""},
            actor=bank.supervisor,
        )


def test_who_may_not_limit_an_account(bank: Bank) -> None:
    opened = deposit(bank, product(bank))
    command = {"deposit": opened.id, "overdraft_minor": 1}
    with only_refused(
        "control.permission_missing", actor=bank.teller, permission="accounts.manage"
    ):
        do("accounts.set_overdraft", command, actor=bank.teller)
    with only_refused("control.not_found", actor=bank.other_supervisor):
        do("accounts.set_overdraft", command, actor=bank.other_supervisor)
    with only_refused("control.not_found", actor=bank.supervisor):
        do("accounts.set_overdraft", command | {"deposit": 999_999}, actor=bank.supervisor)


def test_a_closed_deposit_is_limited_no_more(bank: Bank) -> None:
    opened = deposit(bank, product(bank))
    do("accounts.close_deposit", {"deposit": opened.id}, actor=bank.supervisor)
    refused = {"number": opened.number, "closed_on": bank.date.isoformat()}
    for name, more in (
        ("accounts.set_overdraft", {"overdraft_minor": 1}),
        ("accounts.block", {"reason": "арешт"}),
        ("accounts.place_hold", {"amount": days.uah(1), "reason": "арешт"}),
        ("accounts.close_deposit", {}),
        ("accounts.settle_interest", {}),
    ):
        with only_refused("accounts.deposit_closed", actor=bank.supervisor, **refused):
            do(name, {"deposit": opened.id, **more}, actor=bank.supervisor)


def _held(account: int) -> int:
    held: int = sql.value(
        "SELECT held_minor FROM ledger_balance WHERE account_id = %(account)s",
        {"account": account},
    )
    return held
