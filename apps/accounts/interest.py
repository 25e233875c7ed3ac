"""Interest of many deposits at once: each kind of work is one statement over a range of ids.

Which terms are in force and what a unit earns on the day is computed once for each version, and
joined; no row passes through Python.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from apps.accounts import rules
from apps.control.run import Leg, Run
from apps.kernel import sql
from apps.kernel.rounding import whole_minor
from apps.ledger.accounts import internal_account
from apps.products import queries as products
from apps.products.queries import Terms

# A product in a branch and a currency: what interest is posted by.
Group = tuple[int, int, str]

# The natural balance at the end of the day is the balance row less the legs of later dates. The
# statement sees one snapshot, in which a leg and the row it moved are both there or both not, so
# that postings into the next date may go on meanwhile. The deposits of a range have accounts in a
# range, which keeps every join within the same few pages.
_CLOSING = "b.side * (b.balance_minor - coalesce(moved.later, 0))"
_OPENING = "b.side * (b.balance_minor - coalesce(moved.later, 0) - coalesce(moved.today, 0))"
_BY_RULE = f"""CASE t.rule WHEN 'closing' THEN {_CLOSING} WHEN 'opening' THEN {_OPENING}
               ELSE least({_OPENING}, {_CLOSING}) END"""
_ACCRUE = """
    WITH due AS MATERIALIZED (
        SELECT d.id, t.product, d.branch_id, t.version, earning.basis,
               (earning.basis * t.factor)::numeric(24, 10) AS amount
          FROM accounts_deposit d
          JOIN unnest(%(products)s::bigint[], %(versions)s::bigint[], %(factors)s::numeric[],
                      %(rules)s::text[]) AS t (product, version, factor, rule)
            ON t.product = d.product_id
          JOIN ledger_balance b ON b.account_id = d.account_id
          LEFT JOIN (SELECT account_id,
                            (sum(amount_minor) FILTER (WHERE booking_date > %(date)s))::bigint
                                AS later,
                            (sum(amount_minor) FILTER (WHERE booking_date = %(date)s))::bigint
                                AS today
                       FROM ledger_posting
                      WHERE booking_date {since} %(date)s
                        AND account_id BETWEEN %(first)s AND %(last)s
                      GROUP BY account_id) moved ON moved.account_id = d.account_id
         CROSS JOIN LATERAL (SELECT {basis} AS basis) earning
         WHERE d.id BETWEEN %(low)s AND %(high)s
           AND b.account_id BETWEEN %(first)s AND %(last)s
           AND (d.closed_on IS NULL OR d.closed_on > %(date)s)
           AND earning.basis > 0),
    made AS (
        INSERT INTO accounts_accrual (deposit_id, booking_date, version_id, basis_minor,
                                      amount_minor)
        SELECT id, %(date)s, version, basis, amount FROM due WHERE amount > 0)
    SELECT product, branch_id, count(*), sum(amount)
      FROM due WHERE amount > 0 GROUP BY product, branch_id"""
_ACCRUE_CLOSING = _ACCRUE.format(since=">", basis=_CLOSING)
_ACCRUE_ANY = _ACCRUE.format(since=">=", basis=_BY_RULE)
# The inner query is fenced: else the ends are sought along the whole index of accounts.
_ACCOUNTS = """
    SELECT min(account_id), max(account_id)
      FROM (SELECT account_id FROM accounts_deposit
             WHERE id BETWEEN %(low)s AND %(high)s OFFSET 0) part"""

# What accrued since the last payment, with the fraction that it carried, rounded to whole units.
# Nearly all of it lies between `first` and `through`, read range by range as the accruals' key
# leads with the date. Where the last payment was not just before `first`, the days between them are
# sought one by one: added if it was earlier, taken off if it was later. A deposit that earned
# nothing from `first` on has nothing to pay.
_PAY = """
    WITH due AS MATERIALIZED (
        SELECT d.id, t.product, d.branch_id, t.taxed, coalesce(paid.carried_minor, 0) AS carried,
               coalesce(paid.accrued_through + 1, d.opened_on) AS since,
               CASE WHEN paid.accrued_through IS NULL THEN d.opened_on < %(first)s
                    ELSE paid.accrued_through + 1 <> %(first)s END AS astray
          FROM accounts_deposit d
          JOIN unnest(%(products)s::bigint[], %(taxed)s::boolean[]) AS t (product, taxed)
            ON t.product = d.product_id
          LEFT JOIN LATERAL (SELECT accrued_through, carried_minor
                               FROM accounts_capitalisation c WHERE c.deposit_id = d.id
                              ORDER BY accrued_through DESC LIMIT 1) paid ON true
         WHERE d.id BETWEEN %(low)s AND %(high)s AND d.closed_on IS NULL),
    recent AS (
        SELECT deposit_id, sum(amount_minor) AS earned
          FROM accounts_accrual
         WHERE deposit_id BETWEEN %(low)s AND %(high)s
           AND booking_date BETWEEN %(first)s AND %(through)s
           AND booking_date = ANY (%(dates)s::date[])
         GROUP BY deposit_id),
    payout AS MATERIALIZED (
        SELECT due.*, total.exact, gross.minor AS gross,
               CASE WHEN taxed THEN round(gross.minor * %(pit)s / 100)::bigint ELSE 0 END AS pit,
               CASE WHEN taxed THEN round(gross.minor * %(levy)s / 100)::bigint ELSE 0 END AS levy
          FROM recent JOIN due ON due.id = recent.deposit_id
          LEFT JOIN LATERAL (
               SELECT sum(CASE WHEN a.booking_date < %(first)s THEN a.amount_minor
                               ELSE -a.amount_minor END) AS earned
                 FROM accounts_accrual a
                WHERE due.astray AND a.deposit_id = due.id
                  AND a.booking_date >= least(due.since, %(first)s)
                  AND a.booking_date < greatest(due.since, %(first)s)
                  AND a.booking_date = ANY (ARRAY(
                          SELECT generate_series(least(due.since, %(first)s::date),
                                                 greatest(due.since, %(first)s::date) - 1,
                                                 '1 day')::date))) astray ON due.astray
         CROSS JOIN LATERAL (
               SELECT carried + recent.earned + coalesce(astray.earned, 0) AS exact) total
         CROSS JOIN LATERAL (SELECT round(total.exact)::bigint AS minor) gross),
    made AS (
        INSERT INTO accounts_capitalisation (deposit_id, accrued_through, booking_date,
               gross_minor, pit_minor, levy_minor, net_minor, carried_minor, run_id)
        SELECT id, %(through)s, %(booked)s, gross, pit, levy, gross - pit - levy, exact - gross,
               %(payer)s
          FROM payout)
    SELECT product, branch_id, count(*) FILTER (WHERE gross > 0), sum(gross)::bigint,
           sum(pit)::bigint, sum(levy)::bigint
      FROM payout GROUP BY product, branch_id"""

# Dr accrued interest, gross; Cr the deposit, net; Cr taxes payable. One entry for each deposit.
_PAYOUTS = """
    SELECT c.deposit_id AS entry, %(kind)s AS kind, %(narrative)s AS narrative,
           leg.account, leg.amount_minor, d.currency
      FROM accounts_capitalisation c
      JOIN accounts_deposit d ON d.id = c.deposit_id
      JOIN unnest(%(products)s::bigint[], %(branches)s::bigint[], %(accrued)s::bigint[],
                  %(taxes)s::bigint[]) AS own (product, branch, accrued, taxes)
        ON (own.product, own.branch) = (d.product_id, d.branch_id)
     CROSS JOIN LATERAL (VALUES (own.accrued, c.gross_minor), (d.account_id, -c.net_minor),
                                (own.taxes, -c.pit_minor - c.levy_minor))
           AS leg (account, amount_minor)
     WHERE c.deposit_id BETWEEN %(low)s AND %(high)s AND c.accrued_through = %(through)s
       AND c.run_id = %(payer)s AND leg.amount_minor <> 0"""

TAXES_GL = "3622"


def accrue(*, date: dt.date, low: int, high: int) -> dict[str, Any]:
    """Accrue one day's interest of the deposits `low` to `high`: how many, and exact sums.

    The sums are [product, branch, currency, minor units as text]; a day accrues once, as the key
    of the rows says.
    """
    terms = [one for one in products.in_force(date) if one.accrues]
    first, last = sql.rows(_ACCOUNTS, {"low": low, "high": high})[0]
    if not terms or first is None:
        return {"accrued": 0, "sums": []}
    closing_only = all(one.accrual_basis == "closing" for one in terms)
    sums = sql.rows(
        _ACCRUE_CLOSING if closing_only else _ACCRUE_ANY,
        {
            "date": date,
            "low": low,
            "high": high,
            "first": first,
            "last": last,
            "products": [one.product for one in terms],
            "versions": [one.version for one in terms],
            "factors": [rules.day_factor(one.annual_rate, one.day_count, date) for one in terms],
            "rules": [one.accrual_basis for one in terms],
        },
    )
    currencies = {one.product: one.currency for one in terms}
    return {
        "accrued": sum(count for _, _, count, _ in sums),
        "sums": [
            [product, branch, currencies[product], str(amount)]
            for product, branch, _, amount in sums
        ],
    }


def post_accrued(
    *, date: dt.date, results: Iterable[Mapping[str, Any]], run: Run
) -> dict[str, Any]:
    """Post each group's accrued interest: the exact total so far, rounded, less what was posted.

    Totals are added up exactly before anything is rounded, so the books do not depend on how the
    work was cut. Dr interest expense, Cr accrued interest.
    """
    sums: dict[Group, Decimal] = defaultdict(Decimal)
    for result in results:
        for product, branch, currency, amount in result["sums"]:
            sums[product, branch, currency] += Decimal(amount)
    for product, branch, currency, amount in _settled_by_closing(date):
        sums[product, branch, currency] += amount
    if not sums:
        return {"posted": 0}
    groups = sorted(sums)
    before = _totals_before(date, groups)
    terms = {one.product: one for one in products.in_force(date)}
    totals: list[tuple[Group, int, Decimal, int]] = []
    posted = 0
    for group in groups:
        exact, rounded = before[group]
        exact += sums[group]
        amount = whole_minor(exact) - rounded
        expense, accrued = _own_accounts(terms[group[0]], group, run)
        totals.append((group, accrued, exact, rounded + amount))
        if amount:
            posted += 1
            currency = group[2]
            run.add(
                "accounts.accrue_interest",
                Leg(expense, amount, currency),
                Leg(accrued, -amount, currency),
                narrative=f"Нараховані відсотки за {date:%d.%m.%Y}, {terms[group[0]].code}",
            )
    _keep_totals(date, totals)
    return {"posted": posted}


def pay(
    *,
    run: Run,
    terms: Sequence[Terms],
    first: dt.date,
    through: dt.date,
    low: int,
    high: int,
    kind: str,
) -> dict[str, int]:
    """Pay what accrued through a date on the deposits `low` to `high` of these products.

    Only deposits that earned something from `first` on are looked at. Taxes are those of the run's
    booking date. How many were paid and whole minor units come back; the entries are added to the
    run as a query.
    """
    rates = products.tax_rates(run.date)
    run.rules |= {"pit": str(rates.pit), "levy": str(rates.levy)}
    of = {one.product: one for one in terms}
    where = {"low": low, "high": high, "through": through, "payer": run.id}
    days = (through - first).days + 1
    groups = sql.rows(
        _PAY,
        {
            **where,
            "first": first,
            "dates": [first + dt.timedelta(days=day) for day in range(days)],
            "products": list(of),
            "taxed": [one.taxed for one in terms],
            "booked": run.date,
            "pit": rates.pit,
            "levy": rates.levy,
        },
    )
    paid = [group for group in groups if group[2]]
    if paid:
        run.add_query(_PAYOUTS, where | _payout_accounts(paid, of, kind, through, run))
    names = ("paid", "gross_minor", "pit_minor", "levy_minor")
    return {name: sum(group[place] for group in paid) for place, name in enumerate(names, 2)}


def _payout_accounts(
    groups: Sequence[tuple[Any, ...]],
    terms: Mapping[int, Terms],
    kind: str,
    through: dt.date,
    run: Run,
) -> dict[str, Any]:
    """What `_PAYOUTS` needs to know of each group: accrued interest, and taxes where withheld."""
    accrued: list[int] = []
    taxes: list[int | None] = []
    for product, branch, _, _, pit, levy in groups:
        of = terms[product]
        where = {"run": run, "branch": branch, "currency": of.currency}
        accrued.append(internal_account(gl_code=of.accrued_gl, part=of.code, **where))
        taxes.append(internal_account(gl_code=TAXES_GL, **where) if pit + levy else None)
    return {
        "kind": kind,
        "narrative": f"Відсотки по {through:%d.%m.%Y}",
        "products": [group[0] for group in groups],
        "branches": [group[1] for group in groups],
        "accrued": accrued,
        "taxes": taxes,
    }


def _settled_by_closing(date: dt.date) -> list[tuple[Any, ...]]:
    """What the closing of deposits during the day added to or took from the exact totals."""
    return sql.rows(
        """SELECT d.product_id, d.branch_id, d.currency, sum(a.amount_minor)
             FROM accounts_deposit d
             JOIN accounts_accrual a ON a.booking_date = %(date)s AND a.deposit_id = d.id
            WHERE d.closed_on = %(date)s AND a.basis_minor = 0
            GROUP BY d.product_id, d.branch_id, d.currency""",
        {"date": date},
    )


def _totals_before(date: dt.date, groups: Sequence[Group]) -> dict[Group, tuple[Decimal, int]]:
    """The exact and the posted total of each group before a date; zero where there is none."""
    found = sql.rows(
        """SELECT g.product, g.branch, g.currency, coalesce(t.accrued_minor, 0),
                  coalesce(t.posted_minor, 0)
             FROM unnest(%(products)s::bigint[], %(branches)s::bigint[], %(currencies)s::text[])
                  AS g (product, branch, currency)
             LEFT JOIN LATERAL (SELECT accrued_minor, posted_minor FROM accounts_accrualtotal t
                                 WHERE t.product_id = g.product AND t.branch_id = g.branch
                                   AND t.currency = g.currency AND t.booking_date < %(date)s
                                 ORDER BY booking_date DESC LIMIT 1) t ON true""",
        {"date": date} | _columns(groups),
    )
    return {(product, branch, currency): (exact, posted)
            for product, branch, currency, exact, posted in found}  # fmt: skip


def _keep_totals(date: dt.date, totals: Sequence[tuple[Group, int, Decimal, int]]) -> None:
    sql.rows(
        """INSERT INTO accounts_accrualtotal (product_id, branch_id, currency, booking_date,
                                              account_id, accrued_minor, posted_minor)
           SELECT product, branch, currency, %(date)s, account, exact, posted
             FROM unnest(%(products)s::bigint[], %(branches)s::bigint[], %(currencies)s::text[],
                         %(accounts)s::bigint[], %(exact)s::numeric[], %(posted)s::bigint[])
                  AS t (product, branch, currency, account, exact, posted)""",
        {
            "date": date,
            "accounts": [account for _, account, _, _ in totals],
            "exact": [exact for _, _, exact, _ in totals],
            "posted": [posted for *_, posted in totals],
        }
        | _columns([group for group, *_ in totals]),
    )


def _own_accounts(terms: Terms, group: Group, run: Run) -> tuple[int, int]:
    """The bank's accounts of a product's interest: expense, and accrued interest payable."""
    _, branch, currency = group
    expense, accrued = (
        internal_account(run=run, gl_code=code, branch=branch, currency=currency, part=terms.code)
        for code in (terms.expense_gl, terms.accrued_gl)
    )
    return expense, accrued


def _columns(groups: Sequence[Group]) -> dict[str, list[Any]]:
    return {
        "products": [product for product, _, _ in groups],
        "branches": [branch for _, branch, _ in groups],
        "currencies": [currency for _, _, currency in groups],
    }
