"""The frame around every screen: where one can go, what one should know, what waits."""

from dataclasses import dataclass
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
    """Computed when a template asks, so that a fragment for htmx pays nothing."""

    def __init__(self, request: Request) -> None:
        self.request = request

    @property
    def menu(self) -> list[Place]:
        return self._places(hidden=False)

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

    @property
    def approvals(self) -> int:
        rights = self.request.rights
        return waiting_for(
            user=self.request.user.pk, roles=rights.roles, branches=rights.branches(DECIDING)
        )

    @property
    def palette(self) -> list[dict[str, Any]]:
        """What the palette shows before anything is typed: the person's own places."""
        places = self._places(hidden=None)
        title = str(Text(uk="Сторінки", en="Pages"))
        items = [
            {"address": one.address, "label": one.label, "icon": one.icon, "more": ""}
            for one in places
        ]
        return [{"title": title, "items": items}] if items else []

    def _places(self, *, hidden: bool | None) -> list[Place]:
        path = self.request.path
        rights = self.request.rights
        shown = sorted(
            (
                item
                for item in MENU
                if item.permission in rights and (hidden is None or item.hidden is hidden)
            ),
            key=lambda item: item.order,
        )
        addresses = [reverse(item.url) for item in shown]
        # The longest address that the path begins with is where one is.
        current = max(
            (address for address in addresses if path.startswith(address)), key=len, default=""
        )
        places = []
        group: Text | None = None
        for item, address in zip(shown, addresses, strict=True):
            places.append(Place(item, address, address == current, item.group != group))
            group = item.group
        return places


def frame(request: Request) -> dict[str, Any]:
    """The context processor."""
    user = getattr(request, "user", None)
    return {"frame": Frame(request)} if user is not None and user.is_authenticated else {}
