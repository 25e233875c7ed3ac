"""A payment is taken back and made again, and nothing is different from before."""

import datetime as dt
from typing import Any

from apps.kernel import sql
from apps.loans import portfolio, queries
from apps.loans.errors import (
    InstalmentSince,
    LaterPaymentStands,
    LoanClosed,
    PaymentAlreadyReversed,
)
from apps.loans.models import Loan, Payment
from tests.accounts import days
from tests.accounts.days import put
from tests.evidence import refuse
from tests.factories import Bank, do
from tests.loans.lending import (
    Lent,
    charges,
    close_day,
    close_through,
    lend,
    payments,
    product,
    uah,
    violations,
)

DUE_ON = dt.date(2026, 2, 1)
DAY = dt.timedelta(days=1)
REASON = "помилковий платіж"


def last(of: Lent) -> int:
    return Payment.objects.filter(loan_id=of.id).latest("id").id


def reverse(bank: Bank, payment: int) -> None:
    do("loans.reverse_payment", {"payment": payment, "reason": REASON}, actor=bank.credit_manager)


def state(of: Lent) -> dict[str, Any]:
    """What is owed, planned and saved."""
    facts = of.facts
    return {
        "principal": facts.principal_minor,
        "due": (facts.due_principal_minor, facts.due_interest_minor, facts.due_penalty_minor),
        "accrued": facts.accrued_units,
        "overdue": facts.overdue_since,
        "next": facts.next_due_on,
        "plan": queries.instalments(facts.plan),
        "charges": charges(of),
        "deposit": of.deposit.minor,
    }


def overdue(bank: Bank) -> Lent:
    loan = lend(bank, product(bank), months=3, due_day=1)
    put(bank, loan.deposit, -12_000_00)
    close_through(bank, DUE_ON)
    put(bank, loan.deposit, 5_000_00)
    return loan


def test_a_payment_reversed_and_made_again_changes_nothing(bank: Bank) -> None:
    loan = overdue(bank)
    before = state(loan)
    pay = {"loan": loan.id, "amount": uah(3_000_00)}
    do("loans.repay", pay, actor=bank.loan_officer)
    paid = state(loan)
    reverse(bank, last(loan))
    assert state(loan) == before
    do("loans.repay", pay, actor=bank.loan_officer)
    assert state(loan) == paid
    assert [line[:3] for line in payments(loan)] == [
        ("repaid", DUE_ON + DAY, 3_000_00),
        ("reversal", DUE_ON + DAY, -3_000_00),
        ("repaid", DUE_ON + DAY, 3_000_00),
    ]
    close_day(bank)


def test_the_entry_of_a_reversal_names_the_one_it_reverses(bank: Bank) -> None:
    """Also where a run of the close has made several."""
    code = product(bank)
    loans = [lend(bank, code, months=3, due_day=1) for _ in range(3)]
    close_through(bank, DUE_ON)
    reverse(bank, last(loans[1]))
    found = sql.rows(
        """SELECT r.kind, e.kind, leg.account_id, leg.amount_minor
             FROM ledger_entry r JOIN ledger_entry e ON e.id = r.reverses_id
             JOIN ledger_posting leg ON leg.entry_id = e.id
             JOIN accounts_deposit d ON d.account_id = leg.account_id"""
    )
    assert found == [
        ("loans.collect.reversal", "loans.collect", loans[1].deposit.account,
         payments(loans[1])[0][2]),
    ]  # fmt: skip


def test_interest_that_a_payment_spared_is_earned_after_all(bank: Bank) -> None:
    """The day's steps: a payment of principal is taken back three days later."""
    loan = overdue(bank)
    principal = loan.facts.due_principal_minor
    do("loans.repay", {"loan": loan.id, "amount": uah(principal)}, actor=bank.loan_officer)
    payment = last(loan)
    put(bank, loan.deposit, -loan.deposit.minor)
    close_through(bank, DUE_ON + 3 * DAY)
    reverse(bank, payment)
    # As if nothing had been paid: four days on the whole principal.
    twin = 12_000_00 * 36_500_000 * 4_392 * 4
    assert loan.facts.accrued_units == twin
    put(bank, loan.deposit, -loan.deposit.minor)
    close_day(bank)
    assert violations(DUE_ON + 4 * DAY) == {}


def test_an_early_repayment_taken_back_brings_the_plan_back(bank: Bank) -> None:
    loan = lend(bank, product(bank), months=6)
    close_through(bank, dt.date(2026, 1, 9))
    before = state(loan)
    early = {"loan": loan.id, "amount": uah(2_000_00), "choice": "shorter_term"}
    do("loans.prepay", early, actor=bank.loan_officer)
    changed = state(loan)
    assert changed["plan"] != before["plan"]
    reverse(bank, last(loan))
    assert state(loan) == before
    do("loans.prepay", early, actor=bank.loan_officer)
    assert state(loan) == changed
    close_through(bank, dt.date(2026, 2, 5))
    given = {"payment": Payment.objects.get(loan_id=loan.id, kind="collected").id}
    do("loans.reverse_payment", given | {"reason": REASON}, actor=bank.credit_manager)
    early_payment = Payment.objects.filter(loan_id=loan.id, kind="prepaid").latest("id").id
    refuse(
        InstalmentSince,
        "loans.reverse_payment",
        {"payment": early_payment, "reason": REASON},
        actor=bank.credit_manager,
    )
    close_day(bank)


def test_two_early_repayments_are_taken_back_one_after_the_other(bank: Bank) -> None:
    loan = lend(bank, product(bank), months=6)
    states = [state(loan)]
    for choice in ("shorter_term", "smaller_instalment"):
        early = {"loan": loan.id, "amount": uah(1_000_00), "choice": choice}
        do("loans.prepay", early, actor=bank.loan_officer)
        states.append(state(loan))
    last_two = Payment.objects.filter(loan_id=loan.id).order_by("-id").values_list("id", flat=True)
    for payment, expected in zip(list(last_two), (states[1], states[0]), strict=True):
        reverse(bank, payment)
        assert state(loan) == expected
    close_day(bank)


def test_an_early_repayment_taken_back_days_later_earns_what_it_spared(bank: Bank) -> None:
    loan = lend(bank, product(bank), months=6)
    plan = queries.instalments(loan.facts.plan)
    early = {"loan": loan.id, "amount": uah(2_000_00), "choice": "smaller_instalment"}
    do("loans.prepay", early, actor=bank.loan_officer)
    payment = last(loan)
    close_through(bank, dt.date(2026, 1, 19))
    reverse(bank, payment)
    assert loan.facts.accrued_units == 12_000_00 * 36_500_000 * 4_392 * 15
    close_through(bank, plan[0].due_on)
    assert payments(loan)[-1][2] == plan[0].payment_minor


def test_a_pay_off_is_taken_back_on_its_day_and_not_later(bank: Bank) -> None:
    loan = overdue(bank)
    put(bank, loan.deposit, 20_000_00)
    close_day(bank)
    before = state(loan)
    do("loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer)
    assert Loan.objects.get(id=loan.id).closed_on is not None
    reverse(bank, last(loan))
    assert state(loan) == before
    do("loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer)
    close_day(bank)
    given = {"payment": last(loan), "reason": REASON}
    refuse(LoanClosed, "loans.reverse_payment", given, actor=bank.credit_manager)


def test_only_the_last_payment_is_taken_back_and_only_once(bank: Bank) -> None:
    loan = overdue(bank)
    pay = {"loan": loan.id, "amount": uah(500_00)}
    do("loans.repay", pay, actor=bank.loan_officer)
    first = last(loan)
    do("loans.repay", pay, actor=bank.loan_officer)
    second = last(loan)
    given = {"payment": first, "reason": REASON}
    refuse(LaterPaymentStands, "loans.reverse_payment", given, actor=bank.credit_manager)
    reverse(bank, second)
    refuse(
        PaymentAlreadyReversed,
        "loans.reverse_payment",
        given | {"payment": second},
        actor=bank.credit_manager,
    )
    refuse(
        PaymentAlreadyReversed,
        "loans.reverse_payment",
        given | {"payment": last(loan)},
        actor=bank.credit_manager,
    )
    reverse(bank, first)
    assert loan.facts.due_minor == sum(minor for _, _, minor, _ in charges(loan))
    seen = portfolio.payments(loan.id)
    assert [one.is_reversed for one in seen] == [False, False, True, True]


def test_a_waiver_is_taken_back_without_an_entry(bank: Bank) -> None:
    loan = lend(bank, product(bank, penalty_rate=73), months=3, due_day=1)
    put(bank, loan.deposit, -12_000_00)
    close_through(bank, DUE_ON + DAY)
    before = state(loan)
    waived = {"loan": loan.id, "amount": uah(before["due"][2]), "reason": "за домовленістю"}
    do("loans.waive_penalty", waived, actor=bank.credit_manager)
    assert loan.facts.due_penalty_minor == 0
    reverse(bank, last(loan))
    assert state(loan) == before
    assert days.own_minor("6397") == 0
    close_day(bank)
