"""Search across the bank: each app declares what it can find; in either alphabet and layout."""

import re
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


# How names are written in Latin letters (resolution 55 of 2010), read backwards, longest first.
# «ь» leaves no trace in it but in -ський and -цький, where it must have stood.
_SOUNDS = {
    "shch": "щ", "zgh": "зг", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш",
    "ya": "я", "ye": "є", "yu": "ю", "yi": "ї", "ia": "я", "ie": "є", "iu": "ю",
    "a": "а", "b": "б", "v": "в", "h": "г", "g": "ґ", "d": "д", "e": "е", "z": "з", "y": "и",
    "i": "і", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с",
    "t": "т", "u": "у", "f": "ф",
}  # fmt: skip
_SOFT = re.compile(r"(?<=s)(?=k(?:yi|a)\b)")
_ENDING = re.compile(r"yi\b")
_AFTER_VOWEL = re.compile(r"(?<=[aeou])i(?![aeu])|(?<=i)i\b")
_SOUND = re.compile("|".join(_SOUNDS))


def spellings(text: str) -> list[str]:
    """The text as typed, as the other keyboard layout would have it, and out of Latin letters."""
    other = text.translate(_TO_UKRAINIAN if text.isascii() else _TO_LATIN)
    return list(dict.fromkeys([text, other, from_latin(text) if text.isascii() else text]))


def from_latin(text: str) -> str:
    """A Ukrainian name out of Latin letters, in lower case: shevchenko is шевченко."""
    ukrainian = _ENDING.sub("ий", _SOFT.sub("ь", text.lower()))
    ukrainian = _AFTER_VOWEL.sub("й", ukrainian)
    return _SOUND.sub(lambda found: _SOUNDS[found[0]], ukrainian)
