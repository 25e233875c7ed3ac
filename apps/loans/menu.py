"""Loans in the frame: what may be read, and how work, entries and fields of loans are called."""

from apps.control.declarations import READING
from apps.kernel import formats, sql
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS, KINDS, NAMES

READING.add("loans.view", Text(uk="Переглядати кредити", en="Look at loans"))

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


NAMES.add("loan", _number)
