"""Who looks at what others do: what waits for nobody, and what one person could do alone."""

from collections.abc import Iterator

from apps.access.rules import RIGHTS
from apps.kernel import sql

# People who hold a role in a branch, or anywhere where no branch is named, on the open date.
_HOLDERS = """
    SELECT h.user_id
      FROM access_roleholding h
      JOIN access_role r ON r.id = h.role_id
      JOIN access_user u ON u.id = h.user_id AND u.is_active
      JOIN kernel_bookingdate day ON day.status = 'open'
     WHERE r.code = {of}.role
       AND ({of}.branch_id IS NULL OR h.branch_id IS NULL OR h.branch_id = {of}.branch_id)
       AND h.valid_from <= day.date AND (h.valid_to IS NULL OR h.valid_to >= day.date)"""
_POLICIES_OF_NOBODY = f"""
    SELECT p.operation, p.role, p.checkers, held.people
      FROM control_approvalpolicy p
      JOIN kernel_bookingdate day ON day.status = 'open'
     CROSS JOIN LATERAL (SELECT count(DISTINCT user_id) AS people
                           FROM ({_HOLDERS.format(of="p")}) h) held
     WHERE p.valid_from <= day.date AND (p.valid_to IS NULL OR p.valid_to >= day.date)
       AND held.people < p.checkers
     ORDER BY p.operation, p.id"""  # noqa: S608
# A request of the whole bank is decided by who holds the role for the whole bank.
_REQUESTS_OF_NOBODY = """
    SELECT a.operation, a.id, a.role, a.checkers, held.people
      FROM control_approval a
      JOIN kernel_bookingdate day ON day.status = 'open'
     CROSS JOIN LATERAL (
           SELECT count(DISTINCT h.user_id) AS people
             FROM access_roleholding h
             JOIN access_role r ON r.id = h.role_id AND r.code = a.role
             JOIN access_user u ON u.id = h.user_id AND u.is_active
            WHERE h.user_id <> a.maker_id
              AND (h.branch_id IS NULL OR h.branch_id = a.branch_id)
              AND h.valid_from <= day.date AND (h.valid_to IS NULL OR h.valid_to >= day.date)) held
     WHERE a.state = 'waiting' AND held.people < a.checkers
     ORDER BY a.id"""
_DONE_ALONE = """
    SELECT asked.operation FROM unnest(%(operations)s::text[]) AS asked (operation)
     WHERE EXISTS (SELECT FROM kernel_bookingdate WHERE status = 'closed')
       AND NOT EXISTS (SELECT FROM control_approvalpolicy p
                         JOIN kernel_bookingdate day ON day.status = 'open'
                        WHERE p.operation = asked.operation AND p.branch_id IS NULL
                          AND p.from_amount_minor = 0 AND p.valid_from <= day.date
                          AND (p.valid_to IS NULL OR p.valid_to >= day.date))
     ORDER BY asked.operation"""


def policies_of_nobody() -> Iterator[str]:
    """Policies in force that ask more people than hold the role; one statement."""
    for operation, role, checkers, people in sql.rows(_POLICIES_OF_NOBODY):
        yield (
            f"the policy on {operation} asks {checkers} of the role {role}, which {people} people "
            "hold: what it parks will wait for nobody"
        )


def gaps() -> Iterator[str]:
    """Requests that nobody can decide, and what one person could do alone; two statements."""
    for operation, number, role, checkers, people in sql.rows(_REQUESTS_OF_NOBODY):
        yield (
            f"request {number}, {operation}, waits for {checkers} of the role {role}, which "
            f"{people} people other than its maker hold: nobody can decide it"
        )
    alone = [name for (name,) in sql.rows(_DONE_ALONE, {"operations": list(RIGHTS)})]
    if alone:
        yield (
            f"one administrator alone may do {', '.join(alone)}: no approval policy asks for a "
            "second; the appointment of a second administrator sets them"
        )
