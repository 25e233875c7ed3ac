"""Steps at the counter over HTTP, idle and while workers close a day; and what pages weigh."""

import datetime as dt
import secrets
import threading
import time
from collections.abc import Sequence
from statistics import median

from django.contrib.auth.hashers import make_password
from django.db import connections
from django.urls import reverse

from apps.access.models import User
from apps.access.operations import ResetPassword
from apps.accounts.operations import OpenDeposit
from apps.cash.models import Session, Till
from apps.cash.operations import CreateTill
from apps.control.commands import Secret
from apps.control.door import execute
from apps.customers.operations import RegisterPerson
from apps.eod import clock, queries
from apps.kernel import sql
from apps.kernel.ids import uuid7
from apps.kernel.queries import current_date
from bank.bench import data
from bank.bench.results import Result, Target
from bank.bench.running import web, workers
from bank.bench.staff import BRANCH, CURRENCY, PRODUCT, do, staff, teller
from bank.demo import business
from bank.demo.cast import Deposit
from bank.demo.counter import Counter, Step
from bank.demo.visitor import Person
from bank.installation import system_actor
from bank.management.commands.up import collect_static_files

STEP_MS = 100
PAGE_OCTETS, PAGE_REQUESTS, SWAP_OCTETS = 40_000, 8, 6_000
# People who come to the counter, with an account each, beside the many that only earn interest.
_REGULARS = 20
_WARM_UP = 3
# Each is some visits alone, and then as many as there is time for beside a close.
_ROUNDS = 3
_SWAPPED = ("search", "check as one types")
_PAGES = ("cash:workspace", "customers:list", "cash:deposit", "payments:transfer")


def measure(*, full: bool) -> list[Result]:
    """Visits alone and visits beside a close by two workers, in turn; then the weights."""
    data.open_deposits(1_000_000 if full else 100_000)
    branch: int = sql.value("SELECT id FROM kernel_branch WHERE code = %(code)s", {"code": BRANCH})
    regulars = _welcome(branch)
    desk = _Desk(branch)
    collect_static_files()
    password = secrets.token_urlsafe(16)
    user = User.objects.values_list("id", flat=True).get(username=teller(0))
    hashed = Secret(make_password(password))
    do("access.reset_password", ResetPassword(user=user, hashed=hashed), system_actor())
    with web() as address:
        person = Person(address)
        if not person.sign_in(teller(0), password):
            raise RuntimeError("the teller cannot sign in")
        idle, beside = Counter(person), Counter(person)
        _visit(idle, regulars, count=_WARM_UP)
        idle.forget()
        with workers(2, []):
            for _ in range(_ROUNDS):
                _visit(idle, regulars, count=20 if full else 8)
                _visit_while_closing(beside, regulars, desk)
        return [
            *timed(idle.steps(), beside.steps()),
            *_swaps(beside.steps()),
            *_weights(person, regulars[0]),
        ]


def timed(idle: Sequence[Step], beside: Sequence[Step]) -> list[Result]:
    """The 95th of a hundred, for each step alone and beside a close, and all of them as a ratio."""
    results = [
        Result(
            subject=f"{one.name}, {when}",
            value=one.p95_ms,
            unit="ms p95",
            target=Target("<=", STEP_MS),
            measured=f"p50 {one.p50_ms:,.0f} ms of {len(one.times_ms)}",
        )
        for when, steps in (("idle", idle), ("beside a close", beside))
        for one in steps
    ]
    pairs = [(two.p50_ms, one.p50_ms) for one, two in zip(idle, beside, strict=True)]
    ratios = [two / one for two, one in pairs]
    return [
        *results,
        Result(
            subject="a step beside a close, to the same idle",
            value=median(ratios),
            spread=(min(ratios), max(ratios)),
            measured=f"p50, {len(ratios)} steps",
        ),
    ]


def _swaps(steps: Sequence[Step]) -> list[Result]:
    return [
        Result(
            subject=f"swap of {one.name}",
            value=one.octets / 1000,
            unit="KB",
            target=Target("<=", SWAP_OCTETS / 1000),
        )
        for one in steps
        if one.name.endswith(_SWAPPED)
    ]


def _weights(person: Person, regular: Deposit) -> list[Result]:
    paths = [reverse(name) for name in _PAGES]
    paths.append(reverse("customers:customer", args=[regular.customer]))
    results = []
    for path in paths:
        load = person.first_load(path)
        octets = Target("<=", PAGE_OCTETS / 1000)
        results += [
            Result(subject=f"first load of {path}", value=load.octets / 1000, unit="KB",
                   target=octets),
            Result(subject=f"requests of {path}", value=load.requests, unit="requests",
                   target=Target("<=", PAGE_REQUESTS)),
        ]  # fmt: skip
    return results


class _Desk:
    """A till with the teller who works at it, opened at once."""

    def __init__(self, branch: int) -> None:
        till = CreateTill(
            branch=branch, currency=CURRENCY, kind=Till.Kind.COUNTER, name="Каса вимірювань"
        )
        made = do("cash.create_till", till, staff("manager"))
        self._till, self._account = made["till"], made["account"]
        self.open()

    def open(self) -> None:
        self._do("cash.open_session", {"till": self._till})

    def close(self) -> None:
        """As the date needs it that is to be closed."""
        session = Session.objects.values_list("id", flat=True).get(till=self._till, status="open")
        self._do("cash.close_session", {"session": session})

    def _do(self, name: str, about: dict[str, int]) -> None:
        """An operation of the teller, who counts what is there by the book."""
        counted = business.counted(self._account, business.pieces())
        command = {**about, "counted": counted}
        execute(name, command, actor=staff(teller(0)), key=f"bench:{uuid7()}")


def _welcome(branch: int) -> list[Deposit]:
    """Customers with an account each, by the operations that everybody uses."""
    manager = staff("manager")
    found = []
    for number in range(_REGULARS):
        person = RegisterPerson(
            branch=branch,
            last_name="Гостинна",
            birth_date=dt.date(1990, 1, 1) + dt.timedelta(days=number),
            no_tax_number_reason="benchmark",
        )
        customer = do("customers.register_person", person, manager)["customer"]
        opening = OpenDeposit(customer=customer, product=PRODUCT, branch=branch)
        opened = do("accounts.open_deposit", opening, manager)
        account = str(opened["number"])
        found.append(Deposit(opened["deposit"], account, customer, PRODUCT, CURRENCY, 0))
    return found


def _visit(counter: Counter, regulars: Sequence[Deposit], *, count: int) -> None:
    for number in range(count):
        place = number % len(regulars)
        counter.serve(regulars[place], regulars[place - 1])


def _visit_while_closing(counter: Counter, regulars: Sequence[Deposit], desk: _Desk) -> None:
    """Serve customers of the next date for as long as the workers close the last one."""
    date = current_date()
    failures: list[Exception] = []

    def close() -> None:
        try:
            report = clock.close_day(actor=queries.system_actor())
            if not report.closed:
                raise RuntimeError(f"{report.date} did not close: {report.contradicted}")
        except Exception as error:  # noqa: BLE001 - told to the thread that waits
            failures.append(error)
        finally:
            connections.close_all()

    desk.close()
    closing = threading.Thread(target=close)
    closing.start()
    while closing.is_alive() and current_date() == date:
        time.sleep(0.02)
    desk.open()
    while closing.is_alive():
        _visit(counter, regulars, count=1)
    closing.join()
    if failures:
        raise failures[0]
