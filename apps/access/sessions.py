"""Sessions of the browser: kept with whose they are, ended by the server, prolonged by work alone.

A session ends when nothing was done for a while, and at the latest some hours after the sign-in.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest, HttpResponse

from apps.access.models import StaffSession

# A request notes that somebody is there at most this often.
NOTED_EVERY_S = 30
# What a page asks by itself, such as progress, carries this header and prolongs nothing.
QUIET = "X-Quiet"
LEFT = "X-Session-Left"
_BEGAN, _SEEN, _ADDRESS, _AGENT = "began", "seen", "address", "agent"


class SessionStore(DatabaseStore):
    """Django's sessions in the database, with the columns that a person's list of them needs."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        row = super().create_model_instance(data)
        assert isinstance(row, StaffSession)
        user = data.get("_auth_user_id")
        row.user_id = int(user) if user else None
        row.address = str(data.get(_ADDRESS, ""))[:45]
        row.agent = str(data.get(_AGENT, ""))[:200]
        row.began_at, row.seen_at = (_moment(data.get(name)) for name in (_BEGAN, _SEEN))
        return row


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A session of the same person at another place; `reference` names it without being its key."""

    reference: str
    began_at: dt.datetime | None
    seen_at: dt.datetime | None
    address: str
    agent: str


class Limits:
    """Ends what has lasted too long, and says on every answer how many seconds are left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = time.time()
        session = request.session
        began = session.get(_BEGAN)
        if began is None:
            began = begin(request)
        seen = session.get(_SEEN, began)
        longest = began + settings.SESSION_LONGEST_S
        if now > longest or now > seen + settings.SESSION_IDLE_S + NOTED_EVERY_S:
            logout(request)
            return self.get_response(request)
        if QUIET not in request.headers:
            if now > seen + NOTED_EVERY_S:
                session[_SEEN] = now
            seen = now
        left = max(0, int(min(seen + settings.SESSION_IDLE_S, longest) - now))
        request.session_left = left
        response = self.get_response(request)
        response[LEFT] = str(left)
        return response


def begin(request: HttpRequest) -> float:
    """Note when, from where and with what a session began; the moment."""
    now = time.time()
    request.session[_BEGAN] = request.session[_SEEN] = now
    request.session[_ADDRESS] = request.META.get("REMOTE_ADDR", "")
    request.session[_AGENT] = request.headers.get("User-Agent", "")[:200]
    return now


def elsewhere(request: HttpRequest) -> list[Elsewhere]:
    """The person's other sessions, the last used first; one statement."""
    return [
        Elsewhere(_reference(one.session_key), one.began_at, one.seen_at, one.address, one.agent)
        for one in _others(request)
    ]


def end(request: HttpRequest, *, reference: str | None = None) -> None:
    """End the other session of this reference; without one, all the others."""
    found = [
        one.session_key
        for one in _others(request)
        if reference is None or _reference(one.session_key) == reference
    ]
    StaffSession.objects.filter(session_key__in=found).delete()


def _others(request: HttpRequest) -> list[StaffSession]:
    rows = StaffSession.objects.filter(user=request.user.pk)
    return list(rows.exclude(session_key=request.session.session_key).order_by("-seen_at"))


def _reference(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _moment(seconds: Any) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(float(seconds), dt.UTC) if seconds else None
