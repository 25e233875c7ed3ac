"""The reference pages of docs/, made from what the code declares: see `manage.py reference`.

`pages` is a pure function of the registries, so that a test can compare it with the files.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from inspect import cleandoc
from itertools import groupby
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect

from apps.control.commands import Secret
from apps.control.declarations import (
    CONSTRAINT_REFUSALS,
    GATES,
    INVARIANTS,
    OPERATIONS,
    READING,
    SQL_REFUSALS,
    STEPS,
    Operation,
)
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.text import Text
from bank.document import places
from bank.environment import VARIABLES
from bank.roles import ROLES

_CUSTOM = {Money: "money", Secret: "secret text, shown nowhere"}
_PLAIN: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.DateType: "date",
    inspect.DateTimeType: "moment",
    inspect.DecimalType: "decimal",
    inspect.UUIDType: "UUID",
}
MADE = "<!-- Made by `manage.py reference`: do not edit. -->"


def pages() -> dict[str, str]:
    """Every made page: its path inside docs/, and its text."""
    return {
        "reference/operations.md": _page("Operations", _operations()),
        "reference/permissions.md": _page("Permissions", _permissions()),
        "reference/refusals.md": _page("Refusals", _refusals()),
        "reference/invariants.md": _page("Invariants", _invariants()),
        "reference/steps.md": _page("Steps of the close", _steps()),
        "reference/api.md": _page("Endpoints of the API", _endpoints()),
        "operating/settings.md": _page("Settings", _settings()),
    }


def operations_of_the_house() -> list[Operation]:
    """Every operation that an app declares; tests declare some of their own."""
    return [one for one in OPERATIONS if one.body.__module__.startswith("apps.")]


def refusals() -> list[type[Refusal]]:
    """Every refusal that an app declares, by code."""
    found: list[type[Refusal]] = []
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("apps.") and hasattr(kind, "code"):
                found.append(kind)
    return sorted(found, key=lambda kind: kind.code)


def _operations() -> Iterator[str]:
    yield (
        "Every way to change the bank's state. Each takes a command with the fields below, from "
        "JSON or as a record, and a key under which it is done once; see [The door]"
        '(../concepts/door.md). Money is `{"amount": "100.50", "currency": "UAH"}`, '
        'a date `"2026-01-31"`, a decimal a string.'
    )
    for app, operations in _by_app(operations_of_the_house(), lambda one: one.name):
        yield f"## {app}"
        for operation in operations:
            yield from _operation(operation)


def _operation(operation: Operation) -> Iterator[str]:
    yield f"### {operation.name}"
    yield _both(operation.sentence)
    yield cleandoc(operation.body.__doc__ or "")
    facts = [f"Permission: `{operation.permission}`, {_where(operation)}"]
    if operation.version > 1:
        facts.append(f"Version {operation.version}")
    if operation.amount is not None:
        facts.append("Its amount must be positive, and is judged against limits and policies")
    if operation.four_eyes:
        facts.append("Always needs a second person: refused where no approval policy covers it")
    if operation.forced:
        facts.append("May post below an account's floor and past its blocks")
    if operation.closing:
        facts.append("Belongs to the close: books into the date that is being closed")
    if operation.dateless:
        facts.append("May run before the bank has a booking date")
    yield "\n".join(f"- {fact}" for fact in facts)
    yield _fields(operation.command) or "The command has no fields."
    result = get_type_hints(operation.body).get("return")
    if isinstance(result, type) and issubclass(result, msgspec.Struct):
        names = (f"`{field.encode_name}` ({_type(field.type)})" for field in _struct(result).fields)
        yield f"Result: {', '.join(names)}"


def _where(operation: Operation) -> str:
    if operation.scope.anywhere:
        return "held anywhere: the operation itself judges the place"
    if operation.scope.statement is None:
        return "held for the whole bank"
    return "held in the branch it happens in"


def _fields(command: type[msgspec.Struct]) -> str:
    """A table of a command's fields; empty where it has none."""
    fields = _struct(command).fields
    if not fields:
        return ""
    rows = ((f"`{field.encode_name}`", _type(field.type), _default(field)) for field in fields)
    return _table(("field", "type", "without it"), rows)


def _struct(kind: type[msgspec.Struct]) -> inspect.StructType:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType), f"{kind.__name__} is a Struct"
    return described


def _default(field: inspect.Field) -> str:
    if field.required:
        return "required"
    if field.default is None or field.default == "" or field.default is msgspec.NODEFAULT:
        return "nothing"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return f"`{field.default}`"


def _type(kind: inspect.Type) -> str:
    """A type in words, as a caller who reads no Python needs it."""
    match kind:
        case inspect.StrType():
            return _bounded("text", kind.min_length, kind.max_length, kind.pattern)
        case inspect.IntType():
            return _bounded("whole number", kind.ge, kind.le, None)
        case inspect.CustomType(cls=cls) if cls in _CUSTOM:
            return _CUSTOM[cls]
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(f"`{value}`" for value in values)
        # Django's choices have a metaclass of their own and are taken for custom types.
        case inspect.EnumType(cls=cls) | inspect.CustomType(cls=cls):
            assert issubclass(cls, Enum), f"{cls.__name__} has no words"
            return "one of " + ", ".join(f"`{one.value}`" for one in cls)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"list of {_type(item)}"
        case inspect.TupleType(item_types=items):
            return f"list of just {', '.join(_type(item) for item in items)}"
        case inspect.StructType(fields=fields):
            return (
                "(" + ", ".join(f"`{one.encode_name}`: {_type(one.type)}" for one in fields) + ")"
            )
        case inspect.UnionType(types=types):
            return " or ".join(_type(one) for one in types if not isinstance(one, inspect.NoneType))
        case inspect.DictType(value_type=item):
            return f"named values, each {_type(item)}"
        case inspect.AnyType():
            return "anything"
    return _PLAIN[type(kind)]


def _bounded(word: str, low: int | None, high: int | None, pattern: str | None) -> str:
    if pattern is not None:
        return f"{word} like `{pattern}`".replace("|", "\\|")
    unit = " characters" if word == "text" else ""
    if low is not None and high is not None:
        return f"{word}, {low} to {high}{unit}"
    if low is not None:
        return f"{word}, at least {low}{unit}"
    return f"{word}, at most {high}{unit}" if high is not None else word


def _permissions() -> Iterator[str]:
    yield (
        "A role is a set of these; people hold roles in a branch or in the whole bank, between "
        "two dates and up to a limit; see [access](../apps/access.md)."
    )
    allowed = {name: [str(READING[name].en)] for name in READING.names()}
    for operation in sorted(operations_of_the_house(), key=lambda one: one.name):
        allowed.setdefault(operation.permission, []).append(f"`{operation.name}`")
    yield _table(
        ("permission", "lets a person do"),
        ((f"`{name}`", ", ".join(what)) for name, what in sorted(allowed.items())),
    )
    yield "## Roles that a bank begins with"
    yield (
        "Data, not code: an administrator defines others, or these anew, by `access.define_role`."
    )
    yield _table(
        ("role", "українською", "in English", "may"),
        (
            (
                f"`{code}`",
                role.name.uk,
                role.name.en,
                ", ".join(f"`{one}`" for one in role.permissions),
            )
            for code, role in ROLES.items()
        ),
    )


def _refusals() -> Iterator[str]:
    yield (
        "What the bank says when it does not do what it was asked. The code is stable; the status "
        "is HTTP's. Where a request may be sent again as it is, with the same key, it says so. "
        "Nothing of a refused operation remains but its line in the journal."
    )
    raised = {kind: state for state, kind in _items(SQL_REFUSALS)}
    constraints = {kind: name for name, kind in _items(CONSTRAINT_REFUSALS)}
    for app, kinds in _by_app(refusals(), lambda kind: kind.code):
        yield f"## {app}"
        for kind in kinds:
            facts = [f"Status {kind.status}"]
            if kind.retryable:
                facts.append("may be sent again")
            if kind in raised:
                facts.append(f"raised by the database as `{raised[kind]}`")
            if kind in constraints:
                facts.append(f"held by the constraint `{constraints[kind]}`")
            yield f"### {kind.code}"
            yield f"{'; '.join(facts)}."
            yield _both(kind.sentence)


def _invariants() -> Iterator[str]:
    yield (
        "What must always hold. Each is a query over two states that are kept apart, and must find "
        "nothing: a day with a violation does not close. Thorough ones compare whole histories and "
        "are proved as a month ends; see [Proving the books](../operating/proving.md)."
    )
    yield _table(
        ("name", "українською", "in English", "when"),
        (
            (
                f"`{one.name}`",
                one.title.uk,
                one.title.en,
                "a month's last close" if one.thorough else "each close",
            )
            for one in sorted(INVARIANTS, key=lambda one: one.name)
        ),
    )


def _steps() -> Iterator[str]:
    yield (
        "What the close of a day does, in the order of its phases, and of the apps within a phase; "
        "see [The clock](../concepts/clock.md)."
    )
    yield _table(
        ("phase", "step", "українською", "in English", "done in"),
        (
            (
                step.phase.name,
                f"`{step.name}`",
                step.title.uk,
                step.title.en,
                f"chunks of {step.size}" if step.cut else "one piece",
            )
            for step in sorted(STEPS, key=lambda step: step.phase)
        ),
    )
    yield "## Gates"
    yield "What must not stand in the way when the next date is opened."
    yield _table(
        ("gate", "українською", "in English"),
        ((f"`{gate.name}`", gate.title.uk, gate.title.en) for gate in GATES),
    )


def _endpoints() -> Iterator[str]:
    yield (
        "Every address under `/api/v1/` by its chapter, with the scope that a key needs; see "
        "[The API](../api/index.md). The OpenAPI document has their fields, examples and refusals."
    )
    found = places()
    for tag in {place.endpoint.tag.name: place.endpoint.tag for place in found}.values():
        yield f"## {tag.title.en}"
        yield _table(
            ("method", "address", "scope", "українською", "in English"),
            (
                (
                    place.method,
                    f"`{place.path}`",
                    f"`{place.endpoint.permission}`" if place.endpoint.permission else "any key",
                    place.endpoint.summary.uk,
                    place.endpoint.summary.en,
                )
                for place in found
                if place.endpoint.tag.name == tag.name
            ),
        )


def _settings() -> Iterator[str]:
    yield (
        "Skarb reads its settings from the environment. Where `NAME_FILE` is set, the value of "
        "`NAME` is the content of that file: use it for secrets."
    )
    yield _table(
        ("variable", "meaning", "without it"),
        ((f"`{one.name}`", one.meaning, one.without) for one in VARIABLES.values()),
    )


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n\n".join([MADE, f"# {title}", *parts]) + "\n"


def _both(text: Text) -> str:
    return f"{text.uk}  \n{text.en}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _items(registry: Any) -> list[tuple[str, Any]]:
    return [(name, registry[name]) for name in registry.names()]


def _by_app(
    declared: Iterable[Any], name: Callable[[Any], str]
) -> Iterator[tuple[str, Iterator[Any]]]:
    """Declarations grouped by the app before the dot of their name, sorted by it."""
    return groupby(sorted(declared, key=name), key=lambda one: name(one).partition(".")[0])
