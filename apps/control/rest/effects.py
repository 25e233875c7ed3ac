"""What a dry run answers: the effect of a command, and who would have to agree."""

from collections.abc import Callable, Collection
from typing import Any, Literal

from msgspec import Struct

from apps.control.door import Preview
from apps.control.rest.endpoints import Client
from apps.control.screens import Rights
from apps.kernel.money import Money
from apps.kernel.registry import Slot

# Which of these ledger accounts lie where the client may look; filled by the ledger.
VISIBLE: Slot[Callable[[Collection[int], Rights], Collection[int]]] = Slot("who sees accounts")


class EffectLeg(Struct, frozen=True):
    """One leg; balances on the account's own side, null where the client may not look."""

    account: str
    side: Literal["debit", "credit"]
    amount: Money
    balance_before: Money | None
    balance_after: Money | None


class EffectEntry(Struct, frozen=True):
    """One entry that would be posted."""

    kind: str
    narrative: str
    legs: list[EffectLeg]


class Agreement(Struct, frozen=True):
    """Who would have to agree: so many holders of a role, none of them the maker."""

    role: str
    checkers: int


class Effect(Struct, frozen=True):
    """What a command would do now. Nothing of it has happened: ids in `result` name nothing."""

    entries: list[EffectEntry]
    needs: Agreement | None
    result: Any


def told(seen: Preview, client: Client) -> Effect:
    """A preview as the API tells it; one statement where accounts are touched."""
    shown = VISIBLE()(seen.after, client.rights) if seen.after else ()
    entries = [
        EffectEntry(
            kind=entry["kind"],
            narrative=entry.get("narrative", ""),
            legs=[_leg(seen, shown, *leg) for leg in entry["legs"]],
        )
        for entry in seen.meaning["entries"]
    ]
    needs = Agreement(seen.needs.role, seen.needs.checkers) if seen.needs else None
    return Effect(entries, needs, seen.result)


def _leg(
    seen: Preview, shown: Collection[int], account: int, amount_minor: int, currency: str
) -> EffectLeg:
    after = seen.after[account]

    def balance(standing: dict[str, Any]) -> Money | None:
        natural = standing["balance_minor"] * standing["side"]
        return Money(natural, currency) if account in shown else None

    # An account that the command itself opens stood nowhere before.
    before = seen.before.get(account, after | {"balance_minor": 0})
    return EffectLeg(
        account=after["number"],
        side="debit" if amount_minor > 0 else "credit",
        amount=Money(abs(amount_minor), currency),
        balance_before=balance(before),
        balance_after=balance(after),
    )
