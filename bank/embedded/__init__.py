"""PostgreSQL 18 and Valkey from their wheels, run as processes of their own; no Django here.

`python -m bank.embedded init` makes a bank's data folder, once and explicitly. Everything else
only starts what is there, and refuses when it is not: a missing disk must never look like an
empty bank.
"""

import shutil
from pathlib import Path

from bank.embedded.errors import EmbeddedError
from bank.embedded.places import (
    cache_url,
    data_dir,
    database_url,
    redis_url,
    socket_dir,
    state_dir,
    test_data_dir,
)
from bank.embedded.postgres import Postgres
from bank.embedded.valkey import Valkey

__all__ = [
    "EmbeddedError",
    "Postgres",
    "Valkey",
    "cache_url",
    "data_dir",
    "database_url",
    "discard",
    "ensure",
    "redis_url",
    "socket_dir",
    "state_dir",
    "test_data_dir",
]


def ensure(*, data: Path | None = None, fsync: bool = True, initialise: bool = False) -> None:
    """Start both servers detached, unless they run, and return when they answer.

    Only with `initialise` is a bank made where there was none. `fsync=False` means a throw-away
    cluster, which is also made anew when it has been damaged. Raises EmbeddedError.
    """
    postgres, valkey = Postgres(data, fsync=fsync), Valkey(data, fsync=fsync)
    if initialise:
        postgres.init()
    try:
        postgres.start()
    except EmbeddedError:
        if fsync or not initialise:
            raise
        discard(data=postgres.data)
        postgres.init()
        postgres.start()
    valkey.start()


def discard(*, data: Path) -> None:
    """Stop the servers of a throw-away folder and remove it. Raises EmbeddedError on any other."""
    postgres, valkey = Postgres(data, fsync=False), Valkey(data, fsync=False)
    if postgres.folder.path.exists():
        postgres.folder.refuse_bank()
        postgres.stop()
        valkey.stop()
        postgres.folder.remove()
        shutil.rmtree(postgres.sockets, ignore_errors=True)
