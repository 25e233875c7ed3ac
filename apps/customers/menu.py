"""Places of customers, what may be read there, and the search for one."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.control.declarations import READING
from apps.customers import queries
from apps.customers.models import Customer
from apps.kernel.menu import MenuItem, place
from apps.kernel.search import SOURCES, Source
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, NAMES

READING.add("customers.view", Text(uk="Переглядати клієнтів", en="Look at customers"))

place(
    MenuItem(
        url="customers:list",
        label=Text(uk="Клієнти", en="Customers"),
        icon="users-round",
        permission="customers.view",
        order=20,
        shortcut="KeyC",
    )
)
place(
    MenuItem(
        url="customers:register",
        label=Text(uk="Новий клієнт", en="New customer"),
        icon="user-round-plus",
        permission="customers.register",
        order=21,
        hidden=True,
    )
)


def find(request: HttpRequest, spellings: list[str], limit: int) -> list[queries.Found]:
    """Customers whom this person may see: as typed, or else as the other layout would have it."""
    where = request.rights.branches("customers.view")  # type: ignore[attr-defined]
    for spelling in spellings:
        found = queries.search(spelling, branches=where, limit=limit)
        if found:
            return found
    return []


def _items(request: HttpRequest, spellings: list[str], limit: int) -> list[dict[str, Any]]:
    return [
        {
            "address": reverse("customers:customer", args=[one.id]),
            "label": f"{one.last_name} {one.first_name} {one.patronymic}".strip(),
            "icon": "user-round",
            "more": one.number,
        }
        for one in find(request, spellings, limit)
    ]


SOURCES.add("customers", Source(Text(uk="Клієнти", en="Customers"), _items))

for name, label in {
    "customer": Text(uk="клієнт", en="customer"),
    "last_name": Text(uk="прізвище", en="last name"),
    "first_name": Text(uk="ім’я", en="first name"),
    "patronymic": Text(uk="по батькові", en="patronymic"),
    "birth_date": Text(uk="дата народження", en="date of birth"),
    "tax_number": Text(uk="РНОКПП", en="tax number"),
    "no_tax_number_reason": Text(uk="чому немає РНОКПП", en="why there is no tax number"),
    "phone": Text(uk="телефон", en="phone"),
}.items():
    FIELDS.add(name, label)


def _name(customer: int) -> str:
    found = Customer.objects.filter(id=customer).first()
    return found.full_name if found else ""


NAMES.add("customer", _name)
DEEDS.add("customers.register_person", Text(uk="Новий клієнт", en="New customer"))
