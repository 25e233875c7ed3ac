"""Reports as files: CSV and XLSX with real numbers and dates, and PDF."""

import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from django.http import HttpResponse
from fpdf import FontFace

from apps.kernel import formats
from apps.kernel import spreadsheets as csv
from apps.kernel.currencies import currency
from apps.kernel.text import Text
from apps.reporting.paper import FONT, Paper
from apps.reporting.tables import Cell, Table, Told, told_in

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CODE = Text(uk="Код", en="Code")
_ROW = Text(uk="Стаття", en="Row")
_CURRENCY = Text(uk="Валюта", en="Currency")
# The width of a column of codes, and how dark a line is.
_MARK_MM, _LINE = 14, 190
# On a sheet that stands there is room for so many columns of figures.
_PORTRAIT_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Imprint:
    """What is written above a report: the bank, and pairs of a name and a value."""

    bank: str
    facts: tuple[tuple[str, str | dt.date], ...]
    language: str


def file_name(table: Table) -> str:
    """The report with the last of its days, as a file is called."""
    return f"{table.report}-{table.plain['end']}"


def csv_file(table: Table, imprint: Imprint) -> HttpResponse:
    """One line for each row: its code, mark, words, currency and figures."""
    language = imprint.language
    head = [_CODE, _ROW, _CURRENCY, *(head.label for head in table.heads)]
    return csv.csv_file(
        file_name(table),
        [text.in_language(language) for text in head],
        (
            [
                row.mark or row.code,
                row.label.in_language(language),
                _currency_of(row),
                *(_number(cell) for cell in row.cells),
            ]
            for row in table.rows
            if row.cells
        ),
    )


def xlsx_file(table: Table, imprint: Imprint) -> HttpResponse:
    """A workbook of one sheet: figures are numbers, dates are dates, and no text is a formula."""
    out = io.BytesIO()
    inert = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(out, inert) as book:
        sheet = book.add_worksheet()
        sheet.hide_gridlines(2)
        formats_ = _Formats(book)
        language = imprint.language
        sheet.write_string(0, 0, imprint.bank, formats_.bold)
        sheet.write_string(1, 0, table.title.in_language(language), formats_.bold)
        at = 2
        for name, value in imprint.facts:
            sheet.write_string(at, 0, name)
            if isinstance(value, dt.date):
                sheet.write_datetime(at, 1, dt.datetime.combine(value, dt.time()), formats_.date)
            else:
                sheet.write_string(at, 1, value)
            at += 1
        at += 1
        head = [_CODE, _ROW, _CURRENCY, *(head.label for head in table.heads)]
        for place, text in enumerate(head):
            sheet.write_string(at, place, text.in_language(language), formats_.head)
        sheet.freeze_panes(at + 1, 2)
        for row in table.rows:
            at += 1
            style = formats_.bold if row.kind != "line" else None
            sheet.write_string(at, 0, row.mark or row.code, style)
            sheet.write_string(at, 1, row.label.in_language(language), style)
            sheet.write_string(at, 2, _currency_of(row), style)
            for place, cell in enumerate(row.cells, 3):
                # A workbook has percentages as parts of one.
                of = 100 if cell.is_percent else 1
                if (number := _number(cell)) != "":
                    style = formats_.of(cell, row.kind)
                    sheet.write_number(at, place, float(number) / of, style)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 58)
        sheet.set_column(2, 2, 8)
        sheet.set_column(3, 3 + len(table.heads), 18)
    return _download(out.getvalue(), _XLSX, f"{file_name(table)}.xlsx")


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: "xlsxwriter.Workbook") -> None:
        self.book = book
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"}
        )
        self.date = book.add_format({"num_format": "dd.mm.yyyy", "align": "left"})
        self._numbers: dict[tuple[int, bool, bool], object] = {}

    def of(self, cell: Cell, kind: str) -> object:
        """Thousands parted, as many decimals as the figure has, negatives red."""
        decimals = _decimals(cell)
        key = (decimals, kind != "line", cell.is_percent)
        if key not in self._numbers:
            plain = "#,##0" + ("." + "0" * decimals if decimals else "")
            plain += "%" if cell.is_percent else ""
            self._numbers[key] = self.book.add_format(
                {"num_format": f"{plain};[Red]-{plain}", "bold": key[1]}
            )
        return self._numbers[key]


def pdf_file(table: Table, imprint: Imprint) -> HttpResponse:
    """A document on A4, lying where it has many columns; the head of the table on each page."""
    paper = _Paper(table, imprint)
    paper.add_page()
    paper.tell()
    return _download(bytes(paper.output()), "application/pdf", f"{file_name(table)}.pdf")


class _Paper(Paper):
    """A report on paper, with the bank above and the page's number below."""

    def __init__(self, table: Table, imprint: Imprint) -> None:
        lies = len(table.heads) > _PORTRAIT_COLUMNS
        super().__init__(
            title=table.title.in_language(imprint.language),
            language=imprint.language,
            orientation="landscape" if lies else "portrait",
        )
        self.table_, self.imprint = table, imprint

    def tell(self) -> None:
        """The imprint, and the table below it."""
        language = self.imprint.language
        self.set_font(FONT, size=8)
        self.cell(0, 4.5, self.imprint.bank, new_x="LMARGIN", new_y="NEXT")
        self.set_font(FONT, style="B", size=13)
        title = self.table_.title.in_language(language)
        self.cell(0, 8, title, new_x="LMARGIN", new_y="NEXT")
        self.set_font(FONT, size=8)
        told = [
            f"{name}: {formats.date(value, language) if isinstance(value, dt.date) else value}"
            for name, value in self.imprint.facts
        ]
        self.multi_cell(0, 4.5, "   ".join(told), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(2)
        self.set_font(FONT, size=7)
        self._table()

    def _table(self) -> None:
        language = self.imprint.language
        heads, rows = self.table_.heads, self.table_.rows
        # A column of codes only where there are any.
        marks = [_MARK_MM] if any(row.mark for row in rows) else []
        width = (self.epw - sum(marks)) * 0.36
        each = (self.epw - sum(marks) - width) / max(1, len(heads))
        self.set_draw_color(_LINE)
        with self.table(
            col_widths=(*marks, width, *[each] * len(heads)),
            text_align=(*["LEFT"] * len(marks), "LEFT", *["RIGHT"] * len(heads)),
            headings_style=FontFace(emphasis="BOLD"),
            borders_layout="HORIZONTAL_LINES",
            line_height=4,
            padding=0.6,
        ) as grid:
            names = [head.label.in_language(language) for head in heads]
            first = [_CODE.in_language(language)] if marks else []
            grid.row([*first, _ROW.in_language(language), *names])
            for row in rows:
                figures = [told_in(cell, language) for cell in row.cells] or [""] * len(heads)
                first = [row.mark] if marks else []
                bold = FontFace(emphasis="BOLD") if row.kind != "line" else None
                grid.row([*first, row.label.in_language(language), *figures], style=bold)


def _number(cell: Cell) -> Decimal | str:
    """The figure in whole units of its currency, or as a number, exactly; nothing of nothing."""
    return "" if cell.missing else Decimal(cell.minor).scaleb(-_decimals(cell))


def _decimals(cell: Cell) -> int:
    return currency(cell.currency).exponent if cell.currency else cell.decimals


def _currency_of(row: Told) -> str:
    return next((cell.currency for cell in row.cells if cell.currency), "")


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


WRITERS = {"csv": csv_file, "xlsx": xlsx_file, "pdf": pdf_file}
