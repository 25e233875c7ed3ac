"""What decoders say of a value, in Ukrainian: they speak English alone."""

import re
from collections.abc import Callable, Sequence

from apps.kernel.text import Text

_TYPES = {
    "str": "текст",
    "int": "ціле число",
    "bool": "true або false",
    "float": "число",
    "array": "перелік",
    "object": "об’єкт",
    "null": "null",
    "date": "дату",
    "datetime": "момент",
    "decimal": "десятковий дріб у тексті",
    "uuid": "UUID",
}
_Said = Callable[[re.Match[str]], str]


def _types(given: str) -> str:
    """`int | null` as people say it."""
    return " або ".join(_TYPES.get(one, one) for one in given.replace("`", "").split(" | "))


_REASONS: Sequence[tuple[str, _Said]] = (
    (r"Expected `(.+)`, got `(.+)`", lambda m: f"треба {_types(m[1])}, а не {_types(m[2])}"),
    (r"Object missing required field `(.+)`", lambda m: f"немає обов’язкового поля «{m[1]}»"),
    (r"Object contains unknown field `(.+)`", lambda m: f"поля «{m[1]}» тут немає"),
    (r"Expected `(.+)` of length (\W+) (\d+)", lambda m: f"довжина має бути {m[2]} {m[3]}"),
    (r"Expected `(.+)` matching regex .+", lambda m: "текст не того вигляду"),
    (r"Expected `(.+)` (\W+) (-?\d+)", lambda m: f"має бути {m[2]} {m[3]}"),
    (r"Expected `datetime` with a timezone component", lambda m: "потрібен часовий пояс"),
    (r"Invalid RFC3339 encoded (.+)", lambda m: f"треба {_types(m[1])} за RFC 3339"),
    (r"Invalid enum value (.+)", lambda m: f"значення {m[1]} тут немає"),
    (r"Invalid UUID", lambda m: "треба UUID"),
    (r"Expected a decimal as text", lambda m: "треба десятковий дріб у тексті, як «9.25»"),
    (r"not UTF-8", lambda m: "кодування не UTF-8"),
    (r"not an object", lambda m: "треба об’єкт"),
    (r"deeper than (\d+) levels", lambda m: f"глибше за {m[1]} рівнів"),
    (r"the name “(.*)” twice in one object", lambda m: f"ім’я «{m[1]}» двічі в одному об’єкті"),
    (r"a character that no text may hold", lambda m: "знак, якого не може бути в тексті"),
    (r"a number too large", lambda m: "завелике число"),
    (r"minus zero", lambda m: "мінус нуль"),
    (
        r"a number with a fraction or exponent; amounts and rates are texts",
        lambda m: "дробове число; суми та ставки є текстами",
    ),
    (r"(\S+) is no number", lambda m: f"{m[1]} не є числом"),
    (r".+, line (\d+), column (\d+)", lambda m: f"помилка в рядку {m[1]}, знак {m[2]}"),
    (r"later than the open date", lambda m: "пізніше за відкритий день"),
    (r"earlier than the open date", lambda m: "раніше за відкритий день"),
    (r"more than a century from now", lambda m: "більше ніж століття наперед"),
    (r"more than two years", lambda m: "більше ніж два роки"),
    (r"name one of your branches", lambda m: "назвіть одне зі своїх відділень"),
    (r"given twice", lambda m: "вказано двічі"),
    (r"unknown", lambda m: "такого тут немає"),
    (r"too many", lambda m: "завелика кількість"),
)
_KNOWN = [(re.compile(pattern, re.DOTALL), said) for pattern, said in _REASONS]


def told(reason: str) -> Text:
    """A decoder's reason in both languages; one that is not known stays as it is."""
    for pattern, said in _KNOWN:
        found = pattern.fullmatch(reason)
        if found is not None:
            return Text(uk=said(found), en=reason)
    return Text(uk=reason, en=reason)
