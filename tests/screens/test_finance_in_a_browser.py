"""An accountant goes through budgets, a month, dashboards and an ordered report in Chromium."""

import pytest

from apps.reporting import jobs
from apps.reporting.dashboards import Board
from tests.factories import Bank, do
from tests.finance.planning import begin, fill, row
from tests.reporting.books import live
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, Browser
from tests.screens.conftest import prefer

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)


def fits(browser: Browser) -> bool:
    """No page is wider than the narrowest screen: tables and charts scroll by themselves."""
    width: int = browser.driver.execute_script("return document.documentElement.scrollWidth")
    return width <= 320


@pytest.mark.parametrize(("language", "theme"), [("uk", "light"), ("en", "dark")])
def test_pages_of_finance_are_fit_to_be_used(
    bank: Bank, browser: Browser, language: str, theme: str
) -> None:
    prefer(bank, "accountant", language, theme)
    live(bank)
    budget = begin(bank)
    fill(bank, budget, row("7399", *["1200.50"] * 12, centre="IT"), row("6510", "1000"))
    month = "/finance/months/2026-01-01/"
    pages = [
        "/finance/budgets/",
        f"/finance/budgets/{budget}/",
        f"/finance/budgets/{budget}/row/",
        f"/finance/budgets/{budget}/import/",
        f"/finance/budgets/{budget}/adopt/",
        "/finance/months/",
        month,
        f"{month}tick/",
        "/reports/boards/",
        *(f"/reports/boards/{board}/" for board in Board if board is not Board.HR),
        "/reports/budget_actual/",
        "/reports/loans/",
        "/reports/portfolio_at_risk/",
        "/reports/orders/",
    ]
    browser.sign_in("accountant")
    # So wide that no column of a year is scrolled away, whose contrast could not be judged.
    browser.driver.set_window_size(2400, 900)
    for address in pages:
        browser.open(address)
        browser.audit()
    browser.driver.set_window_size(320, 900)
    for address in pages:
        browser.open(address)
        assert fits(browser), address
    browser.driver.set_window_size(1366, 900)


def test_a_row_is_planned_by_the_keyboard_alone(bank: Bank, browser: Browser) -> None:
    prefer(bank, "accountant", "en", "light")
    budget = begin(bank)
    browser.sign_in("accountant")
    browser.open(f"/finance/budgets/{budget}/")
    browser.find("h1").click()
    browser.type("n")
    browser.sees("GL account")
    browser.find("[name=centre]").send_keys("IT")
    browser.find("[name=month_1]").send_keys("500")
    browser.control_enter()
    browser.sees("will be planned")
    browser.audit()
    browser.control_enter()
    browser.sees("Total expense")


def test_the_page_of_an_order_follows_it(bank: Bank, browser: Browser) -> None:
    prefer(bank, "accountant", "en", "light")
    live(bank)
    ordered = do("reporting.order_report", {"report": "interest"}, actor=bank.accountant)
    browser.sign_in("accountant")
    browser.open(f"/reports/orders/{ordered.result['order']}/")
    browser.sees("Waits for a worker")
    browser.audit()
    jobs.make(ordered.result["order"])
    browser.sees("The report is made and kept.")
    browser.audit()
