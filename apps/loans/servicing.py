"""Payments on one loan: what each pays, what it does to the schedule, and how it is taken back.

Bodies of operations call these; entries are added to their run. What many loans pay at once in the
close is in `collection`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from apps.control.declarations import Scope
from apps.control.errors import NotFound
from apps.control.run import Leg, Run
from apps.kernel import sql
from apps.kernel.daycount import DayCount
from apps.kernel.money import Money
from apps.kernel.queries import closing_date
from apps.ledger.accounts import internal_account
from apps.ledger.errors import WrongCurrency
from apps.loans import queries, rules
from apps.loans.errors import (
    DueFirst,
    InstalmentSince,
    LaterPaymentStands,
    LoanBeingClosedOver,
    LoanClosed,
    NotAsMuchDue,
    PaymentAlreadyReversed,
    TooMuchEarly,
)
from apps.loans.models import Allocation, Instalment, Loan, Payment, Plan
from apps.loans.queries import LoanFacts, OpenCharge
from apps.loans.rules import Early, Portion, Schedule
from apps.products import queries as products

AT_PAYMENT = Scope(
    """(SELECT l.branch_id FROM loans_payment p JOIN loans_loan l ON l.id = p.loan_id
         WHERE p.id = %(scope)s)""",
    lambda cmd: cmd.payment,
)
# A charge and how much of it a payment pays; negative where one is taken back.
Part = tuple[int, str, int]


def repay(loan_id: int, amount: Money, run: Run) -> tuple[Payment, int]:
    """Pay of what is due; the payment, and the principal left."""
    loan = _ready(loan_id, run, amount)
    if amount.minor > loan.due_minor:
        raise NotAsMuchDue(due=str(Money(loan.due_minor, loan.currency)))
    order = queries.terms(loan.terms).allocation
    parts = _spread(queries.open_charges(loan.id), amount.minor, order, run.date)
    payment = _pay(loan, Payment.Kind.REPAID, parts, run)
    return payment, loan.principal_minor - payment.principal_minor


def prepay(loan_id: int, amount: Money, choice: Early, run: Run) -> tuple[Payment, int, Schedule]:
    """Repay a part early; the payment, the principal left, and the schedule from now on."""
    loan = _ready(loan_id, run, amount)
    require_early(loan, amount)
    made = queries.after_prepayment(loan, amount.minor, choice, run.date)
    payment = _pay(loan, Payment.Kind.PREPAID, [], run, early_principal=amount.minor)
    left = loan.principal_minor - amount.minor
    follow(
        loan.id,
        made,
        number=loan.plan_number + 1,
        reason=Plan.Reason(choice.value),
        principal_minor=left,
        run=run,
    )
    return payment, left, made


def pay_off(loan_id: int, run: Run) -> tuple[Payment, rules.PayOff]:
    """Pay everything; the payment and what it is made of."""
    loan = _ready(loan_id, run)
    quote = queries.pay_off(loan)
    parts = [(one.id, one.kind, one.owed_minor) for one in queries.open_charges(loan.id)]
    payment = _pay(
        loan,
        Payment.Kind.PAID_OFF,
        parts,
        run,
        early_principal=quote.principal_minor,
        early_interest=quote.interest_minor,
    )
    _settle_fraction(loan, quote.interest_minor * rules.UNITS - loan.accrued_units, run)
    Loan.objects.filter(id=loan.id).update(closed_on=run.date)
    return payment, quote


def waive(loan_id: int, amount: Money, reason: str, run: Run) -> Payment:
    """Give up penalties, oldest first."""
    loan = _ready(loan_id, run, amount)
    if amount.minor > loan.due_penalty_minor:
        raise NotAsMuchDue(due=str(Money(loan.due_penalty_minor, loan.currency)))
    penalties = [one for one in queries.open_charges(loan.id) if one.kind == "penalty"]
    parts = _spread(penalties, amount.minor, [Portion.PENALTY], run.date)
    return _pay(loan, Payment.Kind.WAIVED, parts, run, reason=reason)


def reverse(payment_id: int, reason: str, run: Run) -> Payment:
    """Take the last payment of a loan back; the reversal."""
    found = Payment.objects.filter(id=payment_id).first()
    if found is None:
        raise NotFound
    products.hold_date(run.date)
    loan = queries.locked(found.loan_id)
    _require_reversible(loan, found, run)
    parts = [
        (one.charge_id, one.charge.kind, -one.amount_minor)
        for one in found.allocations.select_related("charge").order_by("charge_id")
    ]
    reversal = _pay(
        loan,
        Payment.Kind.REVERSAL,
        parts,
        run,
        early_principal=-found.early_principal_minor,
        early_interest=-found.early_interest_minor,
        reason=reason,
        reverses=found,
    )
    if found.kind == Payment.Kind.PAID_OFF:
        taken_back = found.early_interest_minor * rules.UNITS - loan.accrued_units
        _settle_fraction(loan, -taken_back, run)
        Loan.objects.filter(id=loan.id).update(closed_on=None)
    if found.kind == Payment.Kind.PREPAID:
        _bring_plan_back(loan, found, run)
    _correct_interest(loan, found, run)
    return reversal


def follow(
    loan_id: int,
    made: Schedule,
    *,
    number: int,
    reason: Plan.Reason,
    principal_minor: int,
    run: Run,
) -> None:
    """Let a loan follow another plan from now on; three statements."""
    plan = Plan.objects.create(
        loan_id=loan_id,
        number=number,
        made_on=run.date,
        reason=reason,
        principal_minor=principal_minor,
        level_minor=made.level_minor,
        run_id=run.id,
    )
    Instalment.objects.bulk_create(
        Instalment(
            plan=plan,
            number=line.number,
            due_on=line.due_on,
            principal_minor=line.principal_minor,
            interest_minor=line.interest_minor,
            balance_minor=line.balance_minor,
        )
        for line in made.lines
    )
    Loan.objects.filter(id=loan_id).update(plan=plan)


# --- What may be done ---------------------------------------------------------------------------


def _ready(loan_id: int, run: Run, amount: Money | None = None) -> LoanFacts:
    """An open loan, locked, with every day before today computed. Raises the refusals of that.

    Today is kept open meanwhile, so that its own interest cannot begin to be computed either.
    """
    products.hold_date(run.date)
    loan = queries.locked(loan_id)
    require_computed(loan, run.date)
    if amount is not None and amount.currency != loan.currency:
        raise WrongCurrency(account=loan.number, kept_in=loan.currency, given=amount.currency)
    return loan


def require_computed(loan: LoanFacts, date: dt.date) -> None:
    """Raises LoanClosed, or LoanBeingClosedOver where a day before the open `date` is missing."""
    if loan.closed_on is not None:
        raise LoanClosed(number=loan.number, closed_on=loan.closed_on.isoformat())
    _require_days(loan, date)


def require_early(loan: LoanFacts, amount: Money) -> None:
    """May so much be repaid early? Raises DueFirst, TooMuchEarly."""
    if loan.due_minor:
        raise DueFirst(number=loan.number, due=str(Money(loan.due_minor, loan.currency)))
    if amount.minor >= loan.early_principal_minor:
        raise TooMuchEarly(principal=str(Money(loan.early_principal_minor, loan.currency)))


def _require_days(loan: LoanFacts, date: dt.date) -> None:
    closing = closing_date()
    if closing is not None and loan.opened_on <= closing:
        raise LoanBeingClosedOver(date=closing.isoformat())
    # What an exception of the close left behind is made up for first.
    if loan.next_due_on < date:
        raise LoanBeingClosedOver(date=loan.next_due_on.isoformat())


def _require_reversible(loan: LoanFacts, found: Payment, run: Run) -> None:
    """Raises PaymentAlreadyReversed, LaterPaymentStands, LoanClosed or InstalmentSince."""
    if found.reverses_id is not None or Payment.objects.filter(reverses=found).exists():
        raise PaymentAlreadyReversed
    later = (
        Payment.objects.filter(loan_id=loan.id, id__gt=found.id, reverses=None, reversed_by=None)
        .order_by("-id")
        .first()
    )
    if later is not None:
        raise LaterPaymentStands(date=later.booking_date.isoformat())
    is_paid_off_today = (
        found.kind == Payment.Kind.PAID_OFF and loan.closed_on == found.booking_date == run.date
    )
    if loan.closed_on is not None and not is_paid_off_today:
        raise LoanClosed(number=loan.number, closed_on=loan.closed_on.isoformat())
    _require_days(loan, run.date)
    if found.kind == Payment.Kind.PREPAID:
        first = queries.instalments(_plan_of(found).id)[0]
        if first.due_on != loan.next_due_on:
            raise InstalmentSince


# --- How it is written --------------------------------------------------------------------------


def portion(kind: str, due_on: dt.date, date: dt.date) -> Portion:
    """To which portion of a payment of `date` a charge belongs."""
    if kind == Portion.PENALTY or due_on >= date:
        return Portion(kind)
    return Portion(f"overdue_{kind}")


def _spread(
    charges: Sequence[OpenCharge], amount_minor: int, order: Sequence[str], date: dt.date
) -> list[Part]:
    """To which charges an amount goes: portion after portion, and in each the oldest first."""
    by_portion: dict[str, list[OpenCharge]] = {}
    for one in charges:
        by_portion.setdefault(portion(one.kind, one.due_on, date), []).append(one)
    due = {name: sum(one.owed_minor for one in found) for name, found in by_portion.items()}
    given, left = rules.allocate(due, amount_minor=amount_minor, order=order)
    assert left == 0, "more than is due was refused"
    parts: list[Part] = []
    for name, found in by_portion.items():
        room = given[name]
        for one in found:
            if part := min(one.owed_minor, room):
                parts.append((one.id, one.kind, part))
                room -= part
    return parts


def _pay(
    loan: LoanFacts,
    kind: Payment.Kind,
    parts: Sequence[Part],
    run: Run,
    *,
    early_principal: int = 0,
    early_interest: int = 0,
    reason: str = "",
    reverses: Payment | None = None,
) -> Payment:
    """Write a payment with its allocations, and add its entry; a waiver moves no money."""
    sums = dict.fromkeys(("principal", "interest", "penalty"), 0)
    for name, of_kind in groupby(sorted(parts, key=lambda part: part[1]), lambda part: part[1]):
        sums[name] = sum(part for _, _, part in of_kind)
    payment = Payment.objects.create(
        loan_id=loan.id,
        kind=kind,
        booking_date=run.date,
        amount_minor=sum(sums.values()) + early_principal + early_interest,
        principal_minor=sums["principal"],
        interest_minor=sums["interest"],
        penalty_minor=sums["penalty"],
        early_principal_minor=early_principal,
        early_interest_minor=early_interest,
        reason=reason,
        reverses=reverses,
        run_id=run.id,
    )
    Allocation.objects.bulk_create(
        Allocation(payment=payment, charge_id=charge, amount_minor=part)
        for charge, _, part in parts
    )
    sql.rows(
        """UPDATE loans_charge c SET paid_minor = c.paid_minor + p.part
             FROM unnest(%(charges)s::bigint[], %(parts)s::bigint[]) AS p (charge, part)
            WHERE c.id = p.charge""",
        {"charges": [one for one, _, _ in parts], "parts": [part for _, _, part in parts]},
    )
    tell_overdue("id", loan.id, loan.id)
    first = payment if reverses is None else reverses
    if first.kind != Payment.Kind.WAIVED:
        _post(loan, payment, run)
    return payment


def _post(loan: LoanFacts, payment: Payment, run: Run) -> None:
    """Dr the deposit; Cr the loan, accrued income, penalties. A reversal has the same with a minus.

    It names the entry that it reverses.
    """
    terms = queries.terms(loan.terms)
    interest = payment.interest_minor + payment.early_interest_minor
    legs = [
        Leg(loan.deposit_account, payment.amount_minor, loan.currency),
        Leg(
            loan.account,
            -(payment.principal_minor + payment.early_principal_minor),
            loan.currency,
        ),
    ]
    if interest:
        accrued = _own(loan, terms.accrued_gl, run, part=terms.code)
        legs.append(Leg(accrued, -interest, loan.currency))
    if payment.penalty_minor:
        income = _own(loan, terms.penalty_gl, run)
        legs.append(Leg(income, -payment.penalty_minor, loan.currency))
    reversed_payment = payment.reverses
    run.add(
        f"{ENTRY_KINDS[reversed_payment.kind]}.reversal"
        if reversed_payment
        else ENTRY_KINDS[payment.kind],
        *(leg for leg in legs if leg.amount_minor),
        narrative=f"Сторно платежу за кредитом {loan.number}"
        if reversed_payment
        else f"Погашення кредиту {loan.number}",
        reverses=_entry_of(reversed_payment) if reversed_payment else None,
    )


def _own(loan: LoanFacts, gl_code: str, run: Run, *, part: str = "") -> int:
    return internal_account(
        run=run, gl_code=gl_code, branch=loan.branch, currency=loan.currency, part=part
    )


# The kinds of the entries that payments make.
ENTRY_KINDS: Mapping[str, str] = MappingProxyType(
    {
        Payment.Kind.COLLECTED: "loans.collect",
        Payment.Kind.REPAID: "loans.repay",
        Payment.Kind.PREPAID: "loans.prepay",
        Payment.Kind.PAID_OFF: "loans.pay_off",
    }
)


def _entry_of(payment: Payment) -> int:
    """The entry of a payment. A run of the close makes many of both, in one and the same order."""
    found: int = sql.value(
        """SELECT entry.id
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM loans_payment
                    WHERE run_id = %(run)s) payment
             JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM ledger_entry
                    WHERE run_id = %(run)s AND kind = %(kind)s) entry USING (place)
            WHERE payment.id = %(payment)s""",
        {"run": payment.run_id, "kind": ENTRY_KINDS[payment.kind], "payment": payment.id},
    )
    return found


def tell_overdue(column: Literal["id", "deposit_id"], low: int, high: int) -> None:
    """Say anew since when loans are overdue, in a range of theirs or of deposits; one statement."""
    sql.rows(
        f"""UPDATE loans_loan l SET overdue_since = now.since
              FROM (SELECT l.id, (SELECT min(c.due_on) FROM loans_charge c
                                   WHERE c.loan_id = l.id AND c.paid_minor < c.amount_minor
                                     AND c.kind <> 'penalty') AS since
                      FROM loans_loan l
                     WHERE l.{column} BETWEEN %(low)s AND %(high)s AND l.closed_on IS NULL) now
             WHERE l.id = now.id AND l.overdue_since IS DISTINCT FROM now.since""",  # noqa: S608
        {"low": low, "high": high},
    )


def _settle_fraction(loan: LoanFacts, units: int, run: Run) -> None:
    _add_accrual(loan, "rounding", units, run)


def _correct_interest(loan: LoanFacts, found: Payment, run: Run) -> None:
    """Add what the principal of a reversed payment would have earned since it was paid."""
    principal = found.principal_minor + found.early_principal_minor
    contract = Loan.objects.only("annual_rate", "day_count").get(id=loan.id)
    starts = sql.rows(
        "SELECT due_on FROM loans_charge WHERE loan_id = %(id)s AND kind <> 'penalty'",
        {"id": loan.id},
    )
    units = rules.units_of_days(
        principal,
        start=found.booking_date,
        end=run.date,
        period_starts={loan.opened_on, *(date for (date,) in starts)},
        annual_rate=contract.annual_rate,
        basis=DayCount(contract.day_count),
    )
    _add_accrual(loan, "correction", units, run)


def _add_accrual(loan: LoanFacts, kind: str, units: int, run: Run) -> None:
    """A further row of today, where there is anything to write; the close posts it."""
    if units:
        sql.rows(
            """INSERT INTO loans_accrual (booking_date, loan_id, number, kind, basis_minor, units)
               SELECT %(date)s::date, %(loan)s::bigint, coalesce(max(number), 0) + 1, %(kind)s, 0,
                      %(units)s::numeric
                 FROM loans_accrual
                WHERE booking_date = %(date)s::date AND loan_id = %(loan)s::bigint""",
            {"date": run.date, "loan": loan.id, "kind": kind, "units": units},
        )


def _bring_plan_back(loan: LoanFacts, found: Payment, run: Run) -> None:
    """Follow again the plan before the one that an early repayment made."""
    before = Plan.objects.get(loan_id=loan.id, number=_plan_of(found).number - 1)
    lines = queries.instalments(before.id, since=loan.next_due_on)
    follow(
        loan.id,
        Schedule(before.level_minor, tuple(lines)),
        number=loan.plan_number + 1,
        reason=Plan.Reason.REVERSED,
        principal_minor=loan.principal_minor + found.early_principal_minor,
        run=run,
    )


def _plan_of(early: Payment) -> Plan:
    """The plan that an early repayment made; others may have been followed since."""
    return Plan.objects.get(loan_id=early.loan_id, run_id=early.run_id)
