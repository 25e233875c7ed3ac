"""Writes over the API: once for each key, looked at, parked, or on what nobody has changed."""

from typing import Any

import pytest

from apps.control.models import Approval, OperationRun
from tests.api.callers import Caller, add_machine, issue, kept, last_line
from tests.evidence import statements
from tests.factories import Bank, define_role, do, set_policy
from tests.probes import GUARDED, MOVE, REFUSED

pytestmark = pytest.mark.urls("tests.api.addresses")
MOVES = "probe/moves"


@pytest.fixture
def move(bank: Bank, till: int, account: int) -> dict[str, Any]:
    """Ten hryvnias out of the account."""
    amount = {"amount": "10.00", "currency": "UAH"}
    return {"branch": bank.branch, "source": account, "target": till, "amount": amount}


def test_a_write_is_done_and_says_where_to_look(
    bank: Bank, caller: Caller, move: dict[str, Any], till: int
) -> None:
    answer = caller.post(MOVES, move, status=201, key="order-1", X_Request_ID="a" * 32)

    line = last_line()
    assert answer.json() == {
        "run": str(line.id),
        "outcome": "done",
        "approval": None,
        "result": {"account": till},
    }
    assert answer["Location"] == f"/api/v1/probe/accounts/{till}/limits"
    assert "Idempotency-Replayed" not in answer
    assert (line.outcome, line.origin, line.key) == ("done", "api", "order-1")
    assert (line.address, line.request_id) == ("203.0.113.7", "a" * 32)
    assert line.client.startswith("key:")
    assert line.amount_minor == 10_00


def test_a_repeated_key_gets_the_same_answer_and_nothing_is_done_again(
    caller: Caller, move: dict[str, Any]
) -> None:
    first = caller.post(MOVES, move, status=201, key="order-1")
    before, lines = kept(), OperationRun.objects.count()
    # The same content, spelled in another order.
    again = caller.post(MOVES, dict(reversed(move.items())), status=201, key="order-1")

    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert (kept(), OperationRun.objects.count()) == (before, lines)


def test_a_key_with_other_content_is_refused(caller: Caller, move: dict[str, Any]) -> None:
    caller.post(MOVES, move, status=201, key="order-1")
    other = move | {"amount": {"amount": "10.01", "currency": "UAH"}}
    caller.refuse("control.key_reused", "POST", MOVES, other, key="order-1", status=422)


def test_another_client_has_keys_of_its_own(
    bank: Bank, caller: Caller, move: dict[str, Any]
) -> None:
    user = add_machine(bank)
    token, key = issue(bank, user, MOVE)
    newer, _ = issue(bank, user, MOVE, replaces=key)
    run = Caller(token).post(MOVES, move, status=201, key="order-1").json()["run"]

    assert caller.post(MOVES, move, status=201, key="order-1").json()["run"] != run
    # The key that replaces another is the same client.
    assert Caller(newer).post(MOVES, move, status=201, key="order-1").json()["run"] == run


@pytest.mark.parametrize("key", ["", "два", "a b", "a" * 201, "\x7f"])
def test_a_write_needs_a_key(caller: Caller, move: dict[str, Any], key: str) -> None:
    found = caller.refuse("control.key_missing", "POST", MOVES, move, key=key, status=400)

    assert found["errors"] == [{"detail": found["detail"], "parameter": "Idempotency-Key"}]
    line = last_line()
    assert (line.operation, line.outcome) == ("probe.move", "refused")
    assert line.refusal == {"code": "control.key_missing", "data": {}}


def test_a_dry_run_tells_the_effect_and_does_nothing(
    bank: Bank, caller: Caller, move: dict[str, Any]
) -> None:
    before = kept()
    answer = caller.post(f"{MOVES}?dry_run=true", move, key="")

    (entry,) = answer.json()["entries"]
    debited, credited = entry["legs"]
    uah = {"currency": "UAH"}
    assert entry["kind"] == "probe.move"
    assert (debited["side"], credited["side"]) == ("debit", "credit")
    assert debited["amount"] == uah | {"amount": "10.00"}
    assert answer.json()["needs"] is None
    assert kept() == before
    assert last_line().outcome == "previewed"


def test_a_dry_run_is_refused_as_the_write_would_be(caller: Caller, move: dict[str, Any]) -> None:
    too_much = move | {"amount": {"amount": "1000.01", "currency": "UAH"}}
    found = caller.refuse(
        "ledger.insufficient_funds", "POST", f"{MOVES}?dry_run=true", too_much, status=422
    )
    assert "1000.01" in found["detail"] or "1,000.01" in found["detail"]


def test_what_needs_another_person_is_accepted_and_waits(
    bank: Bank, caller: Caller, move: dict[str, Any]
) -> None:
    set_policy("probe.move", role="supervisor", actor=bank.system)
    seen = caller.post(f"{MOVES}?dry_run=true", move).json()
    answer = caller.post(MOVES, move, status=202, key="order-1")

    approval = answer.json()["approval"]
    assert seen["needs"] == {"role": "supervisor", "checkers": 1}
    assert answer.json() | {"run": ""} == {
        "run": "",
        "outcome": "parked",
        "approval": approval,
        "result": None,
    }
    assert answer["Location"] == f"/api/v1/approvals/{approval}"
    waiting = caller.post(MOVES, move, status=202, key="order-1")
    assert waiting["Idempotency-Replayed"] == "true"

    do("control.approve", agreement(approval), actor=bank.supervisor)
    # The same key tells what has become of it.
    done = caller.post(MOVES, move, status=201, key="order-1").json()
    assert (done["outcome"], done["result"]) == ("done", {"account": move["target"]})


def agreement(approval: int) -> dict[str, Any]:
    found = Approval.objects.get(id=approval)
    return {"approval": approval, "meaning": found.meaning_hash}


def test_what_was_declined_says_so(bank: Bank, caller: Caller, move: dict[str, Any]) -> None:
    set_policy("probe.move", role="supervisor", actor=bank.system)
    approval = caller.post(MOVES, move, status=202, key="order-1").json()["approval"]
    do("control.decline", {"approval": approval, "reason": "Not this one"}, actor=bank.supervisor)

    told = caller.post(MOVES, move, status=202, key="order-1").json()
    assert (told["outcome"], told["result"]) == ("declined", None)


def test_the_rules_of_the_bank_hold_here_too(
    bank: Bank, caller: Caller, move: dict[str, Any]
) -> None:
    refuse = caller.refuse
    refuse("probe.refused", "POST", MOVES, move | {"narrative": REFUSED}, status=422)
    refuse("probe.refused", "POST", MOVES, move | {"subject": GUARDED}, status=422)
    refuse("control.not_found", "POST", MOVES, move | {"branch": 999}, status=404)
    nothing = move | {"amount": {"amount": "0", "currency": "UAH"}}
    refuse("control.amount_not_positive", "POST", MOVES, nothing, status=422)
    limited = add_machine(bank, role=define_role(MOVE, actor=bank.system), limit_minor=9_99)
    Caller(issue(bank, limited, MOVE)[0]).refuse(
        "control.limit_exceeded", "POST", MOVES, move, status=403
    )
    assert last_line().refusal == {
        "code": "control.limit_exceeded",
        "data": {"amount": "10.00 UAH", "limit": "9.99 UAH"},
    }


# --- What others may have changed meanwhile -----------------------------------------------------


def test_a_change_needs_the_etag_of_what_was_read(caller: Caller, account: int) -> None:
    place = f"probe/accounts/{account}/limits"
    tag = caller.get(place)["ETag"]
    caller.refuse("control.precondition_missing", "PUT", place, {"floor_minor": 5}, status=428)
    assert last_line().refusal == {"code": "control.precondition_missing", "data": {}}

    caller.put(place, {"floor_minor": 5}, If_Match=tag, Idempotency_Key="change-1")
    assert caller.get(place).json()["floor_minor"] == 5
    found = caller.refuse(
        "control.precondition_failed", "PUT", place, {"floor_minor": 6}, status=412, If_Match=tag
    )
    assert found["errors"][0]["parameter"] == "If-Match"
    assert last_line().refusal == {"code": "control.precondition_failed", "data": {}}
    # A weak tag says nothing of the very bytes.
    weak = f"W/{caller.get(place)['ETag']}"
    caller.refuse("control.precondition_failed", "PUT", place, {}, status=412, If_Match=weak)

    # A repeated change tells its answer, though its ETag is old by now.
    again = caller.put(place, {"floor_minor": 5}, If_Match=tag, Idempotency_Key="change-1")
    assert again["Idempotency-Replayed"] == "true"
    caller.put(place, {"floor_minor": 7}, If_Match="*")
    caller.refuse(
        "control.not_found", "PUT", "probe/accounts/1/limits", {}, status=404, If_Match="*"
    )


def test_a_write_costs_the_same_statements_each_time(
    bank: Bank, caller: Caller, move: dict[str, Any]
) -> None:
    caller.post(MOVES, move, status=201)
    with statements() as first:
        caller.post(MOVES, move, status=201)
    with statements() as later:
        for _ in range(3):
            caller.post(MOVES, move, status=201)
    assert len(later) == 3 * len(first)
    # The key, the rights, and what the door needs.
    assert len(first) <= 7, first
