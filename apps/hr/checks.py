"""What a month needs of payroll before it is closed."""

from apps.control.declarations import MONTH_CHECKS, MonthCheck
from apps.kernel.text import Text

MONTH_CHECKS.add(
    "hr.payroll_posted",
    MonthCheck(
        name="hr.payroll_posted",
        title=Text(uk="Зарплату за весь місяць проведено", en="Pay of the whole month is posted"),
        statement="""
            SELECT to_char(%(first)s::date, 'MM.YYYY')
             WHERE EXISTS (SELECT FROM hr_employee e WHERE e.hired_on <= %(last)s
                              AND (e.left_on IS NULL OR e.left_on >= %(first)s))
               AND NOT EXISTS (SELECT FROM hr_payroll r WHERE r.month = %(first)s
                                  AND r.through = %(last)s AND r.state = 'posted')
             UNION ALL
            SELECT '#' || r.id FROM hr_payroll r
             WHERE r.month = %(first)s AND r.state = 'draft'""",
    ),
)
