"""Rules of pay, units in a tree, and the staffing plan."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.control import guarding
from apps.hr import queries
from apps.hr.errors import (
    PositionElsewhere,
    RolesNotGivenHere,
    RulesOutOfRange,
    RulesTwice,
    UnitCodeTaken,
    UnitInItself,
)
from apps.hr.models import LeaveKind, PayRule, PositionPlan, Unit
from apps.kernel import sql
from tests.evidence import refuse
from tests.factories import Bank, do
from tests.hr import office as at
from tests.hr.office import Office

LINE: dict[str, Any] = {
    "valid_from": "2027-01-01", "minimum_wage_minor": 900_000, "subsistence_minor": 350_000,
    "pit": "18", "levy": "5", "contribution": "22", "contribution_disabled": "8.41",
    "ceiling_wages": 20, "benefit_percent": "50", "benefit_limit_percent": "140",
    "employer_sick_days": 5, "source": "Draft budget of 2027",
}  # fmt: skip


def test_a_new_bank_knows_the_rules_of_its_country(bank: Bank) -> None:
    assert PayRule.objects.count() == 6
    newest = PayRule.objects.order_by("-valid_from")[0]
    assert (newest.valid_from, newest.minimum_wage_minor) == (dt.date(2026, 1, 1), 864_700)
    assert newest.verify is True
    kinds = dict(LeaveKind.objects.values_list("code", "days_per_year"))
    assert (kinds["annual"], kinds["extra"], kinds["sick"]) == (24, 0, None)
    assert not LeaveKind.objects.get(code="childcare").counts_as_work


def test_rules_are_added_and_never_changed(office: Office) -> None:
    do("hr.load_rules", {"pay": [LINE]}, actor=office.head)
    assert PayRule.objects.get(valid_from="2027-01-01").levy == 5
    refuse(RulesTwice, "hr.load_rules", {"pay": [LINE]}, actor=office.head)
    for wrong in ({"pit": "101"}, {"levy": "NaN"}, {"contribution": "22.1234567"}):
        later = LINE | {"valid_from": "2028-01-01"} | wrong
        line = refuse(RulesOutOfRange, "hr.load_rules", {"pay": [later]}, actor=office.head)
        assert line.refusal is not None
        assert line.refusal["data"] == {"valid_from": "2028-01-01"}
    with pytest.raises(Exception, match="hr_payrule"), guarding.door_open(), transaction.atomic():
        sql.rows("UPDATE hr_payrule SET levy = 1.5")


def test_units_form_a_tree(office: Office) -> None:
    top = at.open_unit(office.hr, office.bank.branch, code="A")
    middle = at.open_unit(office.hr, office.bank.branch, parent=top, code="B")
    low = at.open_unit(office.hr, office.bank.other_branch, parent=middle, code="C")
    tree = {line.code: line.depth for line in queries.units(branches=None)}
    assert (tree["A"], tree["B"], tree["C"]) == (0, 1, 2)

    do("hr.move_unit", {"unit": low, "parent": top}, actor=office.hr)
    assert Unit.objects.get(id=low).parent_id == top
    for above in (top, middle):
        refuse(UnitInItself, "hr.move_unit", {"unit": top, "parent": above}, actor=office.hr)
    do("hr.move_unit", {"unit": middle}, actor=office.hr)
    assert Unit.objects.get(id=middle).parent_id is None
    command = {"branch": office.bank.branch, "code": "A", "name_uk": "Ще", "name_en": "Again"}
    refuse(UnitCodeTaken, "hr.open_unit", command, actor=office.hr)


def test_the_database_itself_knows_that_units_form_a_tree(office: Office) -> None:
    low = at.open_unit(office.hr, office.bank.branch, parent=office.unit)
    with pytest.raises(IntegrityError), guarding.door_open(), transaction.atomic():
        sql.rows(
            "UPDATE hr_unit SET parent_id = %(low)s WHERE id = %(top)s",
            {"low": low, "top": office.unit},
        )
    assert connection.connection is not None


def test_the_staffing_plan_is_dated(office: Office) -> None:
    unit = at.open_unit(office.hr, office.bank.branch, code="PLAN")
    position = at.plan(office.hr, unit, posts=2, code="CLERK", roles=("teller",))
    later = {
        "unit": unit, "code": "CLERK", "title_uk": "Касир", "title_en": "Teller",
        "valid_from": dt.date(2026, 7, 1), "posts_percent": 250,
    }  # fmt: skip
    assert do("hr.plan_position", later, actor=office.hr).result["position"] == position
    assert PositionPlan.objects.filter(position=position).count() == 2

    def planned(on: dt.date) -> int:
        [line] = [one for one in queries.staffing_plan(on=on, branches=None) if one.code == "CLERK"]
        return line.planned_percent

    assert planned(dt.date(2026, 6, 30)) == 200
    assert planned(dt.date(2026, 7, 1)) == 250


def test_a_position_stays_in_its_unit_and_gives_no_rights_over_others(office: Office) -> None:
    at.plan(office.hr, office.unit, posts=1, code="ONE")
    command = {
        "unit": office.other_unit, "code": "ONE", "title_uk": "Ін.", "title_en": "Other",
        "valid_from": office.bank.date, "posts_percent": 100,
    }  # fmt: skip
    refuse(PositionElsewhere, "hr.plan_position", command, actor=office.hr)
    for role in ("administrator", "no_such_role"):
        asked = command | {"code": "TWO", "roles": [role]}
        refuse(RolesNotGivenHere, "hr.plan_position", asked, actor=office.hr)
