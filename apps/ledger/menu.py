"""Places of the book, what may be read there, and the search for a run by its number."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from apps.control import queries as control
from apps.control.declarations import OPERATIONS, READING
from apps.control.screens import Request
from apps.kernel.menu import MenuItem, place
from apps.kernel.search import SOURCES, Source
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS
from apps.ledger.views import may_look

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

DEEDS.add("ledger.reverse_entry", Text(uk="Сторнування", en="Reversal of an entry"))
DEEDS.add("ledger.reverse_own_entry", Text(uk="Сторнування власного", en="Reversal of one’s own"))
FIELDS.add("entry", Text(uk="проведення", en="entry"))


def _runs(request: HttpRequest, spellings: list[str], limit: int) -> list[dict[str, Any]]:
    """The run with this very number, for whoever did it and for those who may look."""
    try:
        number = UUID(spellings[0].strip())
    except ValueError:
        return []
    found = control.run(number)
    if found is None or not may_look(cast(Request, request), found["line"]):
        return []
    line = found["line"]
    name = line["operation"]
    return [
        {
            "address": reverse("ledger:run", args=[number]),
            "label": OPERATIONS[name].sentence if name in OPERATIONS else name,
            "icon": "history",
            "more": line["actor_name"],
        }
    ]


SOURCES.add("runs", Source(Text(uk="Операції", en="Operations"), _runs))
