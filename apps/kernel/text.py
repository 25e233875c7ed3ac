"""Sentences that carry both languages of the bank where they are declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Ukrainian and English; `{name}` is filled from data.

    `str()` speaks the language of the request; `in_language` the one that is asked for.
    """

    uk: str
    en: str

    def __str__(self) -> str:
        return self.in_language(get_language() or "uk")

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.uk

    def filled(self, data: Mapping[str, Any]) -> "Text":
        return Text(uk=self.uk.format_map(data), en=self.en.format_map(data))
