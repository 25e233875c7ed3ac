"""Reports by their screens: read, opened down to the run, saved as files, kept and compared."""

import datetime as dt
import io
import re

import pytest
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from apps.kernel import sql
from apps.reporting.declarations import REPORTS
from tests.cash.desk import deposit
from tests.conftest import OwnDatabase
from tests.factories import Bank, add_user, define_role, do, internal_account, move
from tests.reporting.books import LAST, OF_THE_BOOK, live
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor
from tests.screens.test_every_page import _statements as statements

DAY = "08.01.2026"


def opened(bank: Bank) -> None:
    """A bank that has lived some days, on the fourth."""
    live(bank)
    assert sql.value("SELECT date FROM kernel_bookingdate WHERE status = 'open'") == LAST


@pytest.mark.parametrize("language", ["uk", "en"])
def test_every_report_and_every_kind_of_page_opens(
    bank: Bank, visit: Signing, language: str
) -> None:
    opened(bank)
    accountant = visit("accountant", language=language)
    shown = accountant.get("/reports/")
    for report in map(REPORTS.__getitem__, OF_THE_BOOK):
        assert str(report.title.in_language(language)) in shown.text
        page = accountant.get(f"/reports/{report.code}/")
        assert all(word not in page.text for word in ("не сходиться", "does not tie"))
        figures = [link for link in page.links if "/figure/" in link]
        assert figures, report.code
        accountant.get(figures[0])
        accountant.get(figures[-1])
        accountant.get(f"/reports/{report.code}/keep/")
    accountant.get("/reports/horoscope/", status=404)
    accountant.get("/reports/interest/figure/?row=x&column=y", status=404)
    assert accountant.client.get("/reports/interest/file/exe/").status_code == 404


def test_a_figure_opens_down_to_its_run(bank: Bank, visit: Signing) -> None:
    opened(bank)
    accountant = visit("accountant", language="en")

    page = accountant.get("/reports/profit_and_loss/?start=05.01.2026&end=06.01.2026")
    assert "Fee income 300.01" in page.text
    address = next(one for one in page.links if "row=fee_income" in one and "column=this" in one)
    figure = accountant.get(address)
    # Two days of two branches, and the four postings behind them.
    assert figure.text.count("Fee income: cash & settlement") == 2
    assert [figure.text.count(amount) for amount in ("200.01", "100.01", "50.00")] == [1, 1, 2]
    assert "Prober" in figure.text
    run = next(one for one in figure.links if one.startswith("/book/runs/"))
    assert "Prober" in accountant.get(run).text
    ledger = next(one for one in figure.links if one.startswith("/book/gl/6510/"))
    assert "100.01" in accountant.get(ledger).text


def test_long_lists_of_postings_have_pages(bank: Bank, visit: Signing) -> None:
    till, fee = internal_account(bank), internal_account(bank, "6510")
    for number in range(60):
        move(bank, source=till, target=fee, minor=1_00 + number)
    accountant = visit("accountant", language="en")
    address = "/reports/profit_and_loss/figure/?row=fee_income&column=this"

    first = accountant.get(address)
    older = next(one for one in first.links if "before=" in one)
    second = accountant.get(f"/reports/profit_and_loss/figure/{older}")
    amounts = [re.findall(r"\b1\.[0-9]{2} UAH", page.text) for page in (first, second)]
    assert [len(one) for one in amounts] == [50, 10]
    assert len({*amounts[0], *amounts[1]}) == 60


def test_who_reads_one_branch_sees_that_alone(bank: Bank, visit: Signing) -> None:
    role = define_role(
        "access.use_own_profile",
        "reporting.view_reports",
        "reporting.view_statements",
        "reporting.keep_reports",
        actor=bank.system,
    )
    local = add_user(role=role, branch=bank.other_branch, actor=bank.system, username="local")
    opened(bank)
    visitor = visit("local", language="en")

    assert "Deposits by product" not in visitor.get("/reports/").text
    visitor.get("/reports/deposits/", status=403)
    page = visitor.get(f"/reports/profit_and_loss/?branch={bank.branch}")
    assert ("Fee income 200.00" in page.text, "The whole bank" in page.text) == (True, False)
    figure = next(one for one in page.links if "row=fee_income" in one)
    told = visitor.get(figure)
    # Without the right to read the book there are accounts, and no postings.
    assert ("6510" in told.text, "Prober" in told.text) == (True, False)
    kept = do("reporting.keep_report", {"report": "interest"}, actor=bank.accountant).result["kept"]
    visitor.get(f"/reports/kept/{kept}/", status=404)
    assert local.user_id
    visit("teller").get("/reports/", status=403)


def test_questions_that_cannot_be_answered_are_said_and_asked_anew(
    bank: Bank, visit: Signing
) -> None:
    opened(bank)
    accountant = visit("accountant", language="en")
    for address in (
        "/reports/interest/?end=01.01.2030",
        "/reports/interest/?start=07.01.2026&end=05.01.2026",
        "/reports/interest/?currency=XAU",
        "/reports/interest/?end=0001-01-01",
    ):
        page = accountant.get(address)
        assert "Total interest expense" in page.text
        assert "cannot be reported" in page.text or "has no accounts" in page.text
    for address in ("/reports/interest/?start=x&end=31.02.2026&branch=x&known_at=x&currency=1",):
        assert "cannot" not in accountant.get(address).text


def test_files_have_real_numbers_and_dates_and_nothing_that_runs(
    bank: Bank, visit: Signing
) -> None:
    do(
        "ledger.load_chart",
        {
            "lines": [
                {
                    "code": "6510",
                    "name_uk": "=HYPERLINK(1)",
                    "name_en": "=HYPERLINK(1)",
                    "kind": "income",
                    "side": "credit",
                    "effective_from": "2026-01-01",
                }
            ]
        },
        actor=bank.chief_accountant,
    )
    opened(bank)
    accountant = visit("accountant", language="uk")
    query = "?start=05.01.2026&end=08.01.2026"

    answer = accountant.client.get(f"/reports/trial_balance/file/xlsx/{query}")
    assert answer["Content-Disposition"].endswith('"trial_balance-2026-01-08.xlsx"')
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    assert cells["=HYPERLINK(1)"].data_type == "s"
    assert dt.datetime(2026, 1, 8) in cells  # noqa: DTZ001 - a sheet knows no zones
    fee = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "6510")
    assert fee[2:] == ("UAH", 0, 0, 0, 600.06, 0, 600.06)
    assert "Увесь банк" in cells

    told = accountant.client.get(f"/reports/trial_balance/file/csv/{query}").content.decode()
    assert "6510,'=HYPERLINK(1),UAH,0.00,0.00,0.00,600.06,0.00,600.06" in told

    paper = accountant.client.get(f"/reports/balance_sheet/file/pdf/{query}")
    assert paper["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(paper.content)).pages
    text = " ".join("\n".join(page.extract_text() for page in pages).split())
    for words in ("Тестовий банк", "Звіт про фінансовий стан", "Усього активів", "Сторінка 1 / 1"):
        assert words in text, text
    assert "08.01.2026" in text
    assert "1 645 920,00" in text.replace("\u202f", " "), text


def test_a_report_is_kept_shown_again_and_compared(
    own_database: OwnDatabase, bank: Bank, visit: Signing
) -> None:
    opened(bank)
    accountant = visit("accountant", language="en")
    keep = "/reports/profit_and_loss/keep/"

    def kept() -> str:
        fields = {"start": "01.01.2026", "end": DAY, "branch": "", "currency": "UAH"}
        reviewed = accountant.review(keep, fields)
        assert "is kept as it is now" in reviewed.text
        return accountant.confirm(keep, reviewed).partition("?")[0]

    first = kept()
    fee, till = internal_account(bank, "6510"), internal_account(bank)
    move(bank, source=till, target=fee, minor=1_23)
    second = kept()

    page = accountant.get(first)
    assert "Fee income 600.06" in page.text
    assert "Profit and loss, No. " in page.text
    assert "Fee income 601.29" in accountant.get(second).text
    assert "the same to the byte" in accountant.get(f"{first}?again=1").text
    figure = next(one for one in accountant.get(first).links if "row=fee_income" in one)
    assert "600.06" in accountant.get(figure).text
    number = second.strip("/").rpartition("/")[2]
    difference = accountant.get(f"{first}against/{number}/")
    assert "Fee income This period 600.06 601.29 1.23" in difference.text
    assert accountant.get("/reports/kept/").text.count("Profit and loss") >= 2
    assert accountant.client.get(f"{first}file/pdf/").status_code == 200
    at = sql.value("SELECT min(known_at) FROM reporting_keptreport")
    then = accountant.get(f"/reports/profit_and_loss/?known_at={at:%Y-%m-%dT%H:%M:%S.%f%z}"
                          .replace("+", "%2B"))  # fmt: skip
    assert "Fee income 600.06" in then.text


def test_a_page_of_a_report_asks_as_much_for_many_as_for_one(bank: Bank, visit: Signing) -> None:
    deposit(bank, minor=100_00)
    accountant = visit("accountant")
    pages = [
        *(f"/reports/{code}/" for code in OF_THE_BOOK),
        "/reports/balance_sheet/figure/?row=individuals&column=closing",
        "/reports/",
        "/reports/kept/",
    ]
    accountant.get("/reports/")
    few = {address: statements(accountant, address) for address in pages}
    for number in range(3):
        deposit(bank, minor=200_00 + number, branch=bank.other_branch)
        do("reporting.keep_report", {"report": "interest"}, actor=bank.accountant)
    assert {address: statements(accountant, address) for address in pages} == few
    assert max(few.values()) <= 20


def test_the_palette_finds_reports(bank: Bank, visit: Signing) -> None:
    accountant: Visitor = visit("accountant", language="uk")
    assert "Рух грошових коштів" in accountant.post("/search/", {"q": "рух грош"}).text
    assert "Рух грошових" not in visit("teller").post("/search/", {"q": "рух грош"}).text


def test_nobody_reads_a_report_without_signing_in(bank: Bank) -> None:
    for address in ("/reports/", "/reports/interest/", "/reports/interest/file/csv/"):
        assert Client().get(address).status_code == 302
