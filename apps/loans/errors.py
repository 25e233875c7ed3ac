"""Refusals of loans: of their terms, of applying, deciding, paying out, repaying and reversing."""

from apps.control.declarations import CONSTRAINT_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class TermsExist(Refusal):
    code = "loans.terms_exist"
    status = 409
    sentence = Text(
        uk="Умови цього продукту з такою датою вже є і не змінюються. Оберіть іншу дату.",
        en="The product has terms from that date, and they do not change. Choose another date.",
    )


class TermsOutOfRange(Refusal):
    code = "loans.terms_out_of_range"
    sentence = Text(
        uk="Умови суперечать собі або виходять за межі: поле «{field}». Виправте його.",
        en="The terms contradict themselves or go too far: field “{field}”. Correct it.",
    )


class NotALoanProduct(Refusal):
    code = "loans.not_a_loan_product"
    status = 409
    sentence = Text(
        uk="«{product}» не є кредитним продуктом. Оберіть кредитний продукт.",
        en="“{product}” is no loan product. Choose one that is.",
    )


class NotLent(Refusal):
    code = "loans.not_lent"
    status = 409
    sentence = Text(
        uk="Кредитний продукт «{product}» не має умов, чинних на {date}. Спершу додайте їх.",
        en="The loan product “{product}” has no terms in force on {date}. Add them first.",
    )


class LoanAccruedAccountFixed(Refusal):
    code = "loans.accrued_account_fixed"
    status = 409
    sentence = Text(
        uk="Нараховані доходи цього продукту лежать на {account}; залиште цей рахунок.",
        en="The product's accrued income lies on {account}; keep that account.",
    )


class AmountOutOfTerms(Refusal):
    code = "loans.amount_out_of_terms"
    sentence = Text(
        uk="Сума {amount} поза умовами продукту: від {least} до {most}. Змініть суму.",
        en="The amount {amount} is outside the product's terms: from {least} to {most}. Change it.",
    )


class TermOutOfTerms(Refusal):
    code = "loans.term_out_of_terms"
    sentence = Text(
        uk="Строк {months} міс. поза умовами продукту: від {least} до {most}. Змініть строк.",
        en="A term of {months} months is outside the product's: from {least} to {most}. Change it.",
    )


class MoreThanAsked(Refusal):
    code = "loans.more_than_asked"
    sentence = Text(
        uk="Клієнт просить {asked}, а схвалюють {given}. Схваліть не більше, ніж просять.",
        en="The customer asks for {asked}, and {given} is approved. Approve no more than is asked.",
    )


class DepositNotFit(Refusal):
    code = "loans.deposit_not_fit"
    status = 409
    sentence = Text(
        uk="Рахунок {number} закрито або його валюта не {currency}. Оберіть інший рахунок клієнта.",
        en="Account {number} is closed, or not kept in {currency}. Choose another of the customer.",
    )


class OwnApplication(Refusal):
    code = "loans.own_application"
    status = 403
    sentence = Text(
        uk="Заявку прийняли ви, тож рішення ухвалює інша людина. Передайте її колезі.",
        en="You took this application: another person decides on it. Hand it to a colleague.",
    )


class ApplicationSettled(Refusal):
    code = "loans.application_settled"
    status = 409
    sentence = Text(
        uk="Заявку вже вирішено, відкликано або видано за нею кредит. Оновіть сторінку.",
        en="The application is decided, withdrawn or paid out already. Refresh the page.",
    )


class NotApproved(Refusal):
    code = "loans.not_approved"
    status = 409
    sentence = Text(
        uk="Кредит видають за схваленою заявкою, а ця такою не є. Спершу ухваліть рішення.",
        en="A loan is paid out on an approved application: this one is not. Decide on it first.",
    )


class LoanClosed(Refusal):
    code = "loans.loan_closed"
    status = 409
    sentence = Text(
        uk="Кредит {number} закрито {closed_on}. Оберіть інший кредит.",
        en="Loan {number} was closed on {closed_on}. Choose another loan.",
    )


class LoanBeingClosedOver(Refusal):
    code = "loans.day_being_closed"
    status = 409
    retryable = True
    sentence = Text(
        uk="Кредити за {date} ще опрацьовує закриття дня. Повторіть за кілька хвилин.",
        en="The loans of {date} are still in the close of the day. Repeat in a few minutes.",
    )


class NotAsMuchDue(Refusal):
    code = "loans.not_as_much_due"
    sentence = Text(
        uk="До сплати за кредитом {due}. Сплатіть не більше, а решту внесіть достроково.",
        en="Of the loan {due} is due. Pay no more than that, and repay the rest early.",
    )


class DueFirst(Refusal):
    code = "loans.due_first"
    status = 409
    sentence = Text(
        uk="За кредитом {number} вже належить сплатити {due}. Спершу погасіть це.",
        en="On loan {number} {due} has fallen due already. Pay that first.",
    )


class TooMuchEarly(Refusal):
    code = "loans.too_much_early"
    sentence = Text(
        uk="Достроково можна внести менше, ніж {principal}. Щоб сплатити все, закрийте кредит.",
        en="Less than {principal} can be repaid early. To repay everything, pay the loan off.",
    )


class PaymentAlreadyReversed(Refusal):
    code = "loans.already_reversed"
    status = 409
    sentence = Text(
        uk="Цей платіж уже сторновано або він сам є сторнуванням. Оновіть перелік.",
        en="The payment is reversed already, or is itself a reversal. Refresh the list.",
    )


class LaterPaymentStands(Refusal):
    code = "loans.later_payment_stands"
    status = 409
    sentence = Text(
        uk="Після цього платежу є пізніший від {date}. Спершу сторнуйте пізніший.",
        en="A later payment, of {date}, stands after this one. Reverse the later one first.",
    )


class InstalmentSince(Refusal):
    code = "loans.instalment_since"
    status = 409
    sentence = Text(
        uk="За новим графіком уже настав платіж, тож дострокове погашення не сторнувати. "
        "Погодьте новий графік із клієнтом.",
        en="An instalment of the new schedule has fallen due, so the early repayment stands. "
        "Agree on a new schedule with the customer.",
    )


class DepositRepaysLoan(Refusal):
    code = "loans.deposit_repays_loan"
    status = 409
    sentence = Text(
        uk="З цього рахунку погашається кредит {number}. Спершу закрийте кредит.",
        en="Loan {number} is repaid from this account. Close the loan first.",
    )


CONSTRAINT_REFUSALS.add("loans_terms_one_a_day", TermsExist)
