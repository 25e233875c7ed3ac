"""Opening accounts for customers, and letting others dispose of them."""

import datetime as dt
from decimal import Decimal

import pytest
from stdnum import iban

from apps.accounts import queries
from apps.kernel import sql
from tests.accounts import days
from tests.accounts.days import customer, deposit, product
from tests.accounts.refusing import malformed
from tests.cash.desk import only_refused
from tests.factories import Bank, do


def test_the_bank_gives_a_number_whose_check_digits_are_right(bank: Bank) -> None:
    code = product(bank)
    first, second = deposit(bank, code), deposit(bank, code)
    assert iban.validate(first.number) == first.number
    assert first.number[4:10] == "300001"
    assert first.number[10:19] == "000002620"
    assert int(second.number[19:]) == int(first.number[19:]) + 1
    assert queries.by_number(first.number) == queries.deposit(first.id)


def test_a_deposit_has_the_branch_and_currency_of_its_opening(bank: Bank) -> None:
    owner, code = customer(bank), product(bank, currency="USD")
    opened = do(
        "accounts.open_deposit",
        {"customer": owner, "product": code, "branch": bank.branch, "number": " 26-20/7 "},
        actor=bank.teller,
    ).result
    facts = queries.deposit(opened["deposit"])
    assert (facts.number, facts.currency, facts.branch) == ("26-20/7", "USD", bank.branch)
    assert (facts.customer, facts.product_code, facts.opened_on) == (owner, code, bank.date)
    assert facts.closed_on is None
    assert sql.row(
        """SELECT a.number, a.currency, a.limited, a.owner, g.code
             FROM ledger_account a JOIN ledger_glaccount g ON g.id = a.gl_account_id
            WHERE a.id = %(account)s""",
        {"account": facts.account},
    ) == ("26-20/7", "USD", True, f"customer:{owner}", "2620")


def test_an_overdraft_agreed_at_opening_is_the_floor(bank: Bank) -> None:
    opened = deposit(bank, product(bank), overdraft_minor=500_00)
    days.put(bank, opened, -500_00)
    assert opened.minor == -500_00
    with only_refused(
        "ledger.insufficient_funds",
        actor=bank.prober,
        account=opened.number,
        available="0.00 UAH",
        asked="0.01 UAH",
    ):
        days.put(bank, opened, -1)


def test_a_number_that_is_taken_is_refused(bank: Bank) -> None:
    code = product(bank)
    taken = deposit(bank, code)
    command = {"customer": customer(bank), "product": code, "branch": bank.branch}
    with only_refused("accounts.number_taken", actor=bank.teller):
        do("accounts.open_deposit", command | {"number": taken.number}, actor=bank.teller)


@pytest.mark.parametrize("number", ["UA213223130000026007233566002", "номер", " ", "5" * 35])
def test_a_number_that_is_none_is_refused(bank: Bank, number: str) -> None:
    command = {"customer": customer(bank), "product": product(bank), "branch": bank.branch}
    with only_refused("accounts.number_malformed", actor=bank.teller, given=number[:40]):
        do("accounts.open_deposit", command | {"number": number}, actor=bank.teller)


def test_nobody_opens_an_account_for_nobody(bank: Bank) -> None:
    command = {"customer": 999_999, "product": product(bank), "branch": bank.branch}
    with only_refused("accounts.customer_unknown", actor=bank.teller, customer=999_999):
        do("accounts.open_deposit", command, actor=bank.teller)


def test_a_product_is_not_offered_before_its_first_version(bank: Bank) -> None:
    tomorrow = bank.date + dt.timedelta(days=1)
    code = product(bank, valid_from=tomorrow)
    command = {"customer": customer(bank), "product": code, "branch": bank.branch}
    with only_refused(
        "products.not_offered", actor=bank.teller, product=code, date=bank.date.isoformat()
    ):
        do("accounts.open_deposit", command, actor=bank.teller)
    with only_refused("products.unknown_product", actor=bank.teller, product="NONE"):
        do("accounts.open_deposit", command | {"product": "NONE"}, actor=bank.teller)


def test_an_overdraft_is_a_whole_number_that_the_bank_can_post(bank: Bank) -> None:
    command = {"customer": customer(bank), "product": product(bank), "branch": bank.branch}
    for overdraft in (-1, 10**15, 1.5, "100"):
        with malformed("/overdraft_minor"):
            do(
                "accounts.open_deposit",
                command | {"overdraft_minor": overdraft},
                actor=bank.teller,
            )


def test_a_teller_opens_accounts_in_their_own_branch_alone(bank: Bank) -> None:
    command = {"customer": customer(bank), "product": product(bank), "branch": bank.other_branch}
    with only_refused("control.not_found", actor=bank.teller):
        do("accounts.open_deposit", command, actor=bank.teller)
    with only_refused("control.permission_missing", actor=bank.accountant,
                      permission="accounts.open"):  # fmt: skip
        do("accounts.open_deposit", command, actor=bank.accountant)


def test_an_authorised_person_sees_the_account_until_the_mandate_ends(bank: Bank) -> None:
    opened = deposit(bank, product(bank), minor=100_00)
    helper = customer(bank)
    given = {"deposit": opened.id, "customer": helper}
    do("accounts.authorise_person", given, actor=bank.teller)
    [seen] = queries.of_customer(helper)
    assert (seen.deposit, seen.balance_minor, seen.by_mandate) == (opened.id, 100_00, True)
    do("accounts.revoke_mandate", given, actor=bank.teller)
    assert queries.of_customer(helper) == []
    with only_refused("control.not_found", actor=bank.teller):
        do("accounts.revoke_mandate", given, actor=bank.teller)


def test_a_mandate_is_given_once_and_never_to_the_owner(bank: Bank) -> None:
    opened = deposit(bank, product(bank))
    owner, helper = queries.deposit(opened.id).customer, customer(bank)
    do(
        "accounts.authorise_person",
        {"deposit": opened.id, "customer": helper},
        actor=bank.teller,
    )
    for person, code, data in (
        (helper, "accounts.already_authorised", {}),
        (owner, "accounts.owner_needs_no_mandate", {}),
        (999_999, "accounts.customer_unknown", {"customer": 999_999}),
    ):
        with only_refused(code, actor=bank.teller, **data):
            do(
                "accounts.authorise_person",
                {"deposit": opened.id, "customer": person},
                actor=bank.teller,
            )


def test_what_a_customer_has(bank: Bank) -> None:
    code = product(bank, annual_rate=Decimal(0))
    opened = deposit(bank, code, minor=150_00, overdraft_minor=20_00)
    do(
        "accounts.place_hold",
        {"deposit": opened.id, "amount": days.uah(30_00), "reason": "арешт"},
        actor=bank.supervisor,
    )
    [seen] = queries.of_customer(queries.deposit(opened.id).customer)
    assert (seen.number, seen.product, seen.currency) == (opened.number, code, "UAH")
    assert (seen.balance_minor, seen.held_minor, seen.available_minor) == (150_00, 30_00, 140_00)
    assert (seen.opened_on, seen.closed_on, seen.by_mandate) == (bank.date, None, False)
