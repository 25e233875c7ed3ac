"""Somebody with a browser that shows nothing, or a program with a key: the bank by HTTP."""

import gzip
import html
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any

_TIMEOUT_S = 30
# What a page has its browser ask for besides; the icons of a sprite are one file.
_STATIC = re.compile(r'(?:src|href)="(/static/[^"#]+)')
_INPUT = re.compile(r"<input\b[^>]*>")
_NAME, _VALUE = re.compile(r'(?<=\s)name="([^"]*)"'), re.compile(r'(?<=\s)value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back in the end, after all redirections."""

    status: int
    path: str
    text: str
    # As it came over the line, packed where the server packs it.
    octets: int

    @property
    def fields(self) -> dict[str, str]:
        """Names and values of the inputs on a page, those that nobody sees among them."""
        found = {}
        for one in _INPUT.findall(self.text):
            name, value = _NAME.search(one), _VALUE.search(one)
            if name:
                found[name[1]] = html.unescape(value[1]) if value else ""
        return found


@dataclass(frozen=True, slots=True)
class Weight:
    """What the first load of a page takes: its own requests and octets, and those of its files."""

    requests: int
    octets: int


class Person:
    """A session of the screens at `address`, which ends with a slash."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()),
            # Whatever the environment says of proxies: the bank is on this machine.
            urllib.request.ProxyHandler({}),
        )

    def sign_in(self, username: str, password: str) -> bool:
        """Whether the pair of them opened the bank."""
        page = self.get("/sign-in/")
        answer = self.post("/sign-in/", page.fields | {"username": username, "password": password})
        return answer.status == http.HTTPStatus.OK and answer.path != "/sign-in/"

    def get(self, path: str) -> Answer:
        return self._ask(path, None)

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        return self._ask(path, urllib.parse.urlencode(fields).encode())

    def swap(self, path: str, fields: Mapping[str, str]) -> Answer:
        """What htmx is answered, to be put into a page."""
        data = urllib.parse.urlencode(fields).encode()
        return self._ask(path, data, {"HX-Request": "true"})

    def first_load(self, path: str) -> Weight:
        """Open a page with nothing of it at hand, and all that it asks for."""
        page = self.get(path)
        files = sorted(set(_STATIC.findall(page.text)))
        # Never unpacked: a browser on this machine would take the smaller of these packings.
        packed = [self._send(file, None, {"Accept-Encoding": "gzip, br"}).octets for file in files]
        return Weight(1 + len(files), page.octets + sum(packed))

    def _ask(self, path: str, data: bytes | None, more: Mapping[str, str] | None = None) -> Answer:
        found = self._send(path, data, {"Accept-Encoding": "gzip"} | dict(more or {}))
        return found.answer()

    def _send(self, path: str, data: bytes | None, headers: dict[str, str]) -> "_Packed":
        url = urllib.parse.urljoin(self._address, path)
        request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310
        return _answer(self._opener, request)


class Program:
    """A client of the API at `address` with its key."""

    def __init__(self, address: str, *, key: str) -> None:
        self._address = urllib.parse.urljoin(address, "/api/v1/")
        self._key = key
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str) -> tuple[int, Any]:
        return self._ask("GET", path)

    def post(self, path: str, given: Any, *, key: str) -> tuple[int, Any]:
        """`key` makes it happen once, however often it is sent."""
        return self._ask("POST", path, json.dumps(given).encode(), {"Idempotency-Key": key})

    def _ask(
        self, method: str, path: str, data: bytes | None = None, more: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        request = urllib.request.Request(  # noqa: S310 - always this machine
            urllib.parse.urljoin(self._address, path),
            data=data,
            method=method,
            headers={
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/json",
                **(more or {}),
            },
        )
        answer = _answer(self._opener, request).answer()
        return answer.status, json.loads(answer.text)


@dataclass(frozen=True, slots=True)
class _Packed:
    """An answer as it came."""

    status: int
    path: str
    content: bytes
    is_gzip: bool

    @property
    def octets(self) -> int:
        return len(self.content)

    def answer(self) -> Answer:
        plain = gzip.decompress(self.content) if self.is_gzip else self.content
        return Answer(self.status, self.path, plain.decode(), self.octets)


def _answer(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> _Packed:
    """An answer that says no is an answer, too."""
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as said:
            return _read(said)
    except urllib.error.HTTPError as error:
        with error:
            return _read(error)


def _read(said: Any) -> _Packed:
    path = urllib.parse.urlsplit(said.geturl()).path
    is_gzip = said.headers.get("Content-Encoding") == "gzip"
    return _Packed(said.status, path, said.read(), is_gzip)
