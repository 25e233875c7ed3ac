"""Customers over the API: registered, found page by page, looked at; each in its branch."""

from typing import Any

import pytest

from apps.customers.models import Customer
from tests.accounts import days
from tests.api.machine import BEFORE, Machine, machine
from tests.evidence import statements, world
from tests.factories import Bank

TARAS = {
    "last_name": "Шевченко",
    "first_name": "Тарас",
    "patronymic": "Григорович",
    "birth_date": "1990-03-09",
    "tax_number": "3294012356",
    "phone": "050 123 45 67",
}


@pytest.fixture
def shop(bank: Bank) -> Machine:
    """A program that may do in the first branch what a teller may."""
    return machine(bank, "teller", branch=bank.branch)


def register(program: Machine, branch: int, **fields: Any) -> int:
    given = {"branch": branch, "no_tax_number_reason": "відмова за переконаннями",
             "birth_date": "1985-05-05", "last_name": "Коваль"} | fields  # fmt: skip
    answer = program.post("customers", given)
    assert answer.status == 201, answer.body
    customer: int = answer.result["customer"]
    return customer


def test_a_person_is_registered_and_read(bank: Bank, shop: Machine) -> None:
    made = shop.post("customers", {"branch": bank.branch, **TARAS})

    customer = made.result["customer"]
    assert (made.status, made.result["namesakes"]) == (201, [])
    assert made.headers["Location"] == f"/api/v1/customers/{customer}"
    assert shop.get(f"customers/{customer}").body == {
        "id": customer,
        "number": made.result["number"],
        "kind": "person",
        "branch": bank.branch,
        **TARAS,
        "no_tax_number_reason": "",
        "phone": "+380501234567",
        "external_id": "",
        "registered_on": "2026-01-05",
    }


@pytest.mark.parametrize(
    "text", ["шевч тарас", "3294012356", "+380501234567", "09.03.1990", "Шевченко 1990-03-09"]
)
def test_a_person_is_found_by_what_is_known(bank: Bank, shop: Machine, text: str) -> None:
    customer = shop.post("customers", {"branch": bank.branch, **TARAS}).result["customer"]
    register(shop, bank.branch)

    found = shop.post("customers/search", {"text": text})
    assert [one["id"] for one in found.body["items"]] == [customer]
    assert set(found.body["items"][0]) == {
        "id", "number", "last_name", "first_name", "patronymic", "birth_date", "branch",
    }  # fmt: skip
    assert "Idempotency-Replayed" not in found.headers


def test_a_search_is_no_address(bank: Bank, shop: Machine) -> None:
    assert shop.get("customers/search", text="Шевченко").status == 405
    assert shop.post("customers/search", {}, text="Шевченко").code == "control.bad_parameter"


def test_pages_stand_still_while_others_register(bank: Bank, shop: Machine) -> None:
    for letter in "БДЖК":
        register(shop, bank.branch, last_name=f"{letter}ойко")
    first = shop.post("customers/search", {"limit": 2}).body
    register(shop, bank.branch, last_name="Авраменко")
    register(shop, bank.branch, last_name="Вовк")
    register(shop, bank.branch, last_name="Яценко")

    rest = shop.post("customers/search", {"limit": 50, "cursor": first["next"]}).body
    names = [one["last_name"] for one in first["items"] + rest["items"]]
    assert names == ["Бойко", "Дойко", "Жойко", "Койко", "Яценко"]
    assert rest["next"] is None
    other = shop.post("customers/search", {"text": "Бойко", "cursor": first["next"]})
    assert (other.status, other.code) == (400, "control.bad_cursor")


def test_customers_of_another_branch_are_not_found(bank: Bank, shop: Machine) -> None:
    elsewhere = machine(bank, "teller", branch=bank.other_branch)
    customer = register(elsewhere, bank.other_branch)

    assert shop.post("customers/search", {}).body == {"items": [], "next": None}
    for absent in (customer, customer + 1000):
        answer = shop.get(f"customers/{absent}")
        assert (answer.status, answer.code) == (404, "control.not_found")
    before = world()
    refused = shop.post("customers", {"branch": bank.other_branch, **TARAS})
    assert refused.status in {403, 404}
    assert world() == before


def test_a_search_takes_one_statement(bank: Bank, shop: Machine) -> None:
    counts = []
    for more in (1, 29):
        for _ in range(more):
            days.customer(bank)
        with statements() as seen:
            assert shop.post("customers/search", {}).status == 200
        counts.append(len(seen) - BEFORE)
    assert counts == [1, 1]
    assert Customer.objects.count() == 30
