"""Close the booking date, or catch up with several."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.eod import clock, queries, terminal
from apps.eod.clock import CloseReport
from apps.kernel.errors import Refusal
from bank.management.acting import acting, add_actor


class Command(BaseCommand):
    help = (
        "Open the next booking date and close the last one, or go on with a close that was "
        "interrupted. Workers do it, started by `manage.py up`; with --inline this process does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument(
            "--through", type=dt.date.fromisoformat, help="catch up through YYYY-MM-DD"
        )
        parser.add_argument("--inline", action="store_true", help="do the work here")
        parser.add_argument("--size", type=int, metavar="N", help="chunks of so many ids")
        parser.add_argument("--watch", action="store_true", help="show how far it is")
        add_actor(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["size"] is not None and options["size"] < 1:
            raise CommandError("--size must be at least 1")
        screen = terminal.Screen(self.stdout)  # type: ignore[arg-type]  # a wrapper of a TextIO
        common: dict[str, Any] = {
            "actor": acting(options["as"]),
            "inline": options["inline"],
            "size": options["size"],
            "watch": screen.show if options["watch"] else None,
        }
        try:
            if options["through"]:
                reports = clock.catch_up(through=options["through"], **common)
            else:
                reports = [clock.close_day(date=options["date"], **common)]
        except Refusal as refusal:
            raise CommandError(refusal.text.en) from refusal
        for report in reports:
            self._tell(report, brief=options["watch"])

    def _tell(self, report: CloseReport, *, brief: bool) -> None:
        if not brief:
            self.stdout.write(terminal.summary(queries.progress(report.date)))
        for line in terminal.exceptions(queries.open_exceptions(report.date)):
            self.stdout.write(line)
        if report.contradicted:
            found = [one for one in queries.proofs_of(report.date) if one.violations]
            for line in terminal.proofs(found):
                self.stdout.write(line)
        if not report.closed:
            raise CommandError(f"{report.date} is not closed: {terminal.STANDS[report.stand]}.")
