"""The Celery application: workers of the close and of the outbox, and beat."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from kombu.entity import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")

app = Celery("skarb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


def listen(name: str) -> None:
    """Have messages go through the queue of this name, and bells of the close through its own."""
    app.conf.task_default_queue = name
    app.conf.task_queues = [
        Queue(each, Exchange(each), routing_key=each) for each in (name, f"{name}.close")
    ]


listen("celery")

# Bells are lost with a broker, a worker or a message; what they ring for is in the database. A
# sweep that nobody heard by the next one is dropped, so that none pile up behind a long task.
SWEEP_S = 10
app.conf.beat_schedule = {
    name: {"task": name, "schedule": SWEEP_S, "options": {"expires": SWEEP_S - 1, "retry": False}}
    for name in ("control.deliver", "eod.sweep", "reporting.sweep")
}


@worker_ready.connect
def look_for_work(**event: Any) -> None:
    """A worker that comes up sees at once whether a close was left in the middle."""
    app.send_task("eod.sweep", expires=SWEEP_S, retry=False)
