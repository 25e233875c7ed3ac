"""Forms and their fields for what a bank asks people: amounts, dates, live checks."""

import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.functional import lazystr

from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.text import Text

# What people type between thousands: blanks, no-break blanks, apostrophes.
_GROUPS = re.compile("(?<=[0-9])[ \u00a0\u202f'](?=[0-9]{3})")


def said(uk: str, en: str) -> str:
    """A label or hint that speaks the language of each request."""
    return cast(str, lazystr(Text(uk=uk, en=en)))


class DescribedField(BoundField):
    """A field on a page: its hint and the slot of its message describe it, from the beginning."""

    @property
    def aria_describedby(self) -> str:
        hint = f"hint_{self.html_name} " if self.help_text else ""
        return f"{hint}msg_{self.html_name}"


class Form(forms.Form):
    """A form whose `live` fields are checked by the server as soon as the person leaves them.

    The check answers into the message's slot alone: the field itself is never swapped.
    """

    bound_field_class = DescribedField
    live: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.let_live(self.live)

    def let_live(self, names: Iterable[str]) -> None:
        """Check these fields live; for a form that makes fields of its own."""
        for name in names:
            self.fields[name].widget.attrs |= {
                "hx-post": "",
                "hx-trigger": "change",
                "hx-swap": "none",
                "hx-sync": "this:replace",
                "hx-vals": f'{{"stage": "check", "field": "{name}"}}',
            }


class AmountField(forms.Field):
    """An amount in one currency; a comma is a decimal point, blanks part thousands.

    Everything else that Money.parse refuses is refused here, in its words.
    """

    widget = forms.TextInput

    def __init__(self, *, currency: str = "UAH", may_be_zero: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.currency = currency
        self.may_be_zero = may_be_zero

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            "inputmode": "decimal",
            "autocomplete": "off",
            "class": "amount",
            "maxlength": 24,
        }

    def to_python(self, value: Any) -> Money | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Money):
            return value
        text = _GROUPS.sub("", str(value).strip()).replace(",", ".")
        try:
            amount = Money.parse(text, self.currency)
        except Refusal as refusal:
            raise ValidationError(str(refusal.text), code=refusal.code) from refusal
        if not amount and not self.may_be_zero:
            message = Text(uk="Введіть суму, більшу за нуль.", en="Enter an amount above zero.")
            raise ValidationError(str(message), code="control.amount_not_positive")
        return amount


class DateField(forms.DateField):
    """A day as people type it: 24.11.2026, or quicker 24112026; by ISO 8601 too.

    No calendar of the browser, which would show the day in the browser's language.
    """

    widget = forms.DateInput(
        format="%d.%m.%Y",
        attrs={
            "class": "date",
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": 10,
            "placeholder": said("дд.мм.рррр", "dd.mm.yyyy"),
        },
    )
    input_formats = ("%d.%m.%Y", "%d%m%Y", "%d/%m/%Y", "%Y-%m-%d")
