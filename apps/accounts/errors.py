"""Refusals of deposits: of opening, limiting, settling and closing them."""

from apps.control.declarations import CONSTRAINT_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class NumberMalformed(Refusal):
    code = "accounts.number_malformed"
    sentence = Text(
        uk="«{given}» не є номером рахунку або його контрольні цифри хибні. Перевірте номер.",
        en="“{given}” is not an account number, or its check digits are wrong. Check the number.",
    )


class NumberTaken(Refusal):
    code = "accounts.number_taken"
    status = 409
    sentence = Text(
        uk="Рахунок із таким номером уже є. Вкажіть інший номер або не вказуйте жодного.",
        en="There is an account with this number. Give another number, or none.",
    )


class DepositClosed(Refusal):
    code = "accounts.deposit_closed"
    status = 409
    sentence = Text(
        uk="Рахунок {number} закрито {closed_on}. Оберіть інший рахунок клієнта.",
        en="Account {number} was closed on {closed_on}. Choose another account of the customer.",
    )


class CustomerUnknown(Refusal):
    code = "accounts.customer_unknown"
    status = 404
    sentence = Text(
        uk="Клієнта {customer} немає. Знайдіть його пошуком або зареєструйте.",
        en="There is no customer {customer}. Find them by a search, or register them.",
    )


class OwnerNeedsNoMandate(Refusal):
    code = "accounts.owner_needs_no_mandate"
    status = 409
    sentence = Text(
        uk="Цей клієнт є власником рахунку й розпоряджається ним без довіреності. Оберіть іншого.",
        en="This customer owns the account and needs no mandate. Choose another.",
    )


class AlreadyAuthorised(Refusal):
    code = "accounts.already_authorised"
    status = 409
    sentence = Text(
        uk="Цю людину вже вповноважено на рахунок. Нічого робити не треба.",
        en="This person is authorised for the account already. Nothing is left to do.",
    )


class HoldReleased(Refusal):
    code = "accounts.hold_released"
    status = 409
    sentence = Text(
        uk="Це утримання вже знято. Оновіть перелік утримань.",
        en="This hold has been released already. Refresh the list of holds.",
    )


class HoldExpired(Refusal):
    code = "accounts.hold_expired"
    sentence = Text(
        uk="Утримання не може закінчитися {expires_on}: сьогодні {today}. Вкажіть пізнішу дату.",
        en="A hold cannot end on {expires_on}: today is {today}. Give a later date.",
    )


class InterestUnsettled(Refusal):
    code = "accounts.interest_unsettled"
    status = 409
    sentence = Text(
        uk="На рахунку {number} нараховано {accrued}. Спершу виплатіть відсотки.",
        en="Account {number} has accrued {accrued}. Settle the interest first.",
    )


class InterestBeingComputed(Refusal):
    code = "accounts.interest_being_computed"
    status = 409
    retryable = True
    sentence = Text(
        uk="Відсотки за {date} ще нараховуються. Повторіть за кілька хвилин.",
        en="The interest of {date} is still being computed. Repeat in a few minutes.",
    )


CONSTRAINT_REFUSALS.add("accounts_deposit_number_once", NumberTaken)
CONSTRAINT_REFUSALS.add("ledger_account_number_key", NumberTaken)
CONSTRAINT_REFUSALS.add("accounts_mandate_once", AlreadyAuthorised)
