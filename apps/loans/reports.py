"""Reports of loans: by product, branch and term, and the portfolio at risk, on any date.

What was overdue on a date is what the close of that date wrote, so that a date of the past is told
as it was, and the open one as the last close left it.
"""

import itertools
from typing import Any

from apps.accounts.reports import UNKNOWN_CHANGE
from apps.control.declarations import READING
from apps.kernel import sql
from apps.kernel.text import Text
from apps.loans.rules import BUCKETS
from apps.products.models import Product
from apps.reporting.dashboards import Board, Months, Rows, Tile, tile
from apps.reporting.declarations import (
    PART,
    Across,
    Column,
    Dimension,
    Each,
    Fact,
    Heading,
    Line,
    Measure,
    Of,
    Percent,
    Reach,
    Report,
    Source,
    Span,
    Total,
    Zero,
    report,
)
from apps.reporting.queries import asked, known

LOANS = "reporting.view_loans"
READING.add(LOANS, Text(uk="Читати звіти про кредити", en="Read reports on loans, without names"))

# The last months of terms that are told together; behind the last one, whatever is longer.
TERMS = (12, 24, 36, 60)
_LONGER = "longer"
_TERM = f"""CASE {" ".join(f"WHEN d.months <= {last} THEN '{last}'" for last in TERMS)}
                 ELSE '{_LONGER}' END"""
# The bucket of a loan on the last day of what is asked for. Rows of a date that is not closed may
# still be written; whoever is told of them by one report would miss them in another.
_BUCKET = """coalesce((SELECT s.bucket FROM loans_standing s
                        WHERE s.loan_id = d.id AND s.since <= {on}
                        ORDER BY s.since DESC LIMIT 1), 0)::text"""
_ON = "least(%(end)s::date, %(through)s::date)"
# What postings are narrowed by knows no more than the last day.
_OF_POSTING = _BUCKET.format(on="%(end)s::date")
# Each loan by its last snapshot and the postings of dates open since, by product and a part of it.
_STATEMENT = """
    WITH moved AS (
        SELECT p.account_id, sum(p.amount_minor) AS net
          FROM ledger_posting p
         WHERE p.booking_date > %(through)s::date AND p.booking_date <= %(last)s::date{known}
         GROUP BY p.account_id)
    SELECT g.code, g.kind, d.branch_id, d.currency, product.code, parted.part,
           (sum(coalesce(base.closing_minor, 0)) + sum(coalesce(moved.net, 0)))::bigint,
           count(*) FILTER (WHERE d.closed_on IS NULL OR d.closed_on > %(end)s::date{unclosed})
      FROM loans_loan d
      JOIN products_product product ON product.id = d.product_id
      JOIN ledger_account a ON a.id = d.account_id
      JOIN ledger_glaccount g ON g.id = a.gl_account_id
     CROSS JOIN LATERAL (SELECT {part} AS part) parted
      LEFT JOIN LATERAL (
          SELECT closing_minor FROM ledger_accountday s
           WHERE s.account_id = d.account_id
             AND s.booking_date <= least(%(end)s::date, %(through)s::date)
           ORDER BY s.booking_date DESC LIMIT 1) base ON true
      LEFT JOIN moved ON moved.account_id = d.account_id
     WHERE d.opened_on <= %(end)s::date{opened}
       AND (%(branch)s::bigint IS NULL OR d.branch_id = %(branch)s::bigint)
       AND (%(currency)s::text IS NULL OR d.currency = %(currency)s::text)
     GROUP BY g.code, g.kind, d.branch_id, d.currency, product.code, parted.part
     ORDER BY product.code, parted.part, g.code, d.branch_id, d.currency"""
_NARROW = """EXISTS (SELECT FROM loans_loan d JOIN products_product q ON q.id = d.product_id
                      WHERE d.account_id = a.id
                        AND q.code || '{between}' || {part} = ANY (%(items)s::text[]))"""


def by_term(reach: Reach) -> list[Fact]:
    """Loans by GL account, branch, currency, product and term; one statement."""
    return _facts(reach, _TERM)


def by_bucket(reach: Reach) -> list[Fact]:
    """Loans by GL account, branch, currency, product and bucket of days overdue; one statement."""
    return _facts(reach, _BUCKET.format(on=_ON))


def _facts(reach: Reach, part: str) -> list[Fact]:
    is_now = reach.knowledge.at is None
    filled = {
        "{part}": part,
        "{opened}": "" if is_now else " AND NOT " + UNKNOWN_CHANGE.format(change="opened"),
        "{unclosed}": "" if is_now else " OR " + UNKNOWN_CHANGE.format(change="closed"),
    }
    statement = _STATEMENT
    for name, text in filled.items():
        statement = statement.replace(name, text)
    found: list[tuple[Any, ...]] = sql.rows(known(statement, reach.knowledge), asked(reach))
    return [
        Fact(
            gl=gl,
            kind=kind,
            branch=branch,
            currency=currency,
            item=f"{product}{PART}{of}",
            closing_minor=closing,
            accounts=accounts,
        )
        for gl, kind, branch, currency, product, of, closing, accounts in found
    ]


def _products() -> dict[str, Text]:
    """Names of loan products by code; one statement."""
    found = Product.objects.filter(kind="loan").values_list("code", "name_uk", "name_en")
    return {code: Text(uk=uk, en=en) for code, uk, en in found}


BY_TERM = Source(facts=by_term, narrow=_NARROW.format(between=PART, part=_TERM), names=_products)
BY_BUCKET = Source(
    facts=by_bucket, narrow=_NARROW.format(between=PART, part=_OF_POSTING), names=_products
)

_TOTAL = Text(uk="Усього", en="Total")
_LOANS = Column(code="loans", label=Text(uk="Договорів", en="Loans"), measure=Measure.COUNT)
_PRINCIPAL = Column(
    code="closing", label=Text(uk="Тіло кредитів", en="Principal"), measure=Measure.CLOSING
)
_COLUMNS = (
    _LOANS,
    _PRINCIPAL,
    Column(
        code="before",
        label=Text(uk="Для порівняння", en="For comparison"),
        measure=Measure.CLOSING,
        span=Span.BEFORE,
    ),
    Across(code="branch", measure=Measure.CLOSING),
)


def _term(months: str, uk: str, en: str) -> Line:
    label = Text(uk=f"Строк {uk}", en=f"Term of {en}")
    return Line(code=f"term_{months}", label=label, of=Of(parts=(months,)))


_TERM_LINES = (
    _term("12", "до року", "a year or less"),
    *(
        _term(f"{last}", f"{first + 1}–{last} міс.", f"{first + 1} to {last} months")
        for first, last in itertools.pairwise(TERMS)
    ),
    _term(_LONGER, f"понад {TERMS[-1]} міс.", f"more than {TERMS[-1]} months"),
)
LOANS_BY_PRODUCT = report(
    Report(
        code="loans",
        title=Text(
            uk="Кредити за продуктами, строками й відділеннями",
            en="Loans by product, term and branch",
        ),
        purpose=Text(
            uk="Скільки договорів і тіла кредитів за кожним продуктом і строком, і де вони",
            en="How many loans and how much principal under each product and term, and where",
        ),
        permission=LOANS,
        source=BY_TERM,
        on_date=True,
        rows=(
            Heading(code="of_products", label=Text(uk="За продуктами", en="By product")),
            Each(code="product", by=Dimension.ITEM, total=_TOTAL),
            Heading(code="of_terms", label=Text(uk="За строком договору", en="By term")),
            *_TERM_LINES,
            Total(
                code="terms",
                label=Text(uk="Усього за строками", en="Total of all terms"),
                parts=tuple(line.code for line in _TERM_LINES),
            ),
            Total(
                code="gap",
                label=Text(uk="Різниця підсумків", en="Difference of the totals"),
                parts=("product", "-terms"),
            ),
        ),
        columns=_COLUMNS,
        derived=(
            Percent(
                code="share",
                label=Text(uk="Частка", en="Share"),
                of="closing",
                row="product",
            ),
        ),
        checks=(
            Zero(row="gap", label=Text(uk="Підсумки збігаються", en="Both totals are the same")),
        ),
        order=75,
    )
)

# --- Portfolio at risk --------------------------------------------------------------------------

# Overdue for more than so many days are the buckets that begin behind them.
_MORE_THAN = (("par1", 1, 1), ("par30", 30, 31), ("par90", 90, 91))


def _days(place: int) -> tuple[str, str]:
    """The days of a bucket, in both languages."""
    if place == 0:
        return "Без прострочення", "Not overdue"
    first = BUCKETS[place]
    if place == len(BUCKETS) - 1:
        return f"{first} днів і більше", f"{first} days or more"
    last = BUCKETS[place + 1] - 1
    return f"{first}–{last} дн.", f"{first} to {last} days"


def _buckets_from(first: int) -> tuple[str, ...]:
    return tuple(str(place) for place, days in enumerate(BUCKETS) if days >= first)


def _label(days: int) -> Text:
    if days == 1:
        return Text(uk="PAR 1: від 1 дня", en="PAR 1: 1 day or more")
    return Text(uk=f"PAR {days}: понад {days} днів", en=f"PAR {days}: more than {days} days")


_BUCKET_LINES = tuple(
    Line(
        code=f"bucket_{place}",
        label=Text(uk=_days(place)[0], en=_days(place)[1]),
        of=Of(parts=(str(place),)),
    )
    for place in range(len(BUCKETS))
)
PORTFOLIO_AT_RISK = report(
    Report(
        code="portfolio_at_risk",
        title=Text(uk="Портфель під ризиком (PAR)", en="Portfolio at risk (PAR)"),
        purpose=Text(
            uk="Тіло прострочених кредитів за днями прострочення й частка від усього портфеля",
            en="Principal of overdue loans by days overdue, and its share of the whole portfolio",
        ),
        permission=LOANS,
        source=BY_BUCKET,
        on_date=True,
        rows=(
            *_BUCKET_LINES,
            Total(
                code="outstanding",
                label=Text(uk="Увесь портфель", en="The whole portfolio"),
                parts=tuple(line.code for line in _BUCKET_LINES),
            ),
            Heading(code="of_risk", label=Text(uk="Під ризиком", en="At risk")),
            *(
                Total(
                    code=code,
                    label=_label(days),
                    parts=tuple(f"bucket_{one}" for one in _buckets_from(first)),
                )
                for code, days, first in _MORE_THAN
            ),
        ),
        columns=_COLUMNS,
        derived=(
            Percent(
                code="closing_share",
                label=Text(uk="Частка", en="Share"),
                of="closing",
                row="outstanding",
            ),
            Percent(
                code="before_share",
                label=Text(uk="Для порівняння, частка", en="For comparison, share"),
                of="before",
                row="outstanding",
            ),
            Percent(
                code="branch_share",
                label=Text(uk="частка", en="share"),
                of="branch",
                row="outstanding",
            ),
        ),
        order=76,
    )
)
RISK_BY_PRODUCT = report(
    Report(
        code="risk_by_product",
        title=Text(
            uk="Портфель під ризиком за продуктами й відділеннями",
            en="Portfolio at risk by product and branch",
        ),
        purpose=Text(
            uk="PAR 1, 30 і 90 кожного продукту й кожного відділення",
            en="PAR 1, 30 and 90 of each product and each branch",
        ),
        permission=LOANS,
        source=BY_BUCKET,
        on_date=True,
        rows=(
            Heading(code="of_products", label=Text(uk="За продуктами", en="By product")),
            Each(code="product", by=Dimension.ITEM, total=_TOTAL),
            Heading(code="of_branches", label=Text(uk="За відділеннями", en="By branch")),
            Each(code="place", by=Dimension.BRANCH, total=_TOTAL),
        ),
        columns=(
            _LOANS,
            _PRINCIPAL,
            *(
                Column(
                    code=code,
                    label=Text(uk=f"PAR {days}", en=f"PAR {days}"),
                    measure=Measure.CLOSING,
                    of=Of(parts=_buckets_from(first)),
                )
                for code, days, first in _MORE_THAN
            ),
        ),
        derived=tuple(
            Percent(
                code=f"{code}_share",
                label=Text(uk=f"PAR {days}, частка", en=f"PAR {days}, share"),
                of=code,
                to=("closing",),
            )
            for code, days, _ in _MORE_THAN
        ),
        order=77,
    )
)

# --- On dashboards ------------------------------------------------------------------------------

tile(
    Tile(
        code="loans",
        boards=(Board.LENDING, Board.MANAGEMENT),
        report="loans",
        figures=(("product", "loans"), ("product", "closing")),
        chart=Months(row="product", column="closing"),
        order=60,
    )
)
tile(
    Tile(
        code="loans_of_products",
        boards=(Board.LENDING,),
        report="loans",
        figures=(),
        chart=Rows(rows=("product",), column="closing"),
        title=Text(uk="Тіло кредитів за продуктами", en="Principal by product"),
        order=61,
    )
)
tile(
    Tile(
        code="at_risk",
        boards=(Board.LENDING, Board.MANAGEMENT),
        report="portfolio_at_risk",
        figures=tuple((code, "closing_share") for code, *_ in _MORE_THAN),
        chart=Rows(rows=tuple(line.code for line in _BUCKET_LINES[1:]), column="closing"),
        order=62,
    )
)
tile(
    Tile(
        code="risk_of_products",
        boards=(Board.LENDING,),
        report="risk_by_product",
        figures=(("product", "par30"), ("product", "par30_share")),
        chart=Rows(rows=("product", "place"), column="par30"),
        order=63,
    )
)
