"""Random lives of loans: whatever is paid, when, early, back or never, everything is proved."""

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.control.door import preview
from apps.control.run import Actor
from apps.kernel.errors import Refusal
from apps.loans import queries
from apps.loans.models import Loan, Payment
from apps.loans.rules import Early
from tests.accounts.days import put
from tests.factories import Bank, do
from tests.loans.lending import Lent, close_day, lend, product, uah, violations
from tests.rewinding import rewound

PRODUCTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["annuity", "equal_principal", "bullet"]),
        "day_count": st.sampled_from(["ACT/365F", "ACT/360", "ACT/ACT", "30/360", "30E/360"]),
        "annual_rate": st.sampled_from(["0", "7.77", "36.5", "120.123456"]),
        "penalty_rate": st.sampled_from(["0", "73"]),
        "waiting_days": st.sampled_from([0, 3]),
        "grace_months": st.sampled_from([0, 1]),
        "multiple_minor": st.sampled_from([1, 1_00]),
        "business_day": st.sampled_from(["unadjusted", "modified_following"]),
    }
)
AMOUNTS = st.integers(1, 2_000_00)
DEEDS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 20)),
    st.tuples(st.just("put"), st.integers(1, 5_000_00)),
    st.tuples(st.just("take"), st.integers(1, 5_000_00)),
    st.tuples(st.just("repay"), AMOUNTS),
    st.tuples(st.just("prepay"), AMOUNTS, st.sampled_from(Early)),
    st.tuples(st.just("pay_off"), st.just(0)),
    st.tuples(st.just("reverse"), st.just(0)),
    st.tuples(st.just("waive"), AMOUNTS),
)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(terms=PRODUCTS, deeds=st.lists(DEEDS, min_size=4, max_size=14), due_day=st.integers(1, 31))
def test_whatever_happens_to_a_loan_is_proved(
    bank: Bank, terms: dict[str, Any], deeds: list[tuple[Any, ...]], due_day: int
) -> None:
    with rewound():
        loan = lend(bank, product(bank, **terms), minor=4_000_00, months=3, due_day=due_day)
        for deed in deeds:
            attempt(bank, loan, *deed)
        date = close_day(bank)
        assert violations(date) == {}
        contract = Loan.objects.get(id=loan.id)
        facts = queries.loan(loan.id)
        assert facts.principal_minor >= 0
        assert contract.closed_on is None or (facts.principal_minor, facts.due_minor) == (0, 0)


def attempt(bank: Bank, loan: Lent, what: str, size: int, choice: Early | None = None) -> None:
    """Do it, if it may be done; a refusal is one of the bank's own."""
    if what == "wait":
        for number in range(size):
            close_day(bank, proving=number == size - 1)
        return
    if what in {"put", "take"}:
        put(bank, loan.deposit, size if what == "put" else -min(size, loan.deposit.minor))
        return
    last = Payment.objects.filter(loan_id=loan.id, reverses=None, reversed_by=None).last()
    deeds: dict[str, tuple[str, dict[str, Any], Actor]] = {
        "repay": ("loans.repay", {"loan": loan.id, "amount": uah(size)}, bank.loan_officer),
        "prepay": (
            "loans.prepay",
            {"loan": loan.id, "amount": uah(size), "choice": choice},
            bank.loan_officer,
        ),
        "pay_off": ("loans.pay_off", {"loan": loan.id}, bank.loan_officer),
        "reverse": (
            "loans.reverse_payment",
            {"payment": last.id if last else 0, "reason": "помилка"},
            bank.credit_manager,
        ),
        "waive": (
            "loans.waive_penalty",
            {"loan": loan.id, "amount": uah(size), "reason": "за рішенням"},
            bank.credit_manager,
        ),
    }
    name, given, actor = deeds[what]
    try:
        preview(name, given, actor=actor)
        do(name, given, actor=actor)
    except Refusal:
        return


def test_a_preview_leaves_nothing(bank: Bank) -> None:
    loan = lend(bank, product(bank))
    close_day(bank)
    before = (loan.facts, queries.instalments(loan.facts.plan))
    given = {"loan": loan.id, "amount": uah(1_000_00), "choice": "shorter_term"}
    seen = preview("loans.prepay", given, actor=bank.loan_officer)
    assert seen.result["owed_minor"] == 11_000_00
    assert dt.date.fromisoformat(seen.result["last_due_on"]) < before[1][-1].due_on
    assert (loan.facts, queries.instalments(loan.facts.plan)) == before
