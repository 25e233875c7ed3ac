"""`post` through Django, in a transaction with its line of the journal, against TPC-B."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from bank.bench import data
from bank.bench.crowd import CLIENTS, Crowd, crowd
from bank.bench.results import Result, Series, Target, interleave, pace
from bank.bench.tpcb import TpcB

ACCOUNTS = 100_000
_BESIDE = "skarb_beside"
_BESIDE_SETTINGS = "bank.bench.beside.settings"
_LOADS = "bank.bench.loads"


def measure(*, full: bool) -> list[Result]:
    """Single entries, batches, a hot account; and two other ways for the reader."""
    rounds, seconds = pace(full=full).rounds, pace(full=full).seconds
    data.open_deposits(ACCOUNTS)
    baseline = TpcB()
    baseline.fill()
    results: list[Result] = []
    with crowd(CLIENTS) as own, _beside() as beside:
        for clients, bound in ((CLIENTS, 0.45), (1, 0.35)):
            series = _single(own, beside, baseline, clients, rounds, seconds)
            results += _lines(series, clients, bound)
        results += _batches(own, baseline, rounds, seconds)
    return results


def _single(
    own: Crowd, beside: Crowd, baseline: TpcB, clients: int, rounds: int, seconds: int
) -> Series:
    def of(whose: Crowd, load: str) -> float:
        return whose.rate(load, clients=clients, seconds=seconds)

    other = "bank.bench.beside.loads"
    return interleave(
        {
            "tpcb": lambda: baseline.rate(clients=clients, seconds=seconds),
            "uniform": lambda: of(own, f"{_LOADS}:post_uniform"),
            "hot": lambda: of(own, f"{_LOADS}:post_hot"),
            "naive": lambda: of(beside, f"{other}:naive"),
            "hordak": lambda: of(beside, f"{other}:hordak_transfer"),
        },
        rounds=rounds,
    )


def _lines(series: Series, clients: int, bound: float) -> list[Result]:
    who = f"{clients} clients" if clients > 1 else "1 client"
    hot = Target(">=", 0.9) if clients > 1 else None
    return [
        series.result(
            "uniform", to="tpcb", label=f"post(), one entry, {who}", target=Target(">=", bound)
        ),
        series.result("hot", to="uniform", label=f"hot to uniform account, {who}", target=hot),
        series.result("naive", to="tpcb", label=f"the naive ORM way, {who}"),
        series.result("hordak", to="tpcb", label=f"django-hordak's transfer, {who}"),
    ]


def _batches(own: Crowd, baseline: TpcB, rounds: int, seconds: int) -> list[Result]:
    def of(load: str) -> float:
        return own.rate(f"{_LOADS}:{load}", clients=CLIENTS, seconds=seconds)

    series = interleave(
        {
            "tpcb": lambda: baseline.rate(clients=CLIENTS, seconds=seconds),
            "thousand": lambda: of("post_thousand"),
            "ten thousand": lambda: of("post_ten_thousand"),
        },
        rounds=rounds,
    )
    return [
        series.result(
            name,
            to="tpcb",
            label=f"batches of {size} entries, {CLIENTS} clients",
            target=Target(">=", bound),
        )
        for name, size, bound in (("thousand", "1,000", 3), ("ten thousand", "10,000", 5))
    ]


@contextmanager
def _beside() -> Iterator[Crowd]:
    """Clients of the other ways, in a database of their own."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {_BESIDE} TEMPLATE template0")
    before = os.environ["DATABASE_OWNER_URL"]
    name = str(owner.settings_dict["NAME"])
    os.environ["DATABASE_OWNER_URL"] = before.replace(f"/{name}?", f"/{_BESIDE}?")
    try:
        program = "import django; django.setup(); from bank.bench.beside import loads; loads.fill()"
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": _BESIDE_SETTINGS}
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)
        with crowd(CLIENTS, settings=_BESIDE_SETTINGS) as clients:
            yield clients
    finally:
        os.environ["DATABASE_OWNER_URL"] = before
        with owner.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {_BESIDE} WITH (FORCE)")
