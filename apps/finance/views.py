"""Screens of entries by hand."""

import datetime as dt
from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from apps.control import door
from apps.control.screens import OperationScreen
from apps.finance import queries
from apps.finance.forms import LINES, EntryForm, lines_of
from apps.finance.operations.entries import BookManualEntry, Side
from apps.kernel import formats
from apps.kernel.fields import Form
from apps.kernel.models import Branch
from apps.kernel.queries import bank
from apps.kernel.text import Text

# How far back entries are offered to begin another from: a quarter and its closing.
TEMPLATES_REACH = dt.timedelta(days=100)
# Digits of a number that is surely no entry's.
LONGEST = 19


class ManualEntry(OperationScreen):
    """Several lines on internal accounts, whose two sides are equal; another person agrees."""

    operation = "finance.book_manual_entry"
    form_class = EntryForm
    title: ClassVar[Text] = Text(uk="Проведення вручну", en="Entry by hand")
    template_name = "finance/entry.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.base_currency = bank().base_currency
        return super().dispatch(request, *args, **kwargs)

    def form_kwargs(self) -> dict[str, Any]:
        where = self.where
        branches = Branch.objects.filter(closed_on=None)
        if where is not None:
            branches = branches.filter(id__in=where)
        return {"branches": list(branches), "base_currency": self.base_currency}

    def initial(self) -> dict[str, Any]:
        """As an earlier entry, where one is named: its branch, accounts, sides and amounts."""
        given = self.request.GET.get("like", "")
        if not (given.isascii() and given.isdigit() and len(given) < LONGEST):
            return {}
        like = queries.template(int(given), branches=self.where)
        if like is None or len(like.legs) > LINES:
            raise Http404
        return {
            "branch": like.branch,
            "currency": like.currency,
            "narrative": like.narrative,
            **lines_of(like),
        }

    def form_context(self, form: Form) -> dict[str, Any]:
        since = self.request.date - TEMPLATES_REACH
        return {
            "internal": queries.internal(branches=self.where),
            "templates": queries.earlier(branches=self.where, since=since),
        }

    def remark(self, form: Form, field: str) -> str:
        assert isinstance(form, EntryForm)
        return form.names.get(form.cleaned_data.get(field, ""), "")

    def command(self, data: dict[str, Any]) -> BookManualEntry:
        return BookManualEntry(
            branch=data["branch"], legs=data["legs"], narrative=data["narrative"]
        )

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        debits = [leg.amount for leg in data["legs"] if leg.side == Side.DEBIT]
        total = sum(debits[1:], debits[0])
        uk, en = (formats.money(total, language) for language in ("uk", "en"))
        return Text(
            uk=f"Проведеться {uk} по дебету й по кредиту, рядків: {len(data['legs'])}.",
            en=f"{en} is booked on each side, on {len(data['legs'])} lines.",
        )
