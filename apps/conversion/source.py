"""Reading a source through its mapping: files become records, each with its line for errors."""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from apps.conversion.errors import SourceInvalid
from apps.conversion.mapping import (
    ConversionMapping,
    FormatPart,
    Rule,
    columns_of,
)
from apps.kernel.errors import Refusal
from apps.kernel.money import Money

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: values by column, without the blanks around them."""

    file: str
    line: int
    values: Mapping[str, str]

    def wrong(self, reason: str) -> SourceInvalid:
        return SourceInvalid(file=self.file, line=self.line, reason=reason)


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    id: str
    branch: str
    birth_date: dt.date
    row: Row


@dataclass(slots=True)
class AccountRecord:
    id: str
    branch: str
    product: str
    opened_on: dt.date
    row: Row
    owner: str = ""
    owner_row: Row | None = None
    authorised: list[tuple[str, Row]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Movement:
    """A transaction; `amount_minor` is positive for a credit."""

    id: str
    account: str
    date: dt.date
    amount_minor: int
    balance_minor: int
    rule: Rule
    row: Row


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that a replay needs, by the source's own ids."""

    branches: Mapping[str, Row]
    customers: Mapping[str, CustomerRecord]
    accounts: Mapping[str, AccountRecord]
    movements: tuple[Movement, ...]


def read(mapping: ConversionMapping, folder: Path, *, accounts: int | None = None) -> Source:
    """Read a source, or only the first `accounts` accounts of its transactions.

    Raises SourceInvalid for the first thing that the mapping does not explain.
    """
    movements = _movements(mapping, folder)
    wanted = list(dict.fromkeys(movement.account for movement in movements))[:accounts]
    if accounts is not None or mapping.accounts.only_with_transactions:
        chosen: set[str] | None = set(wanted)
    else:
        chosen = None
    opened = _accounts(mapping, folder, chosen)
    people = _rights(mapping, folder, opened)
    movements = tuple(m for m in movements if chosen is None or m.account in chosen)
    for movement in movements:
        if movement.account not in opened:
            raise movement.row.wrong(f"there is no account {movement.account!r}")
        if movement.date < opened[movement.account].opened_on:
            raise movement.row.wrong("the account was opened later")
    source = Source(
        branches=_branches(mapping, folder),
        customers=_customers(mapping, folder, people),
        accounts=opened,
        movements=movements,
    )
    _require_references(source)
    return source


def _branches(mapping: ConversionMapping, folder: Path) -> dict[str, Row]:
    part = mapping.branches
    cash = mapping.cash
    named = columns_of([part.code, part.name_uk, part.name_en, cash.vault, cash.position])
    rows = _rows(mapping.format, folder / part.file, {part.id, *named})
    return _unique((row.values[part.id], row, row) for row in rows)


def _customers(
    mapping: ConversionMapping, folder: Path, wanted: set[str]
) -> dict[str, CustomerRecord]:
    part = mapping.customers
    born = part.birth_number
    columns = {part.id, part.branch, born.column, *columns_of(part.register.fields)}
    rows = _rows(mapping.format, folder / part.file, columns)
    return _unique(
        (
            row.values[part.id],
            CustomerRecord(
                id=row.values[part.id],
                branch=row.values[part.branch],
                birth_date=_date(row, born.column, mapping.format, born.women_month_offset),
                row=row,
            ),
            row,
        )
        for row in rows
        if row.values[part.id] in wanted
    )


def _accounts(
    mapping: ConversionMapping, folder: Path, wanted: set[str] | None
) -> dict[str, AccountRecord]:
    part = mapping.accounts
    columns = {
        part.id, part.branch, part.opened_on, part.product.column, *columns_of(part.open.fields),
    }  # fmt: skip
    found = []
    for row in _rows(mapping.format, folder / part.file, columns):
        if wanted is not None and row.values[part.id] not in wanted:
            continue
        told = row.values[part.product.column]
        if told not in part.product.values:
            raise row.wrong(f"{part.product.column}: no product is mapped for {told!r}")
        record = AccountRecord(
            id=row.values[part.id],
            branch=row.values[part.branch],
            product=part.product.values[told],
            opened_on=_date(row, part.opened_on, mapping.format),
            row=row,
        )
        if record.opened_on < mapping.bank.first_date:
            raise row.wrong(f"opened before the bank's first date, {mapping.bank.first_date}")
        found.append((record.id, record, row))
    return _unique(found)


def _rights(
    mapping: ConversionMapping, folder: Path, accounts: Mapping[str, AccountRecord]
) -> set[str]:
    """Write owners and authorised persons onto the accounts; the customers that they are."""
    part = mapping.rights
    columns = {
        part.customer, part.account, part.kind.column, *columns_of(part.authorise.fields),
    }  # fmt: skip
    people: set[str] = set()
    for row in _rows(mapping.format, folder / part.file, columns):
        account = accounts.get(row.values[part.account])
        if account is None:
            continue
        kind, customer = row.values[part.kind.column], row.values[part.customer]
        if kind == part.kind.owner:
            if account.owner:
                raise row.wrong(f"account {account.id} has two owners")
            account.owner, account.owner_row = customer, row
        elif kind == part.kind.authorised:
            account.authorised.append((customer, row))
        else:
            raise row.wrong(f"{part.kind.column}: {kind!r} is not mapped")
        people.add(customer)
    return people


def _movements(mapping: ConversionMapping, folder: Path) -> tuple[Movement, ...]:
    part = mapping.transactions
    columns = {
        part.id, part.account, part.date, part.amount, part.balance, part.direction.column,
        *part.texts,
    }  # fmt: skip
    for rule in part.rules:
        columns |= {*rule.when, *columns_of(rule.call.fields)}
    credit, debit = set(part.direction.credit), set(part.direction.debit)
    code = mapping.bank.base_currency
    found, seen, last = [], set(), mapping.bank.first_date
    for row in _rows(mapping.format, folder / part.file, columns):
        told = row.values[part.direction.column]
        if told not in credit and told not in debit:
            raise row.wrong(f"{part.direction.column}: {told!r} is neither credit nor debit")
        rule = _rule(part.rules, row)
        if (told in credit) != (rule.direction == "credit"):
            raise row.wrong(f"rule {rule.name!r} is for a {rule.direction}, the row says {told!r}")
        amount = _money(row, part.amount, code)
        if amount <= 0:
            raise row.wrong(f"{part.amount}: an amount is more than zero")
        date = _date(row, part.date, mapping.format)
        if date < last:
            raise row.wrong(f"{part.date}: rows must be in order of date, from {last}")
        last = date
        movement = Movement(
            id=row.values[part.id],
            account=row.values[part.account],
            date=date,
            amount_minor=amount if told in credit else -amount,
            balance_minor=_money(row, part.balance, code, negative=True),
            rule=rule,
            row=row,
        )
        if movement.id in seen:
            raise row.wrong(f"{part.id}: {movement.id!r} occurs twice")
        seen.add(movement.id)
        found.append(movement)
    return tuple(found)


def texts_of(mapping: ConversionMapping, movement: Movement) -> Mapping[str, str]:
    """The row's values with the mapping's texts in the place of codes, for templates."""
    values = dict(movement.row.values)
    for column, texts in mapping.transactions.texts.items():
        values[column] = texts.get(values[column], values[column])
    return values


def _rule(rules: tuple[Rule, ...], row: Row) -> Rule:
    for rule in rules:
        if all(row.values[column] == value for column, value in rule.when.items()):
            return rule
    columns = sorted({column for rule in rules for column in rule.when})
    told = ", ".join(f"{column}={row.values[column]!r}" for column in columns)
    raise row.wrong(f"no rule of transactions fits {told}")


def _require_references(source: Source) -> None:
    for account in source.accounts.values():
        if account.branch not in source.branches:
            raise account.row.wrong(f"there is no branch {account.branch!r}")
        if account.owner_row is None:
            raise account.row.wrong(f"account {account.id} has no owner")
        for customer, row in [(account.owner, account.owner_row), *account.authorised]:
            if customer not in source.customers:
                raise row.wrong(f"there is no customer {customer!r}")
    for customer_record in source.customers.values():
        if customer_record.branch not in source.branches:
            raise customer_record.row.wrong(f"there is no branch {customer_record.branch!r}")


def _rows(how: FormatPart, path: Path, columns: set[str]) -> Iterator[Row]:
    """The lines of a file, whose header must have `columns`."""
    try:
        with path.open(encoding=how.encoding, newline="") as file:
            lines = csv.reader(file, delimiter=how.separator, quotechar=how.quote, strict=True)
            header = next(lines, [])
            missing = sorted(columns - set(header))
            if missing:
                raise SourceInvalid(
                    file=path.name, line=1, reason=f"columns are missing: {', '.join(missing)}"
                )
            for cells in lines:
                if len(cells) != len(header):
                    raise SourceInvalid(
                        file=path.name,
                        line=lines.line_num,
                        reason=f"{len(cells)} fields instead of {len(header)}",
                    )
                values = dict(zip(header, map(str.strip, cells), strict=True))
                yield Row(path.name, lines.line_num, values)
    except OSError as error:
        raise SourceInvalid(file=str(path), line=0, reason=str(error.strerror)) from None
    except UnicodeDecodeError as error:
        raise SourceInvalid(file=path.name, line=0, reason=str(error)) from None
    except csv.Error as error:
        raise SourceInvalid(file=path.name, line=lines.line_num, reason=str(error)) from None


def _unique(found: Iterator[tuple[str, T, Row]] | list[tuple[str, T, Row]]) -> dict[str, T]:
    kept: dict[str, T] = {}
    for key, record, row in found:
        if key in kept:
            raise row.wrong(f"the id {key!r} occurs twice")
        kept[key] = record
    return kept


def _money(row: Row, column: str, code: str, *, negative: bool = False) -> int:
    text = row.values[column]
    sign = 1
    if negative and text.startswith("-"):
        sign, text = -1, text[1:]
    try:
        return sign * Money.parse(text, code).minor
    except Refusal as refusal:
        raise row.wrong(f"{column}: {refusal.text.en}") from None


def _date(row: Row, column: str, how: FormatPart, month_offset: int = 0) -> dt.date:
    try:
        return _parsed_date(row.values[column], how.date, how.century, month_offset)
    except ValueError:
        raise row.wrong(
            f"{column}: {row.values[column]!r} is no date of the form {how.date}"
        ) from None


@lru_cache(maxsize=100_000)
def _parsed_date(text: str, form: str, century: int | None, month_offset: int) -> dt.date:
    if month_offset:
        text = _without_offset(text, form, month_offset)
    date = dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
    # strptime also takes a digit too few.
    if date.strftime(form) != text:
        raise ValueError(text)
    return date if century is None else date.replace(year=century + date.year % 100)


def _without_offset(text: str, form: str, offset: int) -> str:
    """The same digits with the month as it is: 706213 becomes 701213 for an offset of 50."""
    place = _month_place(form)
    month = int(text[place])
    if month <= offset:
        return text
    return f"{text[: place.start]}{month - offset:02d}{text[place.stop :]}"


@lru_cache(maxsize=16)
def _month_place(form: str) -> slice:
    """Where the two digits of the month stand in a date of fixed width."""
    before = form.partition("%m")[0]
    width = len(before.replace("%Y", "yyyy").replace("%y", "yy").replace("%d", "dd"))
    return slice(width, width + 2)
