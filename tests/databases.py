"""Templates and clones: no test begins with a migration, and none is followed by a flush.

Two templates are made once and kept for later runs: an empty bank right after `migrate`, and an
installed one with its staff. Their names hold a hash of all that shaped them, so that a change of a
migration or of an operation makes new ones. Each xdist worker, and each test that commits, works in
a clone of its own (CREATE DATABASE ... TEMPLATE), which nobody else ever sees.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from apps.access.operations import declared_permissions
from tests import factories

ALIASES = ("default", "owner")
_PREFIX = "skarb_test"
# One key for whoever makes a template, whichever it is; the other numbers are clones.
_MAKING = 0x5CA4B
# A template that no run has used for this long was made from a tree that is gone.
_TEMPLATE_IDLE_S = 2 * 3600


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Both aliases lead to the database `name` as long as this lasts."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    _point(dict.fromkeys(ALIASES, name))
    try:
        yield
    finally:
        _point(before)


@contextmanager
def clone(template: str, *, purpose: str) -> Iterator[str]:
    """A copy of a template, dropped afterwards; the name tells what it is for."""
    name = f"{_PREFIX}_{purpose}_{os.getpid()}_{os.urandom(3).hex()}"
    with _administration() as admin:
        # Held as long as the clone is in use, so that others can tell what a killed run left.
        admin.execute("SELECT pg_advisory_lock(%s)", [_lock_of(name)])
        _create(admin, name, template)
        try:
            yield name
        finally:
            _drop(admin, name)


@cache
def migrated_template() -> str:
    """The template of a bank that is migrated and not installed."""
    return _template("migrated", _migrations_hash(), "template0", _migrate)


@cache
def installed_template() -> str:
    """The template of an installed bank with a branch, roles and staff; see tests.factories."""
    return _template("bank", _sources_hash(), migrated_template(), factories.install_bank)


def url(name: str, alias: str = "default") -> str:
    """The libpq URL of a database under the role of an alias."""
    return make_conninfo(**_conninfo(alias) | {"dbname": name})


def connect(name: str, alias: str = "default", **options: Any) -> psycopg.Connection[Any]:
    """A plain connection, apart from Django's and its guards."""
    return psycopg.connect(url(name, alias), **options)


# --- Making -------------------------------------------------------------------------------------


def _template(kind: str, key: str, source: str, fill: Callable[[], object]) -> str:
    name = f"{_PREFIX}_template_{kind}_{key}"
    with _administration() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_MAKING])
        if not _exists(admin, name):
            _sweep(admin)
            making = f"{name}_making"
            _drop(admin, making)
            _create(admin, making, source)
            with pointed_at(making):
                fill()
            # Nobody, not even autovacuum, may hold a template open while it is copied.
            _run(admin, "ALTER DATABASE {} ALLOW_CONNECTIONS false", making)
            _run(admin, "ALTER DATABASE {} RENAME TO {}", making, name)
        used = sql.SQL("COMMENT ON DATABASE {} IS {}")
        admin.execute(used.format(sql.Identifier(name), sql.Literal(str(int(time.time())))))
    return name


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def _sweep(admin: psycopg.Connection[Any]) -> None:
    """Drop clones whose run was killed, and templates of trees that are gone."""
    found = admin.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        " WHERE starts_with(datname, %s)",
        [f"{_PREFIX}_"],
    )
    for name, used in found.fetchall():
        if name.startswith(f"{_PREFIX}_template_"):
            if used and time.time() - int(used) > _TEMPLATE_IDLE_S:
                _drop(admin, name)
        elif _is_left(admin, name):
            _drop(admin, name)


def _is_left(admin: psycopg.Connection[Any], name: str) -> bool:
    taken = admin.execute("SELECT pg_try_advisory_lock(%s)", [_lock_of(name)]).fetchone()
    assert taken is not None
    if taken[0]:
        admin.execute("SELECT pg_advisory_unlock(%s)", [_lock_of(name)])
    return bool(taken[0])


def _create(admin: psycopg.Connection[Any], name: str, template: str) -> None:
    # Ten times faster than copying through the log, where a checkpoint costs nothing.
    _run(admin, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)


def _drop(admin: psycopg.Connection[Any], name: str) -> None:
    _run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _exists(admin: psycopg.Connection[Any], name: str) -> bool:
    found = admin.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return found.rowcount > 0


def _run(admin: psycopg.Connection[Any], statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


# --- Where and from what ------------------------------------------------------------------------


def _administration() -> psycopg.Connection[Any]:
    """The owner, in the database that the settings name and that no test uses."""
    return connect(settings.DATABASES["owner"]["NAME"], "owner", autocommit=True)


def _conninfo(alias: str) -> dict[str, Any]:
    # The settings themselves, as a running test has moved the names in the connections' copies.
    found = settings.DATABASES[alias]
    names = {"USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    options = {key: value for key, value in found["OPTIONS"].items() if key != "prepare_threshold"}
    return {to: found[name] for name, to in names.items() if found[name]} | options


def _point(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _lock_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")


def _migrations_hash() -> str:
    """Of all that `migrate` reads: migrations, their SQL, grants, and declared permissions."""
    permissions = sorted(declared_permissions())
    files = [
        *Path(settings.BASE_DIR, "apps").glob("*/migrations/*.py"),
        *Path(settings.BASE_DIR, "apps").glob("*/sql/*.sql"),
        Path(settings.BASE_DIR, "bank", "grants.py"),
        Path(settings.BASE_DIR, "requirements.txt"),
    ]
    return _hash(files, *permissions)


def _sources_hash() -> str:
    """Of all that the operations of an installation may depend on."""
    base = Path(settings.BASE_DIR)
    files = [
        path
        for folder in ("apps", "bank")
        for pattern in ("*.py", "*.sql", "*.csv")
        for path in (base / folder).rglob(pattern)
    ]
    return _hash([*files, Path(factories.__file__)], _migrations_hash())


def _hash(files: Iterable[Path], *more: str) -> str:
    digest = hashlib.sha256(settings.DATABASE_APP_ROLE.encode())
    for path in sorted(files):
        digest.update(os.fsencode(path) + b"\0" + path.read_bytes())
    digest.update("\0".join(more).encode())
    return digest.hexdigest()[:12]
