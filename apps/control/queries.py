"""Reads of approvals and of the journal."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.control.models import Approval
from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line of the journal as people read it; amounts in minor units."""

    id: UUID
    operation: str
    outcome: str
    actor_name: str
    branch_id: int | None
    booking_date: dt.date | None
    amount_minor: int | None
    currency: str
    subjects: list[str]
    at: dt.datetime


def waiting_for(*, user: int, roles: Sequence[str]) -> int:
    """How many requests wait for one of these roles and were not made by this person."""
    found: int = sql.value(
        """SELECT count(*) FROM control_approval
            WHERE state = 'waiting' AND role = ANY (%(roles)s) AND maker_id <> %(user)s""",
        {"roles": list(roles), "user": user},
    )
    return found


def inbox(*, user: int, roles: Sequence[str], limit: int = 200) -> list[Approval]:
    """Requests that wait for one of these roles, and the person's own; oldest first."""
    return list(
        Approval.objects.filter(state=Approval.State.WAITING)
        .filter(role__in=roles)
        .union(Approval.objects.filter(state=Approval.State.WAITING, maker_id=user))
        .order_by("id")[:limit]
    )


def journal(
    *,
    branches: frozenset[int] | None,
    actor: int | None = None,
    operation: str = "",
    subject: str = "",
    date: dt.date | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[JournalLine]:
    """Lines of the journal, newest first, a page of at most `limit`; one statement.

    `branches` are those the reader may see (None: all); `before` is the last line of the page
    above. Ids of runs are in the order of time.
    """
    found = sql.rows(
        """SELECT id, operation, outcome, actor_name, branch_id, booking_date, amount_minor,
                  currency, subjects, at
             FROM control_operationrun
            WHERE (%(branches)s::bigint[] IS NULL OR branch_id = ANY (%(branches)s::bigint[]))
              AND (%(actor)s::bigint IS NULL OR actor_id = %(actor)s::bigint)
              AND (%(operation)s = '' OR operation = %(operation)s)
              AND (%(subject)s = '' OR subjects @> ARRAY[%(subject)s]::text[])
              AND (%(date)s::date IS NULL OR booking_date = %(date)s::date)
              AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
            ORDER BY id DESC LIMIT %(limit)s""",
        {
            "branches": None if branches is None else sorted(branches),
            "actor": actor,
            "operation": operation,
            "subject": subject,
            "date": date,
            "before": before,
            "limit": limit,
        },
    )
    return [JournalLine(*line) for line in found]


def run(run_id: UUID) -> dict[str, Any] | None:
    """One line of the journal, whole, with the approval that it went through; one statement."""
    found = sql.row(
        """SELECT to_json(r), to_json(a),
                  (SELECT json_agg(json_build_object('name', vr.actor_name, 'at', vr.at)
                                   ORDER BY vr.at)
                     FROM control_approvalvote v
                     JOIN control_operationrun vr ON vr.id = v.run_id
                    WHERE v.approval_id = a.id)
             FROM control_operationrun r
             LEFT JOIN control_approval a ON a.id = r.approval_id OR a.run_id = r.id
            WHERE r.id = %(run)s""",
        {"run": run_id},
    )
    if found is None:
        return None
    line, approval, votes = found
    return {"line": line, "approval": approval, "votes": votes or []}
