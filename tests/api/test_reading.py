"""Reads over the API: pages and their cursors, parameters, entity tags, statements."""

from typing import Any
from urllib.parse import quote

import pytest

from apps.kernel import sql
from tests.api.callers import Caller, add_machine, issue
from tests.evidence import statements
from tests.factories import Bank
from tests.probes import MOVE

pytestmark = pytest.mark.urls("tests.api.addresses")
ACCOUNTS = "probe/accounts"


def every_account() -> list[int]:
    return [one for (one,) in sql.rows("SELECT id FROM ledger_account ORDER BY id")]


def test_pages_hold_the_whole_list_once(bank: Bank, caller: Caller, account: int) -> None:
    whole = every_account()
    assert len(whole) >= 2
    found: list[int] = []
    cursor = ""
    for _ in range(len(whole) + 1):
        page = caller.get(f"{ACCOUNTS}?limit=1{cursor}").json()
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={quote(page['next'])}"
    assert found == whole
    assert caller.get(ACCOUNTS).json() == {"items": whole, "next": None}


def test_a_cursor_is_of_its_list_alone(bank: Bank, caller: Caller, account: int) -> None:
    cursor = caller.get(f"{ACCOUNTS}?limit=1").json()["next"]
    caller.get(f"{ACCOUNTS}?limit=1&cursor={quote(cursor)}")
    # Another program may go on with it: it tells a place, and no right.
    Caller(issue(bank, add_machine(bank), MOVE)[0]).get(f"{ACCOUNTS}?cursor={quote(cursor)}")

    forged = [cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "x", "", "a:b:c", "€"]
    for one in (*forged, cursor.swapcase()):
        place = f"{ACCOUNTS}?cursor={quote(one)}"
        found = caller.refuse("control.bad_cursor", "GET", place, status=400)
        assert found["errors"] == [{"detail": found["detail"], "parameter": "cursor"}]
    other = f"{ACCOUNTS}?currency=EUR&cursor={quote(cursor)}"
    caller.refuse("control.bad_cursor", "GET", other, status=400)
    body = {"text": "a", "cursor": cursor}
    caller.refuse("control.bad_cursor", "POST", "probe/sought", body, status=400)


def test_what_is_looked_for_in_a_body_has_pages_too(caller: Caller) -> None:
    first = caller.post("probe/sought", {"text": "a", "limit": 2}, key="").json()
    assert first["items"] == ["a 0", "a 1"]
    again = {"text": "a", "limit": 2, "cursor": first["next"]}
    assert caller.post("probe/sought", again).json()["items"] == ["a 1", "a 2"]
    other = again | {"text": "b"}
    caller.refuse("control.bad_cursor", "POST", "probe/sought", other, status=400)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1.5", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=1_0", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=1&limit=2", "limit"),
        ("most=9999999999999999999999", "most"),
        ("currency=UAH%00", "currency"),
        ("nothing=1", "nothing"),
        ("dry_run=true", "dry_run"),
        ("cursor=" + "a" * 1001, "cursor"),
        ("a" * 500 + "=1", "a" * 40),
    ],
)
def test_parameters_are_judged(caller: Caller, query: str, parameter: str) -> None:
    found = caller.refuse("control.bad_parameter", "GET", f"{ACCOUNTS}?{query}", status=400)
    assert [one["parameter"] for one in found["errors"]] == [parameter]


def test_more_parameters_than_anybody_has_are_refused(caller: Caller) -> None:
    many = "&".join(f"a{n}=1" for n in range(1500))
    caller.refuse("control.bad_parameter", "GET", f"{ACCOUNTS}?{many}", status=400)


def test_what_has_not_changed_is_not_sent_again(caller: Caller, account: int) -> None:
    place = f"probe/accounts/{account}/limits"
    first = caller.get(place)
    tag = first["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = caller.get(place, status=304, If_None_Match=known)
        assert (answer.content, answer["ETag"]) == (b"", tag)
    assert caller.get(place, If_None_Match='"other"').content == first.content
    caller.put(place, {"floor_minor": 5}, If_Match=tag)
    assert caller.get(place, If_None_Match=tag)["ETag"] != tag


def test_a_list_costs_the_same_statements_for_few_and_for_many(
    bank: Bank, caller: Caller, account: int
) -> None:
    caller.get(ACCOUNTS)
    counts: list[Any] = []
    for limit in (1, 2, 200):
        with statements() as seen:
            caller.get(f"{ACCOUNTS}?limit={limit}")
        counts.append(len(seen))
    # The key, the rights, the list.
    assert counts == [3, 3, 3]
