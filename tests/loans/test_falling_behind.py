"""A loan that is not paid in time: partial collection, retries, penalties, buckets, the end."""

import datetime as dt
from decimal import Decimal

import pytest

from apps.kernel import sql
from apps.loans import portfolio, queries
from apps.loans.errors import NotAsMuchDue
from apps.loans.models import Loan
from tests.accounts import days
from tests.accounts.days import put
from tests.evidence import refuse, statements
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
)

DUE_ON = dt.date(2026, 2, 1)
DAY = dt.timedelta(days=1)


def behind(bank: Bank, code: str, *, left_minor: int = 0, months: int = 3) -> Lent:
    """A loan of 12,000.00 at 36.5 %, the money gone, at the open date on which it falls due."""
    loan = lend(bank, code, months=months, due_day=1)
    put(bank, loan.deposit, left_minor - 12_000_00)
    close_through(bank, DUE_ON - DAY)
    return loan


def state_of(of: Lent) -> queries.LoanFacts:
    return of.facts


def standings(of: Lent) -> list[tuple[dt.date, int, int]]:
    return sql.rows(
        """SELECT since, days_overdue, bucket FROM loans_standing
            WHERE loan_id = %(id)s ORDER BY since""",
        {"id": of.id},
    )


def test_what_is_there_is_taken_and_the_rest_on_later_days(bank: Bank) -> None:
    """The product's order: principal before interest, the overdue before what is due."""
    loan = behind(bank, product(bank), left_minor=1_000_00)
    first = queries.instalments(loan.facts.plan)[0]
    assert first.interest_minor == 27 * 12_00
    close_day(bank)
    assert payments(loan) == [("collected", DUE_ON, 1_000_00, 1_000_00, 0, 0, 0, 0)]
    assert loan.deposit.minor == 0
    assert charges(loan) == [
        (DUE_ON, "principal", first.principal_minor, 1_000_00),
        (DUE_ON, "interest", first.interest_minor, 0),
    ]
    assert state_of(loan).overdue_since == DUE_ON
    assert standings(loan) == []

    close_day(bank)
    assert standings(loan) == [(DUE_ON + DAY, 1, 1)]
    put(bank, loan.deposit, 10_000_00)
    close_day(bank)
    owed = first.payment_minor - 1_000_00
    assert payments(loan)[1][1:5] == (
        DUE_ON + 2 * DAY, owed, first.principal_minor - 1_000_00, first.interest_minor,
    )  # fmt: skip
    assert loan.facts.overdue_since is None
    assert standings(loan)[-1] == (DUE_ON + 2 * DAY, 0, 0)
    # What was overdue earned on: two days on all but 1,000.00, then on the rest.
    second = queries.instalments(loan.facts.plan)[1]
    close_through(bank, second.due_on)
    extra = round((first.principal_minor - 1_000_00) * 2 * 0.365 / 365)
    due = {(date, kind): minor for date, kind, minor, _ in charges(loan)}
    assert abs(due[second.due_on, "interest"] - second.interest_minor - extra) <= 1


def test_interest_comes_first_where_the_terms_say_so(bank: Bank) -> None:
    order = ["overdue_interest", "interest", "penalty", "overdue_principal", "principal"]
    loan = behind(bank, product(bank, allocation=order), left_minor=100_00)
    close_day(bank)
    assert payments(loan)[0][2:6] == (100_00, 0, 100_00, 0)


def test_money_that_is_held_blocked_or_lent_is_not_taken(bank: Bank) -> None:
    code = product(bank)
    held, blocked, overdrawn = (
        behind(bank, code, left_minor=500_00),
        lend(bank, code, months=3),
        lend(bank, code, months=3),
    )
    assert overdrawn.facts.next_due_on > DUE_ON
    hold = {"deposit": held.deposit.id, "amount": uah(450_00), "reason": "арешт"}
    do("accounts.place_hold", hold, actor=bank.supervisor)
    do(
        "accounts.set_overdraft",
        {"deposit": overdrawn.deposit.id, "overdraft_minor": 5_000_00},
        actor=bank.supervisor,
    )
    put(bank, overdrawn.deposit, -12_000_00)
    do(
        "accounts.block",
        {"deposit": blocked.deposit.id, "reason": "арешт коштів"},
        actor=bank.supervisor,
    )
    close_day(bank)
    assert [line[2] for line in payments(held)] == [50_00]
    close_through(bank, dt.date(2026, 3, 5))
    assert payments(blocked) == payments(overdrawn) == []
    assert overdrawn.deposit.minor == 0


def test_money_of_the_next_date_is_not_taken_for_this_one(bank: Bank) -> None:
    """Nor is what left in the next date there to be taken."""
    code = product(bank)
    comes, goes = behind(bank, code), lend(bank, code, months=3)
    assert goes.facts.next_due_on > DUE_ON
    date = days.roll(bank)
    put(bank, comes.deposit, 9_000_00)
    days.run_step(bank, "loans.collect", date)
    assert payments(comes) == []


def test_the_older_loan_of_an_account_is_paid_first(bank: Bank) -> None:
    code = product(bank)
    older = lend(bank, code, months=3, due_day=1)
    younger = lend(bank, code, months=3, due_day=1, deposit=older.deposit)
    first = queries.instalments(older.facts.plan)[0]
    put(bank, older.deposit, first.payment_minor + 1_00 - 24_000_00)
    close_through(bank, DUE_ON - DAY)
    # However small the chunks are: an account pays its loans in one of them.
    close_day(bank, size=1)
    assert payments(older)[0][2] == first.payment_minor
    assert payments(younger)[0][2] == 1_00


def test_penalties_wait_and_then_grow_with_each_day(bank: Bank) -> None:
    """73 % a year after three days, so 0.2 % of what is overdue for each further day."""
    loan = behind(bank, product(bank, penalty_rate=Decimal(73), waiting_days=3))
    owed = queries.instalments(loan.facts.plan)[0].payment_minor
    close_through(bank, DUE_ON + 3 * DAY)
    assert [line for line in charges(loan) if line[1] == "penalty"] == []
    close_through(bank, DUE_ON + 5 * DAY)
    a_day = round(owed * 0.002)
    assert [line[2] for line in charges(loan) if line[1] == "penalty"] == [a_day, a_day]
    assert days.own_minor("6397") == 0
    assert loan.facts.due_penalty_minor == 2 * a_day

    refuse(
        NotAsMuchDue,
        "loans.waive_penalty",
        {"loan": loan.id, "amount": uah(2 * a_day + 1), "reason": "воєнний стан"},
        actor=bank.credit_manager,
    )
    waived = {"loan": loan.id, "amount": uah(a_day), "reason": "воєнний стан"}
    do("loans.waive_penalty", waived, actor=bank.credit_manager)
    assert loan.facts.due_penalty_minor == a_day
    put(bank, loan.deposit, 12_000_00)
    close_day(bank)
    assert days.own_minor("6397") == -a_day
    assert loan.facts.due_minor == 0


def test_a_loan_ends_when_the_last_of_what_is_overdue_is_paid(bank: Bank) -> None:
    """After the last due date each day is a period, so that its interest is due the next day."""
    loan = behind(bank, product(bank, method="bullet"), months=1)
    close_through(bank, DUE_ON + 2 * DAY)
    interest = [(date, minor) for date, kind, minor, _ in charges(loan) if kind == "interest"]
    assert interest == [(DUE_ON, 27 * 12_00), (DUE_ON + DAY, 12_00), (DUE_ON + 2 * DAY, 12_00)]
    put(bank, loan.deposit, 20_000_00)
    close_day(bank)
    paid = 12_000_00 + (27 + 3) * 12_00
    assert payments(loan)[0][2] == paid
    assert loan.deposit.minor == 20_000_00 - paid
    assert Loan.objects.get(id=loan.id).closed_on == DUE_ON + 3 * DAY
    close_day(bank)


def test_a_pay_off_of_an_overdue_loan_takes_everything(bank: Bank) -> None:
    loan = behind(bank, product(bank, penalty_rate=Decimal(73)))
    close_through(bank, DUE_ON + 4 * DAY)
    put(bank, loan.deposit, 20_000_00)
    facts = loan.facts
    quote = queries.pay_off(facts)
    assert facts.due_penalty_minor > 0
    assert quote.total_minor == facts.principal_minor + (
        facts.due_interest_minor + facts.due_penalty_minor + quote.interest_minor
    )
    do("loans.pay_off", {"loan": loan.id}, actor=bank.collector)
    assert loan.deposit.minor == 20_000_00 - quote.total_minor
    close_day(bank)
    assert days.own_minor("2208") == 0


def test_loans_come_into_buckets_and_the_portfolio_tells_them(bank: Bank) -> None:
    code = product(bank)
    late = behind(bank, code, months=12)
    fine = lend(bank, code)
    close_through(bank, DUE_ON + 8 * DAY)
    assert standings(late) == [(DUE_ON + DAY, 1, 1), (DUE_ON + 8 * DAY, 8, 2)]
    with statements() as seen:
        lines = portfolio.portfolio()
    assert len(seen) == 1
    assert [(one.bucket, one.loans, one.principal_minor) for one in lines] == [
        (0, 1, 12_000_00),
        (2, 1, 12_000_00),
    ]
    assert lines[1].overdue_minor == late.facts.due_minor
    listed = portfolio.listed(branches=[bank.branch], is_overdue=True)
    assert [(one.id, one.days_overdue, one.bucket) for one in listed] == [(late.id, 9, 2)]
    assert portfolio.listed(branches=[bank.other_branch]) == []
    assert [one.id for one in portfolio.listed(branches=None)] == [late.id, fine.id]
    assert portfolio.line(fine.id).principal_minor == 12_000_00
    assert [one.id for one in portfolio.of_customer(portfolio.line(fine.id).customer)] == [fine.id]


def test_the_schedule_shows_what_came_and_what_is_to_come(bank: Bank) -> None:
    loan = behind(bank, product(bank, penalty_rate=Decimal(73)), left_minor=500_00)
    close_through(bank, DUE_ON + 2 * DAY)
    plan = queries.instalments(loan.facts.plan)
    lines = portfolio.schedule(loan.id)
    assert [line.due_on for line in lines if line.number] == [line.due_on for line in plan]
    first, *_ = lines
    assert (first.principal_minor, first.interest_minor) == (
        plan[0].principal_minor, plan[0].interest_minor,
    )  # fmt: skip
    assert (first.paid_minor, first.is_due) == (500_00, True)
    assert first.owed_minor == plan[0].payment_minor - 500_00
    penalties = [line for line in lines if line.penalty_minor]
    assert [line.due_on for line in penalties] == [DUE_ON + DAY, DUE_ON + 2 * DAY]
    assert sum(line.owed_minor for line in lines) == loan.facts.due_minor
    assert [line.is_due for line in lines[-2:]] == [False, False]


@pytest.mark.parametrize("count", ["ACT/365F", "ACT/360", "ACT/ACT", "30/360", "30E/360"])
def test_days_of_every_count_add_up_to_the_plan(bank: Bank, count: str) -> None:
    """With the due day at the end of months, where the counts differ."""
    loan = lend(bank, product(bank, day_count=count), months=3, due_day=31, saved_minor=9_000_00)
    plan = queries.instalments(loan.facts.plan)
    assert [line.due_on.isoformat() for line in plan] == ["2026-02-28", "2026-03-31", "2026-04-30"]
    close_through(bank, dt.date(2026, 4, 30))
    assert [line[2] for line in payments(loan)] == [line.payment_minor for line in plan]
    assert Loan.objects.get(id=loan.id).closed_on == dt.date(2026, 4, 30)
