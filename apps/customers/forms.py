"""Forms of customers."""

from typing import Any

from django import forms

from apps.customers import rules
from apps.kernel.errors import Refusal
from apps.kernel.fields import DateField, Form, said
from apps.kernel.models import Branch


class SearchForm(forms.Form):
    """What is looked for, and the place in the list from which a page goes on."""

    q = forms.CharField(required=False, max_length=100)
    key = forms.CharField(required=False, max_length=400, strip=False)
    id = forms.IntegerField(required=False, min_value=1, max_value=2**62)


def text_input(**attrs: str) -> forms.TextInput:
    """A line of text that the browser neither completes nor corrects."""
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attrs})


class PersonForm(Form):
    live = ("tax_number", "phone")

    branch = forms.TypedChoiceField(coerce=int, label=said("Відділення", "Branch"))
    last_name = forms.CharField(
        max_length=100, label=said("Прізвище", "Last name"), widget=text_input()
    )
    first_name = forms.CharField(
        max_length=100, required=False, label=said("Ім’я", "First name"), widget=text_input()
    )
    patronymic = forms.CharField(
        max_length=100, required=False, label=said("По батькові", "Patronymic"), widget=text_input()
    )
    birth_date = DateField(label=said("Дата народження", "Date of birth"))
    tax_number = forms.CharField(
        max_length=20,
        required=False,
        label=said("РНОКПП", "Tax number"),
        help_text=said("Десять цифр", "Ten digits"),
        widget=text_input(inputmode="numeric"),
    )
    no_tax_number_reason = forms.CharField(
        max_length=200,
        required=False,
        label=said("Без РНОКПП, бо", "No tax number because"),
        help_text=said("Лише якщо номера немає", "Only where there is none"),
        widget=text_input(),
    )
    phone = forms.CharField(
        max_length=40,
        required=False,
        label=said("Телефон", "Phone"),
        help_text=said("Наприклад 050 123 45 67", "For example 050 123 45 67"),
        widget=text_input(inputmode="tel"),
    )

    def __init__(self, *args: Any, branches: list[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["branch"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(one.id, branch_name(one)) for one in branches]
        if len(branches) == 1:
            # Nothing to choose: the field does not stand in the way.
            field.initial = branches[0].id
            field.widget = forms.HiddenInput()

    def clean_phone(self) -> str:
        given: str = self.cleaned_data["phone"]
        try:
            rules.phone(given)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal.text), code=refusal.code) from refusal
        return given

    def clean_tax_number(self) -> str:
        given: str = self.cleaned_data["tax_number"]
        born = self.cleaned_data.get("birth_date")
        if given and born:
            try:
                rules.tax_number(given, born)
            except Refusal as refusal:
                raise forms.ValidationError(str(refusal.text), code=refusal.code) from refusal
        return given


def branch_name(branch: Branch) -> str:
    """A branch in a list of choices, in the language of each request."""
    return said(f"{branch.code} {branch.name_uk}", f"{branch.code} {branch.name_en}")
