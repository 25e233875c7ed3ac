"""Who and what takes part in a day of the demo, read from the database at each run."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.access.models import User
from apps.cash.models import Till
from apps.control.run import Actor, Origin
from apps.kernel import sql
from apps.kernel.models import Branch
from bank.demo.founding import HEAD_OFFICE, PLACES, TELLERS


@dataclass(slots=True)
class Deposit:
    """A customer's deposit with what is available on it now, in minor units."""

    id: int
    number: str
    customer: int
    product: str
    currency: str
    available_minor: int


@dataclass(frozen=True, slots=True)
class Counter:
    """A till and the teller who works at it."""

    till: int
    account: int
    teller: Actor


@dataclass(frozen=True, slots=True)
class Office:
    """A branch with its people, tills and customers."""

    branch: int
    vault: int
    vault_account: int
    supervisor: Actor
    counters: tuple[Counter, ...]
    current: tuple[Deposit, ...]
    savings: Mapping[int, Deposit]
    euros: tuple[Deposit, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    offices: tuple[Office, ...]
    head: Mapping[str, Actor]


def assemble() -> Cast:
    """Everybody and everything; five statements."""
    users = dict(User.objects.values_list("username", "id"))
    branches = dict(Branch.objects.values_list("code", "id"))
    tills: dict[int, list[Till]] = {}
    for till in Till.objects.order_by("id"):
        tills.setdefault(till.branch_id, []).append(till)
    deposits = _deposits()

    def actor(username: str) -> Actor:
        return Actor(user_id=users[username], origin=Origin.SCREEN)

    def office(slug: str, branch: int) -> Office:
        vault, *counters = tills[branch]
        own = deposits[branch]
        return Office(
            branch=branch,
            vault=vault.id,
            vault_account=vault.account_id,
            supervisor=actor(f"{slug}.supervisor"),
            counters=tuple(
                Counter(till.id, till.account_id, actor(f"{slug}.teller{number}"))
                for number, till in zip(range(1, TELLERS + 1), counters, strict=True)
            ),
            current=tuple(one for one in own if one.product == "CURRENT"),
            savings={one.customer: one for one in own if one.product == "SAVINGS"},
            euros=tuple(one for one in own if one.product == "EURO"),
        )

    return Cast(
        offices=tuple(office(place.slug, branches[place.code]) for place in PLACES),
        head={role: actor(role) for role in HEAD_OFFICE},
    )


def _deposits() -> dict[int, list[Deposit]]:
    """Open deposits of each branch, by id."""
    found: dict[int, list[Deposit]] = {}
    for branch, *rest in sql.rows(
        """SELECT d.branch_id, d.id, d.number, d.customer_id, p.code, d.currency,
                  b.side * b.balance_minor - b.held_minor - b.floor_minor
             FROM accounts_deposit d
             JOIN products_product p ON p.id = d.product_id
             JOIN ledger_balance b ON b.account_id = d.account_id
            WHERE d.closed_on IS NULL ORDER BY d.id"""
    ):
        found.setdefault(branch, []).append(Deposit(*rest))
    return found
