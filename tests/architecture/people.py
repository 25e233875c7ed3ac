"""Everybody who may come to an address: each standard role, in a branch and in the whole bank."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.access.models import User
from apps.access.operations import EnrolSecondFactor, declared_permissions
from apps.control.commands import Secret
from apps.control.run import Actor
from apps.kernel import sql
from bank.roles import EVERYONE, ROLES
from tests.api.machine import machine
from tests.architecture.addresses import Person
from tests.factories import Bank, add_user, do
from tests.rewinding import rewound

Knock = Callable[..., Any]


def browsers(bank: Bank) -> list[Person]:
    """With a browser, signed in and with the second factor given; and the teller at work."""
    found = []
    for role in ROLES:
        for limited in (True, False):
            branch = bank.branch if limited else None
            person = add_user(role=role, branch=branch, actor=bank.administrator)
            found.append(_person(role, (role,), person, limited=limited))
    found.append(_former(bank))
    return [*found, _person("the teller at work", ("teller",), bank.teller, limited=True)]


def _former(bank: Bank) -> Person:
    """Somebody who is still signed in, and holds no role any more."""
    person = add_user(role="supervisor", branch=bank.branch, actor=bank.administrator)
    knock = browser(person)
    holding = sql.value(
        "SELECT id FROM access_roleholding WHERE user_id = %(user)s", {"user": person.user_id}
    )
    do("access.revoke_role", {"holding": holding}, actor=bank.administrator)
    return Person("no role", (), frozenset(), True, person.user_id, knock)


def _person(name: str, roles: tuple[str, ...], actor: Actor, *, limited: bool) -> Person:
    held = {one for role in roles for one in ROLES[role].permissions} | set(EVERYONE)
    where = "" if limited else " of the whole bank"
    knock = browser(actor)
    return Person(name + where, roles, _declared(held), limited, actor.user_id, knock)


def _declared(held: set[str]) -> frozenset[str]:
    return frozenset(held & declared_permissions())


def browser(actor: Actor, *, verified: bool = True) -> Knock:
    """A signed-in browser as a function of method and address."""
    user = User.objects.get(id=actor.user_id)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["signed_in_at"] = 0
    if verified:
        command = EnrolSecondFactor(key=Secret("0" * 40), digests=())
        do("access.enrol_second_factor", command, actor=actor)
        device = TOTPDevice.objects.get(user=user)
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    # The first request notes when the session began.
    client.get("/session/")
    return _knocking(client)


def stranger() -> Knock:
    """A browser in which nobody has signed in."""
    return _knocking(Client(raise_request_exception=False))


def _knocking(client: Client) -> Knock:
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def knock(
        method: str, address: str, data: Any = None, *, csrf: bool = False, **more: Any
    ) -> Any:
        client.handler.enforce_csrf_checks = csrf
        # Whatever a page has set is forgotten: each case begins as the first.
        client.cookies = SimpleCookie(cookies)
        sent: Any
        if method in {"GET", "HEAD", "POST"}:
            sent = getattr(client, method.lower())(address, data or {}, **more)
        else:
            sent = client.generic(method, address, **more)
        return sent

    return knock


def programs(bank: Bank) -> list[Person]:
    """With a key of every scope that the role allows; and one whose key allows nothing."""
    found = []
    for role in ROLES:
        for limited in (True, False):
            made = machine(bank, role, branch=bank.branch if limited else None)
            held = _declared({*ROLES[role].permissions, *EVERYONE})
            name = role if limited else f"{role} of the whole bank"
            found.append(Person(name, (role,), held, limited, made.user, program(made.token)))
    scopeless = machine(bank, "supervisor", scopes=["access.use_own_profile"])
    allowed = frozenset({"access.use_own_profile"})
    return [
        *found,
        Person("no scope", (), allowed, False, scopeless.user, program(scopeless.token)),
    ]


def program(token: str) -> Knock:
    client = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    def knock(method: str, address: str, data: Any = None, **more: str) -> Any:
        given = headers | {name.replace("_", "-"): value for name, value in more.items()}
        body = b"" if data is None else data
        sent: Any = client.generic(method, address, body, "application/json", headers=given)
        return sent

    return knock


@contextmanager
def each_alone() -> Iterator[None]:
    """Whatever a case does is taken back; what a page has broken is not left to the next one."""
    assert settings.SECOND_FACTOR
    with rewound():
        yield
    assert not connection.in_atomic_block
