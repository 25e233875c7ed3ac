"""The door and the bank itself in the administration: branches, policies, the journal."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auditlog.models import LogEntry
from django.contrib import admin

from apps.control.adminsite import rows
from apps.control.adminsite.forms import pick
from apps.control.adminsite.pages import Group, Offer, OperationAdmin
from apps.control.adminsite.shown import called
from apps.control.declarations import OPERATIONS
from apps.control.models import Approval, ApprovalPolicy, OperationRun, OutboxMessage
from apps.kernel.models import Bank, Branch, Holiday
from apps.kernel.text import Text

PEOPLE = Group(Text(uk="Люди і права", en="People and rights"), 1)
BANK = Group(Text(uk="Банк", en="The bank"), 2)
PRODUCTS = Group(Text(uk="Продукти", en="Products"), 3)
BOOK = Group(Text(uk="Книга", en="The book"), 4)
CLOCK = Group(Text(uk="Операційні дні", en="Booking dates"), 5)
JOURNAL = Group(Text(uk="Журнал", en="The journal"), 6)

WHOLE_BANK = Text(uk="весь банк", en="the whole bank")


def branches() -> Iterator[tuple[int, str]]:
    """Branches to choose from; one statement."""
    return ((one.id, called(one)) for one in Branch.objects.all())


def _operations() -> list[tuple[str, str]]:
    return sorted((one.name, f"{one.name} · {one.sentence}") for one in OPERATIONS)


@admin.register(Bank)
class BankAdmin(OperationAdmin):
    title = Text(uk="Про банк", en="About the bank")
    group = BANK
    permission = "control.manage_branches"
    columns = ("code", "name_uk", "name_en", "base_currency", "first_date")


@admin.register(Branch)
class BranchAdmin(OperationAdmin):
    title = Text(uk="Відділення", en="Branches")
    group = BANK
    permission = "control.manage_branches"
    columns = ("code", "name_uk", "name_en", "parent", "opened_on")
    search_fields = ("code", "name_uk", "name_en")
    adds = (
        Offer(
            operation="control.open_branch",
            label=Text(uk="Відкрити відділення", en="Open a branch"),
            asks={"parent": pick(branches)},
            hint=Text(
                uk="Відділення працює від поточного операційного дня.",
                en="The branch is open from the current booking date.",
            ),
        ),
    )


@admin.register(Holiday)
class HolidayAdmin(OperationAdmin):
    title = Text(uk="Календар свят", en="Calendar of holidays")
    group = BANK
    permission = "control.manage_branches"
    columns = ("date", "country", "name_uk", "name_en", "source")
    ordering = ("-date",)


@admin.register(ApprovalPolicy)
class ApprovalPolicyAdmin(OperationAdmin):
    title = Text(uk="Правила погодження", en="Approval policies")
    group = BANK
    permission = "control.manage_policies"
    columns = (
        "operation", "from_amount_minor", "role", "checkers", "branch", "valid_from", "valid_to",
    )  # fmt: skip
    search_fields = ("operation", "role")
    ordering = ("operation", "from_amount_minor")
    adds = (
        Offer(
            operation="control.set_approval_policy",
            label=Text(uk="Встановити правило", en="Set a policy"),
            asks={"operation": pick(_operations), "branch": pick(branches, empty=WHOLE_BANK)},
            hint=Text(
                uk="Суму вкажіть у найменших одиницях базової валюти; 0 означає будь-яку.",
                en="The amount is in minor units of the base currency; 0 means every amount.",
            ),
        ),
    )
    offers = (
        Offer(
            operation="control.end_approval_policy",
            label=Text(uk="Завершити правило", en="End the policy"),
            icon="circle-x",
            given=lambda row: {"policy": row.id},
            when=lambda row: row.valid_to is None,
            hint=Text(
                uk="Зменшити нагляд може лише згода другої людини.",
                en="Less oversight needs the agreement of a second person.",
            ),
        ),
    )


@admin.register(Approval)
class ApprovalAdmin(OperationAdmin):
    title = Text(uk="Запити на погодження", en="Requests for approval")
    group = JOURNAL
    permission = "control.view_journal"
    branch = "branch"
    columns = ("id", "operation", "maker", "role", "state", "booking_date")
    ordering = ("-id",)
    finds: ClassVar[rows.Finds] = {"id": rows.number, "run_id": rows.uuid}
    find_label = Text(uk="Номер запиту або операції", en="Number of a request or a run")


@admin.register(OperationRun)
class OperationRunAdmin(OperationAdmin):
    title = Text(uk="Операції журналу", en="Runs of the journal")
    group = JOURNAL
    permission = "control.view_journal"
    branch = "branch_id"
    columns = ("at", "operation", "actor_name", "outcome", "booking_date", "origin")
    # The two keys of a person have no constraint, and the journal keeps the name itself.
    hidden = frozenset({"actor", "started_by"})
    ordering = ("-id",)
    finds: ClassVar[rows.Finds] = {"id": rows.uuid}
    find_label = Text(uk="Номер операції", en="Number of a run")


@admin.register(OutboxMessage)
class OutboxMessageAdmin(OperationAdmin):
    title = Text(uk="Вихідні повідомлення", en="Outbox")
    group = JOURNAL
    permission = "control.view_journal"
    whole_bank = True
    columns = ("id", "topic", "tries", "error", "run_id")
    ordering = ("-id",)
    finds: ClassVar[rows.Finds] = {"id": rows.number}
    find_label = Text(uk="Номер повідомлення", en="Number of a message")


_ACTIONS = (
    Text(uk="додано", en="added"),
    Text(uk="змінено", en="changed"),
    Text(uk="вилучено", en="removed"),
    Text(uk="переглянуто", en="looked at"),
)


@admin.register(LogEntry)
class LogEntryAdmin(OperationAdmin):
    title = Text(uk="Зміни довідників", en="Changes of reference data")
    group = JOURNAL
    permission = "control.view_journal"
    whole_bank = True
    columns = ("timestamp", "actor", "action", "content_type", "object_repr")
    hidden = frozenset({"serialized_data", "changes_text"})
    ordering = ("-id",)
    finds: ClassVar[rows.Finds] = {"id": rows.number, "cid": rows.plain}
    find_label = Text(uk="Номер операції журналу", en="Number of a run")

    def action(self, row: Any) -> str:
        return str(_ACTIONS[row.action])
