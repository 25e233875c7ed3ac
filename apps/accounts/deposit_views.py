"""Screens that change one deposit: restrained, charged, entrusted, settled, closed."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.accounts import operations, queries
from apps.accounts.forms import (
    BlockForm,
    ChargeForm,
    HoldForm,
    MandateForm,
    OverdraftForm,
    ReasonForm,
)
from apps.accounts.queries import Profile
from apps.control import door
from apps.control.commands import Command
from apps.control.screens import Crumb, OperationScreen, asked_id
from apps.customers.models import Customer
from apps.kernel import formats, wording
from apps.kernel.fields import Form
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.text import Text


class OnDeposit(OperationScreen):
    """An operation on the deposit that the address names, for those who may do it there."""

    deposit: Profile
    fields_of: ClassVar[dict[str, str]] = {
        "ledger.insufficient_funds": "amount",
        "control.limit_exceeded": "amount",
    }

    @property
    def title(self) -> Text:  # type: ignore[override]
        return wording.DEEDS[self.operation]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = queries.profile(deposit=asked_id(self.request, "deposit"))
        if found is None or not self.request.rights.reaches(self.permission, found.branch):
            raise Http404
        self.deposit = found
        return super().dispatch(request, *args, **kwargs)

    def form_kwargs(self) -> dict[str, Any]:
        needs_currency = "amount" in self.form_class.base_fields
        return {"currency": self.deposit.currency} if needs_currency else {}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(deposit=self.deposit.id, **data)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        number, owner = formats.account(self.deposit.number), self.deposit.owner
        return Text(
            uk=f"{self.title.uk}: рахунок {number}, власник: {owner}.",
            en=f"{self.title.en}: account {number} of {owner}.",
        )

    def remark(self, form: Form, field: str) -> str:
        value = form.cleaned_data.get(field)
        return in_words(value, get_language() or "uk") if isinstance(value, Money) else ""

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("accounts:account", args=[self.deposit.id])

    def crumbs(self) -> list[Crumb]:
        own = reverse("accounts:account", args=[self.deposit.id])
        return [(own, formats.account(self.deposit.number))]


class Block(OnDeposit):
    operation = "accounts.block"
    form_class = BlockForm


class Unblock(OnDeposit):
    operation = "accounts.unblock"
    form_class = ReasonForm


class SetOverdraft(OnDeposit):
    operation = "accounts.set_overdraft"
    form_class = OverdraftForm

    def command(self, data: dict[str, Any]) -> Command:
        return operations.SetOverdraft(
            deposit=self.deposit.id, overdraft_minor=data["amount"].minor
        )


class PlaceHold(OnDeposit):
    operation = "accounts.place_hold"
    form_class = HoldForm


class ReleaseHold(OnDeposit):
    operation = "accounts.release_hold"
    form_class = ReasonForm

    def command(self, data: dict[str, Any]) -> Command:
        standing = {one.id for one in queries.holds(self.deposit.account)}
        if self.kwargs["hold"] not in standing and self.request.POST.get("stage") != "confirm":
            raise Http404
        return operations.ReleaseHold(hold=self.kwargs["hold"], reason=data["reason"])


class Authorise(OnDeposit):
    operation = "accounts.authorise_person"
    form_class = MandateForm
    fields_of: ClassVar[dict[str, str]] = {
        "accounts.owner_needs_no_mandate": "customer",
        "accounts.already_authorised": "customer",
    }

    def command(self, data: dict[str, Any]) -> Command:
        return operations.AuthorisePerson(deposit=self.deposit.id, customer=data["customer"].id)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        person: Customer = data["customer"]
        owner = self.deposit.owner
        return Text(
            uk=f"{person.full_name} зможе розпоряджатися рахунком, власник якого {owner}.",
            en=f"{person.full_name} will be able to dispose of the account of {owner}.",
        )

    def remark(self, form: Form, field: str) -> str:
        value = form.cleaned_data.get(field)
        return value.full_name if isinstance(value, Customer) else ""


class Revoke(OnDeposit):
    operation = "accounts.revoke_mandate"
    form_class = Form

    def command(self, data: dict[str, Any]) -> Command:
        return operations.RevokeMandate(deposit=self.deposit.id, customer=self.kwargs["customer"])


class Charge(OnDeposit):
    operation = "accounts.charge_fee"
    form_class = ChargeForm

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("ledger:receipt", args=[outcome.run_id])


class Interest(Charge):
    operation = "accounts.book_interest"


class DebtInterest(Charge):
    operation = "accounts.charge_penalty_interest"


class Settle(OnDeposit):
    """What has accrued is paid; nothing is asked, and the review shows it."""

    operation = "accounts.settle_interest"
    form_class = Form

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        names = ("gross_minor", "pit_minor", "levy_minor", "net_minor")
        amounts = [Money(seen.result[name], self.deposit.currency) for name in names]
        uk = [formats.money(amount, "uk") for amount in amounts]
        en = [formats.money(amount, "en") for amount in amounts]
        return Text(
            uk=f"Нараховано {uk[0]}; податок {uk[1]}, збір {uk[2]}; на рахунок надійде {uk[3]}.",
            en=f"{en[0]} has accrued; tax {en[1]}, levy {en[2]}; the account receives {en[3]}.",
        )


class Close(OnDeposit):
    operation = "accounts.close_deposit"
    form_class = Form
