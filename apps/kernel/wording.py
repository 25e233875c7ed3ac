"""How people read what the code names: kinds of entries, fields of commands, ids of things.

Each app declares its own in `menu.py`. What nobody has named is shown as it is.
"""

from collections.abc import Callable
from typing import Any

from apps.kernel.registry import Registry
from apps.kernel.text import Text

KINDS: Registry[Text] = Registry("kind of entry")
# What an operation is called before it is done; its own sentence says that it was.
DEEDS: Registry[Text] = Registry("name of operations")
FIELDS: Registry[Text] = Registry("field of commands")
# By the name of the field that holds an id: what that id is called; one statement.
NAMES: Registry[Callable[[Any], str]] = Registry("namer of ids")

_REVERSAL = ".reversal"


def kind(name: str) -> Text:
    """The name of a kind of entry; that of a reversal says so."""
    if name.endswith(_REVERSAL):
        undone = kind(name.removesuffix(_REVERSAL))
        return Text(uk=f"Сторно: {undone.uk}", en=f"Reversal: {undone.en}")
    return KINDS[name] if name in KINDS else Text(uk=name, en=name)


def field(name: str) -> Text:
    """The name of a field of a command."""
    if name in FIELDS:
        return FIELDS[name]
    plain = name.replace("_", " ")
    return Text(uk=plain, en=plain)


def named(name: str, value: Any, *, operation: str = "") -> str | None:
    """What the id in field `name` is called, or None where that is not the id of anything.

    Where a field means different things, its namer is declared as `<operation>.<field>`.
    """
    for key in (f"{operation}.{name}", name):
        if key in NAMES and isinstance(value, int | str):
            return NAMES[key](value) or None
    return None
