"""The servers' settings, written anew at each start.

A person's own settings for PostgreSQL belong in another file of the same folder whose name sorts
later; it is read after ours and never touched.
"""

import os
import shutil
from pathlib import Path

from bank.embedded import places

FOLDER = "conf.d"
_OURS = f"{FOLDER}/00-skarb.conf"

_MIB = 1 << 20


def postgres_files(
    *, sockets: Path, data: Path, durable: bool, os_users: list[str]
) -> dict[str, str]:
    """Each file of PostgreSQL's configuration that is ours, by its path inside the cluster."""
    return {
        _OURS: _settings(sockets=sockets, data=data, durable=durable),
        "pg_hba.conf": _sign_in_rules(),
        "pg_ident.conf": _sign_in_map(os_users),
    }


def _settings(*, sockets: Path, data: Path, durable: bool) -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MIB
    buffers = _between(memory // 8, 128, 2048) if durable else 256
    wal = _between(shutil.disk_usage(data).free // _MIB // 16, 256, 4096)
    settings = {
        # Only processes of this machine that can enter the folder of the socket.
        "listen_addresses": "",
        "port": places.POSTGRES_PORT,
        "unix_socket_directories": sockets,
        "unix_socket_permissions": "0700",
        "max_connections": 200,
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{max(memory // 2, buffers)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": 1.1,
        "jit": "off",  # compiling costs more than our short statements take
        # Replicas, base backups and point-in-time recovery need no restart later.
        "wal_level": "replica",
        "max_wal_size": f"{wal}MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "pglz",
        "shared_preload_libraries": "pg_stat_statements",
        "track_io_timing": "on",
        # Whatever hangs must let go; roles and sessions set shorter ones for themselves.
        "idle_in_transaction_session_timeout": "5min",
        "client_connection_check_interval": "10s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_lock_waits": "on",
        "log_min_duration_statement": "2s",
        # Parameters of statements are customers' data.
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
        "cluster_name": f"skarb-{places.short_hash(data)}",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    lines = [f"{name} = '{_quoted(value)}'" for name, value in settings.items()]
    head = f"# Written by Skarb at each start. Your own settings: a later file in {FOLDER}."
    return "\n".join([head, *lines, ""])


def _sign_in_rules() -> str:
    roles = ",".join(places.ROLES.values())
    return (
        "# Written by Skarb at each start. Who may sign in as whom: pg_ident.conf.\n"
        f"local all {roles} peer map=skarb\n"
        "local replication postgres peer map=skarb\n"
    )


def _sign_in_map(os_users: list[str]) -> str:
    lines = [f'skarb "{user}" {role}' for user in os_users for role in places.ROLES.values()]
    return "\n".join(["# Written by Skarb at each start.", *lines, ""])


def valkey_file(*, socket: Path, folder: Path, password: str, durable: bool) -> str:
    """Valkey's configuration: a queue on disk, one socket, and no way to lose entries quietly."""
    settings = {
        "port": 0,
        "unixsocket": socket,
        "unixsocketperm": 700,
        "requirepass": password,
        "dir": folder,
        "pidfile": folder / "valkey.pid",
        "daemonize": "no",
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": "",
        # A full memory must be an error for the writer, never a silently dropped task.
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "enable-debug-command": "no",
        "enable-module-command": "no",
    }
    return "".join(f'{name} "{value}"\n' for name, value in settings.items())


def _between(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")
