"""Loans of a test: products, borrowers, contracts, and days that are closed with all steps."""

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.control.declarations import INVARIANTS
from apps.eod import plan
from apps.kernel import sql
from apps.kernel.money import Money
from apps.kernel.queries import current_date
from apps.ledger import queries as ledger
from apps.loans import queries
from tests.accounts import days
from tests.accounts.days import Opened
from tests.factories import Bank, do

_counter = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan with the deposit that it is repaid from."""

    id: int
    number: str
    deposit: Opened

    @property
    def facts(self) -> queries.LoanFacts:
        return queries.loan(self.id)

    @property
    def principal_minor(self) -> int:
        """What its ledger account says."""
        return ledger.limited(self.facts.account).natural_minor


def product(bank: Bank, **terms: Any) -> str:
    """A loan product of 36.5 % a year, ACT/365F, by annuity, unless told otherwise; its code."""
    code = f"L{next(_counter)}"
    do(
        "products.create_product",
        {"code": code, "kind": "loan", "name_uk": code, "name_en": code, "currency": "UAH"},
        actor=bank.product_manager,
    )
    add_terms(bank, code, **terms)
    return code


def add_terms(bank: Bank, code: str, **terms: Any) -> int:
    given = {
        "product": code,
        "valid_from": current_date(),
        "method": "annuity",
        "annual_rate": Decimal("36.5"),
    }
    added: int = do("loans.add_terms", given | terms, actor=bank.product_manager).result["terms"]
    return added


def apply(
    bank: Bank,
    code: str,
    *,
    minor: int = 12_000_00,
    months: int = 12,
    due_day: int = 5,
    deposit: Opened | None = None,
    saved_minor: int = 0,
) -> tuple[int, Opened]:
    """An application of a new customer, whose account has some money; its id, and the account."""
    if deposit is None:
        current = days.product(bank, annual_rate=0, valid_from=current_date())
        deposit = days.deposit(bank, current, minor=saved_minor)
    applied = do(
        "loans.apply",
        {
            "deposit": deposit.id,
            "product": code,
            "amount": uah(minor),
            "months": months,
            "due_day": due_day,
        },
        actor=bank.loan_officer,
    )
    return applied.result["application"], deposit


def lend(bank: Bank, code: str, *, minor: int = 12_000_00, months: int = 12, **asked: Any) -> Lent:
    """A loan that was applied for, approved by another officer, and paid out today."""
    application, deposit = apply(bank, code, minor=minor, months=months, **asked)
    do(
        "loans.approve",
        {"application": application, "amount": uah(minor), "months": months},
        actor=bank.second_loan_officer,
    )
    paid = do("loans.disburse", {"application": application}, actor=bank.loan_officer).result
    return Lent(paid["loan"], paid["number"], deposit)


def close_day(bank: Bank, *, size: int | None = None, proving: bool = True) -> dt.date:
    """Close the open date with all steps of deposits and loans, and prove everything; which."""
    date = days.roll(bank)
    for step in plan.steps():
        if step.name.startswith(("accounts.", "loans.")):
            days.run_step(bank, step.name, date, size=size)
    days.finish(bank)
    if proving:
        assert violations(date) == {}
    return date


def close_through(bank: Bank, last: dt.date, *, proving: bool = False, **how: Any) -> None:
    """Close day after day until `last` is closed; the last one is proved, or each of them."""
    today = current_date()
    assert today is not None
    while today <= last:
        close_day(bank, proving=proving or today == last, **how)
        today += dt.timedelta(days=1)


def violations(date: dt.date) -> dict[str, list[tuple[Any, ...]]]:
    wrong = {}
    for invariant in INVARIANTS:
        if invariant.name.startswith(("accounts.", "ledger.", "loans.")):
            params = {"date": date} if "%(date)s" in invariant.statement else None
            if found := sql.rows(invariant.statement, params):
                wrong[invariant.name] = found
    return wrong


def charges(of: Lent) -> list[tuple[dt.date, str, int, int]]:
    """Due date, kind, amount, and what is paid of it, in order."""
    return sql.rows(
        """SELECT due_on, kind, amount_minor, paid_minor FROM loans_charge
            WHERE loan_id = %(id)s ORDER BY due_on, kind DESC""",
        {"id": of.id},
    )


def payments(of: Lent) -> list[tuple[Any, ...]]:
    """Kind, date, amount, then principal, interest, penalty, and the two that were early."""
    return sql.rows(
        """SELECT kind, booking_date, amount_minor, principal_minor, interest_minor, penalty_minor,
                  early_principal_minor, early_interest_minor
             FROM loans_payment WHERE loan_id = %(id)s ORDER BY id""",
        {"id": of.id},
    )


def uah(minor: int) -> dict[str, str]:
    return {"amount": str(Money(minor, "UAH").decimal), "currency": "UAH"}
