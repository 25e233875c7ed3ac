"""Dashboards: tiles declared over reports. Nothing on them is counted but by a report.

A tile has a few figures of a report and a chart of others, and each of them leads to that report. A
person sees the tiles whose reports they may read. Apps declare theirs beside their reports.
"""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.control.screens import Rights
from apps.kernel.registry import Registry
from apps.kernel.text import Text
from apps.reporting import making, queries
from apps.reporting.declarations import REPORTS, Column, Dimension, Each, Knowledge, Report
from apps.reporting.rules import Parameters, content
from apps.reporting.tables import Cell, Names, Table, table, told_in


class Board(StrEnum):
    FINANCE = "finance"
    HR = "hr"
    LENDING = "lending"
    MANAGEMENT = "management"


TITLES = {
    Board.FINANCE: Text(uk="Панель фінансів", en="Finance dashboard"),
    Board.HR: Text(uk="Панель персоналу", en="Staff dashboard"),
    Board.LENDING: Text(uk="Панель кредитування", en="Lending dashboard"),
    Board.MANAGEMENT: Text(uk="Панель керівника", en="Management dashboard"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A bar for each of these rows, in one column; of an `Each`, for each line that it made."""

    rows: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """A bar for a figure of the report in each of the last months, the running one included."""

    row: str
    column: str
    months: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A part of a dashboard: figures of a report by row and column, and a chart.

    It is called as its report, but where a dashboard has two of one report.
    """

    code: str
    boards: tuple[Board, ...]
    report: str
    figures: tuple[tuple[str, str], ...]
    chart: Rows | Months | None = None
    title: Text | None = None
    order: int = 100


TILES: Registry[Tile] = Registry("tile")


def tile(declared: Tile) -> Tile:
    """Declare a tile; its report may be declared later."""
    return TILES.add(declared.code, declared)


def tiles(board: Board, rights: Rights) -> list[Tile]:
    """The tiles of a dashboard that a person may see, in their order."""
    found = [
        one for one in TILES if board in one.boards and REPORTS[one.report].permission in rights
    ]
    return sorted(found, key=lambda one: (one.order, one.code))


def boards(rights: Rights) -> list[Board]:
    """The dashboards on which a person may see something."""
    return [board for board in Board if tiles(board, rights)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of a tile, in words, with the address that it comes from."""

    label: Text
    column: Text
    cell: Cell
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A point of a chart: its number and what it says, and the address that it opens."""

    label: str
    minor: int
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile as a page and the API tell it. `days` are those of its figures."""

    tile: Tile
    report: Report
    branch: int | None
    currency: str | None
    start: dt.date
    end: dt.date
    figures: list[Shown]
    bars: list[Bar]
    address: str

    @property
    def title(self) -> Text:
        return self.tile.title or self.report.title

    @property
    def is_of_months(self) -> bool:
        return isinstance(self.tile.chart, Months)


def draw(
    tile: Tile, *, rights: Rights, today: dt.date, first: dt.date, language: str,
    knowledge: Knowledge,
) -> Drawn:  # fmt: skip
    """A tile on the open date `today`: the statements of its reports, whatever is in them.

    `first` is the bank's first date: a chart of months begins with it.
    """
    report = REPORTS[tile.report]
    where = rights.branches(report.permission)
    given = making.parameters(report, today=today, branch=making.may_choose(None, where))
    names = _names(report, tile.chart)
    told = table(content(making.make(report, given, knowledge)), names)
    return Drawn(
        tile=tile,
        report=report,
        branch=given.branch,
        currency=given.currency,
        start=given.start,
        end=given.end,
        figures=list(_figures(tile, told, given, language)),
        bars=list(_bars(tile, told, given, first, language, knowledge)),
        address=_address(report, given),
    )


def _names(report: Report, chart: Rows | Months | None) -> Names:
    """What rows are called, as far as the chart shows rows that an `Each` makes."""
    each = [one for one in report.rows if isinstance(one, Each)]
    shown = chart.rows if isinstance(chart, Rows) else ()
    by = {one.by for one in each if one.code in shown}
    return Names(
        queries.gl_names() if Dimension.GL in by else {},
        queries.branch_names() if Dimension.BRANCH in by else {},
        report.source.names() if Dimension.ITEM in by else {},
    )


def _figures(tile: Tile, told: Table, given: Parameters, language: str) -> Iterator[Shown]:
    heads = {head.code: head for head in told.heads}
    for row_code, column in tile.figures:
        row = next((one for one in told.rows if one.code == row_code), None)
        if row is None or column not in heads:
            continue
        cell = next(one for one in row.cells if one.column == column)
        yield Shown(
            label=row.label,
            column=heads[column].label,
            cell=cell,
            text=told_in(cell, language),
            address=_address(REPORTS[tile.report], given, row=row_code, column=cell.opens),
        )


def _bars(
    tile: Tile,
    told: Table,
    given: Parameters,
    first: dt.date,
    language: str,
    knowledge: Knowledge,
) -> Iterator[Bar]:
    report = REPORTS[tile.report]
    match tile.chart:
        case Rows(rows=rows, column=column):
            lines = [
                one
                for one in told.rows
                if one.code in rows or (one.kind == "line" and one.code.partition(".")[0] in rows)
            ]
            for line in lines:
                # The total of an `Each` is no bar beside its lines.
                if line.kind == "total" and any(one.code.startswith(f"{line.code}.")
                                                for one in lines):  # fmt: skip
                    continue
                cell = next(one for one in line.cells if one.column == column)
                address = _address(report, given, row=line.code, column=cell.opens)
                label = line.label.in_language(language)
                yield Bar(label, cell.minor, told_in(cell, language), address)
        case Months(row=row, column=column, months=months):
            for month in _months(given.end, first, months):
                last = min(_last_of(month), given.end)
                of = replace(given, start=last if report.on_date else month, end=last)
                found = making.make(_narrowed(report, column), of, knowledge).figure(row, column)
                minor = found.minor if found else 0
                declared = next(one for one in report.columns if one.code == column)
                assert isinstance(declared, Column)
                counts = given.currency is None
                cell = Cell(column, minor, None if counts else given.currency, declared.decimals)
                label = f"{month:%m.%Y}"
                yield Bar(label, minor, told_in(cell, language), _address(report, of))


def _months(end: dt.date, first: dt.date, number: int) -> list[dt.date]:
    """First days of the last months through that of `end`, none before the bank's own."""
    found: list[dt.date] = []
    month = end.replace(day=1)
    while len(found) < number and month >= first.replace(day=1):
        found.append(month)
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return found[::-1]


def _last_of(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _narrowed(report: Report, column: str) -> Report:
    """The report with one column: one statement of its source."""
    columns = tuple(one for one in report.columns if one.code == column)
    return replace(report, columns=columns, derived=(), checks=())


def _address(report: Report, given: Parameters, **place: str) -> str:
    query: dict[str, Any] = {
        name: value for name, value in making.plain(given).items() if value is not None
    }
    name = "reporting:figure" if place else "reporting:report"
    return f"{reverse(name, args=[report.code])}?{urlencode({**query, **place})}"


# --- Charts -------------------------------------------------------------------------------------

# Units are CSS pixels, those of `.chart` in the style sheet: a bar with its gap is a target of 24
# pixels and more for a finger.
SLOT, BAR, PLOT, TOP = 64, 36, 132, 1
LENGTH, THICK = 160, 12


@dataclass(frozen=True, slots=True)
class Standing:
    """A bar that stands on the line of zero, or hangs from it."""

    bar: Bar
    x: int
    bar_x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Standing bars with a line of zero; lying ones have a `length` each."""

    width: int
    height: int
    zero: int
    columns: list[Standing]


def standing(bars: list[Bar]) -> Chart:
    """Bars side by side, scaled to the highest and the lowest of them."""
    most = max((bar.minor for bar in bars), default=0)
    least = min((bar.minor for bar in bars), default=0)
    span = max(most, 0) - min(least, 0)
    # Where everything is zero, the line stands below, as above nothing.
    most, span = (max(most, 0), span) if span else (1, 1)
    zero = TOP + round(PLOT * most / span)
    columns = []
    for place, bar in enumerate(bars):
        # What is next to nothing is still there to be seen and opened.
        height = max(2, round(PLOT * abs(bar.minor) / span))
        columns.append(
            Standing(
                bar=bar,
                x=SLOT * place,
                bar_x=SLOT * place + (SLOT - BAR) // 2,
                y=zero if bar.minor < 0 else zero - height,
                height=height,
            )
        )
    return Chart(SLOT * len(bars), PLOT + 2 * TOP, zero, columns)


def lying(bars: list[Bar]) -> list[tuple[Bar, int]]:
    """Bars with their lengths, scaled to the longest."""
    most = max((abs(bar.minor) for bar in bars), default=0) or 1
    return [
        (bar, max(1, round(LENGTH * abs(bar.minor) / most)) if bar.minor else 0) for bar in bars
    ]


# --- Tiles of the book --------------------------------------------------------------------------

tile(
    Tile(
        code="profit",
        boards=(Board.FINANCE, Board.MANAGEMENT),
        report="profit_and_loss",
        figures=(("profit", "this"), ("profit", "year"), ("net_interest", "year")),
        chart=Months(row="profit", column="this"),
        order=10,
    )
)
tile(
    Tile(
        code="balance",
        boards=(Board.FINANCE, Board.MANAGEMENT),
        report="balance_sheet",
        figures=(("assets", "closing"), ("liabilities", "closing"), ("equity", "closing")),
        chart=Rows(
            rows=("cash", "banks", "loans", "entities", "individuals", "due_to_banks"),
            column="closing",
        ),
        order=20,
    )
)
tile(
    Tile(
        code="interest",
        boards=(Board.FINANCE,),
        report="interest",
        figures=(("income", "this"), ("expense", "this"), ("net", "this")),
        chart=Rows(rows=("income", "expense"), column="this"),
        order=40,
    )
)
