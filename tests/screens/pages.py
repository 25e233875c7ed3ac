"""A visitor of screens, and what must be true of every page that is answered."""

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from apps.access.models import User

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
# What a template shows when something was forgotten.
_SLIPS = re.compile(r"<c-|\{%|\{\{|<apps\.|object at 0x|datetime\.date\(|Profile\(|Money\(")


class Page(HTMLParser):
    """A page as far as tests ask: its text, fields of its forms, links, and what is inline."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.status = response.status_code
        self.html = response.content.decode()
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self._text: list[str] = []
        self._textless = 0
        self._in_main = False
        self.feed(self.html)

    @property
    def text(self) -> str:
        """Everything to read, with single and plain spaces."""
        return " ".join(" ".join(self._text).replace("\u202f", " ").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inline += [name for name in given if name == "style" or re.match("on[a-z]+$", name)]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.inline.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given.get("href", ""))
        self._in_main = self._in_main or tag == "main"
        if tag == "input" and self._in_main and "name" in given:
            self.fields[given["name"]] = given.get("value", "")
        if tag in {"script", "style", "head"}:
            self._textless += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False
        if tag in {"script", "style", "head"}:
            self._textless -= 1

    def handle_data(self, data: str) -> None:
        if not self._textless:
            self._text.append(data)


class Visitor:
    """Somebody who has signed in; every page that comes back is judged."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = self.client.session
        session["signed_in_at"] = 0
        session.save()

    def speak(self, language: str) -> None:
        given = {"part": "preferences", "language": language, "theme": "light", "shortcuts": "on"}
        done = self.client.post("/profile/", given | {"density": "normal"})
        assert done.status_code == 302, done.content

    def get(self, address: str, *, status: int = 200) -> Page:
        return self._judged(self.client.get(address), status)

    def post(self, address: str, data: dict[str, Any], *, status: int = 200) -> Page:
        return self._judged(self.client.post(address, data), status)

    def swap(self, address: str, data: dict[str, Any] | None = None) -> int:
        """How many octets an answer to htmx takes on the line, packed."""
        headers = {"HX-Request": "true", "Accept-Encoding": "gzip"}
        ask = self.client.get if data is None else self.client.post
        answer = ask(address, data, headers=headers)
        assert answer.status_code == 200, answer.content
        return len(answer.content)

    def sent_to(self, address: str, data: dict[str, Any] | None = None) -> str:
        """Where a form, or a page, sends its visitor on."""
        answer = self.client.get(address) if data is None else self.client.post(address, data)
        assert answer.status_code == 302, answer.content.decode()
        return str(answer["Location"])

    def review(self, address: str, data: dict[str, Any], *, status: int = 200) -> Page:
        """Fill the form in and send it for review, under the key that the form has."""
        asked = self.get(address)
        given = {"key": asked.fields["key"], "till": asked.fields.get("till", "")}
        return self.post(address, given | data | {"stage": "review"}, status=status)

    def confirm(self, address: str, reviewed: Page) -> str:
        """Confirm what was reviewed; the address of the receipt."""
        return self.sent_to(address, reviewed.fields | {"stage": "confirm"})

    def _judged(self, answer: Any, status: int) -> Page:
        page = Page(answer)
        assert page.status == status, page.text
        assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
        assert answer["Cache-Control"] == "no-store"
        assert page.inline == []
        assert not _SLIPS.search(page.html), _SLIPS.search(page.html)
        doubled = {one for one in page.ids if page.ids.count(one) > 1}
        assert not doubled, f"ids used twice: {doubled}"
        return page
