"""JSON as the API takes it: what two readers could understand in two ways is refused.

No duplicate names, no numbers with a fraction, no NaN, no broken UTF-8, no lone surrogates; and
bounds on size, depth and whole numbers, judged before anything is built of it.
"""

import json
import re
from typing import Any, NoReturn

from apps.control.errors import BodyNotJson

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_INTEGER = 2**63 - 1
# A string, also one that never ends: so that the search goes over the text just once.
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def parsed(body: bytes) -> Any:
    """The value of a body in plain types. Raises BodyNotJson."""
    assert len(body) <= MAX_BYTES, "whoever read it has measured it"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("not UTF-8")
    if _depth(text) > MAX_DEPTH:
        _refuse(f"deeper than {MAX_DEPTH} levels")
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        _refuse(f"{error.msg}, line {error.lineno}, column {error.colno}")


def require_text(value: str) -> str:
    """The same text. Raises BodyNotJson for one that no UTF-8 and no column can hold."""
    if "\x00" in value or _SURROGATES.search(value):
        _refuse("a character that no text may hold")
    return value


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub("", text)):
        if bracket[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            _refuse(f"the name “{require_text(name)[:40]}” twice in one object")
        made[require_text(name)] = value
        _require_texts(value)
    return made


def _require_texts(value: Any) -> None:
    """Texts in an object and in its lists; objects in them have been judged as they were made."""
    if isinstance(value, str):
        require_text(value)
    elif isinstance(value, list):
        for one in value:
            _require_texts(one)


def _whole(digits: str) -> int:
    # Longer digits than these are not even read: that would take the square of their time.
    if len(digits) > 20 or abs(int(digits)) > MAX_INTEGER:
        _refuse("a number too large")
    if digits == "-0":
        _refuse("minus zero")
    return int(digits)


def _fraction(digits: str) -> NoReturn:
    _refuse("a number with a fraction or exponent; amounts and rates are texts")


def _constant(name: str) -> NoReturn:
    _refuse(f"{name} is no number")


def _refuse(reason: str) -> NoReturn:
    raise BodyNotJson(reason=reason)
