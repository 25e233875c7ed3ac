"""Refusals of reports."""

from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class UnknownReport(Refusal):
    code = "reporting.unknown_report"
    status = 404
    sentence = Text(
        uk="Звіту «{report}» немає. Оберіть звіт зі списку.",
        en="There is no report “{report}”. Choose one of the list.",
    )


class PeriodInvalid(Refusal):
    code = "reporting.period_invalid"
    sentence = Text(
        uk="Період з {start} до {end} не годиться: останній день має бути не раніше за перший, "
        "не далі як за {days} днів від нього і не пізніше за відкритий день {open}.",
        en="The period from {start} to {end} cannot be reported: its last day has to be no earlier "
        "than the first, at most {days} days after it, and no later than the open day, {open}.",
    )


class CurrencyNotInBook(Refusal):
    code = "reporting.currency_not_in_book"
    sentence = Text(
        uk="У книзі немає рахунків у валюті {currency}. Оберіть іншу валюту.",
        en="The book has no accounts in {currency}. Choose another currency.",
    )
