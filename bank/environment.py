"""Read settings from the environment, and secrets from files named by `*_FILE`.

Every variable is declared here with its meaning; docs/operating/settings.md is made from it.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the environment; `without` says in words what its absence means."""

    name: str
    meaning: str
    without: str
    default: str = ""


VARIABLES = {
    variable.name: variable
    for variable in (
        Variable(
            "SKARB_PROFILE",
            "`production`, `demo` or `test`. The two last may make up what production must be "
            "given, and check that nothing writes outside an operation.",
            "`production`",
            default="production",
        ),
        Variable(
            "SKARB_SECRET_KEY",
            "The key that signs sessions: at least 50 random characters.",
            "production refuses to start; demo and test make one in `.skarb/`",
        ),
        Variable(
            "SKARB_SECRET_KEY_FALLBACKS",
            "Former keys, separated by commas, that are still accepted while a key is changed.",
            "none",
        ),
        Variable(
            "SKARB_HOSTS",
            "Host names, separated by commas, under which people reach Skarb.",
            "production refuses to start; demo and test answer on this machine",
        ),
        Variable(
            "DATABASE_URL",
            "PostgreSQL 17 or later as the application's role: a libpq URL, such as "
            "`postgresql://skarb_app:…@host/skarb?sslmode=verify-full`.",
            "the embedded PostgreSQL",
        ),
        Variable(
            "DATABASE_OWNER_URL",
            "The same database as the owner of the tables. Only `migrate` and the set-up of a new "
            "bank need it: give it to nothing else.",
            "`DATABASE_URL`, with which `migrate` refuses to give grants; or the embedded owner",
        ),
        Variable("REDIS_URL", "Redis or Valkey, broker and cache.", "the embedded Valkey"),
        Variable(
            "SKARB_STATEMENT_TIMEOUT_S",
            "Seconds after which PostgreSQL gives a statement up.",
            "`120`",
            default="120",
        ),
        Variable(
            "SKARB_TIME_ZONE",
            "Zone in which people see times, and in which the close has its hour.",
            "`Europe/Kyiv`",
            default="Europe/Kyiv",
        ),
        Variable(
            "SKARB_CLOSE_AT",
            "Local hour and minute at which beat opens the next date and closes the last one.",
            "`00:00`",
            default="00:00",
        ),
        Variable(
            "SKARB_CATCH_UP_DAYS",
            "How many dates beat catches up with by itself. A clock that says more have passed is "
            "not believed: a person closes them.",
            "`10`",
            default="10",
        ),
        Variable(
            "SKARB_API_REQUESTS_A_MINUTE",
            "How many requests a client of the API may send within a minute.",
            "`600`",
            default="600",
        ),
        Variable(
            "SKARB_SECOND_FACTOR",
            "Whether everybody gives a second factor at sign-in. Production always asks for it.",
            "`no` in demo and test",
            default="no",
        ),
        Variable(
            "SKARB_SESSION_IDLE_MINUTES",
            "Minutes without work after which a person is signed out.",
            "`15`",
            default="15",
        ),
        Variable(
            "SKARB_SESSION_HOURS",
            "Hours after which everybody signs in anew, whatever they do.",
            "`10`",
            default="10",
        ),
        Variable(
            "SKARB_MAINTENANCE_MARKER",
            "File that says, while it is there, that everybody is shown the page of maintenance; "
            "`manage.py maintenance on` makes it.",
            "`.skarb/maintenance` in the checkout",
        ),
        Variable(
            "SKARB_STATIC_ROOT",
            "Folder of the collected static files.",
            "`.skarb/static` in the checkout",
        ),
        Variable(
            "SKARB_LOG_LEVEL", "Least level of messages in the log.", "`INFO`", default="INFO"
        ),
        Variable(
            "SKARB_DEBUG",
            "Django's pages for programmers; production refuses it.",
            "`no`",
            default="no",
        ),
        Variable(
            "SKARB_DATA",
            "Folder of the embedded servers' data. Keep it on a disk that is always mounted.",
            "`/var/lib/skarb-…` for root, else a folder of the user's own; "
            "`python -m bank.embedded path` prints it",
        ),
        Variable(
            "SKARB_STATE",
            "Folder that remembers where this checkout's bank lies, so that a missing disk is told "
            "from a new bank.",
            "`.skarb` in the checkout",
        ),
        Variable(
            "SKARB_TEST_DATA",
            "Folder of the throw-away servers of the tests.",
            "beside the bank's folder, with `-test` at its end",
        ),
    )
}


def text(name: str, default: str | None = None) -> str:
    """The value of `name`; where `name_FILE` is set, the content of that file instead.

    Raises KeyError for a variable that is not declared.
    """
    declared = VARIABLES[name]
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {file}, which cannot be read: {error}"
            ) from error
    return os.environ.get(name, declared.default if default is None else default)


def flag(name: str) -> bool:
    value = text(name).strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}")


def number(name: str) -> int:
    value = text(name)
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from error


def items(name: str, default: str | None = None) -> list[str]:
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def database(url: str, **options: Any) -> dict[str, Any]:
    """Django's description of the PostgreSQL database behind a libpq URL."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parts, **options},
    }
