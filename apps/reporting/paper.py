"""A document on A4 in either language: its fonts, its margins, the number of each page."""

import logging
from pathlib import Path
from typing import Literal

from django.http import HttpResponse
from fpdf import FPDF

from apps.kernel.text import Text

# It tells of each table of each font that it cuts down.
logging.getLogger("fontTools").setLevel(logging.WARNING)

FONTS = Path(__file__).parent / "fonts"
FONT = "DejaVuSans"
# How dark a line is.
LINE = 190
_PAGE = Text(uk="Сторінка", en="Page")


class Paper(FPDF):
    """A document that stands, or lies where it is wide; letters are Latin and Cyrillic."""

    def __init__(
        self,
        *,
        title: str,
        language: str,
        orientation: Literal["portrait", "landscape"] = "portrait",
    ) -> None:
        super().__init__(orientation=orientation, format="A4")
        self.language = language
        self.add_font(FONT, fname=FONTS / "DejaVuSans.ttf")
        self.add_font(FONT, style="B", fname=FONTS / "DejaVuSans-Bold.ttf")
        self.set_margins(14, 14)
        self.set_auto_page_break(auto=True, margin=16)
        self.set_draw_color(LINE)
        self.set_title(title)
        self.set_lang(language)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(FONT, size=7)
        words = _PAGE.in_language(self.language)
        self.cell(0, 5, f"{words} {self.page_no()} / {{nb}}", align="R")

    def line_of(self, text: str, *, size: int = 8, bold: bool = False) -> None:
        """A line of text by itself; `size` in points."""
        self.set_font(FONT, style="B" if bold else "", size=size)
        self.cell(0, round(0.6 * size, 1), text, new_x="LMARGIN", new_y="NEXT")

    def download(self, name: str) -> HttpResponse:
        """The finished document as a file."""
        response = HttpResponse(bytes(self.output()), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        return response
