"""Refusals have a code of their own and say in both languages what to do."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from apps.control.declarations import CONSTRAINT_REFUSALS, SQL_REFUSALS
from apps.kernel import sql
from apps.kernel.errors import Refusal
from bank.reference import refusals
from tests.factories import Bank

APPS = Path(settings.BASE_DIR) / "apps"
REFUSALS = refusals()
# What an answer over HTTP says of a refusal: it is the sender's to mend, or passes (503). That
# something is broken (500) is what the API says where there is no refusal at all.
STATUSES = {400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 500, 503}
# States with which the database stops what only a mistake of ours, or a hand in it, can try.
OURS = {"SK008", "SK009", "SK010", "SK014"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def by_code(refusal: type[Refusal]) -> str:
    return refusal.code


def test_codes_are_unique() -> None:
    codes = [one.code for one in REFUSALS]
    assert len(codes) > 80
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("refusal", REFUSALS, ids=by_code)
def test_a_refusal_is_declared_whole(refusal: type[Refusal]) -> None:
    app, _, name = refusal.code.partition(".")
    assert refusal.__module__ == f"apps.{app}.errors"
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
    assert refusal.status in STATUSES
    # What may be sent again as it is: something was in the way that goes away by itself.
    assert not refusal.retryable or refusal.status in {409, 429, 500, 503}


@pytest.mark.parametrize("refusal", REFUSALS, ids=by_code)
def test_the_sentence_is_in_both_languages_and_says_what_to_do(refusal: type[Refusal]) -> None:
    uk, en = refusal.sentence.uk, refusal.sentence.en
    assert re.search(r"[а-щьюяєіїґ]", uk)
    assert not re.search(r"[А-яЄІЇҐєіїґ]", en)
    assert placeholders(uk) == placeholders(en)
    for text in (uk, en):
        assert text[0].isupper() or text[0] in "«“{"
        assert text.endswith(".")
        # What happened, and then what to do; or both in two clauses.
        assert len(re.findall(r"[.:;—]\s", text)) >= 1, text


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Where the code makes a refusal: the place, its class, and the names of its data."""
    for path in APPS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = {keyword.arg for keyword in node.keywords}
                if None not in given:
                    place = f"{path.relative_to(APPS)}:{node.lineno}"
                    yield place, node.func.id, {name for name in given if name}
            elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
                yield f"{path.relative_to(APPS)}:{node.lineno}", node.exc.id, set()


def test_whoever_refuses_gives_what_the_sentence_needs() -> None:
    known = {one.__name__: one for one in REFUSALS}
    assert len(known) == len(REFUSALS), "two refusals with one class name"
    wrong = [
        f"{place} {name} lacks {placeholders(known[name].sentence.en) - given}"
        for place, name, given in raised()
        if name in known
        and "__init__" not in vars(known[name])
        and placeholders(known[name].sentence.en) - given
    ]
    assert wrong == []


def database_refusals() -> Iterator[tuple[str, str, set[str]]]:
    """Where the SQL raises a state of ours: file, state, and the names of its detail."""
    statement = re.compile(r"RAISE EXCEPTION USING\s+ERRCODE = '(SK\d{3})'(.*?);", re.DOTALL)
    for path in APPS.rglob("*.sql"):
        for state, rest in statement.findall(path.read_text(encoding="utf-8")):
            detail = re.search(r"json_build_object\((.*)", rest, re.DOTALL)
            names = re.findall(r"'(\w+)',", detail[1]) if detail else []
            yield f"{path.relative_to(APPS)}", state, set(names)


def test_every_state_of_the_database_is_a_refusal_with_its_data() -> None:
    raised_there = list(database_refusals())
    assert len(raised_there) > 30
    assert {state for _, state, _ in raised_there} - OURS == set(SQL_REFUSALS.names())
    lacking = [
        (path, state, names)
        for path, state, names in raised_there
        if state not in OURS and not data_suffices(SQL_REFUSALS[state], names)
    ]
    assert lacking == []


def data_suffices(refusal: type[Refusal], names: set[str]) -> bool:
    """Can the refusal be made of these data, and its sentence be filled?"""
    samples: dict[str, object] = {"currency": "UAH", "date": "2026-01-05"}
    made = refusal(**{name: samples.get(name, 0) for name in names})
    return placeholders(refusal.sentence.en) <= set(made.data)


def test_refusals_of_constraints_name_constraints_that_exist(bank: Bank) -> None:
    existing = {
        name
        for (name,) in sql.rows(
            """SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                UNION SELECT relname FROM pg_class
                       WHERE relkind IN ('i', 'I') AND relnamespace = 'public'::regnamespace"""
        )
    }
    assert set(CONSTRAINT_REFUSALS.names()) <= existing
    # The database gives no data for the sentence of a constraint.
    assert all(not placeholders(one.sentence.en) for one in CONSTRAINT_REFUSALS)
