"""Passwords, second factors and preferences: what a person does alone, and what needs another."""

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.access.errors import CodeTwice, NotASharedSecret, OwnRights, WrongCode
from apps.access.models import RecoveryCode, User
from apps.access.operations import (
    EnrolSecondFactor,
    ResetPassword,
    ResetSecondFactor,
    SetOwnPassword,
    SetPreferences,
    UseRecoveryCode,
    digest_of,
)
from apps.control.commands import Secret
from apps.control.errors import MalformedCommand, NotFound, PermissionMissing
from apps.control.models import OperationRun
from apps.control.run import Actor
from tests.evidence import refuse
from tests.factories import Bank, do

CODES = ("abcd-efgh", "ijkl-mnop")
KEY = "00112233445566778899aabbccddeeff00112233"


def hashed(password: str) -> Secret:
    return Secret(make_password(password))


def enrol(person: Actor, *codes: str) -> None:
    digests = tuple(map(digest_of, codes or CODES))
    do("access.enrol_second_factor", EnrolSecondFactor(key=Secret(KEY), digests=digests),
       actor=person)  # fmt: skip


def password_of(person: Actor) -> str:
    return User.objects.values_list("password", flat=True).get(id=person.user_id)


def told(name: str) -> str:
    """All that the journal keeps of the last run of an operation."""
    line = OperationRun.objects.filter(operation=name).values().order_by("-id")[0]
    return repr(line)


def test_an_administrator_gives_a_password_that_nobody_reads(bank: Bank) -> None:
    secret = hashed("correct horse battery")
    command = ResetPassword(user=bank.teller.user_id, hashed=secret)
    do("access.reset_password", command, actor=bank.administrator)
    assert check_password("correct horse battery", password_of(bank.teller))
    assert "•••" in told("access.reset_password")
    assert secret.reveal() not in told("access.reset_password")


def test_a_password_of_somebody_unknown_or_of_oneself_is_not_reset(bank: Bank) -> None:
    unknown = ResetPassword(user=10**9, hashed=hashed("x"))
    refuse(NotFound, "access.reset_password", unknown, actor=bank.administrator)
    own = ResetPassword(user=bank.administrator.user_id, hashed=hashed("x"))
    refuse(OwnRights, "access.reset_password", own, actor=bank.administrator)
    other = ResetPassword(user=bank.administrator.user_id, hashed=hashed("x"))
    refuse(PermissionMissing, "access.reset_password", other, actor=bank.teller)


def test_a_person_changes_their_own_password_alone(bank: Bank) -> None:
    before = password_of(bank.second_teller)
    command = SetOwnPassword(hashed=hashed("another one"))
    do("access.set_own_password", command, actor=bank.teller)
    assert check_password("another one", password_of(bank.teller))
    assert password_of(bank.second_teller) == before


def test_preferences_are_ones_own(bank: Bank) -> None:
    command = SetPreferences(language="en", theme="dark", density="compact", shortcuts=False)
    do("access.set_preferences", command, actor=bank.teller)
    found = User.objects.filter(username__in=["teller", "second_teller"]).order_by("username")
    kept = found.values_list("username", "language", "theme", "density", "shortcuts")
    assert list(kept) == [
        ("second_teller", "uk", "system", "normal", True),
        ("teller", "en", "dark", "compact", False),
    ]


@pytest.mark.parametrize(
    "given", [{"language": "de"}, {"theme": "pink"}, {"density": ""}, {"shortcuts": "yes"}]
)
def test_preferences_are_among_those_offered(bank: Bank, given: dict[str, Any]) -> None:
    whole = {"language": "uk", "theme": "light", "density": "cosy", "shortcuts": True} | given
    refuse(MalformedCommand, "access.set_preferences", whole, actor=bank.teller)


def test_a_second_factor_is_set_up_once(bank: Bank) -> None:
    enrol(bank.teller)
    device = TOTPDevice.objects.get(user_id=bank.teller.user_id)
    assert (device.key, device.confirmed) == (KEY, True)
    kept = RecoveryCode.objects.filter(user_id=bank.teller.user_id)
    assert set(kept.values_list("digest", flat=True)) == set(map(digest_of, CODES))
    assert KEY not in told("access.enrol_second_factor")
    again = EnrolSecondFactor(key=Secret("00" * 20), digests=())
    refuse(OwnRights, "access.enrol_second_factor", again, actor=bank.teller)


def test_recovery_codes_are_digests(bank: Bank) -> None:
    given = {"key": KEY, "digests": ["abcd-efgh"]}
    line = refuse(MalformedCommand, "access.enrol_second_factor", given, actor=bank.teller)
    assert KEY not in repr(line.command)


def test_recovery_codes_differ_and_are_never_given_again(bank: Bank) -> None:
    twice = EnrolSecondFactor(key=Secret(KEY), digests=(digest_of(CODES[0]),) * 2)
    refuse(CodeTwice, "access.enrol_second_factor", twice, actor=bank.teller)
    enrol(bank.teller)
    used = UseRecoveryCode(digest=digest_of(CODES[0]))
    do("access.use_recovery_code", used, actor=bank.teller)
    reset = ResetSecondFactor(user=bank.teller.user_id)
    do("access.reset_second_factor", reset, actor=bank.administrator)
    again = EnrolSecondFactor(key=Secret(KEY), digests=(digest_of(CODES[0]),))
    refuse(CodeTwice, "access.enrol_second_factor", again, actor=bank.teller)


@pytest.mark.parametrize("key", ["", "00" * 15, "00" * 41, "0" * 33, "GG" * 20, "й" * 40])
def test_a_secret_that_no_code_could_be_checked_with_is_refused(bank: Bank, key: str) -> None:
    """A person who enrolled it would be locked out."""
    unfit = EnrolSecondFactor(key=Secret(key), digests=(digest_of(CODES[0]),))
    line = refuse(NotASharedSecret, "access.enrol_second_factor", unfit, actor=bank.teller)
    assert not key or key not in repr(line.command)


def test_a_recovery_code_is_used_once_and_by_its_owner(bank: Bank) -> None:
    enrol(bank.teller)
    command = UseRecoveryCode(digest=digest_of(CODES[0]))
    refuse(WrongCode, "access.use_recovery_code", command, actor=bank.second_teller)
    do("access.use_recovery_code", command, actor=bank.teller)
    refuse(WrongCode, "access.use_recovery_code", command, actor=bank.teller)
    unused = RecoveryCode.objects.filter(used_at__isnull=True)
    assert [code.digest for code in unused] == [digest_of(CODES[1])]


def test_a_lost_second_factor_is_reset_by_another_person(bank: Bank) -> None:
    enrol(bank.teller)
    enrol(bank.administrator)
    do("access.use_recovery_code", UseRecoveryCode(digest=digest_of(CODES[0])), actor=bank.teller)
    own = ResetSecondFactor(user=bank.administrator.user_id)
    refuse(OwnRights, "access.reset_second_factor", own, actor=bank.administrator)
    unknown = ResetSecondFactor(user=10**9)
    refuse(NotFound, "access.reset_second_factor", unknown, actor=bank.administrator)
    command = ResetSecondFactor(user=bank.teller.user_id)
    do("access.reset_second_factor", command, actor=bank.administrator)
    assert not TOTPDevice.objects.filter(user_id=bank.teller.user_id).exists()
    # What was used stays as history; what was not can no longer be used.
    left = RecoveryCode.objects.filter(user_id=bank.teller.user_id)
    assert [code.digest for code in left] == [digest_of(CODES[0])]
    enrol(bank.teller, "qrst-uvwx")
