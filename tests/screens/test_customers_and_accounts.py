"""Screens of customers and their accounts: found, registered, opened, and what a statement says."""

import csv
import io
from decimal import Decimal

from apps.customers.models import Customer
from apps.kernel import sql
from tests.cash.desk import deposit, over_the_counter, product, staff_a_till
from tests.factories import Bank, do
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

PERSON = {
    "last_name": "Ґалаґан",
    "first_name": "Їржі",
    "patronymic": "",
    "birth_date": "17051990",
    "no_tax_number_reason": "паспорт із відміткою",
    "phone": "050 123 45 67",
}


def _people(bank: Bank, count: int) -> None:
    for number in range(count):
        given: dict[str, object] = {
            "branch": bank.branch,
            "last_name": f"Особа{number:03}",
            "birth_date": "1990-05-17",
            "no_tax_number_reason": "для проби",
        }
        do("customers.register_person", given, actor=bank.supervisor)


def _branch(visitor: Visitor) -> str:
    return visitor.get("/customers/new/").fields["branch"]


def test_a_person_is_registered_once_and_gets_an_account(bank: Bank, visit: Signing) -> None:
    code = product(bank)
    teller = visit("teller")
    given = PERSON | {"branch": _branch(teller)}

    page = teller.review("/customers/new/", given)
    assert "Ґалаґан Їржі стане клієнтом банку" in page.text
    assert not Customer.objects.exists()
    card = teller.confirm("/customers/new/", page).partition("?")[0]
    assert teller.confirm("/customers/new/", page) == f"{card}?again=1"
    found = Customer.objects.get()
    assert (found.phone, found.birth_date.isoformat()) == ("+380501234567", "1990-05-17")

    address = f"/accounts/open/?customer={found.id}"
    assert address in teller.get(card).links
    opened = teller.review(address, {"product": code, "branch": str(bank.branch)})
    account = teller.confirm(address, opened).partition("?")[0]
    assert "0,00" in teller.get(account).text
    assert account in teller.get(card).links
    again = teller.review("/customers/new/", given)
    assert "Переконайтеся, що це не та сама людина" in again.text


def test_accounts_of_a_customer_are_listed_by_the_names_of_their_products(
    bank: Bank, visit: Signing
) -> None:
    own = deposit(bank)
    customer = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": own.id}
    )
    names = {"name_uk": "Скарбничка", "name_en": "Money box"}
    given = {"code": "BOX", "kind": "current", "currency": "UAH"} | names
    do("products.create_product", given, actor=bank.product_manager)
    terms = {"product": "BOX", "valid_from": bank.date, "annual_rate": Decimal(0)}
    do("products.add_version", terms, actor=bank.product_manager)
    opened = {"customer": customer, "product": "BOX", "branch": bank.branch}
    do("accounts.open_deposit", opened, actor=bank.supervisor)

    page = visit("teller").get(f"/customers/{customer}/")
    assert "Скарбничка" in page.text
    assert "BOX" not in page.text
    assert "Money box" in visit("teller", language="en").get(f"/customers/{customer}/").text


def test_a_tax_number_is_checked_against_the_birth_date(bank: Bank, visit: Signing) -> None:
    teller = visit("teller", language="en")
    given = PERSON | {"branch": _branch(teller), "no_tax_number_reason": ""}

    missing = teller.review("/customers/new/", given, status=422)
    assert 'id="msg_no_tax_number_reason">Without' in missing.html
    wrong = teller.review("/customers/new/", given | {"tax_number": "1234567890"}, status=422)
    assert 'aria-invalid="true"' in wrong.html
    assert wrong.fields["last_name"] == "Ґалаґан"
    assert not Customer.objects.exists()


def test_the_list_goes_page_by_page_and_keeps_what_was_sought(bank: Bank, visit: Signing) -> None:
    _people(bank, 60)
    teller = visit("teller")
    first = teller.get("/customers/")
    assert ("Особа000" in first.text, "Особа050" in first.text) == (True, False)
    place = {name: first.fields[name] for name in ("q", "key", "id")}

    assert teller.sent_to("/customers/", place) == "/customers/"
    second = teller.get("/customers/")
    assert ("Особа049" in second.text, "Особа059" in second.text) == (False, True)
    teller.sent_to("/customers/", {"q": "особа05"})
    found = teller.get("/customers/")
    assert found.fields["q"] == "особа05"
    assert ("Особа055" in found.text, "Особа060" in found.text) == (True, False)
    # Reload and Back show the same; a number or a name never stands in an address.
    assert "Особа055" in teller.get("/customers/").text
    assert not any("q=" in link for link in found.links)
    teller.sent_to("/customers/?new")
    assert "Особа000" in teller.get("/customers/").text


def test_bad_places_of_a_list_begin_it_anew(bank: Bank, visit: Signing) -> None:
    _people(bank, 1)
    teller = visit("teller")

    for bad in ({"id": "x", "key": "а"}, {"id": "-1"}, {"q": "\x00"}, {"q": "а" * 5000}):
        teller.sent_to("/customers/", bad)
        assert "Особа000" in teller.get("/customers/").text


def test_a_statement_on_the_screen_and_as_a_file_with_inert_cells(
    bank: Bank, visit: Signing
) -> None:
    own = deposit(bank, minor=100_000)
    desk = staff_a_till(bank)
    evil = over_the_counter(desk, own, 2_550) | {"narrative": "=HYPERLINK(1)"}
    do("cash.withdraw", evil, actor=bank.teller)
    teller = visit("teller", language="en")
    address = f"/accounts/{own.id}/statement/"

    page = teller.get(address)
    for words in ("Cash withdrawal", "Payment from another bank", "1 000.00", "25.50", "974.50"):
        assert words in page.text
    assert not any("/book/runs/" in link for link in page.links)
    answer = teller.client.get(f"{address}?as=csv&start=2026-01-01&end=05.01.2026")
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Disposition"] == (
        f'attachment; filename="{own.number}_2026-01-01_2026-01-05.csv"'
    )
    head, *lines = csv.reader(io.StringIO(text))
    assert head[:2] == ["Booking date", "Value date"]
    assert [line[2:] for line in lines] == [
        ["Payment from another bank", "Поповнення", "1000.00", "1000.00", "UAH"],
        ["Cash withdrawal", "'=HYPERLINK(1)", "-25.50", "974.50", "UAH"],
    ]
    before = teller.get(f"{address}?start=01.01.2020&end=31.12.2020")
    assert "No movement between these days" in before.text


def test_a_period_that_cannot_be_read_is_this_month(bank: Bank, visit: Signing) -> None:
    own = deposit(bank, minor=100)
    teller = visit("teller")

    for period in ("?start=x&end=99.99.2026", "?end=31.12.9999", "?start=01.01.0001"):
        teller.get(f"/accounts/{own.id}/statement/{period}")
    for place in ("?date=x&before=1", "?before=1", "?date=2026-01-05&before=99999999999999999999"):
        teller.get(f"/accounts/{own.id}/{place}")


def test_the_palette_finds_people_accounts_runs_and_pages(bank: Bank, visit: Signing) -> None:
    own = deposit(bank, minor=100)
    run = sql.value("SELECT max(id::text) FROM control_operationrun WHERE outcome = 'done'")
    supervisor = visit("supervisor", language="en")

    def first(text: str) -> str:
        return supervisor.post("/search/", {"q": text}).links[0]

    assert first("шевченко окс").startswith("/customers/")
    assert first("itdxtyrj").startswith("/customers/")
    assert first(own.number) == f"/accounts/{own.id}/"
    assert first(run) == f"/book/runs/{run}/"
    assert first("trial") == "/book/trial-balance/"
    # “trial” typed with the Ukrainian layout on.
    assert first("екшфд") == "/book/trial-balance/"
    assert first("новий кл") == "/customers/new/"
    assert supervisor.post("/search/", {"q": ""}).links
