"""What waits for other people, as a gate of the date: policies may forbid to carry it over."""

from apps.control.declarations import GATES, Gate
from apps.kernel.text import Text

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
