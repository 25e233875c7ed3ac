"""The OpenAPI document: whole, valid, and true of what the endpoints declare, in both languages."""

import json
import re
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from apps.control.rest.endpoints import Does, Read
from apps.control.rest.openapi import Place
from bank.document import description, places
from tests.api.callers import Caller

PLACES = places()


def named(place: Place) -> str:
    return f"{place.method} {place.path}"


def operation(place: Place, language: str = "en") -> dict[str, Any]:
    found: dict[str, Any] = description(language)["paths"][place.path][place.method.lower()]
    return found


@cache
def registry() -> Any:
    """The document, known by a name, for the references of its schemas."""
    whole = Resource.from_contents(description("en"), default_specification=DRAFT202012)
    return Registry().with_resource("urn:api", whole)


def hold(schema: dict[str, Any], value: Any) -> None:
    """The value is what the schema says, formats included."""
    absolute = json.loads(json.dumps(schema).replace('"#/components', '"urn:api#/components'))
    judge = Draft202012Validator(absolute, registry=registry(), format_checker=FormatChecker())
    assert list(judge.iter_errors(value)) == []


def followed(given: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    if "$ref" not in given:
        return given
    found: Any = description("en")
    for part in given["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found


@pytest.mark.parametrize("language", ["uk", "en"])
def test_the_document_is_openapi(language: str) -> None:
    OpenAPIV31SpecValidator(description(language)).validate()


def test_every_address_is_in_it() -> None:
    paths = description("en")["paths"]
    assert len(PLACES) > 100
    assert {(p.path, p.method.lower()) for p in PLACES} == {
        (path, method) for path, methods in paths.items() for method in methods
    }
    names = [operation(place)["operationId"] for place in PLACES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("place", PLACES, ids=named)
def test_an_endpoint_is_described_whole(place: Place) -> None:
    endpoint, told = place.endpoint, operation(place)
    scopes = [endpoint.permission] if endpoint.permission else []
    assert told["security"] == [{"key": scopes}]
    assert told["summary"] != operation(place, "uk")["summary"]
    assert re.search("[а-яіїє]", operation(place, "uk")["summary"])
    assert told["description"]
    asked = {followed(one)["name"] for one in told["parameters"]}
    assert set(place.parameters) <= asked
    assert {"Accept-Language", "X-Request-ID"} <= asked
    assert ({"Idempotency-Key", "dry_run"} <= asked) == isinstance(endpoint, Does)
    statuses = set(told["responses"])
    assert {"400", "401", "406", "429", "500", "503"} <= statuses
    assert ("202" in statuses) == isinstance(endpoint, Does)
    assert ("304" in statuses) == isinstance(endpoint, Read)


@pytest.mark.parametrize("place", PLACES, ids=named)
def test_examples_are_what_the_schemas_say(place: Place) -> None:
    told = operation(place)
    if "requestBody" in told:
        media = told["requestBody"]["content"]["application/json"]
        hold(media["schema"], media.get("example", {}))
    for answer in map(followed, told["responses"].values()):
        for media in answer.get("content", {}).values():
            if "example" in media:
                hold(media["schema"], media["example"])
            for example in media.get("examples", {}).values():
                hold(media["schema"], followed(example)["value"])


def test_the_document_is_read_with_any_key(caller: Caller) -> None:
    english = caller.get("openapi.json")
    ukrainian = caller.get("openapi.json", Accept_Language="uk")

    assert english.json() == description("en")
    assert ukrainian.json() == description("uk")
    caller.get("openapi.json", If_None_Match=english["ETag"], status=304)
    Caller("none").get("openapi.json", status=401)
