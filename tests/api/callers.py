"""A program that calls the API with a key, and what must be true of every answer it gets."""

import datetime as dt
import json
import re
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.utils import timezone

from apps.access.operations import IssueApiKey
from apps.access.rules import new_key
from apps.control.models import OperationRun
from tests.evidence import world
from tests.factories import FIRST_DATE, Bank, do, fresh_key

ROOT = "/api/v1/"
# What no answer may tell: how the house is built, and where it stands.
_LEAKS = re.compile(
    r"Traceback|File \"|/apps/|site-packages|psycopg|django|DETAIL:|SELECT |INSERT |<html|"
    r"SQLSTATE|object at 0x",
    re.IGNORECASE,
)


def add_machine(
    bank: Bank, *, role: str = "prober", branch: int | None = None, limit_minor: int | None = None
) -> int:
    """A machine user with a role; its id."""
    added = do(
        "access.add_user",
        {"username": f"machine-{fresh_key()}", "full_name": "Machine", "is_machine": True},
        actor=bank.administrator,
    )
    user: int = added.result["user"]
    holding = {"user": user, "role": role, "branch": branch, "limit_minor": limit_minor}
    do("access.grant_role", holding | {"valid_from": FIRST_DATE}, actor=bank.system)
    return user


def issue(
    bank: Bank,
    user: int,
    *scopes: str,
    addresses: Iterable[str] = (),
    replaces: int | None = None,
    seconds: float = 86_400,
) -> tuple[str, int]:
    """A key for a machine user: its text, and its id."""
    key = new_key()
    command = IssueApiKey(
        user=user,
        name="Program",
        prefix=key.prefix,
        digest=key.digest,
        scopes=tuple(scopes),
        addresses=tuple(addresses),
        expires_at=timezone.now() + dt.timedelta(seconds=seconds),
        replaces=replaces,
    )
    issued = do("access.issue_api_key", command, actor=bank.administrator)
    return key.token, issued.result["key"]


class Caller:
    """Calls with one key, from one address; every answer is judged."""

    def __init__(self, token: str, *, address: str = "203.0.113.7") -> None:
        self.token = token
        self.client = Client(raise_request_exception=False)
        self.address = address

    def call(
        self, method: str, place: str, body: bytes = b"", *, status: int, **headers: str
    ) -> Any:
        """The answer of any request at all; `headers` by name, with underscores for hyphens."""
        given = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = given.pop("Content-Type", "application/json")
        answer: Any = self.client.generic(
            method, ROOT + place, body, kind, headers=given, REMOTE_ADDR=self.address
        )
        assert answer.status_code == status, answer.content
        judge(answer)
        return answer

    def get(self, place: str, *, status: int = 200, **headers: str) -> Any:
        return self.call("GET", place, b"", status=status, **headers)

    def post(
        self, place: str, given: Any, *, status: int = 200, key: str | None = None, **headers: str
    ) -> Any:
        """A write, under a fresh key where none is named."""
        headers.setdefault("Idempotency_Key", fresh_key() if key is None else key)
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        return self.call("POST", place, body, status=status, **headers)

    def put(self, place: str, given: Any, *, status: int = 200, **headers: str) -> Any:
        headers.setdefault("Idempotency_Key", fresh_key())
        body = json.dumps(given).encode()
        return self.call("PUT", place, body, status=status, **headers)

    def refuse(self, code: str, method: str, place: str, given: Any = None, **more: Any) -> Any:
        """A call that must be refused: the problem; nothing has changed but the journal."""
        before = kept()
        if method == "GET":
            found = self.get(place, **more).json()
        else:
            found = (self.put if method == "PUT" else self.post)(place, given, **more).json()
        assert found["code"] == code, found
        assert kept() == before
        return found


def kept() -> dict[str, Any]:
    """The world but for when keys were last used."""
    return {**world(), "access_apikeyuse": None}


def judge(answer: Any) -> None:
    """What is true of every answer of the API."""
    text = answer.content.decode()
    assert not _LEAKS.search(text), text
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])
    if answer.status_code != 405 or text:
        assert answer["Cache-Control"] == "no-store"
    if answer.status_code < 400:
        assert answer.status_code == 304 or answer["Content-Type"] == "application/json"
        return
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {
        "type", "code", "title", "status", "detail", "retryable", "request_id", "errors",
    } or set(problem) == {
        "type", "code", "title", "status", "detail", "retryable", "request_id",
    }  # fmt: skip
    assert problem["type"] == f"{ROOT}problems/{problem['code']}"
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer["X-Request-ID"]
    assert problem["title"]
    assert problem["detail"]
    assert ("Retry-After" in answer) == problem["retryable"]


def last_line() -> OperationRun:
    """The newest line of the journal."""
    return OperationRun.objects.order_by("-id")[0]
