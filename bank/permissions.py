"""Rows of Django's permission table for what operations ask, so that guardian can refer to them."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from apps.control.declarations import OPERATIONS
from apps.kernel.models import Branch


def sync(*, using: str) -> None:
    """One permission on branches for each permission that an operation declares."""
    content_type = ContentType.objects.db_manager(using).get_for_model(Branch)
    known = set(
        Permission.objects.using(using)
        .filter(content_type=content_type)
        .values_list("codename", flat=True)
    )
    Permission.objects.using(using).bulk_create(
        Permission(content_type=content_type, codename=name, name=name)
        for name in sorted({operation.permission for operation in OPERATIONS} - known)
    )
