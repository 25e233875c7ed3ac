"""People, roles, holdings and keys in the administration."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password

from apps.access.models import ApiKey, BranchPermission, Role, RoleHolding, SignIn, User
from apps.access.operations import declared_permissions
from apps.access.rules import new_key
from apps.control.admin import PEOPLE, WHOLE_BANK, branches
from apps.control.adminsite import rows
from apps.control.adminsite.forms import pick, pick_many
from apps.control.adminsite.pages import Data, Offer, OperationAdmin, Prepared
from apps.control.adminsite.shown import called, shown
from apps.kernel.text import Text

_LANGUAGE = pick(lambda: [("uk", "Українська"), ("en", "English")])


def _roles() -> Iterator[tuple[str, str]]:
    return ((one.code, called(one)) for one in Role.objects.all())


def _permissions() -> list[tuple[str, str]]:
    return [(one, one) for one in sorted(declared_permissions())]


def _new_password(required: bool) -> forms.Field:
    return forms.CharField(
        required=required,
        strip=False,
        min_length=12,
        max_length=200,
        validators=[validate_password],
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=str(
            Text(
                uk="Щонайменше 12 знаків; можна речення. Людина змінить його у профілі.",
                en="At least 12 characters; a sentence will do. The person changes it later.",
            )
        ),
    )


def _hash(data: Data) -> Prepared:
    """What goes on is the hash, which the door keeps as a secret."""
    return {"user": data["user"], "hashed": make_password(data["new"])}, ""


def _make_key(data: Data) -> Prepared:
    """The key is shown this once; the bank keeps its digest."""
    key = new_key()
    return data | {"prefix": key.prefix, "digest": key.digest}, key.token


GRANT = Offer(
    operation="access.grant_role",
    label=Text(uk="Надати роль", en="Grant a role"),
    icon="user-round-check",
    given=lambda row: {"user": row.id},
    asks={"role": pick(_roles), "branch": pick(branches, empty=WHOLE_BANK)},
    when=lambda row: row.is_active,
    hint=Text(
        uk="Ліміт вкажіть у найменших одиницях базової валюти; порожньо означає без ліміту.",
        en="The limit is in minor units of the base currency; empty means none.",
    ),
)
ISSUE_KEY = Offer(
    operation="access.issue_api_key",
    label=Text(uk="Видати ключ API", en="Issue an API key"),
    icon="lock-open",
    given=lambda row: {"user": row.id},
    made=("prefix", "digest", "replaces"),
    asks={"scopes": pick_many(_permissions)},
    when=lambda row: row.is_active and row.is_machine,
    prepare=_make_key,
    hint=Text(
        uk="Ключ буде показано один раз, одразу після видачі.",
        en="The key is shown once, right after it is issued.",
    ),
)


@admin.register(User)
class UserAdmin(OperationAdmin):
    title = Text(uk="Користувачі", en="Users")
    group = PEOPLE
    permission = "access.manage_users"
    columns = ("username", "full_name", "email", "is_active", "is_machine", "last_login")
    hidden = frozenset({"password", "is_superuser", "is_staff"})
    search_fields = ("username", "full_name", "email")
    list_filter = ("is_active", "is_machine")
    ordering = ("username",)
    parts = ((RoleHolding, "user"), (ApiKey, "user"))
    adds = (
        Offer(
            operation="access.add_user",
            label=Text(uk="Додати користувача", en="Add a user"),
            icon="user-round-plus",
            made=("is_staff",),
            asks={"language": _LANGUAGE},
            hint=Text(
                uk="Увійти можна буде після того, як адміністратор задасть пароль.",
                en="Signing in is possible once an administrator has set a password.",
            ),
        ),
    )
    offers = (
        GRANT,
        ISSUE_KEY,
        Offer(
            operation="access.reset_password",
            label=Text(uk="Задати пароль", en="Set a password"),
            icon="lock",
            given=lambda row: {"user": row.id},
            made=("hashed",),
            asks={"new": _new_password},
            when=lambda row: row.is_active and not row.is_machine,
            prepare=_hash,
        ),
        Offer(
            operation="access.reset_second_factor",
            label=Text(uk="Скинути другий фактор", en="Reset the second factor"),
            icon="keyboard",
            given=lambda row: {"user": row.id},
            when=lambda row: row.is_active and not row.is_machine,
            hint=Text(
                uk="Під час наступного входу людина налаштує новий застосунок.",
                en="At the next sign-in the person sets a new authenticator up.",
            ),
        ),
        Offer(
            operation="access.change_user",
            label=Text(uk="Змінити дані", en="Change details"),
            icon="notebook-pen",
            given=lambda row: {"user": row.id},
            first=lambda row: {"full_name": row.full_name, "email": row.email},
        ),
        Offer(
            operation="access.reopen_user",
            label=Text(uk="Знову відкрити доступ", en="Open the access again"),
            icon="lock-open",
            given=lambda row: {"user": row.id},
            when=lambda row: not row.is_active,
            hint=Text(
                uk="Ролі, строк яких не минув, діятимуть знову; пароль треба задати новий.",
                en="Roles that still run count again; a new password has to be set.",
            ),
        ),
        Offer(
            operation="access.close_user",
            label=Text(uk="Закрити доступ", en="Close the access"),
            icon="circle-x",
            given=lambda row: {"user": row.id},
            when=lambda row: row.is_active,
            hint=Text(
                uk="Доступ зникає одразу; ролі лишаються в історії.",
                en="The access ends at once; the roles stay as history.",
            ),
        ),
    )


_DEFINE = Offer(
    operation="access.define_role",
    label=Text(uk="Визначити роль", en="Define a role"),
    asks={"permissions": pick_many(_permissions)},
)


@admin.register(Role)
class RoleAdmin(OperationAdmin):
    title = Text(uk="Ролі", en="Roles")
    group = PEOPLE
    permission = "access.manage_roles"
    columns = ("code", "name_uk", "name_en", "permissions_count")
    search_fields = ("code", "name_uk", "name_en")
    parts = ((RoleHolding, "role"),)
    adds = (_DEFINE,)
    offers = (
        Offer(
            operation="access.define_role",
            label=Text(uk="Змінити роль", en="Change the role"),
            icon="settings",
            given=lambda row: {"code": row.code},
            first=lambda row: {
                "name_uk": row.name_uk,
                "name_en": row.name_en,
                "permissions": row.permissions,
            },
            asks={"permissions": pick_many(_permissions)},
            hint=Text(
                uk="Зміна діє для всіх, хто має роль, від наступної їхньої операції.",
                en="The change reaches all who hold the role with their next operation.",
            ),
        ),
    )

    def permissions_count(self, row: Any) -> str:
        return str(len(row.permissions))


@admin.register(RoleHolding)
class RoleHoldingAdmin(OperationAdmin):
    title = Text(uk="Хто має ролі", en="Who holds roles")
    group = PEOPLE
    permission = "access.grant_roles"
    columns = ("user", "role", "branch", "valid_from", "valid_to", "limit_minor")
    search_fields = ("user__username", "user__full_name", "role__code")
    ordering = ("-id",)
    offers = (
        Offer(
            operation="access.revoke_role",
            label=Text(uk="Відкликати роль", en="Revoke the role"),
            icon="circle-x",
            given=lambda row: {"holding": row.id},
            hint=Text(
                uk="Роль перестає діяти сьогодні; що було, лишається в історії.",
                en="The role counts no more from today on; what was stays as history.",
            ),
        ),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(OperationAdmin):
    title = Text(uk="Ключі API", en="API keys")
    group = PEOPLE
    permission = "access.manage_api_keys"
    columns = ("prefix", "name", "user", "scopes", "expires_at", "revoked_at")
    hidden = frozenset({"digest"})
    search_fields = ("prefix", "name", "user__username")
    ordering = ("-id",)
    offers = (
        Offer(
            operation="access.revoke_api_key",
            label=Text(uk="Відкликати ключ", en="Revoke the key"),
            icon="circle-x",
            given=lambda row: {"key": row.id},
            when=lambda row: row.revoked_at is None,
            hint=Text(
                uk="Наступний запит із цим ключем буде відхилено.",
                en="The next request with this key is refused.",
            ),
        ),
    )


@admin.register(BranchPermission)
class BranchPermissionAdmin(OperationAdmin):
    title = Text(uk="Права у відділеннях (проєкція)", en="Rights in branches (projected)")
    group = PEOPLE
    permission = "access.grant_roles"
    columns = ("user", "content_object", "permission_code")
    search_fields = ("user__username", "user__full_name")
    list_select_related = ("user", "content_object", "permission")
    ordering = ("-id",)

    def permission_code(self, row: Any) -> str:
        return str(row.permission.codename)


@admin.register(SignIn)
class SignInAdmin(OperationAdmin):
    title = Text(uk="Спроби входу", en="Attempts to sign in")
    group = PEOPLE
    permission = "access.manage_users"
    columns = ("at", "user", "outcome", "address", "known")
    hidden = frozenset({"name_digest", "machine"})
    ordering = ("-id",)
    finds: ClassVar[rows.Finds] = {"user__username": rows.plain, "address": rows.plain}
    find_label = Text(uk="Ім’я входу або адреса", en="User name or address")

    def known(self, row: Any) -> str:
        return shown(bool(row.machine))
