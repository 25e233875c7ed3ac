"""Pay over the API: payrolls, payslips, what makes them; for those alone who may see pay."""

import base64
import io
import json

import pytest
from pypdf import PdfReader

from tests.api.machine import Machine, machine, reads, uah
from tests.evidence import world
from tests.factories import Bank, define_role
from tests.hr import office as at
from tests.hr.office import Office, open_office


@pytest.fixture
def office(bank: Bank) -> Office:
    return open_office(bank)


@pytest.fixture
def payroll(office: Office) -> Machine:
    """A program of the payroll department of the whole bank."""
    return machine(office.bank, "payroll_officer")


def test_a_month_is_prepared_posted_by_two_and_read(office: Office, payroll: Machine) -> None:
    first, second = at.worker(office, "30000"), at.worker(office, "8647")
    made = payroll.post("payrolls", {"month": "2026-01-20"})
    number = made.result["payroll"]
    assert (made.status, made.result["employees"]) == (201, 2)
    assert made.headers["Location"] == f"/api/v1/payrolls/{number}"
    draft = payroll.get(f"payrolls/{number}").body
    assert (draft["payroll"]["state"], draft["payroll"]["month"]) == ("draft", "2026-01-01")
    assert draft["payroll"]["totals"] == {
        "people": 2,
        "gross": uah("38647.00"),
        "income_tax": uah("6956.46"),
        "military_levy": uah("1932.35"),
        "contribution": uah("8502.34"),
        "deducted": uah("0.00"),
        "net": uah("29758.19"),
        "paid": uah("29758.19"),
        "cost": uah("47149.34"),
    }
    assert draft["month"] == draft["payroll"]["totals"]
    assert draft["month_before"]["people"] == 0
    assert {(one["code"], one["employee"]) for one in draft["warnings"]} == {
        ("first", first.id), ("first", second.id),
    }  # fmt: skip
    parked = payroll.post(f"payrolls/{number}/post")
    assert (parked.status, parked.body["outcome"]) == (202, "parked")
    # A person of the payroll department agrees on a screen, or another program over the API.
    head = machine(office.bank, "payroll_head")
    request = head.get(f"approvals/{parked.body['approval']}").body
    agreed = head.post(
        f"approvals/{parked.body['approval']}/approve", {"meaning": request["meaning"]}
    )
    assert agreed.result["state"] == "done", agreed.body
    posted = payroll.get(f"payrolls/{number}").body["payroll"]
    assert (posted["state"], posted["posted_on"]) == ("posted", "2026-01-05")
    assert payroll.get("payrolls").body == {"items": [posted], "next": None}
    assert first.account.minor == 2_310_000
    cost = payroll.get("pay-cost").body["lines"]
    assert [(one["unit"], one["totals"]["cost"]) for one in cost] == [
        (office.unit, uah("47149.34"))
    ]
    assert payroll.get("pay-cost", start="2024-01-01", end="2026-01-31").status == 400
    back = payroll.post(f"payrolls/{number}/reverse", {"reason": "Проба", "take_back": True})
    assert back.status == 202


def test_payslips_whole_and_as_documents(office: Office, payroll: Machine) -> None:
    people = [at.worker(office, "30000"), at.worker(office, "42000")]
    number = at.pay(office)
    place = f"payrolls/{number}/payslips"
    slips = payroll.get(place).body["items"]
    assert [one["employee"] for one in slips] == [one.id for one in people]
    slip = slips[0]
    assert slip == {
        "id": slip["id"],
        "payroll": number,
        "month": "2026-01-01",
        "through": "2026-01-31",
        "state": "posted",
        "posted_on": "2026-01-05",
        "employee": people[0].id,
        "number": people[0].number,
        "unit": slip["unit"],
        "account": people[0].account.number,
        "norm_days": 22,
        "worked_days": 22,
        "parts": [{"kind": "salary", "amount": uah("30000.00"), "days": 22, "recipient": None}],
        "gross": uah("30000.00"),
        "benefit": uah("0.00"),
        "income_tax": uah("5400.00"),
        "military_levy": uah("1500.00"),
        "contribution_base": uah("30000.00"),
        "contribution": uah("6600.00"),
        "deducted": uah("0.00"),
        "net": uah("23100.00"),
        "brought": uah("0.00"),
        "paid": uah("23100.00"),
    }
    assert [one for page in payroll.pages(place, limit=1) for one in page] == slips
    assert payroll.get(f"payslips/{slip['id']}").body == slip
    assert payroll.get(f"employees/{people[0].id}/payslips").body["items"] == [slip]
    assert reads(payroll, place, limit=1) == reads(payroll, place, limit=50)

    document = payroll.get(f"payslips/{slip['id']}/document")
    assert document.body["name"] == f"payslip-{people[0].number}-2026-01-{slip['id']}.pdf"
    assert document.body["media_type"] == "application/pdf"
    content = base64.b64decode(document.body["content"], validate=True)
    [page] = PdfReader(io.BytesIO(content)).pages
    text = " ".join(page.extract_text().replace("\u202f", " ").split())
    assert "Payslip for 01.2026" in text
    assert "30 000.00 UAH" in text
    assert "23 100.00 UAH" in text
    # The same bytes, and so the same ETag, whenever it is asked for.
    again = payroll.get(f"payslips/{slip['id']}/document")
    assert again.headers["ETag"] == document.headers["ETag"]
    assert payroll.get("payslips/987654321/document").status == 404
    assert payroll.get("payrolls/987654321").status == 404
    assert payroll.get("payrolls/987654321/payslips").status == 404


def test_items_and_deductions(office: Office, payroll: Machine) -> None:
    who = at.worker(office)
    bonus = {"month": "2026-01-20", "kind": "bonus", "pay": "5000.00", "reason": "Наказ № 3"}
    item = payroll.post(f"employees/{who.id}/pay-items", bonus).result["item"]
    told = payroll.get(f"employees/{who.id}/pay-items").body["items"]
    assert told == [
        {
            "id": item,
            "month": "2026-01-01",
            "kind": "bonus",
            "amount": uah("5000.00"),
            "reason": "Наказ № 3",
            "cancelled_on": None,
        }
    ]
    assert payroll.post(f"pay-items/{item}/cancel", {"reason": "Скасовано"}).status == 200
    [cancelled] = payroll.get(f"employees/{who.id}/pay-items").body["items"]
    assert cancelled["cancelled_on"] == "2026-01-05"
    twice = payroll.post(f"pay-items/{item}/cancel", {"reason": "Скасовано"})
    assert (twice.status, twice.code) == (409, "hr.already_cancelled")

    alimony = {"kind": "alimony", "recipient": "Отримувач", "valid_from": "2026-01-01",
               "percent": "25"}  # fmt: skip
    order = payroll.post(f"employees/{who.id}/deductions", alimony).result["order"]
    ended = payroll.post(f"deductions/{order}/end", {"last_date": "2026-03-31"})
    assert ended.status == 200
    assert payroll.get(f"employees/{who.id}/deductions").body["items"] == [
        {
            "id": order,
            "kind": "alimony",
            "recipient": "Отримувач",
            "percent": "25.00",
            "amount": None,
            "valid_from": "2026-01-01",
            "valid_to": "2026-03-31",
        }
    ]
    both = payroll.post(f"employees/{who.id}/deductions", alimony | {"pay": "100"})
    assert (both.status, both.code) == (422, "hr.percent_or_amount")


def test_rules_of_pay_by_date(office: Office, payroll: Machine) -> None:
    newest = payroll.get("pay-rules", limit=1).body["items"][0]
    assert newest["minimum_wage"] == uah("8647.00")
    assert (newest["pit"], newest["levy"], newest["contribution"]) == (
        "18.000000", "5.000000", "22.000000",
    )  # fmt: skip
    whole = [one["valid_from"] for page in payroll.pages("pay-rules", limit=5) for one in page]
    assert whole == sorted(whole, reverse=True)
    head = machine(office.bank, "payroll_head")
    wrong = {"pay": [{"valid_from": newest["valid_from"], "minimum_wage_minor": 900_000,
                      "subsistence_minor": 350_000, "pit": "18", "levy": "5", "contribution": "22",
                      "contribution_disabled": "8.41", "ceiling_wages": 20, "benefit_percent": "50",
                      "benefit_limit_percent": "140", "employer_sick_days": 5}]}  # fmt: skip
    before = world()
    twice = head.post("pay-rules", wrong)
    assert (twice.status, twice.code) == (409, "hr.rules_twice")
    assert world() == before


def test_pay_is_told_to_those_alone_who_may_see_it(office: Office) -> None:
    """Another department finds no address of pay open, and no amount in those that are."""
    who = at.worker(office, "31313.17")
    number = at.pay(office)
    [slip] = (
        machine(office.bank, "payroll_officer").get(f"payrolls/{number}/payslips").body["items"]
    )
    places = [
        "payrolls", f"payrolls/{number}", f"payrolls/{number}/payslips", f"payslips/{slip['id']}",
        f"payslips/{slip['id']}/document", "pay-cost", f"employees/{who.id}/salaries",
        f"employees/{who.id}/pay-items", f"employees/{who.id}/deductions",
        f"employees/{who.id}/payslips",
    ]  # fmt: skip
    role = define_role("hr.view", actor=office.bank.administrator)
    for program in (machine(office.bank, role), machine(office.bank, "accountant")):
        for place in places:
            assert program.get(place).status == 403, place
    reader = machine(office.bank, role)
    for place in (f"employees/{who.id}", "employees", "positions", "units", "pay-rules"):
        answer = reader.get(place)
        assert answer.status == 200
        assert "31313" not in json.dumps(answer.body)

    local = define_role("hr.view_pay", actor=office.bank.administrator)
    there = machine(office.bank, local, branch=office.bank.other_branch)
    assert there.get(f"payslips/{slip['id']}").status == 404
    assert there.get(f"payslips/{slip['id']}/document").status == 404
    assert there.get(f"payrolls/{number}/payslips").body["items"] == []
    assert there.get(f"payrolls/{number}").body["payroll"]["totals"]["people"] == 0
