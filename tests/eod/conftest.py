"""Closes begin when a test says so, and not by the hour."""

import pytest
from pytest_django.fixtures import Settings

from apps.eod.rules import NEVER


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """No close begins by itself, neither in this process nor in a worker's."""
    monkeypatch.setenv("SKARB_CLOSE_AT", NEVER)
    settings.CLOSE_AT = NEVER
