"""Forms of staff and pay; what tells pay becomes a Secret of the command."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from apps.customers.forms import text_input
from apps.hr.models import Employee, PayItem
from apps.hr.rules import Benefit, DeductionKind
from apps.kernel.fields import AmountField, DateField, Form, said

Choices = list[tuple[str, str]]

_CONTRACTS = [
    (Employee.Contract.PERMANENT, said("Безстроковий", "Permanent")),
    (Employee.Contract.FIXED_TERM, said("Строковий", "For a fixed term")),
]
_ITEMS = [
    (PayItem.Kind.BONUS, said("Премія", "Bonus")),
    (PayItem.Kind.ALLOWANCE, said("Надбавка", "Allowance")),
    (PayItem.Kind.AWARD, said("Разова премія", "Award, once")),
    (PayItem.Kind.AID, said("Матеріальна допомога", "Material aid")),
]
_BENEFITS = [
    (Benefit.NONE, said("Без пільги", "None")),
    (Benefit.BASIC, said("Загальна", "Basic")),
    (Benefit.CHILDREN, said("На дітей, від двох", "For children, from two on")),
]
_DEDUCTIONS = [
    (DeductionKind.VOLUNTARY, said("За заявою", "By application")),
    (DeductionKind.ENFORCEMENT, said("Виконавчий документ", "Enforcement order")),
    (DeductionKind.ALIMONY, said("Аліменти", "Alimony")),
    (DeductionKind.SEVERE, said("До 70 %", "Up to 70 %")),
]


def _reason() -> forms.CharField:
    return forms.CharField(
        min_length=3, max_length=200, label=said("Підстава", "Reason"), widget=text_input()
    )


class ChoosingForm(Form):
    """A form whose choices are read for each request: `choices` by the name of the field."""

    def __init__(
        self, *args: Any, choices: dict[str, Choices] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (choices or {}).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered


class _TermsForm(ChoosingForm):
    position = forms.TypedChoiceField(coerce=int, label=said("Посада", "Position"))
    salary = AmountField(label=said("Оклад на місяць, ₴", "Salary a month, ₴"))
    post_percent = forms.IntegerField(
        min_value=1, max_value=150, initial=100, label=said("Частка ставки, %", "Part of a post, %")
    )
    main_job = forms.BooleanField(
        required=False, initial=True, label=said("Основне місце роботи", "Main job")
    )


class HireForm(_TermsForm):
    deposit = forms.TypedChoiceField(
        coerce=int, label=said("Рахунок для зарплати", "Account for pay")
    )
    hired_on = DateField(label=said("Перший робочий день", "First day of work"))
    contract_number = forms.CharField(
        max_length=40, label=said("Наказ або договір №", "Order or contract no."),
        widget=text_input(),
    )  # fmt: skip
    contract = forms.ChoiceField(choices=_CONTRACTS, label=said("Договір", "Contract"))
    contract_ends_on = DateField(
        required=False, label=said("Діє до", "Ends on"),
        help_text=said("Лише для строкового", "Only for a fixed term"),
    )  # fmt: skip


class TermsForm(_TermsForm):
    valid_from = DateField(label=said("З якого дня", "From which day"))


class StatusForm(Form):
    valid_from = DateField(label=said("З якого дня", "From which day"))
    benefit = forms.ChoiceField(
        choices=_BENEFITS, label=said("Податкова соціальна пільга", "Tax social benefit")
    )
    children = forms.IntegerField(
        min_value=0, max_value=20, initial=0, label=said("Дітей до 18 років", "Children under 18")
    )
    disabled = forms.BooleanField(required=False, label=said("Інвалідність", "Disability"))
    insured_since = DateField(
        required=False, label=said("Страховий стаж від", "Insurance record since")
    )


class LeaveForm(ChoosingForm):
    kind = forms.ChoiceField(label=said("Вид", "Kind"))
    first_day = DateField(label=said("Перший день", "First day"))
    last_day = DateField(label=said("Останній день", "Last day"))


class OrderedLeaveForm(LeaveForm):
    order_number = forms.CharField(
        required=False, max_length=40, label=said("Наказ №", "Order no."), widget=text_input()
    )


class DismissForm(Form):
    last_day = DateField(label=said("Останній робочий день", "Last day of work"))
    reason = _reason()
    at_once = forms.BooleanField(
        required=False,
        label=said("Закрити доступ негайно", "Close the access now"),
        help_text=said(
            "Інакше доступ закінчиться з останнім днем", "Otherwise it ends with the last day"
        ),
    )


class AccessForm(ChoosingForm):
    username = forms.RegexField(
        r"^([a-z0-9][a-z0-9._-]{1,149})?\Z",
        required=False,
        label=said("Ім’я користувача", "User name"),
        help_text=said("Якщо входу ще немає", "Where there is no user yet"),
        widget=text_input(),
    )
    roles = forms.MultipleChoiceField(
        required=False,
        label=said("Ролі", "Roles"),
        help_text=said("Нічого не обрано: ролі посади", "None chosen: those of the position"),
    )


class ItemForm(Form):
    kind = forms.ChoiceField(choices=_ITEMS, label=said("Вид", "Kind"))
    month = DateField(label=said("Місяць (будь-який день)", "Month (any day of it)"))
    pay = AmountField(label=said("Сума, ₴", "Amount, ₴"))
    reason = _reason()


class DeductionForm(Form):
    kind = forms.ChoiceField(choices=_DEDUCTIONS, label=said("Вид", "Kind"))
    recipient = forms.CharField(
        min_length=2, max_length=200, label=said("Кому", "Recipient"), widget=text_input()
    )
    valid_from = DateField(label=said("З якого дня", "From which day"))
    percent = forms.DecimalField(
        required=False, min_value=Decimal("0.01"), max_value=100, decimal_places=2,
        label=said("Відсоток від чистої зарплати", "Percent of net pay"),
    )  # fmt: skip
    pay = AmountField(
        required=False, label=said("Або сума на місяць, ₴", "Or an amount a month, ₴")
    )


class UnitForm(ChoosingForm):
    branch = forms.TypedChoiceField(
        coerce=int, label=said("Відділення, де обліковують витрати", "Branch that bears the cost")
    )
    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,11}\Z", label=said("Код", "Code"), widget=text_input()
    )
    name_uk = forms.CharField(
        max_length=200, label=said("Назва українською", "Name in Ukrainian"), widget=text_input()
    )
    name_en = forms.CharField(
        max_length=200, label=said("Назва англійською", "Name in English"), widget=text_input()
    )
    parent = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, label=said("Входить до", "Belongs to")
    )


class MoveForm(ChoosingForm):
    unit = forms.TypedChoiceField(coerce=int, label=said("Підрозділ", "Unit"))
    parent = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, label=said("Входить до", "Belongs to")
    )


class PositionForm(ChoosingForm):
    unit = forms.TypedChoiceField(coerce=int, label=said("Підрозділ", "Unit"))
    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z",
        label=said("Код посади", "Code of the position"),
        help_text=said("Наявний код змінює посаду", "A code that exists changes its position"),
        widget=text_input(),
    )
    title_uk = forms.CharField(
        max_length=200, label=said("Посада українською", "Title in Ukrainian"), widget=text_input()
    )
    title_en = forms.CharField(
        max_length=200, label=said("Посада англійською", "Title in English"), widget=text_input()
    )
    valid_from = DateField(label=said("З якого дня", "From which day"))
    posts_percent = forms.IntegerField(
        min_value=0,
        max_value=1_000_000,
        label=said("Ставок, %", "Posts, %"),
        help_text=said("250 — дві з половиною ставки", "250 are two posts and a half"),
    )
    roles = forms.MultipleChoiceField(
        required=False, label=said("Ролі в системі", "Roles in the system")
    )


class AdjustForm(ChoosingForm):
    kind = forms.ChoiceField(label=said("Вид", "Kind"))
    days = forms.DecimalField(
        min_value=-1_000, max_value=1_000, decimal_places=2,
        label=said("Днів додати (мінус — відняти)", "Days to add (minus takes off)"),
    )  # fmt: skip
    reason = _reason()


class AccountForm(ChoosingForm):
    deposit = forms.TypedChoiceField(
        coerce=int, label=said("Рахунок для зарплати", "Account for pay")
    )


class ReasonForm(Form):
    reason = _reason()


class EndForm(Form):
    last_date = DateField(label=said("Останній день", "Last day"))


class PrepareForm(Form):
    month = DateField(label=said("Місяць (будь-який день)", "Month (any day of it)"))
    through = DateField(
        required=False,
        label=said("По який день", "Through which day"),
        help_text=said(
            "Для авансу, наприклад, 15-те; порожньо — увесь місяць",
            "For an advance, for example, the 15th; empty: the whole month",
        ),
    )


class ReverseForm(Form):
    reason = _reason()
    take_back = forms.BooleanField(
        required=False,
        label=said("Повернути виплачене з рахунків", "Take the pay back from the accounts"),
    )


class PeriodForm(forms.Form):
    """What reports are asked for; whatever cannot be read is left out."""

    start = DateField(required=False)
    end = DateField(required=False)
    unit = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def given(self, name: str, otherwise: dt.date) -> dt.date:
        self.is_valid()
        found: dt.date | None = self.cleaned_data.get(name)
        return found or otherwise
