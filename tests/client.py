"""A client in a process of its own, that may be killed: moves money under keys, and says so.

`python -m tests.client ACTOR BRANCH SOURCE TARGET PREFIX COUNT` writes a line for each key after
the bank has answered, and not before.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")

import django

from tests import probes

django.setup()

from apps.control.door import execute  # noqa: E402
from apps.kernel.money import Money  # noqa: E402
from tests.factories import as_actor  # noqa: E402


def main(actor: int, branch: int, source: int, target: int, prefix: str, count: int) -> None:
    command = probes.Move(branch=branch, source=source, target=target, amount=Money(1, "UAH"))
    for number in range(count):
        key = f"{prefix}{number}"
        outcome = execute("probe.move", command, actor=as_actor(actor), key=key)
        print(key, outcome.run_id, flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    actor, branch, source, target = map(int, sys.argv[1:5])
    main(actor, branch, source, target, sys.argv[5], int(sys.argv[6]))
