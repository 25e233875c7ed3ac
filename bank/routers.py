"""Which database alias does what: both lead to one database, under different roles."""

from typing import Any


class OwnerOnlyMigrates:
    """Migrations run as the owner of the tables; all other work as the application."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        return "default"

    def db_for_write(self, model: type, **hints: Any) -> str:
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
