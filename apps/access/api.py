"""How a key opens the API, and its own resources: the key itself, and all keys.

Nothing else opens it: no session of a browser, and so nothing that a page of others could send.
"""

import datetime as dt
import hmac
import ipaddress
import logging
from dataclasses import asdict, dataclass

from django.db import DatabaseError
from msgspec import Struct
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.access import queries
from apps.access.errors import KeyEnded, KeyNotFromHere, NoGoodKey
from apps.access.queries import Rights
from apps.access.rules import digest_of_token, prefix_of
from apps.control.rest import limits
from apps.control.rest.endpoints import Ask, Tag, does, reads
from apps.control.rest.pages import Page, Slice
from apps.kernel import sql
from apps.kernel.text import Text

log = logging.getLogger(__name__)

ACCESS = Tag(name="access", title=Text(uk="Доступ", en="Access"))


@dataclass(frozen=True, slots=True)
class Client:
    """A machine user who came with a good key; its rights lie in its roles and its scopes both."""

    pk: int
    scopes: frozenset[str]
    rights: Rights
    date: dt.date | None
    client: str
    is_authenticated: bool = True


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer skarb_…`; judged anew at each request, by two statements."""

    def authenticate(self, request: Request) -> tuple[Client, None]:
        """Raises NoGoodKey, KeyEnded, KeyNotFromHere; TooManyRequests for whoever goes on."""
        address = request.META.get("REMOTE_ADDR", "")
        try:
            return _client(request.META.get("HTTP_AUTHORIZATION", ""), address), None
        except (NoGoodKey, KeyEnded, KeyNotFromHere) as refusal:
            limits.take_stranger(address)
            log.warning("a key was refused from %s: %s", address, refusal.code)
            raise


def _client(given: str, address: str) -> Client:
    scheme, _, token = given.partition(" ")
    prefix = prefix_of(token) if scheme.lower() == "bearer" else None
    key = queries.key(prefix) if prefix else None
    # The same answer, and about the same time, for an unknown prefix and for a wrong secret.
    digest = key.digest if key else ""
    if not hmac.compare_digest(digest_of_token(token), digest) or key is None:
        raise NoGoodKey
    if not key.live:
        raise KeyEnded
    if key.addresses and not _within(address, key.addresses):
        raise KeyNotFromHere(address=address)
    if key.unseen or key.seen_from != address:
        _note_use(key.id, address)
    held = queries.rights(user=key.user, date=key.date)
    return Client(
        pk=key.user,
        scopes=frozenset(key.scopes),
        rights=held.within(frozenset(key.scopes)),
        date=key.date,
        client=key.client,
    )


def _within(address: str, networks: list[str]) -> bool:
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        # A socket of this machine has no address, which is in no network.
        return False
    return any(place in ipaddress.ip_network(one) for one in networks)


def _note_use(key: int, address: str) -> None:
    """Keep when and from where, to the minute; a key works also where that cannot be kept."""
    try:
        sql.rows(
            """INSERT INTO access_apikeyuse (key_id, used_at, address)
               VALUES (%(key)s, clock_timestamp(), %(address)s)
                   ON CONFLICT (key_id) DO UPDATE
                  SET used_at = excluded.used_at, address = excluded.address""",
            {"key": key, "address": address},
        )
    except DatabaseError:
        log.warning("the last use of key %d was not kept", key, exc_info=True)


# --- Resources ----------------------------------------------------------------------------------


class Holding(Struct, frozen=True):
    """A permission that counts now, and the branches it counts in; null for the whole bank."""

    permission: str
    branches: list[int] | None


class Myself(Struct, frozen=True):
    """The client behind a key: what its scopes and its user's roles both allow."""

    user: int
    open_date: dt.date
    roles: list[str]
    rights: list[Holding]


@reads(
    "access.myself",
    permission=None,
    tag=ACCESS,
    summary=Text(uk="Хто я і що мені дозволено", en="Who I am and what I may do"),
    example={
        "user": 41,
        "open_date": "2026-03-02",
        "roles": ["teller"],
        "rights": [{"permission": "payments.transfer", "branches": [1]}],
    },
)
def myself(ask: Ask) -> Myself:
    """The way to try a key: it needs no scope."""
    held = ask.rights
    assert isinstance(held, Rights), "authentication has made them"
    return Myself(
        user=ask.user,
        open_date=ask.date,
        roles=list(held.roles),
        rights=[Holding(name, sql.listed(where)) for name, where in sorted(held.held.items())],
    )


class ApiKey(Struct, frozen=True):
    """A key without its secret, with when and from where it was last used, to the minute."""

    id: int
    user: int
    user_name: str
    name: str
    prefix: str
    client: str
    scopes: list[str]
    addresses: list[str]
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    replaces: int | None
    used_at: dt.datetime | None
    used_from: str | None


@reads(
    "access.keys",
    permission="access.manage_api_keys",
    tag=ACCESS,
    summary=Text(uk="Ключі API", en="API keys"),
    example={
        "items": [
            {
                "id": 7,
                "user": 41,
                "user_name": "Web shop",
                "name": "Web shop, 2026",
                "prefix": "5f0c1a92be77",
                "client": "key:5f0c1a92be77",
                "scopes": ["accounts.view", "payments.transfer"],
                "addresses": ["203.0.113.0/24"],
                "expires_at": "2026-05-30T00:00:00Z",
                "revoked_at": None,
                "replaces": None,
                "used_at": "2026-03-02T09:15:00Z",
                "used_from": "203.0.113.7",
            }
        ],
        "next": None,
    },
)
def keys(ask: Ask, *, page: Slice) -> Page[ApiKey]:
    """Every key, newest first. Keys are for the whole bank, and so is the permission."""
    ask.require(None)
    found = queries.keys(before=page.behind(None), limit=page.limit)
    return page.of([ApiKey(**asdict(one)) for one in found], lambda one: [one.id])


ADD_USER = does(
    "access.add_user",
    tag=ACCESS,
    example={"username": "shop", "full_name": "Web shop", "is_machine": True},
    gives={"user": 41},
)
CHANGE_USER = does(
    "access.change_user",
    tag=ACCESS,
    example={"full_name": "Web shop", "email": "shop@bank.example"},
)
CLOSE_USER = does("access.close_user", tag=ACCESS, example={})
REOPEN_USER = does("access.reopen_user", tag=ACCESS, example={})
RESET_SECOND_FACTOR = does("access.reset_second_factor", tag=ACCESS, example={})
DEFINE_ROLE = does(
    "access.define_role",
    tag=ACCESS,
    example={
        "code": "cashier",
        "name_uk": "Касир",
        "name_en": "Cashier",
        "permissions": ["cash.operate_till", "accounts.view"],
    },
    gives={"role": 9},
)
GRANT_ROLE = does(
    "access.grant_role",
    tag=ACCESS,
    example={"role": "teller", "valid_from": "2026-03-02", "branch": 1, "limit_minor": 5_000_000},
    gives={"holding": 88},
)
REVOKE_ROLE = does("access.revoke_role", tag=ACCESS, example={})
ISSUE_KEY = does(
    "access.issue_api_key",
    tag=ACCESS,
    example={
        "name": "Web shop, 2026",
        "prefix": "5f0c1a92be77",
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "scopes": ["accounts.view", "payments.transfer"],
        "expires_at": "2026-05-30T00:00:00Z",
        "addresses": ["203.0.113.0/24"],
    },
    gives={"key": 7},
)
REVOKE_KEY = does("access.revoke_api_key", tag=ACCESS, example={})
