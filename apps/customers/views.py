"""Screens of customers: found, registered, looked at."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.control import door
from apps.control.screens import Crumb, OperationScreen, Request, Screen
from apps.customers import panels, queries
from apps.customers.forms import PersonForm, SearchForm
from apps.customers.models import Customer
from apps.customers.operations import RegisterPerson
from apps.kernel.menu import offers
from apps.kernel.models import Branch
from apps.kernel.text import Text

PAGE = 50
_SOUGHT = "customers"


class Customers(Screen):
    """The list, in alphabetical order, and the search in it.

    What is looked for comes by POST, so that names and numbers stay out of addresses and logs, and
    is kept in the session, so that Back and reload show the same page.
    """

    permission = "customers.view"
    title: ClassVar[Text] = Text(uk="Клієнти", en="Customers")
    template_name = "customers/list.html"

    def get(self, request: Request) -> HttpResponse:
        if "new" in request.GET:
            request.session.pop(_SOUGHT, None)
            return HttpResponseRedirect(reverse("customers:list"))
        kept = request.session.get(_SOUGHT, {})
        after = (kept["key"], kept["id"]) if kept.get("id") else None
        found = queries.search(
            kept.get("q", ""),
            branches=self.where,
            limit=PAGE,
            after=after,
        )
        context = {
            "q": kept.get("q", ""),
            "found": found,
            "branches": {one.id: one for one in Branch.objects.all()},
            "next": found[-1] if len(found) == PAGE else None,
            "is_first": after is None,
        }
        return self.show(context)

    def post(self, request: Request) -> HttpResponse:
        form = SearchForm(request.POST)
        form.is_valid()
        request.session[_SOUGHT] = {
            "q": form.cleaned_data.get("q", ""),
            "key": form.cleaned_data.get("key", ""),
            "id": form.cleaned_data.get("id"),
        }
        return HttpResponseRedirect(reverse("customers:list"))


class Person(Screen):
    """A customer: who it is, and the panels that other apps bring."""

    permission = "customers.view"
    template_name = "customers/customer.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return Text(uk=self.customer.full_name, en=self.customer.full_name)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.customer = visible(self.request, kwargs["customer"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, customer: int) -> HttpResponse:
        context = {
            "customer": self.customer,
            "panels": panels.panels(request, self.customer),
            "offers": offers("customer", customer, request.rights),
        }
        return self.show(context)

    def crumbs(self) -> list[Crumb]:
        return [(reverse("customers:list"), str(Customers.title))]


class Register(OperationScreen):
    """A person becomes a customer."""

    operation = "customers.register_person"
    form_class = PersonForm
    title: ClassVar[Text] = Text(uk="Новий клієнт", en="New customer")
    template_name = "customers/register.html"
    fields_of: ClassVar[dict[str, str]] = {
        "customers.tax_number_taken": "tax_number",
        "customers.tax_number_needs_reason": "no_tax_number_reason",
        "customers.tax_number_and_reason": "no_tax_number_reason",
        "customers.birth_date_impossible": "birth_date",
    }

    def form_kwargs(self) -> dict[str, Any]:
        where = self.where
        branches = Branch.objects.filter(closed_on=None)
        if where is not None:
            branches = branches.filter(id__in=where)
        return {"branches": list(branches)}

    def command(self, data: dict[str, Any]) -> RegisterPerson:
        return RegisterPerson(**data | {"tax_number": data["tax_number"] or None})

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        name = " ".join(filter(None, (data["last_name"], data["first_name"], data["patronymic"])))
        alike = len(seen.result["namesakes"])
        warning = Text(
            uk=f" Увага: клієнтів із тим самим ім’ям і датою народження вже {alike}."
            " Переконайтеся, що це не та сама людина.",
            en=f" Take care: {alike} of the same name and birth date are registered already."
            " Make sure that this is not the same person.",
        )
        return Text(
            uk=f"{name} стане клієнтом банку.{warning.uk if alike else ''}",
            en=f"{name} will become a customer of the bank.{warning.en if alike else ''}",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("customers:customer", args=[outcome.result["customer"]])

    def crumbs(self) -> list[Crumb]:
        return [(reverse("customers:list"), str(Customers.title))]


def visible(request: Request, customer: int) -> Customer:
    """A customer whom this person may look at. Raises Http404, also for those elsewhere."""
    found = Customer.objects.filter(id=customer).select_related("branch").first()
    if found is None or not request.rights.reaches("customers.view", found.branch_id):
        raise Http404
    return found
