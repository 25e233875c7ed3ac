"""Give a machine user a key for the API, and show it this once."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.access.models import ApiKey, User
from apps.access.operations import IssueApiKey
from apps.access.rules import new_key
from apps.control.door import execute
from apps.kernel.errors import Refusal
from apps.kernel.ids import uuid7
from bank.management.acting import acting, add_actor


class Command(BaseCommand):
    help = (
        "Give a machine user a key for the API by the operation access.issue_api_key, and write it "
        "to standard output, this once: the bank keeps only a digest of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="a machine user")
        parser.add_argument("name", help="what the key is for, in words")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            metavar="PERMISSION",
            help="a permission that the key may use where its user holds it; may be repeated",
        )
        parser.add_argument(
            "--address",
            action="append",
            default=[],
            metavar="NETWORK",
            help="a network that it may come from; may be repeated (from anywhere)",
        )
        parser.add_argument(
            "--days", type=int, default=90, help="days until it ends (90)", metavar="N"
        )
        parser.add_argument(
            "--replaces", metavar="PREFIX", help="the earlier key that this one takes over from"
        )
        add_actor(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = acting(options["as"])
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        replaced = None
        if options["replaces"] is not None:
            replaced = ApiKey.objects.filter(user=user, prefix=options["replaces"]).first()
            if replaced is None:
                raise CommandError(f"{user.username} has no key {options['replaces']!r}.")
        key = new_key()
        command = IssueApiKey(
            user=user.id,
            name=options["name"],
            prefix=key.prefix,
            digest=key.digest,
            scopes=tuple(options["scope"]),
            expires_at=timezone.now() + dt.timedelta(days=options["days"]),
            addresses=tuple(options["address"]),
            replaces=replaced.id if replaced else None,
        )
        try:
            execute("access.issue_api_key", command, actor=actor, key=str(uuid7()))
        except Refusal as refusal:
            raise CommandError(refusal.text.en) from refusal
        self.stdout.write(key.token)
