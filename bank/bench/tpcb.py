"""The baseline: PostgreSQL's own TPC-B by `pgbench`, prepared, over the same socket."""

import os
import re
import subprocess
from pathlib import Path

from django.db import connections

from bank import embedded

SCALE = 20
DATABASE = "tpcb"


class TpcB:
    """`pgbench` on a database of its own in the server that is measured."""

    def __init__(self) -> None:
        self._program = embedded.Postgres().bin / "pgbench"
        found = connections["owner"].settings_dict
        self._login = [f"--host={found['HOST']}", f"--port={found['PORT']}"]
        self._login.append(f"--username={found['USER']}")

    def fill(self) -> None:
        """Make the database, if it is not there, and its tables."""
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is not None:
                return
            cursor.execute(f"CREATE DATABASE {DATABASE}")
        self._run("--initialize", "--quiet", f"--scale={SCALE}")

    def rate(self, *, clients: int, seconds: int) -> float:
        """Transactions a second."""
        said = self._run(
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--jobs={min(clients, os.cpu_count() or 1)}",
            f"--time={seconds}",
        )
        found = re.search(r"tps = ([0-9.]+)", said)
        assert found is not None, said
        return float(found[1])

    def _run(self, *arguments: str) -> str:
        command: list[str | Path] = [self._program, *self._login, *arguments, DATABASE]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
