"""The API by Django's test client: the core over addresses of the probes, with a key of its own."""

from collections.abc import Iterator

import pytest

from apps.control.rest import limits
from tests.api.callers import Caller, add_machine, issue
from tests.factories import Bank
from tests.probes import KEEP, MOVE


@pytest.fixture(autouse=True)
def requests_are_counted() -> Iterator[None]:
    """Whatever another test did to Valkey is over."""
    limits._away_until = 0.0
    yield
    limits._away_until = 0.0


@pytest.fixture
def caller(bank: Bank) -> Caller:
    """A program that may do what the probes do, in the whole bank."""
    return Caller(issue(bank, add_machine(bank), MOVE, KEEP)[0])
