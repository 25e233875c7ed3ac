"""The outbox on its way out, after the commit and at least once; what the close lets expire."""

import datetime as dt
import logging
from typing import Any

from celery import shared_task
from django.db import transaction

from apps.control import guarding
from apps.control.declarations import STEPS, TOPICS, Chunk, Phase, Step
from apps.control.models import Approval, OutboxMessage
from apps.control.run import Run
from apps.kernel.text import Text

log = logging.getLogger(__name__)

MAX_TRIES = 20


@shared_task(name="control.deliver", ignore_result=True)
def deliver(limit: int = 500) -> int:
    """Deliver up to `limit` waiting messages, oldest first; how many went out.

    Each message is claimed by its row lock, so that workers never do one at the same time, and
    removed in the same transaction once its topic has taken it. One that fails stays, with its
    error, and is tried again by the sweeper.
    """
    delivered = 0
    seen = 0
    for _ in range(limit):
        with transaction.atomic(durable=True), guarding.door_open():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .filter(id__gt=seen, tries__lt=MAX_TRIES)
                .order_by("id")
                .first()
            )
            if message is None:
                break
            seen = message.id
            try:
                # What fails in the database must not take the note of its failure along.
                with transaction.atomic():
                    TOPICS[message.topic](message.payload)
            except Exception as error:  # noqa: BLE001 - whatever a topic raises is kept and retried
                log.warning("message %s of %s failed: %s", message.id, message.topic, error)
                message.tries += 1
                message.error = f"{type(error).__name__}: {error}"[:1000]
                message.save(update_fields=["tries", "error"])
            else:
                message.delete()
                delivered += 1
    return delivered


def expire_requests(*, date: dt.date, chunk: Chunk | None, run: Run) -> dict[str, Any]:
    """Let requests of the date expire where their policy says so; what waits then is the next's."""
    expired = Approval.objects.filter(
        state=Approval.State.WAITING,
        at_close="expire",
        booking_date__lte=date,
    ).update(state=Approval.State.EXPIRED)
    return {"expired": expired}


STEPS.add(
    "control.expire_requests",
    Step(
        name="control.expire_requests",
        phase=Phase.CUTOFF,
        title=Text(uk="Скасування запитів, що не дочекалися", en="Expiry of requests that waited"),
        body=expire_requests,
    ),
)
