"""People in the frame: the profile, the branch in the bar, and the names of roles."""

from typing import cast

from django.http import HttpRequest

from apps.access.models import Role
from apps.control.screens import Request
from apps.kernel.frame import FACTS, Fact
from apps.kernel.menu import MenuItem, place
from apps.kernel.models import Branch
from apps.kernel.text import Text
from apps.kernel.wording import NAMES

place(
    MenuItem(
        url="access:profile",
        label=Text(uk="Профіль і безпека", en="Profile and security"),
        icon="user-round",
        permission="access.use_own_profile",
        order=99,
        hidden=True,
    )
)
place(
    MenuItem(
        url="api_help",
        label=Text(uk="API для програм", en="API for programs"),
        icon="file-text",
        group=Text(uk="Контроль", en="Control"),
        permission="access.manage_api_keys",
        order=97,
    )
)


def _branch(request: HttpRequest) -> list[Fact]:
    """The branch of whoever works in just one; one statement."""
    held = cast(Request, request).rights.everywhere()
    if held is None or len(held) != 1:
        return []
    found = Branch.objects.get(id__in=held)
    name = str(Text(uk=found.name_uk, en=found.name_en))
    return [Fact(Text(uk="Відділення", en="Branch"), name, optional=True)]


FACTS.add("branch", _branch)


def _role(code: str) -> str:
    found = Role.objects.filter(code=code).first()
    return str(Text(uk=found.name_uk, en=found.name_en)) if found else ""


NAMES.add("role", _role)
