"""Registries: apps declare low what the engines above run high.

`bank` discovers the rooms of every app, checks the declarations and freezes all registries at
start-up; after that they are constants.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Named declarations of one kind, in the order of their declaration."""

    all: ClassVar["list[Registry[Any]]"] = []

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}
        self._frozen = False
        Registry.all.append(self)

    def add(self, name: str, item: T) -> T:
        if self._frozen:
            raise RuntimeError(f"{self.kind} {name!r} is declared after start-up")
        if name in self._items:
            raise RuntimeError(f"{self.kind} {name!r} is declared twice")
        self._items[name] = item
        return item

    def __getitem__(self, name: str) -> T:
        try:
            return self._items[name]
        except KeyError:
            raise LookupError(f"there is no {self.kind} named {name!r}") from None

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def names(self) -> list[str]:
        return list(self._items)

    def freeze(self) -> None:
        self._frozen = True


class Slot(Generic[T]):
    """The place for the one implementation that an app above gives to an engine below."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._item: T | None = None

    def fill(self, item: T) -> T:
        if self._item is not None:
            raise RuntimeError(f"{self.kind} is given twice")
        self._item = item
        return item

    def __call__(self) -> T:
        if self._item is None:
            raise RuntimeError(f"no app has given {self.kind}")
        return self._item
