"""Interest of many loans at once: a day's accrual is one statement over a range of ids."""

import datetime as dt
from decimal import Decimal
from typing import Any

from apps.control.run import Leg, Run
from apps.kernel import sql
from apps.kernel.daycount import DayCount
from apps.ledger.accounts import internal_account
from apps.loans import queries, rules

# A product in a branch and a currency: what interest is posted by.
Group = tuple[int, int, str]

# What a loan owes at the end of the day earns on it. Nothing moves a loan in the next date while
# this one is being closed (apps.loans.servicing), so that its balance row tells.
_ACCRUE = """
    WITH made AS (
        INSERT INTO loans_accrual (booking_date, loan_id, number, kind, basis_minor, units)
        SELECT %(date)s, l.id, 0, 'day', earning.minor,
               earning.minor::numeric * (l.annual_rate * 1000000)::bigint * f.units
          FROM loans_loan l
          JOIN unnest(%(bases)s::text[], %(late)s::boolean[], %(units)s::bigint[])
               AS f (basis, late, units)
            ON f.basis = l.day_count AND f.late = (extract(day FROM l.interest_from) >= 30)
          JOIN ledger_balance b ON b.account_id = l.account_id
         CROSS JOIN LATERAL (SELECT b.side * b.balance_minor AS minor) earning
         WHERE l.id BETWEEN %(low)s AND %(high)s AND l.closed_on IS NULL
           AND l.opened_on <= %(date)s
           AND earning.minor > 0 AND l.annual_rate > 0 AND f.units > 0
        RETURNING 1)
    SELECT count(*) FROM made"""


def accrue(*, date: dt.date, low: int, high: int) -> dict[str, Any]:
    """Accrue one day's interest of the loans `low` to `high`; how many earned something."""
    parts = _parts_of_year(date)
    accrued = sql.value(
        _ACCRUE,
        {
            "date": date,
            "low": low,
            "high": high,
            "bases": [basis.value for basis, _, _ in parts],
            "late": [late for _, late, _ in parts],
            "units": [units for _, _, units in parts],
        },
    )
    return {"accrued": accrued}


def _parts_of_year(date: dt.date) -> list[tuple[DayCount, bool, int]]:
    """What a day is of the year by each day count, in units.

    The bond basis of 30/360 asks whether the period began on one of the last days of a month; and
    it asks nothing else about the period.
    """
    starts = {False: date.replace(day=1), True: dt.date(date.year - 1, 12, 31)}
    tomorrow = date + dt.timedelta(days=1)
    return [
        (basis, late, rules.year_units(basis, start, date, tomorrow))
        for basis in DayCount
        for late, start in starts.items()
    ]


def post_accrued(*, date: dt.date, run: Run) -> dict[str, Any]:
    """Post each group's interest: the exact total so far, rounded, less what was posted.

    The total has everything that was written for the date: its days, what rounding gave where
    interest fell due, and corrections. Dr accrued income, Cr interest income.
    """
    moved = sql.rows(
        """SELECT l.product_id, l.branch_id, l.currency, p.code, sum(a.units)
             FROM loans_accrual a
             JOIN loans_loan l ON l.id = a.loan_id
             JOIN products_product p ON p.id = l.product_id
            WHERE a.booking_date = %(date)s
            GROUP BY l.product_id, l.branch_id, l.currency, p.code
            ORDER BY l.product_id, l.branch_id, l.currency""",
        {"date": date},
    )
    terms = {one.product: one for one in queries.in_force(date)}
    posted = 0
    for product, branch, currency, code, units in moved:
        of = terms[product]
        accrued, income = (
            internal_account(run=run, gl_code=gl, branch=branch, currency=currency, part=code)
            for gl in (of.accrued_gl, of.income_gl)
        )
        amount = _add_total((product, branch, currency), date, units, accrued)
        if amount:
            posted += 1
            run.add(
                "loans.accrue_interest",
                Leg(accrued, amount, currency),
                Leg(income, -amount, currency),
                narrative=f"Нараховані доходи за {date:%d.%m.%Y}, {code}",
            )
    return {"posted": posted}


def _add_total(group: Group, date: dt.date, units: Decimal, account: int) -> int:
    """Write a group's total of a date; what is to be posted of it."""
    product, branch, currency = group
    amount: int = sql.value(
        """WITH before AS (
               SELECT accrued_units, posted_minor FROM loans_accrualtotal
                WHERE product_id = %(product)s AND branch_id = %(branch)s
                  AND currency = %(currency)s AND booking_date < %(date)s
                ORDER BY booking_date DESC LIMIT 1),
           now AS (
               SELECT coalesce((SELECT accrued_units FROM before), 0) + %(units)s AS exact)
           INSERT INTO loans_accrualtotal (product_id, branch_id, currency, booking_date,
                                           account_id, accrued_units, posted_minor)
           SELECT %(product)s, %(branch)s, %(currency)s, %(date)s, %(account)s, exact,
                  div(2 * exact + %(one)s::numeric, 2 * %(one)s::numeric)
             FROM now
           RETURNING posted_minor - coalesce((SELECT posted_minor FROM before), 0)""",
        {
            "product": product,
            "branch": branch,
            "currency": currency,
            "date": date,
            "units": units,
            "account": account,
            "one": rules.UNITS,
        },
    )
    return amount
