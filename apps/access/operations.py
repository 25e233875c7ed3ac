"""Users, roles and holdings: who may do what, where and until when."""

import datetime as dt
from typing import Annotated

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from msgspec import Meta, Struct

from apps.access.errors import OwnRights, UnknownPermission
from apps.access.models import BranchPermission, Role, RoleHolding, User
from apps.control.commands import Command
from apps.control.declarations import OPERATIONS, WHOLE_BANK, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.kernel.text import Text

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


class AddUser(Command):
    username: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{1,149}$")]
    full_name: Name
    email: str = ""
    language: Annotated[str, Meta(pattern=r"^(uk|en)$")] = "uk"
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
    _project(cmd.user, run.date)


class DefineRole(Command):
    code: Code
    name_uk: Name
    name_en: Name
    permissions: tuple[str, ...]


class RoleDefined(Struct, frozen=True):
    role: int


@operation(
    "access.define_role",
    permission="access.manage_roles",
    scope=WHOLE_BANK,
    sentence=Text(uk="Визначено роль", en="A role was defined"),
)
def define_role(*, cmd: DefineRole, run: Run) -> RoleDefined:
    """Create a role or replace what it may do; its holders have it from the next operation on."""
    declared = {one.permission for one in OPERATIONS}
    for permission in cmd.permissions:
        if permission not in declared:
            raise UnknownPermission(permission=permission[:100])
    role, _ = Role.objects.update_or_create(
        code=cmd.code,
        defaults={
            "name_uk": cmd.name_uk,
            "name_en": cmd.name_en,
            "permissions": sorted(set(cmd.permissions)),
        },
    )
    for user_id in role.holdings.in_force(run.date).values_list("user_id", flat=True).distinct():
        _project(user_id, run.date)
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
    """Give a role to a person in a branch or in the whole bank, between two dates."""
    if cmd.user == run.actor.user_id:
        raise OwnRights
    role = Role.objects.filter(code=cmd.role).first()
    if role is None or not User.objects.filter(id=cmd.user).exists():
        raise NotFound
    holding = RoleHolding.objects.create(
        user_id=cmd.user,
        role=role,
        branch_id=cmd.branch,
        valid_from=cmd.valid_from,
        valid_to=cmd.valid_to,
        limit_minor=cmd.limit_minor,
    )
    _project(cmd.user, run.date)
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
    else:
        holding.valid_to = yesterday
        holding.save(update_fields=["valid_to"])
    _project(holding.user_id, run.date)


def _project(user_id: int, date: dt.date) -> None:
    """Rebuild guardian's rows of one person from the holdings in force on `date`."""
    BranchPermission.objects.filter(user_id=user_id).delete()
    user = User.objects.get(id=user_id)
    ids = dict(
        Permission.objects.filter(content_type__app_label="kernel").values_list("codename", "id")
    )
    everywhere: set[int] = set()
    rows = set()
    for holding in RoleHolding.objects.in_force(date).filter(user=user).select_related("role"):
        held = {ids[name] for name in holding.role.permissions if name in ids}
        if holding.branch_id is None:
            everywhere |= held
        else:
            rows |= {(holding.branch_id, permission) for permission in held}
    user.user_permissions.set(everywhere)
    BranchPermission.objects.bulk_create(
        BranchPermission(user=user, content_object_id=branch, permission_id=permission)
        for branch, permission in sorted(rows)
    )
