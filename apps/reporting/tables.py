"""A report as a table for people: the figures of its bytes with words beside them.

Live reports and kept ones go the same way, so that what was kept is seen as it was seen then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from apps.kernel.text import Text
from apps.reporting import queries
from apps.reporting.declarations import (
    REPORTS,
    Across,
    Column,
    Dimension,
    Each,
    Equal,
    Heading,
    Line,
    Measure,
    Plain,
    Report,
    Row,
    Total,
)


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table; `counts` where its figures are numbers of things, not money."""

    code: str
    label: Text
    counts: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure where its column is; without a currency it is a number of things."""

    column: str
    minor: int
    currency: str | None


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


def table(content: bytes) -> Table:
    """The table that a report's bytes tell; a constant number of statements.

    A report that is declared no more is told by its codes.
    """
    plain = msgspec.json.decode(content)
    code = plain["report"]
    if code not in REPORTS:
        return _bare(plain)
    report = REPORTS[code]
    names = Names.of(report)
    heads = tuple(_head(report, column, names) for column in plain["columns"])
    rows = tuple(_rows(report, plain, heads, names))
    return Table(
        report=code,
        title=report.title,
        plain=plain,
        heads=heads,
        rows=rows,
        verdicts=tuple(_verdicts(report, plain, heads)),
    )


def said(text: str) -> Text:
    """What is the same in both languages."""
    return Text(uk=text, en=text)


def _bare(plain: Plain) -> Table:
    heads = tuple(Head(code, said(code), False) for code in plain["columns"])
    rows = tuple(
        Told(code, "line", "", said(code), _cells(heads, figures, plain["currency"]))
        for code, figures in plain["rows"]
    )
    return Table(plain["report"], said(plain["report"]), plain, heads, rows, ())


def _head(report: Report, code: str, names: Names) -> Head:
    stem, _, value = code.partition(".")
    for column in report.columns:
        if isinstance(column, Across) and column.code == stem and value:
            label = names.branches.get(int(value), said(code))
            return Head(code, label, column.measure == Measure.COUNT)
        if isinstance(column, Column) and column.code == code:
            return Head(code, column.label, column.measure == Measure.COUNT)
    return Head(code, said(code), False)


def _rows(report: Report, plain: Plain, heads: tuple[Head, ...], names: Names) -> Iterator[Told]:
    """Rows in the order of the declaration, with headings between; unknown ones at the end."""
    left = dict(plain["rows"])
    for row in report.rows:
        if isinstance(row, Heading):
            yield Told(row.code, "heading", "", row.label, ())
            continue
        if isinstance(row, Each):
            for code in [one for one in left if one.startswith(f"{row.code}.")]:
                yield _of_value(row, code, left.pop(code), plain, heads, names)
        if row.code in left:
            kind = "line" if isinstance(row, Line) else "total"
            cells = _cells(heads, left.pop(row.code), plain["currency"])
            yield Told(row.code, kind, "", _label(row), cells)
    for code, figures in left.items():
        yield Told(code, "line", "", said(code), _cells(heads, figures, plain["currency"]))


def _of_value(
    row: Each,
    code: str,
    figures: list[int],
    plain: Plain,
    heads: tuple[Head, ...],
    names: Names,
) -> Told:
    value = code.partition(".")[2]
    found = names.called(row.by, value)
    currency = value if row.by == Dimension.CURRENCY else plain["currency"]
    mark = "" if row.by == Dimension.BRANCH or found is None else value
    return Told(code, "line", mark, found or said(value), _cells(heads, figures, currency))


def _label(row: Row) -> Text:
    if isinstance(row, Each):
        assert row.total is not None, "only an Each with a total has a row of its own"
        return row.total
    assert isinstance(row, Line | Total)
    return row.label


def _cells(heads: tuple[Head, ...], figures: list[int], currency: str | None) -> tuple[Cell, ...]:
    return tuple(
        Cell(head.code, minor, None if head.counts else currency)
        for head, minor in zip(heads, figures, strict=True)
    )


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
