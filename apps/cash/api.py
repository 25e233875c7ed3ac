"""Tills, sessions of tellers and cash over the counter in the API."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.cash import queries
from apps.cash.models import Count as StoredCount
from apps.cash.models import Piece as StoredPiece
from apps.cash.models import Session as StoredSession
from apps.cash.models import Till as StoredTill
from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import Money
from apps.kernel.text import Text

CASH = Tag(name="cash", title=Text(uk="Каса", en="Cash"))
WORKING, MANAGING = "cash.operate_till", "cash.manage_tills"


# --- Tills --------------------------------------------------------------------------------------


class Till(Struct, frozen=True):
    """A till and what it holds; `session` and `teller` where somebody works there now."""

    id: int
    name: str
    kind: StoredTill.Kind
    branch: int
    balance: Money
    session: int | None
    teller: str | None


_TILL = {
    "id": 6,
    "name": "Каса 1",
    "kind": "counter",
    "branch": 1,
    "balance": uah("5412.50"),
    "session": 31,
    "teller": "Оксана Коваль",
}


class WhichTills(Asked, frozen=True, kw_only=True):
    """Of one kind, or of every kind."""

    kind: StoredTill.Kind | None = None


@reads(
    "cash.tills",
    permission=MANAGING,
    tag=CASH,
    summary=Text(uk="Каси та сховища", en="Tills and vaults"),
    example={"items": [_TILL], "next": None},
)
def tills(ask: Ask, *, query: WhichTills, page: Slice) -> Page[Till]:
    """Oldest first, for whoever manages the tills of a branch."""
    found = queries.page_of_tills(
        branches=ask.branches,
        kind="" if query.kind is None else query.kind.value,
        after=page.behind(0),
        limit=page.limit,
    )
    return page.of([_till(one) for one in found], lambda one: [one.id])


@reads(
    "cash.till",
    permission=MANAGING,
    tag=CASH,
    summary=Text(uk="Каса", en="A till"),
    example=_TILL,
)
def till(ask: Ask, *, till: int) -> Till:
    """A till with what it holds now."""
    found = queries.till(till)
    if found is None:
        raise NotFound
    ask.require(found.branch)
    return _till(found)


def _till(found: queries.TillFacts) -> Till:
    return Till(
        id=found.id,
        name=found.name,
        kind=StoredTill.Kind(found.kind),
        branch=found.branch,
        balance=Money(found.balance_minor, found.currency),
        session=found.session or None,
        teller=found.teller or None,
    )


class Counter(Struct, frozen=True):
    """A counter at which a teller may work; `staffed` where somebody does."""

    id: int
    name: str
    branch: int
    currency: str
    staffed: bool


@reads(
    "cash.counters",
    permission=WORKING,
    tag=CASH,
    summary=Text(uk="Робочі місця касирів", en="Counters of tellers"),
    example={
        "items": [{"id": 6, "name": "Каса 1", "branch": 1, "currency": "UAH", "staffed": True}],
        "next": None,
    },
)
def counters(ask: Ask, *, page: Slice) -> Page[Counter]:
    """Oldest first; what they hold is told to whoever works there."""
    found = queries.page_of_tills(
        branches=ask.branches,
        kind=StoredTill.Kind.COUNTER.value,
        after=page.behind(0),
        limit=page.limit,
    )
    lines = [
        Counter(one.id, one.name, one.branch, one.currency, staffed=bool(one.session))
        for one in found
    ]
    return page.of(lines, lambda one: [one.id])


class Denomination(Struct, frozen=True):
    """A note or a coin that may be counted, by its value in minor units."""

    currency: str
    value_minor: int
    kind: StoredPiece.Kind


class OfCurrency(Asked, frozen=True, kw_only=True):
    """A currency, by its code of ISO 4217."""

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


@reads(
    "cash.denominations",
    permission=None,
    tag=CASH,
    summary=Text(uk="Номінали", en="Denominations"),
    example={
        "items": [{"currency": "UAH", "value_minor": 100_000, "kind": "note"}],
        "next": None,
    },
)
def denominations(ask: Ask, *, query: OfCurrency, page: Slice) -> Page[Denomination]:
    """Greatest first: of these a count is made."""
    found = StoredPiece.objects.filter(currency=query.currency)
    if page.after:
        found = found.filter(value_minor__lt=page.after[0])
    lines = [
        Denomination(one.currency, one.value_minor, StoredPiece.Kind(one.kind))
        for one in found.order_by("-value_minor")[: page.limit]
    ]
    return page.of(lines, lambda one: [one.value_minor])


# --- Sessions -----------------------------------------------------------------------------------


class Session(Struct, frozen=True):
    """A teller's work at a till on a booking date; a difference above zero is over."""

    id: int
    till: int
    branch: int
    teller: int
    teller_name: str
    booking_date: dt.date
    status: StoredSession.Status
    difference: Money | None


_SESSION = {
    "id": 31,
    "till": 6,
    "branch": 1,
    "teller": 12,
    "teller_name": "Оксана Коваль",
    "booking_date": "2026-03-02",
    "status": "closed",
    "difference": uah("-0.50"),
}


class WhichSessions(Asked, frozen=True, kw_only=True):
    """Of a booking date, of a till."""

    date: dt.date | None = None
    till: int | None = None


@reads(
    "cash.sessions",
    permission=MANAGING,
    tag=CASH,
    summary=Text(uk="Зміни касирів", en="Sessions of tellers"),
    example={"items": [_SESSION], "next": None},
)
def sessions(ask: Ask, *, query: WhichSessions, page: Slice) -> Page[Session]:
    """Newest first, for whoever manages the tills of a branch."""
    found = queries.sessions(
        branches=ask.branches,
        date=query.date,
        till=query.till,
        before=page.behind(None),
        limit=page.limit,
    )
    return page.of([_session(one) for one in found], lambda one: [one.id])


def _session(found: queries.SessionFacts) -> Session:
    short = found.difference_minor
    return Session(
        id=found.id,
        till=found.till,
        branch=found.branch,
        teller=found.teller,
        teller_name=found.teller_name,
        booking_date=found.booking_date,
        status=StoredSession.Status(found.status),
        difference=None if short is None else Money(short, found.currency),
    )


class CountLine(Struct, frozen=True):
    """So many pieces of one value, in minor units, when the session began or ended."""

    moment: StoredCount.Moment
    value_minor: int
    count: int


class SessionWithCounts(Struct, frozen=True):
    """A session and what was counted in it."""

    session: Session
    counted: list[CountLine]


@reads(
    "cash.session",
    permission=None,
    tag=CASH,
    summary=Text(uk="Зміна касира", en="A teller's session"),
    example={
        "session": _SESSION,
        "counted": [{"moment": "opening", "value_minor": 50_000, "count": 10}],
    },
)
def session(ask: Ask, *, session: int) -> SessionWithCounts:
    """For its teller, and for whoever manages the tills of its branch."""
    found = queries.session(session)
    if found is None or not _may_look(found, ask):
        raise NotFound
    counted = [
        CountLine(StoredCount.Moment(one.moment), one.value_minor, one.pieces)
        for one in queries.counts(session)
    ]
    return SessionWithCounts(_session(found), counted)


def _may_look(found: queries.SessionFacts, ask: Ask) -> bool:
    own = found.teller == ask.user and ask.rights.reaches(WORKING, found.branch)
    return own or ask.rights.reaches(MANAGING, found.branch)


class Desk(Struct, frozen=True):
    """Where the client works now, and what the till holds by the book."""

    session: int
    till: int
    name: str
    branch: int
    booking_date: dt.date
    balance: Money


@reads(
    "cash.desk",
    permission=WORKING,
    tag=CASH,
    summary=Text(uk="Власна відкрита зміна", en="One's own open session"),
    example={
        "session": 31,
        "till": 6,
        "name": "Каса 1",
        "branch": 1,
        "booking_date": "2026-03-02",
        "balance": uah("5412.50"),
    },
)
def desk(ask: Ask) -> Desk:
    """Not found where the client has none."""
    found = queries.desk(teller=ask.user)
    if found is None:
        raise NotFound
    ask.require(found.branch)
    return Desk(
        session=found.session,
        till=found.till,
        name=found.name,
        branch=found.branch,
        booking_date=found.date,
        balance=Money(found.balance_minor, found.currency),
    )


# --- Operations ---------------------------------------------------------------------------------

_COUNTED = [{"value_minor": 50_000, "count": 10}, {"value_minor": 20_000, "count": 2}]
_OVER_THE_COUNTER = {"deposit": 42, "amount": uah("500.00"), "narrative": "Поповнення"}

ADD_PIECE = does(
    "cash.add_piece",
    tag=CASH,
    example={"currency": "UAH", "value_minor": 100_000, "kind": "note"},
)
CREATE_TILL = does(
    "cash.create_till",
    tag=CASH,
    example={"branch": 1, "currency": "UAH", "kind": "counter", "name": "Каса 1"},
    gives={"till": 6, "account": 205},
    location="tills/{till}",
)
SUPPLY_VAULT = does("cash.supply_vault", tag=CASH, example={"amount": uah("100000.00")})
MOVE_CASH = does(
    "cash.move_cash",
    tag=CASH,
    example={"source": 5, "target": 6, "amount": uah("5412.50")},
)
OPEN_SESSION = does(
    "cash.open_session",
    tag=CASH,
    example={"counted": _COUNTED},
    gives={"session": 31},
    location="sessions/{session}",
)
CLOSE_SESSION = does(
    "cash.close_session",
    tag=CASH,
    example={"counted": _COUNTED},
    gives={"difference_minor": -50},
)
CLOSE_SESSION_FOR_TELLER = does(
    "cash.close_session_for_teller",
    tag=CASH,
    example={"counted": _COUNTED},
    gives={"difference_minor": -50},
)
DEPOSIT = does("cash.deposit", tag=CASH, example=_OVER_THE_COUNTER)
WITHDRAW = does("cash.withdraw", tag=CASH, example=_OVER_THE_COUNTER)
DEPOSIT_AT_POSITION = does("cash.deposit_at_position", tag=CASH, example=_OVER_THE_COUNTER)
WITHDRAW_AT_POSITION = does("cash.withdraw_at_position", tag=CASH, example=_OVER_THE_COUNTER)
