"""How the book answers the door, and its proofs: states that are kept apart and must agree."""

from apps.control.columns import OF_CURRENCY, Column
from apps.control.declarations import INVARIANTS, POSTER, Invariant
from apps.control.rest.effects import VISIBLE
from apps.kernel.text import Text
from apps.ledger.posting import LedgerPoster
from apps.ledger.queries import visible
from apps.ledger.subjects import ENTRY, OF_ACCOUNT, OF_GL_ACCOUNT

POSTER.fill(LedgerPoster())
VISIBLE.fill(visible)

INVARIANTS.add(
    "ledger.balance_rows_equal_postings",
    Invariant(
        name="ledger.balance_rows_equal_postings",
        title=Text(
            uk="Залишок кожного рахунку дорівнює сумі його проведень",
            en="Each account's balance row equals the sum of its postings",
        ),
        columns=(
            OF_ACCOUNT,
            Column(name=Text(uk="Залишок", en="Balance")),
            Column(name=Text(uk="Сума проведень", en="Sum of postings")),
        ),
        statement="""
            SELECT b.account_id, b.balance_minor, coalesce(p.total, 0)
              FROM ledger_balance b
              LEFT JOIN (SELECT account_id, sum(amount_minor) AS total
                           FROM ledger_posting GROUP BY account_id) p USING (account_id)
             WHERE b.balance_minor <> coalesce(p.total, 0)""",
        thorough=True,
    ),
)
INVARIANTS.add(
    "ledger.balance_rows_follow_snapshots",
    Invariant(
        name="ledger.balance_rows_follow_snapshots",
        title=Text(
            uk="Залишок кожного рахунку, що рухався, дорівнює знімку дня та пізнішим проведенням",
            en="Each moved account's balance row equals the day's snapshot and later legs",
        ),
        columns=(
            OF_ACCOUNT,
            Column(name=Text(uk="Залишок", en="Balance")),
            Column(name=Text(uk="Знімок і пізніше", en="Snapshot and later")),
        ),
        statement="""
            SELECT b.account_id, b.balance_minor, d.closing_minor + coalesce(p.later, 0)
              FROM ledger_accountday d
              JOIN ledger_balance b USING (account_id)
              LEFT JOIN (SELECT account_id, sum(amount_minor) AS later FROM ledger_posting
                          WHERE booking_date > %(date)s GROUP BY account_id) p USING (account_id)
             WHERE d.booking_date = %(date)s
               AND b.balance_minor <> d.closing_minor + coalesce(p.later, 0)
               AND NOT EXISTS (SELECT FROM ledger_accountday newer
                                WHERE newer.account_id = d.account_id
                                  AND newer.booking_date > %(date)s)""",
    ),
)
INVARIANTS.add(
    "ledger.holds_equal_rows",
    Invariant(
        name="ledger.holds_equal_rows",
        title=Text(
            uk="Утримане на рахунку дорівнює сумі чинних утримань",
            en="What is held on an account equals its standing holds",
        ),
        columns=(
            OF_ACCOUNT,
            Column(name=Text(uk="Утримано", en="Held")),
            Column(name=Text(uk="Сума утримань", en="Sum of holds")),
        ),
        statement="""
            SELECT b.account_id, b.held_minor, coalesce(h.total, 0)
              FROM ledger_balance b
              LEFT JOIN (SELECT account_id, sum(amount_minor) AS total FROM ledger_hold
                          WHERE released_on IS NULL GROUP BY account_id) h USING (account_id)
             WHERE b.held_minor <> coalesce(h.total, 0)
               AND (b.held_minor <> 0 OR h.total IS NOT NULL)""",
    ),
)
INVARIANTS.add(
    "ledger.day_sums_to_zero",
    Invariant(
        name="ledger.day_sums_to_zero",
        title=Text(
            uk="Проведення дня сходяться до нуля в кожній валюті",
            en="The day's postings sum to zero in each currency",
        ),
        columns=(
            OF_CURRENCY,
            Column(name=Text(uk="Різниця", en="Difference")),
        ),
        statement="""
            SELECT currency, sum(amount_minor) FROM ledger_posting
             WHERE booking_date = %(date)s GROUP BY currency HAVING sum(amount_minor) <> 0""",
    ),
)
INVARIANTS.add(
    "ledger.trial_balance_is_zero",
    Invariant(
        name="ledger.trial_balance_is_zero",
        title=Text(
            uk="Оборотно-сальдова відомість дня збалансована в кожній валюті",
            en="The day's trial balance is balanced in each currency",
        ),
        columns=(
            OF_CURRENCY,
            Column(name=Text(uk="Різниця", en="Difference")),
        ),
        statement="""
            SELECT currency, sum(closing_minor) FROM ledger_glday
             WHERE booking_date = %(date)s GROUP BY currency HAVING sum(closing_minor) <> 0""",
    ),
)
INVARIANTS.add(
    "ledger.gl_follows_accounts",
    Invariant(
        name="ledger.gl_follows_accounts",
        title=Text(
            uk="Головна книга дня дорівнює попередньому дню та проведенням дня",
            en="The day's general ledger equals the day before and the day's postings",
        ),
        columns=(
            OF_GL_ACCOUNT,
            Column(name=Text(uk="На кінець дня", en="Closing")),
            Column(name=Text(uk="Напередодні", en="The day before")),
            Column(name=Text(uk="Проведено за день", en="Booked on the day")),
        ),
        statement="""
            SELECT coalesce(now.gl, was.gl), now.closing, was.closing, moved.net
              FROM (SELECT gl_account_id AS gl, branch_id, currency, closing_minor AS closing
                      FROM ledger_glday WHERE booking_date = %(date)s) now
              FULL JOIN (SELECT gl_account_id AS gl, branch_id, currency, closing_minor AS closing
                           FROM ledger_glday WHERE booking_date = %(date)s::date - 1) was
                ON (now.gl, now.branch_id, now.currency) = (was.gl, was.branch_id, was.currency)
              FULL JOIN (SELECT a.gl_account_id AS gl, a.branch_id, a.currency,
                                sum(p.amount_minor) AS net
                           FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                          WHERE p.booking_date = %(date)s
                          GROUP BY a.gl_account_id, a.branch_id, a.currency) moved
                ON (moved.gl, moved.branch_id, moved.currency)
                 = (coalesce(now.gl, was.gl), coalesce(now.branch_id, was.branch_id),
                    coalesce(now.currency, was.currency))
             WHERE coalesce(now.closing, 0) <> coalesce(was.closing, 0) + coalesce(moved.net, 0)""",
    ),
)
INVARIANTS.add(
    "ledger.entries_balance",
    Invariant(
        name="ledger.entries_balance",
        title=Text(
            uk="Кожне проведення збалансоване в кожній валюті та має рядок журналу",
            en="Each entry balances in each currency and has its line of the journal",
        ),
        columns=(Column(name=Text(uk="Проведення", en="Entry"), of=ENTRY),),
        statement="""
            SELECT e.id FROM ledger_entry e
              LEFT JOIN control_operationrun r ON r.id = e.run_id
             WHERE e.booking_date = %(date)s AND r.outcome IS DISTINCT FROM 'done'
             UNION ALL
            SELECT p.entry_id FROM ledger_posting p
              LEFT JOIN ledger_entry e ON e.id = p.entry_id
             WHERE p.booking_date = %(date)s
             GROUP BY p.entry_id, p.currency
            HAVING sum(p.amount_minor) <> 0 OR bool_or(e.booking_date IS DISTINCT FROM %(date)s)""",
    ),
)
