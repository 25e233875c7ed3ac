"""Proofs of deposits: what accrued and was paid, against the book and against itself recomputed."""

from apps.accounts.subjects import ACCRUED, OF_DEPOSIT, PAID
from apps.control.columns import OF_BRANCH, OF_CURRENCY, Column, Form
from apps.control.declarations import INVARIANTS, Invariant
from apps.kernel.text import Text
from apps.ledger.subjects import BOOKED, OF_ACCOUNT, OF_LEDGER_ACCOUNT
from apps.products.subjects import OF_PRODUCT


def _prove(
    name: str, *, title: Text, columns: tuple[Column, ...], statement: str, thorough: bool = False
) -> None:
    INVARIANTS.add(
        name,
        Invariant(name=name, title=title, columns=columns, statement=statement, thorough=thorough),
    )


# The rows were made from balance rows and factors of Python; here the same follows from the day's
# snapshots and from day counts written anew. What the close itself capitalised came after.
_prove(
    "accounts.accruals_recomputed",
    title=Text(
        uk="Нарахування дня дорівнюють перерахованим зі знімків залишків",
        en="The day's accruals equal those recomputed from the snapshots of balances",
    ),
    columns=(
        OF_DEPOSIT,
        Column(name=Text(uk="Залишок, перераховано", en="Balance, recomputed")),
        Column(name=Text(uk="Залишок, узято", en="Balance, taken")),
        Column(name=Text(uk="Відсотки, перераховано", en="Interest, recomputed")),
        Column(name=Text(uk="Відсотки, нараховано", en="Interest, accrued")),
    ),
    statement="""
        WITH day AS (
            SELECT %(date)s::date AS date, extract(day FROM %(date)s::date) AS first,
                   extract(day FROM %(date)s::date + 1) AS last,
                   extract(doy FROM make_date(extract(year FROM %(date)s::date)::int, 12, 31))
                       AS year_length,
                   30 * (12 * (extract(year FROM %(date)s::date + 1)
                               - extract(year FROM %(date)s::date))
                         + extract(month FROM %(date)s::date + 1)
                         - extract(month FROM %(date)s::date)) AS months),
        terms AS (
            SELECT DISTINCT ON (v.product_id) v.id, v.product_id, v.annual_rate, v.accrual_basis,
                   CASE v.day_count
                        WHEN '30E/360' THEN months + least(last, 30) - least(first, 30)
                        WHEN '30/360' THEN months - least(first, 30)
                             + CASE WHEN last = 31 AND first >= 30 THEN 30 ELSE last END
                        ELSE 1 END AS days,
                   CASE v.day_count WHEN 'ACT/365F' THEN 365 WHEN 'ACT/ACT' THEN year_length
                        ELSE 360 END AS year_length
              FROM products_version v, day WHERE v.valid_from <= day.date
             ORDER BY v.product_id, v.valid_from DESC),
        expected AS (
            SELECT d.id, t.id AS version, basis.minor AS basis,
                   round((basis.minor * t.annual_rate * t.days)::numeric(40, 20)
                         / (100 * t.year_length), 10) AS amount
              FROM terms t
              JOIN accounts_deposit d ON d.product_id = t.product_id
              JOIN ledger_account a ON a.id = d.account_id
              LEFT JOIN LATERAL (
                   SELECT closing_minor FROM ledger_accountday x
                    WHERE x.account_id = a.id AND x.booking_date <= %(date)s
                    ORDER BY x.booking_date DESC LIMIT 1) closing ON true
              LEFT JOIN LATERAL (
                   SELECT closing_minor FROM ledger_accountday x
                    WHERE x.account_id = a.id AND x.booking_date < %(date)s
                      AND t.accrual_basis <> 'closing'
                    ORDER BY x.booking_date DESC LIMIT 1) opening ON true
              LEFT JOIN accounts_capitalisation c
                ON c.deposit_id = d.id AND c.accrued_through = %(date)s
               AND c.booking_date = %(date)s
             CROSS JOIN LATERAL (
                   SELECT a.side * coalesce(closing.closing_minor, 0) - coalesce(c.net_minor, 0),
                          a.side * coalesce(opening.closing_minor, 0)) owed (closing, opening)
             CROSS JOIN LATERAL (
                   SELECT CASE t.accrual_basis WHEN 'closing' THEN owed.closing
                               WHEN 'opening' THEN owed.opening
                               ELSE least(owed.opening, owed.closing) END) basis (minor)
             WHERE t.annual_rate > 0 AND d.opened_on <= %(date)s AND basis.minor > 0
               AND (d.closed_on IS NULL OR d.closed_on > %(date)s)),
        made AS (
            SELECT deposit_id, version_id, basis_minor, amount_minor FROM accounts_accrual
             WHERE booking_date = %(date)s AND basis_minor <> 0)
        SELECT coalesce(e.id, m.deposit_id), e.basis, m.basis_minor, e.amount, m.amount_minor
          FROM (SELECT * FROM expected WHERE amount > 0) e
          FULL JOIN made m ON m.deposit_id = e.id
         WHERE (e.version, e.basis, e.amount)
               IS DISTINCT FROM (m.version_id, m.basis_minor, m.amount_minor)""",
)
_prove(
    "accounts.accrual_totals_grow_by_rows",
    title=Text(
        uk="Підсумок нарахувань кожного продукту зріс рівно на нарахування дня",
        en="Each product's accrual total grew by exactly the day's accruals",
    ),
    columns=(
        OF_PRODUCT,
        OF_BRANCH,
        OF_CURRENCY,
        Column(name=Text(uk="Підсумок зріс на", en="Total grew by")),
        Column(name=Text(uk="Нарахування дня", en="The day's accruals")),
    ),
    statement="""
        SELECT coalesce(t.product_id, r.product_id), coalesce(t.branch_id, r.branch_id),
               coalesce(t.currency, r.currency), t.grown, r.earned
          FROM (SELECT t.product_id, t.branch_id, t.currency,
                       t.accrued_minor - coalesce(before.accrued_minor, 0) AS grown
                  FROM accounts_accrualtotal t
                  LEFT JOIN LATERAL (
                       SELECT accrued_minor FROM accounts_accrualtotal b
                        WHERE (b.product_id, b.branch_id, b.currency)
                              = (t.product_id, t.branch_id, t.currency)
                          AND b.booking_date < %(date)s
                        ORDER BY b.booking_date DESC LIMIT 1) before ON true
                 WHERE t.booking_date = %(date)s) t
          FULL JOIN (
                SELECT d.product_id, d.branch_id, d.currency, sum(a.amount_minor) AS earned
                  FROM accounts_accrual a JOIN accounts_deposit d ON d.id = a.deposit_id
                 WHERE a.booking_date = %(date)s
                 GROUP BY d.product_id, d.branch_id, d.currency) r
            ON (r.product_id, r.branch_id, r.currency) = (t.product_id, t.branch_id, t.currency)
         WHERE t.grown IS DISTINCT FROM r.earned""",
)
# Payments of the day by group, and the newest total of each group with the one before it.
_MOVES = """
        WITH paid AS (
            SELECT d.product_id, d.branch_id, d.currency, sum(c.gross_minor) AS gross
              FROM accounts_capitalisation c JOIN accounts_deposit d ON d.id = c.deposit_id
             WHERE c.booking_date {until} %(date)s
             GROUP BY d.product_id, d.branch_id, d.currency),
        total AS (
            SELECT DISTINCT ON (product_id, branch_id, currency) *
              FROM accounts_accrualtotal WHERE booking_date <= %(date)s
             ORDER BY product_id, branch_id, currency, booking_date DESC)"""
_prove(
    "accounts.accrued_interest_moved_with_the_book",
    title=Text(
        uk="Рахунок нарахованих відсотків рухався на нараховане та виплачене за день",
        en="Each account of accrued interest moved by what the day accrued and paid",
    ),
    columns=(
        OF_ACCOUNT,
        ACCRUED,
        PAID,
        Column(name=Text(uk="Рух у книзі", en="Moved in the book")),
    ),
    statement=f"""{_MOVES.format(until="=")}
        SELECT t.account_id, coalesce(t.posted, 0), coalesce(p.gross, 0), coalesce(l.moved, 0)
          FROM (SELECT t.*, CASE WHEN t.booking_date = %(date)s
                                 THEN t.posted_minor - coalesce(before.posted_minor, 0)
                                 ELSE 0 END AS posted
                  FROM total t
                  LEFT JOIN LATERAL (
                       SELECT posted_minor FROM accounts_accrualtotal b
                        WHERE (b.product_id, b.branch_id, b.currency)
                              = (t.product_id, t.branch_id, t.currency)
                          AND b.booking_date < %(date)s
                        ORDER BY b.booking_date DESC LIMIT 1) before ON true) t
          FULL JOIN paid p
            ON (p.product_id, p.branch_id, p.currency) = (t.product_id, t.branch_id, t.currency)
          LEFT JOIN (SELECT account_id, credit_minor - debit_minor AS moved
                       FROM ledger_accountday WHERE booking_date = %(date)s) l
            ON l.account_id = t.account_id
         WHERE t.account_id IS NULL
            OR t.posted - coalesce(p.gross, 0) <> coalesce(l.moved, 0)""",  # noqa: S608
)
_prove(
    "accounts.payouts_reached_the_deposits",
    title=Text(
        uk="Кожну виплату відсотків зараховано на рахунок клієнта без податків",
        en="Each payment of interest was credited to its deposit, less taxes",
    ),
    columns=(
        OF_ACCOUNT,
        Column(name=Text(uk="До виплати без податків", en="Due after taxes")),
        Column(name=Text(uk="Зараховано", en="Credited")),
    ),
    statement="""
        SELECT coalesce(c.account_id, p.account_id), c.net, p.credited
          FROM (SELECT d.account_id, sum(c.net_minor) AS net
                  FROM accounts_capitalisation c JOIN accounts_deposit d ON d.id = c.deposit_id
                 WHERE c.booking_date = %(date)s AND c.net_minor <> 0
                 GROUP BY d.account_id) c
          FULL JOIN (
                SELECT p.account_id, -sum(p.amount_minor) AS credited
                  FROM ledger_entry e
                  JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
                  JOIN ledger_balance b ON b.account_id = p.account_id
                 WHERE e.booking_date = %(date)s
                   AND e.kind IN ('accounts.capitalise_interest', 'accounts.settle_interest')
                 GROUP BY p.account_id) p USING (account_id)
         WHERE c.net IS DISTINCT FROM p.credited""",
)
_prove(
    "accounts.accrued_interest_is_whole",
    title=Text(
        uk="Рахунок нарахованих відсотків дорівнює округленій сумі нарахувань без виплат",
        en="Each account of accrued interest is the rounded sum of all accruals less payments",
    ),
    columns=(
        OF_ACCOUNT,
        ACCRUED,
        PAID,
        BOOKED,
    ),
    statement=f"""{_MOVES.format(until="<=")}
        SELECT t.account_id, r.accrued, p.gross, l.credit
          FROM total t
          LEFT JOIN (
                SELECT d.product_id, d.branch_id, d.currency, sum(a.amount_minor) AS accrued
                  FROM accounts_accrual a JOIN accounts_deposit d ON d.id = a.deposit_id
                 WHERE a.booking_date <= %(date)s
                 GROUP BY d.product_id, d.branch_id, d.currency) r
            ON (r.product_id, r.branch_id, r.currency) = (t.product_id, t.branch_id, t.currency)
          LEFT JOIN paid p
            ON (p.product_id, p.branch_id, p.currency) = (t.product_id, t.branch_id, t.currency)
          LEFT JOIN LATERAL (
                SELECT -sum(amount_minor) AS credit FROM ledger_posting
                 WHERE account_id = t.account_id AND booking_date <= %(date)s) l ON true
         WHERE round(coalesce(r.accrued, 0)) - coalesce(p.gross, 0)
               IS DISTINCT FROM coalesce(l.credit, 0)""",  # noqa: S608
    thorough=True,
)
_prove(
    "accounts.payouts_follow_accruals",
    title=Text(
        uk="Кожна виплата відсотків дорівнює нарахованому від попередньої, а податки ставкам",
        en="Each payment of interest is what accrued since the last, its taxes those of the rates",
    ),
    columns=(
        OF_DEPOSIT,
        Column(name=Text(uk="Нараховано по", en="Accrued through"), of=Form.DATE),
        PAID,
        ACCRUED,
        Column(name=Text(uk="ПДФО", en="Income tax")),
        Column(name=Text(uk="Військовий збір", en="Levy")),
    ),
    statement="""
        WITH payout AS (
            SELECT c.*, d.product_id,
                   lag(c.accrued_through) OVER earlier AS since,
                   coalesce(lag(c.carried_minor) OVER earlier, 0) AS brought
              FROM accounts_capitalisation c JOIN accounts_deposit d ON d.id = c.deposit_id
            WINDOW earlier AS (PARTITION BY c.deposit_id ORDER BY c.accrued_through)),
        earned AS (
            SELECT p.deposit_id, p.accrued_through, sum(a.amount_minor) AS earned
              FROM payout p
              JOIN accounts_accrual a ON a.deposit_id = p.deposit_id
               AND a.booking_date > coalesce(p.since, DATE '0001-01-01')
               AND a.booking_date <= p.accrued_through
             WHERE p.accrued_through <= %(date)s
             GROUP BY p.deposit_id, p.accrued_through)
        SELECT p.deposit_id, p.accrued_through, p.gross_minor, e.earned, p.pit_minor, p.levy_minor
          FROM payout p
          LEFT JOIN earned e USING (deposit_id, accrued_through)
          LEFT JOIN LATERAL (SELECT taxed FROM products_version v
                              WHERE v.product_id = p.product_id AND v.valid_from <= p.booking_date
                              ORDER BY v.valid_from DESC LIMIT 1) terms ON true
          LEFT JOIN LATERAL (SELECT rate FROM products_taxrate r
                              WHERE r.code = 'pit' AND r.valid_from <= p.booking_date
                              ORDER BY r.valid_from DESC LIMIT 1) pit ON true
          LEFT JOIN LATERAL (SELECT rate FROM products_taxrate r
                              WHERE r.code = 'levy' AND r.valid_from <= p.booking_date
                              ORDER BY r.valid_from DESC LIMIT 1) levy ON true
         WHERE p.accrued_through <= %(date)s
           AND (p.gross_minor + p.carried_minor <> p.brought + coalesce(e.earned, 0)
                OR p.pit_minor <> CASE WHEN terms.taxed THEN
                       round(p.gross_minor * coalesce(pit.rate, 0) / 100) ELSE 0 END
                OR p.levy_minor <> CASE WHEN terms.taxed THEN
                       round(p.gross_minor * coalesce(levy.rate, 0) / 100) ELSE 0 END)""",
    thorough=True,
)
_prove(
    "accounts.closed_deposits_owe_nothing",
    title=Text(
        uk="Закритий рахунок порожній, а його нарахування виплачено до останньої частки",
        en="A closed deposit is empty, and its accruals are paid to the last fraction",
    ),
    columns=(
        OF_DEPOSIT,
        Column(name=Text(uk="Залишок", en="Balance")),
        ACCRUED,
        PAID,
    ),
    statement="""
        SELECT d.id, b.balance_minor, r.accrued, p.gross
          FROM accounts_deposit d
          JOIN ledger_balance b ON b.account_id = d.account_id
          LEFT JOIN (SELECT a.deposit_id, sum(a.amount_minor) AS accrued
                       FROM accounts_accrual a GROUP BY a.deposit_id) r ON r.deposit_id = d.id
          LEFT JOIN (SELECT c.deposit_id, sum(c.gross_minor) AS gross
                       FROM accounts_capitalisation c GROUP BY c.deposit_id) p
            ON p.deposit_id = d.id
         WHERE d.closed_on IS NOT NULL
           AND (NOT b.closed OR b.balance_minor <> 0
                OR coalesce(r.accrued, 0) <> coalesce(p.gross, 0))""",
    thorough=True,
)
_prove(
    "accounts.deposits_agree_with_accounts",
    title=Text(
        uk="Рахунок клієнта і рахунок книги мають один номер, відділення, валюту та стан",
        en="A deposit and its ledger account have one number, branch, currency and state",
    ),
    columns=(
        OF_DEPOSIT,
        OF_LEDGER_ACCOUNT,
    ),
    statement="""
        SELECT d.id, a.id
          FROM accounts_deposit d JOIN ledger_account a ON a.id = d.account_id
         WHERE (d.number, d.branch_id, d.currency) <> (a.number, a.branch_id, a.currency)
            OR NOT a.limited OR (d.closed_on IS NULL) <> (a.closed_on IS NULL)""",
    thorough=True,
)
