"""The accountant's entry by hand: it balances, waits, and is posted by another's agreement."""

import pytest

from apps.kernel import sql
from tests.cash.desk import gl_minor
from tests.factories import Bank, do
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

ENTRY = "/finance/entry/"


@pytest.fixture
def accounts(bank: Bank) -> tuple[str, str]:
    """Numbers of two internal accounts: an expense and a debt."""
    found = [
        do(
            "finance.open_internal_account",
            {"branch": bank.branch, "gl_code": code, "currency": "UAH"},
            actor=bank.accountant,
        ).result["number"]
        for code in ("7431", "3619")
    ]
    return found[0], found[1]


@pytest.fixture
def accountant(visit: Signing) -> Visitor:
    return visit("accountant", language="en")


def _lines(bank: Bank, *lines: tuple[str, str, str]) -> dict[str, str]:
    given = {"branch": str(bank.branch), "currency": "UAH", "narrative": "Rent"}
    for number, line in enumerate(lines):
        parts = zip(("account", "debit", "credit"), line, strict=True)
        given |= {f"{part}_{number}": value for part, value in parts}
    return given


def test_an_entry_is_asked_for_agreed_to_and_explained(
    bank: Bank, accounts: tuple[str, str], accountant: Visitor, visit: Signing
) -> None:
    expense, debt = accounts
    given = _lines(bank, (expense, "1000", ""), ("", "", ""), (debt, "", "600"), (debt, "", "400"))

    page = accountant.review(ENTRY, given)
    assert "1 000.00 UAH is booked on each side, on 3 lines" in page.text.replace("\xa0", " ")
    assert "first must agree Chief accountant" in page.text
    asked = accountant.confirm(ENTRY, page)
    assert asked.endswith("?new=1")
    assert gl_minor("7431", branch=bank.branch) == 0

    chief = visit("chief_accountant", language="en")
    address = asked.partition("?")[0]
    seen = chief.get(address)
    for words in ("Entry by hand", "Rent", expense, debt, "1 000.00"):
        assert words in seen.text
    assert "A decision" not in seen.text
    empty = chief.post(address, seen.fields | {"decision": "decline", "reason": ""}, status=422)
    assert "reason" in empty.text
    chief.sent_to(address, seen.fields | {"decision": "approve"})
    assert gl_minor("7431", branch=bank.branch) == 100_000
    # A second time it is no longer there to decide.
    late = chief.post(address, seen.fields | {"decision": "approve", "key": "2"}, status=409)
    assert "decided" in late.text
    run = next(link for link in chief.get(address).links if "/book/runs/" in link)
    explained = accountant.get(run)
    for words in ("Accountant", "Chief Accountant", "Rent", "1 000.00"):
        assert words in explained.text


def test_an_earlier_entry_is_the_template_of_another(
    bank: Bank, accounts: tuple[str, str], accountant: Visitor, visit: Signing
) -> None:
    assert "earlier entry" not in accountant.get(ENTRY).text
    expense, debt = accounts
    page = accountant.review(ENTRY, _lines(bank, (expense, "1000.50", ""), (debt, "", "1000.50")))
    asked = accountant.confirm(ENTRY, page).partition("?")[0]
    chief = visit("chief_accountant")
    chief.sent_to(asked, chief.get(asked).fields | {"decision": "approve"})

    template = next(link for link in accountant.get(ENTRY).links if link.startswith("?like="))
    again = accountant.get(ENTRY + template)
    filled = {name: value for name, value in again.fields.items() if value}
    assert filled.pop("key") != page.fields["key"]
    assert filled.items() >= {
        "narrative": "Rent", "account_0": expense, "debit_0": "1000.50", "account_1": debt,
        "credit_1": "1000.50",
    }.items()  # fmt: skip
    accountant.confirm(
        ENTRY, accountant.review(ENTRY, _lines(bank, (expense, "7", ""), (debt, "", "7")))
    )
    # What is no entry by hand is no template.
    accountant.get(f"{ENTRY}?like=987654", status=404)


def test_a_declined_entry_tells_its_maker_why(
    bank: Bank, accounts: tuple[str, str], accountant: Visitor, visit: Signing
) -> None:
    expense, debt = accounts
    page = accountant.review(ENTRY, _lines(bank, (expense, "1", ""), (debt, "", "1")))
    address = accountant.confirm(ENTRY, page).partition("?")[0]
    chief = visit("chief_accountant")

    own = accountant.get(address)
    assert "Agree to exactly this" not in own.text
    self_vote = {"decision": "approve", "key": "k", "meaning": "0" * 64}
    accountant.post(address, self_vote, status=403)
    chief.sent_to(address, chief.get(address).fields | {"decision": "decline", "reason": "Не той"})

    assert "Не той" in accountant.get(address).text
    assert "declined" in accountant.get("/requests/").text
    assert gl_minor("7431", branch=bank.branch) == 0


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([("{0}", "10", ""), ("{1}", "", "9")], "Debit does not equal credit"),
        ([("{0}", "10", "")], "at least two lines"),
        ([("{0}", "10", "10"), ("{1}", "", "10")], "either as debit or as credit"),
        ([("{0}", "", ""), ("{1}", "", "10")], "either as debit or as credit"),
        ([("", "10", ""), ("{1}", "", "10")], "Name the account"),
        ([("1002-x", "10", ""), ("{1}", "", "10")], "no such internal account"),
        ([("{0}", "1e3", ""), ("{1}", "", "10")], "1e3"),
    ],
)
def test_what_does_not_make_an_entry_is_told_where_it_is(
    bank: Bank,
    accounts: tuple[str, str],
    accountant: Visitor,
    lines: list[tuple[str, str, str]],
    says: str,
) -> None:
    filled = [(account.format(*accounts), debit, credit) for account, debit, credit in lines]

    page = accountant.review(ENTRY, _lines(bank, *filled), status=422)

    assert says in page.text
    assert sql.value("SELECT count(*) FROM control_approval") == 0


def test_an_account_is_named_as_soon_as_it_is_left(
    bank: Bank, accounts: tuple[str, str], accountant: Visitor
) -> None:
    check = {"stage": "check", "field": "account_0"}

    known = accountant.post(ENTRY, _lines(bank, (accounts[0], "", "")) | check)
    unknown = accountant.post(ENTRY, _lines(bank, ("7431", "", "")) | check)

    assert 'class="good"' in known.html
    assert "no such internal account" in unknown.text
