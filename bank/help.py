"""The API for people: pages made from its document, which work without any network.

They tell what the document tells, chapter by chapter and endpoint by endpoint, in the person's
language; whoever may give keys may read them, and take the document along.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from apps.control.screens import Crumb, Screen
from apps.kernel.text import Text
from bank.document import description

Schema = dict[str, Any]
READING = "access.manage_api_keys"
_TITLE = Text(uk="API для програм", en="The API for programs")
# How far schemas are unfolded: results hold lists of objects, and these again.
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the document, as the pages show it."""

    method: str
    address: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.told["operationId"])

    @property
    def page(self) -> str:
        return reverse("api_endpoint", args=[self.name])

    @property
    def summary(self) -> str:
        return str(self.told["summary"])

    @property
    def scope(self) -> str:
        """The permission that it needs; empty where any key will do."""
        (scopes,) = (one["key"] for one in self.told["security"])
        return scopes[0] if scopes else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter, or a member of a body or of an answer, at some depth."""

    name: str
    kind: str
    required: bool
    words: str = ""
    where: str = ""


class Api(Screen):
    """All endpoints, by chapter."""

    permission = READING
    title = _TITLE
    template_name = "help/api.html"

    def get(self, request: Any) -> HttpResponse:
        told = _document()
        chapters = [
            {
                "title": tag["description"],
                "endpoints": [one for one in _endpoints() if tag["name"] in one.told["tags"]],
            }
            for tag in told["tags"]
        ]
        opening, *points = told["info"]["description"].replace("\n\n", "\n").split("\n")
        points = [point.removeprefix("- ").replace("`", "") for point in points]
        return self.show({"opening": opening, "points": points, "chapters": chapters})


class ApiEndpoint(Screen):
    """One endpoint: what it takes, what it answers, and how it refuses."""

    permission = READING
    title = _TITLE
    template_name = "help/api_endpoint.html"

    def crumbs(self) -> list[Crumb]:
        return [(reverse("api_help"), str(_TITLE))]

    def get(self, request: Any, name: str) -> HttpResponse:
        found = next((one for one in _endpoints() if one.name == name), None)
        if found is None:
            raise Http404
        media = found.told.get("requestBody", {}).get("content", {}).get("application/json")
        answers = [
            (status, _followed(answer)) for status, answer in found.told["responses"].items()
        ]
        return self.show(
            {
                "title": found.summary,
                "endpoint": found,
                "description": found.told["description"].split("\n\n")[0],
                "parameters": [_parameter(_followed(one)) for one in found.told["parameters"]],
                "body": list(_members(media["schema"])) if media else None,
                "sent": _pretty(media.get("example", {})) if media else "",
                "given": [_answer(status, one) for status, one in answers if status < "400"],
                "refusals": [
                    (status, _followed(example)["value"])
                    for status, one in answers
                    if status >= "400"
                    for example in one["content"]["application/problem+json"]["examples"].values()
                ],
            }
        )


class ApiDocument(Screen):
    """The document itself, for tools that read OpenAPI."""

    permission = READING
    title = _TITLE

    def get(self, request: Any) -> HttpResponse:
        text = json.dumps(_document(), ensure_ascii=False, indent=1)
        name = {"Content-Disposition": 'attachment; filename="skarb-openapi.json"'}
        return HttpResponse(text, content_type="application/json", headers=name)


def _document() -> dict[str, Any]:
    return description(get_language() or "uk")


def _endpoints() -> Iterator[Endpoint]:
    for address, methods in _document()["paths"].items():
        for method, told in methods.items():
            yield Endpoint(method.upper(), address, told)


def _followed(given: Schema) -> Schema:
    """What a reference leads to."""
    if "$ref" not in given:
        return given
    found: Any = _document()
    for part in given["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _parameter(told: Schema) -> Line:
    return Line(
        name=told["name"],
        kind=_kind(told["schema"]),
        required=told.get("required", False),
        words=told.get("description", ""),
        where=told["in"],
    )


def _answer(status: str, told: Schema) -> dict[str, Any]:
    media = told.get("content", {}).get("application/json", {})
    example = media.get("example")
    return {
        "status": status,
        "words": told["description"],
        "members": list(_members(media.get("schema", {}))),
        "example": _pretty(example) if example is not None else "",
    }


def _members(schema: Schema, *, above: str = "", depth: int = 0) -> Iterator[Line]:
    """The members of an object and of what is in it, by paths such as `items[].amount`."""
    schema = _shape(schema)
    if schema.get("type") == "array":
        yield from _members(schema.get("items") or {}, above=f"{above}[]", depth=depth)
        return
    for name, one in schema.get("properties", {}).items():
        place = f"{above}.{name}" if above else name
        words = one.get("description") or _followed(_shape(one)).get("description", "")
        yield Line(place, _kind(one), name in schema.get("required", ()), words)
        if depth < _DEPTH:
            yield from _members(one, above=place, depth=depth + 1)


def _shape(schema: Schema) -> Schema:
    """The object or list that a schema is of, where it may also be null or an effect."""
    schema = _followed(schema)
    for one in schema.get("anyOf", []):
        if one != {"type": "null"}:
            return _followed(one)
    return schema


def _kind(schema: Schema) -> str:
    """A type in a few words, the same in both languages."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items') or {})}]"
    kind = str(schema.get("type", "any"))
    shown = schema.get("format") or kind
    return kind if shown == "int64" else shown


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
