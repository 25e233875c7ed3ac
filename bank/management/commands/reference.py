"""Write the reference pages of docs/ from the code, or tell whether they are current."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.reference import pages

DOCS = Path(settings.BASE_DIR) / "docs"


class Command(BaseCommand):
    help = "Write the pages of docs/ that are made from the code."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only tell what is not current")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = [path for path, text in pages().items() if _read(DOCS / path) != text]
        if options["check"] and stale:
            raise CommandError(f"not current: {', '.join(stale)}; run manage.py reference")
        for path in stale:
            file = DOCS / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(pages()[path], encoding="utf-8")
            self.stdout.write(f"wrote docs/{path}")


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
