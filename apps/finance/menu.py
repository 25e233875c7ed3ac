"""Entries by hand in the frame."""

from apps.kernel.menu import MenuItem, place
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, KINDS

_ENTRY = Text(uk="Проведення вручну", en="Entry by hand")

place(
    MenuItem(
        url="finance:entry",
        label=_ENTRY,
        icon="notebook-pen",
        permission="finance.book_manual_entries",
        order=62,
        group=Text(uk="Книга", en="The book"),
        shortcut="KeyE",
    )
)

KINDS.add("finance.manual", _ENTRY)
DEEDS.add("finance.book_manual_entry", _ENTRY)
