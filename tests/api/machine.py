"""A program with a key: what it sends over the API, and what it is answered."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from apps.access.models import Role
from apps.access.rules import new_key
from apps.control.run import Actor, Origin
from tests.evidence import statements
from tests.factories import FIRST_DATE, Bank, do

ROOT = "/api/v1/"
_counter = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, the body in plain types, and the headers of an answer."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def result(self) -> Any:
        """What an operation gave."""
        return self.body["result"]

    @property
    def code(self) -> str:
        """The code of a problem."""
        code: str = self.body["code"]
        return code


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine user with one key."""

    user: int
    token: str
    client: str

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user, origin=Origin.API, client=self.client)

    def get(self, address: str, **query: Any) -> Answer:
        return self._send("get", address, query=query)

    def post(self, address: str, body: Any = None, *, key: str = "", **query: Any) -> Answer:
        """Under a fresh key where none is given."""
        return self._send("post", address, body={} if body is None else body, key=key, query=query)

    def put(self, address: str, body: Any, *, etag: str, key: str = "") -> Answer:
        return self._send("put", address, body=body, key=key, etag=etag)

    def pages(self, address: str, *, limit: int, **query: Any) -> Iterator[list[Any]]:
        """The items of a list, page by page to its end."""
        cursor: dict[str, Any] = {}
        while True:
            page = self.get(address, limit=limit, **query, **cursor)
            assert page.status == 200, page.body
            yield page.body["items"]
            if page.body["next"] is None:
                return
            cursor = {"cursor": page.body["next"]}

    def _send(
        self,
        method: str,
        address: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        key: str = "",
        etag: str = "",
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        if method != "get":
            headers["Idempotency-Key"] = key or uuid4().hex
        if etag:
            headers["If-Match"] = etag
        given = {name: str(value).lower() if isinstance(value, bool) else value
                 for name, value in (query or {}).items()}  # fmt: skip
        sent: dict[str, Any] = {"query_params": given, "headers": headers}
        if body is not None:
            sent |= {"data": json.dumps(body), "content_type": "application/json"}
        response = getattr(Client(), method)(ROOT + address, **sent)
        content = json.loads(response.content) if response.content else None
        return Answer(response.status_code, content, response.headers)


def machine(
    bank: Bank,
    *roles: str,
    branch: int | None = None,
    also: int | None = None,
    scopes: list[str] | None = None,
    limit_minor: int | None = None,
) -> Machine:
    """A program that holds these roles in a branch (None: the whole bank), `also` in another.

    Its key has every scope that the roles allow, unless told otherwise.
    """
    number = next(_counter)
    user: int = do(
        "access.add_user",
        {"username": f"machine{number}", "full_name": f"Machine {number}", "is_machine": True},
        actor=bank.administrator,
    ).result["user"]
    places = [branch] if also is None else [branch, also]
    for role, place in itertools.product(roles, places):
        do(
            "access.grant_role",
            {"user": user, "role": role, "branch": place, "valid_from": FIRST_DATE,
             "limit_minor": limit_minor},
            actor=bank.administrator,
        )  # fmt: skip
    if scopes is None:
        held = Role.objects.filter(code__in=roles).values_list("permissions", flat=True)
        scopes = sorted({one for permissions in held for one in permissions})
    key = new_key()
    do(
        "access.issue_api_key",
        {
            "user": user,
            "name": "Tests",
            "prefix": key.prefix,
            "digest": key.digest,
            "scopes": scopes,
            "expires_at": timezone.now() + dt.timedelta(days=30),
        },
        actor=bank.administrator,
    )
    made = Machine(user, key.token, f"key:{key.prefix}")
    # From now on its use is noted for a minute, and nothing else is written by what is refused.
    assert made.get("me").status == 200
    return made


# What each request asks before it is answered: for the key, and for the rights of its user.
BEFORE = 2


def reads(program: Machine, address: str, **query: Any) -> int:
    """How many statements a read takes, beside those that judge its key."""
    assert program.get(address, **query).status == 200
    with statements() as seen:
        assert program.get(address, **query).status == 200
    return len(seen) - BEFORE


def uah(text: str) -> dict[str, str]:
    """An amount as the API writes it."""
    return {"amount": text, "currency": "UAH"}
