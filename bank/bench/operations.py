"""Whole operations through `execute`, against TPC-B: key, rights, limit, guards, body, journal."""

from typing import Any

from django.db import connection

from apps.cash.models import Till
from apps.cash.operations import CreateTill, OpenSession
from apps.kernel import sql
from bank.bench import data, loads
from bank.bench.crowd import CLIENTS, Crowd, Work, crowd
from bank.bench.results import Result, Series, Target, interleave, pace
from bank.bench.staff import BRANCH, CURRENCY, TELLERS, do, staff, teller
from bank.bench.tpcb import TpcB

ACCOUNTS = 100_000
# The server prepares a statement after its second use; each is counted after that.
_USED_TO_IT = 5


def measure(*, full: bool) -> list[Result]:
    """A transfer and cash over the counter, by eight tellers at once and by one."""
    data.open_deposits(ACCOUNTS)
    open_tills()
    baseline = TpcB()
    baseline.fill()
    counts = {
        "transfer": statements(loads.transfer(number=0, size=1)),
        "deposit": statements(loads.deposit_cash(number=0, size=1)),
    }
    results: list[Result] = []
    with crowd(CLIENTS) as own:
        for clients, bound in ((CLIENTS, 0.33), (1, 0.25)):
            series = _rounds(own, baseline, clients=clients, full=full)
            results += _lines(series, counts, clients=clients, bound=bound)
    return results


def _rounds(own: Crowd, baseline: TpcB, *, clients: int, full: bool) -> Series:
    seconds = pace(full=full).seconds

    def of(load: str) -> float:
        return own.rate(f"bank.bench.loads:{load}", clients=clients, seconds=seconds)

    return interleave(
        {
            "tpcb": lambda: baseline.rate(clients=clients, seconds=seconds),
            "transfer": lambda: of("transfer"),
            "deposit": lambda: of("deposit_cash"),
        },
        rounds=pace(full=full).rounds,
    )


def _lines(series: Series, counts: dict[str, int], *, clients: int, bound: float) -> list[Result]:
    who = f"{clients} clients" if clients > 1 else "1 client"
    return [
        series.result(
            name,
            to="tpcb",
            label=f"{operation}, {counts[name]} statements, {who}",
            target=Target(">=", bound),
        )
        for name, operation in (("transfer", "payments.transfer"), ("deposit", "cash.deposit"))
    ]


def open_tills() -> None:
    """An empty till and an open session for each teller."""
    manager = staff("manager")
    branch = sql.value("SELECT id FROM kernel_branch WHERE code = %(code)s", {"code": BRANCH})
    for number in range(TELLERS):
        create = CreateTill(
            branch=branch, currency=CURRENCY, kind=Till.Kind.COUNTER, name=f"Каса {number}"
        )
        till = do("cash.create_till", create, manager)["till"]
        opening = OpenSession(till=till, counted=())
        do("cash.open_session", opening, staff(teller(number)))


def statements(work: Work) -> int:
    """How many statements one unit of work sends, besides BEGIN and COMMIT."""
    for _ in range(_USED_TO_IT):
        work()
    sent = 0

    def counting(execute: Any, *call: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(*call)

    with connection.execute_wrapper(counting):
        work()
    return sent
