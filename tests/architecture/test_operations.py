"""Every operation of the house is declared whole: nothing about it can be forgotten."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from django.conf import settings

from apps.control.commands import Command
from apps.control.declarations import GUARDS, Operation, Scope
from apps.kernel.text import Text
from bank.reference import operations_of_the_house

OPERATIONS = operations_of_the_house()
TESTS = Path(settings.BASE_DIR) / "tests"
CYRILLIC = re.compile(r"[А-ЩЬЮЯЄІЇҐа-щьюяєіїґ]")
LATIN = re.compile(r"[A-Za-z]")


class StandIn:
    """Takes the place of any command: has every field, and one of everything to loop over."""

    def __getattr__(self, name: str) -> "StandIn":
        return StandIn()

    def __iter__(self) -> Iterator["StandIn"]:
        yield StandIn()


def subjects(operation: Operation) -> set[str]:
    return set(operation.subjects(StandIn()))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_an_operation_is_declared_whole(operation: Operation) -> None:
    app, _, verb = operation.name.partition(".")
    assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", operation.name)
    # The room, or where it would be too long, a package of the same name.
    assert operation.body.__module__.split(".")[:3] == ["apps", app, "operations"]
    assert verb.startswith(operation.body.__name__) or operation.body.__name__.startswith(verb)
    assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", operation.permission)
    assert operation.permission.split(".")[0] == app
    assert isinstance(operation.scope, Scope)
    assert operation.version >= 1
    assert inspect.getdoc(operation.body), "say what it does and what it raises"
    parameters = inspect.signature(operation.body).parameters
    assert list(parameters) == ["cmd", "run"]
    assert {one.kind for one in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_a_command_is_an_immutable_record(operation: Operation) -> None:
    command = operation.command
    assert issubclass(command, Command)
    assert command.__module__ == operation.body.__module__
    config = command.__struct_config__
    assert (config.frozen, config.forbid_unknown_fields) == (True, True)
    signature = inspect.signature(command)
    assert {one.kind for one in signature.parameters.values()} <= {inspect.Parameter.KEYWORD_ONLY}
    # Decoding compiles the types of all fields: what cannot come as JSON is found here.
    msgspec.json.Decoder(command, dec_hook=lambda kind, given: None)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_the_audit_sentence_is_in_both_languages(operation: Operation) -> None:
    sentence = operation.sentence
    assert isinstance(sentence, Text)
    assert CYRILLIC.search(sentence.uk)
    assert not LATIN.search(sentence.uk)
    assert LATIN.search(sentence.en)
    assert not CYRILLIC.search(sentence.en)
    for text in (sentence.uk, sentence.en):
        assert text == text.strip()
        assert text[0].isupper()
        assert not text.endswith(".")


# One command, and one sentence, for the same thing done at another place or for another person.
VARIANTS = [
    {"cash.close_session", "cash.close_session_for_teller"},
    {"cash.deposit", "cash.deposit_at_position"},
    {"cash.withdraw", "cash.withdraw_at_position"},
]


def alike(of: Callable[[Operation], object]) -> list[set[str]]:
    """The operations that have this in common with another one."""
    found: dict[object, set[str]] = {}
    for one in OPERATIONS:
        found.setdefault(of(one), set()).add(one.name)
    return [names for names in found.values() if len(names) > 1]


def test_no_two_operations_tell_the_same_or_share_a_command() -> None:
    """A form, a file or a line of the journal could mean either."""
    assert alike(lambda one: one.sentence.uk) == VARIANTS[1:]
    assert alike(lambda one: one.sentence.en) == VARIANTS[1:]
    shared = alike(lambda one: one.command)
    assert [names for names in shared if names not in VARIANTS] == []
    assert [names for names in VARIANTS if names not in shared] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_what_a_command_names_is_a_subject(operation: Operation) -> None:
    """So that a guard on customers, deposits, tills or users sees every operation on them."""
    named = {field.name for field in msgspec.structs.fields(operation.command)}
    kinds = {"customer", "deposit", "till", "user", "session", "entry"}
    assert kinds & named <= subjects(operation)


def test_guards_watch_subjects_that_some_operation_has() -> None:
    declared = set().union(*map(subjects, OPERATIONS))
    watched = {
        kind for one in GUARDS if one.check.__module__.startswith("apps.") for kind in one.kinds
    }
    assert watched <= declared


# Pieces that nobody asks for by name: the tests in which the whole is proved.
PROVED_BY = {
    "eod.run_chunk": "eod/test_closing_a_day.py",
    "eod.finish_step": "eod/test_closing_a_day.py",
    "eod.count_failure": "eod/test_exceptions.py",
    "conversion.record_verdicts": "conversion/test_replay_a_bank.py",
}


@pytest.fixture(scope="module")
def written() -> str:
    """All that tests say, but for those of the architecture."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in TESTS.rglob("*.py")
        if path.parent.name != "architecture"
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_a_test_names_the_operation(operation: Operation, written: str) -> None:
    if operation.name in PROVED_BY:
        assert (TESTS / PROVED_BY[operation.name]).exists()
    else:
        assert re.search(rf"\b{re.escape(operation.name)}\b", written) is not None


def test_amounts_are_declared_where_a_command_has_one() -> None:
    """Or neither limits nor policies by amount would see it."""
    forgotten = [
        one.name
        for one in OPERATIONS
        for field in msgspec.structs.fields(one.command)
        if field.name == "amount" and one.amount is None
    ]
    assert forgotten == []


def test_steps_of_the_close_alone_post_into_the_closing_date() -> None:
    assert {one.name.split(".")[0] for one in OPERATIONS if one.closing} == {"eod"}
    assert [one.name for one in OPERATIONS if one.dateless] == DATELESS


# What runs before the bank has its first date.
DATELESS = [
    "control.set_up_bank",
    "ledger.make_partitions",
]
