"""Search across the bank: each app declares what it can find; a wrong layout is undone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from apps.kernel.registry import Registry
from apps.kernel.text import Text

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"
_UKRAINIAN = "йцукенгшщзхїфівапролджєячсмитьбю'ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮ'"
_TO_UKRAINIAN = str.maketrans(_LATIN, _UKRAINIAN)
_TO_LATIN = str.maketrans(_UKRAINIAN, _LATIN)


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be found. `find(request, spellings, limit)` gives the palette's items:
    mappings with `address`, `label`, `icon` and `more`, only what the person may see.
    """

    title: Text
    find: Callable[[HttpRequest, list[str], int], list[dict[str, Any]]]


SOURCES: Registry[Source] = Registry("source of search")


def both_layouts(text: str) -> list[str]:
    """The text as typed, and as it would read had the other keyboard layout been on."""
    other = text.translate(_TO_UKRAINIAN if text.isascii() else _TO_LATIN)
    return [text] if other == text else [text, other]
