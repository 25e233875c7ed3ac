"""Screens of the book: trial balance, general ledger, statements, and any run explained."""

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.control import approvals
from apps.control import queries as control
from apps.control.declarations import OPERATIONS
from apps.control.screens import Crumb, Request, Screen
from apps.kernel.fields import DateField
from apps.kernel.models import Branch
from apps.kernel.text import Text
from apps.ledger import queries
from apps.ledger.errors import UnknownGLAccount
from apps.ledger.models import Account, GLAccount

PAGE = 100


class OnDate(forms.Form):
    date = DateField(required=False)
    branch = forms.IntegerField(required=False)


class Between(forms.Form):
    start = DateField(required=False)
    end = DateField(required=False)
    after_date = forms.DateField(required=False)
    after = forms.IntegerField(required=False)


class TrialBalance(Screen):
    """Opening, turnovers and closing of every GL account on a date; each figure opens."""

    permission = "ledger.view"
    title: ClassVar[Text] = Text(uk="Оборотно-сальдова відомість", en="Trial balance")
    template_name = "ledger/trial_balance.html"

    def get(self, request: Request) -> HttpResponse:
        form = OnDate(request.GET)
        given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
        date = given.get("date") or request.date
        lines = queries.trial_balance(date, branch=given.get("branch"))
        return self.show(
            {
                "date": date,
                "branch": given.get("branch"),
                "branches": Branch.objects.all(),
                "lines": lines,
                "totals": _totals(lines),
            }
        )


class GeneralLedger(Screen):
    """The postings of one GL account between two dates."""

    permission = "ledger.view"
    template_name = "ledger/general_ledger.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        account = self.account
        return Text(uk=f"{account.code} {account.name_uk}", en=f"{account.code} {account.name_en}")

    def get(self, request: Request, code: str) -> HttpResponse:
        found = GLAccount.objects.filter(code=code).first()
        if found is None:
            raise Http404 from UnknownGLAccount(code=code)
        self.account = found
        form = Between(request.GET)
        given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
        end = given.get("end") or request.date
        start = given.get("start") or end.replace(day=1)
        after = (given["after_date"], given["after"]) if given.get("after") else None
        lines = queries.general_ledger(code, start=start, end=end, limit=PAGE, after=after)
        return self.show(
            {
                "account": found,
                "start": start,
                "end": end,
                "lines": lines,
                "next": lines[-1][:2] if len(lines) == PAGE else None,
                "is_first": after is None,
            }
        )

    def crumbs(self) -> list[Crumb]:
        return [(reverse("ledger:trial_balance"), str(TrialBalance.title))]


class Chart(Screen):
    """The chart of accounts."""

    permission = "ledger.view"
    title: ClassVar[Text] = Text(uk="План рахунків", en="Chart of accounts")
    template_name = "ledger/chart.html"

    def get(self, request: Request) -> HttpResponse:
        return self.show({"lines": GLAccount.objects.all()})


class AccountStatement(Screen):
    """A ledger account: what it is, where it stands, its last lines."""

    permission = "ledger.view"
    template_name = "ledger/account.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return Text(uk=self.account.number, en=self.account.number)

    def get(self, request: Request, account: int) -> HttpResponse:
        found = Account.objects.filter(id=account).select_related("gl_account", "branch").first()
        if found is None or not request.rights.reaches(self.permission, found.branch_id):
            raise Http404
        self.account = found
        before = _place(request)
        lines = queries.statement(account, limit=PAGE, before=before)
        return self.show(
            {
                "account": found,
                "balance_minor": queries.balance(account) * found.side,
                "lines": lines,
                "next": lines[-1] if len(lines) == PAGE else None,
                "is_first": before is None,
            }
        )

    def crumbs(self) -> list[Crumb]:
        code = self.account.gl_account.code
        return [
            (reverse("ledger:trial_balance"), str(TrialBalance.title)),
            (reverse("ledger:general_ledger", args=[code]), code),
        ]


class Run(Screen):
    """One line of the journal explained: who, what, who agreed, and the entries it posted."""

    permission = "control.view_journal"
    template_name = "ledger/run.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return self.sentence

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Whoever did it may always look at it; others need the right, in its branch.
        found = control.run(kwargs["run"])
        if found is None:
            raise Http404
        line = found["line"]
        own = line["actor_id"] == self.request.user.pk
        if not own and not self.request.rights.reaches(self.permission, line["branch_id"]):
            raise Http404
        self.found = found
        name = line["operation"]
        # A line may outlive its operation, which then has no sentence any more.
        self.sentence = OPERATIONS[name].sentence if name in OPERATIONS else Text(uk=name, en=name)
        return super(Screen, self).dispatch(request, *args, **kwargs)

    def get(self, request: Request, run: UUID) -> HttpResponse:
        line = self.found["line"]
        return self.show(
            {
                "line": line,
                "at": dt.datetime.fromisoformat(line["at"]),
                "booking_date": dt.date.fromisoformat(line["booking_date"])
                if line["booking_date"]
                else None,
                "command": approvals.shown(line["command"]),
                "approval": self.found["approval"],
                "votes": [
                    {"name": vote["name"], "at": dt.datetime.fromisoformat(vote["at"])}
                    for vote in self.found["votes"]
                ],
                "entries": queries.entries_of(run),
            }
        )

    def crumbs(self) -> list[Crumb]:
        if self.permission in self.request.rights:
            return [(reverse("control:journal"), str(Text(uk="Журнал", en="Journal")))]
        return []


def _totals(lines: list[queries.TrialLine]) -> list[dict[str, Any]]:
    """Debit and credit of each currency; they must tie."""
    totals: dict[str, dict[str, Any]] = {}
    for line in lines:
        total = totals.setdefault(
            line.currency, {"currency": line.currency, "debit": 0, "credit": 0, "gap": 0}
        )
        total["debit"] += line.debit_minor
        total["credit"] += line.credit_minor
        total["gap"] += line.closing_minor
    return list(totals.values())


def _place(request: Request) -> tuple[dt.date, int] | None:
    try:
        return dt.date.fromisoformat(request.GET["date"]), int(request.GET["before"])
    except (KeyError, ValueError):
        return None
