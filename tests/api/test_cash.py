"""Cash over the API: tills, the session of a machine at a counter, money in and out."""

from typing import Any

import pytest

from tests.api.machine import Machine, machine, reads, uah
from tests.cash import desk
from tests.evidence import world
from tests.factories import Bank

FLOAT = desk.counted(*desk.FLOAT)


@pytest.fixture
def manager(bank: Bank) -> Machine:
    """A program that manages the tills of the first branch."""
    return machine(bank, "supervisor", branch=bank.branch)


@pytest.fixture
def teller(bank: Bank) -> Machine:
    """A machine at a counter: it works in sessions as people do."""
    return machine(bank, "teller", branch=bank.branch)


def create(program: Machine, branch: int, kind: str, name: str) -> int:
    given = {"branch": branch, "currency": "UAH", "kind": kind, "name": name}
    answer = program.post("tills", given)
    assert answer.headers["Location"] == f"/api/v1/tills/{answer.result['till']}"
    till: int = answer.result["till"]
    return till


def staff(bank: Bank, manager: Machine, teller: Machine) -> tuple[int, int]:
    """A counter with FLOAT in it, and the machine's open session; both ids."""
    vault, counter = (create(manager, bank.branch, kind, kind) for kind in ("vault", "counter"))
    assert manager.post(f"tills/{vault}/supplies", {"amount": uah("100000.00")}).status == 200
    first = teller.post(f"tills/{counter}/sessions", {"counted": []}).result["session"]
    given = {"source": vault, "target": counter, "amount": uah("5412.50")}
    assert manager.post("cash-moves", given).status == 200
    assert teller.post(f"sessions/{first}/close", {"counted": FLOAT}).result == {
        "difference_minor": 0
    }
    opened = teller.post(f"tills/{counter}/sessions", {"counted": FLOAT})
    assert opened.status == 201
    return counter, opened.result["session"]


def test_a_session_from_count_to_count(bank: Bank, manager: Machine, teller: Machine) -> None:
    deposit = desk.deposit(bank)
    counter, session = staff(bank, manager, teller)
    assert teller.get("sessions/current").body == {
        "session": session, "till": counter, "name": "counter", "branch": bank.branch,
        "booking_date": "2026-01-05", "balance": uah("5412.50"),
    }  # fmt: skip

    given = {"deposit": deposit.id, "amount": uah("500.00"), "narrative": "Поповнення"}
    assert teller.post(f"tills/{counter}/deposits", given).status == 200
    given = {"deposit": deposit.id, "amount": uah("200.00")}
    assert teller.post(f"tills/{counter}/withdrawals", given).status == 200
    assert manager.get(f"tills/{counter}").body["balance"] == uah("5712.50")
    assert teller.get(f"deposits/{deposit.id}").body["balance"] == uah("300.00")

    closed = teller.post(f"sessions/{session}/close", {"counted": FLOAT})
    assert closed.result == {"difference_minor": -30_000}
    seen = teller.get(f"sessions/{session}").body
    assert manager.get(f"sessions/{session}").body == seen
    assert (seen["session"]["status"], seen["session"]["difference"]) == ("closed", uah("-300.00"))
    assert seen["counted"][0] == {"moment": "opening", "value_minor": 50_000, "count": 10}
    assert len(seen["counted"]) == 8
    assert teller.get("sessions/current").status == 404
    listed = manager.get("sessions", till=counter, date="2026-01-05").body["items"]
    assert listed[0] == seen["session"]


def test_a_session_is_closed_for_its_teller(bank: Bank, manager: Machine, teller: Machine) -> None:
    counter, session = staff(bank, manager, teller)
    before = world()
    assert manager.post(f"sessions/{session}/close", {"counted": FLOAT}).status == 403
    assert world() == before
    address = f"sessions/{session}/close-for-teller"
    assert manager.post(address, {"counted": FLOAT}).result == {"difference_minor": 0}
    assert manager.get(f"tills/{counter}").body["session"] is None


def test_a_count_of_unknown_pieces_is_refused(
    bank: Bank, manager: Machine, teller: Machine
) -> None:
    counter = create(manager, bank.branch, "counter", "Каса")
    before = world()
    refused = teller.post(
        f"tills/{counter}/sessions", {"counted": [{"value_minor": 777, "count": 1}]}
    )
    assert (refused.status, refused.code) == (422, "cash.unknown_denomination")
    assert world() == before


def test_cash_at_a_position(bank: Bank, manager: Machine) -> None:
    machine_at_it = machine(bank, "migration")
    deposit, position = desk.deposit(bank), create(manager, bank.branch, "position", "Банкомат")
    at = f"positions/{position}"
    given: dict[str, Any] = {"deposit": deposit.id, "amount": uah("500.00")}
    assert machine_at_it.post(f"{at}/deposits", given).status == 200
    assert machine_at_it.post(f"{at}/withdrawals", given | {"amount": uah("0.01")}).status == 200
    assert manager.get(f"tills/{position}").body["balance"] == uah("499.99")
    assert machine_at_it.post(f"tills/{position}/deposits", given).code == "control.scope_missing"


def test_tills_of_another_branch_are_not_found(
    bank: Bank, manager: Machine, teller: Machine
) -> None:
    elsewhere = machine(bank, "supervisor", branch=bank.other_branch)
    clerk = machine(bank, "teller", branch=bank.other_branch)
    counter = create(elsewhere, bank.other_branch, "counter", "Каса")
    session = clerk.post(f"tills/{counter}/sessions", {"counted": []}).result["session"]

    assert manager.get("tills").body["items"] == []
    assert teller.get("counters").body["items"] == []
    assert manager.get("sessions").body["items"] == []
    for program, address in (
        (manager, f"tills/{counter}"),
        (manager, f"sessions/{session}"),
        (teller, f"sessions/{session}"),
    ):
        answer = program.get(address)
        assert (answer.status, answer.code) == (404, "control.not_found")
    before = world()
    assert manager.post(f"tills/{counter}/supplies", {"amount": uah("1.00")}).status == 404
    assert world() == before


def test_a_teller_sees_counters_and_not_what_they_hold(
    bank: Bank, manager: Machine, teller: Machine
) -> None:
    counter, _ = staff(bank, manager, teller)
    assert teller.get("counters").body["items"] == [
        {"id": counter, "name": "counter", "branch": bank.branch, "currency": "UAH",
         "staffed": True},
    ]  # fmt: skip
    assert teller.get("tills").code == "control.scope_missing"
    assert teller.get(f"tills/{counter}").code == "control.scope_missing"


def test_denominations(bank: Bank, manager: Machine, teller: Machine) -> None:
    values = [
        one["value_minor"]
        for page in teller.pages("denominations", limit=5, currency="UAH")
        for one in page
    ]
    assert values == sorted(values, reverse=True)
    assert 100_000 in values
    assert teller.get("denominations").code == "control.bad_parameter"
    whole = machine(bank, "supervisor")
    given = {"currency": "UAH", "value_minor": 200_000, "kind": "note"}
    assert whole.post("denominations", given).status == 200
    assert teller.get("denominations", currency="UAH", limit=1).body["items"] == [given]


def test_lists_of_tills_take_one_statement(bank: Bank, manager: Machine, teller: Machine) -> None:
    for more in (1, 29):
        tills = [desk.till(bank, "counter") for _ in range(more)]
        assert reads(manager, "tills") == 1
        assert reads(teller, "counters") == 1
        assert reads(teller, "denominations", currency="UAH") == 1
    for more in (1, 29):
        for till in tills[:more]:
            session = desk.open_session(till, [], bank.teller)
            desk.close_session(session, [], bank.teller)
        assert reads(manager, "sessions") == 1
        assert reads(manager, f"sessions/{session}") == 2
    found = [one["id"] for page in manager.pages("sessions", limit=7) for one in page]
    assert found == sorted(found, reverse=True)
    assert len(found) == 30
