"""An accountant asks for an entry by hand; a chief accountant agrees, or nothing is booked."""

from typing import Any

import pytest

from apps.control import guarding
from apps.control.door import preview
from apps.control.models import ApprovalPolicy
from apps.kernel import sql
from tests.cash import desk
from tests.cash.desk import amount, gl_minor, only_refused
from tests.factories import Bank, do, set_policy


@pytest.fixture
def accounts(bank: Bank) -> tuple[str, str]:
    """Internal accounts for costs of the household and for what is owed for services."""
    costs, owed = (_internal(bank, code) for code in ("7431", "3619"))
    return costs, owed


def _internal(bank: Bank, code: str, **more: Any) -> str:
    command = {"branch": bank.branch, "gl_code": code, "currency": "UAH"} | more
    number: str = do("finance.open_internal_account", command, actor=bank.accountant).result[
        "number"
    ]
    return number


def leg(account: str, side: str, minor: int, currency: str = "UAH") -> dict[str, Any]:
    return {"account": account, "side": side, "amount": amount(minor, currency)}


def entry(bank: Bank, *legs: dict[str, Any]) -> dict[str, Any]:
    return {"branch": bank.branch, "legs": list(legs), "narrative": "Рахунок 17 за прибирання"}


def agree(approval: int | None, by: Any) -> Any:
    meaning = sql.value(
        "SELECT meaning_hash FROM control_approval WHERE id = %(id)s", {"id": approval}
    )
    return do("control.approve", {"approval": approval, "meaning": meaning}, actor=by)


def test_an_entry_is_booked_once_another_agrees(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 120_000), leg(owed, "credit", 120_000))
    parked = do("finance.book_manual_entry", command, actor=bank.accountant)
    assert parked.outcome == "parked"
    assert gl_minor("7431", branch=bank.branch) == 0

    done = agree(parked.approval_id, bank.chief_accountant)
    assert done.result["state"] == "done"
    assert gl_minor("7431", branch=bank.branch) == 120_000
    assert gl_minor("3619", branch=bank.branch) == -120_000
    run = sql.row(
        """SELECT r.actor_id, r.approval_id, v.checker_id, e.kind, e.narrative
             FROM ledger_entry e JOIN control_operationrun r ON r.id = e.run_id
             JOIN control_approvalvote v ON v.approval_id = r.approval_id"""
    )
    assert run == (
        bank.accountant.user_id,
        parked.approval_id,
        bank.chief_accountant.user_id,
        "finance.manual",
        "Рахунок 17 за прибирання",
    )


def test_what_is_declined_is_not_booked(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 100))
    parked = do("finance.book_manual_entry", command, actor=bank.accountant)
    no = {"approval": parked.approval_id, "reason": "Немає рахунку"}
    do("control.decline", no, actor=bank.chief_accountant)
    assert sql.value("SELECT count(*) FROM ledger_entry") == 0


def test_many_legs_of_one_entry(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    rent = _internal(bank, "7421", part="kyiv")
    assert rent == f"7421-{bank.branch}-UAH-kyiv"
    command = entry(bank, leg(costs, "debit", 30), leg(rent, "debit", 70), leg(owed, "credit", 100))
    seen = preview("finance.book_manual_entry", command, actor=bank.accountant)
    assert seen.needs is not None
    assert (seen.needs.role, seen.needs.checkers) == ("chief_accountant", 1)
    assert [minor for _, minor, _ in seen.meaning["entries"][0]["legs"]] == [30, 70, -100]


def test_an_account_is_opened_once(bank: Bank, accounts: tuple[str, str]) -> None:
    again = {"branch": bank.branch, "gl_code": "7431", "currency": "UAH"}
    first = sql.value("SELECT id FROM ledger_account WHERE number = %(n)s", {"n": accounts[0]})
    done = do("finance.open_internal_account", again, actor=bank.accountant)
    assert done.result == {"account": first, "number": accounts[0]}
    with only_refused("ledger.unknown_gl_account", actor=bank.accountant, code="9998"):
        do("finance.open_internal_account", again | {"gl_code": "9998"}, actor=bank.accountant)


def test_without_a_policy_nobody_books_by_hand(bank: Bank, accounts: tuple[str, str]) -> None:
    """The operation itself asks for a second person: no forgotten policy lets it through."""
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 100))
    with guarding.door_open():
        ApprovalPolicy.objects.filter(operation="finance.book_manual_entry").delete()
    needed = {"operation": "finance.book_manual_entry"}
    with only_refused("control.policy_missing", actor=bank.accountant, **needed):
        do("finance.book_manual_entry", command, actor=bank.accountant)
    with only_refused("control.policy_missing", actor=bank.accountant, **needed):
        preview("finance.book_manual_entry", command, actor=bank.accountant)


def test_no_amount_is_below_what_a_policy_covers(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    with guarding.door_open():
        ApprovalPolicy.objects.filter(operation="finance.book_manual_entry").delete()
    set_policy(
        "finance.book_manual_entry",
        role="chief_accountant",
        from_amount_minor=1_000,
        actor=bank.administrator,
    )
    small = entry(bank, leg(costs, "debit", 999), leg(owed, "credit", 999))
    needed = {"operation": "finance.book_manual_entry"}
    with only_refused("control.policy_missing", actor=bank.accountant, **needed):
        do("finance.book_manual_entry", small, actor=bank.accountant)
    large = entry(bank, leg(costs, "debit", 1_000), leg(owed, "credit", 1_000))
    done = do("finance.book_manual_entry", large, actor=bank.accountant)
    assert done.outcome == "parked"


def test_nobody_agrees_with_themselves(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    both = {
        "user": bank.accountant.user_id,
        "role": "chief_accountant",
        "valid_from": bank.date,
    }
    do("access.grant_role", both, actor=bank.administrator)
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 100))
    parked = do("finance.book_manual_entry", command, actor=bank.accountant)
    with only_refused("control.self_approval", actor=bank.accountant):
        agree(parked.approval_id, bank.accountant)
    with only_refused(
        "control.permission_missing", actor=bank.teller, permission="control.decide_approvals"
    ):
        agree(parked.approval_id, bank.teller)
    agree(parked.approval_id, bank.chief_accountant)


def test_debits_must_equal_credits(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 99))
    sums = {"debits": "1.00 UAH", "credits": "0.99 UAH"}
    with only_refused("finance.does_not_balance", actor=bank.accountant, **sums):
        do("finance.book_manual_entry", command, actor=bank.accountant)
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "debit", 100))
    sums = {"debits": "2.00 UAH", "credits": "0.00 UAH"}
    with only_refused("finance.does_not_balance", actor=bank.accountant, **sums):
        do("finance.book_manual_entry", command, actor=bank.accountant)


def test_an_entry_is_of_one_currency(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    command = entry(
        bank,
        leg(costs, "debit", 100),
        leg(owed, "credit", 100),
        leg(costs, "debit", 1, "EUR"),
        leg(owed, "credit", 1, "EUR"),
    )
    mixed = {"one": "UAH", "other": "EUR"}
    with only_refused("kernel.mixed_currencies", actor=bank.accountant, **mixed):
        do("finance.book_manual_entry", command, actor=bank.accountant)


@pytest.mark.parametrize("minor", [0, -100])
def test_each_leg_is_above_zero(bank: Bank, accounts: tuple[str, str], minor: int) -> None:
    costs, owed = accounts
    command = entry(
        bank,
        leg(costs, "debit", 200),
        leg(costs, "debit", minor),
        leg(owed, "credit", 200 + minor),
    )
    said = {"amount": str(desk.uah(minor))}
    with only_refused("control.amount_not_positive", actor=bank.accountant, **said):
        do("finance.book_manual_entry", command, actor=bank.accountant)


@pytest.mark.parametrize("given", ["0.001", "NaN", "1e309", "1_000", "99999999999999999999"])
def test_wrong_amounts(bank: Bank, accounts: tuple[str, str], given: str) -> None:
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 100))
    command["legs"][0]["amount"] = {"amount": given, "currency": "UAH"}
    before = desk.whole_state()
    with pytest.raises(Exception, match=r"kernel\.(not_an_amount|too_many_decimals|amount_too)"):
        do("finance.book_manual_entry", command, actor=bank.accountant)
    assert desk.whole_state() == before


def test_one_leg_or_another_side_is_no_entry(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    for legs in ([], [leg(costs, "debit", 100)], [leg(costs, "debit", 1), leg(owed, "left", 1)]):
        with pytest.raises(Exception, match=r"control\.malformed_command"):
            do("finance.book_manual_entry", entry(bank, *legs), actor=bank.accountant)


def test_customers_and_tills_are_out_of_reach(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, _ = accounts
    customer = desk.deposit(bank, minor=100)
    vault = desk.till(bank, "vault")
    number = sql.value(
        "SELECT number FROM ledger_account WHERE owner = %(owner)s", {"owner": f"till:{vault}"}
    )
    for other in (customer.number, number):
        command = entry(bank, leg(costs, "debit", 100), leg(other, "credit", 100))
        with only_refused("finance.not_internal", actor=bank.accountant, account=other):
            do("finance.book_manual_entry", command, actor=bank.accountant)


def test_unknown_accounts_and_those_of_others_answer_alike(
    bank: Bank, accounts: tuple[str, str]
) -> None:
    costs, _ = accounts
    there = do(
        "finance.open_internal_account",
        {"branch": bank.other_branch, "gl_code": "3619", "currency": "UAH"},
        actor=bank.accountant,
    ).result["number"]
    for other in ("3619-999-UAH", there):
        command = entry(bank, leg(costs, "debit", 100), leg(other, "credit", 100))
        with only_refused("ledger.unknown_account", actor=bank.accountant, account=other):
            do("finance.book_manual_entry", command, actor=bank.accountant)


def test_only_accountants_ask(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 100))
    missing = {"permission": "finance.book_manual_entries"}
    for other in (bank.teller, bank.chief_accountant):
        with only_refused("control.permission_missing", actor=other, **missing):
            do("finance.book_manual_entry", command, actor=other)
    with only_refused("control.not_found", actor=bank.accountant):
        do("finance.book_manual_entry", command | {"branch": 999_999_999}, actor=bank.accountant)


def test_an_entry_by_hand_is_reversed_by_the_chief(bank: Bank, accounts: tuple[str, str]) -> None:
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 100))
    agree(
        do("finance.book_manual_entry", command, actor=bank.accountant).approval_id,
        bank.chief_accountant,
    )
    number = sql.value("SELECT max(id) FROM ledger_entry")
    undo = {"entry": number, "reason": "Помилковий рахунок"}
    do("ledger.reverse_entry", undo, actor=bank.chief_accountant)
    assert gl_minor("7431", branch=bank.branch) == 0


def test_an_entry_by_hand_is_not_undone_by_its_maker_alone(
    bank: Bank, accounts: tuple[str, str]
) -> None:
    costs, owed = accounts
    command = entry(bank, leg(costs, "debit", 100), leg(owed, "credit", 100))
    parked = do("finance.book_manual_entry", command, actor=bank.accountant)
    agree(parked.approval_id, bank.chief_accountant)
    undo = {"entry": sql.value("SELECT max(id) FROM ledger_entry"), "reason": "Помилка в сумі"}
    with only_refused("finance.own_entry", actor=bank.accountant):
        do("ledger.reverse_entry", undo, actor=bank.accountant)
    assert gl_minor("7431", branch=bank.branch) == 100
    do("ledger.reverse_entry", undo, actor=bank.second_chief_accountant)
    assert gl_minor("7431", branch=bank.branch) == 0
