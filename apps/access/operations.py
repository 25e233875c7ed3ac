"""Users, roles and holdings: who may do what, where and until when."""

import datetime as dt
import hashlib
import ipaddress
import re
from collections.abc import Iterable
from typing import Annotated

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from msgspec import Meta, Struct

from apps.access.errors import (
    EndsBeforeItBegins,
    KeyLifetime,
    KeyRevoked,
    NotAMachine,
    NotANetwork,
    NotASharedSecret,
    OwnRights,
    UnknownPermission,
    WrongCode,
)
from apps.access.holdings import end_founding, project
from apps.access.models import ApiKey, RecoveryCode, Role, RoleHolding, User
from apps.control.commands import Command, Secret
from apps.control.declarations import (
    ANYWHERE,
    OPERATIONS,
    READING,
    WHOLE_BANK,
    operation,
)
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.kernel.models import Branch
from apps.kernel.text import Text

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}\Z")]


class AddUser(Command):
    username: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{1,149}\Z")]
    full_name: Name
    email: str = ""
    language: Annotated[str, Meta(pattern=r"^(uk|en)\Z")] = "uk"
    is_staff: bool = False
    is_machine: bool = False


class UserAdded(Struct, frozen=True):
    user: int


@operation(
    "access.add_user",
    permission="access.manage_users",
    scope=WHOLE_BANK,
    sentence=Text(uk="Додано користувача", en="A user was added"),
)
def add_user(*, cmd: AddUser, run: Run) -> UserAdded:
    """Add a user who cannot sign in yet: the password is set apart, and never journalled."""
    user = User.objects.create(
        username=cmd.username,
        full_name=cmd.full_name,
        email=cmd.email,
        language=cmd.language,
        is_staff=cmd.is_staff,
        is_machine=cmd.is_machine,
        password=make_password(None),
    )
    return UserAdded(user.id)


class CloseUser(Command):
    user: int


@operation(
    "access.close_user",
    permission="access.manage_users",
    scope=WHOLE_BANK,
    sentence=Text(uk="Доступ користувача закрито", en="A user's access was closed"),
    subjects=lambda cmd: {"user": [cmd.user]},
)
def close_user(*, cmd: CloseUser, run: Run) -> None:
    """Close the access at once: holdings stay as history, the door lets nothing through."""
    if cmd.user == run.actor.user_id:
        raise OwnRights
    if not User.objects.filter(id=cmd.user).update(is_active=False):
        raise NotFound
    project(cmd.user, run.date)


class ChangeUser(Command):
    user: int
    full_name: Name
    email: Annotated[str, Meta(max_length=254)] = ""


@operation(
    "access.change_user",
    permission="access.manage_users",
    scope=WHOLE_BANK,
    sentence=Text(uk="Змінено дані користувача", en="A user's details were changed"),
    subjects=lambda cmd: {"user": [cmd.user]},
)
def change_user(*, cmd: ChangeUser, run: Run) -> None:
    """Correct how a user is called and written to; the user name stays. Raises NotFound."""
    changed = User.objects.filter(id=cmd.user)
    if not changed.update(full_name=cmd.full_name, email=cmd.email):
        raise NotFound


class ReopenUser(Command):
    user: int


@operation(
    "access.reopen_user",
    permission="access.manage_users",
    scope=WHOLE_BANK,
    sentence=Text(uk="Знову відкрито доступ користувача", en="A user's access was opened again"),
    subjects=lambda cmd: {"user": [cmd.user]},
)
def reopen_user(*, cmd: ReopenUser, run: Run) -> None:
    """Let a user in again with what roles still run, after a new password. Raises NotFound."""
    closed = User.objects.filter(id=cmd.user, is_active=False)
    if not closed.update(is_active=True, password=make_password(None)):
        raise NotFound
    project(cmd.user, run.date)


class DefineRole(Command):
    code: Code
    name_uk: Name
    name_en: Name
    permissions: tuple[str, ...]


def declared_permissions() -> frozenset[str]:
    """Every permission that an operation, a screen or the API asks for."""
    return frozenset(one.permission for one in OPERATIONS) | frozenset(READING.names())


class RoleDefined(Struct, frozen=True):
    role: int


@operation(
    "access.define_role",
    permission="access.manage_roles",
    scope=WHOLE_BANK,
    sentence=Text(uk="Визначено роль", en="A role was defined"),
)
def define_role(*, cmd: DefineRole, run: Run) -> RoleDefined:
    """Create a role or replace what it may do; its holders have it from the next operation on.

    Who holds a role may take from it, but add nothing to it.
    """
    _require_declared(cmd.permissions)
    own = RoleHolding.objects.filter(user_id=run.actor.user_id, role__code=cmd.code)
    for held in own.values_list("role__permissions", flat=True):
        if not set(cmd.permissions) <= set(held):
            raise OwnRights
    role, _ = Role.objects.update_or_create(
        code=cmd.code,
        defaults={
            "name_uk": cmd.name_uk,
            "name_en": cmd.name_en,
            "permissions": sorted(set(cmd.permissions)),
        },
    )
    for user_id in role.holdings.in_force(run.date).values_list("user_id", flat=True).distinct():
        project(user_id, run.date)
    return RoleDefined(role.id)


class GrantRole(Command):
    user: int
    role: str
    valid_from: dt.date
    branch: int | None = None
    valid_to: dt.date | None = None
    limit_minor: Annotated[int, Meta(ge=0)] | None = None


class RoleGranted(Struct, frozen=True):
    holding: int


@operation(
    "access.grant_role",
    permission="access.grant_roles",
    scope=WHOLE_BANK,
    sentence=Text(uk="Надано роль", en="A role was granted"),
    subjects=lambda cmd: {"user": [cmd.user]},
)
def grant_role(*, cmd: GrantRole, run: Run) -> RoleGranted:
    """Give a role to a person in a branch or in the whole bank, between two dates.

    With the second person in a role of the whole bank that may grant roles and decide, the founding
    is over: from the next booking date on, two of them decide on who has which rights.
    """
    if cmd.user == run.actor.user_id:
        raise OwnRights
    role = Role.objects.filter(code=cmd.role).first()
    if role is None or not User.objects.filter(id=cmd.user).exists():
        raise NotFound
    if cmd.branch is not None and not Branch.objects.filter(id=cmd.branch).exists():
        raise NotFound
    if cmd.valid_to is not None and cmd.valid_to < cmd.valid_from:
        raise EndsBeforeItBegins
    holding = RoleHolding.objects.create(
        user_id=cmd.user,
        role=role,
        branch_id=cmd.branch,
        valid_from=cmd.valid_from,
        valid_to=cmd.valid_to,
        limit_minor=cmd.limit_minor,
    )
    project(cmd.user, run.date)
    if cmd.branch is None:
        end_founding(role, run)
    return RoleGranted(holding.id)


class RevokeRole(Command):
    holding: int


@operation(
    "access.revoke_role",
    permission="access.grant_roles",
    scope=WHOLE_BANK,
    sentence=Text(uk="Відкликано роль", en="A role was revoked"),
)
def revoke_role(*, cmd: RevokeRole, run: Run) -> None:
    """End a holding before today; it stays as history of who could do what, and when."""
    holding = RoleHolding.objects.select_for_update().filter(id=cmd.holding).first()
    if holding is None:
        raise NotFound
    yesterday = run.date - dt.timedelta(days=1)
    if holding.valid_from > yesterday:
        # It never counted on a whole day: nothing of it has to be kept but the journal's line.
        holding.delete()
    elif holding.valid_to is None or holding.valid_to > yesterday:
        holding.valid_to = yesterday
        holding.save(update_fields=["valid_to"])
    project(holding.user_id, run.date)


class ResetPassword(Command):
    """The password as its hash: what a person chose never reaches the journal."""

    user: int
    hashed: Secret


@operation(
    "access.reset_password",
    permission="access.manage_users",
    scope=WHOLE_BANK,
    sentence=Text(uk="Скинуто пароль користувача", en="A user's password was reset"),
    subjects=lambda cmd: {"user": [cmd.user]},
)
def reset_password(*, cmd: ResetPassword, run: Run) -> None:
    """Give another person a password; the second factor stays as it is."""
    if cmd.user == run.actor.user_id:
        raise OwnRights
    if not User.objects.filter(id=cmd.user).update(password=cmd.hashed.reveal()):
        raise NotFound


class SetOwnPassword(Command):
    hashed: Secret


@operation(
    "access.set_own_password",
    permission="access.use_own_profile",
    scope=ANYWHERE,
    sentence=Text(uk="Змінено власний пароль", en="One's own password was changed"),
)
def set_own_password(*, cmd: SetOwnPassword, run: Run) -> None:
    """Change one's own password; every other session ends, as its hash no longer fits."""
    User.objects.filter(id=run.actor.user_id).update(password=cmd.hashed.reveal())


class SetPreferences(Command):
    language: Annotated[str, Meta(pattern=r"^(uk|en)\Z")]
    theme: Annotated[str, Meta(pattern=r"^(system|light|dark)\Z")]
    density: Annotated[str, Meta(pattern=r"^(compact|normal|cosy)\Z")]
    shortcuts: bool


@operation(
    "access.set_preferences",
    permission="access.use_own_profile",
    scope=ANYWHERE,
    sentence=Text(uk="Змінено власні налаштування", en="One's own preferences were changed"),
)
def set_preferences(*, cmd: SetPreferences, run: Run) -> None:
    """How the screens look to this person."""
    User.objects.filter(id=run.actor.user_id).update(
        language=cmd.language, theme=cmd.theme, density=cmd.density, shortcuts=cmd.shortcuts
    )


Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
# What cannot be read when a code is checked would lock its owner out.
_SHARED_SECRET = re.compile("(?:[0-9a-f]{2}){16,40}")


class EnrolSecondFactor(Command):
    """`key`: the shared secret in hexadecimal; `digests`: SHA-256 of the recovery codes."""

    key: Secret
    digests: Annotated[tuple[Digest, ...], Meta(max_length=20)]


@operation(
    "access.enrol_second_factor",
    permission="access.use_own_profile",
    scope=ANYWHERE,
    sentence=Text(uk="Увімкнено другий фактор", en="The second factor was set up"),
)
def enrol_second_factor(*, cmd: EnrolSecondFactor, run: Run) -> None:
    """Set the authenticator up, once; another one needs an administrator's reset first.

    Raises NotASharedSecret, OwnRights and CodeTwice.
    """
    if not _SHARED_SECRET.fullmatch(cmd.key.reveal()):
        raise NotASharedSecret
    user = User.objects.select_for_update().get(id=run.actor.user_id)
    if TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        raise OwnRights
    TOTPDevice.objects.create(user=user, name="authenticator", key=cmd.key.reveal())
    RecoveryCode.objects.filter(user=user, used_at__isnull=True).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest) for digest in cmd.digests
    )


class ResetSecondFactor(Command):
    user: int


@operation(
    "access.reset_second_factor",
    permission="access.manage_users",
    scope=WHOLE_BANK,
    sentence=Text(uk="Скинуто другий фактор користувача", en="A user's second factor was reset"),
    subjects=lambda cmd: {"user": [cmd.user]},
)
def reset_second_factor(*, cmd: ResetSecondFactor, run: Run) -> None:
    """After a lost telephone: the person sets a new one up at the next sign-in.

    Raises OwnRights and NotFound.
    """
    if cmd.user == run.actor.user_id:
        raise OwnRights
    if not User.objects.filter(id=cmd.user).exists():
        raise NotFound
    TOTPDevice.objects.filter(user_id=cmd.user).delete()
    RecoveryCode.objects.filter(user_id=cmd.user, used_at__isnull=True).delete()


class UseRecoveryCode(Command):
    digest: Digest


@operation(
    "access.use_recovery_code",
    permission="access.use_own_profile",
    scope=ANYWHERE,
    sentence=Text(uk="Використано резервний код", en="A recovery code was used"),
)
def use_recovery_code(*, cmd: UseRecoveryCode, run: Run) -> None:
    """Use a recovery code up. Raises WrongCode."""
    used = RecoveryCode.objects.filter(
        user_id=run.actor.user_id, digest=cmd.digest, used_at__isnull=True
    ).update(used_at=timezone.now())
    if not used:
        raise WrongCode


Prefix = Annotated[str, Meta(pattern=r"^[a-z0-9]{12}\Z")]
Network = Annotated[str, Meta(min_length=2, max_length=43)]
# A key that would live longer is forgotten before it ends.
LONGEST_KEY_DAYS = 400
# The bank's own user, which acts by no key.
_SYSTEM = "system"


class IssueApiKey(Command):
    """`digest` is the SHA-256 of the key, which whoever makes it shows once and never sends here.

    `addresses` are networks or single addresses; none at all means from anywhere. `replaces` is an
    earlier key of the same user, which goes on until it ends or is revoked.
    """

    user: int
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    prefix: Prefix
    digest: Digest
    scopes: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    expires_at: Annotated[dt.datetime, Meta(tz=True)]
    addresses: Annotated[tuple[Network, ...], Meta(max_length=50)] = ()
    replaces: int | None = None


class ApiKeyIssued(Struct, frozen=True):
    key: int


@operation(
    "access.issue_api_key",
    permission="access.manage_api_keys",
    scope=WHOLE_BANK,
    sentence=Text(uk="Видано ключ програмного доступу", en="A key for the API was issued"),
    subjects=lambda cmd: {"user": [cmd.user]},
)
def issue_api_key(*, cmd: IssueApiKey, run: Run) -> ApiKeyIssued:
    """Give a machine user a key; it may do what is in its scopes and in its user's roles.

    Raises OwnRights, NotFound, NotAMachine, UnknownPermission, KeyLifetime, NotANetwork.
    """
    if cmd.user == run.actor.user_id:
        raise OwnRights
    user = User.objects.filter(id=cmd.user, is_active=True).first()
    if user is None:
        raise NotFound
    if not user.is_machine or user.username == _SYSTEM:
        raise NotAMachine
    _require_declared(cmd.scopes)
    if not dt.timedelta(0) < cmd.expires_at - timezone.now() <= dt.timedelta(LONGEST_KEY_DAYS):
        raise KeyLifetime(days=LONGEST_KEY_DAYS)
    replaced = None
    if cmd.replaces is not None:
        replaced = ApiKey.objects.filter(id=cmd.replaces, user=user).first()
        if replaced is None:
            raise NotFound
    key = ApiKey.objects.create(
        user=user,
        name=cmd.name,
        prefix=cmd.prefix,
        digest=cmd.digest,
        scopes=sorted(set(cmd.scopes)),
        addresses=[_network(one) for one in cmd.addresses],
        expires_at=cmd.expires_at,
        replaces=replaced,
        client=replaced.client if replaced else f"key:{cmd.prefix}",
    )
    return ApiKeyIssued(key.id)


class RevokeApiKey(Command):
    key: int


@operation(
    "access.revoke_api_key",
    permission="access.manage_api_keys",
    scope=WHOLE_BANK,
    sentence=Text(uk="Відкликано ключ програмного доступу", en="A key for the API was revoked"),
)
def revoke_api_key(*, cmd: RevokeApiKey, run: Run) -> None:
    """End a key at once: its next request is refused. Raises NotFound and KeyRevoked."""
    key = ApiKey.objects.select_for_update().filter(id=cmd.key).first()
    if key is None:
        raise NotFound
    if key.revoked_at is not None:
        raise KeyRevoked
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])


def _require_declared(permissions: Iterable[str]) -> None:
    """Raises UnknownPermission."""
    declared = declared_permissions()
    for permission in permissions:
        if permission not in declared:
            raise UnknownPermission(permission=permission[:100])


def _network(given: str) -> str:
    """A network in its usual spelling. Raises NotANetwork."""
    try:
        return str(ipaddress.ip_network(given))
    except ValueError:
        raise NotANetwork(given=given) from None


def digest_of(code: str) -> str:
    """How a recovery code is kept: eighty random bits need no slow hash."""
    return hashlib.sha256(code.encode()).hexdigest()
