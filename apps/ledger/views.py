"""Screens of the book: trial balance, general ledger, statements, and any run explained."""

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.control import door
from apps.control import queries as control
from apps.control.commands import Command
from apps.control.declarations import OPERATIONS
from apps.control.screens import Crumb, OperationScreen, Request, Screen, refused, told
from apps.kernel.fields import DateField
from apps.kernel.models import Branch
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.ledger import queries
from apps.ledger.catalogue import EntryFacts, entries_of_run
from apps.ledger.errors import AccountConfidential, UnknownGLAccount
from apps.ledger.forms import ReversalForm
from apps.ledger.models import Account, Entry, GLAccount
from apps.ledger.operations import ReverseEntry, ReverseOwnEntry
from apps.ledger.rules import REVERSIBLE, Sight

PAGE = 100
# So many legs of a run are shown.
LEGS = 200
READ = "ledger.view"


class OnDate(forms.Form):
    date = DateField(required=False)
    branch = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class Between(forms.Form):
    start = DateField(required=False)
    end = DateField(required=False)
    after_date = forms.DateField(required=False)
    after = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class PlaceForm(forms.Form):
    """The last line of the page above."""

    date = forms.DateField()
    before = forms.IntegerField(min_value=1, max_value=2**62)


class TrialBalance(Screen):
    """Opening, turnovers and closing of every GL account on a date; each figure opens."""

    permission = "ledger.view"
    title: ClassVar[Text] = Text(uk="Оборотно-сальдова відомість", en="Trial balance")
    template_name = "ledger/trial_balance.html"

    def get(self, request: Request) -> HttpResponse:
        form = OnDate(request.GET)
        given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
        date = given.get("date") or request.date
        where = self.where
        branches = Branch.objects.all() if where is None else Branch.objects.filter(id__in=where)
        branch = given.get("branch")
        if where is not None and branch not in where:
            # Whoever reads the book of some branches begins with the first of them.
            branch = min(where)
        lines = queries.trial_balance(date, branch=branch)
        return self.show(
            {
                "date": date,
                "branch": branch,
                "branches": branches,
                "reads_all": where is None,
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
        booked, posting = given.get("after_date"), given.get("after")
        after = (booked, posting) if booked and posting else None
        lines = queries.general_ledger(
            code,
            start=start,
            end=end,
            sight=Sight.of(request.rights),
            branches=self.where,
            limit=PAGE,
            after=after,
        )
        return self.show(
            {
                "account": found,
                "start": start,
                "end": end,
                "lines": lines,
                "next": lines[-1] if len(lines) == PAGE else None,
                "is_first": after is None,
            }
        )

    def crumbs(self) -> list[Crumb]:
        return [(reverse("ledger:trial_balance"), str(TrialBalance.title))]


_KINDS_OF_GL = {
    GLAccount.Kind.ASSET: Text(uk="актив", en="asset"),
    GLAccount.Kind.LIABILITY: Text(uk="пасив", en="liability"),
    GLAccount.Kind.EQUITY: Text(uk="капітал", en="equity"),
    GLAccount.Kind.INCOME: Text(uk="дохід", en="income"),
    GLAccount.Kind.EXPENSE: Text(uk="витрати", en="expense"),
    GLAccount.Kind.ASSET_LIABILITY: Text(uk="актив або пасив", en="asset or liability"),
    GLAccount.Kind.OFF_BALANCE: Text(uk="позабалансовий", en="off-balance"),
}


class Chart(Screen):
    """The chart of accounts."""

    permission = "ledger.view"
    title: ClassVar[Text] = Text(uk="План рахунків", en="Chart of accounts")
    template_name = "ledger/chart.html"

    def get(self, request: Request) -> HttpResponse:
        found = GLAccount.objects.all()
        return self.show(
            {"lines": [(one, _KINDS_OF_GL[GLAccount.Kind(one.kind)]) for one in found]}
        )


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
        if not queries.visible([account], request.rights):
            return self.show({"account": found, "withheld": AccountConfidential.sentence})
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


def may_look(request: Request, line: dict[str, Any]) -> bool:
    """A line of the journal is open to whoever did it, and to readers of its branch."""
    if line["actor_id"] == request.user.pk:
        return True
    rights = request.rights
    return any(rights.reaches(one, line["branch_id"]) for one in ("control.view_journal", READ))


class OfRun(Screen):
    """A page about one line of the journal."""

    permission = "control.view_journal"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return self.sentence

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = control.run(kwargs["run"])
        if found is None:
            raise Http404
        self.line = found["line"]
        if not may_look(self.request, self.line):
            raise Http404
        self.found = found
        self.at = dt.datetime.fromisoformat(self.line["at"])
        day = self.line["booking_date"]
        self.booking_date = dt.date.fromisoformat(day) if day else None
        name = self.line["operation"]
        # A line may outlive its operation, which then has no sentence any more.
        self.sentence = OPERATIONS[name].sentence if name in OPERATIONS else Text(uk=name, en=name)
        return super(Screen, self).dispatch(request, *args, **kwargs)

    def entries(self) -> list[EntryFacts]:
        """What the run posted, as this person sees it; of very many legs the first."""
        sight = Sight.of(self.request.rights)
        return entries_of_run(self.kwargs["run"], sight=sight, limit=LEGS, legs=LEGS)


class Run(OfRun):
    """One line of the journal explained: who, what, who agreed, and the entries it posted."""

    template_name = "ledger/run.html"

    def get(self, request: Request, run: UUID) -> HttpResponse:
        entries = self.entries()
        return self.show(
            {
                "line": self.line,
                "at": self.at,
                "booking_date": self.booking_date,
                "command": told(self.line["operation"], self.line["command"]),
                "approval": self.found["approval"],
                "votes": [
                    {"name": vote["name"], "at": dt.datetime.fromisoformat(vote["at"])}
                    for vote in self.found["votes"]
                ],
                "entries": [(entry, self._undoing(entry)) for entry in entries],
                "refused": refused(self.line["refusal"]) if self.line["refusal"] else "",
                "has_receipt": self.line["outcome"] == "done" and bool(entries),
            }
        )

    def _undoing(self, entry: EntryFacts) -> str:
        """The name of the page on which this person undoes an entry, or asks for it; or nothing."""
        if entry.reversed_by is not None or entry.kind not in REVERSIBLE:
            return ""
        rights, branch = self.request.rights, self.line["branch_id"]
        if rights.reaches("ledger.reverse_entries", branch):
            return "ledger:reverse"
        own = self.line["actor_id"] == self.request.user.pk
        today = entry.booking_date == self.request.date
        asks = own and today and rights.reaches("ledger.ask_for_reversals", branch)
        return "ledger:reverse_own" if asks else ""

    def crumbs(self) -> list[Crumb]:
        if self.permission in self.request.rights:
            return [(reverse("control:journal"), str(Text(uk="Журнал", en="Journal")))]
        return []


class Receipt(OfRun):
    """The document of a posted run on a till's roll or on A4, marked as a copy after the first."""

    template_name = "ledger/receipt.html"
    PAPERS = ("roll", "a4")

    def get(self, request: Request, run: UUID) -> HttpResponse:
        entries = self.entries()
        if not entries:
            raise Http404
        paper = request.GET.get("paper", "")
        if paper in self.PAPERS:
            request.session["paper"] = paper
        branch = Branch.objects.filter(id=self.line["branch_id"]).first()
        context = {
            "line": self.line,
            "at": self.at,
            "booking_date": self.booking_date,
            "bank": bank(),
            "branch": branch,
            "documents": [_document(entry) for entry in entries],
            "is_copy": self._is_copy(),
            "paper": request.session.get("paper", self.PAPERS[0]),
        }
        return self.show(context)

    def post(self, request: Request, run: UUID) -> HttpResponse:
        """The page has been printed: whatever comes now is a copy."""
        request.session["printed"] = [*request.session.get("printed", []), str(run)]
        return HttpResponseRedirect(request.path)

    def _is_copy(self) -> bool:
        """An original is what one has done since signing in and not printed: in doubt, a copy."""
        session = self.request.session
        since = session.get("signed_in_at")
        own = self.line["actor_id"] == self.request.user.pk
        fresh = own and since is not None and self.at.timestamp() >= since
        return not fresh or self.line["id"] in session.get("printed", [])


class Reverse(OperationScreen):
    """Undo one entry by its opposite, with the reason."""

    operation = "ledger.reverse_entry"
    form_class = ReversalForm
    title: ClassVar[Text] = Text(uk="Сторнувати проведення", en="Reverse an entry")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = Entry.objects.filter(id=kwargs["entry"]).first()
        line = control.run(found.run_id) if found else None
        if found is None or line is None:
            raise Http404
        branch = line["line"]["branch_id"]
        if not self.request.rights.reaches(self.permission, branch):
            raise Http404
        self.entry = found
        return super().dispatch(request, *args, **kwargs)

    def command(self, data: dict[str, Any]) -> Command:
        return ReverseEntry(entry=self.entry.id, reason=data["reason"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        return Text(
            uk=f"Проведення № {self.entry.id} буде сторновано протилежним, сьогоднішнім днем. "
            "Обидва лишаться видимими, і вдруге сторнувати його не можна.",
            en=f"Entry No. {self.entry.id} will be reversed by its opposite, on today's date. "
            "Both stay visible, and it cannot be reversed again.",
        )

    def crumbs(self) -> list[Crumb]:
        number = str(Text(uk=f"Проведення № {self.entry.id}", en=f"Entry No. {self.entry.id}"))
        return [(reverse("ledger:run", args=[self.entry.run_id]), number)]


class ReverseOwn(Reverse):
    """A teller's mistake of today: the opposite is asked for, and a supervisor decides."""

    operation = "ledger.reverse_own_entry"
    title: ClassVar[Text] = Text(uk="Просити сторно", en="Ask for a reversal")

    def command(self, data: dict[str, Any]) -> Command:
        return ReverseOwnEntry(entry=self.entry.id, reason=data["reason"])


def _document(entry: EntryFacts) -> dict[str, Any]:
    """An entry as a document has it: its two sides, and each amount in figures and words."""
    totals: dict[str, int] = {}
    for leg in entry.legs:
        if leg.amount_minor > 0:
            totals[leg.currency] = totals.get(leg.currency, 0) + leg.amount_minor
    language = get_language() or "uk"
    amounts = [
        {"minor": minor, "currency": code, "words": in_words(Money(minor, code), language)}
        for code, minor in totals.items()
    ]
    return {"entry": entry, "amounts": amounts}


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
    form = PlaceForm(request.GET)
    return (form.cleaned_data["date"], form.cleaned_data["before"]) if form.is_valid() else None
