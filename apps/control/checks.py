"""What a month needs of requests before it is closed."""

from apps.control.declarations import MONTH_CHECKS, MonthCheck
from apps.kernel.text import Text

MONTH_CHECKS.add(
    "control.requests_decided",
    MonthCheck(
        name="control.requests_decided",
        title=Text(
            uk="Запити на проведення, подані в місяці, вирішено",
            en="Requests of the month that would book are decided",
        ),
        statement="""
            SELECT a.operation || ' #' || a.id FROM control_approval a
             WHERE a.state = 'waiting' AND a.booking_date BETWEEN %(first)s AND %(last)s
               AND (jsonb_array_length(a.meaning -> 'entries') > 0 OR a.meaning ? 'queries')
             ORDER BY a.id""",
    ),
)
