"""A page is light: what a branch's line carries when each is opened for the first time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from apps.access.models import User
from apps.access.operations import ResetPassword
from apps.access.queries import rights
from apps.control.commands import Secret
from apps.eod.clock import close_day
from apps.kernel.menu import MENU
from tests.cash.desk import deposit, staff_a_till
from tests.factories import STAFF, Bank, do
from tests.screens import browser as browsers
from tests.screens.browser import CHROMIUM, DRIVER, MISSING, PASSWORD, Browser, Load
from tests.screens.pages import Visitor

PAGE_OCTETS, PAGE_REQUESTS = 40_000, 8
SWAP_OCTETS = 6_000
# A browser without a window does not ask for the icon of its tab; others do.
ICON = "/static/img/skarb"
# Files of others that no place of the menu asks for, and that take long to pack.
UNUSED = ["rest_framework", "vendor"]
# As many as a page of a list shows.
CUSTOMERS = 25


@pytest.fixture
def browser(
    bank: Bank, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium before the bank as it is served: static files collected, packed and hashed."""
    driver = browsers.start(Path(tmp_path_factory.mktemp("chromium")))
    served = {
        "STATIC_ROOT": tmp_path / "static",
        "STORAGES": django_settings.STORAGES
        | {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}},
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    try:
        with override_settings(**served):
            call_command("collectstatic", interactive=False, verbosity=0, ignore=UNUSED)
            with browsers.serving(collected=True) as address:
                yield Browser(driver, address)
                driver.get("about:blank")
    finally:
        driver.quit()


def _visits(bank: Bank) -> dict[str, list[str]]:
    """The places of the menu, each with the first of the staff who may open it."""
    found: dict[str, list[str]] = {}
    people = dict(User.objects.filter(username__in=STAFF).values_list("username", "id"))
    held = {name: rights(user=people[name], date=bank.date) for name in STAFF}
    for item in MENU:
        somebody = next((name for name in STAFF if item.permission in held[name]), None)
        if somebody is not None:
            found.setdefault(somebody, []).append(reverse(item.url))
    return found


@pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)
def test_every_place_of_the_menu_is_light_at_its_first_load(
    own_database: object, bank: Bank, browser: Browser
) -> None:
    staff_a_till(bank)
    owners = [deposit(bank) for _ in range(CUSTOMERS)]
    visits = _visits(bank)
    visits["teller"].append(f"/accounts/{owners[0].id}/")
    heavy: dict[str, Load] = {}
    hashed = Secret(make_password(PASSWORD))
    for username, addresses in visits.items():
        user = User.objects.get(username=username)
        do("access.reset_password", ResetPassword(user=user.id, hashed=hashed), actor=bank.system)
        browser.sign_out()
        browser.sign_in(username)
        for address in addresses:
            load = browser.first_load(address)
            assert not load.failures
            requests = len(load.addresses) + (not any(ICON in one for one in load.addresses))
            if load.octets > PAGE_OCTETS or requests > PAGE_REQUESTS:
                heavy[address] = load
    assert not heavy


def test_what_is_swapped_into_a_page_is_small(bank: Bank) -> None:
    staff_a_till(bank)
    own, *_ = [deposit(bank) for _ in range(CUSTOMERS)]
    teller = Visitor(User.objects.get(username="teller"))
    asked = {"stage": "check", "field": "deposit", "deposit": own.number}
    swaps = {
        "/search/": teller.swap("/search/", {"q": "Шевченко"}),
        "/desk/find/": teller.swap("/desk/find/", {"q": "Шевченко"}),
        "/desk/deposit/": teller.swap("/desk/deposit/", asked),
    }
    assert all(0 < size <= SWAP_OCTETS for size in swaps.values()), swaps


def test_what_the_console_of_a_close_asks_for_is_small(bank: Bank) -> None:
    close_day(actor=bank.system, inline=True)
    operations = Visitor(User.objects.get(username="operations"))

    assert 0 < operations.swap(reverse("eod:live", args=[bank.date])) <= SWAP_OCTETS


def test_answers_of_the_api_are_not_packed(bank: Bank) -> None:
    visitor = Visitor(User.objects.get(username="teller"))
    page = visitor.client.get("/profile/", headers={"accept-encoding": "gzip"})
    assert (page["Content-Encoding"], page["Vary"].count("Accept-Encoding")) == ("gzip", 1)
    plain = visitor.client.get("/api/v1/me", headers={"accept-encoding": "gzip"})
    assert len(plain.content) > 200
    assert not plain.has_header("Content-Encoding")


def test_a_page_never_packs_to_the_same_length_twice(bank: Bank) -> None:
    """Lengths are drawn anew each time: they tell no guesser whether a guess was right."""
    visitor = Visitor(User.objects.get(username="teller"))
    pages = [
        visitor.client.get("/requests/", headers={"accept-encoding": "gzip"}) for _ in range(8)
    ]
    assert len({len(page.content) for page in pages}) > 1
