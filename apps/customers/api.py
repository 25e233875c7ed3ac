"""Customers in the API. What is looked for comes in a body: names and numbers are in no address."""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Tag, does, reads
from apps.control.rest.pages import Page, Slice
from apps.control.rest.parameters import PagedBody
from apps.customers import queries
from apps.customers.models import Customer
from apps.kernel.text import Text

CUSTOMERS = Tag(name="customers", title=Text(uk="Клієнти", en="Customers"))
VIEW = "customers.view"


class CustomerLine(Struct, frozen=True):
    """A customer in a list, by what tells people apart; the rest is told one by one."""

    id: int
    number: str
    last_name: str
    first_name: str
    patronymic: str
    birth_date: dt.date
    branch: int


class Search(PagedBody, frozen=True, kw_only=True):
    """Beginnings of names, a birth date, and a tax number, customer number or phone, in one line.

    An empty text asks for everybody.
    """

    text: Annotated[str, Meta(max_length=100)] = ""


@reads(
    "customers.search",
    permission=VIEW,
    tag=CUSTOMERS,
    summary=Text(uk="Знайти клієнтів", en="Find customers"),
    example={
        "items": [
            {
                "id": 3001,
                "number": "00003001",
                "last_name": "Шевченко",
                "first_name": "Тарас",
                "patronymic": "Григорович",
                "birth_date": "1990-03-09",
                "branch": 1,
            }
        ],
        "next": None,
    },
    sample={"text": "шевч тар 09.03.1990", "limit": 50},
)
def search(ask: Ask, *, body: Search, page: Slice) -> Page[CustomerLine]:
    """Customers of one's branches, in Ukrainian alphabetical order."""
    found = queries.search(
        body.text,
        branches=ask.branches,
        limit=page.limit,
        after=(page.after[0], page.after[1]) if page.after else None,
    )
    following = page.of(found, lambda one: one.place).next
    return Page([_line(one) for one in found], following)


def _line(found: queries.Found) -> CustomerLine:
    return CustomerLine(
        id=found.id,
        number=found.number,
        last_name=found.last_name,
        first_name=found.first_name,
        patronymic=found.patronymic,
        birth_date=found.birth_date,
        branch=found.branch,
    )


class CustomerFull(Struct, frozen=True):
    """A customer; a person without a tax number has the reason. `phone` is E.164 or empty."""

    id: int
    number: str
    kind: Literal["person"]
    branch: int
    last_name: str
    first_name: str
    patronymic: str
    birth_date: dt.date
    tax_number: str | None
    no_tax_number_reason: str
    phone: str
    external_id: str
    registered_on: dt.date


@reads(
    "customers.customer",
    permission=VIEW,
    tag=CUSTOMERS,
    summary=Text(uk="Клієнт", en="A customer"),
    example={
        "id": 3001,
        "number": "00003001",
        "kind": "person",
        "branch": 1,
        "last_name": "Шевченко",
        "first_name": "Тарас",
        "patronymic": "Григорович",
        "birth_date": "1990-03-09",
        "tax_number": "3294012356",
        "no_tax_number_reason": "",
        "phone": "+380501234567",
        "external_id": "",
        "registered_on": "2026-03-02",
    },
)
def customer(ask: Ask, *, customer: int) -> CustomerFull:
    """Everything that is kept of a customer."""
    found = visible(ask, customer)
    return CustomerFull(
        id=found.id,
        number=found.number,
        kind="person",
        branch=found.branch_id,
        last_name=found.last_name,
        first_name=found.first_name,
        patronymic=found.patronymic,
        birth_date=found.birth_date,
        tax_number=found.tax_number,
        no_tax_number_reason=found.no_tax_number_reason,
        phone=found.phone,
        external_id=found.external_id,
        registered_on=found.registered_on,
    )


def visible(ask: Ask, customer: int) -> Customer:
    """A customer of one's branches; one statement. Raises NotFound, also for those elsewhere."""
    found = Customer.objects.filter(id=customer).first()
    if found is None:
        raise NotFound
    ask.require(found.branch_id)
    return found


REGISTER_PERSON = does(
    "customers.register_person",
    tag=CUSTOMERS,
    example={
        "branch": 1,
        "last_name": "Шевченко",
        "first_name": "Тарас",
        "patronymic": "Григорович",
        "birth_date": "1990-03-09",
        "tax_number": "3294012356",
        "phone": "+380501234567",
    },
    gives={"customer": 3001, "number": "00003001", "namesakes": []},
    location="customers/{customer}",
)
