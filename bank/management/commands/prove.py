"""Prove the books: every invariant must find nothing."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.access import oversight
from apps.control.declarations import INVARIANTS
from apps.eod import proofs, terminal
from apps.eod.queries import ProofLine
from apps.kernel import sql
from apps.kernel.queries import bank, current_date, last_closed_date


class Command(BaseCommand):
    help = (
        "Prove the invariants of the books for a date that is closed, the last one by default, and "
        "show the first rows of what contradicts them. Ends with an error where something does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument(
            "--thorough", action="store_true", help="also those that compare whole histories"
        )
        parser.add_argument("--only", metavar="NAME", help="one invariant, or those of an app")
        parser.add_argument("--rows", type=int, default=5, help="rows to show of a violation")

    def handle(self, *args: Any, **options: Any) -> None:
        if current_date() is None:
            raise CommandError("The bank has not been set up: there is nothing to prove.")
        last = last_closed_date()
        date = options["date"] or last or bank().first_date - dt.timedelta(days=1)
        if options["date"]:
            _require_closed(date, last)
        only = options["only"]
        names = sorted(
            one.name
            for one in INVARIANTS
            if (options["thorough"] or not one.thorough or one.name == only)
            and only in {None, one.name, one.name.partition(".")[0]}
        )
        if not names:
            raise CommandError(f"There is no invariant {only}; the reference lists all of them.")
        # Whole histories take as long as they take; nobody waits for these locks.
        sql.rows("SET statement_timeout = 0")
        violated = 0
        for name in names:
            (found,) = proofs.prove([name], date=date)
            violated += found.violations > 0
            line = ProofLine(name, found.violations, found.first_rows, found.seconds)
            for text in terminal.proofs([line], drill=options["rows"]):
                self.stdout.write(text)
            self.stdout.flush()
        for told in (*oversight.policies_of_nobody(), *oversight.gaps()):
            self.stderr.write(f"Warning: {told}.")
        if violated:
            raise CommandError(f"{violated} of {len(names)} invariants do not hold on {date}.")
        self.stdout.write(f"All {len(names)} invariants hold on {date}.")


def _require_closed(date: dt.date, last: dt.date | None) -> None:
    """Raises CommandError for a date that the bank has not closed, or on which there was none."""
    first = bank().first_date
    if date < first:
        raise CommandError(f"{date} lies before the first date of the bank, {first}.")
    if last is None:
        raise CommandError(f"{date} is not closed; no date has been closed yet.")
    if date > last:
        raise CommandError(f"{date} is not closed; the last date that is closed is {last}.")
