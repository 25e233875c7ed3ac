"""Forms of budgets: a new version, a row of twelve months, a workbook."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from apps.customers.forms import text_input
from apps.finance.budgeting import Version
from apps.finance.operations.budgets import MONTHS
from apps.finance.workbooks import MAX_BYTES
from apps.kernel.fields import AmountField, Form, said
from apps.kernel.money import Money
from apps.kernel.text import Text

_MONTHS = (
    ("січень", "January"), ("лютий", "February"), ("березень", "March"), ("квітень", "April"),
    ("травень", "May"), ("червень", "June"), ("липень", "July"), ("серпень", "August"),
    ("вересень", "September"), ("жовтень", "October"), ("листопад", "November"),
    ("грудень", "December"),
)  # fmt: skip


class BeginForm(Form):
    year = forms.IntegerField(min_value=2000, max_value=2999, label=said("Рік", "Year"))
    name = forms.CharField(
        min_length=3, max_length=100, label=said("Назва", "Name"), widget=text_input()
    )
    like = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=False,
        label=said("Почати з рядків", "Begin with the rows of"),
    )

    def __init__(self, *args: Any, versions: Sequence[Version], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        like = self.fields["like"]
        assert isinstance(like, forms.TypedChoiceField)
        none = str(Text(uk="Порожня чернетка", en="An empty draft"))
        like.choices = [
            ("", none),
            *((str(one.id), f"{one.year}/{one.version} {one.name}") for one in versions),
        ]


class RowForm(Form):
    """`amounts` of the clean data are twelve, January first; an empty field is zero."""

    gl_code = forms.ChoiceField(label=said("Рахунок плану", "GL account"))
    branch = forms.ChoiceField(label=said("Відділення", "Branch"))
    centre = forms.RegexField(
        regex=r"^[A-Za-z0-9._]{0,12}\Z",
        required=False,
        label=said("Центр витрат", "Cost centre"),
        help_text=said("Наприклад IT", "For example IT"),
        widget=text_input(maxlength="12"),
    )

    def __init__(
        self,
        *args: Any,
        accounts: Sequence[tuple[str, str, str]],
        branches: Sequence[str],
        currency: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        gl, branch = self.fields["gl_code"], self.fields["branch"]
        assert isinstance(gl, forms.ChoiceField)
        assert isinstance(branch, forms.ChoiceField)
        gl.choices = [(code, f"{code} {Text(uk=uk, en=en)}") for code, uk, en in accounts]
        branch.choices = [(code, code) for code in branches]
        for month, (uk, en) in enumerate(_MONTHS, 1):
            label = str(Text(uk=uk.capitalize(), en=en))
            self.fields[f"month_{month}"] = AmountField(
                required=False, may_be_zero=True, currency=currency, label=label
            )

    @property
    def months(self) -> list[BoundField]:
        return [self[f"month_{month}"] for month in range(1, MONTHS + 1)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        nothing = Money(0, self.currency)
        data["amounts"] = [data.get(f"month_{one}") or nothing for one in range(1, MONTHS + 1)]
        return data


class ImportForm(Form):
    """`key` is that of the operation: a file that is sent twice is taken once."""

    key = forms.RegexField(regex=r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    workbook = forms.FileField(
        label=said("Заповнений шаблон, XLSX", "Filled-in template, XLSX"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    only = forms.BooleanField(
        required=False,
        label=said("Вилучити рядки, яких у файлі немає", "Take away rows that the file has not"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4().hex)

    def clean_workbook(self) -> Any:
        given = self.cleaned_data["workbook"]
        if given.size > MAX_BYTES:
            raise ValidationError(str(_TOO_LARGE))
        return given


_TOO_LARGE = Text(
    uk=f"Файл більший за {MAX_BYTES // 1_000_000} МБ. Розділіть його.",
    en=f"The file is larger than {MAX_BYTES // 1_000_000} MB. Split it.",
)
