"""How a report is declared: of which facts of the book its rows, columns and cells are made.

A *fact* is what the book says of one GL account in one branch and currency over some days; a
source may part it further, by product for example. A report only ever sums facts, so that every
figure can be taken apart again. Amounts are in minor units; a fact's closing is debit positive.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from apps.kernel.registry import Registry
from apps.kernel.text import Text

# What the code of a report may be: it stands in addresses.
MAX_CODE = 20
# What stands between an item and the part of it that a fact is of.
PART = "/"


class Span(StrEnum):
    """Over which days a column counts."""

    THIS = "this"
    # The date it is compared with; of a period, the one before it.
    BEFORE = "before"
    # From the beginning of the quarter, and of the year.
    QUARTER = "quarter"
    YEAR = "year"


class Measure(StrEnum):
    """What of a fact is counted; all but the sides of turnover are debit positive."""

    OPENING = "opening"
    DEBIT = "debit"
    CREDIT = "credit"
    TURNOVER = "turnover"
    CLOSING = "closing"
    # How many accounts, people or days, where the source counts them.
    COUNT = "count"


class Dimension(StrEnum):
    """What facts are told apart by."""

    GL = "gl"
    BRANCH = "branch"
    CURRENCY = "currency"
    ITEM = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Figures of one GL account in one branch and currency; `item` is what its source parts by.

    An item may have parts of its own, `CASH/overdue`; in rows, all parts of one stand together.
    """

    gl: str
    kind: str
    branch: int
    currency: str
    item: str = ""
    closing_minor: int = 0
    debit_minor: int = 0
    credit_minor: int = 0
    accounts: int = 0

    @property
    def part(self) -> str:
        """The part of its item, if it is of one."""
        return self.item.partition(PART)[2]

    def value(self, dimension: Dimension) -> str:
        found = str(getattr(self, dimension.value))
        return found.partition(PART)[0] if dimension is Dimension.ITEM else found

    def measured(self, measure: Measure) -> int:
        """Minor units, or a number of accounts."""
        turnover = self.debit_minor - self.credit_minor
        return {
            Measure.OPENING: self.closing_minor - turnover,
            Measure.DEBIT: self.debit_minor,
            Measure.CREDIT: self.credit_minor,
            Measure.TURNOVER: turnover,
            Measure.CLOSING: self.closing_minor,
            Measure.COUNT: self.accounts,
        }[measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """Which facts: by the beginnings of their GL codes, by kinds of account, items and parts.

    `standing` keeps those GL accounts alone whose measured sum is above zero (1) or below (-1):
    an account that may be either belongs to assets while it stands in debit.
    """

    codes: tuple[str, ...] = ("",)
    less: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    standing: int = 0

    def holds(self, fact: Fact) -> bool:
        """All but the standing, of which one fact knows nothing."""
        return (
            fact.gl.startswith(self.codes)
            and not (self.less and fact.gl.startswith(self.less))
            and (not self.kinds or fact.kind in self.kinds)
            and (not self.items or fact.item in self.items)
            and (not self.parts or fact.part in self.parts)
        )


ALL = Of()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Words above the rows that follow."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row made of facts. `sign` -1 shows what stands in credit as positive.

    `measure` is counted in place of the column's, in every column. A line that `shares` leaves its
    facts to others of a partition. `only` keeps one value of a dimension; the layout sets it where
    it makes lines of an `Each`.
    """

    code: str
    label: Text
    of: Of = ALL
    sign: int = 1
    measure: Measure | None = None
    shares: bool = False
    only: tuple[Dimension, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """A row for each value of a dimension, and their total under `code` where it has a label."""

    code: str
    by: Dimension
    total: Text | None = None
    of: Of = ALL
    sign: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum of other rows above it, each by its code, after a minus where it is taken away."""

    code: str
    label: Text
    parts: tuple[str, ...]


Row = Heading | Line | Each | Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what is counted, over which days, of which facts."""

    code: str
    label: Text
    measure: Measure
    span: Span = Span.THIS
    of: Of = ALL
    sign: int = 1
    # A number of things is in so many decimals: 2 for hundredths of a day.
    decimals: int = 0
    # Of one branch, where the layout made it of an `Across`.
    branch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """A column for each branch that has facts."""

    code: str
    measure: Measure
    span: Span = Span.THIS
    of: Of = ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A column told beside others: what the column `of` has more than `less`, in each row.

    It stands behind `of`, or behind the column `after`. A kept report has it not: it follows.
    """

    code: str
    label: Text
    of: str
    less: str
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent:
    """A column told beside others: what the column `of` is in percent, with two decimals.

    Of the average of the columns `to`, or of the same column in the row `row`. Otherwise as `Gap`.
    """

    code: str
    label: Text
    of: str
    to: tuple[str, ...] = ()
    row: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zero:
    """A check: every figure of a row is zero, in the whole bank."""

    row: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """A check: two columns of a row have the same figure, in the whole bank."""

    row: str
    columns: tuple[str, str]
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the bank knew: runs written up to `at` that had been committed for `snapshot`.

    Where `at` is None, whatever has been committed. Day snapshots count through `through`, the
    last date that was closed then: nothing was posted into it later. Behind `last`, the date that
    was open then, nothing had been posted yet.
    """

    through: dt.date
    last: dt.date = dt.date.max
    at: dt.datetime | None = None
    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is asked of a source: days, both included, of a branch and a currency (None: all)."""

    start: dt.date
    end: dt.date
    branch: int | None
    currency: str | None
    knowledge: Knowledge


PRODUCT = Text(uk="Продукт", en="Product")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where facts come from: `facts(reach)` by one statement.

    `narrow` is a condition on a posting `p` and its account `a` over `%(items)s`, an array of
    text, and `%(end)s`, the last day, by which the postings behind some facts are found; `names()`
    what its items are called, and `items_are` what they are. Facts without a GL account count
    things, and no postings are behind them.
    """

    facts: Callable[[Reach], list[Fact]]
    narrow: str = "true"
    names: Callable[[], Mapping[str, Text]] = field(default=dict)
    items_are: Text = PRODUCT


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A declared report. What it is of is its source; the rest is layout.

    `on_date` reports have an as-of date and one that it is compared with; others a period. In a
    `partition` a fact belongs to the first row that holds it and to no other, so that nothing is
    counted twice. A change of the layout is a new `version`.
    """

    code: str
    title: Text
    purpose: Text
    permission: str
    source: Source
    rows: tuple[Row, ...]
    columns: tuple[Column | Across, ...]
    derived: tuple[Gap | Percent, ...] = ()
    checks: tuple[Zero | Equal, ...] = ()
    on_date: bool = False
    partition: bool = False
    # Figures of one currency; else each row has a currency of its own, or counts things.
    one_currency: bool = True
    # Whether it can be told as it was known at a moment; else only what was kept can tell that.
    retold: bool = True
    order: int = 100
    version: int = 1

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans that its columns count over, each once."""
        return tuple(dict.fromkeys(column.span for column in self.columns))


REPORTS: Registry[Report] = Registry("report")


def report(declared: Report) -> Report:
    """Declare a report; see the room `reports.py` of each app."""
    assert len(declared.code) <= MAX_CODE, f"{declared.code} is too long for an address"
    return REPORTS.add(declared.code, declared)


def ordered() -> Sequence[Report]:
    """All reports as people are offered them."""
    return sorted(REPORTS, key=lambda one: (one.order, one.code))


Plain = dict[str, Any]
