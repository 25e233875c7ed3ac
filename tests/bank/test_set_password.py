"""`manage.py set_password`: by the operation, in somebody's name, without an argument to read."""

import io

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command

from apps.access.models import User
from apps.control.models import OperationRun
from tests.factories import Bank

PASSWORD = "correct horse battery"


def give(username: str, password: str, monkeypatch: pytest.MonkeyPatch, *, by: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    out = io.StringIO()
    call_command("set_password", username, "--as", by, stdout=out)
    return out.getvalue()


def test_an_administrator_gives_a_teller_a_password(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = give("teller", PASSWORD, monkeypatch, by="administrator")
    assert told == "teller can sign in with the new password.\n"
    assert check_password(PASSWORD, User.objects.get(username="teller").password)
    line = OperationRun.objects.order_by("-id")[0]
    assert (line.operation, line.outcome) == ("access.reset_password", "done")
    assert (line.actor_id, line.origin) == (bank.administrator.user_id, "console")


@pytest.mark.parametrize(
    ("username", "password", "by", "why"),
    [
        ("teller", PASSWORD, "supervisor", "access.manage_users"),
        ("administrator", PASSWORD, "administrator", "another administrator"),
        ("teller", "short", "administrator", "12"),
        ("teller", "", "administrator", "12"),
        ("nobody", PASSWORD, "administrator", "no person"),
        ("system", PASSWORD, "administrator", "no person"),
        ("teller", PASSWORD, "nobody", "no user"),
    ],
)
def test_what_is_refused_is_told_and_changes_nothing(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, username: str, password: str, by: str, why: str
) -> None:
    before = list(User.objects.order_by("id").values_list("password", flat=True))
    with pytest.raises(CommandError, match=why):
        give(username, password, monkeypatch, by=by)
    assert list(User.objects.order_by("id").values_list("password", flat=True)) == before


def test_a_password_is_typed_twice(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, "another horse battery"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="differ"):
        call_command("set_password", "teller", "--as", "administrator")
