"""Budgets read and written as rows: a year of a GL account in a branch and cost centre.

Amounts are in minor units of the base currency, positive on the side of their account.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a year's budget with its sums."""

    id: int
    year: int
    version: int
    name: str
    state: str
    begun_on: dt.date
    begun_by: str
    adopted_on: dt.date | None
    rows: int
    income_minor: int
    expense_minor: int
    in_force: bool

    @property
    def result_minor(self) -> int:
        return self.income_minor - self.expense_minor


_VERSIONS = """
    SELECT b.id, b.year, b.version, b.name, b.state, b.begun_on, u.full_name, b.adopted_on,
           coalesce(sums.rows, 0), coalesce(sums.income, 0)::bigint,
           coalesce(sums.expense, 0)::bigint,
           b.state = 'adopted' AND NOT EXISTS (
               SELECT FROM finance_budget n WHERE n.year = b.year AND n.state = 'adopted'
                  AND n.version > b.version)
      FROM finance_budget b
      JOIN access_user u ON u.id = b.begun_by_id
      LEFT JOIN LATERAL (
           SELECT count(DISTINCT (l.gl_account_id, l.branch_id, l.centre)) AS rows,
                  sum(l.amount_minor) FILTER (WHERE g.kind = 'income') AS income,
                  sum(l.amount_minor) FILTER (WHERE g.kind = 'expense') AS expense
             FROM finance_budgetline l JOIN ledger_glaccount g ON g.id = l.gl_account_id
            WHERE l.budget_id = b.id) sums ON true"""


def versions(*, before: int | None = None, limit: int = 50) -> list[Version]:
    """Versions of budgets, those begun last first: a page, one statement."""
    found = sql.rows(
        f"""{_VERSIONS} WHERE %(before)s::bigint IS NULL OR b.id < %(before)s::bigint
             ORDER BY b.id DESC LIMIT %(limit)s""",
        {"before": before, "limit": limit},
    )
    return [Version(*line) for line in found]


def version(budget: int) -> Version | None:
    """One version; one statement."""
    found = sql.row(f"{_VERSIONS} WHERE b.id = %(id)s", {"id": budget})
    return Version(*found) if found else None


def next_version(year: int) -> int:
    """The number that the next version of a year has; one statement."""
    found: int = sql.value(
        "SELECT coalesce(max(version), 0) + 1 FROM finance_budget WHERE year = %(year)s",
        {"year": year},
    )
    return found


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A year of a GL account in a branch and cost centre; January first."""

    gl_code: str
    kind: str
    name_uk: str
    name_en: str
    branch: str
    centre: str
    minors: list[int]

    @property
    def total_minor(self) -> int:
        return sum(self.minors)


def rows(budget: int) -> list[PlannedRow]:
    """The rows of a budget, income first, by GL account; one statement."""
    found = sql.rows(
        """SELECT g.code, g.kind, g.name_uk, g.name_en, p.code, l.centre,
                  (SELECT array_agg(coalesce(m.amount_minor, 0) ORDER BY of.month)
                     FROM generate_series(1, 12) AS of (month)
                     LEFT JOIN finance_budgetline m
                       ON (m.budget_id, m.gl_account_id, m.branch_id, m.centre, m.month)
                        = (l.budget_id, g.id, p.id, l.centre, of.month))
             FROM (SELECT DISTINCT budget_id, gl_account_id, branch_id, centre
                     FROM finance_budgetline WHERE budget_id = %(budget)s) l
             JOIN ledger_glaccount g ON g.id = l.gl_account_id
             JOIN kernel_branch p ON p.id = l.branch_id
            ORDER BY g.kind = 'expense', g.code, p.code, l.centre""",
        {"budget": budget},
    )
    return [PlannedRow(*line) for line in found]


@dataclass(frozen=True, slots=True)
class Account:
    """A line of the chart, as a budget asks of it."""

    id: int
    kind: str


def gl_accounts(*, codes: Collection[str]) -> dict[str, Account]:
    """Lines of the chart by code; one statement."""
    found = sql.rows(
        "SELECT code, id, kind FROM ledger_glaccount WHERE code = ANY (%(codes)s::text[])",
        {"codes": sorted(codes)},
    )
    return {code: Account(*rest) for code, *rest in found}


def plannable() -> list[tuple[str, str, str]]:
    """Code and names of every GL account of income and expense, in their order; one statement."""
    return sql.rows(
        """SELECT code, name_uk, name_en FROM ledger_glaccount
            WHERE kind IN ('income', 'expense') ORDER BY code"""
    )


def branches() -> dict[str, int]:
    """Branches that are open, by code; one statement."""
    return dict(
        sql.rows("SELECT code, id FROM kernel_branch WHERE closed_on IS NULL ORDER BY code")
    )


def places_of(budget: int, places: Sequence[tuple[int, int, str]]) -> list[int]:
    """The ids of a budget's lines in these accounts, branches and centres; one statement."""
    found = sql.rows(
        """SELECT l.id FROM finance_budgetline l
             JOIN unnest(%(gl)s::bigint[], %(branches)s::bigint[], %(centres)s::text[])
                  AS place (gl, branch, centre)
               ON (place.gl, place.branch, place.centre)
                = (l.gl_account_id, l.branch_id, l.centre)
            WHERE l.budget_id = %(budget)s""",
        {
            "budget": budget,
            "gl": [gl for gl, _, _ in places],
            "branches": [branch for _, branch, _ in places],
            "centres": [centre for *_, centre in places],
        },
    )
    return [line for (line,) in found]
