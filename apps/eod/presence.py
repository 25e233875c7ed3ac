"""Whether anybody works: workers and the schedule are noted in the cache as they pass.

It is a hint for people who wait, and nothing more: a close never asks it. Where the cache is away,
nothing is known.
"""

import datetime as dt
import logging
from dataclasses import dataclass

import redis
from django.core.cache import cache
from django.db import connection

from apps.kernel import sql

log = logging.getLogger(__name__)

# Known for so long; whoever was not seen for longer has not been seen.
KEPT_S = 14 * 24 * 3600
# A worker that is up is seen at least as often: the sweeper passes every ten seconds.
FRESH_S = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """When a worker, and a message of the schedule, were last heard of; None: not lately."""

    worker: dt.datetime | None = None
    schedule: dt.datetime | None = None


def note(*, scheduled: bool = False) -> None:
    """A worker is at work; `scheduled` where beat has sent it."""
    moment = sql.value("SELECT clock_timestamp()")
    passed = ("worker", "schedule") if scheduled else ("worker",)
    try:
        cache.set_many({_key(who): moment for who in passed}, timeout=KEPT_S)
    except (redis.RedisError, OSError) as error:
        log.warning("a worker could not be noted: %s", error)


def seen() -> Seen:
    """Who was last heard of, and when."""
    keys = {who: _key(who) for who in ("worker", "schedule")}
    try:
        found = cache.get_many(keys.values())
    except (redis.RedisError, OSError):
        return Seen()
    return Seen(worker=found.get(keys["worker"]), schedule=found.get(keys["schedule"]))


def _key(who: str) -> str:
    """One server may hold the notes of several banks."""
    return f"eod:seen:{connection.settings_dict['NAME']}:{who}"
