"""Finding customers by any of their names, numbers and dates, page by page, in their order."""

import json
from typing import Any

import pytest
from django.db import connection

from apps.customers import queries, rules
from apps.customers.queries import search
from apps.kernel import sql
from tests.conftest import OwnDatabase
from tests.factories import Bank, do

# In the order of the Ukrainian alphabet; by code points Є, І, Ї and Ґ would stand elsewhere.
ORDERED = [
    "Абрамчук", "Гнатюк", "Ґалаґан", "Дацюк", "Дʼяченко", "Еней", "Євтушенко", "Жук", "Зуб",
    "Ивченко", "Іваненко", "Їжакевич", "Йосипенко", "Щербак", "Юрченко", "Яценюк",
]  # fmt: skip


def register(bank: Bank, last_name: str, **fields: Any) -> int:
    given = {
        "branch": bank.branch,
        "last_name": last_name,
        "birth_date": "1985-07-15",
        "no_tax_number_reason": "нерезидент",
    }
    found: int = do("customers.register_person", given | fields, actor=bank.migration).result[
        "customer"
    ]
    return found


def names(text: str = "", **how: Any) -> list[str]:
    return [one.last_name for one in search(text, **{"branches": None, **how})]


def test_everybody_in_the_order_of_the_alphabet(bank: Bank) -> None:
    for last_name in sorted(ORDERED):
        register(bank, last_name)
    assert names() == ORDERED


def test_a_search_by_beginnings_of_names(bank: Bank) -> None:
    register(bank, "Д'яченко", first_name="Олена", patronymic="Іванівна")
    register(bank, "Дяченко", first_name="Іван")
    register(bank, "Нечуй-Левицький", first_name="Іван")
    assert names("дяч") == ["Дяченко", "Дʼяченко"]
    assert names("ДʼЯЧ іва") == ["Дяченко", "Дʼяченко"]
    assert names("іва ол") == ["Дʼяченко"]
    assert names("ченко") == []
    assert names("о") == ["Дʼяченко"]
    assert names("нечуй-л") == ["Нечуй-Левицький"]
    # What LIKE would take for wildcards is only what it is.
    assert names("%") == names("_") == names("дяч\\") == []


def test_a_search_by_numbers_dates_and_phones(bank: Bank) -> None:
    olena = register(
        bank, "Олійник", tax_number="3124200707", no_tax_number_reason="", phone="0501234567"
    )
    register(bank, "Олійник", birth_date="1990-01-01", phone="+380671234567")
    number = sql.value("SELECT number FROM customers_customer WHERE id = %(id)s", {"id": olena})
    for text in ("3124200707", number, "050 123 45 67", "+380501234567", "15.07.1985",
                 "олій 1985-07-15", "олій 0501234567"):  # fmt: skip
        assert [one.id for one in search(text, branches=None)] == [olena], text
    assert names("олій 3124200708") == []


def test_only_the_branches_that_may_be_seen(bank: Bank) -> None:
    register(bank, "Свій")
    register(bank, "Чужий", branch=bank.other_branch)
    assert names(branches=[bank.branch]) == ["Свій"]
    assert names(branches=[bank.branch, bank.other_branch]) == ["Свій", "Чужий"]
    assert names(branches=[]) == []
    assert names("чуж", branches=[bank.branch]) == []


def test_pages_follow_one_another_without_gap_or_repetition(bank: Bank) -> None:
    for _ in range(3):
        register(bank, "Ткач")
    for last_name in ORDERED:
        register(bank, last_name)
    whole = [one.id for one in search("", branches=None)]
    paged: list[int] = []
    after = None
    while page := search("", branches=None, limit=4, after=after):
        paged += [one.id for one in page]
        after = page[-1].place
    assert paged == whole
    assert len(set(whole)) == 3 + len(ORDERED)


@pytest.fixture
def crowded(own_database: OwnDatabase, bank: Bank) -> Bank:
    """Twenty thousand customers, written straight by the owner, and analysed."""
    with own_database.connect("owner", autocommit=True) as owner:
        owner.execute(
            """INSERT INTO customers_customer (number, kind, branch_id, last_name, first_name,
                   patronymic, birth_date, no_tax_number_reason, tax_number, phone, external_id,
                   registered_on)
               SELECT to_char(g, 'FM90000000'), 'person', %s + g %% 2,
                      translate(to_char(g * 7919 %% 99991, 'FM00000'), '0123456789', 'абвгдеклмн')
                      || 'енко',
                      translate(to_char(g * 31 %% 977, 'FM000'), '0123456789', 'ктсрпонмлі') || 'а',
                      '', DATE '1950-01-01' + g, '', to_char(1000000000 + g, 'FM0000000000'),
                      '+38050' || to_char(g, 'FM0000000'), '', DATE '2026-01-05'
                 FROM generate_series(1, 20000) AS g""",
            [bank.branch],
        )
        owner.execute("ANALYZE customers_customer")
    return bank


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("абвг", {"customers_by_words"}),
        ("абвгденко ктс", {"customers_by_words"}),
        ("1000012345", {"customers_tax_number_once", "customers_number_once"}),
        (
            "0500012345",
            {"customers_tax_number_once", "customers_number_once", "customers_by_phone"},
        ),
        ("+380500012345", {"customers_by_phone"}),
        ("01.02.1980", {"customers_customer_birth_date"}),
        ("", {"customers_by_name"}),
    ],
)
def test_every_search_has_its_index_among_twenty_thousand(
    crowded: Bank, text: str, indexes: set[str]
) -> None:
    for branches in (None, [crowded.branch]):
        statement, params = queries.searching(
            rules.sought(text), branches=branches, limit=50, after=None
        )
        plan = json.dumps(sql.value(f"EXPLAIN (FORMAT JSON) {statement}", params))
        assert '"Seq Scan"' not in plan, plan
        for index in indexes:
            assert f'"Index Name": "{index}' in plan, plan


def test_a_search_is_one_statement(crowded: Bank) -> None:
    statements: list[str] = []

    def count(execute, statement, *rest):  # type: ignore[no-untyped-def]
        statements.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(count):
        page = search("аб", branches=[crowded.branch], limit=20)
        rest = search("аб", branches=[crowded.branch], limit=20, after=page[-1].place)
    assert len(statements) == 2
    assert len(page) == 20
    assert rest[0].key > page[-1].key
    assert all(one.last_name.startswith("аб") or one.first_name.startswith("аб") for one in page)
