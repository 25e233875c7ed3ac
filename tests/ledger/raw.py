"""The posting functions called by hand, in a transaction that the caller ends."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg

from tests.ledger.model import LegModel

_LINE = """INSERT INTO control_operationrun (id, operation, version, outcome, origin, client, key,
    actor_id, actor_name, booking_date, currency, command, subjects, address, request_id)
    SELECT %(run)s, %(operation)s, 1, %(outcome)s, 'console', '', '', 1, 'Raw', %(date)s, '', '{}',
           '{}', '', ''"""
_CALL = """SELECT ledger_post_{size}_v2(%(run)s, %(date)s, %(closing)s, %(kinds)s::text[],
    %(narratives)s::text[], %(value_dates)s::date[], %(reverses)s::bigint[],
    %(forced)s::boolean[], %(of)s::integer[], %(accounts)s::bigint[], %(amounts)s::bigint[],
    %(currencies)s::text[])"""

Connection = psycopg.Connection[Any]


def write_line(
    connection: Connection, *, date: Any, outcome: str = "done", operation: str = "probe.raw"
) -> Any:
    """A line of the journal; the run's id."""
    run = uuid4()
    connection.execute(
        _LINE, {"run": run, "date": date, "outcome": outcome, "operation": operation}
    )
    return run


def call(
    connection: Connection,
    size: str,
    entries: Sequence[Sequence[LegModel]],
    *,
    run: Any,
    date: Any,
    closing: bool = False,
    forced: Sequence[bool | None] | None = None,
    reverses: Sequence[int | None] | None = None,
    **changes: Any,
) -> list[int]:
    """Call `ledger_post_few_v2` or `ledger_post_many_v2`; the ids of the entries."""
    legs = [(number, *leg) for number, entry in enumerate(entries, 1) for leg in entry]
    params = {
        "run": run,
        "date": date,
        "closing": closing,
        "kinds": ["probe.raw"] * len(entries),
        "narratives": [""] * len(entries),
        "value_dates": [None] * len(entries),
        "reverses": list(reverses or [None] * len(entries)),
        "forced": list(forced or [False] * len(entries)),
        "of": [leg[0] for leg in legs],
        "accounts": [leg[1] for leg in legs],
        "amounts": [leg[2] for leg in legs],
        "currencies": [leg[3] for leg in legs],
    } | changes
    found = connection.execute(_CALL.format(size=size), params).fetchone()
    assert found is not None
    ids: list[int] = found[0]
    return ids
