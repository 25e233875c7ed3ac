"""The journal: every command that reached the door, with what came of it."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import DatabaseError, InterfaceError, transaction

from apps.control import guarding
from apps.control.commands import Command, encode, to_plain, without_secrets
from apps.control.declarations import AUTHORITY, Operation
from apps.control.run import Actor, Run
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.kernel.ids import uuid7

log = logging.getLogger(__name__)

# The escape of a zero character, which is none where its backslash is itself escaped.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
# What is kept of a command that could not be read: enough to find its sender's mistake.
MAX_GIVEN = 4_000

_COLUMNS = """id, operation, version, outcome, origin, client, key, actor_id, actor_name,
    started_by_id, approval_id, branch_id, booking_date, amount_minor, currency, command, effect,
    result, refusal, subjects, address, request_id"""
_VALUES = """%(id)s, %(operation)s, %(version)s, %(outcome)s, %(origin)s, %(client)s, %(key)s,
    %(actor)s, {name}, %(started_by)s, %(approval)s, %(branch)s, {date}, %(amount)s,
    %(currency)s, %(command)s::jsonb, %(effect)s::jsonb, %(result)s::jsonb, %(refusal)s::jsonb,
    %(subjects)s::text[], %(address)s, %(request)s"""
_INSERT = f"INSERT INTO control_operationrun ({_COLUMNS}) VALUES ({_VALUES})"  # noqa: S608
_RUN = _INSERT.format(name="%(name)s", date="%(date)s::date")
_LINE = f"line AS ({_RUN} RETURNING id)"
_MESSAGES = """told AS (
    INSERT INTO control_outboxmessage (run_id, topic, payload, tries, error)
    SELECT %(id)s, topic, payload::jsonb, 0, ''
      FROM unnest(%(topics)s::text[], %(payloads)s::text[]) AS message (topic, payload))"""


@dataclass(frozen=True, slots=True)
class Line:
    """A complete line of the journal, still to be written.

    `clauses` are common table expressions, of which `line` has the run's id: so that the line and
    what is owed to it, the entries, go to the database in one statement.
    """

    clauses: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a key is bound to, and the answer that it gives."""

    fingerprint: bytes
    run_id: UUID
    outcome: str
    result: Any
    approval_id: int | None


def done(*, run: Run, command: Command, key: str, result: Any) -> Line:
    """The complete line of a run that is done, with its outbox; a worker is told on commit."""
    params = _line(run, command, key) | {
        "outcome": "done",
        "effect": _json(run.meaning()),
        "result": _json(result),
    }
    if not run.messages:
        return Line(_LINE, params)
    topics, payloads = zip(*run.messages, strict=True)
    params |= {
        "topics": list(topics),
        "payloads": [_json(payload) for payload in payloads],
    }
    transaction.on_commit(_ring, robust=True)
    return Line(f"{_LINE}, {_MESSAGES}", params)


def write(line: Line) -> None:
    """Write a line to which no entries are owed; one statement."""
    sql.rows(f"WITH {line.clauses} SELECT FROM line", line.params)


def record_parked(*, run: Run, command: Command, key: str, meaning: Mapping[str, Any]) -> None:
    """The line of a command that waits for other people."""
    sql.rows(_RUN, _line(run, command, key) | {"outcome": "parked", "effect": _json(meaning)})


def record_refusal(
    *, operation: Operation, given: Any, actor: Actor, key: str, refusal: Refusal
) -> None:
    """The line of an attempt that was refused, in a transaction of its own."""
    refused = {"code": refusal.code, "data": refusal.data}
    try:
        _record_attempt("refused", operation, given, actor, key, {"refusal": _json(refused)})
    except (DatabaseError, InterfaceError):
        # The database is what failed: the caller learns of the refusal, the operator from here.
        log.critical("a refusal could not be journalled: %s", refused, exc_info=True)


def record_look(
    *, operation: Operation, command: Command, actor: Actor, meaning: Mapping[str, Any]
) -> None:
    """The line of a preview, which told somebody balances."""
    _record_attempt("previewed", operation, command, actor, "", {"effect": _json(meaning)})


def bound_to(*, origin: str, client: str, key: str) -> Bound | None:
    """What the key is bound to, following a parked run to what became of it; one statement."""
    found = sql.row(
        """SELECT k.fingerprint, coalesce(done.id, run.id),
                  CASE WHEN approval.state IS NULL OR approval.state = 'waiting' THEN run.outcome
                       ELSE approval.state END,
                  coalesce(done.result, run.result)::json, approval.id
             FROM control_operationkey k
             JOIN control_operationrun run ON run.id = k.run_id
             LEFT JOIN control_approval approval ON approval.run_id = run.id
             LEFT JOIN control_operationrun done ON done.id = approval.done_run_id
            WHERE k.origin = %(origin)s AND k.client = %(client)s AND k.key = %(key)s""",
        {"origin": origin, "client": client, "key": key},
    )
    if found is None:
        return None
    print_, run_id, outcome, result, approval_id = found
    return Bound(bytes(print_), run_id, outcome, result, approval_id)


def _record_attempt(
    outcome: str, operation: Operation, given: Any, actor: Actor, key: str, more: dict[str, Any]
) -> None:
    params = _nothing() | {
        "id": uuid7(),
        "operation": operation.name,
        "version": operation.version,
        "outcome": outcome,
        "origin": actor.origin,
        "client": actor.key_scope,
        "key": key[:200].replace("\x00", ""),
        "actor": actor.user_id,
        "started_by": actor.started_by,
        "command": _kept(operation.command, given),
        "address": actor.address,
        "request": actor.request_id,
    }
    statement = _INSERT.format(
        name=f"coalesce({AUTHORITY().name}, '')",
        date="(SELECT date FROM kernel_bookingdate WHERE status = 'open')",
    )
    with transaction.atomic(), guarding.door_open():
        sql.rows(statement, params | more)


def _line(run: Run, command: Command, key: str) -> dict[str, Any]:
    operation, actor = run.operation, run.actor
    amount = operation.amount(command) if operation.amount else None
    return _nothing() | {
        "id": run.id,
        "operation": operation.name,
        "version": operation.version,
        "origin": actor.origin,
        "client": actor.key_scope,
        "key": key,
        "actor": actor.user_id,
        "name": run.actor_name,
        "started_by": actor.started_by,
        "approval": run.approval_id,
        "branch": run.branch_id,
        # The set-up alone has no date yet.
        "date": run.date if run.date.year > 1 else None,
        "amount": amount.minor if amount else None,
        "currency": amount.currency if amount else "",
        "command": encode(command).decode(),
        "subjects": sql.texts(
            f"{kind}:{one}" for kind, ids in operation.subjects(command).items() for one in ids
        ),
        "address": actor.address,
        "request": actor.request_id,
    }


def _nothing() -> dict[str, Any]:
    return {
        "approval": None,
        "branch": None,
        "amount": None,
        "currency": "",
        "effect": None,
        "result": None,
        "refusal": None,
        "subjects": "{}",
    }


def _kept(kind: type[Command], given: Any) -> str:
    """A readable JSON text of whatever was sent, without what jsonb cannot hold."""
    given = to_plain(given) if isinstance(given, Command) else without_secrets(kind, given)
    try:
        text = given.decode() if isinstance(given, bytes) else _json(given)
        plain = msgspec.json.decode(text or "null")
    except (UnicodeError, msgspec.DecodeError, RecursionError):
        plain = ascii(given)
    text = _NUL.sub(r"\1", msgspec.json.encode(plain).decode())
    if len(text) > MAX_GIVEN:
        text = msgspec.json.encode({"cut": text[:MAX_GIVEN]}).decode()
    return text


def _json(value: Any) -> str | None:
    if value is None:
        return None
    text = msgspec.json.encode(value, enc_hook=str, order="deterministic").decode()
    return _NUL.sub(r"\1", text) if "\\u0000" in text else text


def _ring() -> None:
    """Tell a worker that the outbox has something; the sweeper does where this cannot."""
    from apps.control.jobs import deliver

    deliver.apply_async(retry=False)
