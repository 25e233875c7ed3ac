"""Places of the book, and what may be read there."""

from apps.control.declarations import READING
from apps.kernel.menu import MenuItem, place
from apps.kernel.text import Text

READING.add("ledger.view", Text(uk="Читати книгу", en="Read the book"))

_BOOK = Text(uk="Книга", en="The book")
place(
    MenuItem(
        url="ledger:trial_balance",
        label=Text(uk="Оборотно-сальдова", en="Trial balance"),
        icon="scale",
        permission="ledger.view",
        order=60,
        group=_BOOK,
        shortcut="KeyB",
    )
)
place(
    MenuItem(
        url="ledger:chart",
        label=Text(uk="План рахунків", en="Chart of accounts"),
        icon="list-tree",
        permission="ledger.view",
        order=61,
        group=_BOOK,
    )
)
