"""Steps of the close: expired holds, the day's interest, and the month's capitalisation."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from apps.accounts import interest, rules
from apps.accounts.subjects import DEPOSIT
from apps.control.declarations import STEPS, Chunk, Phase, Step
from apps.control.run import Run
from apps.kernel import sql
from apps.kernel.partitions import partitioned
from apps.kernel.text import Text
from apps.products import queries as products


def release_expired_holds(*, date: dt.date, chunk: Chunk | None, run: Run) -> dict[str, Any]:
    """Release the holds whose last day is the one that is being closed, in order of accounts."""
    released = sql.rows(
        """SELECT ledger_release_v2(%(run)s, id, %(date)s)
             FROM (SELECT id FROM ledger_hold
                    WHERE released_on IS NULL AND expires_on <= %(date)s
                    ORDER BY account_id, id) expired""",
        {"run": run.id, "date": date},
    )
    return {"released": len(released)}


def cut_accruing(*, date: dt.date, size: int) -> list[Chunk]:
    """Ranges of deposits, or none where no product earns interest and none was closed."""
    if not any(terms.accrues for terms in products.in_force(date)):
        closed = sql.value(
            "SELECT EXISTS (SELECT FROM accounts_deposit WHERE closed_on = %(date)s)",
            {"date": date},
        )
        if not closed:
            return []
    return _cut(size)


def accrue_interest(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    return interest.accrue(date=date, low=chunk.low, high=chunk.high)


def finish_accrual(*, date: dt.date, results: Sequence[dict[str, Any]], run: Run) -> dict[str, Any]:
    return interest.post_accrued(date=date, results=results, run=run)


def cut_capitalising(*, date: dt.date, size: int) -> list[Chunk]:
    """Ranges of deposits on the last day of a month, if a product capitalises monthly."""
    monthly = any(terms.capitalisation == "monthly" for terms in products.in_force(date))
    return _cut(size) if monthly and rules.is_last_of_month(date) else []


def capitalise_interest(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    monthly = [terms for terms in products.in_force(date) if terms.capitalisation == "monthly"]
    return interest.pay(
        run=run,
        terms=monthly,
        first=date.replace(day=1),
        through=date,
        low=chunk.low,
        high=chunk.high,
        kind="accounts.capitalise_interest",
    )


def _cut(size: int) -> list[Chunk]:
    """Equal ranges of ids from the first to the last deposit; a gap makes a smaller chunk."""
    lowest, highest = sql.rows("SELECT min(id), max(id) FROM accounts_deposit")[0]
    if lowest is None:
        return []
    return [
        Chunk(low=low, high=min(low + size - 1, highest), size=min(size, highest - low + 1))
        for low in range(lowest, highest + 1, size)
    ]


partitioned("accounts_accrual", made_by="accounts_make_partitions_v1")

STEPS.add(
    "accounts.release_expired_holds",
    Step(
        name="accounts.release_expired_holds",
        phase=Phase.CUTOFF,
        title=Text(uk="Зняття утримань, строк яких минув", en="Release of expired holds"),
        body=release_expired_holds,
    ),
)
STEPS.add(
    "accounts.accrue_interest",
    Step(
        name="accounts.accrue_interest",
        phase=Phase.ACCRUE,
        title=Text(uk="Нарахування відсотків за день", en="Accrual of the day's interest"),
        body=accrue_interest,
        cut=cut_accruing,
        over=DEPOSIT,
        finish=finish_accrual,
        size=20_000,
    ),
)
STEPS.add(
    "accounts.capitalise_interest",
    Step(
        name="accounts.capitalise_interest",
        phase=Phase.CHARGE,
        title=Text(uk="Капіталізація відсотків за місяць", en="Capitalisation of the month"),
        body=capitalise_interest,
        cut=cut_capitalising,
        over=DEPOSIT,
        size=10_000,
    ),
)
