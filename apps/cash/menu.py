"""The cash desk in the frame: its places, what can be done with an account, the till in the bar."""

from typing import cast

from django.http import HttpRequest
from django.utils.translation import get_language

from apps.cash import queries
from apps.cash.models import Till
from apps.control.screens import Request
from apps.kernel import formats
from apps.kernel.frame import FACTS, Fact
from apps.kernel.menu import Action, MenuItem, act, place
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, KINDS, NAMES

_DESK = Text(uk="Каса", en="Cash desk")
_PAY_IN = Text(uk="Внесення готівки", en="Cash deposit")
_PAY_OUT = Text(uk="Видача готівки", en="Cash withdrawal")

place(
    MenuItem(
        url="cash:workspace",
        label=Text(uk="Робоче місце", en="Workspace"),
        icon="house",
        permission="cash.operate_till",
        order=10,
        shortcut="KeyW",
    )
)
place(
    MenuItem(
        url="cash:deposit",
        label=_PAY_IN,
        icon="banknote-arrow-down",
        permission="cash.operate_till",
        order=30,
        group=_DESK,
        shortcut="KeyD",
    )
)
place(
    MenuItem(
        url="cash:withdraw",
        label=_PAY_OUT,
        icon="banknote-arrow-up",
        permission="cash.operate_till",
        order=31,
        group=_DESK,
        shortcut="KeyO",
    )
)

place(
    MenuItem(
        url="cash:branch",
        label=Text(uk="Каси відділення", en="Tills of the branch"),
        icon="vault",
        permission="cash.manage_tills",
        order=32,
        group=_DESK,
    )
)

act(
    Action(
        of="deposit",
        url="cash:deposit",
        label=Text(uk="Внести", en="Deposit"),
        icon="banknote-arrow-down",
        permission="cash.operate_till",
        order=10,
        key="KeyD",
    )
)
act(
    Action(
        of="deposit",
        url="cash:withdraw",
        label=Text(uk="Видати", en="Withdraw"),
        icon="banknote-arrow-up",
        permission="cash.operate_till",
        order=20,
        key="KeyW",
    )
)


def _till(request: HttpRequest) -> list[Fact]:
    """The till at which the person works and its cash; one statement, for tellers alone."""
    acting = cast(Request, request)
    if "cash.operate_till" not in acting.rights:
        return []
    desk = queries.desk(teller=acting.user.pk)
    if desk is None:
        return [Fact(_DESK, str(Text(uk="зміну не відкрито", en="no session")))]
    return [Fact(desk.name, formats.money(_cash(desk), get_language() or "uk"))]


def _cash(desk: queries.Desk) -> Money:
    return Money(desk.balance_minor, desk.currency)


FACTS.add("till", _till)

DEEDS.add("cash.deposit", _PAY_IN)
DEEDS.add("cash.withdraw", _PAY_OUT)
DEEDS.add("cash.move_cash", Text(uk="Переміщення готівки", en="Move of cash"))
DEEDS.add("cash.supply_vault", Text(uk="Підкріплення сховища", en="Supply of a vault"))

for name, label in {
    "cash.deposit": _PAY_IN,
    "cash.withdrawal": _PAY_OUT,
    "cash.move": Text(uk="Переміщення готівки", en="Cash moved"),
    "cash.supply": Text(uk="Підкріплення готівкою", en="Cash supply"),
    "cash.over": Text(uk="Надлишок каси", en="Till over"),
    "cash.short": Text(uk="Нестача каси", en="Till short"),
}.items():
    KINDS.add(name, label)

for name, label in {
    "till": Text(uk="каса", en="till"),
    "session": Text(uk="зміна", en="session"),
    "kind": Text(uk="вид", en="kind"),
}.items():
    FIELDS.add(name, label)


def _name(till: int) -> str:
    return Till.objects.filter(id=till).values_list("name", flat=True).first() or ""


NAMES.add("till", _name)
NAMES.add("cash.move_cash.source", _name)
NAMES.add("cash.move_cash.target", _name)
