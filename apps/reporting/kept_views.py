"""Screens of kept reports: keeping one, the list, one again, and two side by side."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.control import door
from apps.control.screens import Crumb, OperationScreen, Request, Screen
from apps.kernel import formats
from apps.kernel.text import Text
from apps.reporting import making, queries
from apps.reporting.declarations import REPORTS, ordered
from apps.reporting.files import WRITERS
from apps.reporting.forms import AskForm, KeepForm, NumberForm
from apps.reporting.operations import KeepReport
from apps.reporting.rules import compared
from apps.reporting.tables import Cell, said, table
from apps.reporting.views import PAGE, READ, Reports, imprint, rows_of, written

_KEPT = Text(uk="Збережені звіти", en="Kept reports")


class Keep(OperationScreen):
    """Keep a report, so that it can be told later exactly what it said."""

    operation = "reporting.keep_report"
    form_class = KeepForm
    title: ClassVar[Text] = Text(uk="Зберегти звіт", en="Keep a report")
    confirm_label: ClassVar[Text] = Text(uk="Зберегти", en="Keep it")
    fields_of: ClassVar = {
        "reporting.period_invalid": "end",
        "reporting.currency_not_in_book": "currency",
        "control.not_found": "branch",
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["code"] not in REPORTS:
            raise Http404
        self.report = REPORTS[kwargs["code"]]
        if self.report.permission not in self.request.rights:
            raise PermissionDenied(self.report.permission)
        return super().dispatch(request, *args, **kwargs)

    def form_kwargs(self) -> dict[str, Any]:
        where = self.where
        return {
            "report": self.report,
            "branches": queries.branch_names(where),
            "reads_all": where is None,
            "currencies": queries.currencies(),
        }

    @property
    def where(self) -> frozenset[int] | None:
        """Where one may both keep reports and read this one (None: everywhere)."""
        rights = self.request.rights
        keeps, reads = (rights.branches(name) for name in (self.permission, self.report.permission))
        if keeps is None or reads is None:
            return reads if keeps is None else keeps
        return keeps & reads

    def initial(self) -> dict[str, Any]:
        form = AskForm(self.request.GET)
        form.is_valid()
        asked = {name: form.cleaned_data.get(name) or None for name in ("start", "end", "compare")}
        asked |= {name: form.cleaned_data.get(name) or None for name in ("branch", "currency")}
        usual = making.parameters(self.report, today=self.request.date)
        return {
            "start": asked["start"] or usual.start,
            "end": asked["end"] or usual.end,
            "compare": asked["compare"] or usual.compare,
            "branch": asked["branch"] or "",
            "currency": asked["currency"] or usual.currency,
        }

    def command(self, data: dict[str, Any]) -> KeepReport:
        return KeepReport(
            report=self.report.code,
            start=data["start"],
            end=data["end"],
            compare=data["compare"],
            branch=data["branch"],
            currency=data["currency"] or None,
        )

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        title, end = self.report.title, data["end"]
        uk, en = (formats.date(end, language) for language in ("uk", "en"))
        return Text(
            uk=f"Збережеться «{title.uk}», {uk}, таким, яким він є зараз. Змінити чи вилучити "
            "його не можна.",
            en=f"“{title.en}” of {en} is kept as it is now. It cannot be changed or removed.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("reporting:kept", args=[outcome.result["kept"]])

    def crumbs(self) -> list[Crumb]:
        address = reverse("reporting:report", args=[self.report.code])
        return [
            (reverse("reporting:reports"), str(Reports.title)),
            (address, str(self.report.title)),
        ]


class KeptList(Screen):
    """Kept reports, newest first."""

    permission = READ
    title: ClassVar[Text] = _KEPT
    template_name = "reporting/kept_list.html"

    def get(self, request: Request) -> HttpResponse:
        form = NumberForm(request.GET)
        form.is_valid()
        before = form.cleaned_data.get("before")
        code = request.GET.get("report", "")
        lines = queries.kept_lines(
            rights=request.rights,
            permissions={one.code: one.permission for one in ordered()},
            report=code if code in REPORTS else None,
            before=before,
            limit=PAGE,
        )
        return self.show(
            {
                "lines": [_told(line) for line in lines],
                "branches": queries.branch_names(),
                "reports": [one for one in ordered() if one.permission in request.rights],
                "code": code,
                "next": lines[-1].id if len(lines) == PAGE else None,
                "is_first": before is None,
            }
        )

    def crumbs(self) -> list[Crumb]:
        return [(reverse("reporting:reports"), str(Reports.title))]


def _told(line: queries.KeptLine) -> dict[str, Any]:
    given = making.restored(line.parameters)
    title = REPORTS[line.report].title if line.report in REPORTS else said(line.report)
    return {"line": line, "title": title, "given": given}


class OfKept(Screen):
    """A page about one kept report, for those who may read what it is of."""

    permission = READ

    @property
    def title(self) -> Text:  # type: ignore[override]
        name, number = self.told["title"], self.kept.line.id
        return Text(uk=f"{name.uk}, № {number}", en=f"{name.en}, No. {number}")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.kept = self.found(kwargs["kept"])
        self.told = _told(self.kept.line)
        return super().dispatch(request, *args, **kwargs)

    def found(self, number: int) -> queries.Kept:
        """A kept report that this person may read; else it is not there."""
        found = queries.kept(number)
        if found is None or found.line.report not in REPORTS:
            raise Http404
        permission = REPORTS[found.line.report].permission
        if not self.request.rights.reaches(permission, found.line.branch):
            raise Http404
        return found

    def crumbs(self) -> list[Crumb]:
        return [
            (reverse("reporting:reports"), str(Reports.title)),
            (reverse("reporting:kept_list"), str(_KEPT)),
        ]


class KeptPage(OfKept):
    """A kept report as it was; made again when that is asked for."""

    template_name = "reporting/kept.html"

    def get(self, request: Request, kept: int) -> HttpResponse:
        line = self.kept.line
        retold = REPORTS[line.report].retold
        again = retold and "again" in request.GET
        address = reverse("reporting:figure", args=[line.report])
        told = table(self.kept.content)
        others = queries.kept_lines(
            rights=request.rights,
            permissions={line.report: REPORTS[line.report].permission},
            report=line.report,
            limit=10,
        )
        return self.show(
            {
                "line": line,
                "given": self.told["given"],
                "table": told,
                "rows": rows_of(told, address, {"kept": str(kept)}, opens=retold),
                "branches": queries.branch_names(),
                "others": [_told(one) for one in others if one.id != line.id],
                "retold": retold,
                "again": again,
                "is_same": again and making.repeat(self.kept) == self.kept.content,
                "kinds": list(WRITERS),
            }
        )


class KeptFile(OfKept):
    """A kept report as a file."""

    def get(self, request: Request, kept: int, kind: str) -> HttpResponse:
        if kind not in WRITERS:
            raise Http404
        told = table(self.kept.content)
        at = self.kept.line.at
        return WRITERS[kind](told, imprint(request, told, known_at=at, made_at=at))


class Comparison(OfKept):
    """Two kept reports: each figure that is not the same in both."""

    template_name = "reporting/comparison.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        first, second, name = self.kept.line.id, self.second.line.id, self.told["title"]
        return Text(
            uk=f"{name.uk}: № {first} і № {second}", en=f"{name.en}: No. {first} and No. {second}"
        )

    def get(self, request: Request, kept: int, other: int) -> HttpResponse:
        self.second = self.found(other)
        if self.second.line.report != self.kept.line.report:
            raise Http404
        tables = [table(self.kept.content), table(self.second.content)]
        columns, differences = compared(tables[0].plain, tables[1].plain)
        heads = {head.code: head for one in tables for head in one.heads}
        rows = {row.code: row for one in tables for row in one.rows}
        lines = []
        for difference in differences:
            row = rows[difference.row]
            for place, code in enumerate(columns):
                if not difference.gaps[place]:
                    continue
                cell = next((one for one in row.cells if one.column == code), None)
                lines.append(
                    {
                        "row": row,
                        "head": heads[code],
                        "first": _side(cell, difference.first[place]),
                        "second": _side(cell, difference.second[place]),
                        "gap": _side(cell, difference.gaps[place]),
                        "gap_minor": difference.gaps[place],
                    }
                )
        return self.show({"lines": lines, "first": self.told, "second": _told(self.second.line)})


def _side(cell: Cell | None, minor: int | None) -> str:
    if minor is None:
        return ""
    return written(cell, minor) if cell else formats.amount(minor, "UAH", get_language() or "uk")
