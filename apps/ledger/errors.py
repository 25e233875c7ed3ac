"""Refusals of the book. Most are raised by the database; here is what they say to people."""

from typing import Any

from apps.control.declarations import CONSTRAINT_REFUSALS, SQL_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.money import Money
from apps.kernel.text import Text


class DateNotOpen(Refusal):
    code = "ledger.date_not_open"
    status = 409
    sentence = Text(
        uk="Операційний день {date} закрито для проведень. Проведіть операцію поточним днем.",
        en="The booking date {date} takes no postings. Book into the current date.",
    )


class UnknownAccount(Refusal):
    code = "ledger.unknown_account"
    status = 404
    sentence = Text(
        uk="Рахунку {account} немає. Перевірте номер.",
        en="There is no account {account}. Check the number.",
    )


class AccountConfidential(Refusal):
    code = "ledger.account_confidential"
    status = 403
    sentence = Text(
        uk="Що лежить на цьому рахунку, бачать ті, хто обслуговує клієнта. Зверніться до них.",
        en="What stands on this account is seen by those who serve its customer. Ask them.",
    )


class AccountClosed(Refusal):
    code = "ledger.account_closed"
    status = 409
    sentence = Text(
        uk="Рахунок {account} закрито. Оберіть інший рахунок клієнта.",
        en="Account {account} is closed. Choose another account of the customer.",
    )


class LineTwice(Refusal):
    code = "ledger.line_twice"
    sentence = Text(
        uk="Балансовий рахунок {code} у плані двічі. Залиште один рядок із цим номером.",
        en="GL account {code} is in the chart twice. Keep one line with this number.",
    )


class InsufficientFunds(Refusal):
    code = "ledger.insufficient_funds"
    sentence = Text(
        uk="На рахунку {account} доступно {available}, а потрібно {asked}. Зменште суму.",
        en="Account {account} has {available} available; {asked} was asked. Lower the amount.",
    )

    def __init__(
        self, *, account: str, currency: str, asked_minor: int, available_minor: int, **data: Any
    ) -> None:
        super().__init__(
            account=account,
            available=str(Money(available_minor, currency)),
            asked=str(Money(asked_minor, currency)),
        )


class AccountBlocked(Refusal):
    code = "ledger.account_blocked"
    status = 409
    sentence = Text(
        uk="Рахунок {account} заблоковано для таких операцій. Зверніться до служби контролю.",
        en="Account {account} is blocked for this. Ask the compliance desk.",
    )


class WrongCurrency(Refusal):
    code = "ledger.wrong_currency"
    sentence = Text(
        uk="Рахунок {account} ведеться у {kept_in}, а сума у {given}. Оберіть іншу валюту.",
        en="Account {account} is kept in {kept_in}; the amount is in {given}. Change one of them.",
    )


class EntryUnbalanced(Refusal):
    code = "ledger.entry_unbalanced"
    sentence = Text(
        uk="Проведення не збалансоване у {currency}. Дебет має дорівнювати кредиту.",
        en="The entry does not balance in {currency}. Debit must equal credit.",
    )


class CannotReverse(Refusal):
    code = "ledger.cannot_reverse"
    status = 409
    sentence = Text(
        uk="Проведення {entry} не можна сторнувати: його немає або воно саме є сторно.",
        en="Entry {entry} cannot be reversed: it does not exist or is itself a reversal.",
    )


class AlreadyReversed(Refusal):
    code = "ledger.already_reversed"
    status = 409
    sentence = Text(
        uk="Це проведення вже сторновано. Подивіться історію рахунку.",
        en="This entry has already been reversed. Look at the account's history.",
    )


class NotOwnOfToday(Refusal):
    code = "ledger.not_own_of_today"
    status = 409
    sentence = Text(
        uk="Просити сторно можна лише свого сьогоднішнього проведення. Інші сторнує керівник.",
        en="A reversal may be asked for your own entries of today. A supervisor reverses others.",
    )


class NotReversible(Refusal):
    code = "ledger.not_reversible"
    status = 409
    sentence = Text(
        uk="Проведення виду «{kind}» не сторнують тут: скасуйте документ, який його створив.",
        en="Entries of kind “{kind}” are not reversed here: undo the document they came from.",
    )


class AccountNotEmpty(Refusal):
    code = "ledger.account_not_empty"
    status = 409
    sentence = Text(
        uk="На рахунку {account} є залишок або утримання. Спершу виплатіть його.",
        en="Account {account} has a balance or a hold. Pay it out first.",
    )


class UnknownGLAccount(Refusal):
    code = "ledger.unknown_gl_account"
    status = 404
    sentence = Text(
        uk="Балансового рахунку {code} немає в плані рахунків. Оберіть інший.",
        en="The chart of accounts has no account {code}. Choose another.",
    )


class SpanOutOfRange(Refusal):
    code = "ledger.span_out_of_range"
    sentence = Text(
        uk="Місяці готують за один раз на 1–{longest} днів, від першого до останнього. "
        "Виправте дати.",
        en="Months are prepared for 1 to {longest} days at once, from the first to the last. "
        "Correct the dates.",
    )


class MonthLocked(Refusal):
    code = "ledger.month_locked"
    status = 409
    sentence = Text(
        uk="Місяць {month} закрито: проведень з датою валютування в ньому вже не буває. Оберіть "
        "пізнішу дату або попросіть відкрити місяць.",
        en="The month of {month} is closed: no entry may have a value date in it. Take a later "
        "date, or ask for the month to be opened again.",
    )


class MonthNotToLock(Refusal):
    code = "ledger.month_not_to_lock"
    status = 409
    sentence = Text(
        uk="Місяць {month} не можна закрити: не всі його дні закрито, або його вже закрито чи "
        "відкрито. Перевірте стан місяця.",
        en="The month of {month} cannot be closed or opened: a date of it is not closed, or it is "
        "as asked already. Look at the month again.",
    )


for state, refusal in {
    "SK001": DateNotOpen,
    "SK002": UnknownAccount,
    "SK003": AccountClosed,
    "SK004": InsufficientFunds,
    "SK005": AccountBlocked,
    "SK006": WrongCurrency,
    "SK007": EntryUnbalanced,
    "SK011": CannotReverse,
    "SK012": AccountNotEmpty,
    "SK013": UnknownGLAccount,
    "SK015": MonthLocked,
    "SK016": MonthNotToLock,
}.items():
    SQL_REFUSALS.add(state, refusal)
CONSTRAINT_REFUSALS.add("ledger_entry_reversed_once", AlreadyReversed)
