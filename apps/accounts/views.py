"""Screens of deposits: opened, looked at, and their statements."""

import datetime as dt
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from apps.accounts import queries, statements
from apps.accounts.forms import OpenForm, PeriodForm
from apps.accounts.operations import OpenDeposit
from apps.control import door
from apps.control.screens import Crumb, OperationScreen, Request, Screen, asked_id
from apps.customers.views import visible
from apps.kernel import formats, wording
from apps.kernel.menu import offers
from apps.kernel.models import Branch
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.spreadsheets import csv_file
from apps.kernel.text import Text
from apps.ledger import queries as ledger

PAGE = 50


class OfDeposit(Screen):
    """A page about one deposit, for those who may look at its branch."""

    permission = "accounts.view"

    @property
    def title(self) -> Text:  # type: ignore[override]
        number = formats.account(self.deposit.number)
        return Text(uk=number, en=number)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = queries.profile(deposit=kwargs["deposit"])
        if found is None or not self.request.rights.reaches(self.permission, found.branch):
            raise Http404
        self.deposit = found
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[Crumb]:
        crumbs = [(reverse("customers:list"), str(Text(uk="Клієнти", en="Customers")))]
        crumbs.append(
            (reverse("customers:customer", args=[self.deposit.customer]), self.deposit.owner)
        )
        return crumbs if "customers.view" in self.request.rights else []


class Account(OfDeposit):
    """What a deposit holds, what restrains it, who may dispose of it, and its last lines."""

    template_name = "accounts/account.html"

    def get(self, request: Request, deposit: int) -> HttpResponse:
        form = PeriodForm(request.GET)
        form.is_valid()
        given = form.cleaned_data
        date, posting = given.get("date"), given.get("before")
        before = (date, posting) if date and posting else None
        lines = ledger.statement(self.deposit.account, limit=PAGE, before=before)
        is_open = self.deposit.closed_on is None
        context = {
            "deposit": self.deposit,
            "mandates": queries.mandates(deposit),
            "holds": queries.holds(self.deposit.account),
            "offers": offers("deposit", deposit, request.rights) if is_open else [],
            "more": offers("deposit", deposit, request.rights, daily=False) if is_open else [],
            "lines": lines,
            "next": lines[-1] if len(lines) == PAGE else None,
            "is_first": before is None,
        }
        return self.show(context)


class Statement(OfDeposit):
    """All lines between two dates: on the screen, on paper, or as a file."""

    template_name = "accounts/statement.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        number = formats.account(self.deposit.number)
        return Text(uk=f"Виписка {number}", en=f"Statement {number}")

    def get(self, request: Request, deposit: int) -> HttpResponse:
        form = PeriodForm(request.GET)
        form.is_valid()
        end: dt.date = form.cleaned_data.get("end") or request.date
        start: dt.date = form.cleaned_data.get("start") or end.replace(day=1)
        found = statements.between(self.deposit.account, start=start, end=end)
        if request.GET.get("as") == "csv":
            return self._file(found, start, end)
        context = {
            "deposit": self.deposit,
            "statement": found,
            "start": start,
            "end": end,
            "bank": bank(),
            "now": timezone.now(),
        }
        return self.show(context)

    def _file(self, found: statements.Statement, start: dt.date, end: dt.date) -> HttpResponse:
        code = self.deposit.currency
        head = [
            str(Text(uk=uk, en=en))
            for uk, en in (
                ("День", "Booking date"),
                ("Дата валютування", "Value date"),
                ("Операція", "Operation"),
                ("Призначення", "Narrative"),
                ("Сума", "Amount"),
                ("Залишок", "Balance"),
                ("Валюта", "Currency"),
            )
        ]
        lines = [
            (
                line.booking_date,
                line.value_date,
                str(wording.kind(line.kind)),
                line.narrative,
                Money(line.amount_minor, code).decimal,
                Money(line.balance_minor, code).decimal,
                code,
            )
            for line in found.lines
        ]
        return csv_file(f"{self.deposit.number}_{start}_{end}", head, lines)

    def crumbs(self) -> list[Crumb]:
        own = reverse("accounts:account", args=[self.deposit.id])
        return [*super().crumbs(), (own, formats.account(self.deposit.number))]


class Open(OperationScreen):
    """A customer gets an account."""

    operation = "accounts.open_deposit"
    form_class = OpenForm
    title: ClassVar[Text] = Text(uk="Відкрити рахунок", en="Open an account")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.customer = visible(self.request, asked_id(self.request, "customer"))
        return super().dispatch(request, *args, **kwargs)

    def form_kwargs(self) -> dict[str, Any]:
        where = self.where
        branches = Branch.objects.filter(closed_on=None)
        if where is not None:
            branches = branches.filter(id__in=where)
        return {"branches": list(branches), "date": self.request.date}

    def command(self, data: dict[str, Any]) -> OpenDeposit:
        return OpenDeposit(
            customer=self.customer.id, product=data["product"], branch=data["branch"]
        )

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        name = self.customer.full_name
        return Text(
            uk=f"{name} отримає новий рахунок. Номер йому дасть банк під час відкриття.",
            en=f"{name} will have a new account. The bank gives it a number as it is opened.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("accounts:account", args=[outcome.result["deposit"]])

    def crumbs(self) -> list[Crumb]:
        return [
            (reverse("customers:list"), str(Text(uk="Клієнти", en="Customers"))),
            (
                reverse("customers:customer", args=[self.customer.id]),
                self.customer.full_name,
            ),
        ]
