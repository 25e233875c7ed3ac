"""Screens by Django's test client: a signed-in client for each of the staff, in the test's bank."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from selenium import webdriver

from apps.access.models import User
from apps.access.operations import ResetPassword, SetPreferences
from apps.control.commands import Secret
from tests.conftest import OwnDatabase
from tests.factories import Bank, do
from tests.screens import browser as browsers
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, PASSWORD, Browser
from tests.screens.pages import Visitor

# Who signs in at a browser.
WITH_PASSWORD = (
    "teller", "second_teller", "supervisor", "accountant", "chief_accountant", "operations",
    "administrator", "product_manager", "loan_officer", "second_loan_officer", "credit_manager",
    "collector",
)  # fmt: skip


@pytest.fixture(autouse=True)
def plain_static_files() -> Iterator[None]:
    """Names of static files as they are: nobody has collected them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
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


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    found = browsers.start(Path(tmp_path_factory.mktemp("chromium")))
    # Long pages take axe a while on a machine that others use too.
    found.set_script_timeout(3 * browsers.WAIT_S)
    yield found
    found.quit()


@pytest.fixture
def browser(own_database: OwnDatabase, bank: Bank, driver: webdriver.Chrome) -> Iterator[Browser]:
    """Chromium before the site of this test's bank; everybody below has a password."""
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), browsers.serving() as address:
        hashed = Secret(make_password(PASSWORD))
        for username in WITH_PASSWORD:
            command = ResetPassword(user=bank.staff[username].user_id, hashed=hashed)
            do("access.reset_password", command, actor=bank.system)
        driver.delete_all_cookies()
        driver.get_log("browser")
        yield Browser(driver, address)
        driver.get("about:blank")


def prefer(bank: Bank, username: str, language: str, theme: str) -> None:
    """What a person chooses in the profile."""
    wishes = SetPreferences(language=language, theme=theme, density="normal", shortcuts=True)
    do("access.set_preferences", wishes, actor=bank.staff[username])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CHROMIUM is None or DRIVER is None:
        terminalreporter.section("screens", red=True)
        terminalreporter.line(MISSING)
