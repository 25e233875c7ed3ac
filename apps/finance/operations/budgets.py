"""Budgets: a draft is begun, its lines are set, and it is adopted once another person agrees."""

import hashlib
from collections import Counter
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, operation
from apps.control.errors import NotFound
from apps.control.run import Run
from apps.finance import budgeting
from apps.finance.errors import BudgetAdopted, BudgetEmpty, NotPlanned, PlannedTwice, UnknownBranch
from apps.finance.models import Budget, BudgetLine
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.ledger.errors import UnknownGLAccount

MONTHS = 12
MAX_ROWS = 2_000
# What is planned: on other accounts a budget says nothing.
PLANNED_KINDS = frozenset({"income", "expense"})
MANAGE = "finance.manage_budgets"


class BeginBudget(Command):
    """`like` is an earlier version whose lines the draft begins with."""

    year: Annotated[int, Meta(ge=2000, le=2999)]
    name: Annotated[str, Meta(min_length=3, max_length=100)]
    like: int | None = None


class BudgetBegun(Struct, frozen=True):
    budget: int
    version: int


@operation(
    "finance.begin_budget",
    permission=MANAGE,
    scope=WHOLE_BANK,
    sentence=Text(uk="Розпочато чернетку бюджету", en="A draft of a budget was begun"),
)
def begin_budget(*, cmd: BeginBudget, run: Run) -> BudgetBegun:
    """Begin the next version of a year's budget. Raises NotFound for an unknown `like`."""
    if cmd.like is not None and not Budget.objects.filter(id=cmd.like).exists():
        raise NotFound
    draft = Budget.objects.create(
        year=cmd.year,
        version=budgeting.next_version(cmd.year),
        name=cmd.name,
        state=Budget.State.DRAFT,
        begun_on=run.date,
        begun_by_id=run.actor.user_id,
    )
    if cmd.like is not None:
        BudgetLine.objects.bulk_create(
            BudgetLine(
                budget=draft,
                gl_account_id=line.gl_account_id,
                branch_id=line.branch_id,
                centre=line.centre,
                month=line.month,
                amount_minor=line.amount_minor,
            )
            for line in BudgetLine.objects.filter(budget=cmd.like).order_by("id")
        )
    return BudgetBegun(draft.id, draft.version)


class BudgetRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A year of a GL account in a branch, by its code, and a cost centre.

    `amounts` are of January to December, in the base currency as text such as `1200.50`; zeros all
    take the row away.
    """

    gl_code: Annotated[str, Meta(pattern=r"^[0-9]{4,12}\Z")]
    branch: Annotated[str, Meta(min_length=1, max_length=12)]
    amounts: Annotated[
        tuple[Annotated[str, Meta(max_length=24)], ...], Meta(min_length=MONTHS, max_length=MONTHS)
    ]
    centre: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._]{0,12}\Z")] = ""

    @property
    def place(self) -> tuple[str, str, str]:
        return self.gl_code, self.branch, self.centre


class SetBudgetRows(Command):
    """Rows of a draft, in place of its earlier ones of the same accounts; `only`, of all others."""

    budget: int
    rows: Annotated[tuple[BudgetRow, ...], Meta(min_length=1, max_length=MAX_ROWS)]
    only: bool = False


class BudgetRowsSet(Struct, frozen=True):
    rows: int


@operation(
    "finance.set_budget_rows",
    permission=MANAGE,
    scope=WHOLE_BANK,
    sentence=Text(uk="Заповнено рядки бюджету", en="Rows of a budget were set"),
)
def set_budget_rows(*, cmd: SetBudgetRows, run: Run) -> BudgetRowsSet:
    """Write rows of a draft.

    Raises NotFound, BudgetAdopted, PlannedTwice, UnknownGLAccount, NotPlanned, UnknownBranch, and
    what Money.parse raises.
    """
    draft = _locked(cmd.budget)
    places = [row.place for row in cmd.rows]
    twice, times = Counter(places).most_common(1)[0]
    if times > 1:
        raise PlannedTwice(gl_code=twice[0], branch=twice[1], centre=twice[2] or "—")
    gl = budgeting.gl_accounts(codes={row.gl_code for row in cmd.rows})
    branches = budgeting.branches()
    base = bank().base_currency
    lines = []
    for row in cmd.rows:
        if row.gl_code not in gl:
            raise UnknownGLAccount(code=row.gl_code)
        if gl[row.gl_code].kind not in PLANNED_KINDS:
            raise NotPlanned(code=row.gl_code)
        if row.branch not in branches:
            raise UnknownBranch(branch=row.branch)
        for month, text in enumerate(row.amounts, 1):
            if minor := Money.parse(text, base).minor:
                lines.append(
                    BudgetLine(
                        budget=draft,
                        gl_account_id=gl[row.gl_code].id,
                        branch_id=branches[row.branch],
                        centre=row.centre,
                        month=month,
                        amount_minor=minor,
                    )
                )
    if cmd.only:
        BudgetLine.objects.filter(budget=draft).delete()
    else:
        of = [(gl[code].id, branches[branch], centre) for code, branch, centre in places]
        BudgetLine.objects.filter(id__in=budgeting.places_of(draft.id, of)).delete()
    BudgetLine.objects.bulk_create(lines)
    return BudgetRowsSet(len(cmd.rows))


class AdoptBudget(Command):
    budget: int


@operation(
    "finance.adopt_budget",
    permission=MANAGE,
    scope=WHOLE_BANK,
    sentence=Text(uk="Затверджено бюджет", en="A budget was adopted"),
    four_eyes=True,
)
def adopt_budget(*, cmd: AdoptBudget, run: Run) -> None:
    """Put a draft into force as the newest version of its year, once another person agrees.

    The other agrees to these very lines: a draft that was changed meanwhile is asked for anew.
    Raises NotFound, BudgetAdopted, BudgetEmpty.
    """
    draft = _locked(cmd.budget)
    rows = budgeting.rows(draft.id)
    if not rows:
        raise BudgetEmpty
    draft.state = Budget.State.ADOPTED
    draft.adopted_on, draft.adopted_run_id = run.date, run.id
    draft.save(update_fields=["state", "adopted_on", "adopted_run_id"])
    plain = [[row.gl_code, row.branch, row.centre, row.minors] for row in rows]
    run.rules |= {
        "year": draft.year,
        "version": draft.version,
        "rows": len(rows),
        "income_minor": sum(row.total_minor for row in rows if row.kind == "income"),
        "expense_minor": sum(row.total_minor for row in rows if row.kind == "expense"),
        "digest": hashlib.sha256(msgspec.json.encode(plain)).hexdigest(),
    }


def _locked(budget: int) -> Budget:
    """A draft, against others who change or adopt it. Raises NotFound, BudgetAdopted."""
    found = Budget.objects.select_for_update().filter(id=budget).first()
    if found is None:
        raise NotFound
    if found.state != Budget.State.DRAFT:
        raise BudgetAdopted(budget=f"{found.year}/{found.version}")
    return found
