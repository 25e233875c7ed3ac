"""What a month needs of reports before it is closed."""

from apps.control.declarations import MONTH_CHECKS, MonthCheck
from apps.kernel.text import Text
from apps.reporting.declarations import REPORTS

MONTH_CHECKS.add(
    "reporting.reports_kept",
    MonthCheck(
        name="reporting.reports_kept",
        title=Text(
            uk="Звіти за місяць по всьому банку збережено",
            en="Reports of the month are kept for the whole bank",
        ),
        statement="""
            SELECT wanted.report
              FROM (VALUES ('trial_balance', true), ('balance_sheet', false),
                           ('profit_and_loss', true)) AS wanted (report, is_of_period)
             WHERE NOT EXISTS (
                   SELECT FROM reporting_keptreport k
                    WHERE k.report = wanted.report AND k.branch_id IS NULL
                      AND k.parameters ->> 'end' = %(last)s::date::text
                      AND (NOT wanted.is_of_period
                           OR k.parameters ->> 'start' = %(first)s::date::text))
             ORDER BY wanted.report""",
        called=lambda report: str(REPORTS[report].title),
    ),
)
