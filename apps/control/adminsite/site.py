"""The site: the same sign-in, frame and rights as everywhere, and not one address more."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from celery import current_app
from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.functional import cached_property

from apps.control.adminsite.pages import FORMS, OperationAdmin
from apps.control.screens import Request
from apps.kernel.text import Text

ADMINISTERING = "control.administer"
View = Callable[..., HttpResponse]


class Administration(AdminSite):
    """Nobody signs in here: whoever comes has signed in, with the second factor, or was sent off.

    There is no address to delete, to save, or to complete what is typed.
    """

    title: ClassVar[Text] = Text(uk="Адміністрування", en="Administration")

    def has_permission(self, request: HttpRequest) -> bool:
        return ADMINISTERING in cast(Request, request).rights

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """Judge who comes before the view does. Only forms of operations are sent, by POST."""
        asks = getattr(view, "__name__", "") in FORMS
        allowed = ["GET", "HEAD", *(["POST"] if asks else [])]

        def judged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                raise PermissionDenied(ADMINISTERING)
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)

        return judged

    def get_urls(self) -> list[URLPattern | URLResolver]:
        found: list[URLPattern | URLResolver] = [
            path("", self.admin_view(self.index), name="index"),
            path("schedule/", self.admin_view(self.schedule), name="schedule"),
        ]
        for model, page in self._registry.items():
            address = f"{model._meta.app_label}/{model._meta.model_name}/"
            found.append(path(address, include(page.get_urls())))
        return found

    @cached_property
    def pages(self) -> list[OperationAdmin]:
        """What is registered, in the order of its groups."""
        found = [one for one in self._registry.values() if isinstance(one, OperationAdmin)]
        return sorted(found, key=lambda one: one.group.order)

    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What this person may look at, by group."""
        groups: dict[Any, list[OperationAdmin]] = {}
        for page in self.pages:
            if page.has_view_permission(request):
                groups.setdefault(page.group, []).append(page)
        context = {
            "title": self.title,
            "groups": [
                (group.title, [(one, one.may_add(request)) for one in pages])
                for group, pages in groups.items()
            ],
        }
        return render(request, "admin/index.html", context)

    def schedule(self, request: HttpRequest) -> HttpResponse:
        """What Celery beat rings for, and how often; it is code, not rows that drift."""
        bells = [
            {
                "name": name,
                "task": bell["task"],
                "seconds": bell["schedule"],
                "says": (current_app.tasks[bell["task"]].__doc__ or "").strip().split("\n")[0]
                if bell["task"] in current_app.tasks
                else "",
            }
            for name, bell in sorted(current_app.conf.beat_schedule.items())
        ]
        context = {
            "title": Text(uk="Розклад Celery", en="Celery’s schedule"),
            "crumbs": [crumb()],
            "bells": bells,
            "close_at": settings.CLOSE_AT,
        }
        return render(request, "admin/schedule.html", context)


def crumb() -> tuple[str, str]:
    """The way back to the first page."""
    return reverse("admin:index"), str(Administration.title)
