"""Before a session ends the page says so; a key prolongs it, and what was typed stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from apps.access.models import StaffSession
from apps.access.operations import ResetPassword
from apps.control.commands import Secret
from tests.conftest import OwnDatabase
from tests.factories import Bank, do
from tests.screens import browser as browsers
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, PASSWORD, Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    found = browsers.start(tmp_path)
    yield found
    found.quit()


@pytest.fixture
def browser(own_database: OwnDatabase, bank: Bank, driver: webdriver.Chrome) -> Iterator[Browser]:
    """A page warns two minutes before the end: here, six seconds after it was opened."""
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        override_settings(PASSWORD_HASHERS=hasher, SESSION_IDLE_S=126),
        browsers.serving() as address,
    ):
        hashed = Secret(make_password(PASSWORD))
        command = ResetPassword(user=bank.supervisor.user_id, hashed=hashed)
        do("access.reset_password", command, actor=bank.system)
        yield Browser(driver, address)
        driver.get("about:blank")


def _is_shown(browser: Browser) -> bool:
    return bool(browser.find("#session-note").is_displayed())


def test_a_word_comes_before_the_end_and_a_key_prolongs(bank: Bank, browser: Browser) -> None:
    browser.sign_in("supervisor")
    browser.open("/customers/")
    assert not _is_shown(browser)
    browser.type("Шевч")

    browser.until(lambda: _is_shown(browser))
    assert browser.find("#session-note").get_attribute("role") == "alert"
    browser.sees("Менш ніж за дві хвилини")
    browser.audit()
    # The word has not taken the focus.
    assert browser.focus == "q"
    browser.type(Keys.F2)
    browser.until(lambda: not _is_shown(browser))
    assert browser.find("[name=q]").get_attribute("value") == "Шевч"

    StaffSession.objects.all().delete()
    browser.sees("Вас виведено із системи")
    assert browser.find("[name=q]").get_attribute("value") == "Шевч"
