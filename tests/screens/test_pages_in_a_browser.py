"""Every place of the menu in Chromium: faults, hosts, narrow and zoomed windows, and on paper."""

import base64
import io

import pytest
from django.urls import reverse

from apps.kernel import sql
from apps.kernel.menu import MENU
from bank.roles import EVERYONE, ROLES
from tests.cash.desk import Opened, deposit, over_the_counter, staff_a_till
from tests.factories import STAFF, Bank, do
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, Browser
from tests.screens.conftest import prefer

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)

# Who goes through the menu, in which language and light; a place belongs to the first who has it.
ROUNDS = {
    "teller": ("uk", "dark"),
    "supervisor": ("en", "light"),
    "accountant": ("uk", "light"),
    "operations": ("en", "dark"),
    "administrator": ("uk", "light"),
    "loan_officer": ("en", "dark"),
}
# The window of the tests is 1366 pixels wide: a phone's width, and a zoom of 200 %.
WIDTHS = (320, 683)


def _customer(of: Opened) -> int:
    found: int = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": of.id}
    )
    return found


def _looked_at(browser: Browser, path: str, *, allow: tuple[str, ...] = ()) -> None:
    browser.open(path)
    browser.audit(allow=allow)
    hosts = browser.driver.execute_script(
        """return [...new Set(performance.getEntriesByType("resource")
                                         .map((one) => new URL(one.name).origin))];"""
    )
    assert set(hosts) <= {browser.address}, path
    try:
        for width in WIDTHS:
            metrics = {"width": width, "height": 640, "deviceScaleFactor": 1, "mobile": False}
            browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            wide = browser.driver.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width, (path, width, wide)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def _places(username: str) -> list[str]:
    """The places of the menu that belong to this one's round."""
    found = []
    for item in MENU:
        first = next((name for name in ROUNDS if item.permission in _rights(name)), None)
        if first == username:
            found.append(reverse(item.url))
    return sorted(found)


def _rights(username: str) -> frozenset[str]:
    role, _ = STAFF[username]
    return frozenset((*ROLES[role].permissions, *EVERYONE))


@pytest.mark.parametrize("username", ROUNDS)
def test_every_place_of_the_menu(bank: Bank, browser: Browser, username: str) -> None:
    staff_a_till(bank)
    prefer(bank, username, *ROUNDS[username])
    browser.sign_in(username)
    places = _places(username)
    assert places, username
    for path in places:
        _looked_at(browser, path)


def test_pages_of_records_and_of_help(bank: Bank, browser: Browser) -> None:
    own = deposit(bank, minor=1_000)
    prefer(bank, "supervisor", "uk", "dark")
    browser.sign_in("supervisor")
    for path in (
        f"/customers/{_customer(own)}/",
        "/customers/new/",
        f"/accounts/{own.id}/",
        f"/accounts/{own.id}/statement/",
        "/book/gl/1002/",
        "/profile/",
        "/404",
    ):
        _looked_at(browser, path, allow=("404",))
    browser.sign_out()
    prefer(bank, "administrator", "en", "light")
    browser.sign_in("administrator")
    for path in ("/help/api/", "/help/api/payments.transfer/"):
        _looked_at(browser, path)


def test_places_are_all_in_somebodys_round() -> None:
    rights = {one for username in ROUNDS for one in _rights(username)}
    left = {item.url for item in MENU if item.permission not in rights}
    # What waits for the staff's own rooms is looked at with them.
    assert {url for url in left if not url.startswith(("hr:", "reporting:"))} == set()


def test_paper_holds_every_column(bank: Bank, browser: Browser) -> None:
    pypdf = pytest.importorskip("pypdf", reason="texts of PDFs are read by pypdf")
    desk = staff_a_till(bank)
    own = deposit(bank, minor=1_234_567)
    paid = over_the_counter(desk, own, 7_654_321) | {"narrative": "Перший внесок"}
    done = do("cash.deposit", paid, actor=bank.teller)

    def printed(path: str) -> tuple[list[int], str]:
        browser.open(path)
        # What is told when paper leaves the printer would lead to another page meanwhile.
        browser.driver.execute_script("document.querySelector('[data-printed]')?.remove()")
        made = browser.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        document = pypdf.PdfReader(io.BytesIO(base64.b64decode(made["data"])))
        widths = [round(float(page.mediabox.width) * 25.4 / 72) for page in document.pages]
        text = " ".join(page.extract_text() for page in document.pages)
        return widths, " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())

    browser.sign_in("teller")
    for paper, wide in (("roll", 80), ("a4", 210)):
        widths, text = printed(f"/book/runs/{done.run_id}/receipt/?paper={paper}")
        assert widths == [wide], paper
        for words in ("Внесення готівки", "Перший внесок", "76 543,21", "05.01.2026", "Касир"):
            assert words in text, (paper, words)
    widths, text = printed(f"/accounts/{own.id}/statement/")
    assert widths == [210]
    for words in ("05.01.2026", "Перший внесок", "12 345,67", "76 543,21", "88 888,88", "Залишок"):
        assert words in text, words
    browser.sign_out()

    browser.sign_in("accountant")
    widths, text = printed("/book/trial-balance/")
    assert set(widths) <= {210, 297}
    for words in ("1002", "1001", "88 888,88", "87 654,33"):
        assert words in text, words
