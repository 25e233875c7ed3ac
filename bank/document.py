"""The OpenAPI document over all addresses: where programs read it, and for the page of people."""

import re
from functools import cache
from typing import Any

from django.utils import translation

from apps.access.errors import KeyEnded, KeyNotFromHere, NoGoodKey
from apps.control.api import BANK
from apps.control.rest import openapi
from apps.control.rest.endpoints import Ask, reads
from apps.control.rest.openapi import Place
from apps.kernel.text import Text

# Refusals of a key, which any answer may carry.
OPENING = (NoGoodKey, KeyEnded, KeyNotFromHere)
_UUID = {"type": "string", "format": "uuid"}


@reads(
    "control.document",
    permission=None,
    tag=BANK,
    summary=Text(uk="Цей опис API", en="This description of the API"),
    example={"openapi": "3.1.1"},
)
def document(ask: Ask) -> dict[str, Any]:
    """The API in OpenAPI 3.1, in the language of the request. Any key may read it."""
    return description(translation.get_language() or "uk")


@cache
def description(language: str) -> dict[str, Any]:
    """The document in a language; made once, as addresses are constants."""
    with translation.override(language):
        return openapi.document(places(), opening=OPENING)


def places() -> list[Place]:
    """Every method of every address, in the order in which bank/api.py lists them."""
    # Not at import: the list itself names `document`.
    from bank.api import urlpatterns

    found = []
    for pattern in urlpatterns:
        declared = pattern.callback.view_initkwargs.get("endpoints", {})
        converters = pattern.pattern.converters
        schemas = {name: getattr(one, "schema", _UUID) for name, one in converters.items()}
        address = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        found += [Place(address, method, one, schemas) for method, one in declared.items()]
    return found
