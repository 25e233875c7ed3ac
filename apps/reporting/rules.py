"""The layout of reports: pure functions from facts to figures, and from figures to bytes."""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from apps.reporting.declarations import (
    Column,
    Dimension,
    Each,
    Equal,
    Fact,
    Heading,
    Line,
    Measure,
    Of,
    Plain,
    Report,
    Span,
    Total,
    Zero,
)

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What a report is asked for; `compare` is the other date of a report on a date."""

    start: dt.date
    end: dt.date
    compare: dt.date | None = None
    branch: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one fact gives to a figure, signed as the figure is."""

    fact: Fact
    minor: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and all that it is made of; `minor` is the sum of its shares."""

    minor: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidRow:
    """A row that is laid out. `value` is that of the dimension it was made for, if it was."""

    code: str
    row: Heading | Line | Each | Total
    figures: tuple[Figure, ...]
    value: str = ""
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A check with what it found: the figures that should be zero and are not, by column."""

    check: Zero | Equal
    off: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A report laid out."""

    report: Report
    parameters: Parameters
    columns: tuple[Column, ...]
    rows: tuple[LaidRow, ...]
    checks: tuple[Judged, ...]

    def figure(self, row: str, column: str) -> Figure | None:
        """The figure at a row and a column by their codes."""
        place = next((n for n, one in enumerate(self.columns) if one.code == column), None)
        found = next((one for one in self.rows if one.code == row and one.figures), None)
        return None if place is None or found is None else found.figures[place]

    def measured(self, row: str, column: Column) -> Measure:
        """What is counted where they meet: the row's own measure goes before the column's."""
        found = next(one.row for one in self.rows if one.code == row)
        own = found.measure if isinstance(found, Line) else None
        return own or column.measure


# --- Days ---------------------------------------------------------------------------------------


def days_of(report: Report, parameters: Parameters) -> dict[Span, Days]:
    """The first and last day of each span that the report counts over."""
    start, end = parameters.start, parameters.end
    if report.on_date:
        other = parameters.compare or end_of_month_before(end)
        before = (other, other)
    else:
        before = period_before(start, end)
    found = {
        Span.THIS: (start, end),
        Span.BEFORE: before,
        Span.QUARTER: (end.replace(month=end.month - (end.month - 1) % 3, day=1), end),
        Span.YEAR: (dt.date(end.year, 1, 1), end),
    }
    return {span: found[span] for span in report.spans}


def end_of_month_before(date: dt.date) -> dt.date:
    return date.replace(day=1) - dt.timedelta(days=1)


def period_before(start: dt.date, end: dt.date) -> Days:
    """The same days of the month before, where it begins with a month; else as many days."""
    if start.day != 1 or (start.year, start.month) != (end.year, end.month):
        return start - (end - start) - dt.timedelta(days=1), start - dt.timedelta(days=1)
    last = end_of_month_before(start)
    whole = end.day == calendar.monthrange(end.year, end.month)[1]
    return last.replace(day=1), last if whole else last.replace(day=min(end.day, last.day))


# --- Layout -------------------------------------------------------------------------------------


def lay_out(report: Report, parameters: Parameters, facts: Mapping[Span, Sequence[Fact]]) -> Sheet:
    """Every figure of the report, each with the facts that it is made of."""
    columns = tuple(_columns(report, facts))
    rows = list(_lines(report, facts))
    told = [_figures(report, rows, column, facts[column.span]) for column in columns]
    laid = tuple(_laid(row, told) for row in rows if not _is_idle(row, told))
    return Sheet(
        report=report,
        parameters=parameters,
        columns=columns,
        rows=laid,
        checks=tuple(_judged(report, parameters, columns, laid)),
    )


def _columns(report: Report, facts: Mapping[Span, Sequence[Fact]]) -> Iterable[Column]:
    for column in report.columns:
        if isinstance(column, Column):
            yield column
            continue
        for branch in sorted({fact.branch for fact in facts[column.span]}):
            yield Column(
                code=f"{column.code}.{branch}",
                label=report.title,
                measure=column.measure,
                span=column.span,
                of=column.of,
                branch=branch,
            )


def _lines(
    report: Report, facts: Mapping[Span, Sequence[Fact]]
) -> Iterable[Heading | Line | Each | Total]:
    """The rows, with a line for each value of an `Each` before its total."""
    for row in report.rows:
        if not isinstance(row, Each):
            yield row
            continue
        values = {
            fact.value(row.by) for some in facts.values() for fact in some if row.of.holds(fact)
        }
        for value in sorted(values):
            yield Line(
                code=f"{row.code}.{value}",
                label=row.total or report.title,
                of=row.of,
                sign=row.sign,
                only=(row.by, value),
            )
        if row.total is not None:
            yield row


def _figures(
    report: Report,
    rows: Sequence[Heading | Line | Each | Total],
    column: Column,
    facts: Sequence[Fact],
) -> dict[str, Figure]:
    """The figures of one column by the codes of their rows."""
    left = [fact for fact in facts if column.branch in (None, fact.branch)]
    figures: dict[str, Figure] = {}
    each: dict[str, list[Share]] = {}
    for row in rows:
        match row:
            case Line():
                measure = row.measure or column.measure
                taken = _taken(row, column, left, measure)
                if report.partition and not row.shares:
                    gone = set(taken)
                    left = [fact for fact in left if fact not in gone]
                sign = row.sign * column.sign if measure != Measure.COUNT else 1
                shares = [Share(fact, sign * fact.measured(measure)) for fact in taken]
                figures[row.code] = _figure(shares)
                each.setdefault(row.code.partition(".")[0], []).extend(shares)
            case Each():
                figures[row.code] = _figure(each.get(row.code, []))
            case Total():
                figures[row.code] = _figure(
                    Share(share.fact, -share.minor if part.startswith("-") else share.minor)
                    for part in row.parts
                    for share in figures[part.removeprefix("-")].shares
                )
            case Heading():
                pass
    return figures


def _taken(row: Line, column: Column, left: Sequence[Fact], measure: Measure) -> list[Fact]:
    taken = [
        fact
        for fact in left
        if row.of.holds(fact)
        and column.of.holds(fact)
        and (row.only is None or fact.value(row.only[0]) == row.only[1])
    ]
    for of in (row.of, column.of):
        taken = _standing(of, taken, measure)
    return taken


def _standing(of: Of, facts: list[Fact], measure: Measure) -> list[Fact]:
    """Those facts whose GL account, in its currency, stands on the side that is asked for."""
    if not of.standing:
        return facts
    sums: dict[tuple[str, str], int] = {}
    for fact in facts:
        key = (fact.gl, fact.currency)
        sums[key] = sums.get(key, 0) + fact.measured(measure)
    return [fact for fact in facts if sums[fact.gl, fact.currency] * of.standing > 0]


def _figure(shares: Iterable[Share]) -> Figure:
    kept = tuple(share for share in shares if share.minor)
    return Figure(sum(share.minor for share in kept), kept)


def _is_idle(row: Heading | Line | Each | Total, told: Sequence[Mapping[str, Figure]]) -> bool:
    """A line that was made for a value about which there is nothing to say."""
    if not isinstance(row, Line) or row.only is None:
        return False
    return not any(figures[row.code].shares for figures in told)


def _laid(row: Heading | Line | Each | Total, told: Sequence[Mapping[str, Figure]]) -> LaidRow:
    if isinstance(row, Heading):
        return LaidRow(code=row.code, row=row, figures=())
    only = row.only if isinstance(row, Line) else None
    return LaidRow(
        code=row.code,
        row=row,
        figures=tuple(figures[row.code] for figures in told),
        value=only[1] if only else "",
        currency=only[1] if only and only[0] == Dimension.CURRENCY else None,
    )


def _judged(
    report: Report, parameters: Parameters, columns: Sequence[Column], rows: Sequence[LaidRow]
) -> Iterable[Judged]:
    """The checks of a whole bank: a branch is no book of its own, and need not tie."""
    if parameters.branch is not None:
        return
    of_row = {row.code: row.figures for row in rows}
    place = {column.code: number for number, column in enumerate(columns)}
    for check in report.checks:
        figures = of_row[check.row]
        if isinstance(check, Zero):
            off = [(one.code, figures[place[one.code]].minor) for one in columns]
        else:
            one, other = check.columns
            gap = figures[place[one]].minor - figures[place[other]].minor
            off = [(one, gap)]
        yield Judged(check, tuple((code, minor) for code, minor in off if minor))


# --- Bytes --------------------------------------------------------------------------------------


def content(sheet: Sheet) -> bytes:
    """The figures as JSON: the same bytes for the same figures.

    Codes stand for names, which may be changed without anything being booked.
    """
    parameters = sheet.parameters
    plain = {
        "report": sheet.report.code,
        "version": sheet.report.version,
        "start": parameters.start.isoformat(),
        "end": parameters.end.isoformat(),
        "compare": parameters.compare.isoformat() if parameters.compare else None,
        "branch": parameters.branch,
        "currency": parameters.currency,
        "columns": [column.code for column in sheet.columns],
        "rows": [
            [row.code, [figure.minor for figure in row.figures]]
            for row in sheet.rows
            if row.figures
        ],
    }
    return msgspec.json.encode(plain, order="deterministic")


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of two kept reports side by side; None where one of them has no such row."""

    row: str
    first: tuple[int | None, ...]
    second: tuple[int | None, ...]

    @property
    def gaps(self) -> tuple[int, ...]:
        """The second less the first, in each column."""
        return tuple((b or 0) - (a or 0) for a, b in zip(self.first, self.second, strict=True))


def compared(first: Plain, second: Plain) -> tuple[list[str], list[Difference]]:
    """The columns of both, and every row that differs, in the order in which rows stand."""
    columns = list(dict.fromkeys([*first["columns"], *second["columns"]]))
    tables = [
        {row: dict(zip(one["columns"], figures, strict=True)) for row, figures in one["rows"]}
        for one in (first, second)
    ]
    found = []
    for row in dict.fromkeys([*tables[0], *tables[1]]):
        sides = [tuple(table.get(row, {}).get(code) for code in columns) for table in tables]
        difference = Difference(row, sides[0], sides[1])
        if any(difference.gaps):
            found.append(difference)
    return columns, found
