"""Reads of the book. Amounts are in minor units; `balance` speaks debit positive."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec import Struct

from apps.control.screens import Rights
from apps.kernel import sql
from apps.kernel.text import Text
from apps.ledger.catalogue import SUMMED
from apps.ledger.errors import UnknownAccount, UnknownGLAccount
from apps.ledger.rules import Sight

# The legs of dates that are not closed yet: at most two dates, and so at most two partitions.
_LAST_CLOSED = """coalesce((SELECT max(date) FROM kernel_bookingdate WHERE status = 'closed'),
                           DATE '0001-01-01')"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A limited account now. `natural` is positive on the account's own side."""

    balance_minor: int
    held_minor: int
    floor_minor: int
    side: int
    currency: str

    @property
    def natural_minor(self) -> int:
        return self.side * self.balance_minor

    @property
    def available_minor(self) -> int:
        return self.natural_minor - self.held_minor - self.floor_minor


class Line(Struct, frozen=True):
    """One line of a statement; `balance_minor` is the balance after it, debit positive."""

    posting: int
    entry: int
    booking_date: dt.date
    value_date: dt.date
    kind: str
    narrative: str
    amount_minor: int
    balance_minor: int
    run: UUID


class TrialLine(Struct, frozen=True):
    """A GL account on a date: what it opened with, its turnovers, and what it closed with."""

    code: str
    name_uk: str
    name_en: str
    kind: str
    currency: str
    opening_minor: int
    debit_minor: int
    credit_minor: int
    closing_minor: int


def limited(account: int) -> Standing:
    """The balance row of a limited account; one statement. Raises UnknownAccount."""
    found = sql.row(
        """SELECT b.balance_minor, b.held_minor, b.floor_minor, b.side, a.currency
             FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
            WHERE b.account_id = %(account)s""",
        {"account": account},
    )
    if found is None:
        raise UnknownAccount(account=account)
    return Standing(*found)


def balance(account: int) -> int:
    """The balance of any account now, with every open date in it; one statement.

    A limited account has it in its row; another one in its last snapshot and the legs since.
    """
    now: int = sql.value(
        f"""SELECT coalesce(
                (SELECT balance_minor FROM ledger_balance WHERE account_id = %(account)s),
                coalesce((SELECT closing_minor FROM ledger_accountday
                           WHERE account_id = %(account)s AND booking_date <= {_LAST_CLOSED}
                           ORDER BY booking_date DESC LIMIT 1), 0)
                + coalesce((SELECT sum(amount_minor) FROM ledger_posting
                             WHERE account_id = %(account)s
                               AND booking_date > {_LAST_CLOSED}), 0))::bigint""",  # noqa: S608
        {"account": account},
    )
    return now


def balance_on(account: int, date: dt.date) -> int:
    """The balance at the end of a booking date, or so far if that is open; one statement."""
    then: int = sql.value(
        f"""SELECT (coalesce((SELECT closing_minor FROM ledger_accountday
                               WHERE account_id = %(account)s AND booking_date <= %(date)s
                                 AND booking_date <= {_LAST_CLOSED}
                               ORDER BY booking_date DESC LIMIT 1), 0)
                    + coalesce((SELECT sum(amount_minor) FROM ledger_posting
                                 WHERE account_id = %(account)s AND booking_date <= %(date)s
                                   AND booking_date > {_LAST_CLOSED}), 0))::bigint""",  # noqa: S608
        {"account": account, "date": date},
    )
    return then


# With the lines comes, as a row without a posting, the last snapshot before the newest of them: the
# lines since it, where the page has them all, make the balances, and no leg is read twice.
_STATEMENT = f"""
    WITH line AS MATERIALIZED (
        SELECT id, entry_id, booking_date, amount_minor FROM ledger_posting
         WHERE account_id = %(account)s AND booking_date <= %(date)s
           AND (booking_date, id) < (%(date)s, %(posting)s)
         ORDER BY booking_date DESC, id DESC LIMIT %(limit)s)
    SELECT line.id, line.entry_id, line.booking_date, e.value_date, e.kind, e.narrative,
           line.amount_minor, e.run_id
      FROM line JOIN ledger_entry e ON e.id = line.entry_id
     UNION ALL
    (SELECT NULL, NULL, booking_date, NULL, NULL, NULL, closing_minor, NULL
       FROM ledger_accountday
      WHERE account_id = %(account)s
        AND booking_date < (SELECT max(booking_date) FROM line) AND booking_date <= {_LAST_CLOSED}
      ORDER BY booking_date DESC LIMIT 1)
     ORDER BY 3 DESC, 1 DESC"""  # noqa: S608


def statement(
    account: int, *, limit: int = 50, before: tuple[dt.date, int] | None = None
) -> list[Line]:
    """The last lines of an account, newest first, in order of (booking date, posting).

    `before` is the place of the last line of the page above. Balances are those of the statement's
    own order: while a date is being closed its legs and the next date's interleave in time, and the
    balance that a leg saw when it was posted would jump. One statement; a second one where a page
    does not reach back to the day before its newest line.
    """
    assert 0 < limit <= 1000, "a page has 1 to 1000 lines"
    date, posting = before or (dt.date.max, 2**62)
    found = sql.rows(
        _STATEMENT, {"account": account, "date": date, "posting": posting, "limit": limit}
    )
    legs = [row for row in found if row[0] is not None]
    if not legs:
        return []
    closed, closing = next(((row[2], row[6]) for row in found if row[0] is None), (dt.date.min, 0))
    if len(legs) < limit or legs[-1][2] <= closed:
        running = closing + sum(leg[6] for leg in legs if leg[2] > closed)
    else:
        running = _balance_through(account, legs[0][2], legs[0][0])
    lines = []
    for posting, entry, booked, valued, kind, narrative, amount, run in legs:
        lines.append(Line(posting, entry, booked, valued, kind, narrative, amount, running, run))
        running -= amount
    return lines


def _balance_through(account: int, date: dt.date, posting: int) -> int:
    """The balance of the account's statement just after one of its postings; one statement."""
    through: int = sql.value(
        f"""WITH snapshot AS (
                SELECT booking_date, closing_minor FROM ledger_accountday
                 WHERE account_id = %(account)s AND booking_date < %(date)s
                   AND booking_date <= {_LAST_CLOSED}
                 ORDER BY booking_date DESC LIMIT 1)
            SELECT (coalesce((SELECT closing_minor FROM snapshot), 0)
                    + coalesce((SELECT sum(amount_minor) FROM ledger_posting
                                 WHERE account_id = %(account)s
                                   AND booking_date > coalesce((SELECT booking_date FROM snapshot),
                                                               DATE '0001-01-01')
                                   AND (booking_date < %(date)s
                                        OR booking_date = %(date)s AND id <= %(posting)s)),
                               0))::bigint""",  # noqa: S608
        {"account": account, "date": date, "posting": posting},
    )
    return through


# What a line of a trial balance tells of its GL account, before the sums.
_OF_GL = "g.code, g.name_uk, g.name_en, g.kind"
_CLOSED_TRIAL = f"""
    SELECT {_OF_GL}, d.currency, sum(d.closing_minor - d.debit_minor + d.credit_minor)::bigint,
           sum(d.debit_minor)::bigint, sum(d.credit_minor)::bigint, sum(d.closing_minor)::bigint
      FROM ledger_glday d JOIN ledger_glaccount g ON g.id = d.gl_account_id
     WHERE d.booking_date = %(date)s AND d.booking_date <= {_LAST_CLOSED}
       AND (%(branch)s::bigint IS NULL OR d.branch_id = %(branch)s)
     GROUP BY g.id, d.currency ORDER BY g.code, d.currency"""  # noqa: S608
# From the last closed date on: its snapshot, and the legs of dates not closed yet.
_OPEN_TRIAL = f"""
    WITH closed AS (SELECT {_LAST_CLOSED} AS last),
    part AS (
        SELECT gl_account_id, currency, closing_minor AS opening, 0 AS debit, 0 AS credit
          FROM ledger_glday, closed
         WHERE booking_date = last AND %(date)s > last
           AND (%(branch)s::bigint IS NULL OR branch_id = %(branch)s)
         UNION ALL
        SELECT a.gl_account_id, a.currency,
               CASE WHEN leg.booking_date < %(date)s THEN leg.net ELSE 0 END,
               CASE WHEN leg.booking_date < %(date)s THEN 0 ELSE leg.debit END,
               CASE WHEN leg.booking_date < %(date)s THEN 0 ELSE leg.credit END
          FROM (SELECT account_id, booking_date, sum(amount_minor) AS net,
                       coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0) AS debit,
                       coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0) AS credit
                  FROM ledger_posting
                 WHERE booking_date > (SELECT last FROM closed) AND booking_date <= %(date)s
                 GROUP BY account_id, booking_date) leg
          JOIN ledger_account a ON a.id = leg.account_id
         WHERE %(branch)s::bigint IS NULL OR a.branch_id = %(branch)s)
    SELECT {_OF_GL}, part.currency, sum(opening)::bigint, sum(debit)::bigint, sum(credit)::bigint,
           (sum(opening) + sum(debit) - sum(credit))::bigint
      FROM part JOIN ledger_glaccount g ON g.id = part.gl_account_id
     GROUP BY g.id, part.currency ORDER BY g.code, part.currency"""  # noqa: S608


def trial_balance(date: dt.date, *, branch: int | None = None) -> list[TrialLine]:
    """Every GL account that ever moved, on a booking date, by code and currency.

    A closed date is read from its snapshot, by one statement; the legs of dates not closed yet are
    summed by a second one, of which the first need not know: it is planned for few rows.
    """
    params = {"date": date, "branch": branch}
    found = sql.rows(_CLOSED_TRIAL, params) or sql.rows(_OPEN_TRIAL, params)
    return [TrialLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class GLLine:
    """A posting of a GL account, debit positive.

    Without a `number` it is the sum of legs of its entry that the reader may not see one by one;
    `withheld` says so.
    """

    booking_date: dt.date
    posting: int
    entry: int
    kind: str
    narrative: str
    number: str | None
    currency: str
    amount_minor: int
    run: UUID
    withheld: Text | None


# The postings of a GL account, and whether the reader's sight sums a leg with others.
_OF_GL_ACCOUNT = f"""
    SELECT p.booking_date, p.id, p.entry_id, e.kind, e.narrative, a.number, p.currency,
           p.amount_minor, e.run_id, {SUMMED} AS summed
      FROM ledger_posting p
      JOIN ledger_account a ON a.id = p.account_id
      JOIN ledger_glaccount g ON g.id = a.gl_account_id AND g.code = %(code)s
      JOIN ledger_entry e ON e.id = p.entry_id
     WHERE (%(branches)s::bigint[] IS NULL OR a.branch_id = ANY (%(branches)s::bigint[]))"""  # noqa: S608
# Legs that are summed are one line for each entry and currency, in the place of the first of them.
_GENERAL_LEDGER = f"""
    SELECT booking_date, id, entry_id, kind, narrative, number, currency, amount_minor, run_id
      FROM (SELECT booking_date, id, entry_id, kind, narrative, number, currency, amount_minor,
                   run_id
              FROM ({_OF_GL_ACCOUNT}) open
             WHERE NOT summed AND booking_date BETWEEN %(start)s AND %(end)s
               AND (booking_date, id) > (%(date)s, %(posting)s)
             UNION ALL
            SELECT booking_date, min(id), entry_id, kind, narrative, NULL, currency,
                   sum(amount_minor)::bigint, run_id
              FROM ({_OF_GL_ACCOUNT}) closed
             WHERE summed AND booking_date BETWEEN %(start)s AND %(end)s
             GROUP BY booking_date, entry_id, kind, narrative, currency, run_id
            HAVING (booking_date, min(id)) > (%(date)s, %(posting)s)) line
     ORDER BY booking_date, id LIMIT %(limit)s"""  # noqa: S608


def general_ledger(
    code: str,
    *,
    start: dt.date,
    end: dt.date,
    sight: Sight,
    branches: frozenset[int] | None = None,
    limit: int = 200,
    after: tuple[dt.date, int] | None = None,
) -> list[GLLine]:
    """The postings of a GL account between two dates, oldest first: one page, one statement.

    `branches` are those the reader may see (None: all), `sight` which entries leg by leg. Raises
    UnknownGLAccount.
    """
    date, posting = after or (dt.date.min, 0)
    found = sql.rows(
        _GENERAL_LEDGER,
        {
            "code": code,
            "closed": list(sight.closed),
            "branches": sql.listed(branches),
            "start": start,
            "end": end,
            "date": date,
            "posting": posting,
            "limit": limit,
        },
    )
    if not found and gl_account_id(code) is None:
        raise UnknownGLAccount(code=code)
    return [
        GLLine(*(*line, sight.sentence(line[3]) if line[5] is None else None)) for line in found
    ]


def gl_account_id(code: str) -> int | None:
    """The id of a line of the chart of accounts; one statement."""
    found: int | None = sql.value(
        "SELECT id FROM ledger_glaccount WHERE code = %(code)s", {"code": code}
    )
    return found


def standing(accounts: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Number, name, side, currency and balance of some accounts, for previews; one statement."""
    return _standing("a.id = ANY (%(accounts)s::bigint[])", {"accounts": list(accounts)})


# Ledger accounts that somebody may look at: any in a branch where `ledger.view` is held, but those
# of which confidential entries tell; and those of customers where `accounts.view` is.
_LOOKED_AT = """
    SELECT a.id FROM ledger_account a
     WHERE a.id = ANY (%(accounts)s::bigint[])
       AND ((%(whole)s::bigint[] IS NULL OR a.branch_id = ANY (%(whole)s::bigint[])){told}
            OR a.owner LIKE 'customer:%%'
               AND (%(customers)s::bigint[] IS NULL
                    OR a.branch_id = ANY (%(customers)s::bigint[])))"""

_NOT_TOLD_OF = """ AND NOT EXISTS (
    SELECT FROM ({owners}) one (id)
     WHERE one.id = CASE WHEN a.owner LIKE 'customer:%%'
                         THEN substr(a.owner, length('customer:') + 1)::bigint END)"""


def visible(accounts: Collection[int], rights: Rights) -> set[int]:
    """Those of some accounts whose balance and lines a client may see; one statement.

    A confidential entry on a customer's account shows in every balance after it: such an account is
    open to whoever may look at the customer's deposits, or may see the entry itself.
    """
    whole, customers = (rights.branches(name) for name in ("ledger.view", "accounts.view"))
    owners = Sight.of(rights).owners()
    told = owners and _NOT_TOLD_OF.format(owners=owners)
    found = sql.rows(
        _LOOKED_AT.format(told=told),
        {
            "accounts": list(accounts),
            "whole": sql.listed(whole),
            "customers": sql.listed(customers),
        },
    )
    return {account for (account,) in found}


def numbered(numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The same by account numbers, as a signed meaning has them; unknown ones are left out."""
    found = _standing("a.number = ANY (%(numbers)s::text[])", {"numbers": list(numbers)})
    return {account["number"]: account for account in found.values()}


def _standing(which: str, params: dict[str, Any]) -> dict[int, dict[str, Any]]:
    found = sql.rows(
        f"""SELECT a.id, a.number, a.name, a.side, a.currency,
                  coalesce(b.balance_minor,
                      (coalesce((SELECT closing_minor FROM ledger_accountday d
                                  WHERE d.account_id = a.id
                                    AND d.booking_date <= {_LAST_CLOSED}
                                  ORDER BY booking_date DESC LIMIT 1), 0)
                       + coalesce((SELECT sum(amount_minor) FROM ledger_posting p
                                    WHERE p.account_id = a.id
                                      AND p.booking_date > {_LAST_CLOSED}), 0))::bigint)
             FROM ledger_account a LEFT JOIN ledger_balance b ON b.account_id = a.id
            WHERE {which}""",  # noqa: S608 - the condition is one of the two above
        params,
    )
    names = ("number", "name", "side", "currency", "balance_minor")
    return {key: dict(zip(names, rest, strict=True)) for key, *rest in found}


def booked_by(runs: Sequence[UUID]) -> dict[UUID, bool]:
    """Those of these runs that booked something: whether some of it was reversed; one statement."""
    found = sql.rows(
        """SELECT e.run_id, bool_or(r.id IS NOT NULL) FROM ledger_entry e
             LEFT JOIN ledger_entry r ON r.reverses_id = e.id
            WHERE e.run_id = ANY (%(runs)s::uuid[])
            GROUP BY e.run_id""",
        {"runs": list(runs)},
    )
    return dict(found)
