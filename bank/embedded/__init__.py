"""PostgreSQL 18 and Valkey from their wheels, run as processes of their own; no Django here.

`python -m bank.embedded init` makes a bank's data folder, once and explicitly. Everything else
only starts what is there, and refuses when it is not: a missing disk must never look like an
empty bank.
"""

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

__all__ = [
    "EmbeddedError",
    "cache_url",
    "data_dir",
    "database_url",
    "redis_url",
    "socket_dir",
    "state_dir",
    "test_data_dir",
]
