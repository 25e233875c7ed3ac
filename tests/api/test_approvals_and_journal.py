"""Approvals and the journal over the API: what waits, who decides it, and what was done."""

from typing import Any

import pytest

from tests.accounts import days
from tests.api.machine import Machine, machine, reads, uah
from tests.evidence import world
from tests.factories import Bank, set_policy


@pytest.fixture
def clerk(bank: Bank) -> Machine:
    """A program that asks for charges, which a supervisor must agree to."""
    for operation in ("accounts.charge_fee", "accounts.book_interest"):
        set_policy(operation, role="supervisor", actor=bank.administrator)
    return machine(bank, "accountant", branch=bank.branch)


@pytest.fixture
def checker(bank: Bank) -> Machine:
    return machine(bank, "supervisor", branch=bank.branch)


@pytest.fixture
def deposit(bank: Bank) -> days.Opened:
    return days.deposit(bank, days.product(bank), minor=100_000)


def ask(program: Machine, of: days.Opened, amount: str = "25.00", **more: Any) -> Any:
    return program.post(f"deposits/{of.id}/fees", {"amount": uah(amount)}, **more)


def test_a_request_is_parked_looked_at_and_agreed_to(
    bank: Bank, clerk: Machine, checker: Machine, deposit: days.Opened
) -> None:
    parked = ask(clerk, deposit, key="fee-1")
    approval = parked.body["approval"]
    assert (parked.status, parked.body["outcome"], parked.result) == (202, "parked", None)
    assert parked.headers["Location"] == f"/api/v1/approvals/{approval}"

    (waiting,) = checker.get("approvals").body["items"]
    assert (waiting["id"], waiting["own"], waiting["amount"]) == (approval, False, uah("25.00"))
    (own,) = clerk.get("requests", waiting=True).body["items"]
    assert own == {**waiting, "own": True}
    seen = checker.get(f"approvals/{approval}").body
    assert clerk.get(f"approvals/{approval}").body == {**seen, "own": True}
    assert (seen["state"], seen["role"], seen["agreed"]) == ("waiting", "supervisor", 0)
    assert seen["command"]["amount"] == uah("25.00")
    (entry,) = seen["entries"]
    assert entry["kind"] == "accounts.charge_fee"
    assert entry["legs"][0] == {
        "account": deposit.number, "side": "debit", "amount": uah("25.00"),
    }  # fmt: skip
    assert clerk.get(f"deposits/{deposit.id}").body["balance"] == uah("1000.00")

    agreed = checker.post(f"approvals/{approval}/approve", {"meaning": seen["meaning"]})
    assert (agreed.status, agreed.result["state"]) == (200, "done")
    assert clerk.get(f"deposits/{deposit.id}").body["balance"] == uah("975.00")
    done = clerk.get(f"approvals/{approval}").body
    assert (done["state"], done["done_run"], done["agreed"]) == ("done", agreed.result["run"], 1)
    assert checker.get("approvals").body["items"] == []
    again = ask(clerk, deposit, key="fee-1")
    assert (again.body["outcome"], again.body["run"]) == ("done", agreed.result["run"])
    told = clerk.get(f"runs/{agreed.result['run']}").body
    assert (told["approval"], [one["name"] for one in told["agreed"]]) == (
        approval, [checker.get(f"runs/{agreed.body['run']}").body["actor_name"]],
    )  # fmt: skip


def test_nobody_decides_what_they_ask_for(
    bank: Bank, clerk: Machine, checker: Machine, deposit: days.Opened
) -> None:
    both = machine(bank, "accountant", "supervisor", branch=bank.branch)
    approval = ask(both, deposit).body["approval"]
    meaning = both.get(f"approvals/{approval}").body["meaning"]

    (waiting,) = both.get("approvals").body["items"]
    assert waiting["own"] is True
    before = world()
    for action, given in (("approve", {"meaning": meaning}), ("decline", {"reason": "Ні, ні"})):
        answer = both.post(f"approvals/{approval}/{action}", given)
        assert (answer.status, answer.code) == (403, "control.self_approval")
    other = checker.post(f"approvals/{approval}/approve", {"meaning": "0" * 64})
    assert (other.status, other.code) == (409, "control.meaning_changed")
    assert world() == before


def test_a_request_is_declined_or_taken_back(
    bank: Bank, clerk: Machine, checker: Machine, deposit: days.Opened
) -> None:
    first, second = (ask(clerk, deposit).body["approval"] for _ in range(2))
    declined = checker.post(f"approvals/{first}/decline", {"reason": "Немає договору"})
    withdrawn = clerk.post(f"approvals/{second}/withdraw")

    assert (declined.result["state"], withdrawn.result["state"]) == ("declined", "withdrawn")
    assert clerk.get(f"approvals/{first}").body["reason"] == "Немає договору"
    assert [(one["id"], one["state"]) for one in clerk.get("requests").body["items"]] == [
        (second, "withdrawn"), (first, "declined"),
    ]  # fmt: skip
    assert clerk.get("requests", waiting=True).body["items"] == []
    late = checker.post(f"approvals/{first}/decline", {"reason": "Немає договору"})
    assert (late.status, late.code) == (409, "control.already_decided")


def test_requests_of_another_branch_are_not_found(
    bank: Bank, clerk: Machine, deposit: days.Opened
) -> None:
    stranger = machine(bank, "supervisor", branch=bank.other_branch)
    approval = ask(clerk, deposit).body["approval"]

    assert stranger.get("approvals").body["items"] == []
    assert stranger.get(f"approvals/{approval}").code == "control.not_found"
    assert stranger.get(f"approvals/{approval + 1000}").code == "control.not_found"
    before = world()
    refused = stranger.post(f"approvals/{approval}/decline", {"reason": "Немає договору"})
    assert refused.status in {403, 404}
    assert world() == before


def test_pages_of_requests_stand_still(
    bank: Bank, clerk: Machine, checker: Machine, deposit: days.Opened
) -> None:
    made = [ask(clerk, deposit).body["approval"] for _ in range(5)]
    inbox = checker.get("approvals", limit=2).body
    own = clerk.get("requests", limit=2).body
    late = ask(clerk, deposit).body["approval"]

    rest = checker.get("approvals", cursor=inbox["next"]).body["items"]
    assert [one["id"] for one in inbox["items"] + rest] == [*made, late]
    rest = clerk.get("requests", cursor=own["next"]).body["items"]
    assert [one["id"] for one in own["items"] + rest] == made[::-1]


def test_lists_take_one_statement(
    bank: Bank, clerk: Machine, checker: Machine, deposit: days.Opened
) -> None:
    administrator = machine(bank, "administrator")
    for more in (1, 29):
        for _ in range(more):
            approval = ask(clerk, deposit).body["approval"]
            set_policy("cash.withdraw", role="supervisor", actor=bank.administrator)
        assert reads(checker, "approvals") == 1
        assert reads(clerk, "requests") == 1
        assert reads(clerk, f"approvals/{approval}") == 2
        assert reads(checker, "runs") == 1
        assert reads(administrator, "approval-policies") == 1
        assert reads(checker, "branches") == 1


def test_policies_are_set_and_told(bank: Bank) -> None:
    administrator = machine(bank, "administrator")
    given = {"operation": "payments.transfer", "role": "supervisor", "valid_from": "2026-01-06",
             "from_amount_minor": 5_000_000}  # fmt: skip
    policy = administrator.post("approval-policies", given).result["policy"]

    told = administrator.get("approval-policies", limit=200).body["items"]
    assert told[-1] == given | {
        "id": policy, "branch": None, "checkers": 1, "at_close": "carry", "valid_to": None,
    }  # fmt: skip
    today = administrator.get("approval-policies", on="2026-01-05", limit=200).body["items"]
    assert policy not in {one["id"] for one in today}
    assert machine(bank, "teller", branch=bank.branch).get("approval-policies").status == 403


def test_the_journal_tells_what_was_done_and_refused(
    bank: Bank, checker: Machine, deposit: days.Opened
) -> None:
    at = f"deposits/{deposit.id}"
    done = checker.post(f"{at}/block", {"reason": "Заява клієнта"})
    refused = checker.post(f"{at}/close")
    assert refused.status == 409

    (line,) = checker.get("runs", subject=f"deposit:{deposit.id}").body["items"]
    assert (line["id"], line["operation"]) == (done.body["run"], "accounts.block")
    whole = checker.get(f"runs/{done.body['run']}").body
    assert (whole["origin"], whole["client"]) == ("api", checker.client)
    assert whole["command"] == {"deposit": deposit.id, "reason": "Заява клієнта",
                                "debits": True, "credits": False}  # fmt: skip
    # What was refused happened in no branch: it is told to readers of the whole bank.
    auditor = machine(bank, "chief_accountant")
    (only,) = auditor.get("runs", outcome="refused", date="2026-01-05").body["items"]
    assert only["operation"] == "accounts.close_deposit"
    assert auditor.get(f"runs/{only['id']}").body["refusal"]["code"] == refused.code
    assert checker.get("runs", outcome="refused").body["items"] == []
    assert checker.get("runs", outcome="lost").code == "control.bad_parameter"
    assert checker.get("runs", subject="customer").code == "control.bad_parameter"


def test_the_journal_is_read_page_by_page(
    bank: Bank, checker: Machine, deposit: days.Opened
) -> None:
    first = checker.get("runs", limit=3).body
    checker.post(f"deposits/{deposit.id}/block", {"reason": "Заява клієнта"})
    second = checker.get("runs", limit=3, cursor=first["next"]).body

    ids = [one["id"] for one in first["items"] + second["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert {one["branch"] for one in first["items"]} <= {bank.branch}


def test_a_run_is_open_to_whoever_did_it(bank: Bank, deposit: days.Opened) -> None:
    teller = machine(bank, "teller", branch=bank.branch)
    made = teller.post(
        "customers",
        {"branch": bank.branch, "last_name": "Коваль", "birth_date": "1985-05-05",
         "no_tax_number_reason": "відмова за переконаннями"},
    )  # fmt: skip
    colleague = machine(bank, "teller", branch=bank.branch)

    assert teller.get(f"runs/{made.body['run']}").status == 200
    assert teller.get(f"runs/{made.body['run']}/entries").body["items"] == []
    assert colleague.get(f"runs/{made.body['run']}").code == "control.not_found"
    assert colleague.get("runs").code == "control.scope_missing"


def test_the_bank_and_its_branches(bank: Bank) -> None:
    anybody = machine(bank, "teller", branch=bank.branch)
    assert anybody.get("bank").body == {
        "name_uk": "Тестовий банк", "name_en": "Test Bank", "code": "300001", "country": "UA",
        "base_currency": "UAH", "time_zone": "Europe/Kyiv", "first_date": "2026-01-05",
    }  # fmt: skip
    listed = [one for page in anybody.pages("branches", limit=1) for one in page]
    assert [one["code"] for one in listed] == ["001", "002"]
    assert anybody.get(f"branches/{bank.branch}").body == listed[0]
    assert anybody.get("branches/999999").status == 404

    administrator = machine(bank, "administrator")
    given = {"code": "003", "name_uk": "Третє", "name_en": "Third", "parent": bank.branch}
    opened = administrator.post("branches", given)
    assert opened.headers["Location"] == f"/api/v1/branches/{opened.result['branch']}"
    assert anybody.get(f"branches/{opened.result['branch']}").body == given | {
        "id": opened.result["branch"], "opened_on": "2026-01-05", "closed_on": None,
    }  # fmt: skip
