"""Staff and pay on screens: hired, on leave, given access, paid by two people."""

import pytest

from apps.access.models import User
from apps.control.models import Approval
from apps.control.run import Actor
from apps.hr.models import (
    Absence,
    DeductionOrder,
    Employee,
    PayItem,
    Payroll,
    Position,
    Terms,
    Unit,
)
from tests.factories import Bank, add_user, define_role, do
from tests.hr import office as at
from tests.hr.office import Office, open_office
from tests.hr.test_hiring import somebody
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor


@pytest.fixture
def office(bank: Bank) -> Office:
    return open_office(bank)


def visitor(actor: Actor) -> Visitor:
    return Visitor(User.objects.get(id=actor.user_id))


def agree(by: Visitor) -> None:
    """Agree to the newest request on its page."""
    newest = Approval.objects.order_by("-id")[0]
    address = f"/approvals/{newest.id}/"
    given = {"decision": "approve", "meaning": newest.meaning_hash, "key": f"k{newest.id}"}
    assert by.sent_to(address, given).startswith(address)


def test_a_customer_is_hired_from_their_page(office: Office) -> None:
    account, customer = somebody(office)
    hr = visitor(office.hr)
    page = hr.get(f"/customers/{customer}/")
    address = f"/staff/hire/?customer={customer}"
    assert address in page.links
    given = {
        "position": office.position, "deposit": account.id, "hired_on": "05.01.2026",
        "salary": "30 000,00", "post_percent": "100", "contract_number": "1-к", "main_job": "on",
        "contract": "permanent", "contract_ends_on": "",
    }  # fmt: skip
    low = hr.review(address, given | {"salary": "100"}, status=422)
    assert "нижчий за мінімальну" in low.text
    reviewed = hr.review(address, given)
    assert "Шевченко Оксана працюватиме в банку" in reviewed.text
    where = hr.confirm(address, reviewed)
    who = Employee.objects.get()
    assert where == f"/staff/{who.id}/?new=1"
    assert Terms.objects.get().salary_minor == 3_000_000
    page = hr.get(f"/staff/{who.id}/")
    assert "30 000,00" in page.text
    assert "Доступу до системи ще немає" in page.text
    assert f"/staff/{who.id}/" in hr.get("/staff/").links


def test_leave_and_access_and_leaving(office: Office) -> None:
    who = at.worker(office)
    hr = visitor(office.hr)
    leave = {"kind": "annual", "first_day": "02.02.2026", "last_day": "08.02.2026",
             "order_number": "5"}  # fmt: skip
    address = f"/staff/leave/?employee={who.id}"
    hr.confirm(address, hr.review(address, leave))
    assert Absence.objects.get().employee_id == who.id
    twice = hr.review(address, leave, status=409)
    assert "відсутній" in twice.text

    address = f"/staff/access/?employee={who.id}"
    given = {"username": "newcomer", "roles": ["teller"]}
    page = hr.get(address)
    assert "Адміністратор" not in page.text
    reviewed = hr.review(address, given)
    assert "Не одразу" in reviewed.text
    assert hr.confirm(address, reviewed).startswith("/approvals/")
    agree(visitor(office.bank.administrator))
    assert Employee.objects.get(id=who.id).user is not None

    address = f"/staff/dismiss/?employee={who.id}"
    given = {"last_day": "09.01.2026", "reason": "За власним бажанням"}
    hr.confirm(address, hr.review(address, given))
    assert Employee.objects.get(id=who.id).left_on is not None


def test_terms_status_items_and_deductions(office: Office) -> None:
    who = at.worker(office)
    hr, payroll = visitor(office.hr), visitor(office.payroll)
    for by, address, given in (
        (hr, "terms", {"position": office.position, "salary": "35000", "post_percent": "100",
                       "main_job": "on", "valid_from": "01.01.2026"}),
        (hr, "status", {"valid_from": "01.01.2026", "benefit": "children", "children": "2",
                        "insured_since": "01.04.2015"}),
        (payroll, "item", {"kind": "bonus", "month": "01.01.2026", "pay": "1000",
                           "reason": "Наказ 7"}),
        (payroll, "deduction", {"kind": "voluntary", "recipient": "Профспілка",
                                "valid_from": "01.01.2026", "percent": "1"}),
    ):  # fmt: skip
        there = f"/staff/{address}/?employee={who.id}"
        assert by.confirm(there, by.review(there, given)) == f"/staff/{who.id}/?new=1"
    at.pay(office)
    assert "36 000,00" in payroll.get(f"/staff/{who.id}/").text


def test_units_and_posts_are_made_on_screens(office: Office) -> None:
    hr = visitor(office.hr)
    unit = {"branch": office.bank.branch, "code": "HEAD", "name_uk": "Правління",
            "name_en": "Board", "parent": ""}  # fmt: skip
    assert hr.confirm("/staff/units/new/", hr.review("/staff/units/new/", unit)).startswith(
        "/staff/plan/"
    )
    head = Unit.objects.get(code="HEAD")
    twice = hr.review("/staff/units/new/", unit, status=409)
    assert "Підрозділ із таким кодом уже є" in twice.text
    move = {"unit": office.unit, "parent": head.id}
    hr.confirm("/staff/units/move/", hr.review("/staff/units/move/", move))
    assert Unit.objects.get(id=office.unit).parent_id == head.id
    circle = {"unit": head.id, "parent": office.unit}
    assert "самого себе" in hr.review("/staff/units/move/", circle, status=409).text
    post = {"unit": head.id, "code": "CEO", "title_uk": "Голова правління", "title_en": "CEO",
            "valid_from": "05.01.2026", "posts_percent": "100",
            "roles": ["supervisor"]}  # fmt: skip
    hr.confirm("/staff/positions/", hr.review("/staff/positions/", post))
    assert Position.objects.get(code="CEO").roles == ["supervisor"]
    assert "Голова правління" in hr.get("/staff/plan/").text


def test_what_was_decided_is_taken_back(office: Office) -> None:
    who = at.worker(office)
    hr, payroll = visitor(office.hr), visitor(office.payroll)
    leave = {"employee": who.id, "kind": "annual", "first_day": "2026-02-02",
             "last_day": "2026-02-08"}  # fmt: skip
    absence = do("hr.record_leave", leave, actor=office.hr).result["absence"]
    bonus = {"employee": who.id, "month": "2026-01-01", "kind": "bonus", "pay": "1234",
             "reason": "Наказ 7"}  # fmt: skip
    item = do("hr.add_pay_item", bonus, actor=office.payroll).result["item"]
    union = {"employee": who.id, "kind": "voluntary", "recipient": "Профспілка", "percent": "1",
             "valid_from": "2026-01-01"}  # fmt: skip
    order = do("hr.order_deduction", union, actor=office.payroll).result["order"]
    page = payroll.get(f"/staff/{who.id}/")
    assert "1 234,00" in page.text
    for by, address, given in (
        (hr, f"/staff/leave/{absence}/cancel/", {"reason": "Відкликано"}),
        (payroll, f"/staff/items/{item}/cancel/", {"reason": "Помилка"}),
        (payroll, f"/staff/deductions/{order}/end/", {"last_date": "31.01.2026"}),
        (hr, f"/staff/leave/adjust/?employee={who.id}",
         {"kind": "extra", "days": "7", "reason": "За ненормований день"}),
        (hr, f"/staff/account/?employee={who.id}", {"deposit": who.account.id}),
    ):  # fmt: skip
        if "?" not in address:
            assert address in by.get(f"/staff/{who.id}/").links
        assert by.confirm(address, by.review(address, given)) == f"/staff/{who.id}/?new=1"
    assert Absence.objects.get().cancelled_on == office.bank.date
    assert PayItem.objects.get().cancelled_on == office.bank.date
    assert DeductionOrder.objects.get().valid_to is not None
    hr.get("/staff/leave/999999/cancel/", status=404)


def test_a_month_is_paid_on_screens_by_two(office: Office) -> None:
    who = at.worker(office, "30000")
    maker, head = visitor(office.payroll), visitor(office.head)
    address = "/staff/payrolls/prepare/"
    reviewed = maker.review(address, {"month": "05.01.2026", "through": ""})
    assert "працівників: 1" in reviewed.text
    where = maker.confirm(address, reviewed)
    payroll = Payroll.objects.get()
    assert where == f"/staff/payrolls/{payroll.id}/?new=1"
    page = maker.get(f"/staff/payrolls/{payroll.id}/")
    assert "Перша зарплата" in page.text
    assert "23 100,00" in page.text
    address = f"/staff/payrolls/{payroll.id}/post/"
    reviewed = maker.review(address, {})
    assert "Не одразу" in reviewed.text
    assert maker.confirm(address, reviewed).startswith("/approvals/")
    assert who.account.minor == 0
    agree(head)
    assert who.account.minor == 2_310_000
    slip = Payroll.objects.get().payslips.get()
    paper = head.get(f"/staff/payslips/{slip.id}/")
    for text in ("Розрахунковий листок за 01.2026", "30 000,00", "5 400,00", "1 500,00",
                 "23 100,00", "6 600,00"):  # fmt: skip
        assert text in paper.text
    assert f"/staff/payrolls/{payroll.id}/" in head.get("/staff/payrolls/").links

    address = f"/staff/payrolls/{payroll.id}/reverse/"
    reviewed = maker.review(address, {"reason": "Помилка", "take_back": "on"})
    maker.confirm(address, reviewed)
    agree(head)
    assert who.account.minor == 0
    assert "сторновано" in maker.get(f"/staff/payrolls/{payroll.id}/").text


def test_reports_are_pages(office: Office) -> None:
    at.worker(office)
    at.pay(office)
    payroll = visitor(office.payroll)
    for address, text in (
        ("/staff/plan/", "Фахівець"),
        ("/staff/plan/?end=01.02.2026", "100000"),
        ("/staff/headcount/?start=01.01.2025&end=31.01.2026", "Відділ"),
        ("/staff/balances/", "Щорічна основна відпустка"),
        ("/staff/cost/", "36 600,00"),
        ("/staff/?gone", "Тут нікого немає"),
    ):
        assert text in payroll.get(address).text
    english = visitor(office.payroll)
    english.speak("en")
    assert (
        "Cost of staff"
        in Visitor(User.objects.get(id=office.payroll.user_id)).get("/staff/cost/").text
    )


def test_one_s_own_pay_and_leave(office: Office) -> None:
    who = at.worker(office)
    person = add_user(actor=office.bank.administrator, role="teller", branch=office.bank.branch)
    link = {"employee": who.id, "user": person.user_id}
    at.agree(do("hr.grant_access", link, actor=office.hr), office.bank.administrator)
    own = visitor(person)
    assert "Розрахункових листків ще немає" in own.get("/staff/own/").text
    at.pay(office)
    page = own.get("/staff/own/")
    assert "23 100,00" in page.text
    slip = Payroll.objects.get().payslips.get()
    address = f"/staff/own/{slip.id}/pdf/"
    assert address in page.links
    paper = own.client.get(address)
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Disposition"] == (
        f'attachment; filename="payslip-{who.number}-2026-01-{slip.id}.pdf"'
    )
    # Nobody else's, whoever asks; there is the page of pay for those who may see it.
    assert visitor(office.payroll).client.get(address).status_code == 404
    assert own.client.get(f"/staff/payslips/{slip.id}/pdf/").status_code == 403
    there = f"/staff/payslips/{slip.id}/"
    assert f"{there}pdf/" in visitor(office.payroll).get(there).links
    assert visitor(office.payroll).client.get(f"{there}pdf/").content == paper.content
    given = {"kind": "annual", "first_day": "02.02.2026", "last_day": "08.02.2026"}
    reviewed = own.review("/staff/own/leave/", given)
    assert own.confirm("/staff/own/leave/", reviewed).startswith("/approvals/")
    agree(visitor(office.hr))
    assert Absence.objects.get().employee_id == who.id


def test_pay_is_on_no_page_of_others(office: Office, visit: Signing) -> None:
    who = at.worker(office, "31313.17")
    payroll = at.pay(office)
    slip = Payroll.objects.get().payslips.get()
    for username in ("teller", "accountant", "chief_accountant", "administrator", "supervisor"):
        other = visit(username)
        for address in ("/staff/", f"/staff/{who.id}/", "/staff/payrolls/", "/staff/cost/",
                        f"/staff/payrolls/{payroll}/", f"/staff/payslips/{slip.id}/",
                        f"/staff/payslips/{slip.id}/pdf/",
                        f"/staff/payrolls/{payroll}/post/", f"/staff/item/?employee={who.id}",
                        f"/staff/hire/?customer={who.customer}", "/staff/plan/"):  # fmt: skip
            other.get(address, status=403)
    looking = define_role("hr.view", actor=office.bank.administrator)
    staff = add_user(actor=office.bank.administrator, role=looking)
    seen = visitor(staff).get(f"/staff/{who.id}/")
    assert "Історія роботи" in seen.text
    assert "31 313" not in seen.text
    assert "Розрахункові листки" not in seen.text


def test_the_palette_finds_the_staff_for_whoever_may_see_them(
    office: Office, visit: Signing
) -> None:
    who = at.worker(office)
    own = f"/staff/{who.id}/"
    hr = visitor(office.hr)
    for typed in ("шевч окс", "itdxtyrj", who.number):
        assert own in hr.post("/search/", {"q": typed}).links
    for nobody in ("шевчук", "%_%", "99999", "бондар"):
        assert own not in hr.post("/search/", {"q": nobody}).links
    assert own not in visit("teller").post("/search/", {"q": "шевченко"}).links


def test_who_is_elsewhere_is_not_found(office: Office) -> None:
    who = at.worker(office)
    local = add_user(
        actor=office.bank.administrator, role="hr_officer", branch=office.bank.other_branch
    )
    there = visitor(local)
    there.get(f"/staff/{who.id}/", status=404)
    there.get(f"/staff/leave/?employee={who.id}", status=404)
    there.get(f"/staff/dismiss/?employee={10**9}", status=404)
    assert f"/staff/{who.id}/" not in there.get("/staff/").links
