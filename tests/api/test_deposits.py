"""Deposits over the API: opened, restrained, entrusted, charged, read on any date, closed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.accounts import days
from tests.api.machine import Machine, machine, reads, uah
from tests.evidence import world
from tests.factories import Bank, do


@pytest.fixture
def shop(bank: Bank) -> Machine:
    """A program that may do in the first branch what a supervisor may."""
    return machine(bank, "supervisor", branch=bank.branch)


@pytest.fixture
def savings(bank: Bank) -> str:
    """A product of 14 % a year on which no tax is due; its code."""
    return days.product(bank, taxed=False, capitalisation="monthly")


def test_a_deposit_is_opened_and_read(bank: Bank, shop: Machine, savings: str) -> None:
    customer = days.customer(bank)
    opened = shop.post(
        "deposits", {"customer": customer, "product": savings, "branch": bank.branch}
    )

    deposit, number = opened.result["deposit"], opened.result["number"]
    assert opened.status == 201
    assert opened.headers["Location"] == f"/api/v1/deposits/{deposit}"
    known = shop.get(f"deposits/{deposit}").body
    assert known == {
        "id": deposit,
        "number": number,
        "customer": customer,
        "product": savings,
        "branch": bank.branch,
        "ledger_account": opened.result["account"],
        "balance": uah("0.00"),
        "held": uah("0.00"),
        "available": uah("0.00"),
        "overdraft": uah("0.00"),
        "debits_blocked": False,
        "credits_blocked": False,
        "opened_on": "2026-01-05",
        "closed_on": None,
    }
    spaced = " ".join(number[place : place + 4] for place in range(0, len(number), 4)).lower()
    assert shop.post("deposits/search", {"number": spaced}).body == {"items": [known], "next": None}
    assert shop.get(f"customers/{customer}/deposits").body["items"] == [
        {
            name: known[name]
            for name in ("id", "number", "product", "branch", "balance", "held", "available")
        }
        | {"by_mandate": False, "opened_on": "2026-01-05", "closed_on": None}
    ]


def test_money_has_the_digits_of_its_currency(bank: Bank) -> None:
    reader = machine(bank, "accountant")
    for currency, minor, amount in (("JPY", 1250, "1250"), ("KWD", 1250, "1.250")):
        code = days.product(bank, currency=currency)
        deposit = days.deposit(bank, code)
        days.put(bank, deposit, minor, currency=currency)
        told = reader.get(f"deposits/{deposit.id}").body["balance"]
        assert told == {"amount": amount, "currency": currency}


def test_a_balance_of_any_date(bank: Bank, shop: Machine, savings: str) -> None:
    deposit = days.deposit(bank, savings, minor=100_000)
    days.close_day(bank)
    days.put(bank, deposit, -25_050)

    def balance(**query: str) -> Any:
        return shop.get(f"deposits/{deposit.id}/balance", **query)

    assert balance(as_of="2026-01-04").body == {"as_of": "2026-01-04", "balance": uah("0.00")}
    assert balance(as_of="2026-01-05").body == {"as_of": "2026-01-05", "balance": uah("1000.00")}
    assert balance().body == {"as_of": "2026-01-06", "balance": uah("749.50")}
    for wrong in ("2026-01-07", "06.01.2026", "2026-1-6", "2026-02-30", "20260106"):
        answer = balance(as_of=wrong)
        assert (answer.status, answer.code) == (400, "control.bad_parameter"), wrong
        assert answer.body["errors"][0]["parameter"] == "as_of"


def test_a_statement_page_by_page(bank: Bank, shop: Machine, savings: str) -> None:
    deposit = days.deposit(bank, savings, minor=10_000)
    days.put(bank, deposit, 5_000)
    days.close_day(bank)
    days.put(bank, deposit, -2_500)
    address = f"deposits/{deposit.id}/statement"

    first = shop.get(address, limit=2).body
    days.put(bank, deposit, 99)
    rest = shop.get(address, limit=2, cursor=first["next"]).body
    lines = first["items"] + rest["items"]
    assert [(one["booking_date"], one["amount"], one["balance"]) for one in lines] == [
        ("2026-01-06", uah("-25.00"), uah("125.00")),
        ("2026-01-05", uah("50.00"), uah("150.00")),
        ("2026-01-05", uah("100.00"), uah("100.00")),
    ]
    assert rest["next"] is None

    of_the_first = shop.get(address, start="2026-01-05", end="2026-01-05").body
    assert of_the_first == {"items": lines[1:], "next": None}
    assert [one["amount"] for one in shop.get(address, start="2026-01-06").body["items"]] == [
        uah("0.99"), uah("-25.00"),
    ]  # fmt: skip
    entry = lines[0]
    seen = shop.get(f"entries/{entry['entry']}").body
    assert (seen["run"], seen["kind"]) == (entry["run"], entry["kind"])
    other = shop.get(address, start="2026-01-05", limit=2, cursor=first["next"])
    assert other.code == "control.bad_cursor"


def test_interest_by_day_and_as_it_is_paid(bank: Bank, shop: Machine, savings: str) -> None:
    deposit = days.deposit(bank, savings, minor=100_000)
    days.close_through(bank, bank.date.replace(day=7))

    accruals = shop.get(f"deposits/{deposit.id}/accruals").body["items"]
    assert [(one["booking_date"], one["basis"], one["interest"]) for one in accruals] == [
        ("2026-01-07", uah("1000.00"), "0.383561643836"),
        ("2026-01-06", uah("1000.00"), "0.383561643836"),
        ("2026-01-05", uah("1000.00"), "0.383561643836"),
    ]
    paged = list(shop.pages(f"deposits/{deposit.id}/accruals", limit=2, end="2026-01-06"))
    assert paged == [accruals[1:], []]
    assert shop.get(f"deposits/{deposit.id}/interest").body == {
        "accrued": "1.150684931508",
        "currency": "UAH",
        "since": "2026-01-05",
    }

    settled = shop.post(f"deposits/{deposit.id}/interest/settle")
    assert settled.result == {"gross_minor": 115, "pit_minor": 0, "levy_minor": 0,
                              "net_minor": 115}  # fmt: skip
    assert shop.get(f"deposits/{deposit.id}/capitalisations").body == {
        "items": [
            {
                "accrued_through": "2026-01-07",
                "booking_date": "2026-01-08",
                "gross": uah("1.15"),
                "income_tax": uah("0.00"),
                "military_levy": uah("0.00"),
                "net": uah("1.15"),
                "run": settled.body["run"],
            }
        ],
        "next": None,
    }
    assert shop.get(f"deposits/{deposit.id}/interest").body == {
        "accrued": "0.000684931508",
        "currency": "UAH",
        "since": "2026-01-08",
    }


def test_holds_and_blocks(bank: Bank, shop: Machine, savings: str) -> None:
    deposit = days.deposit(bank, savings, minor=10_000)
    at = f"deposits/{deposit.id}"
    placed = shop.post(f"{at}/holds", {"amount": uah("40.00"), "reason": "Ухвала суду"})

    assert shop.get(f"{at}/holds").body["items"] == [
        {
            "id": placed.result["hold"],
            "amount": uah("40.00"),
            "reason": "Ухвала суду",
            "placed_on": "2026-01-05",
            "expires_on": None,
        }
    ]
    assert shop.get(at).body["available"] == uah("60.00")
    assert (
        shop.post(f"holds/{placed.result['hold']}/release", {"reason": "Скасовано"}).status == 200
    )
    assert shop.get(f"{at}/holds").body["items"] == []

    assert shop.post(f"{at}/block", {"reason": "Заява клієнта", "credits": True}).status == 200
    assert shop.get(at).body["debits_blocked"] is True
    assert shop.get(at).body["credits_blocked"] is True
    assert shop.post(f"{at}/unblock", {"reason": "Відкликано"}).status == 200
    assert shop.get(at).body["debits_blocked"] is False


def test_an_overdraft_is_changed_by_whoever_has_seen_it(
    bank: Bank, shop: Machine, savings: str
) -> None:
    deposit = days.deposit(bank, savings)
    at = f"deposits/{deposit.id}/overdraft"
    seen = shop.get(at)
    assert seen.body == {"overdraft_minor": 0, "currency": "UAH"}

    assert shop.put(at, {"overdraft_minor": 50_000}, etag=seen.headers["ETag"]).status == 200
    assert shop.get(f"deposits/{deposit.id}").body["overdraft"] == uah("500.00")
    before = world()
    stale = shop.put(at, {"overdraft_minor": 70_000}, etag=seen.headers["ETag"])
    assert (stale.status, stale.code) == (412, "control.precondition_failed")
    blind = shop.put(at, {"overdraft_minor": 70_000}, etag="")
    assert (blind.status, blind.code) == (428, "control.precondition_missing")
    assert world() == before


def test_another_person_is_entrusted(bank: Bank, shop: Machine, savings: str) -> None:
    deposit, other = days.deposit(bank, savings), days.customer(bank)
    at = f"deposits/{deposit.id}/mandates"
    mandate = shop.post(at, {"customer": other}).result["mandate"]

    assert shop.get(at).body["items"] == [
        {"id": mandate, "customer": other, "valid_from": "2026-01-05"}
    ]
    theirs = shop.get(f"customers/{other}/deposits").body["items"]
    assert [(one["id"], one["by_mandate"]) for one in theirs] == [(deposit.id, True)]
    assert shop.post(f"{at}/{other}/revoke").status == 200
    assert shop.get(at).body["items"] == []


def test_charges_are_booked_by_the_accountant(bank: Bank, shop: Machine, savings: str) -> None:
    deposit, accountant = days.deposit(bank, savings, minor=10_000), machine(bank, "accountant")
    at = f"deposits/{deposit.id}"
    for address, amount in (("fees", "25.00"), ("penalty-interest", "3.10"), ("interest", "1.00")):
        given = {"amount": uah(amount), "narrative": "Довідка"}
        assert shop.post(f"{at}/{address}", given).code == "control.scope_missing"
        assert accountant.post(f"{at}/{address}", given).status == 200
    assert shop.get(at).body["balance"] == uah("72.90")


def test_an_empty_deposit_is_closed(bank: Bank, shop: Machine, savings: str) -> None:
    deposit = days.deposit(bank, savings, minor=100)
    before = world()
    assert shop.post(f"deposits/{deposit.id}/close").code == "ledger.account_not_empty"
    assert world() == before
    days.put(bank, deposit, -100)
    assert shop.post(f"deposits/{deposit.id}/close").status == 200
    assert shop.get(f"deposits/{deposit.id}").body["closed_on"] == "2026-01-05"


READS = ("", "/balance", "/statement", "/interest", "/accruals", "/capitalisations", "/holds",
         "/mandates", "/overdraft")  # fmt: skip


@pytest.mark.parametrize("part", READS)
def test_a_deposit_of_another_branch_is_not_found(
    bank: Bank, shop: Machine, savings: str, part: str
) -> None:
    elsewhere = days.deposit(bank, savings, branch=bank.other_branch)

    for absent in (elsewhere.id, elsewhere.id + 1000):
        answer = shop.get(f"deposits/{absent}{part}")
        assert (answer.status, answer.code) == (404, "control.not_found")


def test_a_deposit_of_another_branch_is_found_by_nothing(
    bank: Bank, shop: Machine, savings: str
) -> None:
    elsewhere = days.deposit(bank, savings, branch=bank.other_branch)
    whole = machine(bank, "accountant")
    customer = whole.get(f"deposits/{elsewhere.id}").body["customer"]

    assert shop.post("deposits/search", {"number": elsewhere.number}).body["items"] == []
    assert shop.get(f"customers/{customer}/deposits").status == 404
    assert [o["id"] for o in whole.get(f"customers/{customer}/deposits").body["items"]] == [
        elsewhere.id
    ]
    before = world()
    for address, given in (
        ("close", {}),
        ("block", {"reason": "Заява клієнта"}),
        ("holds", {"amount": uah("1.00"), "reason": "Ухвала суду"}),
        ("interest/settle", {}),
    ):
        assert shop.post(f"deposits/{elsewhere.id}/{address}", given).status == 404
    assert world() == before


def _hold(bank: Bank, deposit: days.Opened) -> None:
    given = {"deposit": deposit.id, "amount": uah("1.00"), "reason": "Ухвала суду"}
    do("accounts.place_hold", given, actor=bank.supervisor)


def _entrust(bank: Bank, deposit: days.Opened) -> None:
    given = {"deposit": deposit.id, "customer": days.customer(bank)}
    do("accounts.authorise_person", given, actor=bank.supervisor)


def _pay_in(bank: Bank, deposit: days.Opened) -> None:
    days.put(bank, deposit, 100)


# Statements of each list, and what adds a row to it.
LISTS: dict[str, tuple[int, Callable[[Bank, days.Opened], None]]] = {
    "statement": (2, _pay_in),
    "holds": (2, _hold),
    "mandates": (2, _entrust),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_statements_for_many_rows(
    bank: Bank, shop: Machine, savings: str, name: str
) -> None:
    deposit = days.deposit(bank, savings)
    expected, add = LISTS[name]
    address = f"deposits/{deposit.id}/{name}"
    for more in (1, 29):
        for _ in range(more):
            add(bank, deposit)
        assert reads(shop, address, limit=200) == expected
    # A page that does not reach back to the day before asks for its opening balance.
    assert reads(shop, address, limit=10) == expected + (name == "statement")
    pages = [len(page) for page in shop.pages(address, limit=12)]
    assert pages == [12, 12, 6]


def test_deposits_of_a_customer_take_two_statements(
    bank: Bank, shop: Machine, savings: str
) -> None:
    customer = days.customer(bank)
    given = {"customer": customer, "product": savings, "branch": bank.branch}
    address = f"customers/{customer}/deposits"
    for more in (1, 29):
        for _ in range(more):
            do("accounts.open_deposit", given, actor=bank.supervisor)
        assert reads(shop, address) == 2
    found = [one["id"] for page in shop.pages(address, limit=7) for one in page]
    assert found == sorted(found)
    assert len(found) == 30


def test_accruals_take_two_statements(bank: Bank, shop: Machine, savings: str) -> None:
    deposit = days.deposit(bank, savings, minor=100_000)
    for last in (5, 31):
        days.close_through(bank, bank.date.replace(day=last))
        assert reads(shop, f"deposits/{deposit.id}/accruals") == 2
        assert reads(shop, f"deposits/{deposit.id}/capitalisations") == 2
        assert reads(shop, f"deposits/{deposit.id}/interest") == 3
    assert len(shop.get(f"deposits/{deposit.id}/accruals").body["items"]) == 27
