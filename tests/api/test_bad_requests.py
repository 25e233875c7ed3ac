"""What is sent badly is refused in words, in either language, and nothing but that is written."""

import json
from typing import Any

import pytest

from tests.api.callers import Caller, last_line
from tests.factories import Bank

pytestmark = pytest.mark.urls("tests.api.addresses")
MOVES = "probe/moves"


@pytest.fixture
def move(bank: Bank, till: int, account: int) -> dict[str, Any]:
    amount = {"amount": "10.00", "currency": "UAH"}
    return {"branch": bank.branch, "source": account, "target": till, "amount": amount}


NOT_JSON = {
    "empty object twice": b"{}{}",
    "broken": b'{"branch": 1',
    "name twice": b'{"branch": 1, "branch": 2}',
    "name twice inside": b'{"amount": {"amount": "1", "amount": "2"}}',
    "fraction": b'{"branch": 1.0}',
    "exponent": b'{"branch": 1e2}',
    "NaN": b'{"branch": NaN}',
    "infinity": b'{"branch": -Infinity}',
    "minus zero": b'{"branch": -0}',
    "long number": b'{"branch": ' + b"9" * 100_000 + b"}",
    "beyond 64 bits": b'{"branch": 9223372036854775808}',
    "deep": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "seventeen levels": b'{"a": ' + b"[" * 16 + b"]" * 16 + b"}",
    "not UTF-8": b'{"narrative": "\xff"}',
    "UTF-16": '{"branch": 1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"branch": 1}',
    "half a pair": b'{"narrative": "\\ud800"}',
    "zero character": b'{"narrative": "\\u0000"}',
    "list": b"[]",
    "text": b'"text"',
    "null": b"null",
    "quotes": b'{"a": ' + b'"' * 100_001 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_json_that_could_be_read_in_two_ways_is_refused(
    bank: Bank, caller: Caller, body: bytes
) -> None:
    caller.refuse("control.body_not_json", "POST", MOVES, body, status=400)
    line = last_line()
    assert (line.operation, line.outcome) == ("probe.move", "refused")
    assert (line.refusal or {})["code"] == "control.body_not_json"


def test_a_body_has_a_size_and_a_type(caller: Caller, move: dict[str, Any]) -> None:
    large = json.dumps(move | {"narrative": "x" * 256 * 1024}).encode()
    caller.refuse("control.body_too_large", "POST", MOVES, large, status=413)
    body = json.dumps(move).encode()
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
             "application/json; charset=utf-16", "application/xml")  # fmt: skip
    for kind in kinds:
        caller.refuse(
            "control.wrong_media_type", "POST", MOVES, body, status=415, Content_Type=kind
        )
    caller.post(MOVES, body, status=201, Content_Type="Application/JSON; charset=UTF-8")


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"branch": "1"}, "control.malformed_command", "/branch"),
        ({"branch": True}, "control.malformed_command", "/branch"),
        ({"branch": None}, "control.malformed_command", "/branch"),
        ({"extra/~": 1}, "control.malformed_command", "/extra~1~0"),
        ({"x" * 1000: 1}, "control.malformed_command", "/" + "x" * 40),
        ({"status": "approved"}, "control.malformed_command", "/status"),
        ({"value_date": "2026-02-30"}, "control.malformed_command", "/value_date"),
        ({"amount": 10}, "kernel.not_an_amount", "/amount"),
        ({"amount": "10.00"}, "kernel.not_an_amount", "/amount"),
        ({"amount": {"amount": 10, "currency": "UAH"}}, "kernel.not_an_amount", "/amount"),
        ({"amount": {"amount": "1_0", "currency": "UAH"}}, "kernel.not_an_amount", "/amount"),
        ({"amount": {"amount": "٣", "currency": "UAH"}}, "kernel.not_an_amount", "/amount"),
        ({"amount": {"amount": "1E2", "currency": "UAH"}}, "kernel.not_an_amount", "/amount"),
        ({"amount": {"amount": "1.001", "currency": "UAH"}}, "kernel.too_many_decimals", "/amount"),
        ({"amount": {"amount": "9" * 16, "currency": "UAH"}}, "kernel.amount_too_large", "/amount"),
        ({"amount": {"amount": "1", "currency": "XXX"}}, "kernel.unknown_currency", "/amount"),
        ({"amount": {"amount": "1", "currency": []}}, "kernel.unknown_currency", "/amount"),
    ],
)
def test_a_field_that_is_wrong_is_pointed_at(
    caller: Caller, move: dict[str, Any], change: dict[str, Any], code: str, pointer: str
) -> None:
    status = 400 if code.startswith("control") else 422
    found = caller.refuse(code, "POST", MOVES, move | change, status=status)
    assert [one["pointer"] for one in found["errors"]] == [pointer]
    assert (last_line().refusal or {})["code"] == code


def test_a_field_that_is_missing_is_pointed_at(caller: Caller, move: dict[str, Any]) -> None:
    del move["amount"]
    found = caller.refuse("control.malformed_command", "POST", MOVES, move, status=400)
    assert [one["pointer"] for one in found["errors"]] == ["/amount"]
    found = caller.refuse("control.malformed_command", "POST", MOVES, b"", status=400)
    assert [one["pointer"] for one in found["errors"]] == ["/branch"]


def test_decimals_come_as_plain_texts(caller: Caller) -> None:
    assert caller.post("probe/sought", {"text": "a", "limit": 1}).status_code == 200
    for share in (5, "x", "1e5", "1_0", "NaN", "٣"):
        body = {"text": "a", "share": share}
        found = caller.refuse("control.malformed_command", "POST", "probe/sought", body, status=400)
        assert [one["pointer"] for one in found["errors"]] == ["/share"]


def test_a_path_that_is_none_is_no_address(caller: Caller) -> None:
    for place in ("", "me/", "probe/accounts/0/limits", "probe/accounts/-1/limits",
                  f"probe/accounts/{2**63}/limits", "closes/2026-02-30", "deposits/%00",
                  "../../etc/passwd"):  # fmt: skip
        caller.refuse("control.no_such_address", "GET", place, status=404)


def test_only_declared_methods_are_taken(caller: Caller) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "WHATEVER"):
        answer = caller.call(method, "probe/accounts", b"{}", status=405)
        assert answer["Allow"] == "GET"
        assert answer.json()["code"] == "control.method_not_allowed"
    assert caller.client.head(
        "/api/v1/probe/accounts", headers={"Authorization": f"Bearer {caller.token}"}
    ).status_code == 405  # fmt: skip
    caller.get("probe/accounts", X_HTTP_Method_Override="POST")


def test_answers_come_in_one_form(caller: Caller) -> None:
    for accept in ("text/html", "application/xml", "image/*", ";;;"):
        caller.refuse("control.not_acceptable", "GET", "me", status=406, Accept=accept)
    for accept in (
        "*/*",
        "application/*",
        "application/json; charset=utf-8",
        "text/html, */*;q=0.1",
    ):
        caller.get("me", Accept=accept)
    caller.refuse("control.bad_parameter", "GET", "me?format=api", status=400)


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("en", "en", "The request cannot be read"),
        ("uk", "uk", "Запит не можна прочитати"),
        ("de, en-GB;q=0.8, uk;q=0.5", "en", "The request cannot be read"),
        ("fr", "uk", "Запит не можна прочитати"),
    ],
)
def test_words_are_in_the_caller_s_language(
    caller: Caller, move: dict[str, Any], asked: str, language: str, title: str
) -> None:
    wrong = move | {"branch": "1"}
    answer = caller.post(MOVES, wrong, status=400, Accept_Language=asked)
    problem = answer.json()
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    assert problem["title"] == title
    reason = {"en": "Expected `int`, got `str`", "uk": "треба ціле число, а не текст"}[language]
    assert problem["errors"] == [{"detail": reason, "pointer": "/branch"}]
    assert reason in problem["detail"]


def test_a_failure_of_the_bank_tells_its_number_and_nothing_else(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    answer = caller.get("probe/broken", status=500, X_Request_ID="0" * 32)
    assert answer.json()["code"] == "control.failed"
    assert answer.json()["request_id"] == "0" * 32
    assert b"secret" not in answer.content
    assert "the secret of the house" in caplog.text


@pytest.mark.parametrize("given", ["x" * 65, "short", "a b c d e f", "né" * 10, "1" * 8 + "\x7f"])
def test_a_number_that_is_none_is_replaced(caller: Caller, given: str) -> None:
    assert caller.get("me", X_Request_ID=given)["X-Request-ID"] != given
