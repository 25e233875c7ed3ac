"""Reports in the frame, in the palette, and in words."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from apps.control.declarations import READING
from apps.control.screens import Request
from apps.kernel.menu import MenuItem, place
from apps.kernel.search import SOURCES, Source
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, NAMES
from apps.reporting.declarations import REPORTS
from apps.reporting.views import READ, readable

READING.add(READ, Text(uk="Відкривати звіти", en="Open reports"))

_BOOK = Text(uk="Книга", en="The book")
place(
    MenuItem(
        url="reporting:reports",
        label=Text(uk="Звіти", en="Reports"),
        icon="chart-column",
        permission=READ,
        order=63,
        group=_BOOK,
        shortcut="KeyR",
    )
)
place(
    MenuItem(
        url="reporting:dashboards",
        label=Text(uk="Панелі показників", en="Dashboards"),
        icon="chart-column",
        permission=READ,
        order=62,
        group=_BOOK,
    )
)
place(
    MenuItem(
        url="reporting:kept_list",
        label=Text(uk="Збережені звіти", en="Kept reports"),
        icon="history",
        permission=READ,
        order=64,
        group=_BOOK,
        hidden=True,
    )
)

place(
    MenuItem(
        url="reporting:orders",
        label=Text(uk="Замовлені звіти", en="Ordered reports"),
        icon="history",
        permission=READ,
        order=64,
        group=_BOOK,
        hidden=True,
    )
)

DEEDS.add("reporting.keep_report", Text(uk="Збереження звіту", en="Keeping of a report"))
DEEDS.add("reporting.order_report", Text(uk="Замовлення звіту", en="Order of a report"))
DEEDS.add("reporting.make_ordered", Text(uk="Складання звіту", en="Making of a report"))
for operation in ("reporting.keep_report", "reporting.order_report"):
    NAMES.add(
        f"{operation}.report", lambda code: str(REPORTS[code].title) if code in REPORTS else ""
    )
FIELDS.add("start", Text(uk="від", en="from"))
FIELDS.add("end", Text(uk="до", en="to"))
FIELDS.add("report", Text(uk="звіт", en="report"))
FIELDS.add("compare", Text(uk="для порівняння", en="compared with"))


def _reports(request: HttpRequest, spellings: list[str], limit: int) -> list[dict[str, Any]]:
    """Reports whose title holds what was typed, in either language and either layout."""
    wanted = [text.strip().lower() for text in spellings if len(text.strip()) > 1]
    found = [
        one
        for one in readable(cast(Request, request))
        for title in [f"{one.title.uk} {one.title.en}".lower()]
        if any(text in title for text in wanted)
    ]
    return [
        {
            "address": reverse("reporting:report", args=[one.code]),
            "label": one.title,
            "icon": "chart-column",
            "more": "",
        }
        for one in found[:limit]
    ]


SOURCES.add("reports", Source(Text(uk="Звіти", en="Reports"), _reports))
