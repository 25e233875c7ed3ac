"""Settling what has accrued, and closing an account for good."""

import datetime as dt
from decimal import Decimal
from threading import Thread

import pytest
from django.db import connection

from apps.accounts import queries
from apps.kernel import sql
from tests.accounts import days
from tests.accounts.days import accrued, close_day, close_through, deposit, paid, product, put
from tests.cash.desk import only_refused
from tests.conftest import OwnDatabase
from tests.factories import Bank, do


def test_accrued_interest_is_settled_less_taxes(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_000_00)
    for _ in range(3):
        close_day(bank)
    settled = do("accounts.settle_interest", {"deposit": saved.id}, actor=bank.supervisor).result
    # Three days of 3835.6164383562 kopiykas.
    assert settled == {
        "gross_minor": 11_507,
        "pit_minor": 2_071,
        "levy_minor": 575,
        "net_minor": 8_861,
    }
    assert saved.minor == 100_000_00 + 8_861
    assert paid(saved) == [(bank.date + dt.timedelta(days=2), 11_507, 2_071, 575, 8_861)]
    assert (days.own_minor("2628"), days.own_minor("3622")) == (0, -2_646)
    assert queries.accrued(saved.id) == Decimal("-0.1506849314")
    # At once again there is nothing.
    again = do("accounts.settle_interest", {"deposit": saved.id}, actor=bank.supervisor).result
    assert set(again.values()) == {0}
    close_day(bank)


def test_the_month_pays_only_what_was_not_settled(bank: Bank) -> None:
    saved = deposit(bank, product(bank, capitalisation="monthly"), minor=100_000_00)
    close_through(bank, dt.date(2026, 1, 20))
    do("accounts.settle_interest", {"deposit": saved.id}, actor=bank.supervisor)
    close_through(bank, dt.date(2026, 1, 31))
    first, second = paid(saved)
    assert (first[0], second[0]) == (dt.date(2026, 1, 20), dt.date(2026, 1, 31))
    assert first[1] + second[1] == round(sum(amount for *_, amount in accrued(saved)))
    assert days.own_minor("2628") == 0


def test_an_empty_account_is_closed_and_its_last_fraction_written_off(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_000_00)
    for _ in range(3):
        close_day(bank)
    do("accounts.settle_interest", {"deposit": saved.id}, actor=bank.supervisor)
    put(bank, saved, -saved.minor)
    do("accounts.close_deposit", {"deposit": saved.id}, actor=bank.supervisor)
    closed_on = bank.date + dt.timedelta(days=3)
    assert queries.deposit(saved.id).closed_on == closed_on
    assert accrued(saved)[-1] == (closed_on, 0, Decimal("0.1506849314"))
    assert sum(amount for *_, amount in accrued(saved)) == 11_507
    close_day(bank)
    close_day(bank)
    assert sql.value(
        "SELECT accrued_minor FROM accounts_accrualtotal ORDER BY booking_date DESC LIMIT 1"
    ) == Decimal(11_507)
    assert days.own_minor("2628") == 0


def test_the_total_forgets_a_fraction_also_when_no_product_accrues_any_more(bank: Bank) -> None:
    code = product(bank)
    saved = deposit(bank, code, minor=100_000_00)
    days.version(bank, code, bank.date + dt.timedelta(days=1), annual_rate=Decimal(0))
    close_day(bank)
    do("accounts.settle_interest", {"deposit": saved.id}, actor=bank.supervisor)
    put(bank, saved, -saved.minor)
    do("accounts.close_deposit", {"deposit": saved.id}, actor=bank.supervisor)
    close_day(bank)
    assert sql.value("SELECT max(accrued_minor) FROM accounts_accrualtotal") == 3836


def test_a_closed_account_takes_no_money(bank: Bank) -> None:
    saved = deposit(bank, product(bank))
    do("accounts.close_deposit", {"deposit": saved.id}, actor=bank.supervisor)
    with only_refused("ledger.account_closed", actor=bank.prober, account=saved.number):
        put(bank, saved, 1_00)


def test_mandates_end_with_the_account(bank: Bank) -> None:
    saved = deposit(bank, product(bank))
    helper = days.customer(bank)
    do("accounts.authorise_person", {"deposit": saved.id, "customer": helper}, actor=bank.teller)
    do("accounts.close_deposit", {"deposit": saved.id}, actor=bank.supervisor)
    assert queries.of_customer(helper) == []


@pytest.mark.parametrize("minor", [1_00, -1_00])
def test_an_account_with_money_or_a_debt_is_not_closed(bank: Bank, minor: int) -> None:
    saved = deposit(bank, product(bank), overdraft_minor=5_00)
    put(bank, saved, minor)
    with only_refused("ledger.account_not_empty", actor=bank.supervisor, account=saved.number):
        do("accounts.close_deposit", {"deposit": saved.id}, actor=bank.supervisor)


def test_an_account_with_a_hold_is_not_closed(bank: Bank) -> None:
    saved = deposit(bank, product(bank))
    do(
        "accounts.place_hold",
        {"deposit": saved.id, "amount": days.uah(1), "reason": "арешт"},
        actor=bank.supervisor,
    )
    with only_refused("ledger.account_not_empty", actor=bank.supervisor, account=saved.number):
        do("accounts.close_deposit", {"deposit": saved.id}, actor=bank.supervisor)


def test_interest_that_is_due_is_never_lost_by_closing(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_000_00)
    close_day(bank)
    put(bank, saved, -100_000_00)
    with only_refused(
        "accounts.interest_unsettled",
        actor=bank.supervisor,
        number=saved.number,
        accrued="38.36 UAH",
    ):
        do("accounts.close_deposit", {"deposit": saved.id}, actor=bank.supervisor)


def test_nothing_is_settled_while_yesterdays_interest_is_computed(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_000_00)
    plain = deposit(bank, product(bank, annual_rate=Decimal(0)))
    date = days.roll(bank)
    for name in ("accounts.settle_interest", "accounts.close_deposit"):
        with only_refused(
            "accounts.interest_being_computed", actor=bank.supervisor, date=date.isoformat()
        ):
            do(name, {"deposit": saved.id}, actor=bank.supervisor)
    # An account that earns nothing waits for nothing.
    do("accounts.close_deposit", {"deposit": plain.id}, actor=bank.supervisor)


def test_who_may_not_settle_or_close(bank: Bank) -> None:
    saved = deposit(bank, product(bank))
    for name in ("accounts.settle_interest", "accounts.close_deposit"):
        with only_refused(
            "control.permission_missing", actor=bank.teller, permission="accounts.manage"
        ):
            do(name, {"deposit": saved.id}, actor=bank.teller)
        with only_refused("control.not_found", actor=bank.other_supervisor):
            do(name, {"deposit": saved.id}, actor=bank.other_supervisor)


def test_settling_at_once_from_several_places_pays_once(
    own_database: OwnDatabase, bank: Bank
) -> None:
    saved = deposit(bank, product(bank), minor=100_000_00)
    close_day(bank)
    results: list[int] = []

    def settle() -> None:
        try:
            done = do("accounts.settle_interest", {"deposit": saved.id}, actor=bank.supervisor)
            results.append(done.result["net_minor"])
        finally:
            connection.close()

    threads = [Thread(target=settle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # 3836 kopiykas less PIT of 690 and the levy of 192.
    assert sorted(results) == [0, 0, 0, 2_954]
    assert saved.minor == 100_000_00 + 2_954
    close_day(bank)


def test_what_decided_is_part_of_the_runs_meaning(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_000_00)
    close_day(bank)
    do("accounts.settle_interest", {"deposit": saved.id}, actor=bank.supervisor)
    effect = sql.value(
        """SELECT effect::json FROM control_operationrun
            WHERE operation = 'accounts.settle_interest' ORDER BY at DESC, id DESC LIMIT 1"""
    )
    version = sql.value("SELECT max(id) FROM products_version")
    assert effect["rules"] == {"product_version": version, "pit": "18.000000", "levy": "5.000000"}
