"""Which user of the operating system runs the servers, and how things are done in its name."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bank.embedded.errors import EmbeddedError

SERVICE_NAME = "skarb"

# Nothing of the caller's environment decides how a database behaves.
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OsAccount:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_current(self) -> bool:
        return self.uid == os.geteuid()

    def identity(self) -> dict[str, Any]:
        """Arguments that make `subprocess` run a program as this user."""
        if self.is_current:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def run(
        self, command: Sequence[str | Path], *, text: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a short command as this user. Raises EmbeddedError with what it said."""
        stdin: dict[str, Any] = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
        try:
            result = subprocess.run(
                [os.fspath(part) for part in command],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                cwd="/",
                env=dict(ENVIRONMENT),
                check=False,
                **stdin,
                **self.identity(),
            )
        except OSError as error:
            raise EmbeddedError(f"{command[0]} cannot be run as {self.name}: {error}") from error
        if check and result.returncode != 0:
            said = (result.stderr or result.stdout).strip()
            raise EmbeddedError(f"{Path(command[0]).name} ended with {result.returncode}: {said}")
        return result

    def write(self, *, path: Path, text: str) -> None:
        """Replace a file, mode 0600, as a whole.

        Done in the user's own name: root that writes into another's folder can be led astray
        by a link planted there.
        """
        replace = 'umask 077 && cat > "$0.part" && mv -f "$0.part" "$0"'
        self.run(["/bin/sh", "-c", replace, path], text=text)

    def own(self, path: Path) -> None:
        """Make a fresh folder this user's, closed to others."""
        if not self.is_current:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        self.run(["chmod", "0700", path])

    def can_enter(self, folder: Path) -> bool:
        return self.run(["/bin/sh", "-c", 'cd -- "$0"', folder], check=False).returncode == 0


def current() -> OsAccount:
    """The user who runs this process. Raises EmbeddedError where it has no name."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedError(
            f"User {uid} has no entry in /etc/passwd, and PostgreSQL refuses to run without one. "
            "Run as a named user, or give DATABASE_URL and REDIS_URL of servers elsewhere."
        ) from None
    return OsAccount(name=entry.pw_name, uid=uid, gid=entry.pw_gid)


def for_servers(existing: Path) -> OsAccount:
    """The user the servers run as: for root another one, which it makes where it can.

    `existing` is the cluster's folder; where it exists already, its owner goes on.
    """
    me = current()
    if me.uid != 0:
        return me
    owner = _owner(existing)
    if owner is not None and owner.uid != 0:
        return owner
    return _named(SERVICE_NAME) or _made() or _nobody()


def _owner(folder: Path) -> OsAccount | None:
    try:
        entry = pwd.getpwuid(folder.lstat().st_uid)
    except (OSError, KeyError):
        return None
    return OsAccount(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _named(name: str) -> OsAccount | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    # A namesake with root's rights would defeat the purpose.
    return OsAccount(name=name, uid=entry.pw_uid, gid=entry.pw_gid) if entry.pw_uid else None


def _made() -> OsAccount | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    subprocess.run(
        [
            useradd,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir=/nonexistent",
            "--shell=/usr/sbin/nologin",
            SERVICE_NAME,
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    # Whether it worked, or another process was first, or nothing may be added here, shows now.
    return _named(SERVICE_NAME)


def _nobody() -> OsAccount:
    account = _named("nobody")
    if account is None:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and this system has no other user to run it as: "
            f"neither can '{SERVICE_NAME}' be added, nor is there a 'nobody'."
        )
    return account
