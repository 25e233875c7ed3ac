"""As whom a command of `manage.py` acts: the bank itself, or somebody who is named."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from apps.access.models import User
from apps.control.run import Actor, Origin
from bank.installation import SYSTEM


def add_actor(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--as",
        metavar="USER",
        default=SYSTEM,
        help="the user in whose name this is asked, and whose rights count (the bank itself)",
    )


def acting(username: str) -> Actor:
    """The named user at the console. Raises CommandError for one who does not exist."""
    user = User.objects.filter(username=username).values_list("id", flat=True).first()
    if user is None:
        raise CommandError(f"There is no user {username!r}: has the bank been set up?")
    return Actor(user_id=user, origin=Origin.CONSOLE)
