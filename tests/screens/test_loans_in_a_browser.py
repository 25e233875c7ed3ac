"""The whole job of a loan officer and of a collector in Chromium, by the keyboard alone."""

import datetime as dt
from decimal import Decimal

import pytest
from selenium.webdriver.common.keys import Keys

from apps.kernel import sql
from apps.loans.models import Application, Loan
from tests.accounts import days
from tests.accounts.days import Opened, put
from tests.factories import Bank, do
from tests.loans.lending import Lent, close_through, lend, product, uah
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, Browser
from tests.screens.conftest import prefer

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)

DUE_ON = dt.date(2026, 2, 5)
NARROW = 320


def owner(of: Opened) -> int:
    found: int = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": of.id}
    )
    return found


def behind(bank: Bank) -> Lent:
    """A loan of 12,000.00 of which nothing could be collected, nine days after its due date."""
    loan = lend(bank, product(bank, penalty_rate=Decimal("36.5")), saved_minor=0)
    put(bank, loan.deposit, -12_000_00)
    close_through(bank, DUE_ON + dt.timedelta(days=8))
    return loan


def test_a_loan_officer_from_the_customer_to_the_money(bank: Bank, browser: Browser) -> None:
    product(bank, fee_rate=Decimal(2))
    own = days.deposit(bank, days.product(bank, annual_rate=0))
    prefer(bank, "loan_officer", "uk", "light")
    prefer(bank, "second_loan_officer", "en", "dark")

    browser.sign_in("loan_officer")
    browser.sees("Таких заявок немає")
    browser.audit()
    browser.open(f"/customers/{owner(own)}/")
    browser.leads("l")
    browser.audit()
    assert browser.focus == "amount"
    browser.type("12000", Keys.TAB)
    browser.sees("1 207,59")
    browser.sees("49,08 %")
    browser.sees("Дванадцять тисяч гривень 00 копійок")
    browser.audit()
    # A longer term: the schedule follows, and the keyboard stays where it was.
    assert browser.focus == "months"
    browser.type("24", Keys.TAB)
    browser.sees("… і так до останнього платежу")
    assert browser.focus == "due_day"
    browser.control_enter()
    browser.sees("Ощадний просить 12 000,00 UAH на 24 міс.")
    browser.audit()
    browser.control_enter()
    browser.sees("Заявку прийняли ви")
    browser.audit()
    application = Application.objects.get()
    assert (application.months, application.state) == (24, "waiting")
    browser.sign_out()

    browser.sign_in("second_loan_officer")
    browser.sees("waits for a decision")
    browser.audit()
    browser.leads("j", Keys.ENTER)
    browser.sees("Paid out today, the loan would be")
    browser.audit()
    browser.leads("a")
    browser.sees("Real annual rate")
    browser.sees("711.19")
    browser.audit()
    browser.control_enter()
    browser.sees("will be able to have")
    browser.control_enter()
    browser.sees("approved")
    browser.sign_out()

    browser.sign_in("loan_officer")
    browser.leads("j", Keys.ENTER)
    browser.leads("d")
    browser.audit()
    browser.control_enter()
    browser.sees("Ощадний отримає 12 000,00 UAH")
    browser.audit()
    assert own.minor == 0
    browser.control_enter()
    browser.sees("Дванадцять тисяч гривень 00 копійок")
    browser.audit()
    assert own.minor == 11_760_00
    browser.leads("g", "l")
    browser.leads("j", Keys.ENTER)
    browser.sees("Скільки треба, щоб закрити кредит")
    browser.audit()

    # Early: what each choice brings stands side by side before anything is paid.
    browser.leads("e")
    browser.type("3000", Keys.TAB)
    browser.sees("Заощаджені відсотки")
    browser.audit()
    browser.control_enter()
    browser.sees("Далі коротший строк")
    browser.audit()
    browser.control_enter()
    browser.sees("Проведено")
    assert own.minor == 8_760_00
    loan = Loan.objects.get()
    assert loan.plan is not None
    assert (loan.plan.number, loan.plan.principal_minor) == (2, 9_000_00)


def test_a_collector_from_the_list_to_a_payment(bank: Bank, browser: Browser) -> None:
    loan = behind(bank)
    put(bank, loan.deposit, 500_00)
    prefer(bank, "collector", "en", "dark")
    browser.sign_in("collector")
    browser.sees("Overdue loans")
    browser.sees("8–30 days")
    browser.audit()
    browser.leads("j", Keys.ENTER)
    browser.sees("days overdue: 9, since 5 Feb 2026")
    browser.audit()
    browser.leads("r")
    assert browser.focus == "amount"
    browser.chord(Keys.CONTROL, "a")
    browser.type("500")
    browser.audit()
    browser.control_enter()
    browser.sees("overdue principal 500.00 UAH")
    browser.audit()
    browser.control_enter()
    browser.sees("Posted")
    assert (loan.principal_minor, loan.deposit.minor) == (11_500_00, 0)
    browser.leads("g", "l")
    browser.leads("j", Keys.ENTER)
    browser.sees("principal 500.00")
    browser.audit()


def test_every_page_of_loans_is_fit_to_be_used(bank: Bank, browser: Browser) -> None:
    """Both languages and lights, and a phone's width, with loans of several states."""
    late = behind(bank)
    good = lend(bank, product(bank))
    early = {"loan": good.id, "amount": uah(1_000_00), "choice": "smaller_instalment"}
    do("loans.prepay", early, actor=bank.loan_officer)
    loan = Loan.objects.get(id=good.id)
    payment = loan.payments.get()
    command = {"deposit": good.deposit.id, "product": loan.product.code, "amount": uah(5_000_00),
               "months": 6, "due_day": 31}  # fmt: skip
    application = do("loans.apply", command, actor=bank.second_loan_officer).result["application"]
    customer = owner(good.deposit)
    pages = {
        "loan_officer": (
            "/loans/", "/loans/applications/", "/loans/overdue/", "/loans/portfolio/",
            f"/loans/{late.id}/", f"/loans/{good.id}/?date=05.03.2026",
            f"/loans/{late.id}/charges/", f"/loans/applications/{application}/",
            f"/loans/applications/new/?customer={customer}",
            f"/loans/applications/approve/?application={application}",
            f"/loans/applications/decline/?application={application}",
            f"/loans/applications/withdraw/?application={application}",
            f"/loans/repay/?loan={late.id}",
            f"/loans/prepay/?loan={good.id}", f"/loans/pay-off/?loan={good.id}",
            f"/customers/{customer}/",
        ),
        "credit_manager": (
            f"/loans/{late.id}/", f"/loans/waive/?loan={late.id}",
            f"/loans/payments/{payment.id}/reverse/",
        ),
    }  # fmt: skip
    for username, places in pages.items():
        for language, theme in (("uk", "dark"), ("en", "light")):
            prefer(bank, username, language, theme)
            browser.sign_in(username)
            for place in places:
                browser.open(place)
                browser.audit()
                _fits(browser, place)
            browser.sign_out()


def _fits(browser: Browser, place: str) -> None:
    """A phone's width holds the page without scrolling sideways."""
    metrics = {"width": NARROW, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        wide = browser.driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= NARROW, (place, wide)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
