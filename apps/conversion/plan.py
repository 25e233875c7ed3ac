"""From the rows of a source to the days of a replay: what is asked for on each day, in which order.

The plan is computed from the source alone, before anything is asked for, and comes out the same
each time: that is what makes a replay resumable by its keys.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from apps.conversion.mapping import ConversionMapping
from apps.conversion.rules import Recorded, SourceDay, affordable, booking_order
from apps.conversion.source import Movement, Source


@dataclass(frozen=True, slots=True)
class Limit:
    """A technical overdraft of an account; zero takes it back."""

    account: str
    overdraft_minor: int


@dataclass(frozen=True, slots=True)
class AccountDay:
    """One account on one day on which it moved: its rows in the order in which they are booked."""

    account: str
    movements: tuple[Movement, ...]
    source: SourceDay
    # Set before the rows, and after them.
    lowered: Limit | None
    raised: Limit | None
    # The rows come in another order than in the file; credits had to come first.
    reordered: bool
    rearranged: bool


@dataclass(slots=True)
class DayPlan:
    """What happens on one calendar day, in this order; `supplies` is by branch, in minor units."""

    date: dt.date
    openings: list[str] = field(default_factory=list)
    supplies: dict[str, int] = field(default_factory=dict)
    account_days: list[AccountDay] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(day.movements) for day in self.account_days)


@dataclass(frozen=True, slots=True)
class Plan:
    """All calendar days from the bank's first date to the last one, without a gap."""

    days: tuple[DayPlan, ...]

    @property
    def account_days(self) -> list[tuple[dt.date, AccountDay]]:
        return [(day.date, one) for day in self.days for one in day.account_days]


def make(mapping: ConversionMapping, source: Source, *, until: dt.date | None = None) -> Plan:
    """Plan the replay of a source, to its last row or to `until`."""
    first = mapping.bank.first_date
    last = until or max((movement.date for movement in source.movements), default=first)
    length = max((last - first).days + 1, 0)
    days = {date: DayPlan(date) for date in (first + dt.timedelta(days=n) for n in range(length))}
    for account in source.accounts.values():
        if account.opened_on in days:
            days[account.opened_on].openings.append(account.id)
    for account_id, movements in _by_account(source.movements).items():
        for date, day in _account_days(mapping, account_id, movements):
            if date in days:
                days[date].account_days.append(day)
    _supply(mapping, source, list(days.values()))
    return Plan(tuple(days.values()))


def _by_account(movements: Sequence[Movement]) -> Mapping[str, list[Movement]]:
    found: dict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        found[movement.account].append(movement)
    return found


def _account_days(
    mapping: ConversionMapping, account: str, movements: Sequence[Movement]
) -> list[tuple[dt.date, AccountDay]]:
    """The days of one account from its opening on; both balances begin at nothing."""
    may_overdraw = mapping.transactions.technical_overdraft
    found = []
    ours = recorded = overdraft = rounded = 0
    for date, group in groupby(movements, key=lambda movement: movement.date):
        rows = list(group)
        amounts = [row.amount_minor for row in rows]
        order = booking_order(
            opening_minor=recorded,
            rows=[Recorded(row.amount_minor, row.balance_minor) for row in rows],
        )
        booked = affordable(opening_minor=ours, amounts=amounts, order=order.positions)
        rounded_today = sum(row.rule.rounded for row in rows)
        rounded += rounded_today
        recorded = rows[order.positions[-1]].balance_minor
        ours += sum(amounts)
        lowered = raised = None
        if may_overdraw and booked.overdraft_minor > overdraft:
            overdraft = booked.overdraft_minor
            lowered = Limit(account, overdraft)
        if overdraft and ours >= 0:
            overdraft = 0
            raised = Limit(account, 0)
        day = AccountDay(
            account=account,
            movements=tuple(rows[n] for n in booked.positions),
            source=SourceDay(
                last_minor=rows[-1].balance_minor,
                closing_minor=recorded,
                gap_minor=order.gap_minor,
                rounded_rows=rounded_today,
                rounded_rows_to_date=rounded,
            ),
            lowered=lowered,
            raised=raised,
            reordered=booked.positions != tuple(range(len(rows))),
            rearranged=booked.rearranged,
        )
        found.append((date, day))
    return found


def _supply(mapping: ConversionMapping, source: Source, days: Sequence[DayPlan]) -> None:
    """Plan the cash that each position is given before a day's business.

    Counted so that the day's withdrawals are covered whatever the order between accounts: none of
    the day's deposits is relied on.
    """
    step = mapping.supply_step_minor
    balances: dict[str, int] = defaultdict(int)
    for day in days:
        out: dict[str, int] = defaultdict(int)
        net: dict[str, int] = defaultdict(int)
        for account_day in day.account_days:
            branch = source.accounts[account_day.account].branch
            for movement in account_day.movements:
                if movement.rule.moves_cash:
                    net[branch] += movement.amount_minor
                    out[branch] -= min(movement.amount_minor, 0)
        for branch in sorted(out):
            short = out[branch] - balances[branch]
            if short > 0:
                supply = -(-short // step) * step
                day.supplies[branch] = supply
                balances[branch] += supply
        for branch, amount in net.items():
            balances[branch] += amount
