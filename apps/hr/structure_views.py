"""Screens of the organisation: units in a tree, and the posts of the staffing plan."""

from typing import Any, ClassVar

from django.urls import reverse

from apps.access.models import Role
from apps.control import door
from apps.control.commands import Command
from apps.control.screens import Crumb, OperationScreen
from apps.customers.forms import branch_name
from apps.hr import queries, staff
from apps.hr.forms import MoveForm, PositionForm, UnitForm
from apps.kernel import wording
from apps.kernel.models import Branch
from apps.kernel.text import Text

NOWHERE = ("", "—")


class OfStructure(OperationScreen):
    """An operation on units or posts, from the staffing plan and back to it."""

    confirm_label: ClassVar[Text] = Text(uk="Виконати", en="Do it")
    fields_of: ClassVar[dict[str, str]] = {
        "hr.unit_code_taken": "code",
        "hr.unit_in_itself": "parent",
        "hr.position_elsewhere": "code",
    }

    @property
    def title(self) -> Text:  # type: ignore[override]
        return wording.DEEDS[self.operation]

    def units(self) -> list[tuple[str, str]]:
        """Units that this person may change, indented by their place in the tree."""
        return [
            (str(one.id), f"{'· ' * one.depth}{one.code} {Text(uk=one.name_uk, en=one.name_en)}")
            for one in queries.units(branches=self.where)
        ]

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        return Text(uk=f"{self.title.uk}.", en=f"{self.title.en}.")

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("hr:plan")

    def crumbs(self) -> list[Crumb]:
        return [(reverse("hr:plan"), str(Text(uk="Штатний розпис", en="Staffing plan")))]


class OpenUnit(OfStructure):
    operation = "hr.open_unit"
    form_class = UnitForm

    def form_kwargs(self) -> dict[str, Any]:
        branches = Branch.objects.filter(closed_on=None)
        if self.where is not None:
            branches = branches.filter(id__in=self.where)
        offered = [(str(one.id), branch_name(one)) for one in branches]
        return {"choices": {"branch": offered, "parent": [NOWHERE, *self.units()]}}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(**data)


class MoveUnit(OfStructure):
    operation = "hr.move_unit"
    form_class = MoveForm

    def form_kwargs(self) -> dict[str, Any]:
        units = self.units()
        return {"choices": {"unit": units, "parent": [NOWHERE, *units]}}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(**data)


class PlanPosition(OfStructure):
    operation = "hr.plan_position"
    form_class = PositionForm

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": {"unit": self.units(), "roles": grantable_roles()}}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(**data | {"roles": tuple(data["roles"])})


def grantable_roles() -> list[tuple[str, str]]:
    """Roles that the staff department may ask for: those that administer nothing."""
    return [
        (role.code, str(Text(uk=role.name_uk, en=role.name_en)))
        for role in Role.objects.all()
        if not staff.ADMINISTRATIVE & set(role.permissions)
    ]
