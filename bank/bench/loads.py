"""What the client processes do: each function makes one client's work (see crowd.py).

A client knows the ranges of ids once and draws from them at random; every unit of work is one
transaction, as the door makes it.
"""

# ruff: noqa: S311 - which accounts are drawn is no secret

import random
import secrets
from collections.abc import Callable

from django.db import transaction

from apps.cash.operations import Deposit
from apps.control import journal
from apps.control.declarations import OPERATIONS
from apps.control.door import execute
from apps.control.run import Run, credit, debit
from apps.kernel import sql
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.kernel.queries import current_date
from apps.ledger.posting import post
from apps.payments.operations import Transfer
from bank.bench.crowd import Work
from bank.bench.data import internal_account
from bank.bench.staff import CURRENCY, staff, teller

_MAX_MINOR = 10_000
_PURPOSE = "Переказ за договором № 17 від 05.01.2026"


def post_uniform(*, number: int, size: int) -> Work:
    """One entry between two random limited accounts of all."""
    draw = _accounts()
    return _posting(number, 1, lambda: (draw(), draw()))


def post_hot(*, number: int, size: int) -> Work:
    """One entry from a random limited account to the one account that all others credit as well."""
    draw, hot = _accounts(), internal_account("2902")
    return _posting(number, 1, lambda: (draw(), hot))


def post_thousand(*, number: int, size: int) -> Work:
    """A thousand entries between limited accounts of the client's own range, as chunks have it."""
    draw = _accounts(number, size)
    return _posting(number, 1_000, lambda: (draw(), draw()))


def post_ten_thousand(*, number: int, size: int) -> Work:
    draw = _accounts(number, size)
    return _posting(number, 10_000, lambda: (draw(), draw()))


def transfer(*, number: int, size: int) -> Work:
    """The operation payments.transfer between two random deposits, by a teller with a limit."""
    actor, draw = staff(teller(number)), _deposits()

    def work() -> int:
        source, target = draw(), draw()
        while target == source:
            target = draw()
        command = Transfer(source=source, target=target, amount=_amount(), purpose=_PURPOSE)
        execute("payments.transfer", command, actor=actor, key=secrets.token_hex(16))
        return 1

    return work


def deposit_cash(*, number: int, size: int) -> Work:
    """The operation cash.deposit at the teller's own till, into a random deposit."""
    actor, draw = staff(teller(number)), _deposits()
    till: int = sql.value(
        "SELECT till_id FROM cash_session WHERE teller_id = %(user)s AND status = 'open'",
        {"user": actor.user_id},
    )

    def work() -> int:
        command = Deposit(till=till, deposit=draw(), amount=_amount())
        execute("cash.deposit", command, actor=actor, key=secrets.token_hex(16))
        return 1

    return work


def _posting(number: int, entries: int, route: Callable[[], tuple[int, int]]) -> Work:
    """`post` in a transaction of its own, with the line of the journal that it is owed to.

    The line is that of payments.transfer, complete: who, where, the command, the whole effect.
    """
    actor, date = staff(teller(number)), current_date()
    branch: int = sql.value("SELECT id FROM kernel_branch")
    assert date is not None, "the bank was installed"

    def work() -> int:
        run = Run(
            id=uuid7(),
            operation=OPERATIONS["payments.transfer"],
            actor=actor,
            actor_name="Teller",
            branch_id=branch,
            date=date,
        )
        for _ in range(entries):
            source, target = route()
            amount = _amount()
            run.add("payments.transfer", debit(source, amount), credit(target, amount))
        command = Transfer(source=source, target=target, amount=amount, purpose=_PURPOSE)
        with transaction.atomic(durable=True):
            line = journal.done(run=run, command=command, key=str(run.id), result=None)
            post(line=line, date=date, entries=run.entries)
        return entries

    return work


def _amount() -> Money:
    return Money(random.randint(1, _MAX_MINOR), CURRENCY)


def _accounts(number: int = 0, size: int = 1) -> Callable[[], int]:
    """Draws from the limited accounts, or from the client's own of `size` equal ranges of them."""
    lowest, highest = sql.rows("SELECT min(account_id), max(account_id) FROM accounts_deposit")[0]
    width = (highest - lowest + 1) // size
    low = lowest + number * width
    return lambda: random.randint(low, low + width - 1)


def _deposits() -> Callable[[], int]:
    lowest, highest = sql.rows("SELECT min(id), max(id) FROM accounts_deposit")[0]
    return lambda: random.randint(lowest, highest)
