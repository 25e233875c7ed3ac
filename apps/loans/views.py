"""Screens for looking at loans: lists, one loan with all that happened to it, the portfolio."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.control.errors import NotFound
from apps.control.screens import Crumb, Request, Screen
from apps.kernel import formats
from apps.kernel.menu import Offer, offers
from apps.kernel.models import Branch
from apps.kernel.money import Money
from apps.kernel.queries import closing_date
from apps.kernel.spreadsheets import Cell, csv_file
from apps.kernel.text import Text
from apps.loans import arrears, chart, history, labels, papers, portfolio, queries, rules
from apps.loans.arrears import Debtor
from apps.loans.forms import LoansFilter, OverdueFilter, PlaceFilter, QuoteForm
from apps.loans.portfolio import BucketLine, Line, Paid, Profile
from apps.products.models import Product

VIEW = "loans.view"
PAGE = 50
# A file holds a whole list, which has an end all the same.
FILE = 50_000
# Days overdue from which on a loan counts as at risk: PAR1, PAR30, PAR90.
AT_RISK = (1, 31, 91)


# --- Lists --------------------------------------------------------------------------------------


class Loans(Screen):
    """All loans by their age: those that run, that are overdue, or that have ended."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Кредити", en="Loans")
    template_name = "loans/list.html"

    def get(self, request: Request) -> HttpResponse:
        form = LoansFilter(request.GET)
        form.is_valid()
        given = form.cleaned_data
        state, product = given.get("state") or "open", given.get("product") or ""
        after = given.get("after")
        as_file = request.GET.get("as") == "csv"
        found = portfolio.listed(
            branches=self.where,
            is_overdue=state == "overdue",
            is_open=state in {"open", "overdue"},
            is_closed=state == "closed",
            product=product,
            after=0 if as_file else after or 0,
            limit=FILE if as_file else PAGE,
        )
        if as_file:
            return _loans_file(found, branches_by_id(None), request.date)
        products = product_names()
        context = {
            "rows": [
                {"loan": one, "product": products[one.product], **_bucket(one.days_overdue)}
                for one in found
            ],
            "branches": branches_by_id(self.where),
            "products": products,
            "state": state,
            "product": product,
            "next": found[-1].id if len(found) == PAGE else None,
            "is_first": after is None,
        }
        return self.show(context)


class Overdue(Screen):
    """What a collector works through: overdue loans, the longest overdue first."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Прострочені кредити", en="Overdue loans")
    template_name = "loans/overdue.html"

    def get(self, request: Request) -> HttpResponse:
        form = OverdueFilter(request.GET)
        form.is_valid()
        given = form.cleaned_data
        bucket, product = given.get("bucket"), given.get("product") or ""
        since, loan = given.get("since"), given.get("after")
        after = (since, loan) if since and loan else None
        as_file = request.GET.get("as") == "csv"
        found = arrears.overdue(
            branches=self.where,
            bucket=bucket,
            product=product,
            after=None if as_file else after,
            limit=FILE if as_file else PAGE,
        )
        sees_phones = "customers.view" in request.rights
        if as_file:
            every = branches_by_id(None)
            return _overdue_file(found, every, request.date, phones=sees_phones)
        context = {
            "rows": [{"loan": one, **_bucket(one.days_overdue)} for one in found],
            "branches": branches_by_id(self.where),
            "products": product_names(),
            "buckets": [(one, labels.bucket(one)) for one in range(1, len(rules.BUCKETS))],
            "bucket": bucket,
            "product": product,
            "sees_phones": sees_phones,
            "next": found[-1] if len(found) == PAGE else None,
            "is_first": after is None,
        }
        return self.show(context)


def _bucket(days_overdue: int) -> dict[str, Any]:
    place = rules.bucket(days_overdue)
    return {"bucket": labels.bucket(place), "tone": labels.tone(place)}


def branches_by_id(where: frozenset[int] | None) -> dict[int, Branch]:
    """The branches of a list, where there is more than one; nobody asks which the only one is."""
    if where is not None and len(where) == 1:
        return {}
    return {one.id: one for one in Branch.objects.all()}


def product_names() -> dict[str, Text]:
    """The names of loan products by their codes."""
    found = Product.objects.filter(kind=Product.Kind.LOAN).order_by("code")
    return {one.code: Text(uk=one.name_uk, en=one.name_en) for one in found}


def _head(*names: tuple[str, str]) -> list[str]:
    return [str(Text(uk=uk, en=en)) for uk, en in names]


def _branch(branches: Mapping[int, Branch], branch: int) -> str:
    found = branches[branch]
    return str(Text(uk=found.name_uk, en=found.name_en))


def _loans_file(
    found: Iterable[Line], branches: Mapping[int, Branch], date: dt.date
) -> HttpResponse:
    head = _head(
        ("Кредит", "Loan"),
        ("Клієнт", "Customer"),
        ("Продукт", "Product"),
        ("Відділення", "Branch"),
        ("Видано", "Paid out"),
        ("Закрито", "Closed"),
        ("Сума", "Amount"),
        ("Основний борг", "Principal"),
        ("До сплати", "Due"),
        ("Днів прострочення", "Days overdue"),
        ("Валюта", "Currency"),
    )
    lines = [
        (
            one.number,
            one.borrower,
            one.product,
            _branch(branches, one.branch),
            one.opened_on,
            one.closed_on,
            Money(one.amount_minor, one.currency).decimal,
            Money(one.principal_minor, one.currency).decimal,
            Money(one.due_minor, one.currency).decimal,
            one.days_overdue,
            one.currency,
        )
        for one in found
    ]
    return csv_file(f"loans_{date}", head, lines)


def _overdue_file(
    found: Iterable[Debtor], branches: Mapping[int, Branch], date: dt.date, *, phones: bool
) -> HttpResponse:
    head = _head(
        ("Кредит", "Loan"),
        ("Клієнт", "Customer"),
        ("Телефон", "Phone"),
        ("Продукт", "Product"),
        ("Відділення", "Branch"),
        ("Прострочено від", "Overdue since"),
        ("Днів прострочення", "Days overdue"),
        ("Основний борг до сплати", "Principal due"),
        ("Відсотки до сплати", "Interest due"),
        ("Пеня", "Penalty"),
        ("Разом до сплати", "Due in all"),
        ("Доступно на рахунку", "Available on the account"),
        ("Валюта", "Currency"),
    )
    lines: list[tuple[Cell, ...]] = [
        (
            one.number,
            one.borrower,
            one.phone if phones else "",
            one.product,
            _branch(branches, one.branch),
            one.overdue_since,
            one.days_overdue,
            *(
                Money(minor, one.currency).decimal
                for minor in (
                    one.due_principal_minor,
                    one.due_interest_minor,
                    one.due_penalty_minor,
                    one.due_minor,
                    one.available_minor,
                )
            ),
            one.currency,
        )
        for one in found
    ]
    return csv_file(f"overdue_{date}", head, lines)


# --- One loan -----------------------------------------------------------------------------------


class OfLoan(Screen):
    """A page about one loan, for those who may look at its branch."""

    permission = VIEW

    @property
    def title(self) -> Text:  # type: ignore[override]
        number = formats.account(self.loan.number)
        return Text(uk=number, en=number)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.loan = visible(self.request, kwargs["loan"], permission=self.permission)
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[Crumb]:
        return [(reverse("loans:list"), str(Loans.title))]


class BelowLoan(OfLoan):
    """A page that belongs to a loan's own page."""

    def crumbs(self) -> list[Crumb]:
        own = reverse("loans:loan", args=[self.loan.id])
        return [*super().crumbs(), (own, formats.account(self.loan.number))]


def visible(request: Request, loan: int, *, permission: str) -> Profile:
    """A loan that this person may deal with so. Raises Http404, also for those elsewhere."""
    try:
        found = portfolio.profile(loan)
    except NotFound:
        raise Http404 from None
    if not request.rights.reaches(permission, found.branch):
        raise Http404
    return found


class OneLoan(OfLoan):
    """How a loan stands, its schedule, its payments, and what would end it on a day."""

    template_name = "loans/loan.html"

    def get(self, request: Request, loan: int) -> HttpResponse:
        facts = queries.loan(loan)
        lines = portfolio.schedule(loan)
        form = PlaceFilter(request.GET)
        form.is_valid()
        before = form.cleaned_data.get("before")
        paid = portfolio.payments(loan, before=before, limit=PAGE)
        found = self.loan
        context = {
            "loan": found,
            "facts": facts,
            "accrued_minor": rules.whole_interest(facts.accrued_units),
            **_bucket(found.days_overdue),
            "method": labels.METHODS[found.method],
            "day_count": labels.DAY_COUNTS[found.day_count],
            **(self._quote(facts) if found.closed_on is None else {}),
            "lines": [line for line in lines if not _is_penalty_alone(line)],
            "chart": chart.draw(lines, found.currency),
            "plans": [(one, labels.PLANS[one.reason]) for one in history.plans(loan)],
            "paid": self._paid(paid, is_first=before is None),
            "next": paid[-1].id if len(paid) == PAGE else None,
            "is_first": before is None,
            "offers": self._offers(facts),
            "more": self._offers(facts, daily=False),
            "sees_book": "ledger.view" in request.rights,
        }
        return self.show(context)

    def _quote(self, facts: queries.LoanFacts) -> dict[str, Any]:
        """What would end the loan today, and on the day that is asked for."""
        form = QuoteForm(self.request.GET if "date" in self.request.GET else None)
        today = self.request.date
        asked = form.cleaned_data.get("date") if form.is_valid() else None
        if asked is not None and asked < today:
            words = Text(uk="Цей день уже минув.", en="That day is over.")
            form.add_error("date", str(words))
            asked = None
        return {
            "pay_off": queries.pay_off(facts),
            "quote_form": form,
            "asked": asked,
            "quote": queries.pay_off_on(facts, asked, today=today) if asked else None,
            "closing": closing_date(),
        }

    def _paid(self, found: list[Paid], *, is_first: bool) -> list[dict[str, Any]]:
        parts = history.allocations([one.id for one in found])
        may_reverse = is_first and self.request.rights.reaches(
            "loans.reverse_payments", self.loan.branch
        )
        last = next((one.id for one in found if one.kind != "reversal" and not one.is_reversed), 0)
        return [
            {
                "payment": one,
                "kind": labels.PAYMENTS[one.kind],
                "parts": [(part, labels.CHARGES[part.kind]) for part in parts.get(one.id, [])],
                "reverses": may_reverse and one.id == last,
            }
            for one in found
        ]

    def _offers(self, facts: queries.LoanFacts, *, daily: bool = True) -> list[Offer]:
        """What can be done with it as it stands; nothing with one that has ended."""
        if self.loan.closed_on is not None:
            return []
        idle = {"loans:prepay"} if facts.due_minor else {"loans:repay"}
        if not facts.due_penalty_minor:
            idle.add("loans:waive")
        skipped = tuple(f"{reverse(name)}?" for name in idle)
        found = offers("loan", self.loan.id, self.request.rights, daily=daily)
        return [one for one in found if not one.address.startswith(skipped)]


def _is_penalty_alone(line: portfolio.ScheduleLine) -> bool:
    """A day on which nothing fell due but a penalty: it stands among the charges."""
    return line.number is None and not (line.principal_minor or line.interest_minor)


class Charges(BelowLoan):
    """Everything that fell due on a loan, newest first, and what of it is paid."""

    template_name = "loans/charges.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        number = formats.account(self.loan.number)
        return Text(uk=f"Нараховане до сплати {number}", en=f"What fell due {number}")

    def get(self, request: Request, loan: int) -> HttpResponse:
        form = PlaceFilter(request.GET)
        form.is_valid()
        date, charge = form.cleaned_data.get("date"), form.cleaned_data.get("before")
        before = (date, charge) if date and charge else None
        found = history.charges(loan, before=before, limit=PAGE)
        context = {
            "loan": self.loan,
            "rows": [(one, labels.CHARGES[one.kind]) for one in found],
            "next": found[-1] if len(found) == PAGE else None,
            "is_first": before is None,
        }
        return self.show(context)


class Contract(BelowLoan):
    """The contract as a document; in the language that is asked for, or in the person's own."""

    title: ClassVar[Text] = Text(uk="Договір", en="Contract")

    def get(self, request: Request, loan: int) -> HttpResponse:
        return papers.contract(loan, _language(request))


class Schedule(BelowLoan):
    """The schedule as it stands today, as a document."""

    title: ClassVar[Text] = Text(uk="Графік", en="Schedule")

    def get(self, request: Request, loan: int) -> HttpResponse:
        return papers.schedule(loan, _language(request), date=request.date)


def _language(request: Request) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in {"uk", "en"} else get_language() or "uk"


# --- The portfolio ------------------------------------------------------------------------------


class Portfolio(Screen):
    """Open loans by product and bucket of days overdue; each figure leads to its loans."""

    permission = VIEW
    title: ClassVar[Text] = Text(uk="Кредитний портфель", en="Loan portfolio")
    template_name = "loans/portfolio.html"

    def get(self, request: Request) -> HttpResponse:
        found = portfolio.portfolio(branches=self.where)
        products = product_names()
        codes = sorted({one.currency for one in found})
        context = {
            "tables": [_table(code, found, products) for code in codes],
            "buckets": [labels.bucket(place) for place in range(len(rules.BUCKETS))],
        }
        return self.show(context)


@dataclass(frozen=True, slots=True)
class Share:
    """Open loans of one bucket; amounts in minor units."""

    loans: int = 0
    principal_minor: int = 0
    overdue_minor: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(
            self.loans + other.loans,
            self.principal_minor + other.principal_minor,
            self.overdue_minor + other.overdue_minor,
        )


def _table(code: str, found: Iterable[BucketLine], products: Mapping[str, Text]) -> dict[str, Any]:
    """The loans of one currency: a row for each product, a cell for each bucket."""
    by_product: dict[str, list[Share]] = {}
    for one in found:
        if one.currency == code:
            row = by_product.setdefault(one.product, [Share()] * len(rules.BUCKETS))
            row[one.bucket] += Share(one.loans, one.principal_minor, one.overdue_minor)
    rows = [
        {
            "product": product,
            "name": products[product],
            "cells": list(enumerate(cells)),
            "total": sum(cells, Share()),
        }
        for product, cells in by_product.items()
    ]
    totals = [sum(cells, Share()) for cells in zip(*by_product.values(), strict=True)]
    total = sum(totals, Share())
    return {
        "currency": code,
        "rows": rows,
        "totals": list(enumerate(totals)),
        "total": total,
        "at_risk": [_at_risk(first, totals, total) for first in AT_RISK],
    }


def _at_risk(first: int, totals: Sequence[Share], total: Share) -> dict[str, Any]:
    """The portfolio at risk: the principal of loans overdue for `first` days and more."""
    minor = sum(
        one.principal_minor
        for begins, one in zip(rules.BUCKETS, totals, strict=True)
        if begins >= first
    )
    share = Decimal(100 * minor) / (total.principal_minor or 1)
    return {
        "days": first,
        "minor": minor,
        "share": formats.percent(round(share, 2), get_language() or "uk"),
    }
