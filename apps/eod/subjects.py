"""What exceptions and proofs are about: names for ids, figures for minor units, where each leads.

Steps and invariants give ids and amounts alone. What their columns mean is said here, once, for
the screens; a test holds each against its statement.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language

from apps.control.declarations import INVARIANTS
from apps.eod import proofs
from apps.eod.queries import ExceptionLine
from apps.kernel import formats, sql, wording
from apps.kernel.currencies import currency
from apps.kernel.menu import Held
from apps.kernel.text import Text
from apps.loans.rules import UNITS


class Kind(StrEnum):
    """What a value is: the id of something, or how it is written."""

    ACCOUNT = "account"
    BRANCH = "branch"
    CURRENCY = "currency"
    DATE = "date"
    DEPOSIT = "deposit"
    ENTRY = "entry"
    GL = "gl"
    KIND = "kind"
    LOAN = "loan"
    MINOR = "minor"
    POSTING = "posting"
    PRODUCT = "product"
    RUN = "run"
    SESSION = "session"
    TEXT = "text"
    # Interest of loans, in whole parts of a minor unit.
    UNITS = "units"


# For ids: what each is called, the ledger account or run that it leads to, and its currency.
_NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ACCOUNT: "SELECT id, number, id::text, currency FROM ledger_account",
        Kind.BRANCH: "SELECT id, {name}, NULL, NULL FROM kernel_branch",
        Kind.DEPOSIT: "SELECT id, number, account_id::text, currency FROM accounts_deposit",
        Kind.ENTRY: "SELECT id, id::text, run_id::text, NULL FROM ledger_entry",
        Kind.GL: "SELECT id, code || ' ' || {name}, code, NULL FROM ledger_glaccount",
        Kind.LOAN: "SELECT id, number, account_id::text, currency FROM loans_loan",
        Kind.POSTING: """SELECT p.id, p.id::text, e.run_id::text, p.currency
                           FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id""",
        Kind.PRODUCT: "SELECT id, {name}, NULL, NULL FROM products_product",
        Kind.SESSION: """SELECT s.id, t.name || ', ' || u.full_name, s.opened_run_id::text,
                                a.currency
                           FROM cash_session s JOIN cash_till t ON t.id = s.till_id
                           JOIN ledger_account a ON a.id = t.account_id
                           JOIN access_user u ON u.id = s.teller_id""",
    }
)
# No id of an account is so high.
_ENDLESS = 2**62
_RUNS = {Kind.ENTRY, Kind.POSTING, Kind.RUN, Kind.SESSION}
_ACCOUNTS = {Kind.ACCOUNT, Kind.DEPOSIT, Kind.LOAN}
_FIGURES = {Kind.MINOR, Kind.UNITS}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of what contradicts an invariant."""

    name: Text
    kind: Kind = Kind.MINOR


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


_ACCOUNT = Column(Text(uk="Рахунок", en="Account"), Kind.ACCOUNT)
_DEPOSIT = Column(Text(uk="Рахунок", en="Account"), Kind.DEPOSIT)
_LOAN = Column(Text(uk="Кредит", en="Loan"), Kind.LOAN)
_CURRENCY = Column(Text(uk="Валюта", en="Currency"), Kind.CURRENCY)
_SESSION = Column(Text(uk="Зміна", en="Session"), Kind.SESSION)
_BOOKED = Column(Text(uk="У книзі", en="In the book"))
_ACCRUED = Column(Text(uk="Нараховано", en="Accrued"))
_ACCRUED_UNITS = Column(Text(uk="Нараховано", en="Accrued"), Kind.UNITS)
_BY_DOCUMENTS = Column(Text(uk="За документами", en="By the documents"))
_PAID = Column(Text(uk="Виплачено", en="Paid"))

COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "accounts.accruals_recomputed": (
            _DEPOSIT,
            Column(Text(uk="Залишок, перераховано", en="Balance, recomputed")),
            Column(Text(uk="Залишок, узято", en="Balance, taken")),
            Column(Text(uk="Відсотки, перераховано", en="Interest, recomputed")),
            Column(Text(uk="Відсотки, нараховано", en="Interest, accrued")),
        ),
        "accounts.accrual_totals_grow_by_rows": (
            Column(Text(uk="Продукт", en="Product"), Kind.PRODUCT),
            Column(Text(uk="Відділення", en="Branch"), Kind.BRANCH),
            _CURRENCY,
            Column(Text(uk="Підсумок зріс на", en="Total grew by")),
            Column(Text(uk="Нарахування дня", en="The day's accruals")),
        ),
        "accounts.accrued_interest_moved_with_the_book": (
            _ACCOUNT,
            _ACCRUED,
            _PAID,
            Column(Text(uk="Рух у книзі", en="Moved in the book")),
        ),
        "accounts.payouts_reached_the_deposits": (
            _ACCOUNT,
            Column(Text(uk="До виплати без податків", en="Due after taxes")),
            Column(Text(uk="Зараховано", en="Credited")),
        ),
        "accounts.accrued_interest_is_whole": (_ACCOUNT, _ACCRUED, _PAID, _BOOKED),
        "accounts.payouts_follow_accruals": (
            _DEPOSIT,
            Column(Text(uk="Нараховано по", en="Accrued through"), Kind.DATE),
            _PAID,
            _ACCRUED,
            Column(Text(uk="ПДФО", en="Income tax")),
            Column(Text(uk="Військовий збір", en="Levy")),
        ),
        "accounts.closed_deposits_owe_nothing": (
            _DEPOSIT,
            Column(Text(uk="Залишок", en="Balance")),
            _ACCRUED,
            _PAID,
        ),
        "accounts.deposits_agree_with_accounts": (
            Column(Text(uk="Рахунок клієнта", en="Customer's account"), Kind.DEPOSIT),
            Column(Text(uk="Рахунок книги", en="Ledger account"), Kind.ACCOUNT),
        ),
        "cash.counts_equal_book": (
            _SESSION,
            Column(Text(uk="Коли", en="When"), Kind.TEXT),
            Column(Text(uk="Перераховано", en="Counted")),
            _BOOKED,
        ),
        "cash.counters_move_in_sessions": (
            Column(Text(uk="Рядок проведення", en="Leg of an entry"), Kind.POSTING),
            Column(Text(uk="Каса", en="Till"), Kind.TEXT),
            Column(Text(uk="Вид", en="Kind"), Kind.KIND),
        ),
        "cash.differences_equal_book": (
            _SESSION,
            Column(Text(uk="Різниця зміни", en="Difference of the session")),
            _BOOKED,
        ),
        "ledger.balance_rows_equal_postings": (
            _ACCOUNT,
            Column(Text(uk="Залишок", en="Balance")),
            Column(Text(uk="Сума проведень", en="Sum of postings")),
        ),
        "ledger.balance_rows_follow_snapshots": (
            _ACCOUNT,
            Column(Text(uk="Залишок", en="Balance")),
            Column(Text(uk="Знімок і пізніше", en="Snapshot and later")),
        ),
        "ledger.holds_equal_rows": (
            _ACCOUNT,
            Column(Text(uk="Утримано", en="Held")),
            Column(Text(uk="Сума утримань", en="Sum of holds")),
        ),
        "ledger.day_sums_to_zero": (_CURRENCY, Column(Text(uk="Різниця", en="Difference"))),
        "ledger.trial_balance_is_zero": (_CURRENCY, Column(Text(uk="Різниця", en="Difference"))),
        "ledger.gl_follows_accounts": (
            Column(Text(uk="Рахунок плану", en="GL account"), Kind.GL),
            Column(Text(uk="На кінець дня", en="Closing")),
            Column(Text(uk="Напередодні", en="The day before")),
            Column(Text(uk="Проведено за день", en="Booked on the day")),
        ),
        "ledger.entries_balance": (Column(Text(uk="Проведення", en="Entry"), Kind.ENTRY),),
        "loans.principal_moved_with_the_book": (_LOAN, _BY_DOCUMENTS, _BOOKED),
        "loans.principal_equals_accounts": (_LOAN, _BY_DOCUMENTS, _BOOKED),
        "loans.accruals_recomputed": (
            _LOAN,
            Column(Text(uk="Залишок, перераховано", en="Balance, recomputed")),
            Column(Text(uk="Залишок, узято", en="Balance, taken")),
            Column(Text(uk="Відсотки, перераховано", en="Interest, recomputed"), Kind.UNITS),
            Column(Text(uk="Відсотки, нараховано", en="Interest, accrued"), Kind.UNITS),
        ),
        "loans.accrual_totals_grow_by_rows": (
            Column(Text(uk="Продукт", en="Product"), Kind.PRODUCT),
            Column(Text(uk="Відділення", en="Branch"), Kind.BRANCH),
            _CURRENCY,
            Column(Text(uk="Підсумок зріс на", en="Total grew by"), Kind.UNITS),
            Column(Text(uk="Нарахування дня", en="The day's accruals"), Kind.UNITS),
        ),
        "loans.accrued_income_moved_with_the_book": (
            _ACCOUNT,
            _ACCRUED,
            _PAID,
            Column(Text(uk="Рух у книзі", en="Moved in the book")),
        ),
        "loans.accrued_income_is_whole": (_ACCOUNT, _ACCRUED_UNITS, _PAID, _BOOKED),
        "loans.payments_came_from_the_deposits": (_ACCOUNT, _BY_DOCUMENTS, _BOOKED),
        "loans.overdue_since_the_oldest_due": (
            _LOAN,
            Column(Text(uk="Прострочено від", en="Overdue since"), Kind.DATE),
            Column(Text(uk="Найдавніша несплата", en="Oldest unpaid"), Kind.DATE),
        ),
        "loans.plans_repay_the_rest": (
            _LOAN,
            Column(Text(uk="Залишок", en="Balance")),
            Column(Text(uk="До сплати", en="Due")),
            Column(Text(uk="За графіком", en="By the schedule")),
        ),
        "loans.interest_due_is_what_accrued": (
            _LOAN,
            _ACCRUED_UNITS,
            Column(Text(uk="До сплати", en="Due")),
            Column(Text(uk="Сплачено достроково", en="Paid early")),
        ),
        "loans.closed_loans_owe_nothing": (
            _LOAN,
            Column(Text(uk="Залишок", en="Balance")),
            Column(Text(uk="Закрито в книзі", en="Closed in the book"), Kind.TEXT),
        ),
        "loans.loans_agree_with_accounts": (
            _LOAN,
            Column(Text(uk="Рахунок книги", en="Ledger account"), Kind.ACCOUNT),
        ),
        "payments.documents_equal_nostro": (
            Column(Text(uk="Операція", en="Operation"), Kind.RUN),
            Column(Text(uk="За документом", en="By its document")),
            Column(Text(uk="На кореспондентському рахунку", en="On the correspondent account")),
        ),
    }
)
# Whose ids the chunks of a step range over.
STEPS_OVER: Mapping[str, Kind] = MappingProxyType(
    {
        "accounts.accrue_interest": Kind.DEPOSIT,
        "accounts.capitalise_interest": Kind.DEPOSIT,
        "loans.accrue_interest": Kind.LOAN,
        "loans.charge_penalties": Kind.LOAN,
        "loans.classify": Kind.LOAN,
        "loans.collect": Kind.LOAN,
    }
)


def columns(invariant: str, width: int) -> list[Column]:
    """The columns of an invariant; those that nobody has named are numbered."""
    named = COLUMNS.get(invariant, ())
    return [
        named[place]
        if place < len(named)
        else Column(Text(uk=f"Значення {place + 1}", en=f"Value {place + 1}"), Kind.TEXT)
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
        column.kind: _known(column.kind, {row[place] for row in rows})
        for place, column in enumerate(columns_)
    }
    made = []
    for row in rows:
        pairs = list(zip(columns_, row, strict=True))
        code = _currency(pairs, known) or base_currency
        made.append(
            [_cell(column.kind, value, code, known, date, rights) for column, value in pairs]
        )
    return made


def of_exceptions(lines: Sequence[ExceptionLine], *, rights: Held) -> dict[int, Cell]:
    """What each exception is about, by its id; a statement for each kind of id."""
    wanted: dict[Kind, set[str]] = {}
    for line in lines:
        kind = STEPS_OVER.get(line.step)
        if kind is not None and line.low is not None and line.low == line.high:
            wanted.setdefault(kind, set()).add(str(line.low))
    known = {kind: _known(kind, values) for kind, values in wanted.items()}
    return {line.id: _about(line, known, rights) for line in lines}


def _about(line: ExceptionLine, known: Mapping[Kind, dict[str, _Known]], rights: Held) -> Cell:
    if line.number is None:
        return Cell(str(Text(uk="підсумок кроку", en="the step's total")))
    if line.low is None or line.high is None:
        return Cell(str(Text(uk="банк загалом", en="the bank as a whole")))
    if line.step == "eod.prove":
        names = proofs.due(line.date)[line.low : line.high + 1]
        return Cell("; ".join(str(INVARIANTS[name].title) for name in names[:3]))
    kind = STEPS_OVER.get(line.step)
    if kind is not None and line.low == line.high:
        return _cell(kind, str(line.low), "", known, line.date, rights)
    # The last range has no end.
    last = "…" if line.high >= _ENDLESS else str(line.high)
    return Cell(f"{line.low}" if line.low == line.high else f"{line.low}\u2013{last}")


def _known(kind: Kind, values: Iterable[str]) -> dict[str, _Known]:
    ids = [int(value) for value in values if value.isdecimal()]
    if kind not in _NAMES or not ids:
        return {}
    name = "name_en" if (get_language() or "uk").startswith("en") else "name_uk"
    found = sql.rows(
        f"""SELECT * FROM ({_NAMES[kind].format(name=name)}) named (id, words, target, currency)
             WHERE id = ANY(%(ids)s::bigint[])""",  # noqa: S608 - one of the statements above
        {"ids": ids},
    )
    return {str(id_): _Known(words, target, code) for id_, words, target, code in found}


def _currency(
    pairs: Sequence[tuple[Column, str]], known: Mapping[Kind, dict[str, _Known]]
) -> str | None:
    """The currency of a row: its own, or that of what it is about."""
    for column, value in pairs:
        if column.kind is Kind.CURRENCY:
            return value
        found = known.get(column.kind, {}).get(value)
        if found is not None and found.currency:
            return found.currency
    return None


def _cell(
    kind: Kind,
    value: str,
    code: str,
    known: Mapping[Kind, dict[str, _Known]],
    date: dt.date,
    rights: Held,
) -> Cell:
    if value == "":
        return Cell("—", is_figure=kind in _FIGURES)
    match kind:
        case Kind.UNITS:
            return Cell(figure(str(Decimal(value) / UNITS), code), is_figure=True)
        case Kind.MINOR:
            return Cell(figure(value, code), is_figure=True)
        case Kind.DATE:
            return Cell(formats.date(dt.date.fromisoformat(value), get_language() or "uk"))
        case Kind.KIND:
            return Cell(str(wording.kind(value)))
        case Kind.TEXT:
            return Cell(str(_MOMENTS.get(value, value)))
        case Kind.CURRENCY:
            address = f"{reverse('ledger:trial_balance')}?{urlencode({'date': date.isoformat()})}"
            return Cell(value, address if "ledger.view" in rights else "")
        case Kind.RUN:
            found = _Known(value, value, None)
        case _:
            found = known.get(kind, {}).get(value, _Known(value, None, None))
    words = formats.account(found.words) if kind in _ACCOUNTS else found.words
    return Cell(words, _address(kind, found.target, date, rights))


def _address(kind: Kind, target: str | None, date: dt.date, rights: Held) -> str:
    if target is None or "ledger.view" not in rights:
        return ""
    if kind in _ACCOUNTS:
        return reverse("ledger:account", args=[int(target)])
    if kind in _RUNS:
        return reverse("ledger:run", args=[target])
    on = urlencode({"start": date.isoformat(), "end": date.isoformat()})
    return f"{reverse('ledger:general_ledger', args=[target])}?{on}"


def figure(value: str, code: str) -> str:
    """An amount in minor units, with parts of them where it has some: 1 234,5678 for 123456.78."""
    language = get_language() or "uk"
    try:
        exact = Decimal(value)
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


_MOMENTS: Mapping[str, Any] = MappingProxyType(
    {
        "opening": Text(uk="на початку", en="at its opening"),
        "closing": Text(uk="наприкінці", en="at its closing"),
    }
)
