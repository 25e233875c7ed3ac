"""The bank itself, its branches and its journal in the API."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from apps.control import queries
from apps.control.errors import NotFound
from apps.control.models import Outcome
from apps.control.rest.endpoints import Ask, Asked, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.models import Branch as StoredBranch
from apps.kernel.money import Money
from apps.kernel.queries import bank as the_bank
from apps.kernel.text import Text

BANK = Tag(name="bank", title=Text(uk="Банк", en="The bank"))
JOURNAL = Tag(name="journal", title=Text(uk="Журнал", en="Journal"))
READING = "control.view_journal"
RUN = "01982f70-5b7e-7b6a-9d3c-0a1b2c3d4e5f"


# --- The bank -----------------------------------------------------------------------------------


class Bank(Struct, frozen=True):
    """Who the bank is; it lives in `time_zone`, and keeps its books in `base_currency`."""

    name_uk: str
    name_en: str
    code: str
    country: str
    base_currency: str
    time_zone: str
    first_date: dt.date


@reads(
    "control.bank",
    permission=None,
    tag=BANK,
    summary=Text(uk="Банк", en="The bank"),
    example={
        "name_uk": "Перший банк",
        "name_en": "First Bank",
        "code": "300001",
        "country": "UA",
        "base_currency": "UAH",
        "time_zone": "Europe/Kyiv",
        "first_date": "2026-01-05",
    },
)
def bank(ask: Ask) -> Bank:
    """What was set for good when the bank was set up."""
    found = the_bank()
    return Bank(
        name_uk=found.name_uk,
        name_en=found.name_en,
        code=found.code,
        country=found.country,
        base_currency=found.base_currency,
        time_zone=found.time_zone,
        first_date=found.first_date,
    )


class Branch(Struct, frozen=True):
    """A branch of the bank."""

    id: int
    code: str
    name_uk: str
    name_en: str
    parent: int | None
    opened_on: dt.date
    closed_on: dt.date | None


_BRANCH = {
    "id": 1,
    "code": "001",
    "name_uk": "Київ, Хрещатик",
    "name_en": "Kyiv, Khreshchatyk",
    "parent": None,
    "opened_on": "2026-01-05",
    "closed_on": None,
}


@reads(
    "control.branches",
    permission=None,
    tag=BANK,
    summary=Text(uk="Відділення", en="Branches"),
    example={"items": [_BRANCH], "next": None},
)
def branches(ask: Ask, *, page: Slice) -> Page[Branch]:
    """Every branch by its code; that a branch is there is no secret."""
    found = StoredBranch.objects.filter(code__gt=page.behind(""))
    lines = [_branch(one) for one in found.order_by("code")[: page.limit]]
    return page.of(lines, lambda one: [one.code])


@reads(
    "control.branch",
    permission=None,
    tag=BANK,
    summary=Text(uk="Одне відділення", en="A branch"),
    example=_BRANCH,
)
def branch(ask: Ask, *, branch: int) -> Branch:
    """A branch by its id."""
    found = StoredBranch.objects.filter(id=branch).first()
    if found is None:
        raise NotFound
    return _branch(found)


def _branch(found: StoredBranch) -> Branch:
    return Branch(
        id=found.id,
        code=found.code,
        name_uk=found.name_uk,
        name_en=found.name_en,
        parent=found.parent_id,
        opened_on=found.opened_on,
        closed_on=found.closed_on,
    )


OPEN_BRANCH = does(
    "control.open_branch",
    tag=BANK,
    example={"code": "002", "name_uk": "Львів, Площа Ринок", "name_en": "Lviv, Rynok Square"},
    gives={"branch": 2},
    location="branches/{branch}",
)


# --- The journal --------------------------------------------------------------------------------


class RunLine(Struct, frozen=True):
    """A line of the journal: who asked for what, and what came of it."""

    id: UUID
    operation: str
    outcome: Outcome
    actor_name: str
    branch: int | None
    booking_date: dt.date | None
    amount: Money | None
    subjects: list[str]
    at: dt.datetime


class WhichRuns(Asked, frozen=True, kw_only=True):
    """Of an operation, an outcome, a booking date, or about a subject such as `deposit:42`."""

    operation: Annotated[str, Meta(max_length=80)] = ""
    outcome: Outcome | None = None
    date: dt.date | None = None
    subject: Annotated[str, Meta(pattern=r"^([a-z]+:[0-9]+)?$", max_length=40)] = ""


@reads(
    "control.runs",
    permission=READING,
    tag=JOURNAL,
    summary=Text(uk="Журнал операцій", en="Journal of operations"),
    example={
        "items": [
            {
                "id": RUN,
                "operation": "payments.transfer",
                "outcome": "done",
                "actor_name": "Web shop",
                "branch": 1,
                "booking_date": "2026-03-02",
                "amount": uah("100.00"),
                "subjects": ["deposit:42", "deposit:43"],
                "at": "2026-03-02T09:15:00.123456Z",
            }
        ],
        "next": None,
    },
)
def runs(ask: Ask, *, query: WhichRuns, page: Slice) -> Page[RunLine]:
    """Everything that was done, parked, refused or looked at, newest first."""
    found = queries.journal(
        branches=ask.branches,
        operation=query.operation,
        outcomes=None if query.outcome is None else [query.outcome.value],
        subject=query.subject,
        date=query.date,
        before=UUID(page.after[0]) if page.after else None,
        limit=page.limit,
    )
    lines = [
        RunLine(
            id=one.id,
            operation=one.operation,
            outcome=Outcome(one.outcome),
            actor_name=one.actor_name,
            branch=one.branch_id,
            booking_date=one.booking_date,
            amount=amount(one.amount_minor, one.currency),
            subjects=one.subjects,
            at=one.at,
        )
        for one in found
    ]
    return page.of(lines, lambda one: [one.id])


def amount(minor: int | None, code: str) -> Money | None:
    """What a run was about, where it was about money."""
    return None if minor is None else Money(minor, code)
