"""What a person meets at the keyboard in Chromium: mistakes, shortcuts, a line that breaks."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.cash.desk import FLOAT_MINOR, deposit, staff_a_till, till_minor
from tests.factories import Bank
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, Browser
from tests.screens.conftest import prefer

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)


def test_what_is_wrong_is_said_where_it_is_without_taking_the_focus(
    bank: Bank, browser: Browser
) -> None:
    staff_a_till(bank)
    own = deposit(bank, minor=10_000)
    prefer(bank, "teller", "en", "dark")
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


def test_shortcuts_work_in_the_cyrillic_layout_and_never_while_typing(
    bank: Bank, browser: Browser
) -> None:
    browser.sign_in("supervisor")
    browser.sees("Погодження")
    browser.press_code("KeyK", "л", ctrlKey=True)
    browser.until(lambda: browser.find("#palette").get_attribute("open"))
    browser.type("журнал")
    browser.sees("Журнал операцій")
    # Before anything is found, all places are listed.
    browser.until(lambda: "Профіль" not in browser.find("#palette").text)
    browser.audit()
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


def test_an_answer_that_never_came_and_keys_struck_twice_post_once(
    bank: Bank, browser: Browser
) -> None:
    desk = staff_a_till(bank)
    own = deposit(bank)
    browser.sign_in("teller")
    browser.open(f"/desk/deposit/?deposit={own.id}")
    browser.type("10")
    browser.control_enter()
    browser.sees("Що станеться")
    _line_is(browser, cut=True)
    browser.chord(Keys.CONTROL, Keys.ENTER)
    browser.until(lambda: "Що станеться" not in browser.text)
    assert own.minor == 0
    _line_is(browser, cut=False)
    browser.driver.refresh()
    browser.sees("Проведено")
    # Once more from where it was sent, and from the receipt.
    browser.driver.refresh()
    browser.sees("Проведено")
    assert (own.minor, till_minor(desk.till)) == (1_000, FLOAT_MINOR + 1_000)

    browser.open(f"/desk/deposit/?deposit={own.id}")
    browser.type("10")
    browser.control_enter()
    browser.driver.execute_script(
        """const key = {code: "Enter", ctrlKey: true, bubbles: true, cancelable: true};
           const strike = () => document.body.dispatchEvent(new KeyboardEvent("keydown", key));
           strike(), strike();"""
    )
    browser.sees("Проведено")
    assert (own.minor, till_minor(desk.till)) == (2_000, FLOAT_MINOR + 2_000)
    assert len(browser.driver.window_handles) == 1


def _line_is(browser: Browser, *, cut: bool) -> None:
    conditions = {"offline": cut, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.driver.execute_cdp_cmd("Network.enable", {})
    browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)
