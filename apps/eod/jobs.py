"""What workers run: the work of a close, its doorbell, and the sweeper. And the step of proofs."""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from celery import current_app, shared_task
from kombu.entity import Queue
from kombu.exceptions import ChannelError

from apps.control.declarations import STEPS, TOPICS, Chunk, Phase, Step
from apps.control.run import Run
from apps.eod import bookkeeping, clock, presence, proofs, queries, work
from apps.eod.operations import RING
from apps.eod.queries import Stand
from apps.kernel import sql
from apps.kernel.text import Text

log = logging.getLogger(__name__)

# A task gives its worker back so often, so that other messages are not kept waiting.
SLICE_S = 5.0
# Somebody else may be doing the last chunk of a step: the next step is worth a short wait.
IDLE_S = 2.0
# Bells that may wait: one for the next worker that is free, and one for the next after it.
BELLS = 2
# What follows the name of the workers' queue in the name of the bells'.
BELLS_OF = ".close"
# In a bank with fewer accounts the proofs of a day take less time than to hand them out.
FEW_ACCOUNTS = 20_000


@shared_task(name="eod.work", ignore_result=True)
def do_work() -> None:
    """Do pieces of the close that is under way, and see that there is a bell for others."""
    presence.note()
    close = queries.under_way()
    if close is None:
        return
    if not close.started:
        work.start(close)
    ring()
    stand = work.work(close.date, actor=close.actor, idle_s=IDLE_S, slice_s=SLICE_S)
    if stand is Stand.RUNNING or (stand is Stand.CLOSED and clock.begin_due()):
        ring()


@shared_task(name="eod.sweep", ignore_result=True)
def sweep() -> None:
    """Begin what is due, and ring for a close that has work left: bells may have been lost."""
    presence.note(scheduled=True)
    clock.begin_due()
    close = queries.under_way()
    if close is not None and queries.stand(close.date) is Stand.RUNNING:
        ring()


def ring(payload: Mapping[str, Any] | None = None) -> None:
    """Tell a worker that there is work, unless bells are waiting; who hears it rings for the next.

    A ring that is lost costs time only: the sweeper rings again. None expires: behind a long piece
    of work both bells would, and whoever does it trusts in them. Heard in vain, one does no harm.
    """
    try:
        with current_app.producer_or_acquire() as producer:
            if waiting(producer.channel) < BELLS:
                do_work.apply_async(producer=producer, queue=_queue(), retry=False)
    except Exception as error:  # noqa: BLE001 - each broker fails in its own way
        log.warning("the bell could not be rung: %s", error)


def waiting(channel: Any) -> int:
    """How many bells wait for a worker."""
    try:
        return int(Queue(_queue())(channel).queue_declare(passive=True).message_count)
    except ChannelError:
        # An empty queue does not exist.
        return 0


def _queue() -> str:
    """Bells have a queue of their own: how many wait must not depend on other messages."""
    name: str = current_app.conf.task_default_queue + BELLS_OF
    return name


TOPICS.add(RING, ring)


# --- Proofs ---------------------------------------------------------------------------------------


def cut_proofs(*, date: dt.date, size: int) -> list[Chunk]:
    """Places in the list of invariants: one by one, or all at once where that is quicker."""
    last = len(proofs.due(date)) - 1
    if last < 0:
        return []
    if (sql.value("SELECT max(id) FROM ledger_account") or 0) < FEW_ACCOUNTS:
        return [Chunk(low=0, high=last, size=last + 1)]
    return [Chunk(low=place, high=place, size=1) for place in range(last + 1)]


def prove(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    """Prove invariants and keep what they found. A violation is a result, and not a failure."""
    found = proofs.prove(proofs.due(date)[chunk.low : chunk.high + 1], date=date)
    bookkeeping.keep_proofs(found, run)
    return {"proved": len(found), "violations": sum(one.violations for one in found)}


STEPS.add(
    "eod.prove",
    Step(
        name="eod.prove",
        phase=Phase.PROVE,
        title=Text(uk="Перевірка книг", en="Proof of the books"),
        body=prove,
        cut=cut_proofs,
        divisible=False,
    ),
)
