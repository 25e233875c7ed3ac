"""A loan is applied for, decided on, paid out, and repaid in time until nothing is left."""

import datetime as dt
from decimal import Decimal

from apps.loans import portfolio, queries, rules
from apps.loans.models import Loan
from tests.accounts import days
from tests.evidence import statements
from tests.factories import Bank, do
from tests.loans.lending import apply, charges, close_day, close_through, lend, payments, product

DAY = dt.timedelta(days=1)


def test_a_loan_repaid_in_time_ends_at_nothing(bank: Bank) -> None:
    """12,000.00 at 36.5 % for three months from 5 January: 12.00 a day to begin with."""
    code = product(bank, fee_rate=Decimal("1.5"))
    loan = lend(bank, code, months=3, saved_minor=1_000_00)
    assert bank.date == dt.date(2026, 1, 5)
    assert loan.principal_minor == 12_000_00
    assert loan.deposit.minor == 1_000_00 + 12_000_00 - 180_00
    assert days.own_minor("6511") == -180_00

    plan = queries.instalments(loan.facts.plan)
    assert [line.due_on.isoformat() for line in plan] == ["2026-02-05", "2026-03-05", "2026-04-05"]
    # 31 days of 12.00; the level payment repays the rest.
    assert plan[0].interest_minor == 31 * 12_00
    assert loan.facts.level_minor == plan[0].payment_minor == plan[1].payment_minor

    close_through(bank, dt.date(2026, 2, 4), proving=True)
    assert days.own_minor("2208") == 31 * 12_00
    assert days.own_minor("6052") == -31 * 12_00
    assert charges(loan) == []
    close_day(bank)
    first = plan[0]
    assert charges(loan) == [
        (first.due_on, "principal", first.principal_minor, first.principal_minor),
        (first.due_on, "interest", first.interest_minor, first.interest_minor),
    ]
    assert payments(loan) == [
        ("collected", first.due_on, first.payment_minor, first.principal_minor,
         first.interest_minor, 0, 0, 0),
    ]  # fmt: skip
    assert loan.principal_minor == first.balance_minor
    # The day of the payment earns on what is left.
    assert loan.facts.accrued_units == first.balance_minor * 36_500_000 * rules.YEAR_UNITS // 365
    close_through(bank, dt.date(2026, 4, 5))
    assert [line[2] for line in payments(loan)] == [line.payment_minor for line in plan]
    assert loan.principal_minor == 0
    assert days.own_minor("2208") == 0
    assert days.own_minor("6052") == -sum(line.interest_minor for line in plan)
    assert loan.deposit.minor == 13_000_00 - 180_00 - sum(line.payment_minor for line in plan)
    contract = Loan.objects.get(id=loan.id)
    assert contract.closed_on == dt.date(2026, 4, 5)
    assert contract.overdue_since is None


def test_the_page_of_a_loan_tells_its_contract_in_one_statement(bank: Bank) -> None:
    loan = lend(bank, product(bank, fee_rate=Decimal(2), penalty_rate=Decimal(73)), months=6)
    with statements() as seen:
        page = portfolio.profile(loan.id)
    assert len(seen) == 1
    plan = queries.instalments(loan.facts.plan)
    assert (page.amount_minor, page.fee_minor, page.months) == (12_000_00, 240_00, 6)
    assert (page.next_due_on, page.next_minor) == (plan[0].due_on, plan[0].payment_minor)
    assert (page.last_due_on, page.level_minor) == (plan[-1].due_on, plan[0].payment_minor)
    assert (page.principal_minor, page.due_minor, page.days_overdue) == (12_000_00, 0, 0)
    assert page.deposit_number == loan.deposit.number
    flows = [(bank.date, -11_760_00), *((line.due_on, line.payment_minor) for line in plan)]
    assert page.effective_rate == rules.effective_rate(flows)
    # A fee of 2 % for half a year makes 36.5 % a year, compounded, a good deal more.
    assert Decimal("0.53") < page.effective_rate < Decimal("0.54")


def test_applications_that_wait_are_listed(bank: Bank) -> None:
    code = product(bank)
    waiting, _ = apply(bank, code)
    declined, _ = apply(bank, code)
    no = {"application": declined, "reason": "немає доходу"}
    do("loans.decline", no, actor=bank.second_loan_officer)
    listed = portfolio.applications(branches=[bank.branch])
    assert [(one.id, one.state, one.amount_minor) for one in listed] == [
        (waiting, "waiting", 12_000_00)
    ]
    assert portfolio.applications(branches=[bank.other_branch]) == []
