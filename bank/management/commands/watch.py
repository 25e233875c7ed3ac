"""Look at the close that is under way."""

import datetime as dt
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.eod import clock, queries, terminal
from apps.eod.queries import Stand
from apps.kernel.queries import last_closed_date


class Command(BaseCommand):
    help = (
        "Show the close that is under way, step by step, until it is closed or waits for a person; "
        "without one, the last that was closed. Ctrl-C ends the look and not the close."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--once", action="store_true", help="show it as it is now, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        close = queries.under_way()
        date = options["date"] or (close.date if close else last_closed_date())
        if date is None:
            self.stdout.write("No date has been closed yet.")
            return
        screen = terminal.Screen(self.stdout)  # type: ignore[arg-type]  # a wrapper of a TextIO
        try:
            while True:
                progress = queries.progress(date)
                screen.show(progress)
                if options["once"] or progress.stand is not Stand.RUNNING:
                    break
                time.sleep(clock.WATCH_S)
        except KeyboardInterrupt:
            return
        for line in terminal.exceptions(queries.open_exceptions(date)):
            self.stdout.write(line)
