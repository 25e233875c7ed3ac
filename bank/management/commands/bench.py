"""Measure Skarb against PostgreSQL's own limits; see docs/operating/benchmarks.md."""

import json
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bank.bench.house import TEMPLATE, BenchError, House, throwaway_bank
from bank.bench.results import Result, Target, plain, table
from bank.bench.sections import SECTIONS


class Command(BaseCommand):
    help = (
        "Measure ratios to PostgreSQL's own limits in one run, on a throw-away bank with the "
        "settings of production: a table, and JSON on request. Small sizes take minutes."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--full", action="store_true", help="a million accounts, ten million postings"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there too")
        parser.add_argument("--only", metavar="SECTIONS", help=f"some of {','.join(SECTIONS)}")

    def handle(self, *args: Any, **options: Any) -> None:
        names = _names(options["only"])
        # So that the servers are stopped and removed then as well.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        try:
            with throwaway_bank(full=options["full"]) as house:
                found = self._measure(house, names, full=options["full"])
        except BenchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(table(found))
        missed = [one for results in found.values() for one in results if one.met is False]
        self.stdout.write(
            f"\n{len(missed)} of the targets are missed." if missed else "\nEvery target is met."
        )
        if options["json"]:
            text = json.dumps(plain(found), ensure_ascii=False, indent=1)
            options["json"].write_text(text + "\n", encoding="utf-8")

    def _measure(self, house: House, names: list[str], *, full: bool) -> dict[str, list[Result]]:
        house.run("-m", "bank.bench", "prepare", database=TEMPLATE)
        found: dict[str, list[Result]] = {}
        for name in names:
            begun = time.monotonic()
            sizes = ["--full"] if full else []
            with house.clone(f"bench_{name}") as database:
                said = house.run("-m", "bank.bench", name, *sizes, database=database)
            found[SECTIONS[name].title] = [_result(one) for one in json.loads(said)]
            self.stderr.write(f"{name}: {time.monotonic() - begun:.0f} s")
        return found


def _names(only: str | None) -> list[str]:
    """The sections to run. Raises CommandError for one that there is not."""
    asked = list(SECTIONS) if only is None else [one.strip() for one in only.split(",")]
    if unknown := set(asked) - set(SECTIONS):
        raise CommandError(f"--only takes some of {','.join(SECTIONS)}, not {sorted(unknown)}")
    return [name for name in SECTIONS if name in asked]


def _result(given: dict[str, Any]) -> Result:
    target = given.pop("target")
    spread = given.pop("spread")
    return Result(
        **given,
        target=Target(**target) if target else None,
        spread=(spread[0], spread[1]) if spread else None,
    )
