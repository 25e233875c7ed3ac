"""Rows of Django's permission table for what Skarb asks, so that guardian can refer to them."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from apps.access.operations import declared_permissions
from apps.kernel.models import Branch


def sync(*, using: str) -> None:
    """One permission on branches for each that an operation, a screen or the API declares."""
    content_type = ContentType.objects.db_manager(using).get_for_model(Branch)
    known = set(
        Permission.objects.using(using)
        .filter(content_type=content_type)
        .values_list("codename", flat=True)
    )
    Permission.objects.using(using).bulk_create(
        Permission(content_type=content_type, codename=name, name=name)
        for name in sorted(declared_permissions() - known)
    )
