"""Pay in the API, for those who may see it: payrolls, payslips, salaries, items and deductions.

What tells pay is a secret of each operation: it is taken, and told back by nobody but these reads.
"""

import datetime as dt

from django.utils import translation
from msgspec import Struct

from apps.control.errors import BadParameter, NotFound
from apps.control.rest.endpoints import Ask, Asked, Tag, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.hr import papers, payslips, rules
from apps.hr.api import visible
from apps.hr.models import Payroll as StoredPayroll
from apps.hr.payslips import VIEW_PAY, PaySight
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.text import Text

PAY = Tag(name="pay", title=Text(uk="Оплата праці", en="Pay"))
# Months of costs that are told at once.
MOST_MONTHS = 24


# --- Payrolls -----------------------------------------------------------------------------------


class PayTotals(Struct, frozen=True):
    """Sums of payslips that the key may see; `cost` is gross pay and the social contribution."""

    people: int
    gross: Money
    income_tax: Money
    military_levy: Money
    contribution: Money
    deducted: Money
    net: Money
    paid: Money
    cost: Money


class Payroll(Struct, frozen=True):
    """The pay of a month through a day of it, less what was paid of it before."""

    id: int
    month: dt.date
    through: dt.date
    state: StoredPayroll.State
    prepared_on: dt.date
    posted_on: dt.date | None
    reversed_on: dt.date | None
    totals: PayTotals


_TOTALS = {
    "people": 120,
    "gross": uah("4200000.00"),
    "income_tax": uah("756000.00"),
    "military_levy": uah("210000.00"),
    "contribution": uah("924000.00"),
    "deducted": uah("12000.00"),
    "net": uah("3222000.00"),
    "paid": uah("3222000.00"),
    "cost": uah("5124000.00"),
}
_PAYROLL = {
    "id": 9,
    "month": "2026-02-01",
    "through": "2026-02-28",
    "state": "posted",
    "prepared_on": "2026-02-27",
    "posted_on": "2026-02-27",
    "reversed_on": None,
    "totals": _TOTALS,
}


@reads(
    "hr.payrolls",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Зарплатні відомості", en="Payrolls"),
    example={"items": [_PAYROLL], "next": None},
)
def payrolls(ask: Ask, *, page: Slice) -> Page[Payroll]:
    """Newest first, without drafts that another one has replaced."""
    found = payslips.payrolls(
        sight=PaySight.of(ask.rights), before=page.behind(None), limit=page.limit
    )
    code = bank().base_currency
    return page.of([_payroll(one, code) for one in found], lambda one: [one.id])


class PayWarning(Struct, frozen=True):
    """Something that a checker should look at, with the amounts of two months.

    Codes: `first` pay, `changed` by much, `debt` that is carried on, `account` that takes no money,
    `leaver`, `insurance` record unknown for sick pay, `missing` from the payroll, `contract` that
    has ended, `late`: an earlier month has changed since it was posted.
    """

    code: str
    employee: int
    number: str
    before: Money
    now: Money


class PayrollBeside(Struct, frozen=True):
    """A payroll, its whole month with it, the month before, and what to look at."""

    payroll: Payroll
    month: PayTotals
    month_before: PayTotals
    warnings: list[PayWarning]


@reads(
    "hr.payroll",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Зарплатна відомість", en="A payroll"),
    example={
        "payroll": _PAYROLL,
        "month": _TOTALS,
        "month_before": _TOTALS,
        "warnings": [
            {
                "code": "changed",
                "employee": 15,
                "number": "00015",
                "before": uah("42000.00"),
                "now": uah("55000.00"),
            }
        ],
    },
)
def payroll(ask: Ask, *, payroll: int) -> PayrollBeside:
    """Of any state, beside the month before; at most 500 warnings."""
    sight, code = PaySight.of(ask.rights), bank().base_currency
    found = payslips.payrolls(sight=sight, payroll=payroll)
    if not found:
        raise NotFound
    now, before = payslips.compared(payroll, sight=sight)
    warnings = [
        PayWarning(
            code=one.code,
            employee=one.employee,
            number=one.number,
            before=Money(one.before_minor, code),
            now=Money(one.now_minor, code),
        )
        for one in payslips.warnings(payroll, sight=sight)
    ]
    return PayrollBeside(
        payroll=_payroll(found[0], code),
        month=_totals(now, code),
        month_before=_totals(before, code),
        warnings=warnings,
    )


def _payroll(found: payslips.PayrollLine, code: str) -> Payroll:
    return Payroll(
        id=found.id,
        month=found.month,
        through=found.through,
        state=StoredPayroll.State(found.state),
        prepared_on=found.prepared_on,
        posted_on=found.posted_on,
        reversed_on=found.reversed_on,
        totals=_totals(found.totals, code),
    )


def _totals(found: payslips.Totals, code: str) -> PayTotals:
    return PayTotals(
        people=found.people,
        gross=Money(found.gross_minor, code),
        income_tax=Money(found.pit_minor, code),
        military_levy=Money(found.levy_minor, code),
        contribution=Money(found.contribution_minor, code),
        deducted=Money(found.deducted_minor, code),
        net=Money(found.net_minor, code),
        paid=Money(found.paid_minor, code),
        cost=Money(found.cost_minor, code),
    )


class UnitCost(Struct, frozen=True):
    """What the people of a unit cost in a month, as posted."""

    month: dt.date
    unit: int
    code: str
    totals: PayTotals


class PayCost(Struct, frozen=True):
    """The cost of pay by month and unit."""

    lines: list[UnitCost]


class Months(Asked, frozen=True, kw_only=True):
    """Any days of the first and the last month, both included."""

    start: dt.date | None = None
    end: dt.date | None = None


@reads(
    "hr.pay_cost",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Витрати на персонал", en="The cost of staff"),
    example={
        "lines": [{"month": "2026-02-01", "unit": 3, "code": "IT", "totals": _TOTALS}],
    },
)
def pay_cost(ask: Ask, *, query: Months) -> PayCost:
    """Of this month where none is named; of at most two years."""
    last = rules.first_of_month(query.end or ask.date)
    first = rules.first_of_month(query.start or last)
    if (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        raise BadParameter(parameter="start", reason="more than two years")
    code = bank().base_currency
    found = payslips.cost_by_unit(first=first, last=last, sight=PaySight.of(ask.rights))
    return PayCost(
        [UnitCost(one.month, one.unit, one.code, _totals(one.totals, code)) for one in found]
    )


# --- Payslips -----------------------------------------------------------------------------------


class PayslipPart(Struct, frozen=True):
    """Something earned, or a deduction, which has a recipient."""

    kind: str
    amount: Money
    days: int
    recipient: str | None


class Payslip(Struct, frozen=True):
    """One person's line of a payroll: what is due since the last one of the same month.

    `net` is `gross` less taxes and deductions; `paid` is with what was `brought` from before.
    """

    id: int
    payroll: int
    month: dt.date
    through: dt.date
    state: StoredPayroll.State
    posted_on: dt.date | None
    employee: int
    number: str
    unit: str
    account: str
    norm_days: int
    worked_days: int
    parts: list[PayslipPart]
    gross: Money
    benefit: Money
    income_tax: Money
    military_levy: Money
    contribution_base: Money
    contribution: Money
    deducted: Money
    net: Money
    brought: Money
    paid: Money


_PAYSLIP = {
    "id": 1204,
    "payroll": 9,
    "month": "2026-02-01",
    "through": "2026-02-28",
    "state": "posted",
    "posted_on": "2026-02-27",
    "employee": 15,
    "number": "00015",
    "unit": "IT",
    "account": "UA213003460000026200000000042",
    "norm_days": 20,
    "worked_days": 20,
    "parts": [{"kind": "salary", "amount": uah("42000.00"), "days": 20, "recipient": None}],
    "gross": uah("42000.00"),
    "benefit": uah("0.00"),
    "income_tax": uah("7560.00"),
    "military_levy": uah("2100.00"),
    "contribution_base": uah("42000.00"),
    "contribution": uah("9240.00"),
    "deducted": uah("0.00"),
    "net": uah("32340.00"),
    "brought": uah("0.00"),
    "paid": uah("32340.00"),
}


@reads(
    "hr.payslips_of_payroll",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Листки відомості", en="Payslips of a payroll"),
    example={"items": [_PAYSLIP], "next": None},
)
def payslips_of_payroll(ask: Ask, *, payroll: int, page: Slice) -> Page[Payslip]:
    """By employee, in the branches where the key may see pay."""
    if not StoredPayroll.objects.filter(id=payroll).exists():
        raise NotFound
    found = payslips.slips(
        payroll, sight=PaySight.of(ask.rights), after=page.behind(0), limit=page.limit
    )
    code = bank().base_currency
    return page.of([_payslip(one, code) for one in found], lambda one: [one.employee])


@reads(
    "hr.payslips_of_employee",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Листки працівника", en="Payslips of an employee"),
    example={"items": [_PAYSLIP], "next": None},
)
def payslips_of_employee(ask: Ask, *, employee: int, page: Slice) -> Page[Payslip]:
    """Posted and reversed ones, newest first, by month and payroll."""
    visible(ask, employee)
    found = payslips.of_employee(
        employee, sight=PaySight.of(ask.rights), before=page.behind_day(), limit=page.limit
    )
    code = bank().base_currency
    return page.of([_payslip(one, code) for one in found], lambda one: [one.month, one.payroll])


@reads(
    "hr.payslip",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Розрахунковий листок", en="A payslip"),
    example=_PAYSLIP,
)
def payslip(ask: Ask, *, slip: int) -> Payslip:
    """Whole, with its parts."""
    return _payslip(_seen(ask, slip), bank().base_currency)


class PayslipDocument(Struct, frozen=True):
    """A file: its name, its kind, and its bytes in Base64."""

    name: str
    media_type: str
    content: bytes


@reads(
    "hr.payslip_document",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Розрахунковий листок у PDF", en="A payslip as PDF"),
    example={
        "name": "payslip-00015-2026-02-1204.pdf",
        "media_type": "application/pdf",
        "content": "JVBERi0xLjMK",
    },
)
def payslip_document(ask: Ask, *, slip: int) -> PayslipDocument:
    """In the language of the request; the same bytes whenever it is asked for."""
    found = _seen(ask, slip)
    language = translation.get_language() or "uk"
    content = papers.payslip(found, bank=bank(), language=language)
    return PayslipDocument(papers.payslip_name(found), "application/pdf", content)


def _seen(ask: Ask, slip: int) -> payslips.Slip:
    found = payslips.slip(slip, sight=PaySight.of(ask.rights))
    if found is None:
        raise NotFound
    return found


def _payslip(found: payslips.Slip, code: str) -> Payslip:
    return Payslip(
        id=found.id,
        payroll=found.payroll,
        month=found.month,
        through=found.through,
        state=StoredPayroll.State(found.state),
        posted_on=found.posted_on,
        employee=found.employee,
        number=found.number,
        unit=found.unit,
        account=found.account,
        norm_days=found.norm_days,
        worked_days=found.worked_days,
        parts=[
            PayslipPart(one.kind, Money(one.amount_minor, code), one.days, one.recipient)
            for one in found.parts
        ],
        gross=Money(found.gross_minor, code),
        benefit=Money(found.benefit_minor, code),
        income_tax=Money(found.pit_minor, code),
        military_levy=Money(found.levy_minor, code),
        contribution_base=Money(found.base_minor, code),
        contribution=Money(found.contribution_minor, code),
        deducted=Money(found.deducted_minor, code),
        net=Money(found.net_minor, code),
        brought=Money(found.brought_minor, code),
        paid=Money(found.paid_minor, code),
    )
