"""Cash: tills, the sessions of tellers, and money over the counter.

Whoever posts to a counter's account holds its open session (a shared row lock); whoever closes the
session takes it exclusively. So the count at the close meets a balance that stands still.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from apps.cash import queries
from apps.cash.errors import (
    CountDiffers,
    SameTill,
    SessionAlreadyClosed,
    SessionNotOpen,
    SessionOfAnother,
    TillNotStaffed,
    UnknownDenomination,
    WrongKindOfTill,
)
from apps.cash.models import Count, Piece, Session, Till
from apps.control.commands import Command
from apps.control.declarations import WHOLE_BANK, Scope, at_branch, branch_of, operation
from apps.control.errors import NotFound
from apps.control.run import Run, credit, debit
from apps.kernel import sql
from apps.kernel.currencies import currency
from apps.kernel.money import Money
from apps.kernel.text import Text
from apps.ledger.accounts import internal_account, open_account
from apps.ledger.queries import limited
from apps.ledger.rules import reversible

Narrative = Annotated[str, Meta(max_length=500)]

GL_OF_VAULTS = "1001"
GL_OF_TILLS = "1002"
GL_SUPPLY = "1200"
GL_OVER = "6399"
GL_SHORT = "3552"

reversible("cash.deposit", "cash.withdrawal", "cash.move", "cash.supply")


class AddPiece(Command):
    currency: str
    value_minor: Annotated[int, Meta(gt=0, le=10**9)]
    kind: Piece.Kind


@operation(
    "cash.add_piece",
    permission="cash.manage_tills",
    scope=WHOLE_BANK,
    sentence=Text(uk="Додано номінал", en="A denomination was added"),
)
def add_piece(*, cmd: AddPiece, run: Run) -> None:
    """Let tellers count a note or coin that is new; repeating it corrects the kind."""
    Piece.objects.update_or_create(
        currency=currency(cmd.currency).code,
        value_minor=cmd.value_minor,
        defaults={"kind": cmd.kind},
    )


class CreateTill(Command):
    branch: int
    currency: str
    kind: Till.Kind
    name: Annotated[str, Meta(min_length=1, max_length=100)]


class TillCreated(Struct, frozen=True):
    till: int
    account: int


@operation(
    "cash.create_till",
    permission="cash.manage_tills",
    scope=at_branch(lambda cmd: cmd.branch),
    sentence=Text(uk="Створено касу", en="A till was created"),
)
def create_till(*, cmd: CreateTill, run: Run) -> TillCreated:
    """Create a till with an account of its own, which never falls below zero."""
    code = currency(cmd.currency).code
    gl_code = GL_OF_VAULTS if cmd.kind == Till.Kind.VAULT else GL_OF_TILLS
    till_id: int = sql.value("SELECT nextval(pg_get_serial_sequence('cash_till', 'id'))")
    account = open_account(
        run=run,
        number=f"{gl_code}-{cmd.branch}-{code}-till-{till_id}",
        name=cmd.name,
        gl_code=gl_code,
        branch=cmd.branch,
        currency=code,
        owner=f"till:{till_id}",
    )
    Till.objects.create(
        id=till_id,
        name=cmd.name,
        kind=cmd.kind,
        branch_id=cmd.branch,
        currency=code,
        account_id=account,
        created_on=run.date,
    )
    return TillCreated(till_id, account)


class SupplyVault(Command):
    till: int
    amount: Money


@operation(
    "cash.supply_vault",
    permission="cash.manage_tills",
    scope=branch_of("cash_till", lambda cmd: cmd.till),
    sentence=Text(uk="Підкріплено сховище готівкою", en="The vault was supplied with cash"),
    subjects=lambda cmd: {"till": [cmd.till]},
    amount=lambda cmd: cmd.amount,
)
def supply_vault(*, cmd: SupplyVault, run: Run) -> None:
    """Receive cash from the central bank, against the bank's account there."""
    vault = Till.objects.get(id=cmd.till)
    _require_kind(vault, Till.Kind.VAULT)
    correspondent = internal_account(
        run=run, gl_code=GL_SUPPLY, branch=vault.branch_id, currency=vault.currency
    )
    run.add("cash.supply", debit(vault.account_id, cmd.amount), credit(correspondent, cmd.amount))


class MoveCash(Command):
    source: int
    target: int
    amount: Money


@operation(
    "cash.move_cash",
    permission="cash.manage_tills",
    scope=branch_of("cash_till", lambda cmd: cmd.source),
    sentence=Text(uk="Переміщено готівку між касами", en="Cash was moved between tills"),
    subjects=lambda cmd: {"till": [cmd.source, cmd.target]},
    amount=lambda cmd: cmd.amount,
)
def move_cash(*, cmd: MoveCash, run: Run) -> None:
    """Move cash between two tills of a branch; at a counter somebody must be at work."""
    if cmd.source == cmd.target:
        raise SameTill
    assert run.branch_id is not None, "its scope is the branch of a till"
    found = Till.objects.filter(branch_id=run.branch_id).in_bulk([cmd.source, cmd.target])
    if len(found) < 2:
        raise NotFound
    counters = [till for till in found.values() if till.kind == Till.Kind.COUNTER]
    if counters:
        staffed = queries.staffed(tills=[till.id for till in counters], date=run.date)
        for till in counters:
            if till.id not in staffed:
                raise TillNotStaffed(till=till.name, date=run.date.isoformat())
    run.add(
        "cash.move",
        debit(found[cmd.target].account_id, cmd.amount),
        credit(found[cmd.source].account_id, cmd.amount),
    )


class Denomination(Struct, frozen=True, forbid_unknown_fields=True):
    """So many notes or coins of one value."""

    value_minor: Annotated[int, Meta(gt=0, le=10**9)]
    count: Annotated[int, Meta(ge=0, le=1_000_000)]


Counted = Annotated[tuple[Denomination, ...], Meta(max_length=100)]


class OpenSession(Command):
    till: int
    counted: Counted


class SessionOpened(Struct, frozen=True):
    session: int


@operation(
    "cash.open_session",
    permission="cash.operate_till",
    scope=branch_of("cash_till", lambda cmd: cmd.till),
    sentence=Text(uk="Відкрито зміну касира", en="A teller's session was opened"),
    subjects=lambda cmd: {"till": [cmd.till]},
)
def open_session(*, cmd: OpenSession, run: Run) -> SessionOpened:
    """Begin to work at a till on the open date: what is counted must be what the book says."""
    # Until the last session's close has ended its difference is not in the balance yet.
    till = Till.objects.select_for_update(no_key=True).get(id=cmd.till)
    _require_kind(till, Till.Kind.COUNTER)
    lines, counted = _judged(cmd.counted, till.currency)
    # Who works here already is told by the insert's constraints, so before the count is judged.
    session = Session.objects.create(
        till=till,
        teller_id=run.actor.user_id,
        booking_date=run.date,
        opened_run_id=run.id,
    )
    expected = Money(limited(till.account_id).natural_minor, till.currency)
    if counted != expected:
        raise CountDiffers(counted=str(counted), expected=str(expected))
    _keep(session, Count.Moment.OPENING, lines)
    return SessionOpened(session.id)


class CloseSession(Command):
    session: int
    counted: Counted


class SessionClosed(Struct, frozen=True):
    """Counted less booked, in minor units: positive is over, negative is short."""

    difference_minor: int


_BRANCH_OF_SESSION = Scope(
    """(SELECT t.branch_id FROM cash_session s JOIN cash_till t ON t.id = s.till_id
         WHERE s.id = %(scope)s)""",
    lambda cmd: cmd.session,
)


@operation(
    "cash.close_session",
    permission="cash.operate_till",
    scope=_BRANCH_OF_SESSION,
    sentence=Text(uk="Закрито зміну касира", en="A teller's session was closed"),
    subjects=lambda cmd: {"session": [cmd.session]},
)
def close_session(*, cmd: CloseSession, run: Run) -> SessionClosed:
    """End one's own session with a count; what is over or short is booked and seen."""
    session = _locked(cmd.session)
    if session.teller_id != run.actor.user_id:
        raise SessionOfAnother
    return _close(session, cmd, run)


@operation(
    "cash.close_session_for_teller",
    permission="cash.manage_tills",
    scope=_BRANCH_OF_SESSION,
    sentence=Text(uk="Закрито зміну за касира", en="A session was closed for its teller"),
    subjects=lambda cmd: {"session": [cmd.session]},
)
def close_session_for_teller(*, cmd: CloseSession, run: Run) -> SessionClosed:
    """The same for a teller who cannot: the date does not move while a session is open."""
    return _close(_locked(cmd.session), cmd, run)


class Deposit(Command):
    till: int
    deposit: int
    amount: Money
    narrative: Narrative = ""


class Withdraw(Command):
    till: int
    deposit: int
    amount: Money
    narrative: Narrative = ""


def _over_the_counter(cmd: Deposit | Withdraw) -> dict[str, list[int]]:
    return {"till": [cmd.till], "deposit": [cmd.deposit]}


_BRANCH_OF_TILL = branch_of("cash_till", lambda cmd: cmd.till)
_PAID_IN = Text(uk="Прийнято готівку на рахунок", en="Cash was paid into an account")
_PAID_OUT = Text(uk="Видано готівку з рахунку", en="Cash was paid out of an account")


@operation(
    "cash.deposit",
    permission="cash.operate_till",
    scope=_BRANCH_OF_TILL,
    sentence=_PAID_IN,
    subjects=_over_the_counter,
    amount=lambda cmd: cmd.amount,
)
def deposit(*, cmd: Deposit, run: Run) -> None:
    """Take cash over the counter into a deposit account, in the teller's own session."""
    _pay_in(cmd, run, _at_counter(cmd, run))


@operation(
    "cash.withdraw",
    permission="cash.operate_till",
    scope=_BRANCH_OF_TILL,
    sentence=_PAID_OUT,
    subjects=_over_the_counter,
    amount=lambda cmd: cmd.amount,
)
def withdraw(*, cmd: Withdraw, run: Run) -> None:
    """Pay cash over the counter out of a deposit account, never below what is available."""
    _pay_out(cmd, run, _at_counter(cmd, run))


@operation(
    "cash.deposit_at_position",
    permission="cash.operate_position",
    scope=_BRANCH_OF_TILL,
    sentence=_PAID_IN,
    subjects=_over_the_counter,
    amount=lambda cmd: cmd.amount,
)
def deposit_at_position(*, cmd: Deposit, run: Run) -> None:
    """Take cash into a deposit account at a position, which keeps no sessions."""
    _pay_in(cmd, run, _at_position(cmd))


@operation(
    "cash.withdraw_at_position",
    permission="cash.operate_position",
    scope=_BRANCH_OF_TILL,
    sentence=_PAID_OUT,
    subjects=_over_the_counter,
    amount=lambda cmd: cmd.amount,
)
def withdraw_at_position(*, cmd: Withdraw, run: Run) -> None:
    """Pay cash out of a deposit account at a position, never more than lies there."""
    _pay_out(cmd, run, _at_position(cmd))


def _pay_in(cmd: Deposit, run: Run, place: queries.Place) -> None:
    run.add(
        "cash.deposit",
        debit(place.till_account, cmd.amount),
        credit(place.deposit_account, cmd.amount),
        narrative=cmd.narrative,
    )


def _pay_out(cmd: Withdraw, run: Run, place: queries.Place) -> None:
    run.add(
        "cash.withdrawal",
        debit(place.deposit_account, cmd.amount),
        credit(place.till_account, cmd.amount),
        narrative=cmd.narrative,
    )


def _at_counter(cmd: Deposit | Withdraw, run: Run) -> queries.Place:
    place = queries.at_counter(
        till=cmd.till, deposit=cmd.deposit, teller=run.actor.user_id, date=run.date
    )
    if place is None:
        till = _till_of(cmd)
        _require_kind(till, Till.Kind.COUNTER)
        raise SessionNotOpen(till=till.name, date=run.date.isoformat())
    return place


def _at_position(cmd: Deposit | Withdraw) -> queries.Place:
    place = queries.at_position(till=cmd.till, deposit=cmd.deposit)
    if place is None:
        till = _till_of(cmd)
        _require_kind(till, Till.Kind.POSITION)
        # The deposit was opened between the two statements: now it is there.
        place = queries.at_position(till=cmd.till, deposit=cmd.deposit)
        assert place is not None, "till and deposit exist, and the till is a position"
    return place


def _till_of(cmd: Deposit | Withdraw) -> Till:
    """The till of a command that found no place. Raises NotFound where there is no deposit."""
    if not queries.deposit_exists(cmd.deposit):
        raise NotFound
    return Till.objects.get(id=cmd.till)


def _locked(session_id: int) -> Session:
    """The open session, exclusively: no posting is under way in it any more, and none begins."""
    session = (
        Session.objects.select_for_update(of=("self",)).select_related("till").get(id=session_id)
    )
    if session.status != Session.Status.OPEN:
        raise SessionAlreadyClosed
    return session


def _close(session: Session, cmd: CloseSession, run: Run) -> SessionClosed:
    till = session.till
    lines, counted = _judged(cmd.counted, till.currency)
    difference = counted.minor - limited(till.account_id).natural_minor
    if difference:
        _book_difference(till, Money(difference, till.currency), run)
    session.status = Session.Status.CLOSED
    session.closed_run_id = run.id
    session.difference_minor = difference
    session.save(update_fields=["status", "closed_run_id", "difference_minor"])
    _keep(session, Count.Moment.CLOSING, lines)
    return SessionClosed(difference)


def _book_difference(till: Till, difference: Money, run: Run) -> None:
    """Bring the till's account to what was counted, against an account of its own for each side."""
    over = difference.minor > 0
    other = internal_account(
        run=run,
        gl_code=GL_OVER if over else GL_SHORT,
        branch=till.branch_id,
        currency=till.currency,
    )
    if over:
        run.add("cash.over", debit(till.account_id, difference), credit(other, difference))
    else:
        run.add("cash.short", debit(other, -difference), credit(till.account_id, -difference))


def _judged(counted: Iterable[Denomination], code: str) -> tuple[dict[int, int], Money]:
    """Pieces by value, lines of one value added up, and what they are worth together.

    Raises UnknownDenomination.
    """
    known = queries.pieces(code)
    lines: Counter[int] = Counter()
    for line in counted:
        if line.value_minor not in known:
            raise UnknownDenomination(
                given=str(Money(line.value_minor, code)),
                known=", ".join(str(Money(value, code)) for value in known),
            )
        lines[line.value_minor] += line.count
    return lines, Money(sum(value * pieces for value, pieces in lines.items()), code)


def _keep(session: Session, moment: Count.Moment, lines: dict[int, int]) -> None:
    Count.objects.bulk_create(
        Count(session=session, moment=moment, value_minor=value, pieces=pieces)
        for value, pieces in lines.items()
        if pieces
    )


def _require_kind(till: Till, needed: Till.Kind) -> None:
    if till.kind != needed:
        raise WrongKindOfTill(till=till.name, kind=till.kind, needed=needed.value)
