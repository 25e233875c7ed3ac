"""Reads of the book. Amounts are in minor units; `balance` speaks debit positive."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.kernel import sql
from apps.ledger.errors import UnknownAccount, UnknownGLAccount

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


@dataclass(frozen=True, slots=True)
class Line:
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


@dataclass(frozen=True, slots=True)
class TrialLine:
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


def statement(
    account: int, *, limit: int = 50, before: tuple[dt.date, int] | None = None
) -> list[Line]:
    """The last lines of an account, newest first, in order of (booking date, posting).

    `before` is the place of the last line of the page above. Balances are those of the statement's
    own order: while a date is being closed its legs and the next date's interleave in time, and the
    balance that a leg saw when it was posted would jump. Two statements.
    """
    assert 0 < limit <= 1000, "a page has 1 to 1000 lines"
    date, posting = before or (dt.date.max, 2**62)
    found = sql.rows(
        """SELECT p.id, p.entry_id, p.booking_date, e.value_date, e.kind, e.narrative,
                  p.amount_minor, e.run_id
             FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.account_id = %(account)s
              AND (p.booking_date, p.id) < (%(date)s, %(posting)s)
            ORDER BY p.booking_date DESC, p.id DESC LIMIT %(limit)s""",
        {"account": account, "date": date, "posting": posting, "limit": limit},
    )
    if not found:
        return []
    newest = found[0]
    running = _balance_through(account, newest[2], newest[0])
    lines = []
    for posting, entry, booked, valued, kind, narrative, amount, run in found:
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


def trial_balance(date: dt.date, *, branch: int | None = None) -> list[TrialLine]:
    """Every GL account that ever moved, on a booking date, by code and currency; one statement.

    A closed date is read from its snapshot; the legs of dates not closed yet are added.
    """
    found = sql.rows(
        f"""WITH closed AS (SELECT {_LAST_CLOSED} AS last),
        part AS (
            SELECT gl_account_id, currency,
                   CASE WHEN %(date)s <= last THEN closing_minor - debit_minor + credit_minor
                        ELSE closing_minor END AS opening,
                   CASE WHEN %(date)s <= last THEN debit_minor ELSE 0 END AS debit,
                   CASE WHEN %(date)s <= last THEN credit_minor ELSE 0 END AS credit
              FROM ledger_glday, closed
             WHERE booking_date = least(%(date)s, last)
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
        SELECT g.code, g.name_uk, g.name_en, g.kind, part.currency,
               sum(opening)::bigint, sum(debit)::bigint, sum(credit)::bigint,
               (sum(opening) + sum(debit) - sum(credit))::bigint
          FROM part JOIN ledger_glaccount g ON g.id = part.gl_account_id
         GROUP BY g.id, part.currency ORDER BY g.code, part.currency""",  # noqa: S608
        {"date": date, "branch": branch},
    )
    return [TrialLine(*line) for line in found]


def general_ledger(
    code: str,
    *,
    start: dt.date,
    end: dt.date,
    limit: int = 200,
    after: tuple[dt.date, int] | None = None,
) -> list[tuple[Any, ...]]:
    """The postings of a GL account between two dates, oldest first: one page, one statement.

    Columns: booking date, posting, entry, kind, narrative, account number, currency, amount (debit
    positive), run. Raises UnknownGLAccount.
    """
    date, posting = after or (dt.date.min, 0)
    found = sql.rows(
        """SELECT p.booking_date, p.id, p.entry_id, e.kind, e.narrative, a.number, p.currency,
                  p.amount_minor, e.run_id
             FROM ledger_posting p
             JOIN ledger_account a ON a.id = p.account_id
             JOIN ledger_glaccount g ON g.id = a.gl_account_id AND g.code = %(code)s
             JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.booking_date BETWEEN %(start)s AND %(end)s
              AND (p.booking_date, p.id) > (%(date)s, %(posting)s)
            ORDER BY p.booking_date, p.id LIMIT %(limit)s""",
        {
            "code": code,
            "start": start,
            "end": end,
            "date": date,
            "posting": posting,
            "limit": limit,
        },
    )
    if not found and gl_account_id(code) is None:
        raise UnknownGLAccount(code=code)
    return found


def gl_account_id(code: str) -> int | None:
    """The id of a line of the chart of accounts; one statement."""
    found: int | None = sql.value(
        "SELECT id FROM ledger_glaccount WHERE code = %(code)s", {"code": code}
    )
    return found


def standing(accounts: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Number, name, side, currency and balance of some accounts, for previews; one statement."""
    return _standing("a.id = ANY (%(accounts)s::bigint[])", {"accounts": list(accounts)})


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


def entries_of(run: UUID, *, limit: int = 200) -> list[dict[str, Any]]:
    """The entries of a run with their legs, at most `limit` legs; one statement."""
    found = sql.rows(
        """SELECT e.id, e.kind, e.booking_date, e.value_date, e.narrative, e.reverses_id,
                  (SELECT r.id FROM ledger_entry r WHERE r.reverses_id = e.id), p.account_id,
                  a.number, a.name, p.amount_minor, p.currency
             FROM ledger_entry e
             JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
             JOIN ledger_account a ON a.id = p.account_id
            WHERE e.run_id = %(run)s ORDER BY e.id, p.id LIMIT %(limit)s""",
        {"run": run, "limit": limit},
    )
    entries: dict[int, dict[str, Any]] = {}
    for entry, kind, booked, valued, narrative, reverses, reversed_by, *leg in found:
        head = {
            "id": entry,
            "kind": kind,
            "booking_date": booked,
            "value_date": valued,
            "narrative": narrative,
            "reverses": reverses,
            "reversed_by": reversed_by,
            "legs": [],
        }
        names = ("account", "number", "name", "amount_minor", "currency")
        entries.setdefault(entry, head)["legs"].append(dict(zip(names, leg, strict=True)))
    return list(entries.values())


def reversed_of(runs: Sequence[UUID]) -> set[UUID]:
    """Which of these runs have an entry that was reversed; one statement."""
    found = sql.rows(
        """SELECT DISTINCT e.run_id FROM ledger_entry e
             JOIN ledger_entry r ON r.reverses_id = e.id
            WHERE e.run_id = ANY (%(runs)s::uuid[])""",
        {"runs": list(runs)},
    )
    return {run for (run,) in found}
