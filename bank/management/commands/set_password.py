"""Give somebody a password, so that they can sign in."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from apps.access.models import User
from apps.access.operations import ResetPassword
from apps.control.commands import Secret
from apps.control.door import execute
from apps.kernel.errors import Refusal
from apps.kernel.ids import uuid7
from bank.management.acting import acting, add_actor


class Command(BaseCommand):
    help = (
        "Give somebody a password by the operation access.reset_password. It is typed, or read as "
        "one line of standard input where that is no terminal; it is never an argument."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        add_actor(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = acting(options["as"])
        user = User.objects.filter(username=options["username"], is_machine=False).first()
        if user is None:
            raise CommandError(f"There is no person {options['username']!r}.")
        password = _typed() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, user)
            command = ResetPassword(user=user.id, hashed=Secret(make_password(password)))
            execute("access.reset_password", command, actor=actor, key=str(uuid7()))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refusal as refusal:
            raise CommandError(refusal.text.en) from refusal
        self.stdout.write(f"{user.username} can sign in with the new password.")


def _typed() -> str:
    """The password, typed twice. Raises CommandError where the two differ."""
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("The two passwords differ.")
    return password
