"""A small bank that has lived some days, with money of every kind in its book."""

import datetime as dt

from tests.accounts import days
from tests.factories import FIRST_DATE, Bank, internal_account, move

FIRST = FIRST_DATE
# Closed through the day before; this one is open.
LAST = FIRST + dt.timedelta(days=3)
# Reports of what `live` books; those of loans and of people have tests of their own.
OF_THE_BOOK = (
    "balance_sheet", "cash_flow", "currency_position", "deposits", "interest", "profit_and_loss",
    "profit_by_branch", "trial_balance",
)  # fmt: skip


def live(bank: Bank) -> None:
    """Three days closed and a fourth begun: capital, deposits, interest, fees, costs, dollars."""
    till = internal_account(bank)
    nostro = internal_account(bank, "1200")
    capital = internal_account(bank, "5000")
    wages = internal_account(bank, "7400", branch=bank.other_branch)
    dollars = internal_account(bank, "1001", currency="USD")
    position = internal_account(bank, "3800", currency="USD")
    fees = [
        internal_account(bank, "6510", branch=branch) for branch in (bank.branch, bank.other_branch)
    ]
    move(bank, source=nostro, target=capital, minor=900_000_00)
    move(bank, source=dollars, target=position, minor=700_00, currency="USD")
    savings = days.product(bank)
    current = days.product(bank, annual_rate=1)
    opened = [
        days.deposit(bank, savings, minor=400_000_00),
        days.deposit(bank, savings, minor=100_000_00, branch=bank.other_branch),
        days.deposit(bank, current, minor=250_000_00),
    ]
    for number in range(4):
        move(bank, source=opened[0].account, target=fees[0], minor=100_00 + number)
        move(bank, source=opened[1].account, target=fees[1], minor=50_00)
        move(bank, source=wages, target=till, minor=20_00)
        days.put(bank, opened[2], -1_000_00)
        if number < 3:
            days.close_day(bank)
