"""Every address × everybody × own or another branch × method: open or refused as is declared."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import resolve, reverse

from apps.control.rest.endpoints import Does, Endpoint
from apps.kernel.menu import ACTIONS, MENU
from tests.architecture import addresses, people, small_bank
from tests.architecture.addresses import OPEN, Address, Free, Person
from tests.architecture.small_bank import SmallBank
from tests.factories import add_user

OPENED = {200, 302, 400, 409, 412, 422, 428}
WRONG = "{who}, {method} {address} ({where}): {status}, and {expected} is declared"


# --- Declared -----------------------------------------------------------------------------------


def test_every_address_declares_who_may_open_it() -> None:
    assert addresses.undeclared() == []
    known = {one.name for one in addresses.every_address()} | {
        addresses.label(method, one) for method, one in addresses.places()
    }
    gone = (set(OPEN) | set(addresses.OWN_RULE)) - known
    assert not gone, f"these exceptions are of addresses that are gone: {gone}"


def test_the_menu_leads_whoever_sees_it_to_an_open_page() -> None:
    """A place, or something to do, needs exactly the permission of its page."""
    for item in [*MENU, *ACTIONS]:
        page: Any = getattr(resolve(reverse(item.url)).func, "view_class", None)
        assert page is not None or item.url.startswith("admin:"), item.url
        if page is not None:
            found = next(one for one in addresses.every_address() if one.name == item.url)
            assert addresses.permissions(found) == (item.permission,), item.url


# --- Pages --------------------------------------------------------------------------------------


def test_every_page(small: SmallBank) -> None:
    pages = [one for one in addresses.screens() if one.table is None]
    _try_pages(pages, small)


def test_every_page_of_the_administration(small: SmallBank) -> None:
    pages = [one for one in addresses.screens() if one.table is not None]
    _try_pages(pages, small)


def _try_pages(pages: list[Address], small: SmallBank) -> None:
    """Whoever may, and each role of a branch that may not, by every declared method.

    By others, one who may and one who may not; in other branches, and for what is nowhere, whoever
    may here and one who may not even here.
    """
    everybody = small.browsers
    wrong: list[str] = []
    for page in pages:
        if page.name in OPEN:
            continue
        for where, place in _variants(page, small):
            may = [one for one in everybody if addresses.opens(page, one, "own", small)]
            others = [one for one in everybody if one not in may and one.limited]
            declared = addresses.methods(page)
            for method in addresses.METHODS if where == "own" else sorted(declared - {"HEAD"}):
                few = [*may[:1], *others[:1]]
                asked = [*may, *others] if method in declared - {"HEAD"} else few
                for person in asked if where == "own" else [*may, *others[:1]]:
                    open_ = addresses.opens(page, person, where, small)
                    expected = _expected(page, method, open_=open_)
                    wrong += _tried(person, method, place, where, expected)
    assert wrong == [], _listed(wrong)


def _tried(
    person: Person,
    method: str,
    place: str,
    where: str,
    expected: set[int],
    body: bytes | None = None,
) -> Iterator[str]:
    with people.each_alone():
        answer = person.knock(method, place, body)
    status = answer.status_code
    if status == 403 and place.startswith(f"/{addresses.API}"):
        # What an operation refuses by itself, such as a request of one's own, was let through.
        status = 403 if answer.json()["code"] in LOCKED else 412
    if status not in expected:
        yield WRONG.format(
            who=person.name, method=method, address=place, where=where, status=status,
            expected=sorted(expected),
        )  # fmt: skip


def _expected(address: Address, method: str, *, open_: bool) -> set[int]:
    if not open_:
        return {403, 404}
    return OPENED if method in addresses.methods(address) else {405}


def _listed(wrong: list[str]) -> str:
    return f"{len(wrong)} differ:\n" + "\n".join(wrong[:400])


def _variants(address: Address, small: SmallBank) -> Iterator[tuple[str, str]]:
    """The page for an object of the branch, of another one, and for one that is not there."""
    filled: dict[str, str] = {}
    for where in ("own", "other", "nowhere"):
        if where != "nowhere" and address.name in small_bank.WITHOUT_ROWS:
            continue
        place = small.place(address, where=where)
        filled.setdefault(place, where)
    for place, where in filled.items():
        yield where, place


def test_pages_without_a_permission_answer_as_they_say(small: SmallBank) -> None:
    """Nobody gets further than to signing in, and nobody past the second factor without it."""
    half_way = add_user(actor=small.bank.administrator)
    comers = {"stranger": people.stranger(), "half way": people.browser(half_way, verified=False)}
    wrong = []
    for page in addresses.screens():
        free = OPEN.get(page.name, Free("", ()))
        may = {"stranger": free.signed_out, "half way": free.half_way or free.signed_out}
        where, place = next(_variants(page, small))
        for who, knock in comers.items():
            for method in addresses.METHODS:
                if method == "OPTIONS" and may[who]:
                    continue
                with people.each_alone():
                    answer = knock(method, place)
                sent = answer.headers.get("Location", "").partition("?")[0]
                led = {"stranger": "/sign-in/", "half way": "/second-factor/"}[who]
                if may[who]:
                    good = (answer.status_code == 405) != (method in free.methods)
                else:
                    good = sent == led
                if not good:
                    expected = free.methods if may[who] else led
                    wrong.append(
                        WRONG.format(who=who, method=method, address=place, where=where,
                                     status=answer.status_code, expected=expected)
                    )  # fmt: skip
    assert wrong == [], _listed(wrong)


LOCKED = {"control.permission_missing", "control.scope_missing"}


# --- The API ------------------------------------------------------------------------------------

DONE = {200, 201, 202, 400, 409, 412, 422, 428}


def test_every_place_of_the_api(small: SmallBank) -> None:
    """Operations are tried without being done: with their example, about what is in the bank."""
    programs = small.programs
    nobody = people.program("")
    wrong: list[str] = []
    for method, address in addresses.places():
        endpoint, name = address.endpoints[method], addresses.label(method, address)
        for where, place, body in _calls(endpoint, address, small):
            may = [one for one in programs if addresses.answers(endpoint, name, one, "own", small)]
            others = [one for one in programs if one not in may and one.limited]
            for person in [*may, *others] if where == "own" else [*may, *others[:1]]:
                open_ = addresses.answers(endpoint, name, person, where, small)
                expected = DONE if open_ else {403, 404}
                if where == "nowhere" and addresses.is_done_by_all(endpoint):
                    # The state of the bank may refuse it before it is looked for.
                    expected |= {409}
                wrong += _tried(person, method, place, where, expected, body)
            if where == "own":
                for undeclared in sorted({*addresses.METHODS, "TRACE"} - set(address.endpoints)):
                    for person in [*may[:1], *others[:1]]:
                        wrong += _tried(person, undeclared, place, where, {405})
                stranger = replace(programs[0], name="nobody", knock=nobody)
                for any_method in addresses.METHODS:
                    wrong += _tried(stranger, any_method, place, where, {401})
    assert wrong == [], _listed(wrong)


def _calls(
    endpoint: Endpoint, address: Address, small: SmallBank
) -> Iterator[tuple[str, str, bytes | None]]:
    """A request about things of the branch, of another one, and about what is not there."""
    seen = set()
    for where in ("own", "other", "nowhere"):
        place = address.filled(partial(small.named, where=where, address=address))
        given = endpoint.example if isinstance(endpoint, Does) else endpoint.sample
        body = None
        if isinstance(endpoint, Does):
            place += "?dry_run=true"
        elif given is not None and endpoint.body is None:
            place, given = f"{place}?{urlencode(given)}", None
        if given is not None:
            about = {
                name: thing
                for name, value in given.items()
                if small.knows(name, address)
                and type(thing := small.named(name, where=where, address=address)) is type(value)
            }
            body = json.dumps({**given, **about}, default=str).encode()
        if (place, body) not in seen:
            seen.add((place, body))
            yield where, place, body
