"""What the database itself knows: Ukrainian order, and dates that only move forward."""

import datetime as dt

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel import queries, sql
from apps.kernel.ids import uuid7
from tests.conftest import OwnDatabase
from tests.factories import FIRST_DATE, Bank

ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
# Latin first; no apostrophe and no capital counts.
IN_ORDER = [
    "Adam",
    "Zed",
    "Аліна",
    "Ганна",
    "Гнат",
    "Ґалаган",
    "Дар",
    "Д’яченко",
    "Дячук",
    "Еліна",
    "Єва",
    "Жан",
    "Зоя",
    "Іван",
    "Ігор",
    "Ївга",
    "Їжак",
    "Йова",
    "Клим",
    "Щука",
    "Ьо",
    "Юрій",
    "Яна",
]


def test_names_sort_as_in_a_ukrainian_dictionary(bank: Bank) -> None:
    found = sql.rows(
        "SELECT name FROM unnest(%(names)s::text[]) AS name ORDER BY kernel_uk_key(name)",
        {"names": sorted(IN_ORDER)},
    )
    assert [name for (name,) in found] == IN_ORDER


def test_every_letter_has_its_place(bank: Bank) -> None:
    keys = sql.rows(
        "SELECT kernel_uk_key(letter), kernel_uk_key(upper(letter COLLATE pg_c_utf8))"
        " FROM unnest(%(letters)s::text[]) WITH ORDINALITY AS l (letter, n) ORDER BY n",
        {"letters": list(ALPHABET)},
    )
    assert [lower for lower, _ in keys] == [upper for _, upper in keys]
    assert [lower for lower, _ in keys] == [chr(0xE001 + place) for place in range(33)]


@pytest.mark.parametrize("name", ["Дяченко", "Д'яченко", "Д’яченко", "Дʼяченко", "Д`ЯЧЕНКО"])
def test_apostrophes_do_not_count(bank: Bank, name: str) -> None:
    keys = sql.row("SELECT kernel_uk_key(%(one)s), kernel_uk_key('дяченко')", {"one": name})
    assert keys is not None
    assert keys[0] == keys[1]


def test_cyrillic_is_searched_by_trigrams(bank: Bank) -> None:
    assert sql.value("SELECT similarity('Їжаченко', 'їжак') > 0.2")


def test_the_bank_knows_its_dates(bank: Bank) -> None:
    assert queries.current_date() == FIRST_DATE
    assert queries.closing_date() is None
    assert queries.last_closed_date() is None
    assert queries.bank().base_currency == "UAH"


@pytest.mark.parametrize("alias", ["default", "owner"])
def test_a_date_only_moves_forward(own_database: OwnDatabase, alias: str) -> None:
    day = FIRST_DATE
    with own_database.connect(alias, autocommit=True) as connection:

        def refused(statement: str, *params: object) -> str:
            with pytest.raises(psycopg.Error) as error:
                connection.execute(statement, params)
            return error.value.sqlstate or ""

        opened = "INSERT INTO kernel_bookingdate (date, status, opened_at) VALUES (%s, %s, now())"
        moved = "UPDATE kernel_bookingdate SET status = %s WHERE date = %s"
        assert refused(moved, "closed", day) == "SK001"  # it is not being closed yet
        assert refused(opened, day + dt.timedelta(days=1), "open") == "23505"  # one is open
        connection.execute(moved, ["closing", day])
        assert refused(opened, day, "open") == "SK001"  # the same again
        assert refused(opened, day - dt.timedelta(days=1), "open") == "SK001"  # before
        assert refused(opened, day + dt.timedelta(days=2), "open") == "SK001"  # a gap
        assert refused(opened, day + dt.timedelta(days=1), "closed") == "SK001"
        assert refused(moved, "open", day) == "SK001"  # reopened
        connection.execute(opened, [day + dt.timedelta(days=1), "open"])
        # While one date is being closed, the next cannot begin to close.
        assert refused(moved, "closing", day + dt.timedelta(days=1)) == "23505"
        connection.execute(moved, ["closed", day])
        assert refused(moved, "closing", day) == "SK001"
        assert refused(moved, "open", day) == "SK001"
        assert refused("UPDATE kernel_bookingdate SET date = date + 9") == "SK001"
        denied = "42501" if alias == "default" else "SK008"
        assert refused("DELETE FROM kernel_bookingdate") == denied
        assert refused("TRUNCATE kernel_bookingdate CASCADE") == denied
        left = connection.execute(
            "SELECT date, status FROM kernel_bookingdate ORDER BY date"
        ).fetchall()
    assert left == [(day, "closed"), (day + dt.timedelta(days=1), "open")]


def test_a_bank_is_one(own_database: OwnDatabase) -> None:
    with own_database.connect("owner", autocommit=True) as connection:
        for number in (1, 2):
            with pytest.raises(psycopg.errors.IntegrityError):
                connection.execute(
                    "INSERT INTO kernel_bank SELECT %s, name_uk, name_en, code, country,"
                    " base_currency, time_zone, first_date FROM kernel_bank",
                    [number],
                )


@given(st.integers(1, 50))
def test_ids_made_in_python_sort_by_time(count: int) -> None:
    made = [uuid7() for _ in range(count)]
    assert len(set(made)) == count
    assert all(one.version == 7 and one.variant == "specified in RFC 4122" for one in made)
    stamps = [one.int >> 80 for one in made]
    assert stamps == sorted(stamps)
