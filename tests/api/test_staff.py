"""Staff over the API: units, posts, people found and decided about, leave."""

from typing import Any

import pytest

from apps.control.models import OperationRun
from tests.api.machine import Machine, machine, reads
from tests.cash import desk
from tests.evidence import world
from tests.factories import Bank
from tests.hr import office as at
from tests.hr.office import Office, open_office
from tests.hr.test_hiring import somebody


@pytest.fixture
def office(bank: Bank) -> Office:
    return open_office(bank)


@pytest.fixture
def hr(office: Office) -> Machine:
    """A program of the staff department of the whole bank."""
    return machine(office.bank, "hr_officer")


def test_units_and_the_staffing_plan(office: Office, hr: Machine) -> None:
    branch = office.bank.branch
    given = {"branch": branch, "code": "IT", "name_uk": "ІТ", "name_en": "IT",
             "parent": office.unit}  # fmt: skip
    unit = hr.post("units", given).result["unit"]
    told = {one["id"]: one for one in hr.get("units").body["units"]}
    assert told[unit] == {
        "id": unit, "code": "IT", "name_uk": "ІТ", "name_en": "IT", "branch": branch, "depth": 1,
    }  # fmt: skip
    assert hr.post(f"units/{unit}/move", {"parent": None}).status == 200
    assert {one["id"]: one["depth"] for one in hr.get("units").body["units"]}[unit] == 0
    taken = hr.post("units", given)
    assert (taken.status, taken.code) == (409, "hr.unit_code_taken")

    plan = {"unit": unit, "code": "DEV", "title_uk": "Розробник", "title_en": "Developer",
            "valid_from": "2026-01-01", "posts_percent": 250}  # fmt: skip
    position = hr.post("positions", plan).result["position"]
    at.worker(office, position=position, post_percent=50)
    lines = {one["position"]: one for one in hr.get("positions").body["positions"]}
    assert lines[position] == {
        "position": position,
        "code": "DEV",
        "unit": "IT",
        "title_uk": "Розробник",
        "title_en": "Developer",
        "planned_percent": 250,
        "taken_percent": 50,
        "free_percent": 200,
        "people": 1,
    }
    before = hr.get("positions", as_of="2025-12-31").body
    assert before["as_of"] == "2025-12-31"
    assert [one["planned_percent"] for one in before["positions"] if one["code"] == "DEV"] == [0]


def test_somebody_is_hired_and_read(office: Office, hr: Machine) -> None:
    account, customer = somebody(office)
    given = at.hiring(office, account, customer, "31313.17") | {"hired_on": "2026-01-05"}
    hired = hr.post("employees", given)
    employee = hired.result["employee"]
    assert hired.status == 201
    assert hired.headers["Location"] == f"/api/v1/employees/{employee}"
    body = hr.get(f"employees/{employee}").body
    known = body["employee"]
    assert known == {
        "id": employee,
        "number": hired.result["number"],
        "customer": customer,
        "full_name": "Шевченко Оксана",
        "unit": known["unit"],
        "title_uk": "Фахівець",
        "title_en": "Specialist",
        "post_percent": 100,
        "branch": office.bank.branch,
        "hired_on": "2026-01-05",
        "left_on": None,
        "user": None,
    }
    assert (body["contract"], body["contract_number"], body["in_hands"]) == ("permanent", "1-к", [])
    assert [one["valid_from"] for one in body["career"]] == ["2026-01-05"]
    assert hr.get("employees").body["items"] == [known]
    for text in ("шевч", "окс шев", known["number"]):
        assert hr.post("employees/search", {"text": text}).body["items"] == [known]
    assert hr.post("employees/search", {"text": "ніхто"}).body["items"] == []
    # What tells pay is nowhere in what people of other departments read.
    journal = str(list(OperationRun.objects.values("command", "effect", "result")))
    assert "31313" not in journal + str(body)
    twice = hr.post("employees", given)
    assert (twice.status, twice.code) == (409, "hr.already_employed")


def test_a_body_that_cannot_be_read_keeps_its_pay_to_itself(office: Office, hr: Machine) -> None:
    """Neither the answer nor the journal repeats what was sent of it."""
    who = at.worker(office)
    for wrong in (
        {"valid_from": "2026-02-01", "position": office.position, "salary": 31313.17},
        {"valid_from": "2026-02-01", "position": office.position, "pay": "31313.17"},
        {"valid_from": "2026-02-30", "position": office.position, "salary": "31313.17"},
        {"valid_from": "2026-02-01", "position": office.position, "salary": "31313,17"},
    ):
        answer = hr.post(f"employees/{who.id}/terms", wrong)
        assert answer.status in {400, 422}
        assert "31313" not in str(answer.body)
    line = OperationRun.objects.filter(operation="hr.change_terms")
    assert line.count() == 4
    assert "31313" not in str(list(line.values()))


def test_people_come_page_by_page_in_their_alphabet(office: Office, hr: Machine) -> None:
    people = [at.worker(office) for _ in range(3)]
    gone = people[0]
    dismissed = {"last_day": "2026-01-05", "reason": "За власним бажанням"}
    assert hr.post(f"employees/{gone.id}/dismiss", dismissed).result == {"in_hands": []}
    whole = hr.get("employees").body["items"]
    assert {one["id"] for one in whole} == {one.id for one in people}
    joined = [one for page in hr.pages("employees", limit=1) for one in page]
    assert joined == whole
    assert len(hr.get("employees", unit=office.unit).body["items"]) == 3
    assert hr.get("employees", unit=office.other_unit).body["items"] == []
    assert hr.get("employees", gone=True).body["items"] == []
    assert reads(hr, "employees", limit=1) == reads(hr, "employees", limit=50) == 1
    local = machine(office.bank, "hr_officer", branch=office.bank.other_branch)
    assert local.get("employees").body["items"] == []
    before = world()
    for part in ("", "/leave", "/leave-balances", "/salaries", "/pay-items", "/payslips"):
        assert local.get(f"employees/{gone.id}{part}").status == 404
    assert local.post(f"employees/{gone.id}/dismiss", dismissed).status == 404
    assert world() == before


def test_leave_is_recorded_adjusted_and_cancelled(office: Office, hr: Machine) -> None:
    who = at.worker(office)
    place = f"employees/{who.id}/leave"
    kinds = {one["code"]: one for one in hr.get("leave-kinds", limit=200).body["items"]}
    assert (kinds["annual"]["pay"], kinds["annual"]["days_per_year"]) == ("average", 24)
    days = {"kind": "annual", "first_day": "2026-01-12", "last_day": "2026-01-18"}
    absence = hr.post(place, days).result["absence"]
    sick = {"kind": "sick", "first_day": "2026-01-19", "last_day": "2026-01-20"}
    later = hr.post(place, sick).result["absence"]
    told = hr.get(place).body["items"]
    assert [one["id"] for one in told] == [later, absence]
    assert told[1] == days | {"id": absence, "cancelled_on": None}
    assert [one for page in hr.pages(place, limit=1) for one in page] == told
    twice = hr.post(place, days)
    assert (twice.status, twice.code) == (409, "hr.absent_twice")

    def left() -> dict[str, Any]:
        balances = hr.get(f"employees/{who.id}/leave-balances").body["balances"]
        found: dict[str, Any] = next(one for one in balances if one["kind"] == "annual")
        return found

    before = left()
    assert before["used_hundredths"] == 700
    more = {"kind": "annual", "days_hundredths": 350, "reason": "Залишок із попередньої системи"}
    assert hr.post(f"employees/{who.id}/leave-adjustments", more).status == 200
    assert left()["left_hundredths"] == before["left_hundredths"] + 350
    assert hr.post(f"leave/{absence}/cancel", {"reason": "Відкликано"}).status == 200
    assert left()["used_hundredths"] == 0
    assert hr.get(place).body["items"][1]["cancelled_on"] == "2026-01-05"


def test_access_is_asked_for_and_another_department_agrees(office: Office, hr: Machine) -> None:
    who = at.worker(office)
    given = {"username": "o.shevchenko", "roles": ["teller"]}
    parked = hr.post(f"employees/{who.id}/access", given)
    assert (parked.status, parked.body["outcome"]) == (202, "parked")
    assert hr.get(f"employees/{who.id}").body["employee"]["user"] is None


def test_terms_status_and_account_are_set(office: Office, hr: Machine) -> None:
    who = at.worker(office)
    terms = {"valid_from": "2026-02-01", "position": office.position, "salary": "41000.00",
             "post_percent": 50}  # fmt: skip
    assert hr.post(f"employees/{who.id}/terms", terms).status == 200
    career = hr.get(f"employees/{who.id}").body["career"]
    assert [(one["valid_from"], one["post_percent"]) for one in career] == [
        ("2026-02-01", 50), ("2025-01-01", 100),
    ]  # fmt: skip
    salaries = hr.get(f"employees/{who.id}/salaries").body["salaries"]
    assert [one["salary"]["amount"] for one in salaries] == ["41000.00", "30000.00"]
    status = {"valid_from": "2026-01-01", "benefit": "children", "children": "2"}
    assert hr.post(f"employees/{who.id}/personal-status", status).status == 200
    same = hr.post(f"employees/{who.id}/pay-account", {"deposit": who.account.id})
    assert same.status == 200
    other = desk.deposit(office.bank)
    foreign = hr.post(f"employees/{who.id}/pay-account", {"deposit": other.id})
    assert (foreign.status, foreign.code) == (422, "hr.account_unfit")
