"""A loan that fails in the close stands alone; later closes and people make up for it."""

import datetime as dt

import pytest

from apps.eod import queries as eod
from apps.loans.errors import LoanBeingClosedOver
from tests.accounts.days import put
from tests.conftest import OwnDatabase
from tests.eod.closing import broken, close, close_through, violated
from tests.evidence import refuse
from tests.factories import Bank, do
from tests.loans.lending import Lent, charges, lend, payments, product, uah

DUE_ON = dt.date(2026, 2, 1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def loans(own_database: OwnDatabase, bank: Bank) -> list[Lent]:
    """Three loans, on the open date on which they fall due."""
    code = product(bank)
    made = [lend(bank, code, months=3, due_day=1) for _ in range(3)]
    close_through(bank, DUE_ON - DAY)
    return made


def test_the_next_close_makes_up_for_a_due_date_that_failed(
    own_database: OwnDatabase, bank: Bank, loans: list[Lent]
) -> None:
    bad, *fine = loans
    with broken(own_database, "loans_charge", f"NEW.loan_id = {bad.id}"):
        report = close(bank)
    assert (report.closed, report.exceptions) == (True, 1)
    (exception,) = eod.open_exceptions(DUE_ON)
    assert (exception.step, exception.low) == ("loans.collect", bad.deposit.id)
    assert [len(payments(one)) for one in fine] == [1, 1]
    assert charges(bad) == payments(bad) == []
    # Nobody pays early on what is not known to be due.
    given = {"loan": bad.id, "amount": uah(100_00), "choice": "shorter_term"}
    refuse(LoanBeingClosedOver, "loans.prepay", given, actor=bank.loan_officer)

    assert close(bank).closed
    due = charges(fine[0])
    assert [line[:3] for line in charges(bad)] == [line[:3] for line in due]
    assert payments(bad)[0][1:3] == (DUE_ON + DAY, payments(fine[0])[0][2])
    # The principal that was a day late earned for that day.
    spared = due[0][2] * 36_500_000 * 4_392
    assert bad.facts.accrued_units == fine[0].facts.accrued_units + spared
    assert violated(DUE_ON + DAY) == []


def test_a_loan_beyond_its_last_due_date_makes_up_for_a_close_that_failed(
    own_database: OwnDatabase, bank: Bank
) -> None:
    loan = lend(bank, product(bank, method="bullet"), months=1, due_day=1)
    put(bank, loan.deposit, -12_000_00)
    close_through(bank, DUE_ON)
    with broken(own_database, "loans_charge", f"NEW.due_on = '{DUE_ON + DAY}'"):
        assert close(bank).exceptions == 1
    assert close(bank).closed
    # The interest of both days falls due at once, and the loan is like any other again.
    assert charges(loan)[-1] == (DUE_ON + 2 * DAY, "interest", 24_00, 0)
    put(bank, loan.deposit, 20_000_00)
    do("loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer)
    assert close(bank).closed
    assert violated(DUE_ON + 3 * DAY) == []


def test_a_person_makes_up_for_it_in_the_open_date(
    own_database: OwnDatabase, bank: Bank, loans: list[Lent]
) -> None:
    bad, fine, _ = loans
    with broken(own_database, "loans_charge", f"NEW.loan_id = {bad.id}"):
        close(bank)
    (exception,) = eod.open_exceptions(DUE_ON)
    put(bank, bad.deposit, -bad.deposit.minor)
    do("eod.make_up_exception", {"exception": exception.id}, actor=bank.operations)
    assert [line[:3] for line in charges(bad)] == [line[:3] for line in charges(fine)]
    assert payments(bad) == []
    assert bad.facts.overdue_since == DUE_ON
    assert close(bank).closed
    assert violated(DUE_ON + DAY) == []
