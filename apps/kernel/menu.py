"""What the frame of the screens is told by the apps: places to go, and things to do there."""

from dataclasses import dataclass
from typing import Protocol

from django.urls import reverse

from apps.kernel.registry import Registry
from apps.kernel.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """A place in the side navigation and in the palette, for those who hold its permission."""

    url: str
    label: Text
    icon: str
    permission: str
    order: int
    group: Text | None = None
    # The second key after `g`, by its place on the keyboard, for example "KeyC".
    shortcut: str = ""
    # A place that is found in the palette alone.
    hidden: bool = False


MENU: Registry[MenuItem] = Registry("menu item")


def place(item: MenuItem) -> None:
    """Declare a place of the menu."""
    MENU.add(item.url, item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that can be done with a record, by the screen at `url`.

    That screen finds the record's id in its address as `?<of>=`. `key` is the letter that opens it
    from a page of the record, by its place on the keyboard.
    """

    of: str
    url: str
    label: Text
    icon: str
    permission: str
    order: int
    key: str = ""
    # One of the few that stand on every row of a list; the others wait under “More” on the page.
    is_daily: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """An action on one record, as its page shows it."""

    address: str
    label: Text
    icon: str
    key: str

    @property
    def letter(self) -> str:
        return self.key.removeprefix("Key").lower()


class Held(Protocol):
    """The rights of a person, as far as a menu asks."""

    def __contains__(self, permission: str) -> bool: ...


ACTIONS: Registry[Action] = Registry("action")


def act(action: Action) -> None:
    """Declare something that can be done with a record."""
    ACTIONS.add(f"{action.of} {action.url}", action)


def offers(of: str, subject: int, rights: Held, *, daily: bool = True) -> list[Offer]:
    """What a person with these rights may do with a record: what is done daily, or the rest."""
    found = sorted(
        (
            action
            for action in ACTIONS
            if action.of == of and action.permission in rights and action.is_daily is daily
        ),
        key=lambda action: action.order,
    )
    return [
        Offer(f"{reverse(action.url)}?{of}={subject}", action.label, action.icon, action.key)
        for action in found
    ]
