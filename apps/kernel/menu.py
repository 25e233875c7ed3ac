"""What the frame of the screens is told by the apps: places to go."""

from dataclasses import dataclass

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
