"""An office for tests: people of the staff and payroll departments, units, posts, employees."""

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from typing import Any

from apps.access import queries as access
from apps.control.door import Outcome
from apps.control.run import Actor
from apps.hr.payslips import PaySight
from apps.kernel import sql
from apps.kernel.queries import current_date
from tests.accounts import days
from tests.cash import desk
from tests.cash.desk import Opened
from tests.factories import Bank, add_user, do

_counter = itertools.count(1)
HIRED = dt.date(2025, 1, 1)
JANUARY = dt.date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Office:
    """Who works in the departments, and a unit of each branch with a position of many posts."""

    bank: Bank
    hr: Actor
    payroll: Actor
    head: Actor
    unit: int
    other_unit: int
    position: int
    other_position: int


@dataclass(frozen=True, slots=True)
class Worker:
    """An employee, and the account that pay goes to."""

    id: int
    number: str
    customer: int
    account: Opened


def open_office(bank: Bank) -> Office:
    hr, payroll, head = (
        add_user(actor=bank.administrator, role=role)
        for role in ("hr_officer", "payroll_officer", "payroll_head")
    )
    unit, other_unit = (open_unit(hr, branch) for branch in (bank.branch, bank.other_branch))
    position, other_position = (plan(hr, one, posts=1_000) for one in (unit, other_unit))
    return Office(bank, hr, payroll, head, unit, other_unit, position, other_position)


def open_unit(hr: Actor, branch: int, *, parent: int | None = None, code: str = "") -> int:
    code = code or f"U{next(_counter)}"
    command = {
        "branch": branch, "code": code, "name_uk": f"Відділ {code}", "name_en": f"Unit {code}",
        "parent": parent,
    }  # fmt: skip
    unit: int = do("hr.open_unit", command, actor=hr).result["unit"]
    return unit


def plan(
    hr: Actor, unit: int, *, posts: int, code: str = "", roles: tuple[str, ...] = (),
    valid_from: dt.date = HIRED,
) -> int:  # fmt: skip
    command = {
        "unit": unit, "code": code or f"P{next(_counter)}", "title_uk": "Фахівець",
        "title_en": "Specialist", "valid_from": valid_from, "posts_percent": posts * 100,
        "roles": roles,
    }  # fmt: skip
    position: int = do("hr.plan_position", command, actor=hr).result["position"]
    return position


def worker(office: Office, salary: str = "30000", **fields: Any) -> Worker:
    """Somebody hired with a salary into the first unit, with an account of their own."""
    account = desk.deposit(office.bank)
    customer = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": account.id}
    )
    hired = do("hr.hire", hiring(office, account, customer, salary, **fields), actor=office.hr)
    return Worker(hired.result["employee"], hired.result["number"], customer, account)


def hiring(
    office: Office, account: Opened, customer: int, salary: str = "30000", **fields: Any
) -> dict[str, Any]:
    return {
        "customer": customer,
        "deposit": account.id,
        "position": office.position,
        "hired_on": HIRED,
        "salary": salary,
        "contract_number": "1-к",
    } | fields


def agree(parked: Outcome, by: Actor) -> Any:
    """Give the one voice that a request waits for; what came of it."""
    assert parked.outcome == "parked"
    meaning = sql.value(
        "SELECT meaning_hash FROM control_approval WHERE id = %(id)s", {"id": parked.approval_id}
    )
    command = {"approval": parked.approval_id, "meaning": meaning}
    return do("control.approve", command, actor=by).result


def prepare(office: Office, month: dt.date = JANUARY, **fields: Any) -> int:
    command = {"month": month, **fields}
    payroll: int = do("hr.prepare_payroll", command, actor=office.payroll).result["payroll"]
    return payroll


def post(office: Office, payroll: int) -> None:
    parked = do("hr.post_payroll", {"payroll": payroll}, actor=office.payroll)
    assert agree(parked, office.head)["state"] == "done"


def pay(office: Office, month: dt.date = JANUARY, **fields: Any) -> int:
    """Prepare and post a payroll; its id."""
    payroll = prepare(office, month, **fields)
    post(office, payroll)
    return payroll


def sight(office: Office) -> PaySight:
    """What the payroll department may see."""
    rights = access.rights(user=office.payroll.user_id, date=office.bank.date)
    return PaySight.of(rights)


def move_to(office: Office, date: dt.date) -> Office:
    """Let days pass, unclosed by any step, until `date` is open; the office on that day."""
    while current_date() != date:
        days.roll(office.bank)
        days.finish(office.bank)
    return replace(office, bank=replace(office.bank, date=date))
