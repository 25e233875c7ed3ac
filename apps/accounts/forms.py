"""Forms of deposits, and the field in which people name one."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts import queries, rules
from apps.accounts.queries import Profile
from apps.customers.forms import branch_name, text_input
from apps.customers.models import Customer
from apps.kernel import formats
from apps.kernel.errors import Refusal
from apps.kernel.fields import AmountField, DateField, Form, said
from apps.kernel.models import Branch
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.products.models import Product
from apps.products.queries import in_force

_LONGEST_PART = 19


class DepositField(forms.CharField):
    """A deposit of this bank by its number; of an IBAN the account's own digits are enough.

    Gives a Profile, or says that there is no such account, or that it is closed.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "mono"}
        super().__init__(max_length=60, widget=text_input(**attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = _find(text)
        if found is None:
            message = Text(
                uk="Такого рахунку в банку немає. Перевірте номер.",
                en="The bank has no such account. Check the number.",
            )
            raise ValidationError(str(message), code="accounts.unknown")
        if found.closed_on is not None:
            message = Text(
                uk="Цей рахунок закрито {day}.", en="This account was closed on {day}."
            ).filled({"day": found.closed_on.isoformat()})
            raise ValidationError(str(message), code="accounts.deposit_closed")
        return found


def _find(text: str) -> Profile | None:
    try:
        number = rules.account_number(text)
    except Refusal as refusal:
        raise ValidationError(str(refusal.text), code=refusal.code) from refusal
    found = queries.profile(number=number)
    if found is None and number.isdigit() and len(number) <= _LONGEST_PART:
        whole = rules.ukrainian_iban(bank=bank().code, gl_code="", running=int(number))
        found = queries.profile(number=whole) if len(whole) == 29 else None
    return found


class OpenForm(Form):
    product = forms.ChoiceField(label=said("Продукт", "Product"))
    branch = forms.TypedChoiceField(coerce=int, label=said("Відділення", "Branch"))

    def __init__(self, *args: Any, branches: list[Branch], date: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = Product.objects.in_bulk(field_name="code")
        product, branch = self.fields["product"], self.fields["branch"]
        assert isinstance(product, forms.ChoiceField)
        assert isinstance(branch, forms.TypedChoiceField)
        product.choices = [
            (
                terms.code,
                said(
                    f"{names[terms.code].name_uk}, {terms.currency}, "
                    f"{formats.percent(terms.annual_rate, 'uk')}",
                    f"{names[terms.code].name_en}, {terms.currency}, "
                    f"{formats.percent(terms.annual_rate, 'en')}",
                ),
            )
            for terms in in_force(date)
        ]
        branch.choices = [(one.id, branch_name(one)) for one in branches]
        if len(branches) == 1:
            branch.initial = branches[0].id
            branch.widget = forms.HiddenInput()


class PeriodForm(forms.Form):
    """Both days included."""

    start = DateField(required=False)
    end = DateField(required=False)
    date = forms.DateField(required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class ReasonForm(Form):
    reason = forms.CharField(
        min_length=3, max_length=200, label=said("Причина", "Reason"), widget=text_input()
    )


class BlockForm(ReasonForm):
    debits = forms.BooleanField(
        required=False, initial=True, label=said("Зупинити видатки", "Stop payments out")
    )
    credits = forms.BooleanField(
        required=False, label=said("Зупинити надходження", "Stop payments in")
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not (data.get("debits") or data.get("credits")):
            message = Text(uk="Оберіть, що зупинити.", en="Choose what to stop.")
            self.add_error("debits", ValidationError(str(message)))
        return data


class InCurrency(Form):
    """A form with an amount in the currency of the deposit."""

    live = ("amount",)

    amount = AmountField(label=said("Сума", "Amount"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        amount.label = said(f"Сума, {currency}", f"Amount, {currency}")


class OverdraftForm(InCurrency):
    amount = AmountField(may_be_zero=True)


class HoldForm(InCurrency, ReasonForm):
    expires_on = DateField(
        required=False,
        label=said("Останній день", "Last day"),
        help_text=said("Без нього діє, доки не знімуть", "Without it, until released"),
    )
    field_order = ("amount", "reason", "expires_on")


class ChargeForm(InCurrency):
    narrative = forms.CharField(
        max_length=500,
        required=False,
        label=said("Призначення", "Narrative"),
        widget=text_input(),
    )


class MandateForm(Form):
    live = ("customer",)

    customer = forms.CharField(
        max_length=12,
        label=said("Номер клієнта", "Customer number"),
        widget=text_input(inputmode="numeric"),
    )

    def clean_customer(self) -> Customer:
        number = self.cleaned_data["customer"]
        found = Customer.objects.filter(number=number.zfill(8)).first()
        if found is None:
            message = Text(
                uk="Клієнта з таким номером немає.", en="There is no customer of this number."
            )
            raise ValidationError(str(message), code="accounts.customer_unknown")
        return found
