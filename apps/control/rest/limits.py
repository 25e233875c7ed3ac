"""How many requests a client may send, counted in Valkey by minutes of the clock.

Where Valkey is away nothing is counted and the API goes on: what a client may do to the bank is
limited by roles, limits and policies in the database, which never open. See decision 0013.
"""

import logging
import time
from dataclasses import dataclass

import redis
from django.conf import settings
from django.core.cache import cache
from django.http.response import HttpResponseBase

from apps.control.errors import TooManyRequests

log = logging.getLogger(__name__)

WINDOW_S = 60
# Requests without a good key, from one address.
STRANGERS = 60
# Whoever has just failed to reach Valkey does not try again at once, and keeps nobody waiting.
_REST_S = 5.0
_away_until = 0.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a quota until its window ends."""

    quota: int
    left: int
    seconds: int

    def tell(self, response: HttpResponseBase) -> None:
        """Set the fields of the draft of the IETF: RateLimit-Policy and RateLimit."""
        response["RateLimit-Policy"] = f'"minute";q={self.quota};w={WINDOW_S}'
        response["RateLimit"] = f'"minute";r={self.left};t={self.seconds}'


def take(client: str) -> Allowance | None:
    """Count one request of a client; None where Valkey is away. Raises TooManyRequests."""
    return _take(f"client:{client}", settings.API_REQUESTS_A_MINUTE)


def take_stranger(address: str) -> Allowance | None:
    """Count one request without a good key. Raises TooManyRequests."""
    return _take(f"stranger:{address}", STRANGERS)


def _take(name: str, quota: int) -> Allowance | None:
    global _away_until
    if time.monotonic() < _away_until:
        return None
    moment = time.time()
    window = int(moment // WINDOW_S)
    seconds = max(1, WINDOW_S - int(moment % WINDOW_S))
    key = f"api:rate:{name}:{window}"
    try:
        count = 1 if cache.add(key, 1, 2 * WINDOW_S) else cache.incr(key)
    except (redis.RedisError, OSError, ValueError) as error:
        _away_until = time.monotonic() + _REST_S
        log.warning("requests are not counted: %s", error)
        return None
    if count > quota:
        raise TooManyRequests(quota=quota, seconds=seconds)
    return Allowance(quota, quota - count, seconds)
