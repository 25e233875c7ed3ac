"""The API for people: every endpoint has a page, in both languages, without asking the database."""

import json

import pytest

from bank.document import description, places
from tests.evidence import statements
from tests.factories import Bank
from tests.screens.conftest import Signing

NAMES = [place.endpoint.name for place in places()]


@pytest.mark.parametrize("language", ["uk", "en"])
def test_all_endpoints_are_listed_with_their_scopes(
    bank: Bank, visit: Signing, language: str
) -> None:
    page = visit("administrator", language=language).get("/help/api/")

    assert {f"/help/api/{name}/" for name in NAMES} <= set(page.links)
    assert "/help/api/openapi.json" in page.links
    for place in places():
        assert place.path in page.text
        assert str(place.endpoint.permission or "—") in page.text


@pytest.mark.parametrize("language", ["uk", "en"])
def test_an_endpoint_is_told_whole(bank: Bank, visit: Signing, language: str) -> None:
    visitor = visit("administrator", language=language)
    told = description(language)
    for methods in told["paths"].values():
        for one in methods.values():
            page = visitor.get(f"/help/api/{one['operationId']}/")
            assert one["summary"] in page.text
            assert one["security"][0]["key"] == [] or one["security"][0]["key"][0] in page.text

    page = visitor.get("/help/api/payments.transfer/")
    for expected in (
        "POST", "/api/v1/transfers", "Idempotency-Key", "dry_run", "amount.currency",
        "ledger.insufficient_funds", "control.scope_missing", '"purpose"',
    ):  # fmt: skip
        assert expected in page.text


def test_the_document_is_taken_along(bank: Bank, visit: Signing) -> None:
    answer = visit("administrator", language="en").client.get("/help/api/openapi.json")
    assert answer["Content-Disposition"] == 'attachment; filename="skarb-openapi.json"'
    assert json.loads(answer.content) == description("en")


def test_only_whoever_gives_keys_reads_it(bank: Bank, visit: Signing) -> None:
    assert "/help/api/" in visit("administrator").get("/journal/").links
    visit("administrator").get("/help/api/nothing.of.this/", status=404)
    teller = visit("teller")
    for address in ("/help/api/", "/help/api/payments.transfer/"):
        teller.get(address, status=403)
    assert teller.client.get("/help/api/openapi.json").status_code == 403


def test_the_pages_ask_the_database_for_nothing_of_their_own(bank: Bank, visit: Signing) -> None:
    visitor = visit("administrator")
    visitor.get("/help/api/")
    with statements() as small:
        visitor.get("/help/api/access.myself/")
    with statements() as large:
        visitor.get("/help/api/")
    assert len(small) == len(large)
