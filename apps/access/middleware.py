"""Who acts in a request: actor, rights, language, and whether the second factor was given."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from apps.access.queries import rights
from apps.control.run import Actor, Origin
from apps.kernel.queries import current_date

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Acting:
    """Gives a signed-in request its `actor`, its `rights` and the person's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        user = request.user
        if user.is_authenticated:
            request.date = current_date()
            request.rights = rights(user=user.pk, date=request.date)
            request.actor = Actor(
                user_id=user.pk,
                origin=Origin.SCREEN,
                address=request.META.get("REMOTE_ADDR", ""),
                request_id=request.id,
            )
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        response.setdefault("Content-Language", translation.get_language() or "uk")
        if user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Whoever has not given the second factor yet sees only the pages that ask for it."""
        if not settings.SECOND_FACTOR or not request.user.is_authenticated:
            return None
        # A class of a view says it on the class, which the function in the addresses names.
        exempt = getattr(getattr(view, "view_class", view), "without_second_factor", False)
        if exempt or not getattr(view, "login_required", True) or request.user.is_verified():
            return None
        return redirect("access:second_factor")
