"""Plan against actual: what the budget in force plans, beside what the book says of it.

Both are told by GL account, branch and cost centre. A cost centre is the part of the number of an
internal account, as `IT` in 7399-1-UAH-IT.
"""

from apps.finance.operations.budgets import PLANNED_KINDS
from apps.kernel import sql
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.reporting.dashboards import Board, Rows, Tile, tile
from apps.reporting.declarations import (
    PART,
    Column,
    Dimension,
    Each,
    Fact,
    Gap,
    Heading,
    Measure,
    Of,
    Percent,
    Reach,
    Report,
    Source,
    Span,
    Total,
    report,
)
from apps.reporting.queries import asked, known
from apps.reporting.reports import STATEMENTS

assert {"income", "expense"} == PLANNED_KINDS, "the rows take every kind that is planned"
_PLAN, _ACTUAL = "plan", "actual"
_CENTRE = "coalesce(substring(a.number from '^[^-]*-[^-]*-[^-]*-(.*)$'), '')"
# Turnovers by account: day snapshots through the last closed date, postings of dates open since.
_BOOKED = f"""
    WITH own AS MATERIALIZED (
        SELECT a.id, a.branch_id, a.currency, g.code, g.kind, {_CENTRE} AS centre
          FROM ledger_account a JOIN ledger_glaccount g ON g.id = a.gl_account_id
         WHERE g.kind IN ('income', 'expense')
           AND (%(branch)s::bigint IS NULL OR a.branch_id = %(branch)s::bigint)
           AND (%(currency)s::text IS NULL OR a.currency = %(currency)s::text)),
    moved AS (
        SELECT s.account_id, s.debit_minor AS debit, s.credit_minor AS credit
          FROM ledger_accountday s JOIN own ON own.id = s.account_id
         WHERE s.booking_date BETWEEN %(start)s::date AND least(%(end)s::date, %(through)s::date)
         UNION ALL
        SELECT p.account_id, greatest(p.amount_minor, 0), greatest(-p.amount_minor, 0)
          FROM ledger_posting p JOIN own ON own.id = p.account_id
         WHERE p.booking_date > %(through)s::date AND p.booking_date >= %(start)s::date
           AND p.booking_date <= %(last)s::date{{known}})
    SELECT own.code, own.kind, own.branch_id, own.currency, own.centre,
           sum(moved.debit)::bigint, sum(moved.credit)::bigint
      FROM moved JOIN own ON own.id = moved.account_id
     GROUP BY own.code, own.kind, own.branch_id, own.currency, own.centre
     ORDER BY own.code, own.branch_id, own.centre"""  # noqa: S608 - an expression of this room
# The newest version of each year that had been adopted, with the months that the days touch.
_PLANNED = """
    WITH adopted AS (
        SELECT DISTINCT ON (b.year) b.id, b.year
          FROM finance_budget b JOIN control_operationrun r ON r.id = b.adopted_run_id
         WHERE b.state = 'adopted'
           AND (%(at)s::timestamptz IS NULL OR r.at <= %(at)s::timestamptz)
           AND (%(snapshot)s::pg_snapshot IS NULL
                OR pg_visible_in_snapshot(r.xid, %(snapshot)s::pg_snapshot))
         ORDER BY b.year, b.version DESC)
    SELECT g.code, g.kind, l.branch_id, l.centre, sum(l.amount_minor)::bigint
      FROM adopted b
      JOIN finance_budgetline l ON l.budget_id = b.id
      JOIN ledger_glaccount g ON g.id = l.gl_account_id
     WHERE make_date(b.year, l.month, 1)
           BETWEEN date_trunc('month', %(start)s::date)::date AND %(end)s::date
       AND (%(branch)s::bigint IS NULL OR l.branch_id = %(branch)s::bigint)
     GROUP BY g.code, g.kind, l.branch_id, l.centre ORDER BY g.code, l.branch_id, l.centre"""


def planned_and_booked(reach: Reach) -> list[Fact]:
    """What is planned and what was booked; three statements.

    A plan is of whole months: of a month that has begun, all of it counts.
    """
    params = asked(reach)
    found = [
        Fact(
            gl=gl,
            kind=kind,
            branch=branch,
            currency=currency,
            item=f"{centre}{PART}{_ACTUAL}",
            debit_minor=debit,
            credit_minor=credit,
        )
        for gl, kind, branch, currency, centre, debit, credit in sql.rows(
            known(_BOOKED, reach.knowledge), params
        )
    ]
    base = bank().base_currency
    if reach.currency not in {None, base}:
        return found
    for gl, kind, branch, centre, minor in sql.rows(_PLANNED, params):
        side = "credit_minor" if kind == "income" else "debit_minor"
        found.append(
            Fact(
                gl=gl,
                kind=kind,
                branch=branch,
                currency=base,
                item=f"{centre}{PART}{_PLAN}",
                **{side: minor},
            )
        )
    return found


def _centres() -> dict[str, Text]:
    """What stands in the place of no centre: the others are called by their codes."""
    return {"": Text(uk="Без центру витрат", en="No cost centre")}


PLAN_AND_ACTUAL = Source(
    facts=planned_and_booked,
    narrow=f"({_CENTRE} || '{PART}{_ACTUAL}') = ANY (%(items)s::text[])",
    names=_centres,
    items_are=Text(uk="Центр витрат", en="Cost centre"),
)


def _beside(code: str, span: Span, uk: str, en: str) -> tuple[Column, Column]:
    """The plan of some days, and what was booked in them."""
    return (
        Column(
            code=f"{code}{_PLAN}",
            label=Text(uk=f"{uk}: план", en=f"{en}: plan"),
            measure=Measure.TURNOVER,
            span=span,
            of=Of(parts=(_PLAN,)),
        ),
        Column(
            code=f"{code}{_ACTUAL}",
            label=Text(uk=f"{uk}: факт", en=f"{en}: actual"),
            measure=Measure.TURNOVER,
            span=span,
            of=Of(parts=(_ACTUAL,)),
        ),
    )


def _judged(code: str) -> tuple[Gap, Percent]:
    """How far from its plan something is."""
    plan, actual = f"{code}{_PLAN}", f"{code}{_ACTUAL}"
    return (
        Gap(
            code=f"{code}variance",
            label=Text(uk="Відхилення", en="Variance"),
            of=actual,
            less=plan,
        ),
        Percent(
            code=f"{code}done",
            label=Text(uk="Виконання", en="Of the plan"),
            of=actual,
            to=(plan,),
        ),
    )


BUDGET_AND_ACTUAL = report(
    Report(
        code="budget_actual",
        title=Text(uk="Бюджет і виконання", en="Budget and actual"),
        purpose=Text(
            uk="План і факт доходів та витрат за період, від початку кварталу й року",
            en="Plan and actual income and expense of a period, of the quarter and year so far",
        ),
        permission=STATEMENTS,
        source=PLAN_AND_ACTUAL,
        rows=(
            Heading(code="of_income", label=Text(uk="Доходи", en="Income")),
            Each(
                code="income",
                by=Dimension.GL,
                of=Of(kinds=("income",)),
                sign=-1,
                total=Text(uk="Усього доходів", en="Total income"),
            ),
            Heading(code="of_expense", label=Text(uk="Витрати", en="Expense")),
            Each(
                code="expense",
                by=Dimension.GL,
                of=Of(kinds=("expense",)),
                total=Text(uk="Усього витрат", en="Total expense"),
            ),
            Total(
                code="result",
                label=Text(uk="Результат", en="Result"),
                parts=("income", "-expense"),
            ),
            Heading(
                code="of_centres",
                label=Text(uk="Витрати за центрами", en="Expense by cost centre"),
            ),
            Each(
                code="centre",
                by=Dimension.ITEM,
                of=Of(kinds=("expense",)),
                total=Text(uk="Усього витрат за центрами", en="Total expense of all centres"),
            ),
        ),
        columns=(
            *_beside("", Span.THIS, "Період", "Period"),
            *_beside("quarter_", Span.QUARTER, "Квартал", "Quarter"),
            *_beside("year_", Span.YEAR, "Рік", "Year"),
        ),
        derived=(*_judged(""), *_judged("quarter_"), *_judged("year_")),
        order=35,
    )
)
tile(
    Tile(
        code="budget",
        boards=(Board.FINANCE, Board.MANAGEMENT),
        report="budget_actual",
        figures=(
            ("expense", "year_plan"),
            ("expense", "year_actual"),
            ("expense", "year_done"),
            ("result", "year_variance"),
        ),
        chart=Rows(rows=("centre",), column="year_actual"),
        order=30,
    )
)
