"""Forms of the cash desk: counts, and money over the counter."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import get_language

from apps.accounts.forms import DepositField
from apps.cash import queries
from apps.cash.models import Till
from apps.cash.operations import Denomination
from apps.cash.queries import TillFacts
from apps.customers.forms import branch_name, text_input
from apps.kernel import formats
from apps.kernel.currencies import CURRENCIES
from apps.kernel.currencies import currency as kept
from apps.kernel.fields import AmountField, Form, said
from apps.kernel.models import Branch
from apps.kernel.money import Money
from apps.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the counting panel: a note or coin, and the field for how many there are."""

    value_minor: int
    field: BoundField


class CountingForm(Form):
    """A form with a field of pieces for each note and coin of a currency."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.exponent = kept(currency).exponent
        self._values = queries.pieces(currency)
        for value in self._values:
            worth = formats.amount(value, currency, get_language() or "uk")
            self.fields[f"pieces_{value}"] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=1_000_000,
                label=worth,
                widget=forms.TextInput(
                    attrs={
                        "inputmode": "numeric",
                        "autocomplete": "off",
                        "maxlength": 7,
                        "data-value": value,
                        "aria-label": str(Text(uk=f"Штук по {worth}", en=f"Pieces of {worth}")),
                    }
                ),
            )

    @property
    def rows(self) -> list[Row]:
        return [Row(value, self[f"pieces_{value}"]) for value in self._values]

    def clean(self) -> dict[str, Any]:
        """Adds what was counted, by values and together."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        pieces = ((value, data.get(f"pieces_{value}")) for value in self._values)
        data["counted"] = tuple(Denomination(value, count) for value, count in pieces if count)
        worth = sum(one.value_minor * one.count for one in data["counted"])
        data["total"] = Money(worth, self.currency)
        return data


class CounterForm(CountingForm):
    """Money over the counter. The pieces are an aid: where they are counted, they must add up."""

    live = ("deposit", "amount")

    # The till at which the form was opened, so that a later confirmation means the same.
    till = forms.IntegerField(widget=forms.HiddenInput())
    deposit = DepositField(
        label=said("Рахунок", "Account"),
        help_text=said(
            "IBAN повністю або останні цифри після коду банку",
            "The whole IBAN, or its digits after the bank code",
        ),
    )
    amount = AmountField(label=said("Сума", "Amount"))
    narrative = forms.CharField(
        max_length=500,
        required=False,
        label=said("Призначення", "Narrative"),
        widget=text_input(),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, currency=currency, **kwargs)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        amount.label = said(f"Сума, {currency}", f"Amount, {currency}")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        amount, total = data.get("amount"), data["total"]
        if amount is not None and total and total != amount:
            language = get_language() or "uk"
            message = Text(
                uk="Перераховано {counted}, а сума {amount}. Виправте одне з них.",
                en="{counted} was counted, and the amount is {amount}. Correct one of them.",
            ).filled(
                {
                    "counted": formats.money(total, language),
                    "amount": formats.money(amount, language),
                }
            )
            self.add_error("amount", ValidationError(str(message), code="cash.count_differs"))
        return data


class TillForm(Form):
    branch = forms.TypedChoiceField(coerce=int, label=said("Відділення", "Branch"))
    kind = forms.ChoiceField(
        label=said("Вид", "Kind"),
        choices=[
            (Till.Kind.COUNTER, said("каса для обслуговування", "counter")),
            (Till.Kind.VAULT, said("сховище", "vault")),
            (Till.Kind.POSITION, said("позиція без змін", "position without sessions")),
        ],
    )
    currency = forms.ChoiceField(label=said("Валюта", "Currency"))
    name = forms.CharField(max_length=100, label=said("Назва", "Name"), widget=text_input())

    def __init__(self, *args: Any, branches: list[Branch], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_branch, of_currency = self.fields["branch"], self.fields["currency"]
        assert isinstance(of_branch, forms.TypedChoiceField)
        assert isinstance(of_currency, forms.ChoiceField)
        of_branch.choices = [(one.id, branch_name(one)) for one in branches]
        of_currency.choices = [(code, code) for code in CURRENCIES]
        of_currency.initial = currency


class SupplyForm(Form):
    live = ("amount",)

    amount = AmountField(label=said("Сума", "Amount"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        amount.label = said(f"Сума, {currency}", f"Amount, {currency}")


class MoveForm(SupplyForm):
    """Where cash goes: another till of the same branch and currency."""

    target = forms.TypedChoiceField(coerce=int, label=said("Куди", "To"))
    field_order = ("target", "amount")

    def __init__(self, *args: Any, targets: list[TillFacts], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.fields["target"]
        assert isinstance(target, forms.TypedChoiceField)
        target.choices = [(one.id, one.name) for one in targets]


class FindForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)
