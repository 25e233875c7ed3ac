"""Values of rows as people read them, in the language of the request."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language

from apps.kernel import formats
from apps.kernel.text import Text

NOTHING = "—"
_YES, _NO = Text(uk="так", en="yes"), Text(uk="ні", en="no")


def shown(value: Any, *, currency: str = "") -> str:
    """`currency`: of an amount in minor units; without it a whole number is a number."""
    language = get_language() or "uk"
    match value:
        case None | "":
            return NOTHING
        case bool():
            return str(_YES if value else _NO)
        case int() if currency:
            return f"{formats.amount(value, currency, language)} {currency}"
        case dt.datetime():
            local = timezone.localtime(value)
            return f"{formats.date(local.date(), language)} {local:%H:%M:%S}"
        case dt.date():
            return formats.date(value, language)
        case Model():
            return called(value)
        case Mapping():
            text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
            return format_html('<pre class="json" tabindex="0">{}</pre>', text)
        case [Mapping(), *_]:
            text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
            return format_html('<pre class="json" tabindex="0">{}</pre>', text)
        case list() | tuple():
            return ", ".join(str(one) for one in value) or NOTHING
    return str(value)


def called(row: Model) -> str:
    """What a row is called: by its name in the language, where it has one in both."""
    uk, en = getattr(row, "name_uk", None), getattr(row, "name_en", None)
    if uk is None or en is None:
        return str(row)
    code = getattr(row, "code", "")
    return f"{code} {Text(uk=uk, en=en)}".strip()
