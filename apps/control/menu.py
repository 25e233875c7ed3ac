"""Places of the door, and what may be read there."""

from apps.control.declarations import READING
from apps.kernel.menu import MenuItem, place
from apps.kernel.text import Text

READING.add("control.view_journal", Text(uk="Читати журнал операцій", en="Read the journal"))

place(
    MenuItem(
        url="control:approvals",
        label=Text(uk="Погодження", en="Approvals"),
        icon="check-check",
        permission="control.decide_approvals",
        order=80,
        shortcut="KeyA",
    )
)
place(
    MenuItem(
        url="control:journal",
        label=Text(uk="Журнал операцій", en="Journal"),
        icon="history",
        permission="control.view_journal",
        order=90,
    )
)
