"""Users, roles, and where and until when people hold them."""

import datetime as dt
from typing import Any, ClassVar, Self

from auditlog.registry import auditlog
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the staff, a machine, or the system itself, as an actor."""

    username = models.CharField(max_length=150, unique=True)
    full_name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="uk")
    theme = models.CharField(max_length=6, default="system")
    density = models.CharField(max_length=7, default="normal")
    shortcuts = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        default=False, help_text="Asked by nothing: what a person may do follows from roles"
    )
    # The system is an actor whose role holds just what the close and the integrations need.
    is_machine = models.BooleanField(default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_superuser=True), name="access_user_no_superusers"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class Role(models.Model):
    """A named set of permissions; what a person may do follows from roles alone."""

    code = models.CharField(max_length=40, unique=True)
    name_uk = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    permissions = ArrayField(models.CharField(max_length=100))

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_uk


class HoldingQuerySet(models.QuerySet["RoleHolding"]):
    def in_force(self, date: dt.date) -> Self:
        """Holdings that count on this booking date."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=date),
            valid_from__lte=date,
            user__is_active=True,
        )

    def at(self, branch: int | None) -> Self:
        """Holdings that reach this branch; None asks for those of the whole bank."""
        return self.filter(Q(branch__isnull=True) | Q(branch_id=branch))


class RoleHolding(models.Model):
    """A person holds a role in a branch (none: the whole bank), from a date, to a date.

    This is the truth about rights; guardian's rows are a projection that its operations rebuild.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="holdings")
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    limit_minor = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Largest amount of one operation, in minor units of the base currency",
    )

    objects = HoldingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="access_holding_dates",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "branch", "valid_from"],
                nulls_distinct=False,
                name="access_holding_once",
            ),
        ]
        indexes = [models.Index(fields=["user", "role"], name="access_holding_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role_id} in {self.branch_id or 'the whole bank'}"


class BranchPermission(UserObjectPermissionBase):
    """Guardian's row: this user has this permission in this branch; rebuilt, never edited."""

    content_object = models.ForeignKey("kernel.Branch", on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = "branch permission (projected)"


class RecoveryCode(models.Model):
    """A code that stands in for the second factor once; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="access_recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {'used' if self.used_at else 'waiting'}"


class ApiKey(models.Model):
    """A key by which a machine user comes through the API; of the key itself only a digest is kept.

    It may do what is both in its scopes and in the roles that its user holds.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=100)
    # The public part of the key, by which it is found and told from others.
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=100))
    addresses = ArrayField(
        models.CharField(max_length=43), help_text="Networks it may come from; none: from anywhere"
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # Whose idempotency keys its own are: a key that replaces another goes on as the same client,
    # so that a request which is repeated with the new key is not done twice.
    client = models.CharField(max_length=40)

    class Meta:
        verbose_name = "API key"
        constraints = [
            # A constraint, as `unique=True` would add an index for LIKE that nobody uses.
            models.UniqueConstraint(fields=["prefix"], name="access_apikey_prefix_once"),
            models.CheckConstraint(condition=~Q(scopes=[]), name="access_apikey_scopes"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"


class ApiKeyUse(models.Model):
    """When a key was last used, to the minute, and from where: what no operation writes."""

    key = models.OneToOneField(
        ApiKey, on_delete=models.PROTECT, primary_key=True, related_name="last_use"
    )
    used_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)

    def __str__(self) -> str:
        return f"{self.key_id}: {self.used_at}"


class StaffSession(AbstractBaseSession):
    """A session of the browser, with whose it is; the key is a secret of that browser."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "session"
        verbose_name_plural = "sessions"

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from apps.access.sessions import SessionStore

        return SessionStore


class SignIn(models.Model):
    """A line for each attempt to sign in, and for what came of it; added, never changed.

    Who was named is kept as a digest, as people type passwords there too; `user` is who has that
    name. `machine` is the mark of a machine that is known for the name.
    """

    at = models.DateTimeField()
    name_digest = models.CharField(max_length=64)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    machine = models.CharField(max_length=24, blank=True)
    address = models.CharField(max_length=45, blank=True)
    outcome = models.CharField(max_length=10)
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = "sign-in"
        indexes = [
            models.Index(fields=["name_digest", "at"], name="access_signin_by_name"),
            models.Index(fields=["address", "at"], name="access_signin_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.outcome}"


# Reference data: auditlog shows people its differences.
auditlog.register(ApiKey, exclude_fields=["digest"])
auditlog.register(User, exclude_fields=["password", "last_login"])
auditlog.register(Role)
auditlog.register(RoleHolding)
