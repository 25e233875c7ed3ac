#!/usr/bin/env python3
"""Skarb's commands: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")
    try:
        from django.core.management import execute_from_command_line
        from django.db.utils import OperationalError
    except ImportError as error:
        raise SystemExit(
            f"{error}. Skarb's packages are not installed in {sys.executable}: "
            "run `make demo` once, then use .venv/bin/python manage.py"
        ) from error
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        # A state means that the database answered; without one, nobody did.
        if "--traceback" in sys.argv or getattr(error.__cause__, "sqlstate", None):
            raise
        raise SystemExit(
            f"The database cannot be reached: {str(error).splitlines()[0]}. Start it, for example "
            "with `manage.py services start`, or correct DATABASE_URL."
        ) from None


if __name__ == "__main__":
    main()
