"""Who may call: keys that are good, scopes and rights, branches, addresses, and how often."""

from typing import Any

import pytest
from django.test import override_settings

from apps.access.models import User
from apps.control.rest import limits
from apps.kernel import sql
from tests.api.callers import Caller, add_machine, issue, last_line
from tests.evidence import statements, wait_until
from tests.factories import Bank, define_role, do
from tests.probes import KEEP, MOVE

pytestmark = pytest.mark.urls("tests.api.addresses")
ACCOUNTS = "probe/accounts"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer skarb_", "Basic YTpi", "Bearer skarb_000000000000_" + "A" * 43, "skarb"],
)
def test_without_a_good_key_nothing_is_told(bank: Bank, header: str) -> None:
    nobody = Caller("", address="198.51.100.9")
    for place in ("me", ACCOUNTS, "no/such/address", "openapi.json", "deposits/1"):
        answer = nobody.get(place, status=401, Authorization=header)
        assert answer.json()["code"] == "access.no_good_key"
        assert answer["WWW-Authenticate"] == 'Bearer realm="skarb"'


def test_a_session_of_a_browser_does_not_open_the_api(bank: Bank) -> None:
    caller = Caller("")
    user = User.objects.get(username="administrator")
    caller.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    caller.get("me", status=401, Authorization="")


def test_a_key_ends_by_its_date_its_revocation_and_its_user(bank: Bank) -> None:
    user = add_machine(bank)
    token, key = issue(bank, user, MOVE)
    other, _ = issue(bank, user, MOVE)
    caller = Caller(token)
    caller.get(ACCOUNTS)
    do("access.revoke_api_key", {"key": key}, actor=bank.administrator)
    caller.refuse("access.key_ended", "GET", ACCOUNTS, status=401)

    caller = Caller(other)
    caller.get(ACCOUNTS)
    short = Caller(issue(bank, user, MOVE, seconds=1)[0])
    wait_until(lambda: _any(short).status_code == 401)
    short.refuse("access.key_ended", "GET", ACCOUNTS, status=401)
    do("access.close_user", {"user": user}, actor=bank.administrator)
    caller.refuse("access.key_ended", "GET", ACCOUNTS, status=401)


def test_a_key_works_from_its_networks_alone(bank: Bank) -> None:
    token, _ = issue(bank, add_machine(bank), MOVE, addresses=["203.0.113.0/24", "2001:db8::/32"])
    Caller(token, address="203.0.113.200").get(ACCOUNTS)
    Caller(token, address="2001:db8::7").get(ACCOUNTS)
    for address in ("198.51.100.4", "2001:db9::7", "unix:"):
        stranger = Caller(token, address=address)
        stranger.refuse("access.key_not_from_here", "GET", ACCOUNTS, status=403)
        # What a header says of the address counts for nothing.
        stranger.get(ACCOUNTS, status=403, X_Forwarded_For="203.0.113.7", X_Real_IP="203.0.113.7")


def test_what_may_be_done_is_in_the_scopes_and_in_the_roles(
    bank: Bank, till: int, account: int
) -> None:
    move = {"branch": bank.branch, "source": account, "target": till,
            "amount": {"amount": "1", "currency": "UAH"}}  # fmt: skip
    narrow = Caller(issue(bank, add_machine(bank), KEEP)[0])
    narrow.refuse("control.scope_missing", "GET", ACCOUNTS, status=403)
    narrow.refuse("control.scope_missing", "POST", "probe/moves", move, status=403)
    line = last_line()
    assert line.refusal == {"code": "control.scope_missing", "data": {"permission": MOVE}}
    # It was not even read.
    assert line.command == {}

    keeper = define_role(KEEP, actor=bank.system)
    rightless = Caller(issue(bank, add_machine(bank, role=keeper), MOVE)[0])
    rightless.refuse("control.permission_missing", "GET", ACCOUNTS, status=403)
    rightless.refuse("control.permission_missing", "POST", "probe/moves", move, status=403)
    user = add_machine(bank, role=keeper)
    assert Caller(issue(bank, user, KEEP, MOVE)[0]).get("me").json() == {
        "user": user,
        "open_date": "2026-01-05",
        "roles": [keeper],
        "rights": [{"permission": KEEP, "branches": None}],
    }


def test_another_branch_does_not_exist(bank: Bank, till: int, account: int) -> None:
    here = Caller(issue(bank, add_machine(bank, branch=bank.other_branch), MOVE)[0])
    move = {"branch": bank.branch, "source": account, "target": till,
            "amount": {"amount": "1", "currency": "UAH"}}  # fmt: skip
    here.refuse("control.not_found", "POST", "probe/moves", move, status=404)
    here.refuse("control.not_found", "POST", "probe/moves?dry_run=true", move, status=404)


def test_the_use_of_a_key_is_noted_once_a_minute(bank: Bank) -> None:
    token, key = issue(bank, add_machine(bank), MOVE)
    caller = Caller(token)
    with statements() as first:
        caller.get("me")
    with statements() as second:
        caller.get("me")
    assert (len(first), len(second)) == (3, 2)
    used = sql.value("SELECT address FROM access_apikeyuse WHERE key_id = %(key)s", {"key": key})
    assert used == "203.0.113.7"


# --- How often ----------------------------------------------------------------------------------


def test_a_client_has_a_quota_for_all_its_keys(bank: Bank) -> None:
    user = add_machine(bank)
    token, key = issue(bank, user, MOVE)
    newer, _ = issue(bank, user, MOVE, replaces=key)
    with override_settings(API_REQUESTS_A_MINUTE=3):
        # Two windows at most, if a minute ends just now.
        answers = [_any(Caller(one)) for one in [token, newer] * 4]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:3] == [200] * 3
    assert statuses.count(429) >= 2
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "control.too_many_requests"
    assert refused["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert refused["RateLimit"] == f'"minute";r=0;t={refused["Retry-After"]}'
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert answers[0]["RateLimit"].startswith('"minute";r=2;t=')
    # Others are not held up.
    Caller(issue(bank, add_machine(bank), MOVE)[0]).get("me")


def test_whoever_guesses_keys_is_slowed_by_address(
    bank: Bank, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STRANGERS", 3)
    guessing = Caller("skarb_000000000000_" + "A" * 43, address="198.51.100.77")
    statuses = [_any(guessing).status_code for _ in range(8)]
    assert set(statuses) == {401, 429}
    # A good key from the same address goes on.
    caller.address = guessing.address
    caller.get("me")


def test_without_valkey_nothing_is_counted_and_the_api_goes_on(
    bank: Bank, caller: Caller, settings: Any
) -> None:
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": away}
    answers = [caller.get("me") for _ in range(3)]
    assert all("RateLimit" not in answer for answer in answers)
    assert limits._away_until > 0


def _any(caller: Caller) -> Any:
    headers = {"Authorization": f"Bearer {caller.token}"}
    return caller.client.get("/api/v1/me", headers=headers, REMOTE_ADDR=caller.address)
