"""The embedded servers by themselves; the same as `python -m bank.embedded`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from bank.embedded import __main__ as command_line


class Command(BaseCommand):
    help = "Make, start, stop or look at the embedded PostgreSQL and Valkey."
    # They are what the checks would need.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=command_line.COMMANDS)
        parser.add_argument("--new", action="store_true", help="see python -m bank.embedded --help")

    def handle(self, *args: Any, **options: Any) -> None:
        arguments = [options["action"], *(["--new"] if options["new"] else [])]
        status = command_line.main(arguments)
        if status:
            sys.exit(status)
