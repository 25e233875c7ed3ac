"""The OpenAPI 3.1 document of the API, made from what its endpoints declare.

`document` is a pure function of the addresses and of the language of the request. It is complete:
each operation has its parameters, headers, schemas, scopes, examples, and every code of a refusal
that it may answer with, by status.
"""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from apps.control.rest import wording
from apps.control.rest.effects import Effect
from apps.control.rest.endpoints import Does, Endpoint, Read
from apps.control.rest.pages import USUAL, Cursor, Limit
from apps.control.rest.parameters import KEY
from apps.control.rest.problems import MEDIA_TYPE, TITLES, TYPES, Problem
from apps.control.rest.raising import Kind, refusals
from apps.control.rest.reasons import told
from apps.control.rest.schemas import PLACE, Schema, schemas_of, without
from apps.kernel.text import Text

JSON = "application/json"
_REQUEST_ID = "4f1d2c7e9a6b4c0f8e5d3b2a1c0f9e8d"
REQUEST_ID = "^[A-Za-z0-9._-]{8,64}$"
_EVERY = ("X-Request-ID", "RateLimit", "RateLimit-Policy")


@dataclass(frozen=True, slots=True)
class Place:
    """A method of an address, with the schemas of what stands in the address."""

    path: str
    method: str
    endpoint: Endpoint
    parameters: Mapping[str, Schema]


@dataclass(slots=True)
class _Types:
    """The schema of every type that the endpoints take and give."""

    kinds: list[Any] = field(default_factory=list)
    schemas: dict[str, Schema] = field(default_factory=dict)
    named: dict[str, Schema] = field(default_factory=dict)

    @classmethod
    def of(cls, kinds: Iterable[Any]) -> "_Types":
        unique = list({repr(kind): kind for kind in kinds}.values())
        schemas, named = schemas_of(unique)
        return cls(unique, dict(zip(map(repr, unique), schemas, strict=True)), named)

    def __getitem__(self, kind: Any) -> Schema:
        return dict(self.schemas[repr(kind)])

    def whole(self, kind: Any) -> Schema:
        """The schema of a struct itself, not a reference to it."""
        return self.named[self[kind]["$ref"].removeprefix(PLACE)]


def document(places: Sequence[Place], *, opening: Iterable[Kind]) -> dict[str, Any]:
    """The whole document; `opening` are the refusals of keys, which any answer may carry."""
    types = _Types.of(_kinds(places))
    opening = frozenset(opening)
    paths: dict[str, dict[str, Any]] = {}
    shared: dict[str, Any] = {}
    seen: set[Kind] = set()
    for place in places:
        kinds = refusals(place.endpoint) | opening
        seen |= kinds
        method = place.method.lower()
        made = _operation(place, types)
        made["responses"] |= _refused(kinds, shared)
        paths.setdefault(place.path, {})[method] = made
    tags = {place.endpoint.tag.name: place.endpoint.tag for place in places}
    whole = {
        "openapi": "3.1.1",
        "info": {
            "title": str(wording.TITLE),
            "version": "1",
            "description": str(wording.ABOUT),
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": tag.name, "description": str(tag.title)} for tag in tags.values()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(types.named.items())),
            "parameters": _shared_parameters(types),
            "responses": shared,
            "headers": _headers(),
            "examples": {
                kind.code: {"summary": kind.code, "value": msgspec.to_builtins(sample(kind))}
                for kind in sorted(seen, key=lambda one: one.code)
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": str(wording.KEY)}
            },
        },
    }
    # Plain lists, as whoever reads the JSON gets them.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return plain


def sample(kind: Kind) -> Problem:
    """A refusal as it may look, in the language of the request."""
    names = [name for _, name, _, _ in string.Formatter().parse(kind.sentence.en) if name]
    data = {name: wording.SAMPLES.get(name, "…") for name in names}
    reason = {"reason": str(told(str(data["reason"])))} if "reason" in data else {}
    return Problem(
        type=TYPES + kind.code,
        code=kind.code,
        title=str(TITLES[kind.status]),
        status=kind.status,
        detail=str(kind.sentence.filled(data | reason)),
        retryable=kind.retryable,
        request_id=_REQUEST_ID,
    )


def _kinds(places: Iterable[Place]) -> Iterable[Any]:
    """Every type that the document has to describe."""
    yield from (Problem, Effect, Limit, Cursor)
    for place in places:
        endpoint = place.endpoint
        if isinstance(endpoint, Does):
            yield endpoint.operation.command
            if endpoint.result is not None:
                yield endpoint.result
            continue
        yield endpoint.gives
        if endpoint.body is not None:
            yield endpoint.body
        if endpoint.query is not None:
            for one in msgspec.structs.fields(endpoint.query):
                yield one.type


# --- One operation ------------------------------------------------------------------------------


def _operation(place: Place, types: _Types) -> dict[str, Any]:
    endpoint = place.endpoint
    permission = endpoint.permission
    told = [endpoint.description]
    if permission is not None:
        told.append(str(wording.NEEDS.filled({"permission": permission})))
    made: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag.name],
        "summary": str(endpoint.summary),
        "description": "\n\n".join(filter(None, told)),
        "security": [{"key": [permission] if permission else []}],
        "parameters": _parameters(place, types),
    }
    body = _body(place, types)
    if body is not None:
        made["requestBody"] = body
    if isinstance(endpoint, Does):
        made["responses"] = _done(endpoint, types)
    else:
        made["responses"] = _given(endpoint, types)
    return made


def _parameters(place: Place, types: _Types) -> list[dict[str, Any]]:
    endpoint = place.endpoint
    found = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in place.parameters.items()
    ]
    if isinstance(endpoint, Does):
        names = ["dry_run", "Idempotency-Key", *(["If-Match"] if endpoint.guarded else [])]
    else:
        found += _query(endpoint, types)
        paged = endpoint.paged and endpoint.body is None
        names = [*(["limit", "cursor"] if paged else []), "If-None-Match"]
    names += ["Accept-Language", "X-Request-ID"]
    return found + [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _shared_parameters(types: _Types) -> dict[str, Any]:
    """What many endpoints ask for, by name."""
    tag = {"type": "string"}
    return {
        one["name"]: one
        for one in (
            _asked("dry_run", "query", {"type": "boolean", "default": False}),
            _asked("limit", "query", types[Limit] | {"default": USUAL}),
            _asked("cursor", "query", types[Cursor]),
            _asked("Idempotency-Key", "header", {"type": "string", "pattern": KEY}, required=True),
            _asked("If-Match", "header", tag, required=True),
            _asked("If-None-Match", "header", tag),
            _asked("Accept-Language", "header", {"type": "string", "examples": ["uk", "en"]}),
            _asked("X-Request-ID", "header", {"type": "string", "pattern": REQUEST_ID}),
        )
    }


def _query(read: Read, types: _Types) -> list[dict[str, Any]]:
    found = []
    if read.query is not None:
        for one in msgspec.structs.fields(read.query):
            schema = types[one.type]
            if isinstance(schema.get("anyOf"), list):
                # Null cannot be written in an address: the parameter is left out.
                given = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
                schema = given[0] if len(given) == 1 else schema | {"anyOf": given}
            if not one.required and one.default not in (None, msgspec.NODEFAULT):
                schema |= {"default": msgspec.to_builtins(one.default)}
            found.append(
                {"name": one.encode_name, "in": "query", "required": one.required, "schema": schema}
            )
    return found


def _asked(name: str, where: str, schema: Schema, **more: Any) -> dict[str, Any]:
    told = {"name": name, "in": where, "description": str(wording.ASKED[name])}
    return told | {"required": False, **more, "schema": schema}


def _body(place: Place, types: _Types) -> dict[str, Any] | None:
    endpoint = place.endpoint
    example: Mapping[str, Any] | None
    if isinstance(endpoint, Does):
        whole = without(types.whole(endpoint.operation.command), place.parameters)
        schema = whole if place.parameters else types[endpoint.operation.command]
        example = endpoint.example
    elif endpoint.body is not None:
        whole, schema, example = types.whole(endpoint.body), types[endpoint.body], endpoint.sample
    else:
        return None
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = dict(example)
    return {"required": "required" in whole, "content": {JSON: content}}


# --- Answers ------------------------------------------------------------------------------------


def _given(read: Read, types: _Types) -> dict[str, Any]:
    content = {"schema": types[read.gives], "example": read.example}
    return {
        "200": _answer(200, {JSON: content}, "ETag"),
        "304": _answer(304, None, "ETag"),
    }


def _done(does: Does, types: _Types) -> dict[str, Any]:
    result = types[does.result] if does.result is not None else {"type": "null"}
    done = _outcome({"const": "done"}, {"type": "null"}, result)
    waiting = {"enum": ["parked", "returned", "declined", "withdrawn", "expired"]}
    parked = _outcome(waiting, {"type": "integer"}, {"type": "null"})
    run = "0199c0de-5d3a-7c51-8a36-2f6f7b1f0a11"
    example = {"run": run, "outcome": "done", "approval": None, "result": does.gives}
    later = {"run": run, "outcome": "parked", "approval": 12, "result": None}
    dry = {"schema": {"$ref": PLACE + "Effect"}}
    answer = {"schema": done, "example": example}
    found: dict[str, Any] = {}
    if does.location:
        found["200"] = _answer(200, {JSON: dry})
        found["200"]["description"] = str(wording.DRY)
        found["201"] = _answer(201, {JSON: answer}, "Location", "Idempotency-Replayed")
    else:
        either = {"schema": {"anyOf": [done, dry["schema"]]}, "example": example}
        found["200"] = _answer(200, {JSON: either}, "Idempotency-Replayed")
        found["200"]["description"] += f"; {wording.DRY}"
    found["202"] = _answer(
        202, {JSON: {"schema": parked, "example": later}}, "Location", "Idempotency-Replayed"
    )
    return found


def _outcome(outcome: Schema, approval: Schema, result: Schema) -> Schema:
    """What an operation answers; the run is its line of the journal."""
    members = {
        "run": {"type": "string", "format": "uuid"},
        "outcome": outcome,
        # Who agreed, where somebody had to.
        "approval": {"anyOf": [{"type": "integer"}, {"type": "null"}]}
        if approval == {"type": "null"}
        else approval,
        "result": result,
    }
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _refused(kinds: frozenset[Kind], shared: dict[str, Any]) -> dict[str, Any]:
    """The refusals by status, each code with an example; what is alike is kept once in `shared`."""
    found: dict[str, Any] = {}
    for status in sorted({kind.status for kind in kinds}):
        codes = sorted(kind.code for kind in kinds if kind.status == status)
        headers = ["Retry-After"] if any(k.retryable for k in kinds if k.status == status) else []
        headers += ["WWW-Authenticate"] if status == 401 else []
        schema = {
            "allOf": [
                {"$ref": PLACE + "Problem"},
                {"properties": {"code": {"enum": codes}, "status": {"const": status}}},
            ]
        }
        examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
        content = {MEDIA_TYPE: {"schema": schema, "examples": examples}}
        answer = _answer(status, content, *headers)
        alike = [name for name, one in shared.items() if one == answer]
        name = alike[0] if alike else f"{status}.{len(shared) + 1}"
        shared.setdefault(name, answer)
        found[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return found


def _answer(status: int, content: dict[str, Any] | None, *headers: str) -> dict[str, Any]:
    words: Text = wording.ANSWERS.get(status) or TITLES[status]
    made: dict[str, Any] = {"description": str(words)}
    made["headers"] = {
        name: {"$ref": f"#/components/headers/{name}"} for name in (*_EVERY, *headers)
    }
    if content is not None:
        made["content"] = content
    return made


def _headers() -> dict[str, Any]:
    whole = {"Retry-After"}
    return {
        name: {
            "description": str(words),
            "schema": {"type": "integer", "minimum": 0} if name in whole else {"type": "string"},
        }
        for name, words in wording.TOLD.items()
    }
