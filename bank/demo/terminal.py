"""Tables and headings for a terminal, with colours where there are eyes for them."""

import os
from collections.abc import Mapping, Sequence
from io import TextIOBase
from types import MappingProxyType
from typing import TextIO

_BOLD, _DIM, _GREEN, _RED, _BLUE = "1", "2", "32", "31", "34"


class Terminal:
    """Writes to `out`; colours it only if that is a terminal and nobody asked for none."""

    def __init__(self, out: TextIO | TextIOBase) -> None:
        self._out = out
        self._colours = out.isatty() and "NO_COLOR" not in os.environ

    def line(self, text: str = "") -> None:
        self._out.write(f"{text}\n")
        self._out.flush()

    def title(self, text: str) -> None:
        self.line()
        self.line(self._paint(f"═══ {text} {'═' * max(3, 94 - len(text))}", _BOLD, _BLUE))

    def heading(self, text: str, note: str = "") -> None:
        self.line()
        self.line(self._paint(text, _BOLD) + (self._paint(f"  {note}", _DIM) if note else ""))

    def done(self, text: str, note: str = "") -> None:
        mark = self._paint("✓", _GREEN)
        self.line(f"  {mark} {text}" + (self._paint(f"  {note}", _DIM) if note else ""))

    def failed(self, text: str) -> None:
        self.line(f"  {self._paint('✗', _RED)} {text}")

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        right: Sequence[int] = (),
        total: Sequence[str] | None = None,
        notes: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        """Columns as wide as they need to be; those of `right` are aligned to the right.

        `notes` are lines below rows, by the rows' places.
        """
        whole = [head, *rows, *([total] if total else [])]
        widths = [max(len(row[column]) for row in whole) for column in range(len(head))]

        def aligned(row: Sequence[str]) -> str:
            cells = [
                cell.rjust(width) if column in right else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            return "  " + "  ".join(cells).rstrip()

        rule = self._paint("  " + "──".join("─" * width for width in widths), _DIM)
        self.line(self._paint(aligned(head), _DIM))
        self.line(rule)
        for place, row in enumerate(rows):
            self.line(aligned(row))
            if place in notes:
                self.line(self._paint(f"      {notes[place]}", _DIM))
        if total:
            self.line(rule)
            self.line(self._paint(aligned(total), _BOLD))

    def _paint(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._colours else text


def clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
