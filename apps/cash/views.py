"""Screens of the cash desk: the workspace, sessions at a till, and money over the counter."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from apps.accounts.menu import find as find_account
from apps.accounts.queries import Profile, profile
from apps.cash import queries
from apps.cash.forms import CounterForm, CountingForm, FindForm
from apps.cash.models import Count, Session, Till
from apps.cash.operations import CloseSession, Deposit, OpenSession, Withdraw
from apps.cash.queries import Desk
from apps.control import door
from apps.control import queries as control
from apps.control.declarations import OPERATIONS
from apps.control.screens import Crumb, OperationScreen, Request, Screen, an_id, asked_id
from apps.control.views import deed
from apps.customers.menu import find as find_customers
from apps.customers.panels import panels
from apps.customers.views import visible
from apps.kernel import formats
from apps.kernel.fields import Form
from apps.kernel.menu import offers
from apps.kernel.models import Branch
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.search import spellings
from apps.kernel.text import Text
from apps.ledger.queries import booked_by, limited

LAST, MOST_FOUND = 10, 8


class Workspace(Screen):
    """Where a teller's day is spent: the customer at the counter, the till, what was done today."""

    permission = "cash.operate_till"
    title: ClassVar[Text] = Text(uk="Робоче місце", en="Workspace")
    template_name = "cash/workspace.html"

    def get(self, request: Request) -> HttpResponse:
        me = request.user.pk
        customer = _customer(request)
        lines = control.journal(
            branches=self.where,
            actor=me,
            outcomes=("done", "parked"),
            date=request.date,
            limit=LAST,
        )
        booked = booked_by([line.id for line in lines])
        context = {
            "customer": customer,
            "panels": panels(request, customer) if customer else [],
            "offers": offers("customer", customer.id, request.rights) if customer else [],
            "desk": queries.desk(teller=me),
            "lines": [
                {
                    "line": line,
                    "deed": deed(line.operation),
                    "has_receipt": line.id in booked,
                    "undone": booked.get(line.id, False),
                }
                for line in lines
                if line.operation in OPERATIONS
            ],
            "requests": [
                {"request": one, "deed": deed(one.operation)}
                for one in control.requests_of(user=me, limit=5)
                if one.state == "waiting"
            ],
        }
        return self.show(context)


def _customer(request: Request) -> Any:
    given = asked_id(request, "customer")
    return visible(request, given) if given else None


class Find(Screen):
    """What the workspace's box finds: customers, or the owner of an account."""

    permission = "cash.operate_till"
    title: ClassVar[Text] = Text(uk="Пошук клієнта", en="Finding a customer")
    template_name = "_found.html"

    def post(self, request: Request) -> HttpResponse:
        form = FindForm(request.POST)
        form.is_valid()
        text = form.cleaned_data.get("q", "").strip()
        groups = _groups(request, text) if len(text) > 1 else []
        context = {"groups": groups, "prefix": "desk", "quiet": len(text) < 2}
        return render(request, self.template_name, context)


def _groups(request: Request, text: str) -> list[dict[str, Any]]:
    workspace = reverse("cash:workspace")
    forms = spellings(text)
    account = find_account(request, forms) if "accounts.view" in request.rights else None
    if account is not None:
        item = {
            "address": f"{workspace}?customer={account.customer}",
            "label": account.owner,
            "icon": "wallet",
            "more": formats.account(account.number),
        }
        return [{"title": Text(uk="Рахунок", en="Account"), "items": [item]}]
    if "customers.view" not in request.rights:
        return []
    items = [
        {
            "address": f"{workspace}?customer={one.id}",
            "label": f"{one.last_name} {one.first_name} {one.patronymic}".strip(),
            "icon": "user-round",
            "more": f"{one.number} · {one.birth_date:%d.%m.%Y}",
        }
        for one in find_customers(request, forms, MOST_FOUND)
    ]
    return [{"title": Text(uk="Клієнти", en="Customers"), "items": items}] if items else []


class Tills(Screen):
    """The counters at which a teller may begin to work."""

    permission = "cash.operate_till"
    title: ClassVar[Text] = Text(uk="Відкрити зміну", en="Open a session")
    template_name = "cash/tills.html"

    def get(self, request: Request) -> HttpResponse:
        if queries.desk(teller=request.user.pk) is not None:
            return HttpResponseRedirect(reverse("cash:workspace"))
        counters = queries.counters(branches=self.where)
        free = [one for one in counters if not one.session]
        if len(free) == 1:
            return HttpResponseRedirect(reverse("cash:open", args=[free[0].till]))
        return self.show({"counters": counters, "branches": _branches()})


class CountScreen(OperationScreen):
    """A page that counts a till by its notes and coins."""

    form_class = CountingForm
    template_name = "cash/count.html"
    currency: str
    expected_minor: int

    def form_kwargs(self) -> dict[str, Any]:
        return {"currency": self.currency}

    def form_context(self, form: Form) -> dict[str, Any]:
        return {"expected_minor": self.expected_minor}

    def crumbs(self) -> list[Crumb]:
        return [(reverse("cash:workspace"), str(Workspace.title))]


class OpenTill(CountScreen):
    """Count a till and begin to work at it."""

    operation = "cash.open_session"
    title: ClassVar[Text] = Text(uk="Відкрити зміну", en="Open a session")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        counters = queries.counters(branches=self.where)
        found = next((one for one in counters if one.till == kwargs["till"]), None)
        if found is None:
            raise Http404
        self.till = found
        self.currency, self.expected_minor = found.currency, found.balance_minor
        return super().dispatch(request, *args, **kwargs)

    def first(self) -> HttpResponse | None:
        # A confirmation that is sent again gets its answer from the door, whatever is open now.
        confirms = self.request.POST.get("stage") == "confirm"
        if not confirms and queries.desk(teller=self.request.user.pk) is not None:
            return HttpResponseRedirect(reverse("cash:workspace"))
        return None

    def command(self, data: dict[str, Any]) -> OpenSession:
        return OpenSession(till=self.till.till, counted=data["counted"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        uk, en = _both(data["total"])
        return Text(
            uk=f"На касі «{self.till.name}» відкриється ваша зміна. У касі {uk}, як і за обліком.",
            en=f"Your session opens on till “{self.till.name}”. It holds {en}, as is booked.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("cash:workspace")


class CloseTill(CountScreen):
    """Count the till and end one's session; what is over or short is booked."""

    operation = "cash.close_session"
    title: ClassVar[Text] = Text(uk="Закрити зміну", en="Close the session")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = (
            Session.objects.filter(id=kwargs["session"]).select_related("till", "teller").first()
        )
        if found is None or not self.may_close(found):
            raise Http404
        self.session = found
        till = self.session.till
        self.currency = till.currency
        self.expected_minor = limited(till.account_id).natural_minor
        return super().dispatch(request, *args, **kwargs)

    def may_close(self, session: Session) -> bool:
        """A teller closes their own sessions."""
        mine: bool = session.teller_id == self.request.user.pk
        return mine

    def first(self) -> HttpResponse | None:
        confirms = self.request.POST.get("stage") == "confirm"
        if not confirms and self.session.status != Session.Status.OPEN:
            return HttpResponseRedirect(reverse("cash:session", args=[self.session.id]))
        return None

    def command(self, data: dict[str, Any]) -> CloseSession:
        return CloseSession(session=self.session.id, counted=data["counted"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        uk, en = _both(data["total"])
        difference = Money(seen.result["difference_minor"], self.currency)
        if not difference:
            return Text(
                uk=f"Зміну буде закрито. Перераховано {uk}, рівно стільки, скільки за обліком.",
                en=f"The session closes. {en} was counted, exactly what is booked.",
            )
        gap_uk, gap_en = _both(difference if difference.minor > 0 else -difference)
        side = ("надлишок", "over") if difference.minor > 0 else ("нестача", "short")
        name = self.session.teller.full_name
        return Text(
            uk=f"Зміну буде закрито. Перераховано {uk}: {side[0]} {gap_uk} проведеться і "
            f"лишиться за зміною, касир: {name}.",
            en=f"The session closes. {en} was counted: {gap_en} {side[1]} is booked and stands "
            f"with the session of {name}.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("cash:session", args=[self.session.id])


class OneSession(Screen):
    """A session on paper: what was counted at both ends, and what was over or short."""

    title: ClassVar[Text] = Text(uk="Зміна на касі", en="Session at the till")
    template_name = "cash/session.html"

    @property
    def permission(self) -> str:  # type: ignore[override]
        """Tellers look at it, and whoever runs the tills."""
        manages = "cash.manage_tills" in self.request.rights
        return "cash.manage_tills" if manages else "cash.operate_till"

    def get(self, request: Request, session: int) -> HttpResponse:
        found = _session(request, session, self.permission)
        counts = queries.counts(session)
        currency = found.till.currency
        moments = []
        for moment, title in ((Count.Moment.OPENING, _OPENING), (Count.Moment.CLOSING, _CLOSING)):
            lines = [(one, one.value_minor * one.pieces) for one in counts if one.moment == moment]
            total = sum(worth for _, worth in lines)
            moments.append({"title": title, "lines": lines, "total": total})
        if found.status == Session.Status.OPEN:
            del moments[1]
        return self.show({"session": found, "moments": moments, "currency": currency})

    def crumbs(self) -> list[Crumb]:
        if self.permission == "cash.manage_tills":
            return [(reverse("cash:branch"), str(Text(uk="Каси відділення", en="Tills")))]
        return [(reverse("cash:workspace"), str(Workspace.title))]


class CounterScreen(OperationScreen):
    """Money over the counter, at the till where the teller works."""

    form_class = CounterForm
    template_name = "cash/counter.html"
    desk: Desk | None
    fields_of: ClassVar[dict[str, str]] = {
        "ledger.insufficient_funds": "amount",
        "ledger.wrong_currency": "deposit",
        "control.limit_exceeded": "amount",
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.desk = queries.desk(teller=self.request.user.pk)
        return super().dispatch(request, *args, **kwargs)

    def first(self) -> HttpResponse | None:
        # A confirmation that is sent again gets its answer from the door, whatever is open now.
        if self.desk is not None or self.request.POST.get("stage") == "confirm":
            return None
        wanted = Text(uk="Спершу відкрийте зміну на касі.", en="First open a session on a till.")
        messages.warning(self.request, str(wanted), extra_tags="warn")
        return HttpResponseRedirect(reverse("cash:tills"))

    def initial(self) -> dict[str, Any]:
        assert self.desk is not None, "`first` has seen to it"
        found = profile(deposit=asked_id(self.request, "deposit"))
        number = found.number if found and self._reaches(found) else ""
        return {"till": self.desk.till, "deposit": number}

    def form_kwargs(self) -> dict[str, Any]:
        if self.desk is not None:
            return {"currency": self.desk.currency}
        known = Till.objects.filter(id=an_id(self.request.POST.get("till", ""))).first()
        if known is None:
            raise Http404
        return {"currency": known.currency}

    def form_context(self, form: Form) -> dict[str, Any]:
        return {"desk": self.desk}

    def remark(self, form: Form, field: str) -> str:
        value = form.cleaned_data.get(field)
        language = get_language() or "uk"
        if isinstance(value, Profile):
            if not self._reaches(value):
                return value.initials
            available = formats.amount(value.available_minor, value.currency, language)
            words = Text(uk="доступно", en="available")
            return f"{value.owner}, {value.currency}, {words} {available}"
        return in_words(value, language) if isinstance(value, Money) else ""

    def concealed(self, data: dict[str, Any]) -> set[int]:
        deposit: Profile = data["deposit"]
        return set() if self._reaches(deposit) else {deposit.account}

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("ledger:receipt", args=[outcome.run_id])

    def crumbs(self) -> list[Crumb]:
        return [(reverse("cash:workspace"), str(Workspace.title))]

    def _reaches(self, deposit: Profile) -> bool:
        found: bool = self.request.rights.reaches("accounts.view", deposit.branch)
        return found

    def _after(self, deposit: Profile, seen: door.Preview) -> Text:
        """The last sentence of the effect: what the account holds then, for who may know it."""
        if not self._reaches(deposit):
            return Text(uk="", en="")
        after = seen.after[deposit.account]
        balance = Money(after["balance_minor"] * after["side"], after["currency"])
        uk, en = _both(balance)
        return Text(uk=f" На рахунку стане {uk}.", en=f" The account then holds {en}.")


class PayIn(CounterScreen):
    operation = "cash.deposit"
    title: ClassVar[Text] = Text(uk="Внесення готівки", en="Cash deposit")

    def command(self, data: dict[str, Any]) -> Deposit:
        return Deposit(
            till=data["till"],
            deposit=data["deposit"].id,
            amount=data["amount"],
            narrative=data["narrative"],
        )

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        deposit: Profile = data["deposit"]
        (uk, en), after = _both(data["amount"]), self._after(deposit, seen)
        whom = deposit.owner if self._reaches(deposit) else deposit.initials
        return Text(
            uk=f"{uk} готівкою прийметься на рахунок, власник: {whom}.{after.uk}",
            en=f"{en} in cash is taken into the account of {whom}.{after.en}",
        )


class PayOut(CounterScreen):
    operation = "cash.withdraw"
    title: ClassVar[Text] = Text(uk="Видача готівки", en="Cash withdrawal")

    def command(self, data: dict[str, Any]) -> Withdraw:
        return Withdraw(
            till=data["till"],
            deposit=data["deposit"].id,
            amount=data["amount"],
            narrative=data["narrative"],
        )

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        deposit: Profile = data["deposit"]
        (uk, en), after = _both(data["amount"]), self._after(deposit, seen)
        whom = deposit.owner if self._reaches(deposit) else deposit.initials
        return Text(
            uk=f"{uk} готівкою видасться з рахунку, власник: {whom}.{after.uk}",
            en=f"{en} in cash is paid out of the account of {whom}.{after.en}",
        )


_OPENING = Text(uk="На початку", en="At the beginning")
_CLOSING = Text(uk="Наприкінці", en="At the end")


def _session(request: Request, session: int, permission: str) -> Session:
    """A session of a branch where this person has the permission. Raises Http404."""
    found = Session.objects.filter(id=session).select_related("till", "teller").first()
    if found is None or not request.rights.reaches(permission, found.till.branch_id):
        raise Http404
    return found


def _branches() -> dict[int, Branch]:
    return {one.id: one for one in Branch.objects.all()}


def _both(amount: Money) -> tuple[str, str]:
    """An amount for a sentence in Ukrainian and in English."""
    return formats.money(amount, "uk"), formats.money(amount, "en")
