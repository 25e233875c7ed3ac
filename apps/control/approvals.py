"""Another pair of eyes: which policy asks for it, and parking a command until it has looked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from apps.control import journal
from apps.control.commands import Command, to_plain
from apps.control.declarations import POSTER
from apps.control.models import Approval
from apps.control.run import Actor, Origin, Run, accounts_of
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Policy:
    """Who must agree, and how many of them; amounts in minor units of the base currency."""

    from_amount_minor: int
    role: str
    checkers: int
    at_close: str


def applying(
    found: Sequence[Mapping[str, Any]], amount: Money | None, base_currency: str | None
) -> Policy | None:
    """The strictest of the policies in force: the highest tier that the amount reaches.

    An amount in another currency reaches every tier, as without a rate it cannot be compared.
    """
    policies = [Policy(**policy) for policy in found]
    if amount is not None and amount.currency == base_currency:
        policies = [policy for policy in policies if amount.minor >= policy.from_amount_minor]
    return max(policies, key=lambda p: (p.from_amount_minor, p.checkers), default=None)


def signed(run: Run, command: Command) -> dict[str, Any]:
    """The whole meaning that is shown and signed: operation, command, effect; one statement.

    Accounts stand in it by their numbers: one that the operation itself opens gets another id each
    time that its body runs.
    """
    known = POSTER().standing(accounts_of(run.entries))
    meaning = run.meaning()
    for entry in meaning["entries"]:
        entry["legs"] = [
            [known[account]["number"], amount, currency]
            for account, amount, currency in entry["legs"]
        ]
    return {
        "operation": run.operation.name,
        "version": run.operation.version,
        "command": to_plain(command),
        **meaning,
    }


def difference(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of two meanings that differ, each as it was and as it is now."""
    parts = sorted(was.keys() | now.keys())
    return {
        part: {"was": was.get(part), "now": now.get(part)}
        for part in parts
        if was.get(part) != now.get(part)
    }


def stricter(approval: Approval, now: Policy | None) -> dict[str, Any] | None:
    """Whom the request was put before and whom it would be now, where that asks for others."""
    if now is None or (now.role == approval.role and now.checkers <= approval.checkers):
        return None
    return {
        "was": {"role": approval.role, "checkers": approval.checkers},
        "now": {"role": now.role, "checkers": now.checkers},
    }


def meaning_hash(meaning: Mapping[str, Any]) -> str:
    """SHA-256 of a meaning, the same for the same content in any order of keys."""
    return hashlib.sha256(msgspec.json.encode(meaning, order="deterministic")).hexdigest()


def park(*, run: Run, command: Command, key: str, policy: Policy, meaning: dict[str, Any]) -> int:
    """Keep the command and its meaning; the approval's id."""
    journal.record_parked(run=run, command=command, key=key, meaning=meaning)
    approval = Approval.objects.create(
        run_id=run.id,
        operation=run.operation.name,
        version=run.operation.version,
        command=to_plain(command),
        meaning=meaning,
        meaning_hash=meaning_hash(meaning),
        maker_id=run.actor.user_id,
        maker_actor=asdict(run.actor),
        branch_id=run.branch_id,
        role=policy.role,
        checkers=policy.checkers,
        at_close=policy.at_close,
        booking_date=run.date,
    )
    return approval.id


def maker_of(approval: Approval) -> Actor:
    """The maker, with the face and the client through which the command came."""
    return Actor(**{**approval.maker_actor, "origin": Origin(approval.maker_actor["origin"])})
