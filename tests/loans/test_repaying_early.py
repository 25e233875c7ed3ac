"""Early repayment with either choice, the exact pay-off on any date, and their refusals."""

import datetime as dt
from decimal import Decimal

import pytest

from apps.ledger.errors import InsufficientFunds, WrongCurrency
from apps.loans import queries, rules
from apps.loans.errors import (
    DueFirst,
    LoanBeingClosedOver,
    LoanClosed,
    NotAsMuchDue,
    TooMuchEarly,
)
from apps.loans.models import Loan, Plan
from apps.loans.rules import Early
from tests.accounts import days
from tests.evidence import refuse
from tests.factories import Bank, do
from tests.loans.lending import (
    charges,
    close_day,
    close_through,
    lend,
    payments,
    product,
    uah,
    violations,
)

LAST_BEFORE = dt.date(2026, 1, 14)
EARLY_ON = dt.date(2026, 1, 15)


@pytest.mark.parametrize("choice", list(Early))
def test_a_part_is_repaid_early_with_either_choice(bank: Bank, choice: Early) -> None:
    """On 15 January, ten days of 12.00 after the loan: they stay due with the next instalment."""
    loan = lend(bank, product(bank), months=6)
    before = queries.instalments(loan.facts.plan)
    level = loan.facts.level_minor
    close_through(bank, LAST_BEFORE)
    expected = queries.after_prepayment(loan.facts, 4_000_00, choice, EARLY_ON)
    done = do(
        "loans.prepay",
        {"loan": loan.id, "amount": uah(4_000_00), "choice": choice.value},
        actor=bank.loan_officer,
    ).result
    assert loan.principal_minor == done["owed_minor"] == 8_000_00
    assert payments(loan) == [("prepaid", EARLY_ON, 4_000_00, 0, 0, 0, 4_000_00, 0)]
    after = queries.instalments(loan.facts.plan)
    assert tuple(after) == expected.lines
    assert done["next_payment_minor"] == after[0].payment_minor
    # Ten days on 12,000.00 and twenty-one on 8,000.00.
    assert after[0].interest_minor == 10 * 12_00 + 21 * 8_00
    assert sum(line.principal_minor for line in after) == 8_000_00
    if choice is Early.SHORTER_TERM:
        assert loan.facts.level_minor == level
        assert len(after) < len(before)
        assert {line.payment_minor for line in after[:-1]} == {level}
    else:
        assert loan.facts.level_minor < level
        assert [line.due_on for line in after] == [line.due_on for line in before]
    assert list(Plan.objects.filter(loan=loan.id).values_list("number", "reason")) == [
        (1, "disbursed"),
        (2, choice.value),
    ]
    close_through(bank, after[0].due_on)
    assert charges(loan) == [
        (after[0].due_on, "principal", after[0].principal_minor, after[0].principal_minor),
        (after[0].due_on, "interest", after[0].interest_minor, after[0].interest_minor),
    ]


def test_a_part_repaid_early_on_a_due_date(bank: Bank) -> None:
    """The instalment of the day falls due in its close, on what was owed through the day before."""
    loan = lend(bank, product(bank), months=3)
    due_on = dt.date(2026, 2, 5)
    close_through(bank, due_on - dt.timedelta(days=1))
    do(
        "loans.prepay",
        {"loan": loan.id, "amount": uah(1_000_00), "choice": "smaller_instalment"},
        actor=bank.loan_officer,
    )
    after = queries.instalments(loan.facts.plan)
    assert after[0].due_on == due_on
    assert after[0].interest_minor == 31 * 12_00
    assert sum(line.principal_minor for line in after) == 11_000_00
    close_day(bank)
    assert loan.principal_minor == after[0].balance_minor


def test_a_pay_off_is_exact_on_any_date(bank: Bank) -> None:
    """100,000.00 at 24 % for nineteen days: 1,249.32, as in the published case."""
    code = product(bank, annual_rate=Decimal(24))
    loan = lend(bank, code, minor=90_000_00, saved_minor=2_000_00)
    close_through(bank, dt.date(2026, 1, 23))
    interest = 1_124_38  # 90,000.00 · 24 % · 19 / 365 = 1,124.3836
    done = do("loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer).result
    assert (done["due_minor"], done["principal_minor"], done["interest_minor"]) == (
        0, 90_000_00, interest,
    )  # fmt: skip
    assert loan.principal_minor == 0
    assert loan.deposit.minor == 2_000_00 - interest
    close_day(bank)
    assert days.own_minor("2208") == 0
    assert days.own_minor("6052") == -interest
    contract = Loan.objects.get(id=loan.id)
    assert contract.closed_on == dt.date(2026, 1, 24)
    refuse(LoanClosed, "loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer)
    assert violations(contract.closed_on) == {}


def test_a_pay_off_on_the_first_day_costs_nothing_but_the_fee(bank: Bank) -> None:
    loan = lend(bank, product(bank, fee_rate=Decimal(1)), saved_minor=500_00)
    done = do("loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer).result
    assert done["interest_minor"] == 0
    assert loan.deposit.minor == 500_00 - 120_00
    close_day(bank)


def test_without_the_money_nothing_is_repaid(bank: Bank) -> None:
    loan = lend(bank, product(bank))
    days.put(bank, loan.deposit, -1_00)
    refuse(InsufficientFunds, "loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer)


def test_what_cannot_be_repaid_early(bank: Bank) -> None:
    loan = lend(bank, product(bank))

    def attempt(refusal: type, minor: int, currency: str = "UAH") -> None:
        amount = {"amount": uah(minor)["amount"], "currency": currency}
        given = {"loan": loan.id, "amount": amount, "choice": "shorter_term"}
        refuse(refusal, "loans.prepay", given, actor=bank.loan_officer)

    attempt(TooMuchEarly, 12_000_00)
    attempt(WrongCurrency, 10_00, "EUR")
    given = {"loan": loan.id, "amount": uah(1)}
    refuse(NotAsMuchDue, "loans.repay", given, actor=bank.loan_officer)
    days.roll(bank)
    attempt(LoanBeingClosedOver, 10_00)


def test_what_is_due_is_paid_before_anything_is_repaid_early(bank: Bank) -> None:
    loan = lend(bank, product(bank), due_day=1)
    days.put(bank, loan.deposit, -12_000_00)
    close_through(bank, dt.date(2026, 2, 1))
    days.put(bank, loan.deposit, 5_000_00)
    given = {"loan": loan.id, "amount": uah(1_000_00), "choice": "shorter_term"}
    refuse(DueFirst, "loans.prepay", given, actor=bank.loan_officer)
    due = loan.facts.due_minor
    done = do("loans.repay", {"loan": loan.id, "amount": uah(due)}, actor=bank.collector)
    assert done.result["owed_minor"] == loan.principal_minor
    assert loan.facts.overdue_since is None
    do("loans.prepay", given, actor=bank.loan_officer)
    close_day(bank)


def test_the_preview_tells_what_either_choice_would_do(bank: Bank) -> None:
    loan = lend(bank, product(bank), months=6)
    close_through(bank, LAST_BEFORE)
    seen = queries.choices(loan.id, amount_minor=3_000_00, date=EARLY_ON)
    shorter, smaller = seen[Early.SHORTER_TERM], seen[Early.SMALLER_INSTALMENT]
    now = queries.instalments(loan.facts.plan)
    assert len(shorter.lines) < len(smaller.lines) == len(now)
    assert smaller.lines[1].payment_minor < shorter.lines[1].payment_minor
    assert shorter.interest_minor < smaller.interest_minor < sum(one.interest_minor for one in now)
    assert queries.pay_off(loan.facts) == rules.PayOff(0, 12_000_00, 10 * 12_00)
