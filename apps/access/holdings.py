"""What follows from holdings of roles, for bodies of operations."""

import datetime as dt

from django.contrib.auth.models import Permission
from django.db.models import Q

from apps.access.models import BranchPermission, Role, RoleHolding, User
from apps.access.rules import RIGHTS
from apps.control.models import ApprovalPolicy
from apps.control.run import Run

# What a role holds whose people decide on each other's changes of rights.
_GOVERNING = {"access.grant_roles", "control.decide_approvals"}
_FOUNDERS = 2


def end_founding(role: Role, run: Run) -> None:
    """Let a second holder of a role agree to what changes rights, where nobody is asked yet.

    Only of a role, held in the whole bank, whose people may both grant roles and decide.
    """
    if not set(role.permissions) >= _GOVERNING:
        return
    tomorrow = run.date + dt.timedelta(days=1)
    people = RoleHolding.objects.in_force(tomorrow).filter(role=role, branch=None)
    if people.values("user_id").distinct().count() < _FOUNDERS:
        return
    asked = ApprovalPolicy.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=tomorrow),
        operation__in=RIGHTS,
        branch=None,
        from_amount_minor=0,
    ).values_list("operation", flat=True)
    for name in sorted(set(RIGHTS) - set(asked)):
        ApprovalPolicy.objects.create(
            operation=name, role=role.code, checkers=1, valid_from=tomorrow
        )
        run.rules.setdefault("two_people_from", {})[name] = tomorrow.isoformat()


def project(user_id: int, date: dt.date) -> None:
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
