"""Take the README's pictures of a demo bank that is being served: `make demo`, and beside it

    SKARB_PROFILE=demo .venv/bin/python -m tests.screens.pictures http://127.0.0.1:8000

It posts nothing; whose language and light it borrows gets their own back.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django
from PIL import Image
from selenium.webdriver.common.keys import Keys

from tests.screens import browser as browsers
from tests.screens.browser import Browser

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = (1366, 768)
# Enough for a page's few colours and the edges of its letters.
COLOURS = 48
LARGEST_B = 80_000
_PREFER = """const done = arguments[arguments.length - 1];
const form = document.querySelector("form input[name=part][value=preferences]").form;
const before = {language: form.language.value, theme: form.theme.value};
form.language.value = arguments[0];
form.theme.value = arguments[1];
fetch("/profile/", {method: "POST", body: new FormData(form)}).then(() => done(before));"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it; `pose` does what is left to do once it is open."""

    name: str
    username: str
    language: str
    theme: str
    path: str
    pose: Callable[[Browser], None] = lambda browser: None


def _type(*keys: str) -> Callable[[Browser], None]:
    return lambda browser: browser.type(*keys)


def _reviewed(browser: Browser) -> None:
    """A deposit of cash as the review shows it; it is not confirmed."""
    browser.find("[name=amount]").click()
    browser.type("1250,50", Keys.TAB, "Поповнення рахунку")
    browser.control_enter()


def _searched(browser: Browser) -> None:
    browser.press_code("KeyK", "л", ctrlKey=True)
    browser.until(lambda: browser.find("#palette").get_attribute("open"))
    browser.type("itd")
    browser.sees("Шев")


def pictures() -> list[Picture]:
    """What is shown, with people, an account and a run that this bank has."""
    from apps.kernel import sql

    row = sql.row(
        """SELECT d.id, d.customer_id FROM accounts_deposit d
             JOIN kernel_branch b ON b.id = d.branch_id
             JOIN ledger_account a ON a.id = d.account_id
            WHERE a.currency = 'UAH' AND a.closed_on IS NULL
              AND b.id = (SELECT t.branch_id FROM cash_session s
                            JOIN cash_till t ON t.id = s.till_id
                            JOIN access_user u ON u.id = s.teller_id
                           WHERE s.status = 'open' AND u.username = 'kyiv.teller1')
            ORDER BY d.id LIMIT 1"""
    )
    assert row is not None, "kyiv.teller1 has a session open in the demo bank"
    deposit, customer = row
    run = sql.value(
        """SELECT id FROM control_operationrun
            WHERE operation = 'finance.book_manual_entry' AND outcome = 'done'
            ORDER BY id DESC LIMIT 1"""
    )
    return [
        Picture("workspace", "kyiv.teller1", "uk", "light", f"/desk/?customer={customer}"),
        Picture(
            "review", "kyiv.teller1", "en", "light", f"/desk/deposit/?deposit={deposit}", _reviewed
        ),
        Picture("palette", "kyiv.teller1", "uk", "dark", "/customers/", _searched),
        Picture("approvals", "lviv.supervisor", "uk", "dark", "/approvals/"),
        Picture("trial-balance", "accountant", "en", "light", "/book/trial-balance/", _type("jjj")),
        Picture("run", "chief_accountant", "en", "dark", f"/book/runs/{run}/"),
        Picture("day", "operations", "uk", "light", "/day/"),
        Picture("closes", "operations", "en", "dark", "/day/history/"),
    ]


def take(browser: Browser, picture: Picture) -> int:
    """Save one picture; its size in bytes."""
    browser.open(picture.path)
    picture.pose(browser)
    seen = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")
    few = seen.quantize(COLOURS, dither=Image.Dither.NONE)
    target = FOLDER / f"{picture.name}.png"
    few.save(target, optimize=True)
    size = target.stat().st_size
    assert size < LARGEST_B, f"{target} has {size} bytes"
    return size


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("address", help="where the demo bank is served")
    asked.add_argument("names", nargs="*", help="which pictures; all of them where none is named")
    given = asked.parse_args()
    address = given.address.rstrip("/")
    django.setup()
    from bank.demo.logins import give

    passwords = {login.username: login.password for login in give()}
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        driver = browsers.start(Path(profile))
        driver.set_window_size(*SIZE)
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": SIZE[0], "height": SIZE[1], "deviceScaleFactor": 1, "mobile": False},
        )
        browser = Browser(driver, address)
        try:
            for picture in pictures():
                if given.names and picture.name not in given.names:
                    continue
                browser.sign_out()
                browser.sign_in(picture.username, passwords[picture.username])
                browser.open("/profile/")
                wished = (picture.language, picture.theme)
                before = driver.execute_async_script(_PREFER, *wished)
                try:
                    size = take(browser, picture)
                finally:
                    browser.open("/profile/")
                    driver.execute_async_script(_PREFER, before["language"], before["theme"])
                sys.stdout.write(f"{picture.name}.png  {size:,} bytes\n")
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
