"""Interest of many deposits by real workers, against one statement written by hand.

Each round is a whole close of a date, and the time of a step is that from the end of the step
before it to its own end: claims, keys, journal and the sum at the end are all in it.
"""

from statistics import median
from time import monotonic

from apps.eod import clock, queries
from apps.kernel import sql
from apps.kernel.queries import current_date
from bank.bench import data
from bank.bench.crowd import CLIENTS
from bank.bench.results import Result, Series, Target, interleave, pace
from bank.bench.running import workers
from bank.bench.staff import LAST_OF_MONTH
from bank.bench.tpcb import TpcB

_MIB = 1 << 20
_ACCRUAL, _CAPITALISATION = "accounts.accrue_interest", "accounts.capitalise_interest"
# Two dates of each are closed before the last one of the month.
_ROUNDS = 3

_TWIN = "CREATE TABLE bench_accrual (LIKE accounts_accrual INCLUDING ALL)"
# What somebody would write for this bank alone: one product, nothing posted into the next date
# meanwhile, no deposit closed today.
_BY_HAND = """
    INSERT INTO bench_accrual (deposit_id, booking_date, version_id, basis_minor, amount_minor)
    SELECT d.id, %(date)s, v.id, -b.balance_minor,
           round((-b.balance_minor * v.annual_rate)::numeric(40, 20) / 36500, 10)
      FROM accounts_deposit d
      JOIN ledger_balance b ON b.account_id = d.account_id
      JOIN products_version v ON v.product_id = d.product_id
     WHERE d.closed_on IS NULL AND b.balance_minor < 0"""
_DIFFERENT = """
    SELECT count(*) FROM bench_accrual t
      FULL JOIN (SELECT * FROM accounts_accrual
                  WHERE booking_date = (SELECT max(booking_date) FROM bench_accrual)) a
        ON a.deposit_id = t.deposit_id
     WHERE (a.version_id, a.basis_minor, a.amount_minor)
           IS DISTINCT FROM (t.version_id, t.basis_minor, t.amount_minor)"""
_STEP = """
    SELECT extract(epoch FROM s.finished_at - before.finished_at)::float,
           coalesce((s.totals->>%(total)s)::bigint, 0)
      FROM eod_steprun s
      JOIN LATERAL (SELECT max(finished_at) AS finished_at FROM eod_steprun b
                     WHERE b.date = s.date AND b.place < s.place) before ON true
     WHERE s.date = %(date)s AND s.step = %(step)s"""


def measure(*, full: bool) -> list[Result]:
    """Accrual by one and by two workers, a month's capitalisation, and a worker's memory."""
    count = 1_000_000 if full else 200_000
    data.open_deposits(count)
    data.accrue_month()
    data.close_date()
    data.as_owner(_TWIN)
    data.settle()
    peaks: list[int] = []
    closes: list[float] = []
    series = interleave(
        {
            "by hand": _by_hand,
            "two": lambda: _accrued_by(2, count, peaks, closes),
            "one": lambda: _accrued_by(1, count, peaks, closes),
        },
        rounds=_ROUNDS,
    )
    ((different,),) = data.as_owner(_DIFFERENT)
    assert not different, f"the statement by hand makes other rows: {different}"
    return [
        *_accrual(series, count),
        _capitalisation(count, peaks, full=full),
        Result(
            subject="peak memory of a worker",
            value=max(peaks) / _MIB,
            unit="MB",
            target=Target("<=", 300),
            measured=f"the largest of {len(peaks)} workers",
        ),
        Result(
            subject=f"whole close of {count:,} deposits, any number of workers",
            value=median(closes),
            unit="s",
            spread=(min(closes), max(closes)),
            measured="snapshots and proofs included",
        ),
    ]


def _accrual(series: Series, count: int) -> list[Result]:
    return [
        series.result(
            name,
            to="by hand",
            label=f"accrual of {count:,} deposits, {name} worker{'s' if name == 'two' else ''}",
            target=Target("<=", bound),
            unit=" ms",
        )
        for name, bound in (("two", 1.0), ("one", 1.3))
    ]


def _capitalisation(count: int, peaks: list[int], *, full: bool) -> Result:
    """The month's last date, between two measurements of the baseline."""
    assert current_date() == LAST_OF_MONTH, "the rounds left the last date of the month"
    baseline = TpcB()
    baseline.fill()
    seconds = pace(full=full).seconds
    rates = [baseline.rate(clients=CLIENTS, seconds=seconds)]
    _close(2, peaks)
    took, paid = _step(_CAPITALISATION, total="paid")
    assert paid == count, "every deposit was paid its interest"
    rates.append(baseline.rate(clients=CLIENTS, seconds=seconds))
    ratios = [paid / took / rate for rate in rates]
    return Result(
        subject=f"capitalisation of {count:,} deposits, two workers, entries a second",
        value=median(ratios),
        spread=(min(ratios), max(ratios)),
        target=Target(">=", 6),
        measured=f"{paid / took:,.0f}/s to {median(rates):,.0f}/s",
    )


def _by_hand() -> float:
    """Milliseconds that the statement takes, for the date that is open."""
    data.as_owner("TRUNCATE bench_accrual")
    data.checkpoint()
    begun = monotonic()
    data.as_owner(_BY_HAND, {"date": current_date()})
    return (monotonic() - begun) * 1e3


def _accrued_by(number: int, count: int, peaks: list[int], closes: list[float]) -> float:
    """Milliseconds that the step takes so many workers, in a close of the date that is open."""
    closes.append(_close(number, peaks))
    took, accrued = _step(_ACCRUAL, total="accrued")
    assert accrued == count, "every deposit earned"
    return took * 1e3


def _close(number: int, peaks: list[int]) -> float:
    """Close the open date by workers; the seconds of it."""
    date = current_date()
    data.checkpoint()
    with workers(number, peaks):
        report = clock.close_day(actor=queries.system_actor(), date=date)
    if not report.closed:
        raise RuntimeError(f"{date} did not close: {report.contradicted}, {report.exceptions}")
    data.as_owner("VACUUM ANALYZE accounts_accrual, accounts_capitalisation, ledger_posting")
    return report.seconds


def _step(step: str, *, total: str) -> tuple[float, int]:
    """Seconds that a step of the newest close took, and one of its totals."""
    found = sql.row(
        _STEP,
        {
            "step": step,
            "total": total,
            "date": sql.value("SELECT max(date) FROM eod_closerun"),
        },
    )
    assert found is not None, "the step was done"
    return found
