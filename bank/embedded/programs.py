"""The bank's own processes: web, workers and beat, as a supervisor runs them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bank.embedded import places, processes

_WEB_WORKERS = 2
_WEB_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A process of Python in the checkout."""

    name: str
    module: str
    arguments: tuple[str, ...]
    death_signal: signal.Signals
    env: Mapping[str, str] = field(default_factory=dict)

    def launch(self, *, out: int) -> subprocess.Popen[bytes]:
        return processes.spawn(
            command=[sys.executable, "-m", self.module, *self.arguments],
            death_signal=self.death_signal,
            env={**os.environ, **self.env, "PYTHONUNBUFFERED": "1"},
            cwd=places.CHECKOUT,
            out=out,
        )


def chosen(
    *,
    parts: Iterable[str],
    data: Path,
    workers: int,
    host: str,
    port: int,
    env: Mapping[str, str],
) -> list[Program]:
    """The programs among `parts`, which find the embedded servers of `data`."""
    environment = {"SKARB_DATA": str(data), **env}
    found: list[Program] = []
    if "web" in parts:
        found.append(_web(host=host, port=port, env=environment))
    if "worker" in parts:
        found += [_worker(number=number, env=environment) for number in range(1, workers + 1)]
    if "beat" in parts:
        found.append(_beat(data=data, env=environment))
    return found


def _web(*, host: str, port: int, env: Mapping[str, str]) -> Program:
    return Program(
        name="web",
        module="gunicorn",
        arguments=(
            "bank.wsgi:application",
            f"--bind={host}:{port}",
            f"--workers={_WEB_WORKERS}",
            f"--threads={_WEB_THREADS}",
            "--worker-class=gthread",
            "--no-control-socket",
            "--access-logfile=-",
            # Headers about the client are believed from the named proxies alone.
            f"--forwarded-allow-ips={os.environ.get('FORWARDED_ALLOW_IPS', '')}",
        ),
        death_signal=signal.SIGTERM,
        env=env,
    )


def _worker(*, number: int, env: Mapping[str, str]) -> Program:
    # A process for each worker, rather than a pool: it can be lost and brought back alone, and
    # keeps its database connection from task to task.
    return Program(
        name=f"worker-{number}",
        module="celery",
        arguments=(
            "--app=bank",
            "worker",
            "--pool=solo",
            "--without-gossip",
            "--without-mingle",
            f"--hostname=worker-{number}@%h",
            "--loglevel=INFO",
        ),
        # A chunk that is cut short is rolled back and done again; one that runs on could not
        # commit, as PostgreSQL goes down at the same moment.
        death_signal=signal.SIGKILL,
        env=env,
    )


def _beat(*, data: Path, env: Mapping[str, str]) -> Program:
    schedule = places.state_dir() / f"beat-{places.short_hash(data)}"
    return Program(
        name="beat",
        module="celery",
        arguments=(
            "--app=bank",
            "beat",
            f"--schedule={schedule}",
            "--pidfile=",
            "--loglevel=INFO",
        ),
        death_signal=signal.SIGKILL,
        env=env,
    )
