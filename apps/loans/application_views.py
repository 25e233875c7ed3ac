"""Screens of applications: taken on a customer's page, looked at, decided on, and paid out."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from apps.access.models import User
from apps.accounts import queries as accounts
from apps.accounts.forms import ReasonForm
from apps.control import door
from apps.control.commands import Command
from apps.control.models import Approval
from apps.control.screens import Crumb, OperationScreen, Request, Screen, asked_id
from apps.customers.views import visible as visible_customer
from apps.kernel import formats, wording
from apps.kernel.errors import Refusal
from apps.kernel.fields import Form
from apps.kernel.menu import Offer as Action
from apps.kernel.menu import offers
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.text import Text
from apps.loans import labels, lending, portfolio, queries
from apps.loans.forms import ApplicationsFilter, ApplyForm, ApproveForm, DeclineForm
from apps.loans.menu import loans_of
from apps.loans.models import Application
from apps.loans.operations import Approve as ApproveCommand
from apps.loans.queries import Offer
from apps.loans.views import PAGE, VIEW, branches_by_id, product_names

State = Application.State
# What can be done in each state, by the names of its pages.
_DEEDS: Mapping[str, frozenset[str]] = {
    State.WAITING: frozenset({"loans:approve", "loans:decline", "loans:withdraw"}),
    State.APPROVED: frozenset({"loans:disburse", "loans:withdraw"}),
}
# Lines of a schedule that a preview shows from its beginning.
FIRST_LINES = 12


class Applications(Screen):
    """Applications, newest first: those that still lead to something, or in one state."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Заявки на кредит", en="Applications for loans")
    template_name = "loans/applications.html"

    def get(self, request: Request) -> HttpResponse:
        form = ApplicationsFilter(request.GET)
        form.is_valid()
        given = form.cleaned_data
        state, before = given.get("state") or "", given.get("before")
        own = bool(given.get("own"))
        states = {"": portfolio.PENDING, "all": tuple(labels.STATES)}.get(state, (state,))
        found = portfolio.applications(
            branches=self.where,
            states=states,
            taken_by=request.user.pk if own else None,
            before=before,
            limit=PAGE,
        )
        takers = User.objects.in_bulk({one.taken_by for one in found})
        products = product_names()
        context = {
            "rows": [
                {
                    "application": one,
                    "state": labels.STATES[one.state],
                    "product": products[one.product],
                    "taken_by": takers[one.taken_by].full_name,
                }
                for one in found
            ],
            "branches": branches_by_id(self.where),
            "states": [(code, text) for code, (_, text) in labels.STATES.items()],
            "state": state,
            "own": own,
            "next": found[-1].id if len(found) == PAGE else None,
            "is_first": before is None,
        }
        return self.show(context)


class OneApplication(Screen):
    """What is asked for, what it would cost, what was decided, and what can be done now."""

    permission = VIEW
    template_name = "loans/application.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return Text(
            uk=f"Заявка № {self.application.id}", en=f"Application no. {self.application.id}"
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.application = _visible(self.request, kwargs["application"], self.permission)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, application: int) -> HttpResponse:
        found = self.application
        others = loans_of(request, found.customer)
        waiting = Approval.objects.filter(
            operation__in=("loans.approve", "loans.decline", "loans.disburse", "loans.withdraw"),
            state=Approval.State.WAITING,
            command__application=application,
        )
        context = {
            "application": found,
            "state": labels.STATES[found.state],
            "offer": _of_application(found, request),
            "loan": getattr(found, "loan", None),
            "waiting": waiting.first(),
            "own": found.taken_by_id == request.user.pk,
            "others": others.context if others else {"rows": []},
            "offers": self._offers(daily=True),
            "more": self._offers(daily=False),
        }
        return self.show(context)

    def _offers(self, *, daily: bool) -> list[Action]:
        """What can be done in its state; nobody decides on what they took themselves."""
        names = set(_DEEDS.get(self.application.state, frozenset()))
        if self.application.taken_by_id == self.request.user.pk:
            names -= {"loans:approve", "loans:decline"}
        fitting = tuple(f"{reverse(name)}?" for name in names)
        found = offers("application", self.application.id, self.request.rights, daily=daily)
        return [one for one in found if one.address.startswith(fitting)]

    def crumbs(self) -> list[Crumb]:
        return [(reverse("loans:applications"), str(Applications.title))]


def _visible(request: Request, application: int, permission: str) -> Application:
    """An application that this person may deal with so. Raises Http404, also for those afar."""
    found = (
        Application.objects.select_related(
            "customer", "product", "branch", "deposit", "taken_by", "decided_by", "loan"
        )
        .filter(id=application)
        .first()
    )
    if found is None or not request.rights.reaches(permission, found.branch_id):
        raise Http404
    return found


def _of_application(found: Application, request: Request) -> Offer | None:
    """The loan that would be paid out today; None once it is, or where it never will be."""
    if found.state not in portfolio.PENDING:
        return None
    try:
        terms = (
            queries.terms(found.terms_id)
            if found.terms_id is not None
            else queries.lent(found.product.code, request.date)
        )
    except Refusal:
        return None
    return queries.offer(
        terms,
        amount_minor=found.approved_minor or found.amount_minor,
        months=found.approved_months or found.months,
        due_day=found.due_day,
        date=request.date,
    )


# --- Operations ---------------------------------------------------------------------------------


class Offering(OperationScreen):
    """An operation beside which stands what the loan would be: its schedule and its cost."""

    review_template = "loans/offer_review.html"
    offer: Offer | None = None
    first_lines = FIRST_LINES
    fields_of: ClassVar[dict[str, str]] = {
        "loans.amount_out_of_terms": "amount",
        "loans.more_than_asked": "amount",
        "loans.term_out_of_terms": "months",
        "loans.deposit_not_fit": "deposit",
        "loans.not_lent": "product",
        "control.limit_exceeded": "amount",
    }

    def remark(self, form: Form, field: str) -> str:
        value = form.cleaned_data.get(field)
        return in_words(value, get_language() or "uk") if isinstance(value, Money) else ""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("stage") != "preview":
            return super().post(request, *args, **kwargs)
        if (elsewhere := self.first()) is not None:
            return elsewhere
        form = self.form_class(request.POST, **self.form_kwargs())
        problem = ""
        if form.is_valid():
            try:
                self.offer = self.offered(form.cleaned_data)
            except Refusal as refusal:
                problem = str(refusal.text)
        return render(request, "loans/_offer.html", {"screen": self, "problem": problem})

    def offered(self, data: dict[str, Any]) -> Offer:
        """The loan of clean data. Raises what the operation would refuse in them."""
        raise NotImplementedError

    def _told(self) -> Text:
        """The offer in one sentence."""
        assert self.offer is not None
        made, cost, code = self.offer.schedule, self.offer.cost, self.offer.terms.currency
        first = made.lines[0]

        def words(language: str) -> tuple[str, ...]:
            rate = cost.annual_cost
            return (
                formats.date(first.due_on, language),
                formats.money(Money(first.payment_minor, code), language),
                formats.money(Money(cost.cost_minor, code), language),
                formats.percent(round(100 * rate, 2), language) if rate is not None else "—",
            )

        uk, en = words("uk"), words("en")
        return Text(
            uk=f"Перший платіж {uk[0]}: {uk[1]}. Відсотки й комісія разом: {uk[2]};"
            f" реальна річна ставка {uk[3]}.",
            en=f"The first payment on {en[0]}: {en[1]}. Interest and fee together: {en[2]};"
            f" the real annual rate is {en[3]}.",
        )


class Apply(Offering):
    """A customer asks for a loan."""

    operation = "loans.apply"
    form_class = ApplyForm
    title: ClassVar[Text] = Text(uk="Заявка на кредит", en="Application for a loan")
    template_name = "loans/apply.html"
    confirm_label: ClassVar[Text] = Text(uk="Прийняти заявку", en="Take the application")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.customer = visible_customer(self.request, asked_id(self.request, "customer"))
        return super().dispatch(request, *args, **kwargs)

    def first(self) -> HttpResponse | None:
        """A loan is paid to an account of the customer: without one there is nothing to ask."""
        self.terms = queries.in_force(self.request.date)
        self.deposits = [
            one
            for one in accounts.of_customer(self.customer.id)
            if one.closed_on is None
            and not one.by_mandate
            and self.request.rights.reaches(self.permission, one.branch)
        ]
        if self.deposits:
            return None
        words = Text(
            uk="Спершу відкрийте клієнту рахунок: на нього видають кредит і з нього погашають.",
            en="First open an account for the customer: a loan is paid to it and repaid from it.",
        )
        messages.warning(self.request, str(words), extra_tags="warn")
        return HttpResponseRedirect(reverse("customers:customer", args=[self.customer.id]))

    def initial(self) -> dict[str, Any]:
        found = {"months": 12, "due_day": self.request.date.day}
        products = {"product": self.terms[0].code} if self.terms else {}
        return {**found, **products, "deposit": self.deposits[0].deposit}

    def form_kwargs(self) -> dict[str, Any]:
        names = product_names()
        language = get_language() or "uk"
        products = [
            (one.code, f"{names[one.code]}, {formats.percent(one.annual_rate, language)}")
            for one in self.terms
        ]
        deposits = [
            (one.deposit, f"{formats.account(one.number)}, {one.currency}") for one in self.deposits
        ]
        currencies = {one.code: one.currency for one in self.terms}
        return {"products": products, "deposits": deposits, "currencies": currencies}

    def offered(self, data: dict[str, Any]) -> Offer:
        terms = queries.lent(data["product"], self.request.date)
        lending.require_within(terms, amount=data["amount"], months=data["months"])
        return queries.offer(
            terms,
            amount_minor=data["amount"].minor,
            months=data["months"],
            due_day=data["due_day"],
            date=self.request.date,
        )

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(**data)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        self.offer = self.offered(data)
        name, months, told = self.customer.full_name, data["months"], self._told()
        return Text(
            uk=f"{name} просить {formats.money(data['amount'], 'uk')} на {months} міс. {told.uk}",
            en=f"{name} asks for {formats.money(data['amount'], 'en')} for {months} months."
            f" {told.en}",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("loans:application", args=[outcome.result["application"]])

    def crumbs(self) -> list[Crumb]:
        own = reverse("customers:customer", args=[self.customer.id])
        return [
            (reverse("customers:list"), str(Text(uk="Клієнти", en="Customers"))),
            (own, self.customer.full_name),
        ]


class OnApplication(OperationScreen):
    """An operation on the application that the address names, for those who may do it there."""

    application: Application
    confirm_label: ClassVar[Text] = Text(uk="Виконати", en="Do it")

    @property
    def title(self) -> Text:  # type: ignore[override]
        return wording.DEEDS[self.operation]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        given = asked_id(self.request, "application")
        self.application = _visible(self.request, given, self.permission)
        return super().dispatch(request, *args, **kwargs)

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(application=self.application.id, **data)

    @property
    def asked(self) -> Money:
        """What is approved, or what is asked for."""
        found = self.application
        return Money(found.approved_minor or found.amount_minor, found.currency)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        name, title = self.application.customer.full_name, self.title
        return Text(
            uk=f"{title.uk}: {name}, {formats.money(self.asked, 'uk')}.",
            en=f"{title.en}: {name}, {formats.money(self.asked, 'en')}.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("loans:application", args=[self.application.id])

    def crumbs(self) -> list[Crumb]:
        own = reverse("loans:application", args=[self.application.id])
        return [
            (reverse("loans:applications"), str(Applications.title)),
            (own, f"№ {self.application.id}"),
        ]


class Approve(OnApplication, Offering):
    """Yes: to what is asked for, or to less."""

    operation = "loans.approve"
    form_class = ApproveForm
    template_name = "loans/approve.html"
    confirm_label: ClassVar[Text] = Text(uk="Схвалити", en="Approve")

    def initial(self) -> dict[str, Any]:
        found = self.application
        asked = Money(found.amount_minor, found.currency)
        return {"amount": f"{asked.decimal}", "months": found.months}

    def form_kwargs(self) -> dict[str, Any]:
        return {"currency": self.application.currency}

    def offered(self, data: dict[str, Any]) -> Offer:
        terms = queries.lent(self.application.product.code, self.request.date)
        lending.require_within(terms, amount=data["amount"], months=data["months"])
        return queries.offer(
            terms,
            amount_minor=data["amount"].minor,
            months=data["months"],
            due_day=self.application.due_day,
            date=self.request.date,
        )

    def command(self, data: dict[str, Any]) -> Command:
        return ApproveCommand(application=self.application.id, **data)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        self.offer = self.offered(data)
        name, months, told = self.application.customer.full_name, data["months"], self._told()
        uk, en = formats.money(data["amount"], "uk"), formats.money(data["amount"], "en")
        return Text(
            uk=f"{name} зможе отримати {uk} на {months} міс. {told.uk}",
            en=f"{name} will be able to have {en} for {months} months. {told.en}",
        )


class Decline(OnApplication):
    operation = "loans.decline"
    form_class = DeclineForm
    confirm_label: ClassVar[Text] = Text(uk="Відмовити", en="Decline")


class Withdraw(OnApplication):
    operation = "loans.withdraw"
    form_class = ReasonForm
    confirm_label: ClassVar[Text] = Text(uk="Відкликати", en="Withdraw")


class Disburse(OnApplication, Offering):
    """The contract is made and the money paid; nothing is asked, and the review shows it."""

    operation = "loans.disburse"
    form_class = Form
    template_name = "control/operation_form.html"
    confirm_label: ClassVar[Text] = Text(uk="Видати кредит", en="Pay the loan out")

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        self.offer = _of_application(self.application, self.request)
        told = self._told()
        name, fee = self.application.customer.full_name, seen.result["fee_minor"]
        account = formats.account(self.application.deposit.number)
        number = formats.account(seen.result["number"])

        def paid(language: str) -> tuple[str, str]:
            taken = Money(fee, self.application.currency)
            return formats.money(self.asked, language), formats.money(taken, language)

        (uk, fee_uk), (en, fee_en) = paid("uk"), paid("en")
        return Text(
            uk=f"{name} отримає {uk} на рахунок {account}"
            f"{f', комісія {fee_uk}' if fee else ''}. Номер кредиту {number}. {told.uk}",
            en=f"{name} receives {en} on account {account}"
            f"{f', less a fee of {fee_en}' if fee else ''}. The loan's number is {number}."
            f" {told.en}",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("ledger:receipt", args=[outcome.run_id])
