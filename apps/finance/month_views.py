"""Screens of months: which are closed, what is left to do in one, closing and opening it again."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.control import door
from apps.control.commands import Command
from apps.control.screens import Crumb, OperationScreen, Request, Screen
from apps.customers.forms import text_input
from apps.finance import months
from apps.finance.operations.months import CLOSE, CloseMonth, ReopenMonth, TickMonth
from apps.kernel.fields import Form, said
from apps.kernel.text import Text

VIEW = "finance.view_months"
PAGE = 24
_MONTHS = Text(uk="Закриття місяців", en="Month close")


def first_of(given: str) -> dt.date:
    """The first day of the month that an address names by it. Raises Http404 for anything else."""
    try:
        found = dt.date.fromisoformat(given)
    except ValueError:
        raise Http404 from None
    if found.day != 1 or given != found.isoformat():
        raise Http404
    return found


class Months(Screen):
    """The months of the bank, newest first, and which of them are closed."""

    permission = VIEW
    whole_bank = True
    title: ClassVar[Text] = _MONTHS
    template_name = "finance/months.html"

    def get(self, request: Request) -> HttpResponse:
        before = request.GET.get("before", "")
        found = months.months(before=first_of(before) if before else None, limit=PAGE)
        return self.show(
            {
                "lines": found,
                "next": found[-1].month if len(found) == PAGE else None,
                "is_first": not before,
            }
        )


class OneMonth(Screen):
    """A month: its checks, its ticks, and what was done with it."""

    permission = VIEW
    whole_bank = True
    template_name = "finance/month.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return Text(uk=f"Місяць {self.month:%m.%Y}", en=f"Month {self.month:%Y-%m}")

    def get(self, request: Request, period: str) -> HttpResponse:
        self.month = first_of(period)
        line = months.one_month(self.month)
        if line is None:
            raise Http404
        found = months.checklist(self.month)
        return self.show(
            {
                "month": self.month,
                "line": line,
                "found": found,
                "left": len(found.left),
                "closes": request.rights.reaches(CLOSE, None),
            }
        )

    def crumbs(self) -> list[Crumb]:
        return [(reverse("finance:months"), str(_MONTHS))]


class OnMonth(OperationScreen):
    """An operation on the month that the address names."""

    month: dt.date
    confirm_label: ClassVar[Text] = Text(uk="Виконати", en="Do it")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_open():
            self.month = first_of(kwargs["period"])
            if months.one_month(self.month) is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("finance:month", args=[self.month.isoformat()])

    def crumbs(self) -> list[Crumb]:
        own = reverse("finance:month", args=[self.month.isoformat()])
        return [(reverse("finance:months"), str(_MONTHS)), (own, f"{self.month:%m.%Y}")]


class TickForm(Form):
    item = forms.ChoiceField(label=said("Пункт", "Item"))
    done = forms.BooleanField(required=False, initial=True, label=said("Зроблено", "Done"))
    note = forms.CharField(
        required=False, max_length=500, label=said("Примітка", "Note"), widget=text_input()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.fields["item"]
        assert isinstance(item, forms.ChoiceField)
        item.choices = [(code, str(title)) for code, title in months.TICKS.items()]


class Tick(OnMonth):
    """What nobody but people can say of a month."""

    operation = "finance.tick_month"
    form_class = TickForm
    title: ClassVar[Text] = Text(uk="Відмітити пункт", en="Tick an item")
    confirm_label: ClassVar[Text] = Text(uk="Відмітити", en="Tick")

    def initial(self) -> dict[str, Any]:
        return {"item": self.request.GET.get("item", "")}

    def command(self, data: dict[str, Any]) -> Command:
        return TickMonth(period=self.month, item=data["item"], done=data["done"], note=data["note"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        title = months.TICKS[data["item"]]
        if data["done"]:
            return Text(uk=f"«{title.uk}»: зроблено.", en=f"“{title.en}”: done.")
        return Text(uk=f"«{title.uk}»: ще не зроблено.", en=f"“{title.en}”: not done yet.")


class Close(OnMonth):
    """Lock a month of which everything is done."""

    operation = "finance.close_month"
    form_class = Form
    title: ClassVar[Text] = Text(uk="Закрити місяць", en="Close the month")
    confirm_label: ClassVar[Text] = Text(uk="Закрити", en="Close")

    def command(self, data: dict[str, Any]) -> Command:
        return CloseMonth(period=self.month)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        month = self.month
        return Text(
            uk=f"Місяць {month:%m.%Y} закриється: проведень із датою валютування в ньому більше "
            "не буде. Відкрити його зможуть лише дві людини.",
            en=f"The month {month:%Y-%m} closes: no entry will have a value date in it. It takes "
            "two people to open it again.",
        )


class ReopenForm(Form):
    reason = forms.CharField(
        min_length=3, max_length=500, label=said("Причина", "Reason"), widget=text_input()
    )


class Reopen(OnMonth):
    """Open the last closed month again."""

    operation = "finance.reopen_month"
    form_class = ReopenForm
    title: ClassVar[Text] = Text(uk="Відкрити місяць знову", en="Open the month again")
    confirm_label: ClassVar[Text] = Text(uk="Відкрити", en="Open")

    def command(self, data: dict[str, Any]) -> Command:
        return ReopenMonth(period=self.month, reason=data["reason"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        return Text(
            uk=f"Місяць {self.month:%m.%Y} знову прийматиме проведення з датою валютування.",
            en=f"The month {self.month:%Y-%m} takes entries with a value date in it again.",
        )
