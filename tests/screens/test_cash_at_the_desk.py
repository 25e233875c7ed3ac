"""A teller's screens: cash in and out, done once, shown truly, on paper once."""

import pytest

from apps.kernel import sql
from tests.cash.desk import FLOAT, FLOAT_MINOR, Desk, deposit, staff_a_till, till, till_minor
from tests.factories import Bank, set_policy
from tests.screens.conftest import Signing
from tests.screens.pages import Page, Visitor


@pytest.fixture
def desk(bank: Bank) -> Desk:
    return staff_a_till(bank)


@pytest.fixture
def teller(bank: Bank, desk: Desk, visit: Signing) -> Visitor:
    return visit("teller", language="en")


def _runs(operation: str) -> list[str]:
    found = sql.rows(
        "SELECT outcome FROM control_operationrun WHERE operation = %(operation)s ORDER BY id",
        {"operation": operation},
    )
    return [outcome for (outcome,) in found]


def test_a_deposit_is_reviewed_in_words_and_entries_before_anything_is_posted(
    bank: Bank, desk: Desk, teller: Visitor
) -> None:
    own = deposit(bank, minor=100_000)

    page = teller.review("/desk/deposit/", {"deposit": own.number, "amount": "1250,50"})

    assert (
        "1 250.50 UAH in cash is taken into the account of Шевченко Оксана. "
        "The account then holds 2 250.50 UAH." in page.text.replace("\xa0", " ")
    )
    assert own.minor == 100_000
    assert _runs("cash.deposit") == ["previewed"]


def test_a_deposit_is_posted_once_however_often_it_is_confirmed(
    bank: Bank, desk: Desk, teller: Visitor
) -> None:
    own = deposit(bank)
    page = teller.review("/desk/deposit/", {"deposit": own.number, "amount": "10"})

    first = teller.confirm("/desk/deposit/", page)
    second = teller.confirm("/desk/deposit/", page)

    assert first.endswith("/receipt/?new=1")
    assert second == first.replace("new", "again")
    assert "nothing was posted again" in teller.get(second).text
    assert (own.minor, till_minor(desk.till)) == (1_000, FLOAT_MINOR + 1_000)
    assert _runs("cash.deposit").count("done") == 1


def test_a_form_that_was_posted_and_then_changed_posts_only_as_another_one(
    bank: Bank, desk: Desk, teller: Visitor
) -> None:
    own = deposit(bank)
    page = teller.review("/desk/deposit/", {"deposit": own.number, "amount": "10"})
    receipt = teller.confirm("/desk/deposit/", page)
    changed = page.fields | {"amount": "20", "stage": "confirm"}

    asked = teller.post("/desk/deposit/", changed, status=422)

    assert "This page has posted something before" in asked.text
    assert receipt.removesuffix("receipt/?new=1") in asked.links
    assert asked.fields["key"] != page.fields["key"]
    assert own.minor == 1_000
    again = teller.post("/desk/deposit/", asked.fields | {"stage": "review"})
    teller.confirm("/desk/deposit/", again)
    assert own.minor == 3_000


def test_the_digits_of_an_account_are_enough(bank: Bank, desk: Desk, teller: Visitor) -> None:
    own = deposit(bank)

    teller.review("/desk/deposit/", {"deposit": own.number[10:].lstrip("0"), "amount": "10"})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"deposit": "UA00"}, "Check"),
        ({"deposit": "2620999999"}, "The bank has no such account"),
        ({"amount": "0"}, "Enter an amount above zero"),
        ({"amount": "1,234.5"}, "amount"),
        ({"amount": "10.005"}, "decimal"),
        ({"amount": "999999999999999999"}, "more than the bank can post"),
        ({"amount": "=1+1"}, "amount"),
        ({"amount": "10", "pieces_1000": "2"}, "20.00 UAH was counted"),
        ({"pieces_1000": "-1"}, "greater than or equal to 0"),
        ({"deposit": "\x00"}, "Null characters"),
    ],
)
def test_what_cannot_be_meant_is_told_at_its_field_and_nothing_is_lost(
    bank: Bank, desk: Desk, teller: Visitor, given: dict[str, str], says: str
) -> None:
    own = deposit(bank)
    data = {"deposit": own.number, "amount": "10", "narrative": "kept <b>"} | given

    page = teller.review("/desk/deposit/", data, status=422)

    assert says in page.text or says in page.html
    assert "Error: " in page.html
    assert page.fields["narrative"] == "kept <b>"
    assert "<b>" not in page.html
    assert _runs("cash.deposit") == []


def test_more_than_there_is_cannot_be_paid_out(bank: Bank, desk: Desk, teller: Visitor) -> None:
    own = deposit(bank, minor=10_000)

    page = teller.review("/desk/withdrawal/", {"deposit": own.number, "amount": "101"}, status=422)

    assert 'id="msg_amount"' in page.html
    assert own.minor == 10_000
    assert _runs("cash.withdraw") == ["refused"]


def test_another_branch_shows_initials_and_no_balance(
    bank: Bank, desk: Desk, teller: Visitor
) -> None:
    theirs = deposit(bank, branch=bank.other_branch, minor=777_700)
    check = {"stage": "check", "field": "deposit", "deposit": theirs.number, "key": "k"}

    said = teller.post("/desk/deposit/", check | {"till": str(desk.till)})
    page = teller.review("/desk/deposit/", {"deposit": theirs.number, "amount": "1"})

    assert said.text == "Шевченко О."
    for seen in (said, page):
        assert "7 777" not in seen.text
        assert "Оксана" not in seen.text


def test_a_live_check_answers_into_the_message_alone(
    bank: Bank, desk: Desk, teller: Visitor
) -> None:
    own = deposit(bank, minor=123_456)
    form = {"stage": "check", "deposit": own.number, "amount": "12", "till": str(desk.till)}

    owner = teller.post("/desk/deposit/", form | {"field": "deposit"})
    words = teller.post("/desk/deposit/", form | {"field": "amount"})
    unknown = teller.post("/desk/deposit/", form | {"field": "deposit", "deposit": "x"})
    nonsense = teller.post("/desk/deposit/", form | {"field": "<script>"})

    assert owner.text == "Шевченко Оксана, UAH, available 1 234.56"
    assert 'id="msg_deposit" hx-swap-oob="innerHTML"' in owner.html
    assert words.text == "Twelve hryvnias 00 kopiykas"
    assert "The bank has no such account" in unknown.text
    assert nonsense.html.strip() == ""
    assert _runs("cash.deposit") == []


def test_the_first_print_is_the_original_and_the_next_a_copy(
    bank: Bank, desk: Desk, teller: Visitor, visit: Signing
) -> None:
    own = deposit(bank)
    page = teller.review("/desk/deposit/", {"deposit": own.number, "amount": "1250.01"})
    receipt = teller.confirm("/desk/deposit/", page).partition("?")[0]

    first = teller.get(receipt)
    assert "One thousand two hundred fifty hryvnias 01 kopiyka" in first.text
    assert "COPY" not in first.text
    assert teller.sent_to(receipt, {}) == receipt
    assert "COPY" in teller.get(receipt).text
    assert "receipt a4" in teller.get(f"{receipt}?paper=a4").html
    assert "receipt a4" in teller.get(receipt).html
    # Whoever else looks at it prints a copy.
    assert "КОПІЯ" in visit("supervisor").get(receipt).text


def test_a_large_withdrawal_waits_for_the_supervisor(
    bank: Bank, desk: Desk, teller: Visitor, visit: Signing
) -> None:
    set_policy(
        "cash.withdraw", role="supervisor", from_amount_minor=5_000, actor=bank.administrator
    )
    own = deposit(bank, minor=100_000)

    page = teller.review("/desk/withdrawal/", {"deposit": own.number, "amount": "50"})
    assert "first must agree Branch supervisor" in page.text
    address = teller.confirm("/desk/withdrawal/", page).partition("?")[0]
    waiting = teller.get(f"{address}?new=1")
    assert "Nothing moves until another person has agreed" in waiting.text
    assert "Your own request" in waiting.text
    assert own.minor == 100_000
    assert "Cash withdrawal" in teller.get("/desk/").text

    supervisor = visit("supervisor", language="en")
    assert "1" in supervisor.get("/approvals/").text
    seen = supervisor.get(address)
    assert "Agree to exactly this" in seen.text
    supervisor.sent_to(address, seen.fields | {"decision": "approve"})
    assert own.minor == 95_000
    assert "done" in supervisor.get(address).text
    visit("other_supervisor").get(address, status=404)


def test_a_session_from_the_opening_count_to_the_closing_one(bank: Bank, visit: Signing) -> None:
    counter = till(bank, "counter", name="Каса А")
    teller = visit("second_teller", language="en")
    address = f"/desk/tills/{counter}/open/"
    assert teller.sent_to("/desk/tills/") == address

    wrong = teller.review(address, {"pieces_1000": "1"}, status=422)
    assert "Count it again" in wrong.text
    opened = teller.review(address, {})
    assert "Your session opens on till “Каса А”" in opened.text
    assert teller.confirm(address, opened) == "/desk/?new=1"
    # Sent once more, the answer is the same, and no page asks to open it again.
    assert teller.confirm(address, opened) == "/desk/?again=1"
    assert teller.sent_to(address) == "/desk/"
    assert "Каса А" in teller.get("/desk/").text

    own = deposit(bank)
    paid = teller.review(
        "/desk/deposit/", {"deposit": own.number, "pieces_10000": "3", "amount": "300"}
    )
    teller.confirm("/desk/deposit/", paid)
    session = sql.value("SELECT max(id) FROM cash_session")
    address = f"/desk/sessions/{session}/close/"
    assert "300.00" in teller.get(address).text
    short = teller.review(address, {"pieces_10000": "2", "pieces_5000": "1"})
    assert "50.00 UAH short is booked" in short.text
    closed = teller.confirm(address, short)
    assert closed == f"/desk/sessions/{session}/?new=1"
    page = teller.get(closed)
    assert "The session is closed" in page.text
    assert "−50.00" in page.text
    assert till_minor(counter) == 25_000
    assert teller.sent_to(address) == f"/desk/sessions/{session}/"
    visit("teller").get(address, status=404)


def test_the_box_finds_whoever_stands_at_the_counter(
    bank: Bank, desk: Desk, teller: Visitor
) -> None:
    own = deposit(bank)

    # «Шевч» typed with the Latin layout on, an account with blanks, and nothing at all.
    for text in ("Шевч", "itdx", own.number, own.number[:4] + " " + own.number[4:].lower()):
        found = teller.post("/desk/find/", {"q": text})
        assert "Шевченко Оксана" in found.text, text
        assert found.links[0].startswith("/desk/?customer="), text
    assert "Nothing found" in teller.post("/desk/find/", {"q": "Жужа"}).text
    assert teller.post("/desk/find/", {"q": "Ш"}).text == ""
    card = teller.get(found.links[0])
    assert f"/desk/deposit/?deposit={own.id}" in card.links
    assert f"/payments/transfer/?deposit={own.id}" in card.links
    asked = teller.get(f"/desk/deposit/?deposit={own.id}")
    assert asked.fields["deposit"] == own.number


def test_a_mistake_is_reversed_by_the_supervisor_with_its_reason(
    bank: Bank, desk: Desk, teller: Visitor, visit: Signing
) -> None:
    own = deposit(bank)
    page = teller.review("/desk/deposit/", {"deposit": own.number, "amount": "10"})
    run = teller.confirm("/desk/deposit/", page).removesuffix("receipt/?new=1")
    supervisor = visit("supervisor", language="en")
    link = _reversal(supervisor.get(run))
    teller.get(link, status=404)

    short = supervisor.review(link, {"reason": "x"}, status=422)
    assert "at least 3 characters" in short.text
    seen = supervisor.review(link, {"reason": "Wrong account"})
    assert "will be reversed by its opposite" in seen.text
    supervisor.confirm(link, seen)

    assert own.minor == 0
    assert "reversed" in teller.get(run).text
    assert "REVERSED" in teller.get(f"{run}receipt/").text
    assert "reversed" in teller.get("/desk/").text
    with pytest.raises(StopIteration):
        _reversal(supervisor.get(run))


def test_a_teller_asks_for_a_reversal_and_prints_again(
    bank: Bank, desk: Desk, teller: Visitor, visit: Signing
) -> None:
    own = deposit(bank)
    page = teller.review("/desk/deposit/", {"deposit": own.number, "amount": "10"})
    run = teller.confirm("/desk/deposit/", page).removesuffix("receipt/?new=1")
    assert f"{run}receipt/" in teller.get("/desk/").links
    link = _reversal(teller.get(run), "/ask-reversal/")
    with pytest.raises(StopIteration):
        _reversal(teller.get(run))

    seen = teller.review(link, {"reason": "Wrong account"})
    assert "first must agree Branch supervisor" in seen.text
    asked = teller.confirm(link, seen)
    assert asked.startswith("/approvals/")
    assert own.minor == 1_000

    supervisor = visit("supervisor", language="en")
    address = asked.partition("?")[0]
    page = supervisor.get(address)
    assert "Reversal of one’s own" in page.text
    supervisor.sent_to(address, page.fields | {"decision": "approve"})
    assert own.minor == 0
    assert "reversed" in teller.get("/desk/").text
    with pytest.raises(StopIteration):
        _reversal(teller.get(run), "/ask-reversal/")


def _reversal(page: Page, ending: str = "/reverse/") -> str:
    return next(link for link in page.links if link.endswith(ending))


def test_the_opening_count_is_kept_with_the_session(desk: Desk, teller: Visitor) -> None:
    page = teller.get(f"/desk/sessions/{desk.session}/")

    assert "5 412.50" in page.text
    assert all(str(pieces) in page.text for _, pieces in FLOAT)
