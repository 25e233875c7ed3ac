"""Refusals of staff and payroll. None tells an amount of pay: the journal keeps what it tells."""

from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class NoPayRules(Refusal):
    code = "hr.no_pay_rules"
    sentence = Text(
        uk="На {date} немає правил оплати праці. Завантажте їх або оберіть пізніший місяць.",
        en="There are no rules of pay for {date}. Load them, or choose a later month.",
    )


class PayMalformed(Refusal):
    code = "hr.pay_malformed"
    sentence = Text(
        uk="Суму не вдалося прочитати. Введіть додатне число цифрами, наприклад 25000.00.",
        en="The amount cannot be read. Enter a positive number in digits, for example 25000.00.",
    )


class StatusMalformed(Refusal):
    code = "hr.status_malformed"
    sentence = Text(
        uk="Відомості про пільги не вдалося прочитати. Перевірте пільгу, кількість дітей і дати.",
        en="The personal status cannot be read. Check the benefit, the children and the dates.",
    )
