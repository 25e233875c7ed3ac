"""What a month needs of tills before it is closed."""

from apps.control.declarations import MONTH_CHECKS, MonthCheck
from apps.kernel.text import Text

MONTH_CHECKS.add(
    "cash.sessions_closed",
    MonthCheck(
        name="cash.sessions_closed",
        title=Text(
            uk="Касові зміни місяця закрито", en="Sessions of tills of the month are closed"
        ),
        statement="""
            SELECT t.name FROM cash_session s JOIN cash_till t ON t.id = s.till_id
             WHERE s.status = 'open' AND s.booking_date BETWEEN %(first)s AND %(last)s
             ORDER BY t.name""",
    ),
)
