"""Registering customers."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import at_branch, operation
from apps.control.run import Run
from apps.customers import queries, rules
from apps.customers.errors import TaxNumberAndReason, TaxNumberNeedsReason
from apps.customers.models import Customer
from apps.kernel import sql
from apps.kernel.text import Text

Given = Annotated[str, Meta(max_length=200)]


class RegisterPerson(Command):
    """`phone` as people write it; without a tax number a reason is needed."""

    branch: int
    last_name: Given
    birth_date: dt.date
    first_name: Given = ""
    patronymic: Given = ""
    tax_number: Annotated[str, Meta(max_length=20)] | None = None
    no_tax_number_reason: Annotated[str, Meta(max_length=200)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    external_id: Annotated[str, Meta(max_length=60)] = ""


class PersonRegistered(Struct, frozen=True):
    """`namesakes` are customers of the same name and birth date: perhaps the same person."""

    customer: int
    number: str
    namesakes: tuple[int, ...] = ()


@operation(
    "customers.register_person",
    permission="customers.register",
    scope=at_branch(lambda cmd: cmd.branch),
    sentence=Text(uk="Зареєстровано клієнта", en="A customer was registered"),
)
def register_person(*, cmd: RegisterPerson, run: Run) -> PersonRegistered:
    """Register a person once; the same tax number is refused, a namesake is reported."""
    name = {
        "last_name": rules.last_name(cmd.last_name),
        "first_name": rules.name_part(cmd.first_name),
        "patronymic": rules.name_part(cmd.patronymic),
    }
    rules.require_birth_date(cmd.birth_date, run.date)
    tax_number, reason = None, " ".join(cmd.no_tax_number_reason.split())
    if cmd.tax_number:
        tax_number = rules.tax_number(cmd.tax_number, cmd.birth_date)
        if reason:
            raise TaxNumberAndReason
    elif len(reason) < 3:
        raise TaxNumberNeedsReason
    namesakes = queries.namesakes(**name, birth_date=cmd.birth_date)
    running = sql.value("SELECT nextval('customers_number_seq')")
    customer = Customer.objects.create(
        number=f"{running:08d}",
        kind=Customer.Kind.PERSON,
        branch_id=cmd.branch,
        **name,
        birth_date=cmd.birth_date,
        tax_number=tax_number,
        no_tax_number_reason=reason,
        phone=rules.phone(cmd.phone),
        external_id=cmd.external_id.strip(),
        registered_on=run.date,
    )
    return PersonRegistered(customer.id, customer.number, tuple(namesakes))
