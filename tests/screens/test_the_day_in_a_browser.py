"""A person of operations closes the day in Chromium, while the worker that does it is killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import override_settings
from kombu.entity import Queue
from selenium import webdriver

from apps.access.models import User
from apps.access.operations import ResetPassword, SetPreferences
from apps.control.commands import Secret
from apps.control.declarations import STEPS
from apps.eod import jobs, queries, views
from apps.eod.queries import Stand
from apps.eod.rules import NEVER
from apps.kernel import sql
from bank.celery import app, listen
from tests.conftest import OwnDatabase
from tests.eod.closing import BROKEN, broken, close, close_through, savers, violated
from tests.factories import Bank, do
from tests.screens import browser as browsers
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, PASSWORD, Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)

ACCRUAL = "accounts.accrue_interest"
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No close begins by itself, neither in this process nor in a worker's."""
    monkeypatch.setenv("SKARB_CLOSE_AT", NEVER)
    with override_settings(CLOSE_AT=NEVER):
        yield


@pytest.fixture
def worker(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a worker of Celery on the test's database, which has queues of its own."""
    name = f"test_{uuid4().hex}"
    monkeypatch.setenv("TEST_QUEUE", name)
    listen(name)
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--app=tests.eod.worker", "worker"]
        command += ["--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=ERROR"]
        database = OwnDatabase(connections["default"].settings_dict["NAME"])
        process = subprocess.Popen(
            [*command, f"--hostname={name}-{len(started)}@localhost"],
            env=database.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
    listen("celery")
    with app.connection_for_write() as connection:
        for each in (name, name + jobs.BELLS_OF):
            Queue(each)(connection.default_channel).delete()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    found = browsers.start(Path(tmp_path_factory.mktemp("chromium")))
    yield found
    found.quit()


@pytest.fixture
def browser(own_database: OwnDatabase, bank: Bank, driver: webdriver.Chrome) -> Iterator[Browser]:
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), browsers.serving() as address:
        user = User.objects.get(username="operations")
        given = ResetPassword(user=user.id, hashed=Secret(make_password(PASSWORD)))
        do("access.reset_password", given, actor=bank.system)
        driver.delete_all_cookies()
        yield Browser(driver, address)
        driver.get("about:blank")


def prefer(bank: Bank, language: str, theme: str) -> None:
    wishes = SetPreferences(language=language, theme=theme, density="normal", shortcuts=True)
    do("access.set_preferences", wishes, actor=bank.operations)


def chunks_done(date: object) -> int:
    found: int = sql.value(
        "SELECT count(*) FROM eod_chunk WHERE date = %(date)s AND status = 'done'", {"date": date}
    )
    return found


def test_the_day_is_closed_on_the_screen_while_its_worker_is_killed(
    bank: Bank, browser: Browser, worker: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    savers(bank, 80)
    # Each deposit a chunk of its own, so that there is a middle to be killed in.
    monkeypatch.setitem(STEPS._items, ACCRUAL, replace(STEPS[ACCRUAL], size=1))
    monkeypatch.setattr(views, "QUIET_S", 2.0)
    prefer(bank, "en", "light")
    browser.sign_in("operations")
    browser.sees("Nothing keeps the day from ending")
    browser.audit()
    browser.control_enter()
    browser.sees("5 Jan 2026 takes no more entries")
    browser.audit()
    browser.control_enter()
    browser.sees("its close has not begun")
    browser.audit()
    first = worker()
    browser.control_enter()
    browser.sees("The close of 5 Jan 2026 begins")
    browser.control_enter()
    browser.sees("Call workers again")

    deadline = time.monotonic() + browsers.WAIT_S
    while (done := chunks_done(bank.date)) <= 2:
        assert time.monotonic() < deadline, f"{done} chunks are done"
        time.sleep(0.01)
    first.kill()
    first.wait()
    killed_at = chunks_done(bank.date)
    assert queries.stand(bank.date) is Stand.RUNNING

    # The page says that nothing goes on, and what to do; whoever has the focus keeps it.
    button = browser.find("#next-deed")
    browser.driver.execute_script("arguments[0].focus()", button)
    browser.sees("Nothing has been finished for")
    browser.sees("manage.py up")
    assert browser.driver.switch_to.active_element.get_attribute("id") == "next-deed"
    browser.audit()
    assert chunks_done(bank.date) == killed_at

    worker()
    browser.sees("Last closed 5 Jan 2026")
    steps = len(queries.progress(bank.date).steps)
    browser.sees(f"Steps done {steps} / {steps}")
    assert browser.find("#live").get_attribute("textContent") == "closed"
    # It asks no more, and the next step is offered where the last one was, with the focus on it.
    assert browser.driver.execute_script("return document.querySelector('[hx-get]')") is None
    assert browser.driver.switch_to.active_element.get_attribute("id") == "next-deed"
    assert browser.find("#next-deed").text.startswith("Open the next day")
    browser.audit()
    pieces = sql.rows("SELECT status, run_id FROM eod_chunk")
    assert {status for status, _ in pieces} == {"done"}
    assert len({run for _, run in pieces}) == len(pieces)
    assert violated(bank.date) == []


def test_an_exception_is_mended_by_the_keyboard(
    own_database: OwnDatabase, bank: Bank, browser: Browser, worker: Start
) -> None:
    one = savers(bank, 3)[1]
    prefer(bank, "uk", "dark")
    with broken(own_database, "accounts_accrual", f"NEW.deposit_id = {one.id}"):
        assert close(bank).stand is Stand.HELD
        browser.sign_in("operations")
        browser.sees("Крок чекає, доки усунуть його виняток")
        browser.audit()
        browser.find("[id^=mend-]").click()
        browser.sees("Чому не вдалося")
        assert browser.focus == "reason"
        browser.type("Подивились")
        browser.control_enter()
        browser.sees(f"Не вдалося знову, і нічого не змінено: {BROKEN}")
        browser.audit(allow=("409",))
    browser.control_enter()
    browser.sees("і закриття піде далі")
    browser.audit()
    worker()
    browser.control_enter()
    browser.sees("Останній закритий 05.01.2026")
    browser.audit()


@pytest.mark.parametrize(("language", "theme"), [("uk", "light"), ("en", "dark")])
def test_pages_of_the_day_in_both_languages_light_and_dark_and_narrow(
    bank: Bank, browser: Browser, language: str, theme: str
) -> None:
    savers(bank, 2)
    close_through(bank, bank.date)
    prefer(bank, language, theme)
    browser.sign_in("operations")
    pages = (
        "/day/",
        "/day/history/",
        "/day/exceptions/",
        "/day/open-next/",
        f"/day/{bank.date}/",
        f"/day/{bank.date}/proofs/ledger.holds_equal_rows/",
    )
    for path in pages:
        browser.open(path)
        browser.audit()
    metrics = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for path in pages:
            browser.open(path)
            width = browser.driver.execute_script("return document.documentElement.scrollWidth")
            assert width <= 320, (path, width)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_session_that_ends_under_a_live_page_leads_to_signing_in(
    bank: Bank, browser: Browser
) -> None:
    do("eod.open_next_day", {}, actor=bank.operations)
    do("eod.start_close", {"ring": False}, actor=bank.operations)
    browser.sign_in("operations")
    browser.until(lambda: browser.find("#close"))
    browser.sign_out()
    browser.until(lambda: browser.path.startswith("/sign-in/?next=/day/"))
