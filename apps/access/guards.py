"""How access answers the door: the authority."""

import datetime as dt

from apps.access.models import Role, RoleHolding
from apps.control.declarations import AUTHORITY, RoleHeld


class HeldRoles:
    """Authority from role holdings: dates checked, branches told apart, the widest limit taken."""

    name = "(SELECT full_name FROM access_user WHERE id = %(actor)s)"
    # One row always, as aggregates over nothing give one.
    statement = """
        SELECT (SELECT full_name FROM access_user WHERE id = %(actor)s AND is_active),
               coalesce(bool_or(held.here), false), count(*) > 0,
               coalesce(bool_and(held.limit_minor IS NOT NULL) FILTER (WHERE held.here), false),
               max(held.limit_minor) FILTER (WHERE held.here)
          FROM (SELECT h.branch_id IS NULL OR h.branch_id = scope.branch_id IS TRUE AS here,
                       h.limit_minor
                  FROM access_roleholding h
                  JOIN access_role r ON r.id = h.role_id
                 WHERE h.user_id = %(actor)s
                   AND r.permissions @> ARRAY[%(permission)s]::varchar[]
                   AND (day.date IS NULL OR (h.valid_from <= day.date
                        AND (h.valid_to IS NULL OR h.valid_to >= day.date)))) held"""

    def role_held(
        self, *, user: int, role: str, branch: int | None, date: dt.date
    ) -> RoleHeld | None:
        """How the user holds the role there on that date, with the widest limit; one statement."""
        held = RoleHolding.objects.in_force(date).filter(user_id=user, role__code=role)
        limits = list(held.at(branch).values_list("limit_minor", flat=True))
        if not limits:
            return None
        known = [limit for limit in limits if limit is not None]
        return RoleHeld(max(known) if len(known) == len(limits) else None)

    def holders(self, *, role: str, branch: int | None, date: dt.date) -> int | None:
        """How many people hold the role in the branch, or anywhere; None where there is none."""
        if not Role.objects.filter(code=role).exists():
            return None
        held = RoleHolding.objects.in_force(date).filter(role__code=role)
        if branch is not None:
            held = held.at(branch)
        return held.values("user_id").distinct().count()


AUTHORITY.fill(HeldRoles())
