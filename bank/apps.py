"""The composition root: discovers the rooms of every app, checks what they declare, freezes it."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import pre_save


class BankConfig(AppConfig):
    name = "bank"
    label = "bank"

    # Rooms that hold declarations; found by their file names, in layer order of the apps.
    rooms = ("errors", "guards", "operations", "jobs", "reports", "menu", "checks", "admin")

    def ready(self) -> None:
        from auditlog.models import LogEntry

        from apps.control import auditing, guarding
        from apps.kernel.registry import Registry
        from bank import sessions

        for app in settings.HOUSE:
            for room in self.rooms:
                if find_spec(f"{app}.{room}"):
                    import_module(f"{app}.{room}")
        for registry in Registry.all:
            registry.freeze()
        import_module("bank.checks")
        # Without it, tasks rung from here would go to Celery's default broker, which nobody hears.
        import_module("bank.celery")
        connection_created.connect(sessions.prepare, dispatch_uid="bank.sessions.prepare")
        pre_save.connect(auditing.attribute, LogEntry, dispatch_uid="control.auditing.attribute")
        if settings.REFUSE_WRITES_OUTSIDE_OPERATIONS:
            connection_created.connect(guarding.watch, dispatch_uid="control.guarding.watch")
