"""The frame around every screen: where one can go, what one should know, what waits."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from apps.control.queries import waiting_for
from apps.control.screens import Request
from apps.control.views import DECIDING
from apps.kernel.frame import FACTS, Fact
from apps.kernel.menu import MENU, MenuItem
from apps.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Place:
    """A menu item as the side navigation shows it to one person."""

    item: MenuItem
    address: str
    is_current: bool
    begins_group: bool

    @property
    def label(self) -> Text:
        return self.item.label

    @property
    def icon(self) -> str:
        return self.item.icon

    @property
    def group(self) -> Text | None:
        return self.item.group

    @property
    def shortcut(self) -> str:
        return self.item.shortcut

    @property
    def shortcut_key(self) -> str:
        return self.item.shortcut.removeprefix("Key").lower()


class Frame:
    """Computed when a template first asks: once for a page, and never for a fragment for htmx."""

    def __init__(self, request: Request) -> None:
        self.request = request

    @cached_property
    def menu(self) -> list[Place]:
        shown = [(item, address) for item, address in self._open if not item.hidden]
        # The longest address that the path begins with is where one is.
        path = self.request.path
        current = max(
            (address for _, address in shown if path.startswith(address)), key=len, default=""
        )
        places = []
        group: Text | None = None
        for item, address in shown:
            places.append(Place(item, address, address == current, item.group != group))
            group = item.group
        return places

    @property
    def facts(self) -> list[Fact]:
        return [fact for source in FACTS for fact in source(self.request)]

    @property
    def shows_approvals(self) -> bool:
        return DECIDING in self.request.rights

    @property
    def sees_runs(self) -> bool:
        """Whether lines of statements lead this person to the runs that posted them."""
        rights = self.request.rights
        return "control.view_journal" in rights or "ledger.view" in rights

    @cached_property
    def approvals(self) -> int:
        rights = self.request.rights
        return waiting_for(
            user=self.request.user.pk, roles=rights.roles, branches=rights.branches(DECIDING)
        )

    @property
    def palette(self) -> list[dict[str, Any]]:
        """What the palette shows before anything is typed: the person's own places."""
        title = str(Text(uk="Сторінки", en="Pages"))
        items = [
            {"address": address, "label": item.label, "icon": item.icon, "more": ""}
            for item, address in self._open
        ]
        return [{"title": title, "items": items}] if items else []

    @cached_property
    def _open(self) -> list[tuple[MenuItem, str]]:
        """Every place that the person may open, in order, with its address."""
        rights = self.request.rights
        items = sorted(
            (item for item in MENU if item.permission in rights), key=lambda item: item.order
        )
        return [(item, reverse(item.url)) for item in items]


def frame(request: Request) -> dict[str, Any]:
    """The context processor."""
    user = getattr(request, "user", None)
    return {"frame": Frame(request)} if user is not None and user.is_authenticated else {}
