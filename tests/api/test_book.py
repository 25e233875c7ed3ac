"""The book over the API: its chart, accounts, entries, ledgers and trial balance, by branch."""

from decimal import Decimal
from typing import Any

import pytest

from tests.accounts import days
from tests.api.machine import Machine, machine, reads, uah
from tests.evidence import world
from tests.factories import Bank


@pytest.fixture
def reader(bank: Bank) -> Machine:
    """A program that reads the book of the whole bank and may reverse entries."""
    return machine(bank, "chief_accountant")


@pytest.fixture
def of_branch(bank: Bank) -> Machine:
    """A program that reads the book of the first branch."""
    return machine(bank, "supervisor", branch=bank.branch)


@pytest.fixture
def deposit(bank: Bank) -> days.Opened:
    return days.deposit(bank, days.product(bank, annual_rate=Decimal(0)))


def pay_in(program: Machine, to: days.Opened, amount: str = "100.00") -> str:
    """Interest by hand: Dr interest expense, Cr the deposit; the run."""
    answer = program.post(f"deposits/{to.id}/interest", {"amount": uah(amount)})
    assert answer.status == 200, answer.body
    run: str = answer.body["run"]
    return run


def test_the_chart(bank: Bank, reader: Machine) -> None:
    chart = [one for page in reader.pages("gl-accounts", limit=200) for one in page]
    assert [one["code"] for one in chart] == sorted(one["code"] for one in chart)
    known = next(one for one in chart if one["code"] == "2620")
    assert (known["kind"], known["side"]) == ("liability", "credit")

    line = {"code": "2999", "name_uk": "Інші", "name_en": "Other", "kind": "liability",
            "side": "credit", "effective_from": "2026-01-01"}  # fmt: skip
    assert reader.post("gl-accounts", {"lines": [line]}).result == {"lines": 1}
    told = reader.get("gl-accounts", limit=200).body["items"]
    assert line in told
    assert reads(reader, "gl-accounts", limit=1) == reads(reader, "gl-accounts", limit=30) == 1


def test_an_account_with_its_balance_and_statement(
    bank: Bank, reader: Machine, deposit: days.Opened
) -> None:
    accountant = machine(bank, "accountant")
    pay_in(accountant, deposit)
    days.close_day(bank)
    pay_in(accountant, deposit, "0.50")
    (expense,) = reader.get("ledger-accounts", gl_account="7040", limited=False).body["items"]
    at = f"ledger-accounts/{expense['id']}"

    assert reader.get(at).body == expense
    assert (expense["number"], expense["side"]) == (f"7040-{bank.branch}-UAH", "debit")
    assert reader.get(f"{at}/balance", as_of="2026-01-05").body == {
        "as_of": "2026-01-05", "balance": uah("100.00"), "side": "debit",
    }  # fmt: skip
    assert reader.get(f"{at}/balance").body["balance"] == uah("100.50")
    lines = [one for page in reader.pages(f"{at}/statement", limit=1) for one in page]
    assert [(one["side"], one["amount"], one["balance"]) for one in lines] == [
        ("debit", uah("0.50"), uah("100.50")),
        ("debit", uah("100.00"), uah("100.00")),
    ]
    own = reader.get(f"ledger-accounts/{deposit.account}/balance").body
    assert own == {"as_of": "2026-01-06", "balance": uah("100.50"), "side": "credit"}


def test_an_entry_is_reversed_once(bank: Bank, reader: Machine, deposit: days.Opened) -> None:
    run = pay_in(machine(bank, "accountant"), deposit)
    (entry,) = reader.get(f"runs/{run}/entries").body["items"]
    at = f"entries/{entry['id']}"

    assert reader.get(at).body == entry
    assert entry["legs"] == [
        {"ledger_account": entry["legs"][0]["ledger_account"],
         "account": f"7040-{bank.branch}-UAH", "side": "debit", "amount": uah("100.00")},
        {"ledger_account": deposit.account, "account": deposit.number, "side": "credit",
         "amount": uah("100.00")},
    ]  # fmt: skip
    assert reader.post(f"{at}/reverse", {"reason": "Помилка"}).status == 200
    undone = reader.get(at).body
    assert undone["reversed_by"] == entry["id"] + 1
    assert reader.get(f"entries/{undone['reversed_by']}").body["reverses"] == entry["id"]
    before = world()
    again = reader.post(f"{at}/reverse", {"reason": "Помилка"})
    assert (again.status, again.code) == (409, "ledger.already_reversed")
    assert world() == before


def test_the_trial_balance_ties(bank: Bank, reader: Machine, deposit: days.Opened) -> None:
    accountant = machine(bank, "accountant")
    pay_in(accountant, deposit)
    days.close_day(bank)
    pay_in(accountant, deposit, "0.50")

    def told(**query: Any) -> dict[str, Any]:
        balance = reader.get("trial-balance", **query).body
        return {one["gl_account"]: one for one in balance["lines"]} | balance

    closed, now = told(as_of="2026-01-05"), told()
    assert closed["2620"]["closing"] == uah("-100.00")
    assert closed["totals"][0]["closing"] == uah("0.00")
    assert now["as_of"] == "2026-01-06"
    assert now["7040"] == {
        "gl_account": "7040", "opening": uah("100.00"), "debit": uah("0.50"),
        "credit": uah("0.00"), "closing": uah("100.50"),
    }  # fmt: skip
    assert now["totals"][0]["debit"] == now["totals"][0]["credit"]
    assert told(branch=bank.other_branch)["lines"] == []
    assert reader.get("trial-balance", as_of="2026-01-07").code == "control.bad_parameter"
    # A closed date is read from its snapshot; the legs of open ones are summed beside it.
    assert reads(reader, "trial-balance", as_of="2026-01-05") == 1
    assert reads(reader, "trial-balance") == 2


def test_the_general_ledger_page_by_page(bank: Bank, reader: Machine, deposit: days.Opened) -> None:
    accountant = machine(bank, "accountant")
    for number in range(1, 6):
        pay_in(accountant, deposit, f"{number}.00")
    pages = list(reader.pages("gl-accounts/7040/postings", limit=2))
    assert [[one["amount"]["amount"] for one in page] for page in pages] == [
        ["1.00", "2.00"], ["3.00", "4.00"], ["5.00"],
    ]  # fmt: skip
    assert reader.get("gl-accounts/7040/postings", end="2026-01-04").body["items"] == []
    assert reader.get("gl-accounts/9999/postings").code == "control.not_found"


def test_readers_of_a_branch_read_its_book_alone(
    bank: Bank, reader: Machine, of_branch: Machine
) -> None:
    code = days.product(bank)
    elsewhere = days.deposit(bank, code, branch=bank.other_branch)
    run = pay_in(machine(bank, "accountant"), elsewhere)
    (entry,) = reader.get(f"runs/{run}/entries").body["items"]

    for address in (
        f"ledger-accounts/{elsewhere.account}",
        f"ledger-accounts/{elsewhere.account}/balance",
        f"ledger-accounts/{elsewhere.account}/statement",
        f"entries/{entry['id']}",
        f"runs/{run}",
        f"runs/{run}/entries",
    ):
        assert reader.get(address).status == 200
        answer = of_branch.get(address)
        assert (answer.status, answer.code) == (404, "control.not_found"), address
    seen = of_branch.get("ledger-accounts", limit=200).body["items"]
    assert {one["branch"] for one in seen} <= {bank.branch}
    assert of_branch.get("ledger-accounts", branch=bank.other_branch).body["items"] == []
    assert of_branch.get("gl-accounts/7040/postings").body["items"] == []
    assert of_branch.get("trial-balance").body["branch"] == bank.branch
    assert of_branch.get("trial-balance", branch=bank.other_branch).status == 404
    before = world()
    assert of_branch.post(f"entries/{entry['id']}/reverse", {"reason": "Помилка"}).status == 404
    assert world() == before


def test_who_reads_two_branches_names_one(bank: Bank) -> None:
    both = machine(bank, "supervisor", branch=bank.branch, also=bank.other_branch)
    assert both.get("trial-balance").body["errors"][0]["parameter"] == "branch"
    assert both.get("trial-balance", branch=bank.other_branch).body["branch"] == bank.other_branch


def test_lists_of_the_book_take_as_many_statements_for_many_rows(
    bank: Bank, reader: Machine, deposit: days.Opened
) -> None:
    accountant = machine(bank, "accountant")
    for more in (1, 29):
        for _ in range(more):
            run = pay_in(accountant, deposit)
        (expense,) = reader.get("ledger-accounts", gl_account="7040").body["items"]
        assert reads(reader, "gl-accounts/7040/postings") == 1
        # What it is, whether its lines may be seen, and the lines.
        assert reads(reader, f"ledger-accounts/{expense['id']}/statement") == 3
        assert reads(reader, f"runs/{run}/entries") == 2
        assert reads(reader, f"runs/{run}") == 1
        assert reads(reader, "ledger-accounts") == 1
