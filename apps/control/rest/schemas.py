"""Types of commands, results and reads as schemas of JSON Schema 2020-12."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.db.models import Choices

from apps.control.commands import Secret
from apps.control.rest.parameters import DECIMAL
from apps.control.rest.strict import MAX_INTEGER
from apps.kernel.currencies import CURRENCIES
from apps.kernel.money import Money

Schema = dict[str, Any]
PLACE = "#/components/schemas/"
_MONEY: Mapping[str, Any] = {
    "title": "Money",
    "description": "An amount in major units, exact, with at most the decimals of its currency.",
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,3})?$"},
        "currency": {"type": "string", "enum": list(CURRENCIES)},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}


def schemas_of(kinds: Iterable[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """The schema of each type, and the named ones that they refer to."""
    given, named = msgspec.json.schema_components(
        kinds, schema_hook=_of_ours, ref_template=PLACE + "{name}"
    )
    named = {**named, "Money": dict(_MONEY)}
    return [_exact(one) for one in given], {name: _exact(one) for name, one in named.items()}


def without(schema: Schema, names: Iterable[str]) -> Schema:
    """An object's schema without some of its members: they stand in the address."""
    left = dict(schema)
    hidden = set(names)
    left["properties"] = {
        name: one for name, one in schema.get("properties", {}).items() if name not in hidden
    }
    left["required"] = [name for name in schema.get("required", []) if name not in hidden]
    if not left["required"]:
        del left["required"]
    return left


def _of_ours(kind: type) -> Schema:
    if kind is Money:
        return {"$ref": PLACE + "Money"}
    if kind is Secret:
        return {"type": "string", "writeOnly": True}
    if issubclass(kind, Choices):
        # The decoder does not know them; who reads them has turned them into texts.
        return {"enum": list(kind.values)}
    raise NotImplementedError(f"{kind.__name__} has no schema")


def _exact(schema: Any) -> Any:
    """The same with what the API also holds its callers to: bounds of numbers, plain decimals."""
    if isinstance(schema, list):
        return [_exact(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _exact(one) for name, one in schema.items()}
    if made.get("type") == "integer":
        made.setdefault("format", "int64")
        if not {"minimum", "exclusiveMinimum"} & made.keys():
            made["minimum"] = -MAX_INTEGER
        if not {"maximum", "exclusiveMaximum"} & made.keys():
            made["maximum"] = MAX_INTEGER
    if made.get("format") == "decimal":
        made["pattern"] = DECIMAL
    if isinstance(made.get("pattern"), str):
        # Python's end of a text is not that of JSON Schema, where `$` already means no other.
        made["pattern"] = made["pattern"].replace(r"\Z", "$")
    if isinstance(made.get("description"), str):
        made["description"] = " ".join(made["description"].split())
    return made
