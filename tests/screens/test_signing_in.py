"""Signing in by password and second factor, and a person's own profile."""

import re
import time

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.access.models import RecoveryCode, User
from apps.access.operations import ResetPassword
from apps.control.commands import Secret
from tests.factories import Bank, add_user, do
from tests.screens.conftest import Signing
from tests.screens.pages import Page, Visitor

PASSWORD = "a sentence of the tests"


@pytest.fixture
def client(bank: Bank) -> Client:
    """Somebody who has not signed in yet; the teller's password is PASSWORD."""
    teller = User.objects.get(username="teller")
    hashed = Secret(make_password(PASSWORD))
    do("access.reset_password", ResetPassword(user=teller.id, hashed=hashed), actor=bank.system)
    return Client()


def _sign_in(client: Client, **given: str) -> str:
    form = {"username": "teller", "password": PASSWORD} | given
    answer = client.post("/sign-in/", form)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_wrong_name_and_a_wrong_password_are_told_alike(client: Client) -> None:
    said = []
    for given in ({"password": "wrong"}, {"username": "nobody"}, {"username": "\x00"}):
        form = {"username": "teller", "password": PASSWORD} | given
        answer = client.post("/sign-in/", form)
        assert answer.status_code == 422
        page = Page(answer)
        assert PASSWORD not in page.html
        said.append(page.text)
    assert len(set(said)) == 1


def test_one_is_sent_on_to_where_one_wanted_to_go_and_nowhere_else(client: Client) -> None:
    assert _sign_in(client, next="/customers/") == "/customers/"
    for outside in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert _sign_in(client, next=outside) == "/"
    client.post("/sign-out/")
    assert client.get("/customers/")["Location"] == "/sign-in/?next=/customers/"


def test_the_second_factor_is_enrolled_once_and_then_asked_for(client: Client) -> None:
    with override_settings(SECOND_FACTOR=True):
        _sign_in(client)
        assert client.get("/desk/")["Location"] == "/second-factor/"
        page = Page(client.get("/second-factor/"))
        assert "<svg" in page.html
        key = client.session["totp_key"]
        wrong = client.post("/second-factor/", {"code": "000000"})
        assert wrong.status_code == 422
        code = str(TOTP(bytes.fromhex(key)).token()).zfill(6)
        codes = re.findall(
            r"<li>([a-z2-7-]{19})</li>",
            client.post("/second-factor/", {"code": code}).content.decode(),
        )
        assert len(codes) == 10
        assert client.get("/desk/").status_code == 200

        again = Client()
        _sign_in(again)
        assert "<svg" not in Page(again.get("/second-factor/")).html.partition("<main")[2]
        assert again.get("/desk/")["Location"] == "/second-factor/"
        assert again.post("/second-factor/", {"code": "000000"}).status_code == 422


@override_settings(SECOND_FACTOR=True)
def test_whoever_holds_no_role_yet_is_told_so_at_the_second_factor(bank: Bank) -> None:
    person = add_user(actor=bank.administrator)
    client = Visitor(User.objects.get(id=person.user_id)).client
    client.get("/second-factor/")
    code = str(TOTP(bytes.fromhex(client.session["totp_key"])).token()).zfill(6)

    answer = client.post("/second-factor/", {"code": code})

    assert answer.status_code == 403
    assert "access.use_own_profile" in Page(answer).text
    assert not TOTPDevice.objects.filter(user=person.user_id).exists()


def test_a_recovery_code_lets_in_once(client: Client) -> None:
    with override_settings(SECOND_FACTOR=True):
        _sign_in(client)
        client.get("/second-factor/")
        key = client.session["totp_key"]
        code = str(TOTP(bytes.fromhex(key)).token()).zfill(6)
        page = client.post("/second-factor/", {"code": code}).content.decode()
        first = re.findall(r"<li>([a-z2-7-]{19})</li>", page)[0]

        for status in (302, 422):
            other = Client()
            _sign_in(other)
            assert other.post("/second-factor/", {"code": first}).status_code == status
        assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1


def test_a_person_chooses_language_and_look(bank: Bank, visit: Signing) -> None:
    teller = visit("teller")
    given = {"part": "preferences", "language": "en", "theme": "dark", "density": "compact"}

    assert teller.sent_to("/profile/", given) == "/profile/"
    page = teller.get("/profile/")

    for words in ('lang="en"', 'data-theme="dark"', 'data-density="compact"'):
        assert words in page.html
    # The box was not ticked: single letters are off.
    assert 'data-shortcuts="off"' in page.html
    teller.post("/profile/", given | {"language": "fr"}, status=422)


def test_a_password_is_changed_by_whoever_knows_it_and_others_are_signed_out(
    client: Client, visit: Signing
) -> None:
    _sign_in(client)
    elsewhere = Client()
    _sign_in(elsewhere)
    new = "another sentence of the tests"

    for given in ({"old": "wrong", "new": new}, {"old": PASSWORD, "new": "short"}):
        assert client.post("/profile/", {"part": "password"} | given).status_code == 422
    done = client.post("/profile/", {"part": "password", "old": PASSWORD, "new": new})

    assert done.status_code == 302
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    assert (
        Client().post("/sign-in/", {"username": "teller", "password": PASSWORD}).status_code == 422
    )


def test_one_ends_ones_other_sessions(client: Client) -> None:
    _sign_in(client)
    elsewhere = Client()
    _sign_in(elsewhere)
    started = time.time()

    client.post("/profile/", {"part": "sessions"})

    assert elsewhere.get("/profile/").status_code == 302
    assert client.get("/profile/").status_code == 200
    assert client.session["signed_in_at"] <= started
