"""`manage.py migrate`: as the owner of the tables, and then the grants of the application."""

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from bank import forcing, grants, permissions


class Command(Migrate):
    help = "Migrate as the owner of the tables, then give the application's role its privileges."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == "default":
            options["database"] = "owner"
        super().handle(*args, **options)
        changes_nothing = options.get("plan") or options.get("check_unapplied")
        if not changes_nothing and not options.get("app_label"):
            permissions.sync(using="owner")
            forcing.sync(using="owner")
            grants.apply(connections["owner"], settings.DATABASE_APP_ROLE)
