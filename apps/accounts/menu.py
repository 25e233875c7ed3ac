"""Deposits in the frame: what may be read, done and found, and the panel of a customer's own."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from apps.accounts import queries
from apps.accounts.errors import NumberMalformed
from apps.accounts.rules import account_number
from apps.control.declarations import OPERATIONS, READING
from apps.control.screens import Request
from apps.customers.models import Customer
from apps.customers.panels import PANELS, Fact, Panel
from apps.kernel import formats
from apps.kernel.menu import Action, act, offers
from apps.kernel.search import SOURCES, Source
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, KINDS, NAMES

READING.add("accounts.view", Text(uk="Переглядати рахунки", en="Look at accounts"))

act(
    Action(
        of="customer",
        url="accounts:open",
        label=Text(uk="Відкрити рахунок", en="Open an account"),
        icon="wallet",
        permission="accounts.open",
        order=10,
        key="KeyO",
    )
)


def _accounts(request: Request, customer: Customer) -> Panel | None:
    """The accounts that the customer owns or may dispose of, with what can be done with each."""
    rights = request.rights
    if "accounts.view" not in rights:
        return None
    found = queries.of_customer(customer.id)
    totals: dict[str, int] = {}
    for one in found:
        if not one.by_mandate and one.closed_on is None:
            totals[one.currency] = totals.get(one.currency, 0) + one.balance_minor
    language = get_language() or "uk"
    facts = [
        Fact(
            Text(uk=f"Разом, {code}", en=f"Together, {code}"),
            formats.amount(minor, code, language),
            "negative" if minor < 0 else "",
        )
        for code, minor in totals.items()
    ]
    rows = [
        {
            "deposit": one,
            "is_visible": rights.reaches("accounts.view", one.branch),
            "offers": offers("deposit", one.deposit, rights) if one.closed_on is None else [],
        }
        for one in found
    ]
    return Panel("accounts/_of_customer.html", {"rows": rows}, facts)


PANELS.add("accounts", _accounts)


def find(request: HttpRequest, spellings: list[str]) -> queries.Profile | None:
    """The account with this very number, where this person may look at it."""
    for spelling in spellings:
        try:
            found = queries.profile(number=account_number(spelling))
        except NumberMalformed:
            continue
        rights = request.rights  # type: ignore[attr-defined]
        if found is not None and rights.reaches("accounts.view", found.branch):
            return found
    return None


def _items(request: HttpRequest, spellings: list[str], limit: int) -> list[dict[str, Any]]:
    found = find(request, spellings)
    if found is None:
        return []
    return [
        {
            "address": reverse("accounts:account", args=[found.id]),
            "label": formats.account(found.number),
            "icon": "wallet",
            "more": found.owner,
        }
    ]


SOURCES.add("accounts", Source(Text(uk="Рахунки", en="Accounts"), _items))

for name, label in {
    "accounts.accrue_interest": Text(uk="Нарахування відсотків", en="Interest accrued"),
    "accounts.capitalise_interest": Text(uk="Виплата відсотків", en="Interest paid"),
    "accounts.settle_interest": Text(uk="Виплата відсотків", en="Interest paid"),
    "accounts.book_interest": Text(uk="Зарахування відсотків", en="Interest"),
    "accounts.charge_fee": Text(uk="Комісія", en="Fee"),
    "accounts.charge_penalty_interest": Text(uk="Відсотки за борг", en="Interest on a debt"),
}.items():
    KINDS.add(name, label)

for name, label in {
    "deposit": Text(uk="рахунок", en="account"),
    "source": Text(uk="звідки", en="from"),
    "target": Text(uk="куди", en="to"),
    "product": Text(uk="продукт", en="product"),
    "number": Text(uk="номер", en="number"),
    "overdraft_minor": Text(uk="овердрафт, у найменших одиницях", en="overdraft, in minor units"),
    "expires_on": Text(uk="останній день", en="last day"),
    "hold": Text(uk="утримання", en="hold"),
    "debits": Text(uk="видатки", en="money out"),
    "credits": Text(uk="надходження", en="money in"),
}.items():
    FIELDS.add(name, label)


def number_of(deposit: int) -> str:
    """The number of a deposit as people compare it, empty where there is none."""
    found = queries.profile(deposit=deposit) if isinstance(deposit, int) else None
    return formats.account(found.number) if found else ""


NAMES.add("deposit", number_of)

_DEEDS = {
    "accounts.open_deposit": Text(uk="Відкриття рахунку", en="Opening of an account"),
    "accounts.authorise_person": Text(uk="Довіреність на рахунок", en="Mandate for an account"),
    "accounts.revoke_mandate": Text(uk="Скасування довіреності", en="End of a mandate"),
    "accounts.set_overdraft": Text(uk="Ліміт овердрафту", en="Overdraft limit"),
    "accounts.block": Text(uk="Блокування рахунку", en="Block of an account"),
    "accounts.unblock": Text(uk="Розблокування рахунку", en="End of a block"),
    "accounts.place_hold": Text(uk="Утримання суми", en="Hold of an amount"),
    "accounts.release_hold": Text(uk="Зняття утримання", en="Release of a hold"),
    "accounts.charge_fee": Text(uk="Стягнення комісії", en="Fee"),
    "accounts.book_interest": Text(uk="Зарахування відсотків", en="Interest"),
    "accounts.charge_penalty_interest": Text(uk="Відсотки за борг", en="Interest on a debt"),
    "accounts.settle_interest": Text(uk="Виплата відсотків", en="Settlement of interest"),
    "accounts.close_deposit": Text(uk="Закриття рахунку", en="Closing of an account"),
}
for name, label in _DEEDS.items():
    DEEDS.add(name, label)

# What is done with a deposit now and then: its page, the icon, and the operation.
for order, (url, icon, operation) in enumerate(
    (
        ("accounts:authorise", "user-round-check", "accounts.authorise_person"),
        ("accounts:hold", "hand-coins", "accounts.place_hold"),
        ("accounts:block", "lock", "accounts.block"),
        ("accounts:unblock", "lock-open", "accounts.unblock"),
        ("accounts:overdraft", "trending-down", "accounts.set_overdraft"),
        ("accounts:fee", "receipt", "accounts.charge_fee"),
        ("accounts:interest", "percent", "accounts.book_interest"),
        ("accounts:debt_interest", "percent", "accounts.charge_penalty_interest"),
        ("accounts:settle", "piggy-bank", "accounts.settle_interest"),
        ("accounts:close", "circle-x", "accounts.close_deposit"),
    )
):
    act(
        Action(
            of="deposit",
            url=url,
            label=_DEEDS[operation],
            icon=icon,
            permission=OPERATIONS[operation].permission,
            order=order,
            is_daily=False,
        )
    )
