"""The writes of reports: keeping one as it is now, at once or by a worker who makes it."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

from apps.access.queries import rights
from apps.control.commands import Command
from apps.control.declarations import ANYWHERE, operation
from apps.control.errors import NotFound, PermissionMissing
from apps.control.run import Run
from apps.kernel.models import Branch
from apps.kernel.text import Text
from apps.reporting import making, orders, queries
from apps.reporting.declarations import Report
from apps.reporting.models import KeptReport, ReportOrder
from apps.reporting.orders import ORDERED
from apps.reporting.rules import Parameters, content


class KeepReport(Command):
    """A report by its code and what it is asked for; what is left out is as on its screen."""

    report: Annotated[str, Meta(min_length=1, max_length=20)]
    start: dt.date | None = None
    end: dt.date | None = None
    compare: dt.date | None = None
    branch: int | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")] | None = None


class ReportKept(Struct, frozen=True):
    """The kept report's number, and the SHA-256 of its content."""

    kept: int
    digest: str


@operation(
    "reporting.keep_report",
    permission="reporting.keep_reports",
    # In the whole bank or in one branch, as the command says: the body judges that.
    scope=ANYWHERE,
    sentence=Text(uk="Збережено звіт", en="A report was kept"),
)
def keep_report(*, cmd: KeepReport, run: Run) -> ReportKept:
    """Keep a report with everything that is needed to make it again to the byte.

    Raises UnknownReport, PermissionMissing, NotFound, PeriodInvalid, CurrencyNotInBook.
    """
    report, given = _asked(cmd, run)
    kept = _keep(report, given, run=run)
    return ReportKept(kept.id, kept.digest)


def _asked(cmd: KeepReport, run: Run) -> tuple[Report, Parameters]:
    """What is asked for, by somebody who may have it; raises what keep_report does."""
    report = making.declared(cmd.report)
    _require(report, cmd.branch, run)
    given = making.parameters(
        report,
        today=run.date,
        start=cmd.start,
        end=cmd.end,
        compare=cmd.compare,
        branch=cmd.branch,
        currency=cmd.currency,
    )
    return report, given


def _keep(
    report: Report, given: Parameters, *, run: Run, told_of: Callable[[int], None] | None = None
) -> KeptReport:
    knowledge = queries.knowledge_now()
    told = content(making.make(report, given, knowledge, told_of=told_of))
    assert knowledge.at is not None, "a report is kept with its moment"
    assert knowledge.snapshot is not None, "and with what could be seen then"
    return KeptReport.objects.create(
        run_id=run.id,
        report=report.code,
        version=report.version,
        parameters=making.plain(given),
        branch_id=given.branch,
        known_at=knowledge.at,
        snapshot=knowledge.snapshot,
        closed_through=knowledge.through,
        content=told,
        digest=making.digest(told),
    )


class OrderReport(KeepReport):
    """As to keep a report; a worker makes it, and the rest of the bank goes on meanwhile."""


class ReportOrdered(Struct, frozen=True):
    order: int


@operation(
    "reporting.order_report",
    permission="reporting.keep_reports",
    # As for keep_report.
    scope=ANYWHERE,
    sentence=Text(uk="Замовлено звіт", en="A report was ordered"),
)
def order_report(*, cmd: OrderReport, run: Run) -> ReportOrdered:
    """Have a worker make and keep a report, which takes long.

    Raises what keep_report does.
    """
    report, given = _asked(cmd, run)
    order = ReportOrder.objects.create(
        report=report.code,
        given=making.plain(given),
        ordered_by_id=run.actor.user_id,
        run_id=run.id,
    )
    run.tell(ORDERED, {"order": order.id})
    return ReportOrdered(order.id)


class MakeOrdered(Command):
    order: int


@operation(
    "reporting.make_ordered",
    permission="reporting.keep_reports",
    scope=ANYWHERE,
    sentence=Text(uk="Складено замовлений звіт", en="An ordered report was made"),
)
def make_ordered(*, cmd: MakeOrdered, run: Run) -> ReportKept:
    """Make and keep what somebody ordered, with the rights that they have now; by a worker.

    Raises NotFound for what others ordered or what is not under way, and what keep_report does.
    """
    order = ReportOrder.objects.select_for_update().filter(id=cmd.order).first()
    if (
        order is None
        or order.ordered_by_id != run.actor.user_id
        or order.state != ReportOrder.State.RUNNING
    ):
        raise NotFound
    report, given = making.declared(order.report), making.restored(order.given)
    _require(report, given.branch, run)
    kept = _keep(report, given, run=run, told_of=orders.teller(order.id, report))
    order.state, order.kept = ReportOrder.State.DONE, kept
    order.save(update_fields=["state", "kept"])
    return ReportKept(kept.id, kept.digest)


def _require(report: Report, branch: int | None, run: Run) -> None:
    """To keep and to read this report, both in the branch or, where there is none, everywhere.

    Another branch and none at all answer alike.
    """
    held = rights(user=run.actor.user_id, date=run.date)
    for permission in ("reporting.keep_reports", report.permission):
        if permission not in held:
            raise PermissionMissing(permission=permission)
        if not held.reaches(permission, branch):
            raise NotFound if branch is not None else PermissionMissing(permission=permission)
    if branch is not None and not Branch.objects.filter(id=branch).exists():
        raise NotFound
