"""The founding of the demo's bank: branches, staff, products, tills, customers and their accounts.

Every step has a key of its own that never changes, so that a founding which was cut short is
finished by the next run and nothing is founded twice. Branches welcome their customers side by
side, each its own in their order.
"""

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from apps.access.models import User
from apps.cash.models import Till
from apps.control.door import execute
from apps.control.models import Approval
from apps.control.run import Actor, Origin
from apps.kernel.models import Bank, Branch
from apps.kernel.text import Text
from apps.ledger.models import Account
from bank import roles
from bank.demo import planning
from bank.demo.lanes import Lanes
from bank.demo.people import Person, people
from bank.installation import Identity, install

# The date on which visitors find the bank: a Wednesday, behind the close of a month and a quarter,
# whose interest the last close has paid. So many dates as are lived lie before it.
VISITED_ON = dt.date(2026, 4, 1)
DAYS = 42
IDENTITY = Identity(
    name_uk="Банк «Калина»",
    name_en="Kalyna Bank",
    code="399991",
    base_currency="UAH",
    first_date=VISITED_ON - dt.timedelta(days=DAYS),
)
SEED = 2026
# From here on a withdrawal in cash needs the supervisor, in minor units of the hryvnia.
LARGE_WITHDRAWAL_MINOR = 5_000_000
CAPITAL = "200000000.00"
VAULT = "20000000.00"
TELLERS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A branch of the demo; `slug` is the beginning of its people's user names."""

    code: str
    slug: str
    name: Text


PLACES = (
    Place("001", "kyiv", Text(uk="Київ, Хрещатик", en="Kyiv, Khreshchatyk")),
    Place("002", "lviv", Text(uk="Львів, площа Ринок", en="Lviv, Rynok Square")),
    Place("003", "odesa", Text(uk="Одеса, Дерибасівська", en="Odesa, Derybasivska")),
)
AT_COUNTERS = ("teller", "supervisor")
# Everybody else has one holder, named after the role, for the whole bank.
HEAD_OFFICE = tuple(role for role in roles.ROLES if role not in AT_COUNTERS)
DEPUTY = "administrator2"
# What the bank's shop on the internet may do by the API: a machine user with a role of its own.
MACHINE = "shop"
_MACHINE_ROLE = "integration"
MACHINE_PERMISSIONS = (
    "accounts.view",
    "control.make_requests",
    "customers.view",
    "ledger.view",
    "payments.transfer",
)


@dataclass(frozen=True, slots=True)
class _Product:
    code: str
    kind: str
    name: Text
    currency: str
    # Annual rates in percent, by the days after the founding from which they hold.
    rates: tuple[tuple[int, str], ...]


PRODUCTS = (
    _Product("CURRENT", "current", Text(uk="Поточний", en="Current"), "UAH", ((0, "0"),)),
    _Product(
        "EURO", "current", Text(uk="Поточний у євро", en="Current, euros"), "EUR", ((0, "0"),)
    ),
    # Dearer from the sixth day on, by a version that is known beforehand.
    _Product("SAVINGS", "savings", Text(uk="Ощадний", en="Savings"), "UAH", ((0, "9"), (5, "9.5"))),
)


def founded() -> bool:
    """Is the demo's bank there, whole? Raises RuntimeError where another bank is."""
    bank = Bank.objects.filter(id=1).first()
    if bank is None:
        return False
    if (bank.code, bank.name_uk) != (IDENTITY.code, IDENTITY.name_uk):
        raise RuntimeError(f"{bank.name_en} is in this database, and the demo would work in it")
    # Tills are what is made last.
    return Till.objects.filter(kind=Till.Kind.COUNTER).count() == TELLERS * len(PLACES)


def found(*, customers: int, first_date: dt.date, seed: int, lanes: Lanes) -> None:
    """Found the bank on its first date, with so many customers."""
    system = install(replace(IDENTITY, first_date=first_date))
    founder = _Founder(system, first_date)
    branches = {
        place.code: founder.do(
            "control.open_branch",
            {"code": place.code, "name_uk": place.name.uk, "name_en": place.name.en},
            key=f"branch:{place.code}",
        )["branch"]
        for place in PLACES
    }
    roles.define(actor=system)
    staff = founder.hire(branches, seed=seed)
    founder.do(
        "control.set_approval_policy",
        {
            "operation": "cash.withdraw",
            "role": "supervisor",
            "from_amount_minor": LARGE_WITHDRAWAL_MINOR,
            "valid_from": first_date,
        },
        key="policy:cash.withdraw",
    )
    for product in PRODUCTS:
        _offer(founder, product, by=staff["product_manager"])
    _open_accounts_of_the_bank(founder, branches[PLACES[0].code], by=staff["accountant"])
    _pay_the_capital_in(founder, branches[PLACES[0].code], staff)
    _plan_the_year(founder, branches[PLACES[0].code], staff)

    lanes.each(partial(_welcome_all, customers=customers, seed=seed, founder=founder))
    for place in PLACES:
        _furnish(founder, place, branches[place.code], by=staff[f"{place.slug}.supervisor"])


class _Founder:
    """Does each step once, as the system or as somebody of the staff."""

    def __init__(self, system: Actor, first_date: dt.date) -> None:
        self.system = system
        self.first_date = first_date

    def do(
        self, name: str, fields: Mapping[str, Any], *, key: str, by: Actor | None = None
    ) -> dict[str, Any]:
        outcome = execute(name, fields, actor=by or self.system, key=f"demo:{key}")
        result: dict[str, Any] = outcome.result or {}
        return result

    def hire(self, branches: Mapping[str, int], *, seed: int) -> dict[str, Actor]:
        """The head office, each branch's supervisor and tellers, and the machine, by user name."""
        posts: list[tuple[str, str, int | None]] = [(role, role, None) for role in HEAD_OFFICE]
        for place in PLACES:
            branch = branches[place.code]
            posts.append((f"{place.slug}.supervisor", "supervisor", branch))
            posts += [
                (f"{place.slug}.teller{number}", "teller", branch)
                for number in range(1, TELLERS + 1)
            ]
        # With whom the administrator's work has a second pair of eyes, from the second date on.
        posts.append((DEPUTY, "administrator", None))
        # Of another seed than the customers: nobody of the staff is a customer by chance.
        found = {
            username: self._hire(
                username, role, branch, full_name=f"{person.first_name} {person.last_name}"
            )
            for (username, role, branch), person in zip(posts, people(seed=seed + 1), strict=False)
        }
        self.do(
            "access.define_role",
            {
                "code": _MACHINE_ROLE,
                "name_uk": "Інтернет-крамниця",
                "name_en": "Shop on the internet",
                "permissions": MACHINE_PERMISSIONS,
            },
            key=f"role:{_MACHINE_ROLE}",
        )
        self._hire(MACHINE, _MACHINE_ROLE, None, full_name="Крамниця «Калина»", is_machine=True)
        return found

    def _hire(
        self, username: str, role: str, branch: int | None, *, full_name: str, **more: Any
    ) -> Actor:
        user = self.do(
            "access.add_user",
            {"username": username, "full_name": full_name, **more},
            key=f"user:{username}",
        )["user"]
        self.do(
            "access.grant_role",
            {"user": user, "role": role, "branch": branch, "valid_from": self.first_date},
            key=f"holding:{username}",
        )
        return Actor(user_id=user, origin=Origin.SCREEN)


def _offer(founder: _Founder, product: _Product, *, by: Actor) -> None:
    founder.do(
        "products.create_product",
        {
            "code": product.code,
            "kind": product.kind,
            "name_uk": product.name.uk,
            "name_en": product.name.en,
            "currency": product.currency,
        },
        key=f"product:{product.code}",
        by=by,
    )
    for days, rate in product.rates:
        founder.do(
            "products.add_version",
            {
                "product": product.code,
                "valid_from": founder.first_date + dt.timedelta(days=days),
                "annual_rate": Decimal(rate),
                "capitalisation": "monthly" if Decimal(rate) else "none",
            },
            key=f"version:{product.code}:{days}",
            by=by,
        )


def _open_accounts_of_the_bank(founder: _Founder, branch: int, *, by: Actor) -> None:
    """Internal accounts on which the accountant books by hand."""
    for gl_code in ("1200", "5000", "7431", "7432", "3619"):
        founder.do(
            "finance.open_internal_account",
            {"branch": branch, "gl_code": gl_code, "currency": IDENTITY.base_currency},
            key=f"internal:{gl_code}",
            by=by,
        )


def _pay_the_capital_in(founder: _Founder, branch: int, staff: Mapping[str, Actor]) -> None:
    """The first entry by hand: the share capital, to which the chief accountant agrees."""
    amount = {"amount": CAPITAL, "currency": IDENTITY.base_currency}
    entry = {
        "branch": branch,
        "legs": [
            {"account": internal_account("1200"), "side": "debit", "amount": amount},
            {"account": internal_account("5000"), "side": "credit", "amount": amount},
        ],
        "narrative": "Внесено зареєстрований статутний капітал",
    }
    parked = execute(
        "finance.book_manual_entry", entry, actor=staff["accountant"], key="demo:capital"
    )
    # A founding that was cut short may find it agreed to already.
    if parked.outcome == "parked":
        assert parked.approval_id is not None, "what is parked waits for an approval"
        approval = Approval.objects.get(id=parked.approval_id)
        founder.do(
            "control.approve",
            {"approval": approval.id, "meaning": approval.meaning_hash},
            key="capital:agreed",
            by=staff["chief_accountant"],
        )


def _plan_the_year(founder: _Founder, branch: int, staff: Mapping[str, Actor]) -> None:
    """The budget of the year, to which the head of finance agrees, and accounts for costs of IT."""
    by = staff["accountant"]
    for fields in planning.accounts(branch):
        founder.do("finance.open_internal_account", fields, key=f"internal:{fields['part']}", by=by)
    year = founder.first_date.year
    begun = {"year": year, "name": f"Бюджет {year} року"}
    budget = founder.do("finance.begin_budget", begun, key="budget", by=by)["budget"]
    rows = planning.rows([place.code for place in PLACES])
    fields = {"budget": budget, "rows": rows}
    founder.do("finance.set_budget_rows", fields, key="budget:rows", by=by)
    founder.do("finance.adopt_budget", {"budget": budget}, key="budget:adopt", by=by)
    # A founding that was cut short may find it agreed to already.
    waiting = Approval.objects.filter(operation="finance.adopt_budget", state="waiting").first()
    if waiting is not None:
        founder.do(
            "control.approve",
            {"approval": waiting.id, "meaning": waiting.meaning_hash},
            key="budget:agreed",
            by=staff["finance_head"],
        )


def _welcome_all(place: int, *, customers: int, seed: int, founder: "_Founder") -> None:
    """Every customer of a branch, in their order; the branches take turns at whom they get."""
    branch = Branch.objects.values_list("id", flat=True).get(code=PLACES[place].code)
    teller = User.objects.values_list("id", flat=True).get(username=f"{PLACES[place].slug}.teller1")
    by = Actor(user_id=teller, origin=Origin.SCREEN)
    for number, person in enumerate(itertools.islice(people(seed=seed), customers)):
        if number % len(PLACES) == place:
            _welcome(founder, number, person, branch, by=by)


def _welcome(founder: _Founder, number: int, person: Person, branch: int, *, by: Actor) -> None:
    """A customer with a current account; most save as well, a few keep euros."""
    customer = founder.do(
        "customers.register_person",
        {
            "branch": branch,
            "last_name": person.last_name,
            "first_name": person.first_name,
            "patronymic": person.patronymic,
            "birth_date": person.birth_date,
            "tax_number": person.tax_number,
            "phone": person.phone,
        },
        key=f"customer:{number}",
        by=by,
    )["customer"]
    products = ["CURRENT"]
    if number % 5 < 3:
        products.append("SAVINGS")
    if number % 15 == 0:
        products.append("EURO")
    for product in products:
        founder.do(
            "accounts.open_deposit",
            {"customer": customer, "product": product, "branch": branch},
            key=f"deposit:{number}:{product}",
            by=by,
        )


def _furnish(founder: _Founder, place: Place, branch: int, *, by: Actor) -> None:
    """A vault with cash from the central bank, and an empty till for each teller."""
    names = {"vault": ["Сховище"], "counter": [f"Каса {n}" for n in range(1, TELLERS + 1)]}
    for kind, till_names in names.items():
        for name in till_names:
            till = founder.do(
                "cash.create_till",
                {
                    "branch": branch,
                    "currency": IDENTITY.base_currency,
                    "kind": kind,
                    "name": f"{name}, {place.name.uk.split(',')[0]}",
                },
                key=f"till:{place.code}:{name}",
                by=by,
            )["till"]
            if kind == "vault":
                founder.do(
                    "cash.supply_vault",
                    {"till": till, "amount": {"amount": VAULT, "currency": IDENTITY.base_currency}},
                    key=f"supply:{place.code}",
                    by=by,
                )


def internal_account(gl_code: str) -> str:
    """The number of the bank's own account that the accountant books on."""
    number: str = (
        Account.objects.filter(gl_account__code=gl_code, branch__code=PLACES[0].code, limited=False)
        .values_list("number", flat=True)
        .get()
    )
    return number
