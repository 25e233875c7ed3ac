"""What the kernel's constraints say to people, and what waits for people as a gate of the date."""

from apps.control.declarations import CONSTRAINT_REFUSALS, GATES, Gate
from apps.control.errors import AlreadySetUp, BranchCodeTaken
from apps.kernel.text import Text

# Not in errors.py, which the declarations themselves stand on.
CONSTRAINT_REFUSALS.add("kernel_bank_pkey", AlreadySetUp)
CONSTRAINT_REFUSALS.add("kernel_branch_code_key", BranchCodeTaken)

# Policies may forbid that a request is carried over into the next date.

GATES.add(
    "control.parked_requests",
    Gate(
        name="control.parked_requests",
        title=Text(
            uk="Запит має бути вирішено до закриття дня",
            en="A request must be decided before the date closes",
        ),
        statement="""
            SELECT a.operation || ' #' || a.id, a.role FROM control_approval a
             WHERE a.state = 'waiting' AND a.at_close = 'block' AND a.booking_date <= %(date)s
             ORDER BY a.id""",
    ),
)
