"""`post`: the one function through which money moves.

It calls the posting functions of the database, which alone may write the book. The door calls it
once for each run, as the last thing before the commit, and with the run's line of the journal:
both are one statement.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apps.control import journal
from apps.control.run import Entry, EntryQuery, Run
from apps.kernel import sql
from apps.ledger import queries

# Up to here a loop over legs is quicker than the set-based function, which costs 2.5 times as much
# for a single entry.
FEW_LEGS = 20

# The function sees the line although the same statement writes it: its id comes from there, and a
# volatile function looks anew, at what its own statement has done so far as well.
_POST = """WITH {clauses}
    SELECT ledger_post_{size}_v2(line.id, %(posted_date)s, %(closing)s, %(kinds)s::text[],
                                 %(narratives)s::text[], %(value_dates)s::date[],
                                 %(reverses)s::bigint[], %(forced)s::boolean[],
                                 %(of)s::integer[], %(accounts)s::bigint[], %(amounts)s::bigint[],
                                 %(currencies)s::text[])
      FROM line"""


def post(
    *, line: journal.Line, date: dt.date, entries: Sequence[Entry], closing: bool = False
) -> list[int]:
    """Write a run's line of the journal and post its entries into `date`; one statement.

    Returns the ids of the entries in their order. Raises the database's refusals
    (apps.ledger.errors) as errors with their SQLSTATE; the door translates them.
    """
    legs = [(number, leg) for number, entry in enumerate(entries, 1) for leg in entry.legs]
    params = line.params | {
        "posted_date": date,
        "closing": closing,
        "kinds": sql.texts(entry.kind for entry in entries),
        "narratives": sql.texts(entry.narrative for entry in entries),
        "value_dates": sql.array(entry.value_date for entry in entries),
        "reverses": sql.array(entry.reverses for entry in entries),
        "forced": sql.array(entry.forced for entry in entries),
        "of": sql.array(number for number, _ in legs),
        "accounts": sql.array(leg.account for _, leg in legs),
        "amounts": sql.array(leg.amount_minor for _, leg in legs),
        "currencies": sql.texts(leg.currency for _, leg in legs),
    }
    size = "few" if len(legs) <= FEW_LEGS else "many"
    ids: list[int] = sql.value(_POST.format(clauses=line.clauses, size=size), params)
    return ids


def post_query(*, run: UUID, date: dt.date, query: EntryQuery, closing: bool = False) -> int:
    """Post the entries that a query describes; how many entries there were.

    The query runs with the application's rights; only its rows, as arrays, reach the function that
    may write. One statement; an empty query posts nothing.
    """
    statement = f"""
        WITH leg AS MATERIALIZED (
            SELECT q.*, dense_rank() OVER (ORDER BY q.entry) AS of
              FROM ({query.statement}) q),
        head AS (SELECT DISTINCT ON (of) of, kind, narrative FROM leg ORDER BY of),
        heads AS (SELECT count(*) AS number, array_agg(kind::text ORDER BY of) AS kinds,
                         array_agg(narrative::text ORDER BY of) AS narratives FROM head),
        legs AS (SELECT array_agg(of::integer ORDER BY of, account) AS of,
                        array_agg(account::bigint ORDER BY of, account) AS accounts,
                        array_agg(amount_minor::bigint ORDER BY of, account) AS amounts,
                        array_agg(currency::text ORDER BY of, account) AS currencies FROM leg)
        SELECT CASE WHEN number > 0 THEN cardinality(ledger_post_many_v2(
                    %(run)s, %(date)s, %(closing)s, kinds, narratives,
                    array_fill(NULL::date, ARRAY[number::integer]),
                    array_fill(NULL::bigint, ARRAY[number::integer]),
                    array_fill(false, ARRAY[number::integer]),
                    of, accounts, amounts, currencies)) ELSE 0 END
          FROM heads, legs"""  # noqa: S608 - the query is a declaration of a step, never input
    params = {**query.params, "run": run, "date": date, "closing": closing}
    posted: int = sql.value(statement, params)
    return posted


class LedgerPoster:
    """How the door reaches the book."""

    def post(self, run: Run, line: journal.Line) -> None:
        closing = run.operation.closing
        if run.entries:
            post(line=line, date=run.date, entries=run.entries, closing=closing)
        else:
            journal.write(line)
        for query in run.queries:
            post_query(run=run.id, date=run.date, query=query, closing=closing)

    def standing(self, accounts: Sequence[int]) -> dict[int, dict[str, Any]]:
        return queries.standing(accounts)

    def numbered(self, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
        return queries.numbered(numbers)
