"""How a close is kept: the writes that its operations share. Only their bodies call these."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.control.declarations import STEPS, Chunk, Phase, Step
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.eod import plan, proofs, queries, rules
from apps.eod.errors import ExceptionResolved, NothingToDo
from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk of a step, or without a number the step's finish."""

    date: dt.date
    step: str
    number: int | None
    low: int | None = None
    high: int | None = None
    size: int = 1

    @property
    def chunk(self) -> Chunk | None:
        """Its range; None where the step takes the bank as a whole."""
        if self.low is None or self.high is None:
            return None
        return Chunk(low=self.low, high=self.high, size=self.size)


def begin(planned: Sequence[plan.Planned], run: Run) -> None:
    """Write down a close with its steps and chunks; one statement."""
    chunks = [
        (one.step.name, number, chunk)
        for one in planned
        for number, chunk in enumerate(one.chunks, 1)
    ]
    sql.rows(
        """WITH close AS (
               INSERT INTO eod_closerun (date, status, started_by_id, started_at, run_id)
               VALUES (%(date)s, 'running', %(by)s, clock_timestamp(), %(run)s)),
           step AS (
               INSERT INTO eod_steprun (date, step, place, phase, status, round, chunks)
               SELECT %(date)s, step, place, phase,
                      CASE WHEN chunks > 0 THEN 'open' ELSE 'skipped' END, 1, chunks
                 FROM unnest(%(steps)s::text[], %(places)s::smallint[], %(phases)s::smallint[],
                             %(counts)s::integer[]) AS s (step, place, phase, chunks))
           INSERT INTO eod_chunk (date, step, number, round, low, high, size, status, tries, error)
           SELECT %(date)s, step, number, 1, low, high, size, 'pending', 0, ''
             FROM unnest(%(of)s::text[], %(numbers)s::integer[], %(lows)s::bigint[],
                         %(highs)s::bigint[], %(sizes)s::bigint[])
                  AS c (step, number, low, high, size)""",
        {
            "date": run.date,
            "by": run.actor.started_by or run.actor.user_id,
            "run": run.id,
            "steps": [one.step.name for one in planned],
            "places": [one.place for one in planned],
            "phases": [int(one.step.phase) for one in planned],
            "counts": [len(one.chunks) for one in planned],
            "of": [name for name, _, _ in chunks],
            "numbers": [number for _, number, _ in chunks],
            **_ranges([chunk for _, _, chunk in chunks]),
        },
    )


def mark_done(
    part: Part,
    result: Mapping[str, Any],
    run: Run,
    *,
    started_at: dt.datetime | None = None,
    totals: Mapping[str, int] | None = None,
) -> None:
    """Mark a chunk as done, and with `totals` its step as well; one statement."""
    sql.rows(
        """WITH chunk AS (
               UPDATE eod_chunk SET status = 'done', result = %(result)s::jsonb, error = '',
                      started_at = coalesce(%(started)s::timestamptz, started_at),
                      finished_at = clock_timestamp(), run_id = %(run)s
                WHERE date = %(date)s AND step = %(step)s AND number = %(number)s)
           UPDATE eod_steprun SET status = 'done', totals = %(totals)s::jsonb,
                  finished_at = clock_timestamp(), run_id = %(run)s
            WHERE date = %(date)s AND step = %(step)s AND %(totals)s::jsonb IS NOT NULL""",
        {
            "date": part.date,
            "step": part.step,
            "number": part.number,
            "started": started_at,
            "run": run.id,
            "result": json.dumps(result),
            "totals": None if totals is None else json.dumps(totals),
        },
    )


def sum_up(step: Step, results: Sequence[Mapping[str, Any]], run: Run) -> dict[str, int]:
    """What chunks returned, finished by the step's own means where it has them; its totals."""
    done = [*results]
    if step.finish is not None:
        done.append(step.finish(date=run.date, results=results, run=run))
    return rules.totals(done)


def finish(name: str, round_: int, run: Run) -> dict[str, int]:
    """Sum a step up and mark it as done."""
    totals = sum_up(STEPS[name], queries.results(run.date, name, round_), run)
    sql.rows(
        """UPDATE eod_steprun SET status = 'done', totals = %(totals)s::jsonb,
                  finished_at = clock_timestamp(), run_id = %(run)s
            WHERE date = %(date)s AND step = %(step)s""",
        {"date": run.date, "step": name, "run": run.id, "totals": json.dumps(totals)},
    )
    return totals


# --- What fails ---------------------------------------------------------------------------------


def mark_failed(part: Part, status: str, error: str, run: Run) -> None:
    """Count a failure of a chunk, which is then split, pending again, or failed."""
    sql.rows(
        """UPDATE eod_chunk SET status = %(status)s, tries = tries + 1, error = %(error)s,
                  finished_at = clock_timestamp(), run_id = %(run)s
            WHERE date = %(date)s AND step = %(step)s AND number = %(number)s""",
        {
            "date": part.date,
            "step": part.step,
            "number": part.number,
            "status": status,
            "error": error,
            "run": run.id,
        },
    )


def add_chunks(*, date: dt.date, step: str, round_: int, chunks: Sequence[Chunk | None]) -> None:
    """Add chunks to a step, whose row is locked; their numbers, and so their keys, are new."""
    sql.rows(
        """WITH added AS (
               INSERT INTO eod_chunk (date, step, number, round, low, high, size, status, tries,
                                      error)
               SELECT %(date)s, %(step)s::text,
                      (SELECT coalesce(max(number), 0) FROM eod_chunk
                        WHERE date = %(date)s AND step = %(step)s::text) + n,
                      %(round)s, low, high, size, 'pending', 0, ''
                 FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[], %(sizes)s::bigint[])
                      WITH ORDINALITY AS c (low, high, size, n)
               RETURNING 1)
           UPDATE eod_steprun SET chunks = chunks + (SELECT count(*) FROM added)
            WHERE date = %(date)s AND step = %(step)s::text""",
        {"date": date, "step": step, "round": round_, **_ranges(chunks)},
    )


def raise_exception(
    part: Part, *, code: str, reason_uk: str, reason_en: str, holds: bool, run: Run
) -> None:
    """Put what failed on the list, once; `holds` where its step must wait for it."""
    sql.rows(
        """INSERT INTO eod_exception (date, step, number, low, high, code, reason_uk, reason_en,
                                      owner, holds, status, raised_at, run_id)
           SELECT %(date)s, %(step)s::text, %(number)s::integer, %(low)s, %(high)s, %(code)s,
                  %(uk)s, %(en)s, %(owner)s, %(holds)s, 'open', clock_timestamp(), %(run)s
            WHERE NOT EXISTS (SELECT FROM eod_exception e
                               WHERE e.date = %(date)s AND e.step = %(step)s::text
                                 AND e.number IS NOT DISTINCT FROM %(number)s::integer
                                 AND e.status = 'open')""",
        {
            "date": part.date,
            "step": part.step,
            "number": part.number,
            "low": part.low,
            "high": part.high,
            "code": code,
            "uk": reason_uk,
            "en": reason_en,
            "owner": plan.app_of(part.step),
            "holds": holds,
            "run": run.id,
        },
    )


def excepted(exception: int) -> Part:
    """What an open exception is about, locked. Raises NotFound or ExceptionResolved."""
    found = sql.row(
        """SELECT status, date, step, number, low, high,
                  coalesce((SELECT size FROM eod_chunk c
                             WHERE (c.date, c.step, c.number) = (e.date, e.step, e.number)), 1)
             FROM eod_exception e WHERE id = %(id)s FOR UPDATE""",
        {"id": exception},
    )
    if found is None:
        raise NotFound
    status, *rest = found
    if status != "open":
        raise ExceptionResolved
    return Part(*rest)


def resolve(exception: int, run: Run) -> None:
    sql.rows(
        """UPDATE eod_exception SET status = 'resolved', resolved_by_run_id = %(run)s
            WHERE id = %(id)s""",
        {"id": exception, "run": run.id},
    )


def do_again(exception: int, part: Part, run: Run) -> dict[str, Any]:
    """Do the chunk of an exception; a finish that waits for it will find its result."""
    result: dict[str, Any] = STEPS[part.step].body(date=part.date, chunk=part.chunk, run=run)
    mark_done(part, result, run)
    resolve(exception, run)
    return result


# --- Anew ---------------------------------------------------------------------------------------


def hold_open(run: Run) -> None:
    """Keep the date from being closed, and later steps from going on, until this run commits.

    Whatever a worker is doing in them is waited for, so that nothing that was read before can be
    written after. Raises NothingToDo if the date is closed.
    """
    held = sql.rows(
        """SELECT 1 FROM eod_closerun WHERE date = %(date)s AND status = 'running' FOR UPDATE""",
        {"date": run.date},
    )
    if not held:
        raise NothingToDo
    sql.rows(
        """SELECT 1 FROM eod_chunk c JOIN eod_steprun s USING (date, step)
            WHERE c.date = %(date)s AND c.status = 'pending' AND s.phase >= %(phase)s
            ORDER BY s.place, c.number FOR UPDATE OF c""",
        {"date": run.date, "phase": int(Phase.CLOSE)},
    )


def reopen(run: Run) -> None:
    """Have snapshots and proofs that were begun made anew: each step of them in a further round.

    Only after `hold_open`, which sees to it that none is under way.
    """
    begun = sql.rows(
        """WITH begun AS (
               UPDATE eod_steprun s SET status = 'open', round = round + 1, chunks = 0
                WHERE date = %(date)s AND phase >= %(phase)s
                  AND EXISTS (SELECT FROM eod_chunk c
                               WHERE (c.date, c.step, c.round) = (s.date, s.step, s.round)
                                 AND c.status <> 'pending')
               RETURNING date, step, round),
           superseded AS (
               UPDATE eod_chunk c SET status = 'split' FROM begun
                WHERE (c.date, c.step) = (begun.date, begun.step) AND c.status = 'pending')
           SELECT step, round FROM begun""",
        {"date": run.date, "phase": int(Phase.CLOSE)},
    )
    for name, round_ in begun:
        chunks = plan.cut(STEPS[name], date=run.date, size=None)
        add_chunks(date=run.date, step=name, round_=round_, chunks=chunks)


def keep_proofs(found: Sequence[proofs.Proven], run: Run) -> None:
    """Write what proofs found, in place of what they found before."""
    sql.rows(
        """INSERT INTO eod_proof (date, name, violations, first_rows, seconds, proved_at, run_id)
           SELECT %(date)s, name, violations, rows::jsonb, seconds, clock_timestamp(), %(run)s
             FROM unnest(%(names)s::text[], %(violations)s::bigint[], %(rows)s::text[],
                         %(seconds)s::float[]) AS p (name, violations, rows, seconds)
               ON CONFLICT (date, name) DO UPDATE
              SET violations = excluded.violations, first_rows = excluded.first_rows,
                  seconds = excluded.seconds, proved_at = excluded.proved_at,
                  run_id = excluded.run_id""",
        {
            "date": run.date,
            "run": run.id,
            "names": [one.name for one in found],
            "violations": [one.violations for one in found],
            "rows": [json.dumps(one.first_rows) for one in found],
            "seconds": [one.seconds for one in found],
        },
    )


def _ranges(chunks: Sequence[Chunk | None]) -> dict[str, list[int | None]]:
    return {
        "lows": [None if chunk is None else chunk.low for chunk in chunks],
        "highs": [None if chunk is None else chunk.high for chunk in chunks],
        "sizes": [1 if chunk is None else chunk.size for chunk in chunks],
    }
