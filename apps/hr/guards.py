"""Who sees what of pay in the book, and proofs of payrolls against it and against the law."""

from apps.control.columns import OF_BRANCH, Column, Form
from apps.control.declarations import INVARIANTS, Invariant
from apps.hr.payslips import VIEW_PAY
from apps.hr.subjects import OF_EMPLOYEE, OF_PAYSLIP
from apps.kernel.text import Text
from apps.ledger.rules import Confidential, confidential
from apps.ledger.subjects import OF_ACCOUNT

# The entry that pays tells everybody's net pay; the one that books the cost has sums alone.
confidential(
    "hr.net_pay",
    "hr.net_pay_reversal",
    what=Confidential(
        permission=VIEW_PAY,
        sentence=Text(
            uk="Зарплата працівників разом; кожну окремо бачать ті, хто має право на оплату праці.",
            en="Pay of the staff together; each one's is seen by those with the right to pay.",
        ),
        owners="""SELECT h.customer_id FROM hr_employee h
                   WHERE EXISTS (SELECT FROM hr_payslip s WHERE s.employee_id = h.id)""",
    ),
)

INVARIANTS.add(
    "hr.payrolls_equal_entries",
    Invariant(
        name="hr.payrolls_equal_entries",
        title=Text(
            uk="Проведення кожної відомості дорівнюють її розрахунковим листкам",
            en="The entries of each payroll equal its payslips",
        ),
        columns=(
            Column(name=Text(uk="Операція", en="Operation"), of=Form.RUN),
            Column(name=Text(uk="Рахунок плану", en="GL account"), of=Form.TEXT),
            OF_BRANCH,
            OF_ACCOUNT,
        ),
        # Posted or reversed on the date: what each GL account should have got by cost centre, and
        # each person's own account, beside what it got; zeros where a key does not apply, so that
        # the two can be hashed.
        statement="""
            WITH booked AS (
                SELECT id, posted_run_id AS run_id, 1 AS sign, true AS pays FROM hr_payroll
                 WHERE posted_on = %(date)s
                 UNION ALL
                SELECT id, reversed_run_id, -1, taken_back FROM hr_payroll
                 WHERE reversed_on = %(date)s),
            slip AS (
                SELECT b.run_id, b.sign, b.pays, s.* FROM booked b
                  JOIN hr_payslip s ON s.payroll_id = b.id),
            due AS (
                SELECT run_id, branch_id, gl, 0::bigint AS account, sum(sign * minor) AS minor
                  FROM (SELECT s.run_id, s.branch_id, s.sign, leg.gl, leg.minor
                          FROM slip s
                         CROSS JOIN LATERAL (VALUES
                               ('7401', s.contribution_minor),
                               ('3622', -s.contribution_minor - s.pit_minor - s.levy_minor),
                               ('3653', -s.deducted_minor),
                               ('3652', -s.net_minor
                                        + CASE WHEN s.pays THEN s.paid_minor ELSE 0 END))
                               AS leg (gl, minor)
                         UNION ALL
                        SELECT s.run_id, s.branch_id, s.sign,
                               CASE p.kind WHEN 'aid' THEN '7403' WHEN 'sick_fund' THEN '3522'
                                    ELSE '7400' END, p.amount_minor
                          FROM slip s JOIN hr_payslippart p ON p.payslip_id = s.id
                         WHERE p.order_id IS NULL) part
                 GROUP BY run_id, branch_id, gl
                 UNION ALL
                SELECT run_id, 0, '', account_id, sum(-sign * paid_minor) FROM slip
                 WHERE pays GROUP BY run_id, account_id),
            got AS (
                SELECT e.run_id, CASE WHEN a.limited THEN 0 ELSE a.branch_id END AS branch_id,
                       CASE WHEN a.limited THEN '' ELSE g.code END AS gl,
                       CASE WHEN a.limited THEN a.id ELSE 0 END AS account,
                       sum(p.amount_minor) AS minor
                  FROM booked b
                  JOIN ledger_entry e ON e.run_id = b.run_id
                  JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = %(date)s
                  JOIN ledger_account a ON a.id = p.account_id
                  JOIN ledger_glaccount g ON g.id = a.gl_account_id
                 GROUP BY 1, 2, 3, 4)
            SELECT run_id::text, gl, branch_id, account
              FROM due FULL JOIN got USING (run_id, branch_id, gl, account)
             WHERE coalesce(due.minor, 0) <> coalesce(got.minor, 0)""",
    ),
)
INVARIANTS.add(
    "hr.payslips_are_their_parts",
    Invariant(
        name="hr.payslips_are_their_parts",
        title=Text(
            uk="Нараховане й утримане кожного листка дорівнює сумі його складових",
            en="What each payslip earns and deducts is the sum of its parts",
        ),
        columns=(OF_PAYSLIP,),
        statement="""
            SELECT s.id FROM hr_payroll r
              JOIN hr_payslip s ON s.payroll_id = r.id
              LEFT JOIN hr_payslippart p ON p.payslip_id = s.id
             WHERE r.posted_on = %(date)s
             GROUP BY s.id
            HAVING coalesce(sum(p.amount_minor) FILTER (WHERE p.order_id IS NULL), 0)
                   <> s.gross_minor
                OR coalesce(sum(p.amount_minor) FILTER (WHERE p.order_id IS NOT NULL), 0)
                   <> s.deducted_minor""",
    ),
)
INVARIANTS.add(
    "hr.pay_follows_the_rules",
    Invariant(
        name="hr.pay_follows_the_rules",
        title=Text(
            uk="Податки й внесок за кожен місяць відповідають правилам, чинним для нього",
            en="Taxes and contribution of each month follow the rules in force for it",
        ),
        columns=(
            OF_EMPLOYEE,
            Column(name=Text(uk="Місяць", en="Month"), of=Form.DATE),
        ),
        statement="""
            WITH paid AS (
                SELECT s.employee_id, r.month, sum(s.gross_minor) AS gross,
                       sum(s.benefit_minor) AS benefit, sum(s.pit_minor) AS pit,
                       sum(s.levy_minor) AS levy, sum(s.base_minor) AS base,
                       sum(s.contribution_minor) AS contribution
                  FROM hr_payroll r JOIN hr_payslip s ON s.payroll_id = r.id
                 WHERE r.state = 'posted' GROUP BY s.employee_id, r.month)
            SELECT p.employee_id, p.month
              FROM paid p
              LEFT JOIN LATERAL (SELECT * FROM hr_payrule l WHERE l.valid_from <= p.month
                                  ORDER BY l.valid_from DESC LIMIT 1) law ON true
             WHERE p.pit IS DISTINCT FROM round((p.gross - p.benefit) * law.pit / 100)
                OR p.levy IS DISTINCT FROM round(p.gross * law.levy / 100)
                OR p.base > law.ceiling_wages * law.minimum_wage_minor
                OR p.base < least(p.gross, law.ceiling_wages * law.minimum_wage_minor)
                OR p.contribution NOT IN (round(p.base * law.contribution / 100),
                                          round(p.base * law.contribution_disabled / 100))""",
        thorough=True,
    ),
)
INVARIANTS.add(
    "hr.salaries_payable_are_what_is_owed",
    Invariant(
        name="hr.salaries_payable_are_what_is_owed",
        title=Text(
            uk="Рахунок зарплати до сплати дорівнює тому, що банк винен за листками",
            en="The account of salaries payable is what the bank owes by payslips",
        ),
        columns=(OF_BRANCH,),
        statement="""
            WITH owed AS (
                SELECT s.branch_id,
                       sum(CASE WHEN r.reversed_on IS NULL OR r.reversed_on > %(date)s
                                THEN s.net_minor ELSE 0 END
                           - CASE WHEN r.taken_back AND r.reversed_on <= %(date)s THEN 0
                                  ELSE s.paid_minor END) AS minor
                  FROM hr_payroll r JOIN hr_payslip s ON s.payroll_id = r.id
                 WHERE r.posted_on <= %(date)s GROUP BY s.branch_id),
            booked AS (
                SELECT a.branch_id, -sum(p.amount_minor) AS minor
                  FROM ledger_account a JOIN ledger_glaccount g ON g.id = a.gl_account_id
                  JOIN ledger_posting p ON p.account_id = a.id AND p.booking_date <= %(date)s
                  JOIN ledger_entry e ON e.id = p.entry_id AND e.kind LIKE 'hr.%%'
                 WHERE g.code = '3652' GROUP BY a.branch_id)
            SELECT coalesce(owed.branch_id, booked.branch_id)
              FROM owed FULL JOIN booked USING (branch_id)
             WHERE coalesce(owed.minor, 0) <> coalesce(booked.minor, 0)""",
        thorough=True,
    ),
)
