"""Each section measures one promise, in a database of its own; `python -m bank.bench` runs one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bank.bench.results import Result


@dataclass(frozen=True, slots=True)
class Section:
    """`measure` takes whether the sizes are the full ones."""

    title: str
    measure: Callable[..., list[Result]]


def _postings(*, full: bool) -> list[Result]:
    from bank.bench import postings

    return postings.measure(full=full)


def _operations(*, full: bool) -> list[Result]:
    from bank.bench import operations

    return operations.measure(full=full)


def _interest(*, full: bool) -> list[Result]:
    from bank.bench import interest

    return interest.measure(full=full)


def _reads(*, full: bool) -> list[Result]:
    from bank.bench import reads

    return reads.measure(full=full)


def _screens(*, full: bool) -> list[Result]:
    from bank.bench import screens

    return screens.measure(full=full)


SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "postings": Section("Posting, against TPC-B of pgbench", _postings),
        "operations": Section("Whole operations, against TPC-B of pgbench", _operations),
        "interest": Section("Interest by workers of the close", _interest),
        "reads": Section("Reads, against a primary-key read", _reads),
        "screens": Section("Steps at the counter, idle and while a day is closed", _screens),
    }
)
