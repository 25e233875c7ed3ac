"""The contract of a loan and its schedule on paper, in both languages, down to the figures."""

import datetime as dt
import io
from decimal import Decimal

import pytest

from apps.loans.models import Loan
from tests.factories import Bank
from tests.loans.lending import Lent, close_through, lend, product
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

pypdf = pytest.importorskip("pypdf", reason="texts of PDFs are read by pypdf")


def read(by: Visitor, address: str) -> tuple[int, str]:
    """The pages of a document, and its text with single and plain spaces."""
    answer = by.client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    document = pypdf.PdfReader(io.BytesIO(answer.content))
    text = " ".join(page.extract_text() for page in document.pages)
    text = text.replace("\u202f", " ").replace("\xa0", " ")
    return len(document.pages), " ".join(text.split())


@pytest.fixture
def loan(bank: Bank) -> Lent:
    return lend(
        bank, product(bank, fee_rate=Decimal(2), penalty_rate=Decimal("14.6"), waiting_days=3)
    )


def test_the_contract_in_ukrainian(bank: Bank, visit: Signing, loan: Lent) -> None:
    pages, text = read(visit("loan_officer"), f"/loans/{loan.id}/contract/?language=uk")
    assert pages == 2
    for words in (
        "Кредитний договір №", "Тестовий банк, код банку 300001", "Ощадний",
        "12 000,00 UAH (Дванадцять тисяч гривень 00 копійок), строком на 12 міс., до 05.01.2027",
        "Ставка фіксована: 36,5 % річних", "день платежу 5",
        "Комісія за видачу 240,00 UAH; відсотки за графіком 2 491,02 UAH; загальні витрати"
        " 2 731,02 UAH; разом із поверненням кредиту 14 731,02 UAH",
        "Реальна річна процентна ставка: 49,08 %", "пеня 14,6 % річних", "їх кількість: 3",
        "прострочений основний борг, прострочені відсотки, основний борг, відсотки, пеня",
        "Додаток 1. Графік платежів", "1 05.02.2026 835,59 372,00 1 207,59 11 164,41",
        "12 05.01.2027 1 171,22 36,31 1 207,53 0,00", "Разом 12 000,00 2 491,02 14 491,02",
        "Позичальник", "Сторінка 2 / 2",
    ):  # fmt: skip
        assert words in text, words


def test_the_contract_in_english(bank: Bank, visit: Signing, loan: Lent) -> None:
    number = Loan.objects.get(id=loan.id).number
    officer = visit("loan_officer")
    _, text = read(officer, f"/loans/{loan.id}/contract/?language=en")
    for words in (
        "Loan contract no.", "Test Bank, bank code 300001",
        "12 000.00 UAH (Twelve thousand hryvnias 00 kopiykas) for 12 months, until 5 Jan 2027",
        "The rate is fixed: 36.5 % a year", "The annual percentage rate (APR) is 49.08 %",
        "1 5 Feb 2026 835.59 372.00 1 207.59 11 164.41", "In all 12 000.00 2 491.02 14 491.02",
        "Page 1 / 2",
    ):  # fmt: skip
        assert words in text, words
    named = officer.client.get(f"/loans/{loan.id}/contract/")["Content-Disposition"]
    assert named == f'attachment; filename="contract-{number}.pdf"'


def test_the_contract_keeps_the_schedule_that_was_agreed(
    bank: Bank, visit: Signing, loan: Lent
) -> None:
    officer = visit("loan_officer")
    address = f"/loans/prepay/?loan={loan.id}"
    given = {"amount": "3000", "choice": "smaller_instalment"}
    officer.confirm(address, officer.review(address, given))
    _, text = read(officer, f"/loans/{loan.id}/contract/")
    assert "1 05.02.2026 835,59 372,00 1 207,59 11 164,41" in text
    _, text = read(officer, f"/loans/{loan.id}/schedule/")
    assert "905,69" in text
    assert "1 207,59" not in text


def test_the_schedule_tells_what_is_paid(bank: Bank, visit: Signing, loan: Lent) -> None:
    close_through(bank, dt.date(2026, 2, 5))
    officer = visit("loan_officer")
    _, text = read(officer, f"/loans/{loan.id}/schedule/?language=uk")
    assert "Станом на 06.02.2026. Валюта: UAH." in text
    assert "1 05.02.2026 835,59 372,00 0,00 1 207,59 1 207,59 11 164,41" in text
    _, text = read(officer, f"/loans/{loan.id}/schedule/?language=en")
    assert "As of 6 Feb 2026. Currency: UAH." in text
    assert "2 5 Mar 2026 894.99 312.60 0.00 1 207.59 10 269.42" in text
