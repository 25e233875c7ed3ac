"""Approvals in the API: what waits, what was asked for, decisions, and the policies that ask."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from apps.control import queries
from apps.control.api import READING, RUN
from apps.control.api import amount as amount_of
from apps.control.errors import NotFound
from apps.control.models import Approval as StoredApproval
from apps.control.models import ApprovalPolicy as StoredPolicy
from apps.control.rest.endpoints import Ask, Asked, Tag, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.kernel.money import Money
from apps.kernel.text import Text

APPROVALS = Tag(name="approvals", title=Text(uk="Погодження", en="Approvals"))
DECIDING, ASKING = "control.decide_approvals", "control.make_requests"
POLICIES = "control.manage_policies"

Side = Literal["debit", "credit"]


class RequestLine(Struct, frozen=True):
    """A request for approval in a list; `own` where this client asks, and so cannot decide."""

    id: int
    operation: str
    state: StoredApproval.State
    maker: int
    maker_name: str
    amount: Money | None
    booking_date: dt.date
    at: dt.datetime
    own: bool


_REQUEST = {
    "id": 77,
    "operation": "payments.transfer",
    "state": "waiting",
    "maker": 41,
    "maker_name": "Web shop",
    "amount": uah("90000.00"),
    "booking_date": "2026-03-02",
    "at": "2026-03-02T09:15:00.123456Z",
    "own": False,
}


@reads(
    "control.approvals",
    permission=DECIDING,
    tag=APPROVALS,
    summary=Text(uk="Що чекає на рішення", en="What waits for a decision"),
    example={"items": [_REQUEST], "next": None},
)
def approvals(ask: Ask, *, page: Slice) -> Page[RequestLine]:
    """Requests that one of the client's roles may decide, and its own; oldest first."""
    found = queries.inbox(
        user=ask.user,
        roles=ask.rights.roles,
        branches=ask.branches,
        after=page.behind(0),
        limit=page.limit,
    )
    return page.of([_request(one, ask) for one in found], lambda one: [one.id])


class WhichRequests(Asked, frozen=True, kw_only=True):
    """Only those that still wait, or all."""

    waiting: bool = False


@reads(
    "control.requests",
    permission=ASKING,
    tag=APPROVALS,
    summary=Text(uk="Власні запити", en="One's own requests"),
    example={"items": [{**_REQUEST, "own": True}], "next": None},
)
def requests(ask: Ask, *, query: WhichRequests, page: Slice) -> Page[RequestLine]:
    """What this client has asked for, newest first."""
    found = queries.own_requests(
        user=ask.user,
        waiting=query.waiting,
        before=page.behind(None),
        limit=page.limit,
    )
    return page.of([_request(one, ask) for one in found], lambda one: [one.id])


def _request(found: queries.Request, ask: Ask) -> RequestLine:
    return RequestLine(
        id=found.id,
        operation=found.operation,
        state=StoredApproval.State(found.state),
        maker=found.maker,
        maker_name=found.maker_name,
        amount=amount_of(found.amount_minor, found.currency),
        booking_date=found.booking_date,
        at=found.at,
        own=found.maker == ask.user,
    )


class SignedLeg(Struct, frozen=True):
    """One leg of the effect that is signed; the account by its number."""

    account: str
    side: Side
    amount: Money


class SignedEntry(Struct, frozen=True):
    """One entry that would be posted."""

    kind: str
    narrative: str
    legs: list[SignedLeg]


class Approval(Struct, frozen=True):
    """A request: what was asked, what it would post, and what has become of it.

    `meaning` is the hash that whoever agrees sends back; `difference` tells of a request that
    went back to its maker what had changed.
    """

    id: int
    run: UUID
    operation: str
    state: StoredApproval.State
    maker: int
    maker_name: str
    own: bool
    branch: int | None
    booking_date: dt.date
    role: str
    checkers: int
    agreed: int
    at_close: StoredPolicy.AtClose
    meaning: str
    command: Any
    entries: list[SignedEntry]
    reason: str
    difference: Any
    done_run: UUID | None


_MEANING = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@reads(
    "control.approval",
    permission=None,
    tag=APPROVALS,
    summary=Text(uk="Запит на погодження", en="A request for approval"),
    example={
        "id": 77,
        "run": RUN,
        "operation": "payments.transfer",
        "state": "waiting",
        "maker": 41,
        "maker_name": "Web shop",
        "own": False,
        "branch": 1,
        "booking_date": "2026-03-02",
        "role": "supervisor",
        "checkers": 1,
        "agreed": 0,
        "at_close": "carry",
        "meaning": _MEANING,
        "command": {
            "source": 42,
            "target": 43,
            "amount": uah("90000.00"),
            "purpose": "За обладнання",
        },
        "entries": [
            {
                "kind": "payments.transfer",
                "narrative": "За обладнання",
                "legs": [
                    {
                        "account": "UA213003460000026200000000042",
                        "side": "debit",
                        "amount": uah("90000.00"),
                    },
                    {
                        "account": "UA943003460000026200000000043",
                        "side": "credit",
                        "amount": uah("90000.00"),
                    },
                ],
            }
        ],
        "reason": "",
        "difference": None,
        "done_run": None,
    },
)
def approval(ask: Ask, *, approval: int) -> Approval:
    """For its maker, for those who may decide it, and for readers of the journal of its branch."""
    found = queries.approval(approval)
    if found is None or not _may_look(found, ask):
        raise NotFound
    return Approval(
        id=found.id,
        run=found.run_id,
        operation=found.operation,
        state=StoredApproval.State(found.state),
        maker=found.maker_id,
        maker_name=found.maker.full_name,
        own=found.maker_id == ask.user,
        branch=found.branch_id,
        booking_date=found.booking_date,
        role=found.role,
        checkers=found.checkers,
        agreed=found.votes.count(),
        at_close=StoredPolicy.AtClose(found.at_close),
        meaning=found.meaning_hash,
        command=found.command,
        entries=[_signed(one) for one in found.meaning.get("entries", [])],
        reason=found.reason,
        difference=found.difference,
        done_run=found.done_run_id,
    )


def _may_look(found: StoredApproval, ask: Ask) -> bool:
    decides = found.role in ask.rights.roles and ask.rights.reaches(DECIDING, found.branch_id)
    return decides or found.maker_id == ask.user or ask.rights.reaches(READING, found.branch_id)


def _signed(entry: Mapping[str, Any]) -> SignedEntry:
    legs: Sequence[tuple[str, int, str]] = entry["legs"]
    return SignedEntry(
        kind=entry["kind"],
        narrative=entry.get("narrative", ""),
        legs=[
            SignedLeg(number, "debit" if minor > 0 else "credit", Money(abs(minor), code))
            for number, minor, code in legs
        ],
    )


APPROVE = does(
    "control.approve",
    tag=APPROVALS,
    example={"meaning": _MEANING},
    gives={"state": "done", "run": RUN, "result": None},
)
DECLINE = does(
    "control.decline",
    tag=APPROVALS,
    example={"reason": "Немає договору"},
    gives={"state": "declined", "run": None, "result": None},
)
WITHDRAW_REQUEST = does(
    "control.withdraw_request",
    tag=APPROVALS,
    example={},
    gives={"state": "withdrawn", "run": None, "result": None},
)


# --- Approval policies --------------------------------------------------------------------------


class ApprovalPolicy(Struct, frozen=True):
    """Who must agree to an operation, from an amount in minor units of the base currency on."""

    id: int
    operation: str
    branch: int | None
    from_amount_minor: int
    role: str
    checkers: int
    at_close: StoredPolicy.AtClose
    valid_from: dt.date
    valid_to: dt.date | None


class InForce(Asked, frozen=True, kw_only=True):
    """Those in force on a date; all where none is named."""

    on: dt.date | None = None


@reads(
    "control.approval_policies",
    permission=POLICIES,
    tag=APPROVALS,
    summary=Text(uk="Правила погодження", en="Approval policies"),
    example={
        "items": [
            {
                "id": 9,
                "operation": "payments.transfer",
                "branch": None,
                "from_amount_minor": 5_000_000,
                "role": "supervisor",
                "checkers": 1,
                "at_close": "carry",
                "valid_from": "2026-01-05",
                "valid_to": None,
            }
        ],
        "next": None,
    },
)
def approval_policies(ask: Ask, *, query: InForce, page: Slice) -> Page[ApprovalPolicy]:
    """Oldest first. Policies belong to the whole bank, and so does the permission."""
    ask.require(None)
    after = page.behind(0)
    lines = [
        ApprovalPolicy(
            id=one.id,
            operation=one.operation,
            branch=one.branch_id,
            from_amount_minor=one.from_amount_minor,
            role=one.role,
            checkers=one.checkers,
            at_close=StoredPolicy.AtClose(one.at_close),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for one in queries.policies(on=query.on, after=after, limit=page.limit)
    ]
    return page.of(lines, lambda one: [one.id])


SET_APPROVAL_POLICY = does(
    "control.set_approval_policy",
    tag=APPROVALS,
    example={
        "operation": "payments.transfer",
        "role": "supervisor",
        "valid_from": "2026-03-02",
        "from_amount_minor": 5_000_000,
    },
    gives={"policy": 9, "holders": 3},
)
END_APPROVAL_POLICY = does(
    "control.end_approval_policy", tag=APPROVALS, example={"last_date": "2026-03-31"}
)
