"""Staff and pay in the frame: what may be seen, places, what can be done, and names."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.control.declarations import READING
from apps.hr import queries
from apps.hr.models import Employee, Payroll, Position, Unit
from apps.hr.payslips import VIEW_PAY
from apps.kernel.menu import Action, MenuItem, act, place
from apps.kernel.search import SOURCES, Source
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, KINDS, NAMES

READING.add("hr.view", Text(uk="Переглядати кадрові записи", en="Look at staff records"))
READING.add(VIEW_PAY, Text(uk="Бачити оплату праці", en="See pay"))

_GROUP = Text(uk="Персонал", en="Staff")
for order, (url, permission, icon, label) in enumerate(
    [
        ("staff", "hr.view", "users-round", Text(uk="Працівники", en="Staff")),
        ("payrolls", VIEW_PAY, "hand-coins", Text(uk="Зарплатні відомості", en="Payrolls")),
        ("plan", "hr.view", "list-tree", Text(uk="Штатний розпис", en="Staffing plan")),
        ("balances", "hr.view", "calendar-check", Text(uk="Залишки відпусток", en="Leave")),
        ("headcount", "hr.view", "trending-down", Text(uk="Чисельність", en="Headcount")),
        ("cost", VIEW_PAY, "chart-column", Text(uk="Витрати на персонал", en="Cost of staff")),
    ],
    70,
):
    place(
        MenuItem(
            url=f"hr:{url}", label=label, icon=icon, permission=permission, order=order,
            group=_GROUP,
        )
    )  # fmt: skip
for order, (url, permission, icon, label) in enumerate(
    [
        ("prepare", "hr.prepare_payroll", "hand-coins",
         Text(uk="Підготувати відомість", en="Prepare a payroll")),
        ("own_pay", "hr.use_own_affairs", "wallet", Text(uk="Моя зарплата", en="My pay")),
        ("own_leave", "hr.use_own_affairs", "calendar-check",
         Text(uk="Попросити про відпустку", en="Ask for leave")),
    ],
    96,
):  # fmt: skip
    place(
        MenuItem(
            url=f"hr:{url}", label=label, icon=icon, permission=permission, order=order,
            hidden=True,
        )
    )  # fmt: skip

for name, label in {
    "hr.hire": Text(uk="Прийняти на роботу", en="Hire"),
    "hr.change_terms": Text(uk="Змінити умови праці", en="Change the terms"),
    "hr.set_personal_status": Text(uk="Пільги і стаж", en="Benefits and record"),
    "hr.record_leave": Text(uk="Внести відпустку", en="Record a leave"),
    "hr.request_leave": Text(uk="Відпустка за власним запитом", en="Leave of one's own"),
    "hr.dismiss": Text(uk="Звільнити", en="Dismiss"),
    "hr.set_pay_account": Text(uk="Рахунок для зарплати", en="Account for pay"),
    "hr.adjust_leave": Text(uk="Скоригувати залишок", en="Adjust a balance"),
    "hr.cancel_leave": Text(uk="Скасувати відпустку", en="Cancel a leave"),
    "hr.cancel_pay_item": Text(uk="Скасувати виплату", en="Cancel an item of pay"),
    "hr.end_deduction": Text(uk="Завершити утримання", en="End a deduction"),
    "hr.open_unit": Text(uk="Новий підрозділ", en="New unit"),
    "hr.move_unit": Text(uk="Перемістити підрозділ", en="Move a unit"),
    "hr.plan_position": Text(uk="Змінити штатний розпис", en="Change the staffing plan"),
    "hr.grant_access": Text(uk="Попросити доступ", en="Ask for access"),
    "hr.add_pay_item": Text(uk="Призначити виплату", en="Grant pay"),
    "hr.order_deduction": Text(uk="Внести утримання", en="Order a deduction"),
    "hr.post_payroll": Text(uk="Зарплатна відомість", en="Payroll"),
    "hr.reverse_payroll": Text(uk="Сторно зарплатної відомості", en="Reversal of a payroll"),
}.items():
    DEEDS.add(name, label)

for order, (url, permission, icon, key, is_daily) in enumerate(
    [
        ("leave", "hr.manage_leave", "calendar-check", "KeyL", True),
        ("terms", "hr.manage_staff", "notebook-pen", "KeyT", True),
        ("access", "hr.manage_staff", "lock-open", "", True),
        ("item", "hr.manage_pay", "hand-coins", "KeyI", True),
        ("deduction", "hr.manage_pay", "percent", "", True),
        ("status", "hr.manage_staff", "user-round-check", "", False),
        ("account", "hr.manage_staff", "wallet", "", False),
        ("adjust", "hr.manage_leave", "scale", "", False),
        ("dismiss", "hr.manage_staff", "log-out", "", False),
    ],
    10,
):
    _deed = {
        "leave": "hr.record_leave", "terms": "hr.change_terms", "access": "hr.grant_access",
        "item": "hr.add_pay_item", "deduction": "hr.order_deduction",
        "status": "hr.set_personal_status", "dismiss": "hr.dismiss",
        "account": "hr.set_pay_account", "adjust": "hr.adjust_leave",
    }[url]  # fmt: skip
    act(
        Action(
            of="employee", url=f"hr:{url}", label=DEEDS[_deed], icon=icon, permission=permission,
            order=order, key=key, is_daily=is_daily,
        )
    )  # fmt: skip
act(
    Action(
        of="customer",
        url="hr:hire",
        label=DEEDS["hr.hire"],
        icon="user-round-check",
        permission="hr.manage_staff",
        order=60,
    )
)

for name, label in {
    "hr.payroll": Text(uk="Нарахування зарплати", en="Payroll"),
    "hr.net_pay": Text(uk="Зарплата", en="Pay"),
    "hr.payroll_reversal": Text(uk="Сторно нарахування зарплати", en="Reversal of a payroll"),
    "hr.net_pay_reversal": Text(uk="Сторно зарплати", en="Reversal of pay"),
}.items():
    KINDS.add(name, label)

for name, label in {
    "employee": Text(uk="працівник", en="employee"),
    "payroll": Text(uk="відомість", en="payroll"),
    "position": Text(uk="посада", en="position"),
    "unit": Text(uk="підрозділ", en="unit"),
    "first_day": Text(uk="перший день", en="first day"),
    "last_day": Text(uk="останній день", en="last day"),
    "hired_on": Text(uk="прийнято", en="hired on"),
    "username": Text(uk="ім’я користувача", en="user name"),
    "roles": Text(uk="ролі", en="roles"),
    "salary": Text(uk="оклад", en="salary"),
    "pay": Text(uk="сума", en="amount"),
    "month": Text(uk="місяць", en="month"),
    "through": Text(uk="по день", en="through"),
}.items():
    if name not in FIELDS:
        FIELDS.add(name, label)


def _employee(employee: int) -> str:
    found = Employee.objects.select_related("customer").filter(id=employee).first()
    return f"{found.customer.full_name}, № {found.number}" if found else ""


def _staff(request: HttpRequest, spellings: list[str], limit: int) -> list[dict[str, Any]]:
    """Employees whom this person may see: as typed, or else in the other layout."""
    rights = request.rights  # type: ignore[attr-defined]
    if "hr.view" not in rights:
        return []
    found: list[queries.Member] = []
    for spelling in spellings:
        found = queries.found(
            spelling,
            on=request.date,  # type: ignore[attr-defined]
            branches=rights.branches("hr.view"),
            limit=limit,
        )
        if found:
            break
    return [
        {
            "address": reverse("hr:employee", args=[one.id]),
            "label": one.full_name,
            "icon": "user-round-check",
            "more": f"{one.number} · {Text(uk=one.title_uk, en=one.title_en)}",
        }
        for one in found
    ]


SOURCES.add("staff", Source(Text(uk="Працівники", en="Staff"), _staff))


def _payroll(payroll: int) -> str:
    found = Payroll.objects.filter(id=payroll).first()
    return f"№ {found.id}, {found.month:%m.%Y}" if found else ""


def _position(position: int) -> str:
    found = Position.objects.filter(id=position).first()
    return str(Text(uk=found.title_uk, en=found.title_en)) if found else ""


def _unit(unit: int) -> str:
    found = Unit.objects.filter(id=unit).first()
    return str(Text(uk=found.name_uk, en=found.name_en)) if found else ""


NAMES.add("employee", _employee)
NAMES.add("payroll", _payroll)
NAMES.add("position", _position)
NAMES.add("unit", _unit)
