"""Screens by Django's test client: a signed-in client for each of the staff, in the test's bank."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from apps.access.models import User
from tests.factories import Bank
from tests.screens.browser import CHROMIUM, DRIVER, MISSING
from tests.screens.pages import Visitor


@pytest.fixture(autouse=True)
def plain_static_files() -> Iterator[None]:
    """Names of static files as they are: nobody has collected them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Whitenoise warns of a folder that is only made by collecting.
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    with override_settings(
        STORAGES=django_settings.STORAGES | {"staticfiles": plain}, SECOND_FACTOR=False
    ):
        yield


@pytest.fixture
def visit(bank: Bank) -> "Signing":
    """`visit("teller")` is a client who has signed in."""
    return Signing()


class Signing:
    def __call__(self, username: str, *, language: str = "uk") -> Visitor:
        user = User.objects.get(username=username)
        if user.language != language:
            Visitor(user).speak(language)
            user.refresh_from_db()
        return Visitor(user)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CHROMIUM is None or DRIVER is None:
        terminalreporter.section("screens", red=True)
        terminalreporter.line(MISSING)
