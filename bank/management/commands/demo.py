"""Days of business at a made-up bank, in a terminal: `make demo`."""

import signal
import time
from argparse import ArgumentParser
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

from apps.eod.clock import close_day
from apps.eod.queries import Progress
from apps.kernel import formats, queries
from apps.kernel.errors import Refusal
from apps.kernel.text import Text
from bank import embedded
from bank.demo import business, cast, founding
from bank.demo.report import Report, summary
from bank.demo.terminal import Terminal
from bank.embedded import EmbeddedError
from bank.embedded.supervisor import Supervisor

DAYS = 7
CUSTOMERS = 300
CLOSE_TIMEOUT_S = 60


class Command(BaseCommand):
    help = (
        "Set a made-up bank up, live through days of business there, close each with Celery "
        "workers, prove the books and show the result. Run again, it goes on with the next days."
    )
    # PostgreSQL, which the checks would need, is started here.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=("uk", "en"), default="uk")
        parser.add_argument("--days", type=int, default=DAYS, help=f"dates to live ({DAYS})")
        parser.add_argument(
            "--customers", type=int, default=CUSTOMERS, help=f"of a new bank ({CUSTOMERS})"
        )
        parser.add_argument("--workers", type=int, default=2, help="processes that close the days")
        parser.add_argument(
            "--check", action="store_true", help="exit with an error when anything is off"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo makes up a bank; run it with SKARB_PROFILE=demo")
        if min(options["days"], options["workers"]) < 1 or options["customers"] < 15:
            raise CommandError("--days and --workers are at least 1, --customers at least 15")
        signal.signal(signal.SIGTERM, _interrupt)
        started = time.perf_counter()
        self._terminal = Terminal(self.stdout)
        self._language = options["language"]
        log = embedded.state_dir() / "demo.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with (
                translation.override(self._language),
                log.open("w", encoding="utf-8") as out,
                _servers(out),
            ):
                wrong = self._show(log=log, out=out, **options)
        except (EmbeddedError, Refusal, RuntimeError) as error:
            raise CommandError(f"{error}\nThe processes' log is {log}") from error
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted; the next run goes on from here", returncode=130
            ) from None
        seconds = time.perf_counter() - started
        self._terminal.line()
        self._say(f"Готово за {seconds:.0f} с.", f"Done in {seconds:.0f} s.")
        if wrong and options["check"]:
            raise CommandError(f"Something is off: {', '.join(wrong)}")

    def _show(
        self, *, log: Path, out: TextIO, days: int, customers: int, workers: int, **options: Any
    ) -> list[str]:
        call_command("migrate", verbosity=0)
        self._terminal.title(
            Text(uk=founding.IDENTITY.name_uk, en=founding.IDENTITY.name_en).in_language(
                self._language
            )
        )
        self._found(customers)
        since = queries.current_date()
        assert since is not None, "a bank that is founded has a date"
        with _processes(out, workers=workers):
            company, pieces = cast.assemble(), business.pieces()
            self._finish_what_was_cut_short(company, pieces)
            for _ in range(days):
                self._live_a_day(pieces)
        report = Report(self._terminal, language=self._language, since=since)
        report.write(log=log, data=str(embedded.data_dir()))
        return report.wrong

    def _found(self, customers: int) -> None:
        if founding.founded():
            self._say("Банк уже є; день за днем далі.", "The bank is there; it goes on day by day.")
            return
        began = time.perf_counter()
        founding.found(customers=customers)
        seconds = time.perf_counter() - began
        self._say(
            f"Засновано банк: {len(founding.PLACES)} відділення, {customers} клієнтів"
            f" ({seconds:.0f} с)",
            f"The bank was founded: {len(founding.PLACES)} branches, {customers} customers"
            f" ({seconds:.0f} s)",
        )

    def _finish_what_was_cut_short(self, company: cast.Cast, pieces: list[int]) -> None:
        business.tidy(company, pieces)
        if queries.closing_date() is not None:
            _close(company)

    def _live_a_day(self, pieces: list[int]) -> None:
        """A day of business; then the date moves, and the workers close the day behind it."""
        date = queries.current_date()
        assert date is not None
        began = time.perf_counter()
        # Balances as they are this morning, after last night's close.
        company = cast.assemble()
        day = business.Day(company, date, pieces)
        day.live()
        lived = time.perf_counter()
        _close(company)
        closed = time.perf_counter()
        self._terminal.done(
            f"{formats.date(date, self._language)}: "
            + summary(sorted(day.tally.items()), language=self._language),
            f"{lived - began:.1f} + {closed - lived:.1f} "
            + Text(uk="с", en="s").in_language(self._language),
        )

    def _say(self, uk: str, en: str) -> None:
        self._terminal.line("  " + Text(uk=uk, en=en).in_language(self._language))


def _close(company: cast.Cast) -> None:
    """Have the workers close the date. Raises RuntimeError where they do not."""
    deadline = time.monotonic() + CLOSE_TIMEOUT_S

    def watch(progress: Progress) -> None:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{progress.date} has not been closed for {CLOSE_TIMEOUT_S} s")

    report = close_day(actor=company.head["operations"], inline=False, watch=watch)
    if not report.closed:
        raise RuntimeError(
            f"{report.date} waits for a person: {report.exceptions} exceptions,"
            f" contradicted: {', '.join(report.contradicted) or 'nothing'}"
        )


@contextmanager
def _servers(out: TextIO) -> Iterator[None]:
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
            stack.enter_context(Supervisor(only=parts, out=out))
        try:
            yield
        finally:
            connections.close_all()


@contextmanager
def _processes(out: TextIO, *, workers: int) -> Iterator[None]:
    """Celery's workers and beat, for as long as days are lived and closed.

    The made-up bank has dates of its own: beat rings for what waits, and opens none by the hour.
    """
    env = {"SKARB_CLOSE_AT": "never"}
    with Supervisor(only=["worker", "beat"], workers=workers, env=env, out=out):
        yield


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A SIGTERM ends the demo like Ctrl-C: with everything that it started."""
    raise KeyboardInterrupt
