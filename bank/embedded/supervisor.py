"""Keeps the bank's processes alive from one foreground process, and ends them all with it.

    with Supervisor(only=["postgres", "valkey", "worker"], workers=2) as supervisor:
        os.kill(supervisor.pids()["worker-1"], signal.SIGKILL)  # comes back within seconds

One thread starts every child, reads its output and brings it back. It has to be one that lives
as long as the supervisor: Linux ties the signal at a parent's death to the thread that forked.
"""

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import TextIOBase
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from bank.embedded import locks, places, programs
from bank.embedded.errors import EmbeddedError
from bank.embedded.postgres import Postgres
from bank.embedded.server import START_TIMEOUT_S, Server
from bank.embedded.valkey import Valkey

PARTS = ("postgres", "valkey", "web", "worker", "beat")

_TICK_S = 0.2
_BACK_OFF_FIRST_S = 0.5
_BACK_OFF_LONGEST_S = 5.0
# What has lived this long has started well, so that its next death is a new misfortune.
_SETTLED_S = 30.0
_HURRIED_S = 3.0
_LINE_BYTES_MAX = 64 << 10
_PIPE_BYTES = 64 << 10

# How each kind is asked to end: signals, and the seconds after which the next one follows.
_SERVER_ENDS = {
    "postgres": ((signal.SIGINT, 60.0), (signal.SIGQUIT, 15.0), (signal.SIGKILL, 5.0)),
    "valkey": ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)),
}
_PROGRAM_ENDS = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))


@dataclass(slots=True, kw_only=True, eq=False)
class _Child:
    """One process that must live: a server of ours, or a program."""

    name: str
    server: Server | None = None
    program: programs.Program | None = None
    process: subprocess.Popen[bytes] | None = None
    adopted: bool = False
    started_at: float = 0.0
    due_at: float = 0.0
    back_off_s: float = _BACK_OFF_FIRST_S

    @property
    def ends(self) -> Sequence[tuple[signal.Signals, float]]:
        return _SERVER_ENDS[self.name] if self.server is not None else _PROGRAM_ENDS


@dataclass(slots=True, kw_only=True)
class _Output:
    """What a child has written since its last whole line."""

    name: str
    pending: bytearray = field(default_factory=bytearray)


class Supervisor:
    """Runs the named parts until `stop`, a signal to its caller, or its own death."""

    def __init__(
        self,
        *,
        only: Iterable[str] = PARTS,
        data: Path | None = None,
        fsync: bool = True,
        workers: int = 2,
        host: str = "127.0.0.1",
        port: int = 8000,
        env: Mapping[str, str] | None = None,
        out: TextIO | TextIOBase | None = None,
    ) -> None:
        """`env` is added to the environment of web, workers and beat.

        Raises ValueError for a part that does not exist.
        """
        parts = list(only)
        if unknown := set(parts) - set(PARTS):
            raise ValueError(f"There is no part {', '.join(sorted(unknown))}: {', '.join(PARTS)}")
        self._out = out or sys.stdout
        self._servers: list[Server] = []
        if "postgres" in parts:
            self._servers.append(Postgres(data, fsync=fsync))
        if "valkey" in parts:
            self._servers.append(Valkey(data, fsync=fsync))
        chosen = programs.chosen(
            parts=parts,
            data=data or places.data_dir(),
            workers=workers,
            host=host,
            port=port,
            env=env or {},
        )
        self._children = [_Child(name=server.name, server=server) for server in self._servers]
        self._children += [_Child(name=program.name, program=program) for program in chosen]
        self._width = max((len(child.name) for child in self._children), default=0)
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._up = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def start(self, *, wait: bool = True, timeout_s: float = START_TIMEOUT_S) -> None:
        """Start all parts and return when the servers answer and the rest has been started.

        Without `wait` it returns at once. Raises EmbeddedError if a server's data must not be
        started on, or if it does not answer in time.
        """
        for server in self._servers:
            server.check()
            server.folder.require_space()
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="supervisor")
        self._thread.start()
        if not wait:
            return
        if not self._up.wait(timeout_s):
            self.stop()
            raise EmbeddedError(f"The servers have not answered for {timeout_s:.0f} s.")
        if self._failure is not None:
            self.stop()

    def stop(self) -> None:
        """End all parts in order, PostgreSQL last, and return when nothing of them is left."""
        self.request_stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._selector.close()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def request_stop(self) -> None:
        """Begin to end all parts, without waiting for it."""
        self._stopping.set()
        if self._thread is not None:
            os.write(self._wake_write, b"x")

    def hurry(self) -> None:
        """Make a `stop` that is under way give each part only a few seconds."""
        self._hurry.set()

    def alive(self) -> bool:
        """Whether the supervisor itself still works."""
        return self._thread is not None and self._thread.is_alive()

    def pids(self) -> dict[str, int]:
        """The process of each part that lives now: `postgres`, `web`, `worker-1`, …"""
        found: dict[str, int] = {}
        for child in self._children:
            process = child.process
            if process is not None:
                found[child.name] = process.pid
            elif child.adopted and child.server is not None:
                pid = child.server.pid()
                if pid is not None:
                    found[child.name] = pid
        return found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # --- The thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        # All servers of one supervisor share a folder; two supervisors may share it as well.
        folders = {server.folder.supervised_lock for server in self._servers}
        supervised = [locks.hold_shared(path) for path in folders]
        try:
            while not self._stopping.is_set():
                for child in self._children:
                    self._tend(child)
                if not self._up.is_set() and self._all_up():
                    self._up.set()
                self._read(timeout_s=_TICK_S)
        except BaseException as error:  # noqa: BLE001  # handed to the caller of stop()
            self._failure = error
        finally:
            try:
                self._end_all()
            finally:
                for descriptor in supervised:
                    os.close(descriptor)
                self._up.set()

    def _tend(self, child: _Child) -> None:
        if child.process is not None and _has_ended(child.process):
            self._bury(child)
        if child.adopted and child.server is not None and not child.server.running():
            child.adopted = False
            self._say(child.name, "the one that ran here before has ended")
        is_due = child.process is None and not child.adopted and time.monotonic() >= child.due_at
        if is_due and (child.server is not None or self._servers_answer()):
            self._launch(child)

    def _all_up(self) -> bool:
        started = all(child.process or child.adopted for child in self._children)
        return started and self._servers_answer()

    def _servers_answer(self) -> bool:
        return all(server.running() and server.ready() for server in self._servers)

    def _launch(self, child: _Child) -> None:
        read, write = os.pipe()
        try:
            if child.server is not None:
                child.process = child.server.launch(out=write)
            else:
                assert child.program is not None
                child.process = child.program.launch(out=write)
        except (EmbeddedError, OSError) as error:
            os.close(read)
            self._postpone(child, said=f"cannot be started: {error}")
            return
        finally:
            os.close(write)
        if child.process is None:
            os.close(read)
            # Not ready: another starter's, or the last processes of one that was killed. Both
            # look different in a moment.
            if child.server is not None and child.server.ready():
                child.adopted = True
                self._say(child.name, "runs already, and will go on when this ends")
            return
        os.set_blocking(read, False)
        self._selector.register(read, selectors.EVENT_READ, _Output(name=child.name))
        child.started_at = time.monotonic()
        self._say(child.name, f"started as process {child.process.pid}")

    def _bury(self, child: _Child) -> None:
        assert child.process is not None
        status = _reap(child.process, whole_group=child.server is None)
        child.process = None
        if time.monotonic() - child.started_at > _SETTLED_S:
            child.back_off_s = _BACK_OFF_FIRST_S
        self._postpone(child, said=f"ended {_how(status)}")

    def _postpone(self, child: _Child, *, said: str) -> None:
        self._say(child.name, f"{said}; again in {child.back_off_s:.1f} s")
        child.due_at = time.monotonic() + child.back_off_s
        child.back_off_s = min(child.back_off_s * 2, _BACK_OFF_LONGEST_S)

    # --- The end --------------------------------------------------------------------------------

    def _end_all(self) -> None:
        """First what uses the servers, then Valkey, PostgreSQL last: it must see all work end."""
        self._end([child for child in self._children if child.server is None])
        for child in reversed([child for child in self._children if child.server is not None]):
            self._end([child])
        self._read(timeout_s=0)
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                self._forget(key)

    def _end(self, children: Sequence[_Child]) -> None:
        living = [child for child in children if child.process is not None]
        for step in range(max((len(child.ends) for child in living), default=0)):
            patience_s = 0.0
            for child in living:
                if step < len(child.ends):
                    signal_, seconds = child.ends[step]
                    patience_s = max(patience_s, seconds)
                    _signal(child, signal_)
            living = self._wait_ended(living, patience_s=patience_s)
        for child in living:
            self._say(child.name, "does not end, not even by SIGKILL")

    def _wait_ended(self, living: list[_Child], *, patience_s: float) -> list[_Child]:
        begun = time.monotonic()
        while living:
            for child in list(living):
                if child.process is None or not _has_ended(child.process):
                    continue
                status = _reap(child.process, whole_group=child.server is None)
                child.process = None
                living.remove(child)
                self._say(child.name, f"ended {_how(status)}")
            limit_s = min(patience_s, _HURRIED_S) if self._hurry.is_set() else patience_s
            if time.monotonic() - begun > limit_s:
                break
            if living:
                self._read(timeout_s=_TICK_S / 4)
        return living

    # --- Output ---------------------------------------------------------------------------------

    def _read(self, *, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                os.read(key.fd, _PIPE_BYTES)
                continue
            output: _Output = key.data
            try:
                read = os.read(key.fd, _PIPE_BYTES)
            except BlockingIOError:
                continue
            if not read:
                self._forget(key)
                continue
            output.pending += read
            *lines, rest = output.pending.split(b"\n")
            if len(rest) > _LINE_BYTES_MAX:
                lines, rest = [*lines, rest], bytearray()
            output.pending = rest
            for line in lines:
                self._say(output.name, line.decode("utf-8", errors="replace").rstrip("\r"))

    def _forget(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fd)
        os.close(key.fd)
        if key.data.pending:
            self._say(key.data.name, key.data.pending.decode("utf-8", errors="replace"))

    def _say(self, name: str, text: str) -> None:
        # The terminal may be gone (SIGHUP) while the shutdown it caused still has to be done.
        with suppress(OSError, ValueError):
            self._out.write(f"{name:<{self._width}} | {text}\n")
            self._out.flush()


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended, without reaping it: until then its number cannot be given away."""
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process.pid, flags) is not None


def _reap(process: subprocess.Popen[bytes], *, whole_group: bool) -> int:
    """End what the process left in its group, and return its status."""
    if whole_group:
        # Workers of a web server whose master was killed. PostgreSQL's and Valkey's own children
        # see their parent's death themselves and must not be cut off while they write.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _signal(child: _Child, number: signal.Signals) -> None:
    if child.process is not None and not _has_ended(child.process):
        child.process.send_signal(number)


def _how(status: int) -> str:
    return f"with {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
