"""The whole job of each role in Chromium by the keyboard alone; each step checks the books."""

import pytest
from selenium.webdriver.common.keys import Keys

from apps.access.models import RoleHolding, User
from apps.control.models import Approval
from apps.control.operations import Approve
from apps.ledger.models import Entry
from tests.cash.desk import (
    FLOAT_MINOR,
    amount,
    deposit,
    gl_minor,
    over_the_counter,
    staff_a_till,
    till,
    till_minor,
)
from tests.factories import Bank, do, set_policy
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, Browser
from tests.screens.conftest import prefer

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)


def test_a_teller_from_sign_in_to_the_closing_of_the_till(bank: Bank, browser: Browser) -> None:
    counter = till(bank, "counter", name="Каса А")
    own, other = deposit(bank, minor=50_000), deposit(bank)
    browser.open("/")
    browser.audit()
    browser.sign_in("teller")
    browser.sees("Відкрити зміну")

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
    # Counted by notes, and the amount follows: 1 000 + 200 + 50.
    browser.type(Keys.TAB, "Поповнення", *[Keys.TAB] * 3)
    browser.type("1", Keys.ARROW_DOWN, Keys.ARROW_DOWN, "1", Keys.ARROW_DOWN, Keys.ARROW_DOWN, "1")
    assert browser.find("[name=amount]").get_attribute("value") == "1250.00"
    browser.audit()
    browser.control_enter()
    browser.sees("На рахунку стане 1 750,00 UAH.")
    browser.audit()
    browser.control_enter()
    browser.sees("Проведено")
    browser.audit()
    assert len(browser.driver.window_handles) == 1
    assert (own.minor, till_minor(counter)) == (175_000, 125_000)

    # Back leads to a fresh form; nothing of the old one can be sent by accident.
    browser.driver.back()
    browser.until(lambda: browser.path.startswith("/desk/deposit/"))
    assert browser.find("[name=amount]").get_attribute("value") == ""
    browser.driver.forward()
    browser.sees("Проведено")

    _next_customer(browser, "Shevchenko")
    browser.leads("w")
    browser.type("100", Keys.ENTER)
    browser.sees("Сто гривень 00 копійок")
    browser.control_enter()
    browser.control_enter()
    browser.sees("Проведено")
    assert (own.minor, till_minor(counter)) == (165_000, 115_000)

    _next_customer(browser, own.number)
    browser.leads("t")
    assert browser.focus == "target"
    browser.type(other.number, Keys.TAB, "200", Keys.TAB, "Борг")
    browser.control_enter()
    browser.sees("200,00")
    browser.audit()
    browser.control_enter()
    browser.sees("Проведено")
    assert (own.minor, other.minor) == (145_000, 20_000)

    _next_customer(browser, own.number)
    browser.leads("j", Keys.ENTER)
    browser.leads("s")
    browser.sees("Борг")
    browser.sees("1 450,00")
    browser.audit()

    # The second of today's operations is the withdrawal: printed again, asked to be undone.
    browser.leads("g", "w")
    _of_today(browser, 2)
    browser.leads(Keys.TAB, Keys.ENTER)
    browser.sees("Видача готівки")
    browser.type("p")
    browser.driver.execute_script("window.dispatchEvent(new Event('afterprint'))")
    browser.sees("КОПІЯ")
    browser.audit()
    browser.leads("g", "w")
    _of_today(browser, 2)
    browser.leads(Keys.ENTER)
    browser.leads("u")
    browser.type("Не той клієнт")
    browser.control_enter()
    browser.sees("спершу має погодити Керівник відділення")
    browser.audit()
    browser.control_enter()
    browser.sees("Надіслано")
    browser.audit()
    assert (own.minor, till_minor(counter)) == (145_000, 115_000)

    browser.leads("g", "w")
    browser.sees("Чекає погодження")
    browser.audit()
    _leave_the_box(browser)
    browser.leads("z")
    browser.type("1", *[Keys.ENTER] * 3, "1")
    browser.audit()
    browser.control_enter()
    browser.sees("нестача 50,00")
    browser.control_enter()
    browser.sees("Зміну закрито")
    browser.audit()
    assert till_minor(counter) == 110_000
    assert gl_minor("3552", branch=bank.branch) == 5_000


def _leave_the_box(browser: Browser) -> None:
    """Escape empties what finds customers, and then leaves it to the letters."""
    if browser.focus == "q":
        browser.type(Keys.ESCAPE)


def _next_customer(browser: Browser, text: str) -> None:
    browser.leads("n")
    assert browser.focus == "q"
    browser.type(text)
    browser.sees("Шевченко Оксана")
    browser.leads(Keys.ENTER)
    browser.sees("Рахунки")


def _of_today(browser: Browser, line: int) -> None:
    """To a line of today's operations at the workspace."""
    _leave_the_box(browser)
    browser.type(*["j"] * line)


def test_a_supervisor_decides_and_never_on_what_is_their_own(bank: Bank, browser: Browser) -> None:
    desk = staff_a_till(bank)
    own, other = deposit(bank, minor=50_000), deposit(bank)
    set_policy("payments.transfer", role="supervisor", actor=bank.administrator)
    entries = []
    for minor in (1_000, 2_000, 3_000):
        done = do("cash.deposit", over_the_counter(desk, own, minor), actor=bank.teller)
        entries.append(Entry.objects.get(run_id=done.run_id).id)
    for entry in entries:
        plea = {"entry": entry, "reason": "Wrong account"}
        do("ledger.reverse_own_entry", plea, actor=bank.teller)
    transfer = {"source": own.id, "target": other.id, "amount": amount(500), "purpose": "Own wish"}
    do("payments.transfer", transfer, actor=bank.supervisor)
    prefer(bank, "supervisor", "en", "dark")

    browser.sign_in("supervisor")
    browser.sees("Wrong account")
    browser.audit()
    # While the page is looked at, a colleague decides the oldest.
    first = Approval.objects.order_by("id")[0]
    agreement = Approve(approval=first.id, meaning=first.meaning_hash)
    do("control.approve", agreement, actor=bank.second_supervisor)
    assert own.minor == 55_000
    browser.control_enter()
    browser.sees("decided")
    browser.audit(allow=("409",))
    assert own.minor == 55_000

    browser.leads("g", "a")
    browser.control_enter()
    browser.sees("done")
    browser.audit()
    assert (own.minor, till_minor(desk.till)) == (53_000, FLOAT_MINOR + 3_000)

    browser.leads("g", "a")
    browser.type("r", "The customer is here", Keys.TAB)
    browser.leads(Keys.ENTER)
    browser.sees("declined")
    browser.sees("The customer is here")
    browser.audit()
    assert own.minor == 53_000

    browser.leads("g", "a")
    browser.sees("Your own request: another person decides.")
    browser.sees("own,")
    browser.audit()
    assert "Agree to exactly this" not in browser.text
    assert Approval.objects.get(operation="payments.transfer").state == "waiting"
    assert (own.minor, other.minor) == (53_000, 0)


def test_an_accountant_asks_and_the_chief_accountant_agrees(bank: Bank, browser: Browser) -> None:
    for code in ("7431", "3619"):
        given = {"branch": bank.branch, "gl_code": code, "currency": "UAH"}
        do("finance.open_internal_account", given, actor=bank.accountant)
    prefer(bank, "accountant", "en", "light")
    prefer(bank, "chief_accountant", "uk", "dark")
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
    assert gl_minor("7431", branch=bank.branch) == 0
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
    browser.sign_out()

    # From the trial balance down to who made it and who agreed.
    browser.sign_in("accountant")
    browser.sees("7431")
    browser.audit()
    browser.type("j")
    while not browser.focus.startswith("7431"):
        browser.type("j")
    browser.leads(Keys.ENTER)
    browser.sees("Rent")
    browser.audit()
    browser.type("j")
    browser.leads(Keys.ENTER)
    browser.sees("Made by Accountant")
    browser.sees("Agreed by Chief Accountant")
    browser.audit()

    # The next month's begins from it.
    browser.leads("ge")
    browser.sees("Begin from an earlier entry")
    browser.driver.execute_script("document.querySelector('a[href^=\"?like=\"]').focus()")
    browser.leads(Keys.ENTER)
    browser.sees("balances")
    browser.audit()
    browser.control_enter()
    browser.control_enter()
    browser.sees("Nothing moves until another person has agreed")
    assert gl_minor("7431", branch=bank.branch) == 100_000
    assert Approval.objects.filter(state="waiting").count() == 1


def test_an_administrator_adds_a_person_with_a_role(bank: Bank, browser: Browser) -> None:
    prefer(bank, "administrator", "uk", "dark")
    browser.sign_in("administrator")
    browser.open("/admin/access/user/")
    browser.leads("n")
    browser.audit()
    assert browser.focus == "username"
    browser.type("new.teller", Keys.TAB, "Нова Касирка")
    browser.control_enter()
    browser.sees("Нова Касирка")
    person = User.objects.get(username="new.teller")
    assert not RoleHolding.objects.filter(user=person).exists()

    browser.open(f"/admin/access/user/{person.id}/do/grant-role/")
    browser.audit()
    role = browser.find("[name=role]")
    for _ in role.find_elements("tag name", "option"):
        if role.get_attribute("value") == "teller":
            break
        role.send_keys(Keys.ARROW_DOWN)
    for name, text in {"branch": "001", "valid_from": f"{bank.date:%d.%m.%Y}"}.items():
        browser.find(f"[name={name}]").send_keys(text)
    browser.control_enter()
    browser.sees("Касир")
    browser.audit()
    held = RoleHolding.objects.get(user=person)
    assert (held.role.code, held.branch_id) == ("teller", bank.branch)
