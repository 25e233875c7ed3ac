"""Whatever is sent to a page is answered in words: nothing fails, nothing is told, nothing stays.

The fields of forms are found on the pages themselves, the parameters of addresses by what the
pages look at. The person may do everything, so that nothing is refused before it is read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction

from tests.architecture import addresses, people, small_bank
from tests.architecture.addresses import Address
from tests.architecture.small_bank import SmallBank
from tests.cash import desk
from tests.evidence import world
from tests.rewinding import rewound

HOSTILE = (
    "a\x00b", "\ud800", "x" * 10_000, "-1", "9" * 19, "9" * 5_000, "²", "٣", "NaN", "01.01.0001",
    "31.12.9999", "9999-12-31", "<script>alert(1)</script>",
)  # fmt: skip
# What else an address may have in it.
IN_PATHS = ("0", str(2**63), "2026-02-30", "' OR 1=1 --", "../../etc/passwd", "{{7*7}}")
# Who signs in or out is not signed in; what has no row has no page to try.
LEFT_OUT = {
    "access:sign_in", "access:sign_out", "access:second_factor", *small_bank.WITHOUT_ROWS
}  # fmt: skip
OTHER_TYPES = ("application/json", "text/xml", "multipart/form-data", "text/plain")
TYPED = {"text", "search", "email", "tel", "number"}
# A person may come again to what they typed; no browser sends these from a form as they are.
_UNTYPED = re.compile("[\x00\ud800]")
_LEAKS = re.compile(
    r"Traceback|File \"|/apps/|site-packages|psycopg|django\.|DETAIL:|SELECT |INSERT |SQLSTATE|"
    r"object at 0x|<script>alert"
)


class Form(HTMLParser):
    """What a page's form would send, by names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        # Those that a person types into.
        self.typed: set[str] = set()
        self._in_main = False
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_main = self._in_main or tag == "main"
        name = given.get("name", "")
        if not self._in_main or not name or tag not in {"input", "select", "textarea"}:
            return
        if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
            self.fields.setdefault(name, "")
            return
        self.fields[name] = given.get("value", "")
        if tag == "textarea" or (tag == "input" and given.get("type", "text") in TYPED):
            self.typed.add(name)
        self._area = name if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_main = self._in_main and tag != "main"
        if tag == "textarea":
            self._area = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who may do everything, at work at a till, and the addresses as they know them."""

    knock: Any
    small: SmallBank

    def pages(self, method: str) -> Iterator[tuple[Address, str]]:
        for page in addresses.screens():
            if method in addresses.methods(page) and page.name not in LEFT_OUT:
                yield page, self.small.place(page)


@pytest.fixture(scope="module")
def visit(small: SmallBank) -> Visit:
    person = small.almighty
    session = desk.open_session(small.own["counter"], [], person)
    return Visit(people.browser(person), replace(small, own={**small.own, "session": session}))


def _bad(answer: Any, told: str) -> Iterator[str]:
    """What is wrong with an answer to something hostile."""
    if answer.status_code >= 500:
        yield f"{told}: {answer.status_code}"
    elif not answer.streaming and (leak := _LEAKS.search(answer.content.decode(errors="replace"))):
        yield f"{told}: tells {leak[0]!r}"


def _sent(value: str) -> str:
    """A value as an address has it, half a pair of UTF-16 included."""
    return quote(value, safe="", errors="surrogatepass")


# --- Addresses ----------------------------------------------------------------------------------


def test_parameters_of_addresses(visit: Visit) -> None:
    before = _kept()
    wrong: list[str] = []
    everywhere = _read(visit, "/profile/")
    alike: set[str] = set()
    for page, place in visit.pages("GET"):
        names = _read(visit, place) - everywhere
        if page.name.endswith("_changelist") and page.table is not None:
            # What Django's own list looks at is alike in all tables.
            names, alike = names - alike, alike | names
            names |= {str(one) for one in page.table.list_filter} | {"q", "p"}
        join = "&" if "?" in place else "?"
        for name in sorted(names):
            tails = [f"{_sent(name)}={_sent(value)}" for value in HOSTILE]
            for tail in (*tails, f"{name}=1&{name}=2", f"{name}[]=1", name):
                with people.each_alone():
                    answer = visit.knock("GET", f"{place}{join}{tail}")
                wrong += _bad(answer, f"{page.name} ?{tail[:40]}")
    assert wrong == [], "\n".join(wrong)
    assert _kept() == before


def _read(visit: Visit, place: str) -> set[str]:
    """Which parameters a page looks at."""
    with addresses.parameters_read() as names, people.each_alone():
        visit.knock("GET", place)
    return names


def test_arguments_of_addresses(visit: Visit) -> None:
    wrong: list[str] = []
    for page, _ in visit.pages("GET"):
        for argument in page.arguments:
            for value in (*IN_PATHS, *HOSTILE):
                named = {argument: _sent(value)}

                def fill(name: str, named: Mapping[str, str] = named, page: Address = page) -> Any:
                    known = visit.small.named(name, where="own", address=page)
                    return named.get(name, known)

                with people.each_alone():
                    answer = visit.knock("GET", page.filled(fill))
                wrong += _bad(answer, f"{page.name} {argument}={value[:20]!r}")
    assert wrong == [], "\n".join(wrong)


# --- Forms --------------------------------------------------------------------------------------


def test_fields_of_forms(visit: Visit) -> None:
    wrong: list[str] = []
    # What all forms of one kind have alike is tried on the first of them.
    tried: set[tuple[bool, str]] = set()
    for page, place in visit.pages("POST"):
        asked = visit.knock("GET", place) if "GET" in addresses.methods(page) else None
        html = asked.content.decode() if asked is not None and asked.status_code == 200 else ""
        fields = Form(html).fields
        fields.pop("csrfmiddlewaretoken", None)
        alike = {(page.table is None, name) for name in fields if name in {"key", "stage"}}
        names = set(fields or {"q": "", "part": ""}) - {name for _, name in alike & tried}
        tried |= alike
        with rewound():
            before = _kept()
            for name in sorted(_of_each_kind(names)):
                for value in HOSTILE:
                    wrong += _fill(visit, page.name, place, fields, name, value)
            if _kept() != before:
                wrong.append(f"{page.name}: something was written")
    assert wrong == [], "\n".join(wrong)


def _of_each_kind(names: set[str]) -> set[str]:
    """One of the fields of lines, such as `pieces_100` and `pieces_200`."""
    return set({re.sub(r"\d+", "", name): name for name in sorted(names, reverse=True)}.values())


def _posted(visit: Visit, place: str, body: str) -> Any:
    """The answer to a form; what it has done is taken back, and what a refusal leaves is not."""
    unless = transaction.atomic()
    unless._from_testcase = True  # type: ignore[attr-defined]  # as in tests.rewinding
    with unless:
        kind = "application/x-www-form-urlencoded"
        answer = visit.knock("POST", place, body, content_type=kind)
        if answer.status_code < 400:
            transaction.set_rollback(True)
    return answer


def _fill(
    visit: Visit, page: str, place: str, fields: Mapping[str, str], name: str, value: str
) -> Iterator[str]:
    """Send a form in which one field is hostile, and see that it shows what was typed."""
    data = {"stage": "review", **fields, name: value}
    body = "&".join(f"{_sent(one)}={_sent(given)}" for one, given in data.items())
    answer = _posted(visit, place, body)
    told = f"{page} {name}={value[:20]!r}"
    yield from _bad(answer, told)
    if answer.status_code == 422 and not _UNTYPED.search(value):
        again = Form(answer.content.decode())
        if name in again.typed and again.fields[name].strip() != value.strip():
            yield f"{told}: the form shows {again.fields[name][:30]!r}"


def test_forms_of_other_pages_and_other_types(visit: Visit) -> None:
    """Without the token nothing is read; what is no form is read as an empty one."""
    wrong: list[str] = []
    before = _kept()
    for page, place in visit.pages("POST"):
        with people.each_alone():
            answer = visit.knock("POST", place, {"stage": "confirm"}, csrf=True)
        if answer.status_code != 403:
            wrong.append(f"{page.name} without a token: {answer.status_code}")
        for kind in (
            "application/json",
            "text/xml",
            "multipart/form-data",
            "text/plain",
        ):
            with people.each_alone():
                answer = visit.knock("POST", place, b'{"stage": "confirm"}', content_type=kind)
            wrong += _bad(answer, f"{page.name} {kind}")
    assert wrong == [], "\n".join(wrong)
    assert _kept() == before


def _kept() -> dict[str, Any]:
    """All that is kept, but for the journal and what is noted of sessions and of signing in."""
    noted = {"access_staffsession", "access_signin"}
    return {name: one for name, one in world().items() if name not in noted}
