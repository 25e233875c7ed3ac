"""Reads of a finished replay: verdicts, totals beside the source, and what the book says itself."""

import datetime as dt
from dataclasses import dataclass

from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class Booked:
    """What the book holds of one operation of a source: entries, and the sum of their debits."""

    operation: str
    entries: int
    minor: int


@dataclass(frozen=True, slots=True)
class Deviation:
    """An account-day whose verdict is `other`."""

    account: str
    date: dt.date
    reason: str
    ours_minor: int | None
    recorded_minor: int
    gap_minor: int


@dataclass(frozen=True, slots=True)
class Volume:
    """How much the book holds; `closed_days` are booking dates."""

    entries: int
    postings: int
    runs: int
    refused: int
    closed_days: int
    negative_days: int
    unjudged_days: int


def verdicts(source: str) -> dict[str, int]:
    """How many account-days have each verdict; one statement."""
    found = sql.rows(
        """SELECT verdict, count(*) FROM conversion_verdict
            WHERE source = %(source)s GROUP BY verdict""",
        {"source": source},
    )
    return dict(found)


def deviations(source: str, *, limit: int = 1_000) -> list[Deviation]:
    """The account-days that are `other`, by date and account; one statement."""
    found = sql.rows(
        """SELECT a.number, v.booking_date, v.reason, v.ours_minor, v.recorded_minor, v.gap_minor
             FROM conversion_verdict v JOIN ledger_account a ON a.id = v.account_id
            WHERE v.source = %(source)s AND v.verdict = 'other'
            ORDER BY v.booking_date, a.number LIMIT %(limit)s""",
        {"source": source, "limit": limit},
    )
    return [Deviation(*one) for one in found]


def booked(client: str, *, until: dt.date) -> dict[str, Booked]:
    """What was booked for the rows of a source, by operation; one statement."""
    found = sql.rows(
        """SELECT r.operation, count(DISTINCT e.id),
                  coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0), 0)::bigint
             FROM control_operationrun r
             JOIN ledger_entry e ON e.run_id = r.id
             JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
            WHERE r.client = %(client)s AND r.outcome = 'done' AND e.booking_date <= %(until)s
            GROUP BY r.operation""",
        {"client": client, "until": until},
    )
    return {one[0]: Booked(*one) for one in found}


def volume(source: str, *, until: dt.date) -> Volume:
    """How much there is, and account-days of deposits that no verdict covers; one statement."""
    found = sql.row(
        """WITH judged AS (
               SELECT account_id, booking_date FROM conversion_verdict WHERE source = %(source)s),
           days AS (
               SELECT d.account_id, d.booking_date, a.side * d.closing_minor AS closing
                 FROM ledger_accountday d
                 JOIN ledger_account a ON a.id = d.account_id
                 JOIN accounts_deposit deposit ON deposit.account_id = d.account_id
                WHERE d.booking_date <= %(until)s)
           SELECT (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM ledger_posting),
                  (SELECT count(*) FROM control_operationrun),
                  (SELECT count(*) FROM control_operationrun WHERE outcome = 'refused'),
                  (SELECT count(*) FROM kernel_bookingdate WHERE status = 'closed'),
                  (SELECT count(*) FROM days WHERE closing < 0),
                  (SELECT count(*) FROM days
                     LEFT JOIN judged USING (account_id, booking_date)
                    WHERE judged.account_id IS NULL)""",
        {"source": source, "until": until},
    )
    assert found is not None, "aggregates give one row"
    return Volume(*found)
