"""Starting programs that end with their parent, or that outlive it on purpose."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from bank.embedded.accounts import ENVIRONMENT, OsAccount

_PR_SET_PDEATHSIG = 1
# Looked up before any fork: the child then only calls it.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def spawn(
    *,
    command: Sequence[str | Path],
    death_signal: signal.Signals,
    account: OsAccount | None = None,
    env: Mapping[str, str] = ENVIRONMENT,
    cwd: Path = Path("/"),
    keep: Sequence[int] = (),
    out: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that a Ctrl-C reaches only its supervisor.

    Linux sends it `death_signal` when the calling thread ends without having stopped it.
    `keep` lists descriptors that it inherits.
    """
    return subprocess.Popen(
        [os.fspath(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=dict(env),
        pass_fds=tuple(keep),
        start_new_session=True,
        preexec_fn=_ending_with_parent(death_signal),
        **_identity(account),
    )


def spawn_detached(
    *,
    command: Sequence[str | Path],
    account: OsAccount,
    keep: Sequence[int],
    log: Path,
) -> None:
    """Start a process that outlives this one and is nobody's child here.

    The shell in between is its parent for a moment and ends; a caller that lives long, such as
    a run of tests, then never has to reap it.
    """
    with log.open("ab") as out:
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *(os.fspath(part) for part in command)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=dict(ENVIRONMENT),
            pass_fds=tuple(keep),
            umask=0o077,
            start_new_session=True,
            check=True,
            **_identity(account),
        )


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits to be reaped by its parent counts."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        # Either it has ended since, or this system has no /proc to say more.
        return sys.platform == "linux"
    # The state follows the name, which stands in brackets and may hold any character.
    return status.rpartition(")")[2].split()[0] in {"Z", "X"}


def working_folder(pid: int) -> Path | None:
    """The folder a process works in, or None where this user or system cannot tell."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def _identity(account: OsAccount | None) -> dict[str, Any]:
    return {} if account is None else account.identity()


def _ending_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if _prctl is None:
        return None
    parent = os.getpid()

    # Runs in the child after its user has been changed, which would have cleared the setting.
    def arrange() -> None:
        _prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the setting was made
            os._exit(1)

    return arrange
