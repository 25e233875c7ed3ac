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


class OwnEntry(Refusal):
    code = "finance.own_entry"
    status = 403
    sentence = Text(
        uk="Це проведення зробили ви, за згодою іншої людини. Сторнувати його має хтось інший.",
        en="You booked this entry, as another person agreed. Somebody else must reverse it.",
    )
