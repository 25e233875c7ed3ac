"""What a replay reports at its end, as text for people and as JSON for machines."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.conversion import queries
from apps.conversion.mapping import ConversionMapping
from apps.conversion.plan import Plan
from apps.conversion.progress import Progress, Stage
from apps.conversion.queries import Booked, Deviation, Volume
from apps.conversion.rules import REASONS, TITLES, Reason, Verdict
from apps.kernel.money import Money
from apps.ledger.queries import TrialLine, trial_balance

# In the terminal; the JSON holds all of them.
DEVIATIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows of the source that one operation was asked for, beside what the book holds."""

    operation: str
    rows: int
    source_minor: int
    entries: int
    book_minor: int

    @property
    def agrees(self) -> bool:
        return self.rows == self.entries and self.source_minor == self.book_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`seconds` is the whole replay's time; amounts are in minor units of `currency`."""

    source: str
    currency: str
    until: dt.date
    verdicts: Mapping[str, int]
    deviations: Sequence[Deviation]
    compared: Sequence[Compared]
    trial: Sequence[TrialLine]
    volume: Volume
    rows_below_zero: int
    overdrafts: int
    rearranged_days: int
    violations: Mapping[str, int]
    stages: Mapping[str, Stage]
    kinds: Mapping[str, Stage]
    seconds: float

    @property
    def good(self) -> bool:
        """All days judged, all totals the same, the books balanced and proved.

        An account-day that is `other` is listed with its reason, and does not make a replay bad
        unless it is the book that cannot explain it.
        """
        return (
            not any(self.violations.values())
            and all(line.agrees for line in self.compared)
            and self.volume.unjudged_days == 0
            and sum(line.closing_minor for line in self.trial) == 0
            and all(one.reason == Reason.ROWS_MISSING for one in self.deviations)
        )


def make(
    mapping: ConversionMapping,
    plan: Plan,
    *,
    violations: Mapping[str, int],
    progress: Progress,
    seconds: float,
) -> Report:
    """Read the book and the verdicts at the end of a replay."""
    until = plan.days[-1].date
    days = [day for _, day in plan.account_days]
    return Report(
        source=mapping.name,
        currency=mapping.bank.base_currency,
        until=until,
        verdicts=queries.verdicts(mapping.name),
        deviations=queries.deviations(mapping.name),
        compared=_compared(mapping, plan, queries.booked(mapping.name, until=until)),
        trial=trial_balance(until),
        volume=queries.volume(mapping.name, until=until),
        rows_below_zero=sum(row.balance_minor < 0 for day in days for row in day.movements),
        overdrafts=sum(day.lowered is not None for day in days),
        rearranged_days=sum(day.rearranged for day in days),
        violations=violations,
        stages=progress.stages,
        kinds=progress.kinds,
        seconds=seconds,
    )


def _compared(
    mapping: ConversionMapping, plan: Plan, booked: Mapping[str, Booked]
) -> list[Compared]:
    rows: dict[str, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for _, day in plan.account_days:
        for movement in day.movements:
            rows[movement.rule.call.operation] += 1
            sums[movement.rule.call.operation] += abs(movement.amount_minor)
    nothing = Booked("", 0, 0)
    return [
        Compared(
            operation=name,
            rows=rows[name],
            source_minor=sums[name],
            entries=booked.get(name, nothing).entries,
            book_minor=booked.get(name, nothing).minor,
        )
        for name in dict.fromkeys(rule.call.operation for rule in mapping.transactions.rules)
    ]


def as_json(report: Report) -> dict[str, Any]:
    """The whole report in plain JSON types; money as strings in major units."""

    def money(minor: int | None) -> str | None:
        return None if minor is None else f"{Money(minor, report.currency).decimal:f}"

    volume = report.volume
    return {
        "source": report.source,
        "currency": report.currency,
        "until": report.until.isoformat(),
        "good": report.good,
        "seconds": round(report.seconds, 1),
        "stages": {
            name: {"times": stage.times, "seconds": round(stage.seconds, 2)}
            for name, stage in report.stages.items()
        },
        "rows": {
            name: {"times": kind.times, "ms_each": round(kind.ms_each, 2)}
            for name, kind in report.kinds.items()
        },
        "account_days": dict(report.verdicts),
        "other": [
            {
                "account": one.account,
                "date": one.date.isoformat(),
                "reason": one.reason,
                "ours": money(one.ours_minor),
                "recorded": money(one.recorded_minor),
                "gap": money(one.gap_minor),
            }
            for one in report.deviations
        ],
        "totals": [
            {
                "operation": line.operation,
                "rows": line.rows,
                "source": money(line.source_minor),
                "entries": line.entries,
                "book": money(line.book_minor),
            }
            for line in report.compared
        ],
        "trial_balance": [
            {
                "account": line.code,
                "debit": money(max(line.closing_minor, 0)),
                "credit": money(max(-line.closing_minor, 0)),
            }
            for line in report.trial
        ],
        "volume": {name: getattr(volume, name) for name in volume.__slots__},
        "rows_below_zero": report.rows_below_zero,
        "technical_overdrafts": report.overdrafts,
        "rearranged_days": report.rearranged_days,
        "violations": dict(report.violations),
    }


def lines(report: Report) -> Iterator[str]:
    """The report for the terminal."""
    yield from _stages(report)
    yield from _verdicts(report)
    yield from _totals(report)
    yield from _trial(report)
    volume = report.volume
    yield ""
    yield (
        f"{volume.closed_days:,} days closed, {volume.entries:,} entries, "
        f"{volume.postings:,} postings, {volume.runs:,} runs, {volume.refused:,} refused"
    )
    yield (
        f"Below zero: {report.rows_below_zero:,} rows in the source; "
        f"{volume.negative_days:,} account-days end there in the book, "
        f"on {report.overdrafts:,} technical overdrafts"
    )
    yield f"Credits had to come first on {report.rearranged_days:,} account-days"
    failed = {name: count for name, count in report.violations.items() if count}
    if failed:
        yield from (f"NOT PROVED: {name}, {count:,} violations" for name, count in failed.items())
    else:
        yield f"Proved: {len(report.violations)} invariants hold"


def _stages(report: Report) -> Iterator[str]:
    yield ""
    yield f"{'Stage':<26}{'times':>10}{'seconds':>10}{'a second':>10}"
    for name, stage in report.stages.items():
        yield f"{name:<26}{stage.times:>10,}{stage.seconds:>10.1f}{stage.per_second:>10,.0f}"
    yield f"{'altogether':<26}{'':>10}{report.seconds:>10.1f}"
    yield ""
    yield f"{'Rows':<32}{'times':>10}{'ms each':>10}"
    for name, kind in report.kinds.items():
        yield f"{name:<32}{kind.times:>10,}{kind.ms_each:>10.1f}"


def _verdicts(report: Report) -> Iterator[str]:
    yield ""
    yield f"{'Account-days':<26}{'':>10}"
    for verdict in Verdict:
        yield f"{TITLES[verdict].en:<26}{report.verdicts.get(verdict, 0):>10,}"
    yield f"{'altogether':<26}{sum(report.verdicts.values()):>10,}"
    if report.volume.unjudged_days:
        yield f"NOT JUDGED: {report.volume.unjudged_days:,} account-days are not in the source"
    for one in report.deviations[:DEVIATIONS_SHOWN]:
        ours = "-" if one.ours_minor is None else _amount(one.ours_minor, report.currency)
        yield (
            f"  other: {one.account} {one.date}  ours {ours}"
            f"  source {_amount(one.recorded_minor, report.currency)}"
            f"  gap {_amount(one.gap_minor, report.currency)}: {REASONS[Reason(one.reason)].en}"
        )
    if len(report.deviations) > DEVIATIONS_SHOWN:
        yield f"  and {len(report.deviations) - DEVIATIONS_SHOWN:,} more: --report lists them"


def _totals(report: Report) -> Iterator[str]:
    yield ""
    yield f"{'Operation':<32}{'rows':>8}{'source':>18}{'entries':>9}{'book':>18}"
    for line in report.compared:
        yield (
            f"{line.operation:<32}{line.rows:>8,}{_amount(line.source_minor, report.currency):>18}"
            f"{line.entries:>9,}{_amount(line.book_minor, report.currency):>18}"
            f"{'' if line.agrees else '  DIFFERS'}"
        )


def _trial(report: Report) -> Iterator[str]:
    yield ""
    yield f"{'Trial balance, ' + report.until.isoformat():<48}{'debit':>18}{'credit':>18}"
    debits = credits = 0
    for line in report.trial:
        debit, credit = max(line.closing_minor, 0), max(-line.closing_minor, 0)
        debits, credits = debits + debit, credits + credit
        yield (
            f"{line.code:<6}{line.name_en[:40]:<42}"
            f"{_amount(debit, report.currency):>18}{_amount(credit, report.currency):>18}"
        )
    yield (
        f"{'altogether':<48}{_amount(debits, report.currency):>18}"
        f"{_amount(credits, report.currency):>18}"
    )


def _amount(minor: int, currency: str) -> str:
    value: Decimal = Money(minor, currency).decimal
    return f"{value:,f}"
