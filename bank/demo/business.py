"""A day of business at the demo's bank, told through its operations.

On working days the tellers count their tills, serve customers and count again; payments come and
go every day. Something of everything happens: a mistake that is reversed, a large withdrawal that
the supervisor agrees to, an entry by hand, a till that is over, requests that are refused.
"""

import datetime as dt
import random
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from apps.cash import queries as cash
from apps.control.door import Outcome, execute
from apps.control.models import Approval
from apps.control.run import Actor
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.ledger import queries as ledger
from bank.demo import planning
from bank.demo.cast import Cast, Counter, Deposit
from bank.demo.founding import IDENTITY, LARGE_WITHDRAWAL_MINOR, internal_account
from bank.demo.lanes import Lanes

# A till begins the day with at least so much, in minor units.
FLOAT_MINOR = 30_000_000
CUSTOMERS_A_TELLER = 30
PAYMENTS_A_BRANCH = 10
_PAY_DAYS = (5, 20)
# Tuesdays.
_IT_BILLS = 1
_SALARIES = ("Заробітна плата", "Аванс", "Стипендія", "Пенсія", "Гонорар")
_BILLS = ("За електроенергію", "За газ", "За водопостачання", "За інтернет", "Квартплата")
_GIFTS = ("На навчання", "Повернення боргу", "На ремонт", "Подарунок", "На відпустку")
_OTHER_BANK = {"bank": "305299", "account": "UA793052990000026002661176318"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where a booking date lies in the life of the bank; the same seed gives the same day."""

    date: dt.date
    first_date: dt.date
    seed: int

    @property
    def number(self) -> int:
        """Dates since the first one."""
        return (self.date - self.first_date).days

    @property
    def is_working(self) -> bool:
        return self.date.weekday() < 5

    @property
    def share_paid(self) -> float:
        """The share of customers whom another bank pays on this date."""
        if self.number == 0:
            return 0.5
        return 0.2 if self.date.day in _PAY_DAYS else 0.02


def live(cast: Cast, when: Calendar, *, lanes: Lanes) -> Tally[str]:
    """A whole day, its branches side by side; how many commands came to what."""
    tallies = lanes.each(partial(_live_at, cast=cast, when=when))
    head = HeadOfficeDay(cast, when)
    if when.is_working:
        head.entry_by_hand()
        if when.date.weekday() == _IT_BILLS:
            head.costs_of_it()
    return sum(tallies, start=head.tally)


def _live_at(place: int, *, cast: Cast, when: Calendar) -> Tally[str]:
    day = BranchDay(cast, place, when)
    day.live()
    return day.tally


class _Day:
    """Does commands, and counts in `tally` what came of each."""

    def __init__(self, cast: Cast, when: Calendar, lane: str) -> None:
        self.cast = cast
        self.number = when.number
        # Repeatable on purpose: nothing secret comes of it.
        self.chance = random.Random(f"{when.seed} {when.date} {lane}")  # noqa: S311
        self.tally: Tally[str] = Tally()

    def do(self, name: str, fields: Mapping[str, Any], actor: Actor, *, key: str = "") -> Outcome:
        outcome = execute(name, fields, actor=actor, key=key or str(uuid4()))
        self.tally[outcome.outcome] += 1
        return outcome

    def agree(self, parked: Outcome, checker: Actor) -> None:
        assert parked.approval_id is not None, "a policy asks for another pair of eyes"
        meaning = Approval.objects.values_list("meaning_hash", flat=True).get(id=parked.approval_id)
        fields = {"approval": parked.approval_id, "meaning": meaning}
        self.do("control.approve", fields, checker)


class HeadOfficeDay(_Day):
    def __init__(self, cast: Cast, when: Calendar) -> None:
        super().__init__(cast, when, "head office")

    def entry_by_hand(self) -> None:
        """The accountant books a bill; the chief accountant agrees, or every third day does not."""
        parked = self.bill()
        if self.number % 3 == 2:
            fields = {"approval": parked.approval_id, "reason": "Немає акта виконаних робіт"}
            self.do("control.decline", fields, self.cast.head["chief_accountant"])
        else:
            self.agree(parked, self.cast.head["chief_accountant"])

    def costs_of_it(self) -> None:
        """The week's bills of IT, each on its cost centre; the chief accountant agrees."""
        branch, payable = self.cast.offices[0].branch, internal_account("3619")
        fields = planning.week(branch, payable=payable, chance=self.chance)
        parked = self.do("finance.book_manual_entry", fields, self.cast.head["accountant"])
        self.agree(parked, self.cast.head["chief_accountant"])

    def bill(self, *, key: str = "") -> Outcome:
        """The accountant's entry, which waits; once for each key."""
        costs = internal_account("7432" if self.number % 2 else "7431")
        minor = self.chance.randint(200_000, 900_000)
        legs = [
            {"account": costs, "side": "debit", "amount": uah(minor)},
            {"account": internal_account("3619"), "side": "credit", "amount": uah(minor)},
        ]
        fields = {
            "branch": self.cast.offices[0].branch,
            "legs": legs,
            "narrative": f"Рахунок № {100 + self.number} за послуги",
        }
        return self.do("finance.book_manual_entry", fields, self.cast.head["accountant"], key=key)


class BranchDay(_Day):
    """One booking date at one branch."""

    def __init__(self, cast: Cast, place: int, when: Calendar) -> None:
        super().__init__(cast, when, f"branch {place}")
        self.place = place
        self.office = cast.offices[place]
        self.when = when
        self._pieces = pieces()

    def live(self) -> None:
        """Everything that happens here on this date."""
        self._salaries()
        if self.when.is_working:
            sessions = [self.open(counter) for counter in self.office.counters]
            for counter in self.office.counters:
                self.serve(counter, customers=CUSTOMERS_A_TELLER)
            if self._is_in_turn:
                self._mistake()
                self.agree(self.large_withdrawal(), self.office.supervisor)
                self._refusals()
            for number, (counter, session) in enumerate(
                zip(self.office.counters, sessions, strict=True)
            ):
                self._close(counter, session, self._slip(number))
        self._payments()

    @property
    def _is_in_turn(self) -> bool:
        """Branches take turns at what is out of the ordinary."""
        return self.place == self.number % len(self.cast.offices)

    # --- Tills ----------------------------------------------------------------------------------

    def open(self, counter: Counter) -> int:
        """The teller counts the till and gets what is missing; the session."""
        held = ledger.limited(counter.account).natural_minor
        opened = self.do(
            "cash.open_session",
            {"till": counter.till, "counted": count(held, self._pieces)},
            counter.teller,
        )
        if held < FLOAT_MINOR:
            self.do(
                "cash.move_cash",
                {
                    "source": self.office.vault,
                    "target": counter.till,
                    "amount": uah(FLOAT_MINOR - held),
                },
                self.office.supervisor,
            )
        session: int = opened.result["session"]
        return session

    def _close(self, counter: Counter, session: int, slip_minor: int) -> None:
        counted_ = counted(counter.account, self._pieces, off_minor=slip_minor)
        fields = {"session": session, "counted": counted_}
        self.do("cash.close_session", fields, counter.teller)

    def _slip(self, counter: int) -> int:
        """What a till is over or short by tonight, in minor units."""
        if self._is_in_turn and counter == 0:
            return 10_000
        if (self.place, counter) == (1, 1) and self.number % 3 == 2:
            return -5_000
        return 0

    # --- Customers ------------------------------------------------------------------------------

    def serve(self, counter: Counter, *, customers: int) -> None:
        current = self.office.current
        for deposit in self.chance.sample(current, min(customers, len(current))):
            wish = self.chance.random()
            if deposit.available_minor < 200_000 or wish < 0.4:
                self._pay_in(counter, deposit, self.chance.randrange(1, 60) * 50_000)
            elif wish < 0.65:
                most = min(deposit.available_minor, LARGE_WITHDRAWAL_MINOR - 1) // 10_000
                self._pay_out(counter, deposit, self.chance.randint(1, most) * 10_000)
            else:
                self._transfer(counter.teller, deposit)

    def _pay_in(self, counter: Counter, deposit: Deposit, minor: int) -> None:
        fields = {"till": counter.till, "deposit": deposit.id, "amount": uah(minor)}
        self.do("cash.deposit", fields, counter.teller)
        deposit.available_minor += minor

    def _pay_out(self, counter: Counter, deposit: Deposit, minor: int) -> Outcome:
        fields = {"till": counter.till, "deposit": deposit.id, "amount": uah(minor)}
        outcome = self.do("cash.withdraw", fields, counter.teller)
        deposit.available_minor -= minor
        return outcome

    def _transfer(self, teller: Actor, source: Deposit) -> None:
        """To the customer's own savings, or to another customer."""
        target = self.office.savings.get(source.customer)
        purpose = "На ощадний рахунок"
        if target is None:
            target = self.chance.choice(self.office.current)
            purpose = self.chance.choice(_GIFTS)
            if target is source:
                return
        minor = self.chance.randint(10_000, source.available_minor)
        fields = {
            "source": source.id,
            "target": target.id,
            "amount": uah(minor),
            "purpose": purpose,
        }
        self.do("payments.transfer", fields, teller)
        source.available_minor -= minor
        target.available_minor += minor

    def _salaries(self) -> None:
        """Incoming payments of other banks: to many on pay days, else to a few."""
        lucky = [one for one in self.office.current if self.chance.random() < self.when.share_paid]
        for deposit in [*lucky, *(self.office.euros if self.number == 0 else ())]:
            minor = self.chance.randint(900_000, 7_500_000)
            self._receive(deposit, minor, purpose=self.chance.choice(_SALARIES))

    def _receive(self, deposit: Deposit, minor: int, *, purpose: str) -> None:
        fields = {
            "target": deposit.id,
            "amount": _typed(f"{minor // 100}.{minor % 100:02d}", deposit.currency),
            "purpose": purpose,
            **_OTHER_BANK,
        }
        self.do("payments.receive", fields, self.cast.head["operations"])
        deposit.available_minor += minor

    def _payments(self) -> None:
        """Outgoing payments to other banks."""
        current = self.office.current
        for deposit in self.chance.sample(current, min(PAYMENTS_A_BRANCH, len(current))):
            minor = self.chance.randint(20_000, 350_000)
            if deposit.available_minor < minor:
                continue
            fields = {
                "source": deposit.id,
                "amount": uah(minor),
                "purpose": self.chance.choice(_BILLS),
                **_OTHER_BANK,
            }
            self.do("payments.send", fields, self.cast.head["operations"])
            deposit.available_minor -= minor

    # --- What does not go by itself -------------------------------------------------------------

    def _mistake(self) -> None:
        """A teller keys in ten times the amount; the supervisor reverses it."""
        counter, deposit = self.office.counters[0], self.chance.choice(self.office.current)
        wrong = self.do(
            "cash.deposit",
            {"till": counter.till, "deposit": deposit.id, "amount": uah(5_000_000)},
            counter.teller,
        )
        entry = sql.value(
            "SELECT id FROM ledger_entry WHERE run_id = %(run)s", {"run": wrong.run_id}
        )
        self.do(
            "ledger.reverse_entry",
            {"entry": entry, "reason": "Помилка в сумі: 50 000 замість 5 000"},
            self.office.supervisor,
        )
        self._pay_in(counter, deposit, 500_000)

    def large_withdrawal(self) -> Outcome:
        """It waits for the supervisor; where nobody has so much, somebody has sold a car."""
        deposit = max(self.office.current, key=lambda one: one.available_minor)
        if deposit.available_minor < LARGE_WITHDRAWAL_MINOR:
            self._receive(deposit, LARGE_WITHDRAWAL_MINOR, purpose="За проданий автомобіль")
        return self._pay_out(self.office.counters[0], deposit, LARGE_WITHDRAWAL_MINOR)

    def _refusals(self) -> None:
        """What the bank declines, on purpose: each must be refused."""
        office = self.office
        counter, deposit = office.counters[0], office.current[0]
        other = self.cast.offices[(self.number + 1) % len(self.cast.offices)]
        cash_out = {"till": counter.till, "deposit": deposit.id}
        too_much = uah(deposit.available_minor + 1)
        for name, fields, actor in (
            ("cash.withdraw", cash_out | {"amount": too_much}, counter.teller),
            ("cash.withdraw", cash_out | {"amount": uah(0)}, counter.teller),
            ("cash.deposit", cash_out | {"amount": _typed("1_000")}, counter.teller),
            ("cash.deposit", cash_out | {"amount": uah(100)}, office.counters[1].teller),
            ("cash.deposit", cash_out | {"amount": uah(100)}, other.counters[0].teller),
            ("payments.send", {"source": deposit.id, "amount": uah(10_000), "purpose": "За газ"}
             | _OTHER_BANK, counter.teller),
        ):  # fmt: skip
            try:
                self.do(name, fields, actor)
            except Refusal:
                self.tally["refused"] += 1
            else:
                raise AssertionError(f"{name} was done and should have been refused: {fields}")


def pieces() -> list[int]:
    return cash.pieces(IDENTITY.base_currency)


def counted(account: int, pieces: list[int], *, off_minor: int = 0) -> list[dict[str, int]]:
    """What is found in a till that has so much by the book, and is off by so much."""
    return count(ledger.limited(account).natural_minor + off_minor, pieces)


def count(minor: int, pieces: list[int]) -> list[dict[str, int]]:
    """What somebody finds who counts `minor`, in as few notes and coins as can be."""
    return list(_count(minor, pieces))


def _count(minor: int, pieces: list[int]) -> Iterator[dict[str, int]]:
    for value in pieces:
        number, minor = divmod(minor, value)
        if number:
            yield {"value_minor": value, "count": number}
    assert minor == 0, "cash over the counter is in notes and coins"


def uah(minor: int) -> dict[str, str]:
    return _typed(f"{minor // 100}.{minor % 100:02d}")


def _typed(text: str, currency: str = IDENTITY.base_currency) -> dict[str, str]:
    return {"amount": text, "currency": currency}
