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
