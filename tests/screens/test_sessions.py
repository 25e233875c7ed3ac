"""Sessions end by themselves, are prolonged by work, and can be ended from elsewhere."""

import time
from types import SimpleNamespace

import pytest
from django.test import Client

from apps.access import sessions
from apps.access.models import StaffSession, User
from tests.factories import Bank
from tests.screens.pages import Page


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock of sessions that a test moves; it begins now."""
    found = SimpleNamespace(now=time.time())
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: found.now))
    return found


@pytest.fixture
def client(bank: Bank, clock: SimpleNamespace) -> Client:
    return _client()


def _client() -> Client:
    found = Client()
    teller = User.objects.get(username="teller")
    found.force_login(teller, backend="django.contrib.auth.backends.ModelBackend")
    assert found.get("/profile/").status_code == 200
    return found


def _in(client: Client, **headers: str) -> bool:
    return client.get("/profile/", headers=headers).status_code == 200


def test_who_does_nothing_is_signed_out(client: Client, clock: SimpleNamespace) -> None:
    clock.now += 15 * 60
    assert _in(client)
    clock.now += 15 * 60 + sessions.NOTED_EVERY_S + 1
    answer = client.get("/profile/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/profile/")
    assert not StaffSession.objects.exists()


def test_work_prolongs_and_what_pages_ask_by_themselves_does_not(
    client: Client, clock: SimpleNamespace
) -> None:
    for _ in range(3):
        clock.now += 10 * 60
        assert _in(client)
    for _ in range(10):
        clock.now += 80
        assert _in(client, **{"X-Quiet": "1"})
    clock.now += 3 * 60
    assert not _in(client)


def test_after_ten_hours_everybody_signs_in_anew(client: Client, clock: SimpleNamespace) -> None:
    for _ in range(60):
        assert _in(client)
        clock.now += 10 * 60
    assert _in(client)
    clock.now += 1
    assert not _in(client)


def test_a_page_knows_how_long_one_stays(client: Client, clock: SimpleNamespace) -> None:
    page = client.get("/profile/")
    assert 'data-session-left="900"' in page.content.decode()
    assert page["X-Session-Left"] == "900"
    clock.now += 600
    assert client.get("/session/", headers={"X-Quiet": "1"}).json() == {"left": 300}
    assert client.post("/session/").json() == {"left": 900}
    assert Client().get("/session/").status_code == 302


def test_nothing_can_be_prolonged_by_another_site(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/session/").status_code == 403


def test_one_ends_one_session_of_several(client: Client, clock: SimpleNamespace) -> None:
    first, second = _client(), _client()
    page = client.get("/profile/").content.decode()
    keys = set(StaffSession.objects.values_list("session_key", flat=True))
    assert len(keys) == 3
    # The page names sessions without telling their keys.
    assert not [key for key in keys if key in page]
    found = Page(client.get("/profile/")).html.split('name="which" value="')[1:]
    references = [one.partition('"')[0] for one in found]
    assert len(references) == 2

    client.post("/profile/", {"part": "sessions", "which": references[0]})

    assert sorted([_in(first), _in(second)]) == [False, True]
    client.post("/profile/", {"part": "sessions", "which": "0" * 24})
    assert StaffSession.objects.count() == 2


def test_one_signs_out_everywhere(client: Client) -> None:
    other = _client()
    answer = client.post("/profile/", {"part": "everywhere"})
    assert answer["Location"] == "/sign-in/"
    assert not _in(other)
    assert not _in(client)
    assert not StaffSession.objects.exists()


def test_nobody_ends_sessions_of_others(bank: Bank, client: Client) -> None:
    other = Client()
    supervisor = User.objects.get(username="supervisor")
    other.force_login(supervisor, backend="django.contrib.auth.backends.ModelBackend")
    other.get("/profile/")
    reference = sessions._reference(str(other.session.session_key))
    client.post("/profile/", {"part": "sessions", "which": reference})
    client.post("/profile/", {"part": "sessions"})
    assert other.get("/profile/").status_code == 200
