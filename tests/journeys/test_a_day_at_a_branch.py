"""A day at a branch, told from the first count to the close of the date, and then the next one."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Accrual, Capitalisation
from apps.control.declarations import INVARIANTS
from apps.control.run import Actor
from apps.eod.clock import close_day
from apps.kernel import queries as kernel
from apps.kernel import sql
from apps.ledger import queries as ledger
from tests.cash import desk
from tests.cash.desk import FLOAT, amount, close_session, only_refused, open_session
from tests.conftest import OwnDatabase
from tests.factories import Bank, do, set_policy

ELSEWHERE = {"bank": "305299", "account": "UA793052990000026002661176318"}


def agree(approval: int | None, by: Actor) -> None:
    meaning = sql.value(
        "SELECT meaning_hash FROM control_approval WHERE id = %(id)s", {"id": approval}
    )
    do("control.approve", {"approval": approval, "meaning": meaning}, actor=by)


def prove(date: dt.date) -> dict[str, list[tuple[Any, ...]]]:
    """Every invariant on a date; what it finds, if it finds anything."""
    found = {one.name: sql.rows(one.statement, {"date": date}) for one in INVARIANTS}
    return {name: rows for name, rows in found.items() if rows}


def close(bank: Bank) -> None:
    """Move the date and close the one behind it, in this process."""
    close_day(actor=bank.operations, inline=True)


def savings(bank: Bank) -> str:
    """A savings product: 9 % a year on closing balances, paid monthly, taxed."""
    product = {"code": "SAVE", "kind": "savings", "name_uk": "Ощадний", "name_en": "Savings"}
    do("products.create_product", product | {"currency": "UAH"}, actor=bank.product_manager)
    terms = {
        "product": "SAVE",
        "valid_from": bank.date,
        "annual_rate": Decimal(9),
        "capitalisation": "monthly",
    }
    do("products.add_version", terms, actor=bank.product_manager)
    return "SAVE"


def register(bank: Bank, last_name: str, *products: str) -> list[desk.Opened]:
    """A customer who comes to the teller, and the accounts that they open."""
    customer = do(
        "customers.register_person",
        {
            "branch": bank.branch,
            "last_name": last_name,
            "first_name": "Леся",
            "birth_date": dt.date(1985, 2, 25),
            "no_tax_number_reason": "відмова за переконаннями",
        },
        actor=bank.teller,
    ).result["customer"]
    made = []
    for product in products:
        opened = do(
            "accounts.open_deposit",
            {"customer": customer, "product": product, "branch": bank.branch},
            actor=bank.teller,
        ).result
        made.append(desk.Opened(opened["deposit"], opened["account"], opened["number"]))
    return made


@pytest.fixture
def branch(own_database: OwnDatabase, bank: Bank) -> Bank:
    """A branch whose large withdrawals the supervisor must agree to."""
    set_policy(
        "cash.withdraw", role="supervisor", from_amount_minor=200_000, actor=bank.administrator
    )
    return bank


def test_two_days_at_a_branch(branch: Bank) -> None:
    bank, monday = branch, branch.date
    current_account, saving = desk.product(bank), savings(bank)

    # Before the doors open: cash from the vault, a count that agrees with the book.
    at = desk.staff_a_till(bank)

    # A new customer brings 3 000 and puts 2 000 aside.
    current, saved = register(bank, "Українка", current_account, saving)
    do("cash.deposit", desk.over_the_counter(at, current, 300_000), actor=bank.teller)
    aside = {"source": current.id, "target": saved.id, "amount": amount(200_000)}
    do("payments.transfer", aside | {"purpose": "Відкладаю"}, actor=bank.teller)

    # Her salary arrives, her bill goes out.
    salary = {"target": current.id, "amount": amount(2_550_075), "purpose": "Зарплата"}
    do("payments.receive", salary | ELSEWHERE, actor=bank.operations)
    bill = {"source": current.id, "amount": amount(84_020), "purpose": "За світло"}
    do("payments.send", bill | ELSEWHERE, actor=bank.operations)

    # More than she has is refused, and nothing is left of it but the journal's line.
    little = {"account": saved.number, "available": "2000.00 UAH", "asked": "2000.01 UAH"}
    with only_refused("ledger.insufficient_funds", actor=bank.teller, **little):
        do("cash.withdraw", desk.over_the_counter(at, saved, 200_001), actor=bank.teller)

    # 2 500 in cash is much here: the supervisor sees what will move, and agrees.
    much = desk.over_the_counter(at, current, 250_000)
    parked = do("cash.withdraw", much, actor=bank.teller)
    assert (parked.outcome, current.minor) == ("parked", 2_566_055)
    agree(parked.approval_id, bank.supervisor)
    assert current.minor == 2_316_055

    # The teller keys in ten times too much; the supervisor takes it back.
    slip = do("cash.deposit", desk.over_the_counter(at, current, 100_000), actor=bank.teller)
    entry = sql.value("SELECT id FROM ledger_entry WHERE run_id = %(run)s", {"run": slip.run_id})
    undo = {"entry": entry, "reason": "Сто замість тисячі"}
    do("ledger.reverse_entry", undo, actor=bank.supervisor)
    do("cash.deposit", desk.over_the_counter(at, current, 10_000), actor=bank.teller)

    # The accountant books a bill for cleaning; the chief accountant agrees.
    costs, owed = (
        do(
            "finance.open_internal_account",
            {"branch": bank.branch, "gl_code": code, "currency": "UAH"},
            actor=bank.accountant,
        ).result["number"]
        for code in ("7431", "3619")
    )
    legs = [
        {"account": costs, "side": "debit", "amount": amount(45_000)},
        {"account": owed, "side": "credit", "amount": amount(45_000)},
    ]
    entry_by_hand = {"branch": bank.branch, "legs": legs, "narrative": "Прибирання за грудень"}
    parked = do("finance.book_manual_entry", entry_by_hand, actor=bank.accountant)
    agree(parked.approval_id, bank.chief_accountant)

    # Nobody goes home while a till is open.
    name = sql.value("SELECT name FROM cash_till WHERE id = %(id)s", {"id": at.till})
    obstacle = {"gate": "cash.open_sessions", "what": name, "owner": "Teller"}
    shut = {"date": monday.isoformat(), "obstacles": [obstacle]}
    with only_refused("eod.gate_shut", actor=bank.operations, **shut):
        close(bank)

    # 3 000 and 100 came in, 2 500 went out; one note of 20 is too many.
    evening = [[50_000, 11], [20_000, 2], [10_000, 1], [1_000, 1], [2_000, 1], [50, 5]]
    assert close_session(at.session, evening, bank.teller) == 2_000
    close(bank)

    tuesday = monday + dt.timedelta(days=1)
    assert (kernel.last_closed_date(), kernel.current_date()) == (monday, tuesday)
    assert prove(monday) == {}
    closing = {line.code: line.closing_minor for line in ledger.trial_balance(monday)}
    assert sum(closing.values()) == 0
    accrued = Accrual.objects.get(deposit_id=saved.id)
    # 2 000.00 at 9 % for a day of 365: 0.4931506849 hryvnias, kept in full.
    assert (accrued.booking_date, accrued.basis_minor) == (monday, 200_000)
    assert accrued.amount_minor == Decimal("49.3150684932")
    assert closing == {
        "1001": 10_000_000 - desk.FLOAT_MINOR,
        "1002": desk.FLOAT_MINOR + 60_000 + 2_000,
        "1200": -10_000_000 + 2_550_075 - 84_020,
        "2620": -(2_326_055 + 200_000),
        "2628": -49,
        "3619": -45_000,
        "6399": -2_000,
        "7040": 49,
        "7431": 45_000,
    }

    # The next morning another teller counts what was left, and the story goes on.
    session = open_session(at.till, evening, bank.second_teller)
    tomorrow = desk.Desk(at.vault, at.till, session, bank.second_teller)
    where = {"till": name, "date": tuesday.isoformat()}
    with only_refused("cash.session_not_open", actor=bank.teller, **where):
        do("cash.deposit", desk.over_the_counter(tomorrow, current, 100), actor=bank.teller)
    out = desk.over_the_counter(tomorrow, current, 100_000)
    do("cash.withdraw", out, actor=bank.second_teller)
    # Yesterday's payment out is reversed today: yesterday's books stay as they were.
    payment = sql.value("SELECT max(id) FROM ledger_entry WHERE kind = 'payments.send'")
    undo = {"entry": payment, "reason": "Повернено банком отримувача"}
    do("ledger.reverse_entry", undo, actor=bank.supervisor)
    assert current.minor == 2_326_055 - 100_000 + 84_020
    assert ledger.balance_on(current.account, monday) == -2_326_055
    evening = [[50_000, 9], [20_000, 2], [10_000, 1], [1_000, 1], [2_000, 1], [50, 5]]
    assert close_session(session, evening, bank.second_teller) == 0
    close(bank)

    assert kernel.last_closed_date() == tuesday
    assert prove(tuesday) == {}
    assert {line.code: line.closing_minor for line in ledger.trial_balance(monday)} == closing
    assert Accrual.objects.filter(deposit_id=saved.id).count() == 2


def test_a_month_ends_and_interest_is_paid(branch: Bank) -> None:
    bank = branch
    (saved,) = register(bank, "Українка", savings(bank))
    salary = {"target": saved.id, "amount": amount(1_000_000), "purpose": "Зарплата"}
    do("payments.receive", salary | ELSEWHERE, actor=bank.operations)
    days = 27  # from 5 to 31 January, both included
    for _ in range(days):
        close(bank)
    assert kernel.last_closed_date() == dt.date(2026, 1, 31)
    # 10 000.00 at 9 % for 27 days of 365 is 66.5753… hryvnias; 18 % and 5 % of it are taxes.
    paid = Capitalisation.objects.get(deposit_id=saved.id)
    assert (paid.accrued_through, paid.booking_date) == (dt.date(2026, 1, 31),) * 2
    assert (paid.gross_minor, paid.pit_minor, paid.levy_minor) == (6_658, 1_198, 333)
    assert paid.net_minor == 6_658 - 1_198 - 333
    assert saved.minor == 1_000_000 + paid.net_minor
    closing = {line.code: line.closing_minor for line in ledger.trial_balance(dt.date(2026, 1, 31))}
    assert closing["3622"] == -(1_198 + 333)
    assert closing["7040"] == 6_658
    assert closing.get("2628", 0) == 0
    assert prove(dt.date(2026, 1, 31)) == {}


def test_the_counter_works_on_while_the_day_before_closes(branch: Bank) -> None:
    """The date moves first: what is booked meanwhile is tomorrow's, whoever is still closing."""
    bank, monday = branch, branch.date
    (current,) = register(bank, "Українка", desk.product(bank))
    at = desk.staff_a_till(bank)
    do("cash.deposit", desk.over_the_counter(at, current, 10_000), actor=bank.teller)
    close_session(at.session, [*FLOAT, [10_000, 1]], bank.teller)
    do("eod.open_next_day", {}, actor=bank.operations)
    assert (kernel.closing_date(), kernel.current_date()) == (monday, monday + dt.timedelta(1))

    session = open_session(at.till, [*FLOAT, [10_000, 1]], bank.teller)
    early = desk.Desk(at.vault, at.till, session, bank.teller)
    do("cash.deposit", desk.over_the_counter(early, current, 500), actor=bank.teller)
    with only_refused("eod.older_date_closes", actor=bank.operations):
        do("eod.open_next_day", {}, actor=bank.operations)
    close(bank)
    assert kernel.last_closed_date() == monday
    assert ledger.balance_on(current.account, monday) == -10_000
    assert current.minor == 10_500
    assert prove(monday) == {}
