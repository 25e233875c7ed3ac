"""Entries in the API, and one run of the journal with what it posted."""

import datetime as dt
from typing import Any
from uuid import UUID

from msgspec import Struct

from apps.control import queries as control
from apps.control.api import JOURNAL, READING, RUN
from apps.control.errors import NotFound
from apps.control.models import Outcome
from apps.control.rest.endpoints import Ask, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger import catalogue
from apps.ledger.api import LEDGER, VIEW, Side, side
from apps.ledger.rules import Sight


class Leg(Struct, frozen=True):
    """One leg; the amount is above zero.

    Without a `ledger_account` it is the sum of the legs of a confidential entry that the key may
    not see one by one; `account` is then the GL account of them all.
    """

    ledger_account: int | None
    account: str
    side: Side
    amount: Money


class Entry(Struct, frozen=True):
    """A balanced entry; `reverses` is the entry that it undoes, `reversed_by` its own undoing."""

    id: int
    run: UUID
    kind: str
    booking_date: dt.date
    value_date: dt.date
    narrative: str
    reverses: int | None
    reversed_by: int | None
    legs: list[Leg]


_ENTRY = {
    "id": 81_234,
    "run": RUN,
    "kind": "payments.transfer",
    "booking_date": "2026-03-02",
    "value_date": "2026-03-02",
    "narrative": "За березень",
    "reverses": None,
    "reversed_by": None,
    "legs": [
        {
            "ledger_account": 977,
            "account": "UA213003460000026200000000042",
            "side": "debit",
            "amount": uah("100.00"),
        },
        {
            "ledger_account": 978,
            "account": "UA943003460000026200000000043",
            "side": "credit",
            "amount": uah("100.00"),
        },
    ],
}


@reads(
    "ledger.entry",
    permission=VIEW,
    tag=LEDGER,
    summary=Text(uk="Проведення", en="An entry"),
    example=_ENTRY,
)
def entry(ask: Ask, *, entry: int) -> Entry:
    """An entry with its legs, for readers of the branch of its run.

    Of an entry that pays staff, who may not see pay is told sums by GL account.
    """
    found = catalogue.entry(entry, sight=Sight.of(ask.rights))
    if found is None:
        raise NotFound
    line = control.run(found.run)
    assert line is not None, "the database keeps no entry without a line of the journal"
    ask.require(line["line"]["branch_id"])
    return _entry(found)


def _entry(found: catalogue.EntryFacts) -> Entry:
    return Entry(
        id=found.id,
        run=found.run,
        kind=found.kind,
        booking_date=found.booking_date,
        value_date=found.value_date,
        narrative=found.narrative,
        reverses=found.reverses,
        reversed_by=found.reversed_by,
        legs=[
            Leg(
                ledger_account=leg.account,
                account=leg.number,
                side=side(leg.amount_minor),
                amount=Money(abs(leg.amount_minor), leg.currency),
            )
            for leg in found.legs
        ],
    )


REVERSE_ENTRY = does("ledger.reverse_entry", tag=LEDGER, example={"reason": "Помилковий отримувач"})
REVERSE_OWN_ENTRY = does(
    "ledger.reverse_own_entry", tag=LEDGER, example={"reason": "Помилковий отримувач"}
)


class Voice(Struct, frozen=True):
    """Who agreed, and when."""

    name: str
    at: dt.datetime


class Run(Struct, frozen=True):
    """A line of the journal, whole. `command` and `result` are as the operation has them.

    `refusal` has the code and the data of what was refused; `started_by` is the person for whom
    the bank itself works.
    """

    id: UUID
    operation: str
    version: int
    outcome: Outcome
    origin: str
    client: str
    actor: int
    actor_name: str
    started_by: int | None
    approval: int | None
    agreed: list[Voice]
    branch: int | None
    booking_date: dt.date | None
    amount: Money | None
    subjects: list[str]
    command: Any
    result: Any
    refusal: Any
    address: str
    request_id: str
    at: dt.datetime


@reads(
    "ledger.run",
    permission=None,
    tag=JOURNAL,
    summary=Text(uk="Запис журналу", en="A run of the journal"),
    example={
        "id": RUN,
        "operation": "payments.transfer",
        "version": 1,
        "outcome": "done",
        "origin": "api",
        "client": "key:5f0c1a92be77",
        "actor": 41,
        "actor_name": "Web shop",
        "started_by": None,
        "approval": None,
        "agreed": [],
        "branch": 1,
        "booking_date": "2026-03-02",
        "amount": uah("100.00"),
        "subjects": ["deposit:42", "deposit:43"],
        "command": {
            "source": 42,
            "target": 43,
            "amount": uah("100.00"),
            "purpose": "За березень",
        },
        "result": None,
        "refusal": None,
        "address": "203.0.113.7",
        "request_id": "9b2d6c1f0e8a4f6d9c3b7a5e1d2f4c6b",
        "at": "2026-03-02T09:15:00.123456Z",
    },
)
def run(ask: Ask, *, run: UUID) -> Run:
    """For whoever did it, and for readers of the journal or of the book of its branch."""
    found = _visible(ask, run)
    line = found["line"]
    minor, code = line["amount_minor"], line["currency"]
    return Run(
        id=UUID(line["id"]),
        operation=line["operation"],
        version=line["version"],
        outcome=Outcome(line["outcome"]),
        origin=line["origin"],
        client=line["client"],
        actor=line["actor_id"],
        actor_name=line["actor_name"],
        started_by=line["started_by_id"],
        approval=(found["approval"] or {}).get("id"),
        agreed=[Voice(one["name"], dt.datetime.fromisoformat(one["at"])) for one in found["votes"]],
        branch=line["branch_id"],
        booking_date=line["booking_date"] and dt.date.fromisoformat(line["booking_date"]),
        amount=None if minor is None else Money(minor, code),
        subjects=line["subjects"],
        command=line["command"],
        result=line["result"],
        refusal=line["refusal"],
        address=line["address"],
        request_id=line["request_id"],
        at=dt.datetime.fromisoformat(line["at"]),
    )


@reads(
    "ledger.entries_of_run",
    permission=None,
    tag=JOURNAL,
    summary=Text(uk="Проведення запису журналу", en="Entries of a run"),
    example={"items": [_ENTRY], "next": None},
)
def entries_of_run(ask: Ask, *, run: UUID, page: Slice) -> Page[Entry]:
    """What a run posted, in its order; open to the same readers as the run."""
    _visible(ask, run)
    found = catalogue.entries_of_run(
        run, sight=Sight.of(ask.rights), after=page.behind(0), limit=page.limit
    )
    return page.of([_entry(one) for one in found], lambda one: [one.id])


def _visible(ask: Ask, run: UUID) -> dict[str, Any]:
    """A line that the client may look at; one statement. Raises NotFound."""
    found = control.run(run)
    if found is None:
        raise NotFound
    line = found["line"]
    reaches = (ask.rights.reaches(one, line["branch_id"]) for one in (READING, VIEW))
    if line["actor_id"] != ask.user and not any(reaches):
        raise NotFound
    return found
