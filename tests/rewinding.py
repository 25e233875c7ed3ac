"""Many beginnings inside one test: each example of a property starts from the same bank."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def rewound() -> Iterator[None]:
    """Take back whatever happens inside; for use within the transaction of a test.

    Like the transaction of a test case, and unlike any other, it may hold the door's durable one.
    """
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]  # Django's own, for its test cases
    with outer:
        yield
        transaction.set_rollback(True)
