"""Screens of operations: one page asks, one shows the effect, one tap posts, a receipt remains.

A screen of an operation is a form shaped for people that builds the operation's command. It is
previewed by the same body that will run, and confirmed under the key that the form got when it was
first shown: a double click, Back, a reload or a lost answer leads to the same receipt.
"""

import datetime as dt
from collections.abc import Container, Iterator, Mapping
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views import View

from apps.control import door, journal
from apps.control.commands import Command
from apps.control.declarations import OPERATIONS, Operation
from apps.control.errors import KeyReused
from apps.control.run import Actor
from apps.kernel import formats, wording
from apps.kernel.errors import Refusal
from apps.kernel.fields import Form
from apps.kernel.money import Money
from apps.kernel.text import Text

Crumb = tuple[str, str]
# The greatest id of a row.
_MOST = 2**63 - 1


class Rights(Protocol):
    """What `access` knows of a person's rights; see apps.access.queries.Rights."""

    roles: tuple[str, ...]

    def __contains__(self, permission: str) -> bool: ...
    def branches(self, permission: str) -> frozenset[int] | None: ...
    def reaches(self, permission: str, branch: int | None) -> bool: ...
    def everywhere(self) -> frozenset[int] | None: ...


def may(rights: Rights, operation: Operation) -> bool:
    """Whether a person may do an operation somewhere; one on the whole bank, in the whole bank."""
    scope = operation.scope
    if scope.statement is None and not scope.anywhere:
        return rights.reaches(operation.permission, None)
    return operation.permission in rights


class Request(HttpRequest):
    """A signed-in request, as the middleware of `access` has furnished it."""

    id: str
    date: dt.date
    # Always somebody: the middleware lets nobody else through.
    user: Any
    rights: Rights
    actor: Actor
    # Seconds until the session ends, if nothing more is done.
    session_left: int


class Screen(View):
    """A page for those who hold `permission` somewhere; `where` are its branches (None: all).

    With `whole_bank` it must be held in the whole bank. What no method of the page answers, such
    as OPTIONS, is refused.
    """

    http_method_names = ["get", "head", "post"]  # noqa: RUF012 - as Django spells it
    permission: ClassVar[str]
    whole_bank: ClassVar[bool] = False
    title: ClassVar[Text]
    template_name: ClassVar[str]
    request: Request

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Raises Http404 for an address that names what no row can be called."""
        if not all(map(_may_be_kept, kwargs.values())):
            raise Http404
        super().setup(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_open():
            raise PermissionDenied(self.permission)
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def is_open(self) -> bool:
        """Whether this person may open the page, whatever it is about."""
        rights = self.request.rights
        if self.whole_bank:
            return rights.reaches(self.permission, None)
        return self.permission in rights

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


def asked_id(request: HttpRequest, name: str) -> int:
    """The id that stands behind an address as `?name=`; 0, which no row has, where none does."""
    return an_id(request.GET.get(name, ""))


def an_id(given: str) -> int:
    """The id of a row that a text is; 0 where no row can have it."""
    found = int(given) if given.isascii() and given.isdecimal() and len(given) < 20 else 0
    return found if _may_be_kept(found) else 0


def _may_be_kept(value: Any) -> bool:
    """Whether PostgreSQL can hold it: a bigint, or a text without the zero character."""
    return value <= _MOST if isinstance(value, int) else "\x00" not in str(value)


class OperationScreen(Screen):
    """Ask, review, confirm: the page of one operation.

    A subclass names the `operation` and its `form_class`, turns clean data into a command, and may
    say the effect in its own words. `fields_of` tells which field a refusal is about.
    """

    operation: ClassVar[str]
    form_class: ClassVar[type[Form]]
    template_name = "control/operation_form.html"
    review_template: ClassVar[str] = "control/operation_review.html"
    submit_label: ClassVar[Text] = Text(uk="Перевірити", en="Review")
    # What the last button says, where no other person must agree.
    confirm_label: ClassVar[Text] = Text(uk="Провести", en="Post")
    fields_of: ClassVar[Mapping[str, str]] = {}

    @property
    def permission(self) -> str:  # type: ignore[override]
        return OPERATIONS[self.operation].permission

    def is_open(self) -> bool:
        """A form that could only be refused is not shown."""
        return super().is_open() and may(self.request.rights, OPERATIONS[self.operation])

    def first(self) -> HttpResponse | None:
        """Where the person has to go before anything can be asked; None if nowhere."""
        return None

    def initial(self) -> dict[str, Any]:
        """What the form shows at first."""
        return {}

    def form_kwargs(self) -> dict[str, Any]:
        """What the form's constructor needs beyond data and initial values."""
        return {}

    def command(self, data: dict[str, Any]) -> Command:
        """The command that clean data means."""
        raise NotImplementedError

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        """The effect in one sentence, for the review."""
        return OPERATIONS[self.operation].sentence

    def concealed(self, data: dict[str, Any]) -> Container[int]:
        """Ledger accounts of other people's branches: the review tells no balance of theirs."""
        return ()

    def done_url(self, outcome: door.Outcome) -> str:
        """Where the person goes after posting: the receipt."""
        return reverse("ledger:receipt", args=[outcome.run_id])

    def form_context(self, form: Form) -> dict[str, Any]:
        """What the form's page shows beside the form."""
        return {}

    def remark(self, form: Form, field: str) -> str:
        """What a live check says of a good value, for example whose account it is."""
        return ""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if (elsewhere := self.first()) is not None:
            return elsewhere
        form = self.form_class(initial=self.initial(), **self.form_kwargs())
        return self._ask(form, key=uuid4().hex)

    def post(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if (elsewhere := self.first()) is not None:
            return elsewhere
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
        except KeyReused as refusal:
            return self._sent_before(form, refusal, key)
        except Refusal as refusal:
            return self._refused(form, refusal, key)
        return self._review(form, seen, key)

    def _confirm(self, command: Command, key: str) -> HttpResponse:
        outcome = door.execute(self.operation, command, actor=self.request.actor, key=key)
        if outcome.approval_id is not None and outcome.outcome != "done":
            address = reverse("control:approval", args=[outcome.approval_id])
        else:
            address = self.done_url(outcome)
        query = {"again" if outcome.replayed else "new": 1}
        return HttpResponseRedirect(f"{address}?{urlencode(query)}")

    def _review(self, form: Form, seen: door.Preview, key: str) -> HttpResponse:
        data = form.cleaned_data
        context = {
            "form": form,
            "key": key,
            "words": self.words(data, seen),
            "lines": effect_lines(seen, concealed=self.concealed(data)),
            "needs": seen.needs,
            "role": seen.needs and (wording.named("role", seen.needs.role) or seen.needs.role),
            "given": given_fields(form),
        }
        return self.show(context, template=self.review_template)

    def _ask(
        self, form: Form, *, key: str, status: int = 200, earlier: UUID | None = None
    ) -> HttpResponse:
        if not form.errors:
            focus_first_empty(form)
        context = {
            "form": form,
            "key": key,
            "submit_label": self.submit_label,
            "earlier": earlier,
            **self.form_context(form),
        }
        return self.show(context, status=status)

    def _refused(self, form: Form, refusal: Refusal, key: str) -> HttpResponse:
        field = self.fields_of.get(refusal.code)
        form.add_error(field if field in form.fields else None, str(refusal.text))
        return self._ask(form, key=key, status=refusal.status)

    def _sent_before(self, form: Form, refusal: Refusal, key: str) -> HttpResponse:
        """This form has posted something else: show that, and let the new content be another."""
        actor = self.request.actor
        bound = journal.bound_to(origin=actor.origin, client=actor.key_scope, key=key)
        assert bound is not None, "its key was refused because it is bound"
        return self._ask(form, key=uuid4().hex, status=refusal.status, earlier=bound.run_id)

    def _check(self, form: Form, field: str) -> HttpResponse:
        """A live check swaps the message of the field that was left, never the field itself."""
        form.is_valid()
        errors = list(form.errors.get(field, [])) if form.data.get(field) else []
        known = field in form.live
        said = self.remark(form, field) if known and not errors else ""
        return render(
            self.request,
            "control/_check.html",
            {"field": field if known else "", "errors": errors, "said": said},
        )


def focus_first_empty(form: Form) -> None:
    """Let the page open with the cursor where typing begins."""
    for field in form:
        if not field.is_hidden and field.value() in (None, ""):
            field.field.widget.attrs["autofocus"] = True
            return


def effect_lines(seen: door.Preview, *, concealed: Container[int] = ()) -> list[dict[str, Any]]:
    """The legs of a preview with the balance of each account before and after."""
    lines = []
    for number, entry in enumerate(seen.meaning["entries"], 1):
        for account, amount_minor, currency in entry["legs"]:
            before, after = seen.before[account], seen.after[account]
            line = {
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
            if account in concealed:
                line |= {"before_minor": None, "after_minor": None, "name": ""}
            lines.append(line)
    return lines


def given_fields(form: Form) -> list[tuple[str, str]]:
    """Each declared field that was filled in, by its label, as the person wrote or chose it.

    Fields that a form makes for itself, such as lines and counts, are told by the effect.
    """
    given = []
    for name in form.declared_fields:
        field, value = form[name], form.cleaned_data.get(name)
        if field.is_hidden or value in (None, "", [], False):
            continue
        choices = getattr(field.field, "choices", None)
        if choices:
            value = next((label for key, label in choices if str(key) == str(value)), value)
        given.append((str(field.label), _shown(value)))
    return given


def told(operation: str, command: Any) -> list[tuple[str, str]]:
    """A command's fields in plain types as people read them; what is empty is left out.

    So are the legs of an entry, which are shown as the entry itself, and the pieces of a count,
    which stand with the session.
    """
    if not isinstance(command, Mapping):
        # What was sent could not be read as a command.
        return [(str(Text(uk="надіслано", en="sent")), str(command or "")[:500])]
    fields = []
    for name, value in command.items():
        if value in (None, "", [], False) or name in {"legs", "counted"}:
            continue
        called = wording.named(name, value, operation=operation)
        fields.append((str(wording.field(name)), called or _shown(value)))
    return fields


def refused(told: Mapping[str, Any]) -> Text:
    """A refusal of the journal in its own words; one that is no longer known is its code."""
    for kind in _kinds_of(Refusal):
        if kind.code == told["code"]:
            try:
                return kind.sentence.filled(told.get("data") or {})
            except KeyError:
                break
    return Text(uk=told["code"], en=told["code"])


def _kinds_of(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds_of(below)


def _shown(value: Any) -> str:
    """A value, plain or of a form, as people write it."""
    language = get_language() or "uk"
    match value:
        case Money():
            return formats.money(value, language)
        case {"amount": str(amount), "currency": str(currency), **rest} if not rest:
            size = Money.parse(amount.removeprefix("-"), currency)
            return formats.money(-size if amount.startswith("-") else size, language)
        case dt.date():
            return formats.date(value, language)
        case True:
            return str(Text(uk="так", en="yes"))
        case list() | tuple():
            return "; ".join(_shown(one) for one in value)
    return str(value)
