"""Operations of the tests alone, declared before Django is set up and the registries freeze.

They move money between any two accounts, so that the door and the book can be tried without the
rooms above them. Names begin with `probe.`; what walks the registries leaves them out.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone
from msgspec import Struct, field

from apps.control.commands import Command
from apps.control.declarations import (
    TOPICS,
    WHOLE_BANK,
    at_branch,
    guard,
    operation,
)
from apps.control.run import Leg, Run, credit, debit
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger import accounts
from apps.ledger.rules import reversible

MOVE = "probe.move_money"
KEEP = "probe.keep_accounts"
CLOSE = "probe.close_dates"
PERMISSIONS = (MOVE, KEEP, CLOSE)
SENTENCE = Text(uk="Проба", en="Probe")
# A narrative with which `probe.move` refuses, and one with which it takes its time.
REFUSED = "refuse this"
SLOW = "slowly"
# A subject that the probe's guard lets nobody touch.
GUARDED = 13

reversible("probe.move")
# What the topic `probe` has delivered in this process.
delivered: list[Mapping[str, Any]] = []


class ProbeRefused(Refusal):
    code = "probe.refused"
    sentence = Text(uk="Проба відмовила.", en="The probe refused.")


class Opened(Struct, frozen=True):
    account: int


class OpenAccount(Command):
    """`limited=False` opens an internal account."""

    number: str
    branch: int
    gl_code: str = "2620"
    currency: str = "UAH"
    floor_minor: int = 0
    limited: bool = True


@operation(
    "probe.open_account", permission=KEEP, scope=at_branch(lambda c: c.branch), sentence=SENTENCE
)
def open_account(*, cmd: OpenAccount, run: Run) -> Opened:
    if not cmd.limited:
        return Opened(
            accounts.internal_account(
                run=run,
                gl_code=cmd.gl_code,
                branch=cmd.branch,
                currency=cmd.currency,
                part=cmd.number,
            )
        )
    return Opened(
        accounts.open_account(
            run=run,
            number=cmd.number,
            name=cmd.number,
            gl_code=cmd.gl_code,
            branch=cmd.branch,
            currency=cmd.currency,
            owner="",
            floor_minor=cmd.floor_minor,
        )
    )


class Limit(Command):
    account: int
    floor_minor: int = 0
    debits_blocked: bool = False
    credits_blocked: bool = False


@operation("probe.limit", permission=KEEP, scope=WHOLE_BANK, sentence=SENTENCE)
def limit(*, cmd: Limit, run: Run) -> None:
    accounts.limit_account(
        run=run,
        account=cmd.account,
        floor_minor=cmd.floor_minor,
        debits_blocked=cmd.debits_blocked,
        credits_blocked=cmd.credits_blocked,
    )


class Hold(Command):
    account: int
    amount_minor: int


@operation("probe.hold", permission=KEEP, scope=WHOLE_BANK, sentence=SENTENCE)
def hold(*, cmd: Hold, run: Run) -> Opened:
    return Opened(
        accounts.hold(
            run=run,
            account=cmd.account,
            amount_minor=cmd.amount_minor,
            reason="probe",
            expires_on=None,
        )
    )


class Release(Command):
    hold: int


@operation("probe.release", permission=KEEP, scope=WHOLE_BANK, sentence=SENTENCE)
def release(*, cmd: Release, run: Run) -> int | None:
    return accounts.release(run=run, hold_id=cmd.hold)


class CloseAccount(Command):
    account: int


@operation("probe.close_account", permission=KEEP, scope=WHOLE_BANK, sentence=SENTENCE)
def close_account(*, cmd: CloseAccount, run: Run) -> None:
    accounts.close_account(run=run, account=cmd.account)


class Move(Command):
    """Debit one account and credit another. `subject` is judged by the probe's guard."""

    branch: int
    source: int
    target: int
    amount: Money
    narrative: str = ""
    forced: bool = False
    subject: int = 0
    value_date: dt.date | None = None


@operation(
    "probe.move",
    permission=MOVE,
    scope=at_branch(lambda c: c.branch),
    sentence=SENTENCE,
    subjects=lambda c: {"account": [c.source, c.target], "probe": [c.subject]},
    amount=lambda c: c.amount,
    forced=True,
)
def move(*, cmd: Move, run: Run) -> Opened:
    if cmd.narrative == REFUSED:
        raise ProbeRefused
    if cmd.narrative == SLOW:
        sql.rows("SELECT pg_sleep(0.7)")
    run.add(
        "probe.move",
        debit(cmd.source, cmd.amount),
        credit(cmd.target, cmd.amount),
        narrative=cmd.narrative,
        forced=cmd.forced,
        value_date=cmd.value_date,
    )
    run.tell("probe", {"narrative": cmd.narrative})
    return Opened(cmd.target)


class FirstUse(Command):
    """Debit an internal account that this very operation opens."""

    branch: int
    target: int
    amount: Money
    part: str


@operation(
    "probe.first_use", permission=MOVE, scope=at_branch(lambda c: c.branch), sentence=SENTENCE,
    amount=lambda c: c.amount,
)  # fmt: skip
def first_use(*, cmd: FirstUse, run: Run) -> None:
    account = accounts.internal_account(
        run=run,
        gl_code="1200",
        branch=cmd.branch,
        currency=cmd.amount.currency,
        part=cmd.part,
    )
    run.add("probe.first_use", debit(account, cmd.amount), credit(cmd.target, cmd.amount))


class SweepOut(Command):
    """Move whatever the source has, so that the effect depends on the moment."""

    branch: int
    source: int
    target: int


@operation(
    "probe.sweep_out", permission=MOVE, scope=at_branch(lambda c: c.branch), sentence=SENTENCE
)
def sweep_out(*, cmd: SweepOut, run: Run) -> None:
    natural = sql.value(
        "SELECT side * balance_minor FROM ledger_balance WHERE account_id = %(account)s",
        {"account": cmd.source},
    )
    amount = Money(natural, "UAH")
    run.add("probe.sweep", debit(cmd.source, amount), credit(cmd.target, amount))


class Batch(Command):
    """Entries as tuples of legs (account, amount in minor units, currency)."""

    entries: tuple[tuple[tuple[int, int, str], ...], ...]
    forced: tuple[bool, ...] = ()
    reverses: tuple[int | None, ...] = field(default=())


@operation("probe.batch", permission=MOVE, scope=WHOLE_BANK, sentence=SENTENCE, forced=True)
def batch(*, cmd: Batch, run: Run) -> None:
    for number, legs in enumerate(cmd.entries):
        run.add(
            "probe.batch",
            *(Leg(*leg) for leg in legs),
            forced=bool(cmd.forced) and cmd.forced[number],
            reverses=cmd.reverses[number] if cmd.reverses else None,
        )


class Query(Command):
    """Credit each account with an amount of its own, by one query and without a loop."""

    source: int
    accounts: tuple[int, ...]
    amounts_minor: tuple[int, ...]


@operation("probe.query", permission=MOVE, scope=WHOLE_BANK, sentence=SENTENCE)
def query(*, cmd: Query, run: Run) -> None:
    run.add_query(
        """SELECT n AS entry, 'probe.query' AS kind, 'from a query' AS narrative, leg.account,
                  leg.amount AS amount_minor, 'UAH' AS currency
             FROM unnest(%(accounts)s::bigint[], %(amounts)s::bigint[])
                  WITH ORDINALITY AS asked (account, amount, n)
            CROSS JOIN LATERAL (VALUES (%(source)s::bigint, asked.amount),
                                       (asked.account, -asked.amount)) AS leg (account, amount)""",
        {
            "source": cmd.source,
            "accounts": list(cmd.accounts),
            "amounts": list(cmd.amounts_minor),
        },
    )


class Tell(Command):
    """`file`: where whoever delivers writes the texts down; `fail`: how it fails instead."""

    texts: tuple[str, ...]
    file: str = ""
    fail: str = ""


@operation("probe.tell", permission=MOVE, scope=WHOLE_BANK, sentence=SENTENCE)
def tell(*, cmd: Tell, run: Run) -> None:
    for text in cmd.texts:
        run.tell("probe", {"text": text, "file": cmd.file, "fail": cmd.fail})


class AlwaysTwo(Command):
    branch: int
    text: str


@operation(
    "probe.always_two",
    permission=MOVE,
    scope=at_branch(lambda c: c.branch),
    sentence=SENTENCE,
    four_eyes=True,
)
def always_two(*, cmd: AlwaysTwo, run: Run) -> None:
    run.tell("probe", {"text": cmd.text})


class Pause(Command):
    """Wait inside the database, so that a test can meet the operation half-way."""

    seconds: float


@operation("probe.pause", permission=MOVE, scope=WHOLE_BANK, sentence=SENTENCE)
def pause(*, cmd: Pause, run: Run) -> None:
    sql.rows("SELECT pg_sleep(%(seconds)s)", {"seconds": cmd.seconds})


class Stumble(Command):
    """Fail with an SQLSTATE as often as asked; the result is the number of the try."""

    state: str
    times: int


_tries: dict[Stumble, int] = {}


@operation("probe.stumble", permission=MOVE, scope=WHOLE_BANK, sentence=SENTENCE)
def stumble(*, cmd: Stumble, run: Run) -> int:
    _tries[cmd] = _tries.get(cmd, 0) + 1
    if _tries[cmd] <= cmd.times:
        detail = '{"date": "2026-01-05"}'
        sql.rows(
            "DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'stumbled',"
            f" ERRCODE = '{cmd.state}', DETAIL = '{detail}'; END $$"
        )
    return _tries.pop(cmd)


class NextDate(Command):
    pass


@operation("probe.open_next_date", permission=CLOSE, scope=WHOLE_BANK, sentence=SENTENCE)
def open_next_date(*, cmd: NextDate, run: Run) -> None:
    """Let the open date close, and open the next."""
    sql.rows(
        "UPDATE kernel_bookingdate SET status = 'closing', closing_at = %(now)s"
        " WHERE status = 'open'",
        {"now": timezone.now()},
    )
    sql.rows(
        "INSERT INTO kernel_bookingdate (date, status, opened_at)"
        " VALUES (%(date)s, 'open', %(now)s)",
        {"date": run.date + dt.timedelta(days=1), "now": timezone.now()},
    )


@operation(
    "probe.post_at_close", permission=CLOSE, scope=WHOLE_BANK, sentence=SENTENCE, closing=True
)
def post_at_close(*, cmd: Batch, run: Run) -> None:
    """What a step of the close does: post into the date that is being closed."""
    batch(cmd=cmd, run=run)


@operation(
    "probe.finish_close", permission=CLOSE, scope=WHOLE_BANK, sentence=SENTENCE, closing=True
)
def finish_close(*, cmd: NextDate, run: Run) -> None:
    """Write the snapshots of the closing date, and close it."""
    sql.rows(
        "SELECT ledger_snapshot_accounts_v1(%(date)s, 0, 9223372036854775807)", {"date": run.date}
    )
    sql.rows("SELECT ledger_snapshot_gl_v1(%(date)s)", {"date": run.date})
    sql.rows(
        "UPDATE kernel_bookingdate SET status = 'closed', closed_at = %(now)s"
        " WHERE date = %(date)s",
        {"date": run.date, "now": timezone.now()},
    )


@guard("probe.guarded", kinds=["probe"])
def refuse_guarded(*, ids: list[int], run: Run) -> None:
    if GUARDED in ids:
        raise ProbeRefused


def deliver(payload: Mapping[str, Any]) -> None:
    if payload.get("fail") == "python":
        raise RuntimeError("the probe fails to deliver")
    if payload.get("fail") == "database":
        sql.rows("SELECT 1 / 0")
    if payload.get("file"):
        with Path(payload["file"]).open("a", encoding="utf-8") as file:
            file.write(payload["text"] + "\n")
    delivered.append(payload)


TOPICS.add("probe", deliver)
