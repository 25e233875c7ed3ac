"""The administration in Chromium: no policy violation, nothing for axe to find, light and dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
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

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    found = browsers.start(Path(tmp_path_factory.mktemp("chromium")))
    yield found
    found.quit()


@pytest.fixture
def browser(own_database: OwnDatabase, bank: Bank, driver: webdriver.Chrome) -> Iterator[Browser]:
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), browsers.serving() as address:
        command = ResetPassword(
            user=bank.administrator.user_id, hashed=Secret(make_password(PASSWORD))
        )
        do("access.reset_password", command, actor=bank.system)
        driver.delete_all_cookies()
        yield Browser(driver, address)
        driver.get("about:blank")


def _prefer(bank: Bank, language: str, theme: str) -> None:
    wishes = SetPreferences(language=language, theme=theme, density="normal", shortcuts=True)
    do("access.set_preferences", wishes, actor=bank.administrator)


@pytest.mark.parametrize(("language", "theme"), [("uk", "light"), ("en", "dark")])
def test_first_page_list_row_and_forms(
    bank: Bank, browser: Browser, language: str, theme: str
) -> None:
    _prefer(bank, language, theme)
    browser.sign_in("administrator")
    teller = User.objects.get(username="teller").id
    for address in (
        "/admin/",
        "/admin/schedule/",
        "/admin/access/user/",
        "/admin/access/user/?is_active__exact=1&q=teller",
        f"/admin/access/user/{teller}/change/",
        f"/admin/access/user/{teller}/do/grant-role/",
        "/admin/access/role/add/define-role/",
        "/admin/control/approvalpolicy/",
        "/admin/control/operationrun/",
    ):
        browser.open(address)
        browser.audit()


def test_a_branch_is_opened_by_the_keyboard(bank: Bank, browser: Browser) -> None:
    _prefer(bank, "uk", "light")
    browser.sign_in("administrator")
    browser.open("/admin/kernel/branch/")
    browser.leads("n")
    assert browser.focus == "code"
    browser.type("001")
    browser.control_enter()
    browser.sees("Перевірте позначене")
    browser.audit(allow=("422",))
