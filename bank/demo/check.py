"""`make demo-check`: what visitors would try, done over HTTP against the bank that is served.

One person of each role signs in and opens every place of the menu; a program uses the API; the
story of the exception is followed to its end; the date is closed by the workers, and proved.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

from django.urls import reverse

from apps.access.models import User
from apps.access.queries import rights
from apps.accounts.models import Deposit
from apps.control.declarations import INVARIANTS
from apps.control.door import execute
from apps.eod import proofs
from apps.eod.queries import open_exceptions
from apps.kernel import queries
from apps.kernel.menu import MENU
from apps.kernel.text import Text
from bank.demo import business, cast, life
from bank.demo.business import BranchDay, Calendar
from bank.demo.counter import VISITS, Counter
from bank.demo.founding import PLACES
from bank.demo.life import BLOCKED, SEIZURE
from bank.demo.logins import Login
from bank.demo.terminal import Terminal
from bank.demo.visitor import Person, Program


class Check:
    """Goes through all stages, each timed; `run` gives back what was off, in words."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        language: str,
        address: str,
        people: Sequence[Login],
        key: str,
    ) -> None:
        self._terminal = terminal
        self._language = language
        self._address = address
        self._people = people
        self._key = key

    def run(self) -> list[str]:
        self._terminal.heading(Text(uk="Випробування", en="The check").in_language(self._language))
        return [
            *self._stage(Text(uk="екрани кожної ролі", en="screens of each role"), self._screens),
            *self._stage(Text(uk="програмний доступ", en="the API"), self._api),
            *self._stage(Text(uk="крок за кроком біля каси", en="step by step at the counter"),
                         self._counter),
            *self._stage(Text(uk="виняток усунуто", en="the exception is mended"), self._mend),
            *self._stage(Text(uk="день закрито й доведено", en="a day, closed and proved"),
                         self._close),
        ]  # fmt: skip

    def _stage(self, title: Text, work: Callable[[], Iterator[str]]) -> list[str]:
        began = time.perf_counter()
        wrong = list(work())
        words = title.in_language(self._language)
        unit = Text(uk="с", en="s").in_language(self._language)
        if wrong:
            self._terminal.failed(words)
        else:
            self._terminal.done(words, f"{time.perf_counter() - began:.1f} {unit}")
        for one in wrong:
            self._terminal.line(f"      {one}")
        return wrong

    # --- Stages: each gives what is off ---------------------------------------------------------

    def _screens(self) -> Iterator[str]:
        """Somebody of each role sees what the role may see, and nothing else."""
        for login in {one.role: one for one in reversed(self._people)}.values():
            person = Person(self._address)
            if not person.sign_in(login.username, login.password):
                yield f"{login.username} cannot sign in"
                continue
            user = User.objects.values_list("id", flat=True).get(username=login.username)
            held = rights(user=user, date=queries.current_date())
            for item in MENU:
                path = reverse(item.url)
                expected = 200 if item.permission in held else 403
                answer = person.get(path)
                if answer.status != expected:
                    yield f"{login.username} at {path}: {answer.status}, not {expected}"

    def _api(self) -> Iterator[str]:
        """The machine's key opens the API, and a transfer that is sent twice is done once."""
        program = Program(self._address, key=self._key)
        status, _ = program.get("me")
        if status != 200:
            yield f"GET me: {status}"
        status, _ = Program(self._address, key=self._key[:-1] + "x").get("me")
        if status != 401:
            yield f"GET me with a wrong key: {status}"
        current = cast.assemble().offices[0].current
        source = max(current, key=lambda one: one.available_minor)
        given = {
            "source": source.id,
            "target": next(one.id for one in current if one is not source),
            "amount": business.uah(100),
            "purpose": "За замовлення № 1",
        }
        key = str(uuid4())
        answers = [program.post("transfers", given, key=key) for _ in range(2)]
        if [status for status, _ in answers] != [200, 200]:
            yield f"POST transfers: {answers}"
        elif answers[0][1]["run"] != answers[1][1]["run"]:
            yield f"A transfer that was sent twice was done twice: {answers}"

    def _counter(self) -> Iterator[str]:
        """A teller serves customers; how long each step takes is shown, and judged by nobody."""
        company = cast.assemble()
        office = company.offices[0]
        date = queries.current_date()
        assert date is not None, "a bank that is served has a date"
        calendar = Calendar(date=date, first_date=date, seed=0)
        life.tidy(company)
        BranchDay(company, 0, calendar).open(office.counters[1])
        login = next(one for one in self._people if one.username == f"{PLACES[0].slug}.teller2")
        person = Person(self._address)
        if not person.sign_in(login.username, login.password):
            yield f"{login.username} cannot sign in"
            return
        counter = Counter(person)
        for number in range(VISITS):
            counter.serve(office.current[number], office.current[-1 - number])
        self._terminal.table(
            [Text(uk="крок", en="step").in_language(self._language), "p50, ms", "p95, ms"],
            [[one.name, f"{one.p50_ms:.0f}", f"{one.p95_ms:.0f}"] for one in counter.steps()],
            right=(1, 2),
        )

    def _mend(self) -> Iterator[str]:
        """The supervisor blocks what was meant alone; operations make up for the exception."""
        company = cast.assemble()
        for one in open_exceptions():
            if one.code == BLOCKED and one.low is not None:
                self._unblock(one.low, company)
            execute(
                "eod.make_up_exception",
                {"exception": one.id},
                actor=company.head["operations"],
                key=str(uuid4()),
            )
        if left := open_exceptions():
            yield f"{len(left)} exceptions are left"

    def _unblock(self, deposit_id: int, company: cast.Cast) -> None:
        deposit = Deposit.objects.get(id=deposit_id)
        supervisors = {office.branch: office.supervisor for office in company.offices}
        execute(
            "accounts.block",
            {"deposit": deposit.id, "reason": SEIZURE, "debits": True, "credits": False},
            actor=supervisors[deposit.branch_id],
            key=str(uuid4()),
        )

    def _close(self) -> Iterator[str]:
        company = cast.assemble()
        life.tidy(company)
        report = life.close(company)
        if report.exceptions:
            yield f"{report.exceptions} exceptions of {report.date}"
        for name in sorted(one.name for one in INVARIANTS):
            (found,) = proofs.prove([name], date=report.date)
            if found.violations:
                yield f"{name}: {found.violations}"
