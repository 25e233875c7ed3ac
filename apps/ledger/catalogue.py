"""Accounts and entries as lists tell them, page by page. Amounts are in minor units."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.kernel import sql


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A ledger account without what stands on it."""

    id: int
    number: str
    name: str
    gl_account: str
    branch: int
    currency: str
    side: int
    limited: bool
    opened_on: dt.date
    closed_on: dt.date | None


_ACCOUNT = """
    SELECT a.id, a.number, a.name, g.code, a.branch_id, a.currency, a.side, a.limited,
           a.opened_on, a.closed_on
      FROM ledger_account a JOIN ledger_glaccount g ON g.id = a.gl_account_id"""


def account(account_id: int) -> AccountFacts | None:
    """A ledger account by its id; one statement."""
    found = sql.row(f"{_ACCOUNT} WHERE a.id = %(id)s", {"id": account_id})
    return AccountFacts(*found) if found else None


def accounts(
    *,
    branches: frozenset[int] | None,
    gl_account: str | None = None,
    branch: int | None = None,
    limited: bool | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[AccountFacts]:
    """Ledger accounts of these branches (None: all), oldest first: a page, one statement."""
    found = sql.rows(
        f"""{_ACCOUNT}
             WHERE a.id > %(after)s
               AND (%(branches)s::bigint[] IS NULL OR a.branch_id = ANY (%(branches)s::bigint[]))
               AND (%(branch)s::bigint IS NULL OR a.branch_id = %(branch)s::bigint)
               AND (%(code)s::text IS NULL OR g.code = %(code)s::text)
               AND (%(limited)s::boolean IS NULL OR a.limited = %(limited)s::boolean)
             ORDER BY a.id LIMIT %(limit)s""",
        {
            "branches": sql.listed(branches),
            "branch": branch,
            "code": gl_account,
            "limited": limited,
            "after": after,
            "limit": limit,
        },
    )
    return [AccountFacts(*line) for line in found]


@dataclass(frozen=True, slots=True)
class LegFacts:
    """One leg; a debit is positive, a credit negative."""

    account: int
    number: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """An entry with its legs, the entry it reverses, and the one that reverses it."""

    id: int
    run: UUID
    kind: str
    booking_date: dt.date
    value_date: dt.date
    narrative: str
    reverses: int | None
    reversed_by: int | None
    legs: tuple[LegFacts, ...]


# The entries are chosen first, so that a page has as many of them as it should, with all their
# legs; a leg lies in the month of its entry's date.
_ENTRIES = """
    WITH chosen AS MATERIALIZED (
        SELECT * FROM ledger_entry WHERE {which})
    SELECT e.id, e.run_id, e.kind, e.booking_date, e.value_date, e.narrative, e.reverses_id,
           (SELECT r.id FROM ledger_entry r WHERE r.reverses_id = e.id),
           p.account_id, a.number, p.amount_minor, p.currency
      FROM chosen e
      JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
      JOIN ledger_account a ON a.id = p.account_id
     ORDER BY e.id, p.id"""


def entry(entry_id: int) -> EntryFacts | None:
    """An entry by its id; one statement."""
    found = sql.rows(_ENTRIES.format(which="id = %(id)s"), {"id": entry_id})
    return next(iter(_entries(found)), None)


def entries_of_run(run: UUID, *, after: int = 0, limit: int = 50) -> list[EntryFacts]:
    """The entries of a run in their order: a page behind an id, one statement."""
    which = "run_id = %(run)s AND id > %(after)s ORDER BY id LIMIT %(limit)s"
    found = sql.rows(_ENTRIES.format(which=which), {"run": run, "after": after, "limit": limit})
    return _entries(found)


def _entries(found: Sequence[tuple[Any, ...]]) -> list[EntryFacts]:
    heads: dict[int, Sequence[Any]] = {}
    legs: dict[int, list[LegFacts]] = {}
    for line in found:
        heads.setdefault(line[0], line[:8])
        legs.setdefault(line[0], []).append(LegFacts(*line[8:]))
    return [EntryFacts(*(*head, tuple(legs[id_]))) for id_, head in heads.items()]
