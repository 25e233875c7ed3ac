"""Reads of approvals and of the journal."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.control.models import Approval, ApprovalPolicy
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


@dataclass(frozen=True, slots=True)
class Request:
    """A request for approval in a list; its amount in minor units, where it has one."""

    id: int
    operation: str
    state: str
    maker: int
    maker_name: str
    amount_minor: int | None
    currency: str
    booking_date: dt.date
    at: dt.datetime


_REQUESTS = """
    SELECT a.id, a.operation, a.state, a.maker_id, r.actor_name, r.amount_minor, r.currency,
           a.booking_date, r.at
      FROM control_approval a JOIN control_operationrun r ON r.id = a.run_id"""
# Requests that one of these roles may decide, in these branches (NULL: everywhere).
_FOR_ROLES = """a.role = ANY (%(roles)s)
    AND (%(branches)s::bigint[] IS NULL OR a.branch_id = ANY (%(branches)s::bigint[]))"""


def waiting_for(*, user: int, roles: Sequence[str], branches: frozenset[int] | None) -> int:
    """How many requests wait for one of these roles and were not made by this person."""
    found: int = sql.value(
        f"""SELECT count(*) FROM control_approval a
             WHERE a.state = 'waiting' AND a.maker_id <> %(user)s AND {_FOR_ROLES}""",  # noqa: S608
        {"roles": list(roles), "user": user, "branches": sql.listed(branches)},
    )
    return found


def inbox(
    *,
    user: int,
    roles: Sequence[str],
    branches: frozenset[int] | None,
    after: int = 0,
    limit: int = 200,
) -> list[Request]:
    """Requests that wait for one of these roles, and the person's own; oldest first.

    A page behind the id `after`; one statement.
    """
    found = sql.rows(
        f"""{_REQUESTS}
             WHERE a.state = 'waiting' AND (a.maker_id = %(user)s OR {_FOR_ROLES})
               AND a.id > %(after)s
             ORDER BY a.id LIMIT %(limit)s""",
        {
            "roles": list(roles),
            "user": user,
            "branches": sql.listed(branches),
            "after": after,
            "limit": limit,
        },
    )
    return [Request(*line) for line in found]


def requests_of(*, user: int, limit: int = 50) -> list[Request]:
    """A person's own requests: those that wait, then the last that were decided; one statement."""
    found = sql.rows(
        f"""{_REQUESTS} WHERE a.maker_id = %(user)s
             ORDER BY a.state <> 'waiting', a.id DESC LIMIT %(limit)s""",
        {"user": user, "limit": limit},
    )
    return [Request(*line) for line in found]


def own_requests(
    *, user: int, waiting: bool, before: int | None = None, limit: int = 50
) -> list[Request]:
    """A person's own requests, newest first, all or those that wait: a page, one statement."""
    found = sql.rows(
        f"""{_REQUESTS}
             WHERE a.maker_id = %(user)s AND (NOT %(waiting)s OR a.state = 'waiting')
               AND (%(before)s::bigint IS NULL OR a.id < %(before)s::bigint)
             ORDER BY a.id DESC LIMIT %(limit)s""",
        {"user": user, "waiting": waiting, "before": before, "limit": limit},
    )
    return [Request(*line) for line in found]


def approval(approval_id: int) -> Approval | None:
    """A request for approval with its maker; one statement."""
    return Approval.objects.filter(id=approval_id).select_related("maker").first()


def policies(*, on: dt.date | None = None, after: int = 0, limit: int = 50) -> list[ApprovalPolicy]:
    """Approval policies, oldest first, all or those in force on a date: a page, one statement."""
    found = ApprovalPolicy.objects.filter(id__gt=after)
    if on is not None:
        ends = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        found = found.filter(ends, valid_from__lte=on)
    return list(found.order_by("id")[:limit])


def journal(
    *,
    branches: frozenset[int] | None,
    actor: int | None = None,
    operation: str = "",
    outcomes: Sequence[str] | None = None,
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
              AND (%(outcomes)s::text[] IS NULL OR outcome = ANY (%(outcomes)s::text[]))
              AND (%(subject)s = '' OR subjects @> ARRAY[%(subject)s]::text[])
              AND (%(date)s::date IS NULL OR booking_date = %(date)s::date)
              AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
            ORDER BY id DESC LIMIT %(limit)s""",
        {
            "branches": sql.listed(branches),
            "actor": actor,
            "operation": operation,
            "outcomes": None if outcomes is None else list(outcomes),
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
