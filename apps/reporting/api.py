"""Reports in the API: what there is, each as figures, and dashboards."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.errors import BadParameter, NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.reporting import dashboards, making, queries
from apps.reporting.dashboards import TITLES, Board, Drawn
from apps.reporting.declarations import REPORTS, Report
from apps.reporting.errors import CurrencyNotInBook, PeriodInvalid, UnknownReport
from apps.reporting.rules import content
from apps.reporting.tables import Cell, Table, table

REPORTING = Tag(name="reports", title=Text(uk="Звіти", en="Reports"))
VIEW = "reporting.view_reports"
Name = Annotated[str, Meta(pattern=r"^[a-z_]{1,20}$")]


class DeclaredReport(Struct, frozen=True):
    """A report that the key may read. On a date, or over a period."""

    code: str
    title_uk: str
    title_en: str
    on_date: bool
    version: int


@reads(
    "reporting.reports",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Перелік звітів", en="What reports there are"),
    example={
        "items": [
            {
                "code": "balance_sheet",
                "title_uk": "Звіт про фінансовий стан (баланс)",
                "title_en": "Balance sheet",
                "on_date": True,
                "version": 1,
            }
        ],
        "next": None,
    },
)
def reports(ask: Ask, *, page: Slice) -> Page[DeclaredReport]:
    """By code: those whose own permission the key has as well."""
    after = page.behind("")
    found = sorted(
        (one for one in REPORTS if one.code > after and one.permission in ask.rights),
        key=lambda one: one.code,
    )
    told = [
        DeclaredReport(one.code, one.title.uk, one.title.en, one.on_date, one.version)
        for one in found[: page.limit]
    ]
    return page.of(told, lambda one: [one.code])


class ReportAsked(Asked, frozen=True, kw_only=True):
    """Booking dates, a branch, a currency; and the moment up to which entries were known.

    A report on a date is of `end`, beside the date `compare`. Without a branch it is of the whole
    bank.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    compare: dt.date | None = None
    branch: int | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] | None = None
    known_at: Annotated[dt.datetime, Meta(tz=True)] | None = None


class ReportColumn(Struct, frozen=True):
    """A column, with its name in both languages."""

    code: str
    title_uk: str
    title_en: str


class ReportFigure(Struct, frozen=True):
    """A figure: an amount of money, a number of things, or a number with decimals, as text.

    The last is days, posts or percent, as its column says; a percentage of nothing is none of them.
    """

    column: str
    amount: Money | None
    count: int | None
    number: str | None


class ReportRow(Struct, frozen=True):
    """A row: `kind` is line, total, or heading, which has no figures. `mark` as people know it."""

    code: str
    kind: str
    mark: str
    title_uk: str
    title_en: str
    figures: list[ReportFigure]


class ReportCheck(Struct, frozen=True):
    """Something that must hold in the whole bank, and whether it does."""

    title_uk: str
    title_en: str
    holds: bool


class ReportTold(Struct, frozen=True):
    """A report with all its figures."""

    report: str
    version: int
    start: dt.date
    end: dt.date
    compare: dt.date | None
    branch: int | None
    currency: str | None
    columns: list[ReportColumn]
    rows: list[ReportRow]
    checks: list[ReportCheck]


TOLD = {
    "report": "interest",
    "version": 1,
    "start": "2026-03-01",
    "end": "2026-03-02",
    "compare": None,
    "branch": None,
    "currency": "UAH",
    "columns": [{"code": "this", "title_uk": "За період", "title_en": "This period"}],
    "rows": [
        {
            "code": "expense.7040",
            "kind": "line",
            "mark": "7040",
            "title_uk": "Процентні витрати за коштами на вимогу фізичних осіб",
            "title_en": "Interest expense, retail demand funds",
            "figures": [
                {
                    "column": "this",
                    "amount": uah("1250.50"),
                    "count": None,
                    "number": None,
                }
            ],
        }
    ],
    "checks": [],
}


@reads(
    "reporting.report",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Звіт", en="A report"),
    example=TOLD,
)
def report(ask: Ask, *, report: Name, query: ReportAsked) -> ReportTold:
    """Of the open date, or its month so far, where nothing else is asked for.

    The report's own permission is needed too, in the branch, or everywhere where none is named.
    Reports of people have no `known_at`.
    """
    declared = readable(ask, report)
    if query.known_at is not None and not declared.retold:
        raise BadParameter(parameter="known_at", reason="this report is of what is known now")
    if not ask.rights.reaches(declared.permission, query.branch):
        if query.branch is None:
            raise BadParameter(parameter="branch", reason="name one of your branches")
        raise NotFound
    if query.branch is not None and query.branch not in queries.branch_names():
        raise NotFound
    try:
        given = making.parameters(
            declared,
            today=ask.date,
            start=query.start,
            end=query.end,
            compare=query.compare,
            branch=query.branch,
            currency=query.currency,
        )
    except PeriodInvalid as refusal:
        raise BadParameter(parameter="end", reason=refusal.text.en[:200]) from None
    except CurrencyNotInBook:
        raise BadParameter(parameter="currency", reason="not one of the book") from None
    sheet = making.make(declared, given, queries.knowledge_at(query.known_at))
    return told_as(table(content(sheet)))


def readable(ask: Ask, code: str) -> Report:
    """A report whose permission the key has. Raises NotFound."""
    try:
        found = making.declared(code)
    except UnknownReport:
        raise NotFound from None
    if found.permission not in ask.rights:
        raise NotFound
    return found


def told_as(found: Table) -> ReportTold:
    plain = found.plain
    return ReportTold(
        report=found.report,
        version=plain["version"],
        start=dt.date.fromisoformat(plain["start"]),
        end=dt.date.fromisoformat(plain["end"]),
        compare=dt.date.fromisoformat(plain["compare"]) if plain["compare"] else None,
        branch=plain["branch"],
        currency=plain["currency"],
        columns=[ReportColumn(one.code, one.label.uk, one.label.en) for one in found.heads],
        rows=[
            ReportRow(
                code=row.code,
                kind=row.kind,
                mark=row.mark,
                title_uk=row.label.uk,
                title_en=row.label.en,
                figures=[_figure(cell) for cell in row.cells],
            )
            for row in found.rows
        ],
        checks=[ReportCheck(one.label.uk, one.label.en, not one.off) for one in found.verdicts],
    )


def _figure(cell: Cell) -> ReportFigure:
    if cell.currency is not None:
        return ReportFigure(cell.column, Money(cell.minor, cell.currency), None, None)
    if not cell.decimals:
        return ReportFigure(cell.column, None, cell.minor, None)
    told = None if cell.missing else str(Decimal(cell.minor).scaleb(-cell.decimals))
    return ReportFigure(cell.column, None, None, told)


# --- Dashboards ---------------------------------------------------------------------------------


class TileFigure(Struct, frozen=True):
    """A figure of a report, by its row and column."""

    row_uk: str
    row_en: str
    figure: ReportFigure


class TilePoint(Struct, frozen=True):
    """A point of a chart: minor units of the tile's currency, or a number of things."""

    label: str
    value: int


class TileTold(Struct, frozen=True):
    """A tile: figures and a chart of one report, over the report's usual days."""

    tile: str
    report: str
    start: dt.date
    end: dt.date
    branch: int | None
    currency: str | None
    figures: list[TileFigure]
    points: list[TilePoint]


class DashboardTold(Struct, frozen=True):
    """A dashboard with the tiles whose reports the key may read."""

    board: str
    title_uk: str
    title_en: str
    tiles: list[TileTold]


@reads(
    "reporting.dashboard",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Панель показників", en="A dashboard"),
    example={
        "board": "finance",
        "title_uk": "Панель фінансів",
        "title_en": "Finance dashboard",
        "tiles": [
            {
                "tile": "interest",
                "report": "interest",
                "start": "2026-03-01",
                "end": "2026-03-02",
                "branch": None,
                "currency": "UAH",
                "figures": [
                    {
                        "row_uk": "Чистий процентний дохід",
                        "row_en": "Net interest income",
                        "figure": {
                            "column": "this",
                            "amount": uah("1250.50"),
                            "count": None,
                            "number": None,
                        },
                    }
                ],
                "points": [{"label": "7040", "value": 125050}],
            }
        ],
    },
)
def dashboard(ask: Ask, *, board: Name) -> DashboardTold:
    """Of the open date: `finance`, `hr`, `lending` or `management`."""
    if board not in TITLES:
        raise NotFound
    found = dashboards.tiles(Board(board), ask.rights)
    if not found:
        raise NotFound
    knowledge, first = queries.knowledge_at(None), bank().first_date
    drawn = [
        dashboards.draw(
            one, rights=ask.rights, today=ask.date, first=first, language="en",
            knowledge=knowledge,
        )
        for one in found
    ]  # fmt: skip
    title = TITLES[Board(board)]
    return DashboardTold(board, title.uk, title.en, [_tile(one) for one in drawn])


def _tile(one: Drawn) -> TileTold:
    return TileTold(
        tile=one.tile.code,
        report=one.report.code,
        start=one.start,
        end=one.end,
        branch=one.branch,
        currency=one.currency,
        figures=[
            TileFigure(shown.label.uk, shown.label.en, _figure(shown.cell)) for shown in one.figures
        ],
        points=[TilePoint(bar.label, bar.minor) for bar in one.bars],
    )
