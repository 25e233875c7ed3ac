"""An officer of payroll goes through every page of staff and pay in Chromium, light and dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from selenium import webdriver

from apps.access.models import User
from apps.access.operations import ResetPassword, SetPreferences
from apps.control.commands import Secret
from apps.control.run import Actor
from apps.hr.models import Payroll
from tests.conftest import OwnDatabase
from tests.factories import Bank, add_user, as_actor, do
from tests.hr import office as at
from tests.hr.office import Office, open_office
from tests.screens import browser as browsers
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, PASSWORD, Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    found = browsers.start(Path(tmp_path_factory.mktemp("chromium")))
    yield found
    found.quit()


@pytest.fixture
def office(own_database: OwnDatabase, bank: Bank) -> Office:
    return open_office(bank)


@pytest.fixture
def person(office: Office) -> Actor:
    """Somebody who keeps the staff's records and pays them, and may not agree to it."""
    person = add_user(actor=office.bank.administrator, role="hr_officer", username="staff_payroll")
    given = {"user": person.user_id, "role": "payroll_officer", "valid_from": office.bank.date}
    do("access.grant_role", given, actor=office.bank.administrator)
    return as_actor(person.user_id)


@pytest.fixture
def browser(office: Office, person: Actor, driver: webdriver.Chrome) -> Iterator[Browser]:
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), browsers.serving() as address:
        user = User.objects.get(id=person.user_id)
        given = ResetPassword(user=user.id, hashed=Secret(make_password(PASSWORD)))
        do("access.reset_password", given, actor=office.bank.system)
        driver.delete_all_cookies()
        yield Browser(driver, address)
        driver.get("about:blank")


def prefer(person: Actor, language: str, theme: str) -> None:
    wishes = SetPreferences(language=language, theme=theme, density="normal", shortcuts=True)
    do("access.set_preferences", wishes, actor=person)


def test_every_page_of_staff_and_pay_is_fit_to_be_used(
    office: Office, person: Actor, browser: Browser
) -> None:
    who, leaver = at.worker(office, "30000"), at.worker(office, "20000")
    do("hr.dismiss", {"employee": leaver.id, "last_day": "2026-01-20", "reason": "За угодою"},
       actor=office.hr)  # fmt: skip
    leave = {"employee": who.id, "kind": "annual", "first_day": "2026-01-12",
             "last_day": "2026-01-18"}  # fmt: skip
    do("hr.record_leave", leave, actor=office.hr)
    bonus = {"employee": who.id, "month": "2026-01-01", "kind": "bonus", "pay": "1234",
             "reason": "Наказ 7"}  # fmt: skip
    item = do("hr.add_pay_item", bonus, actor=office.payroll).result["item"]
    union = {"employee": who.id, "kind": "voluntary", "recipient": "Профспілка", "percent": "1",
             "valid_from": "2026-01-01"}  # fmt: skip
    order = do("hr.order_deduction", union, actor=office.payroll).result["order"]
    at.pay(office, through=at.JANUARY.replace(day=15))
    draft = at.prepare(office)
    slip = Payroll.objects.get(id=draft).payslips.order_by("id")[0].id
    pages = (
        "/staff/", f"/staff/{who.id}/", "/staff/payrolls/", f"/staff/payrolls/{draft}/",
        f"/staff/payslips/{slip}/", "/staff/payrolls/prepare/", f"/staff/payrolls/{draft}/post/",
        f"/staff/hire/?customer={who.customer}", f"/staff/terms/?employee={who.id}",
        f"/staff/status/?employee={who.id}", f"/staff/leave/?employee={who.id}",
        f"/staff/access/?employee={who.id}", f"/staff/dismiss/?employee={who.id}",
        f"/staff/item/?employee={who.id}", f"/staff/deduction/?employee={who.id}",
        "/staff/plan/", "/staff/headcount/", "/staff/balances/", "/staff/cost/", "/staff/own/",
        "/staff/own/leave/", "/staff/units/new/", "/staff/units/move/", "/staff/positions/",
        f"/staff/account/?employee={who.id}", f"/staff/leave/adjust/?employee={who.id}",
        f"/staff/items/{item}/cancel/", f"/staff/deductions/{order}/end/",
    )  # fmt: skip
    browser.sign_in("staff_payroll")
    for language, theme in (("uk", "light"), ("en", "dark")):
        prefer(person, language, theme)
        for page in pages:
            browser.open(page)
            browser.audit()
    browser.driver.set_window_size(500, 900)
    browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        for page in pages:
            browser.open(page)
            wide = browser.driver.execute_script(
                "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not wide, page
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.driver.set_window_size(1366, 900)
