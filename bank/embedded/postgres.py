"""The embedded PostgreSQL: how a cluster is made, judged before a start, and configured."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from bank.embedded import accounts, binaries, configuration, locks, places, processes
from bank.embedded.errors import EmbeddedError, ForeignFolder, WrongVersion
from bank.embedded.server import Server

_INIT_TIMEOUT_S = 120

# The owner has no rights over the server, only over its own databases; ending the application's
# sessions lets it drop a database. Extensions that the book needs are trusted ones, so that
# migrations make them as the owner, here as on a server elsewhere.
_SET_UP = f"""
CREATE ROLE skarb_owner LOGIN CREATEDB;
CREATE ROLE skarb_app LOGIN;
GRANT pg_signal_backend, pg_read_all_stats TO skarb_owner;
CREATE DATABASE {places.DATABASE} OWNER skarb_owner;
\\connect {places.DATABASE}
CREATE EXTENSION pg_stat_statements;
"""


class Postgres(Server):
    """PostgreSQL of one data folder."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": roll back what is open, write a checkpoint, end

    @cached_property
    def bin(self) -> Path:
        """The folder of PostgreSQL's own programs: psql, pgbench, pg_basebackup and more."""
        return binaries.postgres_bin(self.account)

    @property
    def working_folder(self) -> Path:
        return self.folder.cluster

    # --- Making ---------------------------------------------------------------------------------

    def init(self, *, new: bool = False) -> bool:
        """Make the cluster with its roles and database, unless it is there. Returns whether made.

        `new` gives up a bank that was here and is gone, or accepts another one in its place; it
        never removes anything. Raises EmbeddedError.
        """
        folder, account = self.folder, self.account
        if not folder.has_cluster() and not new:
            folder.refuse_missing()
        folder.claim(account=account)
        with folder.locked():
            if self._can_stay(new=new):
                return False
            if folder.cluster.exists():
                raise ForeignFolder(
                    f"{folder.cluster} was not made by Skarb: move it away, or name another "
                    "folder by SKARB_DATA."
                )
            folder.require_space()
            # What an earlier, interrupted init left.
            shutil.rmtree(folder.unfinished, ignore_errors=True)
            self._make(folder.unfinished)
            folder.mark(account=account, cluster=folder.unfinished)
            folder.unfinished.rename(folder.cluster)
            folder.remember(cluster_id=self.cluster_id())
        return True

    def _can_stay(self, *, new: bool) -> bool:
        """Whether a good cluster is here; a throw-away one that is not good is removed."""
        folder = self.folder
        if not folder.has_cluster():
            return False
        try:
            self._check_version()
            folder.refuse_other_kind()
            if new:
                folder.remember(cluster_id=self.cluster_id())
            folder.refuse_other(cluster_id=self.cluster_id())
        except EmbeddedError:
            if not folder.throwaway or not folder.holds_throwaway():
                raise
            self.discard_cluster()
            return False
        return True

    def discard_cluster(self) -> None:
        """Remove a throw-away cluster, ending its server. Raises EmbeddedError on any other."""
        if not self.folder.holds_throwaway():
            raise EmbeddedError(f"{self.data} holds a bank: it is never removed.")
        if self.running():
            self._end(timeout_s=30)
        shutil.rmtree(self.folder.cluster)

    def _make(self, cluster: Path) -> None:
        cluster.mkdir(mode=0o700)
        self.account.own(cluster)
        command: list[str | Path] = [
            self.bin / "initdb",
            f"--pgdata={cluster}",
            "--username=postgres",
            "--auth-local=peer",
            "--auth-host=reject",
            "--data-checksums",
            "--encoding=UTF8",
            # No ICU in the wheel. LC_CTYPE "C" would leave Cyrillic without trigrams.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--lc-collate=C",
            "--lc-ctype=C.UTF-8",
            "--lc-messages=C",
        ]
        if self.folder.throwaway:
            command.append("--no-sync")
        self.account.run(command)
        main = cluster / "postgresql.conf"
        include = f"\ninclude_dir = '{configuration.FOLDER}'\n"
        self.account.write(path=main, text=main.read_text(encoding="utf-8") + include)
        self.account.run(["mkdir", "-m", "0700", cluster / configuration.FOLDER])
        self._set_up(cluster)

    def _set_up(self, cluster: Path) -> None:
        """Run the new cluster for a moment, under the lock, to make roles and database."""
        if not locks.wait_unlocked(self.lock, timeout_s=_INIT_TIMEOUT_S):
            raise EmbeddedError(f"Another PostgreSQL runs in {self.data}: stop it first.")
        lock = locks.try_lock(self.lock)
        if lock is None:
            raise EmbeddedError(f"Another PostgreSQL was started in {self.data} meanwhile.")
        try:
            self._configure(cluster)
            self._remove_stale_locks()
            with self.log.open("ab") as out:
                server = processes.spawn(
                    command=[self.bin / "postgres", "-D", cluster],
                    death_signal=signal.SIGQUIT,
                    account=self.account,
                    keep=[lock],
                    out=out,
                )
        finally:
            os.close(lock)
        try:
            deadline = time.monotonic() + _INIT_TIMEOUT_S
            while not self.ready():
                if server.poll() is not None or time.monotonic() > deadline:
                    raise EmbeddedError(f"The new PostgreSQL did not start. {self._log_tail()}")
                time.sleep(0.02)
            self.psql(_SET_UP, database="postgres")
        finally:
            server.send_signal(self.stop_signal)
            server.wait(timeout=_INIT_TIMEOUT_S)

    # --- Judging --------------------------------------------------------------------------------

    def check(self) -> None:
        """Raises EmbeddedError unless the cluster is here, ours, of this bank and version."""
        folder = self.folder
        if not folder.has_cluster():
            folder.refuse_missing()
            if folder.cluster.exists() or not (folder.is_empty() or folder.is_ours()):
                raise ForeignFolder(
                    f"{folder.path} is not empty, and Skarb did not make what is in it."
                )
            raise folder.never_initialised()
        self._check_version()
        folder.refuse_other_kind()
        cluster_id = self.cluster_id()
        folder.refuse_other(cluster_id=cluster_id)
        if folder.remembered() is None:
            folder.remember(cluster_id=cluster_id)

    def _check_version(self) -> None:
        try:
            text = (self.folder.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        except OSError as error:
            raise EmbeddedError(
                f"{self.folder.cluster} is damaged: its PG_VERSION cannot be read ({error})."
            ) from error
        if text != str(binaries.POSTGRES_MAJOR):
            raise WrongVersion(
                f"The files in {self.folder.cluster} were written by PostgreSQL {text}, and this "
                f"is PostgreSQL {binaries.POSTGRES_MAJOR}. Dump them with version {text} "
                "(pg_dumpall), and restore the dump into a new folder."
            )

    def cluster_id(self) -> str:
        """The identifier that initdb gave the cluster; a copy or a restored backup keeps it."""
        said = self.account.run([self.bin / "pg_controldata", self.folder.cluster]).stdout
        for line in said.splitlines():
            label, _, value = line.partition(":")
            if label == "Database system identifier":
                return value.strip()
        raise EmbeddedError(f"pg_controldata names no identifier for {self.folder.cluster}.")

    # --- Running --------------------------------------------------------------------------------

    def command(self) -> Sequence[str | Path]:
        return [self.bin / "postgres", "-D", self.folder.cluster]

    def prepare(self) -> None:
        # PostgreSQL refuses a folder that a checkout, a copy or an umask has opened to others.
        self.account.run(["chmod", "0700", self.folder.cluster])
        self._configure(self.folder.cluster)
        self._remove_stale_locks()

    def ready(self) -> bool:
        check = subprocess.run(
            [
                self.bin / "pg_isready",
                "--quiet",
                f"--host={self.sockets}",
                f"--port={places.POSTGRES_PORT}",
                "--username=postgres",
                "--dbname=postgres",
                "--timeout=3",
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=dict(accounts.ENVIRONMENT),
            check=False,
        )
        return check.returncode == 0

    def pid(self) -> int | None:
        try:
            text = (self.folder.cluster / "postmaster.pid").read_text(encoding="utf-8")
            return int(text.split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def psql(self, sql: str, *, database: str = places.DATABASE, role: str = "super") -> str:
        """What psql prints for some statements. Raises EmbeddedError on the first error."""
        return (
            accounts.current()
            .run(
                [
                    self.bin / "psql",
                    f"--host={self.sockets}",
                    f"--port={places.POSTGRES_PORT}",
                    f"--username={places.ROLES[role]}",
                    f"--dbname={database}",
                    "--no-psqlrc",
                    "--no-password",
                    "--quiet",
                    "--tuples-only",
                    "--no-align",
                    "--set=ON_ERROR_STOP=1",
                ],
                text=sql,
            )
            .stdout.strip()
        )

    def _configure(self, cluster: Path) -> None:
        self.make_socket_dir()
        files = configuration.postgres_files(
            sockets=self.sockets,
            data=self.data,
            durable=not self.folder.throwaway,
            os_users=sorted({"root", self.account.name, accounts.current().name}),
        )
        for name, text in files.items():
            path = cluster / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                self.account.write(path=path, text=text)

    def _remove_stale_locks(self) -> None:
        """Remove the notes of a server that was killed, in its folder and beside its socket.

        PostgreSQL itself takes a killed server that its parent has not reaped yet, or another
        process that got its number, for a living one. We hold the lock that all processes of
        ours would hold; what is left is a server that somebody started by hand.
        """
        pid = self.pid()
        if pid is not None and self._is_server(pid):
            raise EmbeddedError(
                f"A PostgreSQL that Skarb did not start (process {pid}) runs in "
                f"{self.folder.cluster}: stop it first."
            )
        socket = f".s.PGSQL.{places.POSTGRES_PORT}"
        for stale in (
            self.folder.cluster / "postmaster.pid",
            self.sockets / socket,
            self.sockets / f"{socket}.lock",
        ):
            stale.unlink(missing_ok=True)
