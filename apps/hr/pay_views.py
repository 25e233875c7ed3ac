"""Screens of pay: payrolls, payslips, one's own pay, and reports of staff and its cost."""

import datetime as dt
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.control import door
from apps.control.commands import Command
from apps.control.screens import Crumb, OperationScreen, Request, Screen
from apps.hr import papers, payslips, queries, rules
from apps.hr.forms import PeriodForm, PrepareForm, ReverseForm
from apps.hr.models import Payroll
from apps.hr.papers import PARTS
from apps.hr.payslips import VIEW_PAY, PaySight
from apps.hr.views import VIEW
from apps.kernel.fields import Form
from apps.kernel.queries import bank
from apps.kernel.text import Text

PAGE = 100
STATES: dict[str, tuple[str, Text]] = {
    Payroll.State.DRAFT: ("warn", Text(uk="чернетка", en="draft")),
    Payroll.State.DISCARDED: ("", Text(uk="замінено", en="replaced")),
    Payroll.State.POSTED: ("ok", Text(uk="проведено", en="posted")),
    Payroll.State.REVERSED: ("bad", Text(uk="сторновано", en="reversed")),
}
WARNINGS: dict[str, Text] = {
    "first": Text(uk="Перша зарплата", en="First pay"),
    "changed": Text(uk="Помітна зміна", en="Notable change"),
    "debt": Text(uk="Переплата, переноситься", en="Overpaid, carried on"),
    "account": Text(uk="Рахунок не приймає коштів", en="The account takes no money"),
    "leaver": Text(uk="Звільняється", en="Leaves"),
    "insurance": Text(uk="Страховий стаж невідомий", en="Insurance record unknown"),
    "missing": Text(uk="Немає у відомості", en="Not in the payroll"),
    "contract": Text(uk="Строк договору минув", en="The contract has ended"),
    "late": Text(uk="Минулий місяць змінився", en="An earlier month has changed"),
}


class OfPay(Screen):
    """A page for those who may see pay."""

    permission = VIEW_PAY

    @property
    def sight(self) -> PaySight:
        return PaySight.of(self.request.rights)

    def show(self, context: Any, *, template: str = "", status: int = 200) -> HttpResponse:
        return super().show(
            {"currency": bank().base_currency, **context}, template=template, status=status
        )


class Payrolls(OfPay):
    """Payrolls with their sums, newest first."""

    title: ClassVar[Text] = Text(uk="Зарплатні відомості", en="Payrolls")
    template_name = "hr/payrolls.html"

    def get(self, request: Request) -> HttpResponse:
        found = payslips.payrolls(sight=self.sight)
        rows = [{"payroll": one, "state": STATES[one.state]} for one in found]
        return self.show({"rows": rows})


class OnePayroll(OfPay):
    """A payroll beside the month before, with warnings, and its payslips page by page."""

    template_name = "hr/payroll.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return Text(
            uk=f"Відомість за {self.payroll.month:%m.%Y}",
            en=f"Payroll of {self.payroll.month:%Y-%m}",
        )

    def get(self, request: Request, payroll: int) -> HttpResponse:
        sight = self.sight
        found = payslips.payrolls(sight=sight, payroll=payroll)
        if not found:
            raise Http404
        [self.payroll] = found
        given = request.GET.get("after", "")
        after = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
        slips = payslips.slips(payroll, sight=sight, after=after, limit=PAGE)
        now, before = payslips.compared(payroll, sight=sight)
        warned = payslips.warnings(payroll, sight=sight)
        prepares = "hr.prepare_payroll" in request.rights
        context = {
            "payroll": self.payroll,
            "state": STATES[self.payroll.state],
            "now": now,
            "before": before,
            "warned": [{"warning": one, "label": WARNINGS[one.code]} for one in warned],
            "slips": slips,
            "next": slips[-1].employee if len(slips) == PAGE else None,
            "is_first": not after,
            "may_post": prepares and self.payroll.state == Payroll.State.DRAFT,
            "may_reverse": prepares and self.payroll.state == Payroll.State.POSTED,
        }
        return self.show(context)

    def crumbs(self) -> list[Crumb]:
        return [(reverse("hr:payrolls"), str(Payrolls.title))]


class Payslip(OfPay):
    """One payslip as a document."""

    template_name = "hr/payslip.html"
    title: ClassVar[Text] = Text(uk="Розрахунковий листок", en="Payslip")

    def get(self, request: Request, slip: int) -> HttpResponse:
        found = payslips.slip(slip, sight=self.sight)
        if found is None:
            raise Http404
        self.slip = found
        return self.show({"slips": [_document(found)], "bank": bank()})

    def crumbs(self) -> list[Crumb]:
        own = reverse("hr:payroll", args=[self.slip.payroll])
        return [
            (reverse("hr:payrolls"), str(Payrolls.title)),
            (own, f"{self.slip.month:%m.%Y}"),
        ]


class PayslipFile(OfPay):
    """One payslip as a PDF."""

    def get(self, request: Request, slip: int) -> HttpResponse:
        found = payslips.slip(slip, sight=self.sight)
        if found is None:
            raise Http404
        return _file(found)


class OwnPayslipFile(Screen):
    """A posted payslip of one's own as a PDF."""

    permission = "hr.use_own_affairs"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = payslips.own_slip(kwargs["slip"], user=self.request.user.pk)
        if found is None:
            raise Http404
        self.slip = found
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, slip: int) -> HttpResponse:
        return _file(self.slip)


def _file(slip: payslips.Slip) -> HttpResponse:
    content = papers.payslip(slip, bank=bank(), language=get_language() or "uk")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{papers.payslip_name(slip)}"'
    return response


class OwnPay(Screen):
    """One's own posted payslips: everybody of the staff may see those."""

    permission = "hr.use_own_affairs"
    template_name = "hr/payslip.html"
    title: ClassVar[Text] = Text(uk="Моя зарплата", en="My pay")

    def get(self, request: Request) -> HttpResponse:
        own = payslips.own_slips(request.user.pk, limit=12)
        found = bank()
        return self.show(
            {
                "slips": [_document(one) for one in own],
                "bank": found,
                "currency": found.base_currency,
                "is_own": True,
            }
        )


def _document(slip: payslips.Slip) -> dict[str, Any]:
    earned = [one for one in slip.parts if one.kind != "deduction"]
    kept = [one for one in slip.parts if one.kind == "deduction"]
    return {
        "slip": slip,
        "earned": [{"part": one, "label": PARTS[one.kind]} for one in earned],
        "kept": kept,
    }


class Prepare(OperationScreen):
    """A payroll is worked out; nothing is booked yet."""

    operation = "hr.prepare_payroll"
    form_class = PrepareForm
    title: ClassVar[Text] = Text(uk="Підготувати відомість", en="Prepare a payroll")
    confirm_label: ClassVar[Text] = Text(uk="Підготувати", en="Prepare")
    fields_of: ClassVar[dict[str, str]] = {
        "hr.date_impossible": "month",
        "hr.no_pay_rules": "month",
        "hr.nobody_to_pay": "month",
    }

    def initial(self) -> dict[str, Any]:
        return {"month": rules.first_of_month(self.request.date)}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(**data)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        people = seen.result["employees"]
        return Text(
            uk=f"Буде підготовлено відомість, працівників: {people}. Нічого ще не проводиться.",
            en=f"A payroll of {people} people will be prepared. Nothing is booked yet.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("hr:payroll", args=[outcome.result["payroll"]])

    def crumbs(self) -> list[Crumb]:
        return [(reverse("hr:payrolls"), str(Payrolls.title))]


class OnPayroll(OperationScreen):
    """An operation on the payroll that the address names."""

    form_class = Form

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.payroll_id = kwargs["payroll"]
        if self.permission in self.request.rights:
            found = Payroll.objects.filter(id=self.payroll_id).first()
            if found is None:
                raise Http404
            self.payroll = found
        return super().dispatch(request, *args, **kwargs)

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(payroll=self.payroll_id, **data)

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("hr:payroll", args=[self.payroll_id])

    def crumbs(self) -> list[Crumb]:
        own = reverse("hr:payroll", args=[self.payroll_id])
        return [
            (reverse("hr:payrolls"), str(Payrolls.title)),
            (own, f"{self.payroll.month:%m.%Y}"),
        ]


class Post(OnPayroll):
    operation = "hr.post_payroll"
    title: ClassVar[Text] = Text(uk="Провести відомість", en="Post the payroll")

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        people, month = seen.meaning["rules"]["employees"], self.payroll.month
        return Text(
            uk=f"Зарплату за {month:%m.%Y} буде проведено й виплачено, працівників: {people}.",
            en=f"The pay of {month:%Y-%m} will be booked and paid to {people} people.",
        )


class Reverse(OnPayroll):
    operation = "hr.reverse_payroll"
    form_class = ReverseForm
    title: ClassVar[Text] = Text(uk="Сторнувати відомість", en="Reverse the payroll")


# --- Reports ------------------------------------------------------------------------------------


class StaffingPlan(Screen):
    """The staffing plan of a day: posts, who takes them, what is free."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Штатний розпис", en="Staffing plan")
    template_name = "hr/plan.html"

    def get(self, request: Request) -> HttpResponse:
        on = PeriodForm(request.GET).given("end", request.date)
        lines = queries.staffing_plan(on=on, branches=self.where)
        totals = {
            "planned": sum(line.planned_percent for line in lines),
            "taken": sum(line.taken_percent for line in lines),
            "people": sum(line.people for line in lines),
        }
        return self.show({"lines": lines, "on": on, "totals": totals})


class Headcount(Screen):
    """Headcount and turnover between two days, by unit."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Чисельність і плинність", en="Headcount and turnover")
    template_name = "hr/headcount.html"

    def get(self, request: Request) -> HttpResponse:
        form = PeriodForm(request.GET)
        last = form.given("end", request.date)
        first = min(form.given("start", rules.first_of_month(last)), last)
        lines = queries.headcount(first=first, last=last, branches=self.where)
        return self.show({"lines": lines, "first": first, "last": last})


class Balances(Screen):
    """Balances of leave on a day."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Залишки відпусток", en="Balances of leave")
    template_name = "hr/balances.html"

    def get(self, request: Request) -> HttpResponse:
        on = PeriodForm(request.GET).given("end", request.date)
        return self.show({"lines": queries.leave_balances(on=on, branches=self.where), "on": on})


class Cost(OfPay):
    """What pay costs by month and unit."""

    title: ClassVar[Text] = Text(uk="Витрати на персонал", en="Cost of staff")
    template_name = "hr/cost.html"

    def get(self, request: Request) -> HttpResponse:
        form = PeriodForm(request.GET)
        last: dt.date = form.given("end", request.date)
        first = min(form.given("start", last.replace(month=1, day=1)), last)
        lines = payslips.cost_by_unit(
            first=rules.first_of_month(first), last=rules.first_of_month(last), sight=self.sight
        )
        context = {
            "lines": lines,
            "first": first,
            "last": last,
            "total": sum(line.totals.cost_minor for line in lines),
        }
        return self.show(context)
