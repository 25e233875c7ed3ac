"""Refusals of commands that could not be read: their words are the decoder's own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from apps.control.errors import MalformedCommand
from tests.cash.desk import whole_state


@contextmanager
def malformed(pointer: str) -> Iterator[None]:
    """The block's command is refused for the field at `pointer`, and nothing has changed."""
    before = whole_state()
    with pytest.raises(MalformedCommand) as caught:
        yield
    assert caught.value.data["pointer"] == pointer
    assert whole_state() == before
