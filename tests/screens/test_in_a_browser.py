"""Whole jobs in Chromium by the keyboard alone, each page looked at by axe on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from apps.access.models import User
from apps.access.operations import ResetPassword, SetPreferences
from apps.control.commands import Secret
from apps.kernel import sql
from tests.cash.desk import (
    Opened,
    deposit,
    gl_minor,
    over_the_counter,
    staff_a_till,
    till,
    till_minor,
)
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
        hashed = Secret(make_password(PASSWORD))
        for username in (
            "teller", "second_teller", "supervisor", "accountant", "chief_accountant",
            "administrator",
        ):  # fmt: skip
            user = User.objects.get(username=username)
            do(
                "access.reset_password",
                ResetPassword(user=user.id, hashed=hashed),
                actor=bank.system,
            )
        driver.delete_all_cookies()
        yield Browser(driver, address)
        driver.get("about:blank")


def _prefer(bank: Bank, username: str, language: str, theme: str) -> None:
    wishes = SetPreferences(language=language, theme=theme, density="normal", shortcuts=True)
    do("access.set_preferences", wishes, actor=getattr(bank, username))


def _customer(of: Opened) -> int:
    found: int = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": of.id}
    )
    return found


def test_a_teller_from_sign_in_to_the_closing_of_the_till(bank: Bank, browser: Browser) -> None:
    counter = till(bank, "counter", name="Каса А")
    own = deposit(bank, minor=50_000)
    browser.open("/")
    browser.audit()
    browser.sign_in("teller")
    browser.sees("Відкрити зміну")
    browser.audit()

    browser.leads("z")
    browser.audit()
    browser.control_enter()
    browser.sees("На касі «Каса А» відкриється ваша зміна")
    browser.audit()
    browser.control_enter()
    browser.sees("зміну відкрито")

    # The customer is found by a name typed with the wrong layout on.
    assert browser.focus == "q"
    browser.type("itdxtyrj")
    browser.sees("Шевченко Оксана")
    browser.audit()
    browser.leads(Keys.ENTER)
    browser.sees("Рахунки")
    browser.audit()
    browser.leads("d")
    assert browser.focus == "amount"
    browser.type("1250,50", Keys.ENTER)
    browser.sees("Одна тисяча двісті п’ятдесят гривень 50 копійок")
    assert browser.focus == "narrative"
    browser.type("Поповнення")
    browser.audit()
    browser.control_enter()
    browser.sees("На рахунку стане 1 750,50 UAH.")
    browser.audit()
    browser.control_enter()
    browser.sees("Проведено")
    browser.audit()
    assert len(browser.driver.window_handles) == 1
    assert own.minor == 175_050

    # Back leads to a fresh form; nothing of the old one can be sent by accident.
    browser.driver.back()
    browser.until(lambda: browser.path.startswith("/desk/deposit/"))
    assert browser.find("[name=amount]").get_attribute("value") == ""
    browser.driver.forward()
    browser.sees("Проведено")
    browser.find("h1").click()
    browser.leads("n")
    assert browser.focus == "q"

    browser.type(Keys.ESCAPE)
    browser.open("/desk/")
    browser.find("h1").click()
    browser.leads("z")
    browser.type("1", Keys.ARROW_DOWN, "0", Keys.ENTER, "1", Keys.ENTER, Keys.ENTER, "1")
    browser.sees("250,50")
    browser.audit()
    browser.control_enter()
    browser.sees("нестача 0,50")
    browser.control_enter()
    browser.sees("Зміну закрито")
    browser.audit()
    assert till_minor(counter) == 125_000
    assert gl_minor("3552", branch=bank.branch) == 50


def test_what_is_wrong_is_said_where_it_is_without_taking_the_focus(
    bank: Bank, browser: Browser
) -> None:
    staff_a_till(bank)
    own = deposit(bank, minor=10_000)
    _prefer(bank, "teller", "en", "dark")
    browser.sign_in("teller")
    browser.open("/desk/withdrawal/")
    assert browser.focus == "deposit"
    browser.type("2620999", Keys.TAB)
    browser.sees("The bank has no such account")
    assert browser.focus == "amount"
    assert browser.find("[name=deposit]").get_attribute("aria-invalid") == "true"
    browser.chord(Keys.SHIFT, Keys.TAB)
    browser.chord(Keys.CONTROL, "a")
    browser.type(own.number, Keys.TAB)
    browser.sees("Шевченко Оксана, UAH, available 100.00")
    assert browser.find("[name=deposit]").get_attribute("aria-invalid") is None
    browser.type("500")
    browser.audit()
    browser.control_enter()
    browser.sees("Check what is marked")
    assert browser.driver.title.startswith("Error: ")
    assert browser.find("[name=amount]").get_attribute("value") == "500"
    browser.audit(allow=("422",))
    assert own.minor == 10_000


def test_an_accountant_asks_and_the_chief_accountant_agrees(bank: Bank, browser: Browser) -> None:
    for code in ("7431", "3619"):
        given = {"branch": bank.branch, "gl_code": code, "currency": "UAH"}
        do("finance.open_internal_account", given, actor=bank.accountant)
    _prefer(bank, "accountant", "en", "light")
    _prefer(bank, "chief_accountant", "uk", "dark")
    browser.sign_in("accountant")
    browser.sees("Trial balance")
    browser.leads("ge")
    browser.audit()
    expense, debt = f"7431-{bank.branch}-UAH", f"3619-{bank.branch}-UAH"
    browser.type(Keys.TAB, Keys.TAB, "Rent", Keys.TAB, expense, Keys.TAB, "1000", Keys.TAB)
    browser.sees("differs by 1 000.00")
    browser.type(Keys.TAB, debt, Keys.TAB, Keys.TAB, "1000")
    browser.sees("balances")
    browser.audit()
    browser.control_enter()
    browser.sees("first must agree Chief accountant")
    browser.audit()
    browser.control_enter()
    browser.sees("Nothing moves until another person has agreed")
    browser.audit()
    browser.sign_out()

    browser.sign_in("chief_accountant")
    browser.sees("Погодити саме це")
    browser.audit()
    browser.type("r")
    assert browser.focus == "reason"
    browser.find("h1").click()
    browser.control_enter()
    browser.sees("виконано")
    browser.audit()
    assert gl_minor("7431", branch=bank.branch) == 100_000


@pytest.mark.parametrize(
    ("username", "language", "theme"),
    [
        ("teller", "uk", "dark"),
        ("supervisor", "en", "light"),
        ("supervisor", "uk", "dark"),
        ("administrator", "uk", "dark"),
        ("administrator", "en", "light"),
    ],
)
def test_pages_in_both_languages_light_and_dark(
    bank: Bank, browser: Browser, username: str, language: str, theme: str
) -> None:
    staff_a_till(bank)
    own = deposit(bank, minor=1_000)
    _prefer(bank, username, language, theme)
    browser.sign_in(username)
    customer = _customer(own)
    pages = {
        "teller": (f"/desk/?customer={customer}", "/desk/deposit/", "/requests/", "/profile/"),
        "supervisor": (
            "/customers/",
            f"/customers/{customer}/",
            "/customers/new/",
            f"/accounts/{own.id}/",
            f"/accounts/{own.id}/statement/",
            "/journal/",
            "/book/trial-balance/",
            "/book/gl/1002/",
            "/404",
        ),
        "administrator": ("/help/api/", "/help/api/payments.transfer/", "/help/api/eod.close/"),
    }
    for path in pages[username]:
        browser.open(path)
        browser.audit(allow=("404",))


def test_pages_fit_a_narrow_window(bank: Bank, browser: Browser) -> None:
    staff_a_till(bank)
    own = deposit(bank, minor=1_000)
    browser.sign_in("teller")
    metrics = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for path in (
            f"/desk/?customer={_customer(own)}",
            "/desk/deposit/",
            "/customers/",
            "/customers/new/",
            f"/accounts/{own.id}/statement/",
            "/payments/transfer/",
        ):
            browser.open(path)
            width = browser.driver.execute_script("return document.documentElement.scrollWidth")
            assert width <= 320, (path, width)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_paper_is_as_wide_as_the_printer(bank: Bank, browser: Browser) -> None:
    desk = staff_a_till(bank)
    own = deposit(bank)
    done = do("cash.deposit", over_the_counter(desk, own, 1_000), actor=bank.teller)
    browser.sign_in("teller")
    wanted = {"roll": 80, "a4": 210}
    for paper, millimetres in wanted.items():
        browser.open(f"/book/runs/{done.run_id}/receipt/?paper={paper}")
        widths = browser.printed_widths()
        assert [round(width) for width in widths] == [millimetres], paper
    browser.open(f"/accounts/{own.id}/statement/")
    assert [round(width) for width in browser.printed_widths()] == [210]


def test_shortcuts_work_in_the_cyrillic_layout_and_never_while_typing(
    bank: Bank, browser: Browser
) -> None:
    browser.sign_in("supervisor")
    browser.sees("Погодження")
    browser.press_code("KeyK", "л", ctrlKey=True)
    browser.until(lambda: browser.find("#palette").get_attribute("open"))
    browser.audit()
    browser.type("журнал")
    browser.sees("Журнал операцій")
    browser.leads(Keys.ENTER)
    assert browser.path == "/journal/"
    browser.press_code("Slash", ",", shiftKey=True)
    browser.until(lambda: browser.find("#shortcuts").get_attribute("open"))
    browser.audit()
    browser.type(Keys.ESCAPE)
    browser.press_code("KeyG", "п")
    browser.press_code("KeyC", "с")
    browser.until(lambda: browser.path == "/customers/")
    assert browser.focus == "q"
    browser.type("ga")
    assert browser.path == "/customers/"
    assert browser.find("[name=q][data-filter]").get_attribute("value") == "ga"


def test_an_answer_that_was_lost_and_a_double_click_post_once(bank: Bank, browser: Browser) -> None:
    staff_a_till(bank)
    own = deposit(bank)
    browser.sign_in("teller")
    browser.open(f"/desk/deposit/?deposit={own.id}")
    browser.type("10")
    browser.control_enter()
    browser.driver.execute_async_script(
        """const form = new FormData(document.querySelector("[data-money-form]"));
           form.set("stage", "confirm");
           fetch("", {method: "POST", body: form}).then(arguments[0]);"""
    )
    assert own.minor == 1_000
    browser.control_enter()
    browser.sees("повторно нічого не проведено")
    browser.open(f"/desk/deposit/?deposit={own.id}")
    browser.type("10")
    browser.control_enter()
    browser.driver.execute_script(
        "const post = document.querySelector('[data-submit]'); post.click(); post.click();"
    )
    browser.sees("Проведено")
    assert own.minor == 2_000
