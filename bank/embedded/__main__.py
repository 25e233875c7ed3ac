"""`python -m bank.embedded`: make, start, stop and look at the servers, before Django works.

A server whose URL is given (DATABASE_URL, REDIS_URL, or their *_FILE) lies elsewhere and is left
alone.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bank.embedded import EmbeddedError, Postgres, Valkey, discard, places
from bank.embedded.server import Server

COMMANDS = ("init", "start", "stop", "status", "path", "discard-tests")

_NOT_RUNNING = 3  # as `systemctl status` and others answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the status to exit with."""
    options = _parser().parse_args(arguments)
    data = options.data or places.data_dir()
    commands: dict[str, Callable[[], int]] = {
        "init": lambda: _init(data=data, new=options.new),
        "start": lambda: _start(data=data),
        "stop": lambda: _stop(data=data),
        "status": lambda: _status(data=data),
        "path": lambda: _path(data=data),
        "discard-tests": _discard_tests,
    }
    try:
        return commands[options.command]()
    except EmbeddedError as error:
        _say(str(error), to_error=True)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bank.embedded", description=__doc__)
    parser.add_argument(
        "command",
        choices=COMMANDS,
        help="init makes the bank's data folder, the only command that does; path prints it; "
        "discard-tests removes the tests' throw-away servers",
    )
    parser.add_argument(
        "--data", type=lambda text: Path(text).absolute(), help="the folder, instead of SKARB_DATA"
    )
    parser.add_argument(
        "--new",
        action="store_true",
        help="with init: give up the bank that was here and is gone, or accept another in its "
        "place; removes nothing",
    )
    return parser


def _servers(data: Path) -> list[Server]:
    servers: list[Server] = []
    if not _given("DATABASE_URL"):
        servers.append(Postgres(data))
    if not _given("REDIS_URL"):
        servers.append(Valkey(data))
    return servers


def _given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def _init(*, data: Path, new: bool) -> int:
    for server in _servers(data):
        if isinstance(server, Postgres):
            made = server.init(new=new)
            _say(f"{'Made a bank' if made else 'There is a bank'} in {data}")
        elif isinstance(server, Valkey):
            server.init()
    return 0


def _start(*, data: Path) -> int:
    for server in _servers(data):
        server.start()
        _say(f"{server.name} runs in {data}")
    return 0


def _stop(*, data: Path) -> int:
    for server in reversed(_servers(data)):
        _say(f"{server.name} {'stopped' if server.stop() else 'did not run'}")
    return 0


def _status(*, data: Path) -> int:
    status = 0
    for server in _servers(data):
        if server.running():
            state = "answers" if server.ready() else "runs and does not answer yet"
            _say(f"{server.name} {state}: process {server.pid()}, {data}, {server.sockets}")
        else:
            _say(f"{server.name} does not run: {data}")
            status = _NOT_RUNNING
    return status


def _path(*, data: Path) -> int:
    _say(str(data))
    return 0


def _discard_tests() -> int:
    discard(data=places.test_data_dir())
    return 0


def _say(text: str, *, to_error: bool = False) -> None:
    (sys.stderr if to_error else sys.stdout).write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
