"""Loans on screens: applied for, decided on by another person, paid out, repaid, taken back."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from apps.control.models import Approval
from apps.kernel import sql
from apps.kernel.queries import current_date
from apps.loans import queries, views
from apps.loans.models import Application, Loan, Payment
from tests.accounts import days
from tests.accounts.days import Opened, put
from tests.evidence import statements
from tests.factories import Bank, do
from tests.loans.lending import Lent, close_day, close_through, lend, product, uah
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

LENT_MINOR = 12_000_00
# By annuity at 36.5 %, ACT/365F, paid out on 5 January with the due day 5.
LEVEL, INTEREST, FEE = "1 207,59", "2 491,02", "240,00"


def owner(of: Opened) -> int:
    found: int = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": of.id}
    )
    return found


def account(bank: Bank, minor: int = 0) -> Opened:
    return days.deposit(bank, days.product(bank, annual_rate=0), minor=minor)


def asked(code: str, of: Opened, **fields: str) -> dict[str, str]:
    given = {
        "product": code, "amount": "12 000,00", "months": "12", "due_day": "5",
        "deposit": str(of.id), "purpose": "Ремонт",
    }  # fmt: skip
    return given | fields


def taken(officer: Visitor, code: str, of: Opened, **fields: str) -> int:
    """An application that was taken on screens; its id."""
    address = f"/loans/applications/new/?customer={owner(of)}"
    where = officer.confirm(address, officer.review(address, asked(code, of, **fields)))
    found = Application.objects.order_by("-id")[0].id
    assert where == f"/loans/applications/{found}/?new=1"
    return found


def done(by: Visitor, address: str, given: dict[str, str] | None = None) -> str:
    """Review and confirm; where that leads."""
    return by.confirm(address, by.review(address, given or {}))


# --- From the application to the money ----------------------------------------------------------


def test_a_loan_is_applied_for_decided_on_and_paid_out(bank: Bank, visit: Signing) -> None:
    code = product(bank, fee_rate=Decimal(2))
    own = account(bank)
    officer, second = visit("loan_officer"), visit("second_loan_officer")
    address = f"/loans/applications/new/?customer={owner(own)}"
    assert address in officer.get(f"/customers/{owner(own)}/").links

    shown = officer.post(address, asked(code, own) | {"stage": "preview"})
    # Cost 2 491.02 + 240.00; without the fee the schedule's yearly rate, with it the real one.
    for text in (LEVEL, "05.02.2026", "2 731,02", f"відсотки {INTEREST}", f"комісія {FEE}",
                 "14 731,02", "43,27 %", "49,08 %", "05.01.2027"):  # fmt: skip
        assert text in shown.text, text
    reviewed = officer.review(address, asked(code, own))
    assert "Ощадний просить 12 000,00 UAH на 12 міс." in reviewed.text
    assert f"Перший платіж 05.02.2026: {LEVEL} UAH" in reviewed.text
    assert not Application.objects.exists()
    application = taken(officer, code, own)
    page = officer.get(f"/loans/applications/{application}/")
    assert "Заявку прийняли ви" in page.text
    assert not any("/loans/applications/approve/" in one for one in page.links)

    page = second.get(f"/loans/applications/{application}/")
    approve = f"/loans/applications/approve/?application={application}"
    assert approve in page.links
    assert second.get(approve).fields["amount"] == "12000.00"
    where = done(second, approve, {"amount": "12000", "months": "12"})
    assert where == f"/loans/applications/{application}/?new=1"
    assert "схвалено" in second.get(f"/loans/applications/{application}/").text

    disburse = f"/loans/applications/disburse/?application={application}"
    reviewed = officer.review(disburse, {})
    for text in ("Ощадний отримає 12 000,00 UAH", "комісія 240,00 UAH", "Видача кредиту",
                 "6511", "11 760,00"):  # fmt: skip
        assert text in reviewed.text, text
    assert not Loan.objects.exists()
    receipt = officer.confirm(disburse, reviewed)
    assert re.fullmatch(r"/book/runs/[0-9a-f-]+/receipt/\?new=1", receipt)
    assert "Дванадцять тисяч гривень 00 копійок" in officer.get(receipt).text
    assert own.minor == LENT_MINOR - 240_00
    loan = Loan.objects.get()
    # The same form again leads to the same receipt.
    assert officer.confirm(disburse, reviewed) == receipt.replace("new", "again")
    page = officer.get(f"/loans/{loan.id}/")
    for text in ("12 000,00", "36,5 %", "49,08 %", LEVEL, "без прострочення", "видача кредиту"):
        assert text in page.text, text
    assert f"/loans/{loan.id}/" in officer.get(f"/loans/applications/{application}/").links


def test_a_large_loan_is_decided_on_by_two(bank: Bank, visit: Signing) -> None:
    code, own = product(bank), account(bank)
    officer, second, head = (
        visit(name) for name in ("loan_officer", "second_loan_officer", "credit_manager")
    )
    application = taken(officer, code, own, amount="150000")
    approve = f"/loans/applications/approve/?application={application}"
    reviewed = second.review(approve, {"amount": "150000", "months": "12"})
    assert "Керівник кредитування" in reviewed.text
    where = second.confirm(approve, reviewed)
    waiting = Approval.objects.get()
    assert where == f"/approvals/{waiting.id}/?new=1"
    assert "чекає іншої людини" in second.get(f"/loans/applications/{application}/").text
    assert Application.objects.get().state == "waiting"
    page = head.get(f"/approvals/{waiting.id}/")
    assert f"№ {application}, Ощадний, 150 000,00 UAH" in page.text
    agreed = {"decision": "approve", "meaning": waiting.meaning_hash, "key": "agreed"}
    assert head.sent_to(f"/approvals/{waiting.id}/", agreed).startswith("/approvals/")
    assert Application.objects.get().state == "approved"


def test_less_is_approved_and_more_is_refused_at_the_field(bank: Bank, visit: Signing) -> None:
    application = taken(visit("loan_officer"), product(bank), account(bank))
    second = visit("second_loan_officer")
    approve = f"/loans/applications/approve/?application={application}"
    more = second.review(approve, {"amount": "12000.01", "months": "12"}, status=422)
    assert "просить" in more.text or "просять" in more.text
    assert Application.objects.get().state == "waiting"
    done(second, approve, {"amount": "8000", "months": "6"})
    found = Application.objects.get()
    assert (found.approved_minor, found.approved_months) == (8_000_00, 6)


def test_an_application_is_declined_or_withdrawn_with_a_reason(bank: Bank, visit: Signing) -> None:
    code = product(bank)
    officer, second = visit("loan_officer"), visit("second_loan_officer")
    declined, withdrawn = (taken(officer, code, account(bank)) for _ in range(2))
    address = f"/loans/applications/decline/?application={declined}"
    assert "Перевірте" in second.review(address, {"reason": "ні"}, status=422).text
    done(second, address, {"reason": "Замалий дохід"})
    assert "Замалий дохід" in second.get(f"/loans/applications/{declined}/").text
    done(
        officer,
        f"/loans/applications/withdraw/?application={withdrawn}",
        {"reason": "Передумав клієнт"},
    )
    assert [one.state for one in Application.objects.order_by("id")] == ["declined", "withdrawn"]
    again = second.review(address, {"reason": "Замалий дохід"}, status=409)
    assert "вже вирішено" in again.text
    # What is settled is not in work any more.
    assert f"/loans/applications/{declined}/" not in officer.get("/loans/applications/").links
    page = officer.get("/loans/applications/?state=declined")
    assert f"/loans/applications/{declined}/" in page.links
    page = officer.get("/loans/applications/?state=all&own=on")
    assert {f"/loans/applications/{one}/" for one in (declined, withdrawn)} <= set(page.links)
    assert (
        f"/loans/applications/{declined}/"
        not in second.get("/loans/applications/?state=all&own=on").links
    )


def test_what_the_terms_do_not_allow_is_told_beside_the_form(bank: Bank, visit: Signing) -> None:
    code = product(bank, max_minor=10_000_00)
    own = account(bank)
    officer = visit("loan_officer")
    address = f"/loans/applications/new/?customer={owner(own)}"
    shown = officer.post(address, asked(code, own) | {"stage": "preview"})
    assert "поза умовами продукту" in shown.text
    unfinished = officer.post(address, asked(code, own, amount="") | {"stage": "preview"})
    assert "Заповніть суму й строк" in unfinished.text
    refused = officer.review(address, asked(code, own), status=422)
    assert "поза умовами продукту" in refused.text
    assert not Application.objects.exists()


def test_without_an_account_there_is_nothing_to_lend_to(bank: Bank, visit: Signing) -> None:
    product(bank)
    customer = days.customer(bank)
    officer = visit("loan_officer")
    assert (
        officer.sent_to(f"/loans/applications/new/?customer={customer}")
        == f"/customers/{customer}/"
    )
    assert "Спершу відкрийте клієнту рахунок" in officer.get(f"/customers/{customer}/").text


# --- A loan and what is paid on it --------------------------------------------------------------


def test_what_is_due_is_paid_and_the_payment_taken_back(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    put(bank, loan.deposit, -LENT_MINOR)
    close_through(bank, dt.date(2026, 2, 5))
    put(bank, loan.deposit, 500_00)
    collector, head = visit("collector"), visit("credit_manager")
    page = collector.get(f"/loans/{loan.id}/")
    for text in (LEVEL, "днів прострочення: 1, від 05.02.2026", "1–7 дн."):
        assert text in page.text, text
    repay = f"/loans/repay/?loan={loan.id}"
    assert repay in page.links
    assert not any("/loans/prepay/" in one for one in page.links)
    assert collector.get(repay).fields["amount"] == "1207.59"
    more = collector.review(repay, {"amount": "1207.60"}, status=422)
    assert "До сплати за кредитом" in more.text
    reviewed = collector.review(repay, {"amount": "500"})
    assert "прострочений основний борг 500,00 UAH" in reviewed.text
    receipt = collector.confirm(repay, reviewed)
    assert "П’ятсот гривень 00 копійок" in collector.get(receipt).text
    assert loan.principal_minor == LENT_MINOR - 500_00
    page = collector.get(f"/loans/{loan.id}/")
    assert "05.02.2026 основний борг 500,00" in page.text
    assert not any("/reverse/" in one for one in page.links)

    payment = Payment.objects.get()
    back = f"/loans/payments/{payment.id}/reverse/"
    collector.get(back, status=404)
    assert back in head.get(f"/loans/{loan.id}/").links
    reviewed = head.review(back, {"reason": "Не той клієнт"})
    assert "Платіж від 06.02.2026 на 500,00 UAH буде сторновано" in reviewed.text
    assert head.confirm(back, reviewed).startswith("/book/runs/")
    assert (loan.principal_minor, loan.deposit.minor) == (LENT_MINOR, 500_00)
    page = head.get(f"/loans/{loan.id}/")
    assert "сторновано" in page.text
    assert "Не той клієнт" in page.text
    assert back not in page.links


def test_each_choice_of_an_early_repayment_stands_beside_the_other(
    bank: Bank, visit: Signing
) -> None:
    loan = lend(bank, product(bank))
    officer = visit("loan_officer")
    address = f"/loans/prepay/?loan={loan.id}"
    given = {"amount": "3000", "choice": "shorter_term"}
    shown = officer.post(address, given | {"stage": "preview"}).text
    for text in ("Лишилося платежів 12 9 12", f"Наступний платіж {LEVEL} {LEVEL} 905,69",
                 "Останній платіж 05.01.2027 05.10.2026 05.01.2027",
                 f"Відсотки попереду {INTEREST} 1 353,96 1 868,25",
                 "Заощаджені відсотки 1 137,06 622,77"):  # fmt: skip
        assert text in shown, text
    most = officer.post(address, given | {"stage": "preview", "amount": "12000"})
    assert "Достроково можна внести менше" in most.text
    reviewed = officer.review(address, given)
    assert "буде сплачено 3 000,00 UAH основного боргу, лишиться 9 000,00 UAH" in reviewed.text
    assert "коротший строк обрано" in reviewed.text
    assert officer.confirm(address, reviewed).startswith("/book/runs/")
    assert (loan.principal_minor, loan.deposit.minor) == (9_000_00, 9_000_00)
    page = officer.get(f"/loans/{loan.id}/")
    assert "дострокове погашення: коротший строк" in page.text
    assert "те, що ще не настало" in page.text


def test_a_pay_off_is_told_for_any_day_and_ends_the_loan(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    officer = visit("loan_officer")
    page = officer.get(f"/loans/{loan.id}/?date=20.01.2026")
    assert "20.01.2026 12 180,00 UAH" in page.text
    # The instalment of 5 February paid in time, and fifteen days on what is left.
    page = officer.get(f"/loans/{loan.id}/?date=20.02.2026")
    assert "основний борг 11 164,41, відсотки 167,47" in page.text
    assert "Цей день уже минув" in officer.get(f"/loans/{loan.id}/?date=04.01.2026").text

    close_through(bank, dt.date(2026, 1, 19))
    put(bank, loan.deposit, 180_00)
    page = officer.get(f"/loans/{loan.id}/")
    assert "20.01.2026 12 180,00 UAH" in page.text
    address = f"/loans/pay-off/?loan={loan.id}"
    reviewed = officer.review(address, {})
    assert "буде сплачено 12 180,00 UAH" in reviewed.text
    officer.confirm(address, reviewed)
    assert (loan.principal_minor, loan.deposit.minor) == (0, 0)
    page = officer.get(f"/loans/{loan.id}/")
    assert "Закрито 20.01.2026" in page.text
    assert not any("/loans/repay/" in one or "/loans/pay-off/" in one for one in page.links)
    assert f"/loans/{loan.id}/" not in officer.get("/loans/").links
    assert f"/loans/{loan.id}/" in officer.get("/loans/?state=closed").links


def test_the_quote_of_a_later_day_is_what_that_day_asks_for(bank: Bank) -> None:
    """Over a due date that is collected in time, to the last unit."""
    loan = lend(bank, product(bank, annual_rate=Decimal("17.37")), saved_minor=50_000_00)
    today = current_date()
    assert today is not None
    last = dt.date(2026, 2, 19)
    quote = queries.pay_off_on(loan.facts, last, today=today)
    close_through(bank, last - dt.timedelta(days=1))
    found = do("loans.pay_off", {"loan": loan.id}, actor=bank.loan_officer).result
    assert found["due_minor"] == 0
    assert (quote.principal_minor, quote.interest_minor) == (
        found["principal_minor"],
        found["interest_minor"],
    )


def test_a_penalty_is_waived_with_a_reason(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank, penalty_rate=Decimal("36.5")))
    put(bank, loan.deposit, -LENT_MINOR)
    close_through(bank, dt.date(2026, 2, 7))
    # Two days of 0.1 % on 1 207.59.
    head = visit("credit_manager")
    address = f"/loans/waive/?loan={loan.id}"
    assert address in head.get(f"/loans/{loan.id}/").links
    assert head.get(address).fields["amount"] == "2.42"
    where = done(head, address, {"amount": "2.42", "reason": "Хвороба"})
    assert where == f"/loans/{loan.id}/?new=1"
    page = head.get(f"/loans/{loan.id}/")
    assert "прощено" in page.text
    assert address not in page.links
    rows = head.get(f"/loans/{loan.id}/charges/").text
    assert "пеня 1,21 1,21" in rows


# --- Lists --------------------------------------------------------------------------------------


def behind(bank: Bank, code: str) -> Lent:
    """A loan whose money is gone; nothing can be collected."""
    loan = lend(bank, code)
    put(bank, loan.deposit, -LENT_MINOR)
    return loan


def test_a_collector_sees_who_owes_what_for_how_long(
    bank: Bank, visit: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, other_code = product(bank), product(bank)
    late, also, good = behind(bank, code), behind(bank, other_code), lend(bank, code)
    close_through(bank, dt.date(2026, 2, 12))
    collector = visit("collector")
    assert collector.sent_to("/") == "/loans/overdue/"
    page = collector.get("/loans/overdue/")
    assert {f"/loans/{late.id}/", f"/loans/{also.id}/"} <= set(page.links)
    assert f"/loans/{good.id}/" not in page.links
    # Eight days on 13 February: the instalment, and nothing on the account.
    assert "05.02.2026 8 8–30 дн. 835,59 372,00 1 207,59 UAH 0,00" in page.text
    assert f"/loans/{late.id}/" in collector.get("/loans/overdue/?bucket=2").links
    assert "Тут ніхто не прострочив" in collector.get("/loans/overdue/?bucket=1").text
    only = collector.get(f"/loans/overdue/?product={other_code}").links
    assert f"/loans/{also.id}/" in only
    assert f"/loans/{late.id}/" not in only

    file = collector.client.get("/loans/overdue/?as=csv")
    head, *lines = file.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Кредит,Клієнт,Телефон,Продукт,Відділення,Прострочено від")
    own = Loan.objects.get(id=late.id).number
    assert lines[0] == (
        f"{own},Ощадний,,{code},Відділення 001,2026-02-05,8,835.59,372.00,0.00,1207.59,0.00,UAH"
    )
    assert len(lines) == 2
    monkeypatch.setattr(views, "PAGE", 1)
    first = collector.get("/loans/overdue/")
    assert f"/loans/{also.id}/" not in first.links
    [onward] = [one for one in first.links if "after=" in one]
    second = collector.get(f"/loans/overdue/{onward}")
    assert f"/loans/{also.id}/" in second.links
    assert f"/loans/{late.id}/" not in second.links


def test_loans_are_listed_by_state_and_product(
    bank: Bank, visit: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, other_code = product(bank), product(bank)
    first, second = lend(bank, code), lend(bank, other_code)
    officer = visit("loan_officer")
    page = officer.get("/loans/")
    assert {f"/loans/{first.id}/", f"/loans/{second.id}/"} <= set(page.links)
    only = officer.get(f"/loans/?product={code}")
    assert f"/loans/{second.id}/" not in only.links
    assert "Таких кредитів немає" in officer.get("/loans/?state=overdue").text
    file = officer.client.get(f"/loans/?product={code}&as=csv").content.decode("utf-8-sig")
    number = Loan.objects.get(id=first.id).number
    assert file.splitlines()[1] == (
        f"{number},Ощадний,{code},Відділення 001,2026-01-05,,12000.00,12000.00,0.00,0,UAH"
    )
    monkeypatch.setattr(views, "PAGE", 1)
    [onward] = [one for one in officer.get("/loans/").links if "after=" in one]
    page = officer.get(f"/loans/{onward}")
    assert f"/loans/{second.id}/" in page.links
    assert f"/loans/{first.id}/" not in page.links


def test_the_portfolio_by_product_and_days_overdue(bank: Bank, visit: Signing) -> None:
    code = product(bank)
    behind(bank, code)
    lend(bank, code)
    close_through(bank, dt.date(2026, 2, 5))
    page = visit("credit_manager").get("/loans/portfolio/")
    # One loan paid 835.59 of its principal; the other is one day late with all of it.
    for text in ("23 164,41", "11 164,41", "12 000,00", "51,8 %", "1 207,59", "кредитів: 2"):
        assert text in page.text, text
    assert f"/loans/overdue/?bucket=1&product={code}" in page.links
    assert "0 %" in page.text


def test_a_customer_s_page_shows_the_loans(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    customer = owner(loan.deposit)
    address = f"/loans/{loan.id}/"
    page = visit("loan_officer").get(f"/customers/{customer}/")
    assert address in page.links
    assert "Кредити, UAH 12 000,00" in page.text
    assert address not in visit("teller").get(f"/customers/{customer}/").links


def test_the_palette_finds_a_loan_by_its_number(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    address = f"/loans/{loan.id}/"
    officer = visit("loan_officer")
    assert address in officer.post("/search/", {"q": loan.number}).links
    spaced = f"{loan.number[:4]} {loan.number[4:]}".lower()
    assert address in officer.post("/search/", {"q": spaced}).links
    assert address not in visit("teller").post("/search/", {"q": loan.number}).links
    assert address not in visit("other_loan_officer").post("/search/", {"q": loan.number}).links


def test_what_is_elsewhere_is_not_found(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    application = Loan.objects.get(id=loan.id).application_id
    there = visit("other_loan_officer")
    for address in (
        f"/loans/{loan.id}/",
        f"/loans/{loan.id}/charges/",
        f"/loans/{loan.id}/contract/",
        f"/loans/{loan.id}/schedule/",
        f"/loans/repay/?loan={loan.id}",
        f"/loans/prepay/?loan={loan.id}",
        f"/loans/pay-off/?loan={loan.id}",
        f"/loans/applications/{application}/",
        f"/loans/applications/approve/?application={application}",
        f"/loans/applications/disburse/?application={application}",
        f"/loans/applications/new/?customer={owner(loan.deposit)}",
        "/loans/999999/",
        "/loans/repay/?loan=",
    ):
        there.get(address, status=404)
    assert f"/loans/{loan.id}/" not in there.get("/loans/").links
    assert "Чинних кредитів немає" in there.get("/loans/portfolio/").text
    for address in ("/loans/", "/loans/overdue/", "/loans/applications/", "/loans/portfolio/"):
        visit("teller").get(address, status=403)
    visit("teller").get(f"/loans/{loan.id}/", status=404)


def test_english_says_the_same(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    officer = visit("loan_officer", language="en")
    page = officer.get(f"/loans/{loan.id}/?date=20.01.2026")
    for text in ("Principal left", "12 000.00", "20 Jan 2026 12 180.00 UAH", "not overdue",
                 "equal instalments", "1 207.59"):  # fmt: skip
        assert text in page.text, text
    for address in ("/loans/", "/loans/overdue/", "/loans/applications/", "/loans/portfolio/"):
        assert not re.search("[а-яіїєґ]{4}", officer.get(address).text.replace("Ощадний", "")
                             .replace("Українська", "")), address  # fmt: skip


def test_closed_days_are_told_while_they_are_closed_over(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    days.roll(bank)
    page = visit("loan_officer").get(f"/loans/{loan.id}/")
    assert "Закриття дня ще опрацьовує кредити" in page.text
    given = {"amount": "3000", "choice": "shorter_term", "stage": "preview"}
    shown = visit("loan_officer").post(f"/loans/prepay/?loan={loan.id}", given)
    assert "ще опрацьовує закриття дня" in shown.text


def test_a_page_asks_as_much_for_many_payments_as_for_one(bank: Bank, visit: Signing) -> None:
    loan = lend(bank, product(bank))
    officer = visit("loan_officer")
    pages = (
        f"/loans/{loan.id}/", "/loans/", "/loans/overdue/", "/loans/applications/",
        "/loans/portfolio/", f"/loans/{loan.id}/charges/", f"/customers/{owner(loan.deposit)}/",
    )  # fmt: skip

    def counted() -> dict[str, int]:
        found = {}
        for address in pages:
            with statements() as seen:
                officer.get(address)
            found[address] = len(seen)
        return found

    close_day(bank)
    do("loans.prepay", {"loan": loan.id, "amount": uah(100_00), "choice": "shorter_term"},
       actor=bank.loan_officer)  # fmt: skip
    officer.get("/loans/")
    few = counted()
    for _ in range(3):
        lend(bank, product(bank), deposit=loan.deposit)
        do("loans.prepay", {"loan": loan.id, "amount": uah(100_00), "choice": "shorter_term"},
           actor=bank.loan_officer)  # fmt: skip
    assert counted() == few
    assert max(few.values()) <= 20
