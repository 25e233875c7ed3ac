"""Facts in the bar of the screens, declared by the apps that know them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from apps.kernel.registry import Registry
from apps.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the bar, such as the branch, or the till and its cash."""

    label: Text | str
    value: str
    optional: bool = False


FACTS: Registry[Callable[[HttpRequest], list[Fact]]] = Registry("source of facts")
