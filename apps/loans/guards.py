"""What loans keep others from, and proofs: contracts, payments and interest against the book."""

from collections.abc import Sequence

from apps.control.columns import OF_BRANCH, OF_CURRENCY, Column, Form
from apps.control.declarations import INVARIANTS, Invariant, guard
from apps.control.run import Run
from apps.kernel import sql
from apps.kernel.text import Text
from apps.ledger.subjects import BOOKED, OF_ACCOUNT, OF_LEDGER_ACCOUNT
from apps.loans.errors import DepositRepaysLoan
from apps.loans.rules import UNITS
from apps.loans.subjects import (
    ACCRUED,
    ALLOCATED,
    BY_DOCUMENTS,
    CHARGE,
    IS_CLOSED,
    OF_LOAN,
    PAID,
    PAYMENT,
)
from apps.products.subjects import OF_PRODUCT


@guard("loans.deposit_stays_open", kinds=["deposit"])
def deposit_stays_open(*, ids: Sequence[int], run: Run) -> None:
    """An account from which a loan is repaid is not closed before the loan."""
    if run.operation.name != "accounts.close_deposit":
        return
    number = sql.value(
        """SELECT number FROM loans_loan
            WHERE deposit_id = ANY (%(ids)s::bigint[]) AND closed_on IS NULL LIMIT 1""",
        {"ids": sql.array(ids)},
    )
    if number is not None:
        raise DepositRepaysLoan(number=number)


def _prove(
    name: str, *, title: Text, columns: tuple[Column, ...], statement: str, thorough: bool = False
) -> None:
    INVARIANTS.add(
        name,
        Invariant(name=name, title=title, columns=columns, statement=statement, thorough=thorough),
    )


# Principal by the documents: what was lent less what every payment paid of it, through the date.
_PRINCIPAL = """
        SELECT l.id, l.amount_minor - coalesce(p.paid, 0), a.side * coalesce(day.closing_minor, 0)
          FROM loans_loan l
          JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN LATERAL (
               SELECT sum(principal_minor + early_principal_minor) AS paid FROM loans_payment p
                WHERE p.loan_id = l.id AND p.booking_date <= %(date)s) p ON true
          LEFT JOIN LATERAL (
               SELECT closing_minor FROM ledger_accountday d
                WHERE d.account_id = l.account_id AND d.booking_date <= %(date)s
                ORDER BY d.booking_date DESC LIMIT 1) day ON true
         WHERE l.opened_on <= %(date)s
           AND l.amount_minor - coalesce(p.paid, 0) <> a.side * coalesce(day.closing_minor, 0)"""
_prove(
    "loans.principal_moved_with_the_book",
    title=Text(
        uk="Основна сума кожного кредиту, що рухався, дорівнює його рахунку в книзі",
        en="The principal of each loan that moved equals its account in the book",
    ),
    columns=(
        OF_LOAN,
        BY_DOCUMENTS,
        BOOKED,
    ),
    statement=f"""{_PRINCIPAL}
           AND (EXISTS (SELECT FROM ledger_accountday d
                         WHERE d.account_id = l.account_id AND d.booking_date = %(date)s)
                OR EXISTS (SELECT FROM loans_payment p
                            WHERE p.loan_id = l.id AND p.booking_date = %(date)s))""",  # noqa: S608
)
_prove(
    "loans.principal_equals_accounts",
    title=Text(
        uk="Основна сума кожного кредиту дорівнює його рахунку в книзі",
        en="The principal of each loan equals its account in the book",
    ),
    columns=(
        OF_LOAN,
        BY_DOCUMENTS,
        BOOKED,
    ),
    statement=_PRINCIPAL,
    thorough=True,
)
# The rows were made from balance rows and units of Python; here the same follows from the day's
# snapshots and from day counts written anew. A year has 1603080 units.
_prove(
    "loans.accruals_recomputed",
    title=Text(
        uk="Нарахування дня за кредитами дорівнюють перерахованим зі знімків залишків",
        en="The day's accruals on loans equal those recomputed from the snapshots of balances",
    ),
    columns=(
        OF_LOAN,
        Column(name=Text(uk="Залишок, перераховано", en="Balance, recomputed")),
        Column(name=Text(uk="Залишок, узято", en="Balance, taken")),
        Column(name=Text(uk="Відсотки, перераховано", en="Interest, recomputed"), parts=UNITS),
        Column(name=Text(uk="Відсотки, нараховано", en="Interest, accrued"), parts=UNITS),
    ),
    statement="""
        WITH day AS (
            SELECT extract(day FROM %(date)s::date) AS first,
                   extract(day FROM %(date)s::date + 1) AS last,
                   extract(doy FROM make_date(extract(year FROM %(date)s::date)::int, 12, 31))
                       AS year_length,
                   30 * (12 * (extract(year FROM %(date)s::date + 1)
                               - extract(year FROM %(date)s::date))
                         + extract(month FROM %(date)s::date + 1)
                         - extract(month FROM %(date)s::date)) AS months),
        expected AS (
            SELECT l.id, a.side * closing.closing_minor AS basis,
                   a.side * closing.closing_minor * l.annual_rate * 1000000
                   * CASE l.day_count
                          WHEN 'ACT/365F' THEN 1603080 / 365
                          WHEN 'ACT/360' THEN 1603080 / 360
                          WHEN 'ACT/ACT' THEN 1603080 / day.year_length
                          WHEN '30E/360' THEN 1603080 / 360
                               * (day.months + least(last, 30) - least(first, 30))
                          ELSE 1603080 / 360 * (day.months
                               + CASE WHEN last = 31 AND late.it THEN 30 ELSE last END
                               - CASE WHEN first = 31 AND late.it THEN 30 ELSE first END)
                          END AS units
              FROM loans_loan l
             CROSS JOIN day
              JOIN ledger_account a ON a.id = l.account_id
             CROSS JOIN LATERAL (SELECT extract(day FROM l.interest_from) >= 30 AS it) late
             CROSS JOIN LATERAL (
                   SELECT closing_minor FROM ledger_accountday x
                    WHERE x.account_id = a.id AND x.booking_date <= %(date)s
                    ORDER BY x.booking_date DESC LIMIT 1) closing
             WHERE l.opened_on <= %(date)s AND (l.closed_on IS NULL OR l.closed_on > %(date)s)),
        made AS (
            SELECT loan_id, basis_minor, units FROM loans_accrual
             WHERE booking_date = %(date)s AND kind = 'day')
        SELECT coalesce(e.id, m.loan_id), e.basis, m.basis_minor, e.units, m.units
          FROM (SELECT * FROM expected WHERE units > 0) e
          FULL JOIN made m ON m.loan_id = e.id
         WHERE (e.basis, e.units) IS DISTINCT FROM (m.basis_minor, m.units)""",
)
_prove(
    "loans.accrual_totals_grow_by_rows",
    title=Text(
        uk="Підсумок доходів кожного кредитного продукту зріс рівно на нарахування дня",
        en="Each loan product's total of interest grew by exactly the day's accruals",
    ),
    columns=(
        OF_PRODUCT,
        OF_BRANCH,
        OF_CURRENCY,
        Column(name=Text(uk="Підсумок зріс на", en="Total grew by"), parts=UNITS),
        Column(name=Text(uk="Нарахування дня", en="The day's accruals"), parts=UNITS),
    ),
    statement="""
        SELECT coalesce(t.product_id, r.product_id), coalesce(t.branch_id, r.branch_id),
               coalesce(t.currency, r.currency), t.grown, r.earned
          FROM (SELECT t.product_id, t.branch_id, t.currency,
                       t.accrued_units - coalesce(before.accrued_units, 0) AS grown
                  FROM loans_accrualtotal t
                  LEFT JOIN LATERAL (
                       SELECT accrued_units FROM loans_accrualtotal b
                        WHERE (b.product_id, b.branch_id, b.currency)
                              = (t.product_id, t.branch_id, t.currency)
                          AND b.booking_date < %(date)s
                        ORDER BY b.booking_date DESC LIMIT 1) before ON true
                 WHERE t.booking_date = %(date)s) t
          FULL JOIN (
                SELECT l.product_id, l.branch_id, l.currency, sum(a.units) AS earned
                  FROM loans_accrual a JOIN loans_loan l ON l.id = a.loan_id
                 WHERE a.booking_date = %(date)s
                 GROUP BY l.product_id, l.branch_id, l.currency) r
            ON (r.product_id, r.branch_id, r.currency) = (t.product_id, t.branch_id, t.currency)
         WHERE t.grown IS DISTINCT FROM r.earned""",
)
# Interest paid by group, and the newest total of each group.
_MOVES = """
        WITH paid AS (
            SELECT l.product_id, l.branch_id, l.currency,
                   sum(p.interest_minor + p.early_interest_minor) AS interest
              FROM loans_payment p JOIN loans_loan l ON l.id = p.loan_id
             WHERE p.booking_date {until} %(date)s
             GROUP BY l.product_id, l.branch_id, l.currency),
        total AS (
            SELECT DISTINCT ON (product_id, branch_id, currency) *
              FROM loans_accrualtotal WHERE booking_date <= %(date)s
             ORDER BY product_id, branch_id, currency, booking_date DESC)"""
_prove(
    "loans.accrued_income_moved_with_the_book",
    title=Text(
        uk="Рахунок нарахованих доходів за кредитами рухався на нараховане та сплачене за день",
        en="Each account of income on loans moved by what the day accrued and paid",
    ),
    columns=(
        OF_ACCOUNT,
        Column(name=Text(uk="Нараховано", en="Accrued")),
        PAID,
        Column(name=Text(uk="Рух у книзі", en="Moved in the book")),
    ),
    statement=f"""{_MOVES.format(until="=")}
        SELECT t.account_id, coalesce(t.posted, 0), coalesce(p.interest, 0), coalesce(d.moved, 0)
          FROM (SELECT t.*, CASE WHEN t.booking_date = %(date)s
                                 THEN t.posted_minor - coalesce(before.posted_minor, 0)
                                 ELSE 0 END AS posted
                  FROM total t
                  LEFT JOIN LATERAL (
                       SELECT posted_minor FROM loans_accrualtotal b
                        WHERE (b.product_id, b.branch_id, b.currency)
                              = (t.product_id, t.branch_id, t.currency)
                          AND b.booking_date < %(date)s
                        ORDER BY b.booking_date DESC LIMIT 1) before ON true) t
          FULL JOIN (SELECT * FROM paid WHERE interest <> 0) p
            ON (p.product_id, p.branch_id, p.currency) = (t.product_id, t.branch_id, t.currency)
          LEFT JOIN (SELECT account_id, debit_minor - credit_minor AS moved
                       FROM ledger_accountday WHERE booking_date = %(date)s) d
            ON d.account_id = t.account_id
         WHERE t.account_id IS NULL
            OR t.posted - coalesce(p.interest, 0) <> coalesce(d.moved, 0)""",  # noqa: S608
)
_prove(
    "loans.accrued_income_is_whole",
    title=Text(
        uk="Рахунок нарахованих доходів дорівнює округленій сумі нарахувань без сплаченого",
        en="Each account of income on loans is the rounded sum of all accruals less what was paid",
    ),
    columns=(
        OF_ACCOUNT,
        ACCRUED,
        PAID,
        BOOKED,
    ),
    statement=f"""{_MOVES.format(until="<=")}
        SELECT t.account_id, r.units, p.interest, b.debit
          FROM total t
          LEFT JOIN (
                SELECT l.product_id, l.branch_id, l.currency, sum(a.units) AS units
                  FROM loans_accrual a JOIN loans_loan l ON l.id = a.loan_id
                 WHERE a.booking_date <= %(date)s
                 GROUP BY l.product_id, l.branch_id, l.currency) r
            ON (r.product_id, r.branch_id, r.currency) = (t.product_id, t.branch_id, t.currency)
          LEFT JOIN paid p
            ON (p.product_id, p.branch_id, p.currency) = (t.product_id, t.branch_id, t.currency)
          LEFT JOIN LATERAL (
                SELECT sum(amount_minor) AS debit FROM ledger_posting
                 WHERE account_id = t.account_id AND booking_date <= %(date)s) b ON true
         WHERE div(2 * coalesce(r.units, 0) + 160308000000000, 320616000000000)
               - coalesce(p.interest, 0) IS DISTINCT FROM coalesce(b.debit, 0)""",  # noqa: S608
    thorough=True,
)
_prove(
    "loans.payments_came_from_the_deposits",
    title=Text(
        uk="Кожен платіж за кредитом списано з рахунку клієнта, і навпаки",
        en="Each payment on a loan was taken from its deposit, and nothing else was",
    ),
    columns=(
        OF_ACCOUNT,
        BY_DOCUMENTS,
        BOOKED,
    ),
    statement="""
        SELECT coalesce(said.account_id, booked.account_id), said.minor, booked.minor
          FROM (SELECT d.account_id, sum(p.amount_minor) AS minor
                  FROM loans_payment p
                  LEFT JOIN loans_payment first ON first.id = p.reverses_id
                  JOIN loans_loan l ON l.id = p.loan_id
                  JOIN accounts_deposit d ON d.id = l.deposit_id
                 WHERE p.booking_date = %(date)s AND coalesce(first.kind, p.kind) <> 'waived'
                 GROUP BY d.account_id HAVING sum(p.amount_minor) <> 0) said
          FULL JOIN (
                SELECT p.account_id, sum(p.amount_minor) AS minor
                  FROM ledger_entry e
                  JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
                  JOIN accounts_deposit d ON d.account_id = p.account_id
                 WHERE e.booking_date = %(date)s
                   AND e.kind ~ '^loans[.](collect|repay|prepay|pay_off)([.]reversal)?$'
                 GROUP BY p.account_id HAVING sum(p.amount_minor) <> 0) booked USING (account_id)
         WHERE said.minor IS DISTINCT FROM booked.minor""",
)
_prove(
    "loans.payments_are_allocated",
    title=Text(
        uk="Кожен платіж дня розподілено між тим, що він сплатив, без залишку",
        en="Each payment of the day is allocated to what it paid, and nothing is left over",
    ),
    columns=(
        Column(name=Text(uk="Платіж", en="Payment"), of=PAYMENT),
        Column(name=Text(uk="Основна сума", en="Principal")),
        ALLOCATED,
        Column(name=Text(uk="Відсотки", en="Interest")),
        ALLOCATED,
        Column(name=Text(uk="Пеня", en="Penalty")),
        ALLOCATED,
    ),
    statement="""
        SELECT p.id, p.principal_minor, a.principal, p.interest_minor, a.interest, p.penalty_minor,
               a.penalty
          FROM loans_payment p
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(a.amount_minor) FILTER (WHERE c.kind = 'principal'), 0)
                          AS principal,
                      coalesce(sum(a.amount_minor) FILTER (WHERE c.kind = 'interest'), 0)
                          AS interest,
                      coalesce(sum(a.amount_minor) FILTER (WHERE c.kind = 'penalty'), 0)
                          AS penalty
                 FROM loans_allocation a JOIN loans_charge c ON c.id = a.charge_id
                WHERE a.payment_id = p.id) a
         WHERE p.booking_date = %(date)s
           AND (p.principal_minor, p.interest_minor, p.penalty_minor)
               <> (a.principal, a.interest, a.penalty)""",
)
_prove(
    "loans.charges_are_paid_by_allocations",
    title=Text(
        uk="Сплачене за кожним нарахованим платежем дорівнює сумі розподілів",
        en="What is paid of each charge equals its allocations",
    ),
    columns=(
        Column(name=Text(uk="До сплати за кредитом", en="Charge on the loan"), of=CHARGE),
        PAID,
        ALLOCATED,
    ),
    statement="""
        SELECT c.id, c.paid_minor, coalesce(a.minor, 0)
          FROM loans_charge c
          LEFT JOIN (SELECT charge_id, sum(amount_minor) AS minor FROM loans_allocation
                      GROUP BY charge_id) a ON a.charge_id = c.id
         WHERE c.paid_minor <> coalesce(a.minor, 0)""",
    thorough=True,
)
_prove(
    "loans.overdue_since_the_oldest_due",
    title=Text(
        uk="Прострочення кожного кредиту почалося з найдавнішого несплаченого платежу",
        en="Each loan is overdue since its oldest principal or interest that is unpaid",
    ),
    columns=(
        OF_LOAN,
        Column(name=Text(uk="Прострочено від", en="Overdue since"), of=Form.DATE),
        Column(name=Text(uk="Найдавніша несплата", en="Oldest unpaid"), of=Form.DATE),
    ),
    statement="""
        SELECT l.id, l.overdue_since, due.since
          FROM loans_loan l
          LEFT JOIN (SELECT loan_id, min(due_on) AS since FROM loans_charge
                      WHERE paid_minor < amount_minor AND kind <> 'penalty'
                      GROUP BY loan_id) due ON due.loan_id = l.id
         WHERE l.overdue_since IS DISTINCT FROM due.since""",
)
# What is left of the plan in force is exactly the principal that has not fallen due.
_prove(
    "loans.plans_repay_the_rest",
    title=Text(
        uk="Графік кожного кредиту погашає рівно те, що ще не настало до сплати",
        en="The plan of each loan repays exactly the principal that has not fallen due",
    ),
    columns=(
        OF_LOAN,
        Column(name=Text(uk="Залишок", en="Balance")),
        Column(name=Text(uk="До сплати", en="Due")),
        Column(name=Text(uk="За графіком", en="By the schedule")),
    ),
    statement="""
        SELECT l.id, b.side * b.balance_minor, due.minor, coming.minor
          FROM loans_loan l
          JOIN ledger_balance b ON b.account_id = l.account_id
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount_minor - paid_minor), 0) AS minor FROM loans_charge c
                WHERE c.loan_id = l.id AND c.kind = 'principal' AND c.paid_minor < c.amount_minor
               ) due
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(principal_minor), 0) AS minor FROM loans_instalment i
                WHERE i.plan_id = l.plan_id AND i.due_on >= l.next_due_on) coming
         WHERE l.closed_on IS NULL AND b.side * b.balance_minor <> due.minor + coming.minor""",
    thorough=True,
)
# Of everything that a loan ever accrued, what is not of the running period fell due in whole units.
_prove(
    "loans.interest_due_is_what_accrued",
    title=Text(
        uk="Відсотки до сплати за кожним кредитом дорівнюють нарахованим до останньої частки",
        en="The interest due on each loan equals what it accrued, to the last fraction",
    ),
    columns=(
        OF_LOAN,
        ACCRUED,
        Column(name=Text(uk="До сплати", en="Due")),
        Column(name=Text(uk="Сплачено достроково", en="Paid early")),
    ),
    statement="""
        SELECT l.id, accrued.units, due.minor, early.minor
          FROM loans_loan l
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(a.units), 0) AS units FROM loans_accrual a
                WHERE a.loan_id = l.id
                  AND (l.closed_on IS NOT NULL OR a.kind = 'rounding'
                       OR a.booking_date < l.interest_from)) accrued
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount_minor), 0) AS minor FROM loans_charge c
                WHERE c.loan_id = l.id AND c.kind = 'interest') due
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(early_interest_minor), 0) AS minor FROM loans_payment p
                WHERE p.loan_id = l.id) early
         WHERE accrued.units <> 160308000000000 * (due.minor + early.minor)""",
    thorough=True,
)
_prove(
    "loans.closed_loans_owe_nothing",
    title=Text(
        uk="Закритий кредит має порожній закритий рахунок і сплачений повністю",
        en="A closed loan has an empty, closed account, and everything on it is paid",
    ),
    columns=(
        OF_LOAN,
        Column(name=Text(uk="Залишок", en="Balance")),
        IS_CLOSED,
    ),
    statement="""
        SELECT l.id, b.balance_minor, b.closed
          FROM loans_loan l JOIN ledger_balance b ON b.account_id = l.account_id
         WHERE l.closed_on <= %(date)s
           AND (NOT b.closed OR b.balance_minor <> 0
                OR EXISTS (SELECT FROM loans_charge c
                            WHERE c.loan_id = l.id AND c.paid_minor < c.amount_minor))""",
    thorough=True,
)
_prove(
    "loans.loans_agree_with_accounts",
    title=Text(
        uk="Кредит і рахунок книги мають один номер, відділення та валюту",
        en="A loan and its ledger account have one number, branch and currency",
    ),
    columns=(
        OF_LOAN,
        OF_LEDGER_ACCOUNT,
    ),
    statement="""
        SELECT l.id, a.id
          FROM loans_loan l JOIN ledger_account a ON a.id = l.account_id
         WHERE (l.number, l.branch_id, l.currency) <> (a.number, a.branch_id, a.currency)
            OR NOT a.limited""",
    thorough=True,
)
