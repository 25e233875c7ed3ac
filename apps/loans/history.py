"""What happened to one loan: what fell due, to what each payment went, and the plans it followed.

Each read is one statement, whatever the number of rows. Amounts are in minor units.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a payment went to what fell due; negative where it was taken back."""

    kind: str
    due_on: dt.date
    amount_minor: int


def allocations(payments: Sequence[int]) -> dict[int, list[Part]]:
    """To what each of these payments went, by the payment's id, the oldest first; one statement.

    What went to something that had not fallen due is no part of it.
    """
    found = sql.rows(
        """SELECT a.payment_id, c.kind, c.due_on, a.amount_minor
             FROM loans_allocation a JOIN loans_charge c ON c.id = a.charge_id
            WHERE a.payment_id = ANY (%(payments)s::bigint[]) ORDER BY c.due_on, c.id""",
        {"payments": sql.array(payments)},
    )
    told: dict[int, list[Part]] = {}
    for payment, *part in found:
        told.setdefault(payment, []).append(Part(*part))
    return told


@dataclass(frozen=True, slots=True)
class Fallen:
    """What fell due on a date, and how much of it is paid."""

    id: int
    kind: str
    due_on: dt.date
    amount_minor: int
    paid_minor: int
    run: str

    @property
    def owed_minor(self) -> int:
        return self.amount_minor - self.paid_minor


def charges(
    loan_id: int, *, before: tuple[dt.date, int] | None = None, limit: int = 50
) -> list[Fallen]:
    """What fell due, newest first, a page behind the date and id of one of them; one statement."""
    date, charge = before or (None, 0)
    found = sql.rows(
        """SELECT id, kind, due_on, amount_minor, paid_minor, run_id::text
             FROM loans_charge
            WHERE loan_id = %(loan)s
              AND (%(date)s::date IS NULL
                   OR (due_on, id) < (%(date)s::date, %(charge)s::bigint))
            ORDER BY due_on DESC, id DESC LIMIT %(limit)s""",
        {"loan": loan_id, "date": date, "charge": charge, "limit": limit},
    )
    return [Fallen(*line) for line in found]


@dataclass(frozen=True, slots=True)
class Followed:
    """A plan that a loan follows or followed: what it repays, in how many instalments, until when.

    `interest_minor` is what was planned when it was made.
    """

    number: int
    made_on: dt.date
    reason: str
    principal_minor: int
    level_minor: int
    instalments: int
    interest_minor: int
    last_due_on: dt.date
    run: str


def plans(loan_id: int) -> list[Followed]:
    """The plans of a loan, newest first; one statement."""
    found = sql.rows(
        """SELECT p.number, p.made_on, p.reason, p.principal_minor, p.level_minor, lines.count,
                  lines.interest, lines.last_due_on, p.run_id::text
             FROM loans_plan p
            CROSS JOIN LATERAL (
                  SELECT count(*) AS count, sum(interest_minor)::bigint AS interest,
                         max(due_on) AS last_due_on
                    FROM loans_instalment i WHERE i.plan_id = p.id) lines
            WHERE p.loan_id = %(loan)s ORDER BY p.number DESC""",
        {"loan": loan_id},
    )
    return [Followed(*line) for line in found]
