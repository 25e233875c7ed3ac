"""Which days a report is of, and beside which others; and that layout neither loses nor doubles."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.reporting.declarations import REPORTS, Fact, Line, Span
from apps.reporting.rules import Parameters, days_of, lay_out, period_before

day = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-02-01", "2026-02-28", ("2026-01-01", "2026-01-31")),
        ("2026-03-01", "2026-03-15", ("2026-02-01", "2026-02-15")),
        ("2026-03-01", "2026-03-30", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-01-31", ("2025-12-01", "2025-12-31")),
        # What is no month, or several, has as many days before it.
        ("2026-01-01", "2026-03-31", ("2025-10-03", "2025-12-31")),
        ("2026-03-10", "2026-03-10", ("2026-03-09", "2026-03-09")),
    ],
)
def test_the_period_before(start: str, end: str, expected: tuple[str, str]) -> None:
    assert period_before(day(start), day(end)) == (day(expected[0]), day(expected[1]))


def test_spans_of_a_report() -> None:
    march = Parameters(start=day("2026-03-01"), end=day("2026-03-31"))
    assert days_of(REPORTS["profit_and_loss"], march) == {
        Span.THIS: (day("2026-03-01"), day("2026-03-31")),
        Span.BEFORE: (day("2026-02-01"), day("2026-02-28")),
        Span.YEAR: (day("2026-01-01"), day("2026-03-31")),
    }
    on = Parameters(start=day("2026-03-15"), end=day("2026-03-15"))
    assert days_of(REPORTS["balance_sheet"], on)[Span.BEFORE] == (day("2026-02-28"),) * 2


KINDS = ("asset", "liability", "asset_liability", "equity", "income", "expense")
facts = st.builds(
    Fact,
    gl=st.from_regex(r"[1-7][0-9]{3}", fullmatch=True),
    kind=st.sampled_from(KINDS),
    branch=st.integers(1, 3),
    currency=st.just("UAH"),
    closing_minor=st.integers(-(10**12), 10**12),
    debit_minor=st.integers(0, 10**12),
    credit_minor=st.integers(0, 10**12),
)


@given(st.lists(facts, max_size=30, unique_by=lambda one: (one.gl, one.branch)))
def test_a_balance_sheet_of_any_chart_takes_each_fact_once(some: list[Fact]) -> None:
    kinds = {fact.gl: fact.kind for fact in some}
    whole = [
        Fact(
            gl=one.gl,
            kind=kinds[one.gl],
            branch=one.branch,
            currency="UAH",
            closing_minor=one.closing_minor,
        )
        for one in some
    ]
    on = Parameters(start=day("2026-03-15"), end=day("2026-03-15"), currency="UAH")
    sheet = lay_out(REPORTS["balance_sheet"], on, dict.fromkeys(Span, whole))

    gap = sheet.figure("gap", "closing")
    assert gap is not None
    assert gap.minor == sum(fact.closing_minor for fact in whole)
    taken = [
        share.fact
        for row in sheet.rows
        if isinstance(row.row, Line)
        for share in row.figures[0].shares
    ]
    assert len(taken) == len(set(taken))


@given(st.lists(facts, max_size=30, unique_by=lambda one: (one.gl, one.branch)))
def test_a_trial_balance_of_any_facts_adds_up(some: list[Fact]) -> None:
    on = Parameters(start=day("2026-03-01"), end=day("2026-03-31"), currency="UAH")
    sheet = lay_out(REPORTS["trial_balance"], on, dict.fromkeys(Span, some))
    total = {
        column.code: figure.minor
        for column, figure in zip(sheet.columns, sheet.rows[-1].figures, strict=True)
    }
    assert total["debit"] == sum(fact.debit_minor for fact in some)
    assert total["credit"] == sum(fact.credit_minor for fact in some)
    for of, part in [("opening", "opening"), ("closing", "closing")]:
        net = total[f"{of}_debit"] - total[f"{of}_credit"]
        turnover = total["debit"] - total["credit"] if part == "opening" else 0
        assert net == sum(fact.closing_minor for fact in some) - turnover
