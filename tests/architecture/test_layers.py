"""The house keeps its shape where an import linter does not see: keys, rooms, clocks and writes."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps as django_apps
from django.conf import settings
from django.db import models

BASE = Path(settings.BASE_DIR)
HOUSE = [name.removeprefix("apps.") for name in settings.HOUSE]

# --- Layers -------------------------------------------------------------------------------------

# The one upward key: who acted is known to the journal, which stands below the people.
UPWARD = {"control": {"access.User"}}
# What apps of others give: groups, permissions and types of content.
FOREIGN = {"auth.Group", "auth.Permission", "contenttypes.ContentType"}


def layers() -> list[set[str]]:
    """The layers of pyproject.toml, lowest first."""
    tools = tomllib.loads((BASE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contract = next(one for one in tools["importlinter"]["contracts"] if one["id"] == "layers")
    return [set(map(str.strip, line.split("|"))) for line in reversed(contract["layers"])]


def level(app: str) -> int:
    return next(number for number, layer in enumerate(layers()) if app in layer)


def test_apps_are_installed_in_the_order_of_the_layers() -> None:
    assert [level(app) for app in HOUSE] == sorted(level(app) for app in HOUSE)
    assert set(HOUSE) == set().union(*layers())


def keys() -> Iterator[tuple[type[models.Model], models.Field, type[models.Model]]]:
    """Every relation of a model of the house, tables between two models included."""
    for model in django_apps.get_models(include_auto_created=True):
        if model._meta.app_label in HOUSE:
            for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
                if field.related_model is not None:
                    yield model, field, field.related_model


def test_no_key_points_upwards_or_sideways() -> None:
    found = list(keys())
    assert len(found) > 30
    wrong = []
    for model, field, other in found:
        app, name = model._meta.app_label, other._meta.label
        if name in FOREIGN or name in UPWARD.get(app, set()) or other._meta.app_label == app:
            continue
        if level(other._meta.app_label) >= level(app):
            wrong.append(f"{model._meta.label}.{field.name} → {name}")
    assert wrong == []


def test_nothing_of_the_book_is_removed_by_the_removal_of_something_else() -> None:
    """Guardian's projection alone goes with its branch and its user, being rebuilt at will."""
    cascading = {
        f"{model._meta.label}.{field.name}"
        for model, field, _ in keys()
        if getattr(field.remote_field, "on_delete", models.PROTECT)
        not in {models.PROTECT, models.DO_NOTHING}
        and not isinstance(field, models.ManyToManyField)
        and not model._meta.auto_created
    }
    assert cascading == {
        "access.BranchPermission.content_object",
        "access.BranchPermission.permission",
        "access.BranchPermission.user",
    }


# --- Rooms --------------------------------------------------------------------------------------

ROOMS = {
    "__init__", "admin", "api", "apps", "checks", "errors", "forms", "guards", "jobs", "menu",
    "models", "operations", "queries", "reports", "rules", "subjects", "urls", "views",
}  # fmt: skip
# Rooms of one app alone: what it is for, said at the head of each.
OWN_ROOMS = {
    "kernel": {
        "currencies", "daycount", "fields", "formats", "frame", "ids", "money", "numerals",
        "partitions", "registry", "rounding", "search", "spreadsheets", "sql", "text", "wording",
        "workdays",
    },
    "control": {
        "approvals", "approvals_api", "auditing", "columns", "commands", "declarations", "door",
        "guarding", "journal", "run", "screens",
    },
    "access": {"holdings", "middleware", "oversight", "sessions", "signing_in"},
    "ledger": {"accounts", "catalogue", "entries_api", "posting"},
    "reporting": {
        "dashboard_views", "dashboards", "declarations", "files", "kept_api", "kept_views",
        "making", "order_views", "orders", "paper", "tables",
    },
    "customers": {"panels"},
    "finance": {
        "budget_forms", "budget_views", "budgeting", "month_views", "months", "workbooks",
    },
    # `<noun>_views` and `<noun>_api` go on where `views` and `api` would be too long.
    "accounts": {"deposit_views", "history_api", "interest", "statements"},
    "loans": {
        "application_views", "arrears", "catalogue", "chart", "collection", "history", "interest",
        "labels", "lending", "loans_api", "papers", "portfolio", "repaying_api", "servicing",
        "servicing_views",
    },
    "cash": {"till_views"},
    "eod": {
        "bookkeeping", "chart", "clock", "close_views", "plan", "presence", "proofs", "subjects",
        "telling", "terminal", "work",
    },
    "hr": {
        "earnings", "earnings_api", "papers", "pay_api", "pay_views", "payroll", "payslips",
        "staff", "staff_api", "structure_views",
    },
    "conversion": {"lanes", "mapping", "plan", "progress", "replay", "report", "source"},
}  # fmt: skip
# A room is read from top to bottom; longer ones are split by noun.
MAX_LINES = 520
MAX_FUNCTION_LINES = 75


def rooms() -> list[Path]:
    return sorted(path for app in HOUSE for path in (BASE / "apps" / app).glob("*.py"))


def operation_rooms(*apps: str) -> list[Path]:
    """Where operations are: a room, or where one would be too long, a package of its name."""
    return [
        path
        for app in apps or HOUSE
        for path in [
            BASE / "apps" / app / "operations.py",
            *sorted((BASE / "apps" / app / "operations").glob("*.py")),
        ]
        if path.exists()
    ]


def test_every_app_has_the_same_rooms() -> None:
    strange = [
        f"{path.parent.name}/{path.name}"
        for path in rooms()
        if path.stem not in ROOMS | OWN_ROOMS.get(path.parent.name, set())
    ]
    assert strange == []


def test_rooms_say_what_they_are_for_and_are_not_too_long() -> None:
    for path in rooms():
        text = path.read_text(encoding="utf-8")
        assert not text or ast.get_docstring(ast.parse(text)) or path.stem in {"apps", "urls"}, path
        assert text.count("\n") <= MAX_LINES, path


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(BASE)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


# --- Clocks -------------------------------------------------------------------------------------

# Who may ask the machine for the time, and why: none of it decides on which date something counts.
CLOCKS = {
    "apps/access/operations.py": "when a recovery code was used, when a key ends",
    "apps/access/sessions.py": "how long ago somebody signed in and was last seen",
    "apps/accounts/views.py": "when a statement was printed",
    "apps/control/operations.py": "when the first date was opened",
    "apps/control/rest/limits.py": "how many requests came within a minute",
    "apps/eod/work.py": "a key of its own for each failure that is counted",
    "apps/kernel/ids.py": "a UUID of version 7 begins with the moment",
    "bank/bench": "measures time",
    "bank/demo/logins.py": "when the key of a made-up program ends",
    "bank/management/commands/issue_key.py": "when a key ends, which is no business of dates",
}
_CLOCK_CALLS = {
    "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "datetime.fromtimestamp",
    "date.fromtimestamp", "time.time", "time.time_ns", "timezone.now", "timezone.localdate",
}  # fmt: skip
_SQL_CLOCK = re.compile(
    r"\b(?:current_date|current_timestamp|localtimestamp|now\(\))", re.IGNORECASE
)


def sources() -> list[Path]:
    """All Python of the project but migrations, which are of their time."""
    found = [*(BASE / "apps").rglob("*.py"), *(BASE / "bank").rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def told(path: Path) -> str:
    """A source by its name, or by that of the package that is excused as a whole."""
    name = str(path.relative_to(BASE))
    return next((one for one in [*CLOCKS, *WRITERS] if name.startswith(f"{one}/")), name)


def asks_for_the_time(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        return f"{name}.{node.func.attr}" in _CLOCK_CALLS
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and _SQL_CLOCK.search(text) is not None


def test_only_named_places_ask_the_machine_for_the_time() -> None:
    asking = {told(path) for path in sources() if any(map(asks_for_the_time, ast.walk(tree(path))))}
    assert asking == set(CLOCKS)


def test_the_database_asks_for_no_date_of_its_own() -> None:
    """Booking dates are rows; a moment is `clock_timestamp()`, said where it is written."""
    for path in (BASE / "apps").rglob("*.sql"):
        assert not _SQL_CLOCK.search(path.read_text(encoding="utf-8")), path


# --- Writes -------------------------------------------------------------------------------------

# Where something is written outside operations.py, and why that is no second way in.
WRITERS = {
    "apps/access/api.py": "when and from where a key was last used",
    "apps/access/sessions.py": "ends the other sessions of the browser, which are not the bank's",
    "apps/access/signing_in.py": "the list of attempts to sign in",
    "apps/access/views.py": "draws the code to scan, which is saved nowhere",
    "apps/accounts/interest.py": "chunks of two steps of the close, for operations of eod",
    "apps/accounts/jobs.py": "a step of the close",
    "apps/control/approvals.py": "the door parks a command",
    "apps/control/door.py": "the door claims a key",
    "apps/control/guarding.py": "the patterns of what it refuses",
    "apps/control/jobs.py": "delivers the outbox after the commit; expires old requests",
    "apps/access/holdings.py": "what follows from a role that is held, for bodies of operations",
    "apps/control/journal.py": "the journal and the outbox, for the door alone",
    "apps/hr/payroll.py": "the lines of a payroll, for operations of hr",
    "apps/eod/bookkeeping.py": "the close's own rows, for operations of eod",
    "apps/loans/collection.py": "chunks of steps of the close, for operations of eod",
    "apps/loans/interest.py": "chunks of a step of the close, for operations of eod",
    "apps/loans/lending.py": "applications and contracts, for bodies of operations",
    "apps/loans/servicing.py": "payments on one loan, for bodies of operations",
    "apps/ledger/accounts.py": "calls functions of the book, for bodies",
    "apps/ledger/jobs.py": "steps of the close",
    "apps/ledger/posting.py": "the one way to post, for the door alone",
    "apps/reporting/orders.py": "a worker begins an ordered report, or gives it up",
    "bank/bench": "fills throw-away banks with millions of rows",
    "bank/forcing.py": "operations that force entries, by the owner after a migration",
    "bank/installation.py": "the system user, before whom nobody could act",
    "bank/permissions.py": "rows of Django's permissions, by the owner after a migration",
}
_ORM_WRITES = {
    "save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete",
    "acreate", "asave", "adelete", "aupdate", "abulk_create", "abulk_update",
}  # fmt: skip
_SQL_WRITES = re.compile(
    r"\bINSERT\s+INTO\s+\w|\bUPDATE\s+\w+(?:\s+\w+)?\s+SET\b|\bDELETE\s+FROM\s+\w"
    r"|\bMERGE\s+INTO\b|\bTRUNCATE\s+\w|\bledger_\w+_v\d+\(|\baccounts_make_\w+_v\d+\(",
)


def writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "update":
            # Of querysets by named columns; of dictionaries and hashes by position.
            return bool(node.keywords) and not node.args
        return node.func.attr in _ORM_WRITES
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and _SQL_WRITES.search(text) is not None


def docstrings(module: ast.Module) -> set[int]:
    """Which constants are only words about the code."""
    return {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def test_only_operations_and_named_engines_write() -> None:
    writing = set()
    for path in sources():
        module = tree(path)
        words = docstrings(module)
        if any(writes(node) for node in ast.walk(module) if id(node) not in words):
            writing.add(told(path))
    operations = {told(path) for path in operation_rooms()}
    assert writing - operations == set(WRITERS)


def test_no_signal_does_the_bank_s_work() -> None:
    """Two are heard, in the composition root: a new connection, and auditlog's own rows."""
    hearing = {
        str(path.relative_to(BASE))
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").endswith("signals")
        and node.module != "celery.signals"
    }
    assert hearing == {"bank/apps.py"}


def test_nobody_calls_the_door_from_a_body() -> None:
    """Nothing calls `execute` inside `execute`: a body calls bodies, with the same run."""
    calling = [
        f"{path.relative_to(BASE)}:{node.lineno}"
        for app in HOUSE
        for path in operation_rooms(app)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in {"execute", "execute_next"}
    ]
    assert calling == []
