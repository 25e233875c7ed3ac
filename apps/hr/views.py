"""Screens of people: the staff, one employee, and what is decided about one."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.accounts.queries import of_customer
from apps.control import door
from apps.control.commands import Command, Secret
from apps.control.screens import Crumb, OperationScreen, Request, Screen
from apps.customers.models import Customer
from apps.customers.views import visible
from apps.hr import payslips, queries
from apps.hr.forms import (
    AccessForm,
    AccountForm,
    AdjustForm,
    DeductionForm,
    DismissForm,
    EndForm,
    HireForm,
    ItemForm,
    LeaveForm,
    OrderedLeaveForm,
    PeriodForm,
    ReasonForm,
    StatusForm,
    TermsForm,
)
from apps.hr.models import Absence, DeductionOrder, LeaveKind, PayItem
from apps.hr.payslips import VIEW_PAY, PaySight
from apps.hr.structure_views import grantable_roles
from apps.kernel import formats, wording
from apps.kernel.menu import offers
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.text import Text

PAGE = 50
VIEW = "hr.view"


class Staff(Screen):
    """Who works in the bank today, in alphabetical order, or in one unit alone."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Працівники", en="Staff")
    template_name = "hr/staff.html"

    def get(self, request: Request) -> HttpResponse:
        form = PeriodForm(request.GET)
        form.is_valid()
        unit = form.cleaned_data.get("unit")
        gone = "gone" in request.GET
        after = _place(request)
        found = queries.members(
            on=request.date, branches=self.where, unit=unit, gone=gone, after=after, limit=PAGE
        )
        return self.show(
            {
                "found": found,
                "units": queries.units(branches=self.where),
                "unit": unit,
                "gone": gone,
                "next": found[-1].id if len(found) == PAGE else None,
                "is_first": after is None,
            }
        )


def _place(request: Request) -> tuple[str, int] | None:
    """The line after which a page goes on, by the employee's id alone: names stay out of it."""
    given = request.GET.get("after", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    found = queries.member(int(given), on=request.date, branches=request.rights.branches(VIEW))
    return (found.key, found.id) if found else None


class OneEmployee(Screen):
    """An employee: where they work, what they were, leave; pay for whoever may see it."""

    permission = VIEW
    template_name = "hr/employee.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return Text(uk=self.member.full_name, en=self.member.full_name)

    def get(self, request: Request, employee: int) -> HttpResponse:
        found = queries.member(employee, on=request.date, branches=self.where)
        if found is None:
            raise Http404
        self.member = found
        sees_pay = request.rights.reaches(VIEW_PAY, found.branch)
        context = {
            "member": found,
            "career": queries.career(employee),
            "balances": queries.leave_balances(
                on=request.date, branches=None, employees=[employee]
            ),
            "absences": queries.absences(employee, limit=20),
            "in_hands": queries.in_hands(found.user, date=request.date) if found.user else [],
            "salaries": payslips.salaries(employee, sight=PaySight.of(request.rights))
            if sees_pay
            else None,
            "slips": payslips.of_employee(employee, sight=PaySight.of(request.rights))
            if sees_pay
            else [],
            "items": payslips.items(employee, sight=PaySight.of(request.rights))
            if sees_pay
            else [],
            "orders": payslips.orders(employee, sight=PaySight.of(request.rights))
            if sees_pay
            else [],
            "manages_leave": request.rights.reaches("hr.manage_leave", found.branch),
            "manages_pay": request.rights.reaches("hr.manage_pay", found.branch),
            "currency": bank().base_currency,
            "more": offers("employee", employee, request.rights, daily=False),
            "offers": offers("employee", employee, request.rights),
        }
        return self.show(context)

    def crumbs(self) -> list[Crumb]:
        return [(reverse("hr:staff"), str(Staff.title))]


class OnEmployee(OperationScreen):
    """An operation on the employee whom the address names, for those who may do it there."""

    member: queries.Member
    template_name = "control/operation_form.html"
    confirm_label: ClassVar[Text] = Text(uk="Виконати", en="Do it")

    @property
    def title(self) -> Text:  # type: ignore[override]
        return wording.DEEDS[self.operation]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = queries.member(self.employee(), on=self.request.date, branches=self.where)
        if found is None:
            if self.permission in self.request.rights:
                raise Http404
            return super().dispatch(request, *args, **kwargs)
        self.member = found
        return super().dispatch(request, *args, **kwargs)

    def employee(self) -> int:
        """Whom the address names."""
        return _number(self.request.GET.get("employee", ""))

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(employee=self.member.id, **{name: _secret(data[name]) for name in data})

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        return Text(
            uk=f"{self.title.uk}: {self.member.full_name}, № {self.member.number}.",
            en=f"{self.title.en}: {self.member.full_name}, no. {self.member.number}.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("hr:employee", args=[self.member.id])

    def crumbs(self) -> list[Crumb]:
        own = reverse("hr:employee", args=[self.member.id])
        return [(reverse("hr:staff"), str(Staff.title)), (own, self.member.full_name)]


def _number(given: str) -> int:
    """An id in an address; 0, which nothing has, for whatever is none."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _secret(value: Any) -> Any:
    """An amount of a form as the secret of a command."""
    return Secret(f"{value.decimal:f}") if isinstance(value, Money) else value


class ChangeTerms(OnEmployee):
    operation = "hr.change_terms"
    form_class = TermsForm
    fields_of: ClassVar[dict[str, str]] = {
        "hr.position_full": "position",
        "hr.below_minimum_wage": "salary",
        "hr.date_impossible": "valid_from",
    }

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": {"position": _positions(self)}}


class SetStatus(OnEmployee):
    operation = "hr.set_personal_status"
    form_class = StatusForm

    def command(self, data: dict[str, Any]) -> Command:
        kind = door.named(self.operation).command
        since = data["insured_since"]
        return kind(
            employee=self.member.id,
            valid_from=data["valid_from"],
            benefit=Secret(data["benefit"]),
            children=Secret(str(data["children"])),
            disabled=Secret("true" if data["disabled"] else "false"),
            insured_since=Secret(since.isoformat() if since else ""),
        )


class RecordLeave(OnEmployee):
    operation = "hr.record_leave"
    form_class = OrderedLeaveForm
    fields_of: ClassVar[dict[str, str]] = {
        "hr.absent_twice": "first_day",
        "hr.leave_too_long": "last_day",
        "hr.not_enough_leave": "kind",
    }

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": {"kind": _leave_kinds()}}


class Dismiss(OnEmployee):
    operation = "hr.dismiss"
    form_class = DismissForm
    fields_of: ClassVar[dict[str, str]] = {"hr.date_impossible": "last_day"}

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        plain = super().words(data, seen)
        held = seen.result["in_hands"]
        if not held:
            return plain
        names = ", ".join(sorted({one["what"] for one in held}))
        return Text(
            uk=f"{plain.uk} Ще в його чи її руках, {len(held)}: {names}.",
            en=f"{plain.en} Still in these hands, {len(held)}: {names}.",
        )


class GrantAccess(OnEmployee):
    operation = "hr.grant_access"
    form_class = AccessForm
    fields_of: ClassVar[dict[str, str]] = {
        "hr.username_needed": "username",
        "hr.no_roles": "roles",
        "access.username_taken": "username",
    }

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": {"roles": grantable_roles()}}

    def command(self, data: dict[str, Any]) -> Command:
        kind = door.named(self.operation).command
        return kind(employee=self.member.id, username=data["username"], roles=tuple(data["roles"]))


class AddItem(OnEmployee):
    operation = "hr.add_pay_item"
    form_class = ItemForm


class OrderDeduction(OnEmployee):
    operation = "hr.order_deduction"
    form_class = DeductionForm

    def command(self, data: dict[str, Any]) -> Command:
        kind = door.named(self.operation).command
        percent, pay = data["percent"], data["pay"]
        return kind(
            employee=self.member.id,
            kind=Secret(data["kind"]),
            recipient=Secret(data["recipient"]),
            valid_from=data["valid_from"],
            percent=Secret("" if percent is None else str(percent)),
            pay=Secret("") if pay is None else _secret(pay),
        )


class SetPayAccount(OnEmployee):
    operation = "hr.set_pay_account"
    form_class = AccountForm

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": {"deposit": _accounts(self.member.customer)}}


class AdjustLeave(OnEmployee):
    operation = "hr.adjust_leave"
    form_class = AdjustForm

    def form_kwargs(self) -> dict[str, Any]:
        with_balance = LeaveKind.objects.filter(days_per_year__isnull=False)
        return {"choices": {"kind": _leave_kinds(with_balance)}}

    def command(self, data: dict[str, Any]) -> Command:
        kind = door.named(self.operation).command
        return kind(
            employee=self.member.id,
            kind=data["kind"],
            days_hundredths=int(data["days"] * 100),
            reason=data["reason"],
        )


class OnRow(OnEmployee):
    """An operation on something of an employee's, whose id the address has."""

    model: ClassVar[type[Absence] | type[PayItem] | type[DeductionOrder]]
    names: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.row_id = kwargs["row"]
        found = self.model.objects.filter(id=self.row_id).values_list("employee_id", flat=True)
        self.employee_id = next(iter(found), 0)
        return super().dispatch(request, *args, **kwargs)

    def employee(self) -> int:
        return self.employee_id

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(**{self.names: self.row_id}, **data)


class CancelLeave(OnRow):
    operation = "hr.cancel_leave"
    form_class = ReasonForm
    model = Absence
    names = "absence"


class CancelItem(OnRow):
    operation = "hr.cancel_pay_item"
    form_class = ReasonForm
    model = PayItem
    names = "item"


class EndDeduction(OnRow):
    operation = "hr.end_deduction"
    form_class = EndForm
    model = DeductionOrder
    names = "order"
    fields_of: ClassVar[dict[str, str]] = {"hr.date_impossible": "last_date"}


class Hire(OperationScreen):
    """A customer of the bank becomes an employee."""

    operation = "hr.hire"
    form_class = HireForm
    title: ClassVar[Text] = Text(uk="Прийняти на роботу", en="Hire")
    confirm_label: ClassVar[Text] = Text(uk="Прийняти", en="Hire")
    fields_of: ClassVar[dict[str, str]] = {
        "hr.position_full": "position",
        "hr.below_minimum_wage": "salary",
        "hr.account_unfit": "deposit",
        "hr.date_impossible": "hired_on",
        "hr.term_of_contract": "contract_ends_on",
    }
    customer: Customer

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.permission in self.request.rights:
            self.customer = visible(self.request, _number(self.request.GET.get("customer", "")))
        return super().dispatch(request, *args, **kwargs)

    def form_kwargs(self) -> dict[str, Any]:
        accounts = _accounts(self.customer.id)
        return {"choices": {"position": _positions(self), "deposit": accounts}}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(customer=self.customer.id, **{name: _secret(data[name]) for name in data})

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        name = self.customer.full_name
        return Text(
            uk=f"{name} працюватиме в банку. Доступ до системи попросіть окремо.",
            en=f"{name} will work in the bank. Ask for access to the system apart.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("hr:employee", args=[outcome.result["employee"]])

    def crumbs(self) -> list[Crumb]:
        return [(reverse("hr:staff"), str(Staff.title))]


class OwnLeave(OperationScreen):
    """Somebody asks for a leave of their own."""

    operation = "hr.request_leave"
    form_class = LeaveForm
    title: ClassVar[Text] = Text(uk="Попросити про відпустку", en="Ask for leave")
    fields_of: ClassVar[dict[str, str]] = RecordLeave.fields_of

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": {"kind": _leave_kinds()}}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(**data)

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("hr:own_pay")


def _accounts(customer: int) -> list[tuple[str, str]]:
    """A person's own open accounts in the base currency."""
    currency = bank().base_currency
    return [
        (str(one.deposit), formats.account(one.number))
        for one in of_customer(customer)
        if not one.by_mandate and one.closed_on is None and one.currency == currency
    ]


def _leave_kinds(kinds: Iterable[LeaveKind] | None = None) -> list[tuple[str, str]]:
    found = LeaveKind.objects.all() if kinds is None else kinds
    return [(one.code, str(Text(uk=one.name_uk, en=one.name_en))) for one in found]


def _positions(screen: OperationScreen) -> list[tuple[str, str]]:
    """Positions of the branches in which this person may hire, with what is free of each."""
    plan = queries.staffing_plan(on=screen.request.date, branches=screen.where)
    return [
        (
            str(line.position),
            f"{line.unit} · {Text(uk=line.title_uk, en=line.title_en)} · {line.free_percent} %",
        )
        for line in plan
    ]
