"""Whatever is sent to whichever operation is done, parked or refused: nothing else comes of it.

The values are of the right types more often than not, so that they pass the decoder and meet the
body, the constraints and the book; what they name exists in the bank, or does not. Each command is
sent twice at times, as people do.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import Enum, EnumMeta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from apps.access.operations import declared_permissions
from apps.control.commands import Secret
from apps.control.declarations import STEPS, Operation
from apps.control.door import execute, preview
from apps.control.errors import ConstraintBroken
from apps.control.models import OperationRun
from apps.control.run import Actor
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from bank.reference import operations_of_the_house
from tests import probes
from tests.cash import desk
from tests.factories import Bank, add_user, define_role, do, fresh_key
from tests.hr import office
from tests.rewinding import rewound

OPERATIONS = operations_of_the_house()
# Of each operation, the same ones in each run, so that nothing fails by chance. With more of them
# this is a search, for whoever changes the door.
EXAMPLES = 12

Known = Mapping[str, Sequence[Any]]

WHOLE = st.sampled_from([1, 0, -1, 100, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**70])
TEXTS = st.sampled_from(
    ["", "x", "ab", "001", "1001", "2620", "UAH", "XXX", "teller", "кошти", "й" * 300, "a\x00b",
     "\ud800", "\u202eабв", "-" * 5_000, "' OR 1=1 --", "{pointer}", "2026-01-05", "UTC", "/etc"]
)  # fmt: skip
DATES = st.sampled_from(
    ["2026-01-05", "2026-01-04", "2026-01-06", "0001-01-01", "9999-12-31", "1800-02-28",
     "2024-02-29", "2000-02-29"]
)  # fmt: skip
DECIMALS = st.sampled_from(
    ["0", "1", "18", "14.5", "-1", "NaN", "Infinity", "-0", "1E+2", "1e-30", "9" * 40, "100.00001"]
)
AMOUNTS = st.sampled_from(
    ["1.00", "5.00", "0.01", "0", "-1.00", "9999999999999.99", "92233720368547758.07", "9" * 20,
     "1.001", "1_000", "١٢٣", ""]
)  # fmt: skip
# What an id in a field of this name is the id of.
TABLES = {
    "approval": ["control_approval"],
    "absence": ["hr_absence"],
    "branch": ["kernel_branch"],
    "customer": ["customers_customer"],
    "deposit": ["accounts_deposit"],
    "employee": ["hr_employee"],
    "employees": ["hr_employee"],
    "entry": ["ledger_entry"],
    "hold": ["ledger_hold"],
    "item": ["hr_payitem"],
    "holding": ["access_roleholding"],
    "key": ["access_apikey"],
    "order": ["hr_deductionorder"],
    "parent": ["kernel_branch", "hr_unit"],
    "payroll": ["hr_payroll"],
    "position": ["hr_position"],
    "replaces": ["access_apikey"],
    "session": ["cash_session"],
    "source": ["accounts_deposit", "cash_till"],
    "target": ["accounts_deposit", "cash_till"],
    "till": ["cash_till"],
    "unit": ["hr_unit"],
    "user": ["access_user"],
}


def values(kind: inspect.Type, name: str, known: Known) -> st.SearchStrategy[Any]:
    """Values for a field, as JSON has them: fitting ones and such as just do not fit."""
    match kind:
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=least, le=most):
            return _or_known(st.one_of(st.integers(least, most), WHOLE), name, known)
        case inspect.StrType(pattern=pattern) if pattern:
            fitting = st.from_regex(pattern.replace(r"\Z", ""), fullmatch=True)
            return _or_known(st.one_of(fitting, fitting, TEXTS), name, known)
        case inspect.StrType(min_length=least, max_length=most):
            fitting = st.text(min_size=least or 0, max_size=min(most or 40, 40))
            return _or_known(st.one_of(fitting, TEXTS), name, known)
        case inspect.DateType():
            return DATES
        case inspect.DecimalType():
            return DECIMALS
        case inspect.DateTimeType():
            return DATES.map(lambda date: f"{date}T12:00:00+02:00")
        case inspect.NoneType():
            return st.none()
        case inspect.LiteralType(values=offered):
            return st.sampled_from([*offered, "none of these"])
        case inspect.EnumType(cls=cls) | inspect.CustomType(cls=EnumMeta() as cls):
            members: list[Enum] = list(cls)
            return st.sampled_from([*(one.value for one in members), "none of these"])
        case inspect.UnionType(types=types):
            return st.one_of([values(one, name, known) for one in types])
        case inspect.CustomType(cls=cls) if cls is Money:
            return st.fixed_dictionaries(
                {"amount": AMOUNTS, "currency": st.sampled_from(["UAH", "UAH", "EUR", "JPY", "x"])}
            )
        case inspect.CustomType(cls=cls) if cls is Secret:
            return TEXTS
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            one = values(item, name, known)
            return st.one_of(st.lists(one, max_size=3), one.map(lambda same: [same, same]))
        case inspect.StructType(fields=fields):
            return of_fields(fields, known)
    raise AssertionError(f"values of {kind} are not known here")


def _or_known(others: st.SearchStrategy[Any], name: str, known: Known) -> st.SearchStrategy[Any]:
    """Rather what exists under the field's name than anything else."""
    if name not in known:
        return others
    existing = st.sampled_from(known[name])
    return st.one_of(existing, existing, others)


def of_fields(fields: Sequence[inspect.Field], known: Known) -> st.SearchStrategy[dict[str, Any]]:
    needed = {
        one.encode_name: values(one.type, one.encode_name, known) for one in fields if one.required
    }
    free = {
        one.encode_name: values(one.type, one.encode_name, known)
        for one in fields
        if not one.required
    }
    return st.fixed_dictionaries(needed, optional=free)


def commands(operation: Operation, known: Known) -> st.SearchStrategy[dict[str, Any]]:
    kind = inspect.type_info(operation.command)
    assert isinstance(kind, inspect.StructType)
    return of_fields(kind.fields, known)


@pytest.fixture
def almighty(bank: Bank) -> Actor:
    """Somebody who may do everything in the house in the whole bank, and may close dates."""
    rights = sorted({*declared_permissions() - set(probes.PERMISSIONS), probes.CLOSE})
    role = define_role(*rights, actor=bank.administrator, code="almighty")
    person = add_user(actor=bank.administrator, role=role, valid_from=bank.date)
    checks = {"user": person.user_id, "role": "chief_accountant", "valid_from": bank.date}
    do("access.grant_role", checks, actor=bank.administrator)
    return person


@pytest.fixture
def known(bank: Bank, almighty: Actor) -> Known:
    """A bank in which one of each thing exists, and what it is called there."""
    first, second = desk.deposit(bank, minor=100_000), desk.deposit(bank)
    do("accounts.authorise_person", _of(second.id, customer=_newest("customers_customer") - 1),
       actor=bank.supervisor)  # fmt: skip
    hold = _of(first.id, amount=desk.amount(500), reason="Арешт")
    do("accounts.place_hold", hold, actor=bank.supervisor)
    at = desk.staff_a_till(bank, teller=almighty)
    desk.till(bank, "position")
    do("cash.deposit", desk.over_the_counter(at, first, 1_000), actor=almighty)
    _staff_and_pay(bank)
    numbers = [
        do("finance.open_internal_account",
           {"branch": bank.branch, "gl_code": code, "currency": "UAH"},
           actor=bank.accountant).result["number"]
        for code in ("1001", "6399")
    ]  # fmt: skip
    legs = [
        {"account": number, "side": side, "amount": desk.amount(700)}
        for number, side in zip(numbers, ("debit", "credit"), strict=True)
    ]
    entry = {"branch": bank.branch, "legs": legs, "narrative": "Вручну"}
    do("finance.book_manual_entry", entry, actor=bank.accountant)
    return {
        **{
            field: sorted({id_ for table in tables for id_ in _ids(table)} or {1})
            for field, tables in TABLES.items()
        },
        "account": numbers,
        "birth_date": ["1990-05-17"],
        "currency": ["UAH", "EUR", "JPY"],
        "first_name": ["Оксана"],
        "gl_code": ["1001", "2620", "6399"],
        "kind": ["annual", "bonus", "voluntary", "unpaid"],
        "month": ["2026-01-01", "2025-12-01"],
        "last_name": ["Шевченко"],
        "meaning": _column("control_approval", "meaning_hash"),
        "operation": ["payments.transfer", "finance.book_manual_entry"],
        "permissions": ["cash.operate_till", "access.manage_users"],
        "product": _column("products_product", "code"),
        "role": ["almighty", "teller"],
        "step": list(STEPS.names()),
        "scopes": ["cash.operate_till", "access.manage_users"],
        "value_minor": [50_000, 100],
    }


def _staff_and_pay(bank: Bank) -> None:
    """Somebody employed, with a leave, a bonus, a deduction, and a draft of their pay."""
    departments = office.open_office(bank)
    who = {"employee": office.worker(departments).id}
    day = {"first_day": "2026-01-12", "last_day": "2026-01-13", "kind": "annual"}
    do("hr.record_leave", who | day, actor=departments.hr)
    bonus = {"month": bank.date, "kind": "bonus", "pay": "100", "reason": "Наказ"}
    do("hr.add_pay_item", who | bonus, actor=departments.payroll)
    union = {"kind": "voluntary", "recipient": "Профспілка", "valid_from": bank.date}
    do("hr.order_deduction", who | union | {"percent": "1"}, actor=departments.payroll)
    office.pay(departments, through=dt.date(2026, 1, 15))
    office.prepare(departments)


def _of(deposit: int, **fields: Any) -> dict[str, Any]:
    return {"deposit": deposit, **fields}


def _ids(table: str) -> list[int]:
    return _column(table, "id")[-4:]


def _newest(table: str) -> int:
    return _ids(table)[-1]


def _column(table: str, column: str) -> list[Any]:
    return [one for (one,) in sql.rows(f"SELECT {column} FROM {table} ORDER BY id")]


def test_any_command_is_done_parked_or_refused(almighty: Actor, known: Known) -> None:
    for operation in OPERATIONS:
        _attempt(operation, almighty, known)


def _attempt(operation: Operation, actor: Actor, known: Known) -> None:
    @settings(max_examples=EXAMPLES, derandomize=True)
    @given(commands(operation, known), st.booleans(), st.booleans(), st.sampled_from([1, 1, 2]))
    def attempt(command: dict[str, Any], looks_first: bool, date_closes: bool, times: int) -> None:
        with rewound():
            if date_closes:
                do("probe.open_next_date", probes.NextDate(), actor=actor)
                do("eod.start_close", {"ring": False}, actor=actor)
            for _ in range(times):
                before = OperationRun.objects.count()
                refusal = None
                try:
                    if looks_first:
                        preview(operation.name, command, actor=actor)
                    else:
                        execute(operation.name, command, actor=actor, key=fresh_key())
                        # What is checked at the commit, which never comes here.
                        connection.check_constraints()
                except Refusal as error:
                    refusal = error
                assert refusal is None or (refusal.text.uk and refusal.text.en)
                # A constraint that people can meet has a sentence of its own.
                assert not isinstance(refusal, ConstraintBroken), refusal.data
                # Whatever came of it, the journal has it.
                assert OperationRun.objects.count() >= before + 1

    attempt()
