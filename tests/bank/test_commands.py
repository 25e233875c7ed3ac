"""Commands say in a sentence what is wrong with the servers, and end with a status."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

# Nobody listens there.
NOWHERE = "postgres://skarb:skarb@127.0.0.1:1/skarb"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"DATABASE_URL": NOWHERE, "DATABASE_OWNER_URL": NOWHERE}
    return subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("prove",),
        ("watch",),
        ("close_day", "--inline"),
        ("set_password", "somebody"),
        ("migrate", "--skip-checks"),
    ],
    ids=lambda command: command[0],
)
def test_a_server_that_is_down_is_told_in_a_sentence(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("The database cannot be reached: ")
    assert "manage.py services start" in done.stderr


def test_whoever_asks_for_it_sees_where_it_failed() -> None:
    done = run("prove", "--traceback")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
