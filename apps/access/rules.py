"""What an API key looks like, so that scanners of secrets know it: `skarb_<prefix>_<secret>`.

And how long somebody waits who has tried to sign in too often.
"""

import hashlib
import math
import re
import secrets
from dataclasses import dataclass

# What gives people rights or a way in, or changes who looks at that: with it one person could make
# another one up, and agree to everything as that one.
RIGHTS = (
    "access.define_role",
    "access.grant_role",
    "access.reopen_user",
    "access.reset_second_factor",
    "control.set_approval_policy",
)

_TOKEN = re.compile(r"skarb_([a-z0-9]{12})_([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that nobody has yet: `token` is shown once, to whoever will use it."""

    token: str
    prefix: str
    digest: str


def new_key() -> NewKey:
    """Make a key of 256 random bits."""
    prefix = secrets.token_hex(6)
    token = f"skarb_{prefix}_{secrets.token_hex(32)}"
    return NewKey(token, prefix, digest_of_token(token))


def prefix_of(token: str) -> str | None:
    """The public part of what looks like a key, or None."""
    found = _TOKEN.fullmatch(token)
    return found[1] if found else None


def digest_of_token(token: str) -> str:
    """How a key is kept: so many random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


# So many mistakes are free; each further one doubles the wait, up to a bound.
_FREE, _FREE_AT_ADDRESS = 5, 50
_FIRST_WAIT_S = 30
_LONGEST_S, _LONGEST_UNKNOWN_S = 900, 300


def wait_s(
    failures: int, since_s: float | None, *, known: bool = False, address: bool = False
) -> int:
    """Seconds still to wait after so many failures, of which the last was `since_s` ago.

    `known`: at a machine that only its owner makes wait. `address`: all names at one address, where
    many people may sit.
    """
    free = _FREE_AT_ADDRESS if address else _FREE
    if failures < free or since_s is None:
        return 0
    longest = _LONGEST_S if known or address else _LONGEST_UNKNOWN_S
    doublings = (failures - free) // (10 if address else 1)
    wait = min(_FIRST_WAIT_S << min(doublings, 10), longest)
    return max(0, math.ceil(wait - since_s))
