"""Reports of deposits: declarations, and the one statement that their facts come from."""

from apps.control.declarations import READING
from apps.kernel import sql
from apps.kernel.text import Text
from apps.products.models import Product
from apps.reporting.dashboards import Board, Rows, Tile, tile
from apps.reporting.declarations import (
    Across,
    Column,
    Dimension,
    Each,
    Fact,
    Measure,
    Reach,
    Report,
    Source,
    Span,
    report,
)
from apps.reporting.queries import asked, known

DEPOSITS = "reporting.view_deposits"
READING.add(
    DEPOSITS, Text(uk="Читати звіти про вклади", en="Read reports on deposits, without names")
)

# Each deposit by its last snapshot and the postings of dates open since, by product.
_BY_PRODUCT = """
    WITH moved AS (
        SELECT p.account_id, sum(p.amount_minor) AS net
          FROM ledger_posting p
         WHERE p.booking_date > %(through)s::date AND p.booking_date <= %(last)s::date{known}
         GROUP BY p.account_id)
    SELECT g.code, g.kind, d.branch_id, d.currency, product.code,
           (sum(coalesce(base.closing_minor, 0)) + sum(coalesce(moved.net, 0)))::bigint,
           count(*) FILTER (WHERE d.closed_on IS NULL OR d.closed_on > %(end)s::date{unclosed})
      FROM accounts_deposit d
      JOIN products_product product ON product.id = d.product_id
      JOIN ledger_account a ON a.id = d.account_id
      JOIN ledger_glaccount g ON g.id = a.gl_account_id
      LEFT JOIN LATERAL (
          SELECT closing_minor FROM ledger_accountday s
           WHERE s.account_id = d.account_id
             AND s.booking_date <= least(%(end)s::date, %(through)s::date)
           ORDER BY s.booking_date DESC LIMIT 1) base ON true
      LEFT JOIN moved ON moved.account_id = d.account_id
     WHERE d.opened_on <= %(end)s::date{opened}
       AND (%(branch)s::bigint IS NULL OR d.branch_id = %(branch)s::bigint)
       AND (%(currency)s::text IS NULL OR d.currency = %(currency)s::text)
     GROUP BY g.code, g.kind, d.branch_id, d.currency, product.code
     ORDER BY product.code, g.code, d.branch_id, d.currency"""
# What was opened or closed by a run that was not known then, had not been for whoever looked. Of
# whatever `d` has an account of its own.
UNKNOWN_CHANGE = """EXISTS (
               SELECT FROM ledger_accountchange c JOIN control_operationrun r ON r.id = c.run_id
                WHERE c.account_id = d.account_id AND c.change = '{change}'
                  AND NOT (r.at <= %(at)s::timestamptz
                           AND (%(snapshot)s::pg_snapshot IS NULL
                                OR pg_visible_in_snapshot(r.xid, %(snapshot)s::pg_snapshot))))"""


def by_product(reach: Reach) -> list[Fact]:
    """Deposits by GL account, branch, currency and product; one statement."""
    is_now = reach.knowledge.at is None
    opened = "" if is_now else " AND NOT " + UNKNOWN_CHANGE.format(change="opened")
    unclosed = "" if is_now else " OR " + UNKNOWN_CHANGE.format(change="closed")
    statement = _BY_PRODUCT.replace("{opened}", opened).replace("{unclosed}", unclosed)
    return [
        Fact(
            gl=gl,
            kind=kind,
            branch=branch,
            currency=currency,
            item=product,
            closing_minor=closing,
            accounts=accounts,
        )
        for gl, kind, branch, currency, product, closing, accounts in sql.rows(
            known(statement, reach.knowledge), asked(reach)
        )
    ]


def _products() -> dict[str, Text]:
    """Names of products by code; one statement."""
    found = Product.objects.values_list("code", "name_uk", "name_en")
    return {code: Text(uk=uk, en=en) for code, uk, en in found}


BY_PRODUCT = Source(
    facts=by_product,
    narrow="""EXISTS (SELECT FROM accounts_deposit d JOIN products_product q ON q.id = d.product_id
                       WHERE d.account_id = a.id AND q.code = ANY (%(items)s::text[]))""",
    names=_products,
)

DEPOSITS_BY_PRODUCT = report(
    Report(
        code="deposits",
        title=Text(uk="Вклади за продуктами й відділеннями", en="Deposits by product and branch"),
        purpose=Text(
            uk="Скільки рахунків і коштів за кожним продуктом, і де вони",
            en="How many accounts and how much money under each product, and where",
        ),
        permission=DEPOSITS,
        source=BY_PRODUCT,
        on_date=True,
        rows=(
            Each(
                code="product",
                by=Dimension.ITEM,
                sign=-1,
                total=Text(uk="Усього", en="Total"),
            ),
        ),
        columns=(
            Column(
                code="accounts",
                label=Text(uk="Рахунків", en="Accounts"),
                measure=Measure.COUNT,
            ),
            Column(
                code="closing",
                label=Text(uk="Залишки", en="Balances"),
                measure=Measure.CLOSING,
            ),
            Column(
                code="before",
                label=Text(uk="Залишки для порівняння", en="Balances for comparison"),
                measure=Measure.CLOSING,
                span=Span.BEFORE,
            ),
            Across(code="branch", measure=Measure.CLOSING),
        ),
        order=70,
    )
)
tile(
    Tile(
        code="deposits",
        boards=(Board.FINANCE, Board.MANAGEMENT),
        report="deposits",
        figures=(("product", "accounts"), ("product", "closing")),
        chart=Rows(rows=("product",), column="closing"),
        order=50,
    )
)
