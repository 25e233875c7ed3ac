"""Reads of reports: facts of the book as it was known, the postings behind a figure, kept runs."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.control.screens import Rights
from apps.kernel import sql
from apps.kernel.models import Branch
from apps.kernel.text import Text
from apps.ledger.catalogue import SUMMED
from apps.ledger.models import GLAccount
from apps.ledger.rules import Sight
from apps.reporting.declarations import Fact, Knowledge, Reach

# Whether a posting `p` was known: its date was closed by then, or its run was written by then and
# visible to whoever looked. Without `at` everything that is committed is known, and nothing needs
# to be asked.
KNOWN = """ AND (p.booking_date <= %(through)s::date OR EXISTS (
        SELECT FROM ledger_entry e JOIN control_operationrun r ON r.id = e.run_id
         WHERE e.id = p.entry_id AND r.at <= %(at)s::timestamptz
           AND (%(snapshot)s::pg_snapshot IS NULL
                OR pg_visible_in_snapshot(r.xid, %(snapshot)s::pg_snapshot))))"""
# Before the first date of any bank.
BEGINNING = dt.date(1, 1, 1)

# Day snapshots through the last date that was closed, and the postings of dates open since.
_LEDGER = """
    WITH part AS (
        SELECT gl_account_id, branch_id, currency, closing_minor AS closing, 0 AS debit, 0 AS credit
          FROM ledger_glday
         WHERE booking_date = least(%(end)s::date, %(through)s::date)
         UNION ALL
        SELECT gl_account_id, branch_id, currency, 0, sum(debit_minor), sum(credit_minor)
          FROM ledger_glday
         WHERE booking_date BETWEEN %(start)s::date AND least(%(end)s::date, %(through)s::date)
         GROUP BY gl_account_id, branch_id, currency
         UNION ALL
        SELECT a.gl_account_id, a.branch_id, a.currency, moved.net, moved.debit, moved.credit
          FROM (SELECT p.account_id, sum(p.amount_minor) AS net,
                       coalesce(sum(p.amount_minor) FILTER (
                           WHERE p.amount_minor > 0 AND p.booking_date >= %(start)s::date), 0)
                           AS debit,
                       coalesce(-sum(p.amount_minor) FILTER (
                           WHERE p.amount_minor < 0 AND p.booking_date >= %(start)s::date), 0)
                           AS credit
                  FROM ledger_posting p
                 WHERE p.booking_date > %(through)s::date
                   AND p.booking_date <= %(last)s::date{known}
                 GROUP BY p.account_id) moved
          JOIN ledger_account a ON a.id = moved.account_id)
    SELECT g.code, g.kind, part.branch_id, part.currency, sum(closing)::bigint,
           sum(debit)::bigint, sum(credit)::bigint
      FROM part JOIN ledger_glaccount g ON g.id = part.gl_account_id
     WHERE (%(branch)s::bigint IS NULL OR part.branch_id = %(branch)s::bigint)
       AND (%(currency)s::text IS NULL OR part.currency = %(currency)s::text)
     GROUP BY g.id, part.branch_id, part.currency
    HAVING sum(closing) <> 0 OR sum(debit) <> 0 OR sum(credit) <> 0
     ORDER BY g.code, part.branch_id, part.currency"""


def asked(reach: Reach) -> dict[str, Any]:
    """The parameters of a source's statement."""
    knowledge = reach.knowledge
    return {
        "start": reach.start,
        "end": reach.end,
        "branch": reach.branch,
        "currency": reach.currency,
        "through": knowledge.through,
        "last": min(reach.end, knowledge.last),
        "at": knowledge.at,
        "snapshot": knowledge.snapshot,
    }


def known(statement: str, knowledge: Knowledge) -> str:
    """A statement with `{known}` in it, for what was known."""
    return statement.format(known="" if knowledge.at is None else KNOWN)


def ledger(reach: Reach) -> list[Fact]:
    """Balances and turnovers by GL account, branch and currency; one statement."""
    found = sql.rows(known(_LEDGER, reach.knowledge), asked(reach))
    return [
        Fact(
            gl=gl,
            kind=kind,
            branch=branch,
            currency=currency,
            closing_minor=closing,
            debit_minor=debit,
            credit_minor=credit,
        )
        for gl, kind, branch, currency, closing, debit, credit in found
    ]


# --- Cash flow ----------------------------------------------------------------------------------

# Cash and what is at once cash: notes and coins, and correspondent accounts.
CASH = ("100", "1200", "1500")
CASH_ITEM, CONTRA_ITEM = "cash", "contra"
# A condition on a GL account `g`.
_IS_CASH = "(g.code LIKE '100%%' OR g.code IN ('1200', '1500'))"
# A leg of cash itself has one in its entry, of course.
TOUCHES_CASH = f"""EXISTS (
    SELECT FROM ledger_posting c JOIN ledger_account ca ON ca.id = c.account_id
      JOIN ledger_glaccount g ON g.id = ca.gl_account_id AND {_IS_CASH}
     WHERE c.entry_id = p.entry_id AND c.booking_date = p.booking_date)"""
# The other legs of entries that move cash: their sum, with the sign changed, is what cash moved by.
_CONTRA = f"""
    WITH leg AS MATERIALIZED (
        SELECT p.entry_id, p.booking_date, p.amount_minor, a.branch_id, a.currency, g.code, g.kind,
               {_IS_CASH} AS is_cash
          FROM ledger_posting p
          JOIN ledger_account a ON a.id = p.account_id
          JOIN ledger_glaccount g ON g.id = a.gl_account_id
         WHERE p.booking_date BETWEEN %(start)s::date AND %(last)s::date{{known}})
    SELECT code, kind, branch_id, currency,
           coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0)::bigint,
           coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)::bigint
      FROM leg
     WHERE NOT is_cash AND entry_id IN (SELECT entry_id FROM leg WHERE is_cash)
       AND (%(branch)s::bigint IS NULL OR branch_id = %(branch)s::bigint)
       AND (%(currency)s::text IS NULL OR currency = %(currency)s::text)
     GROUP BY code, kind, branch_id, currency ORDER BY code, branch_id, currency"""  # noqa: S608


def cash_flow(reach: Reach) -> list[Fact]:
    """Cash itself, and the other sides of entries that moved it; two statements."""
    of_cash = [
        Fact(
            gl=fact.gl,
            kind=fact.kind,
            branch=fact.branch,
            currency=fact.currency,
            item=CASH_ITEM,
            closing_minor=fact.closing_minor,
            debit_minor=fact.debit_minor,
            credit_minor=fact.credit_minor,
        )
        for fact in ledger(reach)
        if fact.gl.startswith(CASH)
    ]
    others = [
        Fact(
            gl=gl,
            kind=kind,
            branch=branch,
            currency=currency,
            item=CONTRA_ITEM,
            debit_minor=debit,
            credit_minor=credit,
        )
        for gl, kind, branch, currency, debit, credit in sql.rows(
            known(_CONTRA, reach.knowledge), asked(reach)
        )
    ]
    return of_cash + others


# --- What was known -----------------------------------------------------------------------------


def knowledge_now() -> Knowledge:
    """All that is committed, so that it can be told again exactly; one statement."""
    found = sql.row(
        """SELECT clock_timestamp(), pg_current_snapshot()::text,
                  (SELECT max(date) FROM kernel_bookingdate WHERE status = 'closed')"""
    )
    assert found is not None
    at, snapshot, through = found
    return Knowledge(through=through or BEGINNING, at=at, snapshot=snapshot)


def knowledge_at(at: dt.datetime | None) -> Knowledge:
    """What was written up to a moment, or all that is committed; one statement."""
    found = sql.row(
        """SELECT max(date) FILTER (WHERE status = 'closed' AND (
                      %(at)s::timestamptz IS NULL OR closed_at <= %(at)s::timestamptz)),
                  max(date) FILTER (WHERE %(at)s::timestamptz IS NULL
                                       OR opened_at <= %(at)s::timestamptz)
             FROM kernel_bookingdate""",
        {"at": at},
    )
    through, last = found or (None, None)
    return Knowledge(through=through or BEGINNING, last=last or BEGINNING, at=at)


# --- Names --------------------------------------------------------------------------------------


def gl_names() -> dict[str, Text]:
    """Names of the lines of the chart by code; one statement."""
    found = GLAccount.objects.values_list("code", "name_uk", "name_en")
    return {code: Text(uk=uk, en=en) for code, uk, en in found}


def branch_names(where: Collection[int] | None = None) -> dict[int, Text]:
    """Names of branches by id, of all or some, in their order; one statement."""
    found = Branch.objects.all() if where is None else Branch.objects.filter(id__in=where)
    return {one.id: Text(uk=one.name_uk, en=one.name_en) for one in found}


def currencies() -> list[str]:
    """The currencies in which the book has accounts; one statement."""
    # Customers' accounts need not be looked at: a currency that they have, the bank has too.
    found = sql.rows(
        "SELECT DISTINCT currency FROM ledger_account WHERE NOT limited ORDER BY currency"
    )
    return [code for (code,) in found]


# --- The postings behind a figure ---------------------------------------------------------------

# The postings behind some facts, and whether the reader's sight sums one with others.
_OF_FACTS = f"""
    SELECT p.booking_date, p.id, p.entry_id, e.kind, e.narrative, a.id AS account, a.number,
           gl.code, a.branch_id, p.currency, p.amount_minor, e.run_id, {SUMMED} AS summed
      FROM ledger_posting p
      JOIN ledger_account a ON a.id = p.account_id
      JOIN ledger_glaccount gl ON gl.id = a.gl_account_id
      JOIN unnest(%(codes)s::text[], %(branches)s::bigint[], %(currencies)s::text[])
           AS share (code, branch, currency)
        ON share.code = gl.code AND share.branch = a.branch_id AND share.currency = a.currency
      JOIN ledger_entry e ON e.id = p.entry_id
     WHERE p.amount_minor * %(side)s::integer >= 0
       AND {{narrow}}{{known}}"""  # noqa: S608
# Legs that are summed are one line for each entry, GL account, branch and currency, in the place of
# the first of them.
_BEHIND = f"""
    SELECT line.booking_date, line.id, line.entry_id, line.kind, line.narrative, line.account,
           line.number, line.currency, line.amount_minor, run.id, run.actor_name
      FROM (SELECT booking_date, id, entry_id, kind, narrative, account, number, currency,
                   amount_minor, run_id
              FROM ({_OF_FACTS}) open
             WHERE NOT summed AND booking_date BETWEEN %(start)s AND %(end)s
               AND (booking_date, id) < (%(date)s, %(posting)s)
             UNION ALL
            SELECT booking_date, min(id), entry_id, kind, narrative, NULL, NULL, currency,
                   sum(amount_minor)::bigint, run_id
              FROM ({_OF_FACTS}) closed
             WHERE summed AND booking_date BETWEEN %(start)s AND %(end)s
             GROUP BY booking_date, entry_id, kind, narrative, code, branch_id, currency, run_id
            HAVING (booking_date, min(id)) < (%(date)s, %(posting)s)) line
      JOIN control_operationrun run ON run.id = line.run_id
     ORDER BY line.booking_date DESC, line.id DESC LIMIT %(limit)s"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Behind:
    """A posting behind a figure, with the run to which it is owed and who did that.

    Without an account it is the sum of legs of its entry that the reader may not see one by one;
    `withheld` says so.
    """

    booking_date: dt.date
    posting: int
    entry: int
    kind: str
    narrative: str
    account: int | None
    number: str | None
    currency: str
    amount_minor: int
    run: UUID
    maker: str
    withheld: Text | None


def behind(
    facts: Collection[Fact],
    *,
    start: dt.date,
    end: dt.date,
    knowledge: Knowledge,
    narrow: str,
    sight: Sight,
    side: int = 0,
    limit: int = 100,
    before: tuple[dt.date, int] | None = None,
) -> list[Behind]:
    """The postings of some facts between two dates, newest first: a page, one statement.

    `side` is 1 for debits alone, -1 for credits. `narrow` is that of the facts' source, `sight`
    which entries the reader may see leg by leg.
    """
    places = sorted({(fact.gl, fact.branch, fact.currency) for fact in facts})
    items = sorted({fact.item for fact in facts if fact.item})
    date, posting = before or (dt.date.max, 2**62)
    params = {
        "at": knowledge.at,
        "snapshot": knowledge.snapshot,
        "through": knowledge.through,
        "closed": list(sight.closed),
        "codes": [code for code, _, _ in places],
        "branches": [branch for _, branch, _ in places],
        "currencies": [currency for _, _, currency in places],
        "start": start,
        "end": min(end, knowledge.last),
        "date": date,
        "posting": posting,
        "side": side,
        "limit": limit,
        "items": items,
    }
    statement = known(_BEHIND.replace("{narrow}", narrow), knowledge)
    return [
        Behind(*(*line, sight.sentence(line[3]) if line[5] is None else None))
        for line in sql.rows(statement, params)
    ]


# --- Kept reports -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A kept report in a list, without its content."""

    id: int
    report: str
    version: int
    parameters: Mapping[str, Any]
    branch: int | None
    digest: str
    at: dt.datetime
    run: UUID
    kept_by: str


def kept_lines(
    *,
    rights: Rights,
    permissions: Mapping[str, str],
    report: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[KeptLine]:
    """Kept reports that somebody may read, newest first: a page, one statement.

    `permissions` are those of the reports by code.
    """
    reports, branches = [], []
    everywhere = []
    for code, permission in sorted(permissions.items()):
        where = rights.branches(permission)
        if where is None:
            everywhere.append(code)
        for branch in sorted(where or ()):
            reports.append(code)
            branches.append(branch)
    found = sql.rows(
        """SELECT k.id, k.report, k.version, k.parameters::json, k.branch_id, k.digest, k.known_at,
                  k.run_id, r.actor_name
             FROM reporting_keptreport k JOIN control_operationrun r ON r.id = k.run_id
            WHERE (%(before)s::bigint IS NULL OR k.id < %(before)s::bigint)
              AND (%(report)s::text IS NULL OR k.report = %(report)s::text)
              AND (k.report = ANY (%(everywhere)s::text[])
                   OR (k.report, k.branch_id) IN (
                       SELECT * FROM unnest(%(reports)s::text[], %(branches)s::bigint[])))
            ORDER BY k.id DESC LIMIT %(limit)s""",
        {
            "before": before,
            "report": report,
            "everywhere": everywhere,
            "reports": reports,
            "branches": branches,
            "limit": limit,
        },
    )
    return [KeptLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept report with its content and with what the bank knew when it was kept."""

    line: KeptLine
    content: bytes
    knowledge: Knowledge


def kept(number: int) -> Kept | None:
    """A kept report by its number; one statement."""
    found = sql.row(
        """SELECT k.id, k.report, k.version, k.parameters::json, k.branch_id, k.digest, k.known_at,
                  k.run_id, r.actor_name, k.content, k.snapshot, k.closed_through
             FROM reporting_keptreport k JOIN control_operationrun r ON r.id = k.run_id
            WHERE k.id = %(number)s""",
        {"number": number},
    )
    if found is None:
        return None
    *line, content, snapshot, through = found
    told = KeptLine(*line)
    knowledge = Knowledge(through=through, at=told.at, snapshot=snapshot)
    return Kept(told, bytes(content), knowledge)
