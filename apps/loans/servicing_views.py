"""Screens of what is paid on a loan: due, early, to its end, given up, and taken back."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from apps.accounts.forms import ReasonForm
from apps.control import door
from apps.control.commands import Command
from apps.control.screens import Crumb, OperationScreen, Request, asked_id
from apps.kernel import formats, wording
from apps.kernel.errors import Refusal
from apps.kernel.fields import Form
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.text import Text
from apps.loans import labels, queries, rules, servicing
from apps.loans.forms import PrepayForm, PresetForm, WaiveForm
from apps.loans.models import Payment
from apps.loans.operations import Prepay as PrepayCommand
from apps.loans.operations import ReversePayment as ReverseCommand
from apps.loans.portfolio import Profile
from apps.loans.rules import Early, Instalment
from apps.loans.views import Loans, visible


class OnLoan(OperationScreen):
    """An operation on the loan that the address names, for those who may do it there."""

    loan: Profile
    fields_of: ClassVar[dict[str, str]] = {
        "loans.not_as_much_due": "amount",
        "loans.too_much_early": "amount",
        "ledger.insufficient_funds": "amount",
        "control.limit_exceeded": "amount",
    }

    @property
    def title(self) -> Text:  # type: ignore[override]
        return wording.DEEDS[self.operation]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.loan = visible(self.request, self.which(), permission=self.permission)
        return super().dispatch(request, *args, **kwargs)

    def which(self) -> int:
        """Which loan the address names."""
        return asked_id(self.request, "loan")

    def form_kwargs(self) -> dict[str, Any]:
        needs_currency = "amount" in self.form_class.base_fields
        return {"currency": self.loan.currency} if needs_currency else {}

    def command(self, data: dict[str, Any]) -> Command:
        kind: type[Command] = door.named(self.operation).command
        return kind(loan=self.loan.id, **data)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        number, borrower = formats.account(self.loan.number), self.loan.borrower
        return Text(
            uk=f"{self.title.uk}: кредит {number}, позичальник: {borrower}.",
            en=f"{self.title.en}: loan {number} of {borrower}.",
        )

    def remark(self, form: Form, field: str) -> str:
        value = form.cleaned_data.get(field)
        return in_words(value, get_language() or "uk") if isinstance(value, Money) else ""

    def crumbs(self) -> list[Crumb]:
        own = reverse("loans:loan", args=[self.loan.id])
        return [(reverse("loans:list"), str(Loans.title)), (own, formats.account(self.loan.number))]

    def told(self, minor: int, language: str) -> str:
        return formats.money(Money(minor, self.loan.currency), language)


class Repay(OnLoan):
    """A part of what has fallen due, or all of it."""

    operation = "loans.repay"
    form_class = PresetForm

    def initial(self) -> dict[str, Any]:
        return _amount(self.loan.due_minor, self.loan.currency)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        given = self._allocated(data["amount"])

        def parts(language: str) -> str:
            return "; ".join(
                f"{labels.PORTIONS[name].in_language(language)} {self.told(minor, language)}"
                for name, minor in given.items()
            )

        return Text(
            uk=f"З рахунку клієнта буде сплачено {self.told(data['amount'].minor, 'uk')}:"
            f" {parts('uk')}.",
            en=f"{self.told(data['amount'].minor, 'en')} is paid from the customer's account:"
            f" {parts('en')}.",
        )

    def _allocated(self, amount: Money) -> dict[str, int]:
        """To which portions the amount goes, in the order of the loan's terms."""
        due: dict[str, int] = {}
        for one in queries.open_charges(self.loan.id):
            name = servicing.portion(one.kind, one.due_on, self.request.date)
            due[name] = due.get(name, 0) + one.owed_minor
        order = queries.terms(queries.loan(self.loan.id).terms).allocation
        given, _ = rules.allocate(due, amount_minor=amount.minor, order=order)
        return {name: minor for name, minor in given.items() if minor}


def _amount(minor: int, code: str) -> dict[str, str]:
    """What an amount shows at first, where there is anything to show."""
    return {"amount": f"{Money(minor, code).decimal}"} if minor else {}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left to pay of a loan by one plan; amounts in minor units."""

    choice: str
    name: Text
    instalments: int
    next_minor: int
    last_due_on: dt.date
    interest_minor: int
    # Of interest, beside the plan that is followed now.
    saved_minor: int


class Prepay(OnLoan):
    """A part of the principal before it is due, with what each choice does to the schedule."""

    operation = "loans.prepay"
    form_class = PrepayForm
    template_name = "loans/prepay.html"
    review_template = "loans/prepay_review.html"
    outlooks: tuple[Outlook, ...] = ()
    chosen = ""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("stage") != "preview":
            return super().post(request, *args, **kwargs)
        form = self.form_class(request.POST, **self.form_kwargs())
        problem = ""
        if form.is_valid():
            try:
                self._compare(form.cleaned_data)
            except Refusal as refusal:
                problem = str(refusal.text)
        return render(request, "loans/_choices.html", {"screen": self, "problem": problem})

    def command(self, data: dict[str, Any]) -> Command:
        return PrepayCommand(loan=self.loan.id, amount=data["amount"], choice=Early(data["choice"]))

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        self._compare(data)
        name, found = labels.CHOICES[data["choice"]], seen.result
        last = dt.date.fromisoformat(found["last_due_on"])

        def words(language: str) -> tuple[str, ...]:
            minors = (data["amount"].minor, found["owed_minor"], found["next_payment_minor"])
            told = (self.told(minor, language) for minor in minors)
            return (*told, formats.date(last, language), name.in_language(language))

        uk, en = words("uk"), words("en")
        return Text(
            uk=f"З рахунку клієнта буде сплачено {uk[0]} основного боргу, лишиться {uk[1]}. Далі"
            f" {uk[4]}: наступний платіж {uk[2]}, останній {uk[3]}.",
            en=f"{en[0]} of the principal is paid from the customer's account, and {en[1]} is left."
            f" Then {en[4]}: the next payment is {en[2]}, the last one on {en[3]}.",
        )

    def _compare(self, data: dict[str, Any]) -> None:
        """Set the plan of now and the one after each choice side by side.

        Raises what the operation would refuse: LoanBeingClosedOver, DueFirst, TooMuchEarly.
        """
        amount: Money = data["amount"]
        facts = queries.loan(self.loan.id)
        servicing.require_computed(facts, self.request.date)
        servicing.require_early(facts, amount)
        now = queries.instalments(facts.plan, since=facts.next_due_on)
        today = Text(uk="як є зараз", en="as it is now")
        before = _outlook("", today, now, interest_minor=None)
        after = [
            _outlook(
                choice,
                labels.CHOICES[choice],
                queries.after_prepayment(facts, amount.minor, choice, self.request.date).lines,
                interest_minor=before.interest_minor,
            )
            for choice in Early
        ]
        self.outlooks, self.chosen = (before, *after), data["choice"]


def _outlook(
    choice: str, name: Text, lines: Iterable[Instalment], *, interest_minor: int | None
) -> Outlook:
    found = list(lines)
    interest = sum(line.interest_minor for line in found)
    saved = 0 if interest_minor is None else interest_minor - interest
    first, last = found[0], found[-1]
    return Outlook(choice, name, len(found), first.payment_minor, last.due_on, interest, saved)


class PayOff(OnLoan):
    """Everything that is owed today; nothing is asked, and the review shows it."""

    operation = "loans.pay_off"
    form_class = Form

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        names = ("due_minor", "principal_minor", "interest_minor")
        minors = [seen.result[name] for name in names]

        def words(language: str) -> tuple[str, ...]:
            return tuple(self.told(minor, language) for minor in (sum(minors), *minors))

        uk, en = words("uk"), words("en")
        return Text(
            uk=f"З рахунку клієнта буде сплачено {uk[0]}: вже належне {uk[1]}, основний борг"
            f" {uk[2]}, відсотки по сьогодні {uk[3]}. Кредит буде закрито.",
            en=f"{en[0]} is paid from the customer's account: {en[1]} already due, principal of"
            f" {en[2]}, interest until today of {en[3]}. The loan ends.",
        )


class Waive(OnLoan):
    """A penalty, or a part of it, that the bank does not insist on; no money moves."""

    operation = "loans.waive_penalty"
    form_class = WaiveForm
    confirm_label: ClassVar[Text] = Text(uk="Простити", en="Waive")

    def initial(self) -> dict[str, Any]:
        return _amount(queries.loan(self.loan.id).due_penalty_minor, self.loan.currency)

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("loans:loan", args=[self.loan.id])


class Reverse(OnLoan):
    """The last payment is taken back."""

    operation = "loans.reverse_payment"
    form_class = ReasonForm
    payment: Payment

    def which(self) -> int:
        found = Payment.objects.filter(id=self.kwargs["payment"]).first()
        if found is None:
            raise Http404
        self.payment = found
        return found.loan_id

    def command(self, data: dict[str, Any]) -> Command:
        return ReverseCommand(payment=self.payment.id, **data)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        found, account = self.payment, formats.account(self.loan.deposit_number)
        waived = found.kind == Payment.Kind.WAIVED
        uk, en = (
            (formats.date(found.booking_date, one), self.told(found.amount_minor, one))
            for one in ("uk", "en")
        )
        back_uk = "Пеня знову належить до сплати." if waived else f"Гроші повернуться на {account}."
        back_en = "The penalty is due again." if waived else f"The money goes back to {account}."
        return Text(
            uk=f"Платіж від {uk[0]} на {uk[1]} буде сторновано. {back_uk}",
            en=f"The payment of {en[0]}, {en[1]}, is reversed. {back_en}",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        if self.payment.kind == Payment.Kind.WAIVED:
            return reverse("loans:loan", args=[self.loan.id])
        return super().done_url(outcome)
