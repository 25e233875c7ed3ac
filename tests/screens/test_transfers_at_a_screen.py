"""A transfer by its screen: whose accounts, how much, once."""

import pytest

from tests.cash.desk import deposit
from tests.factories import Bank
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

TRANSFER = "/payments/transfer/"


@pytest.fixture
def teller(bank: Bank, visit: Signing) -> Visitor:
    return visit("teller", language="en")


def test_a_transfer_is_told_posted_once_and_printed(bank: Bank, teller: Visitor) -> None:
    source, target = deposit(bank, minor=100_000), deposit(bank)
    given = {"source": source.number, "target": target.number, "amount": "250,25"}

    page = teller.review(TRANSFER, given | {"purpose": "Борг"})
    assert "250.25 UAH goes from the account of Шевченко Оксана" in page.text
    assert "then holds 749.75 UAH" in page.text
    receipt = teller.confirm(TRANSFER, page)
    teller.confirm(TRANSFER, page)

    assert (source.minor, target.minor) == (74_975, 25_025)
    assert "Two hundred fifty hryvnias 25 kopiykas" in teller.get(receipt).text


def test_money_of_another_branch_is_neither_taken_nor_told(bank: Bank, teller: Visitor) -> None:
    own = deposit(bank, minor=100_000)
    theirs = deposit(bank, branch=bank.other_branch, minor=555_500)
    out = {"source": own.number, "target": theirs.number, "amount": "1", "purpose": "Дар"}

    page = teller.review(TRANSFER, out)
    assert "Шевченко О." in page.text
    assert "5 555" not in page.text
    teller.confirm(TRANSFER, page)
    back = out | {"source": theirs.number, "target": own.number}
    refused = teller.review(TRANSFER, back, status=404)
    assert 'aria-describedby="msg_source"' in refused.html
    assert "Оксана" not in refused.text
    assert (own.minor, theirs.minor) == (99_900, 555_600)


def test_two_currencies_and_one_account_are_told_at_the_target(bank: Bank, teller: Visitor) -> None:
    own = deposit(bank, minor=100_000)
    euros = deposit(bank, currency="EUR")
    given = {"source": own.number, "amount": "1", "purpose": "Дар"}

    other = teller.review(TRANSFER, given | {"target": euros.number}, status=422)
    same = teller.review(TRANSFER, given | {"target": own.number}, status=422)

    assert "That needs an exchange" in other.text
    assert "Choose another account" in same.text
    assert own.minor == 100_000
