"""Every address of the project, found in the resolver, with what its code declares about it.

Nothing is listed by hand but `OPEN` and `OWN_RULE`: addresses that no permission guards, and those
whose page judges by itself, each with its reason. A new address is found by itself; one that
declares nothing is told so.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from django.contrib import admin
from django.http import QueryDict
from django.urls import URLPattern, URLResolver, get_resolver

from apps.control.adminsite.pages import Offer, OperationAdmin
from apps.control.adminsite.site import ADMINISTERING
from apps.control.declarations import OPERATIONS, Operation
from apps.control.rest.endpoints import Does, Endpoint
from apps.control.rest.views import Nowhere
from apps.control.screens import OperationScreen, Screen

API = "api/v1/"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a standard role, in the first branch or in the whole bank."""

    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    # Whether the role is held in the first branch alone.
    limited: bool
    user: int
    knock: Any

    def reaches(self, permission: str, where: str) -> bool:
        return permission in self.permissions and not (self.limited and where != "own")


@dataclass(frozen=True, slots=True)
class Address:
    """One address: its route, and what it leads to."""

    name: str
    route: str
    view: Any
    # Of the administration alone: the table, and the operation that a form is of.
    table: OperationAdmin | None = None
    offer: Offer | None = None

    @property
    def arguments(self) -> list[str]:
        return _ARGUMENT.findall(self.route)

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        found: Mapping[str, Endpoint] = getattr(self.view, "view_initkwargs", {}).get(
            "endpoints", {}
        )
        return found

    @property
    def screen(self) -> Any:
        """The class behind it; None for a function."""
        return getattr(self.view, "view_class", None)

    def filled(self, named: Callable[[str], Any]) -> str:
        return "/" + _ARGUMENT.sub(lambda found: str(named(found[1])), self.route)


@dataclass(frozen=True, slots=True)
class Free:
    """An address that no permission guards: why, and which methods it answers to whom."""

    why: str
    methods: tuple[str, ...]
    # Without having signed in, or before the second factor was given.
    signed_out: bool = False
    half_way: bool = False


OPEN: Mapping[str, Free] = MappingProxyType(
    {
        "home": Free("leads each role to its own first page", ("GET",)),
        "search": Free("finds only what each source may tell this person", ("POST",)),
        "healthy": Free("a machine asks whether the process answers", ("GET",), signed_out=True),
        "ready": Free("a machine asks whether work can begin", ("GET",), signed_out=True),
        "access:sign_in": Free(
            "whoever signs in has not signed in yet", ("GET", "HEAD", "POST"), signed_out=True
        ),
        "access:sign_out": Free("everybody may leave", ("POST",), half_way=True),
        "access:session": Free(
            "everybody may ask how long they stay signed in", ("GET", "HEAD", "POST"), half_way=True
        ),
        "access:second_factor": Free(
            "it is asked before anything else is shown", ("GET", "HEAD", "POST"), half_way=True
        ),
    }
)


def _sees_request(person: Person, where: str, small: Any) -> bool:
    decides = "chief_accountant" in person.roles and person.reaches(
        "control.decide_approvals", where
    )
    asks = {"control.decide_approvals", "control.make_requests"} & person.permissions
    return bool(asks) and (decides or person.reaches("control.view_journal", where))


def _sees_run(person: Person, where: str, small: Any) -> bool:
    own = where == "own" and person.user == small.bank.teller.user_id
    return own or any(person.reaches(one, where) for one in ("control.view_journal", "ledger.view"))


def _sees_session(person: Person, where: str, small: Any) -> bool:
    manages = "cash.manage_tills" in person.permissions
    return person.reaches("cash.manage_tills" if manages else "cash.operate_till", where)


def _closes(person: Person, where: str, small: Any) -> bool:
    return where == "own" and person.user == small.bank.teller.user_id


def _reads_statements(person: Person, where: str, small: Any) -> bool:
    """The report of the small bank is of the book; others may read reports of loans or people."""
    needed = ("reporting.view_reports", "reporting.view_statements")
    return all(person.reaches(one, where) for one in needed)


def _keeps_statements(person: Person, where: str, small: Any) -> bool:
    needed = ("reporting.keep_reports", "reporting.view_statements")
    return all(person.reaches(one, where) for one in needed)


Judge = Callable[[Person, str, Any], bool]
_ALL = "whoever may do it in the whole bank"


def _everywhere(permission: str) -> Judge:
    return lambda person, where, small: person.reaches(permission, "the whole bank")


# Pages that judge by more than one permission in the branch of their object.
OWN_RULE: Mapping[str, tuple[str, Judge]] = MappingProxyType(
    {
        "control:approval": ("its maker, its deciders and readers of the journal", _sees_request),
        "ledger:run": ("whoever did it, and readers of the journal or the book", _sees_run),
        "ledger:receipt": ("whoever did it, and readers of the journal or the book", _sees_run),
        "accounts:open": ("of a customer whom one may look at", lambda p, w, s: (
            p.reaches("accounts.open", w) and p.reaches("customers.view", w))),
        "cash:session": ("tellers, and whoever runs the tills of its branch", _sees_session),
        "hr:own_payslip": ("nobody here has a payslip and comes", lambda p, w, s: False),
        "cash:close": ("a teller closes no session but their own", _closes),
        # The API has no permission on these: each says in its description who is answered.
        "POST approvals/<id:approval>/withdraw": (
            "whoever asks for things is told that a request of others is not theirs",
            lambda p, w, s: "control.make_requests" in p.permissions),
        "GET sessions/current": ("it is only of a teller at work", lambda p, w, s: False),
        **{name: (_ALL, _everywhere(permission)) for name, permission in {
            "GET keys": "access.manage_api_keys",
            "GET approval-policies": "control.manage_policies",
            "GET closes": "eod.run_close",
            "GET closes/<day:date>": "eod.run_close",
            "GET closes/<day:date>/proofs": "eod.run_close",
            "GET exceptions": "eod.run_close",
            "GET budgets": "finance.view_budgets",
            "GET budgets/<id:budget>": "finance.view_budgets",
            "GET months": "finance.view_months",
            "GET months/<day:period>": "finance.view_months",
        }.items()},
        **dict.fromkeys(
            ("reporting:report", "reporting:figure", "reporting:file", "reporting:kept",
             "reporting:kept_file", "reporting:comparison", "GET reports/<code:report>",
             "GET kept-reports/<id:kept>", "GET kept-reports/<id:kept>/repetition"),
            ("whoever may read that report", _reads_statements)),
        **dict.fromkeys(
            ("reporting:keep", "reporting:order_report"),
            ("whoever may keep that report", _keeps_statements)),
        # Of the whole bank, as their examples are; of a branch, the body judges that.
        **dict.fromkeys(
            ("POST kept-reports", "POST report-orders"),
            ("whoever may keep it of the whole bank", lambda p, w, s: (
                _keeps_statements(p, "the whole bank", s)))),
        **dict.fromkeys(
            ("reporting:order", "GET report-orders/<id:order>"),
            ("whoever ordered it", lambda p, w, s: False)),
        "GET approvals/<id:approval>": ("as the page", lambda p, w, s: (
            ("chief_accountant" in p.roles and p.reaches("control.decide_approvals", w))
            or p.reaches("control.view_journal", w))),
        "GET sessions/<id:session>": ("its teller, and whoever runs the tills", lambda p, w, s: (
            p.reaches("cash.manage_tills", w) or _closes(p, w, s))),
        "GET runs/<uuid:run>": ("as the page", _sees_run),
        "GET runs/<uuid:run>/entries": ("as the page", _sees_run),
    }
)  # fmt: skip
UNDECLARED = (
    "{name} ({route}) declares nothing of who may open it. Make its view a `Screen` with a"
    " `permission`, an `OperationScreen`, a page of the administration or an endpoint of the API;"
    " if everybody may open it, or it judges by itself, say why in OPEN or OWN_RULE of"
    " tests/architecture/addresses.py"
)


@cache
def every_address() -> list[Address]:
    """All of them; forms of the administration once for each operation that they are of."""
    found = []
    for address in _walk(get_resolver(), "", ""):
        table = _table(address)
        kind = address.name.rpartition("_")[2] if table else ""
        offers = {"add": table.adds, "do": table.offers}.get(kind) if table else None
        if table is None or offers is None:
            found.append(Address(address.name, address.route, address.view, table))
            continue
        found += [
            Address(
                f"{address.name} {offer.slug}",
                address.route.replace("<slug:offer>", offer.slug),
                address.view,
                table,
                offer,
            )
            for offer in offers
        ]
    return found


def screens() -> list[Address]:
    """What people open in a browser, the administration included."""
    return [one for one in every_address() if not one.route.startswith(API)]


def places() -> list[tuple[str, Address]]:
    """Each method of each address of the API."""
    return [(method, one) for one in every_address() for method in one.endpoints]


def label(method: str, address: Address) -> str:
    """What a place of the API is called in OWN_RULE."""
    return f"{method} {address.route.removeprefix(API)}"


def _walk(resolver: URLResolver, route: str, space: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        whole = route + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, whole, one.namespace or space)
        else:
            assert isinstance(one, URLPattern)
            name = ":".join(filter(None, (space, one.name))) if one.name else whole
            yield Address(name, whole, one.callback)


def _table(address: Address) -> OperationAdmin | None:
    for model, page in admin.site._registry.items():
        place = f"admin/{model._meta.app_label}/{model._meta.model_name}/"
        if address.route.startswith(place):
            assert isinstance(page, OperationAdmin)
            return page
    return None


# --- What is declared ---------------------------------------------------------------------------


def permissions(address: Address) -> tuple[str, ...] | None:
    """Every permission that one must hold; None where nothing is declared."""
    if address.route.startswith("admin/"):
        found = [ADMINISTERING]
        found += [address.table.permission] if address.table else []
        return (*found, *([address.offer.permission] if address.offer else []))
    kind = address.screen
    if kind is None or not issubclass(kind, Screen):
        return None
    if issubclass(kind, OperationScreen):
        return (OPERATIONS[kind.operation].permission,)
    declared = getattr(kind, "permission", None)
    return (declared,) if isinstance(declared, str) else None


def asks_for_the_whole_bank(address: Address) -> bool:
    operation = address.offer or address.screen
    name = getattr(operation, "operation", None)
    if name is not None and is_of_the_whole_bank(OPERATIONS[name]):
        return True
    return bool(getattr(address.table or address.screen, "whole_bank", False))


def is_done_by_all(endpoint: Endpoint) -> bool:
    return isinstance(endpoint, Does) and is_of_the_whole_bank(endpoint.operation)


def is_of_the_whole_bank(operation: Operation) -> bool:
    return operation.scope.statement is None and not operation.scope.anywhere


def methods(address: Address) -> set[str]:
    """The methods that something is declared for."""
    if address.name in OPEN:
        return set(OPEN[address.name].methods)
    if address.route.startswith("admin/"):
        return {"GET", "HEAD", "POST"} if address.offer else {"GET", "HEAD"}
    return {
        method
        for method in METHODS
        if method != "OPTIONS"
        and hasattr(address.screen, "get" if method == "HEAD" else method.lower())
    }


def undeclared() -> list[str]:
    """Addresses of which nothing is declared, each with what to do about it."""
    return [
        UNDECLARED.format(name=one.name, route=one.route)
        for one in every_address()
        if not (
            one.name in OPEN
            or one.name in OWN_RULE
            or permissions(one)
            or one.endpoints
            or one.screen is Nowhere
        )
    ]


def opens(address: Address, person: Person, where: str, small: Any) -> bool:
    """Whether a page is declared to be open to this person, for an object there."""
    if address.name in OWN_RULE:
        return where != "nowhere" and OWN_RULE[address.name][1](person, where, small)
    needed = permissions(address)
    assert needed is not None, UNDECLARED.format(name=address.name, route=address.route)
    if not set(needed) <= person.permissions:
        return False
    if asks_for_the_whole_bank(address) and person.limited:
        return False
    return where == "own" or (where == "other" and not person.limited)


def answers(endpoint: Endpoint, name: str, person: Person, where: str, small: Any) -> bool:
    """The same of an endpoint of the API."""
    if name in OWN_RULE:
        return where != "nowhere" and OWN_RULE[name][1](person, where, small)
    if endpoint.permission is None:
        return where != "nowhere"
    if endpoint.permission not in person.permissions:
        return False
    if isinstance(endpoint, Does) and is_of_the_whole_bank(endpoint.operation) and person.limited:
        return False
    return where == "own" or (where == "other" and not person.limited)


# --- What a page asks its address for -----------------------------------------------------------


@contextmanager
def parameters_read() -> Iterator[set[str]]:
    """Names of query parameters that are looked at as long as this lasts."""
    seen: set[str] = set()

    def noting(name: str) -> Callable[..., Any]:
        real = getattr(QueryDict, name)

        def noted(self: QueryDict, key: Any, *rest: Any) -> Any:
            seen.add(str(key))
            return real(self, key, *rest)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for name in ("__getitem__", "__contains__", "getlist"):
            patch.setattr(QueryDict, name, noting(name), raising=False)
        yield seen
