"""One small bank with one of everything that an address may name, in a branch and in another one.

It is committed in a database of its own, and each case begins from it by `tests.rewinding`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django.contrib.admin.utils import quote
from django.test import Client

from apps.access.operations import declared_permissions
from apps.accounts.deposit_views import OnDeposit
from apps.accounts.views import Open
from apps.control.run import Actor
from apps.hr.views import Hire, OnEmployee
from apps.kernel import sql
from apps.kernel.queries import current_date
from apps.loans.application_views import Apply, OnApplication
from apps.loans.servicing_views import OnLoan
from apps.reporting import making
from apps.reporting import queries as reporting
from apps.reporting.declarations import REPORTS
from apps.reporting.rules import content
from apps.reporting.tables import table
from apps.reporting.views import FigurePage
from tests import probes
from tests.api.machine import machine
from tests.architecture import people
from tests.architecture.addresses import Address, Person
from tests.cash import desk
from tests.conftest import OwnDatabase
from tests.eod.closing import close
from tests.factories import BRANCHES, Bank, add_user, define_role, do, read_bank
from tests.hr import office
from tests.hr.office import Office
from tests.loans import lending

Things = Mapping[str, Any]
# Ids that nothing has, of each kind of argument; whatever else an argument is, `NOBODY` will do.
NOBODY = 987_654_321
NOTHING: Things = {
    "run": UUID(int=7),
    "date": "2024-02-29",
    "period": "1999-01-01",
    **dict.fromkeys(("code", "gl_account"), "9999"),
    **dict.fromkeys(("name", "report", "kind", "product"), "nothing"),
}
REPORT = "trial_balance"
# What an argument means where its name alone does not tell.
KINDS = {
    ("till", "supply"): "vault",
    ("till", "supplies"): "vault",
    ("till", "positions/"): "position",
    ("till", "sessions"): "counter",
    ("name", "proofs/"): "proof",
    ("name", "help/"): "endpoint",
    ("customer", "mandates/"): "mandated",
    ("customer", "revoke/"): "mandated",
    ("row", "leave/"): "leave",
    ("row", "items/"): "item",
    ("row", "deductions/"): "deduction",
    ("absence", "leave/"): "leave",
    ("position", "employees"): "post",
    ("order", "deductions/"): "deduction",
    ("payment", "loan-payments/"): "loan_payment",
    ("payment", "loans/payments/"): "loan_payment",
    ("product", "loan-"): "loan_product",
    ("code", "reports/"): "report",
    ("other", "against/"): "kept",
    ("row", "figure/"): "figure_row",
    ("column", "figure/"): "figure_column",
    ("user", "reopen"): "closed_user",
    ("source", "transfers"): "deposit",
    ("target", "transfers"): "friend",
    ("source", "cash-moves"): "vault",
    ("target", "cash-moves"): "busy",
    ("source", "outgoing-payments"): "deposit",
    ("target", "incoming-payments"): "deposit",
}
# Tables that stay empty here, and why: only that a row is not there is tried.
WITHOUT_ROWS: Mapping[str, str] = MappingProxyType(
    {
        "admin:kernel_holiday_change": "holidays come with a country, and this bank has none",
        "admin:control_outboxmessage_change": "nothing here tells other systems anything",
    }
)
# What else is kept of an employee.
ROWS = {"leave": "hr_absence", "item": "hr_payitem", "deduction": "hr_deductionorder"}
# Pages that find in their address, behind it, which record they are about.
SUBJECTS = {
    OnDeposit: "deposit", OnEmployee: "employee", OnLoan: "loan", OnApplication: "application",
}  # fmt: skip
# As many as there may be more of everything.
TELLERS = 29


@dataclass(frozen=True, slots=True)
class SmallBank:
    """What addresses name: `own` lies in the first branch, `other` in the second."""

    bank: Bank
    own: Things
    other: Things
    browsers: Sequence[Person]
    programs: Sequence[Person]
    # Somebody who may do everything, and tellers who wait for work.
    almighty: Actor
    tellers: Sequence[Actor]

    def things(self, where: str) -> Things:
        return {"own": self.own, "other": self.other}.get(where, {})

    def named(self, argument: str, *, where: str, address: Address) -> Any:
        """What stands in an address for an argument. Raises LookupError for one never heard of."""
        if argument == "object_id":
            return self._row(address, where)
        thing = next(
            (kind for (name, part), kind in KINDS.items()
             if name == argument and part in address.route),
            argument,
        )  # fmt: skip
        if thing not in self.own:
            raise LookupError(
                f"{address.route}: no object is known for the argument {argument!r}; make one in"
                " each branch in tests/architecture/small_bank.py"
            )
        if where == "nowhere":
            return NOTHING.get(argument, NOBODY)
        return self.things(where)[thing]

    def place(self, address: Address, *, where: str = "own") -> str:
        """The address of a page for an object there."""
        found = address.filled(partial(self.named, where=where, address=address))
        for name in self.subjects(address):
            thing = self.named(name, where=where, address=address)
            found += f"{'&' if '?' in found else '?'}{name}={thing}"
        return found

    def knows(self, field: str, address: Address) -> bool:
        """Whether a field of a command names something of the bank."""
        named = {name for name, part in KINDS if part in address.route} | self.own.keys()
        return field in named - {"code", "name", "date", "number", "currency", "kind"}

    def subjects(self, address: Address) -> list[str]:
        """What an action's page is about, which stands behind its address."""
        kind = address.screen
        if kind in {Open, Hire, Apply}:
            return ["customer"]
        if kind is FigurePage:
            return ["row", "column"]
        bases = kind.__mro__ if isinstance(kind, type) else ()
        return [name for base, name in SUBJECTS.items() if base in bases]

    def _row(self, address: Address, where: str) -> str:
        """A row of a table of the administration, for which its operation makes sense."""
        table, offer = address.table, address.offer
        assert table is not None
        if where == "nowhere":
            return str(NOBODY)
        rows = table.model._default_manager.order_by("-pk")
        if table.branch is not None:
            rows = rows.filter(**{table.branch: self.things(where)["branch"]})
        for row in rows:
            if offer is None or offer.when(row):
                return str(quote(row.pk))
        raise LookupError(
            f"{address.name}: no row fits; make one in tests/architecture/small_bank.py"
        )


def build(database: OwnDatabase) -> SmallBank:
    """A bank that has closed its first date and has work of the second; everything committed."""
    bank = read_bank()
    # Rights are given while one person is enough; from the next date on, two decide.
    departments = office.open_office(bank)
    crowd = people.browsers(bank), people.programs(bank), almighty(bank)
    tellers = [
        add_user(actor=bank.administrator, role="teller", branch=bank.branch)
        for _ in range(TELLERS)
    ]
    program = machine(bank, "teller", branch=bank.branch)
    close(bank)
    _exception(database, bank)
    bank = read_bank()
    own = _of_branch(bank, bank.branch, teller=bank.teller, head=bank.supervisor)
    other = _of_branch(
        bank, bank.other_branch, teller=bank.other_teller, head=bank.other_supervisor
    )
    own |= _employee(departments, own, position=departments.position)
    other |= _employee(departments, other, position=departments.other_position)
    own |= {"unit": departments.unit, "post": departments.position}
    other |= {"unit": departments.other_unit, "post": departments.other_position}
    lent = lending.product(bank)
    own |= _loan(bank, own, lent, officer=bank.loan_officer)
    other |= _loan(bank, other, lent, officer=bank.other_loan_officer)
    payroll = office.prepare(departments)
    for things in (own, other):
        things["slip"] = sql.value(
            "SELECT id FROM hr_payslip WHERE employee_id = %(employee)s", things
        )
    whole = {**_whole(bank, program.user), "payroll": payroll, "loan_product": lent}
    return SmallBank(bank, {**whole, **own}, {**whole, **other}, *crowd, tellers)


def almighty(bank: Bank) -> Actor:
    """Somebody who may do everything of the house in the whole bank."""
    rights = sorted(declared_permissions() - set(probes.PERMISSIONS))
    role = define_role(*rights, actor=bank.administrator, code="almighty")
    return add_user(role=role, actor=bank.administrator)


def _whole(bank: Bank, program: int) -> dict[str, Any]:
    """What belongs to no branch, or may be seen from all of them."""
    closed = sql.value("SELECT min(date) FROM eod_closerun")
    gone = add_user(actor=bank.administrator)
    do("access.close_user", {"user": gone.user_id}, actor=bank.administrator)
    # An attempt to sign in, for the list of them.
    Client().post("/sign-in/", {"username": "nobody", "password": "nothing"})
    return {
        "date": str(closed),
        "code": "1002",
        "gl_account": "1002",
        "product": desk.product(bank),
        "exception": sql.value("SELECT id FROM eod_exception"),
        "key": sql.value("SELECT max(id) FROM access_apikey"),
        "user": program,
        "closed_user": gone.user_id,
        "holding": sql.value("SELECT max(id) FROM access_roleholding"),
        "policy": sql.value("SELECT min(id) FROM control_approvalpolicy"),
        "budget": _budget(bank),
        "period": "2026-01-01",
        "board": "management",
        "order": do("reporting.order_report", {"report": REPORT}, actor=bank.accountant).result[
            "order"
        ],
        "currency": "UAH",
        "report": REPORT,
        "kind": "csv",
        **_figure(),
        "proof": sql.value("SELECT min(name) FROM eod_proof"),
        "endpoint": "control.bank",
    }


def _budget(bank: Bank) -> int:
    """A draft of a budget with a row; its id."""
    begun = {"year": 2026, "name": "Бюджет"}
    budget: int = do("finance.begin_budget", begun, actor=bank.accountant).result["budget"]
    row = {"gl_code": "7399", "branch": BRANCHES[0], "amounts": ["10.00"] * 12}
    do("finance.set_budget_rows", {"budget": budget, "rows": [row]}, actor=bank.accountant)
    return budget


def _figure() -> dict[str, str]:
    """A figure of a report, as an address names it."""
    report, today = REPORTS[REPORT], current_date()
    assert today is not None
    asked = making.parameters(report, today=today)
    told = table(content(making.make(report, asked, reporting.knowledge_at(None))))
    cell = next((row.code, cell.column) for row in told.rows for cell in row.cells if row.code)
    return {"figure_row": cell[0], "figure_column": cell[1]}


def _of_branch(bank: Bank, branch: int, *, teller: Actor, head: Actor) -> dict[str, Any]:
    """A customer with an account, money, a hold and a mandate; a till at work; a request."""
    mine = desk.deposit(bank, branch=branch, minor=500_000)
    friend = desk.deposit(bank, branch=branch)
    mandated = _owner(friend.id)
    do("accounts.authorise_person", {"deposit": mine.id, "customer": mandated}, actor=head)
    hold = do(
        "accounts.place_hold",
        {"deposit": mine.id, "amount": desk.amount(500), "reason": "Арешт"},
        actor=head,
    ).result["hold"]
    vault, free = (desk.till(bank, kind, branch=branch) for kind in ("vault", "counter"))
    busy, position = (desk.till(bank, kind, branch=branch) for kind in ("counter", "position"))
    do("cash.supply_vault", {"till": vault, "amount": desk.amount(1_000_000)}, actor=head)
    session = desk.open_session(busy, [], teller)
    do(
        "cash.move_cash",
        {"source": vault, "target": busy, "amount": desk.amount(5_000)},
        actor=head,
    )
    done = do("cash.deposit", {"till": busy, "deposit": mine.id, "amount": desk.amount(700)},
              actor=teller)  # fmt: skip
    payment, run = sql.rows(
        "SELECT id, run_id FROM payments_payment WHERE deposit_id = %(deposit)s LIMIT 1",
        {"deposit": mine.id},
    )[0]
    return {
        "branch": branch,
        "deposit": mine.id,
        "friend": friend.id,
        "customer": _owner(mine.id),
        "mandated": mandated,
        "hold": hold,
        "vault": vault,
        "counter": free,
        "busy": busy,
        "position": position,
        "till": busy,
        "session": session,
        "run": done.run_id,
        "payment": payment,
        "payment_run": run,
        "entry": sql.value(
            "SELECT id FROM ledger_entry WHERE run_id = %(run)s", {"run": done.run_id}
        ),
        "account": mine.account,
        "number": mine.number,
        "approval": _request(bank, branch),
        "legs": _legs(bank, branch),
        "kept": do(
            "reporting.keep_report", {"report": REPORT, "branch": branch}, actor=bank.accountant
        ).result["kept"],
    }


def _employee(departments: Office, things: Things, *, position: int) -> dict[str, Any]:
    """The customer of the branch works in it."""
    command = {
        "customer": things["customer"], "deposit": things["deposit"], "position": position,
        "hired_on": office.HIRED, "salary": "30000", "contract_number": "1-к",
    }  # fmt: skip
    employee = do("hr.hire", command, actor=departments.hr).result["employee"]
    who = {"employee": employee}
    day = {"first_day": "2026-01-12", "last_day": "2026-01-13", "kind": "annual"}
    do("hr.record_leave", who | day, actor=departments.hr)
    bonus = {"month": "2026-01-01", "kind": "bonus", "pay": "100", "reason": "Наказ"}
    do("hr.add_pay_item", who | bonus, actor=departments.payroll)
    union = {"kind": "voluntary", "recipient": "Профспілка", "valid_from": "2026-01-06"}
    do("hr.order_deduction", who | union | {"percent": "1"}, actor=departments.payroll)
    found = {
        name: sql.value(f"SELECT id FROM {table} WHERE employee_id = %(employee)s", who)
        for name, table in ROWS.items()
    }
    return who | found


def _loan(bank: Bank, things: Things, product: str, *, officer: Actor) -> dict[str, Any]:
    """The customer of the branch has a loan, repaid a little early, and has asked for another."""
    loan = _lend(bank, things["deposit"], product, officer=officer)
    prepaid = do(
        "loans.prepay",
        {"loan": loan, "amount": desk.amount(100_00), "choice": "shorter_term"},
        actor=officer,
    )
    return {
        "loan": loan,
        "loan_payment": prepaid.result["payment"],
        "application": _apply(things["deposit"], product, officer=officer),
    }


def _lend(bank: Bank, deposit: int, product: str, *, officer: Actor) -> int:
    application = _apply(deposit, product, officer=officer)
    approval = {"application": application, "amount": desk.amount(1_200_00), "months": 12}
    do("loans.approve", approval, actor=bank.credit_manager)
    loan: int = do("loans.disburse", {"application": application}, actor=officer).result["loan"]
    return loan


def _apply(deposit: int, product: str, *, officer: Actor) -> int:
    command = {
        "deposit": deposit, "product": product, "amount": desk.amount(1_200_00), "months": 12,
        "due_day": 5,
    }  # fmt: skip
    application: int = do("loans.apply", command, actor=officer).result["application"]
    return application


def _request(bank: Bank, branch: int) -> int:
    """An entry by hand that waits for the chief accountant; its id."""
    legs = _legs(bank, branch)
    command = {"branch": branch, "legs": legs, "narrative": "Вручну"}
    parked = do("finance.book_manual_entry", command, actor=bank.accountant)
    assert parked.approval_id is not None
    return parked.approval_id


def _legs(bank: Bank, branch: int) -> list[dict[str, Any]]:
    """Two sides on internal accounts of the branch."""
    numbers = [
        do("finance.open_internal_account",
           {"branch": branch, "gl_code": code, "currency": "UAH"},
           actor=bank.accountant).result["number"]
        for code in ("1001", "6399")
    ]  # fmt: skip
    return [
        {"account": number, "side": side, "amount": desk.amount(700)}
        for number, side in zip(numbers, ("debit", "credit"), strict=True)
    ]


def _owner(deposit: int) -> int:
    found: int = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": deposit}
    )
    return found


def _exception(database: OwnDatabase, bank: Bank) -> None:
    """Something of the closed date that nobody could do, as a close leaves it behind."""
    with database.connect("owner", autocommit=True) as owner:
        owner.execute(
            """INSERT INTO eod_exception (date, step, number, low, high, code, reason_uk,
                      reason_en, owner, holds, status, raised_at, run_id)
               SELECT date, 'accounts.accrue_interest', 1, 1, 1, 'test', 'Проба', 'Probe',
                      'accounts', false, 'open', clock_timestamp(), %s
                 FROM eod_closerun""",
            [uuid4()],
        )


def grow(small: SmallBank, rows: int) -> None:
    """So many more of everything that a page lists, in the branch and about its objects."""
    bank, own = small.bank, small.own
    for number in range(rows):
        _more_of_a_customer(bank, own, number)
        _more_of_the_bank(small, number)


def _more_of_a_customer(bank: Bank, own: Things, number: int) -> None:
    made = desk.deposit(bank, minor=100)
    head = bank.supervisor
    opened = do("accounts.open_deposit",
                {"customer": own["customer"], "product": own["product"], "branch": bank.branch},
                actor=head).result["deposit"]  # fmt: skip
    # Not from the deposit of the rest, of which a page of lines is to hold all.
    _lend(bank, opened, own["loan_product"], officer=bank.loan_officer)
    _apply(opened, own["loan_product"], officer=bank.loan_officer)
    if number % 3 == 0:
        early = {"loan": own["loan"], "amount": desk.amount(100), "choice": "smaller_instalment"}
        do("loans.prepay", early, actor=bank.loan_officer)
    do("accounts.authorise_person", {"deposit": own["deposit"], "customer": _owner(made.id)},
       actor=head)  # fmt: skip
    hold = {"deposit": own["deposit"], "amount": desk.amount(1), "reason": f"Арешт {number}"}
    do("accounts.place_hold", hold, actor=head)
    over = {"till": own["busy"], "deposit": own["deposit"], "amount": desk.amount(100 + number)}
    do("cash.deposit", over, actor=bank.teller)


def _more_of_the_bank(small: SmallBank, number: int) -> None:
    bank = small.bank
    desk.till(bank, "counter", name=f"Ще одна {number}")
    _request(bank, bank.branch)
    at = desk.till(bank, "counter", name=f"Зайнята {number}")
    desk.open_session(at, [], small.tellers[number])
    command = {"code": f"G{number:02}", "name_uk": f"Г{number}", "name_en": f"G{number}"}
    do("control.open_branch", command, actor=bank.administrator)
