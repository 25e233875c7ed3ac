"""Operations of the book itself: its chart, its partitions, and reversals."""

import datetime as dt
from collections import Counter
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, Scope, operation
from apps.control.errors import NotFound
from apps.control.run import Leg, Run
from apps.kernel import partitions, sql
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger.errors import AlreadyReversed, LineTwice, NotOwnOfToday, NotReversible
from apps.ledger.models import GLAccount
from apps.ledger.rules import REVERSIBLE, require_span

Reason = Annotated[str, Meta(min_length=3, max_length=500)]


class ChartLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a chart of accounts; `side` is debit or credit."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{4,12}\Z")]
    name_uk: str
    name_en: str
    kind: GLAccount.Kind
    side: Annotated[str, Meta(pattern=r"^(debit|credit)\Z")]
    effective_from: dt.date
    contra_of: str = ""
    used_for: str = ""
    confidence: str = ""
    verify: bool = False


class LoadChart(Command):
    lines: Annotated[tuple[ChartLine, ...], Meta(min_length=1, max_length=2000)]


class ChartLoaded(Struct, frozen=True):
    lines: int


@operation(
    "ledger.load_chart",
    permission="ledger.manage_chart",
    scope=WHOLE_BANK,
    sentence=Text(uk="Завантажено план рахунків", en="The chart of accounts was loaded"),
)
def load_chart(*, cmd: LoadChart, run: Run) -> ChartLoaded:
    """Add lines to the chart, or correct their names; kind and side of a known line stay.

    Raises LineTwice.
    """
    code, times = Counter(line.code for line in cmd.lines).most_common(1)[0]
    if times > 1:
        raise LineTwice(code=code)
    GLAccount.objects.bulk_create(
        (
            GLAccount(
                code=line.code,
                name_uk=line.name_uk,
                name_en=line.name_en,
                kind=line.kind,
                side=1 if line.side == "debit" else -1,
                contra_of=line.contra_of,
                used_for=line.used_for,
                confidence=line.confidence,
                verify=line.verify,
                effective_from=line.effective_from,
            )
            for line in cmd.lines
        ),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_uk", "name_en", "contra_of", "used_for", "confidence", "verify"],
    )
    return ChartLoaded(len(cmd.lines))


class MakePartitions(Command):
    """Both dates included."""

    start: dt.date
    end: dt.date


class PartitionsMade(Struct, frozen=True):
    made: int


@operation(
    "ledger.make_partitions",
    permission="ledger.make_partitions",
    scope=WHOLE_BANK,
    sentence=Text(
        uk="Підготовлено місяці книги та нарахувань",
        en="Months of the book and of accruals were prepared",
    ),
    dateless=True,
)
def make_partitions(*, cmd: MakePartitions, run: Run) -> PartitionsMade:
    """Make the months of every partitioned table, up to 400 days at once; repeating is harmless.

    Raises SpanOutOfRange.
    """
    require_span(start=cmd.start, end=cmd.end)
    return PartitionsMade(partitions.make(start=cmd.start, end=cmd.end))


class ReverseEntry(Command):
    entry: int
    reason: Reason


class ReverseOwnEntry(Command):
    entry: int
    reason: Reason


# The branch of the run that booked an entry.
_OF_ENTRY = Scope(
    """(SELECT r.branch_id FROM ledger_entry e JOIN control_operationrun r ON r.id = e.run_id
         WHERE e.id = %(scope)s)""",
    lambda cmd: cmd.entry,
)


def _moved(cmd: ReverseEntry | ReverseOwnEntry) -> Money:
    """What the entry moved, so that limits and policies count for its reversal too."""
    found = sql.row(
        """SELECT sum(p.amount_minor)::bigint, min(p.currency)
             FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
                  AND p.booking_date = e.booking_date
            WHERE e.id = %(entry)s AND p.amount_minor > 0
            GROUP BY p.currency ORDER BY 1 DESC LIMIT 1""",
        {"entry": cmd.entry},
    )
    assert found is not None, "the scope has found the entry, and no entry is without legs"
    return Money(*found)


@operation(
    "ledger.reverse_entry",
    permission="ledger.reverse_entries",
    scope=_OF_ENTRY,
    sentence=Text(uk="Сторновано проведення", en="An entry was reversed"),
    subjects=lambda cmd: {"entry": [cmd.entry]},
    amount=_moved,
)
def reverse_entry(*, cmd: ReverseEntry, run: Run) -> None:
    """Book the opposite of an entry into the current date; both stay visible, and once only.

    Raises NotReversible, AlreadyReversed.
    """
    _reverse(entry=cmd.entry, reason=cmd.reason, run=run)


@operation(
    "ledger.reverse_own_entry",
    permission="ledger.ask_for_reversals",
    scope=_OF_ENTRY,
    sentence=Text(
        uk="Сторновано проведення на прохання виконавця",
        en="An entry was reversed as its maker had asked",
    ),
    subjects=lambda cmd: {"entry": [cmd.entry]},
    amount=_moved,
    four_eyes=True,
)
def reverse_own_entry(*, cmd: ReverseOwnEntry, run: Run) -> None:
    """Reverse what the maker booked on the current date, once another person has agreed.

    Raises NotOwnOfToday, NotReversible, AlreadyReversed.
    """
    own = sql.value(
        """SELECT r.actor_id = %(maker)s AND e.booking_date = %(date)s
             FROM ledger_entry e JOIN control_operationrun r ON r.id = e.run_id
            WHERE e.id = %(entry)s""",
        {"entry": cmd.entry, "maker": run.actor.user_id, "date": run.date},
    )
    if not own:
        raise NotOwnOfToday
    _reverse(entry=cmd.entry, reason=cmd.reason, run=run)


def _reverse(*, entry: int, reason: str, run: Run) -> None:
    legs = sql.rows(
        """SELECT e.kind, EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = e.id),
                  p.account_id, p.amount_minor, p.currency
             FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
                  AND p.booking_date = e.booking_date
            WHERE e.id = %(entry)s ORDER BY p.id""",
        {"entry": entry},
    )
    if not legs:
        raise NotFound
    kind, reversed_before = legs[0][:2]
    if kind not in REVERSIBLE:
        raise NotReversible(kind=kind)
    if reversed_before:
        # An index holds it too; said here, as the money may be gone and would be missed first.
        raise AlreadyReversed
    run.add(
        f"{kind}.reversal",
        *(Leg(account, -amount, currency) for _, _, account, amount, currency in legs),
        narrative=reason,
        reverses=entry,
    )
