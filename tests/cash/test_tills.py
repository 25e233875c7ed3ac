"""A supervisor creates tills, supplies the vault and moves cash between tills."""

import pytest

from apps.cash.models import Till
from apps.kernel import sql
from tests.cash import desk
from tests.cash.desk import FLOAT_MINOR, amount, only_refused, till, till_minor
from tests.factories import Bank, add_user, do


@pytest.mark.parametrize(
    ("kind", "gl_code"), [("vault", "1001"), ("counter", "1002"), ("position", "1002")]
)
def test_a_till_has_an_account_that_never_falls_below_zero(
    bank: Bank, kind: str, gl_code: str
) -> None:
    made = do(
        "cash.create_till",
        {"branch": bank.branch, "currency": "UAH", "kind": kind, "name": "Каса 1"},
        actor=bank.supervisor,
    ).result

    found = sql.row(
        """SELECT g.code, a.branch_id, a.currency, a.limited, a.owner, b.floor_minor,
                  b.balance_minor
             FROM ledger_account a JOIN ledger_glaccount g ON g.id = a.gl_account_id
             JOIN ledger_balance b ON b.account_id = a.id WHERE a.id = %(account)s""",
        {"account": made["account"]},
    )
    assert found == (gl_code, bank.branch, "UAH", True, f"till:{made['till']}", 0, 0)
    kept = Till.objects.get(id=made["till"])
    assert (kept.name, kept.kind, kept.account_id) == ("Каса 1", kind, made["account"])
    assert kept.created_on == bank.date


def test_a_name_is_given_once_in_a_branch(bank: Bank) -> None:
    till(bank, "counter", name="Каса 1")
    till(bank, "counter", name="Каса 1", currency="EUR")
    till(bank, "counter", name="Каса 1", branch=bank.other_branch)
    with only_refused("cash.till_name_taken", actor=bank.supervisor):
        till(bank, "position", name="Каса 1")


def test_tills_are_created_by_who_manages_them_there(bank: Bank) -> None:
    new = {"branch": bank.branch, "currency": "UAH", "kind": "counter", "name": "Каса 1"}
    missing = {"permission": "cash.manage_tills"}
    with only_refused("control.permission_missing", actor=bank.teller, **missing):
        do("cash.create_till", new, actor=bank.teller)
    with only_refused("control.not_found", actor=bank.other_supervisor):
        do("cash.create_till", new, actor=bank.other_supervisor)
    with pytest.raises(Exception, match=r"kernel\.unknown_currency"):
        do("cash.create_till", new | {"currency": "XXX"}, actor=bank.supervisor)


def test_the_vault_is_supplied_from_the_central_bank(bank: Bank) -> None:
    vault = till(bank, "vault")
    do("cash.supply_vault", {"till": vault, "amount": amount(5_000_000)}, actor=bank.supervisor)
    assert till_minor(vault) == 5_000_000
    assert desk.gl_minor("1001", branch=bank.branch) == 5_000_000
    assert desk.gl_minor("1200", branch=bank.branch) == -5_000_000


def test_only_a_vault_is_supplied(bank: Bank) -> None:
    counter = till(bank, "counter", name="Каса 1")
    wrong = {"till": "Каса 1", "kind": "counter", "needed": "vault"}
    with only_refused("cash.wrong_kind_of_till", actor=bank.supervisor, **wrong):
        do("cash.supply_vault", {"till": counter, "amount": amount(100)}, actor=bank.supervisor)


def test_cash_goes_from_the_vault_to_a_staffed_till_and_back(bank: Bank) -> None:
    at = desk.staff_a_till(bank)
    assert till_minor(at.till) == FLOAT_MINOR
    back = {"source": at.till, "target": at.vault, "amount": amount(41_250)}
    do("cash.move_cash", back, actor=bank.supervisor)
    assert till_minor(at.till) == FLOAT_MINOR - 41_250
    assert till_minor(at.vault) == 10_000_000 - FLOAT_MINOR + 41_250


def test_cash_goes_to_a_position_at_any_time(bank: Bank) -> None:
    vault, position = till(bank, "vault"), till(bank, "position")
    do("cash.supply_vault", {"till": vault, "amount": amount(1_000)}, actor=bank.supervisor)
    move = {"source": vault, "target": position, "amount": amount(400)}
    do("cash.move_cash", move, actor=bank.supervisor)
    assert (till_minor(vault), till_minor(position)) == (600, 400)


def test_no_cash_goes_to_a_counter_where_nobody_works(bank: Bank) -> None:
    vault, counter = till(bank, "vault"), till(bank, "counter", name="Каса 1")
    do("cash.supply_vault", {"till": vault, "amount": amount(1_000)}, actor=bank.supervisor)
    move = {"source": vault, "target": counter, "amount": amount(400)}
    where = {"till": "Каса 1", "date": "2026-01-05"}
    with only_refused("cash.till_not_staffed", actor=bank.supervisor, **where):
        do("cash.move_cash", move, actor=bank.supervisor)


def test_cash_stays_in_its_till_branch_and_currency(bank: Bank) -> None:
    vault, position = till(bank, "vault"), till(bank, "position")
    euros = till(bank, "position", currency="EUR")
    elsewhere = till(bank, "position", branch=bank.other_branch)
    do("cash.supply_vault", {"till": vault, "amount": amount(1_000)}, actor=bank.supervisor)

    def move(target: int, minor: int, currency: str = "UAH") -> None:
        command = {"source": vault, "target": target, "amount": amount(minor, currency)}
        do("cash.move_cash", command, actor=bank.supervisor)

    with only_refused("cash.same_till", actor=bank.supervisor):
        move(vault, 100)
    with only_refused("control.not_found", actor=bank.supervisor):
        move(elsewhere, 100)
    with only_refused("control.not_found", actor=bank.supervisor):
        move(999_999_999, 100)
    number = sql.value(
        "SELECT number FROM ledger_account WHERE owner = %(owner)s", {"owner": f"till:{euros}"}
    )
    wrong = {"account": number, "kept_in": "EUR", "given": "UAH"}
    with only_refused("ledger.wrong_currency", actor=bank.supervisor, **wrong):
        move(euros, 100)
    number = sql.value(
        "SELECT number FROM ledger_account WHERE owner = %(owner)s", {"owner": f"till:{vault}"}
    )
    little = {"account": number, "available": "10.00 UAH", "asked": "10.01 UAH"}
    with only_refused("ledger.insufficient_funds", actor=bank.supervisor, **little):
        move(position, 1_001)


def test_new_notes_can_be_counted_once_added(bank: Bank) -> None:
    counter = till(bank, "counter")
    known = (
        "1000.00 UAH, 500.00 UAH, 200.00 UAH, 100.00 UAH, 50.00 UAH, 20.00 UAH, 10.00 UAH,"
        " 5.00 UAH, 2.00 UAH, 1.00 UAH, 0.50 UAH, 0.10 UAH"
    )
    unknown = {"given": "2000.00 UAH", "known": known}
    with only_refused("cash.unknown_denomination", actor=bank.teller, **unknown):
        desk.open_session(counter, [[200_000, 0]], bank.teller)
    note = {"currency": "UAH", "value_minor": 200_000, "kind": "note"}
    head = add_user(role="supervisor", actor=bank.administrator)
    do("cash.add_piece", note, actor=head)
    do("cash.add_piece", note, actor=head)
    desk.open_session(counter, [[200_000, 0]], bank.teller)
