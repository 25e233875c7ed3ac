"""The one view behind every address of the API: who asks, what for, and in which words it answers.

Reads go to their function; operations go through the door, as screens do. Every refusal is a
problem, and every attempt at an operation is journalled, also one that does not reach the door.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, cast

import msgspec
from django.http import HttpResponse
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.control import door, journal
from apps.control.commands import decode, to_plain
from apps.control.errors import (
    BodyNotJson,
    BodyTooLarge,
    KeyMissing,
    MethodNotAllowed,
    NoSuchAddress,
    NotSetUp,
    PermissionMissing,
    PreconditionFailed,
    PreconditionMissing,
    ScopeMissing,
    WrongMediaType,
)
from apps.control.rest import effects, limits, pages, parameters, strict
from apps.control.rest.endpoints import Ask, Client, Does, Endpoint, Read
from apps.control.rest.parameters import DryRun
from apps.control.run import Actor, Origin
from apps.kernel.errors import Refusal

JSON = "application/json"
ROOT = "/api/v1/"


class Declared(BasePermission):
    """The endpoint's own permission: in the key's scopes, and held by its user somewhere.

    Operations are judged again by the door, in their branch.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        endpoint = cast(Address, view).endpoint(request)
        client = cast(Client, request.user)
        if isinstance(endpoint, Read) and endpoint.permission is not None:
            _require_scope(client, endpoint.permission)
            if endpoint.permission not in client.rights:
                raise PermissionMissing(permission=endpoint.permission)
        return True


class Address(APIView):
    """One address with what can be done there, by method; made by `at` in bank/api.py."""

    permission_classes = [Declared]  # noqa: RUF012 - as DRF spells it
    endpoints: Mapping[str, Endpoint] = {}
    allowance: limits.Allowance | None = None

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Nothing else has a handler: no HEAD or OPTIONS that nobody has declared.
        self.http_method_names = [method.lower() for method in self.endpoints]

    def endpoint(self, request: Request) -> Endpoint:
        """Raises MethodNotAllowed for a method that nothing is declared for."""
        method = request.method or ""
        if method not in self.endpoints:
            allowed = ", ".join(self.allowed_methods)
            raise MethodNotAllowed(method=method[:20], allowed=allowed)
        return self.endpoints[method]

    @property
    def allowed_methods(self) -> list[str]:
        return sorted(self.endpoints)

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        self.allowance = limits.take(cast(Client, request.user).client)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance is not None:
            self.allowance.tell(final)
        final["Cache-Control"] = "no-store"
        return final

    def get(self, request: Request, **path: Any) -> HttpResponse:
        return self._answer(request, path)

    post = put = delete = get

    def _answer(self, request: Request, path: dict[str, Any]) -> HttpResponse:
        endpoint = self.endpoint(request)
        if isinstance(endpoint, Read):
            return _read(endpoint, request, path)
        return _Doing(endpoint, request, path).answer()


class Nowhere(Address):
    """Every address that is none; for whoever has a key, so that others learn nothing of it."""

    permission_classes = []  # noqa: RUF012 - as DRF spells it

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NoSuchAddress


# --- Reads --------------------------------------------------------------------------------------


def _read(read: Read, request: Request, path: Mapping[str, Any]) -> HttpResponse:
    client = cast(Client, request.user)
    given: dict[str, Any] = dict(path)
    query, limit, cursor = parameters.of_read(read, request.query_params)
    if read.query is not None:
        given["query"] = query
    if read.body is not None:
        body = parameters.body_of_read(read, _parsed(_body(request)))
        given["body"] = body
        if read.paged:
            limit, cursor = body.limit, body.cursor
    if read.paged:
        told = to_plain([path, query]) if read.body is None else to_plain(_unpaged(given["body"]))
        asked = {"asked": told}
        given["page"] = pages.slice_of(
            endpoint=read.name, asked=asked, limit=limit or pages.USUAL, cursor=cursor
        )
    ask = _ask(client, read.permission, _actor(request))
    return _fresh(request, _encoded(read.function(ask, **given)))


def _unpaged(body: Any) -> dict[str, Any]:
    """What a list is of, whatever page of it is asked for."""
    plain: dict[str, Any] = to_plain(body)
    return {name: one for name, one in plain.items() if name not in {"limit", "cursor"}}


def _ask(client: Client, permission: str | None, actor: Actor) -> Ask:
    if client.date is None:
        raise NotSetUp
    return Ask(
        user=client.pk,
        rights=client.rights,
        permission=permission,
        date=client.date,
        actor=actor,
    )


def _encoded(found: Any) -> bytes:
    return msgspec.json.encode(to_plain(found))


def etag(content: bytes) -> str:
    """A strong validator of exactly this content."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _fresh(request: Request, content: bytes) -> HttpResponse:
    """The content, or 304 for whoever has the same already."""
    tag = etag(content)
    if _names(request.headers.get("If-None-Match", ""), tag, weak=True):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(content, content_type=JSON)
    response["ETag"] = tag
    return response


def _names(given: str, tag: str, *, weak: bool = False) -> bool:
    """Does a list of entity tags have this one? A weak one counts only for reads."""
    listed = {one.strip() for one in given.split(",")}
    return "*" in listed or tag in listed or (weak and f"W/{tag}" in listed)


# --- Operations ---------------------------------------------------------------------------------


class _Doing:
    """One request for an operation, from its headers to its answer."""

    def __init__(self, does: Does, request: Request, path: dict[str, Any]) -> None:
        self.does = does
        self.operation = does.operation
        self.request = request
        self.path = path
        self.client = cast(Client, request.user)
        self.actor = _actor(request)
        self.key = request.headers.get("Idempotency-Key", "")
        # What the journal keeps of a request that does not reach the door.
        self.sent: Any = b""

    def answer(self) -> HttpResponse:
        dry, given = self._given()
        if dry:
            seen = door.preview(self.operation.name, given, actor=self.actor)
            return HttpResponse(_encoded(effects.told(seen, self.client)), content_type=JSON)
        if self.does.guarded is None:
            outcome = door.execute(self.operation.name, given, actor=self.actor, key=self.key)
        else:
            outcome = self._execute_guarded(given)
        return self._told(outcome, given)

    def _given(self) -> tuple[bool, dict[str, Any]]:
        """Whether it is a dry run, and the command's fields; a refusal is journalled here."""
        try:
            _require_scope(self.client, self.operation.permission)
            dry = parameters.query_of(DryRun, self.request.query_params).dry_run
            if not dry and not parameters.is_key(self.key):
                raise KeyMissing
            self.sent = _body(self.request)
            fields = parameters.fields_of(self.does, _parsed(self.sent), self.path)
            if self.does.guarded is not None and not (dry or "If-Match" in self.request.headers):
                raise PreconditionMissing
        except Refusal as refusal:
            self._journal(refusal)
            raise
        return dry, fields

    def _execute_guarded(self, given: dict[str, Any]) -> door.Outcome:
        """Compare the ETag inside the very transaction that changes what it is of."""
        guarded = self.does.guarded
        assert guarded is not None, "whoever calls has looked"
        picked = False
        ask = _ask(self.client, self.operation.permission, self.actor)

        def pick() -> tuple[Any, str]:
            nonlocal picked
            command = decode(self.operation.command, given)
            actor = self.actor
            if not journal.bound_to(origin=actor.origin, client=actor.key_scope, key=self.key):
                guarded.lock(**self.path)
                now = etag(_encoded(guarded.read.function(ask, **self.path)))
                if not _names(self.request.headers["If-Match"], now):
                    raise PreconditionFailed
            picked = True
            return command, self.key

        try:
            outcome = door.execute_next(self.operation.name, pick, actor=self.actor)
        except Refusal as refusal:
            # What was picked, the door has journalled.
            if not picked:
                self._journal(refusal)
            raise
        assert outcome is not None, "something was picked"
        return outcome

    def _told(self, outcome: door.Outcome, given: Mapping[str, Any]) -> HttpResponse:
        done = outcome.outcome == "done"
        content: dict[str, Any] = {"run": str(outcome.run_id), "outcome": outcome.outcome}
        content |= {"approval": outcome.approval_id, "result": outcome.result if done else None}
        status, place = 200, ""
        if not done:
            status, place = 202, f"approvals/{outcome.approval_id}"
        elif self.does.location:
            status, place = 201, self.does.location.format_map({**given, **(outcome.result or {})})
        response = HttpResponse(msgspec.json.encode(content), content_type=JSON, status=status)
        if place:
            response["Location"] = ROOT + place
        if outcome.replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    def _journal(self, refusal: Refusal) -> None:
        journal.record_refusal(
            operation=self.operation,
            given=self.sent or self.path,
            actor=self.actor,
            key=self.key,
            refusal=refusal,
        )


def _actor(request: Request) -> Actor:
    client = cast(Client, request.user)
    return Actor(
        user_id=client.pk,
        origin=Origin.API,
        client=client.client,
        address=request.META.get("REMOTE_ADDR", ""),
        request_id=getattr(request, "id", ""),
    )


def _require_scope(client: Client, permission: str) -> None:
    if permission not in client.scopes:
        raise ScopeMissing(permission=permission)


def _body(request: Request) -> bytes:
    """The bytes of the body, none where there is none. Raises BodyTooLarge, WrongMediaType."""
    plain = request._request
    body: bytes = plain.read(strict.MAX_BYTES + 1)
    if len(body) > strict.MAX_BYTES:
        raise BodyTooLarge(bytes=strict.MAX_BYTES)
    charset = plain.content_params.get("charset", "utf-8") if plain.content_params else "utf-8"
    if body and (plain.content_type != JSON or charset.lower() != "utf-8"):
        raise WrongMediaType
    return body


def _parsed(body: bytes) -> dict[str, Any]:
    """The object that a body is; an empty one where there is none. Raises BodyNotJson."""
    found = strict.parsed(body) if body else {}
    if not isinstance(found, dict):
        raise BodyNotJson(reason="not an object")
    return found
