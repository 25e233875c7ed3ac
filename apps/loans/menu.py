"""Loans in the frame: what may be read, done and found, a customer's own, and names."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from apps.accounts.errors import NumberMalformed
from apps.accounts.rules import account_number
from apps.control.declarations import OPERATIONS, READING
from apps.control.screens import Request
from apps.customers.models import Customer
from apps.customers.panels import PANELS, Fact, Panel
from apps.kernel import formats, sql
from apps.kernel.menu import Action, MenuItem, act, place
from apps.kernel.money import Money
from apps.kernel.search import SOURCES, Source
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, KINDS, NAMES
from apps.loans import labels, portfolio
from apps.loans.models import Application, Payment

VIEW = "loans.view"
READING.add(VIEW, Text(uk="Переглядати кредити", en="Look at loans"))

_GROUP = Text(uk="Кредити", en="Lending")
for order, (url, icon, shortcut, label) in enumerate(
    [
        ("applications", "notebook-pen", "KeyN",
         Text(uk="Заявки на кредит", en="Applications for loans")),
        ("list", "hand-coins", "KeyL", Text(uk="Кредити", en="Loans")),
        ("overdue", "hourglass", "", Text(uk="Прострочені кредити", en="Overdue loans")),
        ("portfolio", "chart-column", "", Text(uk="Кредитний портфель", en="Loan portfolio")),
    ],
    41,
):  # fmt: skip
    place(
        MenuItem(
            url=f"loans:{url}", label=label, icon=icon, permission=VIEW, order=order,
            group=_GROUP, shortcut=shortcut,
        )
    )  # fmt: skip


def loans_of(request: Request, customer: Customer) -> Panel | None:
    """The loans of the customer, as far as this person may look at them."""
    rights = request.rights
    if VIEW not in rights:
        return None
    found = [one for one in portfolio.of_customer(customer.id) if rights.reaches(VIEW, one.branch)]
    owed: dict[str, int] = {}
    due: dict[str, int] = {}
    for one in found:
        if one.closed_on is None:
            owed[one.currency] = owed.get(one.currency, 0) + one.principal_minor
            due[one.currency] = due.get(one.currency, 0) + one.due_minor
    language = get_language() or "uk"
    facts = []
    for code, minor in owed.items():
        told = formats.amount(minor, code, language)
        facts.append(Fact(Text(uk=f"Кредити, {code}", en=f"Loans, {code}"), told))
        if due[code]:
            told = formats.amount(due[code], code, language)
            words = Text(uk=f"До сплати за кредитами, {code}", en=f"Due on loans, {code}")
            facts.append(Fact(words, told, "negative"))
    rows = [
        {
            "loan": one,
            "bucket": labels.bucket(one.bucket),
            "tone": labels.tone(one.bucket),
        }
        for one in found
    ]
    return Panel("loans/_of_customer.html", {"rows": rows}, facts)


PANELS.add("loans", loans_of)


def _items(request: HttpRequest, spellings: list[str], limit: int) -> list[dict[str, Any]]:
    """The loan with this very number, where this person may look at it."""
    rights = request.rights  # type: ignore[attr-defined]
    if VIEW not in rights:
        return []
    for spelling in spellings:
        try:
            found = portfolio.numbered(account_number(spelling))
        except NumberMalformed:
            continue
        if found is not None and rights.reaches(VIEW, found.branch):
            return [
                {
                    "address": reverse("loans:loan", args=[found.id]),
                    "label": formats.account(found.number),
                    "icon": "hand-coins",
                    "more": found.borrower,
                }
            ]
    return []


SOURCES.add("loans", Source(Text(uk="Кредити", en="Loans"), _items))

for name, label in {
    "loans.disburse": Text(uk="Видача кредиту", en="Loan paid out"),
    "loans.charge_fee": Text(uk="Комісія за кредит", en="Fee of a loan"),
    "loans.accrue_interest": Text(uk="Нарахування за кредитами", en="Interest on loans accrued"),
    "loans.collect": Text(uk="Погашення кредиту", en="Loan payment collected"),
    "loans.repay": Text(uk="Погашення кредиту", en="Loan payment"),
    "loans.prepay": Text(uk="Дострокове погашення", en="Early repayment of a loan"),
    "loans.pay_off": Text(uk="Повне погашення кредиту", en="Pay-off of a loan"),
}.items():
    KINDS.add(name, label)

for name, label in {
    "loans.add_terms": Text(uk="Умови кредитного продукту", en="Terms of a loan product"),
    "loans.apply": Text(uk="Заявка на кредит", en="Application for a loan"),
    "loans.approve": Text(uk="Схвалення кредиту", en="Approval of a loan"),
    "loans.decline": Text(uk="Відмова у кредиті", en="Decline of a loan"),
    "loans.withdraw": Text(uk="Відкликання заявки", en="Withdrawal of an application"),
    "loans.disburse": Text(uk="Видача кредиту", en="Payout of a loan"),
    "loans.repay": Text(uk="Платіж за кредитом", en="Payment on a loan"),
    "loans.prepay": Text(uk="Дострокове погашення", en="Early repayment"),
    "loans.pay_off": Text(uk="Повне погашення", en="Pay-off of a loan"),
    "loans.reverse_payment": Text(uk="Сторнування платежу", en="Reversal of a loan payment"),
    "loans.waive_penalty": Text(uk="Прощення пені", en="Waiver of a penalty"),
}.items():
    DEEDS.add(name, label)

_ACTIONS = (
    ("customer", "loans.apply", "notebook-pen", "KeyL", True),
    ("application", "loans.approve", "circle-check", "KeyA", True),
    ("application", "loans.decline", "circle-x", "KeyR", True),
    ("application", "loans.disburse", "banknote-arrow-up", "KeyD", True),
    ("application", "loans.withdraw", "circle-x", "", False),
    ("loan", "loans.repay", "banknote-arrow-down", "KeyR", True),
    ("loan", "loans.prepay", "trending-down", "KeyE", True),
    ("loan", "loans.pay_off", "check-check", "KeyF", True),
    ("loan", "loans.waive_penalty", "scale", "", False),
)
for order, (of, operation, icon, key, is_daily) in enumerate(_ACTIONS, 40):
    act(
        Action(
            of=of,
            url=operation.replace(".", ":").removesuffix("_penalty"),
            label=DEEDS[operation],
            icon=icon,
            permission=OPERATIONS[operation].permission,
            order=order,
            key=key,
            is_daily=is_daily,
        )
    )

for name, label in {
    "loan": Text(uk="кредит", en="loan"),
    "application": Text(uk="заявка", en="application"),
    "payment": Text(uk="платіж", en="payment"),
    "months": Text(uk="строк, місяців", en="term, months"),
    "due_day": Text(uk="день платежу", en="due day"),
    "choice": Text(uk="що далі з графіком", en="what becomes of the schedule"),
}.items():
    FIELDS.add(name, label)


def _number(loan: int) -> str:
    found = sql.value("SELECT number FROM loans_loan WHERE id = %(id)s", {"id": loan})
    return formats.account(found) if found else ""


def _application(application: int) -> str:
    found = Application.objects.select_related("customer").filter(id=application).first()
    if found is None:
        return ""
    asked = Money(found.amount_minor, found.currency)
    told = formats.money(asked, get_language() or "uk")
    return f"№ {found.id}, {found.customer.full_name}, {told}"


def _payment(payment: int) -> str:
    found = Payment.objects.select_related("loan").filter(id=payment).first()
    if found is None:
        return ""
    language = get_language() or "uk"
    told = formats.money(Money(found.amount_minor, found.loan.currency), language)
    return f"{formats.date(found.booking_date, language)}, {told}"


def _choice(choice: str) -> str:
    return str(labels.CHOICES[choice]) if choice in labels.CHOICES else ""


NAMES.add("loan", _number)
NAMES.add("application", _application)
NAMES.add("loans.reverse_payment.payment", _payment)
NAMES.add("loans.prepay.choice", _choice)
