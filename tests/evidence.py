"""How tests prove what did and did not happen, one by one and many at once."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from django.db import connection, connections

from apps.control.door import execute
from apps.control.models import OperationRun
from apps.control.run import Actor
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.kernel.queries import current_date
from tests.factories import fresh_key

T = TypeVar("T")


def world() -> Mapping[str, Any]:
    """A count of every table but the journal, and the sum of what accounts hold."""
    tables = [
        name
        for (name,) in sql.rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace ="
            " 'public'::regnamespace AND relname <> 'control_operationrun' AND NOT relispartition"
        )
    ]
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
    balances = sql.rows("SELECT * FROM ledger_balance ORDER BY account_id")
    return dict(sql.rows(counts)) | {"balances": balances}


def refuse(
    refusal: type[Refusal], name: str, given: Any, *, actor: Actor, key: str | None = None
) -> OperationRun:
    """It is refused, journalled, and nothing else was written; the line of the journal."""
    before, lines = world(), OperationRun.objects.count()
    with pytest.raises(refusal) as refused:
        execute(name, given, actor=actor, key=key or fresh_key())
    assert type(refused.value) is refusal
    assert refused.value.text.uk != refused.value.text.en
    assert world() == before
    assert OperationRun.objects.count() == lines + 1
    line = OperationRun.objects.order_by("-id")[0]
    assert (line.outcome, line.actor_id) == ("refused", actor.user_id)
    assert line.operation == name
    assert line.refusal is not None
    assert line.refusal["code"] == refusal.code
    assert line.booking_date == current_date()
    return line


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of this thread, without those that begin and end transactions."""
    seen: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        yield seen


def in_threads(count: int, work: Callable[[int], T]) -> list[T]:
    """What `work(number)` gives in each of `count` threads that begin at the same moment."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> T:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def wait_until(true: Callable[[], bool], timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
