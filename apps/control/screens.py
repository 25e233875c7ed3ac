"""Screens of operations: one page asks, one shows the effect, one tap posts, a receipt remains.

A screen of an operation is a form shaped for people that builds the operation's command. It is
previewed by the same body that will run, and confirmed under the key that the form got when it was
first shown: a double click, Back, a reload or a lost answer leads to the same receipt.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views import View

from apps.control import door
from apps.control.commands import Command
from apps.control.declarations import OPERATIONS
from apps.control.run import Actor
from apps.kernel.errors import Refusal
from apps.kernel.text import Text

Crumb = tuple[str, str]


class Rights(Protocol):
    """What `access` knows of a person's rights; see apps.access.queries.Rights."""

    roles: tuple[str, ...]

    def __contains__(self, permission: str) -> bool: ...
    def branches(self, permission: str) -> frozenset[int] | None: ...
    def reaches(self, permission: str, branch: int | None) -> bool: ...


class Request(HttpRequest):
    """A signed-in request, as the middleware of `access` has furnished it."""

    id: str
    date: dt.date
    # Always somebody: the middleware lets nobody else through.
    user: Any
    rights: Rights
    actor: Actor


class Screen(View):
    """A page for those who hold `permission` somewhere; `where` are its branches (None: all)."""

    permission: ClassVar[str]
    title: ClassVar[Text]
    template_name: ClassVar[str]
    request: Request

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.permission not in self.request.rights:
            raise PermissionDenied(self.permission)
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    @property
    def where(self) -> frozenset[int] | None:
        found: frozenset[int] | None = self.request.rights.branches(self.permission)
        return found

    def crumbs(self) -> list[Crumb]:
        """Addresses and names of the pages above this one."""
        return []

    def show(
        self, context: Mapping[str, Any], *, template: str = "", status: int = 200
    ) -> HttpResponse:
        """Render the page in the frame; the heading and the crumbs are the screen's own."""
        frame = {"title": self.title, "crumbs": self.crumbs(), "screen": self}
        return render(
            self.request, template or self.template_name, {**frame, **context}, status=status
        )


class OperationScreen(Screen):
    """Ask, review, confirm: the page of one operation.

    A subclass names the `operation` and its `form_class`, turns clean data into a command, says
    where the receipt is, and may say the effect in its own words. `fields_of` tells which field a
    refusal is about.
    """

    operation: ClassVar[str]
    form_class: ClassVar[type[forms.Form]]
    template_name = "control/operation_form.html"
    review_template: ClassVar[str] = "control/operation_review.html"
    submit_label: ClassVar[Text] = Text(uk="Перевірити", en="Review")
    fields_of: ClassVar[Mapping[str, str]] = {}

    @property
    def permission(self) -> str:  # type: ignore[override]
        return OPERATIONS[self.operation].permission

    def initial(self) -> dict[str, Any]:
        """What the form shows at first, from the address."""
        return self.request.GET.dict()

    def form_kwargs(self) -> dict[str, Any]:
        """What the form's constructor needs beyond data and initial values."""
        return {}

    def command(self, data: dict[str, Any]) -> Command:
        """The command that clean data means."""
        raise NotImplementedError

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        """The effect in one sentence, for the review."""
        return OPERATIONS[self.operation].sentence

    def done_url(self, outcome: door.Outcome) -> str:
        """Where the person goes after posting: the receipt."""
        return reverse("ledger:run", args=[outcome.run_id])

    def form_context(self, form: forms.Form) -> dict[str, Any]:
        """What the form's page shows beside the form."""
        return {}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(initial=self.initial(), **self.form_kwargs())
        return self._ask(form, key=uuid4().hex)

    def post(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        stage = request.POST.get("stage", "review")
        key = request.POST.get("key") or uuid4().hex
        form = self.form_class(request.POST, **self.form_kwargs())
        if stage == "check":
            return self._check(form, request.POST.get("field", ""))
        if not form.is_valid() or stage == "edit":
            return self._ask(form, key=key, status=200 if stage == "edit" else 422)
        try:
            command = self.command(form.cleaned_data)
            if stage == "confirm":
                return self._confirm(command, key)
            seen = door.preview(self.operation, command, actor=request.actor)
        except Refusal as refusal:
            return self._refused(form, refusal, key)
        return self._review(form, seen, key)

    def _confirm(self, command: Command, key: str) -> HttpResponse:
        outcome = door.execute(self.operation, command, actor=self.request.actor, key=key)
        if outcome.outcome != "done":
            return HttpResponseRedirect(
                reverse("control:approval", args=[outcome.approval_id])
                + "?"
                + urlencode({"new": 1})
            )
        return HttpResponseRedirect(self.done_url(outcome))

    def _review(self, form: forms.Form, seen: door.Preview, key: str) -> HttpResponse:
        context = {
            "form": form,
            "key": key,
            "words": self.words(form.cleaned_data, seen),
            "lines": effect_lines(seen),
            "needs": seen.needs,
            "given": given_fields(form),
        }
        return self.show(context, template=self.review_template)

    def _ask(self, form: forms.Form, *, key: str, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "key": key,
            "submit_label": self.submit_label,
            **self.form_context(form),
        }
        return self.show(context, status=status)

    def _refused(self, form: forms.Form, refusal: Refusal, key: str) -> HttpResponse:
        field = self.fields_of.get(refusal.code)
        form.add_error(field if field in form.fields else None, str(refusal.text))
        return self._ask(form, key=key, status=refusal.status)

    def _check(self, form: forms.Form, field: str) -> HttpResponse:
        """A live check swaps the message of the field that was left, never the field itself."""
        form.is_valid()
        errors = list(form.errors.get(field, [])) if form.data.get(field) else []
        said = self.remark(form, field) if not errors else ""
        return render(
            self.request,
            "control/_check.html",
            {"field": field if field in form.fields else "", "errors": errors, "said": said},
        )

    def remark(self, form: forms.Form, field: str) -> str:
        """What a live check says of a good value, for example whose account it is."""
        return ""


def effect_lines(seen: door.Preview) -> list[dict[str, Any]]:
    """The legs of a preview with the balance of each account before and after."""
    lines = []
    for number, entry in enumerate(seen.meaning["entries"], 1):
        for account, amount_minor, currency in entry["legs"]:
            before, after = seen.before[account], seen.after[account]
            lines.append(
                {
                    "entry": number,
                    "kind": entry["kind"],
                    "number": after["number"],
                    "name": after["name"],
                    "currency": currency,
                    "debit_minor": amount_minor if amount_minor > 0 else None,
                    "credit_minor": -amount_minor if amount_minor < 0 else None,
                    "before_minor": before["balance_minor"] * before["side"],
                    "after_minor": after["balance_minor"] * after["side"],
                }
            )
    return lines


def given_fields(form: forms.Form) -> list[tuple[str, str]]:
    """Each field that was filled in, by its label, as the person wrote or chose it."""
    given = []
    for field in form:
        value = form.cleaned_data.get(field.name)
        if field.is_hidden or value in (None, "", []):
            continue
        choices = getattr(field.field, "choices", None)
        if choices:
            value = dict(choices).get(field.data, field.data)
        given.append((str(field.label), str(value)))
    return given


def live(widget: forms.Widget) -> Callable[[str], None]:
    """Let the form's page check this widget's field as soon as the person leaves it."""

    def name(field: str) -> None:
        widget.attrs |= {
            "hx-post": "",
            "hx-trigger": "change",
            "hx-swap": "none",
            "hx-vals": f'{{"stage": "check", "field": "{field}"}}',
        }

    return name
