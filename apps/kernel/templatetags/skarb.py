"""Tags and filters that every page may use: languages, icons, money, dates."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.kernel import formats, wording
from apps.kernel.models import Branch
from apps.kernel.text import Text

register = template.Library()


@register.simple_tag
def t(en: str, uk: str, **data: Any) -> str:
    """`{% t "English" "Українська" %}`: the one in the language of the request."""
    text = Text(uk=uk, en=en)
    return str(text.filled(data) if data else text)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Minor units as people write them, without the currency, which stands in the head."""
    if minor is None:
        return ""
    return formats.amount(minor, currency, _language())


@register.filter
def percent(rate: Decimal) -> str:
    """A rate in percent, without idle zeros."""
    return formats.percent(rate, _language())


@register.filter
def part_as_percent(part: Decimal) -> str:
    """A part of one as percent, to two decimals."""
    return formats.percent(round(100 * part, 2), _language())


@register.filter
def of(branch: int | None, branches: dict[int, Branch]) -> str:
    """The name of a branch, by its id, from branches that were read together."""
    found = branches.get(branch or 0)
    return str(Text(uk=found.name_uk, en=found.name_en)) if found else ""


@register.filter
def magnitude(minor: int) -> int:
    """Without its sign, where a column already says the side."""
    return abs(minor)


@register.filter
def negative(minor: int | None) -> SafeString:
    """The class of an amount below zero, which is red as well as signed."""
    return SafeString("negative" if minor is not None and minor < 0 else "")


@register.filter
def natural(minor: int, side: int) -> int:
    """A balance as the account's own side sees it."""
    return minor * side


@register.filter
def time_of_day(value: dt.datetime) -> str:
    """Hours and minutes in the bank's zone, where the day is known."""
    return f"{timezone.localtime(value):%H:%M}"


@register.filter
def grouped(number: str) -> str:
    """An account number in groups that people can compare."""
    return formats.account(number)


@register.filter
def day(value: dt.date | None) -> str:
    return formats.date(value, _language()) if value else ""


@register.filter
def moment(value: dt.datetime | None) -> str:
    """Date and time in the bank's zone."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{formats.date(local.date(), _language())} {local:%H:%M:%S}"


@register.filter
def kind(name: str) -> Text:
    """The kind of an entry as people call it."""
    return wording.kind(name)


def _language() -> str:
    return get_language() or "uk"
