"""The first steps of a new bank, before anybody can sign in.

Only what cannot be an operation is written directly, as the owner of the tables: the system user,
and the role that installs, which it holds on the first booking date alone. Everything else goes
through the door.
"""

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
from auditlog.context import disable_auditlog
from django.conf import settings
from django.contrib.auth.hashers import make_password

from apps.access.models import Role, RoleHolding, User
from apps.control.door import execute
from apps.control.operations import SetUpBank
from apps.control.run import Actor, Origin
from apps.hr.models import PayRule
from apps.hr.operations.structure import LeaveKindLine, LoadRules, PayRuleLine
from apps.ledger.models import GLAccount
from apps.ledger.operations import ChartLine, LoadChart
from apps.products.models import TaxRate
from apps.products.operations import LoadTaxRates, TaxRateLine

Line = TypeVar("Line")
SYSTEM = "system"
INSTALLATION = (
    "control.set_up_bank",
    "control.manage_branches",
    "control.manage_policies",
    "access.manage_users",
    "access.manage_roles",
    "access.grant_roles",
    "ledger.manage_chart",
    "products.manage",
    "hr.manage_rules",
)
# What the clock needs: the close runs as the system.
CLOCK = (
    "ledger.make_partitions",
    "eod.run_close",
)
APPS = Path(settings.BASE_DIR) / "apps"
CHART = APPS / "ledger" / "data" / "chart_of_accounts.csv"
# Histories of taxes on interest, and rules of pay, by the country whose law they are.
PAY_RULES = {"UA": APPS / "hr" / "data"}
TAX_RATES = {"UA": APPS / "products" / "data" / "tax_rates.csv"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the new bank is; `first_date` is its first booking date."""

    name_uk: str
    name_en: str
    code: str
    base_currency: str
    first_date: dt.date
    country: str = "UA"
    time_zone: str = "Europe/Kyiv"


def install(identity: Identity) -> Actor:
    """Set a new bank up, with its chart of accounts and months; the system as an actor.

    May be repeated after a failure in the middle: every step is done once.
    """
    with disable_auditlog():
        actor = _system(identity.first_date)
    start = identity.first_date
    months = {"start": start, "end": start + dt.timedelta(days=100)}
    for name in CLOCK[:-1]:
        execute(name, months, actor=actor, key=f"install:{name}:{start}")
    execute(
        "control.set_up_bank",
        SetUpBank(
            name_uk=identity.name_uk,
            name_en=identity.name_en,
            code=identity.code,
            base_currency=identity.base_currency,
            first_date=start,
            country=identity.country,
            time_zone=identity.time_zone,
        ),
        actor=actor,
        key="install:bank",
    )
    if not GLAccount.objects.exists():
        chart = LoadChart(lines=_lines(CHART, ChartLine))
        execute("ledger.load_chart", chart, actor=actor, key="install:chart")
    history = TAX_RATES.get(identity.country)
    if history is not None and not TaxRate.objects.exists():
        rates = LoadTaxRates(lines=_lines(history, TaxRateLine))
        execute("products.load_tax_rates", rates, actor=actor, key="install:tax_rates")
    rules = PAY_RULES.get(identity.country)
    if rules is not None and not PayRule.objects.exists():
        execute("hr.load_rules", pay_rules(rules), actor=actor, key="install:pay_rules")
    return actor


def pay_rules(folder: Path) -> LoadRules:
    """Rules of pay and kinds of leave from a country's data files."""
    return LoadRules(
        pay=_typed(folder / "pay_rules.csv", PayRuleLine),
        leave=_typed(folder / "leave_kinds.csv", LeaveKindLine),
    )


def system_actor() -> Actor:
    """The system, for what the clock does by itself."""
    user_id = User.objects.values_list("id", flat=True).get(username=SYSTEM)
    return Actor(user_id=user_id, origin=Origin.CLOCK)


def _system(first_date: dt.date) -> Actor:
    user, _ = User.objects.using("owner").get_or_create(
        username=SYSTEM,
        defaults={
            "full_name": "Skarb",
            "is_machine": True,
            "password": make_password(None),
        },
    )
    for code, permissions, name_uk, name_en, last in (
        ("installation", INSTALLATION, "Встановлення", "Installation", first_date),
        ("clock", CLOCK, "Годинник банку", "The bank's clock", None),
    ):
        role, _ = Role.objects.using("owner").get_or_create(
            code=code,
            defaults={"permissions": list(permissions), "name_uk": name_uk, "name_en": name_en},
        )
        RoleHolding.objects.using("owner").get_or_create(
            user=user, role=role, branch=None, valid_from=first_date, defaults={"valid_to": last}
        )
    return Actor(user_id=user.id, origin=Origin.CONSOLE)


def _typed(path: Path, kind: type[Line]) -> tuple[Line, ...]:
    """The same where empty fields are absent ones, and texts are numbers and truths as well."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            msgspec.convert({name: text for name, text in line.items() if text}, kind, strict=False)
            for line in csv.DictReader(file)
        )


def _lines(path: Path, kind: type[Line]) -> tuple[Line, ...]:
    """The lines of a data file as what an operation takes."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            msgspec.convert({**line, "verify": line["verify"] == "true"}, kind)
            for line in csv.DictReader(file)
        )
