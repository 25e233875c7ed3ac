"""Writing down what a reconciliation finds."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, operation
from apps.control.run import Run
from apps.conversion.errors import DayNotClosed
from apps.conversion.models import AccountDayVerdict
from apps.conversion.rules import SourceDay, Verdict, judge
from apps.kernel import sql
from apps.kernel.queries import last_closed_date
from apps.kernel.text import Text

Count = Annotated[int, Meta(ge=0)]


class DayTold(Struct, frozen=True, array_like=True):
    """What the source tells of one ledger account on one day; see rules.SourceDay."""

    account: int
    date: dt.date
    last_minor: int
    closing_minor: int
    gap_minor: Count
    rounded_rows: Count
    rounded_rows_to_date: Count


class RecordVerdicts(Command):
    """Days in order of date for each account; balances on the customer's side."""

    source: Annotated[str, Meta(min_length=1, max_length=20)]
    shown_to_minor: Count
    days: Annotated[tuple[DayTold, ...], Meta(min_length=1, max_length=20_000)]


class VerdictsRecorded(Struct, frozen=True):
    """How many days each verdict was given to."""

    counts: dict[str, int]


@operation(
    "conversion.record_verdicts",
    permission="conversion.reconcile",
    scope=WHOLE_BANK,
    sentence=Text(
        uk="Звірено залишки з джерелом перенесення", en="Balances were compared with the source"
    ),
)
def record_verdicts(*, cmd: RecordVerdicts, run: Run) -> VerdictsRecorded:
    """Judge account-days of closed dates by the book's own snapshots; a repeat replaces them."""
    closed = last_closed_date()
    latest = max(day.date for day in cmd.days)
    if closed is None or latest > closed:
        raise DayNotClosed(date=latest.isoformat())
    ours = _closings(cmd.days)
    differences = _differences_before(cmd.source, cmd.days)
    counts = dict.fromkeys((one.value for one in Verdict), 0)
    rows = []
    for day in cmd.days:
        balance = ours.get((day.account, day.date))
        verdict, reason = judge(
            ours_minor=balance,
            source=SourceDay(
                last_minor=day.last_minor,
                closing_minor=day.closing_minor,
                gap_minor=day.gap_minor,
                rounded_rows=day.rounded_rows,
                rounded_rows_to_date=day.rounded_rows_to_date,
            ),
            previous_difference_minor=differences.get(day.account, 0),
            shown_to_minor=cmd.shown_to_minor,
        )
        counts[verdict] += 1
        difference = None if balance is None else balance - day.closing_minor
        if difference is not None:
            differences[day.account] = difference
        rows.append(
            AccountDayVerdict(
                source=cmd.source,
                account_id=day.account,
                booking_date=day.date,
                verdict=verdict,
                reason=reason or "",
                ours_minor=balance,
                recorded_minor=day.closing_minor,
                difference_minor=difference,
                gap_minor=day.gap_minor,
                rounded_rows_to_date=day.rounded_rows_to_date,
                run_id=run.id,
            )
        )
    AccountDayVerdict.objects.bulk_create(
        rows,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["source", "account", "booking_date"],
        update_fields=[
            "verdict", "reason", "ours_minor", "recorded_minor", "difference_minor", "gap_minor",
            "rounded_rows_to_date", "run_id",
        ],
    )  # fmt: skip
    return VerdictsRecorded(counts)


def _closings(days: Sequence[DayTold]) -> Mapping[tuple[int, dt.date], int]:
    """The book's closing balances of these account-days, on the account's side; one statement."""
    found = sql.rows(
        """SELECT d.account_id, d.booking_date, a.side * d.closing_minor
             FROM unnest(%(accounts)s::bigint[], %(dates)s::date[]) AS told (account_id, date)
             JOIN ledger_accountday d
               ON d.account_id = told.account_id AND d.booking_date = told.date
             JOIN ledger_account a ON a.id = d.account_id""",
        {"accounts": [day.account for day in days], "dates": [day.date for day in days]},
    )
    return {(account, date): minor for account, date, minor in found}


def _differences_before(source: str, days: Sequence[DayTold]) -> dict[int, int]:
    """The difference of each account on the last day judged before these; one statement."""
    found = sql.rows(
        """SELECT DISTINCT ON (v.account_id) v.account_id, v.difference_minor
             FROM conversion_verdict v
             JOIN (SELECT account_id, min(date) AS first
                     FROM unnest(%(accounts)s::bigint[], %(dates)s::date[])
                          AS told (account_id, date)
                    GROUP BY account_id) asked ON asked.account_id = v.account_id
            WHERE v.source = %(source)s AND v.booking_date < asked.first
              AND v.difference_minor IS NOT NULL
            ORDER BY v.account_id, v.booking_date DESC""",
        {
            "source": source,
            "accounts": [day.account for day in days],
            "dates": [day.date for day in days],
        },
    )
    return dict(found)
