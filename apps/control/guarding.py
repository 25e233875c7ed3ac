"""Outside production, a statement that writes and did not come through the door is an error."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from apps.control import auditing

_open: ContextVar[bool] = ContextVar("door_open", default=False)

_WRITES = re.compile(r"^\s*(?:INSERT|UPDATE|DELETE|MERGE|COPY|TRUNCATE)\b", re.IGNORECASE)
_WRITES_WITHIN = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.IGNORECASE
)

# Who may write without an operation, and why: none of it is the bank's state.
_EXEMPT = re.compile(
    r'(?:INTO|UPDATE|FROM)\s+"?(?:'
    r"django_session"  # sessions of the browser
    r"|django_admin_log"  # Django's own list of what was clicked
    r"|otp_totp_totpdevice|otp_static_statictoken"  # throttling and use of one-time codes
    r")\b",
    re.IGNORECASE,
)
_LAST_LOGIN = re.compile(r'^\s*UPDATE "access_user" SET "last_login" = \S+ WHERE', re.IGNORECASE)


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


def is_write(statement: str) -> bool:
    if _WRITES.match(statement):
        return True
    return statement.lstrip()[:4].upper() == "WITH" and bool(_WRITES_WITHIN.search(statement))


def _exempt(statement: str) -> bool:
    return bool(_EXEMPT.search(statement) or _LAST_LOGIN.match(statement))


def refuse_writes(
    execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any
) -> Any:
    """An execute wrapper of Django's connections."""
    text = statement if isinstance(statement, str) else ""
    if not _open.get() and is_write(text) and not _exempt(text):
        raise WriteOutsideOperation(text[:200])
    return execute(statement, params, many, context)


def watch(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Put the wrapper on a connection as it is made; see `bank.apps`."""
    if connection.alias == "default" and refuse_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_writes)
