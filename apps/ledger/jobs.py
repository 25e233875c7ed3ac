"""Steps of the close: the snapshots of the day, by account and then by GL account."""

import datetime as dt
from typing import Any

from apps.control.declarations import STEPS, Chunk, Phase, Step
from apps.control.run import Run
from apps.kernel import sql
from apps.kernel.partitions import partitioned
from apps.kernel.text import Text
from apps.ledger.subjects import ACCOUNT

# Accounts that the close itself opens come after the last one of its beginning.
LAST_ACCOUNT = 2**63 - 1


def cut_accounts(*, date: dt.date, size: int) -> list[Chunk]:
    """Equal ranges of ids over all accounts; the last has no end."""
    lowest, highest = sql.rows("SELECT min(id), max(id) FROM ledger_account")[0]
    if lowest is None:
        return []
    starts = range(lowest, highest + 1, size)
    return [
        Chunk(
            low=low,
            high=LAST_ACCOUNT if low == starts[-1] else low + size - 1,
            size=min(size, highest - low + 1),
        )
        for low in starts
    ]


def snapshot_accounts(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    """Write closing balance and turnovers of the accounts that moved; the same rows if repeated."""
    moved = sql.value(
        "SELECT ledger_snapshot_accounts_v1(%(date)s, %(low)s, %(high)s)",
        {"date": date, "low": chunk.low, "high": chunk.high},
    )
    return {"moved": moved}


def snapshot_gl(*, date: dt.date, chunk: Chunk | None, run: Run) -> dict[str, Any]:
    """Write the day's line of each GL account, branch and currency, from the accounts'."""
    return {"lines": sql.value("SELECT ledger_snapshot_gl_v1(%(date)s)", {"date": date})}


partitioned("ledger_posting", made_by="ledger_make_partitions_v1")

STEPS.add(
    "ledger.snapshot_accounts",
    Step(
        name="ledger.snapshot_accounts",
        phase=Phase.CLOSE,
        title=Text(uk="Знімок залишків рахунків", en="Snapshot of accounts' balances"),
        body=snapshot_accounts,
        cut=cut_accounts,
        over=ACCOUNT,
        size=50_000,
        divisible=False,
    ),
)
STEPS.add(
    "ledger.snapshot_gl",
    Step(
        name="ledger.snapshot_gl",
        phase=Phase.CLOSE,
        title=Text(uk="Знімок головної книги", en="Snapshot of the general ledger"),
        body=snapshot_gl,
    ),
)
