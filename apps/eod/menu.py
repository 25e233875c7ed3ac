"""Places of the day, the search for a date, and how its operations are called."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from apps.eod import queries, telling
from apps.eod.operations import PERMISSION
from apps.kernel import formats
from apps.kernel.fields import DateField
from apps.kernel.menu import MenuItem, place
from apps.kernel.search import SOURCES, Source
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS

_DAY = Text(uk="День", en="The day")
place(
    MenuItem(
        url="eod:console",
        label=Text(uk="Операційний день", en="Day operations"),
        icon="calendar-check",
        permission=PERMISSION,
        order=70,
        group=_DAY,
        shortcut="KeyF",
    )
)
place(
    MenuItem(
        url="eod:exceptions",
        label=Text(uk="Винятки", en="Exceptions"),
        icon="triangle-alert",
        permission=PERMISSION,
        order=71,
        group=_DAY,
    )
)
place(
    MenuItem(
        url="eod:history",
        label=Text(uk="Історія закриттів", en="History of closes"),
        icon="chart-column",
        permission=PERMISSION,
        order=72,
        group=_DAY,
    )
)

for name, label in {
    "eod.open_next_day": Text(uk="Відкриття наступного дня", en="Opening of the next day"),
    "eod.start_close": Text(uk="Початок закриття дня", en="Beginning of a close"),
    "eod.retry_exception": Text(uk="Повторення винятку", en="Retry of an exception"),
    "eod.make_up_exception": Text(uk="Усунення винятку", en="Making up for an exception"),
    "eod.prove_again": Text(uk="Повторна перевірка дня", en="Another proof of a day"),
}.items():
    DEEDS.add(name, label)
for name, label in {
    "closing": Text(uk="день, що закривається", en="day that closes"),
    "exception": Text(uk="виняток", en="exception"),
    "step": Text(uk="крок", en="step"),
}.items():
    FIELDS.add(name, label)


def _dates(request: HttpRequest, spellings: list[str], limit: int) -> list[dict[str, Any]]:
    """The close of the date that was typed, for those who run closes."""
    date = _date(spellings[0].strip())
    rights = request.rights  # type: ignore[attr-defined]
    if date is None or not rights.reaches(PERMISSION, None) or queries.neighbours(date) is None:
        return []
    uk, en = (formats.date(date, language) for language in ("uk", "en"))
    return [
        {
            "address": reverse("eod:day", args=[date]),
            "label": Text(uk=f"Закриття {uk}", en=f"Close of {en}"),
            "icon": "calendar-check",
            "more": telling.STANDS[queries.stand(date)][1],
        }
    ]


def _date(text: str) -> dt.date | None:
    """A day as people type it anywhere else."""
    try:
        found: dt.date | None = DateField().clean(text)
    except ValidationError:
        return None
    return found


SOURCES.add("dates", Source(Text(uk="Дні", en="Days"), _dates))
