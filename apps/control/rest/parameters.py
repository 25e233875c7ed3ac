"""What a request gives beside its path, judged field by field before anybody acts on it."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from django.http import QueryDict
from msgspec import inspect

from apps.control.commands import money_of
from apps.control.errors import BadParameter, MalformedCommand
from apps.control.rest.endpoints import Asked, Does, Read
from apps.control.rest.pages import Cursor, Limit
from apps.kernel.errors import Refusal
from apps.kernel.money import Money

A = TypeVar("A", bound=Asked)

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
# A decimal as people write it: no exponent, no sign but a minus, no digits of other scripts.
DECIMAL = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?$"
_DECIMAL = re.compile(DECIMAL.replace("$", r"\Z"), re.ASCII)
KEY = r"^[!-~]{1,200}$"
# What a decoder says of a member, whatever its name: also one of several lines.
_NAMED = re.compile(r"Object (missing required|contains unknown) field `(.*)`", re.DOTALL)
_KEY = re.compile(KEY.replace("$", r"\Z"), re.ASCII)


class DryRun(Asked, frozen=True, kw_only=True):
    """Whether only to tell what would happen."""

    dry_run: bool = False


class PageAsked(Asked, frozen=True, kw_only=True):
    """Which part of a list."""

    limit: Limit | None = None
    cursor: Cursor | None = None


class PagedBody(Asked, frozen=True, kw_only=True):
    """Base of what a list takes in its body, as it would tell too much in an address."""

    limit: Limit = 50
    cursor: Cursor | None = None


def is_key(given: str) -> bool:
    """An idempotency key: 1 to 200 characters of ASCII that can be seen."""
    return _KEY.fullmatch(given) is not None


def query_of(kind: type[A], given: QueryDict) -> A:
    """The parameters of an address. Raises BadParameter for what is unknown, double or unfit."""
    return _converted(kind, _singles(given))


def of_read(read: Read, given: QueryDict) -> tuple[Asked | None, int | None, str | None]:
    """The query of a read, its limit and its cursor. Raises BadParameter."""
    singles = _singles(given)
    paging: dict[str, str] = {
        name: singles.pop(name)
        for name in list(singles)
        if read.paged and read.body is None and name in {"limit", "cursor"}
    }
    page = _converted(PageAsked, paging)
    return _converted(read.query or Asked, singles), page.limit, page.cursor


def body_of_read(read: Read, given: Mapping[str, Any]) -> Any:
    """The body of a read. Raises MalformedCommand."""
    assert read.body is not None, "whoever asks has looked"
    _require_exact(inspect.type_info(read.body), given, "")
    try:
        return msgspec.convert(given, read.body)
    except msgspec.ValidationError as error:
        reason, pointer = _place(error)
        raise MalformedCommand(pointer=pointer, reason=reason) from None


def fields_of(does: Does, body: Mapping[str, Any], path: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a command from a body and a path. Raises MalformedCommand."""
    for name in path:
        if name in body:
            raise _unknown(name)
    command = msgspec.structs.fields(does.operation.command)
    fields = {**body, **path}
    for name in sorted(fields.keys() - {field.name for field in command}):
        raise _unknown(name)
    for field in command:
        if field.required and field.name not in fields:
            reason = f"Object missing required field `{field.name}`"
            raise MalformedCommand(pointer=_pointer(field.name), reason=reason)
    _require_exact(inspect.type_info(does.operation.command), body, "")
    return fields


def _singles(given: QueryDict) -> dict[str, str]:
    found = {}
    for name, values in given.lists():
        if len(values) > 1:
            raise BadParameter(parameter=_short(name), reason="given twice")
        if "\x00" in name + values[0]:
            raise BadParameter(parameter=_short(name), reason="a character that no text may hold")
        found[name] = values[0]
    return found


def _converted(kind: type[A], given: Mapping[str, str]) -> A:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    plain: dict[str, Any] = {}
    for name, text in given.items():
        if name not in fields:
            raise BadParameter(parameter=_short(name), reason="unknown")
        plain[name] = _plain(fields[name].type, text)
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        reason, pointer = _place(error)
        raise BadParameter(parameter=pointer.strip("/"), reason=reason) from None


def _plain(kind: Any, text: str) -> Any:
    """A text as the plain type that a field wants, where it is one; else the text itself."""
    described = inspect.type_info(kind)
    types = described.types if isinstance(described, inspect.UnionType) else (described,)
    if any(isinstance(one, inspect.IntType) for one in types) and _WHOLE.fullmatch(text):
        return int(text)
    if any(isinstance(one, inspect.BoolType) for one in types) and text in {"true", "false"}:
        return text == "true"
    return text


def _place(error: msgspec.ValidationError) -> tuple[str, str]:
    """The reason of a decoder and the JSON Pointer of the place that it speaks of."""
    reason, _, place = str(error).partition(" - at `$")
    pointer = place.rstrip("`").replace(".", "/").replace("[", "/").replace("]", "")
    named = _NAMED.fullmatch(reason)
    if named is None:
        return reason, pointer or "/"
    name = _short(named[2])
    return f"Object {named[1]} field `{name}`", pointer + _pointer(name)


def _require_exact(kind: inspect.Type, value: Any, pointer: str) -> None:
    """Judge amounts and decimals where they stand, so that a refusal can tell the place.

    Decimals come as plain texts: the decoder would also take 1_0, 1e5, NaN and １.
    """
    match kind:
        case inspect.DecimalType():
            if not (isinstance(value, str) and _DECIMAL.fullmatch(value)):
                raise MalformedCommand(pointer=pointer, reason="Expected a decimal as text")
        case inspect.CustomType(cls=cls) if cls is Money:
            try:
                money_of(value)
            except Refusal as refusal:
                refusal.data["pointer"] = pointer
                raise
        case inspect.StructType(fields=fields, array_like=False) if isinstance(value, dict):
            for field in fields:
                if field.encode_name in value:
                    name = field.encode_name
                    _require_exact(field.type, value[name], pointer + _pointer(name))
        case inspect.VarTupleType(item_type=item) if isinstance(value, list):
            for place, one in enumerate(value):
                _require_exact(item, one, f"{pointer}/{place}")
        case inspect.UnionType(types=types) if value is not None:
            for one in types:
                if isinstance(one, inspect.DecimalType | inspect.CustomType):
                    _require_exact(one, value, pointer)


def _unknown(name: str) -> MalformedCommand:
    reason = f"Object contains unknown field `{_short(name)}`"
    return MalformedCommand(pointer=_pointer(_short(name)), reason=reason)


def _pointer(name: str) -> str:
    """The JSON Pointer of a member, as RFC 6901 writes it."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _short(name: str) -> str:
    return name[:40].encode("utf-8", "replace").decode()
