"""One transfer between two random accounts, the naive way and by django-hordak."""

# ruff: noqa: S311 - which accounts are drawn is no secret

import datetime as dt
import random
from importlib import import_module
from typing import Any

from django.core.management import call_command
from django.db import transaction

from bank.bench.beside.models import Account, Entry, Posting
from bank.bench.crowd import Work

ACCOUNTS = 100_000
# hordak makes each account by a tree's insert; its transfer does not read balances.
HORDAK_ACCOUNTS = 500
_DATE = dt.date(2026, 1, 30)


def fill() -> None:
    """Make the tables and the accounts."""
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    Account.objects.bulk_create(
        (Account(balance_minor=1_000_000_000) for _ in range(ACCOUNTS)), batch_size=10_000
    )
    hordak = _hordak()
    for number in range(HORDAK_ACCOUNTS):
        hordak.Account.objects.create(
            name=f"bench {number}",
            code=f"{number:06d}",
            type="LI",
            currencies=["UAH"],
        )


def naive(*, number: int, size: int) -> Work:
    """Lock both rows, judge, save both, write an entry and its two legs: the ORM's way."""
    ids = list(Account.objects.order_by("id").values_list("id", flat=True))

    def work() -> int:
        source_id, target_id = random.sample(ids, 2)
        amount = random.randint(1, 10_000)
        with transaction.atomic(durable=True):
            found = Account.objects.select_for_update().filter(id__in=[source_id, target_id])
            rows = {account.id: account for account in found.order_by("id")}
            source, target = rows[source_id], rows[target_id]
            assert source.balance_minor >= amount, "there is enough money"
            source.balance_minor -= amount
            target.balance_minor += amount
            source.save(update_fields=["balance_minor"])
            target.save(update_fields=["balance_minor"])
            entry = Entry.objects.create(kind="transfer", booking_date=_DATE, narrative="")
            Posting.objects.create(
                entry=entry,
                account=source,
                amount_minor=amount,
                balance_after_minor=source.balance_minor,
            )
            Posting.objects.create(
                entry=entry,
                account=target,
                amount_minor=-amount,
                balance_after_minor=target.balance_minor,
            )
        return 1

    return work


def hordak_transfer(*, number: int, size: int) -> Work:
    """`Account.transfer_to` of django-hordak, in a transaction."""
    accounts = list(_hordak().Account.objects.all())
    money = import_module("djmoney.money").Money

    def work() -> int:
        source, target = random.sample(accounts, 2)
        with transaction.atomic(durable=True):
            source.transfer_to(target, money(random.randint(1, 100), "UAH"), date=_DATE)
        return 1

    return work


def _hordak() -> Any:
    return import_module("hordak.models")
