"""What both servers have in common: one at a time for a data folder, whoever starts it."""

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, ClassVar

from bank.embedded import accounts, locks, places, processes
from bank.embedded.accounts import OsAccount
from bank.embedded.errors import EmbeddedError, ForeignFolder
from bank.embedded.folder import DataFolder

_POLL_S = 0.02
# A database that was killed may replay minutes of its log before it answers.
START_TIMEOUT_S = 300.0
STOP_TIMEOUT_S = 90.0
_LOG_BYTES_MAX = 16 << 20
_LOG_TAIL_LINES = 12


class Server(ABC):
    """A server of one data folder.

    The server's process itself holds the lock, as an inherited descriptor: it is taken as long
    as any of its processes lives and free from the moment the last has died.
    """

    name: ClassVar[str]
    # A clean end without waiting for clients: asked by a person, or by the death of a supervisor.
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, data: Path | None = None, *, fsync: bool = True) -> None:
        """`fsync=False` is for throw-away clusters alone: a power cut destroys them."""
        self.folder = DataFolder(path=data or places.data_dir(), throwaway=not fsync)

    @cached_property
    def account(self) -> OsAccount:
        """The user that runs the server. Raises EmbeddedError where there can be none."""
        return accounts.for_servers(self.folder.cluster)

    @property
    def data(self) -> Path:
        return self.folder.path

    @property
    def sockets(self) -> Path:
        return places.socket_dir(self.data)

    @property
    def lock(self) -> Path:
        return self.data / f"{self.name}.lock"

    @property
    def log(self) -> Path:
        return self.data / f"{self.name}.log"

    @abstractmethod
    def check(self) -> None:
        """Raises EmbeddedError where the server must not be started on what is there."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The program that stays in the foreground, and its arguments."""

    @abstractmethod
    def prepare(self) -> None:
        """Bring configuration and leftovers in order; called by the holder of the lock."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether the server answers."""

    @abstractmethod
    def pid(self) -> int | None:
        """The main process by the server's own record; it may be stale."""

    def running(self) -> bool:
        """Whether any process of the server lives, ready or not."""
        return locks.is_locked(self.lock)

    def start(self, *, timeout_s: float = START_TIMEOUT_S) -> None:
        """Start the server detached, unless it runs, and return when it answers.

        Many may call this at once: one starts it, all return. Raises EmbeddedError.
        """
        self.check()
        deadline = time.monotonic() + timeout_s
        while not self._start_or_join():
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.name} has not answered for {timeout_s:.0f} s. {self._log_tail()}"
                )
            time.sleep(_POLL_S)

    def launch(self, *, out: int | IO[bytes]) -> subprocess.Popen[bytes] | None:
        """Start the server as a child that ends with this thread; None if it runs already."""
        lock = locks.try_lock(self.lock)
        if lock is None:
            return None
        try:
            self.prepare()
            return processes.spawn(
                command=self.command(),
                death_signal=self.stop_signal,
                account=self.account,
                keep=[lock],
                out=out,
            )
        finally:
            os.close(lock)

    def stop(self, *, timeout_s: float = STOP_TIMEOUT_S) -> bool:
        """Stop the server and wait for its end. Returns whether it ran.

        Raises EmbeddedError if it is supervised, as it would be started again at once.
        """
        if not self.running():
            return False
        if locks.is_locked(self.folder.supervised_lock, even_shared=True):
            raise EmbeddedError(
                f"{self.name} in {self.data} is supervised by `manage.py up`: stop that instead."
            )
        self._end(timeout_s=timeout_s)
        return True

    def make_socket_dir(self) -> None:
        """Make the sockets' folder, the servers' user's alone. Raises ForeignFolder."""
        folder = self.sockets
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.lstat()
        # Anyone may make folders in /tmp: a stranger's would let them listen in our place.
        owned = status.st_uid in {self.account.uid, os.geteuid()}
        if not folder.is_dir() or folder.is_symlink() or not owned:
            raise ForeignFolder(
                f"{folder}, where the servers listen, belongs to another user: remove it."
            )
        if status.st_uid != self.account.uid or status.st_mode & 0o777 != 0o700:
            self.account.own(folder)

    def _start_or_join(self) -> bool:
        lock = locks.try_lock(self.lock)
        if lock is None:
            return self.ready()
        try:
            self.folder.require_space()
            self.prepare()
            self._turn_log()
            processes.spawn_detached(
                command=self.command(), account=self.account, keep=[lock], log=self.log
            )
        finally:
            os.close(lock)
        while not self.ready():
            if not self.running():
                raise EmbeddedError(f"{self.name} ended while starting. {self._log_tail()}")
            time.sleep(_POLL_S)
        if not self.running():
            raise EmbeddedError(
                f"{self.name} runs without its lock: /bin/sh here does not pass descriptors on."
            )
        return True

    def _end(self, *, timeout_s: float) -> None:
        asked: set[int] = set()
        deadline = time.monotonic() + timeout_s
        while self.running():
            pid = self.pid()
            if pid is not None and pid not in asked and self._is_server(pid):
                os.kill(pid, self.stop_signal)
                asked.add(pid)
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.name} in {self.data} did not stop in {timeout_s:.0f} s."
                )
            time.sleep(_POLL_S)

    def _is_server(self, pid: int) -> bool:
        """Whether a recorded number still means our server and not a later process."""
        if processes.is_gone(pid):
            return False
        if sys.platform != "linux":
            return True
        return processes.working_folder(pid) == self.working_folder.resolve()

    @property
    @abstractmethod
    def working_folder(self) -> Path:
        """The folder the server's process works in."""

    def _turn_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.old"))

    def _log_tail(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join([f"The end of {self.log}:", *lines[-_LOG_TAIL_LINES:]])
