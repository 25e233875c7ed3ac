"""Screens of whoever runs the tills of a branch: created, supplied, filled, closed for others."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.cash import queries
from apps.cash.forms import MoveForm, SupplyForm, TillForm
from apps.cash.models import Session, Till
from apps.cash.operations import CloseSession, CreateTill, MoveCash, SupplyVault
from apps.cash.queries import TillFacts
from apps.cash.views import CloseTill
from apps.control import door
from apps.control.screens import Crumb, OperationScreen, Request, Screen
from apps.kernel import formats
from apps.kernel.fields import Form
from apps.kernel.models import Branch
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.queries import bank
from apps.kernel.text import Text

KINDS = {
    Till.Kind.VAULT: Text(uk="сховище", en="vault"),
    Till.Kind.COUNTER: Text(uk="каса", en="counter"),
    Till.Kind.POSITION: Text(uk="позиція", en="position"),
}


class BranchTills(Screen):
    """Every till of one's branches: what it holds, who works there, what can be done."""

    permission = "cash.manage_tills"
    title: ClassVar[Text] = Text(uk="Каси відділення", en="Tills of the branch")
    template_name = "cash/branch.html"

    def get(self, request: Request) -> HttpResponse:
        tills = queries.all_tills(branches=self.where)
        rows = [{"till": one, "kind": KINDS[Till.Kind(one.kind)]} for one in tills]
        branches = {one.id: one for one in Branch.objects.all()}
        return self.show({"rows": rows, "branches": branches})


class TillScreen(OperationScreen):
    """An operation of the tills, which leads back to their list."""

    def crumbs(self) -> list[Crumb]:
        return [(reverse("cash:branch"), str(BranchTills.title))]

    def remark(self, form: Form, field: str) -> str:
        value = form.cleaned_data.get(field)
        return in_words(value, get_language() or "uk") if isinstance(value, Money) else ""


class NewTill(TillScreen):
    operation = "cash.create_till"
    form_class = TillForm
    title: ClassVar[Text] = Text(uk="Нова каса", en="New till")
    fields_of: ClassVar[dict[str, str]] = {"cash.till_name_taken": "name"}

    def form_kwargs(self) -> dict[str, Any]:
        where = self.where
        branches = Branch.objects.filter(closed_on=None)
        if where is not None:
            branches = branches.filter(id__in=where)
        return {"branches": list(branches), "currency": bank().base_currency}

    def command(self, data: dict[str, Any]) -> CreateTill:
        return CreateTill(**data | {"kind": Till.Kind(data["kind"])})

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        kind = KINDS[Till.Kind(data["kind"])]
        name, code = data["name"], data["currency"]
        return Text(
            uk=f"З’явиться «{name}» ({kind.uk}) у {code}, порожня.",
            en=f"There will be “{name}”, a {kind.en} in {code}, empty.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("cash:branch")


class OfTill(TillScreen):
    """An operation on one till of one's branches."""

    till: TillFacts

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.tills = queries.all_tills(branches=self.where)
        found = next((one for one in self.tills if one.id == kwargs["till"]), None)
        if found is None:
            raise Http404
        self.till = found
        return super().dispatch(request, *args, **kwargs)

    def form_kwargs(self) -> dict[str, Any]:
        return {"currency": self.till.currency}


class Supply(OfTill):
    operation = "cash.supply_vault"
    form_class = SupplyForm
    title: ClassVar[Text] = Text(uk="Підкріпити сховище", en="Supply the vault")

    def command(self, data: dict[str, Any]) -> SupplyVault:
        return SupplyVault(till=self.till.id, amount=data["amount"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        uk, en = (formats.money(data["amount"], language) for language in ("uk", "en"))
        return Text(
            uk=f"{uk} надійде до «{self.till.name}» з рахунку банку в центральному банку.",
            en=f"{en} comes into “{self.till.name}” from the bank’s account at the central bank.",
        )


class Move(OfTill):
    operation = "cash.move_cash"
    form_class = MoveForm
    title: ClassVar[Text] = Text(uk="Перемістити готівку", en="Move cash")
    fields_of: ClassVar[dict[str, str]] = {
        "ledger.insufficient_funds": "amount",
        "cash.till_not_staffed": "target",
    }

    def form_kwargs(self) -> dict[str, Any]:
        here = (self.till.branch, self.till.currency)
        targets = [
            one
            for one in self.tills
            if (one.branch, one.currency) == here and one.id != self.till.id
        ]
        return super().form_kwargs() | {"targets": targets}

    def command(self, data: dict[str, Any]) -> MoveCash:
        return MoveCash(source=self.till.id, target=data["target"], amount=data["amount"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        uk, en = (formats.money(data["amount"], language) for language in ("uk", "en"))
        target = next(one.name for one in self.tills if one.id == data["target"])
        return Text(
            uk=f"{uk} перейде з «{self.till.name}» до «{target}».",
            en=f"{en} goes from “{self.till.name}” to “{target}”.",
        )


class CloseForTeller(CloseTill):
    """Count a till in the place of a teller who cannot."""

    operation = "cash.close_session_for_teller"
    title: ClassVar[Text] = Text(uk="Закрити зміну за касира", en="Close a teller’s session")

    def may_close(self, session: Session) -> bool:
        where = self.request.rights.branches(self.permission)
        return where is None or session.till.branch_id in where

    def first(self) -> HttpResponse | None:
        confirms = self.request.POST.get("stage") == "confirm"
        if not confirms and self.session.status != Session.Status.OPEN:
            return HttpResponseRedirect(reverse("cash:branch"))
        return None

    def command(self, data: dict[str, Any]) -> CloseSession:
        return CloseSession(session=self.session.id, counted=data["counted"])

    def crumbs(self) -> list[Crumb]:
        return [(reverse("cash:branch"), str(BranchTills.title))]
