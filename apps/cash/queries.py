"""Reads of tills and sessions. Amounts are in minor units."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from apps.cash.models import Count, Piece, Session, Till
from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class Place:
    """The two ledger accounts between which cash over the counter moves."""

    till_account: int
    deposit_account: int


def at_counter(*, till: int, deposit: int, teller: int, date: dt.date) -> Place | None:
    """The accounts of a counter in the teller's own open session; one statement, the hot path.

    The session is locked against its close until the transaction ends. A close that came first
    makes this find nothing, as the lock's holder is judged again once it is had.
    """
    found = sql.row(
        """SELECT t.account_id, d.account_id
             FROM cash_till t
             JOIN cash_session s ON s.till_id = t.id AND s.status = 'open'
                  AND s.teller_id = %(teller)s AND s.booking_date = %(date)s
             JOIN accounts_deposit d ON d.id = %(deposit)s
            WHERE t.id = %(till)s
              FOR SHARE OF s""",
        {"till": till, "deposit": deposit, "teller": teller, "date": date},
    )
    return Place(*found) if found else None


def at_position(*, till: int, deposit: int) -> Place | None:
    """The accounts of a position and a deposit; one statement, the hot path."""
    found = sql.row(
        """SELECT t.account_id, d.account_id
             FROM cash_till t JOIN accounts_deposit d ON d.id = %(deposit)s
            WHERE t.id = %(till)s AND t.kind = 'position'""",
        {"till": till, "deposit": deposit},
    )
    return Place(*found) if found else None


def deposit_exists(deposit: int) -> bool:
    """Is there such a deposit? One statement."""
    found: bool = sql.value(
        "SELECT EXISTS (SELECT FROM accounts_deposit WHERE id = %(deposit)s)", {"deposit": deposit}
    )
    return found


def staffed(*, tills: Sequence[int], date: dt.date) -> set[int]:
    """Which of the tills have an open session of the date, locked against its close."""
    found = sql.rows(
        """SELECT till_id FROM cash_session
            WHERE till_id = ANY (%(tills)s::bigint[]) AND status = 'open'
              AND booking_date = %(date)s
            ORDER BY id FOR SHARE""",
        {"tills": list(tills), "date": date},
    )
    return {till for (till,) in found}


def unstaffed_of_entries(*, entries: Sequence[int], date: dt.date) -> str | None:
    """A counter that the entries touch and where nobody works on the date, by name; one statement.

    The sessions of the others are locked against their close.
    """
    found: str | None = sql.value(
        """WITH touched AS (
            SELECT DISTINCT t.id, t.name
              FROM ledger_entry e
              JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
              JOIN cash_till t ON t.account_id = p.account_id AND t.kind = 'counter'
             WHERE e.id = ANY (%(entries)s::bigint[])
        ), staffed AS MATERIALIZED (
            SELECT till_id FROM cash_session
             WHERE till_id IN (SELECT id FROM touched) AND status = 'open'
               AND booking_date = %(date)s
             ORDER BY id FOR SHARE)
        SELECT name FROM touched WHERE id NOT IN (SELECT till_id FROM staffed) ORDER BY id""",
        {"entries": list(entries), "date": date},
    )
    return found


def pieces(currency: str) -> list[int]:
    """The values that may be counted in a currency, greatest first, in minor units."""
    return list(
        Piece.objects.filter(currency=currency)
        .order_by("-value_minor")
        .values_list("value_minor", flat=True)
    )


def tills(*, branch: int) -> list[Till]:
    """The tills of a branch by name, with their accounts' balance rows; one statement."""
    return list(
        Till.objects.filter(branch_id=branch)
        .select_related("account__balance")
        .order_by("name", "id")
    )


def open_session(*, teller: int) -> Session | None:
    """The session in which a teller works now, with its till; one statement."""
    return Session.objects.filter(teller_id=teller, status="open").select_related("till").first()


def counts(session: int) -> list[Count]:
    """What was counted in a session, opening first, greatest value first; one statement."""
    return list(Count.objects.filter(session_id=session).order_by("-moment", "-value_minor"))


@dataclass(frozen=True, slots=True)
class TillFacts:
    """A till of any kind with what it holds, and who works there now (`session` 0: nobody)."""

    id: int
    name: str
    kind: str
    branch: int
    currency: str
    balance_minor: int
    session: int
    teller: str


_TILLS = """
    SELECT t.id, t.name, t.kind, t.branch_id, t.currency, b.side * b.balance_minor,
           coalesce(s.id, 0), coalesce(u.full_name, '')
      FROM cash_till t
      JOIN ledger_balance b ON b.account_id = t.account_id
      LEFT JOIN cash_session s ON s.till_id = t.id AND s.status = 'open'
      LEFT JOIN access_user u ON u.id = s.teller_id"""


def all_tills(*, branches: frozenset[int] | None) -> list[TillFacts]:
    """The tills of these branches (None: all), vaults first; one statement."""
    found = sql.rows(
        f"""{_TILLS}
            WHERE %(branches)s::bigint[] IS NULL OR t.branch_id = ANY (%(branches)s::bigint[])
            ORDER BY t.branch_id, t.kind <> 'vault', t.name, t.currency""",
        {"branches": sql.listed(branches)},
    )
    return [TillFacts(*line) for line in found]


def page_of_tills(
    *, branches: frozenset[int] | None, kind: str = "", after: int = 0, limit: int = 50
) -> list[TillFacts]:
    """Tills of these branches (None: all), of a kind or of every kind, oldest first.

    A page behind an id; one statement.
    """
    found = sql.rows(
        f"""{_TILLS}
            WHERE t.id > %(after)s AND (%(kind)s = '' OR t.kind = %(kind)s)
              AND (%(branches)s::bigint[] IS NULL OR t.branch_id = ANY (%(branches)s::bigint[]))
            ORDER BY t.id LIMIT %(limit)s""",
        {
            "branches": sql.listed(branches),
            "kind": kind,
            "after": after,
            "limit": limit,
        },
    )
    return [TillFacts(*line) for line in found]


def till(till_id: int) -> TillFacts | None:
    """A till by its id; one statement."""
    found = sql.row(f"{_TILLS} WHERE t.id = %(id)s", {"id": till_id})
    return TillFacts(*found) if found else None


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session with its till and its teller; `difference_minor` once it is closed."""

    id: int
    till: int
    branch: int
    currency: str
    teller: int
    teller_name: str
    booking_date: dt.date
    status: str
    difference_minor: int | None


_SESSIONS = """
    SELECT s.id, t.id, t.branch_id, t.currency, u.id, u.full_name, s.booking_date, s.status,
           s.difference_minor
      FROM cash_session s
      JOIN cash_till t ON t.id = s.till_id
      JOIN access_user u ON u.id = s.teller_id"""


def session(session_id: int) -> SessionFacts | None:
    """A session by its id; one statement."""
    found = sql.row(f"{_SESSIONS} WHERE s.id = %(id)s", {"id": session_id})
    return SessionFacts(*found) if found else None


def sessions(
    *,
    branches: frozenset[int] | None,
    date: dt.date | None = None,
    till: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[SessionFacts]:
    """Sessions in these branches (None: all), newest first: a page, one statement."""
    found = sql.rows(
        f"""{_SESSIONS}
            WHERE (%(before)s::bigint IS NULL OR s.id < %(before)s::bigint)
              AND (%(date)s::date IS NULL OR s.booking_date = %(date)s::date)
              AND (%(till)s::bigint IS NULL OR s.till_id = %(till)s::bigint)
              AND (%(branches)s::bigint[] IS NULL OR t.branch_id = ANY (%(branches)s::bigint[]))
            ORDER BY s.id DESC LIMIT %(limit)s""",
        {
            "branches": sql.listed(branches),
            "date": date,
            "till": till,
            "before": before,
            "limit": limit,
        },
    )
    return [SessionFacts(*line) for line in found]


@dataclass(frozen=True, slots=True)
class Desk:
    """A teller's open session with what its till holds now."""

    session: int
    till: int
    name: str
    branch: int
    currency: str
    account: int
    date: dt.date
    balance_minor: int


def desk(*, teller: int) -> Desk | None:
    """Where a teller works now; one statement, asked by every page of the desk."""
    found = sql.row(
        """SELECT s.id, t.id, t.name, t.branch_id, t.currency, t.account_id, s.booking_date,
                  b.side * b.balance_minor
             FROM cash_session s
             JOIN cash_till t ON t.id = s.till_id
             JOIN ledger_balance b ON b.account_id = t.account_id
            WHERE s.teller_id = %(teller)s AND s.status = 'open'""",
        {"teller": teller},
    )
    return Desk(*found) if found else None


def counters(*, branches: frozenset[int] | None) -> list[Desk]:
    """The counters of these branches (None: all); `session` is 0 where nobody works."""
    found = sql.rows(
        """SELECT coalesce(s.id, 0), t.id, t.name, t.branch_id, t.currency, t.account_id, day.date,
                  b.side * b.balance_minor
             FROM cash_till t
             JOIN ledger_balance b ON b.account_id = t.account_id
             JOIN kernel_bookingdate day ON day.status = 'open'
             LEFT JOIN cash_session s ON s.till_id = t.id AND s.status = 'open'
            WHERE t.kind = 'counter'
              AND (%(branches)s::bigint[] IS NULL OR t.branch_id = ANY (%(branches)s::bigint[]))
            ORDER BY t.branch_id, t.name""",
        {"branches": sql.listed(branches)},
    )
    return [Desk(*line) for line in found]
