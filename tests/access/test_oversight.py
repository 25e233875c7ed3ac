"""Nobody agrees to a request of their own by way of a person whom they made up."""

import datetime as dt

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from apps.access import oversight
from apps.access.rules import RIGHTS
from apps.control.errors import NotChecker, PermissionMissing, RoleUnknown, SelfApproval
from apps.control.models import Approval, ApprovalPolicy
from apps.control.run import Actor
from tests import probes
from tests.conftest import OwnDatabase
from tests.eod.closing import close
from tests.evidence import refuse
from tests.factories import Bank, add_user, do, set_policy

DAY = dt.timedelta(days=1)


def decide(approval: int | None, by: Actor) -> str:
    """Agree to a request; its state."""
    command = agreed(approval)
    state: str = do("control.approve", command, actor=by).result["state"]
    return state


def agreed(approval: int | None) -> dict[str, object]:
    assert approval is not None, "it was parked"
    waiting = Approval.objects.get(id=approval)
    return {"approval": waiting.id, "meaning": waiting.meaning_hash}


def grant(user: int, role: str, bank: Bank) -> dict[str, object]:
    return {"user": user, "role": role, "valid_from": bank.date.isoformat()}


def test_the_founding_ends_with_the_date_of_the_second_administrator(bank: Bank) -> None:
    found = ApprovalPolicy.objects.filter(operation__in=RIGHTS).order_by("operation")
    asked = list(found.values_list("operation", "role", "checkers", "valid_from"))
    assert asked == [(name, "administrator", 1, bank.date + DAY) for name in sorted(RIGHTS)]
    # Still founding: appointments are not parked.
    add_user(role="teller", branch=bank.branch, actor=bank.administrator)


def test_a_puppet_does_not_become_a_checker(bank: Bank) -> None:
    close(bank)
    puppet = add_user(actor=bank.administrator)
    parked = do(
        "access.grant_role",
        grant(puppet.user_id, "administrator", bank),
        actor=bank.administrator,
    )
    assert parked.outcome == "parked"
    command = agreed(parked.approval_id)
    refuse(SelfApproval, "control.approve", command, actor=bank.administrator)
    refuse(PermissionMissing, "control.approve", command, actor=puppet)
    refuse(NotChecker, "control.approve", command, actor=bank.chief_accountant)
    defined = do(
        "access.define_role",
        {"code": "mine", "name_uk": "м", "name_en": "m", "permissions": ["access.grant_roles"]},
        actor=bank.administrator,
    )
    policy = {"operation": "probe.tell", "role": "teller", "valid_from": "2026-01-06"}
    factor = {"user": bank.second_administrator.user_id}
    for waits in (
        defined,
        do("control.set_approval_policy", policy, actor=bank.administrator),
        do("access.reset_second_factor", factor, actor=bank.administrator),
    ):
        assert waits.outcome == "parked"

    assert decide(parked.approval_id, bank.second_administrator) == "done"
    assert do("access.add_user", {"username": "x1", "full_name": "X"}, actor=puppet).result


def test_a_bank_with_one_administrator_is_not_locked_out(
    own_database: OwnDatabase, bank: Bank
) -> None:
    """Made so by the owner, as the tests' bank has two."""
    with own_database.connect("owner", autocommit=True) as owner:
        owner.execute("DELETE FROM control_approvalpolicy WHERE operation = ANY (%s)", [[*RIGHTS]])
        owner.execute(
            "UPDATE access_user SET is_active = false WHERE username = 'second_administrator'"
        )
    close(bank)
    (alone,) = [one for one in oversight.gaps() if "alone" in one]
    assert all(name in alone for name in RIGHTS)
    found = [one for one in run_checks(databases=["default"]) if one.id == "skarb.W008"]
    assert alone in {one.msg for one in found}

    second = add_user(actor=bank.administrator)
    done = do(
        "access.grant_role", grant(second.user_id, "administrator", bank), actor=bank.administrator
    )
    assert done.outcome == "done"
    first = ApprovalPolicy.objects.filter(operation__in=RIGHTS)
    assert set(first.values_list("valid_from", flat=True)) == {bank.date + 2 * DAY}
    close(bank)
    assert not [one for one in oversight.gaps() if "alone" in one]


def test_a_third_administrator_sets_no_policy_again(bank: Bank) -> None:
    before = ApprovalPolicy.objects.count()
    add_user(role="administrator", actor=bank.administrator)
    assert ApprovalPolicy.objects.count() == before


def test_a_policy_names_a_role_that_exists(bank: Bank) -> None:
    policy = {"operation": "probe.tell", "role": "nobody_s", "valid_from": "2026-01-05"}
    refuse(RoleUnknown, "control.set_approval_policy", policy, actor=bank.administrator)


@pytest.mark.parametrize(
    ("role", "branch", "holders"),
    [("supervisor", None, 3), ("supervisor", "001", 2), ("administrator", "001", 2)],
)
def test_a_policy_tells_how_many_hold_its_role(
    bank: Bank, role: str, branch: str | None, holders: int
) -> None:
    policy = {
        "operation": "probe.tell",
        "role": role,
        "valid_from": "2026-01-05",
        "branch": bank.branch if branch else None,
    }
    done = do("control.set_approval_policy", policy, actor=bank.administrator)
    assert done.result["holders"] == holders


def told(role: str) -> list[str]:
    """The warnings about a role."""
    found = (*oversight.policies_of_nobody(), *oversight.gaps())
    return [one for one in found if f"the role {role}," in one]


def test_what_waits_for_nobody_is_told(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    do(
        "access.define_role",
        {"code": "empty", "name_uk": "п", "name_en": "e", "permissions": []},
        actor=bank.administrator,
    )
    policy = {"operation": "probe.tell", "role": "empty", "valid_from": "2026-01-05"}
    done = do("control.set_approval_policy", policy, actor=bank.administrator)
    assert done.result["holders"] == 0
    parked = do("probe.tell", probes.Tell(texts=("x",)), actor=bank.prober)
    assert told("empty") == [
        "the policy on probe.tell asks 1 of the role empty, which 0 people hold: what it parks will"
        " wait for nobody",
        f"request {parked.approval_id}, probe.tell, waits for 1 of the role empty, which 0 people"
        " other than its maker hold: nobody can decide it",
    ]
    call_command("prove", only="ledger")
    assert f"Warning: request {parked.approval_id}" in capsys.readouterr().err


def test_the_maker_is_no_checker_of_the_request(bank: Bank) -> None:
    set_policy("probe.tell", role="prober", actor=bank.administrator)
    parked = do("probe.tell", probes.Tell(texts=("x",)), actor=bank.prober)
    (one,) = told("prober")
    assert one.startswith(f"request {parked.approval_id}, probe.tell, waits for 1 of the role")
