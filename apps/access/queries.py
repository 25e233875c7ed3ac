"""Reads of who may do what."""

import datetime as dt
from dataclasses import dataclass

from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do today: a permission, and in which branches (None: all)."""

    held: dict[str, frozenset[int] | None]
    roles: tuple[str, ...]

    def __contains__(self, permission: str) -> bool:
        return permission in self.held

    def branches(self, permission: str) -> frozenset[int] | None:
        """Where the permission is held: a set of branches, empty for nowhere, None for all."""
        return self.held.get(permission, frozenset())

    def reaches(self, permission: str, branch: int | None) -> bool:
        """Is the permission held in this branch?"""
        where = self.branches(permission)
        return where is None or branch in where

    def everywhere(self) -> frozenset[int] | None:
        """All branches in which anything is held; None where something is held in the whole bank.

        What everybody may do about themselves counts with the role that it comes with.
        """
        found: frozenset[int] = frozenset()
        for where in self.held.values():
            if where is None:
                return None
            found |= where
        return found

    def within(self, scopes: frozenset[str]) -> "Rights":
        """What is left of them for a key with these scopes; its roles stay those of its user."""
        return Rights(
            {name: where for name, where in self.held.items() if name in scopes}, self.roles
        )


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it counts at this moment, on the open date."""

    id: int
    user: int
    user_name: str
    digest: str
    scopes: list[str]
    addresses: list[str]
    client: str
    live: bool
    # Not noted within the last minute; and from where it was, then.
    unseen: bool
    seen_from: str
    date: dt.date | None


def key(prefix: str) -> Key | None:
    """An API key by its public part; one statement, asked by every request and never kept."""
    found = sql.row(
        """SELECT k.id, k.user_id, u.full_name, k.digest, k.scopes, k.addresses, k.client,
                  u.is_active AND u.is_machine AND k.revoked_at IS NULL
                      AND k.expires_at > clock_timestamp(),
                  coalesce(last.used_at < clock_timestamp() - interval '1 minute', true),
                  coalesce(last.address, ''), day.date
             FROM access_apikey k
             JOIN access_user u ON u.id = k.user_id
             LEFT JOIN access_apikeyuse last ON last.key_id = k.id
             LEFT JOIN kernel_bookingdate day ON day.status = 'open'
            WHERE k.prefix = %(prefix)s""",
        {"prefix": prefix},
    )
    return Key(*found) if found else None


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An API key in a list, with its last use."""

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


def keys(*, before: int | None = None, limit: int = 50) -> list[KeyLine]:
    """API keys, newest first: a page, one statement."""
    found = sql.rows(
        """SELECT k.id, k.user_id, u.full_name, k.name, k.prefix, k.client, k.scopes, k.addresses,
                  k.expires_at, k.revoked_at, k.replaces_id, last.used_at, last.address
             FROM access_apikey k
             JOIN access_user u ON u.id = k.user_id
             LEFT JOIN access_apikeyuse last ON last.key_id = k.id
            WHERE %(before)s::bigint IS NULL OR k.id < %(before)s::bigint
            ORDER BY k.id DESC LIMIT %(limit)s""",
        {"before": before, "limit": limit},
    )
    return [KeyLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class SignInLine:
    """An attempt to sign in as a person sees it in the list of their own."""

    at: dt.datetime
    outcome: str
    address: str
    is_known: bool


def sign_ins(*, user: int, limit: int = 10) -> list[SignInLine]:
    """The last attempts under somebody's name, and what came of them; one statement."""
    found = sql.rows(
        """SELECT at, outcome, address, machine <> ''
             FROM access_signin WHERE user_id = %(user)s ORDER BY id DESC LIMIT %(limit)s""",
        {"user": user, "limit": limit},
    )
    return [SignInLine(*line) for line in found]


def rights(*, user: int, date: dt.date | None) -> Rights:
    """The rights of a person on a booking date; one statement.

    Asked once for each request and never kept longer, so that what is revoked is gone at the next.
    """
    found = sql.rows(
        """SELECT r.code, r.permissions, h.branch_id
             FROM access_roleholding h
             JOIN access_role r ON r.id = h.role_id
             JOIN access_user u ON u.id = h.user_id AND u.is_active
            WHERE h.user_id = %(user)s
              AND (%(date)s::date IS NULL OR h.valid_from <= %(date)s::date
                   AND (h.valid_to IS NULL OR h.valid_to >= %(date)s::date))
            ORDER BY r.code""",
        {"user": user, "date": date},
    )
    held: dict[str, frozenset[int] | None] = {}
    for _, permissions, branch in found:
        for permission in permissions:
            before = held.get(permission, frozenset())
            held[permission] = None if branch is None or before is None else before | {branch}
    return Rights(held, tuple(dict.fromkeys(role for role, _, _ in found)))
