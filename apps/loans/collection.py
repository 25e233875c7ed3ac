"""What falls due on many loans at once, and what their deposits pay: for steps of the close."""

import datetime as dt

from apps.control.run import Run
from apps.kernel import sql
from apps.ledger.accounts import internal_account
from apps.loans import rules
from apps.loans.queries import EARNED
from apps.loans.servicing import tell_overdue

# The instalment of the plan, and the interest that the period has earned in fact, in whole units.
# After the last due date each close ends a period: everything is due, its interest too. What
# the rounding gave or took is a row of its own, so that nothing is left of the period.
_FALL_DUE = f"""
    WITH due AS MATERIALIZED (
        SELECT l.id, l.plan_id, coalesce(i.due_on, %(date)s) AS due_on,
               i.principal_minor AS principal,
               {EARNED.format(until="coalesce(i.due_on, %(date)s)")} AS units
          FROM loans_loan l
          LEFT JOIN loans_instalment i ON i.plan_id = l.plan_id AND i.due_on = l.next_due_on
         WHERE l.deposit_id BETWEEN %(low)s AND %(high)s AND l.closed_on IS NULL
           AND l.next_due_on <= %(date)s),
    fallen AS MATERIALIZED (
        SELECT *, div(2 * units + %(one)s, 2 * %(one)s)::bigint AS interest FROM due),
    charged AS (
        INSERT INTO loans_charge (loan_id, kind, due_on, amount_minor, paid_minor, run_id)
        SELECT f.id, c.kind, f.due_on, c.minor, 0, %(run)s
          FROM fallen f
         CROSS JOIN LATERAL (VALUES ('principal', f.principal), ('interest', f.interest))
               AS c (kind, minor)
         WHERE c.minor > 0),
    rounded AS (
        INSERT INTO loans_accrual (booking_date, loan_id, number, kind, basis_minor, units)
        SELECT %(booked)s, f.id,
               1 + coalesce((SELECT max(a.number) FROM loans_accrual a
                              WHERE a.booking_date = %(booked)s AND a.loan_id = f.id), 0),
               'rounding', 0, f.interest::numeric * %(one)s - f.units
          FROM fallen f WHERE f.interest::numeric * %(one)s <> f.units),
    moved AS (
        UPDATE loans_loan l
           SET interest_from = f.due_on,
               next_due_on = coalesce((SELECT min(i.due_on) FROM loans_instalment i
                                        WHERE i.plan_id = f.plan_id AND i.due_on > f.due_on),
                                      %(date)s + 1)
          FROM fallen f WHERE l.id = f.id)
    SELECT count(*) FROM fallen"""  # noqa: S608

_LOCK = """
    SELECT loans_lock_balances_v1(ARRAY(
           SELECT DISTINCT d.account_id
             FROM loans_loan l JOIN accounts_deposit d ON d.id = l.deposit_id
            WHERE l.deposit_id BETWEEN %(low)s AND %(high)s AND l.closed_on IS NULL
              AND EXISTS (SELECT FROM loans_charge c
                           WHERE c.loan_id = l.id AND c.paid_minor < c.amount_minor)))"""

# What a deposit can pay is the customer's own money: what is there now and was there at the end of
# the day, less holds, and no overdraft. What is due on its loans stands in a queue, the older loan
# first, and by the order of each loan's terms; money goes along it until there is none.
_COLLECT = """
    WITH queue AS (
        SELECT c.id, c.loan_id, c.kind, c.amount_minor - c.paid_minor AS owed, room.minor AS room,
               sum(c.amount_minor - c.paid_minor) OVER (
                   PARTITION BY l.deposit_id
                   ORDER BY l.id, array_position(t.allocation, CASE
                                WHEN c.kind = 'penalty' OR c.due_on >= %(date)s THEN c.kind
                                ELSE 'overdue_' || c.kind END), c.due_on, c.id)
               - (c.amount_minor - c.paid_minor) AS ahead
          FROM loans_loan l
          JOIN loans_terms t ON t.id = l.terms_id
          JOIN loans_charge c ON c.loan_id = l.id AND c.paid_minor < c.amount_minor
          JOIN accounts_deposit d ON d.id = l.deposit_id
          JOIN ledger_balance b ON b.account_id = d.account_id
          LEFT JOIN LATERAL (SELECT sum(p.amount_minor) AS minor FROM ledger_posting p
                              WHERE p.account_id = d.account_id
                                AND p.booking_date > %(date)s) later ON true
         CROSS JOIN LATERAL (
               SELECT least(b.side * b.balance_minor,
                            b.side * (b.balance_minor - coalesce(later.minor, 0)))::bigint
                      - b.held_minor - greatest(b.floor_minor, 0) AS minor) room
         WHERE l.deposit_id BETWEEN %(low)s AND %(high)s AND l.closed_on IS NULL
           AND NOT b.closed AND NOT b.debits_blocked),
    paid AS MATERIALIZED (
        SELECT id, loan_id, kind, least(owed, room - ahead)::bigint AS part
          FROM queue WHERE ahead < room),
    payment AS (
        INSERT INTO loans_payment (loan_id, kind, booking_date, amount_minor, principal_minor,
               interest_minor, penalty_minor, early_principal_minor, early_interest_minor, reason,
               run_id)
        SELECT loan_id, 'collected', %(booked)s, sum(part),
               coalesce(sum(part) FILTER (WHERE kind = 'principal'), 0),
               coalesce(sum(part) FILTER (WHERE kind = 'interest'), 0),
               coalesce(sum(part) FILTER (WHERE kind = 'penalty'), 0), 0, 0, '', %(run)s
          FROM paid GROUP BY loan_id ORDER BY loan_id
        RETURNING id, loan_id, amount_minor, interest_minor, penalty_minor),
    allocated AS (
        INSERT INTO loans_allocation (payment_id, charge_id, amount_minor)
        SELECT payment.id, paid.id, paid.part FROM paid JOIN payment USING (loan_id)),
    settled AS (
        UPDATE loans_charge c SET paid_minor = c.paid_minor + paid.part
          FROM paid WHERE c.id = paid.id)
    SELECT l.terms_id, l.branch_id, l.currency, t.accrued_gl, t.penalty_gl, p.code,
           count(*), sum(payment.amount_minor)::bigint,
           sum(payment.interest_minor)::bigint, sum(payment.penalty_minor)::bigint
      FROM payment
      JOIN loans_loan l ON l.id = payment.loan_id
      JOIN loans_terms t ON t.id = l.terms_id
      JOIN products_product p ON p.id = l.product_id
     GROUP BY l.terms_id, l.branch_id, l.currency, t.accrued_gl, t.penalty_gl, p.code"""

# Dr the deposit; Cr the loan, accrued income and penalties. One entry for each payment.
_ENTRIES = """
    SELECT pay.id AS entry, 'loans.collect' AS kind, 'Погашення кредиту ' || l.number AS narrative,
           leg.account, leg.amount_minor, l.currency
      FROM loans_payment pay
      JOIN loans_loan l ON l.id = pay.loan_id
      JOIN accounts_deposit d ON d.id = l.deposit_id
      JOIN unnest(%(terms)s::bigint[], %(branches)s::bigint[], %(accrued)s::bigint[],
                  %(penalties)s::bigint[]) AS own (terms, branch, accrued, penalties)
        ON (own.terms, own.branch) = (l.terms_id, l.branch_id)
     CROSS JOIN LATERAL (VALUES (d.account_id, pay.amount_minor),
                                (l.account_id, -pay.principal_minor),
                                (own.accrued, -pay.interest_minor),
                                (own.penalties, -pay.penalty_minor)) AS leg (account, amount_minor)
     WHERE pay.run_id = %(run)s AND leg.amount_minor <> 0"""

# A day's penalty on what is overdue for more than the days of waiting, in whole units.
_PENALTIES = """
    WITH late AS (
        SELECT l.id, div(2 * sum(c.amount_minor - c.paid_minor)::numeric
                         * (t.penalty_rate * 1000000)::bigint * %(day)s + %(one)s,
                         2 * %(one)s)::bigint AS minor
          FROM loans_loan l
          JOIN loans_terms t ON t.id = l.terms_id
          JOIN loans_charge c ON c.loan_id = l.id AND c.paid_minor < c.amount_minor
           AND c.kind <> 'penalty' AND %(date)s - c.due_on > t.waiting_days
         WHERE l.id BETWEEN %(low)s AND %(high)s AND l.overdue_since IS NOT NULL
           AND t.penalty_rate > 0
         GROUP BY l.id, t.penalty_rate),
    charged AS (
        INSERT INTO loans_charge (loan_id, kind, due_on, amount_minor, paid_minor, run_id)
        SELECT id, 'penalty', %(date)s, minor, 0, %(run)s FROM late WHERE minor > 0
        RETURNING amount_minor)
    SELECT count(*), coalesce(sum(amount_minor), 0)::bigint FROM charged"""

# A loan is over when its account is empty, nothing is due, and nothing was earned since. Only after
# the last due date is a period one day long, but for the first one of few: the others are not read.
_END = f"""
    UPDATE loans_loan l SET closed_on = %(date)s
      FROM ledger_balance b
     WHERE b.account_id = l.account_id AND b.balance_minor = 0
       AND l.next_due_on = l.interest_from + 1
       AND l.id BETWEEN %(low)s AND %(high)s AND l.closed_on IS NULL AND l.opened_on <= %(date)s
       AND NOT EXISTS (SELECT FROM loans_charge c
                        WHERE c.loan_id = l.id AND c.paid_minor < c.amount_minor)
       AND {EARNED.format(until="(%(date)s::date + 1)")} = 0
    RETURNING l.id"""  # noqa: S608
_CLOSE_ACCOUNTS = """
    SELECT ledger_close_account_v2(%(run)s, account_id, %(date)s)
      FROM (SELECT l.account_id FROM loans_loan l
              JOIN ledger_balance b ON b.account_id = l.account_id
             WHERE l.id BETWEEN %(low)s AND %(high)s AND l.closed_on <= %(date)s AND NOT b.closed
             ORDER BY l.account_id) over"""
_STANDINGS = """
    WITH moved AS (
        INSERT INTO loans_standing (loan_id, since, days_overdue, bucket)
        SELECT l.id, %(date)s, overdue.days, now.bucket
          FROM loans_loan l
         CROSS JOIN LATERAL (SELECT coalesce(%(date)s - l.overdue_since, 0) AS days) overdue
         CROSS JOIN LATERAL (
               SELECT width_bucket(overdue.days, %(buckets)s::integer[]) - 1 AS bucket) now
          LEFT JOIN LATERAL (SELECT bucket FROM loans_standing s WHERE s.loan_id = l.id
                              ORDER BY since DESC LIMIT 1) last ON true
         WHERE l.id BETWEEN %(low)s AND %(high)s AND l.opened_on <= %(date)s
           AND (l.closed_on IS NULL OR l.closed_on = %(date)s)
           AND now.bucket <> coalesce(last.bucket, 0)
        RETURNING 1)
    SELECT count(*) FROM moved"""


def collect(*, date: dt.date, low: int, high: int, run: Run) -> dict[str, int]:
    """Let instalments fall due on the loans of the deposits `low` to `high`, and collect.

    Counts and whole minor units come back; the entries are added to the run as a query.
    """
    where = {"date": date, "low": low, "high": high}
    fallen = sql.value(_FALL_DUE, where | {"one": rules.UNITS, "booked": run.date, "run": run.id})
    sql.rows(_LOCK, {"low": low, "high": high})
    groups = sql.rows(_COLLECT, where | {"booked": run.date, "run": run.id})
    tell_overdue("deposit_id", low, high)
    if groups:
        accrued, penalties = [], []
        for _, branch, currency, accrued_gl, penalty_gl, code, *_, interest, penalty in groups:
            own = {"run": run, "branch": branch, "currency": currency}
            accrued.append(
                internal_account(gl_code=accrued_gl, part=code, **own) if interest else None
            )
            penalties.append(internal_account(gl_code=penalty_gl, **own) if penalty else None)
        run.add_query(
            _ENTRIES,
            {
                "run": run.id,
                "terms": [group[0] for group in groups],
                "branches": [group[1] for group in groups],
                "accrued": accrued,
                "penalties": penalties,
            },
        )
    return {
        "fell_due": fallen,
        "paid": sum(group[6] for group in groups),
        "paid_minor": sum(group[7] for group in groups),
    }


def charge_penalties(*, date: dt.date, low: int, high: int, run: Run) -> dict[str, int]:
    """Charge the day's penalty on the overdue loans `low` to `high`; how many, and how much."""
    charged, minor = sql.rows(
        _PENALTIES,
        {
            "date": date,
            "low": low,
            "high": high,
            "run": run.id,
            "one": rules.UNITS,
            "day": rules.YEAR_UNITS // 365,
        },
    )[0]
    return {"charged": charged, "charged_minor": minor}


def classify(*, date: dt.date, low: int, high: int, run: Run) -> dict[str, int]:
    """End the loans `low` to `high` that are repaid, and tell which came into another bucket."""
    where = {"date": date, "low": low, "high": high}
    ended = sql.rows(_END, where)
    sql.rows(_CLOSE_ACCOUNTS, where | {"run": run.id})
    moved = sql.value(_STANDINGS, where | {"buckets": list(rules.BUCKETS)})
    return {"ended": len(ended), "moved": moved}
