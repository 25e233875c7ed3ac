"""What a month needs of deposits before it is closed."""

from apps.control.declarations import MONTH_CHECKS, MonthCheck
from apps.kernel.text import Text

MONTH_CHECKS.add(
    "accounts.interest_capitalised",
    MonthCheck(
        name="accounts.interest_capitalised",
        title=Text(
            uk="Проценти за вкладами за місяць виплачено",
            en="Interest of the month is paid on deposits",
        ),
        # What earned on the last day, of products that pay monthly, and was not paid through it.
        statement="""
            SELECT p.code || ': ' || count(*)
              FROM accounts_accrual a
              JOIN accounts_deposit d ON d.id = a.deposit_id AND d.closed_on IS NULL
              JOIN products_product p ON p.id = d.product_id
              JOIN LATERAL (SELECT v.capitalisation FROM products_version v
                             WHERE v.product_id = p.id AND v.valid_from <= %(last)s
                             ORDER BY v.valid_from DESC LIMIT 1) terms
                ON terms.capitalisation = 'monthly'
             WHERE a.booking_date = %(last)s AND a.basis_minor <> 0
               AND NOT EXISTS (SELECT FROM accounts_capitalisation c
                                WHERE c.deposit_id = d.id AND c.accrued_through >= %(last)s)
             GROUP BY p.code ORDER BY p.code""",
    ),
)
