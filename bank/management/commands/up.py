"""Run the whole bank in the foreground; Ctrl-C ends all of it."""

import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bank.embedded import EmbeddedError
from bank.embedded.supervisor import PARTS, Supervisor

_POLL_S = 0.1


class Command(BaseCommand):
    help = (
        "Run PostgreSQL, Valkey, the web server, workers and beat in the foreground and bring back "
        "what dies. Servers whose URL is given run elsewhere and are left alone. Ctrl-C ends all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", metavar="PARTS", help=f"some of {','.join(PARTS)}")
        parser.add_argument("--workers", type=int, default=2, help="processes of workers")
        parser.add_argument("--port", type=int, default=8000, help="of the web server, on loopback")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = _parts(options["only"])
        if options["workers"] < 1:
            raise CommandError("--workers must be at least 1; leave workers out by --only")
        if not 0 < options["port"] < 2**16:
            raise CommandError("--port is a number from 1 to 65535")
        if "web" in parts:
            collect_static_files()
        received: list[int] = []

        def remember(number: int, frame: FrameType | None) -> None:
            received.append(number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it for SIGHUP
                signal.signal(number, remember)
        try:
            supervisor = Supervisor(
                only=parts, workers=options["workers"], port=options["port"], out=self.stdout
            )
            supervisor.start(wait=False)
            while supervisor.alive() and not received:
                time.sleep(_POLL_S)
            supervisor.request_stop()
            while supervisor.alive():
                if len(received) > 1:
                    supervisor.hurry()
                time.sleep(_POLL_S)
            supervisor.stop()
        except EmbeddedError as error:
            raise CommandError(str(error)) from error


def collect_static_files() -> None:
    """Put the static files where the web server looks for them, unless they are there."""
    if not _static_files_are_current():
        call_command("collectstatic", interactive=False, verbosity=0)


def _static_files_are_current() -> bool:
    """Whether none has changed since they were collected, which takes seconds."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return False
    collected_at = manifest.stat().st_mtime
    return all(
        Path(storage.path(path)).stat().st_mtime < collected_at
        for finder in get_finders()
        for path, storage in finder.list([])
    )


def _parts(only: str | None) -> list[str]:
    """The parts to run. Raises CommandError for one that is unknown or runs elsewhere."""
    elsewhere = {
        name
        for name, embedded in {
            "postgres": settings.EMBEDDED_POSTGRES,
            "valkey": settings.EMBEDDED_VALKEY,
        }.items()
        if not embedded
    }
    if only is None:
        return [part for part in PARTS if part not in elsewhere]
    asked = [part.strip() for part in only.split(",") if part.strip()]
    if not asked or not set(asked) <= set(PARTS):
        raise CommandError(f"--only takes some of {','.join(PARTS)}, not {only!r}")
    if clash := elsewhere & set(asked):
        raise CommandError(
            f"{', '.join(sorted(clash))}: a URL is set, so it runs elsewhere and not here"
        )
    return [part for part in PARTS if part in asked]
