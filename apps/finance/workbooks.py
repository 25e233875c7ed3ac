"""Budgets as workbooks: a template to fill in, and what somebody filled in, judged row by row."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from apps.finance.budgeting import Account, PlannedRow
from apps.finance.operations.budgets import MAX_ROWS, MONTHS, PLANNED_KINDS, BudgetRow
from apps.kernel.currencies import currency
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.text import Text

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a person sends, and what may come out of it: a small file can hold gigabytes of zeros.
MAX_BYTES, MAX_UNPACKED = 2_000_000, 30_000_000
# How many things are told at once; who has more to mend sends the file again anyway.
MAX_PROBLEMS = 100
_FIRST_ROW = 2
_CODE, _NAME, _BRANCH, _CENTRE, _JANUARY = range(5)
_CENTRE_FORM = re.compile(r"[A-Za-z0-9._]{0,12}")
_HEAD = (
    Text(uk="Рахунок плану", en="GL account"),
    Text(uk="Назва", en="Name"),
    Text(uk="Відділення", en="Branch"),
    Text(uk="Центр витрат", en="Cost centre"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place of a workbook; without one, with the whole of it."""

    place: str
    text: Text


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a workbook, and everything that is wrong with them."""

    rows: list[BudgetRow]
    problems: list[Problem]


def template(
    rows: Sequence[PlannedRow],
    *,
    base: str,
    accounts: Sequence[tuple[str, str, str]],
    branches: Sequence[str],
    language: str,
) -> bytes:
    """A workbook to fill in, which begins with these rows; its second sheet has what may be named.

    `accounts` are codes with names in both languages. Amounts are numbers, texts are no formulas.
    """
    out = io.BytesIO()
    inert = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    exponent = currency(base).exponent
    with xlsxwriter.Workbook(out, inert) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        money = book.add_format({"num_format": "#,##0." + "0" * exponent})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(Text(uk="Бюджет", en="Budget").in_language(language))
        for column, label in enumerate(_HEAD):
            sheet.write_string(0, column, label.in_language(language), bold)
        for month in range(1, MONTHS + 1):
            sheet.write_string(0, _JANUARY + month - 1, f"{month:02}", bold)
        for place, row in enumerate(rows, 1):
            name = Text(uk=row.name_uk, en=row.name_en).in_language(language)
            for column, told in enumerate((row.gl_code, name, row.branch, row.centre)):
                sheet.write_string(place, column, told, text)
            for month, minor in enumerate(row.minors):
                sheet.write_number(place, _JANUARY + month, minor / 10**exponent, money)
        sheet.freeze_panes(1, _JANUARY)
        sheet.set_column(0, 0, 14, text)
        sheet.set_column(1, 1, 48)
        sheet.set_column(2, 3, 14, text)
        sheet.set_column(_JANUARY, _JANUARY + MONTHS - 1, 14, money)
        known = book.add_worksheet(Text(uk="Довідник", en="Lists").in_language(language))
        for column, label in enumerate((_HEAD[0], _HEAD[1], _HEAD[2])):
            known.write_string(0, column, label.in_language(language), bold)
        for place, (code, uk, en) in enumerate(accounts, 1):
            known.write_string(place, 0, code)
            known.write_string(place, 1, Text(uk=uk, en=en).in_language(language))
        for place, code in enumerate(branches, 1):
            known.write_string(place, 2, code)
        known.set_column(0, 0, 14)
        known.set_column(1, 1, 60)
    return out.getvalue()


def read(
    given: bytes, *, base: str, accounts: Mapping[str, Account], branches: Mapping[str, int]
) -> Read:
    """The rows of the first sheet of a workbook, each judged; nothing is raised for what is wrong.

    `accounts` are the lines of the chart by code, `branches` the open ones.
    """
    lines = _lines(given)
    if lines is None:
        return Read([], [Problem("", _NO_WORKBOOK)])
    rows: list[BudgetRow] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str], int] = {}
    for number, line in lines:
        if len(problems) >= MAX_PROBLEMS:
            break
        if len(rows) >= MAX_ROWS:
            problems.append(Problem(str(number), _TOO_LONG))
            break
        row, wrong = _row(number, line, base, accounts, branches)
        problems += wrong
        if row is None:
            continue
        if first := seen.get(row.place):
            problems.append(Problem(str(number), _twice(first)))
        seen.setdefault(row.place, number)
        rows.append(row)
    if not rows and not problems:
        problems.append(Problem("", _NO_ROWS))
    return Read(rows, problems)


def _lines(given: bytes) -> list[tuple[int, tuple[Any, ...]]] | None:
    """The lines below the head that say something, by their numbers; None for no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(given)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED:
                return None
        book = load_workbook(io.BytesIO(given), read_only=True, data_only=True)
        found = []
        sheet = book.worksheets[0]
        # So many columns are read and no more, whatever a workbook says of its size.
        for number, line in enumerate(
            sheet.iter_rows(
                min_row=_FIRST_ROW,
                max_row=_FIRST_ROW + MAX_ROWS + 1,
                max_col=_JANUARY + MONTHS,
                values_only=True,
            ),
            _FIRST_ROW,
        ):
            if any(cell not in (None, "") for cell in line):
                found.append((number, line))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError):
        return None
    return found


def _row(
    number: int,
    line: tuple[Any, ...],
    base: str,
    accounts: Mapping[str, Account],
    branches: Mapping[str, int],
) -> tuple[BudgetRow | None, list[Problem]]:
    cells = [*line, *[None] * (_JANUARY + MONTHS - len(line))]
    problems = []
    code, branch, centre = (_word(cells[place]) for place in (_CODE, _BRANCH, _CENTRE))
    if code not in accounts:
        problems.append(Problem(_place(number, _CODE), _unknown_account(code)))
    elif accounts[code].kind not in PLANNED_KINDS:
        problems.append(Problem(_place(number, _CODE), _NOT_PLANNED))
    if branch not in branches:
        problems.append(Problem(_place(number, _BRANCH), _unknown_branch(branch)))
    if not _CENTRE_FORM.fullmatch(centre):
        problems.append(Problem(_place(number, _CENTRE), _CENTRE_WRONG))
    amounts = []
    for month in range(MONTHS):
        place = _JANUARY + month
        try:
            amounts.append(f"{Money.parse(_amount(cells[place]), base).decimal:f}")
        except Refusal as refusal:
            problems.append(Problem(_place(number, place), refusal.text))
    if problems:
        return None, problems
    return BudgetRow(gl_code=code, branch=branch, centre=centre, amounts=tuple(amounts)), []


def _word(cell: Any) -> str:
    """A code as people write it: a spreadsheet makes a number of `7400`."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()[:40]


def _amount(cell: Any) -> str:
    """An amount as text; a float as its shortest decimal, which is what was typed."""
    if cell is None or cell == "":
        return "0"
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return str(cell).strip().replace("\u00a0", "").replace(" ", "").replace(",", ".")[:40]
    plain = f"{Decimal(repr(cell)).normalize():f}"
    return plain if len(plain) <= 40 else str(cell)


def _place(number: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{number}"


def _unknown_account(code: str) -> Text:
    shown = code or "—"
    return Text(
        uk=f"Рахунку {shown} немає в плані рахунків.", en=f"The chart has no account {shown}."
    )


def _unknown_branch(code: str) -> Text:
    shown = code or "—"
    return Text(
        uk=f"Відділення {shown} немає серед відкритих. Код пишіть текстом, як у довіднику.",
        en=f"No open branch has the code {shown}. Write it as text, as the list has it.",
    )


def _twice(first: int) -> Text:
    return Text(
        uk=f"Той самий рахунок, відділення й центр уже в рядку {first}.",
        en=f"The same account, branch and centre stand in row {first} already.",
    )


_NO_WORKBOOK = Text(
    uk="Це не книга XLSX, або вона завелика. Заповніть завантажений шаблон.",
    en="This is no XLSX workbook, or it is too large. Fill in the template.",
)
_NO_ROWS = Text(
    uk="У першому аркуші немає рядків під заголовком.",
    en="The first sheet has no rows below its head.",
)
_TOO_LONG = Text(
    uk=f"Рядків більше за {MAX_ROWS}. Решту внесіть окремо.",
    en=f"There are more than {MAX_ROWS} rows. Send the rest apart.",
)
_NOT_PLANNED = Text(
    uk="Рахунок не є рахунком доходів чи витрат.", en="The account is neither income nor expense."
)
_CENTRE_WRONG = Text(
    uk="Центр витрат: до 12 латинських літер, цифр, крапок і підкреслень.",
    en="A cost centre is up to 12 Latin letters, digits, points and underscores.",
)
