"""Applications: taken within the terms, decided on by another person, by tiers of the amount."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.control.door import execute
from apps.control.errors import LimitExceeded, NotFound
from apps.control.models import Approval
from apps.loans.errors import (
    AmountOutOfTerms,
    ApplicationSettled,
    DepositNotFit,
    DepositRepaysLoan,
    LoanAccruedAccountFixed,
    MoreThanAsked,
    NotALoanProduct,
    NotApproved,
    NotLent,
    OwnApplication,
    TermOutOfTerms,
    TermsExist,
    TermsOutOfRange,
)
from apps.loans.models import Application, Loan
from apps.products.errors import StartsInClosedBooks, TermsOfLoans, UnknownProduct
from tests.accounts import days
from tests.evidence import refuse
from tests.factories import Bank, add_user, do, fresh_key
from tests.loans.lending import add_terms, apply, lend, product, uah

ROUND = {"method": "annuity", "annual_rate": Decimal(24)}


def asked(bank: Bank, code: str, **fields: Any) -> dict[str, Any]:
    given = {"product": code, "amount": uah(10_000_00), "months": 12, "due_day": 5}
    return given | fields


def test_terms_are_those_of_their_date(bank: Bank) -> None:
    code = product(bank, annual_rate=Decimal(20))
    later = bank.date + dt.timedelta(days=3)
    add_terms(bank, code, valid_from=later, annual_rate=Decimal(10))
    application, _ = apply(bank, code)
    do(
        "loans.approve",
        {"application": application, "amount": uah(12_000_00), "months": 12},
        actor=bank.second_loan_officer,
    )
    for _ in range(3):
        days.close_day(bank)
    # What was approved is what is lent, whatever the terms of that day.
    paid = do("loans.disburse", {"application": application}, actor=bank.loan_officer).result
    assert Loan.objects.get(id=paid["loan"]).annual_rate == 20
    assert Loan.objects.get(id=lend(bank, code).id).annual_rate == 10


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("annual_rate", {"annual_rate": Decimal("999.000001")}),
        ("annual_rate", {"annual_rate": Decimal("1.0000001")}),
        ("fee_rate", {"fee_rate": Decimal(51)}),
        ("penalty_rate", {"penalty_rate": Decimal(-1)}),
        ("max_minor", {"min_minor": 2, "max_minor": 1}),
        ("max_months", {"min_months": 13, "max_months": 12}),
        ("grace_months", {"max_months": 12, "grace_months": 12}),
        ("allocation", {"allocation": ["principal", "interest", "penalty"]}),
        (
            "allocation",
            {
                "allocation": [
                    "principal",
                    "principal",
                    "interest",
                    "overdue_principal",
                    "overdue_interest",
                ]
            },
        ),
    ],
)
def test_terms_that_contradict_themselves_are_refused(
    bank: Bank, field: str, terms: dict[str, Any]
) -> None:
    code = product(bank)
    given = ROUND | {"product": code, "valid_from": bank.date + dt.timedelta(days=1)} | terms
    line = refuse(TermsOutOfRange, "loans.add_terms", given, actor=bank.product_manager)
    assert line.refusal is not None
    assert line.refusal["data"]["field"] == field


def test_terms_are_added_and_never_changed(bank: Bank) -> None:
    code = product(bank)
    given = ROUND | {"product": code, "valid_from": bank.date}
    refuse(TermsExist, "loans.add_terms", given, actor=bank.product_manager)
    later = given | {"valid_from": bank.date + dt.timedelta(days=1)}
    other = later | {"accrued_gl": "2238"}
    refuse(LoanAccruedAccountFixed, "loans.add_terms", other, actor=bank.product_manager)
    unknown = later | {"product": "none"}
    refuse(UnknownProduct, "loans.add_terms", unknown, actor=bank.product_manager)
    days.close_day(bank)
    refuse(StartsInClosedBooks, "loans.add_terms", given, actor=bank.product_manager)


def test_terms_of_deposits_and_of_loans_are_not_mixed_up(bank: Bank) -> None:
    savings, loans = days.product(bank), product(bank)
    given = ROUND | {"product": savings, "valid_from": bank.date}
    refuse(NotALoanProduct, "loans.add_terms", given, actor=bank.product_manager)
    version = {"product": loans, "valid_from": bank.date, "annual_rate": Decimal(5)}
    refuse(TermsOfLoans, "products.add_version", version, actor=bank.product_manager)
    deposit = days.deposit(bank, savings)
    refuse(
        NotALoanProduct,
        "loans.apply",
        asked(bank, savings, deposit=deposit.id),
        actor=bank.loan_officer,
    )


def test_an_application_stays_within_the_terms(bank: Bank) -> None:
    code = product(bank, min_minor=1_000_00, max_minor=10_000_00, min_months=3, max_months=24)
    deposit = days.deposit(bank, days.product(bank))
    for refusal, fields in (
        (AmountOutOfTerms, {"amount": uah(999_99)}),
        (AmountOutOfTerms, {"amount": uah(10_000_01)}),
        (AmountOutOfTerms, {"amount": {"amount": "5000.00", "currency": "EUR"}}),
        (TermOutOfTerms, {"months": 2}),
        (TermOutOfTerms, {"months": 25}),
    ):
        given = asked(bank, code, deposit=deposit.id) | fields
        refuse(refusal, "loans.apply", given, actor=bank.loan_officer)
    do("accounts.close_deposit", {"deposit": deposit.id}, actor=bank.supervisor)
    given = asked(bank, code, deposit=deposit.id)
    refuse(DepositNotFit, "loans.apply", given, actor=bank.loan_officer)


def test_a_product_without_terms_yet_is_not_lent(bank: Bank) -> None:
    code = product(bank, valid_from=bank.date + dt.timedelta(days=1))
    deposit = days.deposit(bank, days.product(bank))
    given = asked(bank, code, deposit=deposit.id)
    refuse(NotLent, "loans.apply", given, actor=bank.loan_officer)


def test_who_took_an_application_does_not_decide_on_it(bank: Bank) -> None:
    application, _ = apply(bank, product(bank))
    given = {"application": application, "amount": uah(12_000_00), "months": 12}
    refuse(OwnApplication, "loans.approve", given, actor=bank.loan_officer)
    no = {"application": application, "reason": "замалий дохід"}
    refuse(OwnApplication, "loans.decline", no, actor=bank.loan_officer)
    done = do("loans.decline", no, actor=bank.second_loan_officer)
    assert done.result == {"state": "declined"}
    refuse(ApplicationSettled, "loans.approve", given, actor=bank.second_loan_officer)
    refuse(NotApproved, "loans.disburse", {"application": application}, actor=bank.loan_officer)


def test_less_may_be_approved_and_more_may_not(bank: Bank) -> None:
    application, _ = apply(bank, product(bank))
    more = {"application": application, "amount": uah(12_000_01), "months": 12}
    refuse(MoreThanAsked, "loans.approve", more, actor=bank.second_loan_officer)
    do(
        "loans.approve",
        {"application": application, "amount": uah(8_000_00), "months": 6},
        actor=bank.second_loan_officer,
    )
    paid = do("loans.disburse", {"application": application}, actor=bank.loan_officer).result
    loan = Loan.objects.get(id=paid["loan"])
    assert (loan.amount_minor, loan.months) == (8_000_00, 6)
    refuse(NotApproved, "loans.disburse", {"application": application}, actor=bank.loan_officer)


def test_a_customer_may_change_their_mind_until_the_money_is_paid(bank: Bank) -> None:
    code = product(bank)
    application, _ = apply(bank, code)
    no = {"application": application, "reason": "передумав"}
    done = do("loans.withdraw", no, actor=bank.loan_officer)
    assert done.result == {"state": "withdrawn"}
    refuse(ApplicationSettled, "loans.withdraw", no, actor=bank.loan_officer)
    lent = lend(bank, code)
    paid = Application.objects.get(loan=lent.id).id
    refuse(
        ApplicationSettled,
        "loans.withdraw",
        no | {"application": paid},
        actor=bank.loan_officer,
    )


def test_larger_loans_need_a_manager_and_the_largest_two(bank: Bank) -> None:
    code = product(bank)
    application, _ = apply(bank, code, minor=1_000_000_00)
    outcome = execute(
        "loans.approve",
        {"application": application, "amount": uah(1_000_000_00), "months": 12},
        actor=bank.second_loan_officer,
        key=fresh_key(),
    )
    assert outcome.outcome == "parked"
    assert outcome.approval_id is not None
    waiting = Approval.objects.get(id=outcome.approval_id)
    assert (waiting.role, waiting.checkers) == ("credit_manager", 2)
    for manager, state in (
        (bank.credit_manager, "waiting"),
        (bank.second_credit_manager, "done"),
    ):
        vote = {"approval": waiting.id, "meaning": waiting.meaning_hash}
        assert do("control.approve", vote, actor=manager).result["state"] == state
    assert Application.objects.get(id=application).state == "approved"
    do("loans.disburse", {"application": application}, actor=bank.loan_officer)

    smaller, _ = apply(bank, code, minor=99_999_99)
    outcome = execute(
        "loans.approve",
        {"application": smaller, "amount": uah(99_999_99), "months": 12},
        actor=bank.second_loan_officer,
        key=fresh_key(),
    )
    assert outcome.outcome == "done"


def test_a_payout_that_waits_for_agreement_means_the_same_when_it_is_given(bank: Bank) -> None:
    """Its loan has the same number each time: what was signed can be done."""
    application, deposit = apply(bank, product(bank))
    do(
        "loans.approve",
        {"application": application, "amount": uah(12_000_00), "months": 12},
        actor=bank.second_loan_officer,
    )
    policy = {
        "operation": "loans.disburse",
        "role": "credit_manager",
        "valid_from": bank.date,
    }
    do("control.set_approval_policy", policy, actor=bank.administrator)
    outcome = execute(
        "loans.disburse", {"application": application}, actor=bank.loan_officer, key=fresh_key()
    )
    assert outcome.outcome == "parked"
    assert outcome.approval_id is not None
    assert deposit.minor == 0
    waiting = Approval.objects.get(id=outcome.approval_id)
    vote = {"approval": waiting.id, "meaning": waiting.meaning_hash}
    done = do("control.approve", vote, actor=bank.credit_manager)
    assert done.result["state"] == "done"
    assert deposit.minor == 12_000_00


def test_an_officer_decides_within_a_limit_and_in_their_branch(bank: Bank) -> None:
    application, _ = apply(bank, product(bank))
    given = {"application": application, "amount": uah(12_000_00), "months": 12}
    limited = add_user(
        actor=bank.administrator, role="loan_officer", branch=bank.branch, limit_minor=10_000_00
    )
    refuse(LimitExceeded, "loans.approve", given, actor=limited)
    refuse(NotFound, "loans.approve", given, actor=bank.other_loan_officer)


def test_the_account_that_repays_a_loan_is_not_closed_before_it(bank: Bank) -> None:
    loan = lend(bank, product(bank))
    days.put(bank, loan.deposit, -12_000_00)
    refuse(
        DepositRepaysLoan,
        "accounts.close_deposit",
        {"deposit": loan.deposit.id},
        actor=bank.supervisor,
    )
