"""Products and tax rates over the API: made by a program of the product manager, read by all."""

import pytest

from tests.api.machine import Machine, machine, reads
from tests.evidence import world
from tests.factories import Bank, do

SAVE = {"code": "SAVE", "kind": "savings", "name_uk": "Ощадний", "name_en": "Savings",
        "currency": "UAH"}  # fmt: skip


@pytest.fixture
def manager(bank: Bank) -> Machine:
    return machine(bank, "product_manager")


@pytest.fixture
def anybody(bank: Bank) -> Machine:
    """A key that may look at nothing but what every key may."""
    return machine(bank, "operations", scopes=["eod.run_close"])


def test_a_product_is_offered_from_its_first_version(manager: Machine, anybody: Machine) -> None:
    made = manager.post("products", SAVE)
    assert (made.status, made.headers["Location"]) == (201, "/api/v1/products/SAVE")
    assert anybody.get("products/SAVE").body == {**SAVE, "terms": None}

    for start, rate in (("2026-01-05", "9.25"), ("2026-02-01", "10")):
        given = {"valid_from": start, "annual_rate": rate, "capitalisation": "monthly"}
        assert manager.post("products/SAVE/versions", given).status == 200
    assert anybody.get("products/SAVE").body["terms"] == {
        "version": anybody.get("products/SAVE/versions").body["items"][1]["version"],
        "valid_from": "2026-01-05",
        "annual_rate": "9.250000",
        "day_count": "ACT/365F",
        "accrual_basis": "closing",
        "capitalisation": "monthly",
        "taxed": True,
        "deposit_gl": "2620",
        "accrued_gl": "2628",
        "expense_gl": "7040",
        "fee_gl": "6510",
        "penalty_gl": "6050",
    }
    rates = [
        [one["annual_rate"] for one in page]
        for page in anybody.pages("products/SAVE/versions", limit=1)
    ]
    assert rates == [["10.000000"], ["9.250000"], []]


def test_a_rate_is_a_text(manager: Machine) -> None:
    manager.post("products", SAVE)
    before = world()
    for rate in (9.25, 9, "9,25", "1e1", "NaN", "９"):
        answer = manager.post(
            "products/SAVE/versions", {"valid_from": "2026-01-05", "annual_rate": rate}
        )
        assert answer.status == 400
    assert world() == before


@pytest.mark.parametrize("address", ["products/NONE", "products/NONE/versions"])
def test_a_product_that_is_none(manager: Machine, address: str) -> None:
    assert manager.get(address).code == "control.not_found"


def test_only_the_manager_makes_products(anybody: Machine) -> None:
    before = world()
    assert anybody.post("products", SAVE).code == "control.scope_missing"
    assert world() == before


def test_lists_of_products_take_one_statement(bank: Bank, anybody: Machine) -> None:
    counts = []
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            given = {**SAVE, "code": f"P{number:02}"}
            do("products.create_product", given, actor=bank.product_manager)
        counts.append(reads(anybody, "products", limit=200))
    assert counts == [1, 1]
    codes = [one["code"] for page in anybody.pages("products", limit=7) for one in page]
    assert len(codes) == len(set(codes)) == 30


def test_tax_rates_are_told_newest_first(manager: Machine, anybody: Machine) -> None:
    for code, start, rate in (("pit", "2026-01-05", "18"), ("levy", "2026-01-05", "5"),
                              ("pit", "2026-07-01", "19.5")):  # fmt: skip
        given = {"code": code, "valid_from": start, "rate": rate, "source": "закон"}
        assert manager.post("tax-rates", given).status == 200

    told = [one for page in anybody.pages("tax-rates", limit=2) for one in page]
    known = {(one["code"], one["valid_from"], one["rate"]) for one in told}
    assert [one["valid_from"] for one in told] == sorted(
        (one["valid_from"] for one in told), reverse=True
    )
    assert {("pit", "2026-07-01", "19.500000"), ("levy", "2026-01-05", "5.000000")} <= known
    assert reads(anybody, "tax-rates") == 1
