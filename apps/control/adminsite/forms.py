"""Forms made from commands: a field for each of a command's, by its type and its bounds."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
from django import forms
from msgspec import inspect

from apps.control.adminsite import words
from apps.control.commands import Command
from apps.kernel.fields import AmountField, DateField, Form
from apps.kernel.money import Money
from apps.kernel.text import Text

Choices = Iterable[tuple[Any, Any]]
Field = Callable[[bool], forms.Field]

_ONE_A_LINE = Text(uk="По одному в рядку.", en="One in each line.")


class CommandForm(Form):
    """What a person is asked for one command; `plain()` is the command as the door takes it."""

    def __init__(
        self,
        *args: Any,
        command: type[Command],
        asks: Mapping[str, Field],
        given: Mapping[str, Any],
        made: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.command = command
        self.given = given
        self.types: dict[str, inspect.Type] = {}
        info = inspect.type_info(command)
        assert isinstance(info, inspect.StructType), "a command is a struct"
        known = {one.name for one in info.fields}
        for one in info.fields:
            if one.name in given or one.name in made:
                continue
            kind, may_be_none = _without_none(one.type)
            self.types[one.name] = kind
            required = one.required and not may_be_none
            field = (
                asks[one.name](required) if one.name in asks else _field(one.name, kind, required)
            )
            self._add(one.name, field)
            if not one.required and one.default not in (msgspec.NODEFAULT, None):
                field.initial = _initial(one.default)
        for name, ask in asks.items():
            # What is asked for without being of the command; `prepare` makes something of it.
            if name not in known:
                self._add(name, ask(True))

    def _add(self, name: str, field: forms.Field) -> None:
        if field.label is None:
            field.label = words.label(name)
        self.fields[name] = field

    def plain(self) -> dict[str, Any]:
        """Clean data with what was given, in plain types; what was left empty is left out."""
        found = dict(self.given)
        for name, value in self.cleaned_data.items():
            kind = self.types.get(name)
            if value in (None, "", []) and not isinstance(kind, inspect.VarTupleType):
                continue
            found[name] = _plain(kind, value)
        return found


def pick(choices: Callable[[], Choices], *, empty: Text | None = None) -> Field:
    """One of what `choices` finds each time; `empty` is what none of them means."""

    def ask(required: bool) -> forms.Field:
        first = [] if required and empty is None else [("", str(empty or "—"))]
        return forms.ChoiceField(required=required, choices=[*first, *choices()])

    return ask


def pick_many(choices: Callable[[], Choices]) -> Field:
    """Any number of what `choices` finds each time."""

    def ask(required: bool) -> forms.Field:
        return forms.MultipleChoiceField(
            required=False, choices=list(choices()), widget=forms.CheckboxSelectMultiple
        )

    return ask


def _without_none(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        assert len(rest) == 1, "a field of a command is of one type, or nothing"
        return rest[0], len(rest) < len(kind.types)
    return kind, False


def _field(name: str, kind: inspect.Type, required: bool) -> forms.Field:
    match kind:
        case inspect.StrType():
            return forms.CharField(required=required, max_length=kind.max_length)
        case inspect.BoolType():
            return forms.BooleanField(required=False)
        case inspect.IntType():
            return forms.IntegerField(required=required, min_value=kind.ge, max_value=kind.le)
        case inspect.DecimalType():
            return forms.DecimalField(
                required=required, localize=True, widget=forms.TextInput({"inputmode": "decimal"})
            )
        case inspect.DateType():
            return DateField(required=required)
        case inspect.DateTimeType():
            return DateField(required=required)
        case inspect.EnumType(cls=cls) | inspect.CustomType(cls=cls) if issubclass(cls, Enum):
            found = [(one.value, words.value(name, one.value)) for one in cls]
            return forms.ChoiceField(required=required, choices=found)
        case inspect.LiteralType():
            found = [(one, words.value(name, str(one))) for one in kind.values]
            return forms.ChoiceField(required=required, choices=found)
        case inspect.VarTupleType():
            return forms.CharField(
                required=False, widget=forms.Textarea({"rows": 3}), help_text=str(_ONE_A_LINE)
            )
        case inspect.CustomType(cls=cls) if cls is Money:
            return AmountField(required=required)
    raise TypeError(f"no field is made for {kind}: name one in `asks`")


def _initial(value: Any) -> Any:
    return getattr(value, "value", value)


def _plain(kind: inspect.Type | None, value: Any) -> Any:
    """A clean value in the types that the wire form of commands has."""
    match kind, value:
        case inspect.IntType(), str():
            return int(value)
        case inspect.VarTupleType(), str():
            return value.split()
        case inspect.DateTimeType(), dt.date():
            # A key ends with its last day, wherever the bank is.
            return f"{value.isoformat()}T23:59:59Z"
        case _, dt.date():
            return value.isoformat()
        case _, Decimal():
            return str(value)
    return value
