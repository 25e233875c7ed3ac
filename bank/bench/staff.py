"""The bank that every section begins with: installed, with a branch, tellers and a product."""

import datetime as dt
from decimal import Decimal

from apps.access.operations import AddUser, GrantRole
from apps.control.commands import Command
from apps.control.door import execute
from apps.control.operations import OpenBranch
from apps.control.run import Actor
from apps.customers.operations import RegisterPerson
from apps.kernel.ids import uuid7
from apps.products.models import Product, Version
from apps.products.operations import AddVersion, CreateProduct
from bank import roles
from bank.installation import Identity, install

# A week before the end of a month, at which interest is capitalised.
FIRST_DATE = dt.date(2026, 1, 24)
LAST_OF_MONTH = dt.date(2026, 1, 31)
BRANCH = "001"
PRODUCT = "SAVINGS"
CURRENCY = "UAH"
CUSTOMERS = 100
TELLERS = 8
# The largest amount of one operation; the door compares each with it.
LIMIT_MINOR = 10_000_000


def prepare() -> None:
    """Install the bank with its people, all of it by operations."""
    actor = install(
        Identity(
            name_uk="Банк вимірювань",
            name_en="Benchmark Bank",
            code="300001",
            base_currency=CURRENCY,
            first_date=FIRST_DATE,
        )
    )
    roles.define(actor=actor)
    opened = OpenBranch(code=BRANCH, name_uk="Відділення 001", name_en="Branch 001")
    branch = do("control.open_branch", opened, actor)["branch"]
    _hire("manager", ("product_manager", "supervisor"), branch, actor)
    for number in range(TELLERS):
        _hire(teller(number), ("teller",), branch, actor, limit_minor=LIMIT_MINOR)
    _sell(branch)


def teller(number: int) -> str:
    """The user name of a teller."""
    return f"teller{number}"


def staff(username: str) -> Actor:
    """Somebody of the staff as an actor at a screen."""
    from apps.access.models import User
    from apps.control.run import Origin

    user = User.objects.values_list("id", flat=True).get(username=username)
    return Actor(user_id=user, origin=Origin.SCREEN)


def _hire(
    username: str,
    held: tuple[str, ...],
    branch: int,
    actor: Actor,
    *,
    limit_minor: int | None = None,
) -> None:
    user = do("access.add_user", AddUser(username=username, full_name=username.title()), actor)
    for role in held:
        grant = GrantRole(
            user=user["user"],
            role=role,
            valid_from=FIRST_DATE,
            branch=None if role == "product_manager" else branch,
            limit_minor=limit_minor,
        )
        do("access.grant_role", grant, actor)


def _sell(branch: int) -> None:
    """A product that earns interest each day and pays it monthly, and customers to have it."""
    manager = staff("manager")
    product = CreateProduct(
        code=PRODUCT,
        kind=Product.Kind.SAVINGS,
        name_uk="Ощадний",
        name_en="Savings",
        currency=CURRENCY,
    )
    do("products.create_product", product, manager)
    version = AddVersion(
        product=PRODUCT,
        valid_from=FIRST_DATE,
        annual_rate=Decimal("12.5"),
        capitalisation=Version.Capitalisation.MONTHLY,
    )
    do("products.add_version", version, manager)
    for number in range(CUSTOMERS):
        person = RegisterPerson(
            branch=branch,
            last_name="Вимірна",
            birth_date=dt.date(1980, 1, 1) + dt.timedelta(days=number),
            no_tax_number_reason="benchmark",
        )
        do("customers.register_person", person, manager)


def do(name: str, command: Command, actor: Actor) -> dict[str, int]:
    """Do an operation once, whatever was done before; its result as plain values."""
    result: dict[str, int] = execute(name, command, actor=actor, key=f"bench:{uuid7()}").result
    return result or {}
