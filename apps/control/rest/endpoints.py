"""What an address of the API can do: reads, which are functions, and operations, which are named.

Each app declares its own in `api.py`; `bank/api.py` gives each its address. Everything that the
OpenAPI document says of an endpoint follows from its declaration.
"""

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, get_type_hints

import msgspec

from apps.control.declarations import OPERATIONS, Operation
from apps.control.errors import NotFound
from apps.control.rest.pages import Slice
from apps.control.run import Actor
from apps.control.screens import Rights
from apps.kernel.text import Text


class Client(Protocol):
    """Whoever came with a good key; see apps.access.api.Client."""

    pk: int
    is_authenticated: bool
    scopes: frozenset[str]
    rights: Rights
    date: dt.date | None
    # By whose count requests are limited, and whose idempotency keys these are.
    client: str


def uah(amount: str) -> dict[str, str]:
    """An amount of an example."""
    return {"amount": amount, "currency": "UAH"}


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a read takes in its address or, where that would tell too much, in its body."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Who reads, on the open date, by which permission."""

    user: int
    rights: Rights
    # None where the read is open to every key, and judges by itself what it tells.
    permission: str | None
    date: dt.date
    actor: Actor

    @property
    def branches(self) -> frozenset[int] | None:
        """Where the permission is held; None for everywhere."""
        return self.rights.branches(self.permission or "")

    def require(self, branch: int | None) -> None:
        """Raises NotFound for what lies in a branch of others."""
        if not self.rights.reaches(self.permission or "", branch):
            raise NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A chapter of the document."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A function that reads. Its parameters say what it takes: path, `query` or `body`, `page`."""

    name: str
    permission: str | None
    tag: Tag
    summary: Text
    example: Any
    function: Callable[..., Any]
    path: Mapping[str, Any]
    query: type[Asked] | None
    body: type[Asked] | None
    paged: bool
    gives: Any
    sample: Mapping[str, Any] | None

    @property
    def description(self) -> str:
        return inspect.cleandoc(self.function.__doc__ or "")


def reads(
    name: str,
    *,
    permission: str | None,
    tag: Tag,
    summary: Text,
    example: Any,
    sample: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], Read]:
    """Declare the decorated function as an endpoint; `example` is what it gives, in plain types.

    `sample` is an example of its body, or of a query of which something must be given.
    """

    def declare(function: Callable[..., Any]) -> Read:
        hints = get_type_hints(function, include_extras=True)
        gives = hints.pop("return")
        hints.pop("ask")
        paged = hints.pop("page", None) is Slice
        query, body = hints.pop("query", None), hints.pop("body", None)
        return Read(
            name=name,
            permission=permission,
            tag=tag,
            summary=summary,
            example=example,
            function=function,
            path=MappingProxyType(hints),
            query=query,
            body=body,
            paged=paged,
            gives=gives,
            sample=sample,
        )

    return declare


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """An operation that replaces what others may be changing: it needs the ETag of a read.

    `lock(**path)` keeps the object as it is until the transaction ends. Raises NotFound.
    """

    read: Read
    lock: Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Does:
    """An operation behind an address. Fields of its command that stand in the path are not sent."""

    operation: Operation
    tag: Tag
    example: Mapping[str, Any]
    # An example of its result; None for an operation that gives nothing.
    gives: Mapping[str, Any] | None
    # The address of what it makes, with fields of the result or of the command in braces.
    location: str
    guarded: Guarded | None

    @property
    def name(self) -> str:
        return self.operation.name

    @property
    def permission(self) -> str:
        return self.operation.permission

    @property
    def summary(self) -> Text:
        return self.operation.sentence

    @property
    def description(self) -> str:
        return inspect.cleandoc(self.operation.body.__doc__ or "")

    @property
    def result(self) -> Any:
        """The type of its result; None for an operation that gives nothing."""
        found = get_type_hints(self.operation.body).get("return")
        return None if found is type(None) else found


def does(
    name: str,
    *,
    tag: Tag,
    example: Mapping[str, Any],
    gives: Mapping[str, Any] | None = None,
    location: str = "",
    guarded: Guarded | None = None,
) -> Does:
    """Declare that an operation can be asked for over the API."""
    return Does(
        operation=OPERATIONS[name],
        tag=tag,
        example=example,
        gives=gives,
        location=location,
        guarded=guarded,
    )


Endpoint = Read | Does
