"""Tables as CSV files that a spreadsheet opens without running what is in them."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.http import HttpResponse

Cell = str | int | Decimal | dt.date | None
# With one of these a spreadsheet begins a formula.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_file(name: str, head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A download of comma-separated values: dates by ISO 8601, a point in decimals.

    It begins with the mark by which spreadsheets know UTF-8. Texts that would be formulas are made
    inert.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for line in lines:
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in line])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def inert(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_ACTIVE) else text
