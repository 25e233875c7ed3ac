"""The form of an entry by hand: any number of lines, each on one side."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from apps.customers.forms import branch_name, text_input
from apps.finance import queries
from apps.finance.operations.entries import ManualLeg, Side
from apps.kernel.currencies import CURRENCIES
from apps.kernel.fields import AmountField, Form, said
from apps.kernel.models import Branch
from apps.kernel.money import Money
from apps.kernel.text import Text

LINES = 20


@dataclass(frozen=True, slots=True)
class Row:
    """The three fields of a line; one of the amounts is filled in."""

    account: BoundField
    debit: BoundField
    credit: BoundField


class EntryForm(Form):
    """`legs` of the clean data are the lines that were filled in, in their order."""

    branch = forms.TypedChoiceField(coerce=int, label=said("Відділення", "Branch"))
    currency = forms.ChoiceField(label=said("Валюта", "Currency"))
    narrative = forms.CharField(
        min_length=3, max_length=500, label=said("Призначення", "Narrative"), widget=text_input()
    )

    def __init__(
        self, *args: Any, branches: list[Branch], base_currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        branch, currency = self.fields["branch"], self.fields["currency"]
        assert isinstance(branch, forms.TypedChoiceField)
        assert isinstance(currency, forms.ChoiceField)
        branch.choices = [(one.id, branch_name(one)) for one in branches]
        currency.choices = [(code, code) for code in CURRENCIES]
        currency.initial = base_currency
        code = self.data.get("currency") or self.initial.get("currency", base_currency)
        self.exponent = CURRENCIES.get(code, CURRENCIES[base_currency]).exponent
        for number in range(LINES):
            self._add_line(number, code if code in CURRENCIES else base_currency)
        self.live = tuple(f"account_{number}" for number in range(LINES))
        self.let_live(self.live)

    @property
    def rows(self) -> list[Row]:
        return [
            Row(self[f"account_{number}"], self[f"debit_{number}"], self[f"credit_{number}"])
            for number in range(LINES)
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.names = self._names()
        legs = [leg for number in range(LINES) if (leg := self._leg(number)) is not None]
        data["legs"] = tuple(legs)
        if not self.errors:
            self._require_balance(legs)
        return data

    def _names(self) -> dict[str, str]:
        """The names of the internal accounts on the lines, by number."""
        branch = self.cleaned_data.get("branch")
        given = (self.cleaned_data.get(f"account_{number}") for number in range(LINES))
        numbers = [number for number in given if number]
        return queries.names(numbers=numbers, branch=branch) if branch and numbers else {}

    def _leg(self, number: int) -> ManualLeg | None:
        """The leg of one line, None for an empty one and for one at which something is wrong."""
        fields = [f"{part}_{number}" for part in ("account", "debit", "credit")]
        account, debit, credit = (self.cleaned_data.get(field) for field in fields)
        if not (account or debit or credit) or self.errors.keys() & set(fields):
            return None
        if not account:
            self._say(fields[0], _NO_ACCOUNT)
        elif account not in self.names:
            self._say(fields[0], _NOT_INTERNAL)
        elif bool(debit) == bool(credit):
            self._say(fields[1], _ONE_SIDE)
        else:
            side, amount = (Side.DEBIT, debit) if debit else (Side.CREDIT, credit)
            assert amount is not None, "one of the two was given"
            return ManualLeg(account=account, side=side, amount=amount)
        return None

    def _add_line(self, number: int, currency: str) -> None:
        account = Text(uk=f"Рахунок, рядок {number + 1}", en=f"Account, line {number + 1}")
        self.fields[f"account_{number}"] = forms.CharField(
            required=False,
            max_length=40,
            label=str(account),
            widget=text_input(**{"class": "mono", "aria-label": str(account), "list": "internal"}),
        )
        sides = {
            "debit": Text(uk=f"Дебет, рядок {number + 1}", en=f"Debit, line {number + 1}"),
            "credit": Text(uk=f"Кредит, рядок {number + 1}", en=f"Credit, line {number + 1}"),
        }
        for side, label in sides.items():
            field = AmountField(required=False, label=str(label), currency=currency)
            field.widget.attrs |= {
                "class": "number",
                "data-side": side,
                "aria-label": str(label),
            }
            self.fields[f"{side}_{number}"] = field

    def _say(self, field: str, text: Text) -> None:
        self.add_error(field, ValidationError(str(text)))

    def _require_balance(self, legs: list[ManualLeg]) -> None:
        sums = dict.fromkeys(Side, 0)
        for leg in legs:
            sums[leg.side] += leg.amount.minor
        if len(legs) < 2:
            raise ValidationError(str(_TWO_LINES))
        if sums[Side.DEBIT] != sums[Side.CREDIT]:
            raise ValidationError(str(_UNBALANCED), code="finance.does_not_balance")


def lines_of(template: queries.Template) -> dict[str, str]:
    """The lines of an earlier entry as this form has them."""
    given: dict[str, str] = {}
    for number, (account, minor) in enumerate(template.legs):
        side = "debit" if minor > 0 else "credit"
        amount = Money(abs(minor), template.currency)
        given |= {f"account_{number}": account, f"{side}_{number}": str(amount.decimal)}
    return given


_NO_ACCOUNT = Text(uk="Вкажіть рахунок.", en="Name the account.")
_NOT_INTERNAL = Text(
    uk="Такого внутрішнього рахунку у відділенні немає.",
    en="The branch has no such internal account.",
)
_ONE_SIDE = Text(
    uk="Вкажіть суму або в дебеті, або в кредиті.",
    en="Give an amount either as debit or as credit.",
)
_TWO_LINES = Text(uk="Проведення має щонайменше два рядки.", en="An entry has at least two lines.")
_UNBALANCED = Text(
    uk="Дебет не дорівнює кредиту. Виправте суми.",
    en="Debit does not equal credit. Correct the amounts.",
)
