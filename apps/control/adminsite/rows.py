"""Lists of any size: a page is read, never counted, and found only by what an index serves."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

# The deepest page: whoever has come so far should search.
LAST_PAGE = 200
Finds = Mapping[str, Callable[[str], Any]]


class Rows(ChangeList):
    """A page and whether there is another; no COUNT, whose time grows with the table."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        if not self.sortable_by:
            # Whatever the address says: no index serves another order.
            return list(self.model_admin.ordering or ())
        return super().get_ordering(request, queryset)

    def get_results(self, request: HttpRequest) -> None:
        if not 0 < self.page_num <= LAST_PAGE:
            raise IncorrectLookupParameters
        start = (self.page_num - 1) * self.list_per_page
        found = list(self.queryset[start : start + self.list_per_page + 1])
        self.has_more = len(found) > self.list_per_page and self.page_num < LAST_PAGE
        # What Django's own list counts is not counted here.
        self.result_list = found[: self.list_per_page]
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = self.show_admin_actions = self.can_show_all = False
        self.multi_page = self.has_more or self.page_num > 1


def exactly(rows: QuerySet[Any], text: str, finds: Finds) -> QuerySet[Any]:
    """The rows of which one of the columns is exactly what was typed; none where none can be."""
    wanted = Q()
    for column, kind in finds.items():
        try:
            wanted |= Q(**{column: kind(text)})
        except ValueError:
            continue
    return rows.filter(wanted) if wanted else rows.none()


def number(text: str) -> int:
    """An id that a row may have. Raises ValueError."""
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    if not found:
        raise ValueError("no row has this id")
    return found


def plain(text: str) -> str:
    """A text that PostgreSQL can hold. Raises ValueError."""
    if "\x00" in text:
        raise ValueError("no text holds this")
    return text


def uuid(text: str) -> UUID:
    return UUID(text)


def key_of(model: type[Model], text: str) -> Any:
    """The key of a row as an address names it; None where no row can have it."""
    try:
        return model._meta.pk.to_python(text)
    except (ValueError, TypeError, ValidationError):
        return None
