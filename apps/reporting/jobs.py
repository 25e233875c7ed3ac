"""What workers run: the making of ordered reports, and the sweeper of those that were left."""

import logging
from collections.abc import Mapping
from typing import Any

from celery import current_app, shared_task

from apps.control import door
from apps.control.declarations import TOPICS
from apps.control.run import Actor, Origin
from apps.kernel.errors import Refusal
from apps.reporting import orders
from apps.reporting.operations import MakeOrdered

log = logging.getLogger(__name__)

# A bell for an order that nobody heard by the next sweep is dropped: the sweep rings again.
HEARD_S = 9


@shared_task(name="reporting.make", ignore_result=True)
def make(order: int) -> None:
    """Make an order, unless another worker is at it. What breaks is left to the sweeper."""
    with orders.at(order) as alone:
        if not alone:
            return
        claimed = orders.claim(order)
        if claimed is None:
            return
        # Whoever ordered it: their rights are asked for again, and theirs is the line in the
        # journal.
        actor = Actor(user_id=claimed.ordered_by, origin=Origin.CLOCK, client="reporting")
        try:
            door.execute(
                "reporting.make_ordered",
                MakeOrdered(order=order),
                actor=actor,
                key=f"report-order:{order}",
            )
        except Refusal as refusal:
            orders.fail(order, refusal.text)
        except Exception:
            log.exception("the making of order %s broke off", order)


@shared_task(name="reporting.sweep", ignore_result=True)
def sweep() -> None:
    """Ring for orders that nobody is at: their bell was lost, or their worker has died."""
    for order in orders.left():
        ring({"order": order})


def ring(payload: Mapping[str, Any]) -> None:
    """Tell a worker of an order."""
    try:
        with current_app.producer_or_acquire() as producer:
            make.apply_async((payload["order"],), producer=producer, expires=HEARD_S, retry=False)
    except Exception as error:  # noqa: BLE001 - each broker fails in its own way
        log.warning("the bell of an ordered report could not be rung: %s", error)


TOPICS.add(orders.ORDERED, ring)
