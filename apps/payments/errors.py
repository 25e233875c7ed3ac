"""Refusals of payments."""

from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class SameDeposit(Refusal):
    code = "payments.same_deposit"
    sentence = Text(
        uk="Рахунок списання й рахунок зарахування — той самий. Оберіть інший рахунок.",
        en="The account to debit and the account to credit are one. Choose another account.",
    )
