"""Payslips as PDF: what a person reads, in both languages, of every state; the same bytes."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from apps.hr import papers, payslips
from apps.kernel.queries import bank as the_bank
from tests.factories import do
from tests.hr import office as at
from tests.hr.office import Office


def read(content: bytes) -> str:
    """The words of a document of one page, with plain spaces."""
    [page] = PdfReader(io.BytesIO(content)).pages
    return " ".join(page.extract_text().replace("\u202f", " ").split())


def slip_of(office: Office, payroll: int) -> payslips.Slip:
    [found] = payslips.slips(payroll, sight=at.sight(office))
    return found


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("uk", ("Розрахунковий листок за 01.2026", "Оклад", "Премія", "Профспілка", "До виплати",
                "Податок на доходи фізичних осіб", "32 000,00 UAH", "24 393,60 UAH",
                "По день: 31.01.2026", "Сторінка 1 / 1")),
        ("en", ("Payslip for 01.2026", "Salary", "Bonus", "Профспілка", "Net", "Income tax",
                "32 000.00 UAH", "24 393.60 UAH", "Through: 31 Jan 2026", "Page 1 / 1")),
    ],
)  # fmt: skip
def test_a_payslip_says_the_same_as_its_lines(
    office: Office, language: str, expected: tuple[str, ...]
) -> None:
    who = at.worker(office, "30000")
    one = {"employee": who.id}
    bonus = {"month": "2026-01-01", "kind": "bonus", "pay": "2000", "reason": "Наказ 7"}
    do("hr.add_pay_item", one | bonus, actor=office.payroll)
    union = {"kind": "voluntary", "recipient": "Профспілка", "valid_from": "2026-01-01"}
    do("hr.order_deduction", one | union | {"percent": "1"}, actor=office.payroll)
    slip = slip_of(office, at.pay(office))
    # 32,000.00 less 18 % and 5 %, less one percent of the rest.
    assert slip.net_minor == 24_640_00 - 246_40
    content = papers.payslip(slip, bank=the_bank(), language=language)
    told = read(content)
    for words in (*expected, slip.full_name, who.number):
        assert words in told
    account = who.account.number
    assert " ".join(account[place : place + 4] for place in range(0, 29, 4)) in told
    assert papers.payslip(slip, bank=the_bank(), language=language) == content
    assert papers.payslip_name(slip) == f"payslip-{who.number}-2026-01-{slip.id}.pdf"


def test_what_is_not_in_the_books_says_so(office: Office) -> None:
    at.worker(office)
    draft = slip_of(office, at.prepare(office))
    assert "ЧЕРНЕТКА" in read(papers.payslip(draft, bank=the_bank(), language="uk"))
    posted = replace(draft, state="posted")
    assert "ЧЕРНЕТКА" not in read(papers.payslip(posted, bank=the_bank(), language="uk"))
    reversed_ = replace(draft, state="reversed")
    assert "REVERSED" in read(papers.payslip(reversed_, bank=the_bank(), language="en"))


def test_what_was_brought_from_before_stands_on_it(office: Office) -> None:
    at.worker(office)
    slip = replace(slip_of(office, at.pay(office)), brought_minor=-100_00, benefit_minor=1_664_00)
    told = read(papers.payslip(slip, bank=the_bank(), language="en"))
    assert "Brought from before" in told
    assert "benefit 1 664.00 UAH" in told
