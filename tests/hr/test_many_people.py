"""A payroll takes as many statements for ten thousand people as for ten."""

from apps.hr import payslips
from apps.kernel import sql
from tests.cash.desk import gl_minor
from tests.conftest import OwnDatabase
from tests.evidence import statements
from tests.factories import do
from tests.hr import office as at
from tests.hr.crowd import hire_many
from tests.hr.office import JANUARY, Office
from tests.hr.test_payrolls import proven
from tests.rewinding import rewound

MANY = 10_000


def _statements_of_a_payroll(office: Office) -> list[int]:
    counts = []
    with statements() as seen:
        payroll = at.prepare(office)
    counts.append(len(seen))
    with statements() as seen:
        parked = do("hr.post_payroll", {"payroll": payroll}, actor=office.payroll)
    counts.append(len(seen))
    with statements() as seen:
        at.agree(parked, office.head)
    counts.append(len(seen))
    with statements() as seen:
        payslips.warnings(payroll, sight=at.sight(office))
    counts.append(len(seen))
    return counts


def test_a_payroll_takes_as_many_statements_for_many_as_for_few(office: Office) -> None:
    found = []
    for count in (2, 300):
        with rewound():
            hire_many(office, count)
            found.append(_statements_of_a_payroll(office))
            assert sql.value("SELECT count(*) FROM hr_payslip") == count
    assert found[0] == found[1]
    # Twelve read what a month is made of; the others are the door's, the draft and its lines.
    assert found[0] == [17, 26, 31, 2]


def test_ten_thousand_people_are_paid(own_database: OwnDatabase, office: Office) -> None:
    hire_many(office, MANY)
    with own_database.connect("owner") as owner:
        owner.execute("ANALYZE")
    payroll = at.prepare(office)
    parked = do("hr.post_payroll", {"payroll": payroll}, actor=office.payroll)
    at.agree(parked, office.head)
    assert proven(office)
    warned = payslips.warnings(payroll, sight=at.sight(office))
    [line] = payslips.payrolls(sight=at.sight(office))
    assert (len(warned), line.totals.people) == (500, MANY)
    branches = (office.bank.branch, office.bank.other_branch)
    assert sum(gl_minor("7400", branch=one) for one in branches) == line.totals.gross_minor
    paid = sql.value(
        """SELECT sum(-b.balance_minor)::bigint FROM ledger_balance b
             JOIN accounts_deposit d USING (account_id)"""
    )
    assert paid == line.totals.paid_minor == line.totals.net_minor
    assert line.month == JANUARY
