"""Say that work is going on, so that everybody gets a page about it; or that it is over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from bank.maintenance import marker


class Command(BaseCommand):
    help = "Show everybody the page of maintenance (on), stop that (off), or tell which it is."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["on", "off", "status"], nargs="?", default="status")

    def handle(self, *args: Any, **options: Any) -> None:
        file = marker()
        if options["what"] == "on":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        elif options["what"] == "off":
            file.unlink(missing_ok=True)
        self.stdout.write(f"maintenance is {'on' if file.exists() else 'off'} ({file})")
