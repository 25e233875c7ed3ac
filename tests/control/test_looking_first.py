"""A preview shows what the same body would do, and writes one line of the journal."""

import pytest

from apps.control.door import preview
from apps.control.errors import PermissionMissing
from apps.control.models import OperationRun
from apps.kernel.money import Money
from apps.ledger.errors import InsufficientFunds
from apps.ledger.models import Account
from tests import probes
from tests.evidence import world
from tests.factories import Bank, set_policy


def withdrawal(bank: Bank, account: int, till: int, minor: int) -> probes.Move:
    return probes.Move(branch=bank.branch, source=account, target=till, amount=Money(minor, "UAH"))


def test_a_preview_shows_entries_and_balances(bank: Bank, account: int, till: int) -> None:
    before = world()
    seen = preview("probe.move", withdrawal(bank, account, till, 300), actor=bank.prober)
    assert seen.meaning == {
        "entries": [
            {"kind": "probe.move", "legs": [[account, 300, "UAH"], [till, -300, "UAH"]]},
        ]
    }
    assert seen.result == {"account": till}
    assert seen.before[account]["balance_minor"] == -100_000
    assert seen.after[account]["balance_minor"] == -99_700
    assert seen.before[till]["balance_minor"] == 100_000
    assert seen.after[till]["balance_minor"] == 99_700
    assert seen.needs is None
    assert world() == before  # entries, keys, messages, balances: nothing


def test_a_preview_is_journalled_with_what_it_showed(bank: Bank, account: int, till: int) -> None:
    lines = OperationRun.objects.count()
    command = withdrawal(bank, account, till, 300)
    seen = preview("probe.move", command, actor=bank.prober)
    assert OperationRun.objects.count() == lines + 1
    line = OperationRun.objects.latest("at")
    assert (line.outcome, line.operation, line.key) == ("previewed", "probe.move", "")
    assert (line.actor_id, line.actor_name) == (bank.prober.user_id, "Prober")
    assert line.effect == seen.meaning
    assert line.command["amount"] == {"amount": "3.00", "currency": "UAH"}


def test_a_preview_names_who_must_agree(bank: Bank, account: int, till: int) -> None:
    set_policy(
        "probe.move", role="supervisor", from_amount_minor=300, checkers=2, actor=bank.administrator
    )
    small = preview("probe.move", withdrawal(bank, account, till, 299), actor=bank.prober)
    large = preview("probe.move", withdrawal(bank, account, till, 300), actor=bank.prober)
    assert small.needs is None
    assert large.needs is not None
    assert (large.needs.role, large.needs.checkers) == ("supervisor", 2)


def test_a_preview_needs_the_permission(bank: Bank, account: int, till: int) -> None:
    before = world()
    with pytest.raises(PermissionMissing):
        preview("probe.move", withdrawal(bank, account, till, 300), actor=bank.teller)
    assert world() == before
    assert OperationRun.objects.latest("at").outcome == "refused"


def test_a_preview_says_what_the_book_would_refuse(bank: Bank, account: int, till: int) -> None:
    before, number = world(), Account.objects.get(id=account).number
    with pytest.raises(InsufficientFunds):
        preview("probe.move", withdrawal(bank, account, till, 100_001), actor=bank.prober)
    assert world() == before
    assert OperationRun.objects.latest("at").refusal == {
        "code": "ledger.insufficient_funds",
        "data": {"account": number, "asked": "1000.01 UAH", "available": "1000.00 UAH"},
    }
