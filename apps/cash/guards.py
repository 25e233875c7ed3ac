"""Cash beside the rest of the bank: a guard of reversals, a gate of the date, and proofs."""

from collections.abc import Sequence

from apps.cash import queries
from apps.cash.errors import TillNotStaffed
from apps.cash.subjects import OF_MOMENT, OF_SESSION
from apps.control.columns import Column, Form
from apps.control.declarations import GATES, INVARIANTS, Gate, Invariant, guard
from apps.control.run import Run
from apps.kernel.text import Text
from apps.ledger.subjects import BOOKED, POSTING


@guard("cash.reversals_in_session", kinds=["entry"])
def reversals_in_session(*, ids: Sequence[int], run: Run) -> None:
    """What moved cash at a counter is undone only while somebody works there."""
    till = queries.unstaffed_of_entries(entries=ids, date=run.date)
    if till is not None:
        raise TillNotStaffed(till=till, date=run.date.isoformat())


GATES.add(
    "cash.open_sessions",
    Gate(
        name="cash.open_sessions",
        title=Text(uk="Касир не закрив зміну", en="A teller has not closed the session"),
        statement="""
            SELECT t.name, u.full_name
              FROM cash_session s
              JOIN cash_till t ON t.id = s.till_id
              JOIN access_user u ON u.id = s.teller_id
             WHERE s.status = 'open' AND s.booking_date <= %(date)s
             ORDER BY t.name""",
    ),
)

INVARIANTS.add(
    "cash.counts_equal_book",
    Invariant(
        name="cash.counts_equal_book",
        title=Text(
            uk="Перераховане на початку й наприкінці кожної зміни дорівнює рахунку каси в ту мить",
            en="What was counted as each session began and ended equals its till's account then",
        ),
        columns=(
            OF_SESSION,
            OF_MOMENT,
            Column(name=Text(uk="Перераховано", en="Counted")),
            BOOKED,
        ),
        # The book of a moment: the snapshot before the date, then the legs of the date whose runs
        # are not later. The close's own run, which books the difference, is part of the close.
        statement="""
            WITH moment AS (
                SELECT s.id, t.account_id, 'opening' AS moment, r.at, false AS inclusive
                  FROM cash_session s JOIN cash_till t ON t.id = s.till_id
                  JOIN control_operationrun r ON r.id = s.opened_run_id
                 WHERE s.booking_date = %(date)s
                 UNION ALL
                SELECT s.id, t.account_id, 'closing', r.at, true
                  FROM cash_session s JOIN cash_till t ON t.id = s.till_id
                  JOIN control_operationrun r ON r.id = s.closed_run_id
                 WHERE s.booking_date = %(date)s
            ), compared AS (
                SELECT m.id, m.moment,
                       (SELECT coalesce(sum(c.value_minor * c.pieces), 0) FROM cash_count c
                         WHERE c.session_id = m.id AND c.moment = m.moment) AS counted,
                       coalesce((SELECT closing_minor FROM ledger_accountday d
                                  WHERE d.account_id = m.account_id
                                    AND d.booking_date < %(date)s
                                  ORDER BY d.booking_date DESC LIMIT 1), 0)
                       + coalesce((SELECT sum(p.amount_minor) FROM ledger_posting p
                                     JOIN ledger_entry e ON e.id = p.entry_id
                                     JOIN control_operationrun r ON r.id = e.run_id
                                    WHERE p.account_id = m.account_id
                                      AND p.booking_date = %(date)s
                                      AND (r.at < m.at OR m.inclusive AND r.at = m.at)), 0)
                       AS booked
                  FROM moment m)
            SELECT id, moment, counted, booked FROM compared WHERE counted <> booked""",
    ),
)
INVARIANTS.add(
    "cash.counters_move_in_sessions",
    Invariant(
        name="cash.counters_move_in_sessions",
        title=Text(
            uk="Готівка в касах рухається лише в зміні: касирова — його власній",
            en="Cash at counters moves in sessions alone, over the counter in the teller's own",
        ),
        columns=(
            Column(name=Text(uk="Рядок проведення", en="Leg of an entry"), of=POSTING),
            Column(name=Text(uk="Каса", en="Till"), of=Form.TEXT),
            Column(name=Text(uk="Вид", en="Kind"), of=Form.KIND),
        ),
        statement="""
            SELECT p.id, t.name, e.kind
              FROM ledger_posting p
              JOIN cash_till t ON t.account_id = p.account_id AND t.kind = 'counter'
              JOIN ledger_entry e ON e.id = p.entry_id
              LEFT JOIN control_operationrun r ON r.id = e.run_id
             WHERE p.booking_date = %(date)s
               AND NOT EXISTS (
                   SELECT FROM cash_session s
                     JOIN control_operationrun opened ON opened.id = s.opened_run_id
                     LEFT JOIN control_operationrun closed ON closed.id = s.closed_run_id
                    WHERE s.till_id = t.id AND s.booking_date = p.booking_date
                      AND r.at > opened.at AND (closed.at IS NULL OR r.at <= closed.at)
                      AND (e.kind NOT IN ('cash.deposit', 'cash.withdrawal')
                           OR r.actor_id = s.teller_id))""",
    ),
)
INVARIANTS.add(
    "cash.differences_equal_book",
    Invariant(
        name="cash.differences_equal_book",
        title=Text(
            uk="Надлишки й нестачі закритих змін дорівнюють їхнім проведенням",
            en="What closed sessions were over or short equals its entries",
        ),
        columns=(
            OF_SESSION,
            Column(name=Text(uk="Різниця зміни", en="Difference of the session")),
            BOOKED,
        ),
        statement="""
            SELECT s.id, s.difference_minor, coalesce(sum(p.amount_minor), 0)
              FROM cash_session s
              JOIN cash_till t ON t.id = s.till_id
              LEFT JOIN ledger_entry e ON e.run_id = s.closed_run_id
                   AND e.kind IN ('cash.over', 'cash.short')
              LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.account_id = t.account_id
                   AND p.booking_date = s.booking_date
             WHERE s.booking_date = %(date)s AND s.status = 'closed'
             GROUP BY s.id HAVING s.difference_minor <> coalesce(sum(p.amount_minor), 0)""",
    ),
)
