"""Form fields for what a bank asks people: amounts, dates, choices."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.text import Text

# What people type between thousands: blanks, no-break blanks, apostrophes.
_GROUPS = re.compile("(?<=[0-9])[ \u00a0\u202f'](?=[0-9]{3})")


class AmountField(forms.Field):
    """An amount in one currency; a comma is a decimal point, blanks part thousands.

    Everything else that Money.parse refuses is refused here, in its words.
    """

    widget = forms.TextInput

    def __init__(self, *, currency: str = "UAH", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.currency = currency

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}

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
        if amount.minor <= 0:
            message = Text(uk="Введіть суму, більшу за нуль.", en="Enter an amount above zero.")
            raise ValidationError(str(message), code="control.amount_not_positive")
        return amount


class DateField(forms.DateField):
    """A day, by the browser's own calendar; typed as dd.mm.yyyy or yyyy-mm-dd too."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ("%Y-%m-%d", "%d.%m.%Y")
