"""Pages that belong to no app: home, the search of the palette, health, and clear errors."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.control.screens import Request
from apps.kernel.menu import MENU
from apps.kernel.queries import current_date
from apps.kernel.search import SOURCES, spellings
from apps.kernel.text import Text
from bank import maintenance
from bank.frame import Frame

# Where each role begins its day; the first that a person holds decides.
HOMES = (
    ("cash.operate_till", "cash:workspace"),
    ("control.decide_approvals", "control:approvals"),
    ("eod.run_close", "eod:console"),
    ("ledger.view", "ledger:trial_balance"),
    ("loans.take_applications", "loans:applications"),
    ("loans.view", "loans:overdue"),
    ("control.administer", "admin:index"),
    ("access.use_own_profile", "access:profile"),
)
MOST_FOUND = 8


@require_GET
def home(request: Request) -> HttpResponse:
    """The first page of the person's own role."""
    for permission, name in HOMES:
        if permission in request.rights:
            return HttpResponseRedirect(reverse(name))
    return render(request, "403.html", {"title": _NOWHERE}, status=403)


@require_POST
def search(request: Request) -> HttpResponse:
    """What the palette finds: customers, accounts, pages; in either alphabet and layout.

    By POST, so that names and numbers stay out of addresses and logs.
    """
    text = request.POST.get("q", "").replace("\x00", "").strip()[:100]
    groups: list[dict[str, Any]] = []
    if len(text) < 2:
        # Nothing to look for yet: where this person may go.
        groups = Frame(request).palette
    else:
        forms = spellings(text)
        for source in SOURCES:
            items = source.find(request, forms, MOST_FOUND)
            if items:
                groups.append({"title": source.title, "items": items})
        pages = _pages(request, forms)
        if pages:
            groups.append({"title": Text(uk="Сторінки", en="Pages"), "items": pages})
    return render(request, "_found.html", {"groups": groups})


def _pages(request: Request, forms: list[str]) -> list[dict[str, Any]]:
    return [
        {"address": reverse(item.url), "label": item.label, "icon": item.icon, "more": ""}
        for item in MENU
        if item.permission in request.rights
        and any(
            form.lower() in name.lower()
            for form in forms
            for name in (item.label.uk, item.label.en)
        )
    ][:MOST_FOUND]


@login_not_required
@require_GET
def healthy(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_GET
def ready(request: HttpRequest) -> HttpResponse:
    """The process can work: the database answers and a booking date is open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    date = current_date()
    status = 200 if date else 503
    return JsonResponse({"date": date and date.isoformat()}, status=status)


_NOWHERE = Text(uk="Немає прав", en="No rights yet")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(
        request, "403.html", {"title": Text(uk="Немає права", en="Not allowed")}, status=403
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(
        request, "404.html", {"title": Text(uk="Не знайдено", en="Not found")}, status=404
    )


def failed(request: HttpRequest) -> HttpResponse:
    """The last resort: no database, no context processor, only the number to quote."""
    if maintenance.is_away(maintenance.current_error()):
        return maintenance.page(request)
    return render(None, "500.html", {"request_id": getattr(request, "id", "")}, status=500)


def bad_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(
        request,
        "403_csrf.html",
        {"title": Text(uk="Сторінка застаріла", en="This page has expired")},
        status=403,
    )
