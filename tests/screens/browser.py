"""A real browser before a real server of the test's own bank, and a hard look at each page.

Chromium and its driver come from the system; where they are missing the tests are skipped, and the
run says so at its end.
"""

import base64
import http
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler
from selenium import webdriver
from selenium.common.exceptions import (
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
MISSING = "no chromium with its chromedriver on this machine: no page was seen in a browser"
PASSWORD = "a sentence of the tests"
# A shared machine may be slow at any moment.
WAIT_S = 30
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1366,900",
)
# Everything of WCAG 2.2 to level AA, and axe's own good practice.
_AXE = """const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
                             "best-practice"]})
   .then((found) => done({version: axe.version, violations: found.violations,
                          incomplete: found.incomplete}));"""


@contextmanager
def serving(*, collected: bool = False) -> Iterator[str]:
    """The whole site on a free port of loopback, in this process; its address.

    Static files come from where they are kept, or as in production from where they were collected.
    """
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler() if collected else StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def start(profile: Path) -> webdriver.Chrome:
    """Chromium, which keeps what it writes in `profile`."""
    options = webdriver.ChromeOptions()
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))


@dataclass(frozen=True, slots=True)
class Load:
    """What one page took from the line, with everything that it asked for."""

    addresses: list[str]
    octets: int
    failures: list[str]


class Browser:
    """What a person does at the keyboard, and what they see."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.address = address

    def open(self, path: str) -> None:
        self.driver.get(path if path.startswith("about:") else self.address + path)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.open("/sign-in/")
        self.type(username, Keys.TAB, password, Keys.ENTER)
        self.until(lambda: "/sign-in/" not in self.driver.current_url)

    def sign_out(self) -> None:
        self.driver.delete_all_cookies()

    def type(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, modifier: str, key: str) -> None:
        """Two keys together."""
        chain = ActionChains(self.driver).key_down(modifier).send_keys(key)
        chain.key_up(modifier).perform()

    def control_enter(self) -> None:
        """Ctrl+Enter, and the page that it leads to."""
        before = self.driver.find_element(By.TAG_NAME, "main")
        self.chord(Keys.CONTROL, Keys.ENTER)
        self.until(lambda: _is_gone(before))

    def leads(self, *keys: str) -> None:
        """Keys that open another page, and that page."""
        before = self.driver.find_element(By.TAG_NAME, "main")
        self.type(*keys)
        self.until(lambda: _is_gone(before))

    def press_code(self, code: str, key: str, **modifiers: bool) -> None:
        """A key by its place and by what the keyboard layout makes of it."""
        self.driver.execute_script(
            """const given = {code: arguments[0], key: arguments[1], bubbles: true,
                              cancelable: true, ...arguments[2]};
               document.activeElement.dispatchEvent(new KeyboardEvent("keydown", given));""",
            code,
            key,
            modifiers,
        )

    def until(self, true: Any) -> None:
        WebDriverWait(self.driver, WAIT_S, poll_frequency=0.05).until(lambda _: true())

    def sees(self, text: str) -> None:
        """Wait until the page says this; blanks of all kinds are alike."""
        try:
            self.until(lambda: text in self.text)
        except TimeoutException:
            raise AssertionError(f"{text!r} is not in {self.text!r}") from None

    @property
    def text(self) -> str:
        body = self.driver.find_element(By.TAG_NAME, "body").text
        return " ".join(body.split()).replace("\u202f", " ")

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.address)

    @property
    def focus(self) -> str:
        """The name or id of what has the focus."""
        active = self.driver.switch_to.active_element
        return str(active.get_attribute("name") or active.get_attribute("id") or active.text)

    def find(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def printed_widths(self) -> list[float]:
        """The widths of the pages that would leave the printer, in millimetres."""
        made = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) ", base64.b64decode(made["data"]))
        return [float(points) * 25.4 / 72 for points in boxes]

    def first_load(self, path: str) -> Load:
        """Open a page with nothing of it in the browser's memory, and listen to the network.

        The octets are those of the answers as they are packed, without their heads.
        """
        self.open("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        self.driver.get_log("performance")
        self.open(path)
        asked: dict[str, str] = {}
        heads: dict[str, int] = {}
        octets: dict[str, int] = {}
        failures: list[str] = []

        def is_there() -> bool:
            for line in self.driver.get_log("performance"):
                said = json.loads(line["message"])["message"]
                given = said["params"]
                if said["method"] == "Network.requestWillBeSent":
                    asked[given["requestId"]] = given["request"]["url"]
                elif said["method"] == "Network.responseReceived":
                    answer = given["response"]
                    heads[given["requestId"]] = int(answer["encodedDataLength"])
                    if answer["status"] >= http.HTTPStatus.BAD_REQUEST:
                        failures.append(f"{answer['url']}: {answer['status']}")
                elif said["method"] == "Network.loadingFinished":
                    octets[given["requestId"]] = int(given["encodedDataLength"])
            return bool(asked) and asked.keys() <= octets.keys()

        self.until(is_there)
        packed = sum(octets.values()) - sum(heads.values())
        return Load(sorted(asked.values()), packed, failures)

    def audit(self, *, allow: tuple[str, ...] = ()) -> None:
        """No fault by axe, no contrast that it could not judge, nothing said by the console.

        `allow` are the statuses with which pages were meant to be refused.
        """
        self.driver.execute_script(
            resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
        )
        found = self.driver.execute_async_script(_AXE)
        assert found["version"].startswith("4.12"), found["version"]
        unsure = [one for one in found["incomplete"] if one["id"] == "color-contrast"]
        faults = [
            f"{self.path}: {one['id']}: {node['html'][:200]} {node.get('failureSummary')}"
            for one in [*found["violations"], *unsure]
            for node in one["nodes"]
        ]
        assert not faults, "\n".join(faults)
        said = [
            line
            for line in self.driver.get_log("browser")
            if not any(f"status of {status} " in line["message"] for status in allow)
        ]
        assert not said, said


def _is_gone(element: Any) -> bool:
    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    except WebDriverException as error:
        # How the driver puts it while one page makes room for the next.
        if "does not belong to the document" in str(error):
            return True
        raise
    return False
