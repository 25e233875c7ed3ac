"""Payments over the API: within the bank, to and from other banks, once under each key."""

from typing import Any

import pytest

from apps.kernel import sql
from tests.api.machine import Machine, machine, reads, uah
from tests.cash.desk import Opened, deposit
from tests.evidence import world
from tests.factories import Bank, do

OTHER_END = {"bank": "305299", "account": "UA793052990000026002661176318"}


@pytest.fixture
def shop(bank: Bank) -> Machine:
    return machine(bank, "teller", branch=bank.branch)


@pytest.fixture
def settler(bank: Bank) -> Machine:
    """A program that books what came and went by other banks."""
    return machine(bank, "operations")


@pytest.fixture
def source(bank: Bank) -> Opened:
    return deposit(bank, minor=100_000)


def test_a_transfer_is_done_once(bank: Bank, shop: Machine, source: Opened) -> None:
    target = deposit(bank, branch=bank.other_branch)
    given = {"source": source.id, "target": target.id, "amount": uah("100.50"), "purpose": "Оренда"}
    dry = shop.post("transfers", given, dry_run=True)
    assert dry.body["entries"][0]["legs"][0]["amount"] == uah("100.50")
    assert source.minor == 100_000

    first = shop.post("transfers", given, key="rent-1")
    again = shop.post("transfers", given, key="rent-1")
    assert (first.status, first.body["outcome"]) == (200, "done")
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (source.minor, target.minor) == (89_950, 10_050)
    other = shop.post("transfers", given | {"amount": uah("100.51")}, key="rent-1")
    assert (other.status, other.code) == (422, "control.key_reused")


@pytest.mark.parametrize(
    ("amount", "status"),
    [
        (uah("0.00"), 422), (uah("-1.00"), 422), (uah("1000.01"), 422), (uah("1.001"), 422),
        (uah("1_0"), 422), (uah("1e2"), 422), (uah("１"), 422), ({"amount": 100}, 422),
        ({"amount": 1, "currency": "UAH"}, 422), ("100.00", 422), (100, 422), (None, 422),
        ({"amount": "1.00", "currency": "USD"}, 422), ({"amount": "1.00", "currency": "XXX"}, 422),
    ],
)  # fmt: skip
def test_an_amount_that_is_none(
    bank: Bank, shop: Machine, source: Opened, amount: Any, status: int
) -> None:
    target = deposit(bank)
    before = world()
    given = {"source": source.id, "target": target.id, "amount": amount, "purpose": "Оренда"}
    answer = shop.post("transfers", given)
    assert answer.status in {400, status}, answer.body
    assert world() == before


def test_money_of_another_branch_is_not_moved(bank: Bank, shop: Machine, source: Opened) -> None:
    elsewhere = deposit(bank, branch=bank.other_branch, minor=5_000)
    given = {
        "source": elsewhere.id,
        "target": source.id,
        "amount": uah("1.00"),
        "purpose": "Оренда",
    }
    before = world()
    for absent in (elsewhere.id, elsewhere.id + 1000):
        answer = shop.post("transfers", given | {"source": absent})
        assert (answer.status, answer.code) == (404, "control.not_found")
    assert world() == before


def test_payments_of_other_banks(
    bank: Bank, shop: Machine, settler: Machine, source: Opened
) -> None:
    more = {"amount": uah("10.00"), "purpose": "За березень", **OTHER_END}
    sent = settler.post("outgoing-payments", {"source": source.id, **more})
    came = settler.post("incoming-payments", {"target": source.id, **more})

    payment = sent.result["payment"]
    assert sent.headers["Location"] == f"/api/v1/payments/{payment}"
    told = shop.get(f"payments/{payment}").body
    assert told == {
        "id": payment, "run": sent.body["run"], "booking_date": "2026-01-05", "direction": "out",
        "deposit": source.id, "amount": uah("10.00"), "purpose": "За березень", **OTHER_END,
        "reversal": None, "reversed_on": None,
    }  # fmt: skip
    entry = sql.value("SELECT id FROM ledger_entry WHERE run_id = %(run)s", {"run": told["run"]})
    undo = {"entry": entry, "reason": "Повернено банком"}
    do("ledger.reverse_entry", undo, actor=bank.supervisor)
    reversal = sql.value("SELECT id FROM ledger_entry WHERE reverses_id = %(e)s", {"e": entry})
    marked = told | {"reversal": reversal, "reversed_on": "2026-01-05"}
    assert shop.get(f"payments/{payment}").body == marked
    listed = [one for page in shop.pages(f"deposits/{source.id}/payments", limit=1) for one in page]
    assert [one["id"] for one in listed[:2]] == [came.result["payment"], payment]
    stranger = machine(bank, "teller", branch=bank.other_branch)
    for address in (f"payments/{payment}", f"deposits/{source.id}/payments"):
        assert stranger.get(address).code == "control.not_found"
    assert shop.post("outgoing-payments", {"source": source.id, **more}).status == 403


def test_a_list_of_payments_takes_two_statements(
    bank: Bank, shop: Machine, settler: Machine, source: Opened
) -> None:
    given = {"target": source.id, "amount": uah("1.00"), "purpose": "Поповнення", **OTHER_END}
    for more in (0, 29):
        for _ in range(more):
            assert settler.post("incoming-payments", given).status == 201
        assert reads(shop, f"deposits/{source.id}/payments") == 2
    assert len(shop.get(f"deposits/{source.id}/payments").body["items"]) == 30
