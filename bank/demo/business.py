"""A day of business at the demo's bank, told through its operations.

On working days the tellers count their tills, serve customers and count again; payments come and
go every day. Something of everything happens: a mistake that is reversed, a large withdrawal that
the supervisor agrees to, an entry by hand, a till that is over, requests that are refused.
"""

import datetime as dt
import random
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from apps.cash import queries as cash
from apps.cash.models import Session
from apps.control.door import Outcome, execute
from apps.control.models import Approval
from apps.control.run import Actor
from apps.kernel import sql
from apps.kernel.errors import Refusal
from apps.ledger import queries as ledger
from bank.demo.cast import Cast, Counter, Deposit, Office
from bank.demo.founding import IDENTITY, LARGE_WITHDRAWAL_MINOR, internal_account

# A till begins the day with at least so much, in minor units.
FLOAT_MINOR = 30_000_000
CUSTOMERS_A_TELLER = 16
_SALARIES = ("Заробітна плата", "Аванс", "Стипендія", "Пенсія", "Гонорар")
_BILLS = ("За електроенергію", "За газ", "За водопостачання", "За інтернет", "Квартплата")
_GIFTS = ("На навчання", "Повернення боргу", "На ремонт", "Подарунок", "На відпустку")
_OTHER_BANK = {"bank": "305299", "account": "UA793052990000026002661176318"}


class Day:
    """One booking date; what came of each command is counted in `tally`."""

    def __init__(self, cast: Cast, date: dt.date, pieces: list[int]) -> None:
        self.cast = cast
        self.date = date
        self.number = (date - IDENTITY.first_date).days
        self.chance = random.Random(f"{date}")  # noqa: S311 - repeatable on purpose
        self.tally: Tally[str] = Tally()
        self._pieces = pieces

    def live(self) -> None:
        """Everything that happens on this date."""
        self._salaries()
        if self.date.weekday() < 5:
            for place, office in enumerate(self.cast.offices):
                sessions = [self._open(office, counter) for counter in office.counters]
                for counter in office.counters:
                    self._serve(office, counter)
                if place == self.number % len(self.cast.offices):
                    self._mistake(office)
                    self._large_withdrawal(office)
                    self._refusals(office)
                for number, (counter, session) in enumerate(
                    zip(office.counters, sessions, strict=True)
                ):
                    self._close(counter, session, self._slip(place, number))
            self._entry_by_hand()
        self._payments()

    # --- Tills ----------------------------------------------------------------------------------

    def _open(self, office: Office, counter: Counter) -> int:
        held = ledger.limited(counter.account).natural_minor
        opened = self._do(
            "cash.open_session",
            {"till": counter.till, "counted": count(held, self._pieces)},
            counter.teller,
        )
        if held < FLOAT_MINOR:
            self._do(
                "cash.move_cash",
                {
                    "source": office.vault,
                    "target": counter.till,
                    "amount": uah(FLOAT_MINOR - held),
                },
                office.supervisor,
            )
        session: int = opened.result["session"]
        return session

    def _close(self, counter: Counter, session: int, slip_minor: int) -> None:
        held = ledger.limited(counter.account).natural_minor + slip_minor
        self._do(
            "cash.close_session",
            {"session": session, "counted": count(held, self._pieces)},
            counter.teller,
        )

    def _slip(self, place: int, counter: int) -> int:
        """What a till is over or short by tonight, in minor units."""
        if (place, counter) == (self.number % len(self.cast.offices), 0):
            return 10_000
        if (place, counter) == (1, 1) and self.number % 3 == 2:
            return -5_000
        return 0

    # --- Customers ------------------------------------------------------------------------------

    def _serve(self, office: Office, counter: Counter) -> None:
        for deposit in self.chance.sample(
            office.current, min(CUSTOMERS_A_TELLER, len(office.current))
        ):
            wish = self.chance.random()
            if deposit.available_minor < 200_000 or wish < 0.4:
                self._pay_in(counter, deposit, self.chance.randrange(1, 60) * 50_000)
            elif wish < 0.65:
                most = min(deposit.available_minor, LARGE_WITHDRAWAL_MINOR - 1) // 10_000
                self._pay_out(counter, deposit, self.chance.randint(1, most) * 10_000)
            else:
                self._transfer(office, counter.teller, deposit)

    def _pay_in(self, counter: Counter, deposit: Deposit, minor: int) -> None:
        fields = {"till": counter.till, "deposit": deposit.id, "amount": uah(minor)}
        self._do("cash.deposit", fields, counter.teller)
        deposit.available_minor += minor

    def _pay_out(self, counter: Counter, deposit: Deposit, minor: int) -> Outcome:
        fields = {"till": counter.till, "deposit": deposit.id, "amount": uah(minor)}
        outcome = self._do("cash.withdraw", fields, counter.teller)
        deposit.available_minor -= minor
        return outcome

    def _transfer(self, office: Office, teller: Actor, source: Deposit) -> None:
        """To the customer's own savings, or to another customer."""
        target = office.savings.get(source.customer)
        purpose = "На ощадний рахунок"
        if target is None:
            target = self.chance.choice(office.current)
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
        self._do("payments.transfer", fields, teller)
        source.available_minor -= minor
        target.available_minor += minor

    def _salaries(self) -> None:
        """Incoming payments of other banks: to many on the first day, later to a few."""
        for office in self.cast.offices:
            share = 0.7 if self.number == 0 else 0.06
            lucky = [one for one in office.current if self.chance.random() < share]
            for deposit in [*lucky, *(office.euros if self.number == 0 else ())]:
                minor = self.chance.randint(900_000, 7_500_000)
                fields = {
                    "target": deposit.id,
                    "amount": {"amount": f"{minor // 100}.{minor % 100:02d}",
                               "currency": deposit.currency},
                    "purpose": self.chance.choice(_SALARIES),
                    **_OTHER_BANK,
                }  # fmt: skip
                self._do("payments.receive", fields, self.cast.head["operations"])
                deposit.available_minor += minor

    def _payments(self) -> None:
        """Outgoing payments to other banks."""
        for office in self.cast.offices:
            for deposit in self.chance.sample(office.current, min(5, len(office.current))):
                minor = self.chance.randint(20_000, 350_000)
                if deposit.available_minor < minor:
                    continue
                fields = {
                    "source": deposit.id,
                    "amount": uah(minor),
                    "purpose": self.chance.choice(_BILLS),
                    **_OTHER_BANK,
                }
                self._do("payments.send", fields, self.cast.head["operations"])
                deposit.available_minor -= minor

    # --- What does not go by itself -------------------------------------------------------------

    def _mistake(self, office: Office) -> None:
        """A teller keys in ten times the amount; the supervisor reverses it."""
        counter, deposit = office.counters[0], self.chance.choice(office.current)
        wrong = self._do(
            "cash.deposit",
            {"till": counter.till, "deposit": deposit.id, "amount": uah(5_000_000)},
            counter.teller,
        )
        entry = sql.value(
            "SELECT id FROM ledger_entry WHERE run_id = %(run)s", {"run": wrong.run_id}
        )
        self._do(
            "ledger.reverse_entry",
            {"entry": entry, "reason": "Помилка в сумі: 50 000 замість 5 000"},
            office.supervisor,
        )
        self._pay_in(counter, deposit, 500_000)

    def _large_withdrawal(self, office: Office) -> None:
        """It waits for the supervisor, who sees what will move and agrees."""
        deposit = max(office.current, key=lambda one: one.available_minor)
        if deposit.available_minor < LARGE_WITHDRAWAL_MINOR:
            return
        parked = self._pay_out(office.counters[0], deposit, LARGE_WITHDRAWAL_MINOR)
        self._agree(parked, office.supervisor)

    def _entry_by_hand(self) -> None:
        """The accountant books a bill; the chief accountant agrees, or every third day does not."""
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
        parked = self._do("finance.book_manual_entry", fields, self.cast.head["accountant"])
        if self.number % 3 == 2:
            fields = {"approval": parked.approval_id, "reason": "Немає акта виконаних робіт"}
            self._do("control.decline", fields, self.cast.head["chief_accountant"])
        else:
            self._agree(parked, self.cast.head["chief_accountant"])

    def _agree(self, parked: Outcome, checker: Actor) -> None:
        assert parked.approval_id is not None, "a policy asks for another pair of eyes"
        meaning = Approval.objects.values_list("meaning_hash", flat=True).get(id=parked.approval_id)
        fields = {"approval": parked.approval_id, "meaning": meaning}
        self._do("control.approve", fields, checker)

    def _refusals(self, office: Office) -> None:
        """What the bank declines, on purpose: each must be refused."""
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
                self._do(name, fields, actor)
            except Refusal:
                self.tally["refused"] += 1
            else:
                raise AssertionError(f"{name} was done and should have been refused: {fields}")

    def _do(self, name: str, fields: Mapping[str, Any], actor: Actor) -> Outcome:
        outcome = execute(name, fields, actor=actor, key=str(uuid4()))
        self.tally[outcome.outcome] += 1
        return outcome


def tidy(cast: Cast, pieces: list[int]) -> None:
    """Close the sessions that a run which was cut short has left open, as a supervisor would."""
    supervisors = {office.branch: office.supervisor for office in cast.offices}
    for session in Session.objects.filter(status="open").select_related("till"):
        held = ledger.limited(session.till.account_id).natural_minor
        execute(
            "cash.close_session_for_teller",
            {"session": session.id, "counted": count(held, pieces)},
            actor=supervisors[session.till.branch_id],
            key=str(uuid4()),
        )


def pieces() -> list[int]:
    return cash.pieces(IDENTITY.base_currency)


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


def _typed(text: str) -> dict[str, str]:
    return {"amount": text, "currency": IDENTITY.base_currency}
