"""Refusals of manual entries."""

from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class NotInternal(Refusal):
    code = "finance.not_internal"
    sentence = Text(
        uk="Рахунок {account} не є внутрішнім: на рахунки клієнтів і каси проводять їхні операції.",
        en="Account {account} is not internal: customers' accounts and tills have operations.",
    )


class DoesNotBalance(Refusal):
    code = "finance.does_not_balance"
    sentence = Text(
        uk="Дебет {debits} не дорівнює кредиту {credits}. Виправте суми.",
        en="Debits of {debits} do not equal credits of {credits}. Correct the amounts.",
    )
