"""Forms of reports: what one is asked for, by addresses and when it is kept."""

from collections.abc import Mapping
from typing import Any

from django import forms

from apps.kernel.fields import DateField, Form, said
from apps.kernel.text import Text
from apps.reporting.declarations import Report

_MOMENTS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z")


class AskForm(forms.Form):
    """What an address asks a report for; what cannot be read asks for nothing."""

    start = DateField(required=False)
    end = DateField(required=False)
    compare = DateField(required=False)
    branch = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    currency = forms.RegexField(regex=r"^[A-Z]{3}\Z", required=False)
    known_at = forms.DateTimeField(required=False, input_formats=_MOMENTS)


class PlaceForm(forms.Form):
    """The last line of the page above."""

    date = forms.DateField()
    before = forms.IntegerField(min_value=1, max_value=2**62)


class NumberForm(forms.Form):
    """A number of a kept report: the one below which a page begins, or whose figure is opened."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    kept = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class KeepForm(Form):
    """The days, branch and currency of a report that is to be kept."""

    start = DateField(label=said("Від", "From"))
    end = DateField(label=said("До", "To"))
    compare = DateField(label=said("Порівняти з", "Compare with"))
    branch = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=False,
        label=said("Відділення", "Branch"),
        help_text=said("Без вибору: увесь банк.", "None chosen: the whole bank."),
    )
    currency = forms.ChoiceField(label=said("Валюта", "Currency"))

    def __init__(
        self,
        *args: Any,
        report: Report,
        branches: Mapping[int, Text],
        reads_all: bool,
        currencies: list[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        whole = str(Text(uk="Увесь банк", en="The whole bank"))
        chosen = [(str(number), str(name)) for number, name in branches.items()]
        branch, currency = self.fields["branch"], self.fields["currency"]
        assert isinstance(branch, forms.TypedChoiceField)
        assert isinstance(currency, forms.ChoiceField)
        branch.choices = [("", whole), *chosen] if reads_all else chosen
        currency.choices = [(code, code) for code in currencies]
        if report.on_date:
            self._leave_out("start")
            self.fields["end"].label = str(Text(uk="На день", en="On the day"))
        else:
            self._leave_out("compare")
        if not report.one_currency:
            self._leave_out("currency")

    def _leave_out(self, name: str) -> None:
        """A field that this report has no use for."""
        self.fields[name].widget = forms.HiddenInput()
        self.fields[name].required = False
