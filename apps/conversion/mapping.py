"""The mapping of a source: a TOML file that says how its rows become commands.

A mapping names files, formats and columns, and for each kind of row the operation to ask for and
the fields of its command. A field is a number or yes/no as it stands, a reference such as
`@deposit` to something that the replay knows, or a template such as `Client {client_id}` over the
row's columns. Everything is judged before the first row is read, and said by its place in the file.
"""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from apps.control.commands import Command, decode
from apps.control.declarations import OPERATIONS
from apps.control.errors import MalformedCommand
from apps.conversion.errors import MappingInvalid
from apps.kernel.currencies import currency
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.products.operations import AddVersion, CreateProduct

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Column = Annotated[str, Meta(min_length=1, max_length=80)]
File = Annotated[str, Meta(pattern=r"^[^/\\]+\Z")]

MAPPINGS = Path(__file__).parent / "mappings"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of a mapping."""


class BankPart(Part, frozen=True):
    """Who the bank is; its first booking date is the first day of the replay."""

    name_uk: Text
    name_en: Text
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    base_currency: str
    first_date: dt.date
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
    time_zone: str


class FormatPart(Part, frozen=True):
    """How the files are written. A date without a century gets `century`."""

    separator: Annotated[str, Meta(min_length=1, max_length=1)]
    date: Text
    quote: Annotated[str, Meta(min_length=1, max_length=1)] = '"'
    encoding: str = "utf-8"
    century: Annotated[int, Meta(ge=0, multiple_of=100)] | None = None


class Call(Part, frozen=True):
    """An operation and, for each field of its command, where the value comes from."""

    operation: str
    fields: dict[str, str | int | bool]


class BranchesPart(Part, frozen=True):
    file: File
    id: Column
    code: Text
    name_uk: Text
    name_en: Text


class BirthNumberPart(Part, frozen=True):
    """A birth date in which a woman's month may be raised, as in Czech birth numbers."""

    column: Column
    women_month_offset: Annotated[int, Meta(ge=0)] = 0


class CustomersPart(Part, frozen=True):
    file: File
    id: Column
    branch: Column
    birth_number: BirthNumberPart
    register: Call


class ProductColumn(Part, frozen=True):
    column: Column
    values: dict[str, str]


class AccountsPart(Part, frozen=True):
    file: File
    id: Column
    branch: Column
    opened_on: Column
    product: ProductColumn
    open: Call
    # Leave out accounts of which the transactions tell nothing.
    only_with_transactions: bool = False


class RightKinds(Part, frozen=True):
    column: Column
    owner: str
    authorised: str


class RightsPart(Part, frozen=True):
    file: File
    customer: Column
    account: Column
    kind: RightKinds
    authorise: Call


class ProductPart(Part, frozen=True):
    """The fields of products.create_product and products.add_version, but code and date."""

    create: dict[str, Any]
    version: dict[str, Any]


class CashPart(Part, frozen=True):
    """A vault and a position for each branch; the position is filled from the vault.

    It gets whole steps of `supply_step`, an amount in the base currency, before a day's business.
    """

    vault: Text
    position: Text
    supply_step: str


class DirectionColumn(Part, frozen=True):
    column: Column
    credit: tuple[str, ...]
    debit: tuple[str, ...]


class Rule(Part, frozen=True):
    """Rows whose columns have these values become this call; the first rule that fits counts.

    `rounded` says that the source shows these amounts rounded, so that sums of them drift.
    """

    name: Text
    when: dict[str, str]
    direction: Literal["credit", "debit"]
    call: Call
    rounded: bool = False

    @property
    def moves_cash(self) -> bool:
        return "@position" in self.call.fields.values()


class TransactionsPart(Part, frozen=True):
    """`balance` is what the source recorded after the row; `shown_to` the step it is rounded to."""

    file: File
    id: Column
    account: Column
    date: Column
    amount: Column
    balance: Column
    direction: DirectionColumn
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1)]
    texts: dict[str, dict[str, str]] = {}
    shown_to: str = "0"
    # Where a source lets accounts fall below zero, the limit is lowered for it and raised again.
    technical_overdraft: bool = False


class ConversionMapping(Part, frozen=True):
    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{1,19}\Z")]
    title: Text
    bank: BankPart
    format: FormatPart
    branches: BranchesPart
    customers: CustomersPart
    accounts: AccountsPart
    rights: RightsPart
    products: Annotated[dict[str, ProductPart], Meta(min_length=1)]
    cash: CashPart
    transactions: TransactionsPart

    @property
    def supply_step_minor(self) -> int:
        return Money.parse(self.cash.supply_step, self.bank.base_currency).minor

    @property
    def shown_to_minor(self) -> int:
        return Money.parse(self.transactions.shown_to, self.bank.base_currency).minor

    def calls(self) -> list[tuple[str, Call, frozenset[str]]]:
        """Every call with its place in the file and the references that it may use."""
        return [
            ("customers.register", self.customers.register, frozenset({"@branch", "@birth_date"})),
            (
                "accounts.open",
                self.accounts.open,
                frozenset({"@owner", "@branch", "@product"}),
            ),
            ("rights.authorise", self.rights.authorise, frozenset({"@deposit", "@customer"})),
            *(
                (
                    f"transactions.rules[{n}].call",
                    rule.call,
                    frozenset({"@deposit", "@position", "@amount"}),
                )
                for n, rule in enumerate(self.transactions.rules)
            ),
        ]

    def new_product(self, code: str) -> CreateProduct:
        """The command that creates a product. Raises MalformedCommand."""
        given = {"currency": self.bank.base_currency, **self.products[code].create, "code": code}
        return decode(CreateProduct, given)

    def first_version(self, code: str) -> AddVersion:
        """The command that gives a product its terms from the first date. Raises as above."""
        first = self.bank.first_date.isoformat()
        return decode(
            AddVersion, {**self.products[code].version, "product": code, "valid_from": first}
        )


def load(path: Path) -> ConversionMapping:
    """Read and judge a mapping. Raises MappingInvalid with the place of the first mistake."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
        mapping = msgspec.convert(plain, type=ConversionMapping)
    except OSError as error:
        raise MappingInvalid(file=str(path), place="-", reason=str(error.strerror)) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingInvalid(file=path.name, place="-", reason=str(error)) from None
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        place = place.strip("`.") or "the whole file"
        raise MappingInvalid(file=path.name, place=place, reason=reason) from None
    for place, reason in _mistakes(mapping):
        raise MappingInvalid(file=path.name, place=place, reason=reason)
    return mapping


def columns_of(part: Mapping[str, str | int | bool] | Iterable[str]) -> set[str]:
    """The columns that templates name."""
    texts = part.values() if isinstance(part, Mapping) else part
    return {
        name
        for text in texts
        if isinstance(text, str) and not text.startswith("@")
        for _, name, _, _ in Formatter().parse(text)
        if name is not None
    }


def filled(
    fields: Mapping[str, str | int | bool], *, row: Mapping[str, str], known: Mapping[str, Any]
) -> dict[str, Any]:
    """The plain fields of a command: templates over `row`, references out of `known`."""
    return {
        field: value
        if not isinstance(value, str)
        else known[value]
        if value.startswith("@")
        else value.format_map(row)
        for field, value in fields.items()
    }


def _mistakes(mapping: ConversionMapping) -> Iterable[tuple[str, str]]:
    """Each mistake that the shape alone does not show, as (place, reason)."""
    try:
        currency(mapping.bank.base_currency)
    except Refusal as refusal:
        yield "bank.base_currency", refusal.text.en
        return
    for place, amount in (
        ("cash.supply_step", mapping.cash.supply_step),
        ("transactions.shown_to", mapping.transactions.shown_to),
    ):
        try:
            parsed = Money.parse(amount, mapping.bank.base_currency)
        except Refusal as refusal:
            yield place, refusal.text.en
            return
        if place == "cash.supply_step" and not parsed:
            yield place, "a step of zero supplies nothing"
    for place, call, references in mapping.calls():
        yield from _mistakes_of_call(place, call, references)
    yield from _mistakes_of_templates(mapping)
    yield from _mistakes_of_products(mapping)
    yield from _mistakes_of_directions(mapping.transactions)


def _mistakes_of_call(
    place: str, call: Call, references: frozenset[str]
) -> Iterable[tuple[str, str]]:
    if call.operation not in OPERATIONS:
        yield f"{place}.operation", f"there is no operation {call.operation!r}"
        return
    command: type[Command] = OPERATIONS[call.operation].command
    declared = {field.name: field for field in msgspec.structs.fields(command)}
    for name, value in call.fields.items():
        if name not in declared:
            yield f"{place}.fields.{name}", f"{call.operation} has no field {name!r}"
        if isinstance(value, str) and value.startswith("@") and value not in references:
            known = ", ".join(sorted(references))
            yield f"{place}.fields.{name}", f"{value!r} is not known here, only {known}"
    missing = [name for name, field in declared.items() if field.required]
    for name in missing:
        if name not in call.fields:
            yield f"{place}.fields", f"{call.operation} needs the field {name!r}"


def _mistakes_of_templates(mapping: ConversionMapping) -> Iterable[tuple[str, str]]:
    branches = mapping.branches
    templates = {
        "branches.code": branches.code,
        "branches.name_uk": branches.name_uk,
        "branches.name_en": branches.name_en,
        "cash.vault": mapping.cash.vault,
        "cash.position": mapping.cash.position,
    }
    for place, call, _ in mapping.calls():
        templates |= {
            f"{place}.fields.{name}": value
            for name, value in call.fields.items()
            if isinstance(value, str) and not value.startswith("@")
        }
    for place, template in templates.items():
        try:
            names = columns_of([template])
            # "{a.b}" and "{a[0]}" would reach into Python's objects, "{}" names no column.
            if any(not name or "." in name or "[" in name for name in names):
                yield place, f"{template!r} may only name columns"
            else:
                template.format_map(dict.fromkeys(names, ""))
        except ValueError as error:
            yield place, f"{template!r} is no template: {error}"


def _mistakes_of_products(mapping: ConversionMapping) -> Iterable[tuple[str, str]]:
    for code in mapping.products:
        for part, make in (
            ("create", mapping.new_product),
            ("version", mapping.first_version),
        ):
            try:
                make(code)
            except MalformedCommand as refusal:
                pointer = refusal.data["pointer"].strip("/").replace("/", ".")
                yield f"products.{code}.{part}.{pointer}".rstrip("."), refusal.data["reason"]
            except Refusal as refusal:
                yield f"products.{code}.{part}", refusal.text.en
    for value, code in mapping.accounts.product.values.items():
        if code not in mapping.products:
            yield f"accounts.product.values.{value}", f"there is no product {code!r}"


def _mistakes_of_directions(part: TransactionsPart) -> Iterable[tuple[str, str]]:
    both = set(part.direction.credit) & set(part.direction.debit)
    if both:
        yield "transactions.direction", f"{sorted(both)} stand for credit and debit"
    names = [rule.name for rule in part.rules]
    for name in names:
        if names.count(name) > 1:
            yield "transactions.rules", f"two rules are named {name!r}"
            return
