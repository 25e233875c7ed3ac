"""Screens of the door: the inbox of approvals, and the journal."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.control import approvals, door, queries
from apps.control.declarations import OPERATIONS, POSTER
from apps.control.models import Approval
from apps.control.operations import Approve, Withdraw
from apps.control.screens import Crumb, Request, Screen
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[("approve", ""), ("decline", ""), ("withdraw", "")])
    meaning = forms.CharField(required=False, max_length=64)
    reason = forms.CharField(required=False, max_length=1000)


class Inbox(Screen):
    """Requests on the left, oldest first; on the right what the chosen one will do."""

    permission = "control.decide_approvals"
    title: ClassVar[Text] = Text(uk="Погодження", en="Approvals")
    template_name = "control/approvals.html"

    def get(self, request: Request, approval: int | None = None) -> HttpResponse:
        waiting = queries.inbox(user=request.user.pk, roles=request.rights.roles)
        chosen = self._chosen(approval) if approval else (waiting[0] if waiting else None)
        context = {"waiting": [_row(one, request) for one in waiting], "key": uuid4().hex}
        return self.show(context | self._seen(chosen))

    def post(self, request: Request, approval: int) -> HttpResponse:
        form = DecisionForm(request.POST)
        key = request.POST.get("key") or uuid4().hex
        if not form.is_valid():
            return self.get(request, approval)
        data = form.cleaned_data
        name, command = {
            "approve": ("control.approve", Approve(approval=approval, meaning=data["meaning"])),
            "withdraw": ("control.withdraw_request", Withdraw(approval=approval)),
        }.get(data["decision"]) or (
            "control.decline",
            {"approval": approval, "reason": data["reason"]},
        )
        try:
            done = door.execute(name, command, actor=request.actor, key=key)
        except Refusal as refusal:
            messages.error(request, str(refusal.text), extra_tags="bad")
            return HttpResponseRedirect(reverse("control:approval", args=[approval]))
        if done.result and done.result.get("run"):
            return HttpResponseRedirect(reverse("ledger:run", args=[done.result["run"]]))
        messages.success(request, str(OPERATIONS[name].sentence), extra_tags="ok")
        return HttpResponseRedirect(reverse("control:approvals"))

    def _chosen(self, approval: int) -> Approval:
        found = Approval.objects.filter(id=approval).select_related("maker", "branch").first()
        if found is None or not (
            found.maker_id == self.request.user.pk
            or found.role in self.request.rights.roles
            or self.request.rights.reaches("control.view_journal", found.branch_id)
        ):
            raise Http404
        return found

    def _seen(self, chosen: Approval | None) -> dict[str, Any]:
        if chosen is None:
            return {"chosen": None}
        legs = [leg for entry in chosen.meaning.get("entries", []) for leg in entry["legs"]]
        standing = POSTER().numbered(sorted({number for number, _, _ in legs}))
        lines = [_line(leg, standing.get(leg[0])) for leg in legs]
        return {
            "chosen": chosen,
            "lines": lines,
            "own": chosen.maker_id == self.request.user.pk,
            "decidable": chosen.state == Approval.State.WAITING
            and chosen.role in self.request.rights.roles
            and chosen.maker_id != self.request.user.pk,
            "sentence": OPERATIONS[chosen.operation].sentence,
            "command": approvals.shown(chosen.command),
            "votes": chosen.votes.count(),
        }


def _line(leg: Sequence[Any], standing: dict[str, Any] | None) -> dict[str, Any]:
    """A leg of the signed effect; an account that the operation will open has no standing yet."""
    number, amount, currency = leg
    known = standing or {"name": "", "balance_minor": 0, "side": 1 if amount > 0 else -1}
    return {
        "number": number,
        "name": known["name"],
        "currency": currency,
        "debit_minor": amount if amount > 0 else None,
        "credit_minor": -amount if amount < 0 else None,
        "before_minor": known["balance_minor"] * known["side"],
        "after_minor": (known["balance_minor"] + amount) * known["side"],
    }


class JournalFilter(forms.Form):
    operation = forms.CharField(required=False, max_length=80)
    date = forms.DateField(required=False)
    subject = forms.CharField(required=False, max_length=80)
    before = forms.UUIDField(required=False)


class Journal(Screen):
    """Every command that reached the door, newest first."""

    permission = "control.view_journal"
    title: ClassVar[Text] = Text(uk="Журнал операцій", en="Journal of operations")
    template_name = "control/journal.html"

    def get(self, request: Request) -> HttpResponse:
        form = JournalFilter(request.GET)
        given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
        before: UUID | None = given.get("before")
        date: dt.date | None = given.get("date")
        lines = queries.journal(
            branches=self.where,
            operation=given.get("operation", ""),
            subject=given.get("subject", ""),
            date=date,
            before=before,
        )
        shown = [
            {"line": line, "sentence": OPERATIONS[line.operation].sentence}
            for line in lines
            if line.operation in OPERATIONS
        ]
        operations = [(one.name, str(one.sentence)) for one in OPERATIONS]
        return self.show(
            {
                "form": form,
                "lines": shown,
                "operations": sorted(operations, key=lambda one: one[1]),
                "next": lines[-1].id if len(lines) == 50 else None,
                "is_first": before is None,
            }
        )

    def crumbs(self) -> list[Crumb]:
        return []


def _row(approval: Approval, request: Request) -> dict[str, Any]:
    return {
        "approval": approval,
        "sentence": OPERATIONS[approval.operation].sentence,
        "own": approval.maker_id == request.user.pk,
    }
