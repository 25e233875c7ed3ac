"""Which refusals an endpoint may answer with, read from the code itself.

Nobody has to keep a list: what a function names, and what the functions that it calls name, is
found in their compiled code. What the database raises, and what guards raise, is known from its
declarations. A refusal too many does no harm; one too few is found by the tests, which hold every
answer against the document.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from msgspec import inspect

from apps.control import door, errors
from apps.control.declarations import (
    CONSTRAINT_REFUSALS,
    GUARDS,
    OPERATIONS,
    SQL_REFUSALS,
    STEPS,
    Operation,
)
from apps.control.rest.endpoints import Does, Endpoint, Read
from apps.kernel import errors as kernel
from apps.kernel.errors import Refusal
from apps.kernel.money import Money

Kind = type[Refusal]
Kinds = frozenset[Kind]

# Whatever is asked for, of whom: a form of answer that there is not, a quota, a bank that fails.
ALWAYS: Kinds = frozenset(
    {errors.BadParameter, errors.NotAcceptable, errors.TooManyRequests, errors.Failed, errors.Busy}
)
_BODY: Kinds = frozenset(
    {errors.BodyNotJson, errors.BodyTooLarge, errors.WrongMediaType, errors.MalformedCommand}
)
_DOOR: Kinds = frozenset(
    {
        errors.ActorUnknown,
        errors.ConstraintBroken,
        errors.KeyMissing,
        errors.KeyReused,
        errors.NotFound,
        errors.PermissionMissing,
        errors.PolicyMissing,
        errors.ScopeMissing,
        errors.StillRunning,
        errors.UnfitValue,
    }
)
_AMOUNT: Kinds = frozenset({errors.AmountNotPositive, errors.LimitExceeded})
_GUARDED: Kinds = frozenset({errors.PreconditionMissing, errors.PreconditionFailed})
_MONEY: Kinds = frozenset(
    {kernel.NotAmount, kernel.TooManyDecimals, kernel.AmountTooLarge, kernel.UnknownCurrency}
)
# By these names entries come into a run, which the book then judges.
_POSTING = {"add", "add_query"}


def refusals(endpoint: Endpoint) -> Kinds:
    """Every refusal that an answer of this endpoint may carry, but those of the key."""
    if isinstance(endpoint, Read):
        return _of_read(endpoint)
    found = ALWAYS | _BODY | _DOOR | of_operation(endpoint.operation)
    if endpoint.guarded is not None:
        found |= _GUARDED | _of([endpoint.guarded.lock, endpoint.guarded.read.function])
    return found | _places(endpoint)


def _of_read(read: Read) -> Kinds:
    found = ALWAYS | {errors.NotSetUp} | _of([read.function])
    if read.body is not None:
        found |= _BODY
    if read.paged:
        found |= {errors.BadCursor}
    if read.permission is not None:
        found |= {errors.ScopeMissing, errors.PermissionMissing, errors.NotFound}
    return found | _places(read)


def _places(endpoint: Endpoint) -> Kinds:
    """An id that can be none leads to an address that is none."""
    named = isinstance(endpoint, Does) or bool(endpoint.path)
    return frozenset({errors.NoSuchAddress} if named else ())


@cache
def of_operation(operation: Operation) -> Kinds:
    """What the door, its guards, the body and the database say of a command."""
    found = set(_of([operation.body]))
    if _has_money(operation.command):
        found |= _MONEY
    if operation.amount is not None:
        found |= _AMOUNT
    if not operation.dateless:
        found.add(errors.NothingClosing if operation.closing else errors.NotSetUp)
    subjects = set(_texts(operation.subjects.__code__))
    found |= _of([guard.check for guard in GUARDS if guard.kinds & subjects])
    return frozenset(found)


def _of(functions: Iterable[Any]) -> Kinds:
    """What these functions and all that they call can raise."""
    walk = _Walk()
    own = set()
    for function in functions:
        walk.follow(function)
        own.add(function.__module__.split(".")[1])
    found = set(walk.kinds)
    # Everybody goes through the door, but only its own operations write its tables.
    apps = (walk.apps - {"control"}) | own
    for registry in (SQL_REFUSALS, CONSTRAINT_REFUSALS):
        found |= {kind for kind in registry if _app(kind) in apps}
    if walk.performs:
        # Agreeing to a command does it, whatever it is.
        for operation in OPERATIONS:
            if operation.body.__module__.startswith("apps.") and not _decides(operation):
                found |= of_operation(operation) | _DOOR
    return frozenset(found)


def _decides(operation: Operation) -> bool:
    walk = _Walk()
    walk.follow(operation.body)
    return walk.performs


class _Walk:
    """Follows the names in compiled code to the functions of the house and their refusals."""

    def __init__(self) -> None:
        self.kinds: set[Kind] = set()
        self.apps: set[str] = set()
        self.performs = False
        self._seen: set[object] = set()

    def follow(self, given: Any) -> None:
        function = getattr(given, "__wrapped__", given)
        if not isinstance(function, FunctionType) or function in self._seen:
            return
        self._seen.add(function)
        if not function.__module__.startswith(("apps.", "tests.")):
            return
        if function is door.perform:
            self.performs = True
            return
        self.apps.add(function.__module__.split(".")[1])
        names = set(_names(function.__code__))
        if names & _POSTING:
            self.apps.add("ledger")
        inside = _closed_over(function)
        for name in names:
            self._take(function.__globals__.get(name, inside.get(name)), names)

    def _take(self, found: Any, names: set[str]) -> None:
        if found is STEPS:
            for step in STEPS:
                self.follow(step.body)
                self.follow(step.finish)
        elif isinstance(found, ModuleType):
            if found.__name__.startswith("apps."):
                for name in names:
                    one = vars(found).get(name)
                    if not isinstance(one, ModuleType):
                        self._take(one, names)
        elif isinstance(found, type):
            self._take_class(found, names)
        else:
            self.follow(found)

    def _take_class(self, found: type, names: set[str]) -> None:
        if issubclass(found, Refusal):
            if "code" in vars(found):
                self.kinds.add(found)
        elif found.__module__.startswith("apps.") and found not in self._seen:
            for name in names & set(vars(found)):
                one = vars(found)[name]
                self.follow(getattr(one, "__func__", getattr(one, "fget", one)))


def _names(code: CodeType) -> Iterator[str]:
    """Every name in a function and in the functions inside it."""
    yield from code.co_names
    yield from code.co_freevars
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _closed_over(function: FunctionType) -> dict[str, Any]:
    cells = function.__closure__ or ()
    return {
        name: cell.cell_contents
        for name, cell in zip(function.__code__.co_freevars, cells, strict=True)
    }


def _texts(code: CodeType) -> Iterator[str]:
    """The texts that a function is written with, for example the kinds of its subjects."""
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from (one for one in constant if isinstance(one, str))


def _app(kind: Kind) -> str:
    return kind.code.partition(".")[0]


def _has_money(kind: type) -> bool:
    """Is there an amount anywhere in a type?"""
    return _holds_money(inspect.type_info(kind))


def _holds_money(described: inspect.Type) -> bool:
    match described:
        case inspect.CustomType(cls=cls):
            return cls is Money
        case inspect.StructType(fields=fields):
            return any(_holds_money(field.type) for field in fields)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return _holds_money(item)
        case inspect.UnionType(types=types):
            return any(_holds_money(one) for one in types)
    return False
