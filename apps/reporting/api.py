"""Reports in the API: what there is, each as figures, kept ones, and whether they hold."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from apps.control.errors import BadParameter, NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.reporting import making, queries
from apps.reporting.declarations import REPORTS, Report, ordered
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
    """A figure: an amount of money, or a number of things."""

    column: str
    amount: Money | None
    count: int | None


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


_TOLD = {
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
    example=_TOLD,
)
def report(ask: Ask, *, report: Name, query: ReportAsked) -> ReportTold:
    """Of the open date, or its month so far, where nothing else is asked for.

    The report's own permission is needed too, in the branch, or everywhere where none is named.
    """
    declared = _readable(ask, report)
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
    return _told(table(content(sheet)))


def _readable(ask: Ask, code: str) -> Report:
    """A report whose permission the key has. Raises NotFound."""
    try:
        found = making.declared(code)
    except UnknownReport:
        raise NotFound from None
    if found.permission not in ask.rights:
        raise NotFound
    return found


def _told(found: Table) -> ReportTold:
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
    if cell.currency is None:
        return ReportFigure(cell.column, None, cell.minor)
    return ReportFigure(cell.column, Money(cell.minor, cell.currency), None)


# --- Kept reports -------------------------------------------------------------------------------


class KeptReportLine(Struct, frozen=True):
    """A kept report in a list; `digest` is the SHA-256 of its content."""

    id: int
    report: str
    version: int
    start: dt.date
    end: dt.date
    branch: int | None
    currency: str | None
    kept_at: dt.datetime
    kept_by: str
    run: UUID
    digest: str


class KeptReportTold(Struct, frozen=True):
    """A kept report with its figures."""

    kept: KeptReportLine
    told: ReportTold


class Repetition(Struct, frozen=True):
    """A kept report made again from what was known then."""

    digest: str
    repeated: str
    same: bool


class KeptAsked(Asked, frozen=True, kw_only=True):
    """Those of one report alone."""

    report: Name | None = None


_DIGEST = "f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2"
_KEPT = {
    "id": 7,
    "report": "interest",
    "version": 1,
    "start": "2026-03-01",
    "end": "2026-03-02",
    "branch": None,
    "currency": "UAH",
    "kept_at": "2026-03-02T15:12:10.123456Z",
    "kept_by": "Марія Бондар",
    "run": "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f",
    "digest": _DIGEST,
}


@reads(
    "reporting.kept_reports",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Збережені звіти", en="Kept reports"),
    example={"items": [_KEPT], "next": None},
)
def kept_reports(ask: Ask, *, query: KeptAsked, page: Slice) -> Page[KeptReportLine]:
    """Newest first: those that the key may read."""
    found = queries.kept_lines(
        rights=ask.rights,
        permissions={one.code: one.permission for one in ordered()},
        report=query.report,
        before=page.behind(None),
        limit=page.limit,
    )
    return page.of([_kept_line(one) for one in found], lambda one: [one.id])


@reads(
    "reporting.kept_report",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Збережений звіт", en="A kept report"),
    example={"kept": _KEPT, "told": _TOLD},
)
def kept_report(ask: Ask, *, kept: int) -> KeptReportTold:
    """As it was kept, whatever was booked since."""
    found = _kept(ask, kept)
    return KeptReportTold(_kept_line(found.line), _told(table(found.content)))


@reads(
    "reporting.repetition",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Повторення збереженого звіту", en="A kept report made again"),
    example={"digest": _DIGEST, "repeated": _DIGEST, "same": True},
)
def repetition(ask: Ask, *, kept: int) -> Repetition:
    """From the book of today, by what was known when it was kept: the same to the byte."""
    found = _kept(ask, kept)
    digest = making.digest(making.repeat(found))
    return Repetition(found.line.digest, digest, digest == found.line.digest)


def _kept(ask: Ask, number: int) -> queries.Kept:
    """A kept report that the key may read. Raises NotFound."""
    found = queries.kept(number)
    if found is None:
        raise NotFound
    declared = _readable(ask, found.line.report)
    if not ask.rights.reaches(declared.permission, found.line.branch):
        raise NotFound
    return found


def _kept_line(one: queries.KeptLine) -> KeptReportLine:
    return KeptReportLine(
        id=one.id,
        report=one.report,
        version=one.version,
        start=dt.date.fromisoformat(one.parameters["start"]),
        end=dt.date.fromisoformat(one.parameters["end"]),
        branch=one.branch,
        currency=one.parameters["currency"],
        kept_at=one.at,
        kept_by=one.kept_by,
        run=one.run,
        digest=one.digest,
    )


KEEP_REPORT = does(
    "reporting.keep_report",
    tag=REPORTING,
    example={"report": "interest", "start": "2026-03-01", "end": "2026-03-02"},
    gives={"kept": 7, "digest": _DIGEST},
    location="kept-reports/{kept}",
)
