"""A made-up bank that has lived for weeks and then stays, for people to look at: `make demo`."""

import datetime as dt
import signal
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import translation

from apps.kernel import formats, queries
from apps.kernel.errors import Refusal
from apps.kernel.text import Text
from bank import embedded
from bank.demo import founding, logins, serving
from bank.demo.check import Check
from bank.demo.lanes import Lanes
from bank.demo.life import Life, Lived
from bank.demo.report import Report, summary
from bank.demo.terminal import Terminal
from bank.embedded import EmbeddedError
from bank.embedded.supervisor import Supervisor
from bank.management.commands.up import collect_static_files

CUSTOMERS = 3_000


class Command(BaseCommand):
    help = (
        "Found a made-up bank, live through six weeks of its business with a close each night by "
        "Celery workers, prove the books, and serve it until Ctrl-C. Run again, it goes on with "
        "the bank that it finds."
    )
    # PostgreSQL, which the checks would need, is started here.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=("uk", "en"), default="uk")
        parser.add_argument(
            "--days",
            type=int,
            help=f"dates that a new bank lives ({founding.DAYS}), or that another one lives further"
            " (none)",
        )
        parser.add_argument(
            "--customers", type=int, default=CUSTOMERS, help=f"of a new bank ({CUSTOMERS})"
        )
        parser.add_argument(
            "--seed", type=int, default=founding.SEED, help=f"of everything ({founding.SEED})"
        )
        parser.add_argument("--workers", type=int, default=2, help="processes that close the days")
        parser.add_argument(
            "--port",
            type=int,
            help=f"of the web server, on loopback (the first free one from {serving.FIRST_PORT})",
        )
        end = parser.add_mutually_exclusive_group()
        end.add_argument(
            "--check",
            action="store_true",
            help="do not stay: try the screens and the API, close a day, prove the books, and exit "
            "with an error when anything is off",
        )
        end.add_argument(
            "--elsewhere",
            action="store_true",
            help="do not stay: web, workers and beat run elsewhere, as in containers",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._given = Namespace(**options)
        self._judge()
        self._terminal = Terminal(self.stdout)
        self._language = options["language"]
        self._began = time.perf_counter()
        self._interrupts = _Interrupts()
        log = embedded.state_dir() / "demo.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            if not self._given.elsewhere:
                # Before anything is begun that would take long.
                self._port = serving.choose_port(self._given.port)
            with (
                translation.override(self._language),
                log.open("w", encoding="utf-8") as out,
                self._servers(out),
            ):
                self._show(log=log, out=out)
        except serving.PortTaken as error:
            raise CommandError(str(error)) from error
        except (EmbeddedError, Refusal, RuntimeError) as error:
            raise CommandError(f"{error}\nThe processes' log is {log}") from error
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted; the next run goes on from here", returncode=130
            ) from None

    def _judge(self) -> None:
        """Raises CommandError for what makes no sense."""
        if settings.PRODUCTION:
            raise CommandError("The demo makes up a bank; run it with SKARB_PROFILE=demo")
        given = self._given
        if (given.days is not None and given.days < 1) or given.workers < 1 or given.customers < 15:
            raise CommandError("--days and --workers are at least 1, --customers at least 15")

    def _show(self, *, log: Path, out: TextIO) -> None:
        call_command("migrate", verbosity=0)
        self._migrated = time.perf_counter()
        identity = founding.IDENTITY
        name = Text(uk=identity.name_uk, en=identity.name_en)
        self._terminal.title(name.in_language(self._language))
        with Lanes(len(founding.PLACES)) as lanes:
            self._found(lanes)
            if not self._given.elsewhere:
                collect_static_files()
            with self._processes(out) as processes:
                self._live(lanes)
                report = Report(self._terminal, language=self._language)
                wrong = report.write()
                if processes is None:
                    report.people(logins.give(), key=logins.give_key())
                else:
                    wrong += self._serve(processes, report, log=log)
        if wrong:
            raise CommandError(f"Something is off: {', '.join(wrong)}")

    # --- Before anybody can look ----------------------------------------------------------------

    def _found(self, lanes: Lanes) -> None:
        if founding.founded():
            self._say("Банк уже є, і йде далі.", "The bank is there, and goes on.")
            return
        customers, seed, days = self._given.customers, self._given.seed, self._given.days
        began = time.perf_counter()
        first = founding.VISITED_ON - dt.timedelta(days=days or founding.DAYS)
        founding.found(customers=customers, first_date=first, seed=seed, lanes=lanes)
        seconds = time.perf_counter() - began
        self._say(
            f"Засновано банк: {len(founding.PLACES)} відділення, {customers} клієнтів,"
            f" зерно {seed} ({seconds:.0f} с)",
            f"The bank was founded: {len(founding.PLACES)} branches, {customers} customers,"
            f" seed {seed} ({seconds:.0f} s)",
        )

    def _live(self, lanes: Lanes) -> None:
        """Live until visitors may come, and as many dates more as are asked for of an old bank."""
        date = queries.current_date()
        assert date is not None, "a bank that is founded has a date"
        days = self._given.days
        life = Life(seed=self._given.seed, lanes=lanes)
        if date < founding.VISITED_ON:
            life.through(founding.VISITED_ON, told=self._tell)
        elif days is not None:
            life.through(date + dt.timedelta(days=days), told=self._tell)
        life.morning()

    def _tell(self, lived: Lived) -> None:
        said = summary(sorted(lived.tally.items()), language=self._language)
        if lived.exceptions:
            word = Text(uk="винятків закриття", en="exceptions of the close")
            said += f", {word.in_language(self._language)} {lived.exceptions}"
        self._terminal.done(
            f"{formats.date(lived.date, self._language)}: {said}",
            f"{lived.business_s:.1f} + {lived.close_s:.1f} "
            + Text(uk="с", en="s").in_language(self._language),
        )

    # --- When they can --------------------------------------------------------------------------

    def _serve(self, processes: Supervisor, report: Report, *, log: Path) -> list[str]:
        """Say where and how people can look, and stay or try it; what is off."""
        people, key = logins.give(), logins.give_key()
        serving.wait_for(self._port, alive=processes.alive)
        address = f"http://{serving.HOST}:{self._port}/"
        report.places(log=log, data=str(embedded.data_dir()), address=address)
        report.people(people, key=key)
        seconds = time.perf_counter() - self._migrated
        self._terminal.line()
        self._say(
            f"Банк працює за адресою {address} — від міграцій до цього минуло {seconds:.0f} с.",
            f"The bank is at {address} — {seconds:.0f} s from migrated to served.",
        )
        if self._given.check:
            return Check(
                self._terminal, language=self._language, address=address, people=people, key=key
            ).run()
        self._stay(processes)
        return []

    def _stay(self, processes: Supervisor) -> None:
        try:
            self._say("Ctrl-C зупиняє все.", "Ctrl-C stops all of it.")
            while processes.alive():
                time.sleep(0.2)
        except KeyboardInterrupt:
            self._say("Зупиняється…", "Stopping…")

    def _say(self, uk: str, en: str) -> None:
        self._terminal.line("  " + Text(uk=uk, en=en).in_language(self._language))

    # --- Processes ------------------------------------------------------------------------------

    @contextmanager
    def _servers(self, out: TextIO) -> Iterator[None]:
        """PostgreSQL and Valkey, unless they run elsewhere; what was started is ended."""
        parts = [
            part
            for part, ours in {
                "postgres": settings.EMBEDDED_POSTGRES,
                "valkey": settings.EMBEDDED_VALKEY,
            }.items()
            if ours
        ]
        with ExitStack() as stack:
            if parts:
                supervisor = Supervisor(only=parts, out=out)
                self._interrupts.hurry(supervisor)
                stack.enter_context(supervisor)
            try:
                yield
            finally:
                connections.close_all()

    @contextmanager
    def _processes(self, out: TextIO) -> Iterator[Supervisor | None]:
        """Web, workers and beat, for as long as the bank lives and is served.

        The made-up bank has dates of its own: beat rings for what waits, and opens none by the
        hour.
        """
        if self._given.elsewhere:
            yield None
            return
        parts = ["web", "worker", "beat"]
        env = {"SKARB_CLOSE_AT": "never"}
        workers = self._given.workers
        supervisor = Supervisor(only=parts, workers=workers, port=self._port, env=env, out=out)
        self._interrupts.hurry(supervisor)
        with supervisor:
            yield supervisor


class _Interrupts:
    """The first signal ends the demo with everything it started; further ones make it hurry."""

    def __init__(self) -> None:
        self._supervisors: list[Supervisor] = []
        self._seen = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it for SIGHUP
                signal.signal(number, self._receive)

    def hurry(self, supervisor: Supervisor) -> None:
        self._supervisors.append(supervisor)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if not self._seen:
            self._seen = True
            raise KeyboardInterrupt
        for supervisor in self._supervisors:
            supervisor.hurry()
