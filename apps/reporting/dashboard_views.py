"""Screens of dashboards."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.control.screens import Crumb, Request, Screen
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.reporting import dashboards, queries
from apps.reporting.dashboards import TITLES, Board
from apps.reporting.views import READ

_DASHBOARDS = Text(uk="Панелі показників", en="Dashboards")


class Dashboards(Screen):
    """The dashboards on which this person may see something."""

    permission = READ
    title: ClassVar[Text] = _DASHBOARDS
    template_name = "reporting/dashboards.html"

    def get(self, request: Request) -> HttpResponse:
        found = [(board.value, TITLES[board]) for board in dashboards.boards(request.rights)]
        return self.show({"boards": found})


class Dashboard(Screen):
    """Tiles of reports; each figure and each bar leads to the report that it comes from."""

    permission = READ
    template_name = "reporting/dashboard.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return TITLES[self.board]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["board"] not in TITLES:
            raise Http404
        self.board = Board(kwargs["board"])
        if not dashboards.tiles(self.board, self.request.rights):
            raise PermissionDenied(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, board: str) -> HttpResponse:
        language = get_language() or "uk"
        knowledge = queries.knowledge_at(None)
        first = bank().first_date
        drawn = [
            dashboards.draw(
                one,
                rights=request.rights,
                today=request.date,
                first=first,
                language=language,
                knowledge=knowledge,
            )
            for one in dashboards.tiles(self.board, request.rights)
        ]
        tiles = [
            {
                "drawn": one,
                "chart": dashboards.standing(one.bars) if one.is_of_months else None,
                "lying": [] if one.is_of_months else dashboards.lying(one.bars),
                "length": dashboards.LENGTH,
                "thick": dashboards.THICK,
                "slot": dashboards.SLOT,
                "bar": dashboards.BAR,
            }
            for one in drawn
        ]
        branches = queries.branch_names() if any(one.branch for one in drawn) else {}
        return self.show({"tiles": tiles, "branches": branches})

    def crumbs(self) -> list[Crumb]:
        return [(reverse("reporting:dashboards"), str(_DASHBOARDS))]
