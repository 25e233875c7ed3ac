"""Attempts to sign in: each is written down before it is judged, and too many have to wait.

Guesses are counted by the name and the machine that they come from. A machine that has signed in
under a name carries a mark, and is judged by its own mistakes alone: whoever guesses elsewhere
cannot keep its owner out. Machines without a mark share one count for each name and one for each
address. Every wait ends by itself. Nothing here needs the cache.
"""

import logging
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

from apps.access.rules import wait_s
from apps.kernel import sql

log = logging.getLogger(__name__)

TRIED, HELD, SIGNED_IN = "tried", "held", "signed_in"
WRONG_CODE, SIGNED_OUT = "wrong_code", "signed_out"
_SALT = "access.known_machine"
_KNOWN_DAYS = 90
# So many people share a machine; whoever came longest ago is forgotten.
_MOST_NAMES = 10

# Failures are attempts after the last success; of an address, those that no success followed.
_COUNTED = """
    WITH line AS (
        SELECT id, at, outcome FROM access_signin
         WHERE name_digest = %(name)s AND machine = %(machine)s
           AND at > clock_timestamp() - interval '1 hour'),
    own AS (
        SELECT count(*) AS failures, max(at) AS last FROM line
         WHERE outcome = 'tried'
           AND id > coalesce((SELECT max(id) FROM line WHERE outcome = 'signed_in'), 0)),
    place AS (
        SELECT count(*) FILTER (WHERE outcome = 'tried')
               - count(*) FILTER (WHERE outcome = 'signed_in') AS failures,
               max(at) FILTER (WHERE outcome = 'tried') AS last
          FROM access_signin
         WHERE address = %(address)s AND machine = ''
           AND at > clock_timestamp() - interval '1 hour')
    SELECT own.failures, extract(epoch FROM clock_timestamp() - own.last)::float8,
           place.failures, extract(epoch FROM clock_timestamp() - place.last)::float8,
           EXISTS (SELECT FROM line WHERE outcome = 'held' AND at > coalesce(own.last, place.last))
      FROM own, place"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who says to be `name`, at a machine that is known for it, or not (`""`)."""

    name: str
    digest: str
    machine: str
    address: str
    request_id: str


def attempt(request: HttpRequest, username: str) -> Attempt:
    """Who tries from where. What was typed is kept as a digest: it may be a password."""
    name = unicodedata.normalize("NFKC", username).strip().replace("\x00", "")[:150]
    digest = salted_hmac("access.sign_in", name, algorithm="sha256").hexdigest()
    return Attempt(
        name=name,
        digest=digest,
        machine=_known(request).get(digest[:16], ""),
        address=request.META.get("REMOTE_ADDR", ""),
        request_id=getattr(request, "id", ""),
    )


def admit(one: Attempt) -> int:
    """Write the attempt down; how many seconds it has to wait instead, 0 where it may be judged.

    Attempts under one name come one after the other, so that many at once are counted as many.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign_in:{one.digest}"]
            )
        found = sql.row(
            _COUNTED, {"name": one.digest, "machine": one.machine, "address": one.address}
        )
        assert found is not None, "counts always give a row"
        failures, since_s, at_address, since_there_s, held = found
        wait = wait_s(failures, since_s, known=bool(one.machine))
        if not one.machine:
            wait = max(wait, wait_s(at_address, since_there_s, address=True))
        if not wait:
            note(one, TRIED)
        elif not held:
            log.warning("an attempt to sign in has to wait %d s: %s", wait, one.address)
            note(one, HELD)
    return wait


def note(one: Attempt, outcome: str) -> None:
    """Add a line to the list of sign-ins, which nobody changes."""
    sql.rows(
        """INSERT INTO access_signin
                  (at, name_digest, user_id, machine, address, outcome, request_id)
           VALUES (clock_timestamp(), %(digest)s,
                   (SELECT id FROM access_user WHERE username = %(name)s),
                   %(machine)s, %(address)s, %(outcome)s, %(request_id)s)""",
        {
            "digest": one.digest,
            "name": one.name,
            "machine": one.machine,
            "address": one.address[:45],
            "outcome": outcome,
            "request_id": one.request_id,
        },
    )


def mark(request: HttpRequest, response: HttpResponse, one: Attempt) -> None:
    """Let this machine be known for the name that has just signed in on it."""
    names = _known(request)
    machine = names.pop(one.digest[:16], "") or get_random_string(24)
    kept = dict(list(names.items())[1 - _MOST_NAMES :])
    response.set_cookie(
        settings.MACHINE_COOKIE_NAME,
        signing.dumps(kept | {one.digest[:16]: machine}, salt=_SALT, compress=True),
        max_age=_KNOWN_DAYS * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, str]:
    """The names for which a machine is known, each with the mark it got then."""
    given = request.COOKIES.get(settings.MACHINE_COOKIE_NAME, "")
    try:
        found = signing.loads(given, salt=_SALT, max_age=_KNOWN_DAYS * 86_400)
    except signing.BadSignature:
        return {}
    return dict(found)
