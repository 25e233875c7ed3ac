"""Commands: what an operation is asked to do, as immutable, strictly typed records.

One wire form serves the journal, parked approvals, files and the API: JSON in which money is
`{"amount": "100.50", "currency": "UAH"}`, dates are ISO 8601 and decimals are strings.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar, dataclass_transform

import msgspec

from apps.control.errors import MalformedCommand
from apps.kernel.errors import NotAmount
from apps.kernel.money import Money


class CommandType(msgspec.StructMeta):
    """Makes every field of a command one that is named: msgspec does not hand `kw_only` down."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> "CommandType":
        return super().__new__(cls, name, bases, namespace, **{"kw_only": True, **options})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Command(
    msgspec.Struct, metaclass=CommandType, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Base of all commands. Fields are only ever added, and then with a default."""


class Secret:
    """A text that an operation needs and nobody may read afterwards: the journal shows dots."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


C = TypeVar("C", bound=Command)


def encode(command: Command) -> bytes:
    """The command as JSON, the same bytes for the same content."""
    return msgspec.json.encode(command, enc_hook=_to_wire, order="deterministic")


def to_plain(value: object) -> Any:
    """Any value of commands and results as plain JSON types."""
    return msgspec.to_builtins(value, enc_hook=_to_wire, order="deterministic")


def decode(kind: type[C], given: Mapping[str, Any] | bytes) -> C:
    """The command that JSON or a mapping of plain values describes.

    Raises MalformedCommand with the field's place, or a refusal of its amount.
    """
    try:
        if isinstance(given, bytes):
            return msgspec.json.decode(given, type=kind, dec_hook=_from_wire)
        return msgspec.convert(given, type=kind, dec_hook=_from_wire)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        pointer = place.rstrip("`").replace(".", "/").replace("[", "/").replace("]", "")
        # Names of unknown fields are as long as their sender made them.
        raise MalformedCommand(pointer=pointer or "/", reason=reason[:200]) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedCommand(pointer="/", reason=str(error)[:200]) from None


def fingerprint(operation: str, command: Command) -> bytes:
    """What a key is bound to: the SHA-256 of the operation's name and the command."""
    text = msgspec.json.encode(command, enc_hook=_to_print, order="deterministic")
    return hashlib.sha256(operation.encode() + b"\n" + text).digest()


def secrets_of(kind: type[Command]) -> set[str]:
    """The names of a command's secret fields."""
    return {field.name for field in msgspec.structs.fields(kind) if field.type is Secret}


def without_secrets(kind: type[Command], given: Any) -> Any:
    """What was sent for a command, readable or not, with its secret fields dotted out."""
    hidden = secrets_of(kind)
    if not hidden:
        return given
    if isinstance(given, Mapping):
        return {name: "•••" if name in hidden else value for name, value in given.items()}
    return "•••"


def money_of(given: object) -> Money:
    """The amount that its wire form describes.

    Raises NotAmount, TooManyDecimals, AmountTooLarge, UnknownCurrency.
    """
    if not isinstance(given, dict) or set(given) != {"amount", "currency"}:
        raise NotAmount(given=str(given)[:40])
    amount, code = given["amount"], given["currency"]
    if isinstance(amount, str) and amount.startswith("-"):
        return -Money.parse(amount[1:], code)
    return Money.parse(amount, code)


def _to_print(value: object) -> object:
    if isinstance(value, Secret):
        return hashlib.sha256(value.reveal().encode()).hexdigest()
    return _to_wire(value)


def _to_wire(value: object) -> object:
    if isinstance(value, Money):
        return {"amount": f"{value.decimal:f}", "currency": value.currency}
    if isinstance(value, Secret):
        return "•••"
    raise NotImplementedError(f"{type(value).__name__} has no wire form")


def _from_wire(kind: type, given: object) -> object:
    if kind is Money:
        return money_of(given)
    if kind is Secret and isinstance(given, str):
        return Secret(given)
    raise NotImplementedError(f"{kind.__name__} has no wire form")
