"""The book by its screens: the whole bank for some, one's own branch for others."""

from tests.cash.desk import deposit
from tests.factories import Bank
from tests.screens.conftest import Signing


def test_a_supervisor_reads_the_book_of_the_own_branch_alone(bank: Bank, visit: Signing) -> None:
    own = deposit(bank, minor=123_400)
    theirs = deposit(bank, branch=bank.other_branch, minor=777_700)
    supervisor = visit("supervisor", language="en")

    balance = supervisor.get("/book/trial-balance/")
    assert "1 234.00" in balance.text
    assert "The whole bank" not in balance.text
    ledger = supervisor.get("/book/gl/2620/")
    assert ("1 234.00" in ledger.text, "7 777.00" in ledger.text) == (True, False)
    asked = supervisor.get(f"/book/trial-balance/?branch={bank.other_branch}")
    assert ("1 234.00" in asked.text, "7 777.00" in asked.text) == (True, False)
    supervisor.get(f"/book/accounts/{own.account}/")
    supervisor.get(f"/book/accounts/{theirs.account}/", status=404)


def test_an_accountant_reads_the_whole_bank_and_each_branch(bank: Bank, visit: Signing) -> None:
    deposit(bank, minor=123_400)
    deposit(bank, branch=bank.other_branch, minor=777_700)
    accountant = visit("accountant", language="en")

    whole = accountant.get("/book/trial-balance/")
    assert "9 011.00" in whole.text
    assert "ties" in whole.text
    one = accountant.get(f"/book/trial-balance/?branch={bank.other_branch}")
    assert ("7 777.00" in one.text, "9 011.00" in one.text) == (True, False)
    ledger = accountant.get("/book/gl/2620/?start=05.01.2026&end=05.01.2026")
    assert "1 234.00" in ledger.text
    run = next(link for link in ledger.links if link.startswith("/book/runs/"))
    assert "Payment from another bank" in accountant.get(run).text
    accountant.get("/book/gl/0000/", status=404)


def test_days_and_places_that_cannot_be_read_filter_nothing(bank: Bank, visit: Signing) -> None:
    deposit(bank, minor=123_400)
    accountant = visit("accountant")

    for address in (
        "/book/trial-balance/?date=31.02.2026&branch=x",
        "/book/trial-balance/?branch=99999999999999999999",
        "/book/gl/2620/?start=x&end=x&after=-1&after_date=x",
        "/book/gl/2620/?after=1",
    ):
        assert "1 234,00" in accountant.get(address).text
