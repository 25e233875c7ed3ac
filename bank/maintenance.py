"""While the database is away, or somebody has said that work is going on: 503, and when to return.

Nothing here asks the database, a session or a language: both languages stand on the page.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER_S = 30
# The line was lost, the server ends, starts or has no room, or a lock of a migration did not go.
_AWAY = {"53300", "55P03", "57P01", "57P02", "57P03"}
# What says how the process is must go on saying it.
_ANSWERED = {"/healthz", "/readyz"}


class Maintenance:
    """Answers everything itself while the marker's file is there: one look at the file system."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if marker().exists() and request.path not in _ANSWERED:
            return page(request)
        return self.get_response(request)


def marker() -> Path:
    """The file that says that maintenance is going on; whose content nobody reads."""
    return Path(settings.MAINTENANCE_MARKER)


def is_away(error: BaseException | None) -> bool:
    """Does this error say that the database cannot be reached now?"""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state in _AWAY or state[:2] in {"", "08"}


def current_error() -> BaseException | None:
    """The error that is being handled: the handler of failures is not told it otherwise."""
    return sys.exc_info()[1]


def page(request: HttpRequest) -> HttpResponse:
    """503 as a page, or for the API as a problem of RFC 9457."""
    if request.path.startswith("/api/"):
        problem = {
            "type": "/api/v1/problems/control.maintenance",
            "code": "control.maintenance",
            "title": "Not possible now",
            "status": 503,
            "detail": "The bank is being worked on. Send the same request later, with its key.",
            "retryable": True,
            "request_id": getattr(request, "id", ""),
        }
        response = HttpResponse(json.dumps(problem), content_type="application/problem+json")
    else:
        response = HttpResponse(render_to_string("503.html", {"seconds": RETRY_AFTER_S}))
    response.status_code = 503
    response["Retry-After"] = str(RETRY_AFTER_S)
    response["Cache-Control"] = "no-store"
    return response
