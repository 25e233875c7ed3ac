"""Entries by hand, budgets and the close of months in the frame."""

from apps.control.declarations import READING
from apps.finance.budget_views import VIEW as VIEW_BUDGETS
from apps.finance.models import Budget
from apps.finance.month_views import VIEW as VIEW_MONTHS
from apps.kernel.menu import MenuItem, place
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, KINDS, NAMES

_BOOK = Text(uk="Книга", en="The book")
_ENTRY = Text(uk="Проведення вручну", en="Entry by hand")

place(
    MenuItem(
        url="finance:entry",
        label=_ENTRY,
        icon="notebook-pen",
        permission="finance.book_manual_entries",
        order=62,
        group=_BOOK,
        shortcut="KeyE",
    )
)

READING.add(VIEW_BUDGETS, Text(uk="Переглядати бюджети", en="Look at budgets"))
place(
    MenuItem(
        url="finance:budgets",
        label=Text(uk="Бюджети", en="Budgets"),
        icon="scale",
        permission=VIEW_BUDGETS,
        order=65,
        group=_BOOK,
    )
)

READING.add(VIEW_MONTHS, Text(uk="Переглядати закриття місяців", en="Look at month closes"))
place(
    MenuItem(
        url="finance:months",
        label=Text(uk="Закриття місяців", en="Month close"),
        icon="calendar-check",
        permission=VIEW_MONTHS,
        order=66,
        group=_BOOK,
    )
)

KINDS.add("finance.manual", _ENTRY)
DEEDS.add("finance.book_manual_entry", _ENTRY)
for name, label in {
    "finance.begin_budget": Text(uk="Нова версія бюджету", en="New version of a budget"),
    "finance.set_budget_rows": Text(uk="Рядки бюджету", en="Rows of a budget"),
    "finance.adopt_budget": Text(uk="Затвердження бюджету", en="Adoption of a budget"),
    "finance.tick_month": Text(uk="Пункт закриття місяця", en="Item of a month's close"),
    "finance.close_month": Text(uk="Закриття місяця", en="Close of a month"),
    "finance.reopen_month": Text(uk="Відкриття місяця", en="Opening of a closed month"),
}.items():
    DEEDS.add(name, label)
FIELDS.add("budget", Text(uk="бюджет", en="budget"))
FIELDS.add("year", Text(uk="рік", en="year"))
FIELDS.add("period", Text(uk="місяць", en="month"))
FIELDS.add("item", Text(uk="пункт", en="item"))


def _budget(budget: int) -> str:
    found = Budget.objects.filter(id=budget).first()
    return f"{found.year}/{found.version} {found.name}" if found else ""


NAMES.add("budget", _budget)
