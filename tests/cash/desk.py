"""A cash desk for tests: customers with deposits, a vault, a till, a teller at work.

And `only_refused`, which proves that a refusal left nothing behind but its line of the journal.
"""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from apps.control.run import Actor
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.ledger import queries as ledger
from tests.factories import Bank, do

_counter = itertools.count(1)

# What a till holds after `staff_a_till`: 5 000 + 400 + 12.50 hryvnias.
FLOAT = [[50_000, 10], [20_000, 2], [1_000, 1], [50, 5]]
FLOAT_MINOR = 541_250


def uah(minor: int) -> Money:
    return Money(minor, "UAH")


def counted(*lines: list[int]) -> list[dict[str, int]]:
    return [{"value_minor": value, "count": pieces} for value, pieces in lines]


def product(bank: Bank, *, currency: str = "UAH") -> str:
    """A current account without interest; its code."""
    code = f"CUR{next(_counter)}"
    do(
        "products.create_product",
        {"code": code, "kind": "current", "name_uk": code, "name_en": code, "currency": currency},
        actor=bank.product_manager,
    )
    do(
        "products.add_version",
        {"product": code, "valid_from": bank.date, "annual_rate": Decimal(0)},
        actor=bank.product_manager,
    )
    return code


@dataclass(frozen=True, slots=True)
class Opened:
    """A customer's deposit: its id, its ledger account and its number."""

    id: int
    account: int
    number: str

    @property
    def minor(self) -> int:
        return ledger.limited(self.account).natural_minor


def deposit(
    bank: Bank, *, branch: int | None = None, currency: str = "UAH", minor: int = 0
) -> Opened:
    """A new customer's deposit, with money that came from another bank."""
    branch = branch or bank.branch
    by = bank.supervisor if branch == bank.branch else bank.other_supervisor
    customer = do(
        "customers.register_person",
        {
            "branch": branch,
            "last_name": "Шевченко",
            "first_name": "Оксана",
            "birth_date": "1990-05-17",
            "no_tax_number_reason": "відмова за переконаннями",
        },
        actor=by,
    ).result["customer"]
    opened = do(
        "accounts.open_deposit",
        {"customer": customer, "product": product(bank, currency=currency), "branch": branch},
        actor=by,
    ).result
    made = Opened(opened["deposit"], opened["account"], opened["number"])
    if minor:
        do(
            "payments.receive",
            {
                "target": made.id,
                "amount": {"amount": str(Money(minor, currency).decimal), "currency": currency},
                "bank": "305299",
                "account": "UA793052990000026002661176318",
                "purpose": "Поповнення",
            },
            actor=bank.operations,
        )
    return made


def till(
    bank: Bank, kind: str, *, branch: int | None = None, currency: str = "UAH", name: str = ""
) -> int:
    """A new till; its id."""
    branch = branch or bank.branch
    made: int = do(
        "cash.create_till",
        {
            "branch": branch,
            "currency": currency,
            "kind": kind,
            "name": name or f"Місце {next(_counter)}",
        },
        actor=bank.supervisor if branch == bank.branch else bank.other_supervisor,
    ).result["till"]
    return made


@dataclass(frozen=True, slots=True)
class Desk:
    """A vault and a till whose session is open, both in hryvnias."""

    vault: int
    till: int
    session: int
    teller: Actor


def staff_a_till(bank: Bank, *, teller: Actor | None = None) -> Desk:
    """A teller at work in the bank's first branch, with FLOAT in the till."""
    teller = teller or bank.teller
    vault, counter = till(bank, "vault"), till(bank, "counter")
    do("cash.supply_vault", {"till": vault, "amount": amount(10_000_000)}, actor=bank.supervisor)
    first = open_session(counter, [], teller)
    move = {"source": vault, "target": counter, "amount": amount(FLOAT_MINOR)}
    do("cash.move_cash", move, actor=bank.supervisor)
    close_session(first, FLOAT, teller)
    return Desk(vault, counter, open_session(counter, FLOAT, teller), teller)


def open_session(at: int, lines: list[list[int]], teller: Actor) -> int:
    opened = do("cash.open_session", {"till": at, "counted": counted(*lines)}, actor=teller)
    session: int = opened.result["session"]
    return session


def close_session(session: int, lines: list[list[int]], teller: Actor) -> int:
    """Close with this count; the difference in minor units."""
    closed = do(
        "cash.close_session", {"session": session, "counted": counted(*lines)}, actor=teller
    )
    difference: int = closed.result["difference_minor"]
    return difference


def over_the_counter(desk: Desk, to: Opened, minor: int) -> dict[str, Any]:
    """The command of cash in or out at a desk."""
    return {"till": desk.till, "deposit": to.id, "amount": amount(minor)}


def till_minor(at: int) -> int:
    account = sql.value("SELECT account_id FROM cash_till WHERE id = %(till)s", {"till": at})
    return ledger.limited(account).natural_minor


def gl_minor(code: str, *, branch: int, currency: str = "UAH") -> int:
    """All that stands on a GL account of a branch, debit positive."""
    total: int = sql.value(
        """SELECT coalesce(sum(p.amount_minor), 0)::bigint FROM ledger_posting p
             JOIN ledger_account a ON a.id = p.account_id
             JOIN ledger_glaccount g ON g.id = a.gl_account_id
            WHERE g.code = %(code)s AND a.branch_id = %(branch)s AND a.currency = %(currency)s""",
        {"code": code, "branch": branch, "currency": currency},
    )
    return total


@contextmanager
def only_refused(code: str, /, *, actor: Actor, **data: Any) -> Iterator[None]:
    """The block is refused with this code and data, in two languages, and leaves nothing else."""
    before, lines = whole_state(), _journal()
    with pytest.raises(Refusal) as caught:
        yield
    refusal = caught.value
    assert (refusal.code, refusal.data) == (code, data)
    assert "{" not in refusal.text.uk + refusal.text.en
    assert refusal.text.uk != refusal.text.en
    assert whole_state() == before
    added = _journal()[len(lines) :]
    assert added == [("refused", actor.user_id, {"code": code, "data": data})]


def whole_state() -> Mapping[str, str]:
    """The content of every table but the journal, each as one hash."""
    tables = [
        name
        for (name,) in sql.rows(
            """SELECT relname FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                  AND NOT relispartition
                  AND relname NOT IN ('control_operationrun', 'django_migrations')
                ORDER BY relname"""
        )
    ]
    whole = " UNION ALL ".join(
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f" FROM {name} t"
        for name in tables
    )
    return dict(sql.rows(whole))


def _journal() -> list[tuple[str, int, Any]]:
    return sql.rows(
        "SELECT outcome, actor_id, refusal::json FROM control_operationrun ORDER BY at, id"
    )


def amount(minor: int, currency: str = "UAH") -> dict[str, str]:
    return {"amount": str(Money(minor, currency).decimal), "currency": currency}
