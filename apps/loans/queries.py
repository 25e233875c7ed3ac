"""Reads of loans, their terms, plans and what is owed. Amounts are in minor units."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.control.errors import NotFound
from apps.kernel import sql
from apps.kernel.daycount import DayCount
from apps.kernel.rounding import whole_minor
from apps.kernel.workdays import BusinessDay
from apps.loans import rules
from apps.loans.errors import NotALoanProduct, NotLent
from apps.loans.rules import Debt, Early, Instalment, Method, Repayment, Schedule
from apps.products.errors import UnknownProduct

# --- Terms --------------------------------------------------------------------------------------

TERMS = """t.id, p.id, p.code, p.currency, t.valid_from, t.method, t.annual_rate, t.day_count,
       t.business_day, t.min_minor, t.max_minor, t.min_months, t.max_months, t.grace_months,
       t.multiple_minor, t.fee_rate, t.penalty_rate, t.waiting_days, t.allocation, t.principal_gl,
       t.accrued_gl, t.income_gl, t.fee_gl, t.penalty_gl"""


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """The terms of a loan product; rates in percent."""

    id: int
    product: int
    code: str
    currency: str
    valid_from: dt.date
    method: Method
    annual_rate: Decimal
    day_count: DayCount
    business_day: BusinessDay
    min_minor: int
    max_minor: int
    min_months: int
    max_months: int
    grace_months: int
    multiple_minor: int
    fee_rate: Decimal
    penalty_rate: Decimal
    waiting_days: int
    allocation: tuple[str, ...]
    principal_gl: str
    accrued_gl: str
    income_gl: str
    fee_gl: str
    penalty_gl: str

    def repayment(self, *, passed: int = 0) -> Repayment:
        """How a loan under these terms is repaid, after `passed` of its instalments."""
        return Repayment(
            method=self.method,
            annual_rate=self.annual_rate,
            day_count=self.day_count,
            grace=max(self.grace_months - passed, 0),
            multiple_minor=self.multiple_minor,
        )


def lent(code: str, date: dt.date) -> LoanTerms:
    """The terms of the loan product with this code on `date`; one or two statements.

    Raises UnknownProduct, NotALoanProduct, NotLent.
    """
    found = sql.row(
        f"""SELECT {TERMS}
              FROM products_product p JOIN loans_terms t ON t.product_id = p.id
             WHERE p.code = %(code)s AND t.valid_from <= %(date)s
             ORDER BY t.valid_from DESC LIMIT 1""",  # noqa: S608
        {"code": code, "date": date},
    )
    if found is not None:
        return terms_of(found)
    kind = sql.value("SELECT kind FROM products_product WHERE code = %(code)s", {"code": code})
    if kind is None:
        raise UnknownProduct(product=code[:20])
    if kind != "loan":
        raise NotALoanProduct(product=code)
    raise NotLent(product=code, date=date.isoformat())


def terms(terms_id: int) -> LoanTerms:
    """Terms by their id; one statement."""
    found = sql.row(
        f"""SELECT {TERMS}
              FROM loans_terms t JOIN products_product p ON p.id = t.product_id
             WHERE t.id = %(id)s""",  # noqa: S608
        {"id": terms_id},
    )
    assert found is not None, "terms are never removed"
    return terms_of(found)


def in_force(date: dt.date) -> list[LoanTerms]:
    """The terms of every loan product that has some on `date`, by code; one statement."""
    found = sql.rows(
        f"""SELECT DISTINCT ON (p.code) {TERMS}
              FROM loans_terms t JOIN products_product p ON p.id = t.product_id
             WHERE t.valid_from <= %(date)s ORDER BY p.code, t.valid_from DESC""",  # noqa: S608
        {"date": date},
    )
    return [terms_of(line) for line in found]


def holidays(start: dt.date, end: dt.date) -> frozenset[dt.date]:
    """The bank's holidays between two dates, by the country's table; one statement."""
    found = sql.rows(
        """SELECT h.date FROM kernel_holiday h JOIN kernel_bank b ON b.country = h.country
            WHERE h.date BETWEEN %(start)s AND %(end)s""",
        {"start": start, "end": end},
    )
    return frozenset(date for (date,) in found)


def terms_of(found: Sequence[Any]) -> LoanTerms:
    """A row of TERMS as terms."""
    values = list(found)
    values[5], values[7], values[8] = Method(values[5]), DayCount(values[7]), BusinessDay(values[8])
    values[18] = tuple(values[18])
    return LoanTerms(*values)


# --- A loan as operations see it ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """A loan as it stands now. `accrued_units` is what the running interest period has earned.

    `principal_minor` is all that is owed, due or not; `penalty_minor` and the others are due.
    """

    id: int
    number: str
    account: int
    deposit: int
    deposit_account: int
    branch: int
    currency: str
    product: int
    terms: int
    opened_on: dt.date
    interest_from: dt.date
    next_due_on: dt.date
    overdue_since: dt.date | None
    closed_on: dt.date | None
    plan: int
    plan_number: int
    level_minor: int
    principal_minor: int
    due_principal_minor: int
    due_interest_minor: int
    due_penalty_minor: int
    accrued_units: int

    @property
    def due_minor(self) -> int:
        return self.due_principal_minor + self.due_interest_minor + self.due_penalty_minor

    @property
    def early_principal_minor(self) -> int:
        """Principal that has not fallen due."""
        return self.principal_minor - self.due_principal_minor


# What a running interest period has earned: its days and corrections, sought date by date, as the
# accruals' key leads with the date. What rounding gave belongs to the period that ended.
EARNED = """(SELECT coalesce(sum(a.units), 0) FROM loans_accrual a
              WHERE a.loan_id = l.id AND a.kind <> 'rounding'
                AND a.booking_date >= l.interest_from AND a.booking_date < {until}
                AND a.booking_date = ANY (ARRAY(SELECT generate_series(
                        l.interest_from, {until}::date - 1, '1 day')::date)))"""
# Of today there are corrections alone: its own interest comes when it is closed.
_FACTS = f"""
    SELECT l.id, l.number, l.account_id, l.deposit_id, d.account_id, l.branch_id, l.currency,
           l.product_id, l.terms_id, l.opened_on, l.interest_from, l.next_due_on, l.overdue_since,
           l.closed_on, l.plan_id, p.number, p.level_minor, b.side * b.balance_minor,
           due.principal, due.interest, due.penalty, {EARNED.format(until="(today.date + 1)")}
      FROM loans_loan l
      JOIN loans_plan p ON p.id = l.plan_id
      JOIN accounts_deposit d ON d.id = l.deposit_id
      JOIN ledger_balance b ON b.account_id = l.account_id
      JOIN kernel_bookingdate today ON today.status = 'open'
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(owed) FILTER (WHERE kind = 'principal'), 0)::bigint AS principal,
                  coalesce(sum(owed) FILTER (WHERE kind = 'interest'), 0)::bigint AS interest,
                  coalesce(sum(owed) FILTER (WHERE kind = 'penalty'), 0)::bigint AS penalty
             FROM (SELECT kind, amount_minor - paid_minor AS owed FROM loans_charge c
                    WHERE c.loan_id = l.id AND c.paid_minor < c.amount_minor) open) due
     WHERE l.id = %(id)s"""  # noqa: S608


def loan(loan_id: int) -> LoanFacts:
    """A loan by its id, as it stands; one statement. Raises NotFound."""
    found = sql.row(_FACTS, {"id": loan_id})
    if found is None:
        raise NotFound
    values = list(found)
    values[-1] = int(values[-1])
    return LoanFacts(*values)


def locked(loan_id: int) -> LoanFacts:
    """A loan, locked against others who pay, repay or reverse; two statements. Raises NotFound.

    The lock is a statement of its own, so that the facts are those after whoever held it.
    """
    sql.rows("SELECT id FROM loans_loan WHERE id = %(id)s FOR NO KEY UPDATE", {"id": loan_id})
    return loan(loan_id)


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """What fell due and is not paid whole; `owed_minor` of it is left."""

    id: int
    kind: str
    due_on: dt.date
    owed_minor: int


def open_charges(loan_id: int) -> list[OpenCharge]:
    """What is due on a loan, oldest first; one statement."""
    found = sql.rows(
        """SELECT id, kind, due_on, amount_minor - paid_minor FROM loans_charge
            WHERE loan_id = %(id)s AND paid_minor < amount_minor ORDER BY due_on, id""",
        {"id": loan_id},
    )
    return [OpenCharge(*line) for line in found]


def instalments(plan: int, *, since: dt.date | None = None) -> list[Instalment]:
    """The lines of a plan, or those due on a date and later; one statement."""
    found = sql.rows(
        """SELECT number, due_on, principal_minor, interest_minor, balance_minor
             FROM loans_instalment
            WHERE plan_id = %(plan)s AND (%(since)s::date IS NULL OR due_on >= %(since)s::date)
            ORDER BY due_on""",
        {"plan": plan, "since": since},
    )
    return [Instalment(*line) for line in found]


# --- What would be ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What a loan would be under some terms: its schedule and its cost."""

    terms: LoanTerms
    schedule: Schedule
    cost: rules.Cost


def offer(
    terms: LoanTerms, *, amount_minor: int, months: int, due_day: int, date: dt.date
) -> Offer:
    """The loan that would be paid out on a date; one statement, for the holidays."""
    # A month more than the term, as a due date may move into the next one.
    until = date + dt.timedelta(days=31 * (months + 2))
    dues = rules.due_dates(
        opened_on=date,
        count=months,
        due_day=due_day,
        rule=terms.business_day,
        holidays=holidays(date, until),
    )
    debt = Debt(principal_minor=amount_minor, start=date, period_start=date)
    made = rules.schedule(terms.repayment(), debt=debt, dues=dues)
    fee_minor = whole_minor(amount_minor * terms.fee_rate / 100)
    cost = rules.cost(made, date=date, lent_minor=amount_minor, fee_minor=fee_minor)
    return Offer(terms, made, cost)


def after_prepayment(loan: LoanFacts, amount_minor: int, choice: Early, date: dt.date) -> Schedule:
    """The schedule of a loan after a part of it is repaid early on a date; two statements.

    `amount_minor` is less than the principal that has not fallen due.
    """
    coming = instalments(loan.plan, since=loan.next_due_on)
    assert coming, "principal that has not fallen due has instalments"
    number = coming[0].number
    return rules.after_prepayment(
        terms(loan.terms).repayment(passed=number - 1),
        debt=Debt(
            principal_minor=loan.principal_minor - amount_minor,
            start=date,
            period_start=loan.interest_from,
            brought_units=loan.accrued_units,
        ),
        dues=[line.due_on for line in coming],
        choice=choice,
        level_minor=loan.level_minor,
        first_number=number,
    )


def choices(loan_id: int, *, amount_minor: int, date: dt.date) -> dict[Early, Schedule]:
    """The schedule after each choice of an early repayment on the open date; five statements."""
    facts = loan(loan_id)
    return {choice: after_prepayment(facts, amount_minor, choice, date) for choice in Early}


def pay_off(loan: LoanFacts) -> rules.PayOff:
    """What would end a loan today, of facts that were read today."""
    return rules.pay_off(
        due_minor=loan.due_minor,
        principal_minor=loan.early_principal_minor,
        accrued_units=loan.accrued_units,
    )


def pay_off_on(loan: LoanFacts, date: dt.date, *, today: dt.date) -> rules.PayOff:
    """What would end a loan on a date from `today` on; none or two statements.

    Of a later date: if everything due is paid today, and each instalment before it in time.
    """
    if date == today:
        return pay_off(loan)
    return rules.pay_off_on(
        date,
        terms=terms(loan.terms).repayment(),
        debt=Debt(
            principal_minor=loan.early_principal_minor,
            start=today,
            period_start=loan.interest_from,
            brought_units=loan.accrued_units,
        ),
        coming=[
            (line.due_on, line.principal_minor)
            for line in instalments(loan.plan, since=loan.next_due_on)
        ],
    )
