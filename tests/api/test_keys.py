"""Keys of the API: who gets one, what is kept of it, how it is replaced and ended."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.access.errors import (
    KeyLifetime,
    KeyRevoked,
    NotAMachine,
    NotANetwork,
    OwnRights,
    PrefixTaken,
    UnknownPermission,
)
from apps.access.models import ApiKey, User
from apps.access.rules import digest_of_token, new_key, prefix_of
from apps.control.errors import MalformedCommand, NotFound
from apps.control.models import OperationRun
from apps.kernel.errors import Refusal
from tests.evidence import refuse
from tests.factories import Bank, as_actor, do


@pytest.fixture
def machine(bank: Bank) -> int:
    """A machine user; its id."""
    added = do(
        "access.add_user",
        {"username": "shop", "full_name": "Shop", "is_machine": True},
        actor=bank.administrator,
    )
    user: int = added.result["user"]
    return user


def asked(user: int, /, **fields: Any) -> dict[str, Any]:
    key = new_key()
    return {
        "user": user,
        "name": "Каса магазину",
        "prefix": key.prefix,
        "digest": key.digest,
        "scopes": ["payments.transfer"],
        "expires_at": timezone.now() + dt.timedelta(days=30),
    } | fields


def test_a_key_names_itself_and_is_kept_as_a_digest(bank: Bank, machine: int) -> None:
    key = new_key()
    given = asked(
        machine,
        prefix=key.prefix,
        digest=key.digest,
        scopes=["payments.transfer", "accounts.view", "accounts.view"],
        addresses=["203.0.113.7", "2001:db8::/32"],
    )
    issued = do("access.issue_api_key", given, actor=bank.administrator).result

    kept = ApiKey.objects.get(id=issued["key"])
    assert key.token.startswith(f"skarb_{key.prefix}_")
    assert prefix_of(key.token) == kept.prefix
    assert kept.digest == digest_of_token(key.token)
    assert kept.scopes == ["accounts.view", "payments.transfer"]
    assert kept.addresses == ["203.0.113.7/32", "2001:db8::/32"]
    assert (kept.client, kept.replaces_id, kept.revoked_at) == (f"key:{key.prefix}", None, None)
    secret = key.token.rpartition("_")[2]
    line = OperationRun.objects.latest("at")
    assert secret not in str([line.command, line.result, line.effect])


@pytest.mark.parametrize("text", ["", "skarb_", "skarb_abc_def", "Bearer", "skarb_" + "а" * 77])
def test_what_is_no_key_has_no_prefix(text: str) -> None:
    assert prefix_of(text) is None
    assert prefix_of(new_key().token + "\n") is None


def test_a_key_that_replaces_another_goes_on_as_the_same_client(bank: Bank, machine: int) -> None:
    first = do("access.issue_api_key", asked(machine), actor=bank.administrator).result["key"]
    second = do(
        "access.issue_api_key", asked(machine, replaces=first), actor=bank.administrator
    ).result["key"]

    before, after = ApiKey.objects.get(id=first), ApiKey.objects.get(id=second)
    assert after.client == before.client == f"key:{before.prefix}"
    assert before.revoked_at is None


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"scopes": ["payments.trensfer"]}, UnknownPermission),
        ({"scopes": []}, MalformedCommand),
        ({"expires_at": timezone.now() - dt.timedelta(seconds=1)}, KeyLifetime),
        ({"expires_at": timezone.now() + dt.timedelta(days=401)}, KeyLifetime),
        ({"expires_at": "2026-12-24T12:00:00"}, MalformedCommand),
        ({"addresses": ["203.0.113.0/33"]}, NotANetwork),
        ({"addresses": ["203.0.113.7/24"]}, NotANetwork),
        ({"addresses": ["localhost"]}, NotANetwork),
        ({"replaces": 999_999}, NotFound),
        ({"user": 999_999}, NotFound),
        ({"prefix": "UPPER-CASE-1"}, MalformedCommand),
    ],
)
def test_a_key_that_cannot_be(
    bank: Bank, machine: int, fields: dict[str, Any], refusal: type[Refusal]
) -> None:
    given = asked(machine, **fields)
    refuse(refusal, "access.issue_api_key", given, actor=bank.administrator)


def test_only_machines_have_keys(bank: Bank, machine: int) -> None:
    for user in (bank.teller.user_id, bank.system.user_id):
        refuse(NotAMachine, "access.issue_api_key", asked(user), actor=bank.administrator)
    own = asked(bank.administrator.user_id)
    refuse(OwnRights, "access.issue_api_key", own, actor=bank.administrator)
    do("access.close_user", {"user": machine}, actor=bank.administrator)
    refuse(NotFound, "access.issue_api_key", asked(machine), actor=bank.administrator)


def test_a_prefix_belongs_to_one_key(bank: Bank, machine: int) -> None:
    given = asked(machine)
    do("access.issue_api_key", given, actor=bank.administrator)
    other = asked(machine, prefix=given["prefix"])
    refuse(PrefixTaken, "access.issue_api_key", other, actor=bank.administrator)


def test_a_key_of_another_user_is_not_replaced(bank: Bank, machine: int) -> None:
    first = do("access.issue_api_key", asked(machine), actor=bank.administrator).result["key"]
    added = do(
        "access.add_user",
        {"username": "other", "full_name": "Other", "is_machine": True},
        actor=bank.administrator,
    )
    given = asked(added.result["user"], replaces=first)
    refuse(NotFound, "access.issue_api_key", given, actor=bank.administrator)


def test_a_key_is_revoked_once(bank: Bank, machine: int) -> None:
    key = do("access.issue_api_key", asked(machine), actor=bank.administrator).result["key"]
    do("access.revoke_api_key", {"key": key}, actor=bank.administrator)

    assert ApiKey.objects.get(id=key).revoked_at is not None
    refuse(KeyRevoked, "access.revoke_api_key", {"key": key}, actor=bank.administrator)
    refuse(NotFound, "access.revoke_api_key", {"key": 999_999}, actor=bank.administrator)


def test_the_console_shows_a_key_once(bank: Bank, machine: int) -> None:
    def issue(*more: str) -> str:
        out = io.StringIO()
        given = ["shop", "Каса", "--scope", "accounts.view", "--as", "administrator", *more]
        call_command("issue_key", *given, stdout=out)
        return out.getvalue().strip()

    token = issue("--days", "10", "--address", "127.0.0.0/8")
    kept = ApiKey.objects.get(prefix=prefix_of(token))
    assert kept.digest == digest_of_token(token)
    assert kept.addresses == ["127.0.0.0/8"]
    assert 9 <= (kept.expires_at - timezone.now()).days <= 10
    assert User.objects.get(id=kept.user_id).username == "shop"

    newer = ApiKey.objects.get(prefix=prefix_of(issue("--replaces", kept.prefix)))
    assert newer.client == kept.client
    for more, why in (
        (["--replaces", "nothing"], "no key"),
        (["--days", "0"], "must end in the future"),
        (["--as", "teller"], "access.manage_api_keys"),
    ):
        with pytest.raises(CommandError, match=why):
            issue(*more)
    with pytest.raises(CommandError, match="no user"):
        call_command("issue_key", "nobody", "x", "--scope", "accounts.view")
    assert as_actor(kept.user_id).key_scope != kept.client
