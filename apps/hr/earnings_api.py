"""What makes pay, in the API: rules of law, salaries, items and deductions; and its operations."""

import datetime as dt
from decimal import Decimal

from msgspec import Struct

from apps.control.rest.endpoints import Ask, does, reads, uah
from apps.control.rest.pages import Page, Slice
from apps.hr import payslips
from apps.hr.api import VIEW, visible
from apps.hr.models import PayItem as StoredItem
from apps.hr.models import PayRule as StoredRule
from apps.hr.pay_api import PAY
from apps.hr.payslips import VIEW_PAY, PaySight
from apps.hr.rules import DeductionKind
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.text import Text


class PayRule(Struct, frozen=True):
    """What the law takes from pay from a date until the next line; rates in percent.

    `verify` where the source is unsure and the law should be looked at.
    """

    valid_from: dt.date
    minimum_wage: Money
    subsistence: Money
    pit: Decimal
    levy: Decimal
    contribution: Decimal
    contribution_disabled: Decimal
    ceiling_wages: int
    benefit_percent: Decimal
    benefit_limit_percent: Decimal
    employer_sick_days: int
    source: str
    verify: bool


@reads(
    "hr.pay_rules",
    permission=VIEW,
    tag=PAY,
    summary=Text(uk="Правила оплати праці", en="Rules of pay"),
    example={
        "items": [
            {
                "valid_from": "2026-01-01",
                "minimum_wage": uah("8647.00"),
                "subsistence": uah("3328.00"),
                "pit": "18.000000",
                "levy": "5.000000",
                "contribution": "22.000000",
                "contribution_disabled": "8.410000",
                "ceiling_wages": 20,
                "benefit_percent": "50.000000",
                "benefit_limit_percent": "140.000000",
                "employer_sick_days": 5,
                "source": "Закон України № 4695-IX",
                "verify": False,
            }
        ],
        "next": None,
    },
)
def pay_rules(ask: Ask, *, page: Slice) -> Page[PayRule]:
    """Newest first. Pay is by those of the month that it is for."""
    found = StoredRule.objects.order_by("-valid_from")
    if page.after:
        found = found.filter(valid_from__lt=dt.date.fromisoformat(page.after[0]))
    code = bank().base_currency
    lines = [
        PayRule(
            valid_from=one.valid_from,
            minimum_wage=Money(one.minimum_wage_minor, code),
            subsistence=Money(one.subsistence_minor, code),
            pit=one.pit,
            levy=one.levy,
            contribution=one.contribution,
            contribution_disabled=one.contribution_disabled,
            ceiling_wages=one.ceiling_wages,
            benefit_percent=one.benefit_percent,
            benefit_limit_percent=one.benefit_limit_percent,
            employer_sick_days=one.employer_sick_days,
            source=one.source,
            verify=one.verify,
        )
        for one in found[: page.limit]
    ]
    return page.of(lines, lambda one: [one.valid_from])


class Salary(Struct, frozen=True):
    """A salary a month from a date on, for a part of a post."""

    valid_from: dt.date
    salary: Money
    post_percent: int


class Salaries(Struct, frozen=True):
    """The salaries of an employee, newest first; of a date the last version counts."""

    salaries: list[Salary]


@reads(
    "hr.salaries",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Оклади працівника", en="Salaries of an employee"),
    example={
        "salaries": [{"valid_from": "2025-01-06", "salary": uah("42000.00"), "post_percent": 100}]
    },
)
def salaries(ask: Ask, *, employee: int) -> Salaries:
    """Those that were agreed in branches where the key may see pay."""
    visible(ask, employee)
    code = bank().base_currency
    found = payslips.salaries(employee, sight=PaySight.of(ask.rights))
    return Salaries(
        [Salary(one.valid_from, Money(one.salary_minor, code), one.post_percent) for one in found]
    )


class PayItem(Struct, frozen=True):
    """Pay beside the salary, of one month; one that was cancelled is not paid."""

    id: int
    month: dt.date
    kind: StoredItem.Kind
    amount: Money
    reason: str
    cancelled_on: dt.date | None


@reads(
    "hr.pay_items",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Виплати понад оклад", en="Pay beside the salary"),
    example={
        "items": [
            {
                "id": 31,
                "month": "2026-02-01",
                "kind": "bonus",
                "amount": uah("5000.00"),
                "reason": "Наказ № 3",
                "cancelled_on": None,
            }
        ],
        "next": None,
    },
)
def pay_items(ask: Ask, *, employee: int, page: Slice) -> Page[PayItem]:
    """Newest first, by month."""
    visible(ask, employee)
    code = bank().base_currency
    found = payslips.items(
        employee, sight=PaySight.of(ask.rights), before=page.behind_day(), limit=page.limit
    )
    lines = [
        PayItem(
            id=one.id,
            month=one.month,
            kind=StoredItem.Kind(one.kind),
            amount=Money(one.amount_minor, code),
            reason=one.reason,
            cancelled_on=one.cancelled_on,
        )
        for one in found
    ]
    return page.of(lines, lambda one: [one.month, one.id])


class Deduction(Struct, frozen=True):
    """What is kept back for others: a percentage of net pay, or an amount a month."""

    id: int
    kind: DeductionKind
    recipient: str
    percent: Decimal | None
    amount: Money | None
    valid_from: dt.date
    valid_to: dt.date | None


@reads(
    "hr.deductions",
    permission=VIEW_PAY,
    tag=PAY,
    summary=Text(uk="Утримання із зарплати", en="Deductions from pay"),
    example={
        "items": [
            {
                "id": 6,
                "kind": "alimony",
                "recipient": "Отримувач за виконавчим листом",
                "percent": "25.00",
                "amount": None,
                "valid_from": "2025-06-01",
                "valid_to": None,
            }
        ],
        "next": None,
    },
)
def deductions(ask: Ask, *, employee: int, page: Slice) -> Page[Deduction]:
    """Newest first, by the day from which they count."""
    visible(ask, employee)
    code = bank().base_currency
    found = payslips.orders(
        employee, sight=PaySight.of(ask.rights), before=page.behind_day(), limit=page.limit
    )
    lines = [
        Deduction(
            id=one.id,
            kind=DeductionKind(one.kind),
            recipient=one.recipient,
            percent=one.percent,
            amount=None if one.amount_minor is None else Money(one.amount_minor, code),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for one in found
    ]
    return page.of(lines, lambda one: [one.valid_from, one.id])


# --- Operations ---------------------------------------------------------------------------------

LOAD_RULES = does(
    "hr.load_rules",
    tag=PAY,
    example={
        "pay": [
            {
                "valid_from": "2027-01-01",
                "minimum_wage_minor": 900_000,
                "subsistence_minor": 350_000,
                "pit": "18",
                "levy": "5",
                "contribution": "22",
                "contribution_disabled": "8.41",
                "ceiling_wages": 20,
                "benefit_percent": "50",
                "benefit_limit_percent": "140",
                "employer_sick_days": 5,
                "source": "Закон про державний бюджет",
            }
        ]
    },
)
ADD_PAY_ITEM = does(
    "hr.add_pay_item",
    tag=PAY,
    example={"month": "2026-02-01", "kind": "bonus", "pay": "5000.00", "reason": "Наказ № 3"},
    gives={"item": 31},
)
CANCEL_PAY_ITEM = does("hr.cancel_pay_item", tag=PAY, example={"reason": "Наказ скасовано"})
ORDER_DEDUCTION = does(
    "hr.order_deduction",
    tag=PAY,
    example={
        "kind": "alimony",
        "recipient": "Отримувач за виконавчим листом",
        "valid_from": "2026-03-01",
        "percent": "25",
    },
    gives={"order": 6},
)
END_DEDUCTION = does("hr.end_deduction", tag=PAY, example={"last_date": "2026-03-31"})
PREPARE_PAYROLL = does(
    "hr.prepare_payroll",
    tag=PAY,
    example={"month": "2026-02-01"},
    gives={"payroll": 9, "employees": 120},
    location="payrolls/{payroll}",
)
POST_PAYROLL = does("hr.post_payroll", tag=PAY, example={})
REVERSE_PAYROLL = does(
    "hr.reverse_payroll",
    tag=PAY,
    example={"reason": "Помилка в табелі", "take_back": True},
)
