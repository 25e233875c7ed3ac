"""Rules of pay, units and the staffing plan."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, at_branch, branch_of, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.hr import staff
from apps.hr.errors import PositionElsewhere, RulesOutOfRange
from apps.hr.models import LeaveKind, PayRule, Position, PositionPlan, Unit
from apps.kernel.text import Text

Name = Annotated[str, Meta(min_length=1, max_length=200)]
RoleCode = Annotated[str, Meta(max_length=40)]
RATE_DECIMALS = 6


class PayRuleLine(Struct, frozen=True, forbid_unknown_fields=True):
    """See apps/hr/data/README.md."""

    valid_from: dt.date
    minimum_wage_minor: Annotated[int, Meta(gt=0, le=10**12)]
    subsistence_minor: Annotated[int, Meta(gt=0, le=10**12)]
    pit: Decimal
    levy: Decimal
    contribution: Decimal
    contribution_disabled: Decimal
    ceiling_wages: Annotated[int, Meta(ge=1, le=1_000)]
    benefit_percent: Decimal
    benefit_limit_percent: Decimal
    employer_sick_days: Annotated[int, Meta(ge=0, le=366)]
    source: Annotated[str, Meta(max_length=400)] = ""
    verify: bool = False


class LeaveKindLine(Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,19}\Z")]
    name_uk: Name
    name_en: Name
    pay: LeaveKind.Pay
    counts_as_work: bool = True
    days_per_year: Annotated[int, Meta(ge=0, le=366)] | None = None
    needs_months: Annotated[int, Meta(ge=0, le=120)] | None = None
    source: Annotated[str, Meta(max_length=400)] = ""
    verify: bool = False


class LoadRules(Command):
    pay: Annotated[tuple[PayRuleLine, ...], Meta(max_length=1_000)] = ()
    leave: Annotated[tuple[LeaveKindLine, ...], Meta(max_length=100)] = ()


@operation(
    "hr.load_rules",
    permission="hr.manage_rules",
    scope=WHOLE_BANK,
    sentence=Text(uk="Завантажено правила оплати праці", en="Rules of pay were loaded"),
)
def load_rules(*, cmd: LoadRules, run: Run) -> None:
    """Add dated rules of pay and kinds of leave. Raises RulesOutOfRange and RulesTwice."""
    for line in cmd.pay:
        rates = (line.pit, line.levy, line.contribution, line.contribution_disabled)
        fit = all(_is_percent(one, 100) for one in (*rates, line.benefit_percent))
        if not fit or not _is_percent(line.benefit_limit_percent, 999):
            raise RulesOutOfRange(valid_from=line.valid_from.isoformat())
    PayRule.objects.bulk_create(PayRule(**msgspec.structs.asdict(line)) for line in cmd.pay)
    LeaveKind.objects.bulk_create(LeaveKind(**msgspec.structs.asdict(line)) for line in cmd.leave)


class OpenUnit(Command):
    """`branch` is the cost centre; without a `parent` the unit is a root of the tree."""

    branch: int
    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,11}\Z")]
    name_uk: Name
    name_en: Name
    parent: int | None = None


class UnitOpened(Struct, frozen=True):
    unit: int


@operation(
    "hr.open_unit",
    permission="hr.manage_structure",
    scope=at_branch(lambda cmd: cmd.branch),
    sentence=Text(uk="Створено підрозділ", en="A unit was opened"),
)
def open_unit(*, cmd: OpenUnit, run: Run) -> UnitOpened:
    """Add a unit to the tree. Raises NotFound and UnitCodeTaken."""
    _require_unit(cmd.parent)
    unit = Unit.objects.create(
        branch_id=cmd.branch, code=cmd.code, name_uk=cmd.name_uk, name_en=cmd.name_en,
        parent_id=cmd.parent, opened_on=run.date,
    )  # fmt: skip
    return UnitOpened(unit.id)


class MoveUnit(Command):
    unit: int
    parent: int | None = None


@operation(
    "hr.move_unit",
    permission="hr.manage_structure",
    scope=branch_of("hr_unit", lambda cmd: cmd.unit),
    sentence=Text(uk="Переміщено підрозділ", en="A unit was moved"),
)
def move_unit(*, cmd: MoveUnit, run: Run) -> None:
    """Hang a unit below another one. Raises NotFound and UnitInItself."""
    _require_unit(cmd.parent)
    unit = Unit.objects.get(id=cmd.unit)
    unit.parent_id = cmd.parent
    unit.save(update_fields=["parent"])


class PlanPosition(Command):
    """`posts_percent` from a date on: 250 are two posts and a half, zero ends the position.

    `roles` are those of the system that go with the job; they replace the earlier ones.
    """

    unit: int
    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z")]
    title_uk: Name
    title_en: Name
    valid_from: dt.date
    posts_percent: Annotated[int, Meta(ge=0, le=1_000_000)]
    roles: Annotated[tuple[RoleCode, ...], Meta(max_length=10)] = ()


class PositionPlanned(Struct, frozen=True):
    position: int


@operation(
    "hr.plan_position",
    permission="hr.manage_structure",
    scope=branch_of("hr_unit", lambda cmd: cmd.unit),
    sentence=Text(uk="Змінено штатний розпис", en="The staffing plan was changed"),
)
def plan_position(*, cmd: PlanPosition, run: Run) -> PositionPlanned:
    """Add a position or change its posts. Raises PositionElsewhere and RolesNotGivenHere."""
    staff.require_grantable(cmd.roles)
    position, _ = Position.objects.update_or_create(
        code=cmd.code,
        defaults={"title_uk": cmd.title_uk, "title_en": cmd.title_en, "roles": list(cmd.roles)},
        create_defaults={
            "unit_id": cmd.unit, "title_uk": cmd.title_uk, "title_en": cmd.title_en,
            "roles": list(cmd.roles),
        },
    )  # fmt: skip
    if position.unit_id != cmd.unit:
        raise PositionElsewhere(position=cmd.code)
    PositionPlan.objects.create(
        position=position, valid_from=cmd.valid_from, posts_percent=cmd.posts_percent
    )
    return PositionPlanned(position.id)


def _require_unit(unit: int | None) -> None:
    if unit is not None and not Unit.objects.filter(id=unit).exists():
        raise NotFound


def _is_percent(given: Decimal, below: int) -> bool:
    """A finite number from zero to `below`, of as many decimals as are kept."""
    if not given.is_finite() or not 0 <= given <= below:
        return False
    exponent = given.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= RATE_DECIMALS
