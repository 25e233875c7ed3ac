"""Kept and ordered reports in the API: what they say, and whether they hold."""

import datetime as dt
from uuid import UUID

from msgspec import Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Asked, does, reads
from apps.control.rest.pages import Page, Slice
from apps.kernel.text import Text
from apps.reporting import making, orders, queries
from apps.reporting.api import REPORTING, TOLD, VIEW, Name, ReportTold, readable, told_as
from apps.reporting.declarations import ordered
from apps.reporting.tables import table


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
    example={"kept": _KEPT, "told": TOLD},
)
def kept_report(ask: Ask, *, kept: int) -> KeptReportTold:
    """As it was kept, whatever was booked since."""
    found = _kept(ask, kept)
    return KeptReportTold(_kept_line(found.line), told_as(table(found.content)))


@reads(
    "reporting.repetition",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Повторення збереженого звіту", en="A kept report made again"),
    example={"digest": _DIGEST, "repeated": _DIGEST, "same": True},
)
def repetition(ask: Ask, *, kept: int) -> Repetition:
    """From the book of today, by what was known when it was kept: the same to the byte.

    Reports of people are not made again.
    """
    found = _kept(ask, kept)
    if not making.declared(found.line.report).retold:
        raise NotFound
    digest = making.digest(making.repeat(found))
    return Repetition(found.line.digest, digest, digest == found.line.digest)


def _kept(ask: Ask, number: int) -> queries.Kept:
    """A kept report that the key may read. Raises NotFound."""
    found = queries.kept(number)
    if found is None:
        raise NotFound
    declared = readable(ask, found.line.report)
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


# --- Ordered reports ----------------------------------------------------------------------------


class OrderTold(Struct, frozen=True):
    """An ordered report: `state` is waiting, running, done or failed, which says why.

    `percent` of what is read for it is read; `kept` is the kept report that it became.
    """

    id: int
    report: str
    state: str
    percent: int
    reason_uk: str
    reason_en: str
    kept: int | None


@reads(
    "reporting.order",
    permission=VIEW,
    tag=REPORTING,
    summary=Text(uk="Замовлений звіт", en="An ordered report"),
    example={
        "id": 3,
        "report": "interest",
        "state": "done",
        "percent": 100,
        "reason_uk": "",
        "reason_en": "",
        "kept": 7,
    },
)
def order(ask: Ask, *, order: int) -> OrderTold:
    """For the key that ordered it."""
    found = orders.told(order)
    if found is None or found.ordered_by != ask.user:
        raise NotFound
    return OrderTold(
        id=found.id,
        report=found.report,
        state=found.state,
        percent=found.percent,
        reason_uk=found.reason.uk,
        reason_en=found.reason.en,
        kept=found.kept,
    )


ORDER_REPORT = does(
    "reporting.order_report",
    tag=REPORTING,
    example={"report": "interest", "start": "2026-03-01", "end": "2026-03-02"},
    gives={"order": 3},
    location="report-orders/{order}",
)
