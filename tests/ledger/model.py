"""The posting functions once more, in plain Python: what they must accept, refuse and leave behind.

An oracle: it knows nothing of SQL, locks or arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

LegModel = tuple[int, int, str]  # account, amount in minor units (debit positive), currency


@dataclass(slots=True)
class AccountModel:
    """A limited account, or with `limited=False` one that keeps no balance."""

    currency: str
    side: int
    limited: bool = True
    balance_minor: int = 0
    held_minor: int = 0
    floor_minor: int = 0
    debits_blocked: bool = False
    credits_blocked: bool = False
    closed: bool = False


@dataclass(slots=True)
class BookModel:
    accounts: dict[int, AccountModel]
    # Each posted leg with the balance after it (None without a limit).
    legs: list[tuple[int, int, int | None]] = field(default_factory=list)

    def post(self, entries: Sequence[Sequence[LegModel]], forced: Sequence[bool]) -> str | None:
        """Post all entries, or none of them: the SQLSTATE of the refusal.

        Legs are judged account by account, and within an account in their order.
        """
        legs = [(leg, force) for entry, force in zip(entries, forced, strict=True) for leg in entry]
        running = {key: account.balance_minor for key, account in self.accounts.items()}
        after: dict[int, int | None] = {}
        for place, ((key, amount, currency), force) in sorted(
            enumerate(legs), key=lambda one: (one[1][0][0], one[0])
        ):
            refusal = self._judge(key, amount, currency, force, running)
            if refusal:
                return refusal
            after[place] = running[key] if self.accounts[key].limited else None
        for entry in entries:
            for currency in {leg[2] for leg in entry}:
                if sum(leg[1] for leg in entry if leg[2] == currency):
                    return "SK007"
        for key, balance in running.items():
            self.accounts[key].balance_minor = balance
        self.legs += [(leg[0], leg[1], after[place]) for place, (leg, _) in enumerate(legs)]
        return None

    def _judge(
        self, key: int, amount: int, currency: str, force: bool, running: dict[int, int]
    ) -> str | None:
        account = self.accounts.get(key)
        if account is None:
            return "SK002"
        if account.currency != currency:
            return "SK006"
        if account.closed:
            return "SK003"
        running[key] += amount
        if not account.limited or force:
            return None
        if (amount > 0 and account.debits_blocked) or (amount < 0 and account.credits_blocked):
            return "SK005"
        natural = account.side * running[key]
        lowers = amount * account.side < 0
        if lowers and natural - account.held_minor < account.floor_minor:
            return "SK004"
        return None
