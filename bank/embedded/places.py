"""Where things lie, computed from the environment alone: nothing here starts, reads or makes any.

Web, workers and commands find the servers by these functions without being told by anyone, so
they must give the same answer in every process of one user and one checkout.
"""

import hashlib
import os
import pwd
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parents[2]

# Said in full so that a PGPORT in somebody's environment leads nowhere else.
POSTGRES_PORT = 5432
ROLES = {"app": "skarb_app", "owner": "skarb_owner", "super": "postgres"}
DATABASE = "skarb"

# sockaddr_un on Linux holds 108 bytes with the final zero, on other systems fewer.
_SOCKET_PATH_BYTES_MAX = 103


def short_hash(path: Path) -> str:
    """Eight hexadecimal digits that stand for a path after its links are followed."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:8]


def data_dir() -> Path:
    """The folder of this checkout's bank: `SKARB_DATA`, or one of the user's own.

    root's lies in /var/lib, because the servers then run as a user who cannot enter /root.
    """
    given = os.environ.get("SKARB_DATA")
    return Path(given).expanduser().absolute() if given else _default_data_dir()


def test_data_dir() -> Path:
    """The folder of the tests' throw-away cluster, never that of a bank."""
    given = os.environ.get("SKARB_TEST_DATA")
    if given:
        return Path(given).expanduser().absolute()
    default = _default_data_dir()
    return default.with_name(f"{default.name}-test")


test_data_dir.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it by its name


def state_dir() -> Path:
    """The folder that remembers where this checkout's bank lies; kept apart from the data."""
    given = os.environ.get("SKARB_STATE")
    return Path(given).expanduser().absolute() if given else CHECKOUT / ".skarb"


def socket_dir(data: Path | None = None) -> Path:
    """The folder of the Unix sockets; short, as the system limits a socket's path."""
    folder = Path("/tmp") / f"skarb-{os.getuid()}-{short_hash(data or data_dir())}"
    assert len(os.fsencode(folder / f".s.PGSQL.{POSTGRES_PORT}.lock")) <= _SOCKET_PATH_BYTES_MAX
    return folder


def valkey_socket(data: Path | None = None) -> Path:
    return socket_dir(data) / "valkey.sock"


def valkey_password_file(data: Path | None = None) -> Path:
    return (data or data_dir()) / "valkey.password"


def valkey_password(data: Path | None = None) -> str:
    """The password of the embedded Valkey, or nothing before it was made or for strangers."""
    try:
        return valkey_password_file(data).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def database_url(role: str = "app", database: str = DATABASE, data: Path | None = None) -> str:
    """A libpq URL of the embedded PostgreSQL for the role `app`, `owner` or `super`.

    Raises KeyError for another role. Signing in is by the user of the operating system.
    """
    host = quote(str(socket_dir(data)), safe="")
    return f"postgresql://{ROLES[role]}@/{quote(database)}?host={host}&port={POSTGRES_PORT}"


def redis_url(data: Path | None = None) -> str:
    """The broker's URL as kombu reads it."""
    return f"redis+socket://{_valkey_login(data)}{valkey_socket(data)}?virtual_host=0"


def cache_url(data: Path | None = None) -> str:
    """The cache's URL as redis-py reads it; a database of its own, apart from the broker's."""
    return f"unix://{_valkey_login(data)}{valkey_socket(data)}?db=1"


def _valkey_login(data: Path | None) -> str:
    password = valkey_password(data)
    return f":{quote(password, safe='')}@" if password else ""


def _default_data_dir() -> Path:
    name = f"skarb-{short_hash(CHECKOUT)}"
    if os.getuid() == 0:
        return Path("/var/lib") / name
    given = os.environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(given):
        return Path(given) / name
    home = _home()
    if home is not None:
        return home / ".local" / "share" / name
    # A user without a home, as in many containers. Unlike /tmp this survives a reboot.
    return Path("/var/tmp") / f"{name}-{os.getuid()}"


def _home() -> Path | None:
    given = os.environ.get("HOME", "")
    if not given:
        try:
            given = pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            return None
    return Path(given) if os.path.isabs(given) and os.path.isdir(given) else None
