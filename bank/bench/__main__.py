"""One section, or the preparation of the bank that all begin with: run by house.py alone."""

import json
import os
import sys
from dataclasses import asdict

import django


def main(name: str, *, full: bool) -> None:
    """Run a section and print its results as JSON; `prepare` makes the template instead."""
    django.setup()
    from django.core.management import call_command

    from bank.bench import staff
    from bank.bench.sections import SECTIONS

    if name == "prepare":
        call_command("migrate", verbosity=0, interactive=False)
        staff.prepare()
        return
    results = SECTIONS[name].measure(full=full)
    json.dump([asdict(one) for one in results], sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")
    main(sys.argv[1], full="--full" in sys.argv[2:])
