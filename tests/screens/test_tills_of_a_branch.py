"""The supervisor's screens: tills created, supplied, filled, and closed for whoever cannot."""

import pytest

from apps.cash.models import Till
from apps.kernel import sql
from tests.cash.desk import open_session, till, till_minor
from tests.factories import Bank
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor


@pytest.fixture
def supervisor(bank: Bank, visit: Signing) -> Visitor:
    return visit("supervisor", language="en")


def test_cash_goes_from_the_central_bank_through_the_vault_to_a_till(
    bank: Bank, supervisor: Visitor
) -> None:
    given = {"branch": str(bank.branch), "currency": "UAH", "kind": "vault", "name": "Vault A"}
    page = supervisor.review("/desk/branch/new/", given)
    assert "There will be “Vault A”, a vault in UAH, empty." in page.text
    assert supervisor.confirm("/desk/branch/new/", page) == "/desk/branch/?new=1"
    vault = Till.objects.get(name="Vault A").id
    taken = supervisor.review("/desk/branch/new/", given, status=409)
    assert 'id="msg_name">This branch has a till' in taken.html

    supply, move = f"/desk/tills/{vault}/supply/", f"/desk/tills/{vault}/move/"
    supervisor.confirm(supply, supervisor.review(supply, {"amount": "5000"}))
    counter = till(bank, "counter")
    idle = supervisor.review(move, {"target": str(counter), "amount": "100"}, status=409)
    assert "Let its teller open one first" in idle.text
    open_session(counter, [], bank.teller)
    moved = supervisor.review(move, {"target": str(counter), "amount": "100"})
    supervisor.confirm(move, moved)

    assert (till_minor(vault), till_minor(counter)) == (490_000, 10_000)
    listed = supervisor.get("/desk/branch/")
    for words in ("Vault A", "4 900.00 UAH", "100.00 UAH", "Teller"):
        assert words in listed.text


def test_a_session_is_closed_for_a_teller_who_cannot(
    bank: Bank, supervisor: Visitor, visit: Signing
) -> None:
    counter = till(bank, "counter")
    session = open_session(counter, [], bank.teller)
    address = f"/desk/sessions/{session}/close-for-teller/"
    visit("second_teller").get(address, status=404)
    visit("other_supervisor").get(address, status=404)

    page = supervisor.review(address, {"pieces_10000": "1"})
    assert "100.00 UAH over is booked and stands with the session of Teller" in page.text
    closed = supervisor.confirm(address, page)

    assert "100.00" in supervisor.get(closed).text
    assert till_minor(counter) == 10_000
    assert supervisor.sent_to(address) == "/desk/branch/"


def test_tills_of_another_branch_are_not_there(bank: Bank, supervisor: Visitor) -> None:
    theirs = till(bank, "counter", branch=bank.other_branch, name="Their till")
    own = till(bank, "vault")

    assert "Their till" not in supervisor.get("/desk/branch/").text
    for address in (f"/desk/tills/{theirs}/move/", f"/desk/tills/{theirs}/supply/"):
        supervisor.get(address, status=404)
    moved = supervisor.review(
        f"/desk/tills/{own}/move/", {"target": str(theirs), "amount": "1"}, status=422
    )
    assert 'id="msg_target">' in moved.html
    assert till_minor(theirs) == 0


def test_a_refusal_is_told_by_the_journal_in_the_readers_language(
    bank: Bank, supervisor: Visitor, visit: Signing
) -> None:
    vault = till(bank, "vault")
    move = f"/desk/tills/{vault}/move/"
    counter = till(bank, "counter", name="Каса Б")
    supervisor.review(move, {"target": str(counter), "amount": "100"}, status=409)
    run = sql.value(
        "SELECT id FROM control_operationrun WHERE outcome = 'refused' ORDER BY id DESC LIMIT 1"
    )

    page = supervisor.get(f"/book/runs/{run}/")

    assert "No session is open on till “Каса Б”" in page.text
    assert "Amount 100.00 UAH" in page.text
    # The door refuses before it knows a branch, so readers of the whole bank see it in the list.
    assert "відмовлено" in visit("chief_accountant").get("/journal/").text
