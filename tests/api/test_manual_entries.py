"""Entries by hand over the API: asked for by one program, agreed to by another."""

from tests.api.machine import machine, uah
from tests.evidence import world
from tests.factories import Bank


def test_an_entry_by_hand_needs_another_program(bank: Bank) -> None:
    accountant, chief = machine(bank, "accountant"), machine(bank, "chief_accountant")
    numbers = []
    for code in ("7399", "1200"):
        given = {"branch": bank.branch, "gl_code": code, "currency": "UAH"}
        opened = accountant.post("internal-accounts", given)
        assert opened.headers["Location"] == f"/api/v1/ledger-accounts/{opened.result['account']}"
        numbers.append(opened.result["number"])
    legs = [
        {"account": number, "side": side, "amount": uah("1200.00")}
        for number, side in zip(numbers, ("debit", "credit"), strict=True)
    ]
    entry = {"branch": bank.branch, "legs": legs, "narrative": "Оренда"}

    parked = accountant.post("manual-entries", entry)
    assert (parked.status, parked.body["outcome"]) == (202, "parked")
    before = world()
    uneven = accountant.post(
        "manual-entries", entry | {"legs": [legs[0], legs[1] | {"amount": uah("1199.99")}]}
    )
    assert (uneven.status, uneven.code) == (422, "finance.does_not_balance")
    assert world() == before
    at = f"approvals/{parked.body['approval']}"
    meaning = chief.get(at).body["meaning"]
    agreed = chief.post(f"{at}/approve", {"meaning": meaning}).result
    (booked,) = chief.get(f"runs/{agreed['run']}/entries").body["items"]
    assert [(leg["account"], leg["side"]) for leg in booked["legs"]] == [
        (numbers[0], "debit"), (numbers[1], "credit"),
    ]  # fmt: skip
