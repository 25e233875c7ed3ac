"""Refusals: what the bank says when it does not do what it was asked."""

from typing import Any, ClassVar

from apps.kernel.text import Text


class Refusal(Exception):
    """The bank declines; nothing was written but the refusal in the journal.

    A subclass gives a stable `code`, the HTTP `status` that carries it, whether the same request
    may be sent again as it is (`retryable`), and a sentence that says what to do next. The keyword
    arguments are its data: plain values that fit into JSON.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 422
    retryable: ClassVar[bool] = False
    sentence: ClassVar[Text]

    def __init__(self, **data: Any) -> None:
        super().__init__(self.code)
        self.data = {name: _printable(value) for name, value in data.items()}

    @property
    def text(self) -> Text:
        return self.sentence.filled(self.data)

    def __str__(self) -> str:
        return f"{self.code}: {self.text.en}"


def _printable(value: Any) -> Any:
    """What was sent is told back to its sender, but no text holds half a pair of surrogates."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


class NotAmount(Refusal):
    code = "kernel.not_an_amount"
    sentence = Text(
        uk="«{given}» не є сумою. Введіть додатне число цифрами, наприклад 1250.50.",
        en="“{given}” is not an amount. Enter a positive number in digits, for example 1250.50.",
    )


class TooManyDecimals(Refusal):
    code = "kernel.too_many_decimals"
    sentence = Text(
        uk="«{given}»: {currency} має не більше {exponent} знаків після крапки. Виправте суму.",
        en="“{given}”: {currency} has at most {exponent} decimals. Correct the amount.",
    )


class AmountTooLarge(Refusal):
    code = "kernel.amount_too_large"
    sentence = Text(
        uk="Сума «{given}» більша, ніж може провести банк. Перевірте, чи немає зайвих цифр.",
        en="The amount “{given}” is more than the bank can post. Check it for extra digits.",
    )


class UnknownCurrency(Refusal):
    code = "kernel.unknown_currency"
    sentence = Text(
        uk="Валюти «{given}» банк не веде. Оберіть одну з: {known}.",
        en="The bank does not keep the currency “{given}”. Choose one of: {known}.",
    )


class MixedCurrencies(Refusal):
    code = "kernel.mixed_currencies"
    sentence = Text(
        uk="Суми у {one} та {other} не можна додати. Спершу обміняйте одну з них.",
        en="Amounts in {one} and {other} cannot be added. Exchange one of them first.",
    )
