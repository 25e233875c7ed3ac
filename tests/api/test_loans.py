"""Loans over the API: terms, from the application to the last unit, lists, quotes, refusals."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.loans import queries, rules
from tests.accounts import days
from tests.api.machine import Machine, machine, reads, uah
from tests.evidence import world
from tests.factories import Bank
from tests.loans import lending
from tests.loans.lending import Lent, close_through, lend


@pytest.fixture
def officer(bank: Bank) -> Machine:
    """A program of the first branch that takes applications, pays out and serves loans."""
    return machine(bank, "loan_officer", branch=bank.branch)


@pytest.fixture
def manager(bank: Bank) -> Machine:
    """A program that decides on loans in the whole bank, takes payments back and waives."""
    return machine(bank, "credit_manager")


@pytest.fixture
def code(bank: Bank) -> str:
    """36.5 % a year by annuity, a fee of one percent; the product's code."""
    return lending.product(bank, fee_rate=Decimal(1), penalty_rate=Decimal("36.5"))


@pytest.fixture
def deposit(bank: Bank) -> days.Opened:
    current = days.product(bank, annual_rate=0)
    return days.deposit(bank, current, minor=500_00)


def asked(deposit: days.Opened, product: str, amount: str = "12000.00") -> dict[str, Any]:
    return {"deposit": deposit.id, "product": product, "amount": uah(amount), "months": 12,
            "due_day": 5}  # fmt: skip


def test_terms_by_date(bank: Bank, code: str) -> None:
    program = machine(bank, "product_manager")
    at = f"products/{code}/loan-terms"
    later = {"valid_from": "2026-02-01", "method": "bullet", "annual_rate": "30", "max_months": 6}
    added = program.post(at, later)
    assert (added.status, set(added.result)) == (200, {"terms"})
    newest, oldest = program.get(at).body["items"]
    assert newest == {
        "terms": added.result["terms"],
        "valid_from": "2026-02-01",
        "method": "bullet",
        "annual_rate": "30.000000",
        "day_count": "ACT/365F",
        "business_day": "unadjusted",
        "least": uah("100.00"),
        "most": uah("9999999999999.99"),
        "min_months": 1,
        "max_months": 6,
        "grace_months": 0,
        "multiple": uah("0.01"),
        "fee_rate": "0.000000",
        "penalty_rate": "0.000000",
        "waiting_days": 0,
        "allocation": [
            "overdue_principal", "overdue_interest", "principal", "interest", "penalty",
        ],
        "principal_gl": "2203",
        "accrued_gl": "2208",
        "income_gl": "6052",
        "fee_gl": "6511",
        "penalty_gl": "6397",
    }  # fmt: skip
    assert (oldest["method"], oldest["fee_rate"]) == ("annuity", "1.000000")
    joined = [one for page in program.pages(at, limit=1) for one in page]
    assert joined == [newest, oldest]
    assert program.get("products/nothing/loan-terms").status == 404
    assert program.get(f"products/{days.product(bank)}/loan-terms").status == 404
    before = world()
    again = program.post(at, later)
    assert (again.status, again.code) == (409, "loans.terms_exist")
    assert world() == before


def test_an_offer_is_the_loan_that_would_be_paid_out(
    bank: Bank, officer: Machine, code: str
) -> None:
    at = f"products/{code}/loan-offer"
    offer = officer.get(at, amount_minor=12_000_00, months=12, due_day=5).body
    terms = queries.lent(code, bank.date)
    made = queries.offer(terms, amount_minor=12_000_00, months=12, due_day=5, date=bank.date)
    assert (offer["amount"], offer["fee"]) == (uah("12000.00"), uah("120.00"))
    interest = sum(line.interest_minor for line in made.schedule.lines)
    assert offer["interest"]["amount"] == f"{interest / 100:.2f}"
    assert offer["cost"]["amount"] == f"{interest / 100 + 120:.2f}"
    assert made.cost.annual_cost is not None
    assert offer["annual_cost"] == f"{made.cost.annual_cost:.10f}"
    assert Decimal(offer["effective_rate"]) < Decimal(offer["annual_cost"])
    assert [line["payment"]["amount"] for line in offer["instalments"]] == [
        f"{line.payment_minor / 100:.2f}" for line in made.schedule.lines
    ]
    assert offer["instalments"][-1]["balance"] == uah("0.00")
    long = officer.get(at, amount_minor=12_000_00, months=361, due_day=5)
    assert (long.status, long.code) == (422, "loans.term_out_of_terms")
    small = officer.get(at, amount_minor=1, months=12, due_day=5)
    assert (small.status, small.code) == (422, "loans.amount_out_of_terms")
    assert officer.get(at, amount_minor=12_000_00, months=12, due_day=32).status == 400
    none = officer.get("products/nothing/loan-offer", amount_minor=100_00, months=1, due_day=1)
    assert none.status == 404


def test_from_the_application_to_the_payout(
    bank: Bank, officer: Machine, manager: Machine, code: str, deposit: days.Opened
) -> None:
    taken = officer.post("loan-applications", asked(deposit, code) | {"purpose": "Ремонт"})
    application = taken.result["application"]
    assert taken.status == 201
    assert taken.headers["Location"] == f"/api/v1/loan-applications/{application}"
    at = f"loan-applications/{application}"
    known = officer.get(at).body
    assert known == {
        "id": application,
        "customer": known["customer"],
        "product": code,
        "branch": bank.branch,
        "deposit": deposit.id,
        "amount": uah("12000.00"),
        "months": 12,
        "due_day": 5,
        "purpose": "Ремонт",
        "state": "waiting",
        "taken_on": "2026-01-05",
        "taken_by": officer.user,
        "terms": None,
        "approved": None,
        "approved_months": None,
        "decided_on": None,
        "decided_by": None,
        "reason": "",
        "loan": None,
    }
    assert officer.get("loan-applications", state="waiting").body["items"] == [known]
    assert officer.get("loan-applications", state="approved").body["items"] == []
    assert officer.get("loan-applications", customer=known["customer"]).body["items"] == [known]

    early = officer.post(f"{at}/disburse")
    assert (early.status, early.code) == (409, "loans.not_approved")
    own = officer.post(f"{at}/approve", {"amount": uah("12000.00"), "months": 12})
    assert (own.status, own.code) == (403, "loans.own_application")
    agreed = manager.post(f"{at}/approve", {"amount": uah("10000.00"), "months": 10})
    assert agreed.result == {"state": "approved"}
    paid = officer.post(f"{at}/disburse")
    assert paid.status == 201
    loan = paid.result["loan"]
    assert paid.headers["Location"] == f"/api/v1/loans/{loan}"
    assert (paid.result["fee_minor"], paid.result["first_due_on"]) == (100_00, "2026-02-05")
    settled = officer.get(at).body
    assert (settled["state"], settled["loan"]) == ("disbursed", loan)
    assert (settled["approved"], settled["approved_months"]) == (uah("10000.00"), 10)
    assert settled["decided_by"] == manager.user
    # 500.00 was there, the loan came, the fee went.
    assert deposit.minor == 500_00 + 10_000_00 - 100_00
    before = world()
    again = officer.post(f"{at}/disburse")
    assert (again.status, again.code) == (409, "loans.not_approved")
    assert world() == before


def test_an_application_is_declined_and_another_withdrawn(
    officer: Machine, manager: Machine, code: str, deposit: days.Opened
) -> None:
    first, second = (
        officer.post("loan-applications", asked(deposit, code)).result["application"]
        for _ in range(2)
    )
    no = manager.post(f"loan-applications/{first}/decline", {"reason": "Замалий дохід"})
    assert no.result == {"state": "declined"}
    assert officer.get(f"loan-applications/{first}").body["reason"] == "Замалий дохід"
    gone = officer.post(f"loan-applications/{second}/withdraw", {"reason": "Передумав"})
    assert gone.result == {"state": "withdrawn"}
    late = manager.post(f"loan-applications/{second}/decline", {"reason": "Замалий дохід"})
    assert (late.status, late.code) == (409, "loans.application_settled")
    newest_first = [one["id"] for one in officer.get("loan-applications").body["items"]]
    assert newest_first == [second, first]
    pages = [one["id"] for page in officer.pages("loan-applications", limit=1) for one in page]
    assert pages == newest_first


def test_a_large_loan_waits_for_another_person(
    officer: Machine, manager: Machine, code: str, deposit: days.Opened
) -> None:
    given = asked(deposit, code, "150000.00")
    application = officer.post("loan-applications", given).result["application"]
    at = f"loan-applications/{application}"
    parked = manager.post(f"{at}/approve", {"amount": uah("150000.00"), "months": 12})
    assert (parked.status, parked.body["outcome"]) == (202, "parked")
    assert officer.get(at).body["state"] == "waiting"


def test_a_loan_as_it_stands(bank: Bank, officer: Machine, code: str) -> None:
    lent = lend(bank, code, saved_minor=500_00)
    close_through(bank, dt.date(2026, 1, 14))
    facts = lent.facts
    body = officer.get(f"loans/{lent.id}").body
    line = {
        "id": lent.id,
        "number": lent.number,
        "customer": body["loan"]["customer"],
        "product": code,
        "branch": bank.branch,
        "amount": uah("12000.00"),
        "principal": uah("12000.00"),
        "due": uah("0.00"),
        "next_due_on": "2026-02-05",
        "opened_on": "2026-01-05",
        "closed_on": None,
        "days_overdue": 0,
        "bucket": 0,
    }
    assert body["loan"] == line
    # Ten days of 12.00 each.
    assert body["accrued"] == uah("120.00")
    assert (body["ledger_account"], body["deposit"]) == (facts.account, lent.deposit.id)
    assert (body["method"], body["annual_rate"], body["months"]) == ("annuity", "36.500000", 12)
    assert (body["fee"], body["penalty_rate"]) == (uah("120.00"), "36.500000")
    assert body["next_payment"]["amount"] == f"{facts.level_minor / 100:.2f}"
    assert (body["plan"], body["last_due_on"]) == (1, "2027-01-05")
    assert Decimal(body["effective_rate"]) > Decimal("0.43")
    assert officer.get("loans").body == {"items": [line], "next": None}
    spaced = " ".join(lent.number[place : place + 4] for place in range(0, 29, 4)).lower()
    assert officer.post("loans/search", {"number": spaced}).body["items"] == [line]
    assert officer.post("loans/search", {"number": "UA00"}).body["items"] == []
    assert reads(officer, f"loans/{lent.id}") == 3


def overdue(bank: Bank, code: str) -> Lent:
    """A loan whose borrower has no money when the first instalment falls due, five days ago."""
    lent = lend(bank, code)
    days.put(bank, lent.deposit, -lent.deposit.minor)
    close_through(bank, dt.date(2026, 2, 9))
    return lent


def test_lists_by_customer_branch_product_bucket_and_state(
    bank: Bank, manager: Machine, code: str
) -> None:
    officer = machine(bank, "loan_officer")
    late = overdue(bank, code)
    fresh = lend(bank, code)
    done = lend(bank, code, saved_minor=1_000_00)
    assert manager.get("loans", bucket=1).body["items"][0]["days_overdue"] == 5
    assert machine_ids(manager, bucket=1) == [late.id]
    assert machine_ids(manager, bucket=0) == [fresh.id, done.id]
    assert machine_ids(manager, bucket=7) == []
    assert manager.get("loans", bucket=8).status == 400
    paid = officer.post(f"loans/{done.id}/pay-off")
    assert paid.status == 200
    assert machine_ids(manager, state="closed") == [done.id]
    assert machine_ids(manager, state="open") == [late.id, fresh.id]
    assert machine_ids(manager, bucket=0) == [fresh.id]
    assert machine_ids(manager, product=code) == [late.id, fresh.id, done.id]
    assert machine_ids(manager, product="nothing") == []
    assert machine_ids(manager, branch=bank.other_branch) == []
    customer = manager.get(f"loans/{fresh.id}").body["loan"]["customer"]
    assert machine_ids(manager, customer=customer) == [fresh.id]
    joined = [one["id"] for page in manager.pages("loans", limit=1) for one in page]
    assert joined == [late.id, fresh.id, done.id]
    assert reads(manager, "loans", limit=1) == reads(manager, "loans", limit=50) == 1

    [line] = [one for one in manager.get("loan-portfolio").body["lines"] if one["bucket"] == 1]
    owed = late.facts.due_principal_minor + late.facts.due_interest_minor
    assert line == {
        "product": code,
        "branch": bank.branch,
        "bucket": 1,
        "loans": 1,
        "principal": uah("12000.00"),
        "overdue": uah(f"{owed / 100:.2f}"),
    }


def machine_ids(program: Machine, **query: Any) -> list[int]:
    return [one["id"] for one in program.get("loans", **query).body["items"]]


def test_loans_of_other_branches_are_not_there(bank: Bank, code: str) -> None:
    lent = lend(bank, code)
    other = machine(bank, "loan_officer", branch=bank.other_branch)
    for part in ("", "/schedule", "/plans", "/charges", "/payments", "/pay-off"):
        assert other.get(f"loans/{lent.id}{part}").status == 404
    assert other.get(f"loans/{lent.id}/prepayment", amount_minor=1_00).status == 404
    assert other.get("loans").body["items"] == []
    assert other.post("loans/search", {"number": lent.number}).body["items"] == []
    assert other.get("loan-portfolio").body["lines"] == []
    before = world()
    assert other.post(f"loans/{lent.id}/pay-off").status == 404
    assert world() == before


def test_what_fell_due_and_what_paid_it(
    bank: Bank, officer: Machine, manager: Machine, code: str
) -> None:
    late = overdue(bank, code)
    at = f"loans/{late.id}"
    facts = late.facts
    charges = officer.get(f"{at}/charges", limit=200).body["items"]
    assert [one["kind"] for one in charges[-2:]] == ["interest", "principal"]
    penalties = [one for one in charges if one["kind"] == "penalty"]
    assert len(penalties) == 4
    pages = [one for page in officer.pages(f"{at}/charges", limit=2) for one in page]
    assert pages == charges
    first = officer.get(f"{at}/schedule").body["lines"][0]
    assert (first["number"], first["is_due"], first["paid"]) == (1, True, uah("0.00"))

    amount = f"{facts.due_penalty_minor / 100:.2f}"
    waived = manager.post(f"{at}/waivers", {"amount": uah(amount), "reason": "Збій переказу"})
    assert waived.status == 200
    owed = facts.due_principal_minor + facts.due_interest_minor
    days.put(bank, late.deposit, owed)
    too_much = officer.post(f"{at}/payments", {"amount": uah(f"{(owed + 1) / 100:.2f}")})
    assert (too_much.status, too_much.code) == (422, "loans.not_as_much_due")
    done = officer.post(f"{at}/payments", {"amount": uah(f"{owed / 100:.2f}")})
    assert done.result["owed_minor"] == 12_000_00 - facts.due_principal_minor
    newest, waiver = officer.get(f"{at}/payments").body["items"]
    assert (newest["id"], newest["kind"], newest["reversed"]) == (
        done.result["payment"], "repaid", False,
    )  # fmt: skip
    assert newest["amount"] == uah(f"{owed / 100:.2f}")
    assert newest["run"] == done.body["run"]
    assert (waiver["kind"], waiver["reason"]) == ("waived", "Збій переказу")
    assert officer.get(at).body["due_penalty"] == uah("0.00")

    place = f"loan-payments/{done.result['payment']}/reverse"
    assert officer.post(place, {"reason": "Не той кредит"}).status == 403
    undone = manager.post(place, {"reason": "Не той кредит"})
    assert undone.status == 200
    reversal, taken_back, _ = officer.get(f"{at}/payments").body["items"]
    assert (reversal["kind"], reversal["amount"]) == ("reversal", uah(f"-{owed / 100:.2f}"))
    assert taken_back["reversed"]
    pages = [one["id"] for page in officer.pages(f"{at}/payments", limit=1) for one in page]
    assert len(pages) == 3
    before = world()
    again = manager.post(place, {"reason": "Не той кредит"})
    assert (again.status, again.code) == (409, "loans.already_reversed")
    assert world() == before


def test_an_early_repayment_is_quoted_and_made(bank: Bank, officer: Machine, code: str) -> None:
    lent = lend(bank, code, saved_minor=500_00)
    close_through(bank, dt.date(2026, 1, 14))
    at = f"loans/{lent.id}/prepayment"
    quote = officer.get(at, amount_minor=4_000_00).body
    assert (quote["amount"], quote["principal_after"]) == (uah("4000.00"), uah("8000.00"))
    assert [one["choice"] for one in quote["choices"]] == ["shorter_term", "smaller_instalment"]
    shorter, smaller = quote["choices"]
    assert shorter["instalments"] < smaller["instalments"] == 12
    assert Decimal(shorter["interest"]["amount"]) < Decimal(smaller["interest"]["amount"])
    whole = officer.get(at, amount_minor=12_000_00)
    assert (whole.status, whole.code) == (422, "loans.too_much_early")

    done = officer.post(at, {"amount": uah("4000.00"), "choice": "smaller_instalment"})
    result = done.result
    assert result["owed_minor"] == 8_000_00
    assert uah(f"{result['next_payment_minor'] / 100:.2f}") == smaller["next_payment"]
    assert (result["instalments"], result["last_due_on"]) == (12, smaller["last_due_on"])
    now, first = officer.get(f"loans/{lent.id}/plans").body["plans"]
    assert (now["number"], now["reason"], now["principal"]) == (
        2, "smaller_instalment", uah("8000.00"),
    )  # fmt: skip
    assert (first["number"], first["reason"]) == (1, "disbursed")
    assert officer.get(f"loans/{lent.id}/schedule").body["plan"] == 2
    bad = officer.post(at, {"amount": uah("4000.00"), "choice": "neither"})
    assert (bad.status, bad.code) == (400, "control.malformed_command")


def test_nothing_is_quoted_of_what_is_due_or_ended(bank: Bank, officer: Machine, code: str) -> None:
    late = overdue(bank, code)
    due = officer.get(f"loans/{late.id}/prepayment", amount_minor=1_00)
    assert (due.status, due.code) == (409, "loans.due_first")
    done = lend(bank, code, saved_minor=1_000_00)
    assert officer.post(f"loans/{done.id}/pay-off").status == 200
    for part, query in (("pay-off", {}), ("prepayment", {"amount_minor": 100})):
        answer = officer.get(f"loans/{done.id}/{part}", **query)
        assert (answer.status, answer.code) == (409, "loans.loan_closed")
    days.roll(bank)
    still = officer.get(f"loans/{late.id}/pay-off")
    assert (still.status, still.code) == (409, "loans.day_being_closed")


def test_a_pay_off_is_quoted_for_any_day_and_made_to_the_last_unit(
    bank: Bank, officer: Machine, code: str
) -> None:
    lent = lend(bank, code, saved_minor=500_00)
    close_through(bank, dt.date(2026, 1, 14))
    at = f"loans/{lent.id}/pay-off"
    today = officer.get(at).body
    assert today == {
        "date": "2026-01-15",
        "due": uah("0.00"),
        "principal": uah("12000.00"),
        "interest": uah("120.00"),
        "total": uah("12120.00"),
    }
    assert officer.get(at, date="2026-01-15").body == today
    assert officer.get(at, date="2026-01-20").body["interest"] == uah("180.00")
    passed = officer.get(at, date="2026-01-14")
    assert (passed.status, passed.code) == (400, "control.bad_parameter")
    assert officer.get(at, date="2126-02-01").status == 400
    later = queries.pay_off_on(lent.facts, dt.date(2026, 3, 1), today=dt.date(2026, 1, 15))
    told = officer.get(at, date="2026-03-01").body
    assert told["total"] == uah(f"{later.total_minor / 100:.2f}")

    done = officer.post(at)
    assert done.result == {
        "payment": done.result["payment"],
        "due_minor": 0,
        "principal_minor": 12_000_00,
        "interest_minor": 120_00,
    }
    assert officer.get(f"loans/{lent.id}").body["loan"]["principal"] == uah("0.00")
    # 500.00 + 12 000.00 less the fee, less what ended it.
    assert lent.deposit.minor == 500_00 + 12_000_00 - 120_00 - 12_120_00


def test_buckets_of_the_api_are_those_of_the_rules() -> None:
    assert len(rules.BUCKETS) == 8
