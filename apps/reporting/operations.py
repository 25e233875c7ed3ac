"""The one write of reports: keeping one as it is now."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from apps.access.queries import rights
from apps.control.commands import Command
from apps.control.declarations import ANYWHERE, operation
from apps.control.errors import NotFound, PermissionMissing
from apps.control.run import Run
from apps.kernel.models import Branch
from apps.kernel.text import Text
from apps.reporting import making, queries
from apps.reporting.declarations import Report
from apps.reporting.models import KeptReport
from apps.reporting.rules import content


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
    knowledge = queries.knowledge_now()
    told = content(making.make(report, given, knowledge))
    assert knowledge.at is not None, "a report is kept with its moment"
    assert knowledge.snapshot is not None, "and with what could be seen then"
    kept = KeptReport.objects.create(
        run_id=run.id,
        report=report.code,
        version=report.version,
        parameters=making.plain(given),
        branch_id=cmd.branch,
        known_at=knowledge.at,
        snapshot=knowledge.snapshot,
        closed_through=knowledge.through,
        content=told,
        digest=making.digest(told),
    )
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
