"""A report made: its parameters judged, its facts read as they were known, its rows laid out."""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from apps.kernel.queries import bank
from apps.reporting import queries
from apps.reporting.declarations import REPORTS, Fact, Knowledge, Plain, Reach, Report, Span
from apps.reporting.errors import CurrencyNotInBook, PeriodInvalid, UnknownReport
from apps.reporting.rules import Parameters, Sheet, content, days_of, end_of_month_before, lay_out

# A year with a margin: a report is read by people, and sums as many day snapshots.
MAX_DAYS = 400
# Before the books of any bank that lives, and after the first day that there is.
EARLIEST = dt.date(1900, 1, 1)


def declared(code: str) -> Report:
    """The report of this code. Raises UnknownReport."""
    if code not in REPORTS:
        raise UnknownReport(report=code[:40])
    return REPORTS[code]


def parameters(
    report: Report,
    *,
    today: dt.date,
    start: dt.date | None = None,
    end: dt.date | None = None,
    compare: dt.date | None = None,
    branch: int | None = None,
    currency: str | None = None,
) -> Parameters:
    """Complete parameters on the open date `today`: by default its month so far, or that day.

    Raises PeriodInvalid, and CurrencyNotInBook for one in which the book has no accounts; at most
    two statements.
    """
    last = end or today
    first = last if report.on_date else start or last.replace(day=1)
    if last > today or not 0 <= (last - first).days <= MAX_DAYS or first < EARLIEST:
        raise PeriodInvalid(start=first, end=last, days=MAX_DAYS, open=today)
    compare = max(compare or end_of_month_before(last), EARLIEST) if report.on_date else None
    if not report.one_currency:
        currency = None
    elif currency is None:
        currency = bank().base_currency
    elif currency not in queries.currencies():
        raise CurrencyNotInBook(currency=currency[:10])
    return Parameters(start=first, end=last, compare=compare, branch=branch, currency=currency)


def make(
    report: Report,
    given: Parameters,
    knowledge: Knowledge,
    *,
    told_of: Callable[[int], None] | None = None,
) -> Sheet:
    """The report as the bank knew it; as often as its columns have spans its source is asked.

    `told_of` hears how many of the spans are read.
    """
    facts: dict[Span, list[Fact]] = {}
    for span, (start, end) in days_of(report, given).items():
        facts[span] = report.source.facts(
            Reach(
                start=start,
                end=end,
                branch=given.branch,
                currency=given.currency,
                knowledge=knowledge,
            )
        )
        if told_of is not None:
            told_of(len(facts))
    return lay_out(report, given, facts)


def repeat(kept: queries.Kept) -> bytes:
    """The bytes that a kept report has when it is made again from what was known then.

    Raises UnknownReport where it is declared no more.
    """
    report = declared(kept.line.report)
    return content(make(report, restored(kept.line.parameters), kept.knowledge))


def digest(told: bytes) -> str:
    """The SHA-256 of a report's bytes."""
    return hashlib.sha256(told).hexdigest()


def plain(given: Parameters) -> Plain:
    """Parameters as a kept report keeps them."""
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in asdict(given).items()
    }


def restored(given: Mapping[str, Any]) -> Parameters:
    """Parameters as a kept report has them."""
    compare = given["compare"]
    return Parameters(
        start=dt.date.fromisoformat(given["start"]),
        end=dt.date.fromisoformat(given["end"]),
        compare=dt.date.fromisoformat(compare) if compare else None,
        branch=given["branch"],
        currency=given["currency"],
    )


def may_choose(branch: int | None, where: Collection[int] | None) -> int | None:
    """The branch whose report is shown to somebody who may see those in `where` (None: all)."""
    if where is None or branch in where:
        return branch
    return min(where)
