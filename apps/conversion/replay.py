"""The replay: a bank lives through the days of a source, by the same operations as a teller's.

Every operation carries a key made of the source's own ids, so that a replay that was stopped at
any moment goes on where it stood: what is done gives the answer that it gave, and is not done
again. Days that lie behind are not asked for again but for their openings, whose answers hold the
ids that later days need.

Branches live a day side by side, in lanes; an account has its rows in their order, as it lies in
one branch. So the book comes out the same whatever the number of lanes, but for its own numbers.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from apps.access.operations import AddUser, DefineRole, GrantRole
from apps.control.commands import Command
from apps.control.declarations import OPERATIONS
from apps.control.door import execute
from apps.control.operations import OpenBranch
from apps.control.run import Actor, Origin
from apps.conversion.errors import RowRefused
from apps.conversion.lanes import Lanes
from apps.conversion.mapping import Call, ConversionMapping, filled
from apps.conversion.operations import DayTold, RecordVerdicts
from apps.conversion.plan import AccountDay, DayPlan, Limit, Plan
from apps.conversion.progress import Progress
from apps.conversion.source import AccountRecord, Movement, Row, Source, texts_of
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.queries import current_date

# What the replay itself asks for, beside the operations that the mapping names.
OWN_OPERATIONS = (
    "products.create_product",
    "products.add_version",
    "cash.create_till",
    "cash.supply_vault",
    "cash.move_cash",
    "accounts.set_overdraft",
    "conversion.record_verdicts",
)
# Verdicts of about a month of a small bank go into one run.
VERDICTS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Deposit:
    """An account of the source in our bank: the deposit's id and its ledger account's."""

    id: int
    account: int


class Replay:
    """One source on its way into one bank.

    `installer` may set up branches and users on the bank's first date. `close` closes a date, goes
    on with a close that was interrupted, and leaves a closed date as it is.
    """

    def __init__(
        self,
        *,
        mapping: ConversionMapping,
        source: Source,
        plan: Plan,
        installer: Actor,
        close: Callable[[dt.date], None],
        lanes: Lanes,
        progress: Progress,
    ) -> None:
        self.mapping = mapping
        self.source = source
        self.plan = plan
        self.installer = Actor(installer.user_id, Origin.FILE, client=mapping.name)
        self.actor = self.installer
        self.progress = progress
        self._close = close
        self._lanes = lanes
        self._branches: dict[str, int] = {}
        self._vaults: dict[str, int] = {}
        self._positions: dict[str, int] = {}
        self._customers: dict[str, int] = {}
        self._deposits: dict[str, Deposit] = {}

    def run(self) -> None:
        """Set the bank up and live all days of the plan. Raises RowRefused; may be repeated."""
        with self.progress.stage("set-up"):
            self._set_up()
        today = current_date()
        assert today is not None, "the bank is installed"
        behind = [day for day in self.plan.days if day.date < today]
        ahead = [day for day in self.plan.days if day.date >= today]
        with self.progress.stage("looking back", times=len(behind)):
            self._open_accounts([id_ for day in behind for id_ in day.openings])
        self.progress.begin_days(days=len(ahead), rows=sum(day.rows for day in ahead))
        for day in ahead:
            self._live(day)
            self._close_day(day.date)
            self.progress.day_done(day.date, rows=day.rows)
        if not ahead:
            # A replay that was stopped in its last close has nothing else left to do.
            self._close_day(self.plan.days[-1].date)

    def reconcile(self) -> None:
        """Have every account-day of the plan judged against the book's own snapshots."""
        days = [
            DayTold(
                account=self._deposits[day.account].account,
                date=date,
                last_minor=day.source.last_minor,
                closing_minor=day.source.closing_minor,
                gap_minor=day.source.gap_minor,
                rounded_rows=day.source.rounded_rows,
                rounded_rows_to_date=day.source.rounded_rows_to_date,
            )
            for date, day in self.plan.account_days
        ]
        for start in range(0, len(days), VERDICTS_AT_ONCE):
            part = days[start : start + VERDICTS_AT_ONCE]
            command = RecordVerdicts(
                source=self.mapping.name,
                shown_to_minor=self.mapping.shown_to_minor,
                days=tuple(part),
            )
            with self.progress.stage("reconciliation", times=len(part)):
                # The last part grows when a replay is carried further: its size is in its key.
                date = part[-1].date
                self._ask(
                    "conversion.record_verdicts", command, f"verdicts:{start}:{len(part)}:{date}"
                )

    # --- Once ---------------------------------------------------------------------------------

    def _set_up(self) -> None:
        """Branches, the migration's own user and role, products, vault and positions."""
        self._open_branches()
        self.actor = self._migration_actor()
        for code in self.mapping.products:
            self._ask("products.create_product", self.mapping.new_product(code), f"product:{code}")
            self._ask("products.add_version", self.mapping.first_version(code), f"version:{code}")
        for id_, row in self.source.branches.items():
            for kind, template, tills in (
                ("vault", self.mapping.cash.vault, self._vaults),
                ("position", self.mapping.cash.position, self._positions),
            ):
                tills[id_] = self._till(id_, kind, template.format_map(row.values))

    def _open_branches(self) -> None:
        part = self.mapping.branches
        for id_, row in self.source.branches.items():
            command = OpenBranch(
                code=part.code.format_map(row.values),
                name_uk=part.name_uk.format_map(row.values),
                name_en=part.name_en.format_map(row.values),
            )
            opened = self._ask("control.open_branch", command, f"branch:{id_}")
            self._branches[id_] = opened["branch"]

    def _migration_actor(self) -> Actor:
        """A machine user whose role holds what this mapping asks for, and nothing more."""
        name = self.mapping.name
        calls = {call.operation for _, call, _ in self.mapping.calls()}
        permissions = {OPERATIONS[one].permission for one in {*calls, *OWN_OPERATIONS}}
        user: int = self._ask(
            "access.add_user",
            AddUser(username=f"migration-{name}", full_name=self.mapping.title, is_machine=True),
            "user",
        )["user"]
        self._ask(
            "access.define_role",
            DefineRole(
                code="migration",
                name_uk="Перенесення даних",
                name_en="Migration",
                permissions=tuple(sorted(permissions)),
            ),
            "role",
        )
        self._ask(
            "access.grant_role",
            GrantRole(user=user, role="migration", valid_from=self.mapping.bank.first_date),
            "holding",
        )
        return Actor(user, Origin.FILE, client=name)

    def _till(self, branch: str, kind: str, name: str) -> int:
        command = {
            "branch": self._branches[branch],
            "currency": self.mapping.bank.base_currency,
            "kind": kind,
            "name": name,
        }
        made: int = self._ask("cash.create_till", command, f"{kind}:{branch}")["till"]
        return made

    # --- Each day -----------------------------------------------------------------------------

    def _close_day(self, date: dt.date) -> None:
        with self.progress.stage("closing days"):
            self._close(date)

    def _live(self, day: DayPlan) -> None:
        with self.progress.stage("opening accounts", times=len(day.openings)):
            self._open_accounts(day.openings)
        with self.progress.stage("supplying cash", times=len(day.supplies)):
            self._supply(day)
        with self.progress.stage("booking rows", times=day.rows):
            self._lanes.each(partial(self._book, day.date), day.account_days, by=self._branch_of)

    def _branch_of(self, day: AccountDay) -> str:
        """Rows of a branch share its cash position: two lanes would only wait for each other."""
        return self.source.accounts[day.account].branch

    def _open_accounts(self, ids: Sequence[str]) -> None:
        """Register who is not known yet, and open their accounts."""
        records = [self.source.accounts[id_] for id_ in ids]
        people = dict.fromkeys(
            customer
            for record in records
            for customer in (record.owner, *(authorised for authorised, _ in record.authorised))
            if customer not in self._customers
        )
        self._lanes.each(self._register, people, by=str)
        self._lanes.each(self._open_account, records, by=lambda record: record.id)

    def _register(self, id_: str) -> None:
        record = self.source.customers[id_]
        call = self.mapping.customers.register
        known = {
            "@branch": self._branches[record.branch],
            "@birth_date": record.birth_date.isoformat(),
        }
        fields = self._fields(call, record.row.values, known)
        registered = self._ask_for(record.row, call, fields, f"customer:{id_}")
        self._customers[id_] = registered["customer"]

    def _open_account(self, record: AccountRecord) -> None:
        """Open one account and let its authorised persons act on it."""
        call = self.mapping.accounts.open
        known: dict[str, Any] = {
            "@owner": self._customers[record.owner],
            "@branch": self._branches[record.branch],
            "@product": record.product,
        }
        fields = self._fields(call, record.row.values, known)
        opened = self._ask_for(record.row, call, fields, f"account:{record.id}")
        deposit = Deposit(opened["deposit"], opened["account"])
        self._deposits[record.id] = deposit
        call = self.mapping.rights.authorise
        for customer, row in record.authorised:
            known = {"@deposit": deposit.id, "@customer": self._customers[customer]}
            fields = self._fields(call, row.values, known)
            self._ask_for(row, call, fields, f"authorised:{record.id}:{customer}")

    def _supply(self, day: DayPlan) -> None:
        """Bring the day's cash into the vaults, and from there to the positions."""
        for branch, minor in day.supplies.items():
            amount, vault = self._money(minor), self._vaults[branch]
            self._ask(
                "cash.supply_vault",
                {"till": vault, "amount": amount},
                f"vault:{branch}:{day.date}",
            )
            self._ask(
                "cash.move_cash",
                {"source": vault, "target": self._positions[branch], "amount": amount},
                f"supply:{branch}:{day.date}",
            )

    def _book(self, date: dt.date, day: AccountDay) -> None:
        if day.lowered is not None:
            self._limit(day.lowered, f"{date}:before")
        for movement in day.movements:
            with self.progress.row(movement.rule.name):
                self._book_row(movement)
        if day.raised is not None:
            self._limit(day.raised, f"{date}:after")

    def _book_row(self, movement: Movement) -> None:
        known: dict[str, Any] = {
            "@deposit": self._deposits[movement.account].id,
            "@amount": self._money(abs(movement.amount_minor)),
        }
        if movement.rule.moves_cash:
            known["@position"] = self._positions[self.source.accounts[movement.account].branch]
        call = movement.rule.call
        fields = self._fields(call, texts_of(self.mapping, movement), known)
        self._ask_for(movement.row, call, fields, f"trans:{movement.id}")

    def _limit(self, limit: Limit, moment: str) -> None:
        with self.progress.row("technical overdraft"):
            self._ask(
                "accounts.set_overdraft",
                {
                    "deposit": self._deposits[limit.account].id,
                    "overdraft_minor": limit.overdraft_minor,
                },
                f"overdraft:{limit.account}:{moment}",
            )

    # --- Asking -------------------------------------------------------------------------------

    def _money(self, minor: int) -> dict[str, str]:
        money = Money(minor, self.mapping.bank.base_currency)
        return {"amount": f"{money.decimal:f}", "currency": money.currency}

    @staticmethod
    def _fields(call: Call, row: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
        return filled(call.fields, row=row, known=known)

    def _ask_for(self, row: Row, call: Call, fields: dict[str, Any], key: str) -> Any:
        """Ask for what a row means; a refusal names the row. Raises RowRefused."""
        try:
            return self._ask(call.operation, fields, key)
        except Refusal as refusal:
            raise RowRefused(
                file=row.file, line=row.line, operation=call.operation, reason=refusal.text.en
            ) from refusal

    def _ask(self, operation: str, given: Command | Mapping[str, Any], key: str) -> Any:
        done = execute(operation, given, actor=self.actor, key=f"{self.mapping.name}:{key}")
        assert done.outcome == "done", f"{operation} waits for an approval: {key}"
        return done.result
