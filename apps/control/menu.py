"""Places of the door, and what may be read there."""

from apps.control.declarations import READING
from apps.kernel.menu import MenuItem, place
from apps.kernel.models import Branch
from apps.kernel.text import Text
from apps.kernel.wording import FIELDS, NAMES

READING.add("control.view_journal", Text(uk="Читати журнал операцій", en="Read the journal"))
READING.add(
    "control.administer", Text(uk="Відкривати адміністрування", en="Open the administration")
)

_CONTROL = Text(uk="Контроль", en="Control")
place(
    MenuItem(
        url="control:approvals",
        label=Text(uk="Погодження", en="Approvals"),
        icon="check-check",
        permission="control.decide_approvals",
        order=80,
        group=_CONTROL,
        shortcut="KeyA",
    )
)
place(
    MenuItem(
        url="control:requests",
        label=Text(uk="Мої запити", en="My requests"),
        icon="hourglass",
        permission="control.make_requests",
        order=79,
        group=_CONTROL,
    )
)
place(
    MenuItem(
        url="control:journal",
        label=Text(uk="Журнал операцій", en="Journal"),
        icon="history",
        permission="control.view_journal",
        order=90,
        group=_CONTROL,
    )
)

place(
    MenuItem(
        url="admin:index",
        label=Text(uk="Адміністрування", en="Administration"),
        icon="settings",
        permission="control.administer",
        order=95,
        group=_CONTROL,
    )
)

for name, label in {
    "amount": Text(uk="сума", en="amount"),
    "branch": Text(uk="відділення", en="branch"),
    "reason": Text(uk="причина", en="reason"),
    "narrative": Text(uk="призначення", en="narrative"),
    "date": Text(uk="день", en="day"),
    "approval": Text(uk="запит", en="request"),
    "operation": Text(uk="операція", en="operation"),
    "role": Text(uk="роль", en="role"),
    "code": Text(uk="код", en="code"),
    "name": Text(uk="назва", en="name"),
    "currency": Text(uk="валюта", en="currency"),
    "valid_from": Text(uk="діє від", en="valid from"),
}.items():
    FIELDS.add(name, label)


def _branch(branch: int) -> str:
    found = Branch.objects.filter(id=branch).first()
    return str(Text(uk=found.name_uk, en=found.name_en)) if found else ""


NAMES.add("branch", _branch)
