"""Open the next booking date without waiting for the close of the last one."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.control.door import execute
from apps.eod.operations import OpenNextDay, StartClose
from apps.kernel.errors import Refusal
from apps.kernel.queries import current_date
from bank.management.acting import acting, add_actor


class Command(BaseCommand):
    help = "Open the next booking date, and have workers close the last one behind it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--closing", type=dt.date.fromisoformat, help="the date that shall close (YYYY-MM-DD)"
        )
        add_actor(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = acting(options["as"])
        closing = options["closing"] or current_date()
        try:
            opened = execute(
                "eod.open_next_day",
                OpenNextDay(closing=closing),
                actor=actor,
                key=f"eod:{closing}:open_next",
            )
            execute("eod.start_close", StartClose(), actor=actor, key=f"eod:{closing}:start")
        except Refusal as refusal:
            raise CommandError(refusal.text.en) from refusal
        self.stdout.write(f"{opened.result['opened']} is open; {closing} is closing")
