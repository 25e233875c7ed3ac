"""Screens of reports: the list, a report, what a figure is made of, and files."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from apps.control.screens import Crumb, Request, Screen
from apps.kernel import formats
from apps.kernel.errors import Refusal
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.ledger.rules import Sight
from apps.reporting import making, queries
from apps.reporting.declarations import (
    REPORTS,
    Dimension,
    Fact,
    Knowledge,
    Measure,
    Report,
    ordered,
)
from apps.reporting.files import WRITERS, Imprint
from apps.reporting.forms import AskForm, NumberForm, PlaceForm
from apps.reporting.rules import Parameters, content, days_of
from apps.reporting.tables import Cell, Names, Table, Told, table, told_in

READ = "reporting.view_reports"
PAGE = 50
# What a person must hold to see the postings behind a figure, and not only the accounts.
POSTINGS = "ledger.view"


class Reports(Screen):
    """Every report that a person may read."""

    permission = READ
    title: ClassVar[Text] = Text(uk="Звіти", en="Reports")
    template_name = "reporting/reports.html"

    def get(self, request: Request) -> HttpResponse:
        return self.show({"reports": readable(request)})


def readable(request: Request) -> list[Report]:
    """The reports that a person may read somewhere, in their order."""
    return [one for one in ordered() if one.permission in request.rights]


@dataclass(frozen=True, slots=True)
class Given:
    """What a report is asked for, made complete, and what was wrong with the question."""

    parameters: Parameters
    knowledge: Knowledge
    complaint: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The parameters as an address has them."""
        asked = {**making.plain(self.parameters), "known_at": self.known_at}
        return {name: str(value) for name, value in asked.items() if value is not None}

    @property
    def known_at(self) -> str | None:
        at = self.knowledge.at
        return at.isoformat(timespec="microseconds") if at else None


class OfReport(Screen):
    """A page about one report, for those who may read that report."""

    permission = READ

    @property
    def title(self) -> Text:  # type: ignore[override]
        return self.report.title

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["code"] not in REPORTS:
            raise Http404
        self.report = REPORTS[kwargs["code"]]
        if self.report.permission not in self.request.rights:
            raise PermissionDenied(self.report.permission)
        return super().dispatch(request, *args, **kwargs)

    @property
    def where(self) -> frozenset[int] | None:
        """The branches whose figures of this report may be seen (None: all)."""
        found: frozenset[int] | None = self.request.rights.branches(self.report.permission)
        return found

    def given(self) -> Given:
        """The question of the address; where it cannot be answered, the usual one in its place."""
        form = AskForm(self.request.GET)
        form.is_valid()
        asked = {name: value or None for name, value in form.cleaned_data.items()}
        known_at = asked.pop("known_at", None) if self.report.retold else None
        asked.pop("known_at", None)
        knowledge = queries.knowledge_at(known_at)
        asked["branch"] = making.may_choose(asked.get("branch"), self.where)
        today = self.request.date
        try:
            return Given(making.parameters(self.report, today=today, **asked), knowledge)
        except Refusal as refusal:
            usual = making.parameters(self.report, today=today, branch=asked["branch"])
            return Given(usual, knowledge, str(refusal.text))

    def crumbs(self) -> list[Crumb]:
        return [(reverse("reporting:reports"), str(Reports.title))]


class ReportPage(OfReport):
    """A report with its parameters; each figure leads to what it is made of."""

    template_name = "reporting/report.html"

    def get(self, request: Request, code: str) -> HttpResponse:
        given = self.given()
        told = table(content(making.make(self.report, given.parameters, given.knowledge)))
        address = reverse("reporting:figure", args=[code])
        return self.show(
            {
                "report": self.report,
                "given": given.parameters,
                "known_at": given.knowledge.at,
                "complaint": given.complaint,
                "table": told,
                "rows": rows_of(told, address, given.query),
                "branches": queries.branch_names(self.where),
                "reads_all": self.where is None,
                "currencies": queries.currencies(),
                "may_keep": "reporting.keep_reports" in request.rights,
                "query": urlencode(given.query),
                "kinds": list(WRITERS),
            }
        )


def rows_of(
    told: Table, address: str, query: dict[str, str], *, opens: bool = True
) -> list[dict[str, Any]]:
    """The rows of a table with the words of each cell and the address that it opens, if any."""
    return [
        {
            "row": row,
            "cells": [
                {
                    "text": written(cell),
                    "minor": cell.minor,
                    "opens": opens and cell.minor != 0,
                    "address": f"{address}?{urlencode({**query, **_place(row, cell)})}",
                }
                for cell in row.cells
            ],
        }
        for row in told.rows
    ]


def _place(row: Told, cell: Cell) -> dict[str, str]:
    return {"row": row.code, "column": cell.opens}


def written(cell: Cell, minor: int | None = None) -> str:
    """A figure, or another amount in its place, as people write it."""
    return told_in(cell, get_language() or "uk", minor)


class FigurePage(OfReport):
    """One figure opened: the GL accounts it is made of, and the postings behind it."""

    template_name = "reporting/figure.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        line, head = self.line, self.head
        mark = f"{line.mark} " if line.mark else ""
        return Text(
            uk=f"{mark}{line.label.uk} · {head.label.uk}",
            en=f"{mark}{line.label.en} · {head.label.en}",
        )

    def get(self, request: Request, code: str) -> HttpResponse:
        given = self._given_or_kept()
        sheet = making.make(self.report, given.parameters, given.knowledge)
        row, column = request.GET.get("row", ""), request.GET.get("column", "")
        figure = sheet.figure(row, column)
        if figure is None:
            raise Http404
        told = table(content(sheet))
        line = next(one for one in told.rows if one.code == row)
        cell = next(one for one in line.cells if one.column == column)
        laid = next(one for one in sheet.columns if one.code == column)
        measure = sheet.measured(row, laid)
        start, end = _days_behind(measure, days_of(self.report, given.parameters)[laid.span])
        names = Names.of(self.report)
        called = {share.fact.item: share.fact.value(Dimension.ITEM) for share in figure.shares}
        has_items = any(one in names.items for one in called.values())
        facts = [share.fact for share in figure.shares]
        of_book = any(fact.gl for fact in facts)
        postings = self._postings(facts, start, end, measure, given) if of_book else None
        self.head = next(one for one in told.heads if one.code == column)
        self.line = line
        return self.show(
            {
                "report": self.report,
                "line": line,
                "head": self.head,
                "figure": written(cell),
                "shares": [
                    {
                        "fact": share.fact,
                        "name": names.gl.get(share.fact.gl),
                        "branch": names.branches.get(share.fact.branch),
                        "item": names.items.get(called[share.fact.item]),
                        "text": written(cell, share.minor),
                        "minor": share.minor,
                    }
                    for share in figure.shares
                ],
                "of_book": of_book,
                # Cells of a row before its figure.
                "before": 1 + 3 * of_book + has_items,
                "items_are": self.report.source.items_are,
                "has_items": has_items,
                "start": start,
                "end": end,
                "from_the_beginning": start == queries.BEGINNING,
                "postings": postings,
                "sees_postings": postings is not None,
                "next": postings[-1] if postings and len(postings) == PAGE else None,
                "is_first": "before" not in request.GET,
                "known_at": given.knowledge.at,
                "query": urlencode(given.query),
            }
        )

    def _given_or_kept(self) -> Given:
        """The question of the address, or that of the kept report whose figure is opened."""
        form = NumberForm(self.request.GET)
        form.is_valid()
        number = form.cleaned_data.get("kept")
        if number is None:
            return self.given()
        kept = queries.kept(number)
        if kept is None or kept.line.report != self.report.code:
            raise Http404
        if not self.request.rights.reaches(self.report.permission, kept.line.branch):
            raise Http404
        return Given(making.restored(kept.line.parameters), kept.knowledge)

    def _postings(
        self, facts: list[Fact], start: dt.date, end: dt.date, measure: Measure, given: Given
    ) -> list[queries.Behind] | None:
        """A page of the postings behind some facts; None where they may not be seen."""
        if not self.request.rights.reaches(POSTINGS, given.parameters.branch):
            return None
        if measure == Measure.COUNT or not facts:
            return []
        form = PlaceForm(self.request.GET)
        place = form.cleaned_data if form.is_valid() else None
        return queries.behind(
            facts,
            start=start,
            end=end,
            knowledge=given.knowledge,
            narrow=self.report.source.narrow,
            sight=Sight.of(self.request.rights),
            side={Measure.DEBIT: 1, Measure.CREDIT: -1}.get(measure, 0),
            limit=PAGE,
            before=(place["date"], place["before"]) if place else None,
        )

    def crumbs(self) -> list[Crumb]:
        address = reverse("reporting:report", args=[self.report.code])
        return [
            *super().crumbs(),
            (f"{address}?{self.request.GET.urlencode()}", str(self.report.title)),
        ]


def _days_behind(measure: Measure, days: tuple[dt.date, dt.date]) -> tuple[dt.date, dt.date]:
    """Between which days the postings lie that make a figure."""
    start, end = days
    if measure == Measure.OPENING:
        return queries.BEGINNING, start - dt.timedelta(days=1)
    if measure in {Measure.CLOSING, Measure.COUNT}:
        return queries.BEGINNING, end
    return start, end


class ReportFile(OfReport):
    """A report as a file."""

    def get(self, request: Request, code: str, kind: str) -> HttpResponse:
        if kind not in WRITERS:
            raise Http404
        given = self.given()
        now = queries.knowledge_now().at
        at = given.knowledge.at or now
        told = table(content(making.make(self.report, given.parameters, given.knowledge)))
        return WRITERS[kind](told, imprint(request, told, known_at=at, made_at=now))


def imprint(
    request: Request, told: Table, *, known_at: dt.datetime | None, made_at: dt.datetime | None
) -> Imprint:
    """What stands above a report in a file: the bank, what was asked for, when and by whom."""
    language = get_language() or "uk"
    plain = told.plain
    facts: list[tuple[Text, str | dt.date]] = []
    last = Text(uk="На день", en="On the day")
    if plain["start"] != plain["end"]:
        facts.append((Text(uk="Від", en="From"), dt.date.fromisoformat(plain["start"])))
        last = Text(uk="До", en="To")
    facts.append((last, dt.date.fromisoformat(plain["end"])))
    if plain["compare"]:
        day = dt.date.fromisoformat(plain["compare"])
        facts.append((Text(uk="Порівняно з", en="Compared with"), day))
    branch = queries.branch_names().get(plain["branch"]) if plain["branch"] else None
    whole = Text(uk="Увесь банк", en="The whole bank")
    facts.append((Text(uk="Відділення", en="Branch"), str(branch or whole)))
    if plain["currency"]:
        facts.append((Text(uk="Валюта", en="Currency"), plain["currency"]))
    facts.append((Text(uk="Відомо станом на", en="Known at"), _moment(known_at, language)))
    facts.append((Text(uk="Складено", en="Made"), _moment(made_at, language)))
    facts.append((Text(uk="Склав", en="Made by"), request.user.full_name))
    identity = bank()
    return Imprint(
        bank=str(Text(uk=identity.name_uk, en=identity.name_en)),
        facts=tuple((str(name), value) for name, value in facts),
        language=language,
    )


def _moment(at: dt.datetime | None, language: str) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{formats.date(local.date(), language)} {local:%H:%M:%S}"
