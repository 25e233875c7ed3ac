"""A report as a table for people: the figures of its bytes with words beside them.

Live reports and kept ones go the same way, so that what was kept is seen as it was seen then.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import msgspec

from apps.kernel import formats
from apps.kernel.text import Text
from apps.reporting import queries
from apps.reporting.declarations import (
    REPORTS,
    Across,
    Column,
    Dimension,
    Each,
    Equal,
    Gap,
    Heading,
    Line,
    Measure,
    Percent,
    Plain,
    Report,
    Row,
    Total,
)

# Figures of the rows that have some, by the codes of rows and columns.
Figures = Mapping[str, Mapping[str, int]]
_PERCENT_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table; `counts` where its figures are numbers of things, not money.

    A column that follows from others has `derived`, and opens as the column `opens` does.
    """

    code: str
    label: Text
    counts: bool
    decimals: int = 0
    derived: Gap | Percent | None = None
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure where its column is; without a currency it is a number with so many decimals.

    `missing` is a percentage of nothing. The figure of the column `opens` is what it is made of.
    """

    column: str
    minor: int
    currency: str | None
    decimals: int = 0
    is_percent: bool = False
    missing: bool = False
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a table. `mark` is a code that people know, such as that of a GL account."""

    code: str
    kind: str
    mark: str
    label: Text
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check in words, and by how many minor units it is off in which column."""

    label: Text
    off: tuple[tuple[Text, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole report in words."""

    report: str
    title: Text
    plain: Plain
    heads: tuple[Head, ...]
    rows: tuple[Told, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def currency(self) -> str | None:
        found: str | None = self.plain["currency"]
        return found


@dataclass(frozen=True, slots=True)
class Names:
    """What GL accounts, branches and items are called; three statements at most."""

    gl: Mapping[str, Text]
    branches: Mapping[int, Text]
    items: Mapping[str, Text]

    @classmethod
    def of(cls, report: Report) -> "Names":
        return cls(queries.gl_names(), queries.branch_names(), report.source.names())

    def called(self, by: Dimension, value: str) -> Text | None:
        """The name of a value; a currency is called by its code."""
        if by == Dimension.BRANCH:
            return self.branches.get(int(value))
        return {Dimension.GL: self.gl, Dimension.ITEM: self.items}.get(by, {}).get(value)


def table(content: bytes, names: Names | None = None) -> Table:
    """The table that a report's bytes tell; a constant number of statements, none with `names`.

    A report that is declared no more is told by its codes.
    """
    plain = msgspec.json.decode(content)
    code = plain["report"]
    if code not in REPORTS:
        return _bare(plain)
    report = REPORTS[code]
    names = names or Names.of(report)
    own = tuple(_head(report, column, names) for column in plain["columns"])
    heads = tuple(_with_derived(report, own))
    rows = tuple(_rows(report, plain, heads, names))
    return Table(
        report=code,
        title=report.title,
        plain=plain,
        heads=heads,
        rows=rows,
        verdicts=tuple(_verdicts(report, plain, own)),
    )


def said(text: str) -> Text:
    """What is the same in both languages."""
    return Text(uk=text, en=text)


def _bare(plain: Plain) -> Table:
    figures = _figures(plain)
    heads = tuple(Head(code, said(code), False, opens=code) for code in plain["columns"])
    rows = tuple(
        Told(code, "line", "", said(code), _cells(heads, code, figures, plain["currency"]))
        for code in figures
    )
    return Table(plain["report"], said(plain["report"]), plain, heads, rows, ())


def _figures(plain: Plain) -> Figures:
    return {row: dict(zip(plain["columns"], some, strict=True)) for row, some in plain["rows"]}


def _head(report: Report, code: str, names: Names) -> Head:
    stem, _, value = code.partition(".")
    for column in report.columns:
        if isinstance(column, Across) and column.code == stem and value:
            label = names.branches.get(int(value), said(code))
            return Head(code, label, column.measure == Measure.COUNT, opens=code)
        if isinstance(column, Column) and column.code == code:
            counts = column.measure == Measure.COUNT
            return Head(code, column.label, counts, column.decimals, opens=code)
    return Head(code, said(code), False, opens=code)


def _with_derived(report: Report, own: tuple[Head, ...]) -> Iterator[Head]:
    """The columns, and behind each what follows from it: of an `Across`, behind each branch."""
    codes = {head.code for head in own}
    for head in own:
        yield head
        stem, _, value = head.code.partition(".")
        for one in report.derived:
            beside = {one.less} if isinstance(one, Gap) else set(one.to)
            if (one.after or one.of) != stem or not beside <= codes:
                continue
            label = one.label
            if value:
                label = Text(uk=f"{head.label.uk}, {label.uk}", en=f"{head.label.en}, {label.en}")
            opens = head.code if value else one.of
            code = f"{one.code}.{value}" if value else one.code
            yield Head(code, label, head.counts, head.decimals, derived=one, opens=opens)


def _rows(report: Report, plain: Plain, heads: tuple[Head, ...], names: Names) -> Iterator[Told]:
    """Rows in the order of the declaration, with headings between; unknown ones at the end."""
    left = dict(_figures(plain))
    cells = partial(_cells, heads, figures=dict(left))
    for row in report.rows:
        if isinstance(row, Heading):
            yield Told(row.code, "heading", "", row.label, ())
            continue
        if isinstance(row, Each):
            for code in [one for one in left if one.startswith(f"{row.code}.")]:
                left.pop(code)
                yield _of_value(row, code, plain, names, cells)
        if row.code in left:
            left.pop(row.code)
            kind = "line" if isinstance(row, Line) else "total"
            told = cells(row.code, currency=plain["currency"])
            yield Told(row.code, kind, "", _label(row), told)
    for code in left:
        yield Told(code, "line", "", said(code), cells(code, currency=plain["currency"]))


def _of_value(
    row: Each, code: str, plain: Plain, names: Names, cells: Callable[..., tuple[Cell, ...]]
) -> Told:
    value = code.partition(".")[2]
    found = names.called(row.by, value)
    currency = value if row.by == Dimension.CURRENCY else plain["currency"]
    mark = "" if row.by == Dimension.BRANCH or found is None else value
    return Told(code, "line", mark, found or said(value), cells(code, currency=currency))


def _label(row: Row) -> Text:
    if isinstance(row, Each):
        assert row.total is not None, "only an Each with a total has a row of its own"
        return row.total
    assert isinstance(row, Line | Total)
    return row.label


def _cells(
    heads: tuple[Head, ...], row: str, figures: Figures, currency: str | None
) -> tuple[Cell, ...]:
    return tuple(_cell(head, row, figures, currency) for head in heads)


def _cell(head: Head, row: str, figures: Figures, currency: str | None) -> Cell:
    of = figures[row]
    currency = None if head.counts else currency
    match head.derived:
        case None:
            return Cell(head.code, of[head.code], currency, head.decimals, opens=head.code)
        case Gap(of=more, less=less):
            return Cell(head.code, of[more] - of[less], currency, head.decimals, opens=head.opens)
        case Percent(to=to, row=base):
            beside = [of[one] for one in to] or [figures.get(base, {}).get(head.opens, 0)]
            share = in_percent(of[head.opens] * len(beside), sum(beside))
            return Cell(
                head.code,
                share or 0,
                None,
                _PERCENT_DECIMALS,
                is_percent=True,
                missing=share is None,
                opens=head.opens,
            )


def told_in(cell: Cell, language: str, minor: int | None = None) -> str:
    """A figure, or another amount in its place, as people write it in a language."""
    if cell.missing:
        return "—"
    amount = cell.minor if minor is None else minor
    if cell.currency is not None:
        return formats.amount(amount, cell.currency, language)
    told = formats.number(amount, cell.decimals, language)
    return f"{told}\u202f%" if cell.is_percent else told


def in_percent(part: int, whole: int) -> int | None:
    """Hundredths of a percent, half of one away from zero; None of nothing."""
    if not whole:
        return None
    size = (abs(part) * 20_000 + abs(whole)) // (2 * abs(whole))
    return size if (part < 0) == (whole < 0) else -size


def _verdicts(report: Report, plain: Plain, heads: tuple[Head, ...]) -> Iterator[Verdict]:
    """The checks of the whole bank, by the figures alone: a branch is no book of its own."""
    if plain["branch"] is not None:
        return
    figures = dict(plain["rows"])
    place = {head.code: number for number, head in enumerate(heads)}
    for check in report.checks:
        row = figures.get(check.row, [0] * len(heads))
        if isinstance(check, Equal):
            one, other = check.columns
            off = [(heads[place[one]].label, row[place[one]] - row[place[other]])]
        else:
            off = [(head.label, row[place[head.code]]) for head in heads]
        yield Verdict(check.label, tuple((label, minor) for label, minor in off if minor))
