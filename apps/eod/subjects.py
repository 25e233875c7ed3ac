"""What exceptions and proofs are about: names for ids, figures for minor units, where each leads.

Steps and invariants give ids and amounts alone, and declare what they are; here they become what
the screens show. A test holds each declaration against its statement.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language

from apps.control.columns import Column, Form, Page, Subject
from apps.control.declarations import INVARIANTS, STEPS
from apps.eod import proofs
from apps.eod.queries import ExceptionLine
from apps.kernel import formats, sql, wording
from apps.kernel.currencies import currency
from apps.kernel.menu import Held
from apps.kernel.text import Text

# No id of an account is so high.
_ENDLESS = 2**62
# What a statement gives for an id where there is none.
_NOBODY = {"", "0"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value for people; with an address it leads to what it is about."""

    words: str
    address: str = ""
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What an id is called and leads to."""

    words: str
    target: str | None
    currency: str | None


def columns(invariant: str, width: int) -> list[Column]:
    """The columns of an invariant; those of one that is no longer declared are numbered."""
    named = INVARIANTS[invariant].columns if invariant in INVARIANTS else ()
    return [
        named[place]
        if place < len(named)
        else Column(name=Text(uk=f"Значення {place + 1}", en=f"Value {place + 1}"), of=Form.TEXT)
        for place in range(width)
    ]


def cells(
    columns_: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    date: dt.date,
    base_currency: str,
    rights: Held,
) -> list[list[Cell]]:
    """Rows of texts, as a proof kept them, for people; a statement for each kind of id."""
    known = {
        column.of: _known(column.of, {row[place] for row in rows})
        for place, column in enumerate(columns_)
        if isinstance(column.of, Subject)
    }
    made = []
    for row in rows:
        pairs = list(zip(columns_, row, strict=True))
        code = _currency(pairs, known) or base_currency
        made.append([_cell(column, value, code, known, date, rights) for column, value in pairs])
    return made


def of_exceptions(lines: Sequence[ExceptionLine], *, rights: Held) -> dict[int, Cell]:
    """What each exception is about, by its id; a statement for each kind of id."""
    wanted: dict[Subject, set[str]] = {}
    for line in lines:
        over = _over(line)
        if over is not None:
            wanted.setdefault(over, set()).add(str(line.low))
    known = {over: _known(over, values) for over, values in wanted.items()}
    return {line.id: _about(line, known, rights) for line in lines}


def _over(line: ExceptionLine) -> Subject | None:
    """What the exception is about, where that is one thing alone."""
    if line.low is None or line.low != line.high or line.step not in STEPS:
        return None
    return STEPS[line.step].over


def _about(line: ExceptionLine, known: Mapping[Subject, dict[str, _Known]], rights: Held) -> Cell:
    if line.number is None:
        return Cell(str(Text(uk="підсумок кроку", en="the step's total")))
    if line.low is None or line.high is None:
        return Cell(str(Text(uk="банк загалом", en="the bank as a whole")))
    if line.step == "eod.prove":
        names = proofs.due(line.date)[line.low : line.high + 1]
        return Cell("; ".join(str(INVARIANTS[name].title) for name in names[:3]))
    over = _over(line)
    if over is not None:
        return _named(over, str(line.low), known, line.date, rights)
    # The last range has no end.
    last = "…" if line.high >= _ENDLESS else str(line.high)
    return Cell(f"{line.low}" if line.low == line.high else f"{line.low}\u2013{last}")


def _known(subject: Subject, values: Iterable[str]) -> dict[str, _Known]:
    ids = [int(value) for value in values if value.isdecimal()]
    if not ids:
        return {}
    name = "name_en" if (get_language() or "uk").startswith("en") else "name_uk"
    found = sql.rows(
        f"""SELECT *
              FROM ({subject.statement.format(name=name)}) known (id, words, target, currency)
             WHERE id = ANY(%(ids)s::bigint[])""",  # noqa: S608 - a statement that an app declares
        {"ids": ids},
    )
    return {str(id_): _Known(words, target, code) for id_, words, target, code in found}


def _currency(
    pairs: Sequence[tuple[Column, str]], known: Mapping[Subject, dict[str, _Known]]
) -> str | None:
    """The currency of a row: its own, or that of what it is about."""
    for column, value in pairs:
        if column.of is Form.CURRENCY:
            return value
        if isinstance(column.of, Subject):
            found = known[column.of].get(value)
            if found is not None and found.currency:
                return found.currency
    return None


def _cell(
    column: Column,
    value: str,
    code: str,
    known: Mapping[Subject, dict[str, _Known]],
    date: dt.date,
    rights: Held,
) -> Cell:
    if isinstance(column.of, Subject):
        return Cell("—") if value in _NOBODY else _named(column.of, value, known, date, rights)
    if value == "":
        return Cell("—", is_figure=column.of is Form.AMOUNT)
    match column.of:
        case Form.AMOUNT:
            return Cell(figure(value, code, parts=column.parts), is_figure=True)
        case Form.CURRENCY:
            address = f"{reverse('ledger:trial_balance')}?{urlencode({'date': date.isoformat()})}"
            return Cell(value, address if "ledger.view" in rights else "")
        case Form.DATE:
            return Cell(formats.date(dt.date.fromisoformat(value), get_language() or "uk"))
        case Form.KIND:
            return Cell(str(wording.kind(value)))
        case Form.RUN:
            return Cell(value, _address(Page.RUN, value, date, rights))
        case Form.TEXT:
            return Cell(str(column.words.get(value, value)))


def _named(
    subject: Subject,
    value: str,
    known: Mapping[Subject, dict[str, _Known]],
    date: dt.date,
    rights: Held,
) -> Cell:
    found = known.get(subject, {}).get(value, _Known(value, None, None))
    words = formats.account(found.words) if subject.is_number else found.words
    return Cell(words, _address(subject.page, found.target, date, rights))


def _address(page: Page | None, target: str | None, date: dt.date, rights: Held) -> str:
    if page is None or target is None or "ledger.view" not in rights:
        return ""
    if page is Page.ACCOUNT:
        return reverse(page, args=[int(target)])
    if page is Page.RUN:
        return reverse(page, args=[target])
    on = urlencode({"start": date.isoformat(), "end": date.isoformat()})
    return f"{reverse(page, args=[target])}?{on}"


def figure(value: str, code: str, *, parts: int = 1) -> str:
    """An amount in so many parts of a minor unit, exact to the last: 1 234,5678 for 123456.78."""
    language = get_language() or "uk"
    try:
        exact = Decimal(value) / parts
    except InvalidOperation:
        return value
    whole = int(exact.to_integral_value(rounding="ROUND_DOWN"))
    part = abs(exact - whole)
    written = formats.amount(abs(whole), code, language)
    if part:
        tail = f"{part.normalize():f}".removeprefix("0.")
        point = "" if currency(code).exponent else ("." if language.startswith("en") else ",")
        written += f"{point}{tail}"
    return f"\u2212{written}" if exact < 0 else written
