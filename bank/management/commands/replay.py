"""Live through the days of another bank's records, in a database of their own."""

import datetime as dt
import re
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.dateparse import parse_date

from apps.control.declarations import INVARIANTS
from apps.conversion import mapping as mappings
from apps.conversion import plan, report, source
from apps.conversion.lanes import Lanes
from apps.conversion.mapping import ConversionMapping
from apps.conversion.progress import Progress
from apps.conversion.replay import Replay
from apps.eod import clock, proofs
from apps.kernel.errors import Refusal
from apps.kernel.queries import last_closed_date
from bank import embedded
from bank.installation import Identity, install, system_actor

DATABASE = "skarb_replay"
# While one lane waits for the disk, another computes: twice the processors of a small machine.
LANES = 4
MAX_LANES = 32
# Only a database that says this of itself is ever dropped.
MARK = "Replay of the records of another bank by Skarb; may be dropped"


class Command(BaseCommand):
    help = (
        "Replay the records of another bank day by day through the operations of this one, close "
        "every day, and reconcile each account-day with the balance that the source recorded. "
        "The bank of this checkout is not touched: the replay has a database of its own."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder of the source's files")
        parser.add_argument(
            "--mapping", default="pkdd99", help="a TOML file, or the name of one that comes along"
        )
        parser.add_argument("--database", default=DATABASE, help=f"its name ({DATABASE})")
        parser.add_argument("--until", metavar="DATE", help="the last day, as YYYY-MM-DD")
        parser.add_argument("--accounts", type=int, metavar="N", help="only the first N accounts")
        parser.add_argument(
            "--lanes", type=int, metavar="N", default=LANES, help=f"branches at once ({LANES})"
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")
        again = parser.add_mutually_exclusive_group()
        again.add_argument(
            "--continue", action="store_true", dest="resume", help="go on in the same database"
        )
        again.add_argument("--new", action="store_true", help="drop an earlier replay's database")

    def handle(self, *args: Any, **options: Any) -> None:
        until = options["until"] and _date(options["until"])
        if options["accounts"] is not None and options["accounts"] < 1:
            raise CommandError("--accounts must be at least 1")
        if not 1 <= options["lanes"] <= MAX_LANES:
            raise CommandError(f"--lanes must be 1 to {MAX_LANES}")
        progress = Progress(say=self._say)
        started = time.perf_counter()
        try:
            with progress.stage("reading the source"):
                mapping = mappings.load(_mapping_file(options["mapping"]))
                records = source.read(mapping, options["path"], accounts=options["accounts"])
                planned = plan.make(mapping, records, until=until)
            if not planned.days:
                raise CommandError(f"--until lies before {mapping.bank.first_date}")
            with progress.stage("making the database"):
                _own_database(options["database"], resume=options["resume"], new=options["new"])
                installer = install(_identity(mapping))
            with Lanes(options["lanes"]) as lanes:
                replay = Replay(
                    mapping=mapping,
                    source=records,
                    plan=planned,
                    installer=installer,
                    close=_close,
                    lanes=lanes,
                    progress=progress,
                )
                replay.run()
            replay.reconcile()
        except Refusal as refusal:
            raise CommandError(refusal.text.en) from refusal
        except KeyboardInterrupt:
            raise CommandError("Stopped. Go on with --continue.", returncode=130) from None
        with progress.stage("proofs"):
            violations = _prove()
        made = report.make(
            mapping,
            planned,
            violations=violations,
            progress=progress,
            seconds=time.perf_counter() - started,
        )
        for line in report.lines(made):
            self.stdout.write(line)
        if options["report"]:
            found = msgspec.json.encode(report.as_json(made))
            options["report"].write_bytes(msgspec.json.format(found))
        if not made.good:
            raise CommandError("The replay does not reconcile: see above.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _date(text: str) -> dt.date:
    try:
        date = parse_date(text)
    except ValueError:
        date = None
    if date is None:
        raise CommandError(f"--until must be a date as YYYY-MM-DD, not {text!r}")
    return date


def _mapping_file(given: str) -> Path:
    """A mapping that comes along has a plain name; anything else is a path."""
    known = mappings.MAPPINGS / f"{given}.toml"
    return known if known.parent == mappings.MAPPINGS and known.exists() else Path(given)


def _identity(mapping: ConversionMapping) -> Identity:
    part = mapping.bank
    return Identity(
        name_uk=part.name_uk,
        name_en=part.name_en,
        code=part.code,
        base_currency=part.base_currency,
        first_date=part.first_date,
        country=part.country,
        time_zone=part.time_zone,
    )


def _close(date: dt.date) -> None:
    """Close a date in this process, by the code that workers run."""
    done = clock.close_day(actor=system_actor(), date=date, inline=True)
    if not done.closed:
        found = ", ".join(done.contradicted) or f"{done.exceptions} exceptions"
        raise CommandError(f"{date} does not close: {found}. Cure it and start with --continue.")


def _prove() -> dict[str, int]:
    """Violations of each invariant, thorough ones too, on the last closed date."""
    date = last_closed_date()
    assert date is not None, "the replay has closed its days"
    proven = proofs.prove([one.name for one in INVARIANTS], date=date)
    return {one.name: one.violations for one in proven}


def _own_database(name: str, *, resume: bool, new: bool) -> None:
    """Make or take the replay's database, migrated, and lead both aliases of Django to it.

    Raises CommandError for a database that is there and was not asked for by --continue or --new,
    and for one that no replay has made.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise CommandError("--database: letters a-z, digits and _, beginning with a letter")
    if name == settings.DATABASES["default"]["NAME"]:
        raise CommandError(f"{name} is the database of this bank: a replay takes one of its own")
    if settings.EMBEDDED_POSTGRES:
        try:
            embedded.ensure()
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
    owner = connections["owner"]
    quoted = owner.ops.quote_name(name)
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        found = cursor.fetchone()
        if found is not None and found[0] != MARK:
            raise CommandError(f"The database {name} was not made by a replay: name another one")
        if found is not None and not (resume or new):
            raise CommandError(
                f"The database {name} is there: go on in it by --continue, or drop it by --new"
            )
        if found is not None and new:
            cursor.execute(f"DROP DATABASE {quoted} WITH (FORCE)")
            found = None
        if found is None:
            cursor.execute(f"CREATE DATABASE {quoted}")
            cursor.execute(f"COMMENT ON DATABASE {quoted} IS '{MARK}'")
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)
