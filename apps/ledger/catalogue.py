"""Accounts and entries as lists tell them, page by page. Amounts are in minor units."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.kernel import sql
from apps.kernel.text import Text
from apps.ledger.rules import Sight

# Whether a leg on account `a` of entry `e` is one that the reader's sight sums with others.
SUMMED = "(e.kind = ANY (%(closed)s::text[]) AND a.owner LIKE 'customer:%%')"


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
    """One leg; a debit is positive, a credit negative.

    Without an `account` it is the sum of legs that the reader may not see one by one; `number` and
    `name` are then those of their GL account.
    """

    account: int | None
    number: str
    name: str
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
    # What stands in the place of legs that the reader may not see one by one.
    withheld: Text | None


# The entries are chosen first, so that a page has as many of them as it should, with all their
# legs; a leg lies in the month of its entry's date. Every leg is a group of its own but those that
# the reader's sight sums.
_ENTRIES = f"""
    WITH chosen AS MATERIALIZED (
        SELECT * FROM ledger_entry WHERE {{which}}),
    leg AS (
        SELECT e.id AS entry_id, min(p.id) AS place, p.currency,
               sum(p.amount_minor)::bigint AS amount_minor,
               CASE WHEN {SUMMED} THEN NULL ELSE a.id END AS account,
               CASE WHEN {SUMMED} THEN g.code ELSE a.number END AS number,
               CASE WHEN {SUMMED} THEN g.name_uk ELSE a.name END AS name
          FROM chosen e
          JOIN ledger_posting p ON p.entry_id = e.id AND p.booking_date = e.booking_date
          JOIN ledger_account a ON a.id = p.account_id
          JOIN ledger_glaccount g ON g.id = a.gl_account_id
         GROUP BY e.id, p.currency, 5, 6, 7, CASE WHEN {SUMMED} THEN 0 ELSE p.id END)
    SELECT e.id, e.run_id, e.kind, e.booking_date, e.value_date, e.narrative, e.reverses_id,
           (SELECT r.id FROM ledger_entry r WHERE r.reverses_id = e.id),
           leg.account, leg.number, leg.name, leg.amount_minor, leg.currency
      FROM chosen e JOIN leg ON leg.entry_id = e.id
     ORDER BY e.id, leg.place LIMIT %(legs)s"""  # noqa: S608


def entry(entry_id: int, *, sight: Sight) -> EntryFacts | None:
    """An entry by its id, as a reader sees it; one statement."""
    found = _entries("id = %(id)s", {"id": entry_id}, sight)
    return next(iter(found), None)


def entries_of_run(
    run: UUID, *, sight: Sight, after: int = 0, limit: int = 50, legs: int | None = None
) -> list[EntryFacts]:
    """The entries of a run in their order: a page behind an id, one statement.

    With `legs` no more than so many of all of them together.
    """
    which = "run_id = %(run)s AND id > %(after)s ORDER BY id LIMIT %(limit)s"
    params = {"run": run, "after": after, "limit": limit}
    return _entries(which, params, sight, legs=legs)


def _entries(
    which: str, params: dict[str, Any], sight: Sight, *, legs: int | None = None
) -> list[EntryFacts]:
    found = sql.rows(
        _ENTRIES.format(which=which), params | {"closed": list(sight.closed), "legs": legs}
    )
    heads: dict[int, Sequence[Any]] = {}
    legs_of: dict[int, list[LegFacts]] = {}
    for line in found:
        heads.setdefault(line[0], line[:8])
        legs_of.setdefault(line[0], []).append(LegFacts(*line[8:]))
    return [
        EntryFacts(*(*head, tuple(legs_of[id_]), sight.sentence(head[2])))
        for id_, head in heads.items()
    ]
