"""Screens that restrain, entrust, charge, settle and close a deposit."""

from decimal import Decimal

import pytest

from apps.accounts import queries
from apps.customers.models import Customer
from tests.cash.desk import Opened, deposit
from tests.factories import Bank
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor


@pytest.fixture
def own(bank: Bank) -> Opened:
    return deposit(bank, minor=100_000)


@pytest.fixture
def supervisor(bank: Bank, visit: Signing) -> Visitor:
    return visit("supervisor", language="en")


def _do(visitor: Visitor, address: str, data: dict[str, str]) -> None:
    visitor.confirm(address, visitor.review(address, data))


def test_a_deposit_is_blocked_limited_and_freed(own: Opened, supervisor: Visitor) -> None:
    of = f"?deposit={own.id}"
    neither = supervisor.review(f"/accounts/block/{of}", {"reason": "court order"}, status=422)
    assert "Choose what to stop" in neither.text

    _do(supervisor, f"/accounts/block/{of}", {"reason": "court order", "debits": "on"})
    page = supervisor.get(f"/accounts/{own.id}/")
    assert "Payments out are blocked." in page.text
    _do(supervisor, f"/accounts/unblock/{of}", {"reason": "lifted"})
    _do(supervisor, f"/accounts/overdraft/{of}", {"amount": "500"})
    assert "-500.00" in supervisor.get(f"/accounts/{own.id}/").text.replace("−", "-")
    _do(supervisor, f"/accounts/overdraft/{of}", {"amount": "0"})

    limits = queries.limits(own.account)
    assert (limits.floor_minor, limits.debits_blocked, limits.credits_blocked) == (0, False, False)


def test_an_amount_is_held_and_released(own: Opened, supervisor: Visitor) -> None:
    of = f"?deposit={own.id}"
    _do(supervisor, f"/accounts/hold/{of}", {"amount": "10", "reason": "a claim"})
    page = supervisor.get(f"/accounts/{own.id}/")
    assert "a claim" in page.text
    (hold,) = queries.holds(own.account)
    release = f"/accounts/hold/{hold.id}/release/{of}"
    assert release in page.links

    _do(supervisor, release, {"reason": "settled"})

    assert queries.holds(own.account) == []
    late = supervisor.get(release)
    supervisor.post(release, late.fields | {"reason": "again"}, status=404)


def test_another_person_may_dispose_until_revoked(
    bank: Bank, own: Opened, supervisor: Visitor
) -> None:
    deposit(bank)
    other = Customer.objects.latest("id")
    of = f"?deposit={own.id}"
    check = {"stage": "check", "field": "customer", "customer": other.number}
    assert supervisor.post(f"/accounts/authorise/{of}", check).text == "Шевченко Оксана"
    unknown = supervisor.review(f"/accounts/authorise/{of}", {"customer": "9"}, status=422)
    assert "no customer of this number" in unknown.text

    _do(supervisor, f"/accounts/authorise/{of}", {"customer": other.number})
    assert "May dispose of it" in supervisor.get(f"/accounts/{own.id}/").text
    assert "by mandate" in supervisor.get(f"/customers/{other.id}/").text
    _do(supervisor, f"/accounts/revoke/{other.id}/{of}", {})
    assert "May dispose of it" not in supervisor.get(f"/accounts/{own.id}/").text


def test_an_accountant_charges_and_credits(bank: Bank, own: Opened, visit: Signing) -> None:
    accountant = visit("accountant", language="en")
    of = f"?deposit={own.id}"
    _do(accountant, f"/accounts/fee/{of}", {"amount": "2.50", "narrative": "A card"})
    _do(accountant, f"/accounts/interest/{of}", {"amount": "1"})

    page = accountant.get(f"/accounts/{own.id}/statement/")
    for words in ("Fee", "A card", "Interest", "998.50"):
        assert words in page.text
    assert own.minor == 100_000 - 250 + 100


def test_a_deposit_is_settled_emptied_and_closed(
    bank: Bank, own: Opened, supervisor: Visitor
) -> None:
    of = f"?deposit={own.id}"
    settled = supervisor.review(f"/accounts/settle/{of}", {})
    assert "0.00 UAH has accrued" in settled.text
    supervisor.confirm(f"/accounts/settle/{of}", settled)
    full = supervisor.review(f"/accounts/close/{of}", {}, status=409)
    assert "Check what is marked" in full.text
    empty = deposit(bank)
    _do(supervisor, f"/accounts/close/?deposit={empty.id}", {})

    page = supervisor.get(f"/accounts/{empty.id}/")
    assert "Closed on" in page.text
    assert not any(link.startswith("/accounts/block/") for link in page.links)
    assert queries.accrued(own.id) == Decimal(0)


def test_only_those_who_may_and_only_in_their_branch(
    bank: Bank, own: Opened, visit: Signing
) -> None:
    teller, other = visit("teller"), visit("other_supervisor")
    for part in ("block", "unblock", "overdraft", "hold", "fee", "interest", "settle", "close"):
        teller.get(f"/accounts/{part}/?deposit={own.id}", status=404)
        other.get(f"/accounts/{part}/?deposit={own.id}", status=404)
    for bad in ("", "x", "-1", "0", "9" * 30):
        other.get(f"/accounts/block/?deposit={bad}", status=404)
