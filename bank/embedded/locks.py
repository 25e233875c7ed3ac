"""Locks that die with their holder, so that nothing has to be cleaned up after a kill."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bank.embedded.errors import EmbeddedError

_POLL_S = 0.05
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """An open file descriptor that holds the lock, or None while another holds it.

    A process that inherits the descriptor holds the lock as well; it is free again when the
    last of them is gone, by whatever death.
    """
    descriptor = os.open(path, _FLAGS, 0o600)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def hold_shared(path: Path) -> int:
    """An open file descriptor that holds the lock together with others, who do the same."""
    descriptor = os.open(path, _FLAGS, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # those who hold it alone do so only for a moment
    return descriptor


def is_locked(path: Path, *, even_shared: bool = False) -> bool:
    """Whether another process holds the lock. False where there is no such file.

    Asking takes a shared lock for a moment, so that many may ask at once; with `even_shared` a
    shared holder counts as well, and the asking itself excludes others.
    """
    if not path.exists():
        return False
    descriptor = try_lock(path, shared=not even_shared)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def wait_unlocked(path: Path, *, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while is_locked(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


@contextmanager
def locked(path: Path, *, timeout_s: float = 120) -> Iterator[None]:
    """Hold the lock for a block. Raises EmbeddedError when another holds it for too long."""
    deadline = time.monotonic() + timeout_s
    while (descriptor := try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise EmbeddedError(f"Another process has held {path} for {timeout_s:.0f} s.")
        time.sleep(_POLL_S)
    try:
        yield
    finally:
        os.close(descriptor)
