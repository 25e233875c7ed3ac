"""Guessing is slowed by name, by machine and by address, and keeps nobody out for good."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import Client, override_settings

from apps.access.models import SignIn, User
from apps.access.operations import ResetPassword
from apps.control.commands import Secret
from apps.kernel import sql
from tests.conftest import OwnDatabase
from tests.factories import Bank, do
from tests.screens.conftest import Signing
from tests.screens.pages import Page

PASSWORD = "a sentence of the tests"
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _quick(bank: Bank) -> None:
    teller = User.objects.get(username="teller")
    with override_settings(PASSWORD_HASHERS=HASHERS):
        hashed = Secret(make_password(PASSWORD))
        do("access.reset_password", ResetPassword(user=teller.id, hashed=hashed), actor=bank.system)


def _try(
    client: Client, given: str = "wrong", username: str = "teller", address: str = "192.0.2.1"
) -> int:
    form = {"username": username, "password": given}
    with override_settings(PASSWORD_HASHERS=HASHERS):
        return client.post("/sign-in/", form, REMOTE_ADDR=address).status_code


def test_the_sixth_guess_waits_even_if_it_is_right(bank: Bank) -> None:
    stranger = Client()
    assert [_try(stranger) for _ in range(5)] == [422] * 5

    given = {"username": "teller", "password": PASSWORD}
    answer = stranger.post("/sign-in/", given, REMOTE_ADDR="192.0.2.1")

    assert answer.status_code == 429
    assert 25 <= int(answer["Retry-After"]) <= 30
    assert "Забагато спроб. Зачекайте 0:" in Page(answer).text
    assert not stranger.session.get("_auth_user_id")
    outcomes = list(SignIn.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["tried"] * 5 + ["held"]
    # Of a wait one line is kept, however many knock; and it is not made longer by knocking.
    assert _try(stranger) == 429
    assert SignIn.objects.count() == 6


def test_a_name_that_nobody_has_waits_alike(bank: Bank) -> None:
    assert [_try(Client(), username="nobody") for _ in range(6)] == [422] * 5 + [429]
    assert not SignIn.objects.filter(user__isnull=False).exists()
    assert not SignIn.objects.filter(name_digest__contains="nobody").exists()


def test_other_addresses_do_not_help_a_guesser(bank: Bank) -> None:
    tries = [_try(Client(), address=f"192.0.2.{number}") for number in range(1, 8)]
    assert tries == [422] * 5 + [429] * 2
    # A forged header does not either: the address is that of the connection.
    given = {"username": "teller", "password": "wrong"}
    answer = Client().post("/sign-in/", given, headers={"X-Forwarded-For": "198.51.100.9"})
    assert answer.status_code == 429


def test_many_names_at_one_address_wait(bank: Bank) -> None:
    tries = [_try(Client(), username=f"name{number}") for number in range(51)]
    assert tries == [422] * 50 + [429]
    assert _try(Client(), username="another", address="192.0.2.77") == 422


def test_whoever_guesses_elsewhere_keeps_nobody_out(bank: Bank) -> None:
    own = Client()
    assert _try(own, PASSWORD) == 302
    assert own.cookies["machine"]["httponly"]
    own.post("/sign-out/")

    for _ in range(7):
        _try(Client())
    assert _try(Client(), PASSWORD) == 429
    # The machine that is known goes on, at the very same address.
    assert _try(own, PASSWORD) == 302


def test_a_known_machine_waits_for_its_own_mistakes(bank: Bank) -> None:
    own = Client()
    _try(own, PASSWORD)
    own.post("/sign-out/")
    assert [_try(own) for _ in range(6)] == [422] * 5 + [429]
    # A mark is of a name: it opens no other, and one that was made up is none.
    assert _try(own, username="supervisor") == 422
    own.cookies["machine"] = "forged:1:1"
    assert _try(own, PASSWORD) == 302


def test_a_wait_ends_and_success_begins_anew(own_database: OwnDatabase, bank: Bank) -> None:
    stranger = Client()
    for _ in range(6):
        _try(stranger)
    # Everything happened earlier, which only the owner of the table can pretend.
    with own_database.connect("owner") as owner:
        owner.execute("ALTER TABLE access_signin DISABLE TRIGGER append_only")
        owner.execute("UPDATE access_signin SET at = at - interval '31 seconds'")
    assert _try(stranger, PASSWORD) == 302
    stranger.post("/sign-out/")
    del stranger.cookies["machine"]
    assert [_try(stranger) for _ in range(6)] == [422] * 5 + [429]


def test_guesses_at_once_are_all_counted(own_database: OwnDatabase, bank: Bank) -> None:
    def guess(_: int) -> int:
        try:
            return _try(Client())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(guess, range(20)))
    assert found == [422] * 5 + [429] * 15


def test_the_list_of_attempts_stays_as_it_was_written(bank: Bank) -> None:
    _try(Client())
    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        may = "SELECT has_table_privilege(current_user, 'access_signin', %(right)s)"
        assert not sql.value(may, {"right": right})


def test_people_see_the_attempts_under_their_name(bank: Bank, visit: Signing) -> None:
    _try(Client(), address="203.0.113.9")
    page = visit("teller").get("/profile/")
    assert "203.0.113.9" in page.text
    assert "новий пристрій" in page.text
    assert "203.0.113.9" not in visit("second_teller").get("/profile/").text
    assert "203.0.113.9" in visit("administrator").get("/admin/access/signin/?q=teller").text


def test_nothing_is_asked_of_the_cache(bank: Bank) -> None:
    with override_settings(CACHES={"default": {"BACKEND": "tests.nowhere.Missing"}}):
        assert [_try(Client()) for _ in range(6)] == [422] * 5 + [429]
