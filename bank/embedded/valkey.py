"""The embedded Valkey: broker and cache, nothing whose loss would matter."""

import os
import secrets
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from bank.embedded import binaries, configuration, places
from bank.embedded.server import Server

_ANSWER_TIMEOUT_S = 3.0


class Valkey(Server):
    """Valkey of one data folder.

    A second one on the same files would quietly take the socket from the first: only the lock
    of `Server` prevents it.
    """

    name = "valkey"
    stop_signal = signal.SIGTERM

    @property
    def working_folder(self) -> Path:
        return self.folder.valkey

    @property
    def _configuration(self) -> Path:
        return self.folder.valkey / "valkey.conf"

    def init(self) -> bool:
        """Make its folder and password unless they are there. Returns whether made.

        It holds no money, so unlike the bank's its data may be made anew.
        """
        folder = self.folder
        folder.claim(account=self.account)
        with folder.locked():
            made = not folder.valkey.exists()
            folder.valkey.mkdir(mode=0o700, exist_ok=True)
            self.account.own(folder.valkey)
            if not places.valkey_password(self.data):
                self._make_password()
        return made

    def check(self) -> None:
        self.init()

    def command(self) -> Sequence[str | Path]:
        return [binaries.valkey_server(self.account), self._configuration]

    def prepare(self) -> None:
        self.make_socket_dir()
        self.account.write(
            path=self._configuration,
            text=configuration.valkey_file(
                socket=places.valkey_socket(self.data),
                folder=self.folder.valkey,
                password=places.valkey_password(self.data),
                durable=not self.folder.throwaway,
            ),
        )

    def ready(self) -> bool:
        password = places.valkey_password(self.data)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_TIMEOUT_S)
            try:
                connection.connect(str(places.valkey_socket(self.data)))
                connection.sendall(f"AUTH {password}\r\nPING\r\n".encode("ascii"))
                with connection.makefile("rb") as answers:
                    return [answers.readline(), answers.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
            except OSError:
                return False

    def pid(self) -> int | None:
        try:
            return int((self.folder.valkey / "valkey.pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def _make_password(self) -> None:
        file = places.valkey_password_file(self.data)
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(32))
        part.replace(file)
