"""Forms of loans: filters of lists, applications and decisions, payments."""

from collections.abc import Mapping
from typing import Any

from django import forms

from apps.accounts.forms import InCurrency, ReasonForm
from apps.customers.forms import text_input
from apps.kernel.fields import AmountField, DateField, Form, said
from apps.loans import labels
from apps.loans.rules import BUCKETS, Early

Choices = list[tuple[Any, str]]
_MOST = 2**62


# --- Filters ------------------------------------------------------------------------------------


class LoansFilter(forms.Form):
    """`state` of a loan: open, overdue or closed; or nothing for all."""

    state = forms.ChoiceField(
        required=False, choices=[(one, one) for one in ("open", "overdue", "closed", "all")]
    )
    product = forms.CharField(required=False, max_length=20)
    after = forms.IntegerField(required=False, min_value=1, max_value=_MOST)


class OverdueFilter(forms.Form):
    """A bucket, a product, and the place in the list behind which a page goes on."""

    bucket = forms.IntegerField(required=False, min_value=1, max_value=len(BUCKETS) - 1)
    product = forms.CharField(required=False, max_length=20)
    since = forms.DateField(required=False)
    after = forms.IntegerField(required=False, min_value=1, max_value=_MOST)


class ApplicationsFilter(forms.Form):
    """The state of applications, or nothing for those that still lead to something."""

    state = forms.ChoiceField(
        required=False, choices=[(one, one) for one in (*labels.STATES, "all")]
    )
    own = forms.BooleanField(required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=_MOST)


class PlaceFilter(forms.Form):
    """The line behind which a page goes on: its id, and where need be its date."""

    date = forms.DateField(required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=_MOST)


class QuoteForm(Form):
    """The day for which a pay-off is told."""

    date = DateField(required=False)


class PresetForm(InCurrency):
    """An amount that stands there already, and may be typed over at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["autofocus"] = True


# --- Applications -------------------------------------------------------------------------------


class _Term(Form):
    amount = AmountField(label=said("Сума", "Amount"))
    months = forms.IntegerField(
        min_value=1,
        max_value=600,
        label=said("Строк, місяців", "Term, months"),
        widget=forms.NumberInput(attrs={"class": "number"}),
    )


class ApplyForm(_Term):
    """What a customer asks for; products and deposits are read for each request."""

    live = ("amount",)

    product = forms.ChoiceField(label=said("Продукт", "Product"))
    deposit = forms.TypedChoiceField(
        coerce=int, label=said("Рахунок для видачі та погашення", "Account to pay to and from")
    )
    due_day = forms.IntegerField(
        min_value=1,
        max_value=31,
        label=said("День платежу", "Due day"),
        help_text=said("31 означає останній день місяця", "31 is the last day of the month"),
        widget=forms.NumberInput(attrs={"class": "number"}),
    )
    purpose = forms.CharField(
        max_length=200, required=False, label=said("Мета", "Purpose"), widget=text_input()
    )
    field_order = ("product", "amount", "months", "due_day", "deposit", "purpose")

    def __init__(
        self,
        *args: Any,
        products: Choices,
        deposits: Choices,
        currencies: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        # What is asked for is in the product's currency.
        amount.currency = currencies.get(self.data.get("product", ""), amount.currency)
        for name, offered in (("product", products), ("deposit", deposits)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered


class ApproveForm(PresetForm, _Term):
    """As much as is asked for, or less."""


class DeclineForm(ReasonForm):
    reason = forms.CharField(
        min_length=3,
        max_length=1000,
        label=said("Причина", "Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# --- Payments -----------------------------------------------------------------------------------


class PrepayForm(InCurrency):
    choice = forms.ChoiceField(
        choices=[
            (Early.SHORTER_TERM, said("Коротший строк", "A shorter term")),
            (Early.SMALLER_INSTALMENT, said("Менші платежі", "Smaller instalments")),
        ],
        label=said("Що далі з графіком", "What becomes of the schedule"),
    )


class WaiveForm(PresetForm, ReasonForm):
    field_order = ("amount", "reason")
