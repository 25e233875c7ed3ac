"""The lines of a payroll kept and posted, for operations: one statement each, however many people.

Entries are added to a run as a query, so that neither the journal nor a request for approval tells
anybody's pay; what was agreed to is named by the digest of the lines.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from apps.control.run import Run
from apps.hr.earnings import Line
from apps.kernel import sql

_COLUMNS = (
    "norm_days", "worked_days", "gross_minor", "benefit_minor", "pit_minor", "levy_minor",
    "base_minor", "contribution_minor", "deducted_minor", "net_minor", "brought_minor",
    "paid_minor",
)  # fmt: skip
_KEEP = f"""
    WITH slip AS (
        INSERT INTO hr_payslip (payroll_id, employee_id, unit_id, branch_id, account_id,
                                {", ".join(_COLUMNS)})
        SELECT %(payroll)s, line.*
          FROM unnest(%(employee)s::bigint[], %(unit)s::bigint[], %(branch)s::bigint[],
                      %(account)s::bigint[],
                      {", ".join(f"%({name})s::bigint[]" for name in _COLUMNS)}) AS line
        RETURNING id, employee_id)
    INSERT INTO hr_payslippart (payslip_id, kind, order_id, amount_minor, days)
    SELECT slip.id, part.kind, part.order_id, part.amount, part.days
      FROM unnest(%(of)s::bigint[], %(kinds)s::text[], %(orders)s::bigint[], %(amounts)s::bigint[],
                  %(days)s::bigint[]) AS part (of, kind, order_id, amount, days)
      JOIN slip ON slip.employee_id = part.of"""  # noqa: S608 - columns of our own

SALARIES_PAYABLE = "3652"
# Where a leg of each name stands: the GL account, and the part that tells several of one apart.
ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "pay": ("7400", ""),
    "aid": ("7403", ""),
    "sick_fund": ("3522", "SICK"),
    "contribution": ("7401", ""),
    "pit": ("3622", "PAY.PIT"),
    "levy": ("3622", "PAY.LEVY"),
    "contribution_due": ("3622", "PAY.ESV"),
    "deducted": ("3653", ""),
    "payable": (SALARIES_PAYABLE, ""),
}
# The legs of a payroll by cost centre, debit positive: Dr the cost of pay, what the Pension Fund
# gives back and the contribution; Cr taxes, the contribution, deductions, and pay that is due.
_LEGS = """
    SELECT branch_id, name, sum(minor)::bigint
      FROM (SELECT s.branch_id, leg.name, leg.minor
              FROM hr_payslip s
             CROSS JOIN LATERAL (VALUES ('contribution', s.contribution_minor),
                                        ('contribution_due', -s.contribution_minor),
                                        ('pit', -s.pit_minor), ('levy', -s.levy_minor),
                                        ('deducted', -s.deducted_minor),
                                        ('payable', -s.net_minor)) AS leg (name, minor)
             WHERE s.payroll_id = %(payroll)s
             UNION ALL
            SELECT s.branch_id,
                   CASE WHEN p.kind IN ('aid', 'sick_fund') THEN p.kind ELSE 'pay' END,
                   p.amount_minor
              FROM hr_payslip s JOIN hr_payslippart p ON p.payslip_id = s.id
             WHERE s.payroll_id = %(payroll)s AND p.kind <> 'deduction') part
     GROUP BY branch_id, name HAVING sum(minor) <> 0 ORDER BY branch_id, name"""
_OPEN = """
    SELECT want.branch, want.name,
           ledger_internal_account_v1(want.gl || '-' || want.branch || '-' || %(currency)s::text
                                      || CASE WHEN want.part = '' THEN '' ELSE '-' || want.part END,
                                      g.name_uk, want.gl, want.branch, %(currency)s, %(date)s)
      FROM unnest(%(branches)s::bigint[], %(names)s::text[], %(gls)s::text[], %(parts)s::text[])
           AS want (branch, name, gl, part)
      LEFT JOIN ledger_glaccount g ON g.code = want.gl
     ORDER BY want.branch, want.gl, want.part"""
# Entry 1 is the cost by cost centre, entry 2 what goes to each person's own account.
_ENTRIES = """
    SELECT 1 AS entry, %(cost_kind)s AS kind, %(narrative)s AS narrative, leg.account,
           leg.amount_minor, %(currency)s AS currency
      FROM unnest(%(accounts)s::bigint[], %(amounts)s::bigint[]) AS leg (account, amount_minor)
     UNION ALL
    SELECT 2, %(pay_kind)s, %(narrative)s, leg.account, leg.amount_minor, %(currency)s
      FROM (SELECT own.account, %(sign)s::bigint * sum(s.paid_minor)::bigint AS amount_minor
              FROM hr_payslip s
              JOIN unnest(%(branches)s::bigint[], %(payables)s::bigint[]) AS own (branch, account)
                ON own.branch = s.branch_id
             WHERE s.payroll_id = %(payroll)s GROUP BY own.account
             UNION ALL
            SELECT s.account_id, -%(sign)s::bigint * s.paid_minor FROM hr_payslip s
             WHERE s.payroll_id = %(payroll)s) leg
     WHERE leg.amount_minor <> 0 AND %(pays)s"""


def digest(lines: Sequence[Line]) -> str:
    """SHA-256 of everything that lines say, by which a draft is known again."""
    plain = [
        [line.employee, line.unit, line.branch, line.account, line.norm_days, line.worked_days,
         line.benefit_minor, line.pit_minor, line.levy_minor, line.base_minor,
         line.contribution_minor, line.brought_minor, line.paid_minor,
         sorted([kind, order or 0, *amount] for (kind, order), amount in line.parts.items())]
        for line in lines
    ]  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()


def keep(payroll: int, lines: Sequence[Line]) -> None:
    """Write the lines of a draft with their components; one statement."""
    columns = {
        name: sql.array(getattr(line, name) for line in lines)
        for name in ("employee", "unit", "branch", "account", *_COLUMNS)
    }
    parts = [(line.employee, key, value) for line in lines for key, value in line.parts.items()]
    sql.rows(
        _KEEP,
        columns
        | {
            "payroll": payroll,
            "of": sql.array(employee for employee, _, _ in parts),
            "kinds": sql.texts(kind for _, (kind, _), _ in parts),
            "orders": sql.array(order for _, (_, order), _ in parts),
            "amounts": sql.array(amount for _, _, (amount, _) in parts),
            "days": sql.array(days for _, _, (_, days) in parts),
        },
    )


def add_entries(
    run: Run, *, payroll: int, month: dt.date, currency: str, sign: int = 1, pays: bool = True
) -> None:
    """Add the entries of a payroll to the run, or with `sign=-1` their opposites.

    As a query, so that neither the journal nor an approval tells anybody's pay.
    """
    legs = sql.rows(_LEGS, {"payroll": payroll})
    wanted = {(branch, name) for branch, name, _ in legs}
    wanted |= {(branch, "payable") for branch, _, _ in legs}
    wanted |= {(branch, "payable") for (branch,) in sql.rows(
        "SELECT DISTINCT branch_id FROM hr_payslip WHERE payroll_id = %(payroll)s",
        {"payroll": payroll})}  # fmt: skip
    opened = _opened(run, sorted(wanted), currency)
    branches = sorted({branch for branch, _ in wanted})
    sums: Counter[int] = Counter()
    for branch, name, minor in legs:
        sums[opened[branch, name]] += sign * minor
    undo = "" if sign > 0 else "_reversal"
    text = "Зарплата за" if sign > 0 else "Сторно зарплати за"
    run.add_query(
        _ENTRIES,
        {
            "cost_kind": f"hr.payroll{undo}",
            "pay_kind": f"hr.net_pay{undo}",
            "narrative": f"{text} {month:%m.%Y}",
            "currency": currency,
            "accounts": sql.array(sums),
            "amounts": sql.array(sums.values()),
            "branches": sql.array(branches),
            "payables": sql.array(opened[branch, "payable"] for branch in branches),
            "payroll": payroll,
            "sign": sign,
            "pays": pays,
        },
    )


def _opened(
    run: Run, wanted: Sequence[tuple[int, str]], currency: str
) -> dict[tuple[int, str], int]:
    """The bank's own accounts, opened where they are first needed; one statement."""
    found = sql.rows(
        _OPEN,
        {
            "currency": currency,
            "date": run.date,
            "branches": sql.array(branch for branch, _ in wanted),
            "names": sql.texts(name for _, name in wanted),
            "gls": sql.texts(ACCOUNTS[name][0] for _, name in wanted),
            "parts": sql.texts(ACCOUNTS[name][1] for _, name in wanted),
        },
    )
    return {(branch, name): account for branch, name, account in found}
