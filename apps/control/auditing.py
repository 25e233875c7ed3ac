"""Row differences for people: auditlog's lines carry the run that caused them, and its actor.

The run is the truth of the audit. What auditlog adds is the difference of a row of reference data
before and after, found by the run's id; it is not registered for the book, the journal or chunks.
"""

from contextvars import ContextVar
from typing import Any

from auditlog.models import LogEntry

from apps.control.run import Run

_current: ContextVar[Run | None] = ContextVar("auditing_run", default=None)


def follow(run: Run | None) -> None:
    """From now on, what is saved in this thread belongs to `run`."""
    _current.set(run)


def run_id() -> str | None:
    """The correlation id of auditlog's lines (`AUDITLOG_CID_GETTER`)."""
    run = _current.get()
    return str(run.id) if run else None


def attribute(sender: type[LogEntry], instance: LogEntry, **kwargs: Any) -> None:
    """Before a line is saved: whose it is, and from where."""
    run = _current.get()
    if run is None:
        return
    instance.actor_id = run.actor.user_id
    instance.remote_addr = run.actor.address or None
    instance.additional_data = {"actor": run.actor_name, "operation": run.operation.name}
