"""The door: the only road to a write. Read `execute` from top to bottom.

One outermost transaction claims the key, learns the authority, asks the guards, parks or runs the
body, writes the journal and posts, in this order: the key's row is locked first, balance rows last
and shortest. A refusal is journalled after the rollback, so that the attempt is not lost with the
work. Deadlocks, serialization failures, a date that moved and lost connections are retried here and
nowhere else.
"""

import datetime as dt
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import (
    DatabaseError,
    DataError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)

from apps.control import approvals, auditing, guarding, journal
from apps.control.commands import Command, decode, fingerprint, to_plain
from apps.control.declarations import (
    AUTHORITY,
    CONSTRAINT_REFUSALS,
    GUARDS,
    OPERATIONS,
    POSTER,
    SQL_REFUSALS,
    Operation,
)
from apps.control.errors import (
    ActorUnknown,
    AmountNotPositive,
    Busy,
    ConstraintBroken,
    KeyMissing,
    KeyReused,
    LimitExceeded,
    NotFound,
    NothingClosing,
    NotSetUp,
    PermissionMissing,
    PolicyMissing,
    StillRunning,
    UnfitValue,
    UnknownOperation,
)
from apps.control.run import Actor, Run, accounts_of
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.kernel.ids import uuid7
from apps.kernel.money import Money

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_TRIES = 8
# What another try may cure: serialization, deadlock, lock timeout, a date that moved meanwhile;
# a server that ends, has crashed or starts.
_PASSING = {"40001", "40P01", "55P03", "SK001", "57P01", "57P02", "57P03"}
# A number that is too large, a text that is too long, a character that no text may hold; psycopg
# itself finds the last, before the database could give it a state.
_UNFIT = {"22003", "22001", "22021", "22P05", ""}
# A look must not make others wait: it gives up before them.
_PREVIEW_LIMITS = """SELECT set_config('lock_timeout', '500ms', true),
                            set_config('statement_timeout', '10s', true)"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command: done, or parked until others agree.

    A repeated key tells what has become of a parked command since: done, declined, returned,
    withdrawn or expired.
    """

    run_id: UUID
    outcome: str
    result: Any
    approval_id: int | None = None
    # The answer was given before: the key had already been used for this content.
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a command would do now: entries, balances after, and who must agree."""

    meaning: dict[str, Any]
    result: Any
    before: dict[int, dict[str, Any]]
    after: dict[int, dict[str, Any]]
    needs: approvals.Policy | None


@dataclass(frozen=True, slots=True)
class Performed:
    """A parked command that ran again and still has to be concluded."""

    run: Run
    command: Command
    result: Any
    # Who must agree to it by the rules of now.
    policy: approvals.Policy | None


@dataclass(frozen=True, slots=True)
class _Standing:
    """The answer to the one authority query."""

    claimed: bool
    branch_id: int | None
    date: dt.date | None
    base_currency: str | None
    name: str | None
    here: bool
    anywhere: bool
    limited: bool
    limit_minor: int | None
    policies: list[dict[str, Any]]


def execute(
    name: str, given: Command | Mapping[str, Any] | bytes, *, actor: Actor, key: str
) -> Outcome:
    """Do the operation `name` once, or park it, or refuse.

    The same `key` with the same content gets the same answer for ever. Raises the Refusal that
    stopped it, after journalling it; nothing else of a refused run remains.
    """
    operation = named(name)
    try:
        command = _command(operation, given)
        if not 0 < len(key) <= 200 or "\x00" in key:
            raise KeyMissing
        return _retrying(lambda: _once(operation, command, actor, key))
    except Refusal as refusal:
        journal.record_refusal(
            operation=operation, given=given, actor=actor, key=key, refusal=refusal
        )
        raise


def execute_next(
    name: str, pick: Callable[[], tuple[Command, str] | None], *, actor: Actor
) -> Outcome | None:
    """Do the operation `name` on what `pick` finds to be done, or nothing where it finds None.

    `pick` gives the command and its key. It is called inside the transaction, so that a row which
    it locks is the claim of the work, free again at once when the worker dies; and once more after
    a failure that may pass.
    """
    operation = named(name)
    picked: tuple[Command, str] | None = None

    def once() -> Outcome | None:
        nonlocal picked
        with transaction.atomic(durable=True), guarding.door_open():
            picked = pick()
            return None if picked is None else _do(operation, picked[0], actor, picked[1])

    try:
        return _retrying(once)
    except Refusal as refusal:
        if picked is not None:
            journal.record_refusal(
                operation=operation, given=picked[0], actor=actor, key=picked[1], refusal=refusal
            )
        raise


def preview(name: str, given: Command | Mapping[str, Any] | bytes, *, actor: Actor) -> Preview:
    """Run the same body in a transaction that is rolled back; the look itself is journalled."""
    operation = named(name)
    try:
        command = _command(operation, given)
        seen = _retrying(lambda: _rehearse(operation, command, actor))
    except Refusal as refusal:
        journal.record_refusal(
            operation=operation, given=given, actor=actor, key="", refusal=refusal
        )
        raise
    journal.record_look(operation=operation, command=command, actor=actor, meaning=seen.meaning)
    return seen


def perform(operation: Operation, command: Command, actor: Actor, *, approval_id: int) -> Performed:
    """Judge and run a parked command, as its maker, inside the last checker's transaction.

    The caller compares the meaning with the signed one, and then concludes the run.
    """
    run, standing = _admit(operation, command, actor)
    policy = _judge(operation, command, run, standing)
    run.approval_id = approval_id
    result = operation.body(cmd=command, run=run)
    return Performed(run, command, None if result is None else to_plain(result), policy)


def conclude(run: Run, command: Command, *, key: str, result: Any) -> None:
    """Write the run's line of the journal with its messages and post its entries, last."""
    line = journal.done(run=run, command=command, key=key, result=result)
    if run.entries or run.queries:
        POSTER().post(run, line)
    else:
        journal.write(line)


def _once(operation: Operation, command: Command, actor: Actor, key: str) -> Outcome:
    with transaction.atomic(durable=True), guarding.door_open():
        return _do(operation, command, actor, key)


def _do(operation: Operation, command: Command, actor: Actor, key: str) -> Outcome:
    run, standing = _admit(operation, command, actor, key=key)
    if not standing.claimed:
        return _answered(operation, command, actor, key)
    policy = _judge(operation, command, run, standing)
    if policy is not None:
        with _undone():
            conclude(run, command, key=key, result=operation.body(cmd=command, run=run))
            meaning = approvals.signed(run, command)
        approval_id = approvals.park(
            run=run, command=command, key=key, policy=policy, meaning=meaning
        )
        return Outcome(run.id, "parked", None, approval_id)
    result = operation.body(cmd=command, run=run)
    plain = None if result is None else to_plain(result)
    conclude(run, command, key=key, result=plain)
    return Outcome(run.id, "done", plain)


def _rehearse(operation: Operation, command: Command, actor: Actor) -> Preview:
    with transaction.atomic(durable=True), guarding.door_open():
        sql.rows(_PREVIEW_LIMITS)
        run, standing = _admit(operation, command, actor)
        policy = _judge(operation, command, run, standing)
        result = operation.body(cmd=command, run=run)
        touched = accounts_of(run.entries)
        before = POSTER().standing(touched)
        conclude(run, command, key="", result=None)
        after = POSTER().standing(touched)
        transaction.set_rollback(True)
        return Preview(run.meaning(), to_plain(result), before, after, policy)


def _admit(
    operation: Operation, command: Command, actor: Actor, *, key: str | None = None
) -> tuple[Run, _Standing]:
    """Claim the key, where there is one, and learn the standing: one statement."""
    run_id = uuid7()
    params: dict[str, Any] = {
        "actor": actor.user_id,
        "permission": operation.permission,
        "operation": operation.name,
        "status": "closing" if operation.closing else "open",
    }
    if operation.scope.statement is not None:
        params["scope"] = operation.scope.parameter(command)
    if key is not None:
        params |= {
            "origin": actor.origin,
            "client": actor.key_scope,
            "key": key,
            "fingerprint": fingerprint(operation.name, command),
            "run": run_id,
        }
    try:
        found = sql.row(_standing_statement(operation.name, keyed=key is not None), params)
    except OperationalError as error:
        if key is not None and _sqlstate(error) == "55P03":
            raise StillRunning from error
        raise
    assert found is not None, "the authority query always gives one row"
    standing = _Standing(*found)
    run = Run(
        id=run_id,
        operation=operation,
        actor=actor,
        actor_name=standing.name or "",
        branch_id=standing.branch_id,
        # Only the set-up runs without a date, and `_judge` lets nothing else pass.
        date=standing.date or dt.date.min,
    )
    auditing.follow(run)
    return run, standing


@cache
def _standing_statement(name: str, *, keyed: bool) -> str:
    """The authority query of an operation; with the claim of the key in it where it is keyed.

    An insert that meets the same key in a transaction under way waits for it; then it adds nothing
    and `claimed` is false. All names in the text are declarations, never input.
    """
    operation = OPERATIONS[name]
    claim = (
        """WITH claim AS (
        INSERT INTO control_operationkey (origin, client, key, fingerprint, run_id)
        VALUES (%(origin)s, %(client)s, %(key)s, %(fingerprint)s, %(run)s)
        ON CONFLICT DO NOTHING RETURNING 1)"""
        if keyed
        else ""
    )
    return f"""{claim}
    SELECT {"EXISTS (SELECT FROM claim)" if keyed else "true"},
           scope.branch_id, day.date, bank.base_currency, authority.*,
           (SELECT coalesce(json_agg(json_build_object(
                       'from_amount_minor', p.from_amount_minor, 'role', p.role,
                       'checkers', p.checkers, 'at_close', p.at_close)), '[]')
              FROM control_approvalpolicy p
             WHERE p.operation = %(operation)s
               AND (p.branch_id IS NULL OR p.branch_id = scope.branch_id)
               AND p.valid_from <= day.date
               AND (p.valid_to IS NULL OR p.valid_to >= day.date))
      FROM (SELECT {operation.scope.statement or "NULL::bigint"} AS branch_id) scope
      LEFT JOIN kernel_bookingdate day ON day.status = %(status)s
      LEFT JOIN kernel_bank bank ON true
      CROSS JOIN LATERAL ({AUTHORITY().statement}) authority"""  # noqa: S608


def _judge(
    operation: Operation, command: Command, run: Run, standing: _Standing
) -> approvals.Policy | None:
    """Refuse what may not be; the policy that asks for other eyes, or None."""
    if standing.name is None:
        raise ActorUnknown
    if not (standing.here or (operation.scope.anywhere and standing.anywhere)):
        # In another branch and nowhere answer alike to whoever has the right somewhere.
        if standing.anywhere and operation.scope.statement is not None:
            raise NotFound
        raise PermissionMissing(permission=operation.permission)
    if operation.scope.statement is not None and standing.branch_id is None:
        raise NotFound
    if standing.date is None and not operation.dateless:
        raise NothingClosing if operation.closing else NotSetUp
    amount = operation.amount(command) if operation.amount else None
    if amount is not None:
        if amount.minor <= 0:
            raise AmountNotPositive(amount=str(amount))
        if standing.limited:
            require_within(amount, standing.limit_minor or 0, str(standing.base_currency))
    for kind, ids in operation.subjects(command).items():
        for guard in GUARDS:
            if kind in guard.kinds:
                guard.check(ids=ids, run=run)
    policy = approvals.applying(standing.policies, amount, standing.base_currency)
    if policy is None and operation.four_eyes:
        raise PolicyMissing(operation=operation.name)
    return policy


def is_permitted(run: Run, branch: int | None) -> bool:
    """Whether whoever acts holds the run's own permission in a branch (None: the whole bank)."""
    held = sql.row(
        f"""SELECT authority.*
              FROM (SELECT %(branch)s::bigint AS branch_id) scope
             CROSS JOIN (SELECT %(date)s::date AS date) day
             CROSS JOIN LATERAL ({AUTHORITY().statement}) authority""",  # noqa: S608
        {
            "branch": branch,
            "date": run.date,
            "actor": run.actor.user_id,
            "permission": run.operation.permission,
        },
    )
    assert held is not None, "the authority always gives one row"
    return bool(held[1])


def require_within(amount: Money, limit_minor: int, base_currency: str) -> None:
    """Raises LimitExceeded where the amount is above a limit in the base currency.

    Without a rate of the day an amount in another currency cannot be compared, and what cannot be
    judged is refused.
    """
    limit = Money(limit_minor, base_currency)
    if amount.currency != base_currency or amount > limit:
        raise LimitExceeded(amount=str(amount), limit=str(limit))


def _answered(operation: Operation, command: Command, actor: Actor, key: str) -> Outcome:
    """The answer that this key got before. Raises KeyReused for other content."""
    bound = journal.bound_to(origin=actor.origin, client=actor.key_scope, key=key)
    if bound is None:
        # The transaction that held the key went back between our two statements.
        raise StillRunning
    if bound.fingerprint != fingerprint(operation.name, command):
        raise KeyReused(key=key)
    return Outcome(bound.run_id, bound.outcome, bound.result, bound.approval_id, replayed=True)


@contextmanager
def _undone() -> Iterator[None]:
    """Let everything inside happen, checks and all, and take it back."""
    savepoint = transaction.savepoint()
    yield
    transaction.savepoint_rollback(savepoint)


def named(name: str) -> Operation:
    if name not in OPERATIONS:
        raise UnknownOperation(name=name[:80])
    return OPERATIONS[name]


def _command(operation: Operation, given: Command | Mapping[str, Any] | bytes) -> Command:
    if isinstance(given, Command):
        assert isinstance(given, operation.command), f"{operation.name} takes another command"
        return given
    return decode(operation.command, given)


def _retrying(work: Callable[[], T]) -> T:
    """Run `work`, again where the failure may pass; its key makes a second time harmless."""
    for attempt in range(MAX_TRIES):
        if attempt:
            time.sleep(min(0.01 * 2**attempt, 0.5) * (0.5 + secrets.randbelow(1000) / 1000))
        try:
            return work()
        except UnicodeEncodeError as error:
            # Half of a pair of surrogates is no character, and no text of the database.
            raise UnfitValue(reason=f"position {error.start}: {error.reason}") from error
        except (DatabaseError, InterfaceError) as error:
            refusal = _refusal_of(error)
            passing = _is_passing(error)
            if connection.in_atomic_block or not passing:
                # Inside a caller's transaction nothing can be tried again.
                raise (refusal or error) from error
            if attempt == MAX_TRIES - 1:
                raise (refusal or Busy()) from error
            log.info("try %d failed and is repeated: %s", attempt + 1, error)
    raise AssertionError("the last try returns or raises")


def _is_passing(error: Exception) -> bool:
    state = _sqlstate(error)
    if state in _PASSING:
        return True
    # A lost line says nothing of itself, or something of the class of connection exceptions.
    lost = isinstance(error, InterfaceError | OperationalError) and state[:2] in {"", "08"}
    if lost:
        connection.close()
    return lost


def _refusal_of(error: Exception) -> Refusal | None:
    """The refusal that the database expressed by an SQLSTATE or a constraint's name."""
    state = _sqlstate(error)
    diagnostics = getattr(error.__cause__, "diag", None)
    if state in SQL_REFUSALS:
        detail = getattr(diagnostics, "message_detail", None)
        return SQL_REFUSALS[state](**json.loads(detail or "{}"))
    constraint = getattr(diagnostics, "constraint_name", None)
    if state.startswith("23") and constraint:
        if constraint in CONSTRAINT_REFUSALS:
            return CONSTRAINT_REFUSALS[constraint]()
        return ConstraintBroken(constraint=constraint)
    if isinstance(error, DataError) and state in _UNFIT:
        return UnfitValue(reason=getattr(diagnostics, "message_primary", None) or str(error))
    return None


def _sqlstate(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
