"""Net pay in the book: summed for its readers, leg by leg for those who may see pay."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from apps.access.models import User
from apps.control.run import Actor
from apps.kernel import formats, sql
from apps.ledger.rules import CONFIDENTIAL
from apps.reporting.declarations import REPORTS
from tests.accounts import days
from tests.api.machine import Machine, machine
from tests.cash import desk
from tests.evidence import statements
from tests.factories import add_user, define_role, do
from tests.hr import office as at
from tests.hr.office import Office, Worker, open_office
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

# None of which is like a sum of others, an id or a date.
SALARIES = ("31313.17", "27272.71", "19191.91")
WORD = CONFIDENTIAL["hr.net_pay"].sentence
# What each role of the bank reads the book with, and what of pay it may not see.
READERS = ("accountant", "chief_accountant", "supervisor", "operations", "loan_officer")


@dataclass(frozen=True, slots=True)
class Paid:
    """A payroll of three people in the book: its run, its paying entry, and what each was paid."""

    office: Office
    workers: list[Worker]
    run: UUID
    entry: int
    nets: list[int]

    @property
    def start(self) -> str:
        return f"{self.office.bank.date:%Y-%m-%d}"


@pytest.fixture
def paid(bank: Any) -> Paid:
    office = open_office(bank)
    # One product, so that no line of a report is of one person alone.
    product = days.product(office.bank, annual_rate=0)
    workers = [employed(office, product, salary) for salary in SALARIES]
    at.pay(office)
    run, entry = sql.rows("SELECT run_id, id FROM ledger_entry WHERE kind = 'hr.net_pay'")[0]
    nets = [one for (one,) in sql.rows("SELECT paid_minor FROM hr_payslip ORDER BY employee_id")]
    return Paid(office, workers, run, entry, nets)


def employed(office: Office, product: str, salary: str) -> Worker:
    """Somebody hired with an account of this product."""
    made = days.deposit(office.bank, product)
    account = desk.Opened(made.id, made.account, made.number)
    customer = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": account.id}
    )
    hired = do("hr.hire", at.hiring(office, account, customer, salary), actor=office.hr).result
    return Worker(hired["employee"], hired["number"], customer, account)


def spelled(minor: int) -> set[str]:
    """An amount in every way in which an answer may write it."""
    major = f"{minor // 100}.{minor % 100:02}"
    return {
        str(minor),
        major,
        major.replace(".", ","),
        formats.amount(minor, "UAH", "uk"),
        formats.amount(minor, "UAH", "en"),
    }


def told(text: str, paid: Paid) -> set[int]:
    """Whose pay a text tells: a whole number of the text is one of the amounts."""
    found = set()
    for net in paid.nets:
        for written in spelled(net):
            if re.search(rf"(?<![\d\u202f]){re.escape(written)}(?!\d)", text):
                found.add(net)
    return found


def pages(paid: Paid, who: Visitor) -> Iterator[tuple[str, str]]:
    """Every page and file of the book that may have to do with the payroll, as raw text."""
    client, start = who.client, paid.start
    places = [
        f"/book/runs/{paid.run}/",
        f"/book/runs/{paid.run}/receipt/",
        f"/book/runs/{paid.run}/receipt/?paper=a4",
        f"/book/gl/2620/?start={start}&end={start}",
        f"/book/gl/3652/?start={start}&end={start}",
        f"/book/trial-balance/?date={start}",
        "/journal/",
        f"/admin/ledger/entry/?q={paid.run}",
        f"/admin/ledger/entry/{paid.entry}/change/",
        f"/admin/ledger/posting/?q={paid.entry}",
    ]
    places += [f"/admin/ledger/posting/?q={one.account.number}" for one in paid.workers]
    postings = sql.rows(
        "SELECT id FROM ledger_posting WHERE entry_id = %(entry)s", {"entry": paid.entry}
    )
    places += [f"/admin/ledger/posting/{posting}/change/" for (posting,) in postings]
    for report in REPORTS:
        page = client.get(f"/reports/{report.code}/")
        if page.status_code == 200:
            yield report.code, page.content.decode()
            links = re.findall(r'href="(/reports/[^"]+/figure/[^"]+)"', page.content.decode())
            places += [link.replace("&amp;", "&") for link in links]
            places += [f"/reports/{report.code}/file/{kind}/" for kind in ("csv", "xlsx", "pdf")]
    for place in places:
        answer = client.get(place)
        assert answer.status_code in {200, 302, 403, 404}, place
        if answer.status_code == 200:
            yield place, plain(answer.content)


def plain(content: bytes) -> str:
    """What an answer says, of whatever kind it is."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist())
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode()


def answers(paid: Paid, program: Machine) -> Iterator[tuple[str, str]]:
    """Every answer of the API that may have to do with the payroll, as raw text."""
    places: list[tuple[str, dict[str, Any]]] = [
        (f"runs/{paid.run}", {}),
        (f"runs/{paid.run}/entries", {}),
        (f"entries/{paid.entry}", {}),
        ("gl-accounts/2620/postings", {"start": paid.start, "end": paid.start}),
        ("gl-accounts/3652/postings", {"start": paid.start, "end": paid.start}),
        ("trial-balance", {}),
        *((f"reports/{report.code}", {}) for report in REPORTS),
    ]
    for place, query in places:
        answer = program.get(place, **query)
        assert answer.status in {200, 403, 404}, (place, answer.body)
        if answer.status == 200:
            yield place, str(answer.body)


@pytest.mark.parametrize("role", READERS)
def test_readers_of_the_book_find_nobodys_pay(paid: Paid, visit: Signing, role: str) -> None:
    seen = dict(pages(paid, visit(role)))
    assert {place: told(text, paid) for place, text in seen.items() if told(text, paid)} == {}
    if role in {"accountant", "chief_accountant"}:
        # Not for want of looking: the entry, its sum and the word for it are there.
        for place in (f"/book/runs/{paid.run}/", f"/book/runs/{paid.run}/receipt/"):
            assert WORD.uk in seen[place]
            assert formats.amount(sum(paid.nets), "UAH", "uk") in seen[place]
        ledger = seen[f"/book/gl/2620/?start={paid.start}&end={paid.start}"]
        assert ledger.count(WORD.uk) == 1
        assert formats.amount(sum(paid.nets), "UAH", "uk") in ledger
        figures = [text for place, text in seen.items() if "/figure/" in place and WORD.uk in text]
        assert figures
    if role in {"chief_accountant", "operations"}:
        assert "•••" in seen[f"/admin/ledger/posting/?q={paid.entry}"]


@pytest.mark.parametrize("role", ["accountant", "finance_head", "operations"])
def test_programs_that_read_the_book_find_nobodys_pay(paid: Paid, role: str) -> None:
    program = machine(paid.office.bank, role)
    seen = dict(answers(paid, program))
    assert {place: told(text, paid) for place, text in seen.items() if told(text, paid)} == {}
    entry = program.get(f"entries/{paid.entry}").body
    assert [(leg["account"], leg["side"], leg["amount"]["amount"]) for leg in entry["legs"]] == [
        ("2620", "credit", f"{sum(paid.nets) / 100:.2f}"),
        (f"3652-{paid.office.bank.branch}-UAH", "debit", f"{sum(paid.nets) / 100:.2f}"),
    ]
    assert entry["legs"][0]["ledger_account"] is None
    [line] = program.get("gl-accounts/2620/postings").body["items"]
    assert (line["account"], line["amount"]["amount"]) == (None, f"{sum(paid.nets) / 100:.2f}")


def test_who_may_see_pay_finds_it_in_the_book(paid: Paid) -> None:
    who = payroll_accountant(paid)
    visitor = Visitor(User.objects.get(id=who.user_id))
    seen = dict(pages(paid, visitor))
    for place in (
        f"/book/runs/{paid.run}/",
        f"/book/runs/{paid.run}/receipt/",
        f"/book/gl/2620/?start={paid.start}&end={paid.start}",
        f"/admin/ledger/posting/?q={paid.entry}",
    ):
        assert told(seen[place], paid) == set(paid.nets), place
        assert WORD.uk not in seen[place]
    opened = [text for place, text in seen.items() if "/figure/" in place and told(text, paid)]
    assert opened
    assert all(told(text, paid) == set(paid.nets) for text in opened)
    for one, net in zip(paid.workers, paid.nets, strict=True):
        assert told(visitor.get(f"/book/accounts/{one.account.account}/").html, paid) == {net}


def test_programs_that_may_see_pay_find_it_in_the_book(paid: Paid) -> None:
    role = define_role("hr.view_pay", "ledger.view", actor=paid.office.bank.administrator)
    program = machine(paid.office.bank, role)
    seen = dict(answers(paid, program))
    for place in (f"runs/{paid.run}/entries", f"entries/{paid.entry}", "gl-accounts/2620/postings"):
        assert told(seen[place], paid) == set(paid.nets)
    assert len(program.get(f"entries/{paid.entry}").body["legs"]) == 4


def test_the_right_of_one_branch_opens_no_entry_of_the_bank(paid: Paid) -> None:
    bank = paid.office.bank
    role = define_role("hr.view_pay", actor=bank.administrator)
    program = machine(bank, "accountant")
    local = {"user": program.user, "role": role, "branch": bank.branch, "valid_from": bank.date}
    do("access.grant_role", local, actor=bank.administrator)
    assert len(program.get(f"entries/{paid.entry}").body["legs"]) == 2


def test_an_account_that_takes_pay_is_opened_by_those_who_serve_it(
    paid: Paid, visit: Signing
) -> None:
    """Its customer is told everything at the counter; a reader of the book alone sees nothing."""
    one, net = paid.workers[0].account, paid.nets[0]
    for role in ("teller", "accountant"):
        assert told(visit(role).get(f"/accounts/{one.id}/").html, paid) == {net}
    assert told(visit("accountant").get(f"/book/accounts/{one.account}/").html, paid) == {net}
    page = visit("operations").get(f"/book/accounts/{one.account}/")
    assert told(page.html, paid) == set()
    assert "бачать ті, хто обслуговує клієнта" in page.text

    reader = machine(paid.office.bank, "finance_head")
    at_account = f"ledger-accounts/{one.account}"
    for place in (f"{at_account}/balance", f"{at_account}/statement"):
        answer = reader.get(place)
        assert (answer.status, answer.code) == (403, "ledger.account_confidential")
    assert reader.get(at_account).status == 200
    server = machine(paid.office.bank, "accountant")
    assert server.get(f"{at_account}/balance").body["balance"]["amount"] == f"{net / 100:.2f}"
    # Whoever gets no pay from the bank is as open as before.
    other = desk.deposit(paid.office.bank, minor=777)
    assert reader.get(f"ledger-accounts/{other.account}/balance").status == 200


def test_a_reversal_of_pay_is_as_confidential(paid: Paid) -> None:
    office = paid.office
    payroll = sql.value("SELECT id FROM hr_payroll")
    command = {"payroll": payroll, "reason": "Проба", "take_back": True}
    parked = do("hr.reverse_payroll", command, actor=office.payroll)
    at.agree(parked, office.head)
    entry = sql.value("SELECT id FROM ledger_entry WHERE kind = 'hr.net_pay_reversal'")
    program = machine(office.bank, "accountant")
    legs = program.get(f"entries/{entry}").body["legs"]
    assert [leg["account"] for leg in legs] == ["2620", f"3652-{office.bank.branch}-UAH"]
    assert told(str(program.get("gl-accounts/2620/postings").body), paid) == set()


def test_pages_of_the_ledger_count_a_summed_entry_once(paid: Paid) -> None:
    """Another line before it and behind it; pages of one line each join to the same list."""
    office = paid.office
    desk.deposit(office.bank, minor=11_11)
    program = machine(office.bank, "accountant")
    [whole] = program.pages("gl-accounts/2620/postings", limit=50)
    joined = [one for page in program.pages("gl-accounts/2620/postings", limit=1) for one in page]
    assert joined == whole
    assert [one["amount"]["amount"] for one in whole] == [f"{sum(paid.nets) / 100:.2f}", "11.11"]


@pytest.mark.parametrize("people", [1, 12])
def test_the_book_is_read_in_as_many_statements_for_many_people(
    bank: Any, visit: Signing, people: int
) -> None:
    office = open_office(bank)
    for _ in range(people):
        at.worker(office)
    at.pay(office)
    run = sql.value("SELECT run_id FROM ledger_entry WHERE kind = 'hr.net_pay'")
    accountant = visit("accountant")
    counts = []
    for place in (f"/book/runs/{run}/", "/book/gl/2620/"):
        accountant.get(place)
        with statements() as seen:
            accountant.get(place)
        counts.append(len(seen))
    assert counts == COUNTS


# Statements of a run's page, and of a page of the general ledger.
COUNTS = [7, 6]


def payroll_accountant(paid: Paid) -> Actor:
    """Somebody who reads the book and may see pay."""
    administrator = paid.office.bank.administrator
    role = define_role(
        "hr.view_pay", "ledger.view", "reporting.view_reports", "reporting.view_statements",
        "reporting.view_deposits", "control.administer", actor=administrator,
    )  # fmt: skip
    return add_user(actor=administrator, role=role)
