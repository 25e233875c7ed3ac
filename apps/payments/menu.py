"""Payments in the frame."""

from apps.accounts.menu import number_of
from apps.kernel.menu import Action, MenuItem, act, place
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, KINDS, NAMES

_TRANSFER = Text(uk="Переказ", en="Transfer")

place(
    MenuItem(
        url="payments:transfer",
        label=_TRANSFER,
        icon="arrow-left-right",
        permission="payments.transfer",
        order=25,
        shortcut="KeyT",
    )
)
act(
    Action(
        of="deposit",
        url="payments:transfer",
        label=_TRANSFER,
        icon="arrow-left-right",
        permission="payments.transfer",
        order=30,
        key="KeyT",
    )
)

for name in ("transfer.source", "transfer.target", "send.source", "receive.target"):
    NAMES.add(f"payments.{name}", number_of)

DEEDS.add("payments.transfer", _TRANSFER)
DEEDS.add("payments.send", Text(uk="Платіж до іншого банку", en="Payment to another bank"))

for name, label in {
    "payments.transfer": _TRANSFER,
    "payments.send": Text(uk="Платіж до іншого банку", en="Payment to another bank"),
    "payments.receive": Text(uk="Платіж з іншого банку", en="Payment from another bank"),
}.items():
    KINDS.add(name, label)

for name, label in {
    "purpose": Text(uk="призначення платежу", en="purpose"),
    "bank": Text(uk="банк", en="bank"),
    "account": Text(uk="рахунок", en="account"),
}.items():
    FIELDS.add(name, label)
