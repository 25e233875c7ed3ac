"""While the database is away or being worked on: 503 in both languages, asking it nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection, connections
from django.test import Client, override_settings

from bank.maintenance import is_away
from tests.conftest import OwnDatabase
from tests.factories import Bank


@pytest.fixture(autouse=True)
def _plain_static_files() -> Iterator[None]:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=django_settings.STORAGES | {"staticfiles": plain}):
        yield


def _judge(answer: Any) -> str:
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    return str(answer.content.decode())


def test_a_marker_answers_for_everything(tmp_path: Path) -> None:
    """Without a database fixture any statement would be an error."""
    with override_settings(MAINTENANCE_MARKER=tmp_path / "state" / "maintenance"):
        call_command("maintenance", "on")
        for address in ("/", "/sign-in/", "/customers/?q=1", "/nowhere/", "/admin/"):
            for page in (_judge(Client().get(address)), _judge(Client().post(address))):
                assert "Тривають технічні роботи" in page
                assert "The bank is being worked on" in page
        problem = Client().post("/api/v1/users", content_type="application/json")
        assert problem["Content-Type"] == "application/problem+json"
        assert problem.json()["code"] == "control.maintenance"
        assert problem.json()["retryable"] is True
        assert Client().get("/healthz").status_code == 200
        call_command("maintenance", "off")
        assert Client().get("/healthz").status_code == 200
        assert not (tmp_path / "state" / "maintenance").exists()


def test_a_database_that_is_away_is_told_and_comes_back(
    own_database: OwnDatabase, bank: Bank
) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/sign-in/").status_code == 200
    name = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = "not_there_at_all"
    try:
        page = _judge(client.post("/sign-in/", {"username": "teller", "password": "x"}))
        assert "not_there" not in page
        assert _judge(client.get("/readyz"))
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = name
    assert client.get("/readyz").status_code == 200


def _error(kind: type[Exception], state: str | None) -> Exception:
    error = kind("told")
    error.__cause__ = psycopg.errors.lookup(state)() if state else psycopg.OperationalError()
    return error


@pytest.mark.parametrize("state", [None, "08006", "57P01", "57P03", "53300", "55P03"])
def test_what_passes_is_told_from_what_is_wrong(state: str | None) -> None:
    assert is_away(_error(OperationalError, state))


def test_an_error_of_ours_stays_one() -> None:
    assert is_away(InterfaceError("connection already closed"))
    assert not is_away(_error(OperationalError, "57014"))
    assert not is_away(ValueError())
    assert not is_away(None)
