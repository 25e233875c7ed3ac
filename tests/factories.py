"""What tests begin with, made by the same operations that people use, each under a fresh key."""

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from apps.access.models import User
from apps.access.operations import AddUser, DefineRole, GrantRole
from apps.control.commands import Command
from apps.control.door import Outcome, execute
from apps.control.operations import OpenBranch, SetApprovalPolicy
from apps.control.run import Actor, Origin
from apps.kernel import queries
from apps.kernel.models import Branch
from apps.kernel.money import Money
from bank import roles
from bank.installation import Identity, install, system_actor
from tests import probes

FIRST_DATE = dt.date(2026, 1, 5)  # a Monday
BRANCHES = ("001", "002")
# Who works in the installed bank: user name, role, branch (None: the whole bank).
STAFF: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "teller": ("teller", "001"),
        "second_teller": ("teller", "001"),
        "other_teller": ("teller", "002"),
        "supervisor": ("supervisor", "001"),
        "second_supervisor": ("supervisor", "001"),
        "other_supervisor": ("supervisor", "002"),
        "accountant": ("accountant", None),
        "chief_accountant": ("chief_accountant", None),
        "second_chief_accountant": ("chief_accountant", None),
        "operations": ("operations", None),
        "administrator": ("administrator", None),
        "second_administrator": ("administrator", None),
        "product_manager": ("product_manager", None),
        "loan_officer": ("loan_officer", "001"),
        "second_loan_officer": ("loan_officer", "001"),
        "other_loan_officer": ("loan_officer", "002"),
        "credit_manager": ("credit_manager", None),
        "second_credit_manager": ("credit_manager", None),
        "collector": ("collector", "001"),
        "migration": ("migration", None),
        # Holds every permission of tests.probes.
        "prober": ("prober", None),
    }
)
_counter = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Bank:
    """The installed bank: its branches, its first date, its people as actors."""

    branch: int
    other_branch: int
    date: dt.date
    system: Actor
    staff: Mapping[str, Actor]

    def __getattr__(self, name: str) -> Actor:
        """Somebody of STAFF by user name: `bank.teller`."""
        try:
            return self.staff[name]
        except KeyError:
            raise AttributeError(name) from None


def install_bank() -> Bank:
    """Set a bank up with two branches, the standard roles and somebody in each of them."""
    system = install(
        Identity(
            name_uk="Тестовий банк",
            name_en="Test Bank",
            code="300001",
            base_currency="UAH",
            first_date=FIRST_DATE,
        )
    )
    branches = {code: open_branch(code=code, actor=system) for code in BRANCHES}
    roles.define(actor=system)
    define_role(*probes.PERMISSIONS, "control.make_requests", code="prober", actor=system)
    for username, (role, branch) in STAFF.items():
        add_user(
            username=username,
            role=role,
            branch=branches[branch] if branch else None,
            valid_from=FIRST_DATE,
            actor=system,
        )
    return read_bank()


def read_bank() -> Bank:
    """The bank of `install_bank`, read again; four statements."""
    branches = dict(Branch.objects.filter(code__in=BRANCHES).values_list("code", "id"))
    people = dict(User.objects.filter(username__in=STAFF).values_list("username", "id"))
    date = queries.current_date()
    assert date is not None
    return Bank(
        branch=branches["001"],
        other_branch=branches["002"],
        date=date,
        system=system_actor(),
        staff=MappingProxyType({name: as_actor(user) for name, user in people.items()}),
    )


def as_actor(user: int, *, origin: Origin = Origin.SCREEN, client: str = "") -> Actor:
    return Actor(user_id=user, origin=origin, client=client)


def fresh_key() -> str:
    return str(uuid4())


def do(name: str, command: Command | Mapping[str, Any], *, actor: Actor) -> Outcome:
    """`execute` under a fresh key."""
    return execute(name, command, actor=actor, key=fresh_key())


def open_branch(*, actor: Actor, code: str | None = None) -> int:
    """A new branch; its id."""
    code = code or f"T{next(_counter)}"
    done = do(
        "control.open_branch",
        OpenBranch(code=code, name_uk=f"Відділення {code}", name_en=f"Branch {code}"),
        actor=actor,
    )
    branch: int = done.result["branch"]
    return branch


def define_role(*permissions: str, actor: Actor, code: str | None = None) -> str:
    """A role that holds these permissions; its code."""
    code = code or f"role_{next(_counter)}"
    do(
        "access.define_role",
        DefineRole(code=code, name_uk=code, name_en=code, permissions=permissions),
        actor=actor,
    )
    return code


def add_user(
    *,
    actor: Actor,
    role: str | None = None,
    branch: int | None = None,
    username: str | None = None,
    valid_from: dt.date = FIRST_DATE,
    valid_to: dt.date | None = None,
    limit_minor: int | None = None,
) -> Actor:
    """A new person who holds `role` in `branch` (None: the whole bank), as an actor."""
    username = username or f"person{next(_counter)}"
    added = do(
        "access.add_user",
        AddUser(username=username, full_name=username.replace("_", " ").title()),
        actor=actor,
    )
    person = as_actor(added.result["user"])
    if role is not None:
        do(
            "access.grant_role",
            GrantRole(
                user=person.user_id,
                role=role,
                branch=branch,
                valid_from=valid_from,
                valid_to=valid_to,
                limit_minor=limit_minor,
            ),
            actor=actor,
        )
    return person


def set_policy(
    operation: str,
    *,
    role: str,
    actor: Actor,
    from_amount_minor: int = 0,
    checkers: int = 1,
    branch: int | None = None,
    valid_from: dt.date = FIRST_DATE,
) -> int:
    """An approval policy; its id."""
    done = do(
        "control.set_approval_policy",
        SetApprovalPolicy(
            operation=operation,
            role=role,
            valid_from=valid_from,
            from_amount_minor=from_amount_minor,
            checkers=checkers,
            branch=branch,
        ),
        actor=actor,
    )
    policy: int = done.result["policy"]
    return policy


# --- Money, by the probes -----------------------------------------------------------------------


def open_account(bank: Bank, **fields: Any) -> int:
    """A limited customer's account in the first branch (see probes.OpenAccount); its id."""
    given: dict[str, Any] = {"number": f"A{next(_counter)}", "branch": bank.branch} | fields
    command = probes.OpenAccount(**given)
    account: int = do("probe.open_account", command, actor=bank.prober).result["account"]
    return account


def internal_account(bank: Bank, gl_code: str = "1001", **fields: Any) -> int:
    """An account without a limit; its id."""
    return open_account(bank, limited=False, gl_code=gl_code, **fields)


def fund(bank: Bank, account: int, minor: int, *, source: int, currency: str = "UAH") -> None:
    """Credit a customer's account from an internal one."""
    move(bank, source=source, target=account, minor=minor, currency=currency)


def move(
    bank: Bank, *, source: int, target: int, minor: int, currency: str = "UAH", **fields: Any
) -> Outcome:
    """Debit `source` and credit `target`."""
    command = probes.Move(
        branch=bank.branch, source=source, target=target, amount=Money(minor, currency), **fields
    )
    return do("probe.move", command, actor=bank.prober)
