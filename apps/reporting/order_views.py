"""Screens of ordered reports: ordering one, and how far it is."""

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.control import door
from apps.control.screens import Crumb, Request, Screen
from apps.kernel import formats
from apps.kernel.text import Text
from apps.reporting import orders
from apps.reporting.declarations import REPORTS
from apps.reporting.kept_views import Keep
from apps.reporting.operations import OrderReport
from apps.reporting.tables import said
from apps.reporting.views import READ, Reports

_ORDERS = Text(uk="Замовлені звіти", en="Ordered reports")


class Order(Keep):
    """Have a worker make a report that takes long, and keep it."""

    operation = "reporting.order_report"
    title: ClassVar[Text] = Text(uk="Замовити звіт", en="Order a report")
    confirm_label: ClassVar[Text] = Text(uk="Замовити", en="Order it")

    def command(self, data: dict[str, Any]) -> OrderReport:
        return OrderReport(
            report=self.report.code,
            start=data["start"],
            end=data["end"],
            compare=data["compare"],
            branch=data["branch"],
            currency=data["currency"] or None,
        )

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        title, end = self.report.title, data["end"]
        uk, en = (formats.date(end, language) for language in ("uk", "en"))
        return Text(
            uk=f"«{title.uk}», {uk}, складе й збереже система. Чекати на цій сторінці не треба.",
            en=f"“{title.en}” of {en} is made and kept by the system. You need not wait for it.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("reporting:order", args=[outcome.result["order"]])


def _called(one: orders.Told) -> Text:
    return REPORTS[one.report].title if one.report in REPORTS else said(one.report)


class Orders(Screen):
    """The latest reports that this person has ordered."""

    permission = READ
    title: ClassVar[Text] = _ORDERS
    template_name = "reporting/orders.html"

    def get(self, request: Request) -> HttpResponse:
        found = orders.of(request.user.pk)
        return self.show({"lines": [{"order": one, "title": _called(one)} for one in found]})

    def crumbs(self) -> list[Crumb]:
        return [(reverse("reporting:reports"), str(Reports.title))]


class OneOrder(Screen):
    """How far an ordered report is, for whoever ordered it; the page asks again by itself."""

    permission = READ
    template_name = "reporting/order.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        name, number = _called(self.order), self.order.id
        return Text(uk=f"{name.uk}: замовлення № {number}", en=f"{name.en}: order No. {number}")

    def get(self, request: Request, order: int) -> HttpResponse:
        found = orders.told(order)
        if found is None or found.ordered_by != request.user.pk:
            raise Http404
        self.order = found
        context = {"order": found, "tries": orders.MAX_TRIES}
        if request.headers.get("HX-Request"):
            return render(request, "reporting/_order.html", context)
        return self.show(context)

    def crumbs(self) -> list[Crumb]:
        return [
            (reverse("reporting:reports"), str(Reports.title)),
            (reverse("reporting:orders"), str(_ORDERS)),
        ]
