"""Payments to and from other banks: the nostro, the document, and their proof."""

import pytest

from apps.control.declarations import INVARIANTS
from apps.kernel import sql
from apps.payments import queries
from apps.payments.models import Payment
from tests.cash import desk
from tests.cash.desk import amount, gl_minor, only_refused
from tests.conftest import OwnDatabase
from tests.factories import Bank, do

ELSEWHERE = {"bank": "305299", "account": "UA793052990000026002661176318"}


def violations(bank: Bank) -> list[tuple[object, ...]]:
    statement = INVARIANTS["payments.documents_equal_nostro"].statement
    return sql.rows(statement, {"date": bank.date})


def test_a_payment_goes_out(bank: Bank) -> None:
    source = desk.deposit(bank, minor=10_000)
    command = {"source": source.id, "amount": amount(4_000), "purpose": "За світло"} | ELSEWHERE
    done = do("payments.send", command, actor=bank.operations)
    assert source.minor == 6_000
    payment = Payment.objects.get(id=done.result["payment"])
    assert (payment.direction, payment.amount_minor, payment.currency) == ("out", 4_000, "UAH")
    assert (payment.bank, payment.account) == ("305299", "UA793052990000026002661176318")
    assert (payment.purpose, payment.booking_date) == ("За світло", bank.date)
    assert (payment.run_id, payment.deposit_id) == (done.run_id, source.id)
    assert gl_minor("1200", branch=bank.branch) == 10_000 - 4_000
    assert violations(bank) == []


def test_a_payment_comes_in(bank: Bank) -> None:
    target = desk.deposit(bank)
    command = {"target": target.id, "amount": amount(1), "purpose": "Зарплата"} | ELSEWHERE
    done = do("payments.receive", command, actor=bank.operations)
    assert target.minor == 1
    assert Payment.objects.get(id=done.result["payment"]).direction == "in"
    assert gl_minor("1200", branch=bank.branch) == 1
    assert violations(bank) == []


def test_each_branch_and_currency_has_its_nostro(bank: Bank) -> None:
    desk.deposit(bank, minor=100)
    desk.deposit(bank, minor=200, branch=bank.other_branch)
    desk.deposit(bank, minor=300, currency="EUR")
    assert gl_minor("1200", branch=bank.branch) == 100
    assert gl_minor("1200", branch=bank.other_branch) == 200
    assert gl_minor("1200", branch=bank.branch, currency="EUR") == 300
    assert violations(bank) == []


def test_refused_payments_leave_no_document(bank: Bank) -> None:
    source = desk.deposit(bank, minor=10_000)
    command = {"source": source.id, "amount": amount(4_000), "purpose": "За світло"} | ELSEWHERE
    little = {"account": source.number, "available": "100.00 UAH", "asked": "100.01 UAH"}
    with only_refused("ledger.insufficient_funds", actor=bank.operations, **little):
        do("payments.send", command | {"amount": amount(10_001)}, actor=bank.operations)
    with only_refused("control.amount_not_positive", actor=bank.operations, amount="0.00 UAH"):
        do("payments.send", command | {"amount": amount(0)}, actor=bank.operations)
    wrong = {"account": source.number, "kept_in": "UAH", "given": "EUR"}
    with only_refused("ledger.wrong_currency", actor=bank.operations, **wrong):
        do("payments.send", command | {"amount": amount(1, "EUR")}, actor=bank.operations)
    with only_refused("control.not_found", actor=bank.operations):
        do("payments.send", command | {"source": 999_999_999}, actor=bank.operations)
    missing = {"permission": "payments.settle"}
    with only_refused("control.permission_missing", actor=bank.teller, **missing):
        do("payments.send", command, actor=bank.teller)
    for field in ("bank", "account", "purpose"):
        with pytest.raises(Exception, match=r"control\.malformed_command"):
            do("payments.send", command | {field: ""}, actor=bank.operations)


def test_closed_deposits_get_nothing(bank: Bank) -> None:
    target = desk.deposit(bank)
    do("accounts.close_deposit", {"deposit": target.id}, actor=bank.supervisor)
    command = {"target": target.id, "amount": amount(1), "purpose": "Зарплата"} | ELSEWHERE
    with only_refused("ledger.account_closed", actor=bank.operations, account=target.number):
        do("payments.receive", command, actor=bank.operations)


def test_a_payment_that_is_taken_back_stays_a_document(bank: Bank) -> None:
    source = desk.deposit(bank, minor=10_000)
    command = {"source": source.id, "amount": amount(4_000), "purpose": "За світло"} | ELSEWHERE
    sent = do("payments.send", command, actor=bank.operations).result["payment"]
    entry = sql.value("SELECT max(id) FROM ledger_entry")
    standing = queries.document(sent)
    assert standing is not None
    assert (standing.reversal, standing.reversed_on) == (None, None)
    undo = {"entry": entry, "reason": "Повернено банком"}
    do("ledger.reverse_entry", undo, actor=bank.supervisor)
    assert source.minor == 10_000
    reversal = sql.value("SELECT id FROM ledger_entry WHERE reverses_id = %(e)s", {"e": entry})
    marked = queries.document(sent)
    assert marked is not None
    assert (marked.reversal, marked.reversed_on) == (reversal, bank.date)
    # What paid the deposit in has not been taken back.
    found = [(one.payment.id == sent, one.reversal) for one in queries.of_deposit(source.id)]
    assert found == [(True, reversal), (False, None)]
    assert Payment.objects.filter(direction="out").count() == 1
    assert violations(bank) == []


def test_payments_of_a_deposit_newest_first(bank: Bank) -> None:
    source = desk.deposit(bank, minor=10_000)
    command = {"source": source.id, "amount": amount(1), "purpose": "За світло"} | ELSEWHERE
    sent = [do("payments.send", command, actor=bank.operations).result["payment"] for _ in range(3)]
    page = [one.payment.id for one in queries.of_deposit(source.id, limit=2)]
    assert page == [sent[2], sent[1]]
    rest = [one.payment for one in queries.of_deposit(source.id, before=page[-1])]
    assert rest[0].id == sent[0]
    assert [one.direction for one in rest] == ["out", "in"]


def test_a_document_that_was_changed_is_found(own_database: OwnDatabase, bank: Bank) -> None:
    desk.deposit(bank, minor=10_000)
    with own_database.connect("owner") as owner:
        owner.execute("ALTER TABLE payments_payment DISABLE TRIGGER USER")
        owner.execute("UPDATE payments_payment SET amount_minor = 9_999")
        owner.execute("ALTER TABLE payments_payment ENABLE TRIGGER USER")
    ((_, said, booked),) = violations(bank)
    assert (said, booked) == (9_999, 10_000)


def test_documents_are_append_only(own_database: OwnDatabase, bank: Bank) -> None:
    desk.deposit(bank, minor=10_000)
    for alias in ("default", "owner"):
        for statement in (
            "UPDATE payments_payment SET bank = ''",
            "DELETE FROM payments_payment",
            "TRUNCATE payments_payment",
        ):
            with (
                own_database.connect(alias) as connection,
                pytest.raises(Exception, match=r"append-only|permission denied"),
            ):
                connection.execute(statement)
