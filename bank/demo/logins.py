"""How visitors of the demo sign in: passwords and an API key that are computed, and kept nowhere.

They follow from the installation's secret key and from the bank itself, so that each run can print
them anew; another bank, or another installation, has others. Giving them is done by operations.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from apps.access.models import ApiKey, User
from apps.access.operations import IssueApiKey, ResetPassword, SetOwnPassword
from apps.access.rules import digest_of_token
from apps.control.commands import Secret
from apps.control.door import execute
from apps.control.run import Actor, Origin
from apps.kernel import sql
from apps.kernel.ids import uuid7
from apps.kernel.text import Text
from bank.demo.founding import MACHINE, MACHINE_PERMISSIONS, PLACES
from bank.roles import ROLES

# No letter or digit that could be taken for another one.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4
_KEY_DAYS = 365
_ADMINISTRATOR = "administrator"
# Hashing lets other threads run, and is most of the work.
_AT_ONCE = 2
# Under which key each person got the password that works now: a look that costs no hashing.
_LAST_KEYS = """
    SELECT DISTINCT ON (person) person, key
      FROM (SELECT CASE operation WHEN 'access.set_own_password' THEN actor_id
                                  ELSE (command->>'user')::bigint END AS person, key, at
              FROM control_operationrun
             WHERE operation IN ('access.set_own_password', 'access.reset_password')
               AND outcome = 'done') given
     WHERE person = ANY (%(users)s)
     ORDER BY person, at DESC"""


@dataclass(frozen=True, slots=True)
class Login:
    """One person of the staff with the password that works now."""

    username: str
    full_name: str
    role: str
    # None for the whole bank.
    branch: Text | None
    password: str

    @property
    def role_name(self) -> Text:
        return ROLES[self.role].name


def give() -> list[Login]:
    """See to it that every person of the staff has the demo's password; all of them, in order.

    Who has chosen another one gets it back, so that what is printed is true.
    """
    people = list(User.objects.filter(is_machine=False, is_active=True).order_by("id"))
    wanted = {user.id: _password(user.username) for user in people}
    last = dict(sql.rows(_LAST_KEYS, {"users": list(wanted)}))
    others = [user for user in people if not last.get(user.id, "").startswith(_tag(user))]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        hashes = list(threads.map(lambda user: make_password(wanted[user.id]), others))
    administrator = _actor(_ADMINISTRATOR)
    for user, hashed in zip(others, hashes, strict=True):
        _give(user, Secret(hashed), administrator)
    return _logins(people, wanted)


def give_key() -> str:
    """The machine's key for the API, issued where it has none that lives; the whole token."""
    user = User.objects.get(username=MACHINE)
    number = 0
    while True:
        token = _token(number)
        key = ApiKey.objects.filter(prefix=token.split("_")[1]).first()
        if key is None:
            break
        if key.revoked_at is None and key.expires_at > timezone.now():
            return token
        number += 1
    command = IssueApiKey(
        user=user.id,
        name="demo",
        prefix=token.split("_")[1],
        digest=digest_of_token(token),
        scopes=MACHINE_PERMISSIONS,
        expires_at=timezone.now() + dt.timedelta(days=_KEY_DAYS),
    )
    execute("access.issue_api_key", command, actor=_actor(_ADMINISTRATOR), key=str(uuid7()))
    return token


def _give(user: User, hashed: Secret, administrator: Actor) -> None:
    """Through the administrator, who gives the own password by the way that everybody has."""
    key = f"{_tag(user)}{uuid7()}"
    if user.id == administrator.user_id:
        own = SetOwnPassword(hashed=hashed)
        execute("access.set_own_password", own, actor=administrator, key=key)
    else:
        reset = ResetPassword(user=user.id, hashed=hashed)
        execute("access.reset_password", reset, actor=administrator, key=key)


def _logins(people: Sequence[User], wanted: dict[int, str]) -> list[Login]:
    names = {user.id: user for user in people}
    branches = {place.code: place.name for place in PLACES}
    held = sql.rows(
        """SELECT h.user_id, r.code, b.code
             FROM access_roleholding h
             JOIN access_role r ON r.id = h.role_id
             LEFT JOIN kernel_branch b ON b.id = h.branch_id
            WHERE h.user_id = ANY (%(users)s) AND r.code = ANY (%(roles)s)
            ORDER BY h.user_id, h.id""",
        {"users": list(names), "roles": list(ROLES)},
    )
    return [
        Login(
            username=names[user].username,
            full_name=names[user].full_name,
            role=role,
            branch=branches.get(branch),
            password=wanted[user],
        )
        for user, role, branch in held
    ]


def _tag(user: User) -> str:
    """How the key begins under which this person gets the password; it changes with that."""
    return f"demo:password:{_draw(f'tag:{user.username}').hex()[:12]}:"


def _actor(username: str) -> Actor:
    user = User.objects.values_list("id", flat=True).get(username=username)
    return Actor(user_id=user, origin=Origin.SCREEN)


def _password(username: str) -> str:
    drawn = _draw(f"password:{username}")
    signs = [_SIGNS[byte % len(_SIGNS)] for byte in drawn[: _GROUPS * _GROUP]]
    groups = ["".join(signs[at : at + _GROUP]) for at in range(0, len(signs), _GROUP)]
    return "-".join(groups)


def _token(number: int) -> str:
    prefix, secret = _draw(f"key:{number}:prefix").hex()[:12], _draw(f"key:{number}").hex()
    return f"skarb_{prefix}_{secret}"


def _draw(what: str) -> bytes:
    """Thirty-two bytes that nobody can tell without the installation's secret key."""
    bank = sql.value(
        """SELECT id::text FROM control_operationrun
            WHERE operation = 'control.set_up_bank' AND outcome = 'done'"""
    )
    text = f"skarb demo:{bank}:{what}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
