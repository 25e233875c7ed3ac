"""Outside production, a statement that writes and did not come through the door is an error."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from apps.control import auditing

_open: ContextVar[bool] = ContextVar("door_open", default=False)

# What is no part of a statement's shape: comments, literals, and the quotes of names.
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_LITERALS = re.compile(r"E?'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_WRITES = re.compile(
    r"""(?:^|;)\s*(?:INSERT|UPDATE|DELETE|MERGE|COPY|TRUNCATE)\b
      | \bINSERT\s+INTO\b | \bDELETE\s+FROM\b | \bMERGE\s+INTO\b
      | \bUPDATE\s+(?:ONLY\s+)?[\w.]+(?:\s+(?:AS\s+)?\w+)?\s+SET\b
      | \bledger_\w+_v[0-9]+\s*\(""",  # the functions that write the book
    re.IGNORECASE | re.VERBOSE,
)

# Who may write without an operation, and why: none of it is the bank's state.
_EXEMPT = re.compile(
    r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:"
    r"access_staffsession"  # sessions of the browser
    r"|access_signin"  # attempts to sign in, before anybody has
    r"|django_admin_log"  # Django's own list of what was clicked
    r"|access_apikeyuse"  # when a key of the API was last used
    r"|otp_totp_totpdevice|otp_static_statictoken"  # throttling and use of one-time codes
    r")\b",
    re.IGNORECASE,
)
_LAST_LOGIN = re.compile(r"\s*UPDATE access_user SET last_login = \S+ WHERE\b", re.IGNORECASE)


class WriteOutsideOperation(AssertionError):
    """A programming error: only operations write."""


@contextmanager
def door_open() -> Iterator[None]:
    """For the door and its journal alone: what is written inside belongs to an operation."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)
        auditing.follow(None)


@lru_cache(maxsize=4096)
def is_write(statement: str) -> bool:
    """Does a statement change the bank's state?"""
    bare = _LITERALS.sub("''", _COMMENTS.sub(" ", statement)).replace('"', "").strip()
    if not _WRITES.search(bare):
        return False
    return ";" in bare.rstrip(";") or not (_EXEMPT.match(bare) or _LAST_LOGIN.match(bare))


def refuse_writes(
    execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any
) -> Any:
    """An execute wrapper of Django's connections."""
    if not _open.get():
        if isinstance(statement, bytes):
            text = statement.decode(errors="replace")
        else:
            text = statement if isinstance(statement, str) else statement.as_string(None)
        if is_write(text):
            raise WriteOutsideOperation(text[:200])
    return execute(statement, params, many, context)


def watch(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Put the wrapper on a connection as it is made; see `bank.apps`."""
    if connection.alias == "default" and refuse_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_writes)
