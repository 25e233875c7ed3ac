"""The roles that a bank begins with, against what operations and screens ask."""

from apps.access.operations import declared_permissions
from apps.control.declarations import OPERATIONS
from bank.installation import CLOCK, INSTALLATION
from bank.roles import CHECKERS, EVERYONE, ROLES


def test_roles_name_only_what_is_asked_for() -> None:
    held = {permission for role in ROLES.values() for permission in role.permissions}

    assert held | {*INSTALLATION, *CLOCK, *EVERYONE} <= declared_permissions()


def test_somebody_may_do_whatever_can_be_done() -> None:
    held = {permission for role in ROLES.values() for permission in role.permissions}
    held |= {*INSTALLATION, *CLOCK, *EVERYONE}

    assert {one for one in declared_permissions() if not one.startswith("probe.")} <= held


def test_operations_of_four_eyes_have_a_checker() -> None:
    needed = {one.name for one in OPERATIONS if one.four_eyes and "probe" not in one.name}

    assert needed == set(CHECKERS)
    for role in CHECKERS.values():
        assert "control.decide_approvals" in ROLES[role].permissions
