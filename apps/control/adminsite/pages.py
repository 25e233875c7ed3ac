"""One table in the administration: a list, a page for each row, and operations on them.

An app's `admin.py` declares what is shown, to whom, and which operations are offered. Nothing here
writes: a form is a command, the door does it, and what the door refuses is said at the form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from apps.control import door
from apps.control.adminsite import words
from apps.control.adminsite.forms import CommandForm, Field
from apps.control.adminsite.rows import Finds, Rows, exactly, key_of
from apps.control.adminsite.shown import called, shown
from apps.control.declarations import OPERATIONS
from apps.control.errors import KeyReused, MalformedCommand
from apps.control.screens import Request, Rights, focus_first_empty, may
from apps.kernel import wording
from apps.kernel.errors import Refusal
from apps.kernel.queries import bank
from apps.kernel.text import Text

if TYPE_CHECKING:
    Base = ModelAdmin[Any]
else:
    Base = ModelAdmin

Data = dict[str, Any]
# What a form's data become before the door takes them, and what is told of it this once.
Prepared = tuple[Data, str]
PARTS_SHOWN = 50
# The pages of a table that ask for something; all others are only looked at.
FORMS = frozenset({"add_by", "do"})


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that stand together on the first page."""

    title: Text
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An operation as a form: on the table as a whole, or, with `given`, on one of its rows."""

    operation: str
    label: Text
    icon: str = "plus"
    # Fields of the command that the row itself answers, and what the rest of the form shows first.
    given: Callable[[Any], Data] | None = None
    first: Callable[[Any], Data] | None = None
    asks: Mapping[str, Field] = field(default_factory=dict)
    # Fields that nobody is asked: `prepare` makes them, or their defaults will do.
    made: tuple[str, ...] = ()
    # Whether it makes sense for a row in this state.
    when: Callable[[Any], bool] = lambda row: True
    prepare: Callable[[Data], Prepared] | None = None
    hint: Text | None = None

    @property
    def slug(self) -> str:
        return self.operation.partition(".")[2].replace("_", "-")

    @property
    def permission(self) -> str:
        return OPERATIONS[self.operation].permission

    def is_for(self, rights: Rights) -> bool:
        return may(rights, OPERATIONS[self.operation])


class OperationAdmin(Base):
    """A table to look at; `adds` and `offers` are the only ways to change what is in it."""

    title: ClassVar[Text]
    group: ClassVar[Group]
    # Who may look; `branch` is the path to the row's branch where not everybody sees every row.
    permission: ClassVar[str]
    branch: ClassVar[str | None] = None
    # Rows without a branch that only somebody with the whole bank may see.
    whole_bank: ClassVar[bool] = False
    columns: ClassVar[tuple[str, ...]]
    hidden: ClassVar[frozenset[str]] = frozenset()
    # Columns by which a large table is searched, each served by an index.
    finds: ClassVar[Finds] = {}
    # A table so large that without a search nothing is listed.
    only_found: ClassVar[bool] = False
    find_label: ClassVar[Text] = Text(uk="Знайти", en="Find")
    adds: ClassVar[tuple[Offer, ...]] = ()
    offers: ClassVar[tuple[Offer, ...]] = ()
    # Tables whose rows belong to a row of this one, by their column.
    parts: ClassVar[tuple[tuple[type[Model], str], ...]] = ()

    list_per_page = 50
    actions = None
    show_facets = ShowFacets.NEVER
    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.columns

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """What rows are called by is read with them: as many statements for many as for one."""
        return self.list_select_related or [
            one.name
            for one in self.opts.concrete_fields
            if isinstance(one, ForeignKey) and one.name in self.columns
        ]

    def get_sortable_by(self, request: HttpRequest) -> tuple[str, ...]:
        """A large table has the one order that an index serves."""
        return () if self.finds else self.columns

    # --- Who may see what -------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        where = cast(Request, request).rights.branches(self.permission)
        return where is None if self.whole_bank else where != frozenset()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never by Django's own forms; see `may_add`."""
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def may_add(self, request: HttpRequest) -> list[tuple[str, Offer]]:
        """The operations that add to the table and that this person may do, with addresses."""
        rights = cast(Request, request).rights
        return [(self._address("add", one.slug), one) for one in self.adds if one.is_for(rights)]

    def may_do(self, request: HttpRequest, row: Model) -> list[tuple[str, Offer]]:
        """The operations on this row that this person may do now."""
        rights = cast(Request, request).rights
        key = quote(row.pk)
        return [
            (self._address("do", key, one.slug), one)
            for one in self.offers
            if one.is_for(rights) and one.when(row)
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        where = cast(Request, request).rights.branches(self.permission)
        if self.branch is None or where is None:
            return rows
        return rows.filter(**{f"{self.branch}__in": where})

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """By an address only what stands as a filter on the page: no peeking, no slow reading."""
        return lookup.partition("__")[0] in self.list_filter

    # --- Pages ------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        def judged(view: Callable[..., HttpResponse]) -> Any:
            return self.admin_site.admin_view(view)

        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("", judged(self.changelist_view), name=f"{name}_changelist"),
            path("add/<slug:offer>/", judged(self.add_by), name=f"{name}_add"),
            path("<path:object_id>/change/", judged(self.row), name=f"{name}_change"),
            path("<path:object_id>/do/<slug:offer>/", judged(self.do), name=f"{name}_do"),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Rows]:
        return Rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if self.only_found and not text:
            return queryset.none(), False
        if self.finds:
            return (exactly(queryset, text, self.finds) if text else queryset), False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(
        self, request: HttpRequest, extra_context: Data | None = None
    ) -> HttpResponse:
        """A page of the table."""
        self._require_view(request)
        try:
            rows = cast(Rows, self.get_changelist_instance(request))
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
        heads = [
            head | {"text": words.label(name)}
            for name, head in zip(self.columns, result_headers(rows), strict=True)
        ]
        filters = [
            (words.label(str(getattr(one, "field_path", ""))), list(one.choices(rows)))
            for one in rows.filter_specs
        ]
        context = {
            "title": self.title,
            "crumbs": self._crumbs(),
            "rows": rows,
            "heads": heads,
            "lines": list(self._lines(rows.result_list)),
            "filters": filters,
            "adds": self.may_add(request),
            "searches": bool(self.finds or self.search_fields),
            "find_label": self.find_label,
            "waits_for_search": self.only_found and not rows.query,
            "newer": rows.get_query_string({"p": rows.page_num - 1}) if rows.page_num > 1 else "",
            "older": rows.get_query_string({"p": rows.page_num + 1}) if rows.has_more else "",
        }
        return render(request, "admin/list.html", context)

    def row(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Everything that is kept of one row, and what can be done with it."""
        self._require_view(request)
        found = self._found(request, object_id)
        names = [one.name for one in self.opts.concrete_fields if one.name not in self.hidden] + [
            name for name in self.columns if name not in {f.name for f in self.opts.fields}
        ]
        base = self.base
        context = {
            "title": called(found),
            "crumbs": [*self._crumbs(), (self._address("changelist"), str(self.title))],
            "facts": [(words.label(name), self.cell(found, name, base)) for name in names],
            "offers": self.may_do(request, found),
            "parts": list(self._parts(request, found)),
        }
        return render(request, "admin/row.html", context)

    def add_by(self, request: HttpRequest, offer: str) -> HttpResponse:
        """The form of an operation that adds to the table."""
        self._require_view(request)
        found = next((one for one in self.adds if one.slug == offer), None)
        if found is None:
            raise Http404
        return self._ask(request, found, back=self._address("changelist"))

    def do(self, request: HttpRequest, object_id: str, offer: str) -> HttpResponse:
        """The form of an operation on one row."""
        self._require_view(request)
        row = self._found(request, object_id)
        found = next((one for one in self.offers if one.slug == offer and one.when(row)), None)
        if found is None:
            raise Http404
        return self._ask(request, found, row=row, back=self._address("change", quote(row.pk)))

    # --- Forms ------------------------------------------------------------------------------

    def _ask(
        self, request: HttpRequest, offer: Offer, *, back: str, row: Model | None = None
    ) -> HttpResponse:
        if not offer.is_for(cast(Request, request).rights):
            raise PermissionDenied(offer.permission)
        form = partial(
            CommandForm,
            command=OPERATIONS[offer.operation].command,
            asks=offer.asks,
            given=offer.given(row) if offer.given else {},
            made=offer.made,
        )
        first = offer.first(row) if offer.first else {}
        if request.method != "POST":
            return self._asked(request, offer, form(initial=first), key=uuid4().hex, back=back)
        key = request.POST.get("key") or uuid4().hex
        given = form(request.POST, initial=first)
        if not given.is_valid():
            return self._asked(request, offer, given, key=key, back=back, status=422)
        data, told = offer.prepare(given.plain()) if offer.prepare else (given.plain(), "")
        try:
            outcome = door.execute(
                offer.operation, data, actor=cast(Request, request).actor, key=key
            )
        except Refusal as refusal:
            self._refused(given, refusal)
            again = uuid4().hex if isinstance(refusal, KeyReused) else key
            return self._asked(request, offer, given, key=again, back=back, status=refusal.status)
        self._tell(request, offer, outcome)
        if told and outcome.outcome == "done":
            context = {"title": offer.label, "crumbs": self._crumbs(), "told": told, "back": back}
            return render(request, "admin/told.html", context)
        return HttpResponseRedirect(back)

    def _asked(
        self,
        request: HttpRequest,
        offer: Offer,
        form: CommandForm,
        *,
        key: str,
        back: str,
        status: int = 200,
    ) -> HttpResponse:
        if not form.errors:
            focus_first_empty(form)
        context = {
            "title": offer.label,
            "crumbs": [*self._crumbs(), (back, str(self.title))],
            "form": form,
            "key": key,
            "hint": offer.hint,
            "given": [(words.label(name), _named(name, one)) for name, one in form.given.items()],
            "submit_label": offer.label,
        }
        return render(request, "admin/operation.html", context, status=status)

    def _refused(self, form: CommandForm, refusal: Refusal) -> None:
        place = None
        if isinstance(refusal, MalformedCommand):
            place = str(refusal.data["pointer"]).lstrip("/").partition("/")[0]
        form.add_error(place if place in form.fields else None, str(refusal.text))

    def _tell(self, request: HttpRequest, offer: Offer, outcome: door.Outcome) -> None:
        if outcome.approval_id is None or outcome.outcome == "done":
            said = f"{OPERATIONS[offer.operation].sentence}."
            messages.success(request, said, extra_tags="ok")
            return
        said = format_html(
            '{} <a href="{}">{}</a>',
            Text(uk="Чекає на погодження іншої людини.", en="It waits for another person."),
            reverse("control:approval", args=[outcome.approval_id]),
            Text(uk="Відкрити запит", en="Open the request"),
        )
        messages.warning(request, said, extra_tags="warn")

    # --- Words ------------------------------------------------------------------------------

    @property
    def base(self) -> str:
        """The currency of amounts that name none; a statement where there are such amounts."""
        names = {one.name for one in self.opts.fields}
        silent = "currency" not in names and any(name.endswith("_minor") for name in names)
        return bank().base_currency if silent else ""

    def cell(self, row: Model, name: str, base: str) -> str:
        """A value of a row, as people read it."""
        own = getattr(self, name, None) if name in self.columns else None
        if own is not None and callable(own):
            return str(own(row))
        value = getattr(row, name)
        if isinstance(value, str) and (word := words.VALUES.get(f"{name}:{value}")):
            return str(word)
        if name.endswith("_minor"):
            return shown(value, currency=getattr(row, "currency", "") or base)
        return shown(value)

    def _lines(self, rows: Sequence[Model]) -> Iterator[tuple[str, list[str]]]:
        base = self.base
        for row in rows:
            address = self._address("change", quote(row.pk))
            yield address, [self.cell(row, name, base) for name in self.columns]

    def _parts(self, request: HttpRequest, row: Model) -> Iterator[Data]:
        for model, column in self.parts:
            page = self.admin_site._registry.get(model)
            if isinstance(page, OperationAdmin) and page.has_view_permission(request):
                rows = page.get_queryset(request).filter(**{column: row.pk}).order_by("-pk")
                rows = rows.select_related(*page.get_list_select_related(request))
                yield {
                    "title": page.title,
                    "heads": [words.label(name) for name in page.columns],
                    "lines": list(page._lines(list(rows[:PARTS_SHOWN]))),
                }

    # --- Ways -------------------------------------------------------------------------------

    def _address(self, kind: str, *args: str) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{kind}"
        return reverse(name, args=args)

    @property
    def address(self) -> str:
        return self._address("changelist")

    def _crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("admin:index"), str(Text(uk="Адміністрування", en="Administration")))]

    def _require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied(self.permission)

    def _found(self, request: HttpRequest, object_id: str) -> Model:
        """Raises Http404 for what is not there, and for what is elsewhere."""
        key = key_of(self.model, unquote(object_id))
        found = None if key is None else self.get_queryset(request).filter(pk=key).first()
        if found is None:
            raise Http404
        return cast(Model, found)


def _named(name: str, value: Any) -> str:
    return wording.named(name, value) or shown(value)
