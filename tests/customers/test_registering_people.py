"""Registering a person: once, whole, and in the registrar's own branch."""

import datetime as dt
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from apps.customers.errors import TaxNumberTaken
from apps.customers.models import Customer
from tests.accounts.refusing import malformed
from tests.cash.desk import only_refused
from tests.conftest import OwnDatabase
from tests.factories import Bank, do

PERSON: dict[str, Any] = {
    "last_name": "д'Артаньян",
    "first_name": " Олена ",
    "patronymic": "Петрівна",
    "birth_date": "1985-07-15",
    "tax_number": "3124 200707",
    "phone": "050 123-45-67",
    "external_id": "A-17",
}


def register(bank: Bank, **fields: Any) -> dict[str, Any]:
    given = PERSON | {"branch": bank.branch} | fields
    result: dict[str, Any] = do("customers.register_person", given, actor=bank.teller).result
    return result


def test_a_person_is_kept_in_normal_form(bank: Bank) -> None:
    registered = register(bank)
    kept = Customer.objects.get(id=registered["customer"])
    assert (kept.number, kept.kind) == (registered["number"], "person")
    assert (kept.last_name, kept.first_name, kept.patronymic) == ("дʼАртаньян", "Олена", "Петрівна")
    assert (kept.tax_number, kept.no_tax_number_reason) == ("3124200707", "")
    assert (kept.phone, kept.external_id) == ("+380501234567", "A-17")
    assert (kept.branch_id, kept.registered_on) == (bank.branch, bank.date)
    assert kept.full_name == "дʼАртаньян Олена Петрівна"
    assert list(registered["namesakes"]) == []


def test_numbers_are_given_one_after_another(bank: Bank) -> None:
    first = register(bank)
    second = register(bank, tax_number="", no_tax_number_reason="нерезидент", external_id="")
    assert int(second["number"]) == int(first["number"]) + 1
    assert len(first["number"]) == 8


def test_a_person_without_a_tax_number_has_a_reason(bank: Bank) -> None:
    registered = register(bank, tax_number=None, no_tax_number_reason="  відмова   за вірою ")
    kept = Customer.objects.get(id=registered["customer"])
    assert (kept.tax_number, kept.no_tax_number_reason) == (None, "відмова за вірою")


def test_a_namesake_is_reported_and_registered(bank: Bank) -> None:
    first = register(bank)
    same = {"tax_number": None, "no_tax_number_reason": "нерезидент", "external_id": ""}
    # The same name whatever the case and the apostrophe; another birth date is another person.
    second = register(bank, last_name="Д’АРТАНЬЯН", **same)
    third = register(bank, birth_date="1985-07-16", **same)
    assert list(second["namesakes"]) == [first["customer"]]
    assert list(third["namesakes"]) == []


@pytest.mark.parametrize(
    ("fields", "code", "data"),
    [
        ({"last_name": " "}, "customers.not_a_name", {"given": " ", "longest": 100}),
        ({"first_name": "7"}, "customers.not_a_name", {"given": "7", "longest": 100}),
        (
            {"tax_number": "3124200708"},
            "customers.tax_number_malformed",
            {"given": "3124200708"},
        ),
        (
            {"tax_number": "0000000000"},
            "customers.tax_number_malformed",
            {"given": "0000000000"},
        ),
        (
            {"birth_date": "1985-07-16"},
            "customers.tax_number_of_another_date",
            {"encoded": "1985-07-15", "given": "1985-07-16"},
        ),
        ({"tax_number": None}, "customers.tax_number_needs_reason", {}),
        (
            {"tax_number": "", "no_tax_number_reason": " . "},
            "customers.tax_number_needs_reason",
            {},
        ),
        ({"no_tax_number_reason": "відмова"}, "customers.tax_number_and_reason", {}),
        (
            {"birth_date": "2026-01-06"},
            "customers.birth_date_impossible",
            {"given": "2026-01-06", "today": "2026-01-05"},
        ),
        ({"phone": "12"}, "customers.not_a_phone", {"given": "12"}),
    ],
)
def test_a_wrong_field_is_refused(
    bank: Bank, fields: dict[str, Any], code: str, data: dict[str, Any]
) -> None:
    with only_refused(code, actor=bank.teller, **data):
        register(bank, **fields)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"birth_date": "15.07.1985"}, "/birth_date"),
        ({"birth_date": None}, "/birth_date"),
        ({"last_name": None}, "/last_name"),
        ({"phone": "0" * 41}, "/phone"),
        ({"sex": "f"}, "/"),
    ],
)
def test_a_command_that_cannot_be_read_is_refused(
    bank: Bank, fields: dict[str, Any], pointer: str
) -> None:
    with malformed(pointer):
        register(bank, **fields)


def test_one_tax_number_is_one_customer(bank: Bank) -> None:
    register(bank)
    with only_refused("customers.tax_number_taken", actor=bank.teller):
        register(bank, last_name="Інша", external_id="")
    with only_refused("customers.external_id_taken", actor=bank.teller):
        register(bank, tax_number=None, no_tax_number_reason="нерезидент")


def test_who_may_not_register_where(bank: Bank) -> None:
    given = PERSON | {"branch": bank.other_branch}
    with only_refused("control.not_found", actor=bank.teller):
        do("customers.register_person", given, actor=bank.teller)
    with only_refused(
        "control.permission_missing", actor=bank.accountant, permission="customers.register"
    ):
        do("customers.register_person", given, actor=bank.accountant)
    with only_refused("control.not_found", actor=bank.migration):
        do("customers.register_person", given | {"branch": 999}, actor=bank.migration)


def test_registering_takes_few_statements_whoever_is_there(bank: Bank) -> None:
    taken = []
    same = {"tax_number": None, "no_tax_number_reason": "нерезидент", "external_id": ""}
    for _ in range(3):
        statements: list[str] = []

        def count(execute, statement, *rest):  # type: ignore[no-untyped-def]
            statements.append(statement)  # noqa: B023 - used at once
            return execute(statement, *rest)

        with connection.execute_wrapper(count):
            register(bank, birth_date=dt.date(1990, 1, 1), **same)
        taken.append([one for one in statements if "SAVEPOINT" not in one])
    assert len(taken[0]) == len(taken[1]) == len(taken[2]) <= 6


def test_one_tax_number_registered_at_once_is_one_customer(
    own_database: OwnDatabase, bank: Bank
) -> None:
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            register(bank, external_id="")
            outcomes.append("done")
        except TaxNumberTaken as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["customers.tax_number_taken"] * 3 + ["done"]
    assert Customer.objects.count() == 1
