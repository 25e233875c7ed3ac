"""Steps of the close: what falls due and is collected, the day's interest, penalties, buckets."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from apps.accounts.subjects import DEPOSIT
from apps.control.declarations import STEPS, Chunk, Phase, Step
from apps.control.run import Run
from apps.kernel import sql
from apps.kernel.partitions import partitioned
from apps.kernel.text import Text
from apps.loans import collection, interest
from apps.loans.subjects import LOAN


def cut_collecting(*, date: dt.date, size: int) -> list[Chunk]:
    """Ranges of deposits whose loans have something due: a deposit pays its loans in one chunk."""
    found = sql.rows(
        """SELECT min(deposit_id), max(deposit_id), count(*)
             FROM (SELECT l.deposit_id,
                          (dense_rank() OVER (ORDER BY l.deposit_id) - 1) / %(size)s AS part
                     FROM loans_loan l
                    WHERE l.closed_on IS NULL
                      AND (l.next_due_on <= %(date)s
                           OR EXISTS (SELECT FROM loans_charge c
                                       WHERE c.loan_id = l.id AND c.paid_minor < c.amount_minor))
                  ) due
            GROUP BY part ORDER BY part""",
        {"date": date, "size": size},
    )
    return [Chunk(low=low, high=high, size=count) for low, high, count in found]


def collect(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    return collection.collect(date=date, low=chunk.low, high=chunk.high, run=run)


def cut_active(*, date: dt.date, size: int) -> list[Chunk]:
    """Ranges of the loans that are not closed, or were on this date."""
    return _cut("closed_on IS NULL OR closed_on >= %(date)s", date, size)


def accrue_interest(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    return interest.accrue(date=date, low=chunk.low, high=chunk.high)


def finish_accrual(*, date: dt.date, results: Sequence[dict[str, Any]], run: Run) -> dict[str, Any]:
    return interest.post_accrued(date=date, run=run)


def charge_penalties(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    return collection.charge_penalties(date=date, low=chunk.low, high=chunk.high, run=run)


def classify(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    return collection.classify(date=date, low=chunk.low, high=chunk.high, run=run)


def _cut(which: str, date: dt.date, size: int) -> list[Chunk]:
    found = sql.rows(
        f"""SELECT min(id), max(id), count(*)
              FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS part
                      FROM loans_loan WHERE opened_on <= %(date)s AND ({which})) active
             GROUP BY part ORDER BY part""",  # noqa: S608 - a condition of this room
        {"date": date, "size": size},
    )
    return [Chunk(low=low, high=high, size=count) for low, high, count in found]


partitioned("loans_accrual", made_by="loans_make_partitions_v1")

# Before the day's interest: what is paid on a due date no longer earns on it.
STEPS.add(
    "loans.collect",
    Step(
        name="loans.collect",
        phase=Phase.COLLECT,
        title=Text(
            uk="Платежі за кредитами, строк яких настав", en="Instalments of loans that fall due"
        ),
        body=collect,
        cut=cut_collecting,
        over=DEPOSIT,
        size=2_000,
    ),
)
STEPS.add(
    "loans.accrue_interest",
    Step(
        name="loans.accrue_interest",
        phase=Phase.ACCRUE,
        title=Text(uk="Нарахування доходів за кредитами", en="Accrual of interest on loans"),
        body=accrue_interest,
        cut=cut_active,
        over=LOAN,
        finish=finish_accrual,
        size=20_000,
    ),
)
STEPS.add(
    "loans.charge_penalties",
    Step(
        name="loans.charge_penalties",
        phase=Phase.CHARGE,
        title=Text(uk="Пеня за прострочення", en="Penalties on what is overdue"),
        body=charge_penalties,
        cut=cut_active,
        over=LOAN,
        size=20_000,
    ),
)
STEPS.add(
    "loans.classify",
    Step(
        name="loans.classify",
        phase=Phase.CLASSIFY,
        title=Text(
            uk="Завершені кредити та групи прострочення", en="Repaid loans and overdue buckets"
        ),
        body=classify,
        cut=cut_active,
        over=LOAN,
        size=20_000,
    ),
)
