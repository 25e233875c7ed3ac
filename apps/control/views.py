"""Screens of the door: the inbox of approvals, one's own requests, and the journal."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.control import door, queries
from apps.control.declarations import OPERATIONS, POSTER
from apps.control.models import Approval
from apps.control.screens import Crumb, Request, Screen, told
from apps.kernel import wording
from apps.kernel.errors import Refusal
from apps.kernel.fields import DateField
from apps.kernel.text import Text

DECIDING, ASKING = "control.decide_approvals", "control.make_requests"
PAGE = 50
SHORTEST_REASON = 3


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[("approve", ""), ("decline", ""), ("withdraw", "")])
    meaning = forms.CharField(required=False, max_length=64)
    reason = forms.CharField(required=False, max_length=1000)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("decision") == "decline" and len(data.get("reason", "")) < SHORTEST_REASON:
            self.add_error("reason", str(_NO_REASON))
        return data


class Requests(Screen):
    """Requests on the left; on the right what the chosen one will do."""

    template_name = "control/approvals.html"

    def requests(self) -> list[queries.Request]:
        """What the list on the left holds."""
        rights = self.request.rights
        return queries.inbox(
            user=self.request.user.pk, roles=rights.roles, branches=rights.branches(DECIDING)
        )

    def page(
        self,
        waiting: Sequence[queries.Request],
        chosen: Approval | None,
        *,
        problem: str = "",
        reason: str = "",
        status: int = 200,
    ) -> HttpResponse:
        me = self.request.user.pk
        rows = [
            {"request": one, "deed": deed(one.operation), "own": one.maker == me} for one in waiting
        ]
        context = {
            "waiting": rows,
            "key": uuid4().hex,
            "problem": problem,
            "reason": reason,
            **self._seen(chosen),
        }
        return self.show(context, status=status)

    def _seen(self, chosen: Approval | None) -> dict[str, Any]:
        if chosen is None:
            return {"chosen": None}
        legs = [leg for entry in chosen.meaning.get("entries", []) for leg in entry["legs"]]
        standing = POSTER().numbered(sorted({number for number, _, _ in legs}))
        own = chosen.maker_id == self.request.user.pk
        return {
            "chosen": chosen,
            "lines": [_line(leg, standing.get(leg[0])) for leg in legs],
            "own": own,
            "decidable": chosen.state == Approval.State.WAITING
            and not own
            and chosen.role in self.request.rights.roles
            and self.request.rights.reaches(DECIDING, chosen.branch_id),
            "of_earlier_day": chosen.booking_date != self.request.date,
            "deed": deed(chosen.operation),
            "command": told(
                chosen.operation,
                {name: value for name, value in chosen.command.items() if name != "branch"},
            ),
            "role": wording.named("role", chosen.role) or chosen.role,
            "state": STATES[chosen.state],
            "votes": chosen.votes.count(),
            "changed": sorted(chosen.difference or {}),
        }


class Inbox(Requests):
    """What waits for a decision, oldest first."""

    permission = DECIDING
    title: ClassVar[Text] = Text(uk="Погодження", en="Approvals")

    def get(self, request: Request) -> HttpResponse:
        waiting = self.requests()
        return self.page(waiting, _approval(waiting[0].id) if waiting else None)


class MyRequests(Requests):
    """What a person has asked for: those that wait, then those that were decided."""

    permission = ASKING
    title: ClassVar[Text] = Text(uk="Мої запити", en="My requests")

    def get(self, request: Request) -> HttpResponse:
        own = self.requests()
        return self.page(own, _approval(own[0].id) if own else None)

    def requests(self) -> list[queries.Request]:
        return queries.requests_of(user=self.request.user.pk)


class OneRequest(Requests):
    """One request with the list it belongs to: the maker's own, or what waits for a decision."""

    title: ClassVar[Text] = Text(uk="Запит", en="Request")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rights = self.request.rights
        found = _approval(kwargs["approval"])
        own = found is not None and found.maker_id == self.request.user.pk
        if found is None or not (
            own
            or (found.role in rights.roles and rights.reaches(DECIDING, found.branch_id))
            or rights.reaches("control.view_journal", found.branch_id)
        ):
            raise Http404
        self.chosen = found
        self.decides = DECIDING in rights
        if not self.decides and ASKING not in rights:
            raise PermissionDenied(ASKING)
        return super(Screen, self).dispatch(request, *args, **kwargs)

    def requests(self) -> list[queries.Request]:
        if self.decides:
            return super().requests()
        return queries.requests_of(user=self.request.user.pk)

    def get(self, request: Request, approval: int) -> HttpResponse:
        return self.page(self.requests(), self.chosen)

    def post(self, request: Request, approval: int) -> HttpResponse:
        form = DecisionForm(request.POST)
        if not form.is_valid():
            problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return self.page(self.requests(), self.chosen, problem=problem, status=422)
        given = form.cleaned_data
        name, command = _decision(approval, given)
        key = request.POST.get("key") or uuid4().hex
        try:
            door.execute(name, command, actor=request.actor, key=key)
        except Refusal as refusal:
            chosen = _approval(approval)
            return self.page(
                self.requests(),
                chosen,
                problem=str(refusal.text),
                reason=given["reason"],
                status=refusal.status,
            )
        return HttpResponseRedirect(reverse("control:approval", args=[approval]) + "?new=1")

    def crumbs(self) -> list[Crumb]:
        if self.decides:
            return [(reverse("control:approvals"), str(Inbox.title))]
        return [(reverse("control:requests"), str(MyRequests.title))]


class JournalFilter(forms.Form):
    operation = forms.CharField(required=False, max_length=80)
    date = DateField(required=False)
    subject = forms.CharField(required=False, max_length=80)
    before = forms.UUIDField(required=False)


class Journal(Screen):
    """Every command that reached the door, newest first."""

    permission = "control.view_journal"
    title: ClassVar[Text] = Text(uk="Журнал операцій", en="Journal of operations")
    template_name = "control/journal.html"

    def get(self, request: Request) -> HttpResponse:
        form = JournalFilter(request.GET)
        form.is_valid()
        # A filter that cannot be read filters nothing.
        given: dict[str, Any] = form.cleaned_data
        before: UUID | None = given.get("before")
        date: dt.date | None = given.get("date")
        lines = queries.journal(
            branches=self.where,
            operation=given.get("operation", ""),
            subject=given.get("subject", ""),
            date=date,
            before=before,
            limit=PAGE,
        )
        operations = [(one.name, str(one.sentence)) for one in OPERATIONS]
        context = {
            "operation": given.get("operation", ""),
            "date": date,
            "lines": [{"line": line, "sentence": _sentence(line.operation)} for line in lines],
            "operations": sorted(operations, key=lambda one: one[1]),
            "next": lines[-1].id if len(lines) == PAGE else None,
            "is_first": before is None,
        }
        return self.show(context)


_NO_REASON = Text(
    uk="Щоб відхилити, вкажіть причину: її прочитає той, хто просив.",
    en="To decline, give the reason: whoever asked will read it.",
)
STATES: Mapping[str, tuple[str, Text]] = {
    Approval.State.WAITING: ("warn", Text(uk="чекає", en="waits")),
    Approval.State.DONE: ("ok", Text(uk="виконано", en="done")),
    Approval.State.DECLINED: ("bad", Text(uk="відхилено", en="declined")),
    Approval.State.RETURNED: ("bad", Text(uk="повернено", en="returned")),
    Approval.State.WITHDRAWN: ("", Text(uk="відкликано", en="taken back")),
    Approval.State.EXPIRED: ("", Text(uk="прострочено", en="expired")),
}


def _approval(approval: int) -> Approval | None:
    return Approval.objects.filter(id=approval).select_related("maker", "branch").first()


def _decision(approval: int, given: Mapping[str, Any]) -> tuple[str, Any]:
    """The operation and its command; what is no command at all is refused by the door."""
    match given["decision"]:
        case "approve":
            return "control.approve", {"approval": approval, "meaning": given["meaning"]}
        case "withdraw":
            return "control.withdraw_request", {"approval": approval}
    return "control.decline", {"approval": approval, "reason": given["reason"]}


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


def deed(operation: str) -> Text:
    """What an operation is called that is asked for and not done."""
    return wording.DEEDS[operation] if operation in wording.DEEDS else _sentence(operation)


def _sentence(operation: str) -> Text:
    """A line may outlive its operation, which then has no sentence any more."""
    if operation in OPERATIONS:
        return OPERATIONS[operation].sentence
    return Text(uk=operation, en=operation)
