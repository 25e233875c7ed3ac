"""The book in the administration: to read alone, as only the posting functions write it."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.http import HttpRequest

from apps.control.admin import BOOK
from apps.control.adminsite import rows
from apps.control.adminsite.forms import pick
from apps.control.adminsite.pages import Data, Offer, OperationAdmin, Prepared
from apps.control.adminsite.shown import shown
from apps.control.adminsite.words import value
from apps.control.screens import Request
from apps.kernel import wording
from apps.kernel.fields import DateField
from apps.kernel.text import Text
from apps.ledger.models import Account, Entry, GLAccount, Posting
from apps.ledger.rules import Sight

# In the place of what a reader may not see.
_WITHHELD = "•••"
_DEBIT, _CREDIT = Text(uk="дебет", en="debit"), Text(uk="кредит", en="credit")


def _side(row: Any) -> str:
    return str(_DEBIT if row.side > 0 else _CREDIT)


def _kinds() -> list[tuple[str, str]]:
    return [(one.value, value("kind", one.value)) for one in GLAccount.Kind]


def _text(limit: int) -> Any:
    return lambda required: forms.CharField(required=required, max_length=limit)


def _line(data: Data) -> Prepared:
    """One line of the chart, by the operation that loads many."""
    return {"lines": [data]}, ""


@admin.register(GLAccount)
class GLAccountAdmin(OperationAdmin):
    title = Text(uk="План рахунків", en="Chart of accounts")
    group = BOOK
    permission = "ledger.view"
    columns = ("code", "name_uk", "name_en", "kind", "side", "effective_from")
    search_fields = ("code", "name_uk", "name_en")
    adds = (
        Offer(
            operation="ledger.load_chart",
            label=Text(uk="Додати рахунок плану", en="Add a line of the chart"),
            made=("lines",),
            asks={
                "code": lambda required: forms.RegexField(r"\A[0-9]{4,12}\Z", required=required),
                "name_uk": _text(300),
                "name_en": _text(300),
                "kind": pick(
                    lambda: [(one.value, value("kind", one.value)) for one in GLAccount.Kind]
                ),
                "side": pick(lambda: [("debit", str(_DEBIT)), ("credit", str(_CREDIT))]),
                "effective_from": lambda required: DateField(required=required),
            },
            prepare=lambda data: _line(
                {name: one for name, one in data.items() if name != "lines"}
            ),
            hint=Text(
                uk="Для відомого рахунку так виправляють лише назви; вид і сторона лишаються.",
                en="For a known account this corrects its names alone; kind and side stay.",
            ),
        ),
    )

    def side(self, row: Any) -> str:
        return _side(row)


@admin.register(Account)
class AccountAdmin(OperationAdmin):
    title = Text(uk="Рахунки книги", en="Accounts of the book")
    group = BOOK
    permission = "ledger.view"
    branch = "branch"
    columns = ("number", "name", "gl_account", "branch", "currency", "side", "opened_on")
    ordering = ("-id",)
    finds: ClassVar[rows.Finds] = {"id": rows.number, "number": rows.plain}
    find_label = Text(uk="Номер рахунку повністю", en="Number of the account in full")

    def side(self, row: Any) -> str:
        return _side(row)


@admin.register(Entry)
class EntryAdmin(OperationAdmin):
    title = Text(uk="Проводки", en="Entries")
    group = BOOK
    permission = "ledger.view"
    # An entry is of no branch: its legs may be of several.
    whole_bank = True
    columns = ("id", "kind", "booking_date", "value_date", "narrative")
    ordering = ("-id",)
    finds: ClassVar[rows.Finds] = {"id": rows.number, "run_id": rows.uuid}
    find_label = Text(uk="Номер проводки або операції", en="Number of an entry or a run")
    parts = ((Posting, "entry"),)

    def kind(self, row: Any) -> str:
        return str(wording.kind(row.kind))


@admin.register(Posting)
class PostingAdmin(OperationAdmin):
    title = Text(uk="Рядки проводок", en="Postings")
    group = BOOK
    permission = "ledger.view"
    branch = "account__branch"
    columns = ("id", "entry_id", "account", "booking_date", "amount_minor", "balance_after_minor")
    list_select_related = ("account",)
    ordering = ("-booking_date", "-id")
    finds: ClassVar[rows.Finds] = {"entry_id": rows.number, "account__number": rows.plain}
    only_found = True
    find_label = Text(
        uk="Номер проводки або рахунку", en="Number of an entry, or of an account in full"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what this reader may not see: legs that others see summed, and balances after them.

        A balance tells of the legs before it, and so is withheld on every account of a customer
        whose deposits this reader may not look at.
        """
        rights = cast(Request, request).rights
        closed = Sight.of(rights).closed
        of_customer = Q(account__owner__startswith="customer:")
        where = rights.branches("accounts.view") if closed else None
        found: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                is_summed=_whether(of_customer & Q(entry__kind__in=closed) if closed else None),
                is_elsewhere=_whether(
                    None if where is None else of_customer & ~Q(account__branch__in=where)
                ),
            )
        )
        return found

    def account(self, row: Any) -> str:
        return _WITHHELD if row.is_summed else shown(row.account)

    def amount_minor(self, row: Any) -> str:
        return _WITHHELD if row.is_summed else shown(row.amount_minor, currency=row.currency)

    def balance_after_minor(self, row: Any) -> str:
        is_withheld = row.is_summed or row.is_elsewhere
        return _WITHHELD if is_withheld else shown(row.balance_after_minor, currency=row.currency)


def _whether(condition: Q | None) -> Combinable:
    """A column that says whether a row is such a one; without a condition none is."""
    if condition is None:
        return Value(value=False)
    return ExpressionWrapper(condition, output_field=BooleanField())
