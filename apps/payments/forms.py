"""Forms of payments."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.forms import DepositField
from apps.accounts.queries import Profile
from apps.customers.forms import text_input
from apps.kernel.fields import AmountField, Form, said
from apps.kernel.text import Text


class TransferForm(Form):
    live = ("source", "target", "amount")

    source = DepositField(label=said("З рахунку", "From account"))
    target = DepositField(label=said("На рахунок", "To account"))
    amount = AmountField(
        label=said("Сума, у валюті рахунку списання", "Amount, in the currency of the source")
    )
    purpose = forms.CharField(
        max_length=420, label=said("Призначення платежу", "Purpose"), widget=text_input()
    )

    def clean_source(self) -> Profile:
        source: Profile = self.cleaned_data["source"]
        # Fields are cleaned in their order: the amount comes after its currency is known.
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = source.currency
        return source

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        source, target = data.get("source"), data.get("target")
        if source and target and source.currency != target.currency:
            message = Text(
                uk="Рахунок у {to}, а списується {of}. Переказ між валютами потребує обміну.",
                en="This account is in {to}, the money in {of}. That needs an exchange.",
            ).filled({"to": target.currency, "of": source.currency})
            self.add_error("target", ValidationError(str(message), code="ledger.wrong_currency"))
        return data
