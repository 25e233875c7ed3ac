"""Days of a bank that pays interest: products, deposits, money, and the close of a day.

The close here is the steps themselves, each cut and each chunk a run of its own, so that a test may
choose how the work is cut and in which order; the engine that workers run has tests of its own.
"""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from apps.control import door, guarding
from apps.control.declarations import INVARIANTS, OPERATIONS, STEPS, Chunk, Step
from apps.control.run import Run
from apps.kernel import sql
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.ledger import queries as ledger
from tests.factories import Bank, do, internal_account, move
from tests.probes import Batch, NextDate

STEP_NAMES = ("accounts.release_expired_holds", "accounts.accrue_interest",
              "accounts.capitalise_interest")  # fmt: skip
_counter = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A deposit with its ledger account and its number."""

    id: int
    account: int
    number: str

    @property
    def minor(self) -> int:
        return ledger.limited(self.account).natural_minor


def product(bank: Bank, *, currency: str = "UAH", valid_from: dt.date | None = None,
            **terms: Any) -> str:  # fmt: skip
    """A savings product of 14 % a year unless told otherwise; its code."""
    code = f"S{next(_counter)}"
    do(
        "products.create_product",
        {"code": code, "kind": "savings", "name_uk": code, "name_en": code, "currency": currency},
        actor=bank.product_manager,
    )
    version(bank, code, valid_from or bank.date, **terms)
    return code


def version(bank: Bank, code: str, valid_from: dt.date, **terms: Any) -> None:
    given = {"annual_rate": Decimal(14), **terms}
    do(
        "products.add_version",
        {"product": code, "valid_from": valid_from, **given},
        actor=bank.product_manager,
    )


def customer(bank: Bank, *, branch: int | None = None) -> int:
    registered = do(
        "customers.register_person",
        {
            "branch": branch or bank.branch,
            "last_name": "Ощадний",
            "birth_date": "1990-05-17",
            "no_tax_number_reason": "відмова за переконаннями",
        },
        actor=bank.migration,
    )
    found: int = registered.result["customer"]
    return found


def deposit(
    bank: Bank, code: str, *, minor: int = 0, branch: int | None = None, **given: Any
) -> Opened:
    """A new customer's deposit with some money in it."""
    at = branch or bank.branch
    opened = do(
        "accounts.open_deposit",
        {"customer": customer(bank, branch=at), "product": code, "branch": at, **given},
        actor=bank.migration,
    ).result
    made = Opened(opened["deposit"], opened["account"], opened["number"])
    _vault(bank, "UAH")
    put(bank, made, minor)
    return made


def put(bank: Bank, to: Opened, minor: int, *, currency: str = "UAH") -> None:
    """Pay in, or out where `minor` is negative."""
    vault = _vault(bank, currency)
    if minor > 0:
        move(bank, source=vault, target=to.account, minor=minor, currency=currency)
    elif minor < 0:
        move(bank, source=to.account, target=vault, minor=-minor, currency=currency)


def _vault(bank: Bank, currency: str) -> int:
    """Where money comes from and goes to; opened when first needed."""
    found: int | None = sql.value(
        """SELECT id FROM ledger_account
            WHERE NOT limited AND number LIKE '%%-vault' AND currency = %(currency)s""",
        {"currency": currency},
    )
    return found or internal_account(bank, number="vault", currency=currency)


def roll(bank: Bank) -> dt.date:
    """Open the next date, so that the one that was open is being closed; which that is."""
    do("probe.open_next_date", NextDate(), actor=bank.prober)
    date: dt.date = sql.value("SELECT date FROM kernel_bookingdate WHERE status = 'closing'")
    return date


def close_day(
    bank: Bank,
    *,
    size: int | None = None,
    meanwhile: Callable[[], None] = lambda: None,
    backwards: bool = False,
) -> dt.date:
    """Close the open date, in chunks of `size` deposits, and prove everything; which date."""
    date = roll(bank)
    meanwhile()
    for name in STEP_NAMES:
        run_step(bank, name, date, size=size, backwards=backwards)
    finish(bank)
    assert violations(date) == {}
    return date


def finish(bank: Bank) -> None:
    """Write the snapshots of the date that is being closed, and close it."""
    do("probe.finish_close", NextDate(), actor=bank.prober)


def close_through(bank: Bank, last: dt.date, **how: Any) -> None:
    """Close day after day until `last` is closed."""
    while close_day(bank, **how) < last:
        pass


def run_step(
    bank: Bank, name: str, date: dt.date, *, size: int | None = None, backwards: bool = False
) -> list[dict[str, Any]]:
    """One step, cut by `size`; what its chunks returned."""
    step = STEPS[name]
    if step.cut is None:
        return [in_a_run(bank, date, lambda run: step.body(date=date, chunk=None, run=run))]
    chunks: Sequence[Chunk] = step.cut(date=date, size=size or step.size)
    results = [
        in_a_run(bank, date, partial(_do_chunk, step, date, chunk))
        for chunk in (reversed(chunks) if backwards else chunks)
    ]
    last = step.finish
    if last is not None:
        in_a_run(bank, date, lambda run: last(date=date, results=results, run=run))
    return results


def _do_chunk(step: Step, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    return step.body(date=date, chunk=chunk, run=run)


def in_a_run(bank: Bank, date: dt.date, body: Callable[[Run], dict[str, Any]]) -> dict[str, Any]:
    """A body of the close inside a run that is concluded; its result as JSON keeps it."""
    run = Run(
        id=uuid7(),
        operation=OPERATIONS["probe.post_at_close"],
        actor=bank.prober,
        actor_name="prober",
        branch_id=None,
        date=date,
    )
    with transaction.atomic(), guarding.door_open():
        result: dict[str, Any] = json.loads(json.dumps(body(run)))
        door.conclude(run, Batch(entries=()), key="", result=result)
    return result


def violations(date: dt.date) -> dict[str, list[tuple[Any, ...]]]:
    """What the proofs of deposits and of the book find wrong, thorough ones too."""
    wrong = {}
    for invariant in INVARIANTS:
        if invariant.name.startswith(("accounts.", "ledger.")):
            params = {"date": date} if "%(date)s" in invariant.statement else None
            if found := sql.rows(invariant.statement, params):
                wrong[invariant.name] = found
    return wrong


def accrued(of: Opened) -> list[tuple[dt.date, int, Decimal]]:
    """Date, basis and interest of each day's accrual, in order."""
    return sql.rows(
        """SELECT booking_date, basis_minor, amount_minor FROM accounts_accrual
            WHERE deposit_id = %(id)s ORDER BY booking_date""",
        {"id": of.id},
    )


def paid(of: Opened) -> list[tuple[Any, ...]]:
    """Through which date, gross, PIT, levy and net of each payment of interest, in order."""
    return sql.rows(
        """SELECT accrued_through, gross_minor, pit_minor, levy_minor, net_minor
             FROM accounts_capitalisation WHERE deposit_id = %(id)s ORDER BY accrued_through""",
        {"id": of.id},
    )


def own_minor(gl_code: str) -> int:
    """All that stands on the bank's own accounts of a GL account, debit positive."""
    total: int = sql.value(
        """SELECT coalesce(sum(p.amount_minor), 0)::bigint
             FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
             JOIN ledger_glaccount g ON g.id = a.gl_account_id
            WHERE g.code = %(code)s AND NOT a.limited""",
        {"code": gl_code},
    )
    return total


def uah(minor: int) -> dict[str, str]:
    return {"amount": str(Money(minor, "UAH").decimal), "currency": "UAH"}
