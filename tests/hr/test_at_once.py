"""Two people press the same button at the same moment: once is what happens."""

from collections import Counter

from apps.hr.errors import PayrollState, PreparedTwice
from apps.hr.models import Payroll
from apps.kernel import sql
from apps.kernel.errors import Refusal
from tests.conftest import OwnDatabase
from tests.evidence import in_threads
from tests.factories import Bank, do
from tests.hr import office as at
from tests.hr.office import JANUARY, Office, open_office


def _outcome(office: Office, name: str, command: dict[str, object]) -> str:
    by = office.head if name == "control.approve" else office.payroll
    try:
        return do(name, command, actor=by).outcome
    except Refusal as refusal:
        return refusal.code


def test_one_draft_and_one_posting_come_of_many(own_database: OwnDatabase, bank: Bank) -> None:
    office = open_office(bank)
    who = at.worker(office, "30000")
    prepare: dict[str, object] = {"month": JANUARY}
    made = Counter(in_threads(3, lambda _: _outcome(office, "hr.prepare_payroll", prepare)))
    assert set(made) <= {"done", PreparedTwice.code}
    assert Payroll.objects.filter(state="draft").count() == 1

    draft = Payroll.objects.get(state="draft").id
    parked = [do("hr.post_payroll", {"payroll": draft}, actor=office.payroll) for _ in range(2)]
    votes = [
        {
            "approval": one.approval_id,
            "meaning": sql.value(
                "SELECT meaning_hash FROM control_approval WHERE id = %(id)s",
                {"id": one.approval_id},
            ),
        }
        for one in parked
    ]
    agreed = Counter(in_threads(2, lambda one: _outcome(office, "control.approve", votes[one])))
    assert agreed == Counter({"done": 1, PayrollState.code: 1})
    assert who.account.minor == 2_310_000
    assert sql.value("SELECT count(*) FROM ledger_entry") == 2
