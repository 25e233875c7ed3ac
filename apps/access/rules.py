"""What an API key looks like: `skarb_<prefix>_<secret>`, so that scanners of secrets know it."""

import hashlib
import re
import secrets
from dataclasses import dataclass

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
