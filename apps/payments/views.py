"""Screens of payments."""

from typing import Any, ClassVar

from django.utils.translation import get_language

from apps.accounts.queries import Profile, profile
from apps.control import door
from apps.control.screens import OperationScreen, asked_id
from apps.kernel import formats
from apps.kernel.fields import Form
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.text import Text
from apps.payments.forms import TransferForm
from apps.payments.operations import Transfer


class TransferScreen(OperationScreen):
    """Money from one account of the bank to another."""

    operation = "payments.transfer"
    form_class = TransferForm
    title: ClassVar[Text] = Text(uk="Переказ", en="Transfer")
    template_name = "payments/transfer.html"
    fields_of: ClassVar[dict[str, str]] = {
        "ledger.insufficient_funds": "amount",
        "control.limit_exceeded": "amount",
        "payments.same_deposit": "target",
        # The right reaches the branch of the account that is debited, and no other.
        "control.not_found": "source",
    }

    def initial(self) -> dict[str, Any]:
        found = profile(deposit=asked_id(self.request, "deposit"))
        return {"source": found.number if found and self._reaches(found) else ""}

    def command(self, data: dict[str, Any]) -> Transfer:
        return Transfer(
            source=data["source"].id,
            target=data["target"].id,
            amount=data["amount"],
            purpose=data["purpose"],
        )

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        source: Profile = data["source"]
        target: Profile = data["target"]
        whom = target.owner if self._reaches(target) else target.initials
        after = seen.after[source.account]
        left = Money(after["balance_minor"] * after["side"], after["currency"])
        uk, en = (formats.money(data["amount"], language) for language in ("uk", "en"))
        left_uk, left_en = (formats.money(left, language) for language in ("uk", "en"))
        return Text(
            uk=f"{uk} перейде з рахунку, власник: {source.owner}, на рахунок, власник: {whom}. "
            f"На рахунку списання лишиться {left_uk}.",
            en=f"{en} goes from the account of {source.owner} to that of {whom}. "
            f"The account it comes from then holds {left_en}.",
        )

    def remark(self, form: Form, field: str) -> str:
        value = form.cleaned_data.get(field)
        language = get_language() or "uk"
        if isinstance(value, Profile):
            if not self._reaches(value):
                return f"{value.initials}, {value.currency}"
            available = formats.amount(value.available_minor, value.currency, language)
            words = Text(uk="доступно", en="available")
            return f"{value.owner}, {value.currency}, {words} {available}"
        return in_words(value, language) if isinstance(value, Money) else ""

    def concealed(self, data: dict[str, Any]) -> set[int]:
        both: tuple[Profile, Profile] = (data["source"], data["target"])
        return {one.account for one in both if not self._reaches(one)}

    def _reaches(self, deposit: Profile) -> bool:
        found: bool = self.request.rights.reaches("accounts.view", deposit.branch)
        return found
