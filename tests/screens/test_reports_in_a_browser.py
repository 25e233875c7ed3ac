"""An accountant reads, opens, keeps and compares reports in Chromium, in both themes."""

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
from tests.reporting.books import OF_THE_BOOK, live
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
        user = User.objects.get(username="accountant")
        command = ResetPassword(user=user.id, hashed=Secret(make_password(PASSWORD)))
        do("access.reset_password", command, actor=bank.system)
        driver.delete_all_cookies()
        yield Browser(driver, address)
        driver.get("about:blank")


def fits(browser: Browser) -> bool:
    """No page is wider than the narrowest screen: tables scroll by themselves."""
    width: int = browser.driver.execute_script("return document.documentElement.scrollWidth")
    return width <= 320


@pytest.mark.parametrize(("language", "theme"), [("uk", "light"), ("en", "dark")])
def test_an_accountant_reads_opens_keeps_and_compares(
    bank: Bank, browser: Browser, language: str, theme: str
) -> None:
    wishes = SetPreferences(language=language, theme=theme, density="normal", shortcuts=True)
    do("access.set_preferences", wishes, actor=bank.accountant)
    live(bank)
    browser.sign_in("accountant")
    browser.open("/")
    browser.find("h1").click()
    browser.leads("gr")
    browser.audit()
    for code in OF_THE_BOOK:
        browser.open(f"/reports/{code}/")
        browser.audit()
    browser.open("/reports/profit_and_loss/")
    browser.find("td a[href*='row=fee_income']").click()
    browser.sees("600,06" if language == "uk" else "600.06")
    browser.audit()

    for _ in range(2):
        browser.open("/reports/balance_sheet/keep/")
        browser.audit()
        browser.control_enter()
        browser.sees("таким, яким він є зараз" if language == "uk" else "as it is now")
        browser.audit()
        browser.control_enter()
        browser.sees("SHA-256")
    first = browser.path.partition("?")[0]
    browser.open(f"{first}?again=1")
    browser.sees("до байта" if language == "uk" else "to the byte")
    browser.audit()
    browser.find("a[href*='/against/']").click()
    browser.sees("однакові" if language == "uk" else "is the same in both")
    browser.audit()
    browser.open("/reports/kept/")
    browser.audit()

    browser.driver.set_window_size(320, 900)
    for address in ("/reports/", "/reports/trial_balance/", first):
        browser.open(address)
        assert fits(browser), address
    browser.driver.set_window_size(1366, 900)
